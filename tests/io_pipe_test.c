/* RECV and SEND of pipes and terminals on every backend: as sockets, and without a signal. */
#define _GNU_SOURCE 1

#include "io_probe.h"

#include "base/alloc.h"

#include <pthread.h>
#include <stdlib.h>
#include <termios.h>

#define MEGABYTE ((size_t) 1 << 20)

static void start_read(struct backend *backend, struct probe *probe, int fd)
{
    probe->op.is_file = true;
    start_recv(backend, probe, fd);
}

static void start_write(struct backend *backend, struct probe *probe, int fd, const void *data,
                        size_t size)
{
    probe->op.is_file = true;
    start_send(backend, probe, fd, data, size);
}

TEST_BACKENDS(reads_and_writes_pipes)
{
    struct backend *backend = open_default();
    struct probe reader = { 0 }, writer = { 0 };
    char buffer[4] = ""; /* Memcheck does not see a ring write */
    int ends[2];

    for (int i = 0; i < 4; i++) {
        CHECK_INT(pipe2(ends, i & 1 ? O_CLOEXEC : O_CLOEXEC | O_NONBLOCK), 0);
        start_read(backend, &reader, ends[0]);
        settle(backend);
        CHECK(!reader.is_final);
        start_write(backend, &writer, ends[1], "hello", 5);
        CHECK_INT(finish(backend, &writer), 5);
        CHECK_INT(finish(backend, &reader), 5);
        CHECK_BYTES(reader.data, 5, "hello", 5);

        /* Again, with what is known by now, and into an own buffer. */
        reader.op.is_file = true;
        start_recv_into(backend, &reader, ends[0], buffer, sizeof(buffer));
        if (i & 2)
            settle(backend);
        start_write(backend, &writer, ends[1], "again", 5);
        CHECK_INT(finish(backend, &reader), 4);
        CHECK_BYTES(buffer, 4, "agai", 4);
        start_read(backend, &reader, ends[0]);
        CHECK_INT(finish(backend, &reader), 1);
        CHECK_INT(finish(backend, &writer), 5);

        start_read(backend, &reader, ends[0]);
        if (i & 2)
            settle(backend);
        close_fd(backend, ends[1]);
        for (int j = 0; j < 2; j++) {
            CHECK_INT(finish(backend, &reader), 0);
            start_read(backend, &reader, ends[0]);
        }
        CHECK_INT(finish(backend, &reader), 0);
        close_fd(backend, ends[0]);
    }
    close_idle(backend);
}

TEST_BACKENDS(writes_of_any_size_are_completed)
{
    struct backend *backend = open_default();
    uint8_t *data = ouro__alloc(MEGABYTE);

    for (size_t i = 0; i < MEGABYTE; i++)
        data[i] = (uint8_t) (i * 7 + (i >> 8));
    for (int i = 0; i < 2; i++) {
        struct probe reader = { 0 }, first = { 0 }, second = { 0 };
        size_t got = 0;
        int ends[2];

        CHECK_INT(pipe2(ends, i ? O_CLOEXEC : O_CLOEXEC | O_NONBLOCK), 0);
        start_write(backend, &first, ends[1], data, MEGABYTE - 1);
        while (got < MEGABYTE - 1) {
            uint8_t buffer[5000] = { 0 };

            reader.op.is_file = true;
            start_recv_into(backend, &reader, ends[0], buffer, sizeof(buffer));

            int count = finish(backend, &reader);

            CHECK(count > 0);
            CHECK_BYTES(buffer, (size_t) count, data + got, (size_t) count);
            got += (size_t) count;
        }
        CHECK_INT(finish(backend, &first), MEGABYTE - 1);
        start_write(backend, &second, ends[1], data, 1);
        CHECK_INT(finish(backend, &second), 1);
        close_fd(backend, ends[0]);
        close_fd(backend, ends[1]);
    }
    ouro__alloc_free(data);
    close_idle(backend);
}

/* For a caller who wants to know how much is left. */
TEST_BACKENDS(short_writes_are_reported_where_that_is_wanted)
{
    struct backend *backend = open_default();
    uint8_t *data = ouro__alloc_zero(MEGABYTE);
    struct probe writer = { 0 };
    size_t total = 0;
    int ends[2];

    CHECK_INT(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    writer.op.may_be_short = true;
    start_write(backend, &writer, ends[1], data, MEGABYTE);
    while (total < MEGABYTE) {
        int count = finish(backend, &writer);

        CHECK(count > 0 && count <= 65536);
        CHECK_INT(read(ends[0], data, 65536), count);
        total += (size_t) count;
        if (total < MEGABYTE)
            start_write(backend, &writer, ends[1], data + total, MEGABYTE - total);
    }
    CHECK_INT(total, MEGABYTE);
    close_fd(backend, ends[0]);
    close_fd(backend, ends[1]);
    ouro__alloc_free(data);
    close_idle(backend);
}

/* The default action of SIGPIPE would end this process. */
TEST_BACKENDS(writing_to_a_pipe_that_nobody_reads_raises_no_signal)
{
    struct backend *backend = open_default();
    uint8_t *data = ouro__alloc_zero(MEGABYTE);

    for (int i = 0; i < 4; i++) {
        struct probe writer = { 0 };
        int ends[2];

        CHECK_INT(pipe2(ends, i & 1 ? O_CLOEXEC : O_CLOEXEC | O_NONBLOCK), 0);
        if (i & 2) { /* half of it is written before the reader goes */
            start_write(backend, &writer, ends[1], data, MEGABYTE);
            settle(backend);
            CHECK(!writer.is_final);
            close(ends[0]);
        } else {
            close(ends[0]);
            start_write(backend, &writer, ends[1], "x", 1);
        }
        CHECK_INT(finish(backend, &writer), -EPIPE);
        close_fd(backend, ends[1]);
    }
    ouro__alloc_free(data);
    close_idle(backend);
}

static volatile sig_atomic_t pipe_signals;

static void count_signal(int number)
{
    (void) number;
    pipe_signals++;
}

/* A program may use the signal itself: neither its handler, nor its mask, nor what is pending for
 * it has to do with our writes. */
TEST_BACKENDS(sigpipe_of_the_program_is_left_alone)
{
    struct backend *backend = open_default();
    struct sigaction action = { .sa_handler = count_signal };
    struct probe writer = { 0 };
    sigset_t set, old, pending;
    int ends[2];

    CHECK_INT(sigaction(SIGPIPE, &action, NULL), 0);
    CHECK_INT(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    close(ends[0]);
    start_write(backend, &writer, ends[1], "x", 1);
    CHECK_INT(finish(backend, &writer), -EPIPE);
    CHECK_INT(pipe_signals, 0);
    CHECK_INT(raise(SIGPIPE), 0);
    CHECK_INT(pipe_signals, 1);

    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    CHECK_INT(pthread_sigmask(SIG_BLOCK, &set, &old), 0);
    start_write(backend, &writer, ends[1], "x", 1);
    CHECK_INT(finish(backend, &writer), -EPIPE);
    CHECK_INT(sigpending(&pending), 0);
    CHECK(!sigismember(&pending, SIGPIPE));
    CHECK_INT(raise(SIGPIPE), 0);
    start_write(backend, &writer, ends[1], "x", 1);
    CHECK_INT(finish(backend, &writer), -EPIPE);
    CHECK_INT(sigpending(&pending), 0);
    CHECK(sigismember(&pending, SIGPIPE));
    CHECK_INT(pthread_sigmask(SIG_SETMASK, NULL, &set), 0);
    CHECK(sigismember(&set, SIGPIPE));
    CHECK_INT(pthread_sigmask(SIG_SETMASK, &old, NULL), 0);
    CHECK_INT(pipe_signals, 2);
    close_fd(backend, ends[1]);
    close_idle(backend);
}

TEST_BACKENDS(cancelled_reads_and_writes_of_pipes_lose_nothing)
{
    struct backend *backend = open_default();
    uint8_t *data = ouro__alloc_zero(MEGABYTE);

    for (int i = 0; i < 16; i++) {
        struct probe reader = { 0 }, writer = { 0 };
        int ends[2];
        int result;
        size_t left = 0;

        CHECK_INT(pipe2(ends, i & 1 ? O_CLOEXEC : O_CLOEXEC | O_NONBLOCK), 0);
        reader.op.known_empty = i & 8;
        start_read(backend, &reader, ends[0]);
        if (i & 2)
            settle(backend);
        if (i & 4)
            CHECK_INT(write(ends[1], "data", 4), 4);
        probe_cancel(&reader);
        result = finish(backend, &reader);
        CHECK(result == -ECANCELED || (result == 4 && i & 4));
        CHECK_INT(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
        if (i & 4 && result < 0)
            CHECK_INT(read(ends[0], data, 8), 4);
        CHECK_INT(read(ends[0], data, 8), -1);
        CHECK_INT(errno, EAGAIN);

        start_write(backend, &writer, ends[1], data, MEGABYTE);
        settle(backend);
        probe_cancel(&writer);
        result = finish(backend, &writer);
        CHECK(result > 0 && result < (int) MEGABYTE);
        for (ssize_t count; (count = read(ends[0], data, MEGABYTE)) > 0;)
            left += (size_t) count;
        CHECK_INT(result, left);
        close_fd(backend, ends[0]);
        close_fd(backend, ends[1]);
    }
    ouro__alloc_free(data);
    close_idle(backend);
}

TEST_BACKENDS(reads_and_writes_terminals)
{
    struct backend *backend = open_default();
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    char text[16];

    CHECK(master >= 0);
    CHECK_INT(grantpt(master), 0);
    CHECK_INT(unlockpt(master), 0);
    for (int i = 0; i < 2; i++) {
        struct probe reader = { 0 }, writer = { 0 };
        struct termios settings;
        int terminal = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC | (i ? O_NONBLOCK : 0));

        CHECK(terminal >= 0);
        CHECK_INT(tcgetattr(terminal, &settings), 0);
        settings.c_lflag &= ~(tcflag_t) ECHO;
        settings.c_oflag = 0;
        CHECK_INT(tcsetattr(terminal, TCSANOW, &settings), 0);
        start_read(backend, &reader, terminal);
        settle(backend);
        CHECK(!reader.is_final);
        CHECK_INT(write(master, "one\ntwo\n", 8), 8);
        CHECK_INT(finish(backend, &reader), 4);
        CHECK_BYTES(reader.data, 4, "one\n", 4);
        start_read(backend, &reader, terminal);
        CHECK_INT(finish(backend, &reader), 4);
        CHECK_BYTES(reader.data, 4, "two\n", 4);
        start_write(backend, &writer, terminal, "answer", 6);
        CHECK_INT(finish(backend, &writer), 6);
        CHECK_INT(read(master, text, sizeof(text)), 6);
        close_fd(backend, terminal);
    }
    close(master);
    close_idle(backend);
}

/* Closing the backend takes back what is under way. */
TEST_BACKENDS(close_ends_what_waits_on_pipes)
{
    struct backend *backend = open_default();
    struct probe reader = { 0 }, writer = { 0 };
    uint8_t *data = ouro__alloc_zero(MEGABYTE);
    int ends[2], others[2];

    CHECK_INT(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    CHECK_INT(pipe2(others, O_CLOEXEC), 0);
    start_read(backend, &reader, ends[0]);
    start_write(backend, &writer, others[1], data, MEGABYTE);
    settle(backend);
    backend->ops->close(backend);
    CHECK_INT(reader.calls + writer.calls, 0);
    ouro__alloc_free(data);
    for (int i = 0; i < 2; i++) {
        close(ends[i]);
        close(others[i]);
    }
}
