/* W3 on Ouro: the memory of a task in a sleep of one hour, with its stack.
 *
 * Usage: w3_memory [tasks]. Prints rss_bytes and pte_bytes for each task.
 *
 * Expected: one touched page of stack, 4096 B, which holds the operation and the frames; the task's
 * record, 250 B; page tables for a stride of 64 KiB, 128 B: 4.4 KiB.
 */
#include "ouro/program.h"

#include <unistd.h>

static uint64_t parked;

OURO_ASYNC(sleeper)
{
    parked++;
    return ouro_sleep(3600);
}

OURO_ASYNC(program, (uint64_t, tasks))
{
    uint64_t rss = bench_status_bytes("VmRSS");
    uint64_t tables = bench_status_bytes("VmPTE");
    for (uint64_t i = 0; i < tasks; i++) {
        ouro_task *task = ouro_create_task(sleeper_coro());
        if (task == NULL) {
            bench_fail("task %" PRIu64 " could not be created", i);
        }
        ouro_task_unref(task);
    }
    while (parked < tasks) {
        OURO_TRY(ouro_sleep(0));
    }
    OURO_TRY(ouro_sleep(0));
    rss = bench_status_bytes("VmRSS") - rss;
    tables = bench_status_bytes("VmPTE") - tables;
    printf("rss_bytes=%.1f pte_bytes=%.2f\n", (double) rss / (double) tasks,
           (double) tables / (double) tasks);
    fflush(stdout);
    _exit(0); /* an orderly end would cancel all of them, which nobody wants to wait for */
}

int main(int argc, char **argv)
{
    return bench_run(program_coro(bench_argument(argc, argv, 1, 100000)));
}
