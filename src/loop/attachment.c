/* Attachments: a list, newest first, that the close of the loop empties. */
#include "ouro/attachment.h"

#include "loop/loop.h"

void ouro_loop_attach(ouro_loop *loop, ouro_attachment *attachment, ouro_attachment_end *end)
{
    attachment->end_ = end;
    list_prepend(&loop->attachments, &attachment->link_);
}

ouro_attachment *ouro_loop_find_attachment(const ouro_loop *loop, ouro_attachment_end *end)
{
    ouro_link *link;

    for (link = loop->attachments.next_; link != &loop->attachments; link = link->next_) {
        ouro_attachment *attachment = container_of(link, ouro_attachment, link_);

        if (attachment->end_ == end)
            return attachment;
    }
    return NULL;
}

void ouro_attachment_detach(ouro_attachment *attachment)
{
    if (link_is_queued(&attachment->link_))
        list_remove(&attachment->link_);
}

void ouro__attachments_end(ouro_loop *loop)
{
    ouro_link *link;

    while ((link = list_pop(&loop->attachments)) != NULL) {
        ouro_attachment *attachment = container_of(link, ouro_attachment, link_);

        attachment->end_(attachment);
    }
}
