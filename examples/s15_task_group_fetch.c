/* S15: a TaskGroup over delays 2, 1 and 3, ids from 1.
 *
 * The tasks are created in a loop; after the block all of them are done, and the results are
 * printed in the order of the list. (The text "{id}" is printed as it stands, as in the mission's
 * program.)
 *
 * The Python original stands beside it: s15_task_group_fetch.py. Build and run:
 *     cc s15_task_group_fetch.c -o s15 $(pkg-config --cflags --libs ouro) && ./s15
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
    const double sleep_times[] = { 2, 1, 3 };
    struct result results[3]; /* before the block, because the tasks write here until its end */
    int status = 0;
    ouro_with_task_group (group, &status) {
        for (int i = 0; i < 3; i++) {
            ouro_task_group_create_task(&group,
                                        fetch_data_coro(i + 1, sleep_times[i], &results[i]));
        }
    }
    OURO_TRY(status);
    for (int i = 0; i < 3; i++) {
        printf("Received result: {'id': %d, 'data': '%s'}\n", results[i].id, results[i].data);
    }
    return 0;
}

OURO_MAIN(app)
