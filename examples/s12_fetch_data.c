/* S12: main awaits fetch_data(2), held in a variable.
 *
 * A coroutine object in a variable has not run: "Fetching data..." comes with the await. A result
 * that is no number goes through a pointer that the caller gives.
 *
 * The Python original stands beside it: s12_fetch_data.py. Build and run:
 *     cc s12_fetch_data.c -o s12 $(pkg-config --cflags --libs ouro) && ./s12
 */
#include <ouro.h>

#include <stdio.h>

struct result {
    const char *data;
};

OURO_ASYNC(fetch_data, (double, delay), (struct result *, ret_result))
{
    printf("Fetching data...\n");
    OURO_TRY(ouro_sleep(delay));
    printf("Data fetched\n");
    ret_result->data = "Some data";
    return 0;
}

OURO_ASYNC(app)
{
    printf("Start of main coroutine\n");
    struct result result;
    ouro_coroutine task = fetch_data_coro(2, &result);
    OURO_TRY(ouro_coroutine_await(&task));
    printf("Received result: {'data': '%s'}\n", result.data);
    printf("End of main coroutine\n");
    return 0;
}

OURO_MAIN(app)
