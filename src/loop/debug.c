/* Debug mode: what takes too long, and calls from the wrong thread. */
#include "loop/debug.h"

#include "base/alloc.h"
#include "base/log.h"
#include "base/symbol.h"
#include "loop/frames.h"
#include "loop/handle.h"
#include "loop/park.h"
#include "loop/unclosed.h"

#include <errno.h>

/* Longest report; what goes beyond is cut. */
enum { REPORT_SIZE = 8192 };

static int64_t read_clock(const ouro_loop *loop)
{
    return loop->backend->ops->now(loop->backend);
}

/* Writes a report and gives its memory back. */
static void finish_report(struct text *text)
{
    ouro__log(LOG_WARNING, "%s", text->data);
    ouro__alloc_free(text->data);
}

/* Takes memory for a report. Without memory the report is dropped: returns false. */
static bool begin_report(struct text *text)
{
    *text = (struct text) { .data = ouro__alloc_zero(REPORT_SIZE), .size = REPORT_SIZE };
    return text->data != NULL;
}

static void add_site(struct text *text, const struct task *task)
{
    if (task->function_name != NULL)
        text_add(text, " running %s()", task->function_name);
    if (task->site != NULL)
        text_add(text, "\n  created at: %s", task->site);
}

/* Adds where a task stands that has parked. */
static void add_stack(struct text *text, const struct task *task)
{
    const void *places[FRAMES_MAX];
    int count = ouro__task_places(task, places, FRAMES_MAX);
    ouro_frame *frames;
    size_t shown;

    if (count <= 0)
        return;
    frames = ouro__alloc((size_t) count * sizeof *frames);
    if (frames == NULL)
        return;
    shown = ouro__frames_from_places(task, places, (size_t) count, frames, (size_t) count);
    text_add(text, "\n  stack (innermost call first):\n");
    ouro__text_add_frames(text, "    ", frames, shown);
    text_cut_newline(text);
    ouro__alloc_free(frames);
}

static void report_slow_step(struct task *task, int64_t elapsed)
{
    struct text text;
    char wait[128];

    if (!begin_report(&text))
        return;
    text_add(&text, "Executing task '%s' took %.3f seconds, ", ouro_task_get_name(&task->future),
             (double) elapsed / 1e9);
    (void) ouro_task_format_wait(&task->future, wait, sizeof wait);
    text_add(&text, "and led to: %s;", wait);
    add_site(&text, task);
    add_stack(&text, task);
    finish_report(&text);
}

/* A cancel was asked for, has arrived or not, was never taken back, and yet the task has ended as
 * if nothing had happened. */
static void report_swallowed_cancel(struct task *task)
{
    struct text text;

    if (!begin_report(&text))
        return;
    text_add(&text, "Task '%s' was cancelled but ended with a result,",
             ouro_task_get_name(&task->future));
    add_site(&text, task);
    text_add(&text, "\n  return the -ECANCELED that a call gives, or take the request back with "
                    "ouro_task_uncancel");
    ouro__origin_add_future(&text, &task->future);
    finish_report(&text);
}

void ouro__task_step_debug(ouro_runnable *step)
{
    struct task *task = task_from_step(step);
    ouro_loop *loop = task->future.loop;
    int64_t began = read_clock(loop);
    int64_t elapsed;

    ouro_future_ref(&task->future);
    ouro__task_resume(loop, task);
    elapsed = read_clock(loop) - began;
    if (elapsed >= loop->slow_ns)
        report_slow_step(task, elapsed);
    if (task->future.state == FUTURE_FINISHED && task->future.status >= 0 &&
        task->cancel_requests > 0)
        report_swallowed_cancel(task);
    future_unref(&task->future);
}

static void report_slow_callback(uintptr_t function, const struct origin *origin, int64_t elapsed)
{
    struct symbol symbol;
    struct text text;

    if (!begin_report(&text))
        return;
    ouro__symbol_find((const void *) function, &symbol);
    text_add(&text, "Executing callback %.*s() at %s+0x%zx took %.3f seconds",
             (int) symbol.name_len, symbol.name, symbol.module, symbol.module_offset,
             (double) elapsed / 1e9);
    ouro__origin_add(&text, origin);
    finish_report(&text);
}

/* Returns the function that a runnable calls for the user, or 0. */
static uintptr_t find_callback(const ouro_runnable *runnable)
{
    uintptr_t function = ouro__handle_function(runnable);

    if (function == 0)
        function = ouro__timer_function(runnable);
    if (function == 0)
        function = ouro__done_callback_function(runnable);
    return function != 0 ? function : ouro__inbox_entry_function(runnable);
}

/* Runs what is no task's step. The runnable may be gone afterwards. */
static void run_callback(ouro_loop *loop, ouro_runnable *runnable)
{
    uintptr_t function = loop->debug ? find_callback(runnable) : 0;
    struct origin origin;
    int64_t began;
    int64_t elapsed;

    if (function == 0) {
        runnable->run_(runnable);
        return;
    }
    ouro__origin_copy(loop, runnable, &origin);
    began = read_clock(loop);
    runnable->run_(runnable);
    elapsed = read_clock(loop) - began;
    if (elapsed >= loop->slow_ns)
        report_slow_callback(function, &origin, elapsed);
}

void ouro__debug_run_ready(ouro_loop *loop)
{
    for (;;) {
        ouro_runnable *next = loop->next != NULL ? loop->next : loop_next_runnable(loop);

        loop->next = NULL;
        if (next == NULL)
            return;
        if (next->run_ == ouro__task_step)
            ouro__task_resume(loop, task_from_step(next));
        else if (next->run_ == ouro__task_step_debug)
            ouro__task_step_debug(next);
        else
            run_callback(loop, next);
    }
}

void ouro__debug_poll_done(ouro_loop *loop, int64_t since, int64_t asked_ns)
{
    int64_t elapsed = read_clock(loop) - since;

    if (asked_ns < 0 || elapsed - asked_ns < loop->slow_ns)
        return;
    ouro__log(LOG_WARNING,
              "poll took %.3f seconds, though it was to wait for %.3f at most: the machine is "
              "overloaded, or the process was stopped",
              (double) elapsed / 1e9, (double) asked_ns / 1e9);
}

int ouro__debug_check_thread(const ouro_loop *loop, const char *operation)
{
    if (loop == ouro__loop_current || !__atomic_load_n(&loop->is_running, __ATOMIC_RELAXED))
        return 0;
    ouro__log(LOG_ERROR,
              "%s was called from a thread that is not the loop's, and did nothing: use "
              "ouro_loop_call_soon_threadsafe to get there first",
              operation);
    return ouro_error_set(OURO_EWRONGTHREAD, operation,
                          "called from a thread that is not the loop's: use "
                          "ouro_loop_call_soon_threadsafe to get there first");
}

void ouro__debug_task_made(struct task *task)
{
    if (task->flags & TASK_DEBUGGED)
        return;
    task->flags |= TASK_DEBUGGED;
    task->step.run_ = ouro__task_step_debug;
    origin_keep_future(task->future.loop, &task->future);
}

ouro_task *ouro__debug_factory(ouro_loop *loop, const ouro_task_options *options, void *arg)
{
    ouro_task *task;

    (void) arg;
    if (ouro__debug_check_thread(loop, "create_task") < 0)
        return NULL;
    if (loop->user_factory != NULL)
        task = loop->user_factory(loop, options, loop->user_factory_arg);
    else
        task = ouro_task_new_with(loop, options);
    return task;
}

/* Gives all tasks that exist the step of the new mode, from the next iteration on: the loop that
 * runs them now must be left for that of the new mode. */
static void set_steps(ouro_loop *loop, void (*run)(ouro_runnable *runnable))
{
    ouro_link *link;

    loop_request_attention(loop);
    loop->clock_at_step = loop->steps;
    loop->poll_at_step = loop->steps;

    for (link = loop->tasks.next_; link != &loop->tasks; link = link->next_)
        container_of(link, struct task, all)->step.run_ = run;
}

void ouro__debug_begin(ouro_loop *loop)
{
    loop->debug = true;
    loop->user_factory = loop->task_factory;
    loop->user_factory_arg = loop->task_factory_arg;
    loop->task_factory = ouro__debug_factory;
    set_steps(loop, ouro__task_step_debug);
    ouro__unclosed_add(loop);
}

void ouro__debug_end(ouro_loop *loop)
{
    loop->debug = false;
    loop->task_factory = loop->user_factory;
    loop->task_factory_arg = loop->user_factory_arg;
    set_steps(loop, ouro__task_step);
    ouro__unclosed_remove(loop);
}
