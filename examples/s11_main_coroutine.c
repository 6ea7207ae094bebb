/* S11: the smallest program: a main coroutine that prints one line.
 *
 * The template that every other program starts from.
 *
 * The Python original stands beside it: s11_main_coroutine.py. Build and run:
 *     cc s11_main_coroutine.c -o s11 $(pkg-config --cflags --libs ouro) && ./s11
 */
#include <ouro.h>

#include <stdio.h>

OURO_ASYNC(app)
{
    printf("Start of main coroutine\n");
    return 0;
}

OURO_MAIN(app)
