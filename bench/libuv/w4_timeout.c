/* W4 on libuv: arm a timeout and cancel it; see limit/w4_timeout.c.
 *
 * Usage: w4_timeout OTHERS [steps]. Prints timeout_ns. The handles are reused, nothing allocates.
 *
 * Expected: alone, two calls and a heap of one, 8 ns. Among 10,000, a removal and an insertion in a
 * heap of 13 levels linked by pointers: 80 ns.
 */
#include "common/bench.h"

#include <uv.h>

static void on_timer(uv_timer_t *timer)
{
    (void) timer;
}

int main(int argc, char **argv)
{
    uint64_t others = bench_argument(argc, argv, 1, 0);
    uint64_t steps = bench_argument(argc, argv, 2, 10000000);
    uv_loop_t *loop = uv_default_loop();
    uv_timer_t *timers = malloc((others + 1) * sizeof *timers);
    if (timers == NULL)
        bench_fail("malloc failed");
    uint64_t random = 1;
    for (uint64_t i = 0; i <= others; i++)
        uv_timer_init(loop, &timers[i]);
    for (uint64_t i = 0; i < others; i++) {
        uv_timer_start(&timers[i], on_timer, bench_next_timeout_ms(&random), 0);
    }

    uint64_t start = bench_cpu_ns();
    uint64_t oldest = 0;
    for (uint64_t i = 0; i < steps; i++) {
        if (others == 0) {
            uv_timer_start(&timers[0], on_timer, bench_next_timeout_ms(&random), 0);
            uv_timer_stop(&timers[0]);
        } else {
            uv_timer_stop(&timers[oldest]);
            uv_timer_start(&timers[oldest], on_timer, bench_next_timeout_ms(&random), 0);
            oldest = oldest + 1 == others ? 0 : oldest + 1;
        }
    }
    uint64_t elapsed = bench_cpu_ns() - start;

    printf("timeout_ns=%.3f\n", (double) elapsed / (double) steps);
    return 0;
}
