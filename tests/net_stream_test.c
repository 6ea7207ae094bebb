/* Streams: reading in all its forms. Writing and the end are in net_write_test.c. */
#include "net_probe.h"

#include "base/alloc.h"
#include "net/stream.h"

static void expect_bytes(ouro_bytes bytes, const char *text)
{
    CHECK_BYTES(bytes.data, bytes.size, text, strlen(text));
}

/* For tests in which one receive brings all that was sent. */
static void need_whole_receives(void)
{
#ifdef OURO_TORTURE
    SKIP("in this build a receive brings 7 bytes at most");
#endif
}

TEST_NET(read_returns_what_is_there)
{
    need_whole_receives();

    struct pair pair = open_pair(0);
    char data[64];

    put(pair.peer, "abcdef");
    CHECK_INT(ouro_stream_read(pair.stream, data, sizeof data), 6);
    CHECK_BYTES(data, 6, "abcdef", 6);
    put(pair.peer, "0123456789");
    CHECK_INT(ouro_stream_read(pair.stream, data, 4), 4);
    CHECK_BYTES(data, 4, "0123", 4);
    CHECK_INT(ouro_stream_read(pair.stream, data, 0), 0);
    CHECK_INT(ouro_stream_read(pair.stream, data, 4), 4); /* does not suspend */
    CHECK_BYTES(data, 4, "4567", 4);
    CHECK_INT(ouro_stream_read(pair.stream, data, 4), 2);
    CHECK_BYTES(data, 2, "89", 2);
    CHECK(!ouro_stream_at_eof(pair.stream));
    shutdown(pair.peer, SHUT_WR);
    CHECK_INT(ouro_stream_read(pair.stream, data, sizeof data), 0);
    CHECK(ouro_stream_at_eof(pair.stream));
    CHECK_INT(ouro_stream_read(pair.stream, data, sizeof data), 0);
    close_pair(&pair);
    return 0;
}

TEST_NET(read_bytes_lends_the_buffer)
{
    need_whole_receives();

    struct pair pair = open_pair(0);
    ouro_bytes bytes;

    put(pair.peer, "abcdefgh");
    CHECK_INT(ouro_stream_read_bytes(pair.stream, 3, &bytes), 3);
    expect_bytes(bytes, "abc");
    CHECK_INT(ouro_stream_read_bytes(pair.stream, 2, &bytes), 2);
    expect_bytes(bytes, "de");
    CHECK_INT(ouro_stream_read_bytes(pair.stream, 0, &bytes), 3);
    expect_bytes(bytes, "fgh");
    shutdown(pair.peer, SHUT_WR);
    CHECK(!ouro_stream_at_eof(pair.stream));
    CHECK_INT(ouro_stream_read_bytes(pair.stream, 0, &bytes), 0);
    CHECK_INT(bytes.size, 0);
    CHECK(ouro_stream_at_eof(pair.stream));
    close_pair(&pair);
    return 0;
}

/* At the end of the stream what is lent out counts as read. */
TEST_NET(at_eof_with_borrowed_bytes)
{
    struct pair pair = open_pair(0);
    ouro_bytes bytes;

    put(pair.peer, "ab");
    shutdown(pair.peer, SHUT_WR);
    CHECK_INT(ouro_stream_readuntil(pair.stream, BYTES("x"), &bytes), OURO_EINCOMPLETE);
    expect_bytes(bytes, "ab");
    CHECK(ouro_stream_at_eof(pair.stream));
    close_pair(&pair);
    return 0;
}

static int feed_slowly(int fd, const char *text)
{
    for (; *text != '\0'; text++) {
        put_bytes(fd, text, 1);
        CHECK_INT(ouro_sleep(1e-6), 0);
        CHECK_INT(ouro_sleep(1e-6), 0);
    }
    return 0;
}

OURO_ASYNC(feed, (int, fd), (const char *, text))
{
    return feed_slowly(fd, text);
}

TEST_NET(lines_by_a_loop)
{
    struct pair pair = open_pair(0);
    int status = 0;
    int count = 0;

    put(pair.peer, "one\n\nthree\nrest");
    shutdown(pair.peer, SHUT_WR);
    ouro_async_for(ouro_bytes, line, ouro_stream_lines(pair.stream), &status)
    {
        static const char *const expected[] = { "one\n", "\n", "three\n", "rest" };

        expect_bytes(line, expected[count++]);
        if (count == 2)
            break;
    }
    ouro_async_for(ouro_bytes, line, ouro_stream_lines(pair.stream), &status)
    {
        count += (int) line.size;
    }
    CHECK_INT(status, 0);
    CHECK_INT(count, 2 + 6 + 4);
    ouro_stream_close_nowait(pair.stream);
    ouro_async_for(ouro_bytes, line, ouro_stream_lines(pair.stream), &status)
    {
        expect_bytes(line, "nothing");
    }
    CHECK_INT(status, OURO_ECLOSED);
    close_pair(&pair);
    return 0;
}

TEST_NET(readline_in_pieces)
{
    struct pair pair = open_pair(0);
    ouro_task *task = ouro_create_task(feed_coro(pair.peer, "first\nsecond\n\nlast"));
    ouro_bytes line;

    CHECK_INT(ouro_stream_readline(pair.stream, &line), 1);
    expect_bytes(line, "first\n");
    CHECK_INT(ouro_stream_readline(pair.stream, &line), 1);
    expect_bytes(line, "second\n");
    CHECK_INT(ouro_stream_readline(pair.stream, &line), 1);
    expect_bytes(line, "\n");
    CHECK_INT(ouro_await(task), 0);
    shutdown(pair.peer, SHUT_WR);
    CHECK_INT(ouro_stream_readline(pair.stream, &line), 0);
    expect_bytes(line, "last");
    CHECK_INT(ouro_stream_readline(pair.stream, &line), 0);
    CHECK_INT(line.size, 0);
    ouro_task_unref(task);
    close_pair(&pair);
    return 0;
}

/* Many lines in one receive need no second one. */
TEST_NET(buffered_lines_do_not_suspend)
{
    struct pair pair = open_pair(0);
    ouro_bytes line;

    put(pair.peer, "1\n2\n3\n");
    CHECK_INT(ouro_stream_readline(pair.stream, &line), 1);
    ouro_task_cancel(ouro_current_task(), NULL); /* would be delivered at the next suspension */
    CHECK_INT(ouro_stream_readline(pair.stream, &line), 1);
    expect_bytes(line, "2\n");
    CHECK_INT(ouro_stream_readline(pair.stream, &line), 1);
    expect_bytes(line, "3\n");
    CHECK_INT(ouro_stream_readline(pair.stream, &line), -ECANCELED);
    ouro_task_uncancel(ouro_current_task());
    close_pair(&pair);
    return 0;
}

/* The first of several separators wins, the shorter one where two end together. */
TEST_NET(readuntil_any_separator)
{
    const ouro_bytes ends[] = { BYTES("end\n"), BYTES("\n"), BYTES("..") };
    const ouro_bytes nothing[] = { BYTES("\n"), { .data = NULL } };
    struct pair pair = open_pair(3);
    ouro_bytes bytes;

    put(pair.peer, "a..b\n");
    CHECK_INT(ouro_stream_readuntil_any(pair.stream, ends, 3, &bytes), 0);
    CHECK_BYTES(bytes.data, bytes.size, "a..", 3);
    CHECK_INT(ouro_stream_readuntil_any(pair.stream, ends, 3, &bytes), 0);
    CHECK_BYTES(bytes.data, bytes.size, "b\n", 2);
    CHECK_INT(ouro_stream_readuntil_any(pair.stream, ends, 0, &bytes), -EINVAL);
    CHECK_INT(ouro_stream_readuntil_any(pair.stream, NULL, 1, &bytes), -EINVAL);
    CHECK_INT(ouro_stream_readuntil_any(pair.stream, nothing, 2, &bytes), -EINVAL);
    CHECK_INT(ouro_stream_readuntil_any(NULL, ends, 3, &bytes), -EINVAL);
    /* "\n" begins behind the limit, "end\n" would not. */
    put(pair.peer, ".end\n");
    CHECK_INT(ouro_stream_readuntil_any(pair.stream, ends, 1, &bytes), 0);
    put(pair.peer, ".end\n");
    CHECK_INT(ouro_stream_readuntil_any(pair.stream, ends, 3, &bytes), OURO_ELIMIT);
    CHECK_INT(ouro_stream_readuntil_any(pair.stream, ends, 1, &bytes), 0);
    put(pair.peer, "enx");
    CHECK_INT(shutdown(pair.peer, SHUT_WR), 0);
    CHECK_INT(ouro_stream_readuntil_any(pair.stream, ends, 3, &bytes), OURO_EINCOMPLETE);
    CHECK_BYTES(bytes.data, bytes.size, "enx", 3);
    close_pair(&pair);
    return 0;
}

TEST_NET(readuntil_over_pieces)
{
    struct pair pair = open_pair(0);
    ouro_task *task = ouro_create_task(feed_coro(pair.peer, "ab\r\nc\r\r\n\r\nrest"));
    ouro_bytes bytes;

    CHECK_INT(ouro_stream_readuntil(pair.stream, BYTES("\r\n\r\n"), &bytes), 0);
    expect_bytes(bytes, "ab\r\nc\r\r\n\r\n");
    CHECK_INT(ouro_stream_readuntil(pair.stream, BYTES(""), &bytes), -EINVAL);
    CHECK_INT(ouro_await(task), 0);
    shutdown(pair.peer, SHUT_WR);
    CHECK_INT(ouro_stream_readuntil(pair.stream, BYTES("x"), &bytes), OURO_EINCOMPLETE);
    expect_bytes(bytes, "rest");
    CHECK_INT(ouro_stream_readuntil(pair.stream, BYTES("x"), &bytes), OURO_EINCOMPLETE);
    CHECK_INT(bytes.size, 0);
    ouro_task_unref(task);
    close_pair(&pair);
    return 0;
}

/* What CPython 3.14 does with the same bytes and limit, by its StreamReader. */
TEST_NET(over_the_limit)
{
    struct pair pair = open_pair(8);
    ouro_bytes bytes;
    char data[32];

    /* A separator at the limit is within it. */
    put(pair.peer, "12345678\n");
    CHECK_INT(ouro_stream_readline(pair.stream, &bytes), 1);
    expect_bytes(bytes, "12345678\n");

    /* Seen, and too far: readline drops through the newline. */
    put(pair.peer, "123456789\nnext\n");
    CHECK_INT(ouro_stream_readline(pair.stream, &bytes), OURO_ELIMIT);
    CHECK_INT(ouro_stream_readline(pair.stream, &bytes), 1);
    expect_bytes(bytes, "next\n");

    /* Not seen: readline drops what has come; the rest of the line is a line of its own. */
    put(pair.peer, "1234567890");
    CHECK_INT(ouro_stream_readline(pair.stream, &bytes), OURO_ELIMIT);
    put(pair.peer, "abc\n");
    CHECK_INT(ouro_stream_readline(pair.stream, &bytes), 1);
    expect_bytes(bytes, "abc\n");

    /* readuntil keeps everything, and says the same again. */
    put(pair.peer, "123456789|tail");
    CHECK_INT(ouro_stream_readuntil(pair.stream, BYTES("|"), &bytes), OURO_ELIMIT);
    CHECK_INT(ouro_stream_readuntil(pair.stream, BYTES("|"), &bytes), OURO_ELIMIT);
    CHECK_INT(ouro_stream_readexactly(pair.stream, data, 10, NULL), 0);
    CHECK_BYTES(data, 10, "123456789|", 10);

    /* Bytes that may be the begin of the separator do not count. */
    CHECK_INT(ouro_stream_readexactly(pair.stream, data, 4, NULL), 0);
    put(pair.peer, "12345678\r");
    {
        ouro_task *task = ouro_create_task(feed_coro(pair.peer, "\n"));

        CHECK_INT(ouro_stream_readuntil(pair.stream, BYTES("\r\n"), &bytes), 0);
        expect_bytes(bytes, "12345678\r\n");
        CHECK_INT(ouro_await(task), 0);
        ouro_task_unref(task);
    }
    close_pair(&pair);
    return 0;
}

/* A line that comes byte by byte is found to be too long with the first byte over the limit. */
TEST_NET(over_the_limit_in_pieces)
{
    need_plain();

    struct pair pair = open_pair(8);
    ouro_task *task = ouro_create_task(feed_coro(pair.peer, "123456789\nok\n"));
    ouro_bytes line;
    int status;

    CHECK_INT(ouro_stream_readline(pair.stream, &line), OURO_ELIMIT);
    status = ouro_stream_readline(pair.stream, &line);
    CHECK_INT(status, 1);
    expect_bytes(line, "\n");
    CHECK_INT(ouro_stream_readline(pair.stream, &line), 1);
    expect_bytes(line, "ok\n");
    CHECK_INT(ouro_await(task), 0);
    ouro_task_unref(task);
    close_pair(&pair);
    return 0;
}

TEST_NET(readexactly_takes_just_that)
{
    struct pair pair = open_pair(0);
    ouro_task *task = ouro_create_task(feed_coro(pair.peer, "abcdefghij"));
    char data[16] = "";
    size_t partial = 99;

    CHECK_INT(ouro_stream_readexactly(pair.stream, data, 0, &partial), 0);
    CHECK_INT(ouro_stream_readexactly(pair.stream, data, 7, &partial), 0);
    CHECK_BYTES(data, 7, "abcdefg", 7);
    CHECK_INT(partial, 99);
    CHECK_INT(ouro_await(task), 0);
    shutdown(pair.peer, SHUT_WR);
    CHECK_INT(ouro_stream_readexactly(pair.stream, data, 7, &partial), OURO_EINCOMPLETE);
    CHECK_INT(partial, 3);
    CHECK_BYTES(data, 3, "hij", 3);
    CHECK_INT(ouro_stream_readexactly(pair.stream, data, 1, NULL), OURO_EINCOMPLETE);
    CHECK(ouro_stream_at_eof(pair.stream));
    ouro_task_unref(task);
    close_pair(&pair);
    return 0;
}

/* Writes `size` bytes of a pattern on the test's side, as the socket takes them. */
OURO_ASYNC(put_pattern, (int, fd), (size_t, size))
{
    uint8_t chunk[4096];
    size_t sent = 0;
    int looks = 0;

    while (sent < size) {
        size_t part = size - sent < sizeof chunk ? size - sent : sizeof chunk;
        ssize_t len;

        for (size_t i = 0; i < part; i++)
            chunk[i] = (uint8_t) ((sent + i) * 31 >> 3);
        len = send(fd, chunk, part, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (len > 0) {
            sent += (size_t) len;
            continue;
        }
        CHECK(len < 0 && errno == EAGAIN && ++looks < LOOKS_MAX);
        CHECK_INT(ouro_sleep(1e-6), 0);
    }
    return 0;
}

static void check_pattern(const uint8_t *data, size_t begin, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (data[i] != (uint8_t) ((begin + i) * 31 >> 3))
            FAIL("byte %zu is wrong", begin + i);
}

TEST_NET(readexactly_may_exceed_the_limit)
{
    enum { SIZE = 5000000 };
    static uint8_t data[SIZE];
    struct pair pair = open_pair(16);
    ouro_task *task = ouro_create_task(put_pattern_coro(pair.peer, SIZE));

    CHECK_INT(ouro_stream_readexactly(pair.stream, data, 10, NULL), 0);
    CHECK_INT(ouro_stream_readexactly(pair.stream, data + 10, SIZE - 10, NULL), 0);
    check_pattern(data, 0, SIZE);
    CHECK_INT(ouro_await(task), 0);
    ouro_task_unref(task);
    close_pair(&pair);
    return 0;
}

TEST_NET(read_all_to_the_end)
{
    enum { SIZE = 1000000 };
    struct pair pair = open_pair(16);
    ouro_task *task = ouro_create_task(put_pattern_coro(pair.peer, SIZE));
    ouro_bytes bytes;

    CHECK_INT(ouro_stream_read_all(pair.stream, SIZE - 1, &bytes), -ENOBUFS);
    CHECK_INT(ouro_await(task), 0);
    shutdown(pair.peer, SHUT_WR);
    CHECK_INT(ouro_stream_read_all(pair.stream, SIZE - 1, &bytes), -ENOBUFS);
    CHECK_INT(ouro_stream_read_all(pair.stream, SIZE, &bytes), 0);
    CHECK_INT(bytes.size, SIZE);
    check_pattern(bytes.data, 0, SIZE);
    CHECK_INT(ouro_stream_read_all(pair.stream, 0, &bytes), 0);
    CHECK_INT(bytes.size, 0);
    ouro_task_unref(task);
    close_pair(&pair);
    return 0;
}

OURO_ASYNC(read_some, (ouro_stream *, stream), (char *, data), (size_t, size))
{
    return ouro_stream_read(stream, data, size);
}

TEST_NET(one_reader_at_a_time)
{
    struct pair pair = open_pair(0);
    char first[8], second[8];
    ouro_bytes bytes;
    ouro_task *task = ouro_create_task(read_some_coro(pair.stream, first, sizeof first));

    settle();
    CHECK_INT(ouro_stream_read(pair.stream, second, sizeof second), OURO_EINUSE);
    CHECK_INT(ouro_stream_readline(pair.stream, &bytes), OURO_EINUSE);
    CHECK_INT(ouro_stream_readexactly(pair.stream, second, 1, NULL), OURO_EINUSE);
    put(pair.peer, "abc");
    CHECK_INT(ouro_await(task), 3);
    put(pair.peer, "de");
    CHECK_INT(ouro_stream_read(pair.stream, second, sizeof second), 2);
    ouro_task_unref(task);
    close_pair(&pair);
    return 0;
}

/* A reader that is cancelled leaves the receive in flight; what it brings is the next read's. */
TEST_NET(cancelled_read_takes_nothing)
{
    struct pair pair = open_pair(0);
    char data[8];
    ouro_task *task = ouro_create_task(read_some_coro(pair.stream, data, sizeof data));

    settle();
    ouro_task_cancel(task, NULL);
    CHECK_INT(ouro_await(task), -ECANCELED);
    ouro_task_unref(task);
    memset(data, 0, sizeof data);
    put(pair.peer, "abc");
    settle();
    CHECK_INT(data[0], 0);
    CHECK_INT(ouro_stream_read(pair.stream, data, 2), 2);
    CHECK_BYTES(data, 2, "ab", 2);
    CHECK_INT(ouro_stream_read(pair.stream, data, 2), 1);
    close_pair(&pair);
    return 0;
}

/* Cancelled after its bytes have come and before it runs: it returns them, and the cancel stays. */
static void cancel_task(void *arg)
{
    ouro_task_cancel(arg, NULL);
}

OURO_ASYNC(read_then_sleep, (ouro_stream *, stream), (char *, data))
{
    int count = ouro_stream_read(stream, data, 8);

    CHECK_INT(count, 3);
    CHECK_INT(ouro_sleep(10), -ECANCELED);
    return count;
}

TEST_NET(cancel_after_arrival_keeps_the_bytes)
{
    need_plain();

    struct pair pair = open_pair(0);
    char data[8];
    ouro_task *task = ouro_create_task(read_then_sleep_coro(pair.stream, data));
    int looks = 0;

    settle();
    put(pair.peer, "abc");
    /* The reader is unregistered when its bytes come, in the dispatch before it runs. */
    while (pair.stream->reader != NULL && ++looks < LOOKS_MAX) {
        ouro_loop *loop = ouro_get_running_loop();

        loop->backend->ops->wait(loop->backend, 0);
        loop->backend->ops->dispatch(loop->backend);
    }
    cancel_task(task);
    CHECK_INT(ouro_await(task), 3);
    CHECK_BYTES(data, 3, "abc", 3);
    ouro_task_unref(task);
    close_pair(&pair);
    return 0;
}

OURO_ASYNC(read_exactly, (ouro_stream *, stream), (char *, data), (size_t, size))
{
    return ouro_stream_readexactly(stream, data, size, NULL);
}

TEST_NET(cancelled_readexactly_puts_back)
{
    struct pair pair = open_pair(0);
    char data[16] = "";
    ouro_bytes bytes;

    put(pair.peer, "0123");
    CHECK_INT(ouro_stream_read_bytes(pair.stream, 2, &bytes), 2); /* "23" stays in the buffer */
    for (int i = 0; i < 3; i++) {
        ouro_task *task = ouro_create_task(read_exactly_coro(pair.stream, data, 16));

        settle();
        put_bytes(pair.peer, &"456"[i], 1);
        settle();
        ouro_task_cancel(task, NULL);
        CHECK_INT(ouro_await(task), -ECANCELED);
        ouro_task_unref(task);
    }
    put(pair.peer, "789");
    CHECK_INT(ouro_stream_readexactly(pair.stream, data, 8, NULL), 0);
    CHECK_BYTES(data, 8, "23456789", 8);
    close_pair(&pair);
    return 0;
}

/* Cancelled although the end of the stream came first: the partial bytes are its result. */
OURO_ASYNC(read_exactly_to_end, (ouro_stream *, stream), (char *, data))
{
    size_t partial = 0;

    CHECK_INT(ouro_stream_readexactly(stream, data, 8, &partial), OURO_EINCOMPLETE);
    CHECK_INT(partial, 2);
    CHECK_INT(ouro_sleep(10), -ECANCELED);
    return 5;
}

TEST_NET(cancel_after_the_end_keeps_partial_bytes)
{
    need_plain();

    struct pair pair = open_pair(0);
    char data[8];
    ouro_task *task = ouro_create_task(read_exactly_to_end_coro(pair.stream, data));

    settle();
    put(pair.peer, "xy");
    settle();
    shutdown(pair.peer, SHUT_WR);
    for (int looks = 0; pair.stream->reader != NULL && looks < LOOKS_MAX; looks++) {
        ouro_loop *loop = ouro_get_running_loop();

        loop->backend->ops->wait(loop->backend, 0);
        loop->backend->ops->dispatch(loop->backend);
    }
    ouro_task_cancel(task, NULL);
    CHECK_INT(ouro_await(task), 5);
    ouro_task_unref(task);
    close_pair(&pair);
    return 0;
}

/* Bytes that are lent out stay where they are, although a receive that was left in flight brings
 * more than the block has room for. */
OURO_ASYNC(read_until, (ouro_stream *, stream), (const char *, separator))
{
    ouro_bytes bytes;

    return ouro_stream_readuntil(stream, BYTES(separator), &bytes);
}

TEST_NET(borrowed_bytes_stay)
{
    struct pair pair = open_pair(0);
    ouro_task *task;
    static uint8_t more[3 * STREAM_PIECE];
    static uint8_t data[3 * STREAM_PIECE];
    ouro_bytes bytes;

    put(pair.peer, "lent");
    put(pair.peer, "kept");
    task = ouro_create_task(read_until_coro(pair.stream, "|"));
    settle();
    ouro_task_cancel(task, NULL);
    CHECK_INT(ouro_await(task), -ECANCELED);
    ouro_task_unref(task);
    CHECK_INT(ouro_stream_read_bytes(pair.stream, 4, &bytes), 4);
    memset(more, 'm', sizeof more);
    put_bytes(pair.peer, more, sizeof more);
    for (int i = 0; i < 10; i++)
        settle();
    expect_bytes(bytes, "lent");
    CHECK_INT(ouro_stream_readexactly(pair.stream, data, 4, NULL), 0);
    CHECK_BYTES(data, 4, "kept", 4);
    CHECK_INT(ouro_stream_readexactly(pair.stream, data, sizeof data, NULL), 0);
    CHECK_BYTES(data, sizeof data, more, sizeof more);
    CHECK(pair.stream->received.data == NULL && pair.stream->retired.data == NULL);
    close_pair(&pair);
    return 0;
}

/* Nobody reads: nothing is taken from the kernel, however much the peer sends. */
TEST_NET(nothing_is_read_ahead)
{
    need_whole_receives();

    struct pair pair = open_pair(0);
    static uint8_t junk[65536];
    char data[8];
    int turns = 0;

    while (send(pair.peer, junk, sizeof junk, MSG_NOSIGNAL | MSG_DONTWAIT) > 0 && turns++ < 1000)
        settle();
    CHECK(turns > 1);
    CHECK(pair.stream->received.data == NULL);
    CHECK_INT(ouro_stream_read(pair.stream, data, sizeof data), 8);
    CHECK(stream_buffer_size(&pair.stream->received) <= (1 << 17));
    for (int i = 0; i < 10; i++)
        settle();
    CHECK(stream_buffer_size(&pair.stream->received) <= (1 << 17));
    reset(pair.peer);
    ouro_stream_unref(pair.stream);
    return 0;
}

/* An exchange of short messages allocates nothing, and a connection that is idle holds nothing. */
TEST_NET(no_allocation_in_an_exchange)
{
    need_whole_receives();

    struct pair pair = open_pair(0);
    unsigned long before = 0;
    char data[64];
    ouro_bytes line;

    for (int i = 0; i < 200; i++) {
        if (i == 100)
            before = ouro__alloc_count();
        put(pair.peer, "question 1\nquestion 2\n");
        CHECK_INT(ouro_stream_readline(pair.stream, &line), 1);
        CHECK_INT(ouro_stream_write(pair.stream, line), 0);
        CHECK_INT(ouro_stream_drain(pair.stream), 0);
        CHECK_INT(ouro_stream_read(pair.stream, data, sizeof data), 11);
        CHECK_INT(ouro_stream_write(pair.stream, (ouro_bytes) { (uint8_t *) data, 11 }), 0);
        expect_text(pair.peer, "question 1\nquestion 2\n");
    }
    CHECK_INT(ouro__alloc_count() - before, 0);
    settle();
    CHECK(pair.stream->received.data == NULL);
    CHECK(pair.stream->transport->queued.data == NULL);
    CHECK_INT(transport_queued(pair.stream->transport), 0);
    close_pair(&pair);
    return 0;
}

TEST_BACKENDS(calls_out_of_place)
{
    ouro_bytes bytes = { NULL, 0 };
    char data[4];
    ouro_stream *stream;

    CHECK_INT(ouro_stream_read(NULL, data, 4), -EINVAL);
    CHECK_INT(ouro_stream_read_bytes(NULL, 0, &bytes), -EINVAL);
    CHECK_INT(ouro_stream_readline(NULL, &bytes), -EINVAL);
    CHECK_INT(ouro_stream_write(NULL, bytes), -EINVAL);
    CHECK_INT(ouro_stream_drain(NULL), -EINVAL);
    CHECK_INT(ouro_stream_write_eof(NULL), -EINVAL);
    CHECK_INT(ouro_stream_wait_closed(NULL), -EINVAL);
    CHECK_INT(ouro_stream_close(NULL), 0);
    CHECK_PTR(ouro_stream_unref(NULL), NULL);
    CHECK(ouro_stream_at_eof(NULL) && ouro_stream_is_closing(NULL));
    CHECK_INT(ouro_stream_get_fd(NULL), -1);
    CHECK_INT(ouro_open_connection(&stream, .port = 7), OURO_ENOLOOP);
}

/* In a callback what is there can be read, and written, but nothing waited for. */
static void use_in_callback(void *arg)
{
    struct pair *pair = arg;
    char data[8];

    CHECK_INT(ouro_stream_read(pair->stream, data, 2), 2);
    CHECK_INT(ouro_stream_read(pair->stream, data, 2), OURO_ENOTASK);
    CHECK_INT(ouro_stream_write(pair->stream, BYTES("from a callback")), 0);
    CHECK_INT(ouro_stream_drain(pair->stream), 0);
    CHECK_INT(ouro_stream_wait_closed(pair->stream), OURO_ENOTASK);
}

TEST_NET(streams_in_callbacks)
{
#ifdef TESTS_TLS_PROBE_H
    need_whole_receives();

#endif
    struct pair pair = open_pair(0);
    char data[8];

    put(pair.peer, "abcd");
    CHECK_INT(ouro_stream_read(pair.stream, data, 2), 2);
    CHECK(ouro_loop_call_soon(ouro_get_running_loop(), use_in_callback, &pair) != NULL);
    expect_text(pair.peer, "from a callback");
    close_pair(&pair);
    return 0;
}

TEST_NET(names_of_both_ends)
{
    need_plain();

    struct pair pair = open_pair(0);
    struct sockaddr_storage own, peer;
    struct sockaddr_in expected;
    socklen_t size = sizeof expected;

    CHECK_INT(ouro_stream_get_sockname(pair.stream, &own), 0);
    CHECK_INT(ouro_stream_get_peername(pair.stream, &peer), 0);
    CHECK_INT(getpeername(pair.peer, (struct sockaddr *) &expected, &size), 0);
    CHECK_INT(((struct sockaddr_in *) &own)->sin_port, expected.sin_port);
    CHECK_INT(getsockname(pair.peer, (struct sockaddr *) &expected, &size), 0);
    CHECK_INT(((struct sockaddr_in *) &peer)->sin_port, expected.sin_port);
    CHECK(ouro_stream_get_fd(pair.stream) >= 0);
    ouro_stream_close_nowait(pair.stream);
    CHECK_INT(ouro_stream_wait_closed(pair.stream), 0);
    CHECK_INT(ouro_stream_get_fd(pair.stream), -1);
    CHECK_INT(ouro_stream_get_peername(pair.stream, &peer), 0);
    CHECK_INT(((struct sockaddr_in *) &peer)->sin_port, expected.sin_port);
    close_pair(&pair);
    return 0;
}

TEST_NET(bytes_that_are_null)
{
    struct pair pair = open_pair(0);
    ouro_bytes pieces[] = { BYTES("text"), { .size = 3 } };
    ouro_bytes nothing = { .size = 0 };

    CHECK_INT(ouro_stream_write(pair.stream, pieces[1]), -EINVAL);
    CHECK_INT(ouro_stream_writelines(pair.stream, pieces, 2), -EINVAL);
    CHECK_INT(ouro_stream_writelines(pair.stream, NULL, 1), -EINVAL);
    CHECK_INT(ouro_stream_write(pair.stream, nothing), 0);
    CHECK_INT(ouro_stream_writelines(pair.stream, &nothing, 1), 0);
    CHECK_INT(ouro_stream_writelines(pair.stream, NULL, 0), 0);
    CHECK_INT(ouro_stream_get_write_buffer_size(pair.stream), 0);
    close_pair(&pair);
    return 0;
}

/* Nobody has asked for the names before the peer has gone, by a reset. */
TEST_NET(names_after_a_reset)
{
    for (int waits_for_close = 0; waits_for_close < 2; waits_for_close++) {
        struct pair pair = open_pair(0);
        struct sockaddr_storage own, peer;
        char byte;

        reset(pair.peer);
        CHECK(ouro_stream_read(pair.stream, &byte, 1) < 0);
        if (waits_for_close)
            CHECK(ouro_stream_wait_closed(pair.stream) < 0);
        CHECK_INT(ouro_stream_get_peername(pair.stream, &peer), 0);
        CHECK_INT(ouro_stream_get_sockname(pair.stream, &own), 0);
        CHECK_INT(own.ss_family, AF_INET);
        CHECK_INT(peer.ss_family, AF_INET);
        CHECK(((struct sockaddr_in *) &peer)->sin_port != ((struct sockaddr_in *) &own)->sin_port);
        ouro_stream_abort(pair.stream);
        ouro_stream_unref(pair.stream);
    }
    return 0;
}

/* The descriptor of a stream is nobody else's to watch. */
static void never(void *arg)
{
    (void) arg;
    FAIL("the descriptor of a stream was watched");
}

TEST_NET(descriptor_is_claimed)
{
    struct pair pair = open_pair(0);
    ouro_loop *loop = ouro_get_running_loop();

    CHECK_INT(ouro_loop_add_reader(loop, ouro_stream_get_fd(pair.stream), never, NULL),
              OURO_EINUSE);
    close_pair(&pair);
    return 0;
}
