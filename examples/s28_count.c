/* S28: count() three times at once.
 *
 * One One One, and a second later Two Two Two: while one call sleeps, the others run.
 *
 * The Python original stands beside it: s28_count.py. Build and run:
 *     cc s28_count.c -o s28 $(pkg-config --cflags --libs ouro) && ./s28
 */
#include <ouro.h>

#include <stdio.h>

OURO_ASYNC(count)
{
    printf("One\n");
    OURO_TRY(ouro_sleep(1));
    printf("Two\n");
    return 0;
}

OURO_ASYNC(app)
{
    OURO_TRY(ouro_gather(count_coro(), count_coro(), count_coro()));
    return 0;
}

OURO_MAIN(app)
