/* READABLE and WRITABLE on every backend: told once, in time, and never again for what is over. */
#define _GNU_SOURCE 1

#include "io_probe.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <termios.h>

static void start_readable(struct backend *backend, struct probe *probe, int fd, bool known_empty)
{
    start_ready(backend, probe, fd, OP_READABLE, known_empty);
}

static void start_writable(struct backend *backend, struct probe *probe, int fd)
{
    start_ready(backend, probe, fd, OP_WRITABLE, false);
}

static void make_nonblocking_pair(int pair[2])
{
    CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair), 0);
}

/* Reads as a user of READABLE does; returns what recv returned, or -errno. */
static int take(int fd, size_t size)
{
    char buffer[64];
    ssize_t count = recv(fd, buffer, size, MSG_DONTWAIT);

    return count < 0 ? -errno : (int) count;
}

/* Fills the socket up; returns how much went in. */
static size_t fill(int fd)
{
    static const char block[4096];
    size_t size = 0;
    ssize_t count;

    while ((count = write(fd, block, sizeof(block))) > 0)
        size += (size_t) count;
    CHECK_INT(errno, EAGAIN);
    return size;
}

static void drain(int fd, size_t size)
{
    char block[4096];

    while (size > 0) {
        ssize_t count = read(fd, block, size < sizeof(block) ? size : sizeof(block));

        CHECK(count > 0);
        size -= (size_t) count;
    }
}

static void close_all(struct backend *backend, const int pair[2])
{
    close_fd(backend, pair[0]);
    close_fd(backend, pair[1]);
    close_idle(backend);
}

/* Expects that an op that waits for the end alone is left in peace until that comes. */
static void expect_end_alone(struct backend *backend, struct probe *ready, const int pair[2])
{
    int calls;

    for (int i = 0; i < 100; i++) {
        (void) turn(backend, 0);
        if (ready->is_final)
            start_readable(backend, ready, pair[0], true);
    }
    CHECK(ready->calls <= 2);
    calls = ready->calls;
    close_fd(backend, pair[1]);
    CHECK_INT(finish(backend, ready), 0);
    CHECK_INT(ready->calls, calls + 1);
    close_fd(backend, pair[0]);
    close_idle(backend);
}

/* Data that nobody will read does not keep the caller busy. */
TEST_BACKENDS(an_end_is_told_although_there_is_data)
{
    struct backend *backend = open_default();
    struct probe ready = { .op.ends_only = true };
    int pair[2];

    make_pair(pair);
    start_readable(backend, &ready, pair[0], false);
    CHECK_INT(write(pair[1], "x", 1), 1);
    expect_end_alone(backend, &ready, pair);
}

/* The same with urgent data, after which no further edge may come, so that the kernel is asked. */
TEST_BACKENDS(an_end_is_told_although_there_is_urgent_data)
{
    struct backend *backend = open_default();
    struct probe ready = { .op.ends_only = true };
    int pair[2];

    make_tcp_pair(pair);
    start_readable(backend, &ready, pair[0], true);
    settle(backend);
    put(pair[1], "x");
    CHECK_INT(send(pair[1], "!", 1, MSG_OOB), 1);
    expect_end_alone(backend, &ready, pair);
}

TEST_BACKENDS(readable_tells_of_data_that_is_there)
{
    struct backend *backend = open_default();
    struct probe ready = { 0 };
    int pair[2];

    make_pair(pair);
    put(pair[1], "x");
    start_readable(backend, &ready, pair[0], false);
    CHECK_INT(finish(backend, &ready), 0);
    CHECK_INT(take(pair[0], 8), 1);
    close_all(backend, pair);
}

TEST_BACKENDS(readable_tells_of_data_that_comes_later)
{
    struct backend *backend = open_default();
    struct probe ready = { 0 };
    int pair[2];

    make_pair(pair);
    for (int i = 1; i <= 5; i++) {
        CHECK_INT(take(pair[0], 8), -EAGAIN);
        start_readable(backend, &ready, pair[0], true);
        settle(backend);
        CHECK_INT(ready.calls, i - 1);
        put(pair[1], "x");
        CHECK_INT(finish(backend, &ready), 0);
        CHECK_INT(take(pair[0], 8), 1);
    }
    close_all(backend, pair);
}

/* The user's reads are not seen by the backend: what it last heard of the socket is out of date. */
TEST_BACKENDS(readable_does_not_tell_twice_of_what_was_read)
{
    struct backend *backend = open_default();
    struct probe ready = { 0 };
    int pair[2];

    make_tcp_pair(pair);
    start_readable(backend, &ready, pair[0], true);
    settle(backend);
    for (int i = 1; i <= 5; i++) {
        put(pair[1], "x");
        CHECK_INT(finish(backend, &ready), 0);
        CHECK_INT(ready.calls, i);
        CHECK_INT(take(pair[0], 8), 1);
        CHECK_INT(take(pair[0], 8), -EAGAIN);
        start_readable(backend, &ready, pair[0], true);
        settle(backend);
        CHECK_INT(ready.calls, i);
    }
    probe_cancel(&ready);
    CHECK_INT(finish(backend, &ready), -ECANCELED);
    close_all(backend, pair);
}

/* Data that comes while nobody waits makes an edge that nobody is told of at that time. */
TEST_BACKENDS(readable_knows_of_data_that_came_while_nobody_waited)
{
    struct backend *backend = open_default();
    struct probe ready = { 0 }, keeper = { 0 };
    int pair[2], others[2];

    make_tcp_pair(pair);
    make_pair(others);
    start_recv(backend, &keeper, others[0]); /* so that waits do look */
    start_readable(backend, &ready, pair[0], true);
    settle(backend);
    put(pair[1], "x");
    CHECK_INT(finish(backend, &ready), 0);
    CHECK_INT(take(pair[0], 8), 1);
    CHECK_INT(take(pair[0], 8), -EAGAIN);
    put(pair[1], "y");
    settle(backend);
    start_readable(backend, &ready, pair[0], true);
    CHECK_INT(finish(backend, &ready), 0);
    CHECK_INT(take(pair[0], 8), 1);

    /* The edge of what was read right away tells once in vain at most. */
    put(pair[1], "z");
    settle(backend);
    CHECK_INT(take(pair[0], 8), 1);
    for (int i = 0; i < 2; i++) {
        CHECK_INT(take(pair[0], 8), -EAGAIN);
        start_readable(backend, &ready, pair[0], true);
        settle(backend);
        if (!ready.is_final)
            break;
    }
    CHECK(!ready.is_final);
    put(pair[1], "!");
    CHECK_INT(finish(backend, &ready), 0);
    CHECK_INT(take(pair[0], 8), 1);
    close_fd(backend, pair[0]);
    close_fd(backend, pair[1]);
    probe_cancel(&keeper);
    CHECK_INT(finish(backend, &keeper), -ECANCELED);
    close_fd(backend, others[0]);
    close_fd(backend, others[1]);
    close_idle(backend);
}

/* One event brings the data and the end: after a short read no other will come for the end. */
TEST_BACKENDS(readable_tells_of_an_end_that_came_with_data)
{
    struct backend *backend = open_default();
    struct probe ready = { 0 };
    int pair[2];

    make_tcp_pair(pair);
    start_readable(backend, &ready, pair[0], true);
    settle(backend);
    put(pair[1], "last");
    close(pair[1]);
    CHECK_INT(finish(backend, &ready), 0);
    settle(backend);
    CHECK_INT(take(pair[0], 64), 4);
    start_readable(backend, &ready, pair[0], true);
    CHECK_INT(finish(backend, &ready), 0);
    CHECK_INT(take(pair[0], 64), 0);
    start_readable(backend, &ready, pair[0], true); /* an end stays */
    CHECK_INT(finish(backend, &ready), 0);
    close_fd(backend, pair[0]);
    close_idle(backend);
}

TEST_BACKENDS(readable_tells_of_an_error)
{
    struct linger linger = { .l_onoff = 1 };
    struct backend *backend = open_default();
    struct probe ready = { 0 };
    int pair[2];

    make_tcp_pair(pair);
    start_readable(backend, &ready, pair[0], true);
    settle(backend);
    CHECK_INT(setsockopt(pair[1], SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)), 0);
    close(pair[1]);
    CHECK_INT(finish(backend, &ready), 0);
    CHECK_INT(take(pair[0], 8), -ECONNRESET);
    close_fd(backend, pair[0]);
    close_idle(backend);
}

/* Urgent data cuts reads short, and is there as long as nobody reads past it. */
TEST_BACKENDS(readable_is_not_told_of_urgent_data_for_ever)
{
    struct backend *backend = open_default();
    struct probe ready = { 0 };
    int pair[2];

    make_tcp_pair(pair);
    start_readable(backend, &ready, pair[0], true);
    settle(backend);
    put(pair[1], "ab");
    CHECK_INT(send(pair[1], "!", 1, MSG_OOB), 1);
    put(pair[1], "cd");
    CHECK_INT(finish(backend, &ready), 0);
    CHECK_INT(take(pair[0], 64), 2);
    start_readable(backend, &ready, pair[0], true);
    CHECK_INT(finish(backend, &ready), 0);
    CHECK_INT(take(pair[0], 64), 2);
    CHECK_INT(send(pair[1], "!", 1, MSG_OOB), 1);
    for (int i = 0; i < 3; i++) {
        CHECK_INT(take(pair[0], 64), -EAGAIN);
        start_readable(backend, &ready, pair[0], true);
        settle(backend);
        if (!ready.is_final)
            break;
    }
    CHECK(!ready.is_final);
    put(pair[1], "e");
    CHECK_INT(finish(backend, &ready), 0);
    CHECK_INT(take(pair[0], 64), 1);
    close_all(backend, pair);
}

TEST_BACKENDS(readable_and_receive_on_one_socket)
{
    struct backend *backend = open_default();
    struct probe ready = { 0 }, recv = { 0 };
    int pair[2];

    make_tcp_pair(pair);
    for (int i = 1; i <= 4; i++) {
        /* Whoever comes first: the one is told, the other gets the byte. */
        if (i & 1)
            start_recv(backend, &recv, pair[0]);
        start_readable(backend, &ready, pair[0], true);
        if (!(i & 1))
            start_recv(backend, &recv, pair[0]);
        settle(backend);
        CHECK_INT(ready.calls, i - 1);
        CHECK_INT(recv.calls, i - 1);
        put(pair[1], "x");
        CHECK_INT(finish(backend, &ready), 0);
        CHECK_INT(finish(backend, &recv), 1);
        CHECK_INT(take(pair[0], 8), -EAGAIN);
    }
    /* A receive that waits behind a READABLE that was told nothing new. */
    start_readable(backend, &ready, pair[0], true);
    settle(backend);
    put(pair[1], "y");
    recv.op.known_empty = false;
    start_recv(backend, &recv, pair[0]);
    CHECK_INT(finish(backend, &recv), 1);
    CHECK_INT(finish(backend, &ready), 0);

    /* And READABLE after a receive that has emptied the socket. */
    start_readable(backend, &ready, pair[0], true);
    settle(backend);
    CHECK(!ready.is_final);
    put(pair[1], "z");
    CHECK_INT(finish(backend, &ready), 0);
    close_all(backend, pair);
}

TEST_BACKENDS(readable_on_a_listener)
{
    struct backend *backend = open_default();
    struct probe ready = { 0 };
    struct sockaddr_in address;
    int listener = make_listener(&address);

    CHECK_INT(fcntl(listener, F_SETFL, O_NONBLOCK), 0);
    CHECK_INT(accept4(listener, NULL, NULL, SOCK_CLOEXEC), -1);
    for (int i = 1; i <= 3; i++) {
        start_readable(backend, &ready, listener, true);
        settle(backend);
        CHECK_INT(ready.calls, i - 1);

        int client = connect_to(&address);

        CHECK_INT(finish(backend, &ready), 0);

        int server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

        CHECK(server >= 0);
        close(client);
        close(server);
    }
    close_fd(backend, listener);
    close_idle(backend);
}

/* A number that was closed behind the backend's back and stands for another socket now. */
TEST_BACKENDS(readable_asks_again_for_foreign_and_for_new_descriptors)
{
    enum { NUMBER = 100 };
    struct backend *backend = open_default();
    struct probe ready = { 0 };
    int pair[2], other[2];

    for (int i = 0; i < 4; i++) {
        bool is_foreign = i & 1;

        make_pair(pair);
        CHECK_INT(dup3(pair[0], NUMBER, O_CLOEXEC), NUMBER);
        close(pair[0]);
        start_readable(backend, &ready, NUMBER, true);
        settle(backend);
        put(pair[1], "x");
        CHECK_INT(finish(backend, &ready), 0);
        make_pair(other);
        CHECK_INT(dup3(other[0], NUMBER, O_CLOEXEC), NUMBER);
        close(other[0]);
        if (!is_foreign) { /* the first for this socket: may tell at once, or not */
            ready.op.is_registered = false;
            start_readable(backend, &ready, NUMBER, false);
            settle(backend);
            probe_cancel(&ready);
            (void) finish(backend, &ready);
        }
        CHECK_INT(take(NUMBER, 8), -EAGAIN);
        ready.op.is_foreign = is_foreign;
        start_readable(backend, &ready, NUMBER, true);
        settle(backend);
        CHECK(!ready.is_final);
        put(other[1], "y");
        CHECK_INT(finish(backend, &ready), 0);
        CHECK_INT(take(NUMBER, 8), 1);
        ready.op.is_foreign = false;
        close_fd(backend, NUMBER);
        close(pair[1]);
        close(other[1]);
    }
    close_idle(backend);
}

/* A foreign one is asked for as it is: nothing is lost, and nothing told in vain. */
TEST_BACKENDS(readable_of_foreign_descriptors_is_exact)
{
    struct backend *backend = open_default();
    struct probe ready = { .op.is_foreign = true };
    int pair[2];

    make_tcp_pair(pair);
    for (int i = 1; i <= 4; i++) {
        put(pair[1], "x");
        settle(backend);
        start_readable(backend, &ready, pair[0], i & 1);
        CHECK_INT(finish(backend, &ready), 0);
        CHECK_INT(take(pair[0], 8), 1);
        start_readable(backend, &ready, pair[0], i & 2);
        settle(backend);
        CHECK(!ready.is_final);
        probe_cancel(&ready);
        CHECK_INT(finish(backend, &ready), -ECANCELED);
    }
    close_all(backend, pair);
}

/* Each cancel ends the op in the next dispatch, and what it would have told is not lost. */
TEST_BACKENDS(cancelled_readable_loses_nothing)
{
    struct backend *backend = open_default();

    for (int i = 0; i < 16; i++) {
        struct probe ready = { 0 };
        int pair[2];

        make_tcp_pair(pair);
        start_readable(backend, &ready, pair[0], !(i & 1));
        if (i & 2 && !(i & 1))
            settle(backend);
        if (i & 4)
            put(pair[1], "x");
        if (i & 8)
            CHECK_INT(backend->ops->wait(backend, 0), 0); /* found, and not yet delivered */
        probe_cancel(&ready);
        probe_cancel(&ready);
        CHECK_INT(backend->ops->wait(backend, WAIT_FOREVER), 0);
        probe_in_dispatch = true;
        CHECK_INT(backend->ops->dispatch(backend), 1);
        probe_in_dispatch = false;
        CHECK_INT(ready.op.result, -ECANCELED);
        CHECK_INT(ready.calls, 1);

        struct probe again = { 0 };

        start_readable(backend, &again, pair[0], true);
        settle(backend);
        CHECK_INT(again.is_final, (i & 4) != 0);
        put(pair[1], "y");
        CHECK_INT(finish(backend, &again), 0);
        close_fd(backend, pair[0]);
        close_fd(backend, pair[1]);
    }
    close_idle(backend);
}

TEST_BACKENDS(writable_tells_when_there_is_room)
{
    struct backend *backend = open_default();
    struct probe ready = { 0 };
    int pair[2];

    make_nonblocking_pair(pair);
    for (int i = 1; i <= 4; i++) {
        size_t size = fill(pair[0]);

        start_writable(backend, &ready, pair[0]);
        settle(backend);
        CHECK_INT(ready.calls, i - 1);
        drain(pair[1], size);
        CHECK_INT(finish(backend, &ready), 0);
        CHECK_INT(write(pair[0], "x", 1), 1);
        drain(pair[1], 1);
    }
    close_all(backend, pair);
}

/* The room came, and its event too, between the write that blocked and the op. */
TEST_BACKENDS(writable_knows_of_room_that_came_while_nobody_waited)
{
    struct backend *backend = open_default();
    struct probe ready = { 0 }, keeper = { 0 };
    int pair[2], others[2];

    make_nonblocking_pair(pair);
    make_pair(others);
    start_recv(backend, &keeper, others[0]);
    for (int i = 0; i < 3; i++) {
        size_t size = fill(pair[0]);

        if (i == 0) { /* registers */
            start_writable(backend, &ready, pair[0]);
            settle(backend);
            CHECK_INT(ready.calls, 0);
            drain(pair[1], size);
            CHECK_INT(finish(backend, &ready), 0);
            size = fill(pair[0]);
        }
        drain(pair[1], size);
        settle(backend);
        start_writable(backend, &ready, pair[0]);
        CHECK_INT(finish(backend, &ready), 0);
    }
    probe_cancel(&keeper);
    CHECK_INT(finish(backend, &keeper), -ECANCELED);
    close_fd(backend, pair[0]);
    close_fd(backend, pair[1]);
    close_fd(backend, others[0]);
    close_fd(backend, others[1]);
    close_idle(backend);
}

TEST_BACKENDS(writable_tells_of_a_peer_that_left)
{
    struct backend *backend = open_default();
    struct probe ready = { 0 };
    int pair[2];

    make_nonblocking_pair(pair);
    fill(pair[0]);
    start_writable(backend, &ready, pair[0]);
    settle(backend);
    close(pair[1]);
    CHECK_INT(finish(backend, &ready), 0);
    CHECK_INT(send(pair[0], "x", 1, MSG_NOSIGNAL), -1);
    CHECK_INT(errno, EPIPE);
    close_fd(backend, pair[0]);
    close_idle(backend);
}

TEST_BACKENDS(writable_and_sends_on_one_socket)
{
    enum { SIZE = 1 << 20 };
    struct backend *backend = open_default();
    struct probe before = { 0 }, ready = { 0 }, after = { 0 };
    uint8_t *data = ouro__alloc_zero(SIZE);
    size_t size;
    int pair[2];

    make_nonblocking_pair(pair);
    size = fill(pair[0]);
    start_send(backend, &before, pair[0], data, SIZE);
    start_writable(backend, &ready, pair[0]);
    start_send(backend, &after, pair[0], "!", 1);
    settle(backend);
    CHECK(!before.is_final && !ready.is_final);
    for (size_t rest = size + SIZE + 1; rest > 0;) {
        char block[4096];
        ssize_t count = read(pair[1], block, sizeof(block));

        rest -= count > 0 ? (size_t) count : 0;
        turn(backend, 0);
    }
    CHECK_INT(finish(backend, &before), SIZE);
    CHECK_INT(finish(backend, &ready), 0);
    CHECK_INT(finish(backend, &after), 1);
    ouro__alloc_free(data);
    close_all(backend, pair);
}

TEST_BACKENDS(cancelled_writable_ends_in_the_next_dispatch)
{
    struct backend *backend = open_default();
    int pair[2];

    make_nonblocking_pair(pair);
    fill(pair[0]);
    for (int i = 0; i < 4; i++) {
        struct probe ready = { 0 };

        start_writable(backend, &ready, pair[0]);
        if (i & 1)
            settle(backend);
        probe_cancel(&ready);
        CHECK_INT(backend->ops->wait(backend, WAIT_FOREVER), 0);
        probe_in_dispatch = true;
        CHECK_INT(backend->ops->dispatch(backend), 1);
        probe_in_dispatch = false;
        CHECK_INT(ready.op.result, -ECANCELED);
    }
    close_all(backend, pair);
}

TEST_BACKENDS(pipes_are_readable_and_writable)
{
    struct backend *backend = open_default();
    struct probe reader = { 0 }, writer = { 0 };
    char byte;
    size_t size;
    int ends[2];

    CHECK_INT(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    start_readable(backend, &reader, ends[0], true);
    settle(backend);
    CHECK_INT(reader.calls, 0);
    CHECK_INT(write(ends[1], "x", 1), 1);
    CHECK_INT(finish(backend, &reader), 0);
    CHECK_INT(read(ends[0], &byte, 1), 1);

    size = fill(ends[1]);
    start_writable(backend, &writer, ends[1]);
    settle(backend);
    CHECK_INT(writer.calls, 0);
    drain(ends[0], size);
    CHECK_INT(finish(backend, &writer), 0);

    start_readable(backend, &reader, ends[0], true);
    settle(backend);
    if (reader.is_final) { /* of the drained bytes */
        start_readable(backend, &reader, ends[0], true);
        settle(backend);
    }
    CHECK(!reader.is_final);
    close_fd(backend, ends[1]);
    CHECK_INT(finish(backend, &reader), 0);
    CHECK_INT(read(ends[0], &byte, 1), 0);
    close_fd(backend, ends[0]);
    close_idle(backend);
}

TEST_BACKENDS(terminals_are_readable)
{
    struct backend *backend = open_default();
    struct probe ready = { 0 };
    char line[16];
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    int terminal;

    CHECK(master >= 0);
    CHECK_INT(grantpt(master), 0);
    CHECK_INT(unlockpt(master), 0);
    terminal = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    CHECK(terminal >= 0);
    start_readable(backend, &ready, terminal, true);
    settle(backend);
    CHECK_INT(ready.calls, 0);
    CHECK_INT(write(master, "line\n", 5), 5);
    CHECK_INT(finish(backend, &ready), 0);
    CHECK_INT(read(terminal, line, sizeof(line)), 5);
    close_fd(backend, terminal);
    close(master);
    close_idle(backend);
}

TEST_BACKENDS(readiness_of_a_closed_descriptor_is_an_error)
{
    struct backend *backend = open_default();
    struct probe ready = { 0 };
    int pair[2];

    make_pair(pair);
    close(pair[0]);
    start_readable(backend, &ready, pair[0], true);
    CHECK_INT(finish(backend, &ready), -EBADF);
    start_writable(backend, &ready, pair[0]);
    CHECK_INT(finish(backend, &ready), -EBADF);
    start_readable(backend, &ready, -1, false);
    CHECK_INT(finish(backend, &ready), -EBADF);
    close(pair[1]);
    close_idle(backend);
}

/* The whole use of it: megabytes through a user's own calls, both ends in one loop. */
struct transfer {
    struct probe probe;
    size_t rest;
    size_t step;
};

static void read_more(struct probe *probe)
{
    struct transfer *transfer = container_of(probe, struct transfer, probe);
    uint8_t buffer[3000];
    int turns = 0;
    ssize_t count;

    CHECK_INT(probe->op.result, 0);
    while ((count = recv(probe->op.fd, buffer, transfer->step, MSG_DONTWAIT)) > 0) {
        transfer->rest -= (size_t) count;
        if (transfer->rest == 0)
            return;
        if (++turns == 3) { /* there may be more, but others shall have their turn */
            start_readable(probe->backend, probe, probe->op.fd, false);
            return;
        }
    }
    CHECK(count < 0 && errno == EAGAIN);
    start_readable(probe->backend, probe, probe->op.fd, true);
}

static void write_more(struct probe *probe)
{
    static const uint8_t data[3000];
    struct transfer *transfer = container_of(probe, struct transfer, probe);

    CHECK_INT(probe->op.result, 0);
    while (transfer->rest > 0) {
        size_t size = transfer->rest < transfer->step ? transfer->rest : transfer->step;
        ssize_t count = send(probe->op.fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL);

        if (count < 0) {
            CHECK_INT(errno, EAGAIN);
            start_writable(probe->backend, probe, probe->op.fd);
            return;
        }
        transfer->rest -= (size_t) count;
    }
}

TEST_BACKENDS(megabytes_by_readiness)
{
    static const struct backend_limits tiny = { .ring_entries = 2 };
    struct backend *backend = open_with(&tiny);

    for (size_t step = 1; step <= 3000; step += 2999) {
        struct transfer reader = { .probe.then = read_more, .rest = step * 2000, .step = step };
        struct transfer writer = { .probe.then = write_more, .rest = step * 2000, .step = step };
        int pair[2];

        make_tcp_pair(pair);
        reader.probe.op.fd = pair[0];
        writer.probe.op.fd = pair[1];
        start_readable(backend, &reader.probe, pair[0], true);
        start_writable(backend, &writer.probe, pair[1]);
        while (reader.rest > 0)
            turn(backend, WAIT_FOREVER);
        CHECK_INT(writer.rest, 0);
        close_fd(backend, pair[0]);
        close_fd(backend, pair[1]);
    }
    close_idle(backend);
}
