/* Calls from another thread than the loop's are refused in debug mode. */
#include "scenario.h"

#include <pthread.h>

/* A call for another thread, and whether it was refused. */
struct call {
    bool (*function)(ouro_loop *loop);
    ouro_loop *loop;
    bool allowed;
};

static void *make_call(void *arg)
{
    struct call *call = (struct call *) arg;

    call->allowed = call->function(call->loop);
    return NULL;
}

/* Calls it in another thread, which ends before this goes on; names what came of it. */
static const char *from_thread(ouro_loop *loop, bool (*function)(ouro_loop *loop))
{
    struct call call = { .function = function, .loop = loop };
    pthread_t thread;

    if (pthread_create(&thread, NULL, make_call, &call) != 0) {
        return "no thread";
    }
    pthread_join(thread, NULL);
    return call.allowed ? "allowed" : "refused";
}

static void called(void *label)
{
    trace("called %s", (const char *) label);
}

static bool try_soon(ouro_loop *loop)
{
    return ouro_loop_call_soon(loop, called, (void *) "1") != NULL;
}

static bool try_later(ouro_loop *loop)
{
    return ouro_loop_call_later(loop, 1, called, (void *) "2") != NULL;
}

static bool try_at(ouro_loop *loop)
{
    return ouro_loop_call_at(loop, 1000, called, (void *) "3") != NULL;
}

static bool try_threadsafe(ouro_loop *loop)
{
    return ouro_loop_call_soon_threadsafe(loop, called, (void *) "1") == 0;
}

static void be_silent(ouro_log_level level, const char *report, void *arg)
{
    (void) level;
    (void) report;
    (void) arg;
}

static ouro_loop *begin(void)
{
    ouro_loop *loop = ouro_get_running_loop();

    ouro_set_log_handler(be_silent, NULL);
    ouro_loop_set_debug(loop, true);
    return loop;
}

OURO_ASYNC(handles_and_timers)
{
    ouro_loop *loop = begin();

    trace("call_soon %s", from_thread(loop, try_soon));
    trace("call_later %s", from_thread(loop, try_later));
    trace("call_at %s", from_thread(loop, try_at));
    return ouro_sleep(2);
}

OURO_ASYNC(from_its_own_thread)
{
    begin();
    call_soon(called, (void *) "1");
    call_later(1, called, (void *) "2");
    return ouro_sleep(2);
}

OURO_ASYNC(the_safe_way)
{
    ouro_loop *loop = begin();

    trace("call_soon_threadsafe %s", from_thread(loop, try_threadsafe));
    return ouro_sleep(1);
}

OURO_ASYNC(a_future_with_a_callback)
{
    begin();
    ouro_future *future = ouro_create_future();
    say_on_done(future, "done");
    call_soon(called, (void *) "1");
    OURO_TRY(ouro_sleep(1));
    set_result(future);
    OURO_TRY(ouro_sleep(1));
    ouro_future_unref(future);
    return 0;
}

static int before_the_loop_runs(void)
{
    ouro_loop *loop = new_loop();

    ouro_loop_set_debug(loop, true);
    trace("call_soon %s", from_thread(loop, try_soon));
    ouro_loop_stop(loop);
    ouro_ignore(ouro_loop_run_forever(loop));
    close_loop(loop);
    return 0;
}

SCENARIO(CASE(handles_and_timers), CASE(from_its_own_thread), CASE(the_safe_way),
         CASE(a_future_with_a_callback), PLAIN_CASE(before_the_loop_runs))
