/* W10, the limit: a TLS echo server by hand, OpenSSL on the sockets of a raw epoll loop.
 *
 * Usage: w10_tls_echo_epoll. Prints port=N and serves until it is killed.
 *
 * Expected: the recv and the send of W6, and OpenSSL around them: 1.5 us to open and seal 1 KiB,
 * and as much for its layers.
 */
#include "common/tls.h"

#include <openssl/err.h>
#include <signal.h>
#include <sys/epoll.h>
#include <unistd.h>

#define EVENTS 256
#define READ_BYTES 65536

typedef struct tls_connection {
    int fd;
    SSL *ssl;
    int rest_len; /* what the socket did not take yet */
    int rest_sent;
    uint8_t *rest;
} tls_connection;

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

static void serve(tls_connection *connection)
{
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

static void accept_all(SSL_CTX *context, int epoll, int listener)
{
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0)
            return;
        tls_connection *connection = calloc(1, sizeof *connection);
        if (connection == NULL)
            bench_fail("calloc failed");
        connection->fd = fd;
        connection->ssl = SSL_new(context);
        SSL_set_fd(connection->ssl, fd);
        SSL_set_accept_state(connection->ssl);
        struct epoll_event event = {
            .events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
            .data.ptr = connection,
        };
        bench_check(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
    }
}

int main(void)
{
    bench_identity identity = bench_make_identity();
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    SSL_CTX_use_certificate(context, identity.certificate);
    SSL_CTX_use_PrivateKey(context, identity.key);
    SSL_CTX_set_ciphersuites(context, BENCH_CIPHERSUITE);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(context, 1);
    signal(SIGPIPE, SIG_IGN); /* OpenSSL writes without MSG_NOSIGNAL */
    bench_allow_many_files();
    int listener = bench_listen(SOCK_NONBLOCK);
    int epoll = (int) bench_check(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = NULL };
    bench_check(epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event), "epoll_ctl");
    for (;;) {
        struct epoll_event events[EVENTS];
        int count = (int) bench_check(epoll_wait(epoll, events, EVENTS, -1), "epoll_wait");
        for (int i = 0; i < count; i++) {
            tls_connection *connection = events[i].data.ptr;
            if (connection == NULL)
                accept_all(context, epoll, listener);
            else if ((events[i].events & ~(uint32_t) EPOLLOUT) != 0 || connection->rest_len > 0)
                serve(connection);
        }
    }
}
