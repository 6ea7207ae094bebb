/* The file that W8 reads: all of it in the page cache, and gone from its folder at once. */
#ifndef OURO_BENCH_FILE_H
#define OURO_BENCH_FILE_H

#include "common/bench.h"

#include <fcntl.h>
#include <unistd.h>

#define BENCH_FILE_BLOCK 4096u
#define BENCH_FILE_BLOCKS 16384u /* 64 MiB */

/* Makes the file in /var/tmp, or in TMPDIR, and returns a path by which it can be opened for as
 * long as this process lives. */
BENCH_UNUSED static const char *bench_file(void)
{
    static char path[256];
    static char block[BENCH_FILE_BLOCK];
    const char *folder = getenv("TMPDIR");
    snprintf(path, sizeof path, "%s/bench-file-XXXXXX", folder != NULL ? folder : "/var/tmp");
    int fd = (int) bench_check(mkstemp(path), "mkstemp");
    unlink(path);
    for (uint32_t i = 0; i < BENCH_FILE_BLOCKS; i++) {
        memcpy(block, &i, sizeof i);
        if (write(fd, block, sizeof block) != (ssize_t) sizeof block)
            bench_fail("write: %s", strerror(errno));
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
