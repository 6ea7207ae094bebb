/* S31: gather of two empty coroutines.
 *
 * A coroutine without a result counts in the list too: as None, which is status 0 in C.
 *
 * The Python original stands beside it: s31_gather_empty.py. Build and run:
 *     cc s31_gather_empty.c -o s31 $(pkg-config --cflags --libs ouro) && ./s31
 */
#include <ouro.h>

#include <stdio.h>

OURO_ASYNC(nothing)
{
    return 0;
}

static const char *text_of(int result)
{
    return result == 0 ? "None" : ouro_errname(result);
}

OURO_ASYNC(app)
{
    ouro_awaitable calls[] = { OURO_AWAITABLE(nothing_coro()), OURO_AWAITABLE(nothing_coro()) };
    int results[2];
    OURO_TRY(ouro_gather_array(calls, 2, .ret_statuses = results));
    printf("[%s, %s]\n", text_of(results[0]), text_of(results[1]));
    return 0;
}

OURO_MAIN(app)
