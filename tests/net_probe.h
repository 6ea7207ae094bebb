/* For tests of streams and servers: a stream whose peer is a plain socket in the test's hands. */
#ifndef TESTS_NET_PROBE_H
#define TESTS_NET_PROBE_H

#define _GNU_SOURCE 1

#include "harness/test.h"

#include <ouro.h>

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* What may be waited for by looking again and again, in times that one looks. */
#define LOOKS_MAX 1000000

/* A listening socket on the loopback; its port in `ret_port`. */
__attribute__((unused)) static int listen_on_loopback(int *ret_port)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    CHECK(fd >= 0);
    CHECK_INT(bind(fd, (struct sockaddr *) &address, sizeof address), 0);
    CHECK_INT(listen(fd, 100), 0);
    CHECK_INT(getsockname(fd, (struct sockaddr *) &address, &size), 0);
    *ret_port = ntohs(address.sin_port);
    return fd;
}

/* A socket connected to a port of the loopback. */
__attribute__((unused)) static int connect_to_port(int port)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                   .sin_port = htons((uint16_t) port) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    CHECK(fd >= 0);
    CHECK_INT(connect(fd, (struct sockaddr *) &address, sizeof address), 0);
    return fd;
}

/* Ends the test as skipped on a machine without IPv6. */
__attribute__((unused)) static void need_ipv6(void)
{
    struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_addr = in6addr_loopback };
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *) &address, sizeof address) < 0)
        SKIP("there is no IPv6 on this machine");
    close(fd);
}

/* Two sockets connected to each other. */
__attribute__((unused)) static void connect_pair(int fds[2])
{
    int port;
    int listener = listen_on_loopback(&port);

    fds[0] = connect_to_port(port);
    fds[1] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    CHECK(fds[1] >= 0);
    close(listener);
}

/* A stream and the socket at its other end. Call from a task. */
struct pair {
    ouro_stream *stream;
    int peer;
};

__attribute__((unused)) static struct pair open_pair(size_t limit)
{
    struct pair pair;
    int fds[2];

    connect_pair(fds);
    pair.peer = fds[1];
    CHECK_INT(ouro_open_connection(&pair.stream, .fd = fds[0], .limit = limit), 0);
    return pair;
}

__attribute__((unused)) static void close_pair(struct pair *pair)
{
    close(pair->peer);
    CHECK_INT(ouro_stream_close(pair->stream), 0);
}

/* Sends all of it from the test's side, which must fit into the socket's buffer. */
__attribute__((unused)) static void put_bytes(int fd, const void *bytes, size_t size)
{
    CHECK_INT(send(fd, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT), (ssize_t) size);
}

__attribute__((unused)) static void put(int fd, const char *text)
{
    put_bytes(fd, text, strlen(text));
}

/* Ends a test as skipped that says nothing of connections over TLS, where those are tested. */
__attribute__((unused)) static void need_plain(void)
{
#ifdef TESTS_TLS_PROBE_H
    SKIP("this is about plain connections");
#endif
}

/* Lets the loop ask the kernel, and run what comes of it, a few times. */
__attribute__((unused)) static void settle(void)
{
#ifdef TESTS_TLS_PROBE_H
    int turns = 24; /* bytes pass through more hands */
#else
    int turns = 8;
#endif
    for (int i = 0; i < turns; i++)
        CHECK_INT(ouro_sleep(1e-6), 0);
}

/* Receives on the test's side while the loop runs: `size` bytes, or less at the end of the stream.
 * Returns how many, or -errno. */
__attribute__((unused)) static ssize_t get_bytes(int fd, void *data, size_t size)
{
    size_t count = 0;
    int looks = 0;

    while (count < size) {
        ssize_t len = recv(fd, (char *) data + count, size - count, MSG_DONTWAIT);

        if (len == 0)
            break;
        if (len < 0 && errno != EAGAIN)
            return -errno;
        if (len > 0) {
            count += (size_t) len;
            continue;
        }
        if (++looks > LOOKS_MAX)
            FAIL("%zu of %zu bytes came", count, size);
        CHECK_INT(ouro_sleep(1e-6), 0);
    }
    return (ssize_t) count;
}

/* Expects this text on the test's side. */
__attribute__((unused)) static void expect_text(int fd, const char *text)
{
    char data[1024];
    size_t size = strlen(text);

    CHECK(size < sizeof data);
    CHECK_INT(get_bytes(fd, data, size), (ssize_t) size);
    CHECK_BYTES(data, size, text, size);
}

/* Makes the peer's end of a connection a reset. */
__attribute__((unused)) static void reset(int fd)
{
    struct linger linger = { .l_onoff = 1 };

    CHECK_INT(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger), 0);
    close(fd);
}

/* Counts reports to the exception handler, and keeps the last one. */
struct reports {
    int count;
    int status;
    bool has_detail;
    ouro_transport *transport;
    ouro_protocol *protocol;
    char message[256];
};

__attribute__((unused)) static void note_report(ouro_loop *loop,
                                                const ouro_exception_context *context, void *arg)
{
    struct reports *reports = arg;

    (void) loop;
    reports->count++;
    reports->status = context->status;
    reports->has_detail = context->error != NULL;
    reports->transport = context->transport;
    reports->protocol = context->protocol;
    strncpy(reports->message, context->message, sizeof reports->message - 1);
}

__attribute__((unused)) static void keep_reports(struct reports *reports)
{
    ouro_loop_set_exception_handler(ouro_get_running_loop(), note_report, reports);
}

/* What a test leaves behind that is no affair of its own. */
#ifdef TESTS_TLS_PROBE_H
static int end_probe(int status);
#else
__attribute__((unused)) static int end_probe(int status)
{
    return status;
}
#endif

/* Runs a function as the main task of a program. */
__attribute__((unused)) static void run(ouro_function *function, void *arg)
{
    CHECK_INT(ouro_run(ouro_coro(function, arg)), 0);
}

/* A test on both backends whose body is a task. */
#define TEST_NET(name_)                                                                            \
    static int net_##name_(void);                                                                  \
    static int net_entry_##name_(void *arg_)                                                       \
    {                                                                                              \
        (void) arg_;                                                                               \
        return end_probe(net_##name_());                                                           \
    }                                                                                              \
    TEST_BACKENDS(name_)                                                                           \
    {                                                                                              \
        run(net_entry_##name_, NULL);                                                              \
    }                                                                                              \
    static int net_##name_(void)

#define BYTES(text_) ((ouro_bytes) { (const uint8_t *) (text_), strlen(text_) })

#endif
