/* W4 on Ouro: the tasks of one group sleep 0 to 1000 ms.
 *
 * Usage: w4_sleep [sleepers]. Prints wall_ms and cpu_ms, from the first start to the end of the
 * group.
 *
 * Expected for 1,000,000: what limit-stacks pays to the kernel for a million stacks, which is most
 * of it, and 0.3 us for each task: its record, its timer, two switches with a cold stack.
 */
#include "ouro/program.h"

static uint64_t woken;

OURO_ASYNC(sleeper, (uint64_t, number))
{
    OURO_TRY(ouro_sleep(bench_sleep_ms(number) / 1e3));
    woken++;
    return 0;
}

OURO_ASYNC(program, (uint64_t, sleepers))
{
    uint64_t wall = bench_wall_ns();
    uint64_t cpu = bench_cpu_ns();
    int status = 0;
    ouro_with_task_group (group, &status) {
        for (uint64_t i = 0; i < sleepers; i++) {
            ouro_task_group_create_task(&group, sleeper_coro(i));
        }
    }
    OURO_TRY(status);
    wall = bench_wall_ns() - wall;
    cpu = bench_cpu_ns() - cpu;
    if (woken != sleepers) {
        bench_fail("only %" PRIu64 " woke", woken);
    }
    printf("wall_ms=%.1f cpu_ms=%.1f\n", (double) wall / 1e6, (double) cpu / 1e6);
    return 0;
}

int main(int argc, char **argv)
{
    return bench_run(program_coro(bench_argument(argc, argv, 1, 1000000)));
}
