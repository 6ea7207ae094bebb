/* Task groups: tasks that end before the block that started them.
 *
 *     int status = 0;
 *     ouro_with_task_group(group, &status) {
 *         ouro_task_group_create_task(&group, fetch_coro("a", 80), .name = "a");
 *         ouro_task_group_create_task(&group, fetch_coro("b", 80), .name = "b");
 *     }
 *     return status;
 *
 * The end of the block waits for all tasks. When one fails, the others and the block itself are
 * cancelled, and `status` is the first failure; ouro_error_detail lists all, as an error group.
 *
 * The trap to know first: the wait at the end comes after the block's own variables are gone. What
 * tasks point to must be declared before the block. Arguments of coroutine objects are copied, and
 * so are safe.
 *
 * Falling off the end (or `continue`) waits. Leaving by break, return or goto is how an error
 * leaves a block in C, and cancels the tasks before it waits for them; the value of `return
 * expression` is computed before that.
 *
 * Follows asyncio.TaskGroup.
 */
#ifndef OURO_TASKGROUP_H
#define OURO_TASKGROUP_H

#include "ouro/task.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A task group, by value in the frame that enters it; `{ 0 }` at first. The fields are private. */
typedef struct ouro_task_group {
    ouro_scope scope_;
    ouro_link children_;
    void *starts_;    /* tasks that have not said yet that they have started */
    void *exit_wait_; /* what the exit is parked on */
    void *errors_;    /* the failures so far */
    int *status_;     /* of the block form */
    int lost_error_;  /* a failure for whose record there was no memory */
    uint8_t flags_;
} ouro_task_group;

/* Begins a group. `group` must stay where it is until the exit, in the frame of this task.
 * Returns: 0; OURO_ENOTASK; OURO_EINVALIDSTATE for a group that was entered before. */
OURO_CHECKED OURO_API int ouro_task_group_enter(ouro_task_group *group);

/* Ends a group: waits for every task in it, those included that are added meanwhile. `status` is
 * what the block came to; an error cancels the tasks.
 * Returns: `status` if nothing failed; else the first failure in time, with ouro_error_detail as
 * the group of all failures; -ECANCELED if the task was cancelled from outside and nothing failed;
 * OURO_EINVALIDSTATE if the group was not entered; OURO_ENOTNESTED if a scope
 * that was entered later is still open: the group has ended all the same.
 * Suspends: while a task of the group runs.
 * Cancelled: the tasks are cancelled, and waited for all the same. */
OURO_SUSPENDS OURO_API int ouro_task_group_exit(ouro_task_group *group, int status);

/* Starts a task in the group: ouro_task_group_create_task(&group, coroutine, .name = ...), as
 * ouro_create_task does. The group owns the task; the pointer is borrowed until the task
 * is done: take a reference (ouro_task_ref) to look at it after that.
 * Returns: NULL if the group is not entered, is shutting down or has ended, or as ouro_create_task.
 * A failure of the creation itself (no memory, bad options) is also kept and comes out of the exit,
 * so that it may be ignored here.
 * Follows TaskGroup.create_task. */
OURO_API ouro_task *ouro_task_group_create_task_with(ouro_task_group *group,
                                                     const ouro_task_options *options);

/* Starts a task in the group as ouro_task_group_create_task does, and waits until it calls
 * ouro_task_started: ouro_task_group_start(&group, serve_coro(...), .name = ...). A server that
 * listens, a worker that has its connection: what comes next may rely on it. The task needs no
 * argument for that; `.eager_start` is ignored.
 * Returns: the value that the task gave, >= 0, and the task goes on in the group; what the task has
 * failed with before that, which does not count as a failure of the group; OURO_EINVALIDSTATE if
 * it returned without being ready, or as ouro_task_group_create_task; OURO_ENOTASK.
 * Suspends: until the task is ready or done.   Cancelled: cancels the task, and waits for it.
 * An extra beside asyncio's names: Trio's Nursery.start. */
OURO_SUSPENDS OURO_API int ouro_task_group_start_with(ouro_task_group *group,
                                                      const ouro_task_options *options);

/* Tells who started the current task by ouro_task_group_start that it is ready. `value`, from 0 up,
 * is what the starter gets, such as the port of a server; results of other types go through
 * pointers.
 * Returns: 0; OURO_EINVALIDSTATE if nobody waits for it, or the second time; -EINVAL for a negative
 * value; OURO_ENOTASK. */
OURO_API int ouro_task_started(int value);

/* Cancels the tasks and the block without an error: the block ends with success, unless something
 * fails or the task is cancelled from outside. Before the entry it takes effect at the entry; after
 * the exit it does nothing. Follows TaskGroup.cancel (3.15). */
OURO_API void ouro_task_group_cancel(ouro_task_group *group);

#ifndef __cplusplus

#define ouro_task_group_create_task(group, ...)                                                    \
    ouro_task_group_create_task_with((group), OURO_TASK_OPTIONS_(__VA_ARGS__, .site_ = OURO_SITE_))

#define ouro_task_group_start(group, ...)                                                          \
    ouro_task_group_start_with((group), OURO_TASK_OPTIONS_(__VA_ARGS__, .site_ = OURO_SITE_))

/* Private: the two halves of the block form. */
OURO_API bool ouro_task_group_block_(ouro_task_group *group);
OURO_API void ouro_task_group_block_exit_(ouro_task_group *group);

/* ouro_with_task_group(group, &status) { ... }: a group with this name for the block. If it cannot
 * be entered, the block is skipped and `status` tells why. */
#define ouro_with_task_group(group, status)                                                        \
    for (ouro_task_group group                                                                     \
         __attribute__((cleanup(ouro_task_group_block_exit_))) = { .status_ = (status) };          \
         ouro_task_group_block_(&group);)

#endif

#ifdef __cplusplus
}
#endif

#endif
