/* Connecting: where to, what goes wrong, and what is left behind when it does. */
#include "net_probe.h"

#include "net/address.h"
#include "net/stream.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>

static void expect_detail(int status, const char *text)
{
    const ouro_error *error = ouro_error_detail();

    CHECK(error != NULL);
    CHECK_INT(error->status, status);
    if (strstr(error->text, text) == NULL)
        FAIL("\"%s\" does not tell \"%s\"", error->text, text);
}

/* A port that nobody uses, and that the kernel gives to nobody who does not ask for it, so that no
 * other program gets it in between. */
static int free_port(void)
{
    static int tried;
    struct sockaddr_in address = { .sin_family = AF_INET };
    int status;
    int fd;

    do {
        address.sin_port = htons((uint16_t) (20000 + (getpid() * 13 + tried++) % 12000));
        fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        status = bind(fd, (const struct sockaddr *) &address, sizeof address);
        close(fd);
    } while (status < 0);
    return ntohs(address.sin_port);
}

TEST_NET(connects)
{
    int port;
    int listener = listen_on_loopback(&port);
    ouro_stream *stream;
    int peer;
    int on = 0;
    socklen_t size = sizeof on;
    char data[8];

    CHECK_INT(ouro_open_connection(&stream, .host = "127.0.0.1", .port = port), 0);
    peer = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    CHECK(peer >= 0);
    CHECK_INT(getsockopt(ouro_stream_get_fd(stream), IPPROTO_TCP, 1 /* TCP_NODELAY */, &on, &size),
              0);
    CHECK_INT(on != 0, 1);
    CHECK(fcntl(ouro_stream_get_fd(stream), F_GETFD) & FD_CLOEXEC);
    put(peer, "hello");
    CHECK_INT(ouro_stream_read(stream, data, sizeof data), 5);
    CHECK_INT(ouro_stream_write(stream, BYTES("world")), 0);
    expect_text(peer, "world");
    close(peer);
    close(listener);
    CHECK_INT(ouro_stream_close(stream), 0);
    return 0;
}

/* No host is "localhost", which is ::1 first and then 127.0.0.1. */
TEST_NET(localhost_tries_both_families)
{
    int port;
    int listener = listen_on_loopback(&port);
    const char *hosts[] = { "localhost", NULL, "" };

    for (int i = 0; i < 3; i++) {
        ouro_stream *stream;

        CHECK_INT(ouro_open_connection(&stream, .host = hosts[i], .port = port), 0);
        close(accept4(listener, NULL, NULL, SOCK_CLOEXEC));
        CHECK_INT(ouro_stream_close(stream), 0);
    }
    close(listener);
    return 0;
}

TEST_NET(refused)
{
    int port = free_port();
    char text[128];
    ouro_stream *stream = (ouro_stream *) &port;

    CHECK_INT(ouro_open_connection(&stream, .host = "127.0.0.1", .port = port), -ECONNREFUSED);
    CHECK_PTR(stream, &port);
    CHECK_STR(ouro_error_detail()->operation, "connect");
    snprintf(text, sizeof text, "127.0.0.1 port %d: Connection refused: is the server running?",
             port);
    expect_detail(-ECONNREFUSED, text);

    /* Both attempts are told of. */
    need_ipv6();
    CHECK_INT(ouro_open_connection(&stream, .port = port), -ECONNREFUSED);
    expect_detail(-ECONNREFUSED, "::1");
    expect_detail(-ECONNREFUSED, text);
    return 0;
}

TEST_NET(bad_options)
{
    ouro_stream *stream;

    CHECK_INT(ouro_open_connection(&stream, .port = 0), -EINVAL);
    CHECK_INT(ouro_open_connection(&stream, .port = -1), -EINVAL);
    CHECK_INT(ouro_open_connection(&stream, .port = 65536), -EINVAL);
    expect_detail(-EINVAL, "65536");
    CHECK_INT(ouro_open_connection(&stream, .port = 7, .local_port = 65536), -EINVAL);
    CHECK_INT(ouro_open_connection(&stream, .fd = -1), -EBADF);
    CHECK_INT(ouro_open_connection_with(&stream, NULL), -EINVAL);
    return 0;
}

TEST_NET(from_a_local_address)
{
    int port;
    int listener = listen_on_loopback(&port);
    int local_port = free_port();
    struct sockaddr_storage own;
    ouro_stream *stream;

    CHECK_INT(ouro_open_connection(&stream, .host = "localhost", .port = port,
                                   .local_host = "127.0.0.2", .local_port = local_port),
              0);
    close(accept4(listener, NULL, NULL, SOCK_CLOEXEC));
    CHECK_INT(ouro_stream_get_sockname(stream, &own), 0);
    CHECK_INT(ntohs(((struct sockaddr_in *) &own)->sin_port), local_port);
    CHECK_INT(ntohl(((struct sockaddr_in *) &own)->sin_addr.s_addr), 0x7f000002);
    CHECK_INT(ouro_stream_close(stream), 0);

    /* The port alone. */
    local_port = free_port();
    CHECK_INT(
        ouro_open_connection(&stream, .host = "127.0.0.1", .port = port, .local_port = local_port),
        0);
    close(accept4(listener, NULL, NULL, SOCK_CLOEXEC));
    CHECK_INT(ouro_stream_get_sockname(stream, &own), 0);
    CHECK_INT(ntohs(((struct sockaddr_in *) &own)->sin_port), local_port);
    CHECK_INT(ouro_stream_close(stream), 0);

    CHECK_INT(
        ouro_open_connection(&stream, .host = "127.0.0.1", .port = port, .local_host = "192.0.2.1"),
        -EADDRNOTAVAIL);
    CHECK_STR(ouro_error_detail()->text,
              "cannot connect from 192.0.2.1 port 0: Cannot assign requested address");
    CHECK_INT(ouro_open_connection(&stream, .host = "127.0.0.1", .port = 7, .local_host = "::1"),
              -EAFNOSUPPORT);
    CHECK_STR(ouro_error_detail()->text, "127.0.0.1 port 7: no local address is of its family");
    close(listener);
    return 0;
}

TEST_NET(socket_of_the_caller)
{
    int port;
    int listener = listen_on_loopback(&port);
    int unconnected = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ouro_stream *stream;
    int fds[2];
    char data[8];

    CHECK_INT(ouro_open_connection(&stream, .fd = unconnected), -ENOTCONN);
    CHECK_INT(ouro_open_connection(&stream, .fd = 1), -ENOTSOCK);
    CHECK_INT(close(unconnected), 0); /* still the caller's */
    close(listener);

    /* Any stream socket will do. */
    CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    CHECK_INT(ouro_open_connection(&stream, .fd = fds[0]), 0);
    put(fds[1], "unix");
    CHECK_INT(ouro_stream_read(stream, data, sizeof data), 4);
    CHECK_INT(ouro_stream_write(stream, BYTES("pair")), 0);
    expect_text(fds[1], "pair");
    CHECK_INT(ouro_stream_close(stream), 0);
    CHECK_INT(recv(fds[1], data, 1, 0), 0);
    close(fds[1]);
    return 0;
}

TEST_NET(out_of_descriptors)
{
    int port;
    int listener = listen_on_loopback(&port);
    struct rlimit limit, few;
    int fillers[64];
    int count = 0;
    ouro_stream *stream;

    CHECK_INT(getrlimit(RLIMIT_NOFILE, &limit), 0);
    few = limit;
    few.rlim_cur = 60;
    CHECK_INT(setrlimit(RLIMIT_NOFILE, &few), 0);
    while ((fillers[count] = fcntl(listener, F_DUPFD_CLOEXEC, 0)) >= 0)
        count++;
    CHECK_INT(ouro_open_connection(&stream, .port = port), -EMFILE);
    expect_detail(-EMFILE, "ulimit");
    while (count > 0)
        close(fillers[--count]);
    CHECK_INT(setrlimit(RLIMIT_NOFILE, &limit), 0);
    CHECK_INT(ouro_open_connection(&stream, .port = port), 0);
    CHECK_INT(ouro_stream_close(stream), 0);
    close(listener);
    return 0;
}

/* Fills the backlog of a listener, so that the next connect to it has to wait. */
static int make_deaf_listener(int *ret_port, int *fillers, int capacity, int *ret_count)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    CHECK_INT(bind(fd, (struct sockaddr *) &address, sizeof address), 0);
    CHECK_INT(listen(fd, 0), 0);
    CHECK_INT(getsockname(fd, (struct sockaddr *) &address, &size), 0);
    *ret_port = ntohs(address.sin_port);
    for (*ret_count = 0; *ret_count < capacity; ++*ret_count) {
        int filler = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

        fillers[*ret_count] = filler;
        if (connect(filler, (struct sockaddr *) &address, sizeof address) < 0 && *ret_count >= 2) {
            ++*ret_count;
            return fd;
        }
    }
    return fd;
}

OURO_ASYNC(open_to, (int, port), (ouro_stream **, ret_stream))
{
    return ouro_open_connection(ret_stream, .host = "127.0.0.1", .port = port);
}

TEST_NET(cancelled_connect_leaves_nothing_open)
{
    int fillers[8];
    int count;
    int port;
    int listener = make_deaf_listener(&port, fillers, 8, &count);
    ouro_stream *stream = NULL;

    for (int i = 0; i < 6; i++) {
        ouro_task *task = ouro_create_task(open_to_coro(port, &stream));

        for (int k = 0; k < i; k++)
            CHECK_INT(ouro_sleep(k % 2 ? 1e-6 : 0), 0);
        ouro_task_cancel(task, NULL);
        CHECK_INT(ouro_await(task), -ECANCELED);
        ouro_task_unref(task);
        CHECK_PTR(stream, NULL);
    }
    while (count > 0)
        close(fillers[--count]);
    close(listener);
    return 0; /* the harness counts the descriptors */
}

TEST_NET(timeout_of_a_connect)
{
    int fillers[8];
    int count;
    int port;
    int listener = make_deaf_listener(&port, fillers, 8, &count);
    ouro_stream *stream = NULL;
    int status = 0;

    ouro_with_timeout (&status, 0.001)
        status = ouro_open_connection(&stream, .host = "127.0.0.1", .port = port);
    CHECK_INT(status, -ETIMEDOUT);
    while (count > 0)
        close(fillers[--count]);
    close(listener);
    return 0;
}

/* Cancelled in the iteration in which the connection is there: it is closed. */
TEST_NET(cancelled_when_connected)
{
    int port;
    int listener = listen_on_loopback(&port);

    for (int i = 0; i < 10; i++) {
        ouro_stream *stream = NULL;
        ouro_task *task = ouro_create_task(open_to_coro(port, &stream));
        ouro_loop *loop = ouro_get_running_loop();
        int status;

        CHECK_INT(ouro_sleep(0), 0);
        for (int k = 0; k < i; k++) {
            loop->backend->ops->wait(loop->backend, 0);
            loop->backend->ops->dispatch(loop->backend);
        }
        ouro_task_cancel(task, NULL);
        status = ouro_await(task);
        CHECK_INT(status, -ECANCELED);
        CHECK_PTR(stream, NULL);
        ouro_task_unref(task);
    }
    close(listener);
    return 0;
}

/* The loop is closed while a task connects. */
TEST_BACKENDS(loop_closed_during_a_connect)
{
    int fillers[8];
    int count;
    int port;
    int listener = make_deaf_listener(&port, fillers, 8, &count);
    struct reports reports = { 0 };
    ouro_stream *stream = NULL;
    ouro_loop *loop;

    CHECK_INT(ouro_new_event_loop(&loop), 0);
    ouro_loop_set_exception_handler(loop, note_report, &reports);
    ouro_task_unref(ouro_loop_create_task(loop, open_to_coro(port, &stream)));
    for (int i = 0; i < 3; i++) {
        ouro_loop_stop(loop);
        CHECK_INT(ouro_loop_run_forever(loop), 0);
    }
    CHECK_INT(ouro_loop_close(loop), 0);
    CHECK_INT(reports.count, 1);
    while (count > 0)
        close(fillers[--count]);
    close(listener);
}

/* Connects, sends a line to itself over its peer, and closes; the k-th allocation fails. */
static int connect_and_exchange(void *arg)
{
    int listener = *(int *) arg;
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    ouro_stream *stream;
    ouro_bytes line;
    int status;
    int peer;

    CHECK_INT(getsockname(listener, (struct sockaddr *) &address, &size), 0);
    OURO_TRY(ouro_open_connection(&stream, .host = "127.0.0.1", .port = ntohs(address.sin_port)));
    peer = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    CHECK(peer >= 0);
    put(peer, "a line\nand more");
    status = ouro_stream_write(stream, BYTES("question"));
    if (status >= 0)
        status = ouro_stream_readline(stream, &line);
    if (status >= 0)
        CHECK_INT(line.size, 7);
    if (status >= 0)
        status = ouro_stream_drain(stream);
    close(peer);
    ouro_ignore(ouro_stream_close(stream));
    return status;
}

TEST_WITH(connect_without_memory, .backends = TEST_URING | TEST_EPOLL, .allocation_failures = true)
{
    int port;
    int listener = listen_on_loopback(&port);
    int status = ouro_run(ouro_coro(connect_and_exchange, &listener));

    if (!test_fault_fired() && status < 0)
        FAIL("%s without a failed allocation", ouro_errname(status));
    close(listener);
}

TEST(addresses_in_words)
{
    static const struct {
        const char *host;
        const char *text;
    } cases[] = {
        { "127.0.0.1", "127.0.0.1 port 80" },
        { "255.255.255.255", "255.255.255.255 port 80" },
        { "::1", "::1 port 80" },
        { "::", ":: port 80" },
        { "2001:db8::17", "2001:db8::17 port 80" },
        { "fe80::1%1", "fe80::1%1 port 80" },
        { "fe80::1%lo", "fe80::1%1 port 80" },
        { "::ffff:1.2.3.4", "::ffff:1.2.3.4 port 80" },
    };
    struct address addresses[ADDRESSES_MAX];
    char text[ADDRESS_TEXT_SIZE];

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK_INT(ouro__address_find(cases[i].host, 80, ADDRESS_CONNECT, addresses), 1);
        ouro__address_format(&addresses[0], text);
        CHECK_STR(text, cases[i].text);
        CHECK_INT(ouro__address_port(&addresses[0]), 80);
        ouro__address_set_port(&addresses[0], 81);
        CHECK_INT(ouro__address_port(&addresses[0]), 81);
    }
    CHECK_INT(ouro__address_find(NULL, 80, ADDRESS_LISTEN, addresses), 2);
    ouro__address_format(&addresses[1], text);
    CHECK_STR(text, ":: port 80");
    CHECK_INT(ouro__address_find("LocalHost", 80, ADDRESS_CONNECT, addresses), 2);
    CHECK_INT(ouro__address_find(NULL, 80, ADDRESS_CONNECT, addresses), 2);
    ouro__address_format(&addresses[0], text);
    CHECK_STR(text, "::1 port 80");
}
