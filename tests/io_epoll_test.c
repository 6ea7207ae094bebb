/* What only the epoll backend promises: when exactly it acts, and that it does so seldom. */
#define _GNU_SOURCE 1

#include "io_forbid.h"
#include "io_probe.h"

#include "base/alloc.h"

/* A turn that tells at once, without a poll of the kernel in between. */
static int dispatch_only(struct backend *backend)
{
    probe_in_dispatch = true;
    int count = backend->ops->dispatch(backend);

    probe_in_dispatch = false;
    return count;
}

TEST(epoll_receives_in_the_first_dispatch)
{
    struct backend *backend = open_epoll();
    struct probe recv = { 0 };
    int pair[2];

    make_pair(pair);
    put(pair[1], "x");
    start_recv(backend, &recv, pair[0]);
    CHECK_INT(turn(backend, WAIT_FOREVER), 1);
    CHECK_INT(recv.op.result, 1);
    close_fd(backend, pair[0]);
    close_fd(backend, pair[1]);
    close_idle(backend);
}

/* An op that has arrived has not read yet: until its dispatch, a cancel leaves the bytes. */
TEST(epoll_reads_right_before_it_tells)
{
    struct backend *backend = open_epoll();
    struct probe recv = { 0 };
    char byte;
    int pair[2];

    make_pair(pair);
    start_recv(backend, &recv, pair[0]);
    settle(backend);
    put(pair[1], "x");
    CHECK_INT(backend->ops->wait(backend, WAIT_FOREVER), 0);
    probe_cancel(&recv);
    CHECK_INT(dispatch_only(backend), 1);
    CHECK_INT(recv.op.result, -ECANCELED);
    CHECK_INT(read(pair[0], &byte, 1), 1);
    close_fd(backend, pair[0]);
    close_fd(backend, pair[1]);
    close_idle(backend);
}

TEST(epoll_sends_when_the_tick_ends)
{
    struct backend *backend = open_epoll();
    struct probe send = { 0 };
    char text[4];
    int pair[2];

    make_pair(pair);
    start_send(backend, &send, pair[0], "abc", 3);
    CHECK_INT(send.op.state, OP_QUEUED);
    CHECK_INT(recv(pair[1], text, 4, MSG_DONTWAIT), -1);
    CHECK_INT(backend->ops->wait(backend, WAIT_FOREVER), 0); /* does not block: it is done */
    CHECK_INT(recv(pair[1], text, 4, MSG_DONTWAIT), 3);
    CHECK_INT(send.calls, 0);
    CHECK_INT(dispatch_only(backend), 1);
    CHECK_INT(send.op.result, 3);
    close_fd(backend, pair[0]);
    close_fd(backend, pair[1]);
    close_idle(backend);
}

/* Several sends at once on one descriptor go out one after another, whole. */
TEST(epoll_sends_in_order)
{
    enum { COUNT = 40, SIZE = 20000 };
    struct backend *backend = open_epoll();
    static struct probe sends[COUNT];
    struct probe recv = { 0 };
    static uint8_t data[COUNT][SIZE];
    static uint8_t buffer[SIZE];
    size_t total = 0;
    int pair[2];

    make_pair(pair);
    for (int i = 0; i < COUNT; i++) {
        memset(data[i], i, SIZE);
        start_send(backend, &sends[i], pair[1], data[i], SIZE);
    }
    while (total < COUNT * SIZE) {
        start_recv_into(backend, &recv, pair[0], buffer, SIZE);
        int count = finish(backend, &recv);

        CHECK(count > 0);
        for (int i = 0; i < count; i++)
            CHECK_INT(buffer[i], (total + (size_t) i) / SIZE);
        total += (size_t) count;
    }
    for (int i = 0; i < COUNT; i++) {
        CHECK_INT(finish(backend, &sends[i]), SIZE);
        CHECK(i == 0 || sends[i].sequence > sends[i - 1].sequence);
    }
    close_fd(backend, pair[0]);
    close_fd(backend, pair[1]);
    close_idle(backend);
}

/* There is room again, but the earlier send has not been told of it yet: the later one waits. */
TEST(epoll_sends_nothing_before_what_is_blocked)
{
    enum { SIZE = 1 << 20 };
    struct backend *backend = open_epoll();
    struct probe first = { 0 }, second = { 0 }, recv_probe = { 0 };
    static uint8_t data[SIZE], drained[SIZE];
    size_t total = 0;
    ssize_t count;
    int pair[2];

    make_pair(pair);
    start_send(backend, &first, pair[0], data, SIZE);
    settle(backend);
    CHECK_INT(first.calls, 0);
    while ((count = recv(pair[1], drained, SIZE, MSG_DONTWAIT)) > 0)
        total += (size_t) count;
    start_send(backend, &second, pair[0], "end", 3);
    while (total < SIZE + 3) {
        size_t want = total < SIZE ? SIZE - total : 3;

        start_recv_into(backend, &recv_probe, pair[1], drained, want);
        total += (size_t) finish(backend, &recv_probe);
        CHECK(recv_probe.op.result > 0);
        CHECK_INT(drained[0], total <= SIZE ? 0 : 'e');
    }
    CHECK_INT(finish(backend, &second), 3);
    CHECK(second.sequence > first.sequence);
    close_fd(backend, pair[0]);
    close_fd(backend, pair[1]);
    close_idle(backend);
}

TEST(epoll_cancels_at_once)
{
    struct backend *backend = open_epoll();
    struct probe probes[3] = { 0 };
    int pair[2], ends[2];

    make_pair(pair);
    CHECK_INT(pipe2(ends, O_CLOEXEC), 0);
    start_recv(backend, &probes[0], pair[0]);
    start_poll(backend, &probes[1], ends[0], POLLIN);
    settle(backend);
    start_send(backend, &probes[2], pair[0], "x", 1);
    for (int i = 0; i < 3; i++)
        probe_cancel(&probes[i]);
    CHECK_INT(backend->ops->wait(backend, WAIT_FOREVER), 0);
    CHECK_INT(dispatch_only(backend), 3);
    for (int i = 0; i < 3; i++)
        CHECK_INT(probes[i].op.result, -ECANCELED);
    close_fd(backend, pair[0]);
    close_fd(backend, pair[1]);
    close(ends[0]);
    close(ends[1]);
    close_idle(backend);
}

/* After a read that left room, the next op waits without a system call; after a full one it tries.
 */
TEST(epoll_tells_whether_more_is_left)
{
    struct backend *backend = open_epoll();
    struct probe recv = { 0 };
    uint8_t buffer[4];
    int pair[2];

    make_tcp_pair(pair);
    put(pair[1], "1234567");
    start_recv_into(backend, &recv, pair[0], buffer, 4);
    CHECK_INT(finish(backend, &recv), 4);
    CHECK(!recv.op.known_empty);
    start_recv_into(backend, &recv, pair[0], buffer, 4);
    CHECK_INT(finish(backend, &recv), 3);
    CHECK(recv.op.known_empty);
    start_recv_into(backend, &recv, pair[0], buffer, 4);
    CHECK_INT(turn(backend, 0), 0);
    put(pair[1], "8");
    CHECK_INT(finish(backend, &recv), 1);
    close_fd(backend, pair[0]);
    close_fd(backend, pair[1]);
    close_idle(backend);
}

/* Unread bytes that nobody waits for, and edges of duplicates, do not make a wait end early. */
TEST(epoll_wakes_up_for_nobody)
{
    struct backend *backend = open_epoll();
    struct probe recv = { 0 };
    int duplicate = -1;
    int pair[2];

    make_tcp_pair(pair);
    for (int i = 0; i < 2; i++) {
        int64_t before;

        if (i == 0) {
            start_recv(backend, &recv, pair[0]);
            settle(backend);
            put(pair[1], "x");
            CHECK_INT(finish(backend, &recv), 1);
            put(pair[1], "an edge");
            CHECK_INT(backend->ops->wait(backend, WAIT_FOREVER), 0);
        } else {
            duplicate = dup(pair[0]);
            close_fd(backend, pair[0]);
            put(pair[1], "another edge");
        }
        before = backend->ops->now(backend);
        CHECK_INT(turn(backend, 2000000), 0);
        CHECK(backend->ops->now(backend) - before >= 2000000);
    }
    close(duplicate);
    close(pair[1]);
    close_idle(backend);
}

TEST(epoll_forgets_what_a_refused_connect_left)
{
    struct backend *backend = open_epoll();
    struct probe connect = { 0 }, recv = { 0 };
    struct sockaddr_in nobody, address;
    int gone = make_listener(&nobody);
    int listener = make_listener(&address);
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int server;

    close(gone);
    start_connect(backend, &connect, client, &nobody);
    CHECK_INT(finish(backend, &connect), -ECONNREFUSED);
    start_connect(backend, &connect, client, &address);
    CHECK_INT(finish(backend, &connect), 0);
    server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    start_recv(backend, &recv, client);
    put(server, "x");
    CHECK_INT(finish(backend, &recv), 1);
    CHECK(recv.op.known_empty); /* a short read counts again */
    close(server);
    close_fd(backend, client);
    close_fd(backend, listener);
    close_idle(backend);
}

static void read_on(struct probe *probe)
{
    start_recv(probe->backend, probe, probe->op.fd);
}

/* However much one connection has to read, the other has its turn in every dispatch. */
TEST(epoll_gives_each_op_one_turn)
{
    static const struct backend_limits limits = { .buffer_size = 10 };
    struct backend *backend = NULL;
    const char *reason = NULL;
    struct probe recvs[2] = { { .then = read_on }, { .then = read_on } };
    static const char data[1000];
    int pairs[2][2];

    CHECK_INT(ouro__epoll_open(&backend, &limits, &reason), 0);
    for (int i = 0; i < 2; i++) {
        make_pair(pairs[i]);
        CHECK_INT(write(pairs[i][1], data, sizeof(data)), sizeof(data));
        start_recv(backend, &recvs[i], pairs[i][0]);
    }
    for (int i = 1; i <= 100; i++) {
        CHECK_INT(turn(backend, WAIT_FOREVER), 2);
        CHECK_INT(recvs[0].calls, i);
        CHECK_INT(recvs[1].calls, i);
    }
    for (int i = 0; i < 2; i++) {
        recvs[i].then = NULL;
        probe_cancel(&recvs[i]);
        CHECK_INT(finish(backend, &recvs[i]), -ECANCELED);
        close_fd(backend, pairs[i][0]);
        close_fd(backend, pairs[i][1]);
    }
    close_idle(backend);
}

static void close_accepted(struct probe *probe)
{
    if (probe->op.more)
        close_fd(probe->backend, probe->op.result);
}

TEST(epoll_accepts_a_bounded_number_at_once)
{
    struct backend *backend = open_epoll();
    struct probe accept = { .then = close_accepted };
    struct sockaddr_in address;
    int listener = make_listener(&address);
    int clients[300];
    int turns = 0;

    for (int i = 0; i < 300; i++)
        clients[i] = connect_to(&address);
    start_accept(backend, &accept, listener);
    while (accept.calls < 300) {
        CHECK(turn(backend, WAIT_FOREVER) <= 128);
        turns++;
    }
    CHECK(turns >= 3);
    settle(backend);
    CHECK_INT(accept.calls, 300);
    probe_cancel(&accept);
    CHECK_INT(finish(backend, &accept), -ECANCELED);
    for (int i = 0; i < 300; i++)
        close(clients[i]);
    close_fd(backend, listener);
    close_idle(backend);
}

TEST(epoll_leaves_connections_after_a_cancelled_accept)
{
    struct backend *backend = open_epoll();
    struct probe accept = { 0 };
    struct sockaddr_in address;
    int listener = make_listener(&address);
    int client, server;

    start_accept(backend, &accept, listener);
    settle(backend);
    client = connect_to(&address);
    CHECK_INT(backend->ops->wait(backend, WAIT_FOREVER), 0);
    probe_cancel(&accept);
    CHECK_INT(finish(backend, &accept), -ECANCELED);
    CHECK_INT(accept.calls, 1);
    server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    CHECK(server >= 0);
    close(server);
    close(client);
    close_fd(backend, listener);
    close_idle(backend);
}

TEST(epoll_allocates_nothing_for_an_op)
{
    struct backend *backend = open_epoll();
    struct probe recv = { 0 }, send = { 0 }, poll = { 0 };
    unsigned long count = 0;
    int pair[2], ends[2];

    make_pair(pair);
    CHECK_INT(pipe2(ends, O_CLOEXEC), 0);
    for (int i = 0; i < 100; i++) {
        if (i == 1)
            count = ouro__alloc_count();
        start_recv(backend, &recv, pair[0]);
        start_send(backend, &send, pair[1], "x", 1);
        start_poll(backend, &poll, ends[0], POLLIN);
        CHECK_INT(finish(backend, &recv), 1);
        probe_cancel(&poll);
        CHECK_INT(finish(backend, &poll), -ECANCELED);
    }
    CHECK_INT(ouro__alloc_count(), count);
    close_fd(backend, pair[0]);
    close_fd(backend, pair[1]);
    close(ends[0]);
    close(ends[1]);
    close_idle(backend);
}

static void accept_fails_with(unsigned error)
{
    struct backend *backend = open_epoll();
    struct probe accept = { 0 };
    struct sockaddr_in address;
    int listener = make_listener(&address);

    forbid_call(SYS_accept4, error);
    start_accept(backend, &accept, listener);
    for (int i = 0; i < 10; i++)
        turn(backend, 0);
    if (!accept.is_final) {
        CHECK_INT(accept.calls, 0);
        probe_cancel(&accept);
        CHECK_INT(finish(backend, &accept), -ECANCELED);
        CHECK_INT(error, ECONNABORTED);
    } else {
        CHECK_INT(accept.calls, 1);
        CHECK_INT(accept.op.result, -(int) error);
    }
    close_fd(backend, listener);
    close_idle(backend);
}

/* One connection that is gone says nothing about the next one. */
TEST(epoll_accepts_on_after_a_lost_connection)
{
    accept_fails_with(ECONNABORTED);
}

TEST(epoll_ends_accepting_without_memory)
{
    accept_fails_with(ENOBUFS);
}

TEST(epoll_ends_accepting_where_it_is_forbidden)
{
    accept_fails_with(EPERM);
}

/* The buffer is lent: what a callback keeps of it is gone when it returns. */
TEST(epoll_lends_one_buffer_to_all)
{
    struct backend *backend = open_epoll();
    struct probe recvs[2] = { 0 };
    int pairs[2][2];

    for (int i = 0; i < 2; i++) {
        make_pair(pairs[i]);
        put(pairs[i][1], i ? "two" : "one");
        start_recv(backend, &recvs[i], pairs[i][0]);
    }
    for (int i = 0; i < 2; i++) {
        CHECK_INT(finish(backend, &recvs[i]), 3);
        close_fd(backend, pairs[i][0]);
        close_fd(backend, pairs[i][1]);
    }
    CHECK_PTR(recvs[0].op.buffer.data, recvs[1].op.buffer.data);
    CHECK_BYTES(recvs[0].data, 3, "one", 3);
    CHECK_BYTES(recvs[1].data, 3, "two", 3);
    close_idle(backend);
}

TEST(epoll_refuses_what_its_result_cannot_count)
{
    struct backend *backend = open_epoll();
    struct probe send = { 0 };
    int pair[2];

    make_pair(pair);
    start_send(backend, &send, pair[0], "", (size_t) 1 << 31);
    CHECK_INT(finish(backend, &send), -EINVAL);
    close_fd(backend, pair[0]);
    close_fd(backend, pair[1]);
    close_idle(backend);
}

/* Two connects at once on one socket make no sense; the first one goes on. */
TEST(epoll_connects_once_at_a_time)
{
    struct backend *backend = open_epoll();
    struct probe first = { 0 }, second = { 0 };
    struct sockaddr_in address;
    int listener = make_listener(&address);
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    start_connect(backend, &first, client, &address);
    start_connect(backend, &second, client, &address);
    CHECK_INT(finish(backend, &first), 0);
    CHECK_INT(finish(backend, &second), -EALREADY);
    start_connect(backend, &second, client, &address);
    CHECK_INT(finish(backend, &second), -EISCONN);
    close_fd(backend, client);
    close_fd(backend, listener);
    close_idle(backend);
}
