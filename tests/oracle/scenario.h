/* What the C half of a scenario uses; scenario.py is the same for the Python half.
 *
 * A scenario is a list of cases. Each runs in a loop of its own, on virtual time, and prints what
 * happens:
 *
 *     == case_name
 *     [   1500] worker-1: woke            milliseconds since the case began, the task, what it says
 *     [   1500] -: called                 no task: a callback, or outside the loop
 *     end: 0                              what the case came to
 *
 * Values and errors read the same in both languages: `show` turns a status into text. The arguments
 * of a call are evaluated in any order: never await twice in the arguments of one trace.
 */
#ifndef OURO_TESTS_ORACLE_SCENARIO_H
#define OURO_TESTS_ORACLE_SCENARIO_H

#include <ouro.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef SCENARIO_BACKEND
#define SCENARIO_BACKEND "sim"
#endif

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum {
    SCENARIO_ERROR_BASE = -1000, /* Error(n) is this less n */
    SCENARIO_ERRORS_MAX = 1000,
    TEXTS = 32, /* texts that are alive at once */
    TEXT_SIZE = 512,
};

/* Texts. */

static char scenario_texts[TEXTS][TEXT_SIZE];
static unsigned scenario_text_next;

/* Formats into one of a few buffers that take turns. */
__attribute__((format(printf, 1, 2))) static inline const char *text(const char *format, ...)
{
    char *buffer = scenario_texts[scenario_text_next++ % TEXTS];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(buffer, TEXT_SIZE, format, arguments);
    va_end(arguments);
    return buffer;
}

/* Joins two texts with a space, for lists that begin as "". */
static inline const char *listed(const char *list, const char *item)
{
    return *list ? text("%s %s", list, item) : item;
}

/* Names a status without a look at its detail. */
static inline const char *show_plain(int status)
{
    if (status >= 0) {
        return text("%d", status);
    }
    if (status <= SCENARIO_ERROR_BASE && status > SCENARIO_ERROR_BASE - SCENARIO_ERRORS_MAX) {
        return text("Error(%d)", SCENARIO_ERROR_BASE - status);
    }
    switch (status) {
    case -ECANCELED:
        return "CancelledError";
    case -ETIMEDOUT:
        return "TimeoutError";
    case -EINVAL:
    case OURO_EOVERRELEASE:
        return "ValueError";
    case OURO_EINVALIDSTATE:
        return "InvalidStateError";
    case -ENOENT: /* a context variable without a value */
        return "LookupError";
    case -EDEADLK: /* a task that awaits itself */
    case OURO_EINUSE:
    case OURO_ENOTASK:
    case OURO_ECLOSED:
    case OURO_ERUNNING:
    case OURO_ESTOPPED:
    case OURO_ENOTLOCKED:
    case OURO_EWRONGLOOP:
        return "RuntimeError";
    case OURO_EBROKENBARRIER:
        return "BrokenBarrierError";
    case OURO_EGENERATOREXIT:
        return "GeneratorExit";
    default:
        return ouro_errname(status);
    }
}

/* Names an error; a group with all its members. */
static inline const char *show_error(const ouro_error *error)
{
    if (!error) {
        return "0";
    }
    if (error->error_count == 0) {
        return show_plain(error->status);
    }
    const char *members = "";
    for (size_t i = 0; i < error->error_count; i++) {
        const char *member = show_error(error->errors[i]);
        members = i == 0 ? member : text("%s, %s", members, member);
    }
    return text("group[%s]", members);
}

/* Names what a call in this task came to, by its detail if that makes it a group. */
static inline const char *show(int status)
{
    const ouro_error *detail = ouro_error_detail();

    if (status < 0 && detail && detail->status == status && detail->error_count > 0) {
        return show_error(detail);
    }
    return show_plain(status);
}

/* Names what running a loop came to. */
static inline const char *show_run(int status)
{
    return status == -EDEADLK ? "deadlock" : show(status);
}

/* Names the misuse of something that has states, for which Python has RuntimeError. */
static inline const char *show_misuse(int status)
{
    return status == OURO_EINVALIDSTATE ? "RuntimeError" : show(status);
}

/* Names what asking a generator for an item came to. */
static inline const char *show_item(int status, int item)
{
    return status > 0 ? text("item %d", item) : status == 0 ? "end" : show_misuse(status);
}

/* Names what a future holds. */
static inline const char *result(ouro_future *future)
{
    int status = ouro_future_result(future);
    const ouro_error *error = status < 0 ? ouro_future_exception(future) : NULL;

    return error ? show_error(error) : show_plain(status);
}

/* Names the message of the cancel that this task has just received. */
static inline const char *show_message(void)
{
    const ouro_error *detail = ouro_error_detail();

    if (!detail || detail->status != -ECANCELED || !*detail->text ||
        strcmp(detail->text, ouro_strerror(-ECANCELED)) == 0) {
        return "no message";
    }
    return text("'%s'", detail->text);
}

/* The trace. */

static ouro_loop *scenario_loop;
static double scenario_start;
static long scenario_last; /* when the last line was printed: the time once the loop is gone */

/* The virtual time in milliseconds since the case began; always 0 in a scenario of sockets. */
static inline long now(void)
{
    if (scenario_loop && SCENARIO_BACKEND) {
        scenario_last = (long) ((ouro_loop_time(scenario_loop) - scenario_start) * 1e3 + 0.5);
    }
    return scenario_last;
}

__attribute__((format(printf, 1, 2))) static inline void trace(const char *format, ...)
{
    ouro_task *task = ouro_current_task();
    va_list arguments;

    printf("[%7ld] %s: ", now(), task ? ouro_task_get_name(task) : "-");
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
}

/* Short forms of what every scenario does. */

/* An error of the scenario's own. The detail makes it the task's last failure. */
static inline int fail(int number)
{
    return ouro_error_set(SCENARIO_ERROR_BASE - number, "scenario", "Error(%d)", number);
}

#define spawn(coroutine_, ...) ouro_create_task((coroutine_), .name = text(__VA_ARGS__))

/* Awaits a task or future and gives the reference back. */
static inline int join(ouro_future *future)
{
    int status = ouro_await(future);

    ouro_future_unref(future);
    return status;
}

static inline void join_all(ouro_future **futures, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        ouro_ignore(join(futures[i]));
    }
}

static inline void unref_all(ouro_future **futures, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        ouro_future_unref(futures[i]);
    }
}

static inline const char *results(ouro_future **futures, size_t count)
{
    const char *list = "";

    for (size_t i = 0; i < count; i++) {
        list = listed(list, result(futures[i]));
    }
    return list;
}

/* One digit for each future: is it done? */
static inline const char *done_flags(ouro_future **futures, size_t count)
{
    const char *list = "";

    for (size_t i = 0; i < count; i++) {
        list = listed(list, ouro_future_done(futures[i]) ? "1" : "0");
    }
    return list;
}

static inline int cancelling(void)
{
    return ouro_task_cancelling(ouro_current_task());
}

static inline void set_result(ouro_future *future)
{
    ouro_ignore(ouro_future_set_result(future, NULL));
}

static inline void say(void *message)
{
    trace("%s", (const char *) message);
}

static inline void cancel_callback(void *future)
{
    ouro_future_cancel((ouro_future *) future, NULL);
}

/* Cancels what a variable holds by then. */
static inline void cancel_pointed_callback(void *pointer)
{
    ouro_future_cancel(*(ouro_future **) pointer, NULL);
}

static inline void set_callback(void *future)
{
    set_result((ouro_future *) future);
}

static inline void cancel_held_callback(void *future)
{
    cancel_callback(future);
    ouro_future_unref((ouro_future *) future);
}

static inline void set_held_callback(void *future)
{
    set_callback(future);
    ouro_future_unref((ouro_future *) future);
}

/* The callback to call instead, if it is one that is to hold a reference to its future. */
static inline ouro_callback *holding(ouro_callback *callback, void *future)
{
    if (callback != cancel_callback && callback != set_callback) {
        return callback;
    }
    ouro_future_ref((ouro_future *) future);
    return callback == cancel_callback ? cancel_held_callback : set_held_callback;
}

static inline void call_soon(ouro_callback *callback, void *arg)
{
    ouro_loop_call_soon(ouro_get_running_loop(), holding(callback, arg), arg);
}

static inline void call_later(double delay, ouro_callback *callback, void *arg)
{
    ouro_loop_call_later(ouro_get_running_loop(), delay, holding(callback, arg), arg);
}

static inline void say_soon(const char *message)
{
    call_soon(say, (void *) (uintptr_t) message);
}

static inline void say_later(double delay, const char *message)
{
    call_later(delay, say, (void *) (uintptr_t) message);
}

/* A done callback that says a text, and the adding of it. */
static inline void say_done(ouro_future *future, void *message)
{
    (void) future;
    say(message);
}

static inline void on_done(ouro_future *future, ouro_done_callback *callback, void *arg)
{
    ouro_ignore(ouro_future_add_done_callback(future, callback, arg));
}

static inline void say_on_done(ouro_future *future, const char *message)
{
    on_done(future, say_done, (void *) (uintptr_t) message);
}

/* Cases. */

/* Creates the loop of a case; the clock of the trace begins here. A loop factory of runners, too.
 */
static inline int scenario_loop_factory(ouro_loop **ret_loop, void *arg)
{
    int status = ouro_new_event_loop(ret_loop, .backend = SCENARIO_BACKEND);

    (void) arg;
    if (status == 0) {
        scenario_loop = *ret_loop;
        scenario_start = ouro_loop_time(scenario_loop);
        scenario_last = 0;
    }
    return status;
}

static inline ouro_loop *new_loop(void)
{
    ouro_loop *loop;

    if (scenario_loop_factory(&loop, NULL) < 0) {
        fputs("no loop could be made\n", stderr);
        exit(1);
    }
    return loop;
}

static inline void close_loop(ouro_loop *loop)
{
    now();
    scenario_loop = NULL;
    ouro_ignore(ouro_loop_close(loop));
}

/* Returns what running a coroutine came to. A runner that cannot be made ready has closed its loop.
 */
static inline int ran(int status)
{
    if (status == -ENOMEM) {
        scenario_loop = NULL;
    }
    return status;
}

static inline void close_runner(ouro_runner *runner)
{
    ouro_ignore(ouro_runner_close(runner));
    scenario_loop = NULL;
}

typedef struct scenario_case {
    const char *name;
    ouro_coroutine (*coroutine)(void);
    int (*plain)(void);
} scenario_case;

/* A coroutine without arguments; it is the main task of a runner. */
#define CASE(coroutine_)                                                                           \
    {                                                                                              \
#coroutine_, coroutine_##_coro, NULL                                                       \
    }

/* A function that is called outside any loop. */
#define PLAIN_CASE(function_)                                                                      \
    {                                                                                              \
#function_, NULL, function_                                                                \
    }

#ifdef OURO_TORTURE

/* A fault makes a case leave early, while others still wait for what lies in its frames. So these
 * lie far below the frame of scenario_main, and nothing is called there until all others have been
 * cancelled, and all timers have fired. */

enum { FRAMES_APART = 32 << 10 };

static inline int scenario_call(ouro_coroutine *coroutine)
{
    char gap[FRAMES_APART];

    __asm__ volatile("" : : "r"(gap) : "memory");
    int status = ouro_coroutine_await(coroutine);
    __asm__ volatile("" : : "r"(gap) : "memory");
    return status;
}

static inline void scenario_settle(void)
{
    static const char *const faults[] = { "SWEEP", "ALLOC", "CANCEL", "WAKE", "SHUFFLE" };
    ouro_task *tasks[32];
    bool is_faulty = false;

    for (size_t i = 0; i < COUNT(faults); i++) {
        is_faulty = is_faulty || getenv(text("OURO_TORTURE_%s", faults[i]));
    }
    if (!is_faulty) {
        return;
    }
    for (int round = 0; round < 100; round++) {
        int count = ouro_all_tasks(NULL, tasks, COUNT(tasks));

        for (int i = 0; i < count && i < (int) COUNT(tasks); i++) {
            if (tasks[i] != ouro_current_task()) {
                ouro_task_cancel(tasks[i], NULL);
            }
        }
        ouro_ignore(ouro_sleep(round % 10 == 9 ? 1000 : 0));
    }
}

#else
#define scenario_call ouro_coroutine_await
#define scenario_settle() ((void) 0)
#endif

static inline int scenario_main(void *case_)
{
    ouro_coroutine coroutine = ((const scenario_case *) case_)->coroutine();

    OURO_TRY(ouro_task_set_name(ouro_current_task(), "main"));
    int status = scenario_call(&coroutine);
    scenario_settle();
    return status;
}

static inline int scenario_run_case(const scenario_case *one)
{
    ouro_runner runner;

    if (one->plain) {
        return one->plain();
    }
    ouro_runner_init(&runner, .loop_factory = scenario_loop_factory);
    int status = ouro_runner_run(&runner, ouro_coro(scenario_main, (void *) (uintptr_t) one));
    close_runner(&runner);
    return status;
}

static inline int scenario_run(const scenario_case *cases, size_t count)
{
    setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
    for (size_t i = 0; i < count; i++) {
        printf("== %s\n", cases[i].name);
        printf("end: %s\n", show_run(scenario_run_case(&cases[i])));
        scenario_loop = NULL;
        scenario_last = 0;
    }
    return 0;
}

#define SCENARIO(...)                                                                              \
    int main(void)                                                                                 \
    {                                                                                              \
        static const scenario_case cases[] = { __VA_ARGS__ };                                      \
        return scenario_run(cases, COUNT(cases));                                                  \
    }

#endif
