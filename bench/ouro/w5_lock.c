/* W5 on Ouro: tasks take a lock, yield while they hold it, and release it; see limit/w5_lock.c.
 *
 * Usage: w5_lock [tasks] [hand-overs]. Prints handover_ns, the time of one.
 *
 * Expected: the limit's 12 ns, and twice what a switch costs more than its: 20 ns.
 */
#include "ouro/program.h"

static ouro_lock lock;

OURO_ASYNC(worker, (uint64_t, rounds))
{
    for (uint64_t i = 0; i < rounds; i++) {
        OURO_TRY(ouro_lock_acquire(&lock));
        OURO_TRY(ouro_sleep(0));
        OURO_TRY(ouro_lock_release(&lock));
    }
    return 0;
}

OURO_ASYNC(program, (uint64_t, tasks), (uint64_t, rounds))
{
    ouro_task **all = malloc(tasks * sizeof(*all));
    if (all == NULL) {
        bench_fail("malloc failed");
    }
    for (uint64_t i = 0; i < tasks; i++) {
        all[i] = ouro_create_task(worker_coro(rounds));
    }
    uint64_t start = bench_cpu_ns();
    for (uint64_t i = 0; i < tasks; i++) {
        bench_succeed(ouro_await(all[i]), "worker");
    }
    uint64_t elapsed = bench_cpu_ns() - start;
    for (uint64_t i = 0; i < tasks; i++) {
        ouro_task_unref(all[i]);
    }
    free(all);
    printf("handover_ns=%.3f\n", (double) elapsed / (double) (tasks * rounds));
    return 0;
}

int main(int argc, char **argv)
{
    uint64_t tasks = bench_argument(argc, argv, 1, 100);
    return bench_run(program_coro(tasks, bench_argument(argc, argv, 2, 5000000) / tasks));
}
