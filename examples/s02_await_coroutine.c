/* S2: call a coroutine function, then await the object it returns.
 *
 * The call makes an object and runs nothing; the body runs when the object is awaited, and its
 * result is the value of the await.
 *
 * The Python original stands beside it: s02_await_coroutine.py. Build and run:
 *     cc s02_await_coroutine.c -o s02 $(pkg-config --cflags --libs ouro) && ./s02
 */
#include <ouro.h>

#include <stdio.h>

OURO_ASYNC(multiply, (int, left), (int, right))
{
    printf("the body runs\n");
    return left *
           right; /* results >= 0 ride on the status; others go through a pointer, as in S12 */
}

OURO_ASYNC(app)
{
    ouro_coroutine coroutine = multiply_coro(6, 7);
    printf("called: nothing has run yet\n");
    int result = OURO_TRY(ouro_coroutine_await(&coroutine));
    printf("awaited: the result is %d\n", result);
    int product = OURO_TRY(multiply(3, 5));
    printf("called and awaited in one: %d\n", product);
    return 0;
}

OURO_MAIN(app)
