/* S5: gather two coroutines.
 *
 * They run at the same time; the results are a list in the order of the arguments, not in the
 * order in which they ended.
 *
 * The Python original stands beside it: s05_gather.py. Build and run:
 *     cc s05_gather.c -o s05 $(pkg-config --cflags --libs ouro) && ./s05
 */
#include <ouro.h>

#include <stdio.h>

OURO_ASYNC(square, (int, number), (double, delay))
{
    OURO_TRY(ouro_sleep(delay));
    printf("the square of %d is ready\n", number);
    return number * number;
}

OURO_ASYNC(app)
{
    ouro_awaitable squares[] = { OURO_AWAITABLE(square_coro(3, 2)),
                                 OURO_AWAITABLE(square_coro(4, 1)) };
    int results[2];
    OURO_TRY(ouro_gather_array(squares, 2, .ret_statuses = results));
    printf("results: [%d, %d]\n", results[0], results[1]);
    return 0;
}

OURO_MAIN(app)
