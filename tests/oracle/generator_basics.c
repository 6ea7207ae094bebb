/* Generators: items, the end, and who runs the body. */
#include "scenario.h"

OURO_ASYNC_GENERATOR(ticker, int, (double, delay), (int, to))
{
    trace("begins");
    for (int i = 0; i < to; i++) {
        OURO_TRY(ouro_sleep(delay));
        OURO_TRY(ouro_yield(i));
    }
    trace("ends");
    return 0;
}

OURO_ASYNC(loop_over_items)
{
    int status = 0;

    ouro_async_for(int, i, ticker_gen(0.5, 3), &status)
    {
        trace("got %d", i);
    }
    trace("left");
    return status;
}

OURO_ASYNC(items_by_hand)
{
    ticker_generator generator = ticker_gen(1, 2);
    int item = 0;

    trace("made");
    for (int i = 0; i < 4; i++) {
        int status = ticker_anext(&generator, &item);

        trace("%s", show_item(status, item));
    }
    return 0;
}

OURO_ASYNC(no_items)
{
    ticker_generator generator = ticker_gen(1, 0);
    int status = 0;

    ouro_async_for(int, i, ticker_gen(1, 0), &status)
    {
        trace("got %d", i);
    }
    trace("%s", show_item(ticker_anext(&generator, NULL), 0));
    trace("%s", show_item(ticker_anext(&generator, NULL), 0));
    return status;
}

OURO_ASYNC(never_asked)
{
    ticker_generator generator = ticker_gen(1, 3);

    (void) generator;
    OURO_TRY(ouro_sleep(1));
    trace("nothing has run");
    return 0;
}

OURO_ASYNC_GENERATOR(plain, int)
{
    for (int i = 0; i < 3; i++) {
        OURO_TRY(ouro_yield(i * i));
    }
    return 0;
}

/* Neither the body nor the loop suspends: nothing else runs. */
OURO_ASYNC(without_waiting)
{
    int status = 0;

    say_soon("a callback");
    ouro_async_for(int, i, plain_gen(), &status)
    {
        trace("got %d", i);
    }
    trace("left");
    OURO_TRY(ouro_sleep(0));
    trace("slept");
    return status;
}

OURO_ASYNC(other)
{
    for (int i = 0; i < 4; i++) {
        trace("beat %d", i);
        OURO_TRY(ouro_sleep(0.4));
    }
    return 0;
}

OURO_ASYNC(beside_a_task)
{
    ouro_task *task = spawn(other_coro(), "other");
    int status = 0;

    ouro_async_for(int, i, ticker_gen(0.5, 2), &status)
    {
        trace("got %d", i);
        OURO_TRY(ouro_sleep(0.1));
    }
    return join(task);
}

OURO_ASYNC(yields_of_zero_delay)
{
    ouro_task *task = spawn(other_coro(), "other");
    int status = 0;

    ouro_async_for(int, i, ticker_gen(0, 3), &status)
    {
        trace("got %d", i);
    }
    return join(task);
}

OURO_ASYNC(skip_some)
{
    int status = 0;

    ouro_async_for(int, i, ticker_gen(0.1, 6), &status)
    {
        if (i % 2) {
            continue;
        }
        trace("got %d", i);
    }
    return status;
}

OURO_ASYNC(consume, (double, delay))
{
    int status = 0;

    ouro_async_for(int, i, ticker_gen(delay, 2), &status)
    {
        trace("got %d", i);
    }
    return status;
}

OURO_ASYNC(consumers_of_their_own)
{
    ouro_task *first = spawn(consume_coro(0.3), "first");
    ouro_task *second = spawn(consume_coro(0.2), "second");

    OURO_TRY(join(first));
    return join(second);
}

OURO_ASYNC_GENERATOR(whose_task, int)
{
    trace("begins in %s", ouro_task_get_name(ouro_current_task()));
    OURO_TRY(ouro_yield(1));
    trace("goes on in %s", ouro_task_get_name(ouro_current_task()));
    OURO_TRY(ouro_yield(2));
    trace("ends in %s", ouro_task_get_name(ouro_current_task()));
    return 0;
}

OURO_ASYNC(ask, (whose_task_generator *, generator))
{
    int item = 0;
    int status = whose_task_anext(generator, &item);

    trace("%s", show_item(status, item));
    return 0;
}

OURO_ASYNC(the_body_runs_in_the_asking_task)
{
    static const char *const names[] = { "one", "two", "three", "four" };
    whose_task_generator generator = whose_task_gen();

    for (size_t i = 0; i < COUNT(names); i++) {
        OURO_TRY(join(spawn(ask_coro(&generator), "%s", names[i])));
    }
    return 0;
}

SCENARIO(CASE(loop_over_items), CASE(items_by_hand), CASE(no_items), CASE(never_asked),
         CASE(without_waiting), CASE(beside_a_task), CASE(yields_of_zero_delay), CASE(skip_some),
         CASE(consumers_of_their_own), CASE(the_body_runs_in_the_asking_task))
