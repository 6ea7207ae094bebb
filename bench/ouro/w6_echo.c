/* W6 on Ouro: a TCP echo server, one task for each connection, straight-line code on streams.
 *
 * Usage: w6_echo. Prints port=N and serves until it is killed.
 *
 * Expected: the recv and the send of the raw loops, and between them two switches, a copy of 64 B
 * into the write buffer, the ready queue twice: 0.1 us more, 1.02 to 1.05 of the better limit.
 */
#include "ouro/echo_server.h"

OURO_ASYNC(program)
{
    return bench_serve(bench_echo, NULL);
}

int main(void)
{
    bench_allow_many_files();
    return bench_run(program_coro());
}
