/* Errors of a generator's body, of its consumer, and of those who ask at the wrong time. */
#include "scenario.h"

static void ask_plain(ouro_generator *generator)
{
    int item = 0;
    int status = ouro_generator_anext(generator, &item);

    trace("%s", show_item(status, item));
}

OURO_ASYNC_GENERATOR(fails_after, int, (int, count), (double, delay))
{
    for (int i = 0; i < count; i++) {
        OURO_TRY(ouro_yield(i));
    }
    OURO_TRY(ouro_sleep(delay));
    return fail(count);
}

static int loop(int count, double delay)
{
    int status = 0;

    ouro_async_for(int, i, fails_after_gen(count, delay), &status)
    {
        trace("got %d", i);
    }
    return status;
}

OURO_ASYNC(the_body_fails)
{
    int status = loop(2, 0);

    trace("%s", show(status));
    status = loop(1, 1);
    trace("%s", show(status));
    return 0;
}

OURO_ASYNC(at_once)
{
    int status = loop(0, 0);

    trace("%s", show(status));
    return 0;
}

OURO_ASYNC(an_error_is_the_end)
{
    fails_after_generator generator = fails_after_gen(1, 0);

    for (int i = 0; i < 4; i++) {
        ask_plain(&generator.generator);
    }
    trace("%s", show_item(fails_after_aclose(&generator), 0));
    return 0;
}

OURO_ASYNC_GENERATOR(tidy, int)
{
    for (int i = 0; i < 5; i++) {
        int status = ouro_yield(i);

        if (status == OURO_EGENERATOREXIT) {
            trace("closed");
            OURO_TRY(ouro_sleep(0.5));
        }
        OURO_TRY(status);
    }
    return 0;
}

OURO_ASYNC(consumer_fails)
{
    int status = 0;

    ouro_async_for(int, i, tidy_gen(), &status)
    {
        if (i == 2) {
            status = fail(7);
            break;
        }
    }
    return status;
}

OURO_ASYNC(the_consumer_fails)
{
    int status = consumer_fails();

    trace("%s", show(status));
    return 0;
}

OURO_ASYNC_GENERATOR(untidy, int)
{
    ouro_ignore(ouro_yield(1));
    OURO_TRY(ouro_sleep(0.5));
    return fail(9);
}

OURO_ASYNC(closing_fails)
{
    int status = 0;

    ouro_async_for(int, i, untidy_gen(), &status)
    {
        trace("got %d", i);
        break;
    }
    trace("%s", show(status));
    return 0;
}

OURO_ASYNC_GENERATOR(handled, int, (double, delay))
{
    for (int i = 0; i < 3; i++) {
        OURO_TRY(ouro_sleep(delay));
        if (i == 1) {
            trace("handles %s", show(fail(1)));
            OURO_TRY(ouro_yield(-1));
        } else {
            OURO_TRY(ouro_yield(i));
        }
    }
    return 0;
}

OURO_ASYNC(an_error_within_the_body)
{
    int status = 0;

    ouro_async_for(int, i, handled_gen(0.1), &status)
    {
        trace("got %d", i);
    }
    return status;
}

OURO_ASYNC_GENERATOR(naps, int)
{
    OURO_TRY(ouro_sleep(1));
    OURO_TRY(ouro_yield(1));
    OURO_TRY(ouro_sleep(1));
    return ouro_yield(2);
}

OURO_ASYNC(ask, (ouro_generator *, generator))
{
    ask_plain(generator);
    return 0;
}

OURO_ASYNC(asked_while_it_runs)
{
    naps_generator naps = naps_gen();
    ouro_task *task = spawn(ask_coro(&naps.generator), "asks");
    int item = 0;
    int status;

    OURO_TRY(ouro_sleep(0.5));
    ask_plain(&naps.generator);
    status = naps_asend(&naps, NULL, &item);
    trace("%s", show_item(status, item));
    status = naps_athrow(&naps, fail(1), &item);
    trace("%s", show_item(status, item));
    OURO_TRY(join(task));
    ask_plain(&naps.generator);
    ask_plain(&naps.generator);
    return 0;
}

OURO_ASYNC(asked_by_two_at_once)
{
    naps_generator naps = naps_gen();
    ouro_task *tasks[3];

    for (size_t i = 0; i < COUNT(tasks); i++) {
        tasks[i] = spawn(ask_coro(&naps.generator), "asks-%zu", i);
    }
    join_all(tasks, COUNT(tasks));
    ask_plain(&naps.generator);
    ask_plain(&naps.generator);
    return 0;
}

static ouro_generator selfish;

OURO_ASYNC_GENERATOR(asks_itself, int)
{
    ask_plain(&selfish);
    trace("%s", show_item(ouro_generator_aclose(&selfish), 0));
    return ouro_yield(1);
}

OURO_ASYNC(asked_by_itself)
{
    selfish = asks_itself_gen().generator;
    ask_plain(&selfish);
    ask_plain(&selfish);
    return 0;
}

OURO_ASYNC(failing_member)
{
    return loop(1, 1);
}

OURO_ASYNC(napping_member)
{
    int status = 0;

    ouro_async_for(int, i, naps_gen(), &status)
    {
        trace("got %d", i);
    }
    return status;
}

OURO_ASYNC(an_error_in_a_group)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        ouro_task_group_create_task(&group, failing_member_coro(), .name = "fails");
        ouro_task_group_create_task(&group, napping_member_coro(), .name = "naps");
    }
    trace("%s", show(status));
    return 0;
}

SCENARIO(CASE(the_body_fails), CASE(at_once), CASE(an_error_is_the_end), CASE(the_consumer_fails),
         CASE(closing_fails), CASE(an_error_within_the_body), CASE(asked_while_it_runs),
         CASE(asked_by_two_at_once), CASE(asked_by_itself), CASE(an_error_in_a_group))
