/* The load of W9, and over TLS of W10: asks a server for many bytes on one connection, and reads
 * them all.
 *
 * Usage: stream_load PORT MIB tcp|tls SERVER_PID. Prints cpu_ms_per_gib (the server's), gib_per_s,
 * and how busy both were. A sixteenth of the bytes is asked for first, until the windows are open,
 * and compared byte by byte; the rest is counted.
 */
#include "common/server_cpu.h"
#include "common/stream.h"
#include "load/channel.h"

#include <stdbool.h>

#define READ_BYTES (256u << 10)

static uint8_t buffer[READ_BYTES];

/* Compares bytes that came at `position` of an answer. */
static void compare(const uint8_t *data, size_t len, uint64_t position)
{
    while (len > 0) {
        size_t offset = position % STREAM_CHUNK_BYTES;
        size_t size = len < STREAM_CHUNK_BYTES - offset ? len : STREAM_CHUNK_BYTES - offset;
        if (memcmp(data, stream_chunk + offset, size) != 0)
            bench_fail("the server sent something else than it was asked for");
        data += size;
        len -= size;
        position += size;
    }
}

static void ask(const load_channel *channel, uint64_t bytes, bool compared)
{
    uint64_t received = 0;
    if (channel_send(channel, &bytes, sizeof bytes) != (ssize_t) sizeof bytes)
        bench_fail("the request was not sent");
    while (received < bytes) {
        ssize_t len = channel_receive(channel, buffer, sizeof buffer);
        if (len < 0)
            continue; /* a record that carries no data */
        if (compared)
            compare(buffer, (size_t) len, received);
        received += (uint64_t) len;
    }
    if (received > bytes)
        bench_fail("the server sent more than it was asked for");
}

int main(int argc, char **argv)
{
    if (argc < 5)
        bench_fail("usage: stream_load PORT MIB tcp|tls SERVER_PID");
    uint16_t port = (uint16_t) bench_argument(argc, argv, 1, 0);
    uint64_t bytes = bench_argument(argc, argv, 2, 1024) << 20;
    uint64_t server = bench_argument(argc, argv, 4, 0);
    load_channel channel = channel_open(port, channel_context(argv[3]));
    stream_fill_chunk();
    ask(&channel, bytes / 16, true);

    uint64_t server_cpu = server_cpu_ns(server);
    uint64_t own_cpu = bench_cpu_ns();
    uint64_t start = bench_wall_ns();
    ask(&channel, bytes, false);
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
