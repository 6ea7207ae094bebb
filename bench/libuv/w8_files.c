/* W8 on libuv: requests for blocks of 4 KiB from random places of a file in the page cache; see
 * limit/w8_files.c.
 *
 * Usage: w8_files IN_FLIGHT [reads]. Prints read_ns, the CPU time of one read.
 *
 * Expected: each read is handed to a thread of the pool and back: 10 us alone, and with many in
 * flight a lock and a wake-up for each, 3 us.
 */
#include "common/file.h"

#include <uv.h>

typedef struct reader {
    uv_fs_t request;
    int64_t offset;
    char data[BENCH_FILE_BLOCK];
} reader;

static uv_file file;
static uint64_t begun;
static uint64_t reads;

static void on_read(uv_fs_t *request);

static void read_next(reader *self)
{
    uv_buf_t place = uv_buf_init(self->data, sizeof self->data);
    if (begun == reads)
        return;
    self->offset = bench_file_offset(begun++);
    uv_fs_read(uv_default_loop(), &self->request, file, &place, 1, self->offset, on_read);
}

static void on_read(uv_fs_t *request)
{
    reader *self = (reader *) (void *) request;
    if (request->result != (ssize_t) sizeof self->data)
        bench_fail("uv_fs_read: %s", uv_strerror((int) request->result));
    uv_fs_req_cleanup(request);
    bench_file_check(self->data, self->offset);
    read_next(self);
}

int main(int argc, char **argv)
{
    uint64_t in_flight = bench_argument(argc, argv, 1, 1);
    reads = bench_argument(argc, argv, 2, 1000000);
    file = (uv_file) bench_check(open(bench_file(), O_RDONLY), "open");
    reader *readers = calloc(in_flight, sizeof *readers);
    if (readers == NULL)
        bench_fail("malloc failed");
    uint64_t start = bench_cpu_ns();
    for (uint64_t i = 0; i < in_flight; i++)
        read_next(&readers[i]);
    uv_run(uv_default_loop(), UV_RUN_DEFAULT);
    uint64_t elapsed = bench_cpu_ns() - start;
    free(readers);
    printf("read_ns=%.3f\n", (double) elapsed / (double) reads);
    return 0;
}
