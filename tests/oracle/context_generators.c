/* A generator has no context of its own: each step of it runs in that of who asks. */
#include "scenario.h"

static ouro_context_var variable = OURO_CONTEXT_VAR("variable");

static int get(void)
{
    return (int) (intptr_t) ouro_context_var_get(&variable, NULL);
}

static void set(int value)
{
    ouro_ignore(ouro_context_var_set(&variable, (void *) (intptr_t) value, NULL));
}

OURO_ASYNC_GENERATOR(counts, int, (int, steps))
{
    for (int i = 0; i < steps; i++) {
        trace("the body sees %d", get());
        set(get() + 1);
        OURO_TRY(ouro_sleep(0.1));
        OURO_TRY(ouro_yield(i));
    }
    trace("the body ends with %d", get());
    return 0;
}

OURO_ASYNC(seen_by_the_consumer)
{
    int status = 0;

    set(10);
    ouro_async_for(int, number, counts_gen(3), &status)
    {
        trace("%d: %d", number, get());
    }
    trace("after it %d", get());
    return status;
}

OURO_ASYNC(set_between_the_steps)
{
    int status = 0;

    ouro_async_for(int, number, counts_gen(3), &status)
    {
        set(100 * (number + 1));
    }
    trace("after it %d", get());
    return status;
}

static void tell_next(counts_generator *generator)
{
    int item = 0;
    int status = counts_anext(generator, &item);

    trace("%s", show_item(status, item));
    trace("has %d", get());
}

OURO_ASYNC(ask, (counts_generator *, generator), (int, value))
{
    set(value);
    tell_next(generator);
    return 0;
}

OURO_ASYNC(asked_by_tasks_in_turn)
{
    counts_generator generator = counts_gen(3);

    set(1);
    for (int value = 20; value <= 30; value += 10) {
        OURO_TRY(join(spawn(ask_coro(&generator, value), "t%d", value)));
    }
    tell_next(&generator);
    return counts_aclose(&generator);
}

OURO_ASYNC_GENERATOR(one, int)
{
    int status = ouro_yield(1);

    trace("closed where it is %d", get());
    return status;
}

OURO_ASYNC(closes, (one_generator *, generator))
{
    set(7);
    return one_aclose(generator);
}

OURO_ASYNC(made_in_one_and_closed_in_another)
{
    one_generator generator = one_gen();
    int item = 0;

    set(5);
    int status = one_anext(&generator, &item);
    trace("%s", show_item(status, item));
    OURO_TRY(join(spawn(closes_coro(&generator), "closer")));
    trace("has %d", get());
    return 0;
}

OURO_ASYNC(child)
{
    trace("the child sees %d", get());
    return 0;
}

OURO_ASYNC_GENERATOR(starts, int)
{
    for (int i = 0; i < 2; i++) {
        set(i + 1);
        OURO_TRY(join(spawn(child_coro(), "child-%d", i)));
        OURO_TRY(ouro_yield(i));
    }
    return 0;
}

OURO_ASYNC(tasks_that_a_body_starts)
{
    int status = 0;

    ouro_async_for(int, number, starts_gen(), &status)
    {
        trace("%d: %d", number, get());
    }
    return status;
}

SCENARIO(CASE(seen_by_the_consumer), CASE(set_between_the_steps), CASE(asked_by_tasks_in_turn),
         CASE(made_in_one_and_closed_in_another), CASE(tasks_that_a_body_starts))
