/* S14: gather of three calls of fetch_data.
 *
 * One line in place of three tasks and three awaits; the results stand in the order of the
 * arguments. (The text "{id}" is printed as it stands, as in the mission's program.)
 *
 * The Python original stands beside it: s14_gather_fetch.py. Build and run:
 *     cc s14_gather_fetch.c -o s14 $(pkg-config --cflags --libs ouro) && ./s14
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
    OURO_TRY(ouro_gather(fetch_data_coro(1, 2, &results[0]), fetch_data_coro(2, 3, &results[1]),
                         fetch_data_coro(3, 1, &results[2])));
    for (int i = 0; i < 3; i++) {
        printf("Recieved result: {'id': %d, 'data': '%s'}\n", results[i].id, results[i].data);
    }
    return 0;
}

OURO_MAIN(app)
