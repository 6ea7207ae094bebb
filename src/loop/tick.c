/* One iteration of the loop: poll, dispatch, run.
 *
 * Cost of an idle turn: one system call. While tasks keep each other busy, a turn without I/O costs
 * none: the kernel is asked when the step budget is used up, and then only if the backend may have
 * something.
 */
#include "loop/loop.h"

#include "base/bounds.h"
#include "base/torture.h"
#include "loop/debug.h"
#include "loop/timer.h"

#include <errno.h>

int64_t ouro__loop_poll_timeout(ouro_loop *loop)
{
    int64_t next;
    int64_t now;

    if (!list_is_empty(&loop->ready) || loop->stay ||
        atomic_load_explicit(&loop->inbox, memory_order_relaxed) != NULL)
        return 0;
    timers_place_staged(loop);
    next = wheel_next(&loop->timers);
    if (next == INT64_MAX)
        return WAIT_FOREVER;
    if (!loop->backend->ops->is_virtual && next < INT64_MAX - TIMER_SLACK_NS)
        next = (next + TIMER_SLACK_NS - 1) & ~(int64_t) (TIMER_SLACK_NS - 1);
    now = loop->backend->ops->now(loop->backend);
    return next > now ? next - now : 0;
}

static void run_before_poll(ouro_loop *loop)
{
    ouro_link *link;

    while ((link = list_pop(&loop->before_poll)) != NULL) {
        ouro_runnable *runnable = container_of(link, ouro_runnable, link_);

        runnable->run_(runnable);
    }
}

int ouro__loop_poll(ouro_loop *loop, int64_t timeout_ns)
{
    const struct backend_ops *ops = loop->backend->ops;
    int status = 0;

    if (!list_is_empty(&loop->before_poll)) {
        run_before_poll(loop);
        if (timeout_ns != 0) { /* that may have made something ready or set a timer */
            int64_t sooner = ouro__loop_poll_timeout(loop);

            timeout_ns = sooner < timeout_ns ? sooner : timeout_ns;
        }
    }
    if (timeout_ns != 0) {
        int64_t since = loop->debug ? ops->now(loop->backend) : 0;

        if (loop->before_block != NULL)
            loop->before_block(loop->block_arg);
        status = ops->wait(loop->backend, timeout_ns);
        if (__builtin_expect(loop->debug, 0))
            ouro__debug_poll_done(loop, since, timeout_ns);
        if (loop->after_block != NULL)
            loop->after_block(loop->block_arg);
    } else if (ops->has_work(loop->backend)) {
        status = ops->wait(loop->backend, 0);
    }
    loop->now = ops->now(loop->backend);
    loop->polled_at = loop->now;
    (void) stack_pool_trim(&loop->stacks, (uint64_t) loop->now);
    loop->now_checked = loop->steps;
    loop->poll_at_step = loop->steps + POLL_BUDGET_STEPS;
    loop->clock_at_step = loop->steps + loop->steps_per_clock;
    loop->attention_at_step = loop->stay ? 0 : loop->clock_at_step;
    return status;
}

int ouro__loop_dispatch(ouro_loop *loop)
{
    ouro_link *last;
    int count;

    ouro__inbox_drain(loop);
    last = loop->ready.previous_;
    count = loop->backend->ops->dispatch(loop->backend);
    ouro__torture_shuffle(&loop->ready, last);
    timers_make_ready(loop);
    return count;
}

int ouro__loop_iterate(ouro_loop *loop, int64_t timeout_ns)
{
    int status = ouro__loop_poll(loop, timeout_ns);

    if (status < 0 && status != -EINTR)
        return status;
    (void) ouro__loop_dispatch(loop);
    (void) loop_begin_iteration(loop);
    ouro__loop_run_ready(loop);
    return 0;
}
