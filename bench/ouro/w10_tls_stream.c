/* W10 on Ouro: a server that sends as many bytes over TLS as it is asked for, in writes of 64 KiB.
 *
 * Usage: w10_tls_stream. Prints port=N and serves until it is killed.
 *
 * Expected: OpenSSL's work is the same as by hand; several records leave in one system call, where
 * by hand each has its own: 0.95 to 1.0 of the limit.
 */
#include "ouro/stream_server.h"
#include "ouro/tls_server.h"

static ouro_tls_context *tls;

OURO_ASYNC(program)
{
    return bench_serve(bench_stream, tls);
}

int main(void)
{
    stream_fill_chunk();
    tls = bench_tls_context();
    return bench_run(program_coro());
}
