/* S32: plug in an event loop of your own.
 *
 * A runner asks its loop_factory for the loop. This one makes a loop with a heartbeat: a timer that
 * beats once a second, whatever the program does. (A loop driven by its host: s32_host_loop.)
 *
 * The Python original stands beside it: s32_loop_factory.py. Build and run:
 *     cc s32_loop_factory.c -o s32 $(pkg-config --cflags --libs ouro) && ./s32
 */
#include <ouro.h>

#include <stdio.h>

static void beat(void *arg)
{
    printf("beat\n");
    ouro_loop_call_later(arg, 1, beat, arg);
}

static int make_loop(ouro_loop **ret_loop, void *arg)
{
    (void) arg;
    printf("making the loop\n");
    OURO_TRY(ouro_new_event_loop(ret_loop));
    ouro_loop_call_later(*ret_loop, 1, beat, *ret_loop);
    return 0;
}

OURO_ASYNC(app)
{
    printf("hello from a loop of my own\n");
    OURO_TRY(ouro_sleep(2.5));
    printf("the end\n");
    return 0;
}

int main(void)
{
    ouro_runner runner;
    ouro_runner_init(&runner, .loop_factory = make_loop);
    int status = ouro_runner_run(&runner, app_coro());
    ouro_runner_close(&runner);
    if (status < 0) {
        fprintf(stderr, "%s\n", ouro_strerror(status));
        return 1;
    }
    return 0;
}
