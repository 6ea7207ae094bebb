/* W1: two tasks yield to each other through the scheduler.
 *
 * Usage: w1_yield [yields per task]. Prints yield_ns, the time of one switch.
 *
 * Expected: one switch is 7 pushes, 7 pops, a predicted indirect jump (2.2 ns measured alone) and
 * a queue insertion and removal on two cached lines, about 6 instructions more that wait on memory
 * written just before (1 ns): 3 ns.
 */
#include "limit/scheduler.h"

static uint64_t yields;

static void yielder(void *arg)
{
    (void) arg;
    for (uint64_t i = 0; i < yields; i++)
        limit_yield();
}

int main(int argc, char **argv)
{
    yields = bench_argument(argc, argv, 1, 10000000);
    limit_task *first = limit_spawn(yielder, NULL);
    limit_task *second = limit_spawn(yielder, NULL);
    uint64_t start = bench_cpu_ns();
    limit_join(first);
    limit_join(second);
    uint64_t elapsed = bench_cpu_ns() - start;
    printf("yield_ns=%.3f\n", (double) elapsed / (2.0 * (double) yields));
    return 0;
}
