/* Runners: a loop, a main task, Ctrl-C, and an orderly end. */
#include "ouro/runner.h"

#include "base/alloc.h"
#include "loop/context.h"
#include "loop/detail.h"
#include "loop/loop.h"
#include "loop/task.h"
#include "ouro/generator.h"
#include "run/interrupt.h"

#include <errno.h>
#include <stdio.h>

/* The main task has room for deep call chains, whatever small size the others have. */
#define MAIN_STACK_SIZE ((size_t) 256 << 10)

/* An exit status for a program that was ended by Ctrl-C: 128 + SIGINT. */
#define EXIT_INTERRUPTED 130

enum runner_state { RUNNER_CREATED = 0, RUNNER_READY, RUNNER_CLOSED };

void ouro_runner_init_with(ouro_runner *runner, const ouro_runner_options *options)
{
    *runner = (ouro_runner) { .options_ = options != NULL ? *options
                                                          : (ouro_runner_options) { 0 } };
}

static int make_loop(ouro_runner *runner)
{
    const ouro_runner_options *options = &runner->options_;

    if (options->loop_factory != NULL)
        return options->loop_factory(&runner->loop_, options->loop_factory_arg);
    return ouro_new_event_loop_with(&runner->loop_, &(ouro_loop_options) {
                                                        .backend = options->backend,
                                                        .debug = options->debug,
                                                        .stack_size = options->stack_size,
                                                    });
}

/* Makes the loop and the context on first use. */
static int prepare(ouro_runner *runner)
{
    int status;

    if (runner == NULL)
        return ouro_error_set(-EINVAL, "runner", "the runner is NULL");
    if (runner->state_ == RUNNER_CLOSED)
        return ouro_error_set(OURO_ECLOSED, "runner", "the runner was closed");
    if (runner->state_ == RUNNER_READY)
        return 0;
    status = make_loop(runner);
    if (status < 0)
        return status;
    runner->context_ = ouro_copy_context();
    if (runner->context_ == NULL) {
        (void) ouro_loop_close(runner->loop_);
        return ouro_error_set(-ENOMEM, "runner", "out of memory");
    }
    if (runner->options_.debug)
        ouro_loop_set_debug(runner->loop_, true);
    runner->state_ = RUNNER_READY;
    return 0;
}

int ouro_runner_get_loop(ouro_runner *runner, ouro_loop **ret_loop)
{
    int status = prepare(runner);

    if (status == 0 && ret_loop == NULL)
        return ouro_error_set(-EINVAL, "runner_get_loop", "there is no place for the loop: NULL");
    if (status == 0)
        *ret_loop = runner->loop_;
    return status;
}

/* Runs the main task to its end, with Ctrl-C turned into a cancel. */
static int run_main(ouro_runner *runner, ouro_task *task)
{
    struct interrupt interrupt;
    int status;

    ouro__interrupt_begin(&interrupt, runner->loop_, task);
    status = ouro_loop_run_until_complete(runner->loop_, task);
    ouro__interrupt_end(&interrupt);
    if (interrupt.count > 1 && !ouro_future_done(task))
        return ouro_error_set(OURO_EINTERRUPTED, "run", "interrupted by Ctrl-C, twice");
    if (interrupt.count > 0 && status == -ECANCELED && ouro_task_uncancel(task) == 0)
        return ouro_error_set(OURO_EINTERRUPTED, "run", "interrupted by Ctrl-C");
    return status;
}

int ouro_runner_run_in_context(ouro_runner *runner, ouro_coroutine main, ouro_context *context)
{
    ouro_task *task;
    int status;

    if (ouro__loop_current != NULL)
        return ouro_error_set(OURO_ERUNNING, "run",
                              "a loop runs in this thread already: await the coroutine instead");
    status = prepare(runner);
    if (status < 0)
        return status;
    task = ouro_loop_create_task_with(
        runner->loop_,
        &(ouro_task_options) {
            .coroutine = main,
            .context = context != NULL ? context : runner->context_,
            .stack_size = runner->loop_->stack_size > MAIN_STACK_SIZE ? 0 : MAIN_STACK_SIZE,
            .size_ = sizeof(ouro_task_options),
        });
    if (task == NULL)
        return ouro_error_detail()->status;
    status = run_main(runner, task);
    ouro_task_unref(task);
    return status;
}

int ouro_runner_run(ouro_runner *runner, ouro_coroutine main)
{
    return ouro_runner_run_in_context(runner, main, NULL);
}

/* Runs the loop until a cancelled task is done, and reports it if it failed in another way. */
static void end_task(ouro_loop *loop, ouro_task *task)
{
    int status = 0;

    while (!ouro_future_done(task) && (status == 0 || status == OURO_ESTOPPED))
        status = ouro_loop_run_until_complete(loop, task);
}

static void report_task(ouro_loop *loop, ouro_task *task)
{
    const ouro_error *error = ouro_future_exception(task);

    if (error != NULL && error->status != -ECANCELED)
        ouro__report(loop, "unhandled exception during ouro_run() shutdown", task, error->status,
                     error);
}

/* Cancels every task that is left and waits for all of them. Without memory for their list they are
 * left to the close, which reports them. */
static void cancel_all(ouro_loop *loop)
{
    size_t count = loop->task_count;
    ouro_task **tasks = count > 0 ? ouro__alloc(count * sizeof *tasks) : NULL;
    size_t i;

    if (tasks == NULL)
        return;
    (void) ouro_all_tasks(loop, tasks, count);
    for (i = 0; i < count; i++) {
        ouro_future_ref(tasks[i]);
        (void) ouro_task_cancel(tasks[i], NULL);
    }
    for (i = 0; i < count; i++)
        end_task(loop, tasks[i]);
    for (i = 0; i < count; i++) {
        report_task(loop, tasks[i]);
        ouro_task_unref(tasks[i]);
    }
    ouro__alloc_free(tasks);
}

static int shutdown_generators(void *loop)
{
    return ouro_loop_shutdown_asyncgens(loop);
}

/* Closes the generators that nobody has closed. Without memory for that they are left to the close
 * of the loop, which reports them. */
static void end_generators(ouro_loop *loop)
{
    ouro_task *task;

    if (list_is_empty(&loop->generators))
        return;
    task = ouro_loop_create_task_with(
        loop, &(ouro_task_options) { .coroutine = ouro_coro(shutdown_generators, loop) });
    if (task == NULL)
        return;
    end_task(loop, task);
    ouro_task_unref(task);
}

int ouro_runner_close(ouro_runner *runner)
{
    int status;

    if (runner == NULL || runner->state_ != RUNNER_READY)
        return 0; /* one that has made no loop stays as it is, as asyncio's does */
    if (ouro__loop_current != NULL)
        return ouro_error_set(OURO_ERUNNING, "runner_close", "a loop runs in this thread");
    cancel_all(runner->loop_);
    end_generators(runner->loop_);
    ouro_context_unref(runner->context_);
    status = ouro_loop_close(runner->loop_);
    runner->loop_ = NULL;
    runner->state_ = RUNNER_CLOSED;
    return status;
}

int ouro_run_with(ouro_coroutine main, const ouro_runner_options *options)
{
    ouro_runner runner;
    struct error_record *failure;
    int status;
    int closed;

    ouro_runner_init_with(&runner, options);
    status = ouro_runner_run(&runner, main);
    failure = status < 0 ? ouro__failure_take(status) : NULL;
    closed = ouro_runner_close(&runner);
    if (status < 0)
        ouro__failure_set(failure); /* the tasks that the close has cancelled came after it */
    return status >= 0 && closed < 0 ? closed : status;
}

int ouro_exit_status(int status)
{
    const ouro_error *error = ouro_error_detail();
    char text[1024];

    if (status >= 0)
        return 0;
    if (status == OURO_EINTERRUPTED)
        return EXIT_INTERRUPTED;
    if (error != NULL && error->status == status)
        (void) ouro_error_format(error, text, sizeof text);
    else
        (void) snprintf(text, sizeof text, "%s: %s", ouro_errname(status), ouro_strerror(status));
    (void) fprintf(stderr, "%s\n", text);
    return 1;
}

int ouro_main(ouro_coroutine main)
{
    return ouro_exit_status(ouro_run_with(main, NULL));
}
