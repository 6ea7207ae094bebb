/* W1 on Ouro: two tasks yield to each other by ouro_sleep(0), as asyncio does.
 *
 * Usage: w1_yield [yields per task]. Prints yield_ns, the time of one switch.
 *
 * Expected: the limit's 2.6 ns, and for each switch a look at the pending cancel, the mark that
 * ends an iteration, the bound after which the kernel is asked: 4 to 5 ns.
 */
#include "ouro/program.h"

OURO_ASYNC(yielder, (uint64_t, yields))
{
    for (uint64_t i = 0; i < yields; i++) {
        OURO_TRY(ouro_sleep(0));
    }
    return 0;
}

OURO_ASYNC(program, (uint64_t, yields))
{
    uint64_t start = bench_cpu_ns();
    ouro_task *first = ouro_create_task(yielder_coro(yields));
    ouro_task *second = ouro_create_task(yielder_coro(yields));
    OURO_TRY(ouro_await(first));
    OURO_TRY(ouro_await(second));
    uint64_t elapsed = bench_cpu_ns() - start;
    ouro_task_unref(first);
    ouro_task_unref(second);
    printf("yield_ns=%.3f\n", (double) elapsed / (2.0 * (double) yields));
    return 0;
}

int main(int argc, char **argv)
{
    return bench_run(program_coro(bench_argument(argc, argv, 1, 10000000)));
}
