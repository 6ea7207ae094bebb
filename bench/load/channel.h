/* A connection of a load generator: TCP, or TLS over it, behind one send and one receive.
 */
#ifndef OURO_BENCH_LOAD_CHANNEL_H
#define OURO_BENCH_LOAD_CHANNEL_H

#include "common/bench.h"

#include <openssl/ssl.h>
#include <signal.h>

typedef struct load_channel {
    int fd;
    SSL *ssl; /* NULL: plain TCP */
} load_channel;

/* What the connections of the protocol "tls" are made of; NULL for "tcp". */
static SSL_CTX *channel_context(const char *protocol)
{
    if (strcmp(protocol, "tcp") == 0)
        return NULL;
    if (strcmp(protocol, "tls") != 0)
        bench_fail("no protocol %s: there are tcp and tls", protocol);
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(context, 1);
    signal(SIGPIPE, SIG_IGN); /* OpenSSL writes without MSG_NOSIGNAL */
    return context;
}

/* Connects, and shakes hands where there is a context. The socket is left blocking. */
static load_channel channel_open(uint16_t port, SSL_CTX *context)
{
    load_channel channel = { .ssl = NULL };
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    channel.fd = (int) bench_check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    bench_tune_socket(channel.fd);
    bench_check(connect(channel.fd, (struct sockaddr *) &address, sizeof address), "connect");
    if (context == NULL)
        return channel;
    channel.ssl = SSL_new(context);
    SSL_set_fd(channel.ssl, channel.fd);
    if (SSL_connect(channel.ssl) != 1)
        bench_fail("the handshake has failed");
    return channel;
}

/* What a call of OpenSSL did: a length, or -1 where the socket is not ready. */
static inline ssize_t channel_result(const load_channel *channel, int result, const char *what)
{
    if (result > 0)
        return result;
    int error = SSL_get_error(channel->ssl, result);
    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE)
        bench_fail("the server closed a connection: %s", what);
    return -1;
}

/* Sends as much as the connection takes. Returns the length, or -1 when it is full. */
static inline ssize_t channel_send(const load_channel *channel, const void *data, size_t size)
{
    if (channel->ssl != NULL)
        return channel_result(channel, SSL_write(channel->ssl, data, (int) size), "SSL_write");
    ssize_t len = send(channel->fd, data, size, MSG_NOSIGNAL);
    if (len < 0 && errno == EAGAIN)
        return -1;
    return bench_check(len, "the server closed a connection: send");
}

/* Receives what is there. Returns the length, or -1 when nothing is. */
static inline ssize_t channel_receive(const load_channel *channel, void *data, size_t size)
{
    if (channel->ssl != NULL)
        return channel_result(channel, SSL_read(channel->ssl, data, (int) size), "SSL_read");
    ssize_t len = recv(channel->fd, data, size, 0);
    if (len < 0 && errno == EAGAIN)
        return -1;
    if (bench_check(len, "recv") == 0)
        bench_fail("the server closed a connection");
    return len;
}

/* True if a receive of `len` of `size` bytes has left nothing: a short one has emptied the socket,
 * but over TLS it may have been one record of several. */
static inline int channel_is_empty(const load_channel *channel, ssize_t len, size_t size)
{
    return channel->ssl == NULL && (size_t) len < size;
}

#endif
