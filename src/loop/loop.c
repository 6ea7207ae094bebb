/* The life of a loop: creation, running, the end. */
#include "loop/loop.h"

#include "base/alloc.h"
#include "base/bounds.h"
#include "base/time.h"
#include "loop/census.h"
#include "loop/debug.h"
#include "loop/handle.h"
#include "loop/overflow.h"
#include "loop/task.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Sets the pools up; none of them allocates yet. */
static void init_pools(ouro_loop *loop)
{
    slab_init(&loop->small_tasks, sizeof(struct task) + TASK_ARGUMENTS_SMALL);
    slab_init(&loop->large_tasks, sizeof(struct task) + TASK_ARGUMENTS_LARGE);
    slab_init(&loop->handles,
              sizeof(ouro_timer) > sizeof(ouro_handle) ? sizeof(ouro_timer) : sizeof(ouro_handle));
    slab_init(&loop->callbacks, CALLBACK_RECORD_SIZE);
    slab_init(&loop->futures, sizeof(ouro_future));
    slab_init(&loop->pieces, STREAM_PIECE);
}

static void done_pools(ouro_loop *loop)
{
    slab_done(&loop->small_tasks);
    slab_done(&loop->large_tasks);
    slab_done(&loop->handles);
    slab_done(&loop->callbacks);
    slab_done(&loop->futures);
    slab_done(&loop->pieces);
    while (loop->bulk_count > 0)
        ouro__alloc_free(loop->bulk[--loop->bulk_count].data);
}

void ouro__loop_free(ouro_loop *loop)
{
    done_pools(loop);
    ouro__origins_done(loop);
    ouro__alloc_free(loop->backend_reason);
    ouro__alloc_free(loop);
}

static void init_state(ouro_loop *loop)
{
    static _Atomic uint64_t last_serial;

    loop->serial = atomic_fetch_add(&last_serial, 1) + 1;
    list_init(&loop->ready);
    loop->last = &loop->ready;
    list_init(&loop->tasks);
    list_init(&loop->before_poll);
    list_init(&loop->resources);
    list_init(&loop->attachments);
    list_init(&loop->lookups);
    list_init(&loop->generators);
    list_init(&loop->closing_generators);
    list_init(&loop->context_frames);
    loop->steps_per_clock = POLL_BUDGET_CLOCK_STEPS;
    loop->now = loop->backend->ops->now(loop->backend);
    loop->polled_at = loop->now;
    wheel_init(&loop->timers, loop->now);
    loop->slow_ns = SLOW_CALLBACK_NS;
    atomic_init(&loop->inbox, NULL);
    atomic_init(&loop->woken, false);
    init_pools(loop);
}

/* Opens the backend that the options or the environment ask for. */
static int open_backend(ouro_loop *loop, const ouro_loop_options *options)
{
    const char *name = options->backend != NULL ? options->backend : getenv("OURO_BACKEND");
    const char *reason = "";
    int status;

    if (name != NULL && *name == '\0')
        name = NULL;
    status = ouro__backend_open(&loop->backend, name, NULL, &reason);
    if (status < 0)
        return ouro_error_set(status, "new_event_loop", "%s", reason);
    loop->backend_reason = ouro__alloc_string(reason);
    if (loop->backend_reason == NULL) {
        loop->backend->ops->close(loop->backend);
        return ouro_error_set(-ENOMEM, "new_event_loop", "out of memory");
    }
    return 0;
}

static int choose_stack_class(ouro_loop *loop, size_t stack_size)
{
    unsigned stack_class;

    loop->stack_size = stack_size;
    if ((stack_size != 0 ? ouro__stack_class_checked(stack_size, &stack_class)
                         : stack_class_for(0, &stack_class)) < 0)
        return ouro_error_set(-EINVAL, "new_event_loop",
                              "a stack of %zu bytes is out of range: %zu to %zu are possible",
                              stack_size, OURO_STACK_SIZE_MIN, OURO_STACK_SIZE_MAX);
    loop->stack_class = (uint8_t) stack_class;
    return 0;
}

int ouro_new_event_loop_with(ouro_loop **ret_loop, const ouro_loop_options *options)
{
    static const ouro_loop_options defaults;
    const char *debug = getenv("OURO_DEBUG");
    ouro_loop *loop;
    int status;

    if (ret_loop == NULL)
        return ouro_error_set(-EINVAL, "new_event_loop", "there is no place for the loop: NULL");
    if (options == NULL)
        options = &defaults;
    loop = ouro__alloc_zero(sizeof *loop);
    if (loop == NULL)
        return ouro_error_set(-ENOMEM, "new_event_loop", "out of memory");
    loop->debug = options->debug || (debug != NULL && *debug != '\0' && strcmp(debug, "0") != 0);
    status = choose_stack_class(loop, options->stack_size);
    if (status == 0)
        status = open_backend(loop, options);
    if (status < 0) {
        ouro__alloc_free(loop);
        return status;
    }
    status = stack_pool_init(&loop->stacks, &(struct stack_pool_options) {
                                                .fill = loop->debug,
                                                .unpooled = !STACKS_ARE_POOLED,
                                            });
    if (status < 0) {
        loop->backend->ops->close(loop->backend);
        ouro__alloc_free(loop->backend_reason);
        ouro__alloc_free(loop);
        return ouro_error_set(status, "new_event_loop", "out of memory");
    }
    init_state(loop);
    if (loop->debug)
        ouro__debug_begin(loop);
    *ret_loop = loop;
    return 0;
}

int ouro__loop_enter(ouro_loop *loop)
{
    if (loop == NULL)
        return ouro_error_set(-EINVAL, "run", "the loop is NULL");
    if (loop->is_closed)
        return ouro_error_set(OURO_ECLOSED, "run", "the loop was closed");
    if (loop->is_running)
        return ouro_error_set(OURO_ERUNNING, "run", "this loop is running already");
    if (ouro__loop_current != NULL)
        return ouro_error_set(OURO_ERUNNING, "run",
                              "another loop runs in this thread: await instead of running");
    if (ouro__overflow_watch() < 0)
        return ouro_error_set(-ENOMEM, "run", "out of memory for a signal stack");
    loop->is_running = true;
    loop->thread = pthread_self();
    coro_init_thread(&loop->coro);
    ouro__loop_current = loop;
    return 0;
}

void ouro__loop_leave(ouro_loop *loop)
{
    ouro__loop_current = NULL;
    loop->is_running = false;
    ouro__overflow_unwatch();
}

int ouro_loop_run_forever(ouro_loop *loop)
{
    int status = ouro__loop_enter(loop);

    if (status < 0)
        return status;
    do {
        status = ouro__loop_iterate(loop, ouro__loop_poll_timeout(loop));
    } while (status == 0 && !loop->stopping);
    loop->stopping = false;
    loop->stay = false;
    ouro__loop_leave(loop);
    if (status == -EDEADLK)
        return ouro_error_set(status, "run",
                              "deadlock: no timer is set and nothing else can ever happen");
    if (status < 0)
        return ouro_error_set(status, "poll", "the kernel refused to wait: %s",
                              ouro_strerror(status));
    return 0;
}

/* The end of run_until_complete: a waiter on the future that stops the loop. */
struct completion {
    struct future_waiter waiter;
    ouro_runnable runnable;
    ouro_loop *loop;
};

static void stop_at_completion(ouro_runnable *runnable)
{
    ouro_loop_stop(container_of(runnable, struct completion, runnable)->loop);
}

int ouro_loop_run_until_complete(ouro_loop *loop, ouro_future *future)
{
    struct completion completion = {
        .waiter.runnable = &completion.runnable,
        .runnable.run_ = stop_at_completion,
        .loop = loop,
    };
    int status;

    if (loop == NULL || future == NULL)
        return ouro_error_set(-EINVAL, "run_until_complete", "the loop or the future is NULL");
    if (future->loop != loop)
        return ouro_error_set(OURO_EWRONGLOOP, "run_until_complete",
                              "the future belongs to another loop");
    if (loop->is_running || ouro__loop_current != NULL)
        return ouro_error_set(OURO_ERUNNING, "run_until_complete",
                              "a loop runs in this thread already: use ouro_await");
    ouro_future_ref(future);
    ouro__future_add_waiter(future, &completion.waiter);
    status = ouro_loop_run_forever(loop);
    ouro__future_remove_waiter(future, &completion.waiter);
    if (status == 0 && !future_is_done(future))
        status = ouro_error_set(OURO_ESTOPPED, "run_until_complete",
                                "the loop was stopped before the future was done");
    else if (status == 0)
        status = ouro__future_take_status(future);
    ouro_future_unref(future);
    return status;
}

void ouro_loop_stop(ouro_loop *loop)
{
    if (loop == NULL || check_thread(loop, "stop") < 0)
        return;
    loop->stopping = true;
    loop->stay = true;
    loop_request_attention(loop);
}

ouro_loop *ouro_get_running_loop(void)
{
    return ouro__loop_current;
}

const char *ouro_loop_backend(const ouro_loop *loop)
{
    return loop != NULL ? loop->backend->ops->name : NULL;
}

const char *ouro_loop_backend_reason(const ouro_loop *loop)
{
    return loop != NULL ? loop->backend_reason : NULL;
}

bool ouro_loop_is_running(const ouro_loop *loop)
{
    return loop != NULL && loop->is_running;
}

double ouro_loop_time(ouro_loop *loop)
{
    return loop != NULL ? time_to_seconds(loop->backend->ops->now(loop->backend)) : 0;
}

void ouro_loop_set_task_factory(ouro_loop *loop, ouro_task_factory *factory, void *arg)
{
    if (loop == NULL)
        return;
    if (loop->debug) {
        loop->user_factory = factory;
        loop->user_factory_arg = arg;
        return;
    }
    loop->task_factory = factory;
    loop->task_factory_arg = arg;
}

ouro_task_factory *ouro_loop_get_task_factory(const ouro_loop *loop)
{
    if (loop == NULL)
        return NULL;
    return loop->debug ? loop->user_factory : loop->task_factory;
}

void ouro_loop_set_debug(ouro_loop *loop, bool enabled)
{
    if (loop == NULL || loop->is_closed || enabled == loop->debug)
        return;
    if (enabled)
        ouro__debug_begin(loop);
    else
        ouro__debug_end(loop);
}

bool ouro_loop_get_debug(const ouro_loop *loop)
{
    return loop != NULL && loop->debug;
}

int ouro_loop_set_slow_callback_duration(ouro_loop *loop, double seconds)
{
    int64_t duration;

    if (loop == NULL || time_from_seconds(seconds, &duration) < 0)
        return ouro_error_set(-EINVAL, "set_slow_callback_duration",
                              "the loop is NULL or the duration is not a number (NaN)");
    loop->slow_ns = duration;
    return 0;
}

double ouro_loop_get_slow_callback_duration(const ouro_loop *loop)
{
    return loop != NULL ? time_to_seconds(loop->slow_ns) : 0;
}
