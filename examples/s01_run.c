/* S1: start a loop with run(coroutine).
 *
 * `run` makes a loop, runs the coroutine in it, closes the loop and returns what the coroutine
 * returned.
 *
 * The Python original stands beside it: s01_run.py. Build and run:
 *     cc s01_run.c -o s01 $(pkg-config --cflags --libs ouro) && ./s01
 */
#include <ouro.h>

#include <stdio.h>

OURO_ASYNC(app)
{
    printf("main is running in a loop\n");
    return 42;
}

int main(void)
{
    int result = ouro_run(app_coro());
    if (result < 0) {
        fprintf(stderr, "%s\n", ouro_strerror(result));
        return 1;
    }
    printf("main returned %d\n", result);
    if (ouro_get_running_loop() == NULL) {
        printf("the loop is closed\n");
    }
    return 0;
}
