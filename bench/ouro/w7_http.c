/* W7 on Ouro: answers every request with the same 13 bytes and keeps the connection; a request is
 * what ends in a blank line.
 *
 * Usage: w7_http. Prints port=N and serves until it is killed.
 *
 * Expected: 0.2 us above raw epoll: what W6 costs more, and the search in the stream's buffer.
 */
#include "common/http.h"
#include "ouro/program.h"

static int serve(ouro_stream *peer, void *arg)
{
    (void) arg;
    for (;;) {
        ouro_bytes request;
        if (ouro_stream_readuntil(peer, OURO_BYTES("\r\n\r\n"), &request) != 0) {
            return 0; /* the end of the stream, or a reset, which is nobody's error */
        }
        OURO_TRY(ouro_stream_write(peer, OURO_BYTES(HTTP_ANSWER)));
        OURO_TRY(ouro_stream_drain(peer));
    }
}

OURO_ASYNC(program)
{
    return bench_serve(serve, NULL);
}

int main(void)
{
    bench_allow_many_files();
    return bench_run(program_coro());
}
