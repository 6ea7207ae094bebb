/* Transfers whose one end, or both, is a protocol: one that writes until it is paused, or one that
 * pauses reading at random. The task at the other end is cancelled at random moments. No byte is
 * lost, and none comes twice.
 */
#include "net_transfer.h"

#include "net/stream.h"

/* An end of a connection that is a protocol. */
struct end {
    ouro_protocol protocol;
    struct transfer *transfer;
    ouro_transport *transport;
    unsigned pauses;
    bool is_paused;
    bool is_scheduled; /* `go_on` is */
    bool is_lost;
};

static struct end *end_of(ouro_protocol *protocol)
{
    return (struct end *) protocol;
}

static int end_made(ouro_protocol *protocol, ouro_transport *transport)
{
    end_of(protocol)->transport = transport;
    return 0;
}

static void end_lost(ouro_protocol *protocol, int status)
{
    CHECK_INT(status, 0);
    end_of(protocol)->is_lost = true;
}

static void go_on_soon(struct end *end, ouro_callback *go_on)
{
    ouro_loop *loop = ouro_get_running_loop();

    if (end->is_scheduled || end->is_lost)
        return;
    end->is_scheduled = true;
    if (test_random_below(&end->transfer->random, 2))
        ouro_loop_call_soon(loop, go_on, end);
    else
        ouro_loop_call_later(loop, 1e-6, go_on, end);
}

/* Writes until it is paused, or has done enough for once. */
static void send_some(void *arg)
{
    struct end *end = arg;
    struct transfer *transfer = end->transfer;
    uint8_t chunk[CHUNK_MAX];

    end->is_scheduled = false;
    while (!end->is_paused && transfer->written < transfer->size) {
        size_t size = 1 + (size_t) test_random_below(&transfer->random, CHUNK_MAX);

        if (size > transfer->size - transfer->written)
            size = transfer->size - transfer->written;
        for (size_t i = 0; i < size; i++)
            chunk[i] = byte_at(transfer->written + i);
        CHECK_INT(ouro_transport_write(end->transport, (ouro_bytes) { chunk, size }), 0);
        transfer->written += size;
        if (test_random_below(&transfer->random, 8) == 0) {
            go_on_soon(end, send_some);
            return;
        }
    }
    if (transfer->written == transfer->size)
        CHECK_INT(ouro_transport_write_eof(end->transport), 0);
}

static void sender_paused(ouro_protocol *protocol)
{
    CHECK(!end_of(protocol)->is_paused);
    end_of(protocol)->is_paused = true;
    end_of(protocol)->pauses++;
}

static void sender_resumed(ouro_protocol *protocol)
{
    CHECK(end_of(protocol)->is_paused);
    end_of(protocol)->is_paused = false;
    go_on_soon(end_of(protocol), send_some);
}

static const ouro_protocol_callbacks sender_callbacks = {
    .connection_made = end_made,
    .connection_lost = end_lost,
    .pause_writing = sender_paused,
    .resume_writing = sender_resumed,
};

static void resume_receiver(void *arg)
{
    struct end *end = arg;

    end->is_scheduled = false;
    end->is_paused = false;
    if (!end->is_lost)
        ouro_transport_resume_reading(end->transport);
}

static int receiver_received(ouro_protocol *protocol, ouro_bytes data)
{
    struct end *end = end_of(protocol);

    CHECK(!end->is_paused);
    compare(end->transfer, data.data, data.size);
    if (test_random_below(&end->transfer->random, 3) == 0) {
        end->is_paused = true;
        end->pauses++;
        ouro_transport_pause_reading(end->transport);
        go_on_soon(end, resume_receiver);
    }
    return 0;
}

static int receiver_ended(ouro_protocol *protocol)
{
    CHECK(!end_of(protocol)->is_paused);
    CHECK_INT(end_of(protocol)->transfer->read, TRANSFER_SIZE);
    return 0;
}

static const ouro_protocol_callbacks receiver_callbacks = {
    .connection_made = end_made,
    .connection_lost = end_lost,
    .data_received = receiver_received,
    .eof_received = receiver_ended,
};

/* A connection of this loop with itself. */
struct connection {
    struct transfer transfer;
    struct end sender;
    struct end receiver;
    bool has_sender; /* a protocol, instead of a task */
    bool has_receiver;
    bool is_unix;
};

static void open_end(struct end *end, struct transfer *transfer, int fd,
                     const ouro_protocol_callbacks *callbacks)
{
    *end = (struct end) { .protocol.callbacks = callbacks, .transfer = transfer };
    CHECK_INT(ouro_loop_create_connection(ouro_get_running_loop(), &end->protocol, NULL, .fd = fd),
              0);
}

static void connect_ends(struct connection *self)
{
    struct transfer *transfer = &self->transfer;
    ouro_transport *transport;
    int size = 4096;
    int fds[2];

    if (self->is_unix)
        CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    else
        connect_pair(fds);
    CHECK_INT(setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof size), 0);
    if (self->has_receiver)
        open_end(&self->receiver, transfer, fds[1], &receiver_callbacks);
    else
        CHECK_INT(ouro_open_connection(&transfer->receiver, .fd = fds[1], .limit = LIMIT), 0);
    if (self->has_sender)
        open_end(&self->sender, transfer, fds[0], &sender_callbacks);
    else
        CHECK_INT(ouro_open_connection(&transfer->sender, .fd = fds[0]), 0);
    transport = self->has_sender ? self->sender.transport : ouro_stream_transport(transfer->sender);
    CHECK_INT(ouro_transport_set_write_buffer_limits(transport, 500, 0), 0);
}

static void start(struct connection *self)
{
    connect_ends(self);
    if (self->has_sender)
        send_some(&self->sender);
    else
        self->transfer.writer = ouro_create_task(ouro_coro(write_all, &self->transfer));
    if (!self->has_receiver)
        self->transfer.reader = ouro_create_task(ouro_coro(read_everything, &self->transfer));
    CHECK_INT(ouro_sleep(0), 0); /* a task cancelled before its first step never runs */
}

static bool is_over(const struct connection *self)
{
    return (self->has_sender || ouro_future_done(self->transfer.writer)) &&
           (self->has_receiver ? self->receiver.is_lost : ouro_future_done(self->transfer.reader));
}

static void close_end(struct end *end)
{
    int looks = 0;

    if (!end->is_lost)
        ouro_transport_close(end->transport);
    while (!end->is_lost || end->is_scheduled) {
        settle();
        CHECK(++looks < LOOKS_MAX);
    }
}

static void finish(struct connection *self)
{
    join_task(self->transfer.writer);
    join_task(self->transfer.reader);
    CHECK_INT(self->transfer.read, TRANSFER_SIZE);
    CHECK_INT(ouro_stream_close(self->transfer.sender), 0);
    CHECK_INT(ouro_stream_close(self->transfer.receiver), 0);
    if (self->has_sender)
        close_end(&self->sender);
    if (self->has_receiver)
        close_end(&self->receiver);
}

/* Runs transfers of this shape over both kinds of sockets. */
static int run_transfers(bool has_sender, bool has_receiver)
{
    unsigned sender_pauses = 0;
    unsigned receiver_pauses = 0;
    unsigned canceled = 0;

    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct connection connection = {
            .transfer = { .random = { seed }, .size = TRANSFER_SIZE },
            .has_sender = has_sender,
            .has_receiver = has_receiver,
            .is_unix = seed % 2 == 0,
        };
        int looks = 0;

        start(&connection);
        while (!is_over(&connection)) {
            disturb(&connection.transfer);
            CHECK_INT(ouro_sleep(0), 0);
            CHECK(++looks < LOOKS_MAX);
        }
        canceled += connection.transfer.canceled;
        sender_pauses += connection.sender.pauses;
        receiver_pauses += connection.receiver.pauses;
        finish(&connection);
    }
    CHECK((has_sender && has_receiver) || canceled > 5 * SEEDS);
    CHECK(!has_sender || sender_pauses > SEEDS);
    CHECK(!has_receiver || receiver_pauses > SEEDS);
    return 0;
}

TEST_NET(a_protocol_sends)
{
    return run_transfers(true, false);
}

TEST_NET(a_protocol_receives)
{
    return run_transfers(false, true);
}

TEST_NET(protocols_at_both_ends)
{
    return run_transfers(true, true);
}
