/* What is particular to ops on the io_uring backend; what it has in common with the others is in
 * the other io tests, which run on it as well. */
#define _GNU_SOURCE 1

#include "io_uring_probe.h"

#include "base/alloc.h"

/* Everything as small as it can be. */
static const struct backend_limits tiny = {
    .ring_entries = 2,
    .buffer_size = 7,
    .buffer_count = 1,
};

TEST(open_and_close_leave_nothing)
{
    for (int i = 0; i < 3; i++) {
        struct backend *backend = open_uring(i == 2 ? &tiny : NULL);

        CHECK_STR(backend->ops->name, "uring");
        close_idle(backend);
    }
}

TEST(rings_beyond_the_limit_are_cut)
{
    static const struct backend_limits huge = { .ring_entries = 0x40000001 };
    struct backend *backend = open_uring(&huge);

    CHECK_INT(uring_of(backend)->ring.sq_entries, 32768);
    CHECK_INT(uring_of(backend)->ring.cq_entries, 65536);
    close_idle(backend);
}

TEST(own_buffer_needs_no_lent_ones)
{
    struct backend *backend = open_uring(NULL);
    struct probe recv = { 0 };
    char buffer[3];
    int pair[2];

    make_pair(pair);
    put(pair[1], "abcd");
    start_recv_into(backend, &recv, pair[0], buffer, sizeof(buffer));
    CHECK_INT(finish(backend, &recv), 3);
    CHECK_BYTES(buffer, 3, "abc", 3);
    CHECK(!uring_buffers_exist(&uring_of(backend)->buffers));
    close_pair(pair);
    close_idle(backend);
}

TEST(emptiness_is_told)
{
    struct backend *backend = open_uring(NULL);
    int pair[2];

    make_tcp_pair(pair);
    put(pair[0], "abc");
    for (int round = 0; round < 3; round++) {
        struct probe recv = { 0 };
        char buffer[2];

        recv.op.known_empty = round == 2;
        start_recv_into(backend, &recv, pair[1], buffer, sizeof(buffer));
        if (round == 2) {
            settle(backend);
            CHECK_INT(recv.calls, 0);
            CHECK_INT(shutdown(pair[0], SHUT_WR), 0);
        }
        CHECK_INT(finish(backend, &recv), 2 - round);
        CHECK_INT(recv.op.known_empty, round == 1);
    }
    close_pair(pair);
    close_idle(backend);
}

TEST(emptiness_is_only_a_hint)
{
    struct backend *backend = open_uring(NULL);
    struct probe recv = { 0 };
    int pair[2];

    make_tcp_pair(pair);
    put(pair[0], "abc");
    recv.op.known_empty = true;
    start_recv(backend, &recv, pair[1]);
    CHECK_INT(finish(backend, &recv), 3);
    close_pair(pair);
    close_idle(backend);
}

/* A completion of less than everything, as a signal or a full buffer may cause it. */
TEST(short_send_goes_on)
{
    struct backend *backend = open_uring(NULL);
    struct probe send = { 0 };
    char buffer[16];
    int pair[2];

    make_pair(pair);
    start_send(backend, &send, pair[0], "0123456789", 10);
    take_over(&send.op);

    struct uring_cqe cqe = completion_of(&send.op, 4);

    CHECK(ouro__uring_absorb(uring_of(backend), &cqe));
    CHECK_INT(send.calls, 0);
    CHECK_INT(finish(backend, &send), 10);
    CHECK_INT(read(pair[1], buffer, sizeof(buffer)), 6);
    CHECK_BYTES(buffer, 6, "456789", 6);
    close_pair(pair);
    close_idle(backend);
}

TEST(short_send_that_is_cancelled_tells_its_count)
{
    struct backend *backend = open_uring(NULL);
    struct probe send = { 0 };
    int pair[2];

    make_pair(pair);
    start_send(backend, &send, pair[0], "0123456789", 10);
    take_over(&send.op);

    struct uring_cqe cqe = completion_of(&send.op, 4);

    CHECK(ouro__uring_absorb(uring_of(backend), &cqe));
    probe_cancel(&send);
    CHECK_INT(finish(backend, &send), 4);
    close_pair(pair);
    close_idle(backend);
}

TEST(send_beyond_what_its_result_can_count_is_refused)
{
    struct backend *backend = open_uring(NULL);
    struct probe send = { 0 };

    start_send(backend, &send, -1, "", (size_t) INT32_MAX + 1);
    CHECK_INT(finish(backend, &send), -EINVAL);
    close_idle(backend);
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
        { OP_POLL, -EBADF, false },        { OP_READABLE, -EINTR, true },
        { OP_READABLE, -EBADF, false },    { OP_WRITABLE, -ECANCELED, false },
    };
    struct backend *backend = open_uring(NULL);

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct probe probe = { 0 };
        struct uring_cqe cqe = completion_of(&probe.op, cases[i].status);

        probe.op.kind = cases[i].kind;
        probe_start(backend, &probe);
        take_over(&probe.op);
        CHECK_INT(ouro__uring_absorb(uring_of(backend), &cqe), cases[i].absorbed);
        CHECK_INT(probe.op.state, cases[i].absorbed ? OP_QUEUED : OP_IN_FLIGHT);
        if (cases[i].absorbed)
            take_over(&probe.op);

        /* A cancelled op is never tried again. */
        probe_cancel(&probe);
        CHECK(!ouro__uring_absorb(uring_of(backend), &cqe));
        list_remove(&probe.op.link);
        backend->in_flight--;
    }
    close_idle(backend);
}

static bool peer_has_closed(int fd)
{
    char byte;

    return read(fd, &byte, 1) <= 0;
}

/* The kernel may have accepted before it learns of the cancel. */
TEST(connection_after_the_cancel_is_closed)
{
    struct backend *backend = open_uring(NULL);
    struct probe accept = { 0 };
    struct sockaddr_in address;
    int listener = make_listener(&address);
    int clients[3];

    start_accept(backend, &accept, listener);
    run_dry(backend);
    for (int i = 0; i < 3; i++)
        clients[i] = connect_to(&address);
    CHECK_INT(backend->ops->wait(backend, WAIT_FOREVER), 0);
    probe_cancel(&accept);
    CHECK_INT(finish(backend, &accept), -ECANCELED);
    CHECK_INT(accept.calls, 1);
    close(listener);
    for (int i = 0; i < 3; i++) {
        CHECK(peer_has_closed(clients[i]));
        close(clients[i]);
    }
    close_idle(backend);
}

TEST(connection_at_close_is_closed)
{
    struct backend *backend = open_uring(NULL);
    struct probe accept = { 0 };
    struct sockaddr_in address;
    int listener = make_listener(&address);

    start_accept(backend, &accept, listener);
    run_dry(backend);

    int client = connect_to(&address);

    CHECK_INT(backend->ops->wait(backend, WAIT_FOREVER), 0);
    backend->ops->close(backend);
    CHECK_INT(accept.calls, 0);
    close(listener);
    CHECK(peer_has_closed(client));
    close(client);
}

/* The kernel may drop a listener at any completion. */
TEST(dropped_listener_is_armed_again)
{
    struct backend *backend = open_uring(NULL);
    struct probe accept = { 0 };
    struct sockaddr_in address;
    int listener = make_listener(&address);

    start_accept(backend, &accept, listener);
    for (int i = 1; i <= 3; i++) {
        struct uring_sqe *sqe;
        int client = connect_to(&address);

        /* An accept of one connection, in the place of the one that stays. */
        take_over(&accept.op);
        sqe = ring_next_sqe(&uring_of(backend)->ring);
        *sqe = (struct uring_sqe) {
            .opcode = URING_OP_ACCEPT,
            .fd = listener,
            .op_flags = SOCK_CLOEXEC,
            .user_data = (uint64_t) (uintptr_t) &accept.op,
        };
        run_until(backend, &accept, i);
        CHECK(!accept.is_final);
        CHECK_INT(accept.op.state, OP_QUEUED);
        close(accept.op.result);
        close(client);
    }
    probe_cancel(&accept);
    CHECK_INT(finish(backend, &accept), -ECANCELED);
    close(listener);
    close_idle(backend);
}

TEST(cancel_of_a_queued_op_needs_no_kernel)
{
    struct backend *backend = open_uring(NULL);
    struct probe recv = { 0 };

    start_recv(backend, &recv, -1);
    probe_cancel(&recv);
    CHECK_INT(recv.op.state, OP_DONE);
    probe_in_dispatch = true;
    CHECK_INT(backend->ops->dispatch(backend), 1);
    CHECK_INT(recv.op.result, -ECANCELED);
    probe_cancel(&recv);
    CHECK_INT(backend->ops->dispatch(backend), 0);
    close_idle(backend);
}

TEST(old_cancel_spares_a_new_op_in_the_same_place)
{
    struct backend *backend = open_uring(NULL);
    struct probe recv = { 0 };
    int pair[2];

    make_pair(pair);
    start_recv(backend, &recv, pair[0]);
    put(pair[1], "x");
    CHECK_INT(backend->ops->wait(backend, WAIT_FOREVER), 0);
    probe_cancel(&recv);
    CHECK_INT(finish(backend, &recv), 1);
    CHECK(list_is_empty(&uring_of(backend)->queue));

    start_recv(backend, &recv, pair[0]);
    settle(backend);
    CHECK_INT(recv.calls, 1);
    probe_cancel(&recv);
    CHECK_INT(finish(backend, &recv), -ECANCELED);
    close_pair(pair);
    close_idle(backend);
}

/* Many sockets become readable at once, with hardly any buffer: each gets its bytes. */
static void serve_many(struct backend *backend)
{
    enum { COUNT = 150, LENGTH = 26 };
    static struct probe recvs[COUNT];
    static int pairs[COUNT][2];
    static const char text[] = "abcdefghijklmnopqrstuvwxyz";

    memset(recvs, 0, sizeof(recvs));
    for (int i = 0; i < COUNT; i++) {
        make_pair(pairs[i]);
        start_recv(backend, &recvs[i], pairs[i][0]);
    }
    run_dry(backend);
    for (int i = 0; i < COUNT; i++)
        put(pairs[i][1], text);
    for (int i = 0; i < COUNT; i++) {
        for (int got = 0; got < LENGTH;) {
            int count = finish(backend, &recvs[i]);

            CHECK(count > 0);
            CHECK_BYTES(recvs[i].data, (size_t) count, text + got, (size_t) count);
            got += count;
            if (got < LENGTH)
                start_recv(backend, &recvs[i], pairs[i][0]);
        }
    }
    for (int i = 0; i < COUNT; i++) {
        close_pair(pairs[i]);
    }
}

TEST(receives_may_outnumber_the_buffers)
{
    static const struct backend_limits few = { .buffer_count = 1 };
    struct backend *backend = open_uring(&few);

    serve_many(backend);
    CHECK(uring_of(backend)->buffers.count > 1);
    close_idle(backend);
    backend = open_uring(&tiny);
    serve_many(backend);
    close_idle(backend);
}

static void receive_again(struct probe *probe)
{
    start_recv(probe->backend, probe, probe->op.fd);
}

/* With one buffer, a busy connection must not starve another. */
TEST(starved_receives_go_first)
{
    enum { COUNT = 4 };
    static const struct backend_limits one = { .buffer_count = 1, .buffer_size = 1 };
    struct backend *backend = open_uring(&one);
    struct probe recvs[COUNT] = { { .calls = 0 } };
    char text[101] = "";
    int pairs[COUNT][2];

    memset(text, 'x', sizeof(text) - 1);
    uring_of(backend)->buffers.capacity = 1; /* let it not grow */
    for (int i = 0; i < COUNT; i++) {
        make_pair(pairs[i]);
        put(pairs[i][1], text);
        recvs[i].then = receive_again;
        start_recv(backend, &recvs[i], pairs[i][0]);
    }
    while (recvs[0].calls < 20)
        turn(backend, WAIT_FOREVER);
    for (int i = 1; i < COUNT; i++)
        CHECK(recvs[i].calls >= 19 && recvs[i].calls <= 21);
    backend->ops->close(backend);
    for (int i = 0; i < COUNT; i++) {
        close_pair(pairs[i]);
    }
}

TEST(starved_receive_can_be_cancelled)
{
    struct backend *backend = open_uring(&tiny);
    struct probe recv = { 0 };
    struct uring_cqe cqe = completion_of(&recv.op, -ENOBUFS);

    start_recv(backend, &recv, -1);
    take_over(&recv.op);
    CHECK(ouro__uring_absorb(uring_of(backend), &cqe));
    CHECK(backend->ops->has_work(backend));
    probe_cancel(&recv);
    CHECK_INT(finish(backend, &recv), -ECANCELED);
    close_idle(backend);
}

/* More completions than the ring has room for: the kernel keeps the rest. */
TEST(overflowing_completions_are_kept)
{
    enum { COUNT = 200 };
    static struct probe probes[COUNT];
    struct backend *backend = open_uring(&tiny);
    int pair[2];

    make_pair(pair);
    for (int i = 0; i < COUNT; i++) {
        start_poll(backend, &probes[i], pair[0], POLLIN);
        probes[i].then = probe_cancel;
    }
    run_dry(backend);
    put(pair[1], "x"); /* ends all of them at once */
    for (int i = 0; i < COUNT; i++)
        CHECK_INT(finish(backend, &probes[i]), -ECANCELED);
    for (int i = 0; i < COUNT; i++)
        CHECK_INT(probes[i].calls, 2);
    close_pair(pair);
    close_idle(backend);
}

TEST(ops_allocate_nothing)
{
    struct backend *backend = open_uring(NULL);
    struct probe recv = { 0 }, send = { 0 };
    int pair[2];

    make_pair(pair);

    unsigned long before = ouro__alloc_count();

    for (int i = 0; i < 10; i++) {
        start_recv(backend, &recv, pair[0]);
        start_send(backend, &send, pair[1], "x", 1);
        CHECK_INT(finish(backend, &send), 1);
        CHECK_INT(finish(backend, &recv), 1);
    }
    CHECK_INT(ouro__alloc_count(), before);
    close_pair(pair);
    close_idle(backend);
}
