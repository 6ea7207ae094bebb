/* What the programs of tests/stream_peers have in common. */
#ifndef OURO_TESTS_STREAM_PEERS_COPY_H
#define OURO_TESTS_STREAM_PEERS_COPY_H

#include <ouro.h>

/* Copies one direction, to its end, and passes that on. */
OURO_ASYNC(copy, (ouro_stream *, from), (ouro_stream *, to))
{
    for (;;) {
        ouro_bytes bytes;
        OURO_TRY(ouro_stream_read_bytes(from, 0, &bytes));
        if (bytes.size == 0)
            return ouro_stream_write_eof(to);
        OURO_TRY(ouro_stream_write(to, bytes));
        OURO_TRY(ouro_stream_drain(to));
    }
}

#endif
