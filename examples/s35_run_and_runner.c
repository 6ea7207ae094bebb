/* S35: the same main coroutine, once by run and once by a Runner.
 *
 * Each run has a loop of its own; the coroutine cannot tell the difference.
 *
 * The Python original stands beside it: s35_run_and_runner.py. Build and run:
 *     cc s35_run_and_runner.c -o s35 $(pkg-config --cflags --libs ouro) && ./s35
 */
#include <ouro.h>

#include <stdio.h>

OURO_ASYNC(app)
{
    printf("hello, waiting for 3 seconds\n");
    OURO_TRY(ouro_sleep(3));
    printf("world\n");
    return 0;
}

int main(void)
{
    int status = ouro_run(app_coro());

    if (status >= 0) {
        ouro_runner runner;
        ouro_runner_init(&runner);
        status = ouro_runner_run(&runner, app_coro());
        ouro_runner_close(&runner);
    }
    if (status < 0) {
        fprintf(stderr, "%s\n", ouro_strerror(status));
        return 1;
    }
    return 0;
}
