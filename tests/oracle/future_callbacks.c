/* Completing a future runs nothing: each callback is scheduled, in the order of registration. */
#include "scenario.h"

static void tell(ouro_future *future, void *label)
{
    trace("%s: %s", (const char *) label, result(future));
}

OURO_ASYNC(in_the_order_of_registration)
{
    ouro_future *future = ouro_create_future();

    on_done(future, tell, "a");
    on_done(future, tell, "b");
    on_done(future, tell, "c");
    trace("sets");
    set_result(future);
    trace("goes on");
    OURO_TRY(ouro_sleep(0));
    trace("done");
    ouro_future_unref(future);
    return 0;
}

OURO_ASYNC(on_a_done_future)
{
    ouro_future *future = ouro_create_future();

    set_result(future);
    say_soon("soon before");
    on_done(future, tell, "late");
    say_soon("soon behind");
    trace("registered");
    OURO_TRY(ouro_sleep(0));
    trace("done");
    ouro_future_unref(future);
    return 0;
}

OURO_ASYNC(removed)
{
    static char twice[] = "twice";
    static char once[] = "once";
    ouro_future *future = ouro_create_future();

    on_done(future, tell, twice);
    on_done(future, tell, once);
    on_done(future, tell, twice);
    trace("removed %d", ouro_future_remove_done_callback(future, tell, twice));
    trace("removed %d", ouro_future_remove_done_callback(future, tell, twice));
    set_result(future);
    trace("removed %d after the end", ouro_future_remove_done_callback(future, tell, once));
    OURO_TRY(ouro_sleep(0));
    trace("done");
    ouro_future_unref(future);
    return 0;
}

OURO_ASYNC(registered_twice_runs_twice)
{
    ouro_future *future = ouro_create_future();

    on_done(future, tell, "again");
    on_done(future, tell, "again");
    set_result(future);
    OURO_TRY(ouro_sleep(0));
    trace("done");
    ouro_future_unref(future);
    return 0;
}

static void adder(ouro_future *future, void *arg)
{
    (void) arg;
    trace("adder");
    on_done(future, tell, "added");
}

OURO_ASYNC(a_callback_adds_another)
{
    ouro_future *future = ouro_create_future();

    on_done(future, adder, NULL);
    on_done(future, tell, "second");
    set_result(future);
    OURO_TRY(ouro_sleep(0));
    trace("first turn");
    OURO_TRY(ouro_sleep(0));
    trace("second turn");
    ouro_future_unref(future);
    return 0;
}

OURO_ASYNC(outcomes)
{
    static char labels[][10] = { "future 0", "future 1", "future 2" };
    ouro_future *futures[3];

    for (size_t i = 0; i < COUNT(futures); i++) {
        futures[i] = ouro_create_future();
        on_done(futures[i], tell, labels[i]);
    }
    ouro_future_cancel(futures[2], NULL);
    OURO_TRY(ouro_future_set_exception(futures[0], fail(5)));
    set_result(futures[1]);
    OURO_TRY(ouro_sleep(0));
    trace("done");
    unref_all(futures, COUNT(futures));
    return 0;
}

OURO_ASYNC(states)
{
    ouro_future *future = ouro_create_future();
    ouro_future *other = ouro_create_future();

    trace("pending: done %d, result %s", ouro_future_done(future), result(future));
    set_result(future);
    trace("set: done %d, cancelled %d", ouro_future_done(future), ouro_future_cancelled(future));
    trace("set again: %s", show(ouro_future_set_result(future, NULL)));
    trace("fail: %s", show(ouro_future_set_exception(future, fail(1))));
    trace("cancel: %d", ouro_future_cancel(future, NULL));
    bool first = ouro_future_cancel(other, NULL);
    trace("cancel: %d, again: %d", first, ouro_future_cancel(other, NULL));
    trace("set after cancel: %s", show(ouro_future_set_result(other, NULL)));
    trace("done %d, cancelled %d, %s", ouro_future_done(other), ouro_future_cancelled(other),
          result(other));
    ouro_future_unref(future);
    ouro_future_unref(other);
    return 0;
}

SCENARIO(CASE(in_the_order_of_registration), CASE(on_a_done_future), CASE(removed),
         CASE(registered_twice_runs_twice), CASE(a_callback_adds_another), CASE(outcomes),
         CASE(states))
