/* S18: a task sets the result of a future that main awaits.
 *
 * Setting a result runs nobody: the setter goes on and prints first, the waiter continues in the
 * loop's next iteration.
 *
 * The Python original stands beside it: s18_set_result.py. Build and run:
 *     cc s18_set_result.c -o s18 $(pkg-config --cflags --libs ouro) && ./s18
 */
#include <ouro.h>

#include <stdio.h>

OURO_ASYNC(set_future_result, (ouro_future *, future), (char *, value))
{
    OURO_TRY(ouro_sleep(2));
    OURO_TRY(ouro_future_set_result(future, value));
    printf("set the future's result to %s\n", value);
    return 0;
}

OURO_ASYNC(app)
{
    ouro_future *future = ouro_create_future();
    ouro_task *task = ouro_create_task(set_future_result_coro(future, "future is ready"));
    int status = ouro_await(future);
    if (status >= 0) {
        const char *result = ouro_future_value(future);
        printf("Recieved future's result: %s\n", result);
        status = ouro_await(task);
    }
    ouro_task_unref(task);
    ouro_future_unref(future);
    return status;
}

OURO_MAIN(app)
