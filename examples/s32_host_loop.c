/* S32, continued: a host with a main loop of its own drives the event loop in steps.
 *
 * So a game or a graphical interface does: each of its frames lets the event loop do what is
 * ready, and never blocks in it.
 *
 * The Python original stands beside it: s32_host_loop.py. Build and run:
 *     cc s32_host_loop.c -o s32 $(pkg-config --cflags --libs ouro) && ./s32
 */
#include <ouro.h>

#include <stdio.h>

OURO_ASYNC(count, (const char *, name), (int, last))
{
    for (int number = 1; number <= last; number++) {
        printf("  %s %d\n", name, number);
        OURO_TRY(ouro_sleep(0));
    }
    return 0;
}

/* One iteration, without blocking. */
static int step(ouro_loop *loop)
{
    OURO_TRY(ouro_loop_poll(loop, 0));
    ouro_loop_dispatch(loop);
    ouro_loop_run_ready(loop);
    return 0;
}

int main(void)
{
    ouro_loop *loop;
    int status = ouro_new_event_loop(&loop);
    if (status < 0) {
        fprintf(stderr, "%s\n", ouro_strerror(status));
        return 1;
    }
    ouro_task *task = ouro_loop_create_task(loop, count_coro("three", 3));
    ouro_task *other = ouro_loop_create_task(loop, count_coro("two", 2));
    status = task && other ? ouro_loop_host_begin(loop) : -1;
    int frame = 0;
    while (status >= 0 && !(ouro_future_done(task) && ouro_future_done(other))) {
        frame++;
        printf("frame %d\n", frame);
        status = step(loop);
    }
    ouro_loop_host_end(loop);
    ouro_task_unref(task);
    ouro_task_unref(other);
    ouro_loop_close(loop);
    return status < 0;
}
