/* Files over connections: by the kernel, by pieces, in part, and interrupted. */
#include "net_probe.h"
#include "sys/file_work.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { FILE_SIZE = 700000 };

/* The byte at a position of the file. */
static uint8_t byte_at(size_t position)
{
    return (uint8_t) (position * 31 % 251);
}

/* A file that is open and has no name. */
static int make_file(void)
{
    char path[] = "/tmp/ouro-sendfile-XXXXXX";
    uint8_t *data = malloc(FILE_SIZE);
    int fd = mkstemp(path);

    CHECK(fd >= 0 && unlink(path) == 0);
    for (size_t i = 0; i < FILE_SIZE; i++)
        data[i] = byte_at(i);
    CHECK_INT(write(fd, data, FILE_SIZE), FILE_SIZE);
    free(data);
    return fd;
}

static void compare(const uint8_t *data, size_t size, size_t position)
{
    for (size_t i = 0; i < size; i++)
        if (data[i] != byte_at(position + i))
            FAIL("byte %zu is wrong", position + i);
}

/* Receives `size` bytes of the file from `position` on, on the test's side. */
static void expect_file(int fd, size_t position, size_t size)
{
    uint8_t *data = malloc(size);

    CHECK_INT(get_bytes(fd, data, size), (ssize_t) size);
    compare(data, size, position);
    free(data);
}

struct sending {
    ouro_transport *transport;
    int file;
    uint64_t sent;
    ouro_sendfile_options options;
};

static int send_it(void *arg)
{
    struct sending *sending = arg;

    return ouro_loop_sendfile_with(ouro_get_running_loop(), sending->transport, sending->file,
                                   &sending->sent, &sending->options);
}

/* Lets the connection take no more than a part of the file while nobody reads. */
static void make_slow(struct pair *pair)
{
    int small = 4096;

    CHECK_INT(
        setsockopt(ouro_stream_get_fd(pair->stream), SOL_SOCKET, SO_SNDBUF, &small, sizeof small),
        0);
}

TEST_NET(the_whole_file)
{
    struct pair pair = open_pair(0);
    struct sending sending = { ouro_stream_transport(pair.stream), .file = make_file() };
    ouro_task *task;

    make_slow(&pair);
    CHECK_INT(ouro_stream_write(pair.stream, BYTES("first ")), 0);
    task = ouro_create_task(ouro_coro(send_it, &sending));
    CHECK_INT(ouro_sleep(0), 0);
    CHECK_INT(ouro_stream_write(pair.stream, BYTES("x")), OURO_EINUSE);
    CHECK_INT(send_it(&sending), OURO_EINUSE);
    expect_text(pair.peer, "first ");
    expect_file(pair.peer, 0, FILE_SIZE);
    CHECK_INT(ouro_await(task), 0);
    ouro_task_unref(task);
    CHECK_INT(sending.sent, FILE_SIZE);
    CHECK_INT(lseek(sending.file, 0, SEEK_CUR), FILE_SIZE);
    CHECK_INT(ouro_stream_write(pair.stream, BYTES(" last")), 0);
    expect_text(pair.peer, " last");
    close(sending.file);
    close_pair(&pair);
    return 0;
}

TEST_NET(a_part_of_it)
{
    struct pair pair = open_pair(0);
    ouro_loop *loop = ouro_get_running_loop();
    ouro_transport *transport = ouro_stream_transport(pair.stream);
    int file = make_file();
    uint64_t sent;

    CHECK_INT(ouro_loop_sendfile(loop, transport, file, &sent, .offset = 1000, .count = 500), 0);
    CHECK_INT(sent, 500);
    CHECK_INT(lseek(file, 0, SEEK_CUR), 1500);
    expect_file(pair.peer, 1000, 500);
    CHECK_INT(
        ouro_loop_sendfile(loop, transport, file, &sent, .offset = FILE_SIZE - 10, .count = 500),
        0);
    CHECK_INT(sent, 10);
    expect_file(pair.peer, FILE_SIZE - 10, 10);
    CHECK_INT(ouro_loop_sendfile(loop, transport, file, NULL, .offset = FILE_SIZE + 10), 0);
    close(file);
    close_pair(&pair);
    return 0;
}

/* Where the kernel has no way: a connection by memory, and a pipe. */
TEST_NET(by_pieces)
{
    ouro_loop *loop = ouro_get_running_loop();
    int file = make_file();
    int fds[2];
    uint8_t *data = malloc(FILE_SIZE);

    for (int i = 0; i < 2; i++) {
        ouro_stream *first;
        ouro_stream *second;
        struct sending sending = { .file = file };
        ouro_task *task;

        if (i == 0) {
            CHECK_INT(ouro_open_memory_pair(&first, &second, 0), 0);
        } else {
            CHECK_INT(pipe2(fds, O_CLOEXEC), 0);
            CHECK_INT(ouro_open_pipe(&first, -1, fds[1], 0), 0);
            CHECK_INT(ouro_open_pipe(&second, fds[0], -1, 0), 0);
        }
        sending.transport = ouro_stream_transport(first);
        CHECK_INT(
            ouro_loop_sendfile(loop, sending.transport, file, &sending.sent, .no_fallback = true),
            OURO_ESENDFILENOTAVAILABLE);
        task = ouro_create_task(ouro_coro(send_it, &sending));
        CHECK_INT(ouro_stream_readexactly(second, data, FILE_SIZE, NULL), 0);
        compare(data, FILE_SIZE, 0);
        CHECK_INT(ouro_await(task), 0);
        ouro_task_unref(task);
        CHECK_INT(sending.sent, FILE_SIZE);
        CHECK_INT(ouro_stream_close(first), 0);
        CHECK_INT(ouro_stream_close(second), 0);
    }
    free(data);
    close(file);
    return 0;
}

/* A protocol that counts. */
struct counter {
    ouro_protocol protocol;
    ouro_transport *transport;
    int pauses;
    size_t received;
};

static int counter_made(ouro_protocol *protocol, ouro_transport *transport)
{
    ((struct counter *) protocol)->transport = transport;
    return 0;
}

static int counter_received(ouro_protocol *protocol, ouro_bytes data)
{
    ((struct counter *) protocol)->received += data.size;
    return 0;
}

static void counter_paused(ouro_protocol *protocol)
{
    ((struct counter *) protocol)->pauses++;
}

static const ouro_protocol_callbacks counting = {
    .connection_made = counter_made,
    .data_received = counter_received,
    .pause_writing = counter_paused,
    .resume_writing = counter_paused,
};

/* A protocol is not told of the pieces of a file: it could do nothing about them. */
TEST_NET(pauses_for_a_file_are_its_own)
{
    struct counter first = { .protocol.callbacks = &counting };
    struct counter second = { .protocol.callbacks = &counting };
    struct sending sending = { .file = make_file() };
    ouro_loop *loop = ouro_get_running_loop();

    CHECK_INT(ouro_loop_connect_memory_pair(loop, &first.protocol, &second.protocol), 0);
    settle();
    sending.transport = first.transport;
    CHECK_INT(ouro_transport_set_write_buffer_limits(first.transport, 1, 0), 0);
    CHECK_INT(send_it(&sending), 0);
    CHECK_INT(first.pauses, 0);
    settle();
    CHECK_INT(second.received, FILE_SIZE);
    CHECK_INT(first.pauses % 2, 0); /* what was left in the end is the protocol's affair */
    ouro_transport_close(first.transport);
    settle();
    close(sending.file);
    return 0;
}

/* True if the page at the end of the file is in memory. A read that does not wait would answer that
 * too, but has the kernel read ahead. */
static bool is_end_in_memory(int file)
{
    size_t page = (size_t) sysconf(_SC_PAGESIZE);
    void *bytes = mmap(NULL, FILE_SIZE, PROT_READ, MAP_SHARED, file, 0);
    uint8_t *last = (uint8_t *) bytes + (FILE_SIZE - 1) / page * page;
    unsigned char state;

    CHECK(bytes != MAP_FAILED);
    CHECK_INT(mincore(last, 1, &state), 0);
    CHECK_INT(munmap(bytes, FILE_SIZE), 0);
    return state & 1;
}

/* What is not in memory is fetched in a thread, also where a file ends before a whole piece. */
TEST_NET(a_file_on_a_disk)
{
    need_plain();

    struct pair pair = open_pair(0);
    struct sending sending = { ouro_stream_transport(pair.stream), .file = make_file() };
    ouro_task *task;

    CHECK_INT(fsync(sending.file), 0);
    CHECK_INT(posix_fadvise(sending.file, 0, 0, POSIX_FADV_DONTNEED), 0);
    if (is_end_in_memory(sending.file)) {
        close(sending.file);
        close_pair(&pair);
        SKIP("this file system keeps files in memory");
    }
    CHECK_INT(ouro__file_pool.users, 0);
    task = ouro_create_task(ouro_coro(send_it, &sending));
    CHECK_INT(ouro_sleep(0), 0);
    CHECK_INT(ouro__file_pool.users, 1);
    expect_file(pair.peer, 0, FILE_SIZE);
    CHECK_INT(ouro_await(task), 0);
    ouro_task_unref(task);
    close(sending.file);
    close_pair(&pair);
    return 0;
}

/* A cancel tells how much has been sent, and the connection goes on from there. */
TEST_NET(cancelled)
{
    for (int turns = 1; turns < 6; turns++) {
        struct pair pair = open_pair(0);
        struct sending sending = { ouro_stream_transport(pair.stream), .file = make_file() };
        ouro_task *task;
        int status;

        make_slow(&pair);
        task = ouro_create_task(ouro_coro(send_it, &sending));
        for (int i = 0; i < turns; i++)
            CHECK_INT(ouro_sleep(i % 2 ? 0 : 1e-6), 0);
        ouro_task_cancel(task, NULL);
        status = ouro_await(task);
        CHECK(status == -ECANCELED || (status == 0 && sending.sent == FILE_SIZE));
        ouro_task_unref(task);
        CHECK_INT(lseek(sending.file, 0, SEEK_CUR), (off_t) sending.sent);
        CHECK_INT(ouro_stream_write(pair.stream, BYTES("end")), 0);
        expect_file(pair.peer, 0, (size_t) sending.sent);
        expect_text(pair.peer, "end");
        close(sending.file);
        close_pair(&pair);
    }
    return 0;
}

/* The connection ends under it, by either side. */
TEST_NET(the_connection_ends)
{
    for (int i = 0; i < 3; i++) {
        struct pair pair = open_pair(0);
        struct sending sending = { ouro_stream_transport(pair.stream), .file = make_file() };
        ouro_task *task;
        int status;

        make_slow(&pair);
        task = ouro_create_task(ouro_coro(send_it, &sending));
        settle();
        if (i == 0)
            ouro_stream_close_nowait(pair.stream);
        else if (i == 1)
            ouro_stream_abort(pair.stream);
        else
            reset(pair.peer);
        status = ouro_await(task);
        if (i < 2)
            CHECK_INT(status, OURO_ECLOSED);
        else
            CHECK(status == -ECONNRESET || status == -EPIPE);
        ouro_task_unref(task);
        CHECK(sending.sent < FILE_SIZE);
        if (i < 2)
            close(pair.peer);
        ouro_ignore(ouro_stream_close(pair.stream));
        close(sending.file);
    }
    return 0;
}

/* Nobody reads: the kernel says so with a signal, which is kept from the program. */
TEST_NET(a_peer_that_has_gone_is_an_error_and_no_signal)
{
    ouro_loop *loop = ouro_get_running_loop();
    int file = make_file();
    ouro_stream *stream;
    uint64_t sent = 7;
    int fds[2];

    CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
    close(fds[1]);
    CHECK_INT(ouro_loop_sock_sendfile(loop, fds[0], file, &sent), -EPIPE);
    CHECK_INT(sent, 0);
    CHECK_INT(ouro_open_connection(&stream, .fd = fds[0]), 0);
    CHECK_INT(ouro_loop_sendfile(loop, ouro_stream_transport(stream), file, &sent), -EPIPE);
    CHECK_INT(sent, 0);
    ouro_ignore(ouro_stream_close(stream));
    close(file);
    return 0;
}

TEST_BACKENDS(loop_closed_under_it)
{
    struct reports reports = { 0 };
    ouro_stream *stream;
    struct sending sending = { .file = make_file() };
    ouro_loop *loop;
    int fds[2];

    connect_pair(fds);
    CHECK_INT(ouro_new_event_loop(&loop), 0);
    ouro_loop_set_exception_handler(loop, note_report, &reports);
    CHECK_INT(ouro_loop_host_begin(loop), 0);
    CHECK_INT(ouro_open_pipe(&stream, -1, fds[0], 0), 0); /* by pieces */
    ouro_loop_host_end(loop);
    sending.transport = ouro_stream_transport(stream);
    ouro_task_unref(ouro_loop_create_task(loop, ouro_coro(send_it, &sending)));
    for (int i = 0; i < 5; i++) {
        ouro_loop_stop(loop);
        CHECK_INT(ouro_loop_run_forever(loop), 0);
    }
    CHECK_INT(ouro_loop_close(loop), 0);
    ouro_stream_unref(stream);
    close(fds[1]);
    close(sending.file);
}

TEST_NET(over_a_socket)
{
    ouro_loop *loop = ouro_get_running_loop();
    int file = make_file();
    uint64_t sent = 7;
    int fds[2];

    connect_pair(fds);
    CHECK_INT(ouro_loop_sock_sendfile(loop, fds[0], file, &sent), -EINVAL); /* it blocks */
    CHECK_INT(fcntl(fds[0], F_SETFL, O_NONBLOCK), 0);
    CHECK_INT(ouro_loop_sock_sendfile(loop, fds[0], file, &sent, .offset = 5, .count = 20000), 0);
    CHECK_INT(sent, 20000);
    expect_file(fds[1], 5, 20000);
    CHECK_INT(lseek(file, 0, SEEK_CUR), 20005);
    close(fds[0]);
    close(fds[1]);
    close(file);
    return 0;
}

struct socket_sending {
    int socket;
    int file;
    uint64_t sent;
};

static int send_over_socket(void *arg)
{
    struct socket_sending *sending = arg;

    return ouro_loop_sock_sendfile(ouro_get_running_loop(), sending->socket, sending->file,
                                   &sending->sent);
}

/* The kernel sends no file to a socket that appends, so that it goes piece by piece, and a cancel
 * comes in the middle of one. */
TEST_NET(cancelled_over_a_socket)
{
    for (int is_appending = 0; is_appending < 2; is_appending++) {
        struct socket_sending sending = { .file = make_file() };
        ouro_task *task;
        int small = 4096;
        char byte;
        int fds[2];

        CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), 0);
        CHECK_INT(setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof small), 0);
        if (is_appending)
            CHECK_INT(fcntl(fds[0], F_SETFL, O_NONBLOCK | O_APPEND), 0);
        sending.socket = fds[0];
        task = ouro_create_task(ouro_coro(send_over_socket, &sending));
        for (int looks = 0; looks < LOOKS_MAX && recv(fds[1], &byte, 1, MSG_PEEK) < 0; looks++)
            CHECK_INT(ouro_sleep(1e-6), 0);
        settle();
        ouro_task_cancel(task, NULL);
        CHECK_INT(ouro_await(task), -ECANCELED);
        ouro_task_unref(task);
        CHECK(sending.sent > 0 && sending.sent < FILE_SIZE);
        CHECK_INT(lseek(sending.file, 0, SEEK_CUR), (off_t) sending.sent);
        expect_file(fds[1], 0, (size_t) sending.sent);
        CHECK_INT(recv(fds[1], &byte, 1, MSG_DONTWAIT), -1);
        close(fds[0]);
        close(fds[1]);
        close(sending.file);
    }
    return 0;
}

TEST_NET(bad_arguments)
{
    struct pair pair = open_pair(0);
    ouro_loop *loop = ouro_get_running_loop();
    ouro_transport *transport = ouro_stream_transport(pair.stream);
    int file = make_file();
    uint64_t sent = 7;

    CHECK_INT(ouro_loop_sendfile(loop, NULL, file, &sent), -EINVAL);
    CHECK_INT(sent, 0);
    CHECK_INT(ouro_loop_sendfile(loop, transport, -1, &sent), -EBADF);
    CHECK_INT(ouro_loop_sendfile(loop, transport, pair.peer, &sent), -EINVAL);
    CHECK_INT(ouro_loop_sendfile(NULL, transport, file, &sent), -EINVAL);
    CHECK_INT(ouro_loop_sendfile(loop, transport, file, &sent, .offset = UINT64_MAX), -EINVAL);
    CHECK_INT(ouro_loop_sock_sendfile(loop, -1, file, &sent), -EBADF);
    CHECK_INT(ouro_loop_sock_sendfile(loop, ouro_stream_get_fd(pair.stream), file, &sent),
              OURO_EINUSE);
    CHECK_INT(ouro_stream_write_eof(pair.stream), 0);
    CHECK_INT(ouro_loop_sendfile(loop, transport, file, &sent), OURO_ECLOSED);
    close(file);
    close_pair(&pair);
    return 0;
}
