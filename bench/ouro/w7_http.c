/* W7 on Ouro: answers every request with the same 13 bytes and keeps the connection; requests are
 * found by the scan that all servers in C share.
 *
 * Usage: w7_http. Prints port=N and serves until it is killed.
 *
 * Expected: 0.2 us above raw epoll: what W6 costs more, and the same scan.
 */
#include "common/http.h"
#include "ouro/program.h"

static int serve(ouro_stream *peer, void *arg)
{
    http_scan scan = 0;
    (void) arg;
    for (;;) {
        ouro_bytes bytes;
        if (ouro_stream_read_bytes(peer, 0, &bytes) <= 0)
            return 0; /* the end of the stream, or a reset, which is nobody's error */
        uint32_t count = http_scan_requests(&scan, bytes.data, bytes.size);
        for (uint32_t i = 0; i < count; i++)
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
