/* Raw sockets: every call tries, waits, and takes nothing when it is cancelled. */
#include "net_probe.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/un.h>

static ouro_loop *loop(void)
{
    return ouro_get_running_loop();
}

/* Two connected, non-blocking sockets of one's own. */
static void open_sockets(int fds[2])
{
    int size = 16 << 10;

    connect_pair(fds);
    for (int i = 0; i < 2; i++) {
        CHECK_INT(fcntl(fds[i], F_SETFL, O_NONBLOCK), 0);
        CHECK_INT(setsockopt(fds[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof size), 0);
        CHECK_INT(setsockopt(fds[i], SOL_SOCKET, SO_RCVBUF, &size, sizeof size), 0);
    }
}

static void close_both(const int fds[2])
{
    close(fds[0]);
    close(fds[1]);
}

static int open_udp(struct sockaddr_in *ret_address)
{
    socklen_t size = sizeof *ret_address;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    *ret_address = (struct sockaddr_in) { .sin_family = AF_INET,
                                          .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    CHECK(fd >= 0);
    CHECK_INT(bind(fd, (struct sockaddr *) ret_address, size), 0);
    CHECK_INT(getsockname(fd, (struct sockaddr *) ret_address, &size), 0);
    return fd;
}

/* A task that makes one call and keeps what came of it. */
struct receiver {
    int fd;
    char data[64];
    int result;
};

static int receive(void *arg)
{
    struct receiver *self = arg;

    self->result = ouro_loop_sock_recv(loop(), self->fd, self->data, sizeof self->data);
    return self->result;
}

static ouro_task *start(ouro_function *function, void *arg)
{
    return ouro_create_task(ouro_coro(function, arg));
}

static int join(ouro_task *task)
{
    int status = ouro_await(task);

    ouro_task_unref(task);
    return status;
}

TEST_NET(receives_what_is_there_and_what_comes)
{
    struct receiver receiver = { .fd = -1 };
    char data[8];
    int fds[2];

    open_sockets(fds);
    put(fds[1], "there");
    CHECK_INT(ouro_loop_sock_recv(loop(), fds[0], data, sizeof data), 5);
    CHECK_BYTES(data, 5, "there", 5);
    receiver.fd = fds[0];
    for (int i = 0; i < 3; i++) {
        ouro_task *task = start(receive, &receiver);

        settle();
        CHECK(!ouro_future_done(task));
        put(fds[1], "later");
        CHECK_INT(join(task), 5);
        CHECK_BYTES(receiver.data, 5, "later", 5);
    }
    put(fds[1], "0123456789");
    CHECK_INT(ouro_loop_sock_recv_into(loop(), fds[0], data, 4), 4);
    CHECK_INT(ouro_loop_sock_recv_into(loop(), fds[0], data, 8), 6);
    close(fds[1]);
    CHECK_INT(ouro_loop_sock_recv(loop(), fds[0], data, sizeof data), 0);
    close(fds[0]);
    return 0;
}

TEST_NET(cancelled_receive_takes_nothing)
{
    struct receiver receiver = { .fd = -1 };
    int fds[2];

    open_sockets(fds);
    receiver.fd = fds[0];
    for (int i = 0; i < 4; i++) {
        ouro_task *task = start(receive, &receiver);

        if (i & 1)
            settle();
        else
            CHECK_INT(ouro_sleep(0), 0);
        if (i & 2)
            put(fds[1], "kept");
        ouro_task_cancel(task, NULL);
        CHECK_INT(join(task), -ECANCELED);
        if (!(i & 2))
            put(fds[1], "kept");
        CHECK_INT(receive(&receiver), 4);
        CHECK_BYTES(receiver.data, 4, "kept", 4);
    }
    close_both(fds);
    return 0;
}

/* The operation of the cancelled one is not over when the next begins to wait. */
TEST_NET(who_waits_after_a_cancel_is_woken)
{
    struct receiver receivers[2];
    int fds[2];

    open_sockets(fds);
    for (int i = 0; i < 3; i++) {
        receivers[0].fd = receivers[1].fd = fds[0];

        ouro_task *first = start(receive, &receivers[0]);

        settle();
        ouro_task_cancel(first, NULL);

        ouro_task *second = start(receive, &receivers[1]);

        for (int j = 0; j < i; j++)
            CHECK_INT(ouro_sleep(0), 0);
        put(fds[1], "x");
        CHECK_INT(join(second), 1);
        CHECK_INT(join(first), -ECANCELED);
    }
    close_both(fds);
    return 0;
}

/* The number stands for another socket, and nobody has told the loop. */
TEST_NET(a_number_may_be_used_again)
{
    struct receiver receiver = { .fd = -1 };

    for (int i = 0; i < 4; i++) {
        int fds[2];
        ouro_task *task;

        open_sockets(fds);
        receiver.fd = fds[0];
        task = start(receive, &receiver);
        settle();
        if (i & 1) {
            ouro_task_cancel(task, NULL);
            CHECK_INT(join(task), -ECANCELED);
        } else {
            put(fds[1], "x");
            CHECK_INT(join(task), 1);
        }
        close_both(fds);
    }
    return 0;
}

struct sender {
    int fd;
    uint8_t *data;
    size_t size;
};

static int send_all(void *arg)
{
    struct sender *self = arg;

    return ouro_loop_sock_sendall(loop(), self->fd, (ouro_bytes) { self->data, self->size });
}

TEST_NET(sends_all_of_it)
{
    enum { SIZE = 3 << 20 };
    struct sender sender = { .data = malloc(SIZE), .size = SIZE };
    uint8_t *got = malloc(SIZE);
    int fds[2];
    ouro_task *task;
    size_t count = 0;

    CHECK(sender.data && got);
    for (size_t i = 0; i < SIZE; i++)
        sender.data[i] = (uint8_t) (i + (i >> 10));
    open_sockets(fds);
    sender.fd = fds[1];
    task = start(send_all, &sender);
    while (count < SIZE) {
        int len = ouro_loop_sock_recv(loop(), fds[0], got + count, SIZE - count);

        CHECK(len > 0);
        count += (size_t) len;
    }
    CHECK_INT(join(task), 0);
    CHECK_BYTES(got, SIZE, sender.data, SIZE);
    CHECK_INT(ouro_loop_sock_sendall(loop(), fds[1], OURO_BYTES("")), 0);

    task = start(send_all, &sender); /* and one that is cancelled in the middle */
    settle();
    CHECK(!ouro_future_done(task));
    ouro_task_cancel(task, NULL);
    CHECK_INT(join(task), -ECANCELED);
    close_both(fds);
    free(sender.data);
    free(got);
    return 0;
}

TEST_NET(a_peer_that_has_gone_is_an_error_and_no_signal)
{
    struct sender sender = { .data = malloc(1 << 22), .size = 1 << 22 };
    int fds[2];
    ouro_task *task;

    CHECK(sender.data);
    memset(sender.data, 0, sender.size);
    open_sockets(fds);
    sender.fd = fds[0];
    task = start(send_all, &sender);
    settle();
    reset(fds[1]);
    CHECK_INT(join(task), -ECONNRESET);
    CHECK_INT(send_all(&sender), -EPIPE);
    CHECK_INT(ouro_error_detail()->status, -EPIPE);
    close(fds[0]);
    free(sender.data);
    return 0;
}

struct datagram_receiver {
    int fd;
    char data[16];
    struct sockaddr_storage address;
    socklen_t address_size;
};

static int receive_from(void *arg)
{
    struct datagram_receiver *self = arg;

    return ouro_loop_sock_recvfrom(loop(), self->fd, self->data, sizeof self->data, &self->address,
                                   &self->address_size);
}

TEST_NET(datagrams_come_with_their_sender)
{
    struct sockaddr_in addresses[2];
    int fds[2] = { open_udp(&addresses[0]), open_udp(&addresses[1]) };
    struct datagram_receiver receiver = { .fd = fds[1] };
    ouro_task *task = start(receive_from, &receiver);

    settle();
    CHECK(!ouro_future_done(task));
    CHECK_INT(ouro_loop_sock_sendto(loop(), fds[0], OURO_BYTES("hello"),
                                    (struct sockaddr *) &addresses[1], sizeof addresses[1]),
              5);
    CHECK_INT(join(task), 5);
    CHECK_BYTES(receiver.data, 5, "hello", 5);
    CHECK_INT(receiver.address_size, sizeof addresses[0]);
    CHECK_BYTES(&receiver.address, sizeof addresses[0], &addresses[0], sizeof addresses[0]);

    CHECK_INT(ouro_loop_sock_sendto(loop(), fds[0], OURO_BYTES(""),
                                    (struct sockaddr *) &addresses[1], sizeof addresses[1]),
              0);
    CHECK_INT(receive_from(&receiver), 0);
    CHECK_INT(ouro_loop_sock_sendto(loop(), fds[0], OURO_BYTES("too long for that buffer"),
                                    (struct sockaddr *) &addresses[1], sizeof addresses[1]),
              24);
    CHECK_INT(ouro_loop_sock_recvfrom_into(loop(), fds[1], receiver.data, sizeof receiver.data,
                                           NULL, NULL),
              16);
    close_both(fds);
    return 0;
}

TEST_NET(datagrams_wait_for_room)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    socklen_t size = sizeof(sa_family_t); /* the kernel gives it an abstract name */
    int fds[2];
    int sent = 0;
    struct datagram_receiver receiver;

    for (int i = 0; i < 2; i++)
        fds[i] = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    CHECK_INT(bind(fds[1], (struct sockaddr *) &address, size), 0);
    size = sizeof address;
    CHECK_INT(getsockname(fds[1], (struct sockaddr *) &address, &size), 0);
    CHECK_INT(ouro_loop_sock_connect_to(loop(), fds[0], (struct sockaddr *) &address, size), 0);
    while (send(fds[0], "x", 1, MSG_DONTWAIT) == 1)
        sent++;
    receiver.fd = fds[1];

    struct sender sender = { .fd = fds[0], .data = (uint8_t *) "last", .size = 4 };
    ouro_task *task = start(send_all, &sender);

    settle();
    CHECK(!ouro_future_done(task));
    for (int i = 0; i < sent; i++)
        CHECK_INT(receive_from(&receiver), 1);
    CHECK_INT(receiver.address_size, 0); /* a sender without a name */
    CHECK_INT(join(task), 0);
    CHECK_INT(receive_from(&receiver), 4);
    close_both(fds);
    return 0;
}

static int open_tcp(int family)
{
    int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    CHECK(fd >= 0);
    return fd;
}

struct acceptor {
    int fd;
    struct sockaddr_storage address;
    socklen_t address_size;
};

static int accept_one(void *arg)
{
    struct acceptor *self = arg;

    return ouro_loop_sock_accept(loop(), self->fd, &self->address, &self->address_size);
}

TEST_NET(connects_and_accepts)
{
    static const char *const hosts[] = { "127.0.0.1", "localhost", NULL };
    struct acceptor acceptor;
    int port;

    acceptor.fd = listen_on_loopback(&port);
    CHECK_INT(fcntl(acceptor.fd, F_SETFL, O_NONBLOCK), 0);
    for (int i = 0; i < 3; i++) {
        ouro_task *task = start(accept_one, &acceptor);
        int client = open_tcp(AF_INET);
        struct sockaddr_in own;
        socklen_t size = sizeof own;
        char byte;
        int server;

        settle();
        CHECK_INT(ouro_loop_sock_connect(loop(), client, hosts[i], port), 0);
        server = join(task);
        CHECK(server >= 0);
        CHECK(fcntl(server, F_GETFL) & O_NONBLOCK);
        CHECK(fcntl(server, F_GETFD) & FD_CLOEXEC);
        CHECK_INT(getsockname(client, (struct sockaddr *) &own, &size), 0);
        CHECK_INT(acceptor.address_size, sizeof own);
        CHECK_BYTES(&acceptor.address, sizeof own, &own, sizeof own);
        CHECK_INT(ouro_loop_sock_sendall(loop(), client, OURO_BYTES("x")), 0);
        CHECK_INT(ouro_loop_sock_recv(loop(), server, &byte, 1), 1);
        close(client);
        close(server);
    }
    CHECK_INT(ouro_loop_sock_connect(loop(), acceptor.fd, "127.0.0.1", port), -EISCONN);
    close(acceptor.fd);
    return 0;
}

TEST_NET(a_cancelled_accept_accepts_nobody)
{
    struct acceptor acceptor;
    ouro_task *task;
    int port, client, server;

    acceptor.fd = listen_on_loopback(&port);
    CHECK_INT(fcntl(acceptor.fd, F_SETFL, O_NONBLOCK), 0);
    task = start(accept_one, &acceptor);
    settle();
    client = connect_to_port(port);
    ouro_task_cancel(task, NULL);
    CHECK_INT(join(task), -ECANCELED);
    server = accept_one(&acceptor);
    CHECK(server >= 0);
    close(client);
    close(server);
    close(acceptor.fd);
    return 0;
}

TEST_NET(connects_over_ipv6)
{
    struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_addr = in6addr_loopback };
    socklen_t size = sizeof address;
    struct acceptor acceptor;
    int client, server;

    need_ipv6();
    acceptor.fd = open_tcp(AF_INET6);
    CHECK_INT(bind(acceptor.fd, (struct sockaddr *) &address, size), 0);
    CHECK_INT(listen(acceptor.fd, 1), 0);
    CHECK_INT(getsockname(acceptor.fd, (struct sockaddr *) &address, &size), 0);
    client = open_tcp(AF_INET6);
    CHECK_INT(ouro_loop_sock_connect(loop(), client, "localhost", ntohs(address.sin6_port)), 0);
    server = accept_one(&acceptor);
    CHECK(server >= 0);
    CHECK_INT(acceptor.address.ss_family, AF_INET6);
    close(client);
    close(server);
    close(acceptor.fd);
    return 0;
}

TEST_NET(connects_to_paths_and_names)
{
    struct acceptor acceptor;
    char path[64];

    for (int i = 0; i < 2; i++) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        socklen_t size;
        int client = open_tcp(AF_UNIX);
        int server;

        snprintf(path, sizeof path, "%souro_socket_test_%d", i ? "@" : "./", (int) getpid());
        memcpy(address.sun_path, path, strlen(path));
        address.sun_path[0] = i ? '\0' : address.sun_path[0];
        size = (socklen_t) (offsetof(struct sockaddr_un, sun_path) + strlen(path) + !i);
        acceptor.fd = open_tcp(AF_UNIX);
        CHECK_INT(ouro_loop_sock_connect(loop(), client, path, 0), i ? -ECONNREFUSED : -ENOENT);
        CHECK(strstr(ouro_error_detail()->text, path));
        CHECK_INT(bind(acceptor.fd, (struct sockaddr *) &address, size), 0);
        CHECK_INT(listen(acceptor.fd, 1), 0);
        CHECK_INT(ouro_loop_sock_connect(loop(), client, path, 0), 0);
        server = accept_one(&acceptor);
        CHECK(server >= 0);
        close(server);
        close(client);
        close(acceptor.fd);
        if (!i)
            unlink(path);
    }
    int fd = open_tcp(AF_UNIX);

    CHECK_INT(ouro_loop_sock_connect(loop(), fd, NULL, 0), -EINVAL);
    close(fd);
    return 0;
}

TEST_NET(a_failed_connect_tells_the_address)
{
    int port;
    int listener = listen_on_loopback(&port);
    int fd = open_tcp(AF_INET);
    char text[32];

    close(listener);
    CHECK_INT(ouro_loop_sock_connect(loop(), fd, "127.0.0.1", port), -ECONNREFUSED);
    snprintf(text, sizeof text, "127.0.0.1 port %d", port);
    CHECK(strstr(ouro_error_detail()->text, text));
    CHECK_INT(ouro_loop_sock_connect(loop(), fd, "::1", port), OURO_ENOADDRESS);
    CHECK_INT(ouro_loop_sock_connect(loop(), fd, "127.0.0.1", 65536), -EINVAL);
    CHECK_INT(ouro_loop_sock_connect_to(loop(), fd, NULL, 0), -EINVAL);
    close(fd);
    return 0;
}

static int connect_nowhere(void *arg)
{
    return ouro_loop_sock_connect(loop(), *(int *) arg, "127.0.0.1", *((int *) arg + 1));
}

/* A listener with a full backlog answers nothing. */
TEST_NET(a_cancelled_connect_ends_at_once)
{
    int port;
    int listener = listen_on_loopback(&port);
    int fillers[3];
    ouro_task *task;

    CHECK_INT(listen(listener, 0), 0);
    for (int i = 0; i < 3; i++) {
        int pair[2] = { open_tcp(AF_INET), port };

        fillers[i] = pair[0];
        task = start(connect_nowhere, pair);
        settle();
        if (!ouro_future_done(task)) {
            ouro_task_cancel(task, NULL);
            CHECK_INT(join(task), -ECANCELED);
        } else {
            CHECK(i < 2);
            CHECK_INT(join(task), 0);
        }
    }
    for (int i = 0; i < 3; i++)
        close(fillers[i]);
    close(listener);
    return 0;
}

static void nothing(void *arg)
{
    (void) arg;
}

TEST_NET(one_task_waits_in_each_direction)
{
    struct receiver receivers[2];
    struct sender sender = { .data = malloc(1 << 22), .size = 1 << 22 };
    int fds[2];
    ouro_task *reader, *writer;

    CHECK(sender.data);
    memset(sender.data, 0, sender.size);
    open_sockets(fds);
    receivers[0].fd = receivers[1].fd = sender.fd = fds[0];
    reader = start(receive, &receivers[0]);
    writer = start(send_all, &sender);
    settle();
    CHECK(!ouro_future_done(reader) && !ouro_future_done(writer));
    CHECK_INT(receive(&receivers[1]), OURO_EINUSE);
    CHECK_INT(send_all(&sender), OURO_EINUSE);
    CHECK_INT(ouro_loop_add_reader(loop(), fds[0], nothing, NULL), OURO_EINUSE);
    CHECK_INT(ouro_loop_add_writer(loop(), fds[0], nothing, NULL), OURO_EINUSE);
    put(fds[1], "x");
    CHECK_INT(join(reader), 1);
    ouro_task_cancel(writer, NULL);
    CHECK_INT(join(writer), -ECANCELED);

    CHECK_INT(ouro_loop_add_writer(loop(), fds[0], nothing, NULL), 0);
    CHECK_INT(receive(&receivers[1]), OURO_EINUSE);
    put(fds[1], "y");
    settle();
    CHECK_INT(receive(&receivers[1]), 1); /* need not wait */
    CHECK_INT(ouro_loop_remove_writer(loop(), fds[0]), 1);
    reader = start(receive, &receivers[0]);
    settle();
    put(fds[1], "z");
    CHECK_INT(join(reader), 1);
    close_both(fds);
    free(sender.data);
    return 0;
}

TEST_NET(a_socket_that_belongs_to_a_stream_is_refused)
{
    struct pair pair = open_pair(0);
    int fd = ouro_stream_get_fd(pair.stream);
    char data[4];

    put(pair.peer, "x");
    settle();
    CHECK_INT(ouro_loop_sock_recv(loop(), fd, data, 4), OURO_EINUSE);
    CHECK_INT(ouro_loop_sock_sendall(loop(), fd, OURO_BYTES("x")), OURO_EINUSE);
    CHECK_INT(ouro_loop_sock_accept(loop(), fd, NULL, NULL), OURO_EINUSE);
    close_pair(&pair);
    return 0;
}

TEST_NET(blocking_sockets_are_refused_before_they_block)
{
    struct sockaddr_in address;
    int fds[2];
    char data[4];
    int udp = open_udp(&address);

    connect_pair(fds);
    CHECK_INT(ouro_loop_sock_recv(loop(), fds[0], data, 4), -EINVAL);
    CHECK(strstr(ouro_error_detail()->text, "SOCK_NONBLOCK"));
    CHECK_INT(ouro_loop_sock_accept(loop(), fds[0], NULL, NULL), -EINVAL);
    CHECK_INT(ouro_loop_sock_connect(loop(), fds[0], "127.0.0.1", 1), -EINVAL);
    put(fds[1], "x");
    settle();
    CHECK_INT(ouro_loop_sock_recv(loop(), fds[0], data, 4), 1); /* nothing would have blocked */
    ouro_loop_set_debug(loop(), true);
    put(fds[1], "x");
    CHECK_INT(ouro_loop_sock_recv(loop(), fds[0], data, 4), -EINVAL);
    CHECK_INT(ouro_loop_sock_sendall(loop(), fds[0], OURO_BYTES("x")), -EINVAL);
    CHECK_INT(fcntl(udp, F_SETFL, 0), 0);
    CHECK_INT(ouro_loop_sock_recvfrom(loop(), udp, data, 4, NULL, NULL), -EINVAL);
    CHECK_INT(ouro_loop_sock_sendto(loop(), udp, OURO_BYTES("x"), (struct sockaddr *) &address,
                                    sizeof address),
              -EINVAL);
    ouro_loop_set_debug(loop(), false);
    close_both(fds);
    close(udp);
    return 0;
}

TEST_NET(bad_arguments_are_told)
{
    int fds[2];
    char data[4];

    open_sockets(fds);
    CHECK_INT(ouro_loop_sock_recv(NULL, fds[0], data, 4), -EINVAL);
    CHECK_INT(ouro_loop_sock_recv(loop(), fds[0], NULL, 4), -EINVAL);
    CHECK_INT(ouro_loop_sock_recv(loop(), -1, data, 4), -EBADF);
    CHECK_INT(ouro_loop_sock_recvfrom(loop(), fds[0], NULL, 4, NULL, NULL), -EINVAL);
    CHECK_INT(ouro_loop_sock_sendall(loop(), fds[0], (ouro_bytes) { NULL, 4 }), -EINVAL);
    CHECK_INT(ouro_loop_sock_sendto(loop(), fds[0], OURO_BYTES("x"), NULL, 0), -EINVAL);
    CHECK_INT(ouro_loop_sock_accept(loop(), fds[0], NULL, NULL), -EINVAL);
    CHECK_INT(ouro_loop_sock_connect(loop(), 4711, "::1", 1), -EBADF);

    ouro_loop *other;

    CHECK_INT(ouro_new_event_loop(&other), 0);
    CHECK_INT(ouro_loop_sock_recv(other, fds[0], data, 4), OURO_EWRONGLOOP);
    CHECK_INT(ouro_loop_close(other), 0);
    close_both(fds);

    int ends[2];

    CHECK_INT(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    CHECK_INT(ouro_loop_sock_recv(loop(), ends[0], data, 4), -ENOTSOCK);
    close_both(ends);
    return 0;
}

TEST(calls_need_a_task)
{
    char data[4];

    CHECK_INT(ouro_loop_sock_recv(NULL, 0, data, 4), OURO_ENOLOOP);
}

static int receive_for_ever(void *arg)
{
    struct receiver *self = arg;

    ouro_ignore(ouro_loop_sock_recv(loop(), self->fd, self->data, sizeof self->data));
    FAIL("the loop is gone");
}

/* The frames of tasks that wait are freed with the loop. */
TEST_BACKENDS(a_loop_may_be_closed_under_a_wait)
{
    struct receiver receiver;
    int fds[2];

    for (int i = 0; i < 2; i++) {
        ouro_loop *own;
        ouro_task *task;

        open_sockets(fds);
        receiver.fd = fds[0];
        CHECK_INT(ouro_new_event_loop(&own), 0);
        ouro_loop_set_exception_handler(own, note_report, &(struct reports) { 0 });
        task = ouro_loop_create_task(own, ouro_coro(receive_for_ever, &receiver));
        ouro_task_unref(task);
        ouro_loop_stop(own);
        CHECK_INT(ouro_loop_run_forever(own), 0);
        if (i) {
            ouro_loop_stop(own);
            CHECK_INT(ouro_loop_run_forever(own), 0);
        }
        CHECK_INT(ouro_loop_close(own), 0);
        close_both(fds);
    }
}

static int exchange(void *arg)
{
    int *fds = arg;
    struct receiver receiver = { .fd = fds[0] };
    ouro_task *task = start(receive, &receiver);
    int status;

    if (task == NULL)
        return -ENOMEM;
    status = ouro_sleep(0);
    if (status == 0)
        status = ouro_loop_sock_sendall(loop(), fds[1], OURO_BYTES("x"));
    if (status == 0)
        status = ouro_await(task) < 0 ? ouro_future_result(task) : 0;
    ouro_task_unref(task);
    return status;
}

TEST_ALLOCATION_FAILURES(a_wait_without_memory_fails)
{
    int fds[2];

    open_sockets(fds);

    int status = ouro_run(ouro_coro(exchange, fds));

    CHECK(status == 0 || (status == -ENOMEM && test_fault_fired()));
    close_both(fds);
}
