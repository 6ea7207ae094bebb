/* The load of W6, and over TLS of W10: a closed loop over N connections. Each sends S bytes, waits
 * for S bytes back, and repeats. 0.3 s of warm-up, and until each has had an answer; then 0.8 s
 * measured.
 *
 * Usage: echo_load PORT CONNECTIONS BYTES tcp|tls SERVER_PID [warm-up ms] [measured ms].
 * Prints cpu_us (the server's CPU time for a request), requests_per_s, p50_us, p99_us and how busy
 * both sides were. The first answer of each connection is compared byte by byte, the later ones by
 * their length. A connection that never got an answer fails the run: a server that serves only some
 * would look fast.
 */
#include "common/bench.h"
#include "common/histogram.h"
#include "common/server_cpu.h"
#include "load/channel.h"

#include <fcntl.h>
#include <stdbool.h>
#include <sys/epoll.h>

#define EVENTS 256
#define WARM_UP_NS_MAX 10000000000u
#define MESSAGE_BYTES_MAX (1u << 20)

typedef struct echo_connection {
    load_channel channel;
    bool checked;
    uint32_t sent;
    uint32_t received;
    uint64_t start_ns;
} echo_connection;

static uint32_t message_bytes;
static uint8_t *message; /* connection i sends from offset i % 251: no two neighbours agree */
static uint8_t answer[65536];
static echo_connection *connections;
static latency_histogram latencies;
static uint64_t requests;
static uint64_t unanswered;
static bool measuring;

static const uint8_t *message_of(const echo_connection *connection)
{
    return message + (uint64_t) (connection - connections) % 251u;
}

static void send_rest(echo_connection *connection)
{
    while (connection->sent < message_bytes) {
        ssize_t len = channel_send(&connection->channel, message_of(connection) + connection->sent,
                                   message_bytes - connection->sent);
        if (len < 0)
            return;
        connection->sent += (uint32_t) len;
    }
}

static void start_request(echo_connection *connection, uint64_t now)
{
    connection->sent = 0;
    connection->received = 0;
    connection->start_ns = now;
    send_rest(connection);
}

static void finish_request(echo_connection *connection)
{
    uint64_t now = bench_wall_ns();
    if (!connection->checked) {
        connection->checked = true;
        unanswered--;
    }
    if (measuring) {
        requests++;
        histogram_add(&latencies, now - connection->start_ns);
    }
    start_request(connection, now);
}

static void receive(echo_connection *connection)
{
    for (;;) {
        ssize_t len = channel_receive(&connection->channel, answer, sizeof answer);
        if (len < 0)
            return;
        uint32_t received = connection->received + (uint32_t) len;
        if (received > message_bytes)
            bench_fail("the server sent more than it got");
        if (!connection->checked &&
            memcmp(answer, message_of(connection) + connection->received, (size_t) len) != 0) {
            bench_fail("the server sent something else than it got");
        }
        connection->received = received;
        if (received == message_bytes) {
            finish_request(connection);
            /* The next answer cannot be here yet, and its arrival is a new edge. */
            return;
        }
        if (channel_is_empty(&connection->channel, len, sizeof answer))
            return;
    }
}

static void open_connections(int epoll, uint64_t count, uint16_t port, SSL_CTX *context)
{
    bench_allow_many_files();
    connections = calloc(count, sizeof *connections);
    message = malloc(message_bytes + 251u);
    if (connections == NULL || message == NULL)
        bench_fail("malloc failed");
    for (uint32_t i = 0; i < message_bytes + 251u; i++)
        message[i] = (uint8_t) bench_hash(i);
    for (uint64_t i = 0; i < count; i++) {
        load_channel channel = channel_open(port, context);
        bench_check(fcntl(channel.fd, F_SETFL, O_NONBLOCK), "fcntl");
        connections[i].channel = channel;
        struct epoll_event event = {
            .events = EPOLLIN | EPOLLOUT | EPOLLET,
            .data.ptr = &connections[i],
        };
        bench_check(epoll_ctl(epoll, EPOLL_CTL_ADD, channel.fd, &event), "epoll_ctl");
    }
    unanswered = count;
    for (uint64_t i = 0; i < count; i++)
        start_request(&connections[i], bench_wall_ns());
}

/* Serves events until `duration_ns` have passed; returns the exact time that passed. */
static uint64_t run_for(int epoll, uint64_t duration_ns)
{
    uint64_t start = bench_wall_ns();
    uint64_t now = start;
    while (now - start < duration_ns) {
        struct epoll_event events[EVENTS];
        int count = epoll_wait(epoll, events, EVENTS, 10);
        if (count < 0 && errno != EINTR)
            bench_fail("epoll_wait: %s", strerror(errno));
        for (int i = 0; i < count; i++) {
            echo_connection *connection = events[i].data.ptr;
            if (connection->sent < message_bytes)
                send_rest(connection);
            if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
                receive(connection);
        }
        now = bench_wall_ns();
    }
    return now - start;
}

int main(int argc, char **argv)
{
    if (argc < 6)
        bench_fail("usage: echo_load PORT CONNECTIONS BYTES tcp|tls SERVER_PID");
    uint16_t port = (uint16_t) bench_argument(argc, argv, 1, 0);
    uint64_t count = bench_argument(argc, argv, 2, 64);
    uint64_t bytes = bench_argument(argc, argv, 3, 64);
    uint64_t server = bench_argument(argc, argv, 5, 0);
    uint64_t warm_up_ns = bench_argument(argc, argv, 6, 300) * 1000000u;
    uint64_t measured_ns = bench_argument(argc, argv, 7, 800) * 1000000u;
    if (bytes == 0 || bytes > MESSAGE_BYTES_MAX)
        bench_fail("BYTES must be 1 to 1048576");
    message_bytes = (uint32_t) bytes;

    int epoll = (int) bench_check(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
    open_connections(epoll, count, port, channel_context(argv[4]));
    for (uint64_t waited = 0; waited < warm_up_ns || (unanswered > 0 && waited < WARM_UP_NS_MAX);)
        waited += run_for(epoll, warm_up_ns);
    if (unanswered > 0)
        bench_fail("%" PRIu64 " connections had no answer", unanswered);
    measuring = true;
    uint64_t server_cpu = server_cpu_ns(server);
    uint64_t own_cpu = bench_cpu_ns();
    uint64_t elapsed = run_for(epoll, measured_ns);
    server_cpu = server_cpu_ns(server) - server_cpu;
    own_cpu = bench_cpu_ns() - own_cpu;

    if (requests == 0)
        bench_fail("no request was answered");
    printf("cpu_us=%.4f requests_per_s=%.0f p50_us=%.1f p99_us=%.1f "
           "busy_percent=%.1f load_busy_percent=%.1f\n",
           (double) server_cpu / 1e3 / (double) requests,
           (double) requests * 1e9 / (double) elapsed,
           (double) histogram_quantile(&latencies, 0.5) / 1e3,
           (double) histogram_quantile(&latencies, 0.99) / 1e3,
           100.0 * (double) server_cpu / (double) elapsed,
           100.0 * (double) own_cpu / (double) elapsed);
    return 0;
}
