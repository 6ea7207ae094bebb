/* W6 on Ouro: the memory of a connection on which nothing happens, with the task that reads from
 * it.
 *
 * Usage: w6_idle [connections]. Prints rss_bytes and pte_bytes for each connection. The other ends
 * are held by a child process, whose memory does not count.
 *
 * Expected: what a parked task needs, 4.4 KiB (W3), and the stream, the transport and the server's
 * record, 0.6 KiB: 5.0 KiB.
 */
#include "ouro/program.h"

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

static uint64_t reading;

static int serve(ouro_stream *peer, void *arg)
{
    char byte;

    (void) arg;
    reading++;
    return ouro_stream_read(peer, &byte, 1);
}

/* The child: opens the connections and holds them until its parent ends. */
static void hold_connections(int port_pipe, uint64_t connections)
{
    int port = 0;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (read(port_pipe, &port, sizeof port) != sizeof port)
        _exit(1);
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
        .sin_port = htons((uint16_t) port),
    };
    for (uint64_t i = 0; i < connections; i++) {
        /* A few source addresses, so that the ports of one are enough. */
        struct sockaddr_in source = {
            .sin_family = AF_INET,
            .sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + (uint32_t) (i / 10000)),
        };
        int fd = (int) bench_check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
        bench_check(bind(fd, (struct sockaddr *) &source, sizeof source), "bind");
        bench_check(connect(fd, (struct sockaddr *) &address, sizeof address), "connect");
    }
    pause();
    _exit(0);
}

OURO_ASYNC(program, (uint64_t, connections), (int, port_pipe))
{
    ouro_server *server;
    OURO_TRY(ouro_start_server(&server, serve, .host = "127.0.0.1", .backlog = 4096));
    OURO_TRY(ouro_sleep(0.01));
    uint64_t rss = bench_status_bytes("VmRSS");
    uint64_t tables = bench_status_bytes("VmPTE");
    int port = ouro_server_port(server);
    bench_check(write(port_pipe, &port, sizeof port), "write");
    while (reading < connections) {
        OURO_TRY(ouro_sleep(0.01));
    }
    rss = bench_status_bytes("VmRSS") - rss;
    tables = bench_status_bytes("VmPTE") - tables;
    printf("rss_bytes=%.1f pte_bytes=%.2f\n", (double) rss / (double) connections,
           (double) tables / (double) connections);
    fflush(stdout);
    _exit(0); /* an orderly end would cancel all of them, which nobody wants to wait for */
}

int main(int argc, char **argv)
{
    uint64_t connections = bench_argument(argc, argv, 1, 10000);
    int pipes[2];
    bench_allow_many_files();
    bench_check(pipe(pipes), "pipe");
    if (bench_check(fork(), "fork") == 0) {
        hold_connections(pipes[0], connections);
    }
    return bench_run(program_coro(connections, pipes[1]));
}
