/* W6, the limit by readiness: a raw epoll echo server, edge-triggered, one 64 KiB read buffer.
 *
 * Usage: w6_echo_epoll. Prints port=N and serves until it is killed.
 *
 * Expected: a recv and a send through the loopback stack are nearly all of it, 4.5 to 5 us a
 * request at 64 connections; epoll_wait is shared by as many requests as wait.
 */
#include "common/bench.h"

#include <sys/epoll.h>
#include <unistd.h>

#define EVENTS 256
#define READ_BYTES 65536u

typedef struct echo_connection {
    int fd;
    uint32_t rest_len; /* what the socket did not take yet */
    uint32_t rest_sent;
    uint8_t *rest;
} echo_connection;

static uint8_t buffer[READ_BYTES];

static void close_connection(echo_connection *connection)
{
    close(connection->fd);
    free(connection->rest);
    free(connection);
}

/* Sends what was left over. Returns 1 when all has gone, 0 when the socket is full, -1 on error. */
static int send_rest(echo_connection *connection)
{
    while (connection->rest_sent < connection->rest_len) {
        ssize_t len = send(connection->fd, connection->rest + connection->rest_sent,
                           connection->rest_len - connection->rest_sent, MSG_NOSIGNAL);
        if (len < 0)
            return errno == EAGAIN ? 0 : -1;
        connection->rest_sent += (uint32_t) len;
    }
    connection->rest_len = connection->rest_sent = 0;
    return 1;
}

static int echo(echo_connection *connection, size_t len)
{
    ssize_t sent = send(connection->fd, buffer, len, MSG_NOSIGNAL);
    if (sent == (ssize_t) len)
        return 1;
    if (sent < 0 && errno != EAGAIN)
        return -1;
    if (sent < 0)
        sent = 0;
    if (connection->rest == NULL)
        connection->rest = malloc(READ_BYTES);
    if (connection->rest == NULL)
        return -1;
    connection->rest_len = (uint32_t) (len - (size_t) sent);
    connection->rest_sent = 0;
    memcpy(connection->rest, buffer + sent, connection->rest_len);
    return send_rest(connection);
}

static void serve(echo_connection *connection)
{
    int state = send_rest(connection);
    while (state == 1) {
        ssize_t len = recv(connection->fd, buffer, sizeof buffer, 0);
        if (len < 0 && errno == EAGAIN)
            return;
        if (len <= 0) {
            state = -1;
        } else {
            state = echo(connection, (size_t) len);
            /* A short read has emptied the socket; what comes later is a new edge. */
            if (state == 1 && (size_t) len < sizeof buffer)
                return;
        }
    }
    if (state < 0)
        close_connection(connection);
}

static void accept_all(int epoll, int listener)
{
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0)
            return;
        echo_connection *connection = calloc(1, sizeof *connection);
        if (connection == NULL)
            bench_fail("calloc failed");
        connection->fd = fd;
        struct epoll_event event = {
            .events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
            .data.ptr = connection,
        };
        bench_check(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
    }
}

int main(void)
{
    bench_allow_many_files();
    int listener = bench_listen(SOCK_NONBLOCK);
    int epoll = (int) bench_check(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = NULL };
    bench_check(epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event), "epoll_ctl");
    for (;;) {
        struct epoll_event events[EVENTS];
        int count = (int) bench_check(epoll_wait(epoll, events, EVENTS, -1), "epoll_wait");
        for (int i = 0; i < count; i++) {
            if (events[i].data.ptr == NULL) {
                accept_all(epoll, listener);
            } else if ((events[i].events & ~(uint32_t) EPOLLOUT) != 0 ||
                       ((echo_connection *) events[i].data.ptr)->rest_len > 0) {
                serve(events[i].data.ptr);
            }
        }
    }
}
