/* S25: gather of three calls with different arguments.
 *
 * Each object carries its own copy of the arguments; the tasks start in the order of the call.
 *
 * The Python original stands beside it: s25_gather_arguments.py. Build and run:
 *     cc s25_gather_arguments.c -o s25 $(pkg-config --cflags --libs ouro) && ./s25
 */
#include <ouro.h>

#include <stdio.h>

OURO_ASYNC(coroutine, (int, number))
{
    printf("coroutine %d started\n", number);
    OURO_TRY(ouro_sleep(1));
    printf("coroutine %d ended\n", number);
    return 0;
}

OURO_ASYNC(app)
{
    OURO_TRY(ouro_gather(coroutine_coro(1), coroutine_coro(2), coroutine_coro(3)));
    return 0;
}

OURO_MAIN(app)
