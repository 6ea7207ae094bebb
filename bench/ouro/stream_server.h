/* What the servers of W9 and W10 do for a client that asks for many bytes.
 */
#ifndef OURO_BENCH_OURO_STREAM_SERVER_H
#define OURO_BENCH_OURO_STREAM_SERVER_H

#include "common/stream.h"
#include "ouro/program.h"

/* Sends as many bytes as are asked for, in writes of 64 KiB. */
BENCH_UNUSED static int bench_stream(ouro_stream *peer, void *arg)
{
    uint64_t bytes;
    (void) arg;
    while (ouro_stream_readexactly(peer, &bytes, sizeof bytes, NULL) == 0) {
        while (bytes > 0) {
            size_t size = bytes < STREAM_CHUNK_BYTES ? (size_t) bytes : STREAM_CHUNK_BYTES;
            OURO_TRY(ouro_stream_write(peer, (ouro_bytes) { stream_chunk, size }));
            OURO_TRY(ouro_stream_drain(peer));
            bytes -= size;
        }
    }
    return 0;
}

#endif
