/* Results as they come, with as_completed: the fastest first, and a limit on all of them together.
 *
 * Each coroutine object of ouro_as_completed_next gives the next result. Where the task itself is
 * wanted, ouro_as_completed_anext gives that, as `async for` does since Python 3.13.
 *
 * The Python original stands beside it: first_results.py. Build and run:
 *     cc first_results.c -o first_results $(pkg-config --cflags --libs ouro) && ./first_results
 */
#include <ouro.h>

#include <errno.h>
#include <stdio.h>

OURO_ASYNC(fetch, (int, size), (double, delay))
{
    OURO_TRY(ouro_sleep(delay));
    return size;
}

OURO_ASYNC(app)
{
    ouro_task *tasks[] = {
        ouro_create_task(fetch_coro(100, 0.3)),
        ouro_create_task(fetch_coro(200, 0.1)),
        ouro_create_task(fetch_coro(300, 9.0)),
        ouro_create_task(fetch_coro(400, 0.2)),
    };
    int status = 0;

    ouro_with_as_completed (completed, &status,
                            OURO_AWAITABLES(tasks[0], tasks[1], tasks[2], tasks[3]), .timeout = 1) {
        while (ouro_as_completed_left(&completed) > 0) {
            ouro_coroutine one = ouro_as_completed_next(&completed);
            int size = ouro_coroutine_await(&one);
            if (size >= 0) {
                printf("%d bytes\n", size);
            } else if (size == -ETIMEDOUT) {
                printf("the last one is too slow\n");
            }
        }
    }
    ouro_task_cancel(tasks[2], NULL);
    for (int i = 0; i < 4; i++) {
        ouro_task_unref(tasks[i]);
    }
    return status;
}

OURO_MAIN(app)
