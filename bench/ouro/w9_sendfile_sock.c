/* W9 on Ouro, from a file over a socket of the program's own, by ouro_loop_sock_sendfile.
 *
 * Usage: w9_sendfile_sock. Prints port=N and serves one connection at a time until it is killed.
 *
 * Expected: as w9_sendfile.
 */
#include "common/stream.h"
#include "ouro/program.h"

static int file;

static int serve(ouro_loop *loop, int fd)
{
    uint64_t bytes;
    while (ouro_loop_sock_recv(loop, fd, &bytes, sizeof bytes) == (int) sizeof bytes) {
        while (bytes > 0) {
            uint64_t sent;
            OURO_TRY(ouro_loop_sock_sendfile(loop, fd, file, &sent, .count = bytes,
                                             .no_fallback = true));
            bytes -= sent;
        }
    }
    return 0;
}

OURO_ASYNC(program)
{
    ouro_loop *loop = ouro_get_running_loop();
    int listener = bench_listen(SOCK_NONBLOCK);
    for (;;) {
        int fd = OURO_TRY(ouro_loop_sock_accept(loop, listener, NULL, NULL));
        OURO_TRY(serve(loop, fd));
        close(fd);
    }
}

int main(void)
{
    file = stream_file();
    return bench_run(program_coro());
}
