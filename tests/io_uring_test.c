/* The io_uring backend: what is particular to it. What all backends have in common is in
 * io_backend_test.c. */
#define _GNU_SOURCE 1

#include "io/uring.h"

#include "base/alloc.h"
#include "harness/test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

/* An op, and what was said of it. */
struct call {
    struct op op;
    int calls;
    int result;
    int finals;
    size_t size;
    char bytes[64]; /* the first of what a receive brought */
    struct backend *backend;
    void (*then)(struct call *call);
};

static void on_complete(struct op *op)
{
    struct call *call = container_of(op, struct call, op);

    call->calls++;
    call->result = op->result;
    call->finals += !op->more;
    if (op->kind == OP_RECV && op->result > 0) {
        call->size = op->buffer.size;
        memcpy(call->bytes, op->buffer.data,
               call->size < sizeof(call->bytes) ? call->size : sizeof(call->bytes));
    }
    if (call->then)
        call->then(call);
}

static void start(struct backend *backend, struct call *call, enum op_kind kind, int fd)
{
    call->op.kind = (uint8_t) kind;
    call->op.fd = fd;
    call->op.complete = on_complete;
    call->backend = backend;
    backend->ops->submit(backend, &call->op);
}

static struct backend *open_with(const struct backend_limits *limits)
{
    struct backend *backend = NULL;
    const char *reason = NULL;

    if (ouro__uring_open(&backend, limits, &reason) < 0)
        SKIP("%s", reason);
    CHECK(reason);
    return backend;
}

static struct backend *open_uring(void)
{
    return open_with(NULL);
}

/* Everything as small as it can be. */
static struct backend *open_tiny(void)
{
    static const struct backend_limits limits = { .ring_entries = 2,
                                                  .buffer_size = 7,
                                                  .buffer_count = 1 };

    return open_with(&limits);
}

/* Waits and dispatches until `*value` has reached `target`. */
static void run_until(struct backend *backend, const int *value, int target)
{
    while (*value < target) {
        int status = backend->ops->wait(backend, INT64_C(5000000000));

        CHECK(status == 0 || status == -EINTR);
        backend->ops->dispatch(backend);
    }
    CHECK_INT(*value, target);
}

static void poll_once(struct backend *backend)
{
    CHECK_INT(backend->ops->wait(backend, 0), 0);
    backend->ops->dispatch(backend);
}

static void make_pair(int *sockets)
{
    CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), 0);
}

static void close_pair(const int *sockets)
{
    close(sockets[0]);
    close(sockets[1]);
}

static int listen_tcp(struct sockaddr_in *ret_address)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    socklen_t size = sizeof(*ret_address);

    *ret_address = (struct sockaddr_in) { .sin_family = AF_INET };
    ret_address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK(fd >= 0);
    CHECK_INT(bind(fd, (struct sockaddr *) ret_address, size), 0);
    CHECK_INT(listen(fd, 128), 0);
    CHECK_INT(getsockname(fd, (struct sockaddr *) ret_address, &size), 0);
    return fd;
}

static void make_tcp_pair(int *sockets)
{
    struct sockaddr_in address;
    int listener = listen_tcp(&address);

    sockets[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK_INT(connect(sockets[0], (struct sockaddr *) &address, sizeof(address)), 0);
    sockets[1] = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    CHECK(sockets[1] >= 0);
    close(listener);
}

TEST(open_and_close_leave_nothing)
{
    for (int i = 0; i < 3; i++) {
        struct backend *backend = open_uring();

        CHECK_STR(backend->ops->name, "uring");
        CHECK_INT(backend->in_flight, 0);
        backend->ops->close(backend);
    }
}

TEST(bytes_arrive_in_a_lent_buffer)
{
    struct backend *backend = open_uring();
    struct call receive = { .result = 0 }, send = { .result = 0 };
    int sockets[2];

    make_pair(sockets);
    start(backend, &receive, OP_RECV, sockets[0]);
    send.op.buffer.data = "hello";
    send.op.buffer.size = 5;
    start(backend, &send, OP_SEND, sockets[1]);
    CHECK_INT(backend->in_flight, 2);
    run_until(backend, &receive.finals, 1);
    run_until(backend, &send.finals, 1);
    CHECK_INT(send.result, 5);
    CHECK_BYTES(receive.bytes, receive.size, "hello", 5);
    CHECK_INT(backend->in_flight, 0);
    CHECK_INT(receive.op.state, OP_IDLE);
    close_pair(sockets);
    backend->ops->close(backend);
}

TEST(bytes_arrive_in_own_buffer)
{
    struct backend *backend = open_uring();
    struct call receive = { .result = 0 };
    char buffer[3];
    int sockets[2];

    make_pair(sockets);
    receive.op.buffer.data = buffer;
    receive.op.buffer.size = sizeof(buffer);
    start(backend, &receive, OP_RECV, sockets[0]);
    CHECK_INT(write(sockets[1], "abcd", 4), 4);
    run_until(backend, &receive.finals, 1);
    CHECK_INT(receive.result, 3);
    CHECK_BYTES(buffer, 3, "abc", 3);
    CHECK(!uring_buffers_exist(&uring_of(backend)->buffers));
    close_pair(sockets);
    backend->ops->close(backend);
}

TEST(emptiness_is_told)
{
    struct backend *backend = open_uring();
    int sockets[2];

    make_tcp_pair(sockets);
    for (int round = 0; round < 3; round++) {
        struct call receive = { .result = 0 };
        char buffer[2];

        receive.op.buffer.data = buffer;
        receive.op.buffer.size = 2;
        if (round == 0)
            CHECK_INT(write(sockets[0], "abc", 3), 3);
        receive.op.known_empty = round == 2;
        start(backend, &receive, OP_RECV, sockets[1]);
        if (round == 2) {
            poll_once(backend);
            CHECK_INT(receive.calls, 0);
            CHECK_INT(shutdown(sockets[0], SHUT_WR), 0);
        }
        run_until(backend, &receive.finals, 1);
        CHECK_INT(receive.result, 2 - round);
        CHECK_INT(receive.op.known_empty, round == 1);
    }
    close_pair(sockets);
    backend->ops->close(backend);
}

TEST(known_empty_is_only_a_hint)
{
    struct backend *backend = open_uring();
    struct call receive = { .result = 0 };
    int sockets[2];

    make_tcp_pair(sockets);
    CHECK_INT(write(sockets[0], "abc", 3), 3);
    receive.op.known_empty = true;
    start(backend, &receive, OP_RECV, sockets[1]);
    run_until(backend, &receive.finals, 1);
    CHECK_BYTES(receive.bytes, receive.size, "abc", 3);
    close_pair(sockets);
    backend->ops->close(backend);
}

TEST(end_of_stream_is_a_result_of_zero)
{
    struct backend *backend = open_uring();
    struct call receive = { .result = -1 };
    int sockets[2];

    make_pair(sockets);
    close(sockets[1]);
    start(backend, &receive, OP_RECV, sockets[0]);
    run_until(backend, &receive.finals, 1);
    CHECK_INT(receive.result, 0);
    close(sockets[0]);
    backend->ops->close(backend);
}

static void fill_and_read(struct backend *backend)
{
    enum { SIZE = 3000000 };
    struct call send = { .result = 0 };
    char *data = ouro__alloc(SIZE);
    char *copy = ouro__alloc(SIZE);
    size_t got = 0;
    int sockets[2];

    for (int i = 0; i < SIZE; i++)
        data[i] = (char) (i * 7 + i / 256);
    make_tcp_pair(sockets);
    send.op.buffer.data = data;
    send.op.buffer.size = SIZE;
    start(backend, &send, OP_SEND, sockets[1]);
    while (got < SIZE) {
        poll_once(backend);

        ssize_t len = recv(sockets[0], copy + got, SIZE - got, MSG_DONTWAIT);

        CHECK(len > 0 || (len < 0 && errno == EAGAIN));
        got += len > 0 ? (size_t) len : 0;
        CHECK(send.calls == 0 || send.result == SIZE);
    }
    run_until(backend, &send.finals, 1);
    CHECK_INT(send.result, SIZE);
    CHECK_INT(memcmp(data, copy, SIZE), 0);
    ouro__alloc_free(data);
    ouro__alloc_free(copy);
    close_pair(sockets);
}

TEST(send_ends_when_all_is_sent)
{
    struct backend *backend = open_uring();

    fill_and_read(backend);
    backend->ops->close(backend);
}

TEST(send_to_nobody_is_an_error_without_a_signal)
{
    struct backend *backend = open_uring();
    struct call send = { .result = 0 };
    int sockets[2];

    make_pair(sockets);
    close(sockets[1]);
    send.op.buffer.data = "x";
    send.op.buffer.size = 1;
    start(backend, &send, OP_SEND, sockets[0]);
    run_until(backend, &send.finals, 1);
    CHECK_INT(send.result, -EPIPE);
    close(sockets[0]);
    backend->ops->close(backend);
}

/* A completion of less than everything, as a signal or a full buffer may cause it. */
TEST(short_send_goes_on)
{
    struct backend *backend = open_uring();
    struct uring *uring = uring_of(backend);
    struct call send = { .result = 0 };
    char buffer[16];
    int sockets[2];

    make_pair(sockets);
    send.op.buffer.data = "0123456789";
    send.op.buffer.size = 10;
    start(backend, &send, OP_SEND, sockets[0]);
    list_remove(&send.op.link);
    send.op.state = OP_IN_FLIGHT;

    struct uring_cqe cqe = { .user_data = (uint64_t) (uintptr_t) &send.op, .result = 4 };

    CHECK(ouro__uring_absorb(uring, &cqe));
    CHECK_INT(send.calls, 0);
    run_until(backend, &send.finals, 1);
    CHECK_INT(send.result, 10);
    CHECK_INT(read(sockets[1], buffer, sizeof(buffer)), 6);
    CHECK_BYTES(buffer, 6, "456789", 6);
    close_pair(sockets);
    backend->ops->close(backend);
}

TEST(failures_that_say_nothing_are_tried_again)
{
    static const struct {
        uint8_t kind;
        int status;
        bool absorbed;
    } cases[] = {
        { OP_RECV, -EINTR, true },         { OP_RECV, -EAGAIN, true },
        { OP_RECV, -ENOBUFS, true },       { OP_RECV, -ECONNRESET, false },
        { OP_RECV, -ECONNABORTED, false }, { OP_SEND, -EINTR, true },
        { OP_SEND, -EAGAIN, true },        { OP_SEND, -ENOBUFS, false },
        { OP_SEND, -EPIPE, false },        { OP_ACCEPT, -ECONNABORTED, true },
        { OP_ACCEPT, -EAGAIN, true },      { OP_ACCEPT, -EMFILE, false },
        { OP_ACCEPT, -ENOBUFS, false },    { OP_CONNECT, -EINTR, false },
        { OP_CONNECT, -EAGAIN, false },    { OP_POLL, -EINTR, true },
        { OP_POLL, -EBADF, false },
    };
    struct backend *backend = open_uring();

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct call call = { .result = 0 };

        start(backend, &call, cases[i].kind, -1);
        list_remove(&call.op.link);
        call.op.state = OP_IN_FLIGHT;

        struct uring_cqe cqe = { .user_data = (uint64_t) (uintptr_t) &call.op,
                                 .result = cases[i].status };

        CHECK_INT(ouro__uring_absorb(uring_of(backend), &cqe), cases[i].absorbed);
        CHECK_INT(call.op.state, cases[i].absorbed ? OP_QUEUED : OP_IN_FLIGHT);
        if (cases[i].absorbed)
            list_remove(&call.op.link);

        /* A cancelled op is never tried again. */
        call.op.state = OP_IN_FLIGHT;
        call.op.cancel_requested = true;
        CHECK(!ouro__uring_absorb(uring_of(backend), &cqe));
        backend->in_flight--;
    }
    backend->ops->close(backend);
}

static void accept_one(struct call *call)
{
    if (call->result >= 0)
        close(call->result);
}

TEST(accepts_until_cancelled)
{
    struct backend *backend = open_uring();
    struct call listener = { .then = accept_one }, clients[5] = { { .result = -1 } };
    struct sockaddr_in address;
    int fd = listen_tcp(&address);

    start(backend, &listener, OP_ACCEPT, fd);
    for (int i = 0; i < 5; i++) {
        int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

        clients[i].op.connect.address = (struct sockaddr *) &address;
        clients[i].op.connect.size = sizeof(address);
        start(backend, &clients[i], OP_CONNECT, client);
    }
    run_until(backend, &listener.calls, 5);
    CHECK_INT(listener.finals, 0);
    for (int i = 0; i < 5; i++) {
        run_until(backend, &clients[i].finals, 1);
        CHECK_INT(clients[i].result, 0);
        close(clients[i].op.fd);
    }
    CHECK_INT(backend->in_flight, 1);
    backend->ops->cancel(backend, &listener.op);
    backend->ops->cancel(backend, &listener.op);
    run_until(backend, &listener.finals, 1);
    CHECK_INT(listener.result, -ECANCELED);
    CHECK_INT(listener.calls, 6);
    close(fd);
    backend->ops->close(backend);
}

static int connect_to(const struct sockaddr_in *address)
{
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    CHECK_INT(connect(client, (const struct sockaddr *) address, sizeof(*address)), 0);
    return client;
}

static bool peer_has_closed(int fd)
{
    char byte;

    return read(fd, &byte, 1) <= 0;
}

TEST(connection_after_the_cancel_is_closed)
{
    struct backend *backend = open_uring();
    struct call listener = { .result = 0 };
    struct sockaddr_in address;
    int fd = listen_tcp(&address);

    start(backend, &listener, OP_ACCEPT, fd);
    poll_once(backend);

    int clients[3];

    for (int i = 0; i < 3; i++)
        clients[i] = connect_to(&address);
    CHECK_INT(backend->ops->wait(backend, WAIT_FOREVER), 0);
    backend->ops->cancel(backend, &listener.op);
    run_until(backend, &listener.finals, 1);
    CHECK_INT(listener.calls, 1);
    CHECK_INT(listener.result, -ECANCELED);
    close(fd);
    for (int i = 0; i < 3; i++) {
        CHECK(peer_has_closed(clients[i]));
        close(clients[i]);
    }
    backend->ops->close(backend);
}

TEST(connection_at_close_is_closed)
{
    struct backend *backend = open_uring();
    struct call listener = { .result = 0 };
    struct sockaddr_in address;
    int fd = listen_tcp(&address);

    start(backend, &listener, OP_ACCEPT, fd);
    poll_once(backend);

    int client = connect_to(&address);

    CHECK_INT(backend->ops->wait(backend, WAIT_FOREVER), 0);
    backend->ops->close(backend);
    CHECK_INT(listener.calls, 0);
    close(fd);
    CHECK(peer_has_closed(client));
    close(client);
}

TEST(accept_fails_when_descriptors_run_out)
{
    struct backend *backend = open_uring();
    struct call listener = { .result = 0 };
    struct sockaddr_in address;
    int fd = listen_tcp(&address);
    int client = connect_to(&address);
    struct rlimit limit, low;

    CHECK_INT(getrlimit(RLIMIT_NOFILE, &limit), 0);
    low = limit;
    low.rlim_cur = 3;
    CHECK_INT(setrlimit(RLIMIT_NOFILE, &low), 0);
    start(backend, &listener, OP_ACCEPT, fd);
    run_until(backend, &listener.finals, 1);
    CHECK_INT(listener.result, -EMFILE);
    CHECK_INT(listener.calls, 1);

    /* The connection still waits. */
    CHECK_INT(setrlimit(RLIMIT_NOFILE, &limit), 0);
    listener.then = accept_one;
    start(backend, &listener, OP_ACCEPT, fd);
    run_until(backend, &listener.calls, 2);
    CHECK(listener.result >= 0);
    backend->ops->cancel(backend, &listener.op);
    run_until(backend, &listener.finals, 2);
    close(client);
    close(fd);
    backend->ops->close(backend);
}

TEST(poll_is_level_triggered)
{
    struct backend *backend = open_uring();
    struct call poll_call = { .result = 0 };
    char byte;
    int sockets[2];

    make_pair(sockets);
    poll_call.op.events = POLLIN;
    start(backend, &poll_call, OP_POLL, sockets[0]);
    poll_once(backend);
    CHECK_INT(poll_call.calls, 0);
    CHECK_INT(write(sockets[1], "x", 1), 1);
    for (int i = 1; i <= 4; i++) {
        CHECK_INT(backend->ops->wait(backend, WAIT_FOREVER), 0);
        CHECK_INT(backend->ops->dispatch(backend), 1);
        CHECK_INT(poll_call.calls, i);
        CHECK_INT(poll_call.result & POLLIN, POLLIN);
    }
    CHECK_INT(read(sockets[0], &byte, 1), 1);
    poll_once(backend);
    poll_once(backend);
    CHECK(poll_call.calls <= 5);
    backend->ops->cancel(backend, &poll_call.op);
    run_until(backend, &poll_call.finals, 1);
    CHECK_INT(poll_call.result, -ECANCELED);
    close_pair(sockets);
    backend->ops->close(backend);
}

static void cancel_itself(struct call *call)
{
    if (call->finals == 0)
        call->backend->ops->cancel(call->backend, &call->op);
}

TEST(poll_may_be_cancelled_in_its_callback)
{
    struct backend *backend = open_uring();
    struct call poll_call = { .then = cancel_itself };
    int sockets[2];

    make_pair(sockets);
    poll_call.op.events = POLLOUT;
    start(backend, &poll_call, OP_POLL, sockets[0]);
    run_until(backend, &poll_call.finals, 1);
    CHECK_INT(poll_call.calls, 2);
    CHECK_INT(poll_call.result, -ECANCELED);
    CHECK_INT(backend->in_flight, 0);
    close_pair(sockets);
    backend->ops->close(backend);
}

TEST(cancel_of_a_queued_op_needs_no_kernel)
{
    struct backend *backend = open_uring();
    struct call receive = { .result = 0 };

    start(backend, &receive, OP_RECV, -1);
    backend->ops->cancel(backend, &receive.op);
    CHECK_INT(receive.calls, 0);
    CHECK_INT(receive.op.state, OP_DONE);
    CHECK_INT(backend->ops->dispatch(backend), 1);
    CHECK_INT(receive.result, -ECANCELED);
    backend->ops->cancel(backend, &receive.op);
    CHECK_INT(backend->ops->dispatch(backend), 0);
    backend->ops->close(backend);
}

TEST(cancel_and_completion_may_cross)
{
    struct backend *backend = open_uring();
    struct call receive = { .result = 0 };
    int sockets[2];

    make_pair(sockets);
    start(backend, &receive, OP_RECV, sockets[0]);
    CHECK_INT(write(sockets[1], "x", 1), 1);
    CHECK_INT(backend->ops->wait(backend, WAIT_FOREVER), 0);
    backend->ops->cancel(backend, &receive.op);
    run_until(backend, &receive.finals, 1);
    CHECK_INT(receive.result, 1);
    CHECK(list_is_empty(&uring_of(backend)->queue));

    /* The same memory again: an old cancel must not hit the new op. */
    receive.op.buffer.data = NULL;
    start(backend, &receive, OP_RECV, sockets[0]);
    poll_once(backend);
    CHECK_INT(receive.calls, 1);
    backend->ops->cancel(backend, &receive.op);
    run_until(backend, &receive.finals, 2);
    CHECK_INT(receive.result, -ECANCELED);
    close_pair(sockets);
    backend->ops->close(backend);
}

static void cancel_many(struct backend *backend)
{
    enum { COUNT = 3000 };
    static struct call calls[COUNT];
    int sockets[2];
    int finals = 0;

    memset(calls, 0, sizeof(calls));
    make_pair(sockets);
    for (int i = 0; i < COUNT; i++)
        start(backend, &calls[i], OP_RECV, sockets[0]);
    poll_once(backend);
    for (int i = 0; i < COUNT; i++)
        backend->ops->cancel(backend, &calls[i].op);
    while (backend->in_flight > 0) {
        CHECK_INT(backend->ops->wait(backend, INT64_C(5000000000)), 0);
        finals += backend->ops->dispatch(backend);
    }
    CHECK_INT(finals, COUNT);
    for (int i = 0; i < COUNT; i++) {
        CHECK_INT(calls[i].calls, 1);
        CHECK_INT(calls[i].result, -ECANCELED);
    }
    close_pair(sockets);
}

TEST(thousands_of_cancels_are_not_lost)
{
    struct backend *backend = open_uring();

    cancel_many(backend);
    backend->ops->close(backend);
}

/* A ring of 2 has room for 32 completions: the rest waits in the kernel. */
TEST(thousands_of_cancels_pass_a_tiny_ring)
{
    struct backend *backend = open_tiny();

    cancel_many(backend);
    backend->ops->close(backend);
}

TEST(tiny_ring_sends_much)
{
    struct backend *backend = open_tiny();

    fill_and_read(backend);
    backend->ops->close(backend);
}

/* Many sockets become readable at once, with hardly any buffer: each gets its bytes. */
static void serve_many(struct backend *backend)
{
    enum { COUNT = 150 };
    static struct call calls[COUNT];
    static int sockets[COUNT][2];
    static const char text[] = "abcdefghijklmnopqrstuvwxyz";

    memset(calls, 0, sizeof(calls));
    for (int i = 0; i < COUNT; i++) {
        make_pair(sockets[i]);
        start(backend, &calls[i], OP_RECV, sockets[i][0]);
    }
    poll_once(backend);
    for (int i = 0; i < COUNT; i++)
        CHECK_INT(write(sockets[i][1], text, 26), 26);
    for (int i = 0; i < COUNT; i++) {
        size_t got = 0;

        while (got < 26) {
            run_until(backend, &calls[i].finals, 1);
            CHECK(calls[i].result > 0);
            CHECK_BYTES(calls[i].bytes, calls[i].size, text + got, calls[i].size);
            got += calls[i].size;
            calls[i].finals = 0;
            calls[i].op.buffer.data = NULL;
            if (got < 26)
                start(backend, &calls[i], OP_RECV, sockets[i][0]);
        }
    }
    CHECK_INT(backend->in_flight, 0);
    for (int i = 0; i < COUNT; i++)
        close_pair(sockets[i]);
}

TEST(receives_outnumber_the_buffers)
{
    static const struct backend_limits few = { .buffer_count = 1 };
    struct backend *backend = open_with(&few);

    serve_many(backend);
    CHECK(uring_of(backend)->buffers.count > 1);
    backend->ops->close(backend);
    backend = open_tiny();
    serve_many(backend);
    backend->ops->close(backend);
}

static void resubmit_recv(struct call *call)
{
    call->op.buffer.data = NULL;
    start(call->backend, call, OP_RECV, call->op.fd);
}

/* With one buffer, a busy connection must not starve another. */
TEST(starved_receives_go_first)
{
    static const struct backend_limits one = { .buffer_count = 1, .buffer_size = 1 };
    struct backend *backend = open_with(&one);
    struct call calls[4] = { { .result = 0 } };
    static char text[100];
    int sockets[4][2];

    for (int i = 0; i < 4; i++) {
        make_pair(sockets[i]);
        CHECK_INT(write(sockets[i][1], text, sizeof(text)), (int) sizeof(text));
        calls[i].then = resubmit_recv;
        start(backend, &calls[i], OP_RECV, sockets[i][0]);
    }
    uring_of(backend)->buffers.capacity = 1;
    while (calls[0].calls < 20) {
        CHECK_INT(backend->ops->wait(backend, WAIT_FOREVER), 0);
        backend->ops->dispatch(backend);
    }
    for (int i = 1; i < 4; i++)
        CHECK(calls[i].calls >= 18 && calls[i].calls <= 21);
    backend->ops->close(backend);
    for (int i = 0; i < 4; i++)
        close_pair(sockets[i]);
}

TEST(wake_before_the_wait_is_not_lost)
{
    struct backend *backend = open_uring();

    backend->ops->wake(backend);
    backend->ops->wake(backend);
    CHECK_INT(backend->ops->wait(backend, WAIT_FOREVER), 0);
    CHECK_INT(backend->ops->dispatch(backend), 0);

    /* And is used up: the next wait takes its time. */
    int64_t before = backend->ops->now(backend);

    CHECK_INT(backend->ops->wait(backend, 3000000), 0);
    CHECK(backend->ops->now(backend) - before >= 3000000);
    backend->ops->wake(backend);
    CHECK_INT(backend->ops->wait(backend, WAIT_FOREVER), 0);
    backend->ops->close(backend);
}

struct waking {
    struct backend *backend;
    atomic_int asked;
    atomic_int seen;
};

static void *wake_often(void *arg)
{
    struct waking *waking = arg;

    for (int i = 1; i <= 2000; i++) {
        atomic_store(&waking->asked, i);
        waking->backend->ops->wake(waking->backend);
        while (i % 3 == 0 && atomic_load(&waking->seen) < i)
            sched_yield();
    }
    return NULL;
}

TEST(wakes_of_a_thread_are_seen)
{
    struct waking waking = { .backend = open_uring() };
    pthread_t thread;

    CHECK_INT(pthread_create(&thread, NULL, wake_often, &waking), 0);
    while (atomic_load(&waking.seen) < 2000) {
        CHECK_INT(waking.backend->ops->wait(waking.backend, WAIT_FOREVER), 0);
        CHECK_INT(waking.backend->ops->dispatch(waking.backend), 0);
        atomic_store(&waking.seen, atomic_load(&waking.asked));
    }
    pthread_join(thread, NULL);
    waking.backend->ops->close(waking.backend);
}

static struct backend *signalled;

static void on_alarm(int number)
{
    (void) number;
    if (signalled)
        signalled->ops->wake(signalled);
}

static void alarm_in(int microseconds)
{
    struct itimerval timer = { .it_value = { .tv_usec = microseconds } };
    struct sigaction action = { .sa_handler = on_alarm };

    CHECK_INT(sigaction(SIGALRM, &action, NULL), 0);
    CHECK_INT(setitimer(ITIMER_REAL, &timer, NULL), 0);
}

TEST(signal_interrupts_the_wait)
{
    struct backend *backend = open_uring();

    /* Twice: the first wait also hands over submissions, which hides the signal's errno. */
    for (int i = 0; i < 2; i++) {
        alarm_in(2000);
        CHECK_INT(backend->ops->wait(backend, WAIT_FOREVER), -EINTR);
    }
    alarm_in(2000);
    CHECK_INT(backend->ops->wait(backend, INT64_C(10000000000)), -EINTR);

    signalled = backend;
    alarm_in(2000);

    int status = backend->ops->wait(backend, WAIT_FOREVER);

    CHECK(status == 0 || status == -EINTR);
    CHECK_INT(backend->ops->wait(backend, 0), 0);
    signalled = NULL;
    backend->ops->close(backend);
}

TEST(timeout_is_kept)
{
    struct backend *backend = open_uring();
    struct call receive = { .result = 0 };
    int sockets[2];

    make_pair(sockets);
    start(backend, &receive, OP_RECV, sockets[0]);
    for (int i = 0; i < 3; i++) {
        int64_t before = backend->ops->now(backend);

        CHECK_INT(backend->ops->wait(backend, 2000000), 0);
        CHECK(backend->ops->now(backend) - before >= 2000000);
        CHECK_INT(backend->ops->dispatch(backend), 0);
    }
    backend->ops->close(backend);
    CHECK_INT(receive.calls, 0);
    close_pair(sockets);
}

static void *wait_elsewhere(void *arg)
{
    struct backend *backend = arg;

    return (void *) (intptr_t) backend->ops->wait(backend, 0);
}

static int wait_in_thread(struct backend *backend)
{
    pthread_t thread;
    void *result = NULL;

    CHECK_INT(pthread_create(&thread, NULL, wait_elsewhere, backend), 0);
    CHECK_INT(pthread_join(thread, &result), 0);
    return (int) (intptr_t) result;
}

TEST(second_thread_is_refused)
{
    struct backend *backend = open_uring();

    CHECK_INT(backend->ops->wait(backend, 0), 0);
    CHECK_INT(wait_in_thread(backend), -EXDEV);
    CHECK_INT(backend->ops->wait(backend, 0), 0);
    backend->ops->close(backend);
}

TEST(made_here_and_run_there)
{
    struct backend *backend = open_uring();
    struct call receive = { .result = 0 };
    int sockets[2];

    make_pair(sockets);
    start(backend, &receive, OP_RECV, sockets[0]);
    CHECK_INT(wait_in_thread(backend), 0);
    CHECK_INT(backend->ops->wait(backend, 0), -EXDEV);

    /* The thread that ran it has ended, so that it may be closed from here. */
    backend->ops->close(backend);
    close_pair(sockets);
}

TEST(close_ends_what_is_in_flight)
{
    struct backend *backend = open_uring();
    static struct call calls[100];
    char buffer[16] = "untouched";
    int sockets[2];

    make_pair(sockets);
    for (int i = 0; i < 100; i++) {
        if (i % 2) {
            calls[i].op.buffer.data = buffer;
            calls[i].op.buffer.size = sizeof(buffer);
        }
        start(backend, &calls[i], OP_RECV, sockets[0]);
        if (i == 60)
            poll_once(backend);
        if (i % 3 == 0)
            backend->ops->cancel(backend, &calls[i].op);
    }
    backend->ops->close(backend);
    CHECK_INT(write(sockets[1], "overwritten", 11), 11);
    CHECK_STR(buffer, "untouched");
    close_pair(sockets);
}

TEST(forked_child_is_refused)
{
    struct backend *backend = open_uring();
    struct call receive = { .result = 0 };
    int sockets[2];

    make_pair(sockets);
    start(backend, &receive, OP_RECV, sockets[0]);
    poll_once(backend);

    pid_t child = fork();

    CHECK(child >= 0);
    if (child == 0) {
        struct call late = { .result = 0 };

        start(backend, &late, OP_RECV, sockets[0]);
        CHECK(backend->ops->has_work(backend));
        CHECK_INT(backend->ops->wait(backend, 0), -EXDEV);
        backend->ops->cancel(backend, &late.op);
        CHECK_INT(backend->ops->dispatch(backend), 1);
        backend->ops->close(backend);

        backend = open_uring();
        CHECK_INT(backend->ops->wait(backend, 0), 0);
        backend->ops->close(backend);
        _exit(0);
    }

    int status = -1;

    CHECK_INT(waitpid(child, &status, 0), child);
    CHECK_INT(status, 0);
    CHECK_INT(write(sockets[1], "x", 1), 1);
    run_until(backend, &receive.finals, 1);
    CHECK_INT(receive.result, 1);
    close_pair(sockets);
    backend->ops->close(backend);
}

static bool is_readable(int fd, int timeout_ms)
{
    struct pollfd entry = { .fd = fd, .events = POLLIN };

    CHECK(poll(&entry, 1, timeout_ms) >= 0);
    return entry.revents & POLLIN;
}

static void settle(struct backend *backend)
{
    while (backend->ops->has_work(backend))
        poll_once(backend);
}

TEST(descriptor_tells_when_a_wait_would_not_block)
{
    struct backend *backend = open_uring();
    struct call receive = { .result = 0 };
    int fd = backend->ops->descriptor(backend);
    int sockets[2];

    CHECK(fd >= 0);
    make_pair(sockets);
    start(backend, &receive, OP_RECV, sockets[0]);
    settle(backend);
    for (int i = 1; i <= 3; i++) {
        CHECK(!is_readable(fd, 0));
        CHECK_INT(write(sockets[1], "x", 1), 1);
        CHECK(is_readable(fd, 2000));
        settle(backend);
        CHECK_INT(receive.calls, i);
        receive.op.buffer.data = NULL;
        start(backend, &receive, OP_RECV, sockets[0]);
        settle(backend);
    }
    for (int i = 0; i < 3; i++) {
        CHECK(!is_readable(fd, 0));
        backend->ops->wake(backend);
        CHECK(is_readable(fd, 2000));
        settle(backend);
    }
    backend->ops->close(backend);
    close_pair(sockets);
}

TEST(has_work_spares_the_wait)
{
    struct backend *backend = open_uring();
    struct call receive = { .result = 0 };
    int sockets[2];

    make_pair(sockets);
    CHECK(backend->ops->has_work(backend));
    settle(backend);
    start(backend, &receive, OP_RECV, sockets[0]);
    CHECK(backend->ops->has_work(backend));
    poll_once(backend);
    CHECK(!backend->ops->has_work(backend));
    CHECK_INT(write(sockets[1], "x", 1), 1);
    CHECK(backend->ops->has_work(backend));
    run_until(backend, &receive.finals, 1);
    CHECK(!backend->ops->has_work(backend));
    backend->ops->wake(backend);
    CHECK(backend->ops->has_work(backend));
    backend->ops->close(backend);
    close_pair(sockets);
}

static void drain_ring(struct ring *ring, unsigned *ret_count)
{
    for (; ring_has_completions(ring); ring_advance(ring))
        ++*ret_count;
}

TEST(ring_works_without_each_optional_flag)
{
    static const uint32_t optional[] = {
        RING_FLAGS_OPTIONAL,
        RING_FLAGS_OPTIONAL & ~URING_SETUP_NO_SQARRAY,
        RING_FLAGS_OPTIONAL & ~(URING_SETUP_SUBMIT_ALL | URING_SETUP_CQSIZE | URING_SETUP_CLAMP),
        RING_FLAGS_OPTIONAL & ~URING_SETUP_TASKRUN_FLAG,
        0,
    };

    for (size_t i = 0; i < sizeof(optional) / sizeof(optional[0]); i++) {
        struct ring ring;
        const char *reason = NULL;
        unsigned count = 0;

        if (ouro__ring_open(&ring, 4, optional[i], &reason) < 0)
            SKIP("%s", reason);
        CHECK_INT(ouro__ring_enable(&ring), 0);
        CHECK_INT(ring.cq_entries, optional[i] & URING_SETUP_CQSIZE ? 64 : 8);
        for (int round = 0; round < 10; round++) {
            for (int entry = 0; entry < 4; entry++)
                *ring_next_sqe(&ring) = (struct uring_sqe) { .opcode = URING_OP_NOP };
            CHECK(!ring_next_sqe(&ring));
            CHECK_INT(ouro__ring_enter(&ring, 1, RING_WAIT_FOREVER), 4);
            drain_ring(&ring, &count);
        }
        CHECK_INT(count, 40);
        CHECK_INT(ouro__ring_enter(&ring, 1, 1000), -ETIME);
        ouro__ring_close(&ring, true);
    }
}

TEST_ALLOCATION_FAILURES(allocation_failures_are_errors)
{
    struct backend *backend = NULL;
    const char *reason = NULL;
    int status = ouro__uring_open(&backend, NULL, &reason);

    CHECK(reason);
    if (status < 0) {
        if (status != -ENOMEM)
            SKIP("%s", reason);
        CHECK(test_fault_fired());
        return;
    }

    struct call receive = { .result = 0 };
    int sockets[2];

    make_pair(sockets);
    CHECK_INT(write(sockets[1], "x", 1), 1);
    start(backend, &receive, OP_RECV, sockets[0]);
    run_until(backend, &receive.finals, 1);
    if (receive.result == -ENOMEM) {
        CHECK(test_fault_fired());
        start(backend, &receive, OP_RECV, sockets[0]);
        run_until(backend, &receive.finals, 2);
    }
    CHECK_INT(receive.result, 1);
    close_pair(sockets);
    backend->ops->close(backend);
}
