/* S13: three tasks with delays 2, 3 and 1, awaited one by one.
 *
 * All three run at the same time and the whole takes 3 seconds; the results stand in the order of
 * the awaits. (The text "{id}" is printed as it stands, as in the mission's program.)
 *
 * The Python original stands beside it: s13_three_tasks.py. Build and run:
 *     cc s13_three_tasks.c -o s13 $(pkg-config --cflags --libs ouro) && ./s13
 */
#include <ouro.h>

#include <stdio.h>

struct result {
    int id;
    const char *data;
};

OURO_ASYNC(fetch_data, (int, id), (double, sleep_time), (struct result *, ret_result))
{
    printf("Coroutine %d starting to fetch data.\n", id);
    OURO_TRY(ouro_sleep(sleep_time));
    *ret_result = (struct result) { .id = id, .data = "Sample data from coroutine {id}" };
    return 0;
}

OURO_ASYNC(app)
{
    struct result results[3];
    ouro_task *tasks[3] = {
        ouro_create_task(fetch_data_coro(1, 2, &results[0])),
        ouro_create_task(fetch_data_coro(2, 3, &results[1])),
        ouro_create_task(fetch_data_coro(3, 1, &results[2])),
    };
    int status = 0;
    for (int i = 0; i < 3; i++) {
        /* The tasks write into this frame: none may outlive it. A task group (S15) sees to that. */
        if (status < 0) {
            ouro_task_cancel(tasks[i], NULL);
        }
        int task_status = ouro_await(tasks[i]);
        status = status < 0 ? status : task_status;
        ouro_task_unref(tasks[i]);
    }
    OURO_TRY(status);
    for (int i = 0; i < 3; i++) {
        printf("{'id': %d, 'data': '%s'}%c", results[i].id, results[i].data, i < 2 ? ' ' : '\n');
    }
    return 0;
}

OURO_MAIN(app)
