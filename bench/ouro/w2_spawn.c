/* W2 on Ouro: start trivial tasks and wait for them.
 *
 * Usage: w2_spawn BATCH [tasks]. Prints spawn_ns, the time of one task from its creation to the end
 * of the wait for it.
 *
 * Expected, one after another: the limit's 13 ns, a task record of several hundred bytes to fill
 * and to give back (10 ns), its name, context and references, the callback that wakes the waiter
 * (5 ns): 30 ns. In batches the records lie beyond the first-level cache, but a stack is shared and
 * most waits find their task done: 30 ns.
 */
#include "ouro/program.h"

static uint64_t finished;

OURO_ASYNC(trivial)
{
    finished++;
    return 0;
}

OURO_ASYNC(program, (uint64_t, batch), (uint64_t, tasks))
{
    ouro_task **started = malloc(batch * sizeof(*started));
    if (started == NULL) {
        bench_fail("malloc failed");
    }
    uint64_t start = bench_cpu_ns();
    for (uint64_t done = 0; done < tasks; done += batch) {
        for (uint64_t i = 0; i < batch; i++) {
            started[i] = ouro_create_task(trivial_coro());
        }
        for (uint64_t i = 0; i < batch; i++) {
            OURO_TRY(ouro_await(started[i]));
            ouro_task_unref(started[i]);
        }
    }
    uint64_t elapsed = bench_cpu_ns() - start;
    free(started);
    if (finished != tasks) {
        bench_fail("only %" PRIu64 " tasks ran", finished);
    }
    printf("spawn_ns=%.3f\n", (double) elapsed / (double) tasks);
    return 0;
}

int main(int argc, char **argv)
{
    uint64_t batch = bench_argument(argc, argv, 1, 1);
    uint64_t tasks = bench_argument(argc, argv, 2, 1000000) / batch * batch;
    return bench_run(program_coro(batch, tasks));
}
