/* W4: many sleepers, each for 0 to 1000 ms by a hash of its number.
 *
 * Usage: w4_sleep [sleepers]. Prints wall_ms and cpu_ms, from the first start to the last wake.
 *
 * The limit has no tasks, only a heap of deadlines.
 *
 * Expected for 1,000,000: a push in nearly random order moves one or two levels (20 ns); a pop
 * walks 10 levels, of which the lower ones miss the cache (200 to 300 ns): about 0.3 s of CPU,
 * spread over the second in which the deadlines pass; so wall is little more than 1000 ms.
 */
#include "limit/deadline_heap.h"

static uint64_t woken;

static void expire(uint64_t task)
{
    (void) task;
    woken++;
}

int main(int argc, char **argv)
{
    uint64_t sleepers = bench_argument(argc, argv, 1, 1000000);
    uint64_t wall = bench_wall_ns();
    uint64_t cpu = bench_cpu_ns();
    deadline_heap heap = { .items = malloc(sleepers * sizeof(deadline)) };
    if (heap.items == NULL)
        bench_fail("malloc failed");
    for (uint64_t i = 0; i < sleepers; i++) {
        uint64_t time_ms = deadline_after(bench_sleep_ms(i));
        deadline_heap_push(&heap, (deadline) { .time_ms = time_ms, .task = i });
    }
    deadline_heap_run(&heap, expire);
    wall = bench_wall_ns() - wall;
    cpu = bench_cpu_ns() - cpu;
    if (woken != sleepers)
        bench_fail("only %" PRIu64 " woke", woken);
    printf("wall_ms=%.1f cpu_ms=%.1f\n", (double) wall / 1e6, (double) cpu / 1e6);
    free(heap.items);
    return 0;
}
