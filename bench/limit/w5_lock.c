/* W5: tasks take a lock, yield while they hold it, and release it.
 *
 * Usage: w5_lock [tasks] [hand-overs]. Prints handover_ns, the time of one.
 *
 * Expected: a hand-over is a switch to the next owner, and one more for the yield: twice 3 ns, and
 * the lists of 100 tasks of which one is touched after the other: 12 ns.
 */
#include "limit/scheduler.h"

static limit_task *owner;
static limit_task *first;
static limit_task **last = &first;
static uint64_t rounds;

static __attribute__((noinline)) void acquire(void)
{
    if (owner == NULL) {
        owner = limit_current;
        return;
    }
    limit_current->next = NULL;
    *last = limit_current;
    last = &limit_current->next;
    limit_park();
}

static __attribute__((noinline)) void release(void)
{
    owner = first;
    if (first == NULL)
        return;
    first = owner->next;
    if (first == NULL)
        last = &first;
    limit_make_ready(owner);
}

static void worker(void *arg)
{
    (void) arg;
    for (uint64_t i = 0; i < rounds; i++) {
        acquire();
        limit_yield();
        release();
    }
}

int main(int argc, char **argv)
{
    uint64_t tasks = bench_argument(argc, argv, 1, 100);
    rounds = bench_argument(argc, argv, 2, 5000000) / tasks;
    limit_task **all = malloc(tasks * sizeof *all);
    if (all == NULL)
        bench_fail("malloc failed");
    for (uint64_t i = 0; i < tasks; i++)
        all[i] = limit_spawn(worker, NULL);
    uint64_t start = bench_cpu_ns();
    for (uint64_t i = 0; i < tasks; i++)
        limit_join(all[i]);
    uint64_t elapsed = bench_cpu_ns() - start;
    free(all);
    printf("handover_ns=%.3f\n", (double) elapsed / (double) (tasks * rounds));
    return 0;
}
