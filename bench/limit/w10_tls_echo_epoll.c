/* W10, the limit: a TLS echo server by hand, OpenSSL on the sockets of a raw epoll loop.
 *
 * Usage: w10_tls_echo_epoll. Prints port=N and serves until it is killed.
 *
 * Expected: the recv and the send of W6, and OpenSSL around them: 1.5 us to open and seal 1 KiB,
 * and as much for its layers.
 */
#include "limit/epoll_server.h"
#include "limit/tls.h"

#include <openssl/err.h>

#define READ_BYTES 65536

typedef struct tls_connection {
    int fd;
    SSL *ssl;
    int rest_len; /* what the socket did not take yet */
    int rest_sent;
    uint8_t *rest;
} tls_connection;

static SSL_CTX *context;
static uint8_t buffer[READ_BYTES];

static void close_connection(tls_connection *connection)
{
    SSL_free(connection->ssl);
    close(connection->fd);
    free(connection->rest);
    free(connection);
}

/* Returns 1 when all has gone, 0 when the socket is full, -1 on error. */
static int write_all(tls_connection *connection, const uint8_t *data, int len, int *ret_sent)
{
    while (*ret_sent < len) {
        int count = SSL_write(connection->ssl, data + *ret_sent, len - *ret_sent);
        if (count <= 0)
            return SSL_get_error(connection->ssl, count) == SSL_ERROR_WANT_WRITE ? 0 : -1;
        *ret_sent += count;
    }
    return 1;
}

static int echo(tls_connection *connection, int len)
{
    int sent = 0;
    int state = write_all(connection, buffer, len, &sent);
    if (state != 0)
        return state;
    if (connection->rest == NULL)
        connection->rest = malloc(READ_BYTES);
    if (connection->rest == NULL)
        return -1;
    connection->rest_len = len - sent;
    connection->rest_sent = 0;
    memcpy(connection->rest, buffer + sent, (size_t) connection->rest_len);
    return 0;
}

static void serve(void *argument, uint32_t events)
{
    tls_connection *connection = argument;
    if ((events & ~(uint32_t) EPOLLOUT) == 0 && connection->rest_len == 0)
        return;
    int state = 1;
    if (connection->rest_len > 0) {
        state = write_all(connection, connection->rest, connection->rest_len,
                          &connection->rest_sent);
        if (state == 1)
            connection->rest_len = 0;
    }
    while (state == 1) {
        int len = SSL_read(connection->ssl, buffer, READ_BYTES);
        if (len <= 0) {
            state = SSL_get_error(connection->ssl, len) == SSL_ERROR_WANT_READ ? 0 : -1;
            ERR_clear_error();
        } else {
            state = echo(connection, len);
        }
    }
    if (state < 0)
        close_connection(connection);
}

static void *open_connection(int fd)
{
    tls_connection *connection = calloc(1, sizeof *connection);
    if (connection != NULL) {
        connection->fd = fd;
        connection->ssl = tls_accept(context, fd);
    }
    return connection;
}

int main(void)
{
    context = tls_server_context();
    epoll_serve_forever(EPOLLIN | EPOLLOUT, open_connection, serve);
}
