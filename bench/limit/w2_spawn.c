/* W2: start trivial tasks and wait for them.
 *
 * Usage: w2_spawn BATCH [tasks]. BATCH 1 is one after another. Prints spawn_ns, the time of one
 * task from its start to the end of the wait for it.
 *
 * Expected, one after another: two switches (about 2 x 3 ns), a record taken and given back (2 ns),
 * a stack likewise (2 ns), three calls of which one returns on the other stack (3 ns): about 13 ns.
 * In batches: no switch, as one stack serves all; 48 B records are written and read again in order,
 * 480 KB for 10,000 of them, which lie in the second-level cache: 4 to 8 ns.
 */
#include "limit/scheduler.h"

static uint64_t finished;

static void trivial(void *arg)
{
    (void) arg;
    finished++;
}

int main(int argc, char **argv)
{
    uint64_t batch = bench_argument(argc, argv, 1, 1);
    uint64_t tasks = bench_argument(argc, argv, 2, 1000000) / batch * batch;
    limit_task **started = malloc(batch * sizeof *started);
    if (started == NULL)
        bench_fail("malloc failed");

    uint64_t start = bench_cpu_ns();
    for (uint64_t done = 0; done < tasks; done += batch) {
        for (uint64_t i = 0; i < batch; i++)
            started[i] = limit_spawn(trivial, NULL);
        for (uint64_t i = 0; i < batch; i++)
            limit_join(started[i]);
    }
    uint64_t elapsed = bench_cpu_ns() - start;

    if (finished != tasks)
        bench_fail("only %" PRIu64 " tasks ran", finished);
    printf("spawn_ns=%.3f\n", (double) elapsed / (double) tasks);
    free(started);
    return 0;
}
