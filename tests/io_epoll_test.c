/* What only the epoll backend promises: when exactly it acts, and what it does to descriptors. */
#define _GNU_SOURCE 1

#include "io_forbid.h"
#include "io_probe.h"

#include "base/alloc.h"
#include "io/epoll_table.h"

#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>

/* Large enough for all that happens at once, in a build with shrunk defaults too. */
static const struct backend_limits usual = { .ring_entries = 256, .buffer_size = 65536 };

static struct backend *open_epoll(void)
{
    struct backend *backend = NULL;
    const char *reason = NULL;

    CHECK_INT(ouro__epoll_open(&backend, &usual, &reason), 0);
    CHECK_STR(backend->ops->name, "epoll");
    return backend;
}

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

TEST(epoll_cannot_poll_files)
{
    struct backend *backend = open_epoll();
    struct probe poll = { 0 };
    int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

    for (int i = 0; i < 2; i++) {
        start_poll(backend, &poll, fd, i ? POLLIN | POLLOUT : POLLIN);
        CHECK_INT(finish(backend, &poll), -EPERM);
        CHECK_INT(poll.calls, i + 1);
    }
    close(fd);
    close_idle(backend);
}

TEST(epoll_tells_the_reader_before_the_writer)
{
    struct backend *backend = open_epoll();
    struct probe readers[3] = { 0 }, writers[3] = { 0 };
    int pairs[3][2];

    for (int i = 0; i < 3; i++) {
        make_pair(pairs[i]);
        put(pairs[i][1], "x");
        start_poll(backend, &writers[i], pairs[i][0], POLLOUT);
        start_poll(backend, &readers[i], pairs[i][0], POLLIN);
    }
    for (int round = 0; round < 3; round++) {
        CHECK_INT(turn(backend, WAIT_FOREVER), 6);
        for (int i = 0; i < 3; i++)
            CHECK_INT(writers[i].sequence, readers[i].sequence + 1);
    }
    for (int i = 0; i < 3; i++) {
        probe_cancel(&readers[i]);
        probe_cancel(&writers[i]);
        CHECK_INT(finish(backend, &readers[i]), -ECANCELED);
        CHECK_INT(finish(backend, &writers[i]), -ECANCELED);
        close(pairs[i][0]);
        close(pairs[i][1]);
    }
    close_idle(backend);
}

TEST(epoll_polls_once_for_each_direction)
{
    struct backend *backend = open_epoll();
    struct probe first = { 0 }, second = { 0 };
    int pair[2];

    make_pair(pair);
    start_poll(backend, &first, pair[0], POLLIN);
    start_poll(backend, &second, pair[0], POLLIN);
    CHECK_INT(finish(backend, &second), -EEXIST);
    start_poll(backend, &second, pair[0], POLLIN | POLLOUT);
    CHECK_INT(finish(backend, &second), -EEXIST);
    put(pair[1], "x");
    run_until(backend, &first, 1); /* the refused ones have changed nothing */
    CHECK_INT(first.op.result, POLLIN);
    probe_cancel(&first);
    CHECK_INT(finish(backend, &first), -ECANCELED);
    start_poll(backend, &second, pair[0], POLLIN | POLLOUT);
    run_until(backend, &second, second.calls + 1);
    probe_cancel(&second);
    CHECK_INT(finish(backend, &second), -ECANCELED);
    close(pair[0]);
    close(pair[1]);
    close_idle(backend);
}

/* One descriptor is used in one way at a time, and may change it in between. */
TEST(epoll_keeps_streams_and_polls_apart)
{
    struct backend *backend = open_epoll();
    struct probe recv = { 0 }, poll = { 0 };
    int pair[2];

    make_pair(pair);
    for (int i = 0; i < 3; i++) {
        recv.op.known_empty = false;
        start_recv(backend, &recv, pair[0]);
        settle(backend);
        start_poll(backend, &poll, pair[0], POLLIN);
        CHECK_INT(finish(backend, &poll), -EEXIST);
        put(pair[1], "x");
        CHECK_INT(finish(backend, &recv), 1);

        start_poll(backend, &poll, pair[0], POLLIN);
        settle(backend);
        CHECK(!poll.is_final);
        start_recv(backend, &recv, pair[0]);
        CHECK_INT(finish(backend, &recv), -EEXIST);
        probe_cancel(&poll);
        CHECK_INT(finish(backend, &poll), -ECANCELED);
    }
    close_fd(backend, pair[0]);
    close_fd(backend, pair[1]);
    close_idle(backend);
}

/* The poll came between the submission of the receive and its first try. */
TEST(epoll_receive_cannot_wait_beside_a_poll)
{
    struct backend *backend = open_epoll();
    struct probe recv = { 0 }, poll = { 0 };
    int pair[2];

    make_pair(pair);
    start_recv(backend, &recv, pair[0]);
    start_poll(backend, &poll, pair[0], POLLIN);
    CHECK_INT(finish(backend, &recv), -EEXIST);
    CHECK(!poll.is_final);
    probe_cancel(&poll);
    CHECK_INT(finish(backend, &poll), -ECANCELED);
    close_fd(backend, pair[0]);
    close_fd(backend, pair[1]);
    close_idle(backend);
}

/* Closed by somebody else, given out again: the first op on the new file notices. */
TEST(epoll_notices_a_number_closed_behind_its_back)
{
    struct backend *backend = open_epoll();

    for (int i = 0; i < 10; i++) {
        struct probe recv = { 0 };
        int pair[2];

        make_tcp_pair(pair);
        start_recv(backend, &recv, pair[0]);
        settle(backend);
        put(pair[1], "x");
        CHECK_INT(finish(backend, &recv), 1);
        close(pair[0]);
        close(pair[1]);
    }
    close_idle(backend);
}

/* The closed file lives on as a duplicate, and so does its registration under the old number. */
TEST(epoll_drops_events_of_a_number_closed_behind_its_back)
{
    struct backend *backend = open_epoll();
    struct probe recv = { 0 }, next = { 0 }, last = { 0 };
    int old[2], fresh[2];
    int duplicate;

    make_pair(old);
    start_recv(backend, &recv, old[0]);
    settle(backend);
    put(old[1], "x");
    CHECK_INT(finish(backend, &recv), 1);
    duplicate = fcntl(old[0], F_DUPFD_CLOEXEC, 100);
    close(old[0]);

    make_pair(fresh);
    CHECK_INT(fresh[0], old[0]); /* the lowest free number */
    start_recv(backend, &next, fresh[0]);
    settle(backend);
    put(old[1], "for the old file");
    settle(backend);
    CHECK_INT(next.calls, 0);
    put(fresh[1], "new");
    CHECK_INT(finish(backend, &next), 3);
    close_fd(backend, fresh[0]);

    /* The number gets its old file again, which epoll still has in its list. */
    CHECK_INT(dup3(duplicate, old[0], O_CLOEXEC), old[0]);
    close(duplicate);
    start_recv(backend, &last, old[0]);
    CHECK_INT(finish(backend, &last), 16);
    last.op.known_empty = true;
    start_recv(backend, &last, old[0]);
    settle(backend);
    CHECK_INT(last.calls, 1);
    put(old[1], "back");
    CHECK_INT(finish(backend, &last), 4);
    close_fd(backend, old[0]);
    close_fd(backend, old[1]);
    close_fd(backend, fresh[1]);
    close_idle(backend);
}

/* Closed by their owner although ops still waited; the kernel gives the numbers to connections. */
TEST(epoll_ends_ops_of_numbers_that_are_accepted_anew)
{
    struct backend *backend = open_epoll();
    struct probe poll = { 0 }, lost = { 0 }, accept = { 0 }, recv = { 0 };
    struct sockaddr_in address;
    int listener = make_listener(&address);
    int clients[2] = { connect_to(&address), connect_to(&address) };
    int pair[2];

    make_pair(pair);
    start_poll(backend, &poll, pair[0], POLLIN);
    start_recv(backend, &lost, pair[1]);
    settle(backend);
    close(pair[0]);
    close(pair[1]);
    start_accept(backend, &accept, listener);
    run_until(backend, &accept, 2);
    CHECK_INT(accept.results[0], pair[0]);
    CHECK_INT(accept.results[1], pair[1]);
    CHECK_INT(finish(backend, &poll), -EBADF);
    CHECK_INT(finish(backend, &lost), -EBADF);
    start_recv(backend, &recv, pair[1]);
    settle(backend);
    put(clients[1], "x");
    CHECK_INT(finish(backend, &recv), 1);
    probe_cancel(&accept);
    CHECK_INT(finish(backend, &accept), -ECANCELED);
    for (int i = 0; i < 2; i++) {
        close_fd(backend, pair[i]);
        close(clients[i]);
    }
    close_fd(backend, listener);
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

TEST(epoll_needs_its_wake_up)
{
    struct backend *backend = NULL;
    const char *reason = NULL;

    forbid_call(SYS_epoll_ctl, ENOMEM);
    CHECK_INT(ouro__epoll_open(&backend, NULL, &reason), -ENOMEM);
    CHECK(strstr(reason, "epoll_ctl") != NULL);
}

/* What cannot be watched for ends the op that had to wait. */
TEST(epoll_ops_end_when_watching_fails)
{
    struct backend *backend = open_epoll();
    struct probe accept = { 0 }, recvs[2] = { 0 }, send = { 0 }, poll = { 0 };
    struct sockaddr_in address;
    static const uint8_t data[8 << 20];
    int listener = make_listener(&address);
    int pair[2], ends[2];

    make_pair(pair);
    CHECK_INT(pipe2(ends, O_CLOEXEC), 0);
    forbid_call(SYS_epoll_ctl, ENOSPC);
    recvs[1].op.known_empty = true;
    start_accept(backend, &accept, listener);
    start_recv(backend, &recvs[0], pair[0]);
    start_recv(backend, &recvs[1], pair[0]);
    start_send(backend, &send, pair[0], data, sizeof(data));
    start_poll(backend, &poll, ends[0], POLLIN);
    CHECK_INT(finish(backend, &accept), -ENOSPC);
    CHECK_INT(finish(backend, &recvs[0]), -ENOSPC);
    CHECK_INT(finish(backend, &recvs[1]), -ENOSPC);
    CHECK_INT(finish(backend, &send), -ENOSPC);
    CHECK_INT(finish(backend, &poll), -ENOSPC);
    close_fd(backend, listener);
    close_fd(backend, pair[0]);
    close_fd(backend, pair[1]);
    close(ends[0]);
    close(ends[1]);
    close_idle(backend);
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

/* A connection whose number has no place in the table is still handed over; its ops fail. */
TEST_ALLOCATION_FAILURES(epoll_accepts_without_memory)
{
    struct backend *backend = NULL;
    const char *reason = NULL;
    struct probe accept = { 0 }, recv = { 0 };
    struct sockaddr_in address;
    int fillers[DESCRIPTORS_PER_CHUNK];
    int listener, client;

    if (ouro__epoll_open(&backend, NULL, &reason) < 0)
        return;
    listener = make_listener(&address);
    client = connect_to(&address);
    for (int i = 0; i < DESCRIPTORS_PER_CHUNK; i++)
        fillers[i] = dup(client);
    start_accept(backend, &accept, listener);
    run_until(backend, &accept, 1);
    if (!accept.is_final) {
        CHECK(accept.op.result > DESCRIPTORS_PER_CHUNK);
        put(client, "x");
        start_recv(backend, &recv, accept.op.result);
        CHECK_INT(finish(backend, &recv), 1); /* the memory is there again */
        close_fd(backend, accept.op.result);
        probe_cancel(&accept);
        (void) finish(backend, &accept);
    } else {
        CHECK_INT(accept.op.result, -ENOMEM);
        CHECK(test_fault_fired());
    }
    for (int i = 0; i < DESCRIPTORS_PER_CHUNK; i++)
        close(fillers[i]);
    close_fd(backend, listener);
    close(client);
    close_idle(backend);
}

TEST_ALLOCATION_FAILURES(epoll_survives_every_failed_allocation)
{
    struct backend *backend = NULL;
    const char *reason = NULL;
    int status = ouro__epoll_open(&backend, &usual, &reason);
    struct probe probes[4] = { 0 };
    static const int numbers[] = { 100, 300, 700, 1000 };

    CHECK(reason != NULL);
    if (status < 0) {
        CHECK_INT(status, -ENOMEM);
        CHECK(test_fault_fired());
        return;
    }
    /* Numbers far apart make the table grow again and again. */
    for (int i = 0; i < 4; i++) {
        int fd = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);

        CHECK_INT(dup3(fd, numbers[i], O_CLOEXEC), numbers[i]);
        close(fd);
        start_poll(backend, &probes[i], numbers[i], POLLIN);
    }
    turn(backend, WAIT_FOREVER);
    for (int i = 0; i < 4; i++) {
        CHECK_INT(probes[i].calls, 1);
        CHECK(probes[i].op.result == POLLIN ||
              (probes[i].op.result == -ENOMEM && probes[i].is_final && test_fault_fired()));
    }
    for (int i = 0; i < 4; i++) {
        probe_cancel(&probes[i]);
        (void) finish(backend, &probes[i]);
        close(numbers[i]);
    }
    close_idle(backend);
}
