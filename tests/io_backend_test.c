/* Streams on every backend: what is sent arrives, whole and in order, and ends are told apart. */
#define _GNU_SOURCE 1

#include "io_probe.h"

#include "base/alloc.h"

#include <sys/mman.h>

#define MEGABYTE ((size_t) 1 << 20)

TEST_BACKENDS(receives_what_was_sent_before)
{
    struct backend *backend = open_default();
    struct probe recv = { 0 };
    int pair[2];

    make_pair(pair);
    put(pair[1], "hello");
    start_recv(backend, &recv, pair[0]);
    CHECK_INT(finish(backend, &recv), 5);
    CHECK_BYTES(recv.data, 5, "hello", 5);
    close_fd(backend, pair[0]);
    close_fd(backend, pair[1]);
    close_idle(backend);
}

TEST_BACKENDS(receives_what_is_sent_later)
{
    struct backend *backend = open_default();
    struct probe recv = { 0 };
    int pair[2];

    make_pair(pair);
    start_recv(backend, &recv, pair[0]);
    settle(backend);
    CHECK_INT(recv.calls, 0);
    put(pair[1], "later");
    CHECK_INT(finish(backend, &recv), 5);
    CHECK_BYTES(recv.data, 5, "later", 5);
    close_fd(backend, pair[0]);
    close_fd(backend, pair[1]);
    close_idle(backend);
}

TEST_BACKENDS(receives_into_the_callers_buffer)
{
    struct backend *backend = open_default();
    struct probe recv = { 0 };
    uint8_t buffer[4] = "....";
    int pair[2];

    make_tcp_pair(pair);
    put(pair[1], "123456");
    start_recv_into(backend, &recv, pair[0], buffer, 4);
    CHECK_INT(finish(backend, &recv), 4);
    CHECK_PTR(recv.op.buffer.data, buffer);
    CHECK_BYTES(buffer, 4, "1234", 4);
    start_recv_into(backend, &recv, pair[0], buffer, 4);
    CHECK_INT(finish(backend, &recv), 2);
    CHECK_BYTES(buffer, 4, "5634", 4);
    close_fd(backend, pair[0]);
    close_fd(backend, pair[1]);
    close_idle(backend);
}

/* The same with O_NONBLOCK set, as it is on descriptors that come from elsewhere. */
TEST_BACKENDS(nonblocking_descriptors_work_like_blocking_ones)
{
    struct backend *backend = open_default();
    struct probe recv = { 0 }, send = { 0 };
    uint8_t *data = ouro__alloc_zero(MEGABYTE);
    size_t got = 0;
    int pair[2];

    make_pair(pair);
    for (int i = 0; i < 2; i++)
        CHECK_INT(fcntl(pair[i], F_SETFL, O_NONBLOCK), 0);
    start_recv(backend, &recv, pair[0]);
    settle(backend);
    CHECK_INT(recv.calls, 0);
    start_send(backend, &send, pair[1], data, MEGABYTE);
    while (got < MEGABYTE) {
        got += (size_t) finish(backend, &recv);
        if (got < MEGABYTE)
            start_recv(backend, &recv, pair[0]);
    }
    CHECK_INT(finish(backend, &send), MEGABYTE);
    ouro__alloc_free(data);
    close_fd(backend, pair[0]);
    close_fd(backend, pair[1]);
    close_idle(backend);
}

/* An end of a connection that sends a pattern and checks that it receives one. */
struct end {
    struct probe send;
    struct probe recv;
    uint8_t *outgoing;
    size_t received;
    uint8_t first; /* of the incoming pattern */
    bool own_buffer;
    uint8_t buffer[1000];
};

static uint8_t pattern(size_t position, uint8_t first)
{
    return (uint8_t) (first + position + (position >> 8) + (position >> 16));
}

static void end_continue(struct end *end)
{
    if (end->own_buffer)
        start_recv_into(end->recv.backend, &end->recv, end->recv.op.fd, end->buffer,
                        sizeof(end->buffer));
    else
        start_recv(end->recv.backend, &end->recv, end->recv.op.fd);
}

static void end_received(struct probe *probe)
{
    struct end *end = container_of(probe, struct end, recv);
    const uint8_t *data = probe->op.buffer.data;

    CHECK(probe->op.result > 0);
    for (int i = 0; i < probe->op.result; i++) {
        if (data[i] != pattern(end->received, end->first))
            FAIL("wrong byte at %zu", end->received);
        end->received++;
    }
    if (end->received < MEGABYTE)
        end_continue(end);
}

static void end_start(struct backend *backend, struct end *end, int fd, uint8_t outgoing,
                      uint8_t incoming, bool own_buffer)
{
    end->outgoing = ouro__alloc(MEGABYTE);
    for (size_t i = 0; i < MEGABYTE; i++)
        end->outgoing[i] = pattern(i, outgoing);
    end->first = incoming;
    end->own_buffer = own_buffer;
    end->recv.backend = backend;
    end->recv.op.fd = fd;
    end->recv.then = end_received;
    start_send(backend, &end->send, fd, end->outgoing, MEGABYTE);
    end_continue(end);
}

static void exchange_megabytes(int pair[2], const struct backend_limits *limits)
{
    struct backend *backend = open_with(limits);
    static struct end ends[2];
    int size = 4096;

    for (int i = 0; i < 2; i++)
        CHECK_INT(setsockopt(pair[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)), 0);
    end_start(backend, &ends[0], pair[0], 3, 7, true);
    end_start(backend, &ends[1], pair[1], 7, 3, false);
    while (backend->in_flight > 0)
        turn(backend, WAIT_FOREVER);
    for (int i = 0; i < 2; i++) {
        CHECK_INT(ends[i].received, MEGABYTE);
        CHECK_INT(ends[i].send.calls, 1);
        CHECK_INT(ends[i].send.op.result, MEGABYTE);
        ouro__alloc_free(ends[i].outgoing);
        close_fd(backend, pair[i]);
    }
    close_idle(backend);
}

TEST_BACKENDS(exchanges_megabytes_over_a_socketpair)
{
    int pair[2];

    make_pair(pair);
    exchange_megabytes(pair, NULL);
}

TEST_BACKENDS(exchanges_megabytes_over_tcp)
{
    int pair[2];

    make_tcp_pair(pair);
    exchange_megabytes(pair, NULL);
}

TEST_BACKENDS(exchanges_megabytes_within_tiny_limits)
{
    static const struct backend_limits tiny = { .ring_entries = 2,
                                                .buffer_size = 700,
                                                .buffer_count = 2 };
    int pair[2];

    make_tcp_pair(pair);
    exchange_megabytes(pair, &tiny);
}

TEST_BACKENDS(lent_buffers_may_be_tiny)
{
    static const struct backend_limits limits = { .buffer_size = 7, .buffer_count = 1 };
    struct backend *backend = open_with(&limits);
    struct probe recv = { 0 };
    char text[16] = "";
    size_t len = 0;
    int pair[2];

    make_pair(pair);
    put(pair[1], "seventeen bytes");
    while (len < 15) {
        start_recv(backend, &recv, pair[0]);
        int count = finish(backend, &recv);

        CHECK(count > 0 && count <= 7);
        memcpy(text + len, recv.data, (size_t) count);
        len += (size_t) count;
    }
    CHECK_STR(text, "seventeen bytes");
    close_fd(backend, pair[0]);
    close_fd(backend, pair[1]);
    close_idle(backend);
}

TEST_BACKENDS(end_of_stream_is_zero_again_and_again)
{
    struct backend *backend = open_default();
    struct probe recv = { 0 };
    int pair[2];

    make_tcp_pair(pair);
    start_recv(backend, &recv, pair[0]);
    settle(backend);
    put(pair[1], "last");
    close(pair[1]);
    CHECK_INT(finish(backend, &recv), 4);
    for (int i = 0; i < 3; i++) {
        start_recv(backend, &recv, pair[0]); /* with known_empty as it was left */
        CHECK_INT(finish(backend, &recv), 0);
    }
    close_fd(backend, pair[0]);
    close_idle(backend);
}

TEST_BACKENDS(end_of_stream_ends_a_waiting_receive)
{
    struct backend *backend = open_default();
    struct probe recv = { 0 };
    int pair[2];

    make_pair(pair);
    start_recv(backend, &recv, pair[0]);
    settle(backend);
    CHECK_INT(shutdown(pair[1], SHUT_WR), 0);
    CHECK_INT(finish(backend, &recv), 0);
    close_fd(backend, pair[0]);
    close_fd(backend, pair[1]);
    close_idle(backend);
}

static void reset(int fd)
{
    struct linger linger = { .l_onoff = 1, .l_linger = 0 };

    CHECK_INT(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)), 0);
    close(fd);
}

TEST_BACKENDS(reset_by_the_peer_is_an_error)
{
    struct backend *backend = open_default();
    struct probe recv = { 0 };
    int pair[2];

    make_tcp_pair(pair);
    start_recv(backend, &recv, pair[0]);
    settle(backend);
    reset(pair[1]);
    CHECK_INT(finish(backend, &recv), -ECONNRESET);
    close_fd(backend, pair[0]);
    close_idle(backend);
}

TEST_BACKENDS(sending_to_nobody_fails_without_a_signal)
{
    struct backend *backend = open_default();
    struct probe send = { 0 };
    int pair[2];

    make_pair(pair);
    close(pair[1]);
    start_send(backend, &send, pair[0], "x", 1);
    CHECK_INT(finish(backend, &send), -EPIPE);
    close_fd(backend, pair[0]);
    close_idle(backend);
}

TEST_BACKENDS(peer_that_leaves_ends_a_blocked_send)
{
    struct backend *backend = open_default();
    struct probe send = { 0 };
    uint8_t *data = ouro__alloc_zero(8 * MEGABYTE);
    int pair[2];

    make_pair(pair);
    start_send(backend, &send, pair[0], data, 8 * MEGABYTE);
    settle(backend);
    CHECK_INT(send.calls, 0);
    close(pair[1]);

    int result = finish(backend, &send);

    CHECK(result == -EPIPE || result == -ECONNRESET);
    ouro__alloc_free(data);
    close_fd(backend, pair[0]);
    close_idle(backend);
}

TEST_BACKENDS(sends_and_receives_at_once_on_one_descriptor)
{
    struct backend *backend = open_default();
    struct probe send = { 0 }, recv = { 0 };
    uint8_t *data = ouro__alloc_zero(8 * MEGABYTE);
    size_t got = 0;
    int pair[2];

    make_pair(pair);
    start_recv(backend, &recv, pair[0]);
    start_send(backend, &send, pair[0], data, 8 * MEGABYTE); /* blocks: nobody reads */
    settle(backend);
    CHECK_INT(send.calls, 0);
    put(pair[1], "read me");
    CHECK_INT(finish(backend, &recv), 7);
    CHECK_INT(send.calls, 0);
    while (got < 8 * MEGABYTE) {
        start_recv(backend, &recv, pair[1]);
        got += (size_t) finish(backend, &recv);
    }
    CHECK_INT(finish(backend, &send), 8 * MEGABYTE);
    ouro__alloc_free(data);
    close_fd(backend, pair[0]);
    close_fd(backend, pair[1]);
    close_idle(backend);
}

/* A buffer may be larger than any count. */
TEST_BACKENDS(receives_into_a_huge_buffer)
{
    const size_t size = (size_t) 3 << 30;
    struct backend *backend = open_default();
    struct probe recv = { 0 };
    void *buffer = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    int pair[2];

    if (buffer == MAP_FAILED)
        SKIP("no address space for 3 GiB: %s", strerror(errno));
    make_pair(pair);
    put(pair[1], "small");
    start_recv_into(backend, &recv, pair[0], buffer, size);
    CHECK_INT(finish(backend, &recv), 5);
    CHECK_BYTES(buffer, 5, "small", 5);
    munmap(buffer, size);
    close_fd(backend, pair[0]);
    close_fd(backend, pair[1]);
    close_idle(backend);
}

TEST_BACKENDS(empty_send_completes)
{
    struct backend *backend = open_default();
    struct probe send = { 0 };
    int pair[2];

    make_pair(pair);
    start_send(backend, &send, pair[0], "", 0);
    CHECK_INT(finish(backend, &send), 0);
    close_fd(backend, pair[0]);
    close_fd(backend, pair[1]);
    close_idle(backend);
}

TEST_BACKENDS(bad_descriptors_are_errors_of_the_completion)
{
    struct backend *backend = open_default();
    int closed = dup(0);
    const int numbers[] = { -1, 1000, 1 << 30, closed };

    close(closed);

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        struct probe probes[4] = { 0 };

        start_recv(backend, &probes[0], numbers[i]);
        start_send(backend, &probes[1], numbers[i], "x", 1);
        start_accept(backend, &probes[2], numbers[i]);
        start_poll(backend, &probes[3], numbers[i], POLLIN);
        for (int k = 0; k < 4; k++) {
            CHECK_INT(finish(backend, &probes[k]), -EBADF);
            CHECK_INT(probes[k].calls, 1);
        }
    }
    close_idle(backend);
}

TEST_BACKENDS(what_is_no_socket_is_refused)
{
    struct backend *backend = open_default();
    struct probe recv = { 0 }, send = { 0 };
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    start_recv(backend, &recv, null);
    start_send(backend, &send, null, "x", 1);
    CHECK_INT(finish(backend, &recv), -ENOTSOCK);
    CHECK_INT(finish(backend, &send), -ENOTSOCK);
    close_fd(backend, null);
    close_idle(backend);
}

/* A packet that does not fill the buffer says nothing about the next one. */
TEST_BACKENDS(packets_that_wait_are_all_found)
{
    struct backend *backend = open_default();
    int pair[2];

    CHECK_INT(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair), 0);
    for (int round = 0; round < 2; round++) {
        struct probe recv = { 0 };

        start_recv(backend, &recv, pair[0]);
        settle(backend);
        put(pair[1], "one");
        put(pair[1], "three");
        put(pair[1], "seven77");
        CHECK_INT(finish(backend, &recv), 3);
        start_recv(backend, &recv, pair[0]);
        CHECK_INT(finish(backend, &recv), 5);
        start_recv(backend, &recv, pair[0]);
        CHECK_INT(finish(backend, &recv), 7);
        CHECK_BYTES(recv.data, 7, "seven77", 7);
    }
    close_fd(backend, pair[0]);
    close_fd(backend, pair[1]);
    close_idle(backend);
}

/* The kernel ends a read early at a passed descriptor, although more bytes follow. */
TEST_BACKENDS(bytes_behind_a_passed_descriptor_are_found)
{
    struct backend *backend = open_default();
    struct probe recv = { 0 };
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int))];
    } control = { .room = { 0 } };
    struct iovec vector = { .iov_base = (char[]) { 'a' }, .iov_len = 1 };
    struct msghdr message = { .msg_iov = &vector,
                              .msg_iovlen = 1,
                              .msg_control = &control,
                              .msg_controllen = sizeof(control) };
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    char text[8] = "";
    int pair[2];

    make_pair(pair);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &pair[1], sizeof(int));
    for (int round = 0; round < 3; round++) {
        size_t len = 0;

        start_recv(backend, &recv, pair[0]);
        settle(backend);
        CHECK_INT(sendmsg(pair[1], &message, 0), 1);
        put(pair[1], "bcd");
        for (;;) {
            int count = finish(backend, &recv);

            CHECK(count > 0);
            memcpy(text + len, recv.data, (size_t) count);
            len += (size_t) count;
            if (len == 4)
                break;
            start_recv(backend, &recv, pair[0]);
        }
        CHECK_BYTES(text, 4, "abcd", 4);
    }
    close_fd(backend, pair[0]);
    close_fd(backend, pair[1]);
    close_idle(backend);
}

/* So it does at the mark of urgent data. */
TEST_BACKENDS(bytes_behind_urgent_data_are_found)
{
    struct backend *backend = open_default();
    struct probe recv = { 0 };
    int pair[2];

    make_tcp_pair(pair);
    for (int round = 0; round < 3; round++) {
        size_t len = 0;

        start_recv(backend, &recv, pair[0]);
        settle(backend);
        put(pair[1], "before");
        CHECK_INT(send(pair[1], "!", 1, MSG_OOB), 1);
        put(pair[1], "after");
        for (;;) {
            int count = finish(backend, &recv);

            CHECK(count > 0);
            len += (size_t) count;
            if (len == 11)
                break;
            start_recv(backend, &recv, pair[0]);
        }
    }
    close_fd(backend, pair[0]);
    close_fd(backend, pair[1]);
    close_idle(backend);
}

TEST_BACKENDS(many_connections_in_one_tick)
{
    enum { COUNT = 400 };
    static const struct backend_limits tiny = { .ring_entries = 4 };
    struct backend *backend = open_with(&tiny);
    static struct probe recvs[COUNT], sends[COUNT];
    static int pairs[COUNT][2];

    for (int i = 0; i < COUNT; i++) {
        make_pair(pairs[i]);
        start_recv(backend, &recvs[i], pairs[i][0]);
    }
    settle(backend);
    for (int round = 0; round < 5; round++) {
        for (int i = 0; i < COUNT; i++)
            start_send(backend, &sends[i], pairs[i][1], "ping", 4);
        for (int i = 0; i < COUNT; i++) {
            CHECK_INT(finish(backend, &recvs[i]), 4);
            CHECK_INT(finish(backend, &sends[i]), 4);
            if (round < 4)
                start_recv(backend, &recvs[i], pairs[i][0]);
        }
    }
    for (int i = 0; i < COUNT; i++) {
        CHECK_INT(recvs[i].calls, 5);
        close_fd(backend, pairs[i][0]);
        close_fd(backend, pairs[i][1]);
    }
    close_idle(backend);
}

static void start_other_receive(struct probe *probe)
{
    if (probe->other->calls < 1000) {
        start_recv(probe->backend, probe->other, probe->other->op.fd);
        put(probe->op.fd, "x"); /* what the other one reads */
    }
}

/* Two descriptors that keep each other busy out of their callbacks. */
TEST_BACKENDS(callbacks_may_submit)
{
    struct backend *backend = open_default();
    struct probe left = { 0 }, right = { 0 };
    int pair[2];

    make_pair(pair);
    left.then = right.then = start_other_receive;
    left.other = &right;
    right.other = &left;
    right.op.fd = pair[1];
    start_recv(backend, &left, pair[0]);
    put(pair[1], "x");
    run_until(backend, &left, 1000);
    CHECK_INT(finish(backend, &right), 1);
    close_fd(backend, pair[0]);
    close_fd(backend, pair[1]);
    close_idle(backend);
}

/* A number that is closed and given out again means the new file, for reading and for writing. */
TEST_BACKENDS(reused_numbers_start_anew)
{
    struct backend *backend = open_default();

    for (int i = 0; i < 50; i++) {
        struct probe recv = { 0 }, send = { 0 };
        int pair[2];
        int duplicate = -1;

        make_pair(pair);
        start_recv(backend, &recv, pair[0]);
        settle(backend);
        CHECK_INT(recv.calls, 0);
        start_send(backend, &send, pair[1], "abc", 3);
        CHECK_INT(finish(backend, &recv), 3);
        CHECK_INT(finish(backend, &send), 3);
        if (i % 3 == 0)
            duplicate = dup(pair[0]); /* keeps the old file and its registration alive */
        put(pair[1], "an edge for the old file");
        close_fd(backend, pair[0]);
        if (duplicate >= 0) {
            int fresh[2];
            struct probe next = { 0 };

            make_pair(fresh);
            CHECK_INT(fresh[0], pair[0]); /* the lowest free number */
            start_recv(backend, &next, fresh[0]);
            put(pair[1], "and another");
            settle(backend);
            CHECK_INT(next.calls, 0);
            put(fresh[1], "new");
            CHECK_INT(finish(backend, &next), 3);
            CHECK_BYTES(next.data, 3, "new", 3);
            close_fd(backend, fresh[0]);
            close_fd(backend, fresh[1]);
            close(duplicate);
        }
        close_fd(backend, pair[1]);
    }
    close_idle(backend);
}

TEST_WITH(failed_allocations_are_errors_of_the_completion, .allocation_failures = true,
          .backends = TEST_URING | TEST_EPOLL)
{
    struct backend *backend = NULL;
    const char *reason = NULL;
    int status = ouro__backend_open(&backend, test_backend(), NULL, &reason);
    struct probe recv = { 0 }, send = { 0 };
    int pair[2];

    CHECK(reason != NULL);
    if (status < 0) {
        CHECK(test_fault_fired());
        CHECK_INT(status, -ENOMEM);
        return;
    }
    make_pair(pair);
    start_recv(backend, &recv, pair[0]);
    start_send(backend, &send, pair[1], "x", 1);
    if (finish(backend, &send) != 1) {
        CHECK(test_fault_fired());
        CHECK_INT(send.op.result, -ENOMEM);
        put(pair[1], "x");
    }
    if (finish(backend, &recv) != 1) {
        CHECK(test_fault_fired());
        CHECK_INT(recv.op.result, -ENOMEM);
    }
    close_fd(backend, pair[0]);
    close_fd(backend, pair[1]);
    close_idle(backend);
}
