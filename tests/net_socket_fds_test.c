/* Descriptors over Unix sockets: they arrive as what they were, and none is ever left behind. */
#include "net_probe.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum {
    FDS_MAX = 253,
    PASS_PIDFD = 76, /* SO_PASSPIDFD */
};

static ouro_loop *loop(void)
{
    return ouro_get_running_loop();
}

static void open_sockets(int type, int fds[2])
{
    CHECK_INT(socketpair(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
}

static void close_both(const int fds[2])
{
    close(fds[0]);
    close(fds[1]);
}

static void make_pipe(int fds[2])
{
    CHECK_INT(pipe2(fds, O_CLOEXEC | O_NONBLOCK), 0);
}

static int send_fds(int fd, const char *text, const int *fds, size_t count)
{
    return ouro_loop_sock_send_fds(loop(), fd, BYTES(text), fds, count);
}

/* A call that receives, and what came of it. */
struct delivery {
    int fd;
    size_t max;
    char data[32];
    int fds[FDS_MAX];
    size_t count;
};

static int receive(void *arg)
{
    struct delivery *self = arg;

    return ouro_loop_sock_recv_fds(loop(), self->fd, self->data, sizeof self->data, self->fds,
                                   self->max, &self->count);
}

/* Receives, and expects this text and so many descriptors. */
static void expect(struct delivery *delivery, const char *text, size_t count)
{
    CHECK_INT(receive(delivery), strlen(text));
    CHECK_BYTES(delivery->data, strlen(text), text, strlen(text));
    CHECK_INT(delivery->count, count);
}

static void close_all(struct delivery *delivery)
{
    for (size_t i = 0; i < delivery->count; i++)
        close(delivery->fds[i]);
    delivery->count = 0;
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

static bool is_same_file(int first, int second)
{
    struct stat states[2];

    CHECK_INT(fstat(first, &states[0]), 0);
    CHECK_INT(fstat(second, &states[1]), 0);
    return states[0].st_ino == states[1].st_ino && states[0].st_dev == states[1].st_dev;
}

TEST_NET(an_end_of_a_pipe)
{
    static const int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET };

    for (int i = 0; i < 3; i++) {
        struct delivery delivery = { .max = FDS_MAX };
        char data[8];
        int fds[2], ends[2];

        open_sockets(types[i], fds);
        make_pipe(ends);
        delivery.fd = fds[1];
        CHECK_INT(send_fds(fds[0], "pipe", &ends[1], 1), 4);
        close(ends[1]); /* a copy is on its way */
        expect(&delivery, "pipe", 1);
        CHECK(fcntl(delivery.fds[0], F_GETFD) & FD_CLOEXEC);
        CHECK_INT(write(delivery.fds[0], "hello", 5), 5);
        close_all(&delivery);
        CHECK_INT(read(ends[0], data, sizeof data), 5);
        CHECK_INT(read(ends[0], data, sizeof data), 0);
        close(ends[0]);
        close_both(fds);
    }
    return 0;
}

TEST_NET(comes_to_who_waits)
{
    struct delivery delivery = { .max = 1 };
    int fds[2];

    open_sockets(SOCK_STREAM, fds);
    delivery.fd = fds[1];
    for (int i = 0; i < 3; i++) {
        ouro_task *task = start(receive, &delivery);

        settle();
        CHECK(!ouro_future_done(task));
        CHECK_INT(send_fds(fds[0], "here", &fds[0], 1), 4);
        CHECK_INT(join(task), 4);
        CHECK_INT(delivery.count, 1);
        CHECK(is_same_file(delivery.fds[0], fds[0]));
        close_all(&delivery);
    }
    close(fds[0]);
    CHECK_INT(receive(&delivery), 0); /* the end of the stream */
    CHECK_INT(delivery.count, 0);
    close(fds[1]);
    return 0;
}

TEST_NET(many_in_one_message_and_in_order)
{
    struct delivery delivery = { .max = FDS_MAX };
    int many[FDS_MAX + 1];
    int fds[2], ends[2][2];

    open_sockets(SOCK_STREAM, fds);
    make_pipe(ends[0]);
    make_pipe(ends[1]);
    delivery.fd = fds[1];
    for (int i = 0; i <= FDS_MAX; i++)
        many[i] = ends[i % 7 == 0][i % 2];
    CHECK_INT(send_fds(fds[0], "many", many, FDS_MAX + 1), -EINVAL);
    CHECK(strstr(ouro_error_detail()->text, "253"));
    CHECK_INT(send_fds(fds[0], "many", many, FDS_MAX), 4);
    expect(&delivery, "many", FDS_MAX);
    for (int i = 0; i < FDS_MAX; i++)
        CHECK(is_same_file(delivery.fds[i], many[i]));
    close_all(&delivery);
    close_both(ends[0]);
    close_both(ends[1]);
    close_both(fds);
    return 0;
}

/* Bytes without descriptors run together; those of two sends with descriptors never do. */
TEST_NET(a_stream_keeps_them_apart)
{
    struct delivery delivery = { .max = 2 };
    int fds[2], ends[2];

    open_sockets(SOCK_STREAM, fds);
    make_pipe(ends);
    delivery.fd = fds[1];
    CHECK_INT(send_fds(fds[0], "a", NULL, 0), 1);
    CHECK_INT(send_fds(fds[0], "b", &ends[0], 1), 1);
    CHECK_INT(send_fds(fds[0], "cd", ends, 2), 2);
    put(fds[0], "ef");
    expect(&delivery, "ab", 1);
    close_all(&delivery);
    CHECK_INT(
        ouro_loop_sock_recv_fds(loop(), fds[1], delivery.data, 1, delivery.fds, 2, &delivery.count),
        1); /* they come with the first byte */
    CHECK_INT(delivery.count, 2);
    close_all(&delivery);
    expect(&delivery, "def", 0);

    CHECK_INT(send_fds(fds[0], "dropped", ends, 2), 7);
    CHECK_INT(ouro_loop_sock_recv(loop(), fds[1], delivery.data, sizeof delivery.data), 7);
    close_both(ends);
    close_both(fds);
    return 0;
}

static int answer(ouro_stream *peer, void *arg)
{
    (void) arg;
    return ouro_stream_write(peer, BYTES("welcome"));
}

/* What a new server process gets from the old one. */
TEST_NET(a_listening_socket_goes_on_to_serve)
{
    struct delivery delivery = { .max = 1 };
    ouro_server *server;
    int fds[2], port, client;
    int listener = listen_on_loopback(&port);

    open_sockets(SOCK_SEQPACKET, fds);
    delivery.fd = fds[1];
    CHECK_INT(send_fds(fds[0], "serve", &listener, 1), 5);
    close(listener);
    client = connect_to_port(port); /* meanwhile nobody is refused */
    expect(&delivery, "serve", 1);
    CHECK_INT(ouro_start_server(&server, answer, .fd = delivery.fds[0]), 0);
    CHECK_INT(ouro_server_port(server), port);
    expect_text(client, "welcome");
    close(client);
    ouro_server_close(server);
    CHECK_INT(ouro_server_wait_closed(server), 0);
    ouro_server_unref(server);
    close_both(fds);
    return 0;
}

struct greeter {
    ouro_protocol protocol;
    ouro_event over;
};

static int greet(ouro_protocol *protocol, ouro_transport *transport)
{
    (void) protocol;
    CHECK_INT(ouro_transport_write(transport, BYTES("hello")), 0);
    ouro_transport_close(transport);
    return 0;
}

static void note_end(ouro_protocol *protocol, int status)
{
    CHECK_INT(status, 0);
    ouro_event_set(&((struct greeter *) protocol)->over);
}

static const ouro_protocol_callbacks greeting = { .connection_made = greet,
                                                  .connection_lost = note_end };

/* What a worker process gets from the one that accepts. */
TEST_NET(an_accepted_connection_goes_on)
{
    struct greeter greeter = { .protocol.callbacks = &greeting };
    struct delivery delivery = { .max = 1 };
    int fds[2], connection[2];

    open_sockets(SOCK_STREAM, fds);
    connect_pair(connection);
    delivery.fd = fds[1];
    CHECK_INT(send_fds(fds[0], "yours", &connection[1], 1), 5);
    close(connection[1]);
    expect(&delivery, "yours", 1);
    CHECK_INT(ouro_loop_connect_accepted_socket(loop(), &greeter.protocol, delivery.fds[0], NULL),
              0);
    CHECK_INT(ouro_event_wait(&greeter.over), 0);
    expect_text(connection[0], "hello");
    close(connection[0]);
    close_both(fds);
    return 0;
}

TEST_NET(more_than_there_is_room_for)
{
    static const int types[] = { SOCK_STREAM, SOCK_DGRAM };

    for (int i = 0; i < 2; i++) {
        struct delivery delivery = { .max = 1 };
        int fds[2], ends[2];
        char byte;

        open_sockets(types[i], fds);
        make_pipe(ends);
        delivery.fd = fds[1];
        CHECK_INT(send_fds(fds[0], "two", ends, 2), 3);
        close(ends[1]);
        CHECK_INT(receive(&delivery), -EMSGSIZE);
        CHECK(strstr(ouro_error_detail()->text, "2 descriptors, where 1"));
        CHECK_INT(delivery.count, 0);
        CHECK_INT(read(ends[0], &byte, 1), 0); /* the copies are closed */
        CHECK_INT(send_fds(fds[0], "one", ends, 1), 3);
        expect(&delivery, "one", 1);
        close_all(&delivery);

        delivery.max = 0;
        CHECK_INT(send_fds(fds[0], "one", ends, 1), 3);
        CHECK_INT(receive(&delivery), -EMSGSIZE);
        close(ends[0]);
        close_both(fds);
    }
    return 0;
}

/* The kernel hands over some of them, and marks the message as cut. */
TEST_NET(more_than_the_process_may_open)
{
    struct delivery delivery = { .max = 4 };
    struct rlimit limit, low;
    int fds[2], ends[2], next, status;

    open_sockets(SOCK_STREAM, fds);
    make_pipe(ends);
    delivery.fd = fds[1];
    CHECK_INT(send_fds(fds[0], "four", (int[]) { ends[1], ends[1], ends[1], ends[1] }, 4), 4);
    close(ends[1]);
    CHECK_INT(getrlimit(RLIMIT_NOFILE, &limit), 0);
    next = dup(fds[0]);
    close(next);
    low = (struct rlimit) { .rlim_cur = (rlim_t) next + 2, .rlim_max = limit.rlim_max };
    CHECK_INT(setrlimit(RLIMIT_NOFILE, &low), 0);
    status = receive(&delivery);
    CHECK_INT(setrlimit(RLIMIT_NOFILE, &limit), 0);
    if (status == 4 && delivery.count == 4)
        SKIP("valgrind keeps the limit of descriptors from the kernel");
    CHECK_INT(status, -EMFILE);
    CHECK(strstr(ouro_error_detail()->text, "all of them are closed"));
    CHECK_INT(delivery.count, 0);
    CHECK_INT(read(ends[0], delivery.data, 1), 0);
    close(ends[0]);
    close_both(fds);
    return 0;
}

/* What else a socket is set to receive has a place too, and is not mistaken for what was sent. */
TEST_NET(beside_credentials)
{
    struct delivery delivery = { .max = 1 };
    int fds[2], on = 1;

    open_sockets(SOCK_STREAM, fds);
    delivery.fd = fds[1];
    CHECK_INT(setsockopt(fds[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof on), 0);
    (void) setsockopt(fds[1], SOL_SOCKET, PASS_PIDFD, &on, sizeof on); /* Linux 6.5 */
    CHECK_INT(send_fds(fds[0], "one", fds, 1), 3);
    expect(&delivery, "one", 1);
    CHECK(is_same_file(delivery.fds[0], fds[0]));
    close_all(&delivery);
    put(fds[0], "none");
    expect(&delivery, "none", 0);
    close_both(fds);
    return 0;
}

TEST_NET(a_cancelled_receive_takes_nothing)
{
    struct delivery delivery = { .max = 1 };
    int fds[2];

    open_sockets(SOCK_STREAM, fds);
    delivery.fd = fds[1];
    for (int i = 0; i < 4; i++) {
        ouro_task *task = start(receive, &delivery);

        if (i & 1)
            settle();
        else
            CHECK_INT(ouro_sleep(0), 0);
        if (i & 2)
            CHECK_INT(send_fds(fds[0], "kept", fds, 1), 4);
        ouro_task_cancel(task, NULL);
        CHECK_INT(join(task), -ECANCELED);
        CHECK_INT(delivery.count, 0);
        if (!(i & 2))
            CHECK_INT(send_fds(fds[0], "kept", fds, 1), 4);
        expect(&delivery, "kept", 1);
        close_all(&delivery);
    }
    close_both(fds);
    return 0;
}

/* One that waits for room, with the end of a pipe. */
struct sending {
    int fd;
    int own;
};

static int send_one(void *arg)
{
    struct sending *self = arg;

    return send_fds(self->fd, "sent", &self->own, 1);
}

/* Sends until the peer takes no more. Returns how much. */
static size_t fill(int fd)
{
    static const char piece[1000];
    size_t total = 0;
    ssize_t count;

    while ((count = send(fd, piece, sizeof piece, MSG_DONTWAIT)) > 0)
        total += (size_t) count;
    CHECK_INT(errno, EAGAIN);
    return total;
}

TEST_NET(waits_for_room)
{
    for (int i = 0; i < 2; i++) {
        struct delivery delivery = { .max = 1 };
        struct sending sending;
        ouro_task *task;
        size_t filled;
        int fds[2], ends[2];
        char byte;

        open_sockets(SOCK_STREAM, fds);
        make_pipe(ends);
        filled = fill(fds[0]);
        sending = (struct sending) { fds[0], ends[1] };
        delivery.fd = fds[1];
        task = start(send_one, &sending);
        settle();
        CHECK(!ouro_future_done(task));
        if (i == 1) {
            ouro_task_cancel(task, NULL);
            CHECK_INT(join(task), -ECANCELED);
        }
        for (size_t count = 0; count < filled;) {
            int size = receive(&delivery);

            CHECK(size > 0 && delivery.count == 0);
            count += (size_t) size;
        }
        if (i == 0) {
            CHECK_INT(join(task), 4);
            expect(&delivery, "sent", 1);
            close_all(&delivery);
        }
        close(ends[1]);
        CHECK_INT(read(ends[0], &byte, 1), 0);
        CHECK_INT(recv(fds[1], &byte, 1, MSG_DONTWAIT), -1);
        close(ends[0]);
        close_both(fds);
    }
    return 0;
}

/* A stream takes what it has room for, with all descriptors; the rest is sent without. */
TEST_NET(a_part_of_the_bytes)
{
    enum { SIZE = 1 << 20 };
    static uint8_t data[SIZE];
    struct delivery delivery = { .max = 1 };
    int fds[2], sent;
    size_t count = 0, fd_count = 0;

    open_sockets(SOCK_STREAM, fds);
    delivery.fd = fds[1];
    sent = ouro_loop_sock_send_fds(loop(), fds[0], (ouro_bytes) { data, SIZE }, fds, 1);
    CHECK(sent > 0 && sent < SIZE);
    while (count < (size_t) sent) {
        int size = receive(&delivery);

        CHECK(size > 0);
        count += (size_t) size;
        fd_count += delivery.count;
        CHECK_INT(fd_count, 1);
        close_all(&delivery);
    }
    CHECK_INT(count, sent);
    close_both(fds);
    return 0;
}

TEST_NET(a_peer_that_has_gone)
{
    struct delivery delivery = { .max = 1 };
    int fds[2], ends[2];
    char byte;

    open_sockets(SOCK_STREAM, fds);
    make_pipe(ends);
    delivery.fd = fds[0];
    CHECK_INT(send_fds(fds[0], "x", &ends[1], 1), 1);
    close(ends[1]);
    close(fds[1]);
    CHECK_INT(read(ends[0], &byte, 1), 0); /* nobody has received it */
    CHECK_INT(send_fds(fds[0], "x", ends, 1), -EPIPE);
    CHECK_INT(receive(&delivery), -ECONNRESET);
    CHECK_INT(receive(&delivery), 0);
    close(ends[0]);
    close(fds[0]);
    return 0;
}

static void expect_error(int status, int expected, const char *part)
{
    CHECK_INT(status, expected);
    CHECK_INT(ouro_error_detail()->status, expected);
    if (strstr(ouro_error_detail()->text, part) == NULL)
        FAIL("\"%s\" is not in \"%s\"", part, ouro_error_detail()->text);
}

TEST_NET(bad_arguments)
{
    struct delivery delivery = { .max = 1 };
    int fds[2], tcp[2], ends[2];
    int closed;
    size_t count = 7;
    char byte;

    open_sockets(SOCK_STREAM, fds);
    connect_pair(tcp);
    make_pipe(ends);
    closed = dup(ends[0]);
    close(closed);
    expect_error(send_fds(fds[0], "", ends, 1), -EINVAL, "at least one byte");
    expect_error(ouro_loop_sock_send_fds(loop(), fds[0], (ouro_bytes) { NULL, 1 }, ends, 1),
                 -EINVAL, "at least one byte");
    expect_error(send_fds(fds[0], "x", NULL, 1), -EINVAL, "NULL");
    expect_error(send_fds(fds[0], "x", (int[]) { ends[0], -1 }, 2), -EBADF, "-1, which was");
    expect_error(send_fds(fds[0], "x", &closed, 1), -EBADF, "which was to be sent");
    expect_error(send_fds(closed, "x", ends, 1), -EBADF, "descriptor");
    expect_error(send_fds(ends[1], "x", ends, 1), -ENOTSOCK, "descriptor");
    expect_error(send_fds(tcp[0], "x", ends, 1), -EOPNOTSUPP, "no Unix socket");
    CHECK_INT(ouro_loop_sock_send_fds(NULL, fds[0], BYTES("x"), ends, 1), -EINVAL);
    CHECK_INT(recv(fds[1], &byte, 1, MSG_DONTWAIT), -1); /* nothing of all that was sent */

    delivery.fd = tcp[1];
    expect_error(receive(&delivery), -EOPNOTSUPP, "no Unix socket");
    delivery.fd = closed;
    expect_error(receive(&delivery), -EBADF, "descriptor");
    expect_error(ouro_loop_sock_recv_fds(loop(), fds[1], &byte, 0, ends, 1, &count), -EINVAL,
                 "at least one byte");
    CHECK_INT(count, 0);
    expect_error(ouro_loop_sock_recv_fds(loop(), fds[1], NULL, 1, ends, 1, &count), -EINVAL,
                 "at least one byte");
    expect_error(ouro_loop_sock_recv_fds(loop(), fds[1], &byte, 1, NULL, 1, &count), -EINVAL,
                 "NULL");
    expect_error(ouro_loop_sock_recv_fds(loop(), fds[1], &byte, 1, ends, 1, NULL), -EINVAL, "NULL");
    CHECK_INT(ouro_loop_sock_recv_fds(NULL, fds[1], &byte, 1, ends, 1, &count), -EINVAL);
    CHECK_INT(fcntl(fds[1], F_SETFL, 0), 0);
    expect_error(ouro_loop_sock_recv_fds(loop(), fds[1], &byte, 1, ends, 1, &count), -EINVAL,
                 "blocking");
    close_both(fds);
    close_both(tcp);
    close_both(ends);
    return 0;
}

TEST_NET(belongs_to_a_stream)
{
    struct delivery delivery = { .max = 1 };
    ouro_stream *stream;
    int fds[2];

    open_sockets(SOCK_STREAM, fds);
    CHECK_INT(ouro_open_connection(&stream, .fd = fds[0]), 0);
    delivery.fd = fds[0];
    CHECK_INT(receive(&delivery), OURO_EINUSE);
    CHECK_INT(send_fds(fds[0], "x", &fds[1], 1), OURO_EINUSE);
    CHECK_INT(ouro_stream_close(stream), 0);
    close(fds[1]);
    return 0;
}

TEST(need_a_task)
{
    size_t count;
    char byte;

    CHECK_INT(ouro_loop_sock_send_fds(NULL, 0, BYTES("x"), NULL, 0), OURO_ENOLOOP);
    CHECK_INT(ouro_loop_sock_recv_fds(NULL, 0, &byte, 1, NULL, 0, &count), OURO_ENOLOOP);
}

/* The wait fails, and what comes then is there for the next. */
static int without_memory(void *arg)
{
    struct delivery delivery = { .max = 1 };
    int fds[2];
    ouro_task *task;
    int status;

    (void) arg;
    open_sockets(SOCK_STREAM, fds);
    delivery.fd = fds[1];
    task = start(receive, &delivery);
    if (task != NULL)
        settle();
    CHECK_INT(send_fds(fds[0], "here", fds, 1), 4);
    status = task != NULL ? join(task) : -ENOMEM;
    if (status < 0) {
        CHECK_INT(delivery.count, 0);
        expect(&delivery, "here", 1);
    }
    CHECK_INT(delivery.count, 1);
    close_all(&delivery);
    close_both(fds);
    return status < 0 ? status : 0;
}

TEST_ALLOCATION_FAILURES(want_of_memory_loses_nothing)
{
    int status = ouro_run(ouro_coro(without_memory, NULL));

    CHECK(status == 0 || (status == -ENOMEM && test_fault_fired()));
}

/* Python sends a pipe's end, then writes what it finds in the one that it gets. */
static const char python_peer[] =
    "import os, socket\n"
    "own = socket.socket(fileno=0)\n"
    "own.setblocking(True)\n"
    "out, into = os.pipe()\n"
    "socket.send_fds(own, [b'from ', b'python'], [out, into])\n"
    "os.write(into, b'in the pipe')\n"
    "data, fds, flags, address = socket.recv_fds(own, 100, 5)\n"
    "os.write(fds[1], data + b' %d %d' % (len(fds), flags & socket.MSG_CTRUNC))\n";

TEST_NET(with_python)
{
    struct delivery delivery = { .max = 2 };
    char data[64];
    int fds[2], ends[2], status;
    pid_t child;

    if (system("python3 -c 'import socket; socket.send_fds' 2>/dev/null") != 0)
        SKIP("there is no python3 with socket.send_fds on this machine");
    open_sockets(SOCK_STREAM, fds);
    make_pipe(ends);
    child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        dup2(fds[1], 0);
        execlp("python3", "python3", "-c", python_peer, (char *) NULL);
        _exit(127);
    }
    close(fds[1]);
    delivery.fd = fds[0];
    expect(&delivery, "from python", 2);
    CHECK_INT(send_fds(fds[0], "to python", ends, 2), 9);
    close(ends[1]);
    CHECK_INT(waitpid(child, &status, 0), child);
    CHECK_INT(status, 0);
    CHECK_INT(read(delivery.fds[0], data, sizeof data), 11);
    CHECK_BYTES(data, 11, "in the pipe", 11);
    CHECK_INT(read(ends[0], data, sizeof data), 13);
    CHECK_BYTES(data, 13, "to python 2 0", 13);
    close_all(&delivery);
    close(ends[0]);
    close(fds[0]);
    return 0;
}
