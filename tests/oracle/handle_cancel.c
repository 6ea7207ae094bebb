/* Cancelled handles: skipped when their turn comes, whoever cancels them and how often. */
#include "scenario.h"

static void soon(ouro_handle *handle, ouro_callback *callback, void *arg)
{
    ouro_handle_init(handle, callback, arg);
    ouro_ignore(ouro_loop_call_soon_handle(ouro_get_running_loop(), handle));
}

static void soon_say(ouro_handle *handle, const char *message)
{
    soon(handle, say, (void *) (uintptr_t) message);
}

OURO_ASYNC(before_its_turn)
{
    ouro_handle handle;

    soon_say(&handle, "never");
    say_soon("the other");
    trace("cancelled %d", ouro_handle_cancelled(&handle));
    ouro_handle_cancel(&handle);
    trace("cancelled %d", ouro_handle_cancelled(&handle));
    ouro_handle_cancel(&handle);
    return ouro_sleep(0);
}

OURO_ASYNC(every_second_one)
{
    ouro_handle handles[6];

    for (int i = 0; i < 6; i++) {
        soon_say(&handles[i], text("handle %d", i));
    }
    for (int i = 0; i < 6; i += 2) {
        ouro_handle_cancel(&handles[i]);
    }
    return ouro_sleep(0);
}

OURO_ASYNC(all_of_them)
{
    ouro_handle handles[3];

    for (int i = 0; i < 3; i++) {
        soon_say(&handles[i], "never");
    }
    for (int i = 2; i >= 0; i--) {
        ouro_handle_cancel(&handles[i]);
    }
    OURO_TRY(ouro_sleep(0));
    trace("silence");
    return 0;
}

static void cancel_too_late(void *handle)
{
    ouro_handle_cancel((ouro_handle *) handle);
    trace("cancels too late");
}

OURO_ASYNC(by_the_one_behind_it)
{
    ouro_handle handle;

    soon_say(&handle, "runs");
    call_soon(cancel_too_late, &handle);
    return ouro_sleep(0);
}

static ouro_handle chained[6];

static void cancel_the_next(void *handle_)
{
    ouro_handle *handle = (ouro_handle *) handle_;
    int number = (int) (handle - chained);

    trace("%d cancels %d", number, number + 1);
    ouro_handle_cancel(handle + 1);
}

OURO_ASYNC(a_chain_that_one_cancels)
{
    for (int i = 0; i < 5; i++) {
        soon(&chained[i], cancel_the_next, &chained[i]);
    }
    soon_say(&chained[5], "the last");
    return ouro_sleep(0);
}

static void replace(void *handle)
{
    ouro_handle_cancel((ouro_handle *) handle);
    soon_say((ouro_handle *) handle, "the new one");
    trace("replaced");
}

OURO_ASYNC(scheduled_anew_in_its_place)
{
    ouro_handle handle;

    call_soon(replace, &handle);
    soon_say(&handle, "never");
    say_soon("the neighbour");
    OURO_TRY(ouro_sleep(0));
    trace("next");
    return ouro_sleep(0);
}

SCENARIO(CASE(before_its_turn), CASE(every_second_one), CASE(all_of_them),
         CASE(by_the_one_behind_it), CASE(a_chain_that_one_cancels),
         CASE(scheduled_anew_in_its_place))
