/* Generators and what belongs to their consumer: scopes, context variables; and to their loop: its
 * end. Generators in two parts. */
#include "harness/test.h"
#include "ouro.h"

#include <errno.h>
#include <string.h>

#define RUN(coroutine) CHECK_INT(ouro_run(coroutine), 0)

OURO_ASYNC_GENERATOR(countdown, int, (int, from))
{
    while (from > 0) {
        OURO_TRY(ouro_sleep(0.001));
        OURO_TRY(ouro_yield(from--));
    }
    return 0;
}

OURO_ASYNC_GENERATOR(numbers, int)
{
    int number = 0;

    for (;;)
        OURO_TRY(ouro_yield(++number));
}

static int reports;

static void count_report(ouro_loop *loop, const ouro_exception_context *context, void *expected)
{
    (void) loop;
    CHECK(strstr(context->message, expected) != NULL);
    reports++;
}

/* Scopes of a body. */

enum { IN_TIMEOUT, IN_GROUP, IN_CANCEL_SCOPE };

static int yield_statuses[2];

/* Yields inside a scope, and outside of it when that has failed. */
OURO_ASYNC_GENERATOR(yields_inside, int, (int, kind))
{
    int status = 0;

    OURO_TRY(ouro_yield(1));
    if (kind == IN_TIMEOUT)
        ouro_with_timeout (&status, 1) {
            yield_statuses[0] = ouro_yield(2);
            yield_statuses[1] = ouro_yield(2);
        }
    if (kind == IN_GROUP)
        ouro_with_task_group (group, &status) {
            yield_statuses[0] = ouro_yield(2);
            yield_statuses[1] = ouro_yield(2);
        }
    if (kind == IN_CANCEL_SCOPE)
        ouro_with_cancel_scope(scope, &status, .shield = true)
        {
            yield_statuses[0] = ouro_yield(2);
            yield_statuses[1] = ouro_yield(2);
        }
    CHECK_INT(status, 0);
    OURO_TRY(ouro_yield(3));
    return 0;
}

static void check_refused(const char *kind)
{
    CHECK_INT(yield_statuses[0], OURO_EINVALIDSTATE);
    CHECK_INT(yield_statuses[1], OURO_EINVALIDSTATE);
    CHECK(strstr(ouro_error_text(OURO_EINVALIDSTATE), kind) != NULL);
    CHECK(strstr(ouro_error_text(OURO_EINVALIDSTATE), "leave the") != NULL);
}

OURO_ASYNC(consumes_inside)
{
    static const char *const kinds[] = { "timeout", "task group", "cancel scope" };
    int status = 0;
    int kind;

    for (kind = IN_TIMEOUT; kind <= IN_CANCEL_SCOPE; kind++) {
        int sum = 0;

        /* The consumer's own scope is one that the body may yield in. */
        ouro_with_timeout (&status, 5) {
            ouro_async_for(int, number, yields_inside_gen(kind), &status)
            {
                sum = sum * 10 + number;
                CHECK_INT(ouro_sleep(2), 0); /* no limit of the body's holds here */
            }
        }
        CHECK_INT(status, 0);
        CHECK_INT(sum, 13);
        check_refused(kinds[kind]);
    }
    return 0;
}

TEST_WITH(a_yield_inside_a_scope_of_the_body_is_refused, .backends = TEST_SIM)
{
    RUN(consumes_inside_coro());
}

/* Each scope of the consumer is another one, and gone when the next item is asked for. */
OURO_ASYNC(scopes_between)
{
    numbers_generator numbers = numbers_gen();
    int status = 0;
    int item = 0;
    int i;

    for (i = 1; i < 4; i++) {
        ouro_with_timeout (&status, 1) {
            CHECK_INT(numbers_anext(&numbers, &item), 1);
            CHECK_INT(item, i);
        }
        CHECK_INT(status, 0);
    }
    return numbers_aclose(&numbers);
}

TEST_WITH(scopes_of_the_consumer_do_not_concern_the_body, .backends = TEST_SIM)
{
    RUN(scopes_between_coro());
}

OURO_ASYNC_GENERATOR(ends_inside, int, (ouro_timeout *, timeout))
{
    OURO_TRY(ouro_timeout_enter(timeout, 1));
    return 0;
}

OURO_ASYNC(asks_careless)
{
    ouro_timeout timeout;
    ends_inside_generator generator = ends_inside_gen(&timeout);
    int item;

    return ends_inside_anext(&generator, &item);
}

TEST_WITH(a_body_that_ends_inside_a_scope_aborts, .backends = TEST_SIM)
{
    CHECK_DIES(SIGABRT, ": generator ends_inside has ended inside a timeout")
    {
        ouro_ignore(ouro_run(asks_careless_coro()));
    }
}

OURO_ASYNC(sleeps_long)
{
    return ouro_sleep(100);
}

/* Waits inside of scopes of every kind, for the task of its group that is not done. */
OURO_ASYNC_GENERATOR(waits_inside, int)
{
    int status = 0;

    ouro_with_timeout (&status, 50) {
        ouro_with_cancel_scope(scope, &status, .shield = true)
        {
            ouro_with_task_group (group, &status) {
                CHECK(ouro_task_group_create_task(&group, sleeps_long_coro()) != NULL);
            }
        }
    }
    return status;
}

OURO_ASYNC(asks_inside)
{
    waits_inside_generator generator = waits_inside_gen();
    int status = 0;
    int item;

    ouro_with_timeout (&status, 60) {
        status = waits_inside_anext(&generator, &item);
    }
    return status;
}

OURO_ASYNC(left_inside)
{
    ouro_task_unref(ouro_create_task(asks_inside_coro()));
    return ouro_sleep(1);
}

TEST_ALL_BACKENDS(a_body_can_be_abandoned_inside_of_scopes)
{
    static char expected[] = "Task was destroyed";
    ouro_loop *loop;
    ouro_task *task;

    CHECK_INT(ouro_new_event_loop(&loop, .backend = test_backend()), 0);
    ouro_loop_set_exception_handler(loop, count_report, expected);
    task = ouro_loop_create_task_with(loop,
                                      &(ouro_task_options) { .coroutine = left_inside_coro() });
    CHECK_INT(ouro_loop_run_until_complete(loop, task), 0);
    ouro_task_unref(task);
    CHECK_INT(ouro_loop_close(loop), 0);
    CHECK_INT(reports, 2);
}

static int warnings;

static void count_warning(ouro_log_level level, const char *text, void *arg)
{
    (void) arg;
    CHECK_INT(level, OURO_LOG_WARNING);
    CHECK(strstr(text, "generator countdown was started after") != NULL);
    warnings++;
}

OURO_ASYNC(starts_late)
{
    int status = 0;
    int sum = 0;

    ouro_set_log_handler(count_warning, NULL);
    ouro_async_for(int, number, countdown_gen(2), &status)
    {
        sum += number;
    }
    CHECK_INT(warnings, 0);
    OURO_TRY(ouro_loop_shutdown_asyncgens(ouro_get_running_loop()));
    ouro_async_for(int, number, countdown_gen(2), &status)
    {
        sum += number;
    }
    CHECK_INT(warnings, 1);
    CHECK_INT(sum, 6);
    return status;
}

TEST_WITH(a_start_after_the_shutdown_is_logged, .backends = TEST_SIM)
{
    RUN(starts_late_coro());
    ouro_set_log_handler(NULL, NULL);
}

/* Context variables are those of whoever asks. */

static ouro_context_var colour = OURO_CONTEXT_VAR("colour");

OURO_ASYNC_GENERATOR(colours, const char *)
{
    for (;;) {
        const char *now = ouro_context_var_get(&colour, (void *) (uintptr_t) "none");

        OURO_TRY(ouro_context_var_set(&colour, (void *) (uintptr_t) "body", NULL));
        OURO_TRY(ouro_sleep(0));
        OURO_TRY(ouro_yield(now));
    }
}

static colours_generator shared_colours;

static const char *ask_colour(void)
{
    const char *now = NULL;

    CHECK_INT(colours_anext(&shared_colours, &now), 1);
    return now;
}

OURO_ASYNC(asks_colour)
{
    CHECK_STR(ask_colour(), "main"); /* of the copy that the task was made with */
    CHECK_STR(ask_colour(), "body");
    return ouro_context_var_set(&colour, (void *) (uintptr_t) "task", NULL);
}

OURO_ASYNC(asks_colours)
{
    ouro_task *task;

    shared_colours = colours_gen();
    CHECK_STR(ask_colour(), "none");
    CHECK_STR(ouro_context_var_get(&colour, NULL), "body");
    OURO_TRY(ouro_context_var_set(&colour, (void *) (uintptr_t) "main", NULL));
    task = ouro_create_task(asks_colour_coro());
    OURO_TRY(ouro_await(task));
    ouro_task_unref(task);
    CHECK_STR(ask_colour(), "main");
    CHECK_STR(ask_colour(), "body");
    return colours_aclose(&shared_colours);
}

TEST_WITH(context_variables_are_the_consumers, .backends = TEST_SIM)
{
    RUN(asks_colours_coro());
}

/* In two parts, as for a header and a source file. */

OURO_ASYNC_GENERATOR_DECLARE(squares, long, (int, from), (int, count));
OURO_ASYNC_GENERATOR_DECLARE(letters_only, char);

OURO_ASYNC(uses_declared)
{
    squares_generator object = squares_gen(3, 2);
    int status = 0;
    long sum = 0;
    char last = 0;

    ouro_async_for(long, square, squares_gen(1, 3), &status)
    {
        sum += square;
    }
    CHECK_INT(sum, 14);
    CHECK_INT(squares_anext(&object, &sum), 1);
    CHECK_INT(sum, 9);
    CHECK_INT(squares_aclose(&object), 0);
    ouro_async_for(char, letter, letters_only_gen(), &status)
    {
        last = letter;
    }
    CHECK_INT(last, 'c');
    return status;
}

OURO_ASYNC_GENERATOR_DEFINE(squares, long, (int, from), (int, count))
{
    for (; count > 0; from++, count--)
        OURO_TRY(ouro_yield((long) from * from));
    return 0;
}

OURO_ASYNC_GENERATOR_DEFINE(letters_only, char)
{
    char letter;

    for (letter = 'a'; letter <= 'c'; letter++)
        OURO_TRY(ouro_yield(letter));
    return 0;
}

TEST_WITH(a_generator_can_be_declared_and_defined_apart, .backends = TEST_SIM)
{
    RUN(uses_declared_coro());
}
