/* S8: a lock around what only one may do at a time.
 *
 * Three coroutines want the same resource: they get it one after another, in the order in which
 * they asked.
 *
 * The Python original stands beside it: s08_lock.py. Build and run:
 *     cc s08_lock.c -o s08 $(pkg-config --cflags --libs ouro) && ./s08
 */
#include <ouro.h>

#include <stdio.h>

OURO_ASYNC(work, (const char *, name), (ouro_lock *, lock))
{
    int status = 0;

    printf("%s wants the lock\n", name);
    ouro_with_lock (lock, &status) {
        printf("%s has the lock\n", name);
        OURO_TRY(ouro_sleep(1));
    }
    OURO_TRY(status);
    printf("%s has released the lock\n", name);
    return 0;
}

OURO_ASYNC(app)
{
    ouro_lock lock = OURO_LOCK_INIT;

    OURO_TRY(ouro_gather(work_coro("A", &lock), work_coro("B", &lock), work_coro("C", &lock)));
    printf("%s\n", ouro_lock_locked(&lock) ? "locked" : "unlocked");
    return 0;
}

OURO_MAIN(app)
