/* Closing a generator: before, amid and after its items, and bodies that do not obey. */
#include "scenario.h"

/* Cleans up, and takes its time for it. */
OURO_ASYNC_GENERATOR(careful, int, (int, count))
{
    int status = 0;

    for (int i = 0; i < count && status >= 0; i++) {
        status = ouro_yield(i);
    }
    if (status < 0) {
        trace("the yield raises %s", show(status));
    }
    OURO_TRY(ouro_sleep(0.5));
    trace("cleaned up");
    return status;
}

/* Asks for an item, and says what came. */
static void ask_careful(careful_generator *generator)
{
    int item = 0;
    int status = careful_anext(generator, &item);

    trace("%s", show_item(status, item));
}

static void close_careful(careful_generator *generator)
{
    int status = careful_aclose(generator);

    trace("%s", show_item(status, 0));
}

OURO_ASYNC(before_the_first_item)
{
    careful_generator generator = careful_gen(3);

    close_careful(&generator);
    ask_careful(&generator);
    close_careful(&generator);
    return 0;
}

OURO_ASYNC(amid_the_items)
{
    careful_generator generator = careful_gen(3);

    ask_careful(&generator);
    close_careful(&generator);
    ask_careful(&generator);
    close_careful(&generator);
    return 0;
}

OURO_ASYNC(after_the_end)
{
    careful_generator generator = careful_gen(0);

    ask_careful(&generator);
    close_careful(&generator);
    return 0;
}

OURO_ASYNC(leaving_a_loop_closes)
{
    int status = 0;

    ouro_async_for(int, i, careful_gen(5), &status)
    {
        trace("got %d", i);
        if (i == 1) {
            break;
        }
    }
    trace("left");
    return status;
}

static int find(void)
{
    int status = 0;

    ouro_async_for(int, i, careful_gen(5), &status)
    {
        if (i == 2) {
            return i;
        }
    }
    return status;
}

OURO_ASYNC(returning_from_a_loop_closes)
{
    int found = find();

    trace("found %d", found);
    return 0;
}

OURO_ASYNC_GENERATOR(returns, int, (int, value))
{
    if (ouro_yield(value) == OURO_EGENERATOREXIT) {
        trace("returns instead");
    }
    return 0;
}

OURO_ASYNC(a_body_that_returns)
{
    returns_generator generator = returns_gen(7);
    int item = 0;
    int status = returns_anext(&generator, &item);

    trace("%s", show_item(status, item));
    status = returns_aclose(&generator);
    trace("%s", show_item(status, 0));
    status = returns_anext(&generator, &item);
    trace("%s", show_item(status, item));
    return 0;
}

OURO_ASYNC_GENERATOR(fails, int)
{
    ouro_ignore(ouro_yield(1));
    return fail(4);
}

OURO_ASYNC(a_body_that_fails)
{
    fails_generator generator = fails_gen();
    int item = 0;
    int status = fails_anext(&generator, &item);

    trace("%s", show_item(status, item));
    status = fails_aclose(&generator);
    trace("%s", show_item(status, 0));
    status = fails_aclose(&generator);
    trace("%s", show_item(status, 0));
    status = fails_anext(&generator, &item);
    trace("%s", show_item(status, item));
    return 0;
}

OURO_ASYNC_GENERATOR(ignores, int)
{
    ouro_ignore(ouro_yield(1));
    OURO_TRY(ouro_yield(2));
    return ouro_yield(3);
}

OURO_ASYNC(a_body_that_yields_again)
{
    ignores_generator generator = ignores_gen();
    int item = 0;
    int status = ignores_anext(&generator, &item);

    trace("%s", show_item(status, item));
    status = ignores_aclose(&generator);
    trace("%s", show_item(status, 0));
    status = ignores_aclose(&generator);
    trace("%s", show_item(status, 0));
    status = ignores_athrow(&generator, -EINVAL, &item);
    trace("%s", show_item(status, item));
    for (int i = 0; i < 2; i++) {
        status = ignores_anext(&generator, &item);
        trace("%s", show_item(status, item));
    }
    status = ignores_aclose(&generator);
    trace("%s", show_item(status, 0));
    return 0;
}

OURO_ASYNC_GENERATOR(naps, int)
{
    OURO_TRY(ouro_sleep(1));
    return ouro_yield(1);
}

OURO_ASYNC(ask_napping, (naps_generator *, generator))
{
    int item = 0;
    int status = naps_anext(generator, &item);

    trace("%s", show_item(status, item));
    return 0;
}

OURO_ASYNC(while_it_runs)
{
    naps_generator generator = naps_gen();
    ouro_task *task = spawn(ask_napping_coro(&generator), "asks");

    OURO_TRY(ouro_sleep(0.5));
    trace("%s", show_item(naps_aclose(&generator), 0));
    OURO_TRY(join(task));
    trace("%s", show_item(naps_aclose(&generator), 0));
    return 0;
}

OURO_ASYNC(close_it, (careful_generator *, generator))
{
    close_careful(generator);
    return 0;
}

OURO_ASYNC(twice_at_once)
{
    careful_generator generator = careful_gen(2);
    ouro_task *first;
    ouro_task *second;

    ask_careful(&generator);
    first = spawn(close_it_coro(&generator), "first");
    second = spawn(close_it_coro(&generator), "second");
    OURO_TRY(join(first));
    return join(second);
}

SCENARIO(CASE(before_the_first_item), CASE(amid_the_items), CASE(after_the_end),
         CASE(leaving_a_loop_closes), CASE(returning_from_a_loop_closes), CASE(a_body_that_returns),
         CASE(a_body_that_fails), CASE(a_body_that_yields_again), CASE(while_it_runs),
         CASE(twice_at_once))
