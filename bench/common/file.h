/* Files for the benches: all of it in the page cache, and gone from its folder at once.
 */
#ifndef OURO_BENCH_FILE_H
#define OURO_BENCH_FILE_H

#include "common/bench.h"

#include <fcntl.h>
#include <unistd.h>

#define BENCH_FILE_BLOCK 4096u
#define BENCH_FILE_BLOCKS 16384u /* 64 MiB */

/* A new file in /var/tmp, or in TMPDIR, that is there for as long as its descriptor. */
BENCH_UNUSED static int bench_file_create(void)
{
    char path[256];
    const char *folder = getenv("TMPDIR");
    snprintf(path, sizeof path, "%s/bench-file-XXXXXX", folder != NULL ? folder : "/var/tmp");
    int fd = (int) bench_check(mkostemp(path, O_CLOEXEC), "mkostemp");
    unlink(path);
    return fd;
}

BENCH_UNUSED static void bench_file_append(int fd, const void *data, size_t size)
{
    if (write(fd, data, size) != (ssize_t) size)
        bench_fail("write: %s", strerror(errno));
}

/* Makes the file that W8 reads, and returns a path by which it can be opened for as long as this
 * process lives. */
BENCH_UNUSED static const char *bench_file(void)
{
    static char path[64];
    static char block[BENCH_FILE_BLOCK];
    int fd = bench_file_create();
    for (uint32_t i = 0; i < BENCH_FILE_BLOCKS; i++) {
        memcpy(block, &i, sizeof i);
        bench_file_append(fd, block, sizeof block);
    }
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return path;
}

/* Where read number `number` reads. */
BENCH_UNUSED static inline int64_t bench_file_offset(uint64_t number)
{
    return (int64_t) (bench_hash(number) % BENCH_FILE_BLOCKS) * BENCH_FILE_BLOCK;
}

/* Checks what was read there. */
BENCH_UNUSED static inline void bench_file_check(const void *data, int64_t offset)
{
    uint32_t block;
    memcpy(&block, data, sizeof block);
    if (block != offset / BENCH_FILE_BLOCK)
        bench_fail("block %u was read at %" PRId64, block, offset);
}

#endif
