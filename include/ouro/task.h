/* Tasks: coroutines that run on their own.
 *
 *     ouro_task *task = ouro_create_task(fetch_coro("a", 80), .name = "a");
 *     int status = ouro_await(task);
 *     ouro_task_unref(task);
 *
 * A task is a future (future.h), and every function on futures takes one. Its first step runs in
 * the loop's next iteration, in the order of creation. The loop owns a task until it is done; the
 * creator holds one reference besides.
 *
 * Cancelling is a request that is counted and delivered once, as -ECANCELED from the call in which
 * the task waits, or from the next one that suspends. A task that returns with a request still
 * undelivered ends cancelled. Cleanup after -ECANCELED may suspend like any other code.
 *
 * Follows asyncio.Task and the functions of asyncio.tasks.
 */
#ifndef OURO_TASK_H
#define OURO_TASK_H

#include "ouro/base.h"
#include "ouro/coroutine.h"
#include "ouro/future.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Limits of `stack_size`: address space; memory is used only where the stack is touched. */
#define OURO_STACK_SIZE_MIN ((size_t) 16 << 10)
#define OURO_STACK_SIZE_MAX ((size_t) 1 << 30)

typedef enum ouro_eager_start {
    OURO_EAGER_DEFAULT = 0, /* as the loop's task factory has it: lazily, unless told otherwise */
    OURO_EAGER_YES,         /* the first step runs inside ouro_create_task */
    OURO_EAGER_NO,
} ouro_eager_start;

typedef struct ouro_task_options {
    ouro_coroutine coroutine;
    const char *name;      /* copied; default "Task-N" */
    ouro_context *context; /* used, not copied; default a copy of the current one */
    size_t stack_size;     /* bytes, rounded up to a size class; default the loop's, 64 KiB */
    const char *site_;     /* filled by the macro: where the task was created */
    ouro_eager_start eager_start;
    uint32_t size_; /* filled by the macro: sizeof(ouro_task_options) */
} ouro_task_options;

#define OURO_STRING_(text) #text
#define OURO_STRING2_(text) OURO_STRING_(text)
#define OURO_SITE_ __FILE__ ":" OURO_STRING2_(__LINE__)

/* Starts a task of the running loop: ouro_create_task(coroutine, .name = ..., ...).
 * The coroutine's arguments are copied. The caller owns one reference.
 * Returns: NULL with the reason in ouro_error_detail: no running loop, no memory, a stack size out
 * of range, an empty coroutine. The stack is taken when the task first runs; if there is no memory
 * then, the task ends with -ENOMEM.
 * Follows asyncio.create_task. */
OURO_API ouro_task *ouro_create_task_with(const ouro_task_options *options);

#ifndef __cplusplus
#define ouro_create_task(...)                                                                      \
    ouro_create_task_with(OURO_TASK_OPTIONS_(__VA_ARGS__, .site_ = OURO_SITE_))

#define OURO_TASK_OPTIONS_(coroutine_, ...)                                                        \
    &(ouro_task_options)                                                                           \
    {                                                                                              \
        .coroutine = OURO_COROUTINE_(coroutine_), __VA_ARGS__, .size_ = sizeof(ouro_task_options)  \
    }
#endif

/* Takes and gives back a reference, as ouro_future_ref and ouro_future_unref do. */
static inline ouro_task *ouro_task_ref(ouro_task *task)
{
    return ouro_future_ref(task);
}
static inline ouro_task *ouro_task_unref(ouro_task *task)
{
    return ouro_future_unref(task);
}

/* Requests that the task be cancelled. `message` may be NULL and is copied.
 * Returns: true; false if it was done already. Follows Task.cancel. */
OURO_API bool ouro_task_cancel(ouro_task *task, const char *message);

/* Takes one cancel request back; at 0 a request not yet delivered is dropped.
 * Returns: the requests that remain. Follows Task.uncancel. */
OURO_API int ouro_task_uncancel(ouro_task *task);

/* Returns the number of cancel requests less those taken back. Follows Task.cancelling. */
OURO_API int ouro_task_cancelling(const ouro_task *task);

/* Returns the name; it lives until the task is freed or renamed. For a task without a name given,
 * "Task-N" is made in a buffer of the thread that four later calls reuse. Follows Task.get_name. */
OURO_API const char *ouro_task_get_name(const ouro_task *task);

/* Renames the task. `name` is copied. Returns: 0, -ENOMEM, -EINVAL. Follows Task.set_name. */
OURO_CHECKED OURO_API int ouro_task_set_name(ouro_task *task, const char *name);

/* Returns the task's context, borrowed; NULL without memory for it. Follows Task.get_context. */
OURO_API ouro_context *ouro_task_get_context(ouro_task *task);

/* Returns the name of the coroutine's function, or NULL in the plain form. Follows Task.get_coro.
 */
OURO_API const char *ouro_task_get_coro(const ouro_task *task);

/* Returns "file:line" of the ouro_create_task that made the task, or NULL. */
OURO_API const char *ouro_task_get_site(const ouro_task *task);

/* Returns the task that runs, borrowed; NULL in callbacks and outside a loop.
 * Follows asyncio.current_task. */
OURO_API ouro_task *ouro_current_task(void);

/* Writes up to `capacity` tasks of `loop` (NULL: the running one) that are not done into
 * `ret_tasks`, oldest first, borrowed.
 * Returns: how many there are, also if that is more than `capacity`; OURO_ENOLOOP.
 * Follows asyncio.all_tasks. */
OURO_API int ouro_all_tasks(ouro_loop *loop, ouro_task **ret_tasks, size_t capacity);

/* Waits for `delay` seconds; 0 or less lets every other ready callback run once.
 * Returns: 0; -EINVAL for NaN; -ECANCELED; OURO_ENOTASK.
 * Suspends: always.   Cancelled: the wait ends at once.
 * Follows asyncio.sleep. */
OURO_SUSPENDS OURO_API int ouro_sleep(double delay);

#ifdef __cplusplus
}
#endif

#endif
