/* The load of W9: asks a server for many bytes on one connection, and reads them all.
 *
 * Usage: stream_load PORT MIB SERVER_PID. The request is the number of bytes, 8 bytes in the
 * machine's order. Prints cpu_ms_per_gib (the server's), gib_per_s, and how busy both were.
 */
#include "common/bench.h"
#include "common/server_cpu.h"

#include <unistd.h>

#define READ_BYTES (256u << 10)

static uint8_t buffer[READ_BYTES];

static void read_all(int fd, uint64_t bytes)
{
    while (bytes > 0) {
        ssize_t len = bench_check(recv(fd, buffer, sizeof buffer, 0), "recv");
        if (len == 0)
            bench_fail("the server ended too early");
        bytes -= (uint64_t) len;
    }
}

static void ask(int fd, uint64_t bytes)
{
    bench_check(send(fd, &bytes, sizeof bytes, MSG_NOSIGNAL), "send");
    read_all(fd, bytes);
}

int main(int argc, char **argv)
{
    if (argc < 4)
        bench_fail("usage: stream_load PORT MIB SERVER_PID");
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
        .sin_port = htons((uint16_t) bench_argument(argc, argv, 1, 0)),
    };
    uint64_t bytes = bench_argument(argc, argv, 2, 1024) << 20;
    uint64_t server = bench_argument(argc, argv, 3, 0);
    int fd = (int) bench_check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    bench_tune_socket(fd);
    bench_check(connect(fd, (struct sockaddr *) &address, sizeof address), "connect");
    ask(fd, bytes / 16); /* until the windows are open */

    uint64_t server_cpu = server_cpu_ns(server);
    uint64_t own_cpu = bench_cpu_ns();
    uint64_t start = bench_wall_ns();
    ask(fd, bytes);
    uint64_t elapsed = bench_wall_ns() - start;
    server_cpu = server_cpu_ns(server) - server_cpu;
    own_cpu = bench_cpu_ns() - own_cpu;
    double gib = (double) bytes / (double) (1u << 30);
    printf("cpu_ms_per_gib=%.3f gib_per_s=%.4f busy_percent=%.1f load_busy_percent=%.1f\n",
           (double) server_cpu / 1e6 / gib, gib * 1e9 / (double) elapsed,
           100.0 * (double) server_cpu / (double) elapsed,
           100.0 * (double) own_cpu / (double) elapsed);
    return 0;
}
