/* Intrusive, circular, doubly linked lists.
 *
 *      head <-> first <-> ... <-> last <-> head
 *
 * A list is an `ouro_link` that is linked to itself when empty. A node that is in no list has NULL
 * in `next_`, so that removing it twice is caught and "is it queued?" is one load.
 */
#ifndef OURO_BASE_LIST_H
#define OURO_BASE_LIST_H

#include "base/assert.h"
#include "ouro/base.h"

/* clang-format off */
#define container_of(pointer, type, member)                                                        \
    ((type *) (void *) ((char *) (pointer) - offsetof(type, member)))
/* clang-format on */

static inline void list_init(ouro_link *list)
{
    list->next_ = list;
    list->previous_ = list;
}

/* Makes a list of one node. */
static inline void list_init_with(ouro_link *list, ouro_link *link)
{
    list->next_ = link;
    list->previous_ = link;
    link->next_ = list;
    link->previous_ = list;
}

static inline bool list_is_empty(const ouro_link *list)
{
    return list->next_ == list;
}

static inline bool link_is_queued(const ouro_link *link)
{
    return link->next_ != NULL;
}

static inline void list_append(ouro_link *list, ouro_link *link)
{
    ouro_link *last = list->previous_;

    ouro_check(!link_is_queued(link));
    link->next_ = list;
    link->previous_ = last;
    last->next_ = link;
    list->previous_ = link;
}

static inline void list_prepend(ouro_link *list, ouro_link *link)
{
    list_append(list->next_, link);
}

static inline void list_remove(ouro_link *link)
{
    ouro_check(link_is_queued(link));
    link->previous_->next_ = link->next_;
    link->next_->previous_ = link->previous_;
    link->next_ = NULL;
}

/* Removes and returns the first node, or NULL from an empty list. */
static inline ouro_link *list_pop(ouro_link *list)
{
    ouro_link *link = list->next_;

    if (link == list)
        return NULL;
    list_remove(link);
    return link;
}

/* Moves all nodes of `from` to the end of `to`, in their order. */
static inline void list_move_all(ouro_link *to, ouro_link *from)
{
    if (list_is_empty(from))
        return;
    from->next_->previous_ = to->previous_;
    to->previous_->next_ = from->next_;
    from->previous_->next_ = to;
    to->previous_ = from->previous_;
    list_init(from);
}

#endif
