/* S23: a coroutine that is defined and called, but never awaited.
 *
 * Nothing runs and nothing is printed before an await, a task or a gather takes the object. (S24
 * runs it.) The object needs no cleanup in C: it is a value.
 *
 * The Python original stands beside it: s23_coroutine.py. Build and run:
 *     cc s23_coroutine.c -o s23 $(pkg-config --cflags --libs ouro) && ./s23
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
    ouro_coroutine not_awaited = coroutine_coro();
    (void) not_awaited;
    return 0;
}

OURO_MAIN(app)
