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
    struct waiter self = {
        .wait = { .abandon = ouro__waiter_abandon, .operation = operation },
        .waiters = waiters,
    };
    int status;

    if (ret_woken != NULL)
        *ret_woken = false;
    self.wait.task = current_task();
    if (self.wait.task == NULL || waiters->loop_ != self.wait.task->future.loop->serial) {
        status = ouro__waiters_bind(waiters, operation, &self.wait.task);
        if (status < 0)
            return status;
    }
    status = waiters_park(&self);
    if (ret_woken != NULL)
        *ret_woken = self.wait.status == 0;
    return status;
}

bool ouro__waiters_any_live(const ouro_waiters *waiters)
{
    ouro_link *link;

    if (waiters_are_none(waiters))
        return false;
    for (link = waiters->list_.next_; link != &waiters->list_; link = link->next_)
        if (!waiter_is_cancelled(waiter_from_link(link)))
            return true;
    return false;
}

void ouro__waiters_wake_head(ouro_waiters *waiters)
{
    struct waiter *first;

    if (waiters_are_none(waiters))
        return;
    first = waiter_from_link(waiters->list_.next_);
    if (!first->wait.finished)
        wait_finish(&first->wait, 0);
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
