/* The loop as steps, for a host that has a loop of its own. */
#include "base/time.h"
#include "loop/timer.h"

#include <errno.h>

int ouro_loop_host_begin(ouro_loop *loop)
{
    int status = ouro__loop_enter(loop);

    if (status == 0)
        loop->is_hosted = true;
    return status;
}

void ouro_loop_host_end(ouro_loop *loop)
{
    if (loop == NULL || ouro__loop_current != loop || !loop->is_hosted || loop->is_stepping)
        return;
    loop->is_hosted = false;
    ouro__loop_leave(loop);
}

/* The functions between begin and end are for the thread that began. */
static int check_host(ouro_loop *loop, const char *operation)
{
    if (loop == NULL || ouro__loop_current != loop)
        return ouro_error_set(-EINVAL, operation,
                              "call ouro_loop_host_begin with this loop in this thread first");
    if (!loop->is_hosted || loop->is_stepping)
        return ouro_error_set(OURO_ERUNNING, operation,
                              "the loop is running: a task or callback cannot step it");
    return 0;
}

int ouro_loop_poll(ouro_loop *loop, double timeout)
{
    int status = check_host(loop, "poll");
    int64_t limit;
    int64_t longest;

    if (status < 0)
        return status;
    if (time_from_seconds(timeout, &limit) < 0)
        return ouro_error_set(-EINVAL, "poll", "the timeout is not a number (NaN)");
    longest = ouro__loop_poll_timeout(loop);
    if (limit < 0)
        limit = 0;
    return ouro__loop_poll(loop, limit < longest ? limit : longest);
}

int ouro_loop_dispatch(ouro_loop *loop)
{
    int status = check_host(loop, "dispatch");

    return status < 0 ? status : ouro__loop_dispatch(loop);
}

int ouro_loop_run_ready(ouro_loop *loop)
{
    int status = check_host(loop, "run_ready");
    uint64_t before;

    if (status < 0)
        return status;
    before = loop->steps;
    loop->is_stepping = true;
    loop->stay = true;
    loop_request_attention(loop);
    (void) loop_begin_iteration(loop);
    ouro__loop_run_ready(loop);
    loop->stay = false;
    loop->stopping = false;
    loop->is_stepping = false;
    return (int) (loop->steps - before);
}

double ouro_loop_next_deadline(ouro_loop *loop)
{
    int64_t next;

    if (loop == NULL)
        return OURO_FOREVER;
    if (ouro__loop_poll_timeout(loop) == 0 || loop->backend->ops->has_results(loop->backend))
        return ouro_loop_time(loop);
    timers_place_staged(loop);
    next = wheel_next(&loop->timers);
    return next == INT64_MAX ? OURO_FOREVER : time_to_seconds(next);
}

int ouro_loop_descriptor(ouro_loop *loop)
{
    if (loop == NULL)
        return ouro_error_set(-EINVAL, "descriptor", "the loop is NULL");
    return loop->backend->ops->descriptor(loop->backend);
}

void ouro_loop_set_block_hooks(ouro_loop *loop, ouro_callback *before, ouro_callback *after,
                               void *arg)
{
    if (loop == NULL)
        return;
    loop->before_block = before;
    loop->after_block = after;
    loop->block_arg = arg;
}
