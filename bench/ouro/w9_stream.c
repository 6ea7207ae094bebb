/* W9 on Ouro: a server that sends as many bytes as it is asked for, in writes of 64 KiB.
 *
 * Usage: w9_stream. Prints port=N and serves until it is killed.
 *
 * Expected: the send of the raw loop; where the socket is full, a copy of the rest of one write for
 * each wait, of which a full socket buffer needs one: 1.01 of the limit.
 */
#include "ouro/program.h"

#define CHUNK_BYTES 65536u

static uint8_t chunk[CHUNK_BYTES];

static int serve(ouro_stream *peer, void *arg)
{
    uint64_t bytes;
    (void) arg;
    while (ouro_stream_readexactly(peer, &bytes, sizeof bytes, NULL) == 0) {
        while (bytes > 0) {
            size_t size = bytes < CHUNK_BYTES ? (size_t) bytes : CHUNK_BYTES;
            OURO_TRY(ouro_stream_write(peer, (ouro_bytes) { chunk, size }));
            OURO_TRY(ouro_stream_drain(peer));
            bytes -= size;
        }
    }
    return 0;
}

OURO_ASYNC(program)
{
    ouro_server *server;
    OURO_TRY(ouro_start_server(&server, serve, .host = "127.0.0.1"));
    int fd;
    if (ouro_server_sockets(server, &fd, 1) == 1) {
        bench_tune_socket(fd);
    }
    printf("port=%d\n", ouro_server_port(server));
    fflush(stdout);
    return ouro_server_serve_forever(server);
}

int main(void)
{
    return bench_run(program_coro());
}
