/* Pipes and terminals: streams and protocols, flags of files that others share, readers that go. */
#include "net_probe.h"

#include "net/transport.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

struct ends {
    int read;
    int write;
};

static struct ends make_pipe(void)
{
    int fds[2];

    CHECK_INT(pipe2(fds, O_CLOEXEC), 0);
    return (struct ends) { fds[0], fds[1] };
}

static bool is_nonblocking(int fd)
{
    return (fcntl(fd, F_GETFL) & O_NONBLOCK) != 0;
}

/* Writes a line into one pipe, reads it from there, and sends it back by another. */
TEST_NET(a_stream_over_two_pipes)
{
    struct ends to = make_pipe();
    struct ends from = make_pipe();
    ouro_stream *stream;
    ouro_bytes line;
    char data[64];

    CHECK_INT(ouro_open_pipe(&stream, to.read, from.write, 0), 0);
    CHECK_STR((const char *) ouro_stream_get_extra_info(stream, "transport"), "pipe");
    CHECK_INT(*(const int *) ouro_stream_get_extra_info(stream, "pipe"), to.read);
    CHECK_PTR(ouro_stream_get_extra_info(stream, "peername"), NULL);
    CHECK_INT(write(to.write, "hello\nrest", 10), 10);
    CHECK_INT(ouro_stream_readline(stream, &line), 1);
    CHECK_INT(ouro_stream_write(stream, line), 0);
    CHECK_INT(ouro_stream_drain(stream), 0);
    close(to.write);
    CHECK_INT(ouro_stream_readexactly(stream, data, 4, NULL), 0);
    CHECK_INT(ouro_stream_write(stream, (ouro_bytes) { (const uint8_t *) data, 4 }), 0);
    CHECK_INT(ouro_stream_read_bytes(stream, 0, &line), 0);
    CHECK(ouro_stream_at_eof(stream));
    CHECK_INT(ouro_stream_write_eof(stream), 0);
    settle();
    CHECK_INT(read(from.read, data, sizeof data), 10);
    CHECK_BYTES(data, 10, "hello\nrest", 10);
    CHECK_INT(read(from.read, data, sizeof data), 0);
    CHECK_INT(ouro_stream_close(stream), 0);
    close(from.read);
    return 0;
}

/* The file of the caller keeps its flags, whoever shares it. */
TEST_NET(flags_are_not_touched)
{
    struct ends ends = make_pipe();
    int shared = dup(ends.read);
    ouro_stream *stream;
    int fds[2];

    CHECK_INT(ouro_open_pipe(&stream, ends.read, -1, 0), 0);
    CHECK(!is_nonblocking(shared));
    CHECK_INT(ouro_stream_close(stream), 0);
    CHECK(!is_nonblocking(shared));
    CHECK_INT(fcntl(ends.read, F_GETFD), -1);
    close(shared);
    close(ends.write);

    /* A socket cannot be opened again: its flags are restored. */
    CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    shared = dup(fds[0]);
    CHECK_INT(ouro_open_pipe(&stream, fds[0], -1, 0), 0);
    CHECK(is_nonblocking(shared));
    CHECK_INT(ouro_stream_close(stream), 0);
    CHECK(!is_nonblocking(shared));
    close(shared);
    close(fds[1]);
    return 0;
}

TEST_NET(one_direction_only)
{
    struct ends ends = make_pipe();
    ouro_stream *reader;
    ouro_stream *writer;
    char byte;

    CHECK_INT(ouro_open_pipe(&reader, ends.read, -1, 0), 0);
    CHECK_INT(ouro_open_pipe(&writer, -1, ends.write, 0), 0);
    CHECK_INT(ouro_stream_write(reader, BYTES("x")), -EBADF);
    CHECK(!ouro_stream_can_write_eof(reader) && ouro_stream_can_write_eof(writer));
    CHECK_INT(ouro_stream_read(writer, &byte, 1), 0);
    CHECK_INT(ouro_stream_write(writer, BYTES("y")), 0);
    CHECK_INT(ouro_stream_write_eof(writer), 0);
    CHECK_INT(ouro_stream_read(reader, &byte, 1), 1);
    CHECK_INT(ouro_stream_read(reader, &byte, 1), 0);
    CHECK_INT(ouro_stream_close(reader), 0);
    CHECK_INT(ouro_stream_close(writer), 0);
    return 0;
}

/* The reader goes away: no signal, but the end of the connection. */
TEST_NET(reader_goes_away)
{
    static char junk[200000];
    struct ends ends = make_pipe();
    ouro_stream *stream;

    CHECK_INT(ouro_open_pipe(&stream, -1, ends.write, 0), 0);
    settle();
    CHECK(!ouro_stream_is_closing(stream));
    close(ends.read);
    settle();
    CHECK(ouro_stream_is_closing(stream));
    CHECK_INT(ouro_stream_close(stream), 0);

    ends = make_pipe();
    CHECK_INT(ouro_open_pipe(&stream, -1, ends.write, 0), 0);
    CHECK_INT(ouro_stream_write(stream, (ouro_bytes) { (uint8_t *) junk, sizeof junk }), 0);
    settle();
    close(ends.read);
    CHECK_INT(ouro_stream_drain(stream), -EPIPE);
    CHECK_INT(ouro_stream_write(stream, BYTES("x")), -EPIPE);
    CHECK_INT(ouro_stream_close(stream), -EPIPE);
    return 0;
}

/* Bytes that come from a reader are no end; its own end is one. */
TEST_NET(reader_that_answers)
{
    ouro_stream *stream;
    char byte;
    int fds[2];

    CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    CHECK_INT(ouro_open_pipe(&stream, -1, fds[0], 0), 0);
    put(fds[1], "x");
    settle();
    CHECK(!ouro_stream_is_closing(stream));
    CHECK_INT(ouro_stream_write(stream, BYTES("y")), 0);
    CHECK_INT(get_bytes(fds[1], &byte, 1), 1);
    CHECK_INT(shutdown(fds[1], SHUT_WR), 0);
    settle();
    CHECK(ouro_stream_is_closing(stream));
    CHECK_INT(ouro_stream_close(stream), 0);
    close(fds[1]);
    return 0;
}

/* One descriptor for both directions, as a program has it that inetd has started. */
TEST_NET(a_socket_as_both_ends)
{
    ouro_stream *stream;
    ouro_bytes line;
    char byte;
    int fds[2];
    int next;

    CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    CHECK_INT(ouro_open_pipe(&stream, fds[0], fds[0], 0), 0);
    CHECK_INT(ouro_stream_write(stream, BYTES("question\n")), 0);
    expect_text(fds[1], "question\n");
    CHECK_INT(ouro_stream_write_eof(stream), 0);
    CHECK_INT(get_bytes(fds[1], &byte, 1), 0);
    put(fds[1], "answer\n");
    CHECK_INT(ouro_stream_readline(stream, &line), 1);
    CHECK_BYTES(line.data, line.size, "answer\n", 7);
    CHECK_INT(ouro_stream_close(stream), 0);
    CHECK_INT(fcntl(fds[0], F_GETFD), -1);
    close(fds[1]);

    /* A file that gets its number meanwhile is not closed. */
    CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    CHECK_INT(ouro_open_pipe(&stream, fds[0], fds[0], 0), 0);
    CHECK_INT(ouro_stream_write_eof(stream), 0);
    next = open("/dev/null", O_RDONLY | O_CLOEXEC);
    CHECK_INT(ouro_stream_close(stream), 0);
    CHECK(fcntl(next, F_GETFD) >= 0);
    close(next);
    close(fds[1]);
    return 0;
}

/* What a pipe takes at once is no reason to pause. */
TEST_NET(a_large_write_into_an_empty_pipe)
{
    static char junk[70000];
    struct ends ends = make_pipe();
    ouro_stream *stream;

    CHECK_INT(ouro_open_pipe(&stream, -1, ends.write, 0), 0);
    CHECK_INT(ouro_stream_write(stream, (ouro_bytes) { (uint8_t *) junk, sizeof junk }), 0);
    CHECK_INT(ouro_stream_get_write_buffer_size(stream), sizeof junk - 65536);
    CHECK(!ouro_stream_transport(stream)->is_paused);
    CHECK_INT(read(ends.read, junk, sizeof junk), 65536);
    CHECK_INT(ouro_stream_close(stream), 0);
    CHECK_INT(read(ends.read, junk, sizeof junk), sizeof junk - 65536);
    close(ends.read);
    return 0;
}

/* Somebody else has the same file, and has it block: the loop does not. */
TEST_NET(a_file_that_another_holder_makes_blocking)
{
    static const uint8_t junk[20000];

    for (int is_socket = 0; is_socket < 2; is_socket++) {
        for (size_t size = 100; size <= sizeof junk; size += sizeof junk - 100) {
            struct ends ends = make_pipe();
            int fds[2] = { ends.write, ends.read };
            ouro_stream *stream;
            int other;

            if (is_socket) {
                close(ends.read);
                close(ends.write);
                CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
            }
            /* One that does not block already is taken as it is. */
            CHECK_INT(fcntl(fds[0], F_SETFL, O_NONBLOCK), 0);
            other = fcntl(fds[0], F_DUPFD_CLOEXEC, 0);
            CHECK_INT(ouro_open_pipe(&stream, -1, fds[0], 0), 0);
            CHECK_INT(ouro_stream_write(stream, BYTES("first")), 0);
            settle();
            CHECK_INT(fcntl(other, F_SETFL, 0), 0);
            for (size_t written = 0; written < 1000000; written += size) {
                CHECK_INT(ouro_stream_write(stream, (ouro_bytes) { junk, size }), 0);
                CHECK_INT(ouro_sleep(0), 0);
            }
            CHECK(ouro_stream_get_write_buffer_size(stream) > 0);
            ouro_stream_abort(stream);
            ouro_ignore(ouro_stream_close(stream));
            close(other);
            close(fds[1]);
        }
    }
    return 0;
}

/* Much, by a reader that is slower than the writer. */
OURO_ASYNC(write_much, (ouro_stream *, stream), (size_t, size))
{
    uint8_t chunk[5000];
    size_t written = 0;

    while (written < size) {
        size_t part = size - written < sizeof chunk ? size - written : sizeof chunk;

        for (size_t i = 0; i < part; i++)
            chunk[i] = (uint8_t) ((written + i) % 251);
        OURO_TRY(ouro_stream_write(stream, (ouro_bytes) { chunk, part }));
        OURO_TRY(ouro_stream_drain(stream));
        written += part;
    }
    return ouro_stream_close(stream);
}

TEST_NET(a_large_transfer)
{
    enum { SIZE = 1000000 };
    struct ends ends = make_pipe();
    ouro_stream *reader;
    ouro_stream *writer;
    ouro_task *task;
    ouro_bytes bytes;
    size_t count = 0;

    CHECK_INT(ouro_open_pipe(&reader, ends.read, -1, 0), 0);
    CHECK_INT(ouro_open_pipe(&writer, -1, ends.write, 0), 0);
    task = ouro_create_task(write_much_coro(writer, SIZE));
    while (ouro_stream_read_bytes(reader, 0, &bytes) > 0)
        for (size_t i = 0; i < bytes.size; i++, count++)
            if (bytes.data[i] != count % 251)
                FAIL("byte %zu is wrong", count);
    CHECK_INT(count, SIZE);
    CHECK_INT(ouro_await(task), 0);
    ouro_task_unref(task);
    CHECK_INT(ouro_stream_close(reader), 0);
    return 0;
}

/* Standard input may be a file, and standard output too. */
TEST_NET(regular_files)
{
    char in[] = "/tmp/ouro-pipe-XXXXXX";
    char out[] = "/tmp/ouro-pipe-XXXXXX";
    int input = mkstemp(in);
    int output = mkstemp(out);
    ouro_stream *stream;
    ouro_bytes line;
    char data[64];

    CHECK(input >= 0 && output >= 0);
    CHECK_INT(write(input, "skipped\none\ntwo", 15), 15);
    CHECK_INT(lseek(input, 8, SEEK_SET), 8);
    CHECK_INT(ouro_open_pipe(&stream, input, dup(output), 0), 0);
    CHECK_INT(ouro_stream_readline(stream, &line), 1);
    CHECK_BYTES(line.data, line.size, "one\n", 4);
    CHECK_INT(ouro_stream_write(stream, line), 0);
    CHECK_INT(ouro_stream_readline(stream, &line), 0);
    CHECK_BYTES(line.data, line.size, "two", 3);
    CHECK_INT(ouro_stream_write(stream, line), 0);
    CHECK_INT(ouro_stream_close(stream), 0);
    CHECK_INT(pread(output, data, sizeof data, 0), 7);
    CHECK_BYTES(data, 7, "one\ntwo", 7);
    close(output);
    unlink(in);
    unlink(out);
    return 0;
}

/* A stream of standard input and output leaves them open. */
TEST_NET(standard_streams)
{
    struct ends to = make_pipe();
    struct ends from = make_pipe();
    int saved_input = dup(0);
    int saved_output = dup(1);
    ouro_stream *stream;
    ouro_bytes line;
    char data[8];

    CHECK(dup2(to.read, 0) == 0 && dup2(from.write, 1) == 1);
    CHECK_INT(ouro_open_stdio(&stream, 0), 0);
    CHECK_INT(write(to.write, "line\n", 5), 5);
    CHECK_INT(ouro_stream_readline(stream, &line), 1);
    CHECK_INT(ouro_stream_write(stream, line), 0);
    CHECK_INT(ouro_stream_close(stream), 0);
    CHECK_INT(read(from.read, data, sizeof data), 5);
    CHECK(!is_nonblocking(0) && !is_nonblocking(1));
    CHECK_INT(ouro_open_stdio(&stream, 0), 0); /* once more */
    CHECK_INT(write(to.write, "again\n", 6), 6);
    CHECK_INT(ouro_stream_readline(stream, &line), 1);
    CHECK_INT(ouro_stream_close(stream), 0);
    CHECK(dup2(saved_input, 0) == 0 && dup2(saved_output, 1) == 1);
    close(saved_input);
    close(saved_output);
    close(to.read);
    close(to.write);
    close(from.read);
    close(from.write);
    return 0;
}

TEST_NET(a_terminal)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    ouro_stream *stream;
    ouro_bytes line;
    char data[64];
    int slave;

    CHECK(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
    slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    CHECK(slave >= 0);
    CHECK_INT(ouro_open_pipe(&stream, slave, dup(slave), 0), 0);
    CHECK(!is_nonblocking(slave));
    CHECK_INT(write(master, "typed\n", 6), 6);
    CHECK_INT(ouro_stream_readline(stream, &line), 1);
    CHECK_BYTES(line.data, line.size, "typed\n", 6);
    CHECK_INT(ouro_stream_write(stream, BYTES("shown\n")), 0);
    settle();
    CHECK(read(master, data, sizeof data) > 0); /* with the echo */
    CHECK_INT(ouro_stream_close(stream), 0);
    close(master);
    return 0;
}

struct recorder {
    ouro_protocol protocol;
    char trace[200];
    int status;
};

static void note(ouro_protocol *protocol, const char *word)
{
    struct recorder *recorder = (struct recorder *) protocol;
    size_t len = strlen(recorder->trace);

    snprintf(recorder->trace + len, sizeof recorder->trace - len, "%s", word);
}

static int made(ouro_protocol *protocol, ouro_transport *transport)
{
    (void) transport;
    note(protocol, "made ");
    return 0;
}

static int received(ouro_protocol *protocol, ouro_bytes data)
{
    (void) data;
    note(protocol, "data ");
    return 0;
}

static int ended(ouro_protocol *protocol)
{
    note(protocol, "eof ");
    return 1;
}

static void lost(ouro_protocol *protocol, int status)
{
    ((struct recorder *) protocol)->status = status;
    note(protocol, "lost ");
}

static const ouro_protocol_callbacks callbacks = {
    .connection_made = made,
    .data_received = received,
    .eof_received = ended,
    .connection_lost = lost,
};

TEST_NET(protocols)
{
    ouro_loop *loop = ouro_get_running_loop();
    struct recorder reader = { .protocol.callbacks = &callbacks };
    struct recorder writer = { .protocol.callbacks = &callbacks };
    struct ends ends = make_pipe();
    ouro_transport *transport;

    CHECK_INT(ouro_loop_connect_read_pipe(loop, &reader.protocol, ends.read, NULL), 0);
    CHECK_INT(ouro_loop_connect_write_pipe(loop, &writer.protocol, ends.write, &transport), 0);
    CHECK_INT(ouro_transport_write(transport, BYTES("x")), 0);
    settle();
    CHECK_STR(reader.trace, "made data ");
    CHECK_INT(ouro_transport_write_eof(transport), 0);
    settle();
    CHECK_STR(reader.trace, "made data eof lost ");
    CHECK_STR(writer.trace, "made lost ");
    CHECK(reader.status == 0 && writer.status == 0);
    return 0;
}

TEST_NET(bad_descriptors)
{
    ouro_loop *loop = ouro_get_running_loop();
    struct recorder recorder = { .protocol.callbacks = &callbacks };
    struct ends ends = make_pipe();
    ouro_stream *stream;
    int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    int directory = open("/tmp", O_RDONLY | O_CLOEXEC);

    CHECK_INT(ouro_open_pipe(&stream, -1, -1, 0), -EINVAL);
    CHECK_INT(ouro_open_pipe(&stream, 12345, -1, 0), -EBADF);
    CHECK_INT(ouro_open_pipe(&stream, ends.write, -1, 0), -EBADF);
    CHECK_INT(ouro_open_pipe(&stream, ends.read, ends.read, 0), -EBADF);
    CHECK_INT(ouro_open_pipe(&stream, directory, -1, 0), -EPERM);
    CHECK_INT(ouro_loop_connect_read_pipe(loop, &recorder.protocol, file, NULL), -EPERM);
    CHECK_INT(ouro_loop_connect_read_pipe(loop, NULL, ends.read, NULL), -EINVAL);
    CHECK_INT(ouro_loop_connect_read_pipe(loop, &recorder.protocol, -1, NULL), -EBADF);
    CHECK_STR(recorder.trace, "");
    close(ends.read);
    close(ends.write);
    close(file);
    close(directory);
    return 0;
}
