/* Tasks that wait for one thing, first come first served: what locks, events, queues and channels
 * are made of.
 *
 *     waiting --wake--> woken --------.
 *        \---cancel--> cancelled ------+--> its task runs, and leaves the list
 *
 * A waiter that was woken or cancelled stays in the list until its task runs, as asyncio's futures
 * stay in the deques of its primitives: whoever looks at the list meanwhile must see it. Who hands
 * something over takes the waiter out at once instead (`ouro__waiters_take_next`).
 *
 * A list is zero at first, needs no loop, and is bound to the loop whose task first waits in it.
 *
 * Cost: waking the next is O(1) on average, however many woken ones stand before it: `first_` moves
 * on with each.
 */
#ifndef OURO_SYNC_WAITERS_H
#define OURO_SYNC_WAITERS_H

#include "loop/schedule.h"

struct waiter {
    struct wait wait;
    ouro_link link;
    ouro_waiters *waiters; /* while it is in the list, or will be */
};

static inline struct waiter *waiter_from_link(ouro_link *link)
{
    return container_of(link, struct waiter, link);
}

static inline bool waiter_is_cancelled(const struct waiter *waiter)
{
    return waiter->wait.finished && waiter->wait.status < 0;
}

/* True if nobody is in the list. */
static inline bool waiters_are_none(const ouro_waiters *waiters)
{
    return waiters->list_.next_ == NULL || list_is_empty(&waiters->list_);
}

/* Takes a waiter out of its list. */
static inline void waiter_remove(struct waiter *waiter)
{
    if (waiter->waiters->first_ == &waiter->link)
        waiter->waiters->first_ = waiter->link.next_;
    list_remove(&waiter->link);
}

/* The `abandon` of a waiter that holds nothing. */
void ouro__waiter_abandon(struct wait *wait);

/* Binds the list to the loop that runs, if it is not bound yet. Stores the current task.
 * Returns 0; OURO_ENOLOOP or OURO_ENOTASK; OURO_EWRONGLOOP, with `operation` in the text. */
int ouro__waiters_bind(ouro_waiters *waiters, const char *operation, struct task **ret_task);

/* Makes the task that ouro__waiters_bind has stored in `self` wait at the end of `self->waiters`,
 * which must not move while anybody is in it. For those who need an `abandon` of their own or keep
 * something beside the waiter; it must take the waiter out if it is in the list.
 * Returns 0 or -ECANCELED; `self->wait.status` is 0 if it was woken, also if a cancel has overtaken
 * that. */
int ouro__waiters_park(struct waiter *self);

/* The same inlined, for where a frame less is worth the code: on the way back from a switch each
 * one is a load that the next has to wait for. */
__attribute__((always_inline)) static inline int waiters_park(struct waiter *self)
{
    ouro_waiters *waiters = self->waiters;
    int status;

    self->wait.cancel = ouro__wait_cancel;
    list_append(&waiters->list_, &self->link);
    if (waiters->first_ == &waiters->list_)
        waiters->first_ = &self->link;
    status = park(&self->wait);
    if (link_is_queued(&self->link))
        waiter_remove(self);
    return status;
}

/* Makes the current task wait at the end of the list, which must not move while anybody is in it.
 * `ret_woken`, if not NULL, receives whether the task was woken, also if a cancel has overtaken
 * that. Allocates nothing.
 * Returns 0; -ECANCELED; OURO_ENOLOOP or OURO_ENOTASK; OURO_EWRONGLOOP, with `operation` in the
 * text. */
int ouro__waiters_wait(ouro_waiters *waiters, const char *operation, bool *ret_woken);

/* The same inlined. */
__attribute__((always_inline)) static inline int
waiters_wait(ouro_waiters *waiters, const char *operation, bool *ret_woken)
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

/* True if somebody is in the list who was not cancelled. */
static inline bool waiters_any_live(const ouro_waiters *waiters)
{
    ouro_link *link;

    if (waiters_are_none(waiters))
        return false;
    for (link = waiters->list_.next_; link != &waiters->list_; link = link->next_)
        if (!waiter_is_cancelled(waiter_from_link(link)))
            return true;
    return false;
}

/* Wakes the first if it waits. Does nothing if the first was woken or cancelled. */
static inline void waiters_wake_head(ouro_waiters *waiters)
{
    struct waiter *first;

    if (waiters_are_none(waiters))
        return;
    first = waiter_from_link(waiters->list_.next_);
    if (!first->wait.finished)
        wait_finish(&first->wait, 0);
}

/* Wakes up to `count` of those who wait, first come first. Returns how many. */
size_t ouro__waiters_wake(ouro_waiters *waiters, size_t count);

/* Returns the first that waits, neither woken nor cancelled, or NULL; wait_finish wakes it. */
struct waiter *ouro__waiters_peek(ouro_waiters *waiters);

/* Takes the first out of the list until one waits, and wakes that. Those taken out before it were
 * cancelled. */
void ouro__waiters_take_next(ouro_waiters *waiters);

#endif
