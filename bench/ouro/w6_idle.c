/* W6 on Ouro: the memory of a connection on which nothing happens, with the task that reads from
 * it.
 *
 * Usage: w6_idle [connections]. Prints rss_bytes and pte_bytes for each connection, and how many
 * there were: no more than the limit on descriptors allows. The other ends are held by a child
 * process, whose memory does not count.
 *
 * Expected: what a parked task needs, 4.4 KiB (W3), and the stream, the transport and the server's
 * record, 0.6 KiB: 5.0 KiB.
 */
#include "ouro/program.h"

#include <inttypes.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { BLOCK = 1000, OTHER_DESCRIPTORS = 50 };

static uint64_t reading;

static int serve(ouro_stream *peer, void *arg)
{
    char byte;

    (void) arg;
    reading++;
    return ouro_stream_read(peer, &byte, 1);
}

static void open_connection(int port, uint64_t number)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
        .sin_port = htons((uint16_t) port),
    };
    /* A few source addresses, so that the ports of one are enough. */
    struct sockaddr_in source = {
        .sin_family = AF_INET,
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + (uint32_t) (number / 10000)),
    };
    int fd = (int) bench_check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    bench_check(bind(fd, (struct sockaddr *) &source, sizeof source), "bind");
    bench_check(connect(fd, (struct sockaddr *) &address, sizeof address), "connect");
}

/* The child: opens a block of connections each time it is told the port, and holds them until its
 * parent ends. */
static void hold_connections(int port_pipe, uint64_t connections)
{
    int port;
    uint64_t opened = 0;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (read(port_pipe, &port, sizeof port) == sizeof port)
        for (uint64_t i = 0; i < BLOCK && opened < connections; i++)
            open_connection(port, opened++);
    _exit(0);
}

/* Has the child open them, and waits until a task reads from each. */
OURO_ASYNC(accept_connections, (uint64_t, connections), (int, port), (int, port_pipe))
{
    for (uint64_t wanted = 0; reading < connections;) {
        wanted += BLOCK; /* what the backlog has room for */
        bench_check(write(port_pipe, &port, sizeof port), "write");
        while (reading < wanted && reading < connections)
            OURO_TRY(ouro_sleep(0.001));
    }
    return 0;
}

OURO_ASYNC(program, (uint64_t, connections), (int, port_pipe))
{
    ouro_server *server;
    OURO_TRY(ouro_start_server(&server, serve, .host = "127.0.0.1", .backlog = 4096));
    OURO_TRY(ouro_sleep(0.01));
    uint64_t rss = bench_status_bytes("VmRSS");
    uint64_t tables = bench_status_bytes("VmPTE");
    OURO_TRY(accept_connections(connections, ouro_server_port(server), port_pipe));
    rss = bench_status_bytes("VmRSS") - rss;
    tables = bench_status_bytes("VmPTE") - tables;
    printf("rss_bytes=%.1f pte_bytes=%.2f connections=%" PRIu64 "\n",
           (double) rss / (double) connections, (double) tables / (double) connections,
           connections);
    fflush(stdout);
    _exit(0); /* an orderly end would cancel all of them, which nobody wants to wait for */
}

int main(int argc, char **argv)
{
    uint64_t connections = bench_argument(argc, argv, 1, 10000);
    int pipes[2];
    uint64_t limit = bench_allow_many_files();
    if (connections > limit - OTHER_DESCRIPTORS)
        connections = limit - OTHER_DESCRIPTORS;
    bench_check(pipe(pipes), "pipe");
    if (bench_check(fork(), "fork") == 0) {
        hold_connections(pipes[0], connections);
    }
    return bench_run(program_coro(connections, pipes[1]));
}
