/* What the programs on Ouro share beside common/bench.h: running one coroutine and failing loudly,
 * and serving until somebody ends the program.
 */
#ifndef OURO_BENCH_OURO_PROGRAM_H
#define OURO_BENCH_OURO_PROGRAM_H

#include "common/bench.h"

#include <ouro.h>

/* Ends the program unless `status` is a success. */
BENCH_UNUSED static inline int bench_succeed(int status, const char *what)
{
    if (status < 0) {
        bench_fail("%s: %s", what, ouro_strerror(status));
    }
    return status;
}

/* Runs the program's coroutine on a loop with default settings. */
BENCH_UNUSED static int bench_run(ouro_coroutine program)
{
    bench_succeed(ouro_run(program), "run");
    return 0;
}

/* Announces a port and serves it, until the program is killed. `tls` may be NULL. */
BENCH_UNUSED static int bench_serve(ouro_client_connected *client, ouro_tls_context *tls)
{
    ouro_server *server;
    OURO_TRY(ouro_start_server(&server, client, .host = "127.0.0.1", .backlog = 4096, .tls = tls));
    int fd;
    if (ouro_server_sockets(server, &fd, 1) == 1)
        bench_tune_socket(fd);
    printf("port=%d\n", ouro_server_port(server));
    fflush(stdout);
    return ouro_server_serve_forever(server);
}

#endif
