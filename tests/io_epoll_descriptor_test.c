/* The epoll backend and its descriptors: numbers that change their meaning, uses that exclude each
 * other, and a kernel that refuses. */
#define _GNU_SOURCE 1

#include "io_forbid.h"
#include "io_probe.h"

#include "base/alloc.h"
#include "io/epoll_table.h"

#include <sys/eventfd.h>

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

/* The same, and the number means something to be polled now. */
TEST(epoll_drops_old_events_of_a_number_that_is_polled)
{
    struct backend *backend = open_epoll();
    struct probe recv = { 0 }, poll = { 0 };
    int old[2], ends[2];
    int duplicate;

    make_pair(old);
    start_recv(backend, &recv, old[0]);
    settle(backend);
    put(old[1], "x");
    CHECK_INT(finish(backend, &recv), 1);
    duplicate = fcntl(old[0], F_DUPFD_CLOEXEC, 100);
    close(old[0]);

    CHECK_INT(pipe2(ends, O_CLOEXEC), 0);
    CHECK_INT(ends[0], old[0]);
    start_poll(backend, &poll, ends[0], POLLIN);
    put(old[1], "an edge of the old file");
    settle(backend);
    CHECK_INT(poll.calls, 0);
    CHECK_INT(write(ends[1], "x", 1), 1);
    run_until(backend, &poll, 1);
    probe_cancel(&poll);
    CHECK_INT(finish(backend, &poll), -ECANCELED);
    close(ends[0]);
    close(ends[1]);
    close(duplicate);
    close_fd(backend, old[1]);
    close_idle(backend);
}

TEST(epoll_keeps_no_place_for_numbers_that_are_not_open)
{
    struct backend *backend = open_epoll();
    unsigned long count = ouro__alloc_count();
    struct probe recv = { 0 };

    start_recv(backend, &recv, 1 << 30);
    CHECK_INT(finish(backend, &recv), -EBADF);
    CHECK_INT(ouro__alloc_count(), count);
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
    for (int i = 0; i < 4; i++) {
        while (probes[i].calls == 0)
            turn(backend, WAIT_FOREVER);
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
