/* Lists of waiting tasks. */
#include "sync/waiters.h"

#include <errno.h>

/* The loop is closed under the task: nobody may find its frame any more. */
void ouro__waiter_abandon(struct wait *wait)
{
    struct waiter *waiter = container_of(wait, struct waiter, wait);

    if (link_is_queued(&waiter->link))
        waiter_remove(waiter);
}

__attribute__((noinline, cold)) static int wrong_loop(const char *operation)
{
    return ouro_error_set(OURO_EWRONGLOOP, operation,
                          "a task of another loop has waited here before: use one object for each "
                          "loop");
}

int ouro__waiters_bind(ouro_waiters *waiters, const char *operation, struct task **ret_task)
{
    int status = 0;
    struct task *task = ouro__task_required(operation, &status);
    uint64_t serial;

    *ret_task = task;
    if (task == NULL)
        return status;
    serial = task->future.loop->serial;
    if (waiters->loop_ == serial)
        return 0;
    if (waiters->loop_ != 0)
        return wrong_loop(operation);
    waiters->loop_ = serial;
    list_init(&waiters->list_);
    waiters->first_ = &waiters->list_;
    return 0;
}

int ouro__waiters_park(struct waiter *self)
{
    return waiters_park(self);
}

int ouro__waiters_wait(ouro_waiters *waiters, const char *operation, bool *ret_woken)
{
    return waiters_wait(waiters, operation, ret_woken);
}

struct waiter *ouro__waiters_peek(ouro_waiters *waiters)
{
    if (waiters_are_none(waiters))
        return NULL;
    while (waiters->first_ != &waiters->list_) {
        struct waiter *waiter = waiter_from_link(waiters->first_);

        if (!waiter->wait.finished)
            return waiter;
        waiters->first_ = waiter->link.next_;
    }
    return NULL;
}

size_t ouro__waiters_wake(ouro_waiters *waiters, size_t count)
{
    size_t woken = 0;
    ouro_link *link;

    if (waiters_are_none(waiters))
        return 0;
    for (link = waiters->first_; link != &waiters->list_ && woken < count; link = link->next_) {
        struct waiter *waiter = waiter_from_link(link);

        if (waiter->wait.finished)
            continue;
        wait_finish(&waiter->wait, 0);
        woken++;
    }
    waiters->first_ = link;
    return woken;
}

void ouro__waiters_take_next(ouro_waiters *waiters)
{
    if (waiters_are_none(waiters))
        return;
    while (!list_is_empty(&waiters->list_)) {
        struct waiter *waiter = waiter_from_link(waiters->list_.next_);

        waiter_remove(waiter);
        if (waiter->wait.finished)
            continue;
        wait_finish(&waiter->wait, 0);
        return;
    }
}
