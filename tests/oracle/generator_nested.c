/* Generators that consume generators: pipelines, and what passes through them. */
#include "scenario.h"

OURO_ASYNC_GENERATOR(source, int, (int, to), (double, delay))
{
    int status = 0;

    for (int i = 0; i < to && status >= 0; i++) {
        status = ouro_sleep(delay);
        if (status >= 0) {
            status = ouro_yield(i);
        }
    }
    if (status < 0) {
        trace("the source gets %s", show(status));
    }
    trace("the source ends");
    return status;
}

OURO_ASYNC_GENERATOR(evens, int, (ouro_async_iterator *, numbers))
{
    int status = 0;
    int closed;

    ouro_async_for_ref(int, i, numbers, &status)
    {
        if (i % 2 == 0) {
            status = ouro_yield(i);
        }
        if (status < 0) {
            break;
        }
    }
    closed = numbers->close(numbers);
    status = status < 0 ? status : closed;
    if (status < 0) {
        trace("the filter gets %s", show(status));
    }
    trace("the filter ends");
    return status;
}

OURO_ASYNC_GENERATOR(squares, int, (ouro_async_iterator *, numbers))
{
    int status = 0;
    int closed;

    ouro_async_for_ref(int, i, numbers, &status)
    {
        status = ouro_yield(i * i);
        if (status < 0) {
            break;
        }
    }
    closed = numbers->close(numbers);
    return status < 0 ? status : closed;
}

#define ITERATOR(object_) (&(object_).generator.iterator)

OURO_ASYNC(a_pipeline)
{
    source_generator numbers = source_gen(6, 0.1);
    evens_generator filter = evens_gen(ITERATOR(numbers));
    int status = 0;

    ouro_async_for(int, i, squares_gen(ITERATOR(filter)), &status)
    {
        trace("got %d", i);
    }
    return status;
}

OURO_ASYNC(leave_early)
{
    source_generator numbers = source_gen(100, 0.1);
    evens_generator filter = evens_gen(ITERATOR(numbers));
    int status = 0;

    ouro_async_for(int, i, squares_gen(ITERATOR(filter)), &status)
    {
        trace("got %d", i);
        if (i > 3) {
            break;
        }
    }
    trace("left");
    return status;
}

static int consume(evens_generator filter)
{
    int status = 0;

    ouro_async_for(int, i, filter, &status)
    {
        trace("got %d", i);
        status = ouro_sleep(0.05);
        if (status < 0) {
            break;
        }
    }
    return status;
}

OURO_ASYNC(consumer, (double, delay))
{
    source_generator numbers = source_gen(10, delay);

    return consume(evens_gen(ITERATOR(numbers)));
}

static int cancel_after(double delay)
{
    ouro_task *task = spawn(consumer_coro(1), "consumer");

    OURO_TRY(ouro_sleep(delay));
    ouro_task_cancel(task, NULL);
    int status = join(task);
    trace("%s", show(status));
    return 0;
}

OURO_ASYNC(cancelled_in_the_source)
{
    return cancel_after(1.5);
}

OURO_ASYNC(cancelled_in_the_sink)
{
    return cancel_after(1.025);
}

OURO_ASYNC_GENERATOR(faulty, int, (int, to))
{
    int status = 0;

    ouro_async_for(int, i, source_gen(to, 0.1), &status)
    {
        status = i == 3 ? fail(i) : ouro_yield(i);
        if (status < 0) {
            break;
        }
    }
    return status;
}

OURO_ASYNC(an_error_in_the_middle)
{
    faulty_generator numbers = faulty_gen(9);
    int status = consume(evens_gen(ITERATOR(numbers)));

    trace("%s", show(status));
    return 0;
}

OURO_ASYNC(an_error_thrown_through)
{
    source_generator numbers = source_gen(9, 0.1);
    evens_generator filter = evens_gen(ITERATOR(numbers));
    int item = 0;
    int status = evens_anext(&filter, &item);

    trace("%s", show_item(status, item));
    status = evens_anext(&filter, &item);
    trace("%s", show_item(status, item));
    status = evens_athrow(&filter, fail(5), &item);
    trace("%s", show_item(status, item));
    status = evens_anext(&filter, &item);
    trace("%s", show_item(status, item));
    return 0;
}

OURO_ASYNC_GENERATOR(product, int)
{
    int status = 0;

    ouro_async_for(int, a, source_gen(2, 0.1), &status)
    {
        ouro_async_for(int, b, source_gen(2, 0.01), &status)
        {
            OURO_TRY(ouro_yield(10 * a + b));
        }
    }
    return status;
}

OURO_ASYNC(loops_in_loops)
{
    int status = 0;

    ouro_async_for(int, i, product_gen(), &status)
    {
        trace("got %d", i);
    }
    return status;
}

/* Each level has a generator of its own. */
OURO_ASYNC_GENERATOR(countdown, int, (int, n))
{
    int status = 0;

    OURO_TRY(ouro_yield(n));
    if (n > 0) {
        ouro_async_for(int, i, countdown_gen(n - 1), &status)
        {
            OURO_TRY(ouro_sleep(0.01));
            OURO_TRY(ouro_yield(i));
        }
    }
    return status;
}

OURO_ASYNC(recursive)
{
    int status = 0;

    ouro_async_for(int, i, countdown_gen(5), &status)
    {
        trace("got %d", i);
    }
    return status;
}

static void ask(ouro_generator *generator)
{
    int item = 0;
    int status = ouro_generator_anext(generator, &item);

    trace("%s", show_item(status, item));
}

OURO_ASYNC(take, (ouro_generator *, numbers), (int, count))
{
    for (int i = 0; i < count; i++) {
        ask(numbers);
    }
    return 0;
}

OURO_ASYNC(a_source_shared_by_filters)
{
    source_generator numbers = source_gen(6, 0.1);
    squares_generator first = squares_gen(ITERATOR(numbers));

    ask(&first.generator);
    ask(&numbers.generator);
    ask(&first.generator);
    OURO_TRY(join(spawn(take_coro(&first.generator, 1), "taker")));
    ask(&numbers.generator);
    ask(&first.generator);
    trace("%s", show_item(squares_aclose(&first), 0));
    ask(&numbers.generator);
    return 0;
}

SCENARIO(CASE(a_pipeline), CASE(leave_early), CASE(cancelled_in_the_source),
         CASE(cancelled_in_the_sink), CASE(an_error_in_the_middle), CASE(an_error_thrown_through),
         CASE(loops_in_loops), CASE(recursive), CASE(a_source_shared_by_filters))
