/* The one door into the scheduler: how a task waits for anything at all.
 *
 * A task parks on a `struct wait` in its own frame. Whatever it waits for (a timer, a future, a
 * stream) keeps a pointer to it and calls `wait_finish` once. A cancel of the task goes through the
 * wait's `cancel`. The suspending pattern is always the same:
 *
 *     struct my_wait my = { .wait = { .task = task, .cancel = my_cancel } };
 *     ... hand `my` to what will finish it ...
 *     status = ouro__park(&my.wait);
 *     ... take it back ...
 *
 * Suspending allocates nothing.
 */
#ifndef OURO_LOOP_PARK_H
#define OURO_LOOP_PARK_H

#include "loop/loop.h"
#include "loop/task.h"

struct wait {
    struct task *task;
    /* The task is cancelled while it is parked. Returns true if that ends the wait: the wait has
     * been finished with -ECANCELED, or what is waited for was asked to end and will finish it.
     * Returns false if the wait is over already. */
    bool (*cancel)(struct wait *wait, const char *message);
    /* The loop is closed while the task is parked, and its frame is about to be freed: takes out of
     * other objects what points to the frame, and gives back what only the wait holds. NULL where
     * there is nothing of the kind. */
    void (*abandon)(struct wait *wait);
    const char *operation; /* what the task waits in, such as "sleep", for who looks at it; an
                              await is known without */
    int status;
    bool finished;
    /* What was waited for has been consumed: a cancel that comes after the finish stays pending for
     * the next suspension, instead of replacing the result. */
    bool keeps_result;
    /* The kernel writes into the task's frame, or into memory that others take back, until the wait
     * is finished: when the loop is closed, the wait is cancelled and its end waited for. */
    bool is_pinned;
};

/* Returns the task that runs, or NULL. */
static inline struct task *current_task(void)
{
    ouro_loop *loop = ouro__loop_current;

    return loop != NULL ? loop->current : NULL;
}

/* Returns the task that runs; without one sets OURO_ENOLOOP or OURO_ENOTASK as the failure of
 * `operation`, stores it in `ret_status` and returns NULL. */
struct task *ouro__task_required(const char *operation, int *ret_status);

/* Puts a task into the ready queue. */
static inline void task_make_ready(struct task *task)
{
    list_append(&task->future.loop->ready, &task->step.link_);
}

/* Ends a wait: its task continues in the next iteration, with `status`. */
static inline void wait_finish(struct wait *wait, int status)
{
    ouro_check(!wait->finished);
    wait->finished = true;
    wait->status = status;
    task_make_ready(wait->task);
}

/* A wait that must come to its end in spite of a cancel: for the children of a group, for a lock
 * that must be held again. It is told of the cancel once, as a wait always is, and goes on. Each
 * new request interrupts it again, but a cancelled scope would do so for ever: after the first
 * -ECANCELED it is ignored, until the wait is over and it is restored.
 *
 *     while (... not yet ...)
 *         if (ouro__park(...) == -ECANCELED) {
 *             is_cancelled = true;
 *             ouro__level_ignore(task);
 *         }
 *     ouro__level_restore(task);
 *
 * A wait that passes the cancel on and then waits for the answer, such as an await, needs none of
 * this. */
void ouro__level_ignore(struct task *task);
void ouro__level_restore(struct task *task);

/* The `cancel` of a wait that ends at once when its task is cancelled, and leaves what it waited
 * for alone. */
bool ouro__wait_cancel(struct wait *wait, const char *message);

/* Suspends the current task until its wait is finished; returns the wait's status, or -ECANCELED.
 */
int ouro__park(struct wait *wait);

/* Lets everything else that is ready run once; returns 0 or -ECANCELED. */
int ouro__yield(struct task *task);

#endif
