/* W3: the memory of a parked task.
 *
 * Usage: w3_memory [tasks]. Prints rss_bytes and pte_bytes, resident memory and page tables for
 * each task.
 *
 * The limit is one touched page for each stack, in one region with a stride of 16 KiB, the task's
 * record being in that page too.
 *
 * Expected: 4096 B resident; a page-table entry of 8 B for each of 4 pages: 32 B.
 */
#include "common/bench.h"

#include <sys/mman.h>

#define STRIDE_BYTES 16384u

int main(int argc, char **argv)
{
    uint64_t tasks = bench_argument(argc, argv, 1, 100000);
    uint64_t rss = bench_status_bytes("VmRSS");
    uint64_t tables = bench_status_bytes("VmPTE");
    char *stacks = mmap(NULL, tasks * STRIDE_BYTES, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (stacks == MAP_FAILED)
        bench_fail("mmap: %s", strerror(errno));
    bench_check(madvise(stacks, tasks * STRIDE_BYTES, MADV_NOHUGEPAGE), "madvise");
    for (uint64_t i = 0; i < tasks; i++) {
        *(volatile char *) (stacks + (i + 1) * STRIDE_BYTES - 64) = 1;
    }
    rss = bench_status_bytes("VmRSS") - rss;
    tables = bench_status_bytes("VmPTE") - tables;
    printf("rss_bytes=%.1f pte_bytes=%.2f\n", (double) rss / (double) tasks,
           (double) tables / (double) tasks);
    return 0;
}
