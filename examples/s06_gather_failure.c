/* S6: gather goes on when one of its tasks fails.
 *
 * The first error reaches the waiter at once; the other task is not cancelled and runs to its end.
 * With return_exceptions an error is a result like any other.
 *
 * The Python original stands beside it: s06_gather_failure.py. Build and run:
 *     cc s06_gather_failure.c -o s06 $(pkg-config --cflags --libs ouro) && ./s06
 */
#include <ouro.h>

#include <errno.h>
#include <stdio.h>

OURO_ASYNC(work, (const char *, name), (double, delay), (bool, fails))
{
    printf("%s started\n", name);
    OURO_TRY(ouro_sleep(delay));
    if (fails) {
        return ouro_error_set(-EINVAL, "work", "%s failed", name);
    }
    printf("%s ended\n", name);
    return 0;
}

OURO_ASYNC(app)
{
    ouro_task *first = ouro_create_task(work_coro("first", 2, false));
    ouro_task *second = ouro_create_task(work_coro("second", 1, true));
    int status = ouro_gather(first, second);
    if (status == -EINVAL) {
        printf("gather: %s\n", ouro_error_detail()->text);
    }
    if (!ouro_future_done(first)) {
        printf("first is still running\n");
    }
    status = ouro_await(first);
    ouro_task_unref(first);
    ouro_task_unref(second);
    OURO_TRY(status);

    int results[2];
    OURO_TRY(ouro_gather_return_exceptions(results, work_coro("third", 1, true),
                                           work_coro("fourth", 2, false)));
    for (int i = 0; i < 2; i++) {
        printf(results[i] >= 0 ? "a result\n" : "an error\n");
    }
    return 0;
}

OURO_MAIN(app)
