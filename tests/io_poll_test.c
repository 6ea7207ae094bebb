/* Polling of foreign descriptors on every backend: level-triggered, once per dispatch. */
#define _GNU_SOURCE 1

#include "io_probe.h"

#include <stdlib.h>
#include <sys/eventfd.h>

static void make_pipe(int ends[2])
{
    CHECK_INT(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
}

static void stop_polling(struct probe *probe)
{
    probe_cancel(probe);
    CHECK_INT(finish(probe->backend, probe), -ECANCELED);
}

TEST_BACKENDS(poll_tells_as_long_as_it_is_ready)
{
    struct backend *backend = open_default();
    struct probe poll = { 0 };
    char byte;
    int ends[2];

    make_pipe(ends);
    start_poll(backend, &poll, ends[0], POLLIN);
    settle(backend);
    CHECK_INT(poll.calls, 0);
    CHECK_INT(write(ends[1], "x", 1), 1);
    for (int i = 1; i <= 5; i++) {
        CHECK_INT(turn(backend, WAIT_FOREVER), 1);
        CHECK_INT(poll.calls, i);
        CHECK_INT(poll.op.result, POLLIN);
        CHECK(poll.op.more);
    }
    CHECK_INT(read(ends[0], &byte, 1), 1);
    settle(backend); /* one more may have been under way */
    int calls = poll.calls;

    settle(backend);
    CHECK_INT(poll.calls, calls);
    CHECK_INT(write(ends[1], "x", 1), 1);
    run_until(backend, &poll, calls + 1);
    stop_polling(&poll);
    close(ends[0]);
    close(ends[1]);
    close_idle(backend);
}

static void read_byte(struct probe *probe)
{
    char byte;

    if (probe->op.more)
        CHECK_INT(read(probe->op.fd, &byte, 1), 1); /* a readiness that is false would block */
}

TEST_BACKENDS(poll_does_not_tell_what_its_callback_took)
{
    struct backend *backend = open_default();
    struct probe poll = { .then = read_byte };
    int ends[2];

    make_pipe(ends);
    start_poll(backend, &poll, ends[0], POLLIN);
    for (int i = 1; i <= 20; i++) {
        CHECK_INT(write(ends[1], "x", 1), 1);
        run_until(backend, &poll, i);
        settle(backend);
        CHECK_INT(poll.calls, i);
    }
    stop_polling(&poll);
    close(ends[0]);
    close(ends[1]);
    close_idle(backend);
}

TEST_BACKENDS(poll_for_both_by_two_ops)
{
    struct backend *backend = open_default();
    struct probe reader = { 0 }, writer = { 0 };
    int pair[2];

    make_pair(pair);
    start_poll(backend, &writer, pair[0], POLLOUT);
    start_poll(backend, &reader, pair[0], POLLIN);
    run_until(backend, &writer, 1);
    CHECK_INT(reader.calls, 0);
    CHECK_INT(writer.op.result, POLLOUT);
    stop_polling(&writer);

    put(pair[1], "x");
    run_until(backend, &reader, 1);
    CHECK_INT(reader.op.result, POLLIN);
    start_poll(backend, &writer, pair[0], POLLOUT);
    run_until(backend, &writer, writer.calls + 1);
    stop_polling(&reader);
    CHECK(!writer.is_final);
    stop_polling(&writer);
    close(pair[0]);
    close(pair[1]);
    close_idle(backend);
}

TEST_BACKENDS(poll_for_both_by_one_op)
{
    struct backend *backend = open_default();
    struct probe poll = { 0 };
    int pair[2];

    make_pair(pair);
    start_poll(backend, &poll, pair[0], POLLIN | POLLOUT);
    run_until(backend, &poll, 1);
    CHECK_INT(poll.op.result, POLLOUT);
    put(pair[1], "x");
    while (poll.op.result != (POLLIN | POLLOUT))
        turn(backend, WAIT_FOREVER);
    stop_polling(&poll);
    close(pair[0]);
    close(pair[1]);
    close_idle(backend);
}

TEST_BACKENDS(poll_tells_of_the_end)
{
    struct backend *backend = open_default();
    struct probe reader = { 0 }, writer = { 0 };
    int ends[2];

    make_pipe(ends);
    start_poll(backend, &reader, ends[0], POLLIN);
    settle(backend);
    close(ends[1]);
    run_until(backend, &reader, 1);
    CHECK(reader.op.result & POLLHUP);
    stop_polling(&reader);
    close(ends[0]);

    make_pipe(ends);
    close(ends[0]);
    start_poll(backend, &writer, ends[1], POLLOUT);
    run_until(backend, &writer, 1);
    CHECK(writer.op.result & POLLERR);
    stop_polling(&writer);
    close(ends[1]);
    close_idle(backend);
}

static void cancel_self(struct probe *probe)
{
    if (probe->op.more)
        probe_cancel(probe);
}

TEST_BACKENDS(poll_cancelled_by_its_own_callback)
{
    struct backend *backend = open_default();
    struct probe poll = { .then = cancel_self };
    int fd = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);

    for (int i = 0; i < 10; i++) {
        start_poll(backend, &poll, fd, POLLIN);
        CHECK_INT(finish(backend, &poll), -ECANCELED);
        CHECK_INT(poll.calls, 2 * (i + 1));
    }
    close(fd);
    close_idle(backend);
}

static void replace_self(struct probe *probe)
{
    if (!probe->op.more || probe->other->backend)
        return;
    probe_cancel(probe);
    start_poll(probe->backend, probe->other, probe->op.fd, POLLIN);
}

/* As when a reader is removed and another one added in its callback. */
TEST_BACKENDS(poll_may_be_replaced_before_its_end_was_told)
{
    struct backend *backend = open_default();
    struct probe second = { 0 };
    struct probe first = { .then = replace_self, .other = &second };
    int fd = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);

    start_poll(backend, &first, fd, POLLIN);
    CHECK_INT(finish(backend, &first), -ECANCELED);
    CHECK_INT(first.calls, 2);
    run_until(backend, &second, second.calls + 2);
    stop_polling(&second);
    close(fd);
    close_idle(backend);
}

static void cancel_other(struct probe *probe)
{
    if (probe->op.more)
        probe_cancel(probe->other);
}

/* A cancelled op is told only that, although its readiness had been found together with the
 * canceller's. */
TEST_BACKENDS(poll_cancelled_by_the_callback_before_it)
{
    struct backend *backend = open_default();
    struct probe probes[2] = { { .then = cancel_other }, { .then = cancel_other } };
    int fds[2];

    for (int i = 0; i < 2; i++) {
        fds[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        probes[i].other = &probes[1 - i];
        start_poll(backend, &probes[i], fds[i], POLLIN);
    }
    settle(backend);
    for (int i = 0; i < 2; i++)
        CHECK_INT(eventfd_write(fds[i], 1), 0);
    while (!probes[0].is_final && !probes[1].is_final)
        turn(backend, WAIT_FOREVER);

    struct probe *last = probes[0].is_final ? &probes[1] : &probes[0];

    CHECK_INT(last->other->calls, 1);
    CHECK_INT(last->other->op.result, -ECANCELED);
    last->then = NULL;
    stop_polling(last);
    close(fds[0]);
    close(fds[1]);
    close_idle(backend);
}

TEST_BACKENDS(poll_of_many_descriptors)
{
    enum { COUNT = 300 };
    static const struct backend_limits tiny = { .ring_entries = 8 };
    struct backend *backend = open_with(&tiny);
    static struct probe polls[COUNT];
    static int fds[COUNT];

    for (int i = 0; i < COUNT; i++) {
        fds[i] = eventfd(i % 3 == 0, EFD_CLOEXEC | EFD_NONBLOCK);
        start_poll(backend, &polls[i], fds[i], POLLIN);
    }
    /* None is starved, however few fit into one tick. */
    for (int i = 0; i < COUNT; i += 3) {
        while (polls[i].calls < 3)
            turn(backend, WAIT_FOREVER);
    }
    for (int i = 0; i < COUNT; i++) {
        if (i % 3)
            CHECK_INT(polls[i].calls, 0);
        stop_polling(&polls[i]);
        close(fds[i]);
    }
    close_idle(backend);
}

/* The number is closed by its owner and means another file now. */
TEST_BACKENDS(poll_of_a_reused_number)
{
    struct backend *backend = open_default();

    for (int i = 0; i < 10; i++) {
        struct probe poll = { 0 };
        int fd = eventfd(i & 1, EFD_CLOEXEC | EFD_NONBLOCK);

        start_poll(backend, &poll, fd, POLLIN);
        if (i % 2)
            run_until(backend, &poll, 1);
        else
            settle(backend);
        stop_polling(&poll);
        close(fd);
    }
    close_idle(backend);
}
