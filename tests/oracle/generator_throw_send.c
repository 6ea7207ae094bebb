/* What a consumer sends into a generator: values and errors. */
#include "scenario.h"

/* A value for asend, or NULL. */
static int *value(int number)
{
    static int values[8];
    static unsigned next;
    int *place = &values[next++ % COUNT(values)];

    *place = number;
    return place;
}

/* Each asks a plain generator, and says what came. */

static void ask(ouro_generator *generator)
{
    int item = 0;
    int status = ouro_generator_anext(generator, &item);

    trace("%s", show_item(status, item));
}

static void ask_sending(ouro_generator *generator, int *sent)
{
    int item = 0;
    int status = ouro_generator_asend(generator, sent, &item);

    trace("%s", show_item(status, item));
}

static void throw_into(ouro_generator *generator, int error)
{
    int item = 0;
    int status = ouro_generator_athrow(generator, error, &item);

    trace("%s", show_item(status, item));
}

static void close_it(ouro_generator *generator)
{
    int status = ouro_generator_aclose(generator);

    trace("%s", show_item(status, 0));
}

OURO_ASYNC_GENERATOR(adder, int)
{
    int total = 0;

    for (;;) {
        OURO_TRY(ouro_yield(total));
        total += ouro_sent() ? *(int *) ouro_sent() : 0;
    }
}

OURO_ASYNC(values)
{
    ouro_generator generator = adder_gen().generator;

    ask_sending(&generator, NULL);
    for (int i = 1; i <= 100; i *= 10) {
        ask_sending(&generator, value(i));
    }
    ask(&generator);
    close_it(&generator);
    ask_sending(&generator, value(5));
    return 0;
}

OURO_ASYNC(a_value_before_the_first_item)
{
    ouro_generator generator = adder_gen().generator;

    if (ouro_generator_asend(&generator, value(5), NULL) == -EINVAL) {
        trace("refused");
    }
    ask(&generator);
    ask_sending(&generator, value(5));
    close_it(&generator);
    return 0;
}

OURO_ASYNC_GENERATOR(slow_adder, int)
{
    int total = 0;

    for (;;) {
        OURO_TRY(ouro_yield(total));
        OURO_TRY(ouro_sleep(0.5));
        total += *(int *) ouro_sent();
        trace("adds %d", *(int *) ouro_sent());
    }
}

OURO_ASYNC(values_to_one_that_waits)
{
    ouro_generator generator = slow_adder_gen().generator;

    ask(&generator);
    ask_sending(&generator, value(2));
    ask_sending(&generator, value(3));
    close_it(&generator);
    return 0;
}

OURO_ASYNC_GENERATOR(stubborn, int)
{
    for (int i = 0; i < 6; i++) {
        int status = ouro_yield(i);

        if (status >= 0) {
            trace("goes on");
            continue;
        }
        trace("the yield raises %s", show(status));
        if (i % 2) {
            return status;
        }
        OURO_TRY(ouro_sleep(0.1));
    }
    return 0;
}

OURO_ASYNC(errors_that_are_handled)
{
    ouro_generator generator = stubborn_gen().generator;

    ask(&generator);
    throw_into(&generator, fail(1));
    ask(&generator);
    throw_into(&generator, fail(2));
    throw_into(&generator, fail(3));
    ask(&generator);
    return 0;
}

OURO_ASYNC(an_error_before_the_first_item)
{
    ouro_generator generator = stubborn_gen().generator;

    throw_into(&generator, fail(1));
    ask(&generator);
    throw_into(&generator, fail(2));
    return 0;
}

OURO_ASYNC(an_error_after_the_end)
{
    ouro_generator generator = stubborn_gen().generator;

    close_it(&generator);
    throw_into(&generator, fail(1));
    return 0;
}

/* CancelledError is an error like others, and no request to the task. */
OURO_ASYNC(a_cancel_by_hand)
{
    ouro_generator generator = stubborn_gen().generator;

    ask(&generator);
    throw_into(&generator, -ECANCELED);
    ask(&generator);
    trace("cancelling %d", cancelling());
    throw_into(&generator, -ECANCELED);
    OURO_TRY(ouro_sleep(0.1));
    trace("not cancelled");
    throw_into(&generator, fail(1));
    return 0;
}

OURO_ASYNC(an_exit_by_hand)
{
    ouro_generator generator = stubborn_gen().generator;

    ask(&generator);
    throw_into(&generator, OURO_EGENERATOREXIT);
    ask(&generator);
    close_it(&generator);
    for (int i = 0; i < 3; i++) {
        ask(&generator);
    }
    return 0;
}

OURO_ASYNC_GENERATOR(ends_on_error, int)
{
    if (ouro_yield(1) < 0) {
        trace("enough");
    }
    return 0;
}

OURO_ASYNC(an_error_that_ends_it)
{
    ouro_generator generator = ends_on_error_gen().generator;

    ask(&generator);
    throw_into(&generator, fail(1));
    ask(&generator);
    return 0;
}

OURO_ASYNC_GENERATOR(turns_errors, int)
{
    int status = ouro_yield(1);

    OURO_TRY(ouro_sleep(0.2));
    return status - 1;
}

OURO_ASYNC(an_error_that_becomes_another)
{
    ouro_generator generator = turns_errors_gen().generator;

    ask(&generator);
    throw_into(&generator, fail(1));
    ask(&generator);
    return 0;
}

SCENARIO(CASE(values), CASE(a_value_before_the_first_item), CASE(values_to_one_that_waits),
         CASE(errors_that_are_handled), CASE(an_error_before_the_first_item),
         CASE(an_error_after_the_end), CASE(a_cancel_by_hand), CASE(an_exit_by_hand),
         CASE(an_error_that_ends_it), CASE(an_error_that_becomes_another))
