/* What the servers of W6 and W10 do for a client: straight-line code on streams.
 */
#ifndef OURO_BENCH_OURO_ECHO_SERVER_H
#define OURO_BENCH_OURO_ECHO_SERVER_H

#include "ouro/program.h"

static int bench_echo(ouro_stream *peer, void *arg)
{
    (void) arg;
    for (;;) {
        ouro_bytes bytes;
        int len = ouro_stream_read_bytes(peer, 0, &bytes);
        if (len <= 0)
            return 0; /* the load generator may end by a reset, which is nobody's error */
        OURO_TRY(ouro_stream_write(peer, bytes));
        OURO_TRY(ouro_stream_drain(peer));
    }
}

#endif
