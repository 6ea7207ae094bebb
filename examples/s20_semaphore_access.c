/* S20: five coroutines, two of them at a time.
 *
 * The Python original stands beside it: s20_semaphore_access.py. Build and run:
 *     cc s20_semaphore_access.c -o s20 $(pkg-config --cflags --libs ouro) && ./s20
 */
#include <ouro.h>

#include <stdio.h>

OURO_ASYNC(access_resource, (ouro_semaphore *, semaphore), (int, resource_id))
{
    int status = 0;

    ouro_with_semaphore (semaphore, &status) {
        printf("Accessing resource %d\n", resource_id);
        OURO_TRY(ouro_sleep(1));
        printf("Releasing resource %d\n", resource_id);
    }
    return status;
}

OURO_ASYNC(app)
{
    ouro_semaphore semaphore = OURO_SEMAPHORE_INIT(2);

    OURO_TRY(ouro_gather(access_resource_coro(&semaphore, 0), access_resource_coro(&semaphore, 1),
                         access_resource_coro(&semaphore, 2), access_resource_coro(&semaphore, 3),
                         access_resource_coro(&semaphore, 4)));
    return 0;
}

OURO_MAIN(app)
