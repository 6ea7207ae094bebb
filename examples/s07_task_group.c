/* S7: a TaskGroup, its tasks kept in a list, their results read after the block.
 *
 * The end of the block waits for all tasks, so every result is there after it. (What a failure
 * does to the others: S16.)
 *
 * The Python original stands beside it: s07_task_group.py. Build and run:
 *     cc s07_task_group.c -o s07 $(pkg-config --cflags --libs ouro) && ./s07
 */
#include <ouro.h>

#include <stdio.h>

OURO_ASYNC(square, (int, number), (double, delay))
{
    OURO_TRY(ouro_sleep(delay));
    printf("the square of %d is ready\n", number);
    return number * number;
}

OURO_ASYNC(app)
{
    ouro_task *tasks[2];
    int status = 0;
    ouro_with_task_group (group, &status) {
        /* The group owns its tasks until the block ends; a reference keeps one longer. */
        tasks[0] = ouro_task_ref(ouro_task_group_create_task(&group, square_coro(3, 2)));
        tasks[1] = ouro_task_ref(ouro_task_group_create_task(&group, square_coro(4, 1)));
        printf("end of the block: it waits for both\n");
    }
    for (int i = 0; status >= 0 && i < 2; i++) {
        printf("result: %d\n", ouro_future_result(tasks[i]));
    }
    ouro_task_unref(tasks[0]);
    ouro_task_unref(tasks[1]);
    return status;
}

OURO_MAIN(app)
