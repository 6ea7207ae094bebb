/* Cancels and timeouts of a consumer, wherever they meet its generator. */
#include "scenario.h"

OURO_ASYNC_GENERATOR(ticker, int, (double, delay))
{
    int status = 0;

    for (int i = 0; i < 10 && status >= 0; i++) {
        status = ouro_sleep(delay);
        if (status >= 0) {
            status = ouro_yield(i);
        }
    }
    if (status < 0) {
        trace("the body gets %s", show(status));
    }
    OURO_TRY(ouro_sleep(0.25));
    trace("cleaned up");
    return status;
}

OURO_ASYNC(consume, (double, delay), (double, pause))
{
    int status = 0;

    ouro_async_for(int, i, ticker_gen(delay), &status)
    {
        trace("got %d", i);
        status = ouro_sleep(pause);
        if (status < 0) {
            break;
        }
    }
    return status;
}

static int cancel_after(double delay, ouro_coroutine coroutine)
{
    ouro_task *task = spawn(coroutine, "consumer");

    OURO_TRY(ouro_sleep(delay));
    trace("cancels");
    ouro_task_cancel(task, NULL);
    int status = join(task);
    trace("%s", show(status));
    return 0;
}

OURO_ASYNC(while_the_body_waits)
{
    return cancel_after(1.5, consume_coro(1, 0));
}

OURO_ASYNC(while_the_consumer_waits)
{
    return cancel_after(1.5, consume_coro(1, 1));
}

OURO_ASYNC(before_the_first_step)
{
    return cancel_after(0, consume_coro(1, 1));
}

OURO_ASYNC(twice)
{
    ouro_task *task = spawn(consume_coro(1, 1), "consumer");

    OURO_TRY(ouro_sleep(1.5));
    ouro_task_cancel(task, NULL);
    OURO_TRY(ouro_sleep(0.1));
    trace("cancels once more");
    ouro_task_cancel(task, NULL);
    int status = join(task);
    trace("%s", show(status));
    return 0;
}

OURO_ASYNC_GENERATOR(swallows, int)
{
    for (int i = 0; i < 4; i++) {
        int status = ouro_sleep(1);

        if (status >= 0) {
            status = ouro_yield(i);
        }
        if (status == -ECANCELED) {
            trace("swallowed");
            status = ouro_yield(100 + i);
        }
        OURO_TRY(status);
    }
    return 0;
}

OURO_ASYNC(consume_swallower)
{
    int status = 0;

    ouro_async_for(int, i, swallows_gen(), &status)
    {
        trace("got %d, cancelling %d", i, cancelling());
    }
    return status;
}

OURO_ASYNC(a_body_that_swallows)
{
    return cancel_after(1.5, consume_swallower_coro());
}

static void ask(ticker_generator *generator)
{
    int item = 0;
    int status = ticker_anext(generator, &item);

    trace("%s", show_item(status, item));
}

OURO_ASYNC(ask_and_ask_again, (ticker_generator *, generator))
{
    ask(generator);
    ask(generator);
    return 0;
}

OURO_ASYNC(by_hand)
{
    ticker_generator generator = ticker_gen(1);

    return cancel_after(0.5, ask_and_ask_again_coro(&generator));
}

OURO_ASYNC(a_timeout_around_one_item)
{
    ticker_generator generator = ticker_gen(1);
    int status = 0;
    int item = 0;

    ask(&generator);
    ouro_with_timeout (&status, 0.5) {
        status = ticker_anext(&generator, &item);
    }
    if (status == -ETIMEDOUT) {
        trace("too late");
    }
    ask(&generator);
    return 0;
}

OURO_ASYNC(a_timeout_around_the_loop)
{
    int status = 0;

    ouro_with_timeout (&status, 2.5) {
        status = consume(1, 0);
    }
    trace("%s", show(status));
    return 0;
}

OURO_ASYNC_GENERATOR(patient, int)
{
    for (int i = 0; i < 4; i++) {
        int status = 0;

        ouro_with_timeout (&status, 0.5) {
            status = ouro_sleep(0.2 * i);
        }
        trace("%s", status == -ETIMEDOUT ? "the body was too slow" : "in time");
        OURO_TRY(ouro_yield(i));
    }
    return 0;
}

OURO_ASYNC(a_timeout_in_the_body)
{
    int status = 0;

    ouro_async_for(int, i, patient_gen(), &status)
    {
        trace("got %d", i);
    }
    return status;
}

struct request {
    ticker_generator *generator;
    int *ret_item;
};

static int ask_in_task(void *arg)
{
    struct request *request = (struct request *) arg;

    return ticker_anext(request->generator, request->ret_item);
}

OURO_ASYNC(wait_for_an_item)
{
    static const double limits[] = { 2, 0.5 };
    ticker_generator generator = ticker_gen(1);
    int item = 0;
    struct request request = { &generator, &item };

    for (size_t i = 0; i < COUNT(limits); i++) {
        int status = ouro_wait_for(ouro_coro(ask_in_task, &request), limits[i]);

        trace("%s", show_item(status, item));
    }
    ask(&generator);
    return 0;
}

SCENARIO(CASE(while_the_body_waits), CASE(while_the_consumer_waits), CASE(before_the_first_step),
         CASE(twice), CASE(a_body_that_swallows), CASE(by_hand), CASE(a_timeout_around_one_item),
         CASE(a_timeout_around_the_loop), CASE(a_timeout_in_the_body), CASE(wait_for_an_item))
