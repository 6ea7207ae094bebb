/* S4: tasks that run one after another.
 *
 * The second task is created when the first has been awaited, so nothing overlaps: the whole takes
 * the sum of both.
 *
 * The Python original stands beside it: s04_tasks_in_sequence.py. Build and run:
 *     cc s04_tasks_in_sequence.c -o s04 $(pkg-config --cflags --libs ouro) && ./s04
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
    int result1 = ouro_await(task1);
    ouro_task_unref(task1);
    OURO_TRY(result1);
    ouro_task *task2 = ouro_create_task(work_coro(2, 1));
    int result2 = ouro_await(task2);
    ouro_task_unref(task2);
    OURO_TRY(result2);
    printf("results: %d, %d\n", result1, result2);
    printf("took %.0f seconds\n", ouro_loop_time(loop) - start);
    return 0;
}

OURO_MAIN(app)
