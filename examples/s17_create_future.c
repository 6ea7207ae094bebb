/* S17: the running loop, and a future made by it.
 *
 * A future is a result that is not there yet: it belongs to its loop and is pending until somebody
 * completes it.
 *
 * The Python original stands beside it: s17_create_future.py. Build and run:
 *     cc s17_create_future.c -o s17 $(pkg-config --cflags --libs ouro) && ./s17
 */
#include <ouro.h>

#include <errno.h>
#include <stdio.h>

OURO_ASYNC(app)
{
    ouro_loop *loop = ouro_get_running_loop();
    ouro_future *future = ouro_loop_create_future(loop);
    if (future == NULL) {
        return -ENOMEM;
    }
    if (ouro_future_get_loop(future) == loop) {
        printf("the future belongs to the running loop\n");
    }
    printf("the future is %s\n", ouro_future_done(future) ? "done" : "pending");
    ouro_future_unref(future);
    return 0;
}

OURO_MAIN(app)
