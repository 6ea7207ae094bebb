/* Running a program: a loop, a main task, Ctrl-C, and an orderly end.
 *
 *     OURO_ASYNC(app) { ... }
 *     OURO_MAIN(app)                                     asyncio.run(app()), with an exit status
 *
 *     ouro_runner runner;                                with asyncio.Runner() as runner:
 *     ouro_runner_init(&runner, .debug = true);              runner.run(app())
 *     status = ouro_runner_run(&runner, app_coro());
 *     ouro_ignore(ouro_runner_close(&runner));
 *
 * The first Ctrl-C cancels the main task; if that ends it, the run returns OURO_EINTERRUPTED. A
 * second one ends the run at once, whatever the main task does, and gives the signal its default
 * action back, so that a third ends the process. The handler is installed only in the main thread,
 * only while a run lasts and only where the signal had its default action.
 *
 * Follows asyncio.run and asyncio.Runner.
 */
#ifndef OURO_RUNNER_H
#define OURO_RUNNER_H

#include "ouro/coroutine.h"
#include "ouro/loop.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ouro_runner_options {
    bool debug;
    const char *backend; /* as in ouro_loop_options */
    size_t stack_size;   /* of tasks; the main task has at least 256 KiB */
    /* Makes the loop, in place of ouro_new_event_loop; returns as that does. */
    int (*loop_factory)(ouro_loop **ret_loop, void *arg);
    void *loop_factory_arg;
    size_t size_;
} ouro_runner_options;

/* A runner, by value. The fields are private. */
typedef struct ouro_runner {
    ouro_runner_options options_;
    ouro_loop *loop_;
    ouro_context *context_;
    uint8_t state_;
} ouro_runner;

/* Runs `main` in a new loop, then cancels the tasks that are left, waits for them and closes the
 * loop: ouro_run(app_coro(), .debug = true).
 * Returns: what `main` returned; OURO_EINTERRUPTED after Ctrl-C; OURO_ERUNNING if a loop runs in
 * this thread; what creating the loop failed with. Follows asyncio.run. */
OURO_CHECKED OURO_API int ouro_run_with(ouro_coroutine main, const ouro_runner_options *options);

/* Prepares a runner; nothing is made before the first run or ouro_runner_get_loop. */
OURO_API void ouro_runner_init_with(ouro_runner *runner, const ouro_runner_options *options);

/* Runs a coroutine; all runs of one runner share the loop and the context. `context` may be NULL.
 * Returns: as ouro_run_with; OURO_ECLOSED after the close. Follows Runner.run. */
OURO_CHECKED OURO_API int ouro_runner_run(ouro_runner *runner, ouro_coroutine main);
OURO_CHECKED OURO_API int ouro_runner_run_in_context(ouro_runner *runner, ouro_coroutine main,
                                                     ouro_context *context);

/* Returns 0 and the runner's loop, borrowed; OURO_ECLOSED; or why it could not be made.
 * Follows Runner.get_loop. */
OURO_CHECKED OURO_API int ouro_runner_get_loop(ouro_runner *runner, ouro_loop **ret_loop);

/* Cancels every task that is left, waits for them, reports those that fail, and closes the loop.
 * May be called twice. Returns: 0; OURO_ERUNNING inside the loop. Follows Runner.close. */
OURO_API int ouro_runner_close(ouro_runner *runner);

/* Turns the status of a run into a program's exit status. An error other than Ctrl-C is written to
 * stderr, with its detail.
 * Returns: 0 for a status >= 0, 130 after Ctrl-C, 1 after another error. */
OURO_API int ouro_exit_status(int status);

/* Runs `main` as a program does: ouro_exit_status of ouro_run.
 * Returns: an exit status. */
OURO_API int ouro_main(ouro_coroutine main);

#ifndef __cplusplus
#define ouro_run(...) OURO_RUN_(__VA_ARGS__, .size_ = 0)
#define OURO_RUN_(main_, ...) ouro_run_with((main_), &(ouro_runner_options) { __VA_ARGS__ })
#define ouro_runner_init(...) OURO_RUNNER_INIT_(__VA_ARGS__, .size_ = 0)
#define OURO_RUNNER_INIT_(runner, ...)                                                             \
    ouro_runner_init_with((runner), &(ouro_runner_options) { __VA_ARGS__ })

/* The program's main function: runs the coroutine `app`, which takes no arguments. */
#define OURO_MAIN(app)                                                                             \
    int main(void)                                                                                 \
    {                                                                                              \
        return ouro_main(app##_coro());                                                            \
    }
#endif

#ifdef __cplusplus
}
#endif

#endif
