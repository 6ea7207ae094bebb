/* The loop over an asynchronous iterator: how it begins and how it is left. */
#include "ouro/iterator.h"

#include "loop/detail.h"

#include <errno.h>

bool ouro_async_loop_enter_(ouro_async_loop_ *loop)
{
    const ouro_async_iterator *iterator = loop->iterator_;

    if (loop->is_entered_)
        return false;
    loop->is_entered_ = true;
    if (iterator == NULL || iterator->next == NULL) {
        *loop->status_ = ouro_error_set(-EINVAL, "async_for",
                                        "the iterator is NULL or has no function `next`");
        loop->iterator_ = NULL;
        return false;
    }
    if (iterator->item_size != 0 && iterator->item_size != loop->item_size_) {
        *loop->status_ = ouro_error_set(-EINVAL, "async_for",
                                        "the items have %zu bytes, the loop's variable %zu: "
                                        "declare it with the type of the items",
                                        iterator->item_size, loop->item_size_);
        return false;
    }
    return true;
}

void ouro_async_loop_exit_(ouro_async_loop_ *loop)
{
    ouro_async_iterator *iterator = loop->iterator_;
    struct error_record *failure;
    int status = *loop->status_;
    int closed;

    if (iterator == NULL || iterator->close == NULL || loop->is_borrowed_)
        return;
    failure = status < 0 ? ouro__failure_take(status) : NULL;
    closed = iterator->close(iterator);
    if (failure != NULL)
        ouro__failure_set(failure); /* what the closing ran into came after it */
    if (status >= 0 && closed < 0)
        *loop->status_ = closed;
}
