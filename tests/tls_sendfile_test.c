/* Files over TLS: the kernel has no way there, so that they are read and written piece by piece. */
#include "tls_link.h"

#include <sys/mman.h>

#ifdef OURO_TORTURE
enum { FILE_SIZE = 60000 }; /* of which it reads 16 bytes at a time */
#else
enum { FILE_SIZE = 400000 };
#endif

static uint8_t received[FILE_SIZE];

static uint8_t byte_at(size_t position)
{
    return (uint8_t) (position * 31 % 251);
}

static int make_file(size_t size)
{
    int file = memfd_create("test", MFD_CLOEXEC);
    uint8_t *data = malloc(size + 1);

    CHECK(file >= 0);
    for (size_t i = 0; i < size; i++)
        data[i] = byte_at(i);
    CHECK_INT(write(file, data, size), size);
    free(data);
    return file;
}

static void compare(size_t size, size_t position)
{
    for (size_t i = 0; i < size; i++)
        if (received[i] != byte_at(position + i))
            FAIL("byte %zu is wrong", position + i);
}

struct sending {
    ouro_stream *stream;
    int file;
    uint64_t sent;
    ouro_sendfile_options options;
};

static int send_it(void *arg)
{
    struct sending *sending = arg;

    return ouro_loop_sendfile_with(ouro_get_running_loop(), ouro_stream_transport(sending->stream),
                                   sending->file, &sending->sent, &sending->options);
}

static ouro_task *start(struct sending *sending)
{
    return ouro_create_task(ouro_coro(send_it, sending));
}

static int join(ouro_task *task)
{
    int status = ouro_await(task);

    ouro_task_unref(task);
    return status;
}

/* Expects `size` bytes of the file from `position` on. */
static void expect_file(ouro_stream *stream, size_t position, size_t size)
{
    CHECK_INT(ouro_stream_readexactly(stream, received, size, NULL), 0);
    compare(size, position);
}

static void expect_word(ouro_stream *stream, const char *word)
{
    CHECK_INT(ouro_stream_readexactly(stream, received, strlen(word), NULL), 0);
    CHECK_BYTES(received, strlen(word), word, strlen(word));
}

/* Has little on its way between the two: a file waits until it is read. */
static void narrow(ouro_stream *from, ouro_stream *to)
{
    int size = 4096;

    CHECK_INT(ouro_transport_set_write_buffer_limits(ouro_stream_transport(from), 1000, 0), 0);
    CHECK_INT(setsockopt(ouro_stream_get_fd(from), SOL_SOCKET, SO_SNDBUF, &size, sizeof size), 0);
    CHECK_INT(setsockopt(ouro_stream_get_fd(to), SOL_SOCKET, SO_RCVBUF, &size, sizeof size), 0);
}

/* Waits until the file has filled the connection. */
static void wait_until_full(ouro_stream *stream, const ouro_task *sending)
{
    while (ouro_transport_get_write_buffer_size(ouro_stream_transport(stream)) <= 1000) {
        CHECK(!ouro_future_done(sending));
        CHECK_INT(ouro_sleep(1e-6), 0);
    }
}

/* The two ends of a link, one way and the other. */
#define FOR_BOTH_ROLES(link_, from_, to_)                                                          \
    for (int role_ = 0; role_ < 2; role_++)                                                        \
        for (ouro_stream *from_ = role_ == 0 ? (link_).client : (link_).server,                    \
                         *to_ = role_ == 0 ? (link_).server : (link_).client;                      \
             from_ != NULL; from_ = NULL)

TEST_NET(the_whole_file)
{
    struct tls_link link = { 0 };
    int file = make_file(FILE_SIZE);

    open_link(&link);
    FOR_BOTH_ROLES(link, from, to)
    {
        struct sending sending = { .stream = from, .file = file };
        ouro_task *task;

        CHECK_INT(ouro_stream_write(from, BYTES("first ")), 0);
        task = start(&sending);
        CHECK_INT(ouro_sleep(0), 0);
        CHECK_INT(ouro_stream_write(from, BYTES("x")), OURO_EINUSE);
        CHECK_INT(send_it(&(struct sending) { .stream = from, .file = file }), OURO_EINUSE);
        CHECK_INT(ouro_stream_write(to, BYTES("meanwhile")), 0);
        expect_word(from, "meanwhile"); /* who sends a file is no worse a listener */
        expect_word(to, "first ");
        expect_file(to, 0, FILE_SIZE);
        CHECK_INT(join(task), 0);
        CHECK_INT(sending.sent, FILE_SIZE);
        CHECK_INT(lseek(file, 0, SEEK_CUR), FILE_SIZE);
        pass_line(from, to, "last\n");
    }
    close_link(&link);
    close(file);
    return 0;
}

TEST_NET(a_part_of_it)
{
    static const struct {
        uint64_t offset;
        uint64_t count;
        size_t sent;
    } cases[] = { { 1000, 500, 500 },  { 32767, 16385, 16385 }, /* across pieces and records */
                  { 0, 1, 1 },         { FILE_SIZE - 10, 500, 10 }, { FILE_SIZE - 10, 0, 10 },
                  { FILE_SIZE, 0, 0 }, { FILE_SIZE + 10, 5, 0 } };
    struct tls_link link = { 0 };
    int file = make_file(FILE_SIZE);

    open_link(&link);
    FOR_BOTH_ROLES(link, from, to)
    {
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
            struct sending sending = { .stream = from, .file = file };
            ouro_task *task;

            sending.options.offset = cases[i].offset;
            sending.options.count = cases[i].count;
            CHECK_INT(lseek(file, 7, SEEK_SET), 7);
            task = start(&sending);
            expect_file(to, cases[i].offset, cases[i].sent);
            CHECK_INT(join(task), 0);
            CHECK_INT(sending.sent, cases[i].sent);
            CHECK_INT(lseek(file, 0, SEEK_CUR),
                      cases[i].sent > 0 ? (off_t) (cases[i].offset + cases[i].sent) : 7);
        }
    }
    close_link(&link);
    close(file);
    return 0;
}

TEST_NET(an_empty_file)
{
    struct tls_link link = { 0 };
    int file = make_file(0);

    open_link(&link);
    FOR_BOTH_ROLES(link, from, to)
    {
        struct sending sending = { .stream = from, .file = file, .sent = 7 };

        CHECK_INT(send_it(&sending), 0);
        CHECK_INT(sending.sent, 0);
        pass_line(from, to, "and on\n");
    }
    close_link(&link);
    close(file);
    return 0;
}

TEST_NET(no_fallback)
{
    struct tls_link link = { 0 };
    int file = make_file(10);

    open_link(&link);
    FOR_BOTH_ROLES(link, from, to)
    {
        struct sending sending = { .stream = from, .file = file, .options.no_fallback = true };

        CHECK_INT(send_it(&sending), OURO_ESENDFILENOTAVAILABLE);
        CHECK_INT(ouro_error_detail()->status, OURO_ESENDFILENOTAVAILABLE);
        CHECK_INT(sending.sent, 0);
        pass_line(from, to, "nothing has been sent\n");
    }
    close_link(&link);
    close(file);
    return 0;
}

/* Wherever the cancel comes, the result tells what was sent, and the connection goes on. */
TEST_NET(cancelled)
{
    struct tls_link link = { 0 };
    int file = make_file(FILE_SIZE);

    open_link(&link);
    FOR_BOTH_ROLES(link, from, to)
    {
        for (int turns = 0; turns < 20; turns++) {
            struct sending sending = { .stream = from, .file = file };
            ouro_task *task = start(&sending);
            int status;

            CHECK_INT(lseek(file, 0, SEEK_SET), 0);
            for (int i = 0; i < turns; i++)
                CHECK_INT(ouro_sleep(i % 2 ? 0 : 1e-6), 0);
            ouro_task_cancel(task, NULL);
            status = join(task);
            CHECK(status == -ECANCELED || (status == 0 && sending.sent == FILE_SIZE));
            CHECK_INT(lseek(file, 0, SEEK_CUR), sending.sent);
            CHECK_INT(ouro_stream_write(from, BYTES("end")), 0);
            expect_file(to, 0, sending.sent);
            expect_word(to, "end");
        }
    }
    close_link(&link);
    close(file);
    return 0;
}

/* What is written while a cancelled send still has bytes in the queue comes behind them. */
TEST_NET(cancelled_while_the_peer_does_not_read)
{
    struct tls_link link = { 0 };
    int file = make_file(FILE_SIZE);

    open_link(&link);
    FOR_BOTH_ROLES(link, from, to)
    {
        struct sending sending = { .stream = from, .file = file };
        ouro_task *task;

        narrow(from, to);
        ouro_transport_pause_reading(ouro_stream_transport(to));
        task = start(&sending);
        wait_until_full(from, task);
        ouro_task_cancel(task, NULL);
        CHECK_INT(join(task), -ECANCELED);
        CHECK(sending.sent > 0 && sending.sent < FILE_SIZE);
        CHECK_INT(ouro_stream_write(from, BYTES("end")), 0);
        ouro_transport_resume_reading(ouro_stream_transport(to));
        expect_file(to, 0, sending.sent);
        expect_word(to, "end");
    }
    close_link(&link);
    close(file);
    return 0;
}

enum ending { CLOSE_HERE, ABORT_HERE, CLOSE_THERE, ABORT_THERE, CUT_BELOW, ENDINGS };

static void end_connection(enum ending ending, ouro_stream *from, ouro_stream *to)
{
    switch (ending) {
    case CLOSE_HERE:
        ouro_stream_close_nowait(from);
        break;
    case ABORT_HERE:
        ouro_stream_abort(from);
        break;
    case CLOSE_THERE:
        ouro_stream_close_nowait(to);
        break;
    case ABORT_THERE:
        ouro_stream_abort(to);
        break;
    default:
        CHECK_INT(shutdown(ouro_stream_get_fd(from), SHUT_RDWR), 0);
        break;
    }
}

/* The connection ends under it, by either side, in whatever way. */
TEST_NET(the_connection_ends)
{
    for (int i = 0; i < 2 * ENDINGS; i++) {
        struct tls_link link = { .end_timeout = 0.05 };
        struct sending sending = { .file = make_file(FILE_SIZE) };
        ouro_stream *to;
        ouro_task *task;
        int status;

        open_link(&link);
        sending.stream = i % 2 == 0 ? link.client : link.server;
        to = i % 2 == 0 ? link.server : link.client;
        narrow(sending.stream, to);
        ouro_transport_pause_reading(ouro_stream_transport(to));
        task = start(&sending);
        wait_until_full(sending.stream, task);
        end_connection((enum ending)(i / 2), sending.stream, to);
        status = join(task);
        CHECK(status != -ECANCELED);
        if (i / 2 != CLOSE_THERE || status < 0) { /* who closes still reads until it is answered */
            CHECK(status < 0);
            CHECK_INT(ouro_error_detail()->status, status);
        }
        CHECK(sending.sent > 0 && (sending.sent < FILE_SIZE || i / 2 == CLOSE_THERE));
        close_link(&link);
        close(sending.file);
    }
    return 0;
}

/* A peer that closes as soon as it has everything has got it. */
TEST_NET(the_peer_closes_when_it_has_all)
{
    for (int i = 0; i < 2; i++) {
        struct tls_link link = { 0 };
        struct sending sending = { .file = make_file(FILE_SIZE) };
        ouro_stream *to;
        ouro_task *task;

        open_link(&link);
        sending.stream = i == 0 ? link.client : link.server;
        to = i == 0 ? link.server : link.client;
        task = start(&sending);
        expect_file(to, 0, FILE_SIZE);
        ouro_stream_close_nowait(to);
        CHECK_INT(join(task), 0);
        CHECK_INT(sending.sent, FILE_SIZE);
        close_link(&link);
        close(sending.file);
    }
    return 0;
}

TEST_NET(after_a_close)
{
    struct tls_link link = { 0 };
    struct sending sending = { .file = make_file(10), .sent = 7 };

    open_link(&link);
    sending.stream = link.client;
    ouro_stream_close_nowait(link.client);
    CHECK_INT(send_it(&sending), OURO_ECLOSED);
    CHECK_INT(sending.sent, 0);
    close_link(&link);
    close(sending.file);
    return 0;
}

/* A peer that is OpenSSL by itself. */
TEST_NET(to_a_relay)
{
    struct pair pair = open_tls_pair(0);
    struct sending sending = { .stream = pair.stream, .file = make_file(FILE_SIZE) };
    ouro_task *task = start(&sending);

    CHECK_INT(get_bytes(pair.peer, received, FILE_SIZE), FILE_SIZE);
    compare(FILE_SIZE, 0);
    CHECK_INT(join(task), 0);
    CHECK_INT(sending.sent, FILE_SIZE);
    close_pair(&pair);
    close(sending.file);
    return 0;
}
