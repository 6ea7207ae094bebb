/* call_soon is strictly first in, first out; what a callback schedules waits for the next
 * iteration. */
#include "scenario.h"

OURO_ASYNC(first_in_first_out)
{
    static const char *const messages[] = { "callback 0", "callback 1", "callback 2", "callback 3",
                                            "callback 4" };

    for (size_t i = 0; i < COUNT(messages); i++) {
        say_soon(messages[i]);
    }
    trace("scheduled");
    OURO_TRY(ouro_sleep(0));
    trace("after one iteration");
    return 0;
}

static void inner(void *label)
{
    trace("inner %s", (const char *) label);
}

static void outer(void *label)
{
    trace("outer %s", (const char *) label);
    call_soon(inner, label);
}

OURO_ASYNC(nested_waits_for_the_next_iteration)
{
    call_soon(outer, "a");
    call_soon(outer, "b");
    for (int turn = 0; turn < 3; turn++) {
        OURO_TRY(ouro_sleep(0));
        trace("turn %d", turn);
    }
    return 0;
}

OURO_ASYNC(cancelled_handle_is_skipped)
{
    ouro_handle skipped;

    ouro_handle_init(&skipped, say, "never");
    say_soon("first");
    OURO_TRY(ouro_loop_call_soon_handle(ouro_get_running_loop(), &skipped));
    say_soon("third");
    ouro_handle_cancel(&skipped);
    trace("cancelled %d", ouro_handle_cancelled(&skipped));
    OURO_TRY(ouro_sleep(0));
    trace("done");
    return 0;
}

static void canceller(void *handle)
{
    trace("cancels the last one");
    ouro_handle_cancel(*(ouro_handle **) handle);
}

OURO_ASYNC(cancelled_by_an_earlier_callback)
{
    ouro_handle *last;

    call_soon(canceller, &last);
    say_soon("between");
    last = ouro_loop_call_soon(ouro_get_running_loop(), say, "never");
    OURO_TRY(ouro_sleep(0));
    OURO_TRY(ouro_sleep(0));
    trace("done");
    return 0;
}

struct chain {
    const char *label;
    int left;
};

static void run_link(void *chain_)
{
    struct chain *chain = (struct chain *) chain_;

    trace("%s%d", chain->label, chain->left);
    if (chain->left > 0) {
        chain->left--;
        call_soon(run_link, chain);
    }
}

OURO_ASYNC(chains_interleave)
{
    struct chain chains[] = { { "a", 3 }, { "b", 2 }, { "c", 4 } };

    for (size_t i = 0; i < COUNT(chains); i++) {
        call_soon(run_link, &chains[i]);
    }
    for (int turn = 0; turn < 6; turn++) {
        OURO_TRY(ouro_sleep(0));
        trace("turn %d", turn);
    }
    return 0;
}

OURO_ASYNC(worker, (const char *, label), (const char *, message))
{
    trace("%s starts", label);
    say_soon(message);
    OURO_TRY(ouro_sleep(0));
    trace("%s ends", label);
    return 0;
}

OURO_ASYNC(tasks_and_callbacks_share_one_queue)
{
    say_soon("before the tasks");
    ouro_task *a = spawn(worker_coro("a", "callback of a"), "a");
    say_soon("between the tasks");
    ouro_task *b = spawn(worker_coro("b", "callback of b"), "b");
    say_soon("behind the tasks");
    OURO_TRY(join(a));
    OURO_TRY(join(b));
    trace("done");
    return 0;
}

OURO_ASYNC(threadsafe_calls_of_the_loops_own_thread)
{
    say_soon("first");
    OURO_TRY(ouro_loop_call_soon_threadsafe(ouro_get_running_loop(), say, "second, thread-safe"));
    say_soon("third");
    OURO_TRY(ouro_sleep(0));
    trace("done");
    return 0;
}

SCENARIO(CASE(first_in_first_out), CASE(nested_waits_for_the_next_iteration),
         CASE(cancelled_handle_is_skipped), CASE(cancelled_by_an_earlier_callback),
         CASE(chains_interleave), CASE(tasks_and_callbacks_share_one_queue),
         CASE(threadsafe_calls_of_the_loops_own_thread))
