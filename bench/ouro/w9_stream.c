/* W9 on Ouro: a server that sends as many bytes as it is asked for, in writes of 64 KiB.
 *
 * Usage: w9_stream. Prints port=N and serves until it is killed.
 *
 * Expected: the send of the raw loop; where the socket is full, a copy of the rest of one write for
 * each wait, of which a full socket buffer needs one: 1.01 of the limit.
 */
#include "ouro/stream_server.h"

OURO_ASYNC(program)
{
    return bench_serve(bench_stream, NULL);
}

int main(void)
{
    stream_fill_chunk();
    return bench_run(program_coro());
}
