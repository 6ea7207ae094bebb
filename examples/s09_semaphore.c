/* S9: a semaphore lets at most so many in at a time.
 *
 * Seven downloads, three at a time.
 *
 * The Python original stands beside it: s09_semaphore.py. Build and run:
 *     cc s09_semaphore.c -o s09 $(pkg-config --cflags --libs ouro) && ./s09
 */
#include <ouro.h>

#include <stdio.h>

enum { LIMIT = 3 };

static int inside;
static int most;

OURO_ASYNC(download, (int, number), (ouro_semaphore *, semaphore))
{
    int status = 0;

    ouro_with_semaphore (semaphore, &status) {
        inside++;
        most = inside > most ? inside : most;
        printf("download %d begins, %d at a time\n", number, inside);
        OURO_TRY(ouro_sleep(0.5 + 0.1 * (number % 3)));
        inside--;
    }
    OURO_TRY(status);
    printf("download %d is done\n", number);
    return 0;
}

OURO_ASYNC(app)
{
    ouro_semaphore semaphore = OURO_SEMAPHORE_INIT(LIMIT);
    int status = 0;

    ouro_with_task_group (group, &status) {
        for (int number = 0; number < 7; number++) {
            ouro_task_group_create_task(&group, download_coro(number, &semaphore));
        }
    }
    OURO_TRY(status);
    printf("never more than %d\n", most);
    return 0;
}

OURO_MAIN(app)
