/* W4 on Ouro: arm a timeout and cancel it; see limit/w4_timeout.c. Timers lie in memory of ours, as
 * the handles of libuv do.
 *
 * Usage: w4_timeout OTHERS [steps]. Prints timeout_ns, the time of one step.
 *
 * Expected: the conversion from seconds and the range checks 2 ns, the wheel's 3 to 4 ns: 7 ns
 * alone. Among 10,000 timers of 100 B each, 1 MB with their neighbours in the second-level cache:
 * 10 to 20 ns.
 */
#include "ouro/program.h"

static void on_time(void *arg)
{
    (void) arg;
}

static void step(ouro_loop *loop, ouro_timer *timer, uint64_t *random)
{
    double delay = bench_next_timeout_ms(random) / 1e3;
    bench_succeed(ouro_loop_call_later_timer(loop, delay, timer), "call_later");
}

OURO_ASYNC(program, (uint64_t, others), (uint64_t, steps))
{
    ouro_loop *loop = ouro_get_running_loop();
    ouro_timer *timers = malloc((others + 1) * sizeof(*timers));
    if (timers == NULL) {
        bench_fail("malloc failed");
    }
    uint64_t random = 1;
    for (uint64_t i = 0; i <= others; i++) {
        ouro_timer_init(&timers[i], on_time, NULL);
    }
    for (uint64_t i = 0; i < others; i++) {
        step(loop, &timers[i], &random);
    }

    uint64_t oldest = 0;
    uint64_t start = bench_cpu_ns();
    for (uint64_t i = 0; i < steps; i++) {
        if (others == 0) {
            step(loop, &timers[0], &random);
            ouro_timer_cancel(&timers[0]);
        } else {
            ouro_timer_cancel(&timers[oldest]);
            step(loop, &timers[oldest], &random);
            oldest = oldest + 1 == others ? 0 : oldest + 1;
        }
    }
    uint64_t elapsed = bench_cpu_ns() - start;

    for (uint64_t i = 0; i < others; i++) {
        ouro_timer_cancel(&timers[i]);
    }
    free(timers);
    printf("timeout_ns=%.3f\n", (double) elapsed / (double) steps);
    return 0;
}

int main(int argc, char **argv)
{
    uint64_t others = bench_argument(argc, argv, 1, 0);
    return bench_run(program_coro(others, bench_argument(argc, argv, 2, 10000000)));
}
