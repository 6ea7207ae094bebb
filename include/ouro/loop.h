/* The event loop, low level: callbacks, timers, descriptors, and the loop as steps for a host.
 *
 *     ouro_loop *loop;
 *     OURO_TRY(ouro_new_event_loop(&loop, .backend = "epoll"));
 *     ouro_loop_call_later(loop, 0.5, tick, &state);
 *     ouro_loop_run_forever(loop);
 *     ouro_loop_close(loop);
 *
 * One iteration polls the kernel, appends the callbacks of ready descriptors and then those of due
 * timers to the ready queue, and runs exactly what stands in the queue at that moment. What a
 * callback schedules runs in the next iteration. While callbacks are ready the kernel is not asked
 * in every iteration, but at least every 512 callbacks or 200 microseconds of iterations. Time is
 * looked at as often as the length of the last ones asks for: callbacks that suddenly become slow
 * are noticed after 64 of them at the latest.
 *
 * A loop may be made on one thread and run on another. It runs on one thread at a time; only the
 * functions that say so may be called from elsewhere.
 *
 * Follows asyncio's event loop (events.AbstractEventLoop).
 */
#ifndef OURO_LOOP_H
#define OURO_LOOP_H

#include "ouro/base.h"
#include "ouro/coroutine.h"
#include "ouro/error.h"
#include "ouro/future.h"
#include "ouro/handle.h"
#include "ouro/task.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ouro_loop_options {
    /* "uring", "epoll", "sim" (virtual time, no I/O), or "auto"; default: the environment variable
     * OURO_BACKEND, else "auto", which is uring where the kernel allows it and epoll elsewhere */
    const char *backend;
    bool debug;        /* default: on if the environment has OURO_DEBUG=1 */
    size_t stack_size; /* of tasks that give none; default 64 KiB */
    size_t size_;
} ouro_loop_options;

/* Creates a loop: ouro_new_event_loop(&loop, .backend = ...). The caller closes it.
 * Returns: 0; -EINVAL for an unknown backend or a stack size out of range; -ENOMEM; the error of a
 * backend that was asked for by name and is not available. ouro_error_detail says which and why.
 * Threads: any. Follows asyncio.new_event_loop. */
OURO_CHECKED OURO_API int ouro_new_event_loop_with(ouro_loop **ret_loop,
                                                   const ouro_loop_options *options);

/* Frees the loop with all that is scheduled on it. Tasks that are not done are abandoned, their
 * stacks freed without being unwound, and reported. NULL is allowed.
 * Returns: 0; OURO_ERUNNING while it runs, and nothing happened. */
OURO_API int ouro_loop_close(ouro_loop *loop);

/* Returns the loop that runs in this thread, or NULL. Follows asyncio.get_running_loop. */
OURO_API ouro_loop *ouro_get_running_loop(void);

/* Returns the name of the loop's backend: "uring", "epoll" or "sim". */
OURO_API const char *ouro_loop_backend(const ouro_loop *loop);

/* Returns why the loop has that backend, in words, such as "epoll: io_uring_setup: EPERM, ...". The
 * text lives as long as the loop. */
OURO_API const char *ouro_loop_backend_reason(const ouro_loop *loop);

/* Running. */

/* Runs until ouro_loop_stop; a stop asked for before lets one iteration run, without blocking.
 * Returns: 0; OURO_ERUNNING if a loop runs in this thread or this one runs anywhere; OURO_ECLOSED;
 * -EDEADLK on "sim" if nothing could ever happen any more; the error of a failed poll.
 * Follows loop.run_forever. */
OURO_CHECKED OURO_API int ouro_loop_run_forever(ouro_loop *loop);

/* Runs until the future is done.
 * Returns: its status, as ouro_await does; OURO_ESTOPPED if the loop was stopped first; as
 * ouro_loop_run_forever. Follows loop.run_until_complete. */
OURO_CHECKED OURO_API int ouro_loop_run_until_complete(ouro_loop *loop, ouro_future *future);

/* Makes the loop return after the iteration that runs; what this iteration schedules stays for the
 * next run. Follows loop.stop. */
OURO_API void ouro_loop_stop(ouro_loop *loop);

/* Returns true while the loop runs. Follows loop.is_running. */
OURO_API bool ouro_loop_is_running(const ouro_loop *loop);

/* Returns the loop's time in seconds, from a monotonic clock that is read now; virtual time on
 * "sim".
 * Follows loop.time. */
OURO_API double ouro_loop_time(ouro_loop *loop);

/* Scheduling. The functions return NULL with the reason in ouro_error_detail: -ENOMEM, -EINVAL for
 * a NULL or a time that is not a number. The handle belongs to the loop (handle.h). `.context` is
 * borrowed for the time of the call; the default is a copy of the current context. */

typedef struct ouro_call_options {
    ouro_callback *callback;
    void *arg;
    ouro_context *context;
    size_t size_;
} ouro_call_options;

/* Runs a callback in the next iteration: ouro_loop_call_soon(loop, callback, arg).
 * Follows loop.call_soon. */
OURO_API ouro_handle *ouro_loop_call_soon_with(ouro_loop *loop, const ouro_call_options *options);

/* Runs a callback `delay` seconds from now. Follows loop.call_later. */
OURO_API ouro_timer *ouro_loop_call_later_with(ouro_loop *loop, double delay,
                                               const ouro_call_options *options);

/* Runs a callback at the loop time `when`. Callbacks of the same time run in the order in which
 * they were scheduled. Follows loop.call_at. */
OURO_API ouro_timer *ouro_loop_call_at_with(ouro_loop *loop, double when,
                                            const ouro_call_options *options);

/* Runs a callback in an iteration of `loop`, and wakes the loop for it.
 * Returns: 0; -ENOMEM; -EINVAL. `loop` must not be closed meanwhile.
 * Threads: any. Follows loop.call_soon_threadsafe. */
OURO_CHECKED OURO_API int ouro_loop_call_soon_threadsafe(ouro_loop *loop, ouro_callback *callback,
                                                         void *arg);

/* The same for handles and timers in the caller's memory; they allocate nothing, and their
 * callbacks begin in an empty context.
 * Returns: 0; OURO_EINUSE if it is scheduled already; -EINVAL. */
OURO_CHECKED OURO_API int ouro_loop_call_soon_handle(ouro_loop *loop, ouro_handle *handle);
OURO_CHECKED OURO_API int ouro_loop_call_later_timer(ouro_loop *loop, double delay,
                                                     ouro_timer *timer);
OURO_CHECKED OURO_API int ouro_loop_call_at_timer(ouro_loop *loop, double when, ouro_timer *timer);

/* Creates a pending future of `loop`; the caller owns the reference. NULL: out of memory.
 * Follows loop.create_future. */
OURO_API ouro_future *ouro_loop_create_future(ouro_loop *loop);

/* Starts a task of `loop`, which need not run yet; else as ouro_create_task.
 * Follows loop.create_task. */
OURO_API ouro_task *ouro_loop_create_task_with(ouro_loop *loop, const ouro_task_options *options);

/* Makes the tasks of a loop: gets what ouro_create_task was given and returns a task, usually after
 * a change to a copy of `options` and a call of ouro_task_new_with. */
typedef ouro_task *ouro_task_factory(ouro_loop *loop, const ouro_task_options *options, void *arg);

/* Sets the factory that every ouro_create_task on this loop calls; NULL for the default.
 * Follows loop.set_task_factory. */
OURO_API void ouro_loop_set_task_factory(ouro_loop *loop, ouro_task_factory *factory, void *arg);

/* Returns the factory, or NULL for the default. Follows loop.get_task_factory. */
OURO_API ouro_task_factory *ouro_loop_get_task_factory(const ouro_loop *loop);

/* Makes a task without asking the factory: what a factory calls. Follows asyncio.Task(). */
OURO_API ouro_task *ouro_task_new_with(ouro_loop *loop, const ouro_task_options *options);

/* A factory whose tasks run their first step at once. Follows asyncio.eager_task_factory. */
OURO_API ouro_task *ouro_eager_task_factory(ouro_loop *loop, const ouro_task_options *options,
                                            void *arg);

/* What an eager factory makes its tasks with, and what that gets as its argument. */
typedef struct ouro_task_constructor {
    ouro_task_factory *function;
    void *arg;
} ouro_task_constructor;

/* A factory like ouro_eager_task_factory whose tasks are made by another function: set it with the
 * address of an ouro_task_constructor as argument, which must live as long as it is set.
 * Follows asyncio.create_eager_task_factory. */
OURO_API ouro_task *ouro_constructed_eager_task_factory(ouro_loop *loop,
                                                        const ouro_task_options *options,
                                                        void *constructor);

/* Sets that factory: ouro_loop_set_task_factory(loop, asyncio.create_eager_task_factory(f)).
 * `constructor` must live as long as it is set. */
static inline void ouro_create_eager_task_factory(ouro_loop *loop,
                                                  ouro_task_constructor *constructor)
{
    ouro_loop_set_task_factory(loop, ouro_constructed_eager_task_factory, constructor);
}

/* Descriptors. */

/* Calls `callback(arg)` in every iteration in which `fd` is readable, until removed; replaces the
 * reader that the descriptor had. The descriptor must stay open until the reader is removed.
 * Returns: 0; -EBADF; -EPERM for a regular file; OURO_EINUSE for the descriptor of a stream or
 * server, or while a task waits for it (ouro/socket.h); -ENOMEM.
 * Follows loop.add_reader. */
OURO_CHECKED OURO_API int ouro_loop_add_reader(ouro_loop *loop, int fd, ouro_callback *callback,
                                               void *arg);

/* Removes the reader. Returns: 1 if there was one, else 0. Follows loop.remove_reader. */
OURO_API int ouro_loop_remove_reader(ouro_loop *loop, int fd);

/* The same for writability. Follows loop.add_writer and loop.remove_writer. */
OURO_CHECKED OURO_API int ouro_loop_add_writer(ouro_loop *loop, int fd, ouro_callback *callback,
                                               void *arg);
OURO_API int ouro_loop_remove_writer(ouro_loop *loop, int fd);

/* Errors that nobody waits for. */

typedef struct ouro_exception_context {
    const char *message;       /* what went wrong */
    int status;                /* the error, or 0 */
    const ouro_error *error;   /* its detail, or NULL */
    ouro_future *future;       /* the future or task concerned, or NULL */
    const char *site;          /* where it was created, or NULL */
    ouro_transport *transport; /* the connection concerned, borrowed, or NULL */
    ouro_protocol *protocol;   /* who is told of that connection, or NULL */
} ouro_exception_context;

typedef void ouro_exception_handler(ouro_loop *loop, const ouro_exception_context *context,
                                    void *arg);

/* Sets who is told of errors that nobody waits for; NULL for the default, which writes them to
 * stderr.
 * Follows loop.set_exception_handler. */
OURO_API void ouro_loop_set_exception_handler(ouro_loop *loop, ouro_exception_handler *handler,
                                              void *arg);

/* Returns the handler, or NULL for the default. Follows loop.get_exception_handler. */
OURO_API ouro_exception_handler *ouro_loop_get_exception_handler(const ouro_loop *loop);

/* Writes the context to stderr. Follows loop.default_exception_handler. */
OURO_API void ouro_loop_default_exception_handler(ouro_loop *loop,
                                                  const ouro_exception_context *context);

/* Reports an error to the handler. Follows loop.call_exception_handler. */
OURO_API void ouro_loop_call_exception_handler(ouro_loop *loop,
                                               const ouro_exception_context *context);

/* Turns debug mode on or off. Follows loop.set_debug and loop.get_debug. */
OURO_API void ouro_loop_set_debug(ouro_loop *loop, bool enabled);
OURO_API bool ouro_loop_get_debug(const ouro_loop *loop);

/* Sets how long a callback or a task's step may take, in seconds, before debug mode reports it;
 * default 0.1. Returns: 0; -EINVAL for NaN.
 * Follows loop.slow_callback_duration, an attribute. */
OURO_API int ouro_loop_set_slow_callback_duration(ouro_loop *loop, double seconds);
OURO_API double ouro_loop_get_slow_callback_duration(const ouro_loop *loop);

/* The loop as steps, for a host with a loop of its own:
 *
 *     ouro_loop_host_begin(loop);
 *     while (...) {
 *         int status = ouro_loop_poll(loop, timeout);      the one call that may block
 *         ouro_loop_dispatch(loop);                        ready descriptors and due timers
 *         ouro_loop_run_ready(loop);                       one iteration of callbacks and tasks
 *     }
 *     ouro_loop_host_end(loop);
 */

/* Makes `loop` the running loop of this thread, and no longer.
 * Returns: 0; OURO_ERUNNING; OURO_ECLOSED. */
OURO_CHECKED OURO_API int ouro_loop_host_begin(ouro_loop *loop);
OURO_API void ouro_loop_host_end(ouro_loop *loop);

/* Hands what was submitted to the kernel and waits for events, at most `timeout` seconds and not
 * beyond the next timer; not at all while callbacks are ready. OURO_FOREVER sets no limit.
 * Returns: 0; -EINTR if a signal interrupted the wait; an error of the kernel; as all three steps
 * do, -EINVAL before the begin and OURO_ERUNNING from inside a task or callback. */
OURO_CHECKED OURO_API int ouro_loop_poll(ouro_loop *loop, double timeout);

/* Schedules the callbacks of what the poll found, then those of due timers. Runs none of the
 * user's.
 * Returns: how many events there were. */
OURO_API int ouro_loop_dispatch(ouro_loop *loop);

/* Runs the callbacks and tasks that are ready now, and none that they make ready.
 * Returns: how many ran. */
OURO_API int ouro_loop_run_ready(ouro_loop *loop);

/* Returns the loop time of the next thing to do: now if something is ready or was found by the
 * poll, OURO_FOREVER if nothing is known. */
OURO_API double ouro_loop_next_deadline(ouro_loop *loop);

/* Returns a descriptor that polls readable when ouro_loop_poll would not block on the kernel, for a
 * host that waits itself: call ouro_loop_poll(loop, 0) first, so that everything is submitted, and
 * wait no longer than ouro_loop_next_deadline. -ENOTSUP on "sim". */
OURO_API int ouro_loop_descriptor(ouro_loop *loop);

/* Sets functions that are called before and after the one call that may block, each time that it
 * may: to give up a lock meanwhile. NULL for none. They must not touch the loop. */
OURO_API void ouro_loop_set_block_hooks(ouro_loop *loop, ouro_callback *before,
                                        ouro_callback *after, void *arg);

#ifndef __cplusplus
#define ouro_new_event_loop(...) OURO_NEW_EVENT_LOOP_(__VA_ARGS__, .size_ = 0)
#define OURO_NEW_EVENT_LOOP_(ret_loop, ...)                                                        \
    ouro_new_event_loop_with((ret_loop), &(ouro_loop_options) { __VA_ARGS__ })
#define ouro_loop_call_soon(loop, ...)                                                             \
    ouro_loop_call_soon_with(                                                                      \
        (loop), &(ouro_call_options) { __VA_ARGS__, .size_ = sizeof(ouro_call_options) })
#define ouro_loop_call_later(loop, delay, ...)                                                     \
    ouro_loop_call_later_with(                                                                     \
        (loop), (delay), &(ouro_call_options) { __VA_ARGS__, .size_ = sizeof(ouro_call_options) })
#define ouro_loop_call_at(loop, when, ...)                                                         \
    ouro_loop_call_at_with(                                                                        \
        (loop), (when), &(ouro_call_options) { __VA_ARGS__, .size_ = sizeof(ouro_call_options) })
#define ouro_loop_create_task(loop, ...)                                                           \
    ouro_loop_create_task_with((loop), OURO_TASK_OPTIONS_(__VA_ARGS__, .site_ = OURO_SITE_))
#endif

#ifdef __cplusplus
}
#endif

#endif
