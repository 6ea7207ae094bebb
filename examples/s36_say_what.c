/* S36: two tasks, created and awaited inside a coroutine.
 *
 * The mission's program creates them outside any loop, which fails: create_task needs a running
 * loop. Here run_tasks does both.
 *
 * The Python original stands beside it: s36_say_what.py. Build and run:
 *     cc s36_say_what.c -o s36 $(pkg-config --cflags --libs ouro) && ./s36
 */
#include <ouro.h>

#include <stdio.h>

OURO_ASYNC(say_what, (double, delay), (const char *, what))
{
    OURO_TRY(ouro_sleep(delay));
    printf("%s\n", what);
    return 0;
}

OURO_ASYNC(run_tasks)
{
    ouro_task *task1 = ouro_create_task(say_what_coro(1, "hello"));
    ouro_task *task2 = ouro_create_task(say_what_coro(2, "world"));
    int status = ouro_await(task1);
    if (status >= 0) {
        status = ouro_await(task2);
    }
    ouro_task_unref(task1);
    ouro_task_unref(task2);
    return status;
}

OURO_MAIN(run_tasks)
