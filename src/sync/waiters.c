/* Lists of waiting tasks. */
#include "sync/waiters.h"

#include <errno.h>

/* The loop is closed under the task: nobody may find its frame any more. */
static void abandon_waiter(struct wait *wait)
{
    struct waiter *waiter = container_of(wait, struct waiter, wait);

    if (link_is_queued(&waiter->link))
        list_remove(&waiter->link);
}

/* Binds the list to the loop of its first waiter. */
static int bind_loop(ouro_waiters *waiters, const ouro_loop *loop, const char *operation)
{
    if (waiters->loop_ == loop->serial)
        return 0;
    if (waiters->loop_ != 0)
        return ouro_error_set(OURO_EWRONGLOOP, operation,
                              "a task of another loop has waited here before: use one object for "
                              "each loop");
    waiters->loop_ = loop->serial;
    list_init(&waiters->list_);
    return 0;
}

int ouro__waiters_wait(ouro_waiters *waiters, const char *operation, bool *ret_woken)
{
    int status;
    struct task *task = ouro__task_required(operation, &status);
    struct waiter self = {
        .wait = { .task = task,
                  .cancel = ouro__wait_cancel,
                  .abandon = abandon_waiter,
                  .operation = operation },
    };

    if (ret_woken != NULL)
        *ret_woken = false;
    if (task == NULL)
        return status;
    status = bind_loop(waiters, task->future.loop, operation);
    if (status < 0)
        return status;
    list_append(&waiters->list_, &self.link);
    status = ouro__park(&self.wait);
    if (link_is_queued(&self.link))
        list_remove(&self.link);
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

size_t ouro__waiters_wake(ouro_waiters *waiters, size_t count)
{
    size_t woken = 0;
    ouro_link *link;

    if (waiters_are_none(waiters))
        return 0;
    for (link = waiters->list_.next_; link != &waiters->list_ && woken < count;
         link = link->next_) {
        struct waiter *waiter = waiter_from_link(link);

        if (waiter->wait.finished)
            continue;
        wait_finish(&waiter->wait, 0);
        woken++;
    }
    return woken;
}

void ouro__waiters_take_next(ouro_waiters *waiters)
{
    ouro_link *link;

    if (waiters_are_none(waiters))
        return;
    while ((link = list_pop(&waiters->list_)) != NULL) {
        struct waiter *waiter = waiter_from_link(link);

        if (waiter->wait.finished)
            continue;
        wait_finish(&waiter->wait, 0);
        return;
    }
}
