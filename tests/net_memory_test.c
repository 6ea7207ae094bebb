/* Connections by memory: the same calls, and virtual time. */
#include "net_probe.h"

#define TEST_MEMORY(name_)                                                                         \
    static int memory_##name_(void *arg_);                                                         \
    TEST_ALL_BACKENDS(name_)                                                                       \
    {                                                                                              \
        run(memory_##name_, NULL);                                                                 \
    }                                                                                              \
    static int memory_##name_(void *arg_)

TEST_MEMORY(a_conversation)
{
    ouro_stream *first;
    ouro_stream *second;
    ouro_bytes line;

    (void) arg_;
    CHECK_INT(ouro_open_memory_pair(&first, &second, 0), 0);
    CHECK_STR((const char *) ouro_stream_get_extra_info(first, "transport"), "memory");
    CHECK_INT(ouro_stream_get_fd(first), -1);
    CHECK_INT(ouro_stream_write(first, BYTES("question\nmore")), 0);
    CHECK_INT(ouro_stream_readline(second, &line), 1);
    CHECK_BYTES(line.data, line.size, "question\n", 9);
    CHECK_INT(ouro_stream_write(second, line), 0);
    CHECK_INT(ouro_stream_readline(first, &line), 1);
    CHECK_INT(ouro_stream_write_eof(first), 0);
    CHECK_INT(ouro_stream_readline(second, &line), 0);
    CHECK_BYTES(line.data, line.size, "more", 4);
    CHECK_INT(ouro_stream_write(second, BYTES("last")), 0);
    CHECK_INT(ouro_stream_close(second), 0);
    CHECK_INT(ouro_stream_read_bytes(first, 0, &line), 4);
    CHECK_INT(ouro_stream_read_bytes(first, 0, &line), 0);
    CHECK_INT(ouro_stream_close(first), 0);
    return 0;
}

/* What nobody reads pauses the writer; the end of the reader ends it. */
TEST_MEMORY(a_reader_that_does_not_read)
{
    static uint8_t junk[150000];
    ouro_stream *first;
    ouro_stream *second;
    int status = 0;

    (void) arg_;
    CHECK_INT(ouro_open_memory_pair(&first, &second, 0), 0);
    CHECK_INT(ouro_stream_write(first, (ouro_bytes) { junk, sizeof junk }), 0);
    ouro_with_timeout (&status, 1)
        status = ouro_stream_drain(first);
    CHECK_INT(status, -ETIMEDOUT);
    CHECK(ouro_stream_get_write_buffer_size(first) > 65536);
    CHECK_INT(ouro_stream_close(second), 0);
    CHECK_INT(ouro_stream_drain(first), -EPIPE);
    CHECK_INT(ouro_stream_close(first), -EPIPE);
    return 0;
}

TEST_MEMORY(abort_is_a_reset)
{
    ouro_stream *first;
    ouro_stream *second;
    char byte;

    (void) arg_;
    CHECK_INT(ouro_open_memory_pair(&first, &second, 0), 0);
    CHECK_INT(ouro_stream_write(first, BYTES("lost")), 0);
    ouro_stream_abort(first);
    CHECK_INT(ouro_stream_read(second, &byte, 1), -ECONNRESET);
    CHECK_INT(ouro_stream_close(first), 0);
    CHECK_INT(ouro_stream_close(second), -ECONNRESET);
    return 0;
}

struct ponger {
    ouro_protocol protocol;
    ouro_transport *transport;
    int count;
    bool begins;
    bool is_lost;
};

static int made(ouro_protocol *protocol, ouro_transport *transport)
{
    struct ponger *self = (struct ponger *) protocol;

    self->transport = transport;
    return self->begins ? ouro_transport_write(transport, BYTES("x")) : 0;
}

static int received(ouro_protocol *protocol, ouro_bytes data)
{
    struct ponger *self = (struct ponger *) protocol;

    if (++self->count == 10)
        ouro_transport_close(self->transport);
    else
        CHECK_INT(ouro_transport_write(self->transport, data), 0);
    return 0;
}

static void lost(ouro_protocol *protocol, int status)
{
    CHECK_INT(status, 0);
    ((struct ponger *) protocol)->is_lost = true;
}

static const ouro_protocol_callbacks callbacks = {
    .connection_made = made,
    .data_received = received,
    .connection_lost = lost,
};

TEST_MEMORY(two_protocols)
{
    ouro_loop *loop = ouro_get_running_loop();
    struct ponger first = { .protocol.callbacks = &callbacks, .begins = true };
    struct ponger second = { .protocol.callbacks = &callbacks };

    (void) arg_;
    CHECK_INT(ouro_loop_connect_memory_pair(loop, &first.protocol, NULL), -EINVAL);
    CHECK_INT(ouro_loop_connect_memory_pair(loop, &first.protocol, &second.protocol), 0);
    for (int i = 0; i < 1000 && !(first.is_lost && second.is_lost); i++)
        CHECK_INT(ouro_sleep(0), 0);
    CHECK(first.is_lost && second.is_lost);
    CHECK_INT(first.count, 9);
    CHECK_INT(second.count, 10);
    return 0;
}

TEST_ALL_BACKENDS(loop_closed_under_it)
{
    struct ponger first = { .protocol.callbacks = &callbacks, .begins = true };
    struct ponger second = { .protocol.callbacks = &callbacks };
    struct reports reports = { 0 };
    ouro_loop *loop;

    CHECK_INT(ouro_new_event_loop(&loop), 0);
    ouro_loop_set_exception_handler(loop, note_report, &reports);
    CHECK_INT(ouro_loop_connect_memory_pair(loop, &first.protocol, &second.protocol), 0);
    for (int i = 0; i < 3; i++) {
        ouro_loop_stop(loop);
        CHECK_INT(ouro_loop_run_forever(loop), 0);
    }
    CHECK_INT(ouro_loop_close(loop), 0);
    CHECK(first.is_lost && second.is_lost);
    CHECK_INT(reports.count, 2);
    CHECK_STR(reports.message, "a transport over memory was not closed before its loop");
}
