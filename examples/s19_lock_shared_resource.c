/* S19: five coroutines change one resource, under a lock.
 *
 * The lock is there before there is any loop. Each coroutine reads, changes, waits and reads again,
 * and finds what it left: nobody else comes in between.
 *
 * The Python original stands beside it: s19_lock_shared_resource.py. Build and run:
 *     cc s19_lock_shared_resource.c -o s19 $(pkg-config --cflags --libs ouro) && ./s19
 */
#include <ouro.h>

#include <stdio.h>

static int shared_resource;
static ouro_lock lock;

OURO_ASYNC(modify_shared_resource)
{
    int status = 0;

    ouro_with_lock (&lock, &status) {
        printf("Resource before modification: %d\n", shared_resource);
        shared_resource++;
        OURO_TRY(ouro_sleep(1));
        printf("Resource after modification: %d\n", shared_resource);
    }
    return status;
}

OURO_ASYNC(app)
{
    OURO_TRY(ouro_gather(modify_shared_resource_coro(), modify_shared_resource_coro(),
                         modify_shared_resource_coro(), modify_shared_resource_coro(),
                         modify_shared_resource_coro()));
    return 0;
}

OURO_MAIN(app)
