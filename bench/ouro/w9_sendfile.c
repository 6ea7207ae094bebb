/* W9 on Ouro, from a file: a server on streams that answers from a file in the page cache by
 * ouro_loop_sendfile.
 *
 * Usage: w9_sendfile. Prints port=N and serves until it is killed.
 *
 * Expected: the sendfile of the raw loop, and for each piece of at most 4 MiB a look whether it is
 * in memory, SIGPIPE held back and a turn of the loop, 5 system calls or 5 us beside 230: 1.02 of
 * the limit.
 */
#include "common/stream.h"
#include "ouro/program.h"

static int file;

static int serve(ouro_stream *peer, void *arg)
{
    uint64_t bytes;
    (void) arg;
    while (ouro_stream_readexactly(peer, &bytes, sizeof bytes, NULL) == 0) {
        while (bytes > 0) {
            uint64_t sent;
            OURO_TRY(ouro_loop_sendfile(ouro_get_running_loop(), ouro_stream_transport(peer), file,
                                        &sent, .count = bytes, .no_fallback = true));
            bytes -= sent;
        }
    }
    return 0;
}

OURO_ASYNC(program)
{
    return bench_serve(serve, NULL);
}

int main(void)
{
    file = stream_file();
    return bench_run(program_coro());
}
