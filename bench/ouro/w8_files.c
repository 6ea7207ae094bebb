/* W8 on Ouro: tasks read blocks of 4 KiB from random places of a file in the page cache; see
 * limit/w8_files.c.
 *
 * Usage: w8_files IN_FLIGHT [reads]. Prints read_ns, the CPU time of one read.
 *
 * Expected: alone, pread and a yield that finds nobody, 5 % more. Together, the raw ring, a park, a
 * switch and the op, 60 ns more.
 */
#include "common/file.h"
#include "ouro/program.h"

static ouro_file *file;
static uint64_t begun;
static uint64_t reads;

OURO_ASYNC(worker)
{
    char data[BENCH_FILE_BLOCK];
    while (begun < reads) {
        int64_t offset = bench_file_offset(begun++);
        if (ouro_file_pread(file, data, sizeof data, offset) != (int) sizeof data)
            bench_fail("pread: %s", ouro_error_detail()->text);
        bench_file_check(data, offset);
    }
    return 0;
}

OURO_ASYNC(program, (uint64_t, in_flight))
{
    int status = 0;
    bench_succeed(ouro_open(&file, bench_file(), "r"), "open");
    uint64_t start = bench_cpu_ns();
    ouro_with_task_group (group, &status) {
        for (uint64_t i = 0; i < in_flight; i++)
            ouro_task_group_create_task(&group, worker_coro());
    }
    uint64_t elapsed = bench_cpu_ns() - start;
    printf("read_ns=%.3f\n", (double) elapsed / (double) reads);
    bench_succeed(ouro_file_close(file), "close");
    return status;
}

int main(int argc, char **argv)
{
    uint64_t in_flight = bench_argument(argc, argv, 1, 1);
    reads = bench_argument(argc, argv, 2, 1000000);
    return bench_run(program_coro(in_flight));
}
