/* Streams: writing, flow control, and all the ways in which a connection ends. */
#include "net_probe.h"

#include "net/stream.h"

#include <stdlib.h>

#include <linux/tcp.h> /* the one of libc does not count segments */

/* Segments with data that a socket has sent so far. */
static unsigned segments_sent(const ouro_stream *stream)
{
    struct tcp_info info;
    socklen_t size = sizeof info;

    CHECK_INT(getsockopt(ouro_stream_get_fd(stream), IPPROTO_TCP, TCP_INFO, &info, &size), 0);
    CHECK(size > offsetof(struct tcp_info, tcpi_data_segs_out));
    return info.tcpi_data_segs_out;
}

TEST_NET(writes_of_an_iteration_leave_together)
{
    need_plain();

    struct pair pair = open_pair(0);
    ouro_bytes pieces[] = { BYTES("four "), BYTES(""), BYTES("five") };

    CHECK_INT(ouro_stream_write(pair.stream, BYTES("one ")), 0);
    CHECK_INT(ouro_stream_write(pair.stream, BYTES("")), 0);
    CHECK_INT(ouro_stream_write(pair.stream, BYTES("two ")), 0);
    CHECK_INT(ouro_stream_printf(pair.stream, "%s ", "three"), 0);
    CHECK_INT(ouro_stream_printf(pair.stream, "%s", ""), 0);
    CHECK_INT(ouro_stream_writelines(pair.stream, pieces, 3), 0);
    CHECK_INT(ouro_stream_writelines(pair.stream, pieces, 0), 0);
    CHECK_INT(ouro_stream_get_write_buffer_size(pair.stream), 23);
    CHECK_INT(segments_sent(pair.stream), 0);
    expect_text(pair.peer, "one two three four five");
    CHECK_INT(segments_sent(pair.stream), 1);
    CHECK_INT(ouro_stream_get_write_buffer_size(pair.stream), 0);
    close_pair(&pair);
    return 0;
}

/* Written in one iteration, on the wire before the next one's tasks run. */
static int spin_yields;

OURO_ASYNC(keep_busy)
{
    for (;; spin_yields++)
        OURO_TRY(ouro_sleep(0));
}

TEST_NET(busy_tasks_do_not_delay_writes)
{
    need_plain();

    struct pair pair = open_pair(0);
    ouro_task *task = ouro_create_task(keep_busy_coro());
    char data[4];

    for (int i = 0; i < 50; i++) {
        CHECK_INT(ouro_sleep(0), 0);
        CHECK_INT(ouro_stream_write(pair.stream, BYTES("x")), 0);
        CHECK_INT(ouro_sleep(0), 0);
        if (recv(pair.peer, data, sizeof data, MSG_DONTWAIT) != 1)
            FAIL("nothing had been sent in round %d", i);
    }
    ouro_task_cancel(task, NULL);
    CHECK_INT(ouro_await(task), -ECANCELED);
    ouro_task_unref(task);
    close_pair(&pair);
    return 0;
}

TEST_NET(long_texts)
{
    struct pair pair = open_pair(0);
    static char text[3 * STREAM_PIECE + 1];
    static char got[sizeof text];

    for (size_t size = STREAM_PIECE - 3; size < STREAM_PIECE + 4; size++) {
        memset(text, 'a' + (int) (size % 26), size);
        text[size] = '\0';
        CHECK_INT(ouro_stream_printf(pair.stream, "<%s>", text), 0);
        CHECK_INT(get_bytes(pair.peer, got, size + 2), (ssize_t) size + 2);
        CHECK_INT(got[0], '<');
        CHECK_BYTES(got + 1, size, text, size);
        CHECK_INT(got[size + 1], '>');
    }
    CHECK_INT(ouro_stream_get_write_buffer_size(pair.stream), 0);
    close_pair(&pair);
    return 0;
}

/* Makes the socket's buffers small, so that little is on its way. */
static void shrink_buffers(const struct pair *pair)
{
    int size = 65536;

    CHECK_INT(setsockopt(pair->peer, SOL_SOCKET, SO_RCVBUF, &size, sizeof size), 0);
    CHECK_INT(
        setsockopt(ouro_stream_get_fd(pair->stream), SOL_SOCKET, SO_SNDBUF, &size, sizeof size), 0);
}

OURO_ASYNC(drain, (ouro_stream *, stream), (int *, ret_done))
{
    int status = ouro_stream_drain(stream);

    *ret_done = 1;
    return status;
}

static void write_bytes(ouro_stream *stream, size_t size)
{
    static const uint8_t zeros[4096];

    while (size > 0) {
        size_t part = size < sizeof zeros ? size : sizeof zeros;

        CHECK_INT(ouro_stream_write(stream, (ouro_bytes) { zeros, part }), 0);
        size -= part;
    }
}

/* Receives and drops what there is. Returns how much. */
static size_t swallow(int fd)
{
    static char junk[65536];
    size_t total = 0;
    ssize_t len;

    while ((len = recv(fd, junk, sizeof junk, MSG_DONTWAIT)) > 0)
        total += (size_t) len;
    return total;
}

/* Writes until the kernel takes no more, and something is queued. */
static void fill_up(ouro_stream *stream)
{
    int size = 4096;

    CHECK_INT(setsockopt(ouro_stream_get_fd(stream), SOL_SOCKET, SO_SNDBUF, &size, sizeof size), 0);
    CHECK_INT(ouro_stream_set_write_buffer_limits(stream, SIZE_MAX, 0), 0);
    do {
        write_bytes(stream, 10000);
        settle();
    } while (ouro_stream_get_write_buffer_size(stream) == 0);
}

TEST_NET(drain_waits_strictly_above_the_high_mark)
{
    need_plain();

    struct pair pair = open_pair(0);
    ouro_task *task = ouro_current_task();
    size_t queued;

    CHECK_INT(ouro_stream_set_write_buffer_limits(pair.stream, 10, 11), -EINVAL);
    fill_up(pair.stream);
    queued = ouro_stream_get_write_buffer_size(pair.stream);
    CHECK_INT(ouro_stream_set_write_buffer_limits(pair.stream, queued, 0), 0);
    ouro_task_cancel(task, NULL);
    CHECK_INT(ouro_stream_drain(pair.stream), 0); /* does not suspend: no cancel is delivered */
    write_bytes(pair.stream, 1);
    CHECK_INT(ouro_stream_drain(pair.stream), -ECANCELED);
    ouro_task_uncancel(task);
    while (ouro_stream_get_write_buffer_size(pair.stream) > 0) {
        (void) swallow(pair.peer);
        settle();
    }
    CHECK_INT(ouro_stream_drain(pair.stream), 0);
    close_pair(&pair);
    return 0;
}

/* However much is written in one iteration: what the kernel takes at once is no reason to wait. */
TEST_NET(what_the_kernel_takes_does_not_pause)
{
    need_plain();

    struct pair pair = open_pair(0);
    ouro_task *task = ouro_current_task();

    CHECK_INT(ouro_stream_set_write_buffer_limits(pair.stream, 1000, 0), 0);
    ouro_task_cancel(task, NULL);
    for (int i = 0; i < 20; i++) {
        write_bytes(pair.stream, 999);
        CHECK_INT(ouro_stream_drain(pair.stream), 0); /* and so it does not suspend */
    }
    ouro_task_uncancel(task);
    close_pair(&pair);
    return 0;
}

/* What is large is not copied: it is the kernel's at once. */
TEST_NET(large_writes_go_at_once)
{
    need_plain();

    struct pair pair = open_pair(0);
    ouro_bytes pieces[] = { BYTES("first "),
                            { memset(malloc(20000), 'x', 20000), 20000 },
                            BYTES(" last") };
    char *data = malloc(20011);

    CHECK_INT(ouro_stream_write(pair.stream, pieces[1]), 0);
    CHECK_INT(ouro_stream_get_write_buffer_size(pair.stream), 0);
    CHECK_INT(ouro_stream_writelines(pair.stream, pieces, 3), 0);
    CHECK_INT(ouro_stream_get_write_buffer_size(pair.stream), 0);
    CHECK_INT(get_bytes(pair.peer, data, 20000), 20000);
    CHECK_BYTES(data, 20000, pieces[1].data, 20000);
    CHECK_INT(get_bytes(pair.peer, data, 20011), 20011);
    CHECK_BYTES(data, 6, "first ", 6);
    CHECK_BYTES(data + 20006, 5, " last", 5);
    free((void *) pieces[1].data);
    free(data);
    close_pair(&pair);
    return 0;
}

/* The writer goes on although not all is sent. */
OURO_ASYNC(drain_and_measure, (ouro_stream *, stream), (size_t *, ret_queued))
{
    int status = ouro_stream_drain(stream);

    *ret_queued = ouro_stream_get_write_buffer_size(stream);
    return status;
}

TEST_NET(drain_ends_at_the_low_mark)
{
    struct pair pair = open_pair(0);
    size_t queued = 0;
    size_t total = 0;
    int looks = 0;
    ouro_task *task;

    shrink_buffers(&pair);
    CHECK_INT(ouro_stream_set_write_buffer_limits(pair.stream, 1500000, 1000000), 0);
    write_bytes(pair.stream, 3000000);
    task = ouro_create_task(drain_and_measure_coro(pair.stream, &queued));
    while (total < 3000000 && ++looks < LOOKS_MAX) {
        total += swallow(pair.peer);
        CHECK_INT(ouro_sleep(1e-6), 0);
    }
    CHECK_INT(ouro_await(task), 0);
    CHECK(queued > 0 && queued <= 1000000);
    ouro_task_unref(task);
    close_pair(&pair);
    return 0;
}

/* Of a block that is being sent, what the kernel has taken counts no more. */
TEST_NET(marks_are_about_what_is_left)
{
    need_plain();

    enum { SIZE = 1300000 };
    struct pair pair = open_pair(0);
    size_t queued = 0, total = 0, last;
    int looks = 0, steps = 0;
    ouro_task *task;

    shrink_buffers(&pair);
    CHECK_INT(ouro_stream_set_write_buffer_limits(pair.stream, 700000, 500000), 0);
    write_bytes(pair.stream, SIZE);
    task = ouro_create_task(drain_and_measure_coro(pair.stream, &queued));
    last = ouro_stream_get_write_buffer_size(pair.stream);
    while (total < SIZE && ++looks < LOOKS_MAX) {
        static char junk[5000];
        ssize_t len = recv(pair.peer, junk, sizeof junk, MSG_DONTWAIT);
        size_t now = ouro_stream_get_write_buffer_size(pair.stream);

        CHECK(now <= last);
        steps += now < last;
        last = now;
        total += len > 0 ? (size_t) len : 0;
        CHECK_INT(ouro_sleep(1e-6), 0);
    }
    CHECK_INT(ouro_await(task), 0);
    CHECK(queued > 300000 && queued <= 500000);
    CHECK(steps >= 5);
    ouro_task_unref(task);
    close_pair(&pair);
    return 0;
}

/* Two writers that wait, and a peer that reads in the end. */
TEST_NET(drain_until_the_low_mark)
{
    need_plain();

    struct pair pair = open_pair(0);
    int done[2] = { 0 };
    ouro_task *tasks[2];
    size_t total = 0;
    int looks = 0;

    shrink_buffers(&pair);
    write_bytes(pair.stream, 3000000);
    for (int i = 0; i < 2; i++)
        tasks[i] = ouro_create_task(drain_coro(pair.stream, &done[i]));
    for (int i = 0; i < 20; i++)
        settle();
    CHECK(!done[0] && !done[1]);
    CHECK(ouro_stream_get_write_buffer_size(pair.stream) > 16384);
    while (!done[0] || !done[1]) {
        total += swallow(pair.peer);
        CHECK(++looks < LOOKS_MAX);
        CHECK_INT(ouro_sleep(1e-6), 0);
    }
    CHECK(ouro_stream_get_write_buffer_size(pair.stream) <= 16384);
    for (int i = 0; i < 2; i++) {
        CHECK_INT(ouro_await(tasks[i]), 0);
        ouro_task_unref(tasks[i]);
    }
    while (total < 3000000 && ++looks < LOOKS_MAX) {
        total += swallow(pair.peer);
        CHECK_INT(ouro_sleep(1e-6), 0);
    }
    CHECK_INT(total, 3000000);
    close_pair(&pair);
    return 0;
}

TEST_NET(high_mark_of_zero_waits_for_all)
{
    struct pair pair = open_pair(0);

    CHECK_INT(ouro_stream_set_write_buffer_limits(pair.stream, 0, 0), 0);
    CHECK_INT(ouro_stream_drain(pair.stream), 0);
    write_bytes(pair.stream, 1);
    CHECK_INT(ouro_stream_drain(pair.stream), 0);
    CHECK_INT(ouro_stream_get_write_buffer_size(pair.stream), 0);
    CHECK(pair.stream->transport->queued.data == NULL);
    close_pair(&pair);
    return 0;
}

/* A writer that drains queues no more than the high mark and one write. */
OURO_ASYNC(write_much, (ouro_stream *, stream), (size_t, size), (size_t *, ret_most))
{
    while (size > 0) {
        size_t part = size < 10000 ? size : 10000;
        size_t queued;

        write_bytes(stream, part);
        queued = ouro_stream_get_write_buffer_size(stream);
        if (queued > *ret_most)
            *ret_most = queued;
        OURO_TRY(ouro_stream_drain(stream));
        size -= part;
    }
    return 0;
}

TEST_NET(memory_is_bounded_with_a_slow_reader)
{
    need_plain();

    enum { SIZE = 3000000 };
    struct pair pair = open_pair(0);
    size_t most = 0;
    size_t total = 0;
    ouro_task *task = ouro_create_task(write_much_coro(pair.stream, SIZE, &most));
    static char junk[3000];
    int looks = 0;

    shrink_buffers(&pair);
    while (total < SIZE) {
        ssize_t len = recv(pair.peer, junk, sizeof junk, MSG_DONTWAIT);

        if (len > 0)
            total += (size_t) len;
        CHECK(++looks < LOOKS_MAX);
        CHECK_INT(ouro_sleep(len > 0 ? 0 : 1e-6), 0);
    }
    CHECK_INT(ouro_await(task), 0);
    ouro_task_unref(task);
    CHECK(most > 65536);
    CHECK(most <= 65536 + 10000);
    close_pair(&pair);
    return 0;
}

/* What is queued is sent although the writer was cancelled. */
TEST_NET(cancelled_drain_sends_all_the_same)
{
    enum { SIZE = 3000000 };
    struct pair pair = open_pair(0);
    int done = 0;
    size_t total = 0;
    int looks = 0;
    ouro_task *task;

    shrink_buffers(&pair);
    write_bytes(pair.stream, SIZE);
    task = ouro_create_task(drain_coro(pair.stream, &done));
    settle();
    ouro_task_cancel(task, NULL);
    CHECK_INT(ouro_await(task), -ECANCELED);
    ouro_task_unref(task);
    while (total < SIZE && ++looks < LOOKS_MAX) {
        total += swallow(pair.peer);
        CHECK_INT(ouro_sleep(1e-6), 0);
    }
    CHECK_INT(total, SIZE);
    close_pair(&pair);
    return 0;
}

TEST_NET(write_eof_after_what_is_queued)
{
    need_plain();

    struct pair pair = open_pair(0);
    char data[16];

    CHECK_INT(ouro_stream_write(pair.stream, BYTES("last words")), 0);
    CHECK_INT(ouro_stream_write_eof(pair.stream), 0);
    CHECK_INT(ouro_stream_write_eof(pair.stream), 0);
    CHECK_INT(ouro_stream_write(pair.stream, BYTES("more")), OURO_ECLOSED);
    CHECK_INT(ouro_stream_printf(pair.stream, "more"), OURO_ECLOSED);
    CHECK_INT(ouro_stream_drain(pair.stream), 0);
    expect_text(pair.peer, "last words");
    CHECK_INT(get_bytes(pair.peer, data, 1), 0);
    put(pair.peer, "answer"); /* reading goes on */
    CHECK_INT(ouro_stream_read(pair.stream, data, sizeof data), 6);
    close_pair(&pair);
    return 0;
}

TEST_NET(write_eof_with_nothing_queued)
{
    need_plain();

    struct pair pair = open_pair(0);
    char data[16];

    CHECK_INT(ouro_stream_write_eof(pair.stream), 0);
    CHECK_INT(recv(pair.peer, data, 1, 0), 0);
    close(pair.peer);
    CHECK_INT(ouro_stream_read(pair.stream, data, sizeof data), 0);
    CHECK_INT(ouro_stream_close(pair.stream), 0);
    return 0;
}

/* The end. */

TEST_NET(close_sends_what_is_queued)
{
    enum { SIZE = 3000000 };
    struct pair pair = open_pair(0);
    size_t total = 0;
    int looks = 0;
    char byte;

    shrink_buffers(&pair);
    write_bytes(pair.stream, SIZE);
    ouro_stream_close_nowait(pair.stream);
    ouro_stream_close_nowait(pair.stream);
    CHECK(ouro_stream_is_closing(pair.stream));
    CHECK_INT(ouro_stream_write(pair.stream, BYTES("x")), OURO_ECLOSED);
    CHECK_INT(ouro_stream_write_eof(pair.stream), OURO_ECLOSED);
    CHECK_INT(ouro_stream_read(pair.stream, &byte, 1), OURO_ECLOSED);
    ouro_stream_unref(pair.stream); /* it goes on in the background */
    while (total < SIZE && ++looks < LOOKS_MAX) {
        total += swallow(pair.peer);
        CHECK_INT(ouro_sleep(1e-6), 0);
    }
    CHECK_INT(total, SIZE);
    CHECK_INT(get_bytes(pair.peer, &byte, 1), 0);
    close(pair.peer);
    settle();
    return 0;
}

OURO_ASYNC(wait_closed, (ouro_stream *, stream))
{
    return ouro_stream_wait_closed(stream);
}

OURO_ASYNC(read_byte, (ouro_stream *, stream))
{
    char byte;

    return ouro_stream_read(stream, &byte, 1);
}

OURO_ASYNC(read_line, (ouro_stream *, stream))
{
    ouro_bytes line;

    return ouro_stream_readline(stream, &line);
}

TEST_NET(close_wakes_who_waits)
{
    struct pair pair = open_pair(0);
    ouro_task *tasks[4];

    tasks[0] = ouro_create_task(read_byte_coro(pair.stream));
    for (int i = 1; i < 4; i++)
        tasks[i] = ouro_create_task(wait_closed_coro(pair.stream));
    settle();
    ouro_task_cancel(tasks[3], NULL);
    CHECK_INT(ouro_await(tasks[3]), -ECANCELED);
    ouro_stream_close_nowait(pair.stream);
    CHECK_INT(ouro_await(tasks[0]), OURO_ECLOSED);
    CHECK_INT(ouro_await(tasks[1]), 0);
    CHECK_INT(ouro_await(tasks[2]), 0);
    CHECK_INT(ouro_stream_wait_closed(pair.stream), 0);
    for (int i = 0; i < 4; i++)
        ouro_task_unref(tasks[i]);
    close_pair(&pair);
    return 0;
}

/* A close that is cancelled closes all the same, and releases. */
OURO_ASYNC(close_stream, (ouro_stream *, stream))
{
    return ouro_stream_close(stream);
}

TEST_NET(cancelled_close_closes)
{
    enum { SIZE = 3000000 };
    struct pair pair = open_pair(0);
    ouro_task *task;
    size_t total = 0;
    int looks = 0;
    char byte;

    shrink_buffers(&pair);
    write_bytes(pair.stream, SIZE);
    task = ouro_create_task(close_stream_coro(pair.stream));
    settle();
    ouro_task_cancel(task, NULL);
    CHECK_INT(ouro_await(task), -ECANCELED);
    ouro_task_unref(task);
    while (total < SIZE && ++looks < LOOKS_MAX) {
        total += swallow(pair.peer);
        CHECK_INT(ouro_sleep(1e-6), 0);
    }
    CHECK_INT(total, SIZE);
    CHECK_INT(get_bytes(pair.peer, &byte, 1), 0);
    close(pair.peer);
    settle();
    return 0;
}

TEST_NET(last_reference_closes)
{
    struct pair pair = open_pair(0);
    ouro_task *task = ouro_create_task(read_byte_coro(pair.stream));
    char byte;

    settle();
    ouro_task_cancel(task, NULL);
    CHECK_INT(ouro_await(task), -ECANCELED); /* its receive is still in flight */
    ouro_task_unref(task);
    CHECK_PTR(ouro_stream_ref(pair.stream), pair.stream);
    ouro_stream_unref(pair.stream);
    CHECK(!ouro_stream_is_closing(pair.stream));
    ouro_stream_unref(pair.stream);
    CHECK_INT(get_bytes(pair.peer, &byte, 1), 0);
    close(pair.peer);
    return 0;
}

/* Released by somebody else while a task is in it. */
TEST_NET(released_under_a_reader)
{
    struct pair pair = open_pair(0);
    ouro_task *task = ouro_create_task(read_line_coro(pair.stream));

    settle();
    ouro_stream_unref(pair.stream);
    CHECK_INT(ouro_await(task), OURO_ECLOSED);
    ouro_task_unref(task);
    close(pair.peer);
    settle();
    return 0;
}

/* The same after its bytes have come and before it runs. */
TEST_NET(released_under_a_woken_reader)
{
    struct pair pair = open_pair(0);
    ouro_task *task = ouro_create_task(read_line_coro(pair.stream));

    settle();
    put(pair.peer, "a line\n");
    for (int looks = 0; pair.stream->reader != NULL && looks < LOOKS_MAX; looks++) {
        ouro_loop *loop = ouro_get_running_loop();

        loop->backend->ops->wait(loop->backend, 0);
        loop->backend->ops->dispatch(loop->backend);
    }
    ouro_stream_unref(pair.stream);
    CHECK_INT(ouro_await(task), OURO_ECLOSED);
    ouro_task_unref(task);
    close(pair.peer);
    return 0;
}

TEST_NET(abort_resets)
{
    need_plain();

    struct pair pair = open_pair(0);
    ouro_task *task = ouro_create_task(read_byte_coro(pair.stream));
    char byte;

    shrink_buffers(&pair);
    settle();
    write_bytes(pair.stream, 3000000);
    settle();
    ouro_stream_abort(pair.stream);
    ouro_stream_abort(pair.stream);
    CHECK_INT(ouro_await(task), OURO_ECLOSED);
    CHECK_INT(ouro_stream_wait_closed(pair.stream), 0);
    while (recv(pair.peer, &byte, 1, 0) > 0)
        continue;
    CHECK_INT(errno, ECONNRESET);
    ouro_task_unref(task);
    close_pair(&pair);
    return 0;
}

/* A close that takes long can be cut short. */
TEST_NET(abort_of_a_closing_stream)
{
    struct pair pair = open_pair(0);
    int done = 0;
    ouro_task *task;

    shrink_buffers(&pair);
    write_bytes(pair.stream, 3000000);
    task = ouro_create_task(drain_coro(pair.stream, &done));
    settle();
    ouro_stream_close_nowait(pair.stream);
    settle();
    CHECK(!done);
    ouro_stream_abort(pair.stream);
    CHECK_INT(ouro_await(task), -ECONNRESET);
    ouro_task_unref(task);
    close_pair(&pair);
    return 0;
}

TEST_NET(reset_by_the_peer)
{
    struct pair pair = open_pair(0);
    char data[8];
    ouro_bytes line;
    ouro_task *task = ouro_create_task(read_line_coro(pair.stream));
    ouro_task *closed = ouro_create_task(wait_closed_coro(pair.stream));

    settle();
    put(pair.peer, "not a line");
    settle();
    reset(pair.peer);
    CHECK_INT(ouro_await(task), -ECONNRESET);
    CHECK_INT(ouro_await(closed), -ECONNRESET);
    ouro_task_unref(task);
    ouro_task_unref(closed);
    /* The error comes first, although bytes are left. */
    CHECK_INT(ouro_stream_read(pair.stream, data, sizeof data), -ECONNRESET);
    CHECK_INT(ouro_stream_readline(pair.stream, &line), -ECONNRESET);
    CHECK_INT(ouro_stream_write(pair.stream, BYTES("x")), -ECONNRESET);
    CHECK_INT(ouro_stream_drain(pair.stream), -ECONNRESET);
    CHECK(ouro_stream_is_closing(pair.stream));
    CHECK_INT(ouro_error_detail()->status, -ECONNRESET);
    CHECK_INT(ouro_stream_close(pair.stream), -ECONNRESET);
    return 0;
}

/* An error that only a write meets is everyone's. */
TEST_NET(broken_pipe)
{
    struct pair pair = open_pair(0);
    char byte;
    int done = 0;
    ouro_task *task;
    int status;

    shrink_buffers(&pair);
    write_bytes(pair.stream, 3000000);
    task = ouro_create_task(drain_coro(pair.stream, &done));
    settle();
    reset(pair.peer);
    status = ouro_await(task);
    CHECK(status == -ECONNRESET || status == -EPIPE);
    CHECK_INT(ouro_stream_read(pair.stream, &byte, 1), status);
    CHECK_INT(ouro_stream_get_write_buffer_size(pair.stream), 0);
    ouro_task_unref(task);
    CHECK_INT(ouro_stream_close(pair.stream), status);
    return 0;
}

/* asyncio yields once in the drain of a stream that is closing, and then looks. */
TEST_NET(drain_of_a_closing_stream)
{
    need_plain();

    struct pair pair = open_pair(0);
    int turns;

    spin_yields = 0;
    ouro_stream_close_nowait(pair.stream);
    CHECK_INT(ouro_stream_drain(pair.stream), -ECONNRESET);
    turns = spin_yields;
    CHECK_INT(turns, 0);
    close_pair(&pair);
    return 0;
}

/* The end of the loop. */

static int leave_open(void *arg)
{
    struct pair *pair = arg;

    *pair = open_pair(0);
    CHECK_INT(ouro_stream_write(pair->stream, BYTES("sent all the same")), 0);
    return 0;
}

static void run_with_reports(ouro_function *function, void *arg, struct reports *reports)
{
    ouro_runner runner;
    ouro_loop *loop;

    ouro_runner_init(&runner);
    CHECK_INT(ouro_runner_get_loop(&runner, &loop), 0);
    ouro_loop_set_exception_handler(loop, note_report, reports);
    CHECK_INT(ouro_runner_run(&runner, ouro_coro(function, arg)), 0);
    CHECK_INT(ouro_runner_close(&runner), 0);
}

TEST_BACKENDS(loop_closed_before_the_stream)
{
    need_plain();

    struct pair pair;
    struct reports reports = { 0 };
    char data[32];
    ouro_bytes line;

    run_with_reports(leave_open, &pair, &reports);
    CHECK_INT(reports.count, 1);
    CHECK(strncmp(reports.message, "a stream to 127.0.0.1 port ", 27) == 0);
    CHECK_INT(recv(pair.peer, data, sizeof data, 0), 17);
    CHECK_INT(recv(pair.peer, data, sizeof data, 0), 0);
    close(pair.peer);
    CHECK_INT(ouro_stream_read(pair.stream, data, sizeof data), OURO_ECLOSED);
    CHECK_INT(ouro_stream_readline(pair.stream, &line), OURO_ECLOSED);
    CHECK_INT(ouro_stream_write(pair.stream, BYTES("x")), OURO_ECLOSED);
    CHECK_INT(ouro_stream_drain(pair.stream), -ECONNRESET);
    CHECK_INT(ouro_stream_wait_closed(pair.stream), 0);
    ouro_stream_abort(pair.stream);
    ouro_stream_close_nowait(pair.stream);
    CHECK_INT(ouro_stream_get_fd(pair.stream), -1);
    CHECK_INT(ouro_stream_close(pair.stream), 0);
}

/* The loop is closed with tasks that read, drain and wait for the close, and with both operations
 * in flight. */
TEST_BACKENDS(loop_closed_under_waiting_tasks)
{
    need_plain();

    struct reports reports = { 0 };
    struct pair pair;
    ouro_loop *loop;
    ouro_task *task;
    int done = 0;

    CHECK_INT(ouro_new_event_loop(&loop), 0);
    ouro_loop_set_exception_handler(loop, note_report, &reports);
    task = ouro_loop_create_task(loop, ouro_coro(leave_open, &pair));
    CHECK_INT(ouro_loop_run_until_complete(loop, task), 0);
    ouro_task_unref(task);
    shrink_buffers(&pair);
    write_bytes(pair.stream, 3000000);
    ouro_task_unref(ouro_loop_create_task(loop, read_byte_coro(pair.stream)));
    ouro_task_unref(ouro_loop_create_task(loop, drain_coro(pair.stream, &done)));
    ouro_task_unref(ouro_loop_create_task(loop, wait_closed_coro(pair.stream)));
    for (int i = 0; i < 5; i++) {
        ouro_loop_stop(loop);
        CHECK_INT(ouro_loop_run_forever(loop), 0);
    }
    CHECK_INT(ouro_loop_close(loop), 0);
    CHECK_INT(reports.count, 4); /* three tasks and the stream */
    CHECK(!done);
    ouro_stream_unref(pair.stream);
    close(pair.peer);
}
