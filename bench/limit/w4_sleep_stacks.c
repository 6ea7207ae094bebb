/* W4 with stacks: the sleepers of w4_sleep, each of which also owns a guarded stack of 64 KiB and
 * touches one page of it. That is what any system of stackful tasks pays on the machine before its
 * own work begins: the kernel's time for the guard, for the page fault, and for giving back.
 *
 * Usage: w4_sleep_stacks [sleepers] [stride in KiB]. Prints wall_ms and cpu_ms.
 *
 * Expected for 1,000,000: the first touch of a page 1.0 to 1.5 us, a guard by advice 102 0.75 us,
 * the heap 0.3 us: 2 to 2.6 s of CPU. All sleepers start before the first wakes, as in a loop that
 * runs what is ready before it looks at its timers; so wall is about the same.
 */
#include "limit/deadline_heap.h"

#include <sys/mman.h>

#define ADVICE_GUARD_INSTALL 102 /* MADV_GUARD_INSTALL, Linux 6.13 */
#define PAGE_BYTES 4096u

static uint64_t woken;
static uint64_t stride_bytes;
static char *stacks;

static volatile char *stack_top(uint64_t task)
{
    return stacks + (task + 1) * stride_bytes - 64;
}

static void expire(uint64_t task)
{
    woken += (uint64_t) *stack_top(task);
}

int main(int argc, char **argv)
{
    uint64_t sleepers = bench_argument(argc, argv, 1, 1000000);
    stride_bytes = bench_argument(argc, argv, 2, 64) * 1024u;
    uint64_t wall = bench_wall_ns();
    uint64_t cpu = bench_cpu_ns();
    deadline_heap heap = { .items = malloc(sleepers * sizeof(deadline)) };
    if (heap.items == NULL)
        bench_fail("malloc failed");
    stacks = mmap(NULL, sleepers * stride_bytes, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (stacks == MAP_FAILED)
        bench_fail("mmap: %s", strerror(errno));
    bench_check(madvise(stacks, sleepers * stride_bytes, MADV_NOHUGEPAGE), "madvise");
    for (uint64_t i = 0; i < sleepers; i++) {
        bench_check(madvise(stacks + i * stride_bytes, PAGE_BYTES, ADVICE_GUARD_INSTALL),
                    "MADV_GUARD_INSTALL (Linux 6.13 or later)");
        *stack_top(i) = 1;
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
