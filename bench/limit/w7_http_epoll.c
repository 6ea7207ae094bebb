/* W7, the limit: a raw epoll server that answers every request with the same 13 bytes and keeps the
 * connection.
 *
 * Usage: w7_http_epoll. Prints port=N and serves until it is killed.
 *
 * Expected: W6's 4.5 to 5 us, a scan of about 40 bytes (20 ns), a larger answer, and the load
 * generator's slower pace, which leaves fewer requests for each epoll_wait: 5 to 6 us.
 */
#include "common/http.h"
#include "limit/epoll_server.h"

typedef struct http_connection {
    int fd;
    http_scan scan;
} http_connection;

static uint8_t buffer[65536];

static void close_connection(http_connection *connection)
{
    close(connection->fd);
    free(connection);
}

/* The answers are so small that a full socket means a client that does not read: it is dropped. */
static int answer(http_connection *connection, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        ssize_t len = send(connection->fd, HTTP_ANSWER, HTTP_ANSWER_BYTES, MSG_NOSIGNAL);
        if (len != (ssize_t) HTTP_ANSWER_BYTES) {
            return -1;
        }
    }
    return 0;
}

static void serve(void *argument, uint32_t events)
{
    http_connection *connection = argument;
    (void) events;
    for (;;) {
        ssize_t len = recv(connection->fd, buffer, sizeof(buffer), 0);
        if (len < 0 && errno == EAGAIN) {
            return;
        }
        if (len <= 0) {
            break;
        }
        uint32_t count = http_scan_requests(&connection->scan, buffer, (size_t) len);
        if (answer(connection, count) != 0) {
            break;
        }
        if ((size_t) len < sizeof(buffer)) {
            return;
        }
    }
    close_connection(connection);
}

static void *open_connection(int fd)
{
    http_connection *connection = calloc(1, sizeof *connection);
    if (connection != NULL)
        connection->fd = fd;
    return connection;
}

int main(void)
{
    epoll_serve_forever(EPOLLIN, open_connection, serve);
}
