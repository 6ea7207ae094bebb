/* W6, the limit by readiness: a raw epoll echo server, edge-triggered, one 64 KiB read buffer.
 *
 * Usage: w6_echo_epoll. Prints port=N and serves until it is killed.
 *
 * Expected: a recv and a send through the loopback stack are nearly all of it, 4.5 to 5 us a
 * request at 64 connections; epoll_wait is shared by as many requests as wait.
 */
#include "limit/epoll_server.h"

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

static void serve(void *argument, uint32_t events)
{
    echo_connection *connection = argument;
    /* The edges of a socket that takes more concern only who has more for it. */
    if ((events & ~(uint32_t) EPOLLOUT) == 0 && connection->rest_len == 0)
        return;
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

static void *open_connection(int fd)
{
    echo_connection *connection = calloc(1, sizeof *connection);
    if (connection != NULL)
        connection->fd = fd;
    return connection;
}

int main(void)
{
    epoll_serve_forever(EPOLLIN | EPOLLOUT, open_connection, serve);
}
