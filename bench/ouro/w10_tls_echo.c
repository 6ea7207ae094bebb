/* W10 on Ouro: a TLS echo server, one task for each connection, straight-line code on streams.
 *
 * Usage: w10_tls_echo. Prints port=N and serves until it is killed.
 *
 * Expected: OpenSSL's work is the same as by hand, and most of it all; 1.02 to 1.05 of that.
 */
#include "ouro/echo_server.h"
#include "ouro/tls_server.h"

static ouro_tls_context *tls;

OURO_ASYNC(program)
{
    return bench_serve(bench_echo, tls);
}

int main(void)
{
    bench_allow_many_files();
    tls = bench_tls_context();
    return bench_run(program_coro());
}
