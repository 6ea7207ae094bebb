/* W6 on Ouro: a TCP echo server, one task for each connection, straight-line code on streams.
 *
 * Usage: w6_echo. Prints port=N and serves until it is killed.
 *
 * Expected: the recv and the send of the raw loops, and between them two switches, a copy of 64 B
 * into the write buffer, the ready queue twice: 0.1 us more, 1.02 to 1.05 of the better limit.
 */
#include "ouro/program.h"

static int echo(ouro_stream *peer, void *arg)
{
    (void) arg;
    for (;;) {
        ouro_bytes bytes;
        int len = ouro_stream_read_bytes(peer, 0, &bytes);
        if (len <= 0) {
            return 0; /* the load generator may end by a reset, which is nobody's error */
        }
        OURO_TRY(ouro_stream_write(peer, bytes));
        OURO_TRY(ouro_stream_drain(peer));
    }
}

OURO_ASYNC(program)
{
    ouro_server *server;
    OURO_TRY(ouro_start_server(&server, echo, .host = "127.0.0.1", .backlog = 4096));
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
    bench_allow_many_files();
    return bench_run(program_coro());
}
