/* What the servers of W9, and over TLS of W10, send: the same 64 KiB over and over, as many bytes
 * as were asked for by 8 bytes in the machine's order. Each answer begins with the first byte.
 */
#ifndef OURO_BENCH_STREAM_H
#define OURO_BENCH_STREAM_H

#include "common/bench.h"
#include "common/file.h"

#define STREAM_CHUNK_BYTES 65536u
#define STREAM_FILE_BYTES (1024u * STREAM_CHUNK_BYTES) /* 64 MiB */

static uint8_t stream_chunk[STREAM_CHUNK_BYTES];

static void stream_fill_chunk(void)
{
    for (uint32_t i = 0; i < STREAM_CHUNK_BYTES; i++)
        stream_chunk[i] = (uint8_t) bench_hash(i);
}

/* A file of many such chunks, to be sent in place of them. Returns its descriptor. */
BENCH_UNUSED static int stream_file(void)
{
    int fd = bench_file_create();
    stream_fill_chunk();
    for (uint32_t i = 0; i < STREAM_FILE_BYTES / STREAM_CHUNK_BYTES; i++)
        bench_file_append(fd, stream_chunk, sizeof stream_chunk);
    return fd;
}

#endif
