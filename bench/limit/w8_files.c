/* W8: blocks of 4 KiB are read from random places of a file of 64 MiB that the kernel has in
 * memory.
 *
 * Usage: w8_files IN_FLIGHT [reads]. Prints read_ns, the CPU time of one read.
 *
 * One in flight: pread. More: a raw ring, each of whose reads is followed by another one.
 *
 * Expected: the copy of 4 KiB by the kernel, 400 ns, and a system call; with a ring the system call
 * is shared, and half of it paid for the ring's own work.
 */
#include "common/file.h"
#include "limit/ring.h"

static uint64_t reads;
static int file;

static void read_one_by_one(void)
{
    static char data[BENCH_FILE_BLOCK];
    for (uint64_t i = 0; i < reads; i++) {
        int64_t offset = bench_file_offset(i);
        if (pread(file, data, sizeof data, offset) != (ssize_t) sizeof data)
            bench_fail("pread: %s", strerror(errno));
        bench_file_check(data, offset);
    }
}

static void submit(limit_ring *ring, uint64_t slot, uint64_t number, char *data)
{
    struct io_uring_sqe *entry = ring_entry(ring);
    entry->opcode = IORING_OP_READ;
    entry->fd = file;
    entry->addr = (uint64_t) (uintptr_t) data;
    entry->len = BENCH_FILE_BLOCK;
    entry->off = (uint64_t) bench_file_offset(number);
    entry->user_data = slot;
}

static void read_together(uint64_t in_flight)
{
    limit_ring ring;
    char *data = malloc(in_flight * BENCH_FILE_BLOCK);
    uint64_t *numbers = malloc(in_flight * sizeof *numbers);
    uint64_t begun = 0;
    uint64_t done = 0;
    if (data == NULL || numbers == NULL)
        bench_fail("malloc failed");
    ring_open(&ring, 256);
    for (; begun < in_flight && begun < reads; begun++) {
        numbers[begun] = begun;
        submit(&ring, begun, begun, data + begun * BENCH_FILE_BLOCK);
    }
    while (done < reads) {
        ring_enter(&ring, 1);
        uint32_t head = *ring.complete_head;
        uint32_t tail = __atomic_load_n(ring.complete_tail, __ATOMIC_ACQUIRE);
        for (; head != tail; head++, done++) {
            struct io_uring_cqe *completion = &ring.completions[head & ring.complete_mask];
            uint64_t slot = completion->user_data;
            if (completion->res != (int) BENCH_FILE_BLOCK)
                bench_fail("a read returned %d", completion->res);
            bench_file_check(data + slot * BENCH_FILE_BLOCK, bench_file_offset(numbers[slot]));
            if (begun < reads) {
                numbers[slot] = begun;
                submit(&ring, slot, begun, data + slot * BENCH_FILE_BLOCK);
                begun++;
            }
        }
        __atomic_store_n(ring.complete_head, head, __ATOMIC_RELEASE);
    }
    free(numbers);
    free(data);
}

int main(int argc, char **argv)
{
    uint64_t in_flight = bench_argument(argc, argv, 1, 1);
    reads = bench_argument(argc, argv, 2, 1000000);
    file = (int) bench_check(open(bench_file(), O_RDONLY), "open");
    uint64_t start = bench_cpu_ns();
    if (in_flight == 1)
        read_one_by_one();
    else
        read_together(in_flight);
    uint64_t elapsed = bench_cpu_ns() - start;
    printf("read_ns=%.3f\n", (double) elapsed / (double) reads);
    return 0;
}
