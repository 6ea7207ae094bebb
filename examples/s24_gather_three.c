/* S24: gather of three calls of the coroutine of S23.
 *
 * All start, then all end: one second, not three.
 *
 * The Python original stands beside it: s24_gather_three.py. Build and run:
 *     cc s24_gather_three.c -o s24 $(pkg-config --cflags --libs ouro) && ./s24
 */
#include <ouro.h>

#include <stdio.h>

OURO_ASYNC(coroutine)
{
    printf("coroutine started\n");
    OURO_TRY(ouro_sleep(1));
    printf("coroutine ended\n");
    return 0;
}

OURO_ASYNC(app)
{
    OURO_TRY(ouro_gather(coroutine_coro(), coroutine_coro(), coroutine_coro()));
    return 0;
}

OURO_MAIN(app)
