/* The way from a task that suspends to the one that runs next, for those who have it inlined.
 *
 * Whatever function the switch is inlined in saves all registers that a function has to keep. So
 * where a wait is passed to and fro as fast as tasks can run, the function that waits may as well
 * be that one: `park` saves it a call of ouro__park, a seventh of its instructions. Each place also
 * has an entry of its own in the branch predictor.
 */
#ifndef OURO_LOOP_SCHEDULE_H
#define OURO_LOOP_SCHEDULE_H

#include "base/torture.h"
#include "coro/return.h"
#include "loop/park.h"

#include <errno.h>

/* Gives a task its stack before its first run, if the pool has one at hand. */
bool ouro__task_take_stack(ouro_loop *loop, struct task *task);

/* Delivers what is pending: makes the message of the request the detail of the task's last failure.
 * While a shield holds a request back, the message is that one's. Returns -ECANCELED. Kept out of
 * the way of those who are not cancelled. */
int ouro__task_deliver_cancel(struct task *task);

/* Decides where control goes from a task that parks or ends: into another task, which is returned
 * and made current, or into the loop's context: NULL. */
__attribute__((always_inline)) static inline struct task *choose_successor(ouro_loop *loop)
{
    ouro_runnable *next = loop_next_runnable(loop);

    if (next != NULL && next->run_ == ouro__task_step) {
        struct task *task = task_from_step(next);

        if (task->stack != NULL || ouro__task_take_stack(loop, task)) {
            loop->current = task;
            return task;
        }
    }
    loop->next = next;
    loop->current = NULL;
    return NULL;
}

/* The first step of an eager task ends here: its creator continues. */
static inline struct coro *leave_eager_step(ouro_loop *loop)
{
    struct eager_frame *frame = loop->eager;

    loop->eager = frame->outer;
    loop->current = frame->caller;
    return frame->caller_coro;
}

__attribute__((always_inline)) static inline void switch_away(ouro_loop *loop, struct task *task)
{
    struct task *successor;

    if (loop->eager != NULL && loop->eager->child == task) {
        coro_switch(&task->coro, leave_eager_step(loop));
    } else {
        successor = choose_successor(loop);
        if (successor == task)
            return;
        coro_switch(&task->coro, successor != NULL ? &successor->coro : &loop->coro);
    }
}

/* ouro__park, inlined. */
__attribute__((always_inline)) static inline int park(struct wait *wait)
{
    struct task *task = wait->task;

    task->wait = wait;
    if (ouro__torture_suspends())
        (void) ouro_task_cancel(&task->future, "torture: as it suspends");
    if ((task->flags & TASK_MUST_CANCEL) &&
        wait->cancel(wait, ouro__error_text(task->future.error)))
        task_clear_request(task);
    switch_away(task->future.loop, task);
    if (ouro__torture_wakes())
        (void) ouro_task_cancel(&task->future, "torture: as it is woken");
    task->wait = NULL;
    if (task->flags & TASK_MUST_CANCEL) {
        if (wait->keeps_result && wait->status != -ECANCELED)
            return wait->status;
        return ouro__task_deliver_cancel(task);
    }
    return wait->status == -ECANCELED ? ouro__task_deliver_cancel(task) : wait->status;
}

#endif
