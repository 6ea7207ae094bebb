/* A rate limiter: at most so many calls within any second.
 *
 * A token bucket made of a semaphore and a timer: every call takes a token, and a token comes back
 * a second after it was taken. So bursts go through at once, and the rate holds.
 *
 * The Python original stands beside it: rate_limiter.py. Build and run:
 *     cc rate_limiter.c -o rate_limiter $(pkg-config --cflags --libs ouro) && ./rate_limiter
 */
#include <ouro.h>

#include <errno.h>
#include <stdio.h>

enum { CALLS = 3 };

static const double PERIOD = 1.0;

struct rate_limiter {
    ouro_semaphore tokens;
    double period;
};

static void give_back(void *arg)
{
    ouro_semaphore_release(arg);
}

static int rate_limiter_acquire(struct rate_limiter *limiter)
{
    ouro_loop *loop = ouro_get_running_loop();

    OURO_TRY(ouro_semaphore_acquire(&limiter->tokens));
    if (ouro_loop_call_later(loop, limiter->period, give_back, &limiter->tokens) == NULL) {
        ouro_semaphore_release(&limiter->tokens);
        return -ENOMEM;
    }
    return 0;
}

OURO_ASYNC(call, (struct rate_limiter *, limiter), (int, number), (double, start))
{
    OURO_TRY(rate_limiter_acquire(limiter));
    double seconds = ouro_loop_time(ouro_get_running_loop()) - start;
    printf("call %d after %d s\n", number, (int) (seconds + 0.25));
    return 0;
}

OURO_ASYNC(app)
{
    static struct rate_limiter limiter; /* the last timers outlive this function */
    double start = ouro_loop_time(ouro_get_running_loop());
    int status = 0;

    OURO_TRY(ouro_bounded_semaphore_init(&limiter.tokens, CALLS));
    limiter.period = PERIOD;
    ouro_with_task_group (group, &status) {
        for (int number = 0; number < 8; number++) {
            ouro_task_group_create_task(&group, call_coro(&limiter, number, start));
        }
    }
    OURO_TRY(status);
    printf("all calls made\n");
    return 0;
}

OURO_MAIN(app)
