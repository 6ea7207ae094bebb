/* Transports and protocols: which callbacks come, in which order, and what every call says. */
#include "net_probe.h"

#include "net/transport.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* A protocol that writes down what happens to it. */
struct recorder {
    ouro_protocol protocol;
    ouro_transport *transport;
    char trace[2000];
    char buffer[8]; /* of the buffered kind */
    int made_status;
    int data_status; /* what data_received and buffer_updated return */
    int eof_status;
    int lost_status;
    int lost_port; /* of the peer, as connection_lost has found it */
    bool is_made;
    bool is_lost;
    bool is_silent; /* does not write down bytes, which come in pieces of any size */
    size_t received;
    int pieces;
};

__attribute__((format(printf, 2, 3))) static void note(struct recorder *recorder,
                                                       const char *format, ...)
{
    size_t len = strlen(recorder->trace);
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(recorder->trace + len, sizeof recorder->trace - len, format, arguments);
    va_end(arguments);
}

static struct recorder *recorder_of(ouro_protocol *protocol)
{
    return (struct recorder *) protocol;
}

/* Leaves the detail of a failure that has nothing to do with what comes. */
static void fail_elsewhere(void)
{
    CHECK_INT(ouro_transport_write(NULL, BYTES("x")), -EINVAL);
}

static int made(ouro_protocol *protocol, ouro_transport *transport)
{
    struct recorder *recorder = recorder_of(protocol);

    CHECK(!recorder->is_made);
    recorder->is_made = true;
    recorder->transport = transport;
    note(recorder, "made ");
    return recorder->made_status;
}

static void lost(ouro_protocol *protocol, int status)
{
    struct recorder *recorder = recorder_of(protocol);
    const struct sockaddr_in *peer;

    CHECK(recorder->is_made && !recorder->is_lost);
    recorder->is_lost = true;
    recorder->lost_status = status;
    peer = ouro_transport_get_extra_info(recorder->transport, "peername");
    recorder->lost_port = peer != NULL ? peer->sin_port : 0;
    note(recorder, "lost ");
}

/* Bytes that come in several pieces are written down as one text. */
static int received(ouro_protocol *protocol, ouro_bytes data)
{
    struct recorder *recorder = recorder_of(protocol);
    size_t len = strlen(recorder->trace);
    bool goes_on = len > 1 && recorder->trace[len - 2] == '"';

    CHECK(data.size > 0);
    fail_elsewhere();
    recorder->received += data.size;
    recorder->pieces++;
    if (recorder->is_silent)
        return recorder->data_status;
    if (goes_on)
        recorder->trace[len - 2] = '\0';
    note(recorder, "%s%.*s\" ", goes_on ? "" : "\"", (int) data.size, (const char *) data.data);
    return recorder->data_status;
}

static int ended(ouro_protocol *protocol)
{
    note(recorder_of(protocol), "eof ");
    return recorder_of(protocol)->eof_status;
}

static void paused(ouro_protocol *protocol)
{
    note(recorder_of(protocol), "pause ");
}

static void resumed(ouro_protocol *protocol)
{
    note(recorder_of(protocol), "resume ");
}

static const ouro_protocol_callbacks plain = {
    .connection_made = made,
    .connection_lost = lost,
    .data_received = received,
    .eof_received = ended,
    .pause_writing = paused,
    .resume_writing = resumed,
};

static int give_buffer(ouro_protocol *protocol, size_t hint, void **ret_buffer, size_t *ret_size)
{
    struct recorder *recorder = recorder_of(protocol);

    (void) hint;
    *ret_buffer = recorder->buffer;
    *ret_size = sizeof recorder->buffer;
    return 0;
}

static int updated(ouro_protocol *protocol, size_t count)
{
    struct recorder *recorder = recorder_of(protocol);

    return received(protocol, (ouro_bytes) { (const uint8_t *) recorder->buffer, count });
}

static const ouro_protocol_callbacks buffered = {
    .connection_made = made,
    .connection_lost = lost,
    .get_buffer = give_buffer,
    .buffer_updated = updated,
    .eof_received = ended,
};

/* A protocol on one end of a connection; the other end is the test's. */
static int attach(struct recorder *recorder, const ouro_protocol_callbacks *callbacks)
{
    ouro_transport *transport = NULL;
    int fds[2];

    connect_pair(fds);
    recorder->protocol.callbacks = callbacks;
    CHECK_INT(ouro_loop_create_connection(ouro_get_running_loop(), &recorder->protocol, &transport,
                                          .fd = fds[0]),
              0);
    CHECK_PTR(transport, recorder->transport);
    CHECK_STR(recorder->trace, "made ");
    return fds[1];
}

static void expect_trace(struct recorder *recorder, const char *trace)
{
    for (int looks = 0; strcmp(recorder->trace, trace) != 0 && looks < 100; looks++)
        settle();
    CHECK_STR(recorder->trace, trace);
}

TEST_NET(a_conversation)
{
    struct recorder recorder = { .eof_status = 0 };
    int peer = attach(&recorder, &plain);
    ouro_transport *transport = recorder.transport;

    put(peer, "hello");
    expect_trace(&recorder, "made \"hello\" ");
    CHECK_INT(ouro_transport_write(transport, BYTES("world")), 0);
    expect_text(peer, "world");
    CHECK(!ouro_transport_is_closing(transport));
    CHECK(ouro_transport_is_reading(transport));
    CHECK(ouro_transport_can_write_eof(transport));
    CHECK_PTR(ouro_transport_get_protocol(transport), &recorder.protocol);
    CHECK_STR((const char *) ouro_transport_get_extra_info(transport, "transport"), "tcp");
    CHECK(ouro_transport_get_extra_info(transport, "peername") != NULL);
    CHECK(ouro_transport_get_extra_info(transport, "cipher") == NULL);
    close(peer);
    expect_trace(&recorder, "made \"hello\" eof lost ");
    CHECK_INT(recorder.lost_status, 0);
    return 0;
}

TEST_NET(eof_may_keep_the_other_direction)
{
    struct recorder recorder = { .eof_status = 1 };
    int peer = attach(&recorder, &plain);

    CHECK_INT(shutdown(peer, SHUT_WR), 0);
    expect_trace(&recorder, "made eof ");
    CHECK_INT(ouro_transport_write(recorder.transport, BYTES("still here")), 0);
    CHECK_INT(ouro_transport_write_eof(recorder.transport), 0);
    CHECK_INT(ouro_transport_write_eof(recorder.transport), 0);
    CHECK_INT(ouro_transport_write(recorder.transport, BYTES("x")), OURO_ECLOSED);
    expect_text(peer, "still here");
    ouro_transport_close(recorder.transport);
    expect_trace(&recorder, "made eof lost ");
    close(peer);
    return 0;
}

/* connection_lost comes by the loop, never inside close, and what was written goes first. */
TEST_NET(close_sends_what_is_queued)
{
    struct recorder recorder = { .eof_status = 0 };
    int peer = attach(&recorder, &plain);

    CHECK_INT(ouro_transport_write(recorder.transport, BYTES("goodbye")), 0);
    ouro_transport_close(recorder.transport);
    ouro_transport_close(recorder.transport);
    CHECK(ouro_transport_is_closing(recorder.transport));
    CHECK(!ouro_transport_is_reading(recorder.transport));
    CHECK_STR(recorder.trace, "made ");
    expect_text(peer, "goodbye");
    expect_trace(&recorder, "made lost ");
    CHECK_INT(recorder.lost_status, 0);
    close(peer);
    return 0;
}

TEST_NET(abort_is_a_reset)
{
    struct recorder recorder = { .eof_status = 0 };
    int peer = attach(&recorder, &plain);
    char byte;

    CHECK_INT(ouro_transport_write(recorder.transport, BYTES("lost")), 0);
    ouro_transport_abort(recorder.transport);
    CHECK_STR(recorder.trace, "made ");
    expect_trace(&recorder, "made lost ");
    CHECK_INT(recorder.lost_status, 0);
    CHECK_INT(get_bytes(peer, &byte, 1), -ECONNRESET);
    close(peer);
    return 0;
}

TEST_NET(reset_by_the_peer)
{
    struct recorder recorder = { .eof_status = 0 };
    int peer = attach(&recorder, &plain);
    struct sockaddr_in name;
    socklen_t size = sizeof name;

    CHECK_INT(getsockname(peer, (struct sockaddr *) &name, &size), 0);
    reset(peer);
    expect_trace(&recorder, "made lost ");
    CHECK_INT(recorder.lost_status, -ECONNRESET);
    CHECK(recorder.lost_port != 0);
#ifndef TESTS_TLS_PROBE_H
    CHECK_INT(recorder.lost_port, name.sin_port);
#endif
    return 0;
}

/* Nobody reads, so that a write meets the reset, be it small or large. */
TEST_NET(reset_met_by_a_write)
{
    static const uint8_t zeros[50000]; /* less than the high mark */

    need_plain();
    for (size_t size = 1; size <= sizeof zeros; size += sizeof zeros - 1) {
        struct recorder recorder = { .eof_status = 0 };
        int peer = attach(&recorder, &plain);

        ouro_transport_pause_reading(recorder.transport);
        settle();
        reset(peer);
        CHECK_INT(ouro_transport_write(recorder.transport, (ouro_bytes) { zeros, size }), 0);
        expect_trace(&recorder, "made lost ");
        CHECK_INT(recorder.lost_status, -ECONNRESET);
    }
    return 0;
}

/* No bytes come while reading is paused, and none are lost. */
TEST_NET(paused_reading)
{
    struct recorder recorder = { .eof_status = 0 };
    int peer = attach(&recorder, &plain);
    ouro_transport *transport = recorder.transport;

    ouro_transport_pause_reading(transport);
    ouro_transport_pause_reading(transport);
    CHECK(!ouro_transport_is_reading(transport));
    put(peer, "one");
    settle();
    put(peer, " two");
    settle();
    CHECK_STR(recorder.trace, "made ");
    ouro_transport_resume_reading(transport);
    ouro_transport_resume_reading(transport);
    while (recorder.received < 7)
        settle();
    close(peer);
    while (!recorder.is_lost)
        settle();
    CHECK_INT(recorder.received, 7);
    return 0;
}

/* pause and resume alternate strictly, at the marks. */
TEST_NET(marks)
{
    static char junk[65536];
    struct recorder recorder = { .eof_status = 0 };
    int peer = attach(&recorder, &plain);
    ouro_transport *transport = recorder.transport;
    size_t low;
    size_t high;
    size_t written = 0;
    size_t read = 0;

    ouro_transport_get_write_buffer_limits(transport, &low, &high);
    CHECK_INT(high, 65536);
    CHECK_INT(low, 16384);
    CHECK_INT(ouro_transport_set_write_buffer_limits(transport, 1, 2), -EINVAL);
    while (strcmp(recorder.trace, "made ") == 0) {
        CHECK_INT(ouro_transport_write(transport, (ouro_bytes) { (uint8_t *) junk, sizeof junk }),
                  0);
        written += sizeof junk;
    }
    CHECK_STR(recorder.trace, "made pause ");
    CHECK_INT(ouro_transport_write(transport, BYTES("more")), 0);
    written += 4;
    CHECK(ouro_transport_get_write_buffer_size(transport) > high);
    CHECK_STR(recorder.trace, "made pause ");
    while (read < written) {
        ssize_t len = recv(peer, junk, sizeof junk, MSG_DONTWAIT);

        if (len > 0)
            read += (size_t) len;
        CHECK_INT(ouro_sleep(1e-6), 0);
    }
    expect_trace(&recorder, "made pause resume ");
    close(peer);
    expect_trace(&recorder, "made pause resume eof lost ");
    return 0;
}

/* More than the buffer takes: several rounds. Then another kind of protocol takes over. */
TEST_NET(buffers_of_the_protocol)
{
    struct recorder recorder = { .eof_status = 0 };
    struct recorder next = { .protocol.callbacks = &plain, .is_made = true };
    int peer = attach(&recorder, &buffered);

    put(peer, "12345678abcdefgh.");
    expect_trace(&recorder, "made \"12345678abcdefgh.\" ");
    CHECK(recorder.pieces >= 3); /* the buffer has room for 8 */
    CHECK_INT(ouro_transport_set_protocol(recorder.transport, NULL), -EINVAL);
    CHECK_INT(ouro_transport_set_protocol(recorder.transport, &next.protocol), 0);
    put(peer, "the rest");
    expect_trace(&next, "\"the rest\" ");
    close(peer);
    expect_trace(&next, "\"the rest\" eof lost ");
    CHECK_STR(recorder.trace, "made \"12345678abcdefgh.\" ");
    return 0;
}

TEST_NET(much_at_a_time)
{
    enum { SIZE = 600000 };
    struct recorder recorders[2] = { { .is_silent = true }, { .is_silent = true } };
    char *data = calloc(1, SIZE);

    for (int i = 0; i < 2; i++) {
        int peer = attach(&recorders[i], i ? &buffered : &plain);
        size_t sent = 0;

        while (sent < SIZE) {
            ssize_t len = send(peer, data + sent, SIZE - sent, MSG_DONTWAIT | MSG_NOSIGNAL);

            if (len > 0)
                sent += (size_t) len;
            CHECK_INT(ouro_sleep(1e-6), 0);
        }
        close(peer);
        while (!recorders[i].is_lost)
            settle();
        CHECK_INT(recorders[i].received, SIZE);
        CHECK_INT(recorders[i].lost_status, 0);
    }
    free(data);
    return 0;
}

TEST_NET(failures_of_callbacks)
{
    static const char *const messages[] = {
        "Fatal error: protocol.data_received() call failed.",
        "Fatal error: protocol.buffer_updated() call failed.",
        "Fatal error: protocol.eof_received() call failed.",
    };

    for (int i = 0; i < 3; i++) {
        struct recorder recorder = { .data_status = i < 2 ? -EPROTO : 0, .eof_status = -EPROTO };
        struct reports reports = { 0 };
        int peer;

        keep_reports(&reports);
        peer = attach(&recorder, i == 1 ? &buffered : &plain);
        if (i < 2)
            put(peer, "bad");
        else
            CHECK_INT(shutdown(peer, SHUT_WR), 0);
        while (!recorder.is_lost)
            settle();
        CHECK_INT(recorder.lost_status, -EPROTO);
        CHECK_INT(reports.count, 1);
        CHECK_STR(reports.message, messages[i]);
        CHECK(!reports.has_detail);
        CHECK_PTR(reports.transport, recorder.transport);
        CHECK_PTR(reports.protocol, &recorder.protocol);
        close(peer);
    }
    return 0;
}

/* A failure of connection_made is reported, and no more. */
TEST_NET(failure_of_connection_made)
{
    struct recorder recorder = { .made_status = -EPROTO };
    struct reports reports = { 0 };
    int peer;

    keep_reports(&reports);
    peer = attach(&recorder, &plain);
    CHECK_INT(reports.count, 1);
    put(peer, "goes on");
    expect_trace(&recorder, "made \"goes on\" ");
    close(peer);
    expect_trace(&recorder, "made \"goes on\" eof lost ");
    return 0;
}

/* A reference keeps the transport after its end, and calls are refused. */
TEST_NET(after_the_end)
{
    struct recorder recorder = { .eof_status = 0 };
    int peer = attach(&recorder, &plain);
    ouro_transport *transport = ouro_transport_ref(recorder.transport);
    const void *name = ouro_transport_get_extra_info(transport, "peername");

    close(peer);
    expect_trace(&recorder, "made eof lost ");
    settle();
    CHECK_INT(ouro_transport_write(transport, BYTES("x")), OURO_ECLOSED);
    CHECK_INT(ouro_transport_write_eof(transport), OURO_ECLOSED);
    CHECK_INT(ouro_transport_set_protocol(transport, &recorder.protocol), OURO_ECLOSED);
    CHECK_PTR(ouro_transport_get_protocol(transport), NULL);
    CHECK_PTR(ouro_transport_get_extra_info(transport, "peername"), name);
    CHECK_PTR(ouro_transport_get_extra_info(transport, "socket"), NULL);
    ouro_transport_close(transport);
    ouro_transport_abort(transport);
    ouro_transport_pause_reading(transport);
    ouro_transport_resume_reading(transport);
    CHECK(ouro_transport_is_closing(transport) && !ouro_transport_is_reading(transport));
    ouro_transport_unref(transport);
    return 0;
}

static void note_trace(void *recorder)
{
    note(recorder, "soon ");
}

/* The end is told in the next iteration, whether or not the kernel has ended the receive. */
TEST_NET(the_end_comes_in_turn)
{
    for (int i = 0; i < 2; i++) {
        struct recorder recorder = { .eof_status = 0 };
        int peer = attach(&recorder, &plain);
        ouro_loop *loop = ouro_get_running_loop();

        settle();
        ouro_loop_call_soon(loop, note_trace, &recorder);
        if (i == 0)
            ouro_transport_close(recorder.transport);
        else
            ouro_transport_abort(recorder.transport);
        ouro_loop_call_soon(loop, note_trace, &recorder);
        CHECK_INT(ouro_sleep(0), 0);
        CHECK_STR(recorder.trace, "made soon lost soon ");
        settle();
        CHECK_STR(recorder.trace, "made soon lost soon ");
        close(peer);
    }
    return 0;
}

static void count_warning(ouro_log_level level, const char *text, void *arg)
{
    CHECK_INT(level, OURO_LOG_WARNING);
    CHECK(strstr(text, "writes to a connection that is closed") != NULL);
    ++*(int *) arg;
}

/* A program that does not look at its errors is told of them, once. */
TEST_NET(writes_after_the_end)
{
    struct recorder recorder = { .eof_status = 0 };
    int peer = attach(&recorder, &plain);
    int warnings = 0;

    ouro_set_log_handler(count_warning, &warnings);
    ouro_transport_close(recorder.transport);
    for (int i = 0; i < 8; i++) {
        CHECK_INT(ouro_transport_write(recorder.transport, BYTES("x")), OURO_ECLOSED);
        CHECK_INT(warnings, i >= 4);
    }
    settle();
    ouro_set_log_handler(NULL, NULL);
    close(peer);
    return 0;
}

/* The transport of a stream has no protocol, but marks and information. */
TEST_NET(transport_of_a_stream)
{
    struct recorder recorder = { .protocol.callbacks = &plain };
    struct pair pair = open_pair(0);
    ouro_transport *transport = ouro_stream_transport(pair.stream);
    size_t low;
    size_t high;

    CHECK_INT(ouro_stream_set_write_buffer_limits(pair.stream, 100, 10), 0);
    ouro_transport_get_write_buffer_limits(transport, &low, &high);
    CHECK(low == 10 && high == 100);
    ouro_transport_get_write_buffer_limits(transport, NULL, &high);
    ouro_transport_get_write_buffer_limits(transport, &low, NULL);
    CHECK(low == 10 && high == 100);
    CHECK(ouro_transport_is_reading(transport) && !ouro_transport_is_reading(NULL));
    ouro_transport_pause_reading(transport);
    CHECK(ouro_transport_is_reading(transport));
    CHECK_PTR(ouro_transport_get_protocol(transport), NULL);
    CHECK_INT(ouro_transport_set_protocol(transport, &recorder.protocol), OURO_EINUSE);
    CHECK(ouro_stream_get_extra_info(pair.stream, "sockname") != NULL);
    CHECK_PTR(ouro_stream_get_extra_info(NULL, "sockname"), NULL);
    ouro_stream_close_nowait(pair.stream);
    CHECK(!ouro_transport_is_reading(transport));
    close_pair(&pair);
    return 0;
}

static ouro_protocol *make_recorder(void *arg)
{
    struct recorder **last = arg;
    struct recorder *recorder = calloc(1, sizeof *recorder);

    recorder->protocol.callbacks = &plain;
    *last = recorder;
    return &recorder->protocol;
}

static ouro_protocol *make_none(void *arg)
{
    ++*(int *) arg;
    fail_elsewhere();
    return NULL;
}

TEST_NET(server_of_protocols)
{
    ouro_loop *loop = ouro_get_running_loop();
    struct recorder *recorder = NULL;
    ouro_server *server;
    int peer;

    CHECK_INT(ouro_loop_create_server(loop, &server, NULL, .host = "127.0.0.1"), -EINVAL);
    CHECK_INT(ouro_loop_create_server(NULL, &server, make_recorder, .host = "127.0.0.1"),
              OURO_ENOLOOP);
    CHECK_INT(ouro_loop_create_server(loop, &server, make_recorder, .arg = &recorder,
                                      .host = "127.0.0.1", .keep_alive = true),
              0);
    peer = connect_to_port(ouro_server_port(server));
    put(peer, "question");
    while (recorder == NULL)
        settle();
    expect_trace(recorder, "made \"question\" ");
    CHECK_INT(ouro_transport_write(recorder->transport, BYTES("answer")), 0);
    expect_text(peer, "answer");
    ouro_server_close(server);
    CHECK(!recorder->is_lost);
    ouro_server_close_clients(server);
    CHECK_INT(ouro_server_wait_closed(server), 0);
    CHECK(recorder->is_lost);
    free(recorder);
    close(peer);
    ouro_server_unref(server);
    return 0;
}

TEST_NET(no_protocol_for_a_connection)
{
    struct reports reports = { 0 };
    ouro_server *server;
    int asked = 0;
    char byte;
    int peer;

    keep_reports(&reports);
    CHECK_INT(ouro_loop_create_server(ouro_get_running_loop(), &server, make_none, .arg = &asked,
                                      .host = "127.0.0.1"),
              0);
    peer = connect_to_port(ouro_server_port(server));
    CHECK(get_bytes(peer, &byte, 1) <= 0);
    CHECK_INT(asked, 1);
    CHECK_INT(reports.count, 1);
    CHECK(!reports.has_detail);
    close(peer);
    ouro_server_close(server);
    CHECK_INT(ouro_server_wait_closed(server), 0);
    ouro_server_unref(server);
    return 0;
}

/* A socket that was accepted elsewhere. */
TEST_NET(accepted_elsewhere)
{
    ouro_loop *loop = ouro_get_running_loop();
    struct recorder recorder = { .protocol.callbacks = &plain };
    int fds[2];

    connect_pair(fds);
    CHECK_INT(ouro_loop_connect_accepted_socket(loop, &recorder.protocol, -1, NULL), -EBADF);
    CHECK_INT(ouro_loop_connect_accepted_socket(loop, NULL, fds[1], NULL), -EINVAL);
    CHECK_INT(ouro_loop_connect_accepted_socket(loop, &recorder.protocol, fds[1], NULL), 0);
    CHECK_STR(recorder.trace, "made ");
    put(fds[0], "x");
    expect_trace(&recorder, "made \"x\" ");
    close(fds[0]);
    expect_trace(&recorder, "made \"x\" eof lost ");
    return 0;
}

OURO_ASYNC(create_on, (struct recorder *, recorder), (int, fd))
{
    return ouro_loop_create_connection(ouro_get_running_loop(), &recorder->protocol, NULL,
                                       .fd = fd);
}

/* Cancelled before connection_made has been called: it is called, and connection_lost too. */
TEST_NET(cancelled_before_connection_made)
{
    struct recorder recorder = { .protocol.callbacks = &plain };
    ouro_task *task;
    int fds[2];

    connect_pair(fds);
    task = ouro_create_task(create_on_coro(&recorder, fds[0]));
    CHECK_INT(ouro_sleep(0), 0);
    ouro_task_cancel(task, NULL);
    CHECK_INT(ouro_await(task), -ECANCELED);
    ouro_task_unref(task);
    expect_trace(&recorder, "made lost ");
    close(fds[1]);
    return 0;
}

/* The loop is closed under a connection: connection_lost is the last that its protocol hears. */
TEST_BACKENDS(loop_closed_under_a_protocol)
{
    for (int turns = 0; turns < 4; turns++) {
        struct recorder recorder = { .protocol.callbacks = &plain };
        struct reports reports = { 0 };
        ouro_loop *loop;
        int fds[2];

        connect_pair(fds);
        CHECK_INT(ouro_new_event_loop(&loop), 0);
        ouro_loop_set_exception_handler(loop, note_report, &reports);
        ouro_task_unref(ouro_loop_create_task(loop, create_on_coro(&recorder, fds[0])));
        for (int i = 0; i < turns; i++) {
            ouro_loop_stop(loop);
            CHECK_INT(ouro_loop_run_forever(loop), 0);
        }
        CHECK_INT(ouro_loop_close(loop), 0);
        CHECK_INT(recorder.is_made, recorder.is_lost);
        if (turns == 0) {
            close(fds[0]); /* the task has not begun */
        } else {
            CHECK(recorder.is_lost);
            CHECK(strncmp(reports.message, "a transport to ", 15) == 0);
            CHECK_PTR(reports.protocol, &recorder.protocol);
        }
        close(fds[1]);
    }
}

/* A protocol that gives its place to another one while it is asked for a buffer. */
static struct recorder *successor;

static int give_way(ouro_protocol *protocol, size_t hint, void **ret_buffer, size_t *ret_size)
{
    CHECK_INT(give_buffer(protocol, hint, ret_buffer, ret_size), 0);
    return ouro_transport_set_protocol(recorder_of(protocol)->transport, &successor->protocol);
}

static int count_only(ouro_protocol *protocol, size_t count)
{
    note(recorder_of(protocol), "%zu ", count);
    return 0;
}

static int nothing_is_for_me(ouro_protocol *protocol, size_t count)
{
    (void) protocol;
    (void) count;
    FAIL("the protocol is not this one any more");
}

static const ouro_protocol_callbacks giving_way = {
    .connection_made = made,
    .get_buffer = give_way,
    .buffer_updated = nothing_is_for_me,
};

static const ouro_protocol_callbacks counting = {
    .get_buffer = give_buffer,
    .buffer_updated = count_only,
    .connection_lost = lost,
};

TEST_NET(protocol_is_set_inside_get_buffer)
{
    static const ouro_protocol_callbacks *const kinds[] = { &plain, &counting };
    static const char *const traces[] = { "\"hello\" lost ", "5 lost " };

    for (int i = 0; i < 2; i++) {
        struct recorder first = { .protocol = { .callbacks = NULL } };
        struct recorder next = { .protocol = { .callbacks = kinds[i] }, .is_made = true };
        int peer = attach(&first, &giving_way);

        successor = &next;
        put(peer, "hello");
        settle();
        ouro_transport_close(first.transport);
        settle();
        CHECK_STR(first.trace, "made ");
        CHECK_STR(next.trace, traces[i]);
        close(peer);
    }
    return 0;
}

OURO_ASYNC(read_line, (ouro_stream *, stream), (size_t *, ret_size))
{
    ouro_bytes line;
    int status = ouro_stream_readline(stream, &line);

    if (status >= 0)
        *ret_size = line.size;
    return status;
}

TEST_WITH(fed_by_hand, .backends = TEST_URING | TEST_EPOLL | TEST_SIM)
{
    ouro_loop *loop;
    ouro_stream *stream;
    ouro_task *task;
    size_t size = 0;

    CHECK_INT(ouro_new_event_loop(&loop), 0);
    CHECK_PTR(ouro_stream_new(NULL, 0), NULL);
    stream = ouro_stream_new(loop, 0);
    CHECK_INT(ouro_stream_feed_data(stream, BYTES("")), 0);
    task = ouro_loop_create_task(loop, read_line_coro(stream, &size));
    CHECK_INT(ouro_stream_feed_data(stream, BYTES("a li")), 0);
    CHECK_INT(ouro_stream_feed_data(stream, BYTES("ne\nrest")), 0);
    CHECK_INT(ouro_loop_run_until_complete(loop, task), 1);
    ouro_task_unref(task);
    CHECK_INT(size, 7);
    CHECK(!ouro_stream_at_eof(stream));
    CHECK_INT(ouro_stream_feed_eof(stream), 0);
    CHECK_INT(ouro_stream_feed_data(stream, BYTES("late")), OURO_EINVALIDSTATE);
    CHECK_INT(ouro_stream_write(stream, BYTES("x")), -EINVAL);
    CHECK_INT(ouro_stream_drain(stream), -EINVAL);
    CHECK_INT(ouro_stream_exception(stream), 0);
    CHECK_INT(ouro_stream_set_exception(stream, 0), -EINVAL);
    (void) ouro_error_set(-EPIPE, "test", "broken on purpose");
    CHECK_INT(ouro_stream_set_exception(stream, -EPIPE), 0);
    CHECK_INT(ouro_stream_exception(stream), -EPIPE);
    task = ouro_loop_create_task(loop, read_line_coro(stream, &size));
    CHECK_INT(ouro_loop_run_until_complete(loop, task), -EPIPE);
    CHECK_STR(ouro_error_text(-EPIPE), "broken on purpose");
    ouro_task_unref(task);
    CHECK_INT(ouro_stream_close(stream), 0);
    CHECK_INT(ouro_loop_close(loop), 0);
}
