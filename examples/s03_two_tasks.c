/* S3: two tasks that run at the same time.
 *
 * Both are created before the first is awaited, so they overlap: the whole takes as long as the
 * longer one. Results come in the order of the awaits, whichever task ends first.
 *
 * The Python original stands beside it: s03_two_tasks.py. Build and run:
 *     cc s03_two_tasks.c -o s03 $(pkg-config --cflags --libs ouro) && ./s03
 */
#include <ouro.h>

#include <stdio.h>

OURO_ASYNC(work, (int, number), (double, delay))
{
    printf("work %d started\n", number);
    OURO_TRY(ouro_sleep(delay));
    printf("work %d ended\n", number);
    return number * 10;
}

OURO_ASYNC(app)
{
    ouro_loop *loop = ouro_get_running_loop();
    double start = ouro_loop_time(loop);
    ouro_task *task1 = ouro_create_task(work_coro(1, 2));
    ouro_task *task2 = ouro_create_task(work_coro(2, 1));
    int result1 = ouro_await(task1);
    int result2 = result1 < 0 ? result1 : ouro_await(task2);
    ouro_task_unref(task1);
    ouro_task_unref(task2);
    OURO_TRY(result2);
    printf("results: %d, %d\n", result1, result2);
    printf("took %.0f seconds\n", ouro_loop_time(loop) - start);
    return 0;
}

OURO_MAIN(app)
