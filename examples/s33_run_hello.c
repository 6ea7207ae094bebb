/* S33: run(main()): sleep a second, print hello.
 *
 * The shortest program that waits for something.
 *
 * The Python original stands beside it: s33_run_hello.py. Build and run:
 *     cc s33_run_hello.c -o s33 $(pkg-config --cflags --libs ouro) && ./s33
 */
#include <ouro.h>

#include <stdio.h>

OURO_ASYNC(app)
{
    OURO_TRY(ouro_sleep(1));
    printf("hello\n");
    return 0;
}

OURO_MAIN(app)
