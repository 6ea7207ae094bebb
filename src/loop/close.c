/* The end of a loop: everything that is pending is taken apart, in an order in which nobody can
 * meet what is gone already.
 *
 *     operations              that write into frames are cancelled and waited for
 *     hooks of the library    run, while all frames are there: they give references back
 *     callbacks and timers    are dropped
 *     tasks                   are reported, end as cancelled, are forgotten by streams and the like
 *                             that they waited for, then lose their stacks
 *     generators              that are suspended are reported and lose theirs
 *     attachments             let go of what other libraries have on the loop
 *     streams, watches        end their operations, which the backend completes
 *
 * Futures and tasks that somebody still refers to keep the loop's memory, and nothing else of it.
 */
#include "loop/loop.h"

#include "base/alloc.h"
#include "base/bounds.h"
#include "loop/census.h"
#include "loop/debug.h"
#include "loop/generator.h"
#include "loop/handle.h"
#include "loop/hook.h"
#include "loop/park.h"
#include "loop/task.h"
#include "loop/timer.h"

#include <errno.h>

/* Runs the hooks that are ready, and those that become ready by that. */
static void run_hooks(ouro_loop *loop)
{
    ouro_link others;
    ouro_link *link;

    list_init(&others);
    loop->last = &loop->ready;
    while ((link = list_pop(&loop->ready)) != NULL) {
        ouro_runnable *runnable = container_of(link, ouro_runnable, link_);

        if (runnable->run_ == ouro__hook_run)
            ouro__hook_run(runnable);
        else
            list_append(&others, link);
    }
    list_move_all(&loop->ready, &others);
}

/* Takes everything out of the queues, before the stacks that parts of it stand on are gone. */
static void discard_scheduled(ouro_loop *loop)
{
    ouro_timer_node *node;

    ouro__inbox_drain(loop);
    run_hooks(loop);
    timers_place_staged(loop);
    while ((node = wheel_pop_due(&loop->timers, INT64_MAX)) != NULL)
        loop_make_ready(loop, &container_of(node, ouro_timer_entry, node_)->runnable_);
    while (!list_is_empty(&loop->ready)) {
        ouro_runnable *runnable = container_of(loop->ready.next_, ouro_runnable, link_);

        if (ouro__handle_discard(runnable) || ouro__timer_discard(runnable))
            continue;
        loop_unready(loop, runnable);
        if (runnable->run_ == ouro__hook_run)
            ouro__hook_run(runnable);
        else if (!ouro__done_callback_discard(runnable))
            (void) ouro__inbox_entry_discard(runnable);
    }
}

/* Reports tasks as pending. */
static void report_tasks(ouro_loop *loop, const ouro_link *tasks)
{
    ouro_link *link;

    for (link = tasks->next_; link != tasks; link = link->next_)
        ouro__report(loop, "Task was destroyed but it is pending",
                     &container_of(link, struct task, all)->future, 0, NULL);
}

static void end_resources(ouro_loop *loop, enum loop_end stage)
{
    ouro_link all;
    ouro_link *link;

    list_init(&all);
    list_move_all(&all, &loop->resources);
    while ((link = list_pop(&all)) != NULL) {
        struct loop_resource *resource = container_of(link, struct loop_resource, link);

        list_append(&loop->resources, link);
        resource->end(resource, stage);
    }
}

/* Ends all tasks that are pending. Those that a handler makes meanwhile end without a report, or it
 * might never be over. */
static void abandon_tasks(ouro_loop *loop)
{
    bool is_first = true;
    ouro_link tasks;
    ouro_link *link;

    list_init(&tasks);
    do {
        list_move_all(&tasks, &loop->tasks);
        if (is_first)
            report_tasks(loop, &tasks);
        discard_scheduled(loop);
        for (link = tasks.next_; link != &tasks; link = link->next_)
            ouro__task_settle(container_of(link, struct task, all));
        discard_scheduled(loop);
        if (is_first)
            end_resources(loop, LOOP_END_FORGET);
        is_first = false;
        while (!list_is_empty(&tasks))
            ouro__task_abandon(container_of(tasks.next_, struct task, all));
        discard_scheduled(loop);
    } while (!list_is_empty(&loop->tasks));
}

/* Sends what was written in the last iteration. */
static void flush_writes(ouro_loop *loop)
{
    if (list_is_empty(&loop->before_poll) || ouro__loop_poll(loop, 0) < 0)
        return;
    (void) loop->backend->ops->dispatch(loop->backend);
}

/* Cancels the waits of tasks whose memory the kernel still writes to. Returns how many go on. */
static size_t cancel_pinned(ouro_loop *loop)
{
    size_t count = 0;
    ouro_link *link;

    for (link = loop->tasks.next_; link != &loop->tasks; link = link->next_) {
        struct wait *wait = container_of(link, struct task, all)->wait;

        if (wait == NULL || !wait->is_pinned || wait->finished)
            continue;
        (void) wait->cancel(wait, NULL);
        count += !wait->finished;
    }
    return count;
}

/* Waits until the kernel has given the memory of tasks back. A disk answers at some time; who is
 * not in the thread or process that the backend belongs to has nothing to wait for. */
static void drain_pinned(ouro_loop *loop)
{
    const struct backend_ops *ops = loop->backend->ops;

    while (cancel_pinned(loop) > 0) {
        int status = ops->wait(loop->backend, CLOSE_DRAIN_NS);

        if (status < 0 && status != -EINTR)
            return;
        (void) ops->dispatch(loop->backend);
    }
}

/* Lets the operations that have been cancelled come to their end, so that their owners free them.
 * An operation that nobody has cancelled belongs to an object that was not closed, and is given up.
 */
static void drain_backend(ouro_loop *loop)
{
    const struct backend_ops *ops = loop->backend->ops;
    unsigned turn;

    for (turn = 0; loop->backend->in_flight > 0 && turn < CLOSE_DRAIN_TURNS; turn++) {
        if (ops->wait(loop->backend, CLOSE_DRAIN_NS) < 0)
            return;
        (void) ops->dispatch(loop->backend);
    }
}

void ouro__loop_free_if_unused(ouro_loop *loop)
{
    if (loop->holds + slab_live(&loop->small_tasks) + slab_live(&loop->large_tasks) +
            slab_live(&loop->futures) + slab_live(&loop->callbacks) >
        0)
        return;
    ouro__loop_free(loop);
}

void ouro__future_hold_loop(ouro_future *future)
{
    future->loop->holds++;
}

void ouro__loop_unhold(ouro_loop *loop)
{
    loop->holds--;
    if (loop->is_closed)
        ouro__loop_free_if_unused(loop);
}

int ouro_loop_close(ouro_loop *loop)
{
    if (loop == NULL || loop->is_closed)
        return 0;
    if (loop->is_running)
        return ouro_error_set(OURO_ERUNNING, "close", "the loop is running: stop it first");
    flush_writes(loop);
    drain_pinned(loop);
    loop->is_closed = true;
    loop->holds++; /* what is freed here must not take the loop along */
    discard_scheduled(loop);
    abandon_tasks(loop);
    ouro__generators_end(loop);
    ouro__attachments_end(loop);
    end_resources(loop, LOOP_END_CANCEL);
    ouro__watches_remove_all(loop);
    drain_backend(loop);
    loop->backend->ops->close(loop->backend);
    end_resources(loop, LOOP_END_LEAVE);
    loop->backend = NULL;
    discard_scheduled(loop);
    ouro__task_ids_return(loop);
    ouro__census_report(loop);
    if (loop->debug)
        ouro__debug_end(loop);
    stack_pool_done(&loop->stacks);
    ouro__loop_unhold(loop);
    return 0;
}
