/* S34: the same with a Runner.
 *
 * A runner keeps its loop and its context between runs; closing it cancels what is left and closes
 * the loop.
 *
 * The Python original stands beside it: s34_runner.py. Build and run:
 *     cc s34_runner.c -o s34 $(pkg-config --cflags --libs ouro) && ./s34
 */
#include <ouro.h>

#include <stdio.h>

OURO_ASYNC(app)
{
    OURO_TRY(ouro_sleep(1));
    printf("hello\n");
    return 0;
}

int main(void)
{
    ouro_runner runner;
    ouro_runner_init(&runner);
    int status = ouro_runner_run(&runner, app_coro());
    ouro_runner_close(&runner);
    if (status < 0) {
        fprintf(stderr, "%s\n", ouro_strerror(status));
        return 1;
    }
    return 0;
}
