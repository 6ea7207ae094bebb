/* Memory below a transport: what one end writes, the other one reads, and nothing asks the kernel.
 *
 *     queued -> `sending` -> `arrived` of the other end -> its place, once that has asked
 *
 * `arrived` is what the buffers of a socket are: so much is taken from a writer whose reader does
 * not read, and no more. Bytes are handed over in the ready phase, never inside a call.
 */
#include "net/memory_transport.h"

#include "base/alloc.h"

#include <errno.h>
#include <string.h>

struct memory_transport {
    ouro_transport transport;
    struct memory_transport *peer; /* NULL once that is closed */
    struct stream_buffer sending;
    struct stream_buffer arrived; /* at most MEMORY_WINDOW bytes */
    ouro_runnable deliver;        /* ready when this end may have something to read */
    bool is_asking;
    bool has_eof;   /* the peer's writing side has ended */
    bool was_reset; /* the peer has been aborted */
};

static struct memory_transport *memory_of(const ouro_transport *transport)
{
    return container_of(transport, struct memory_transport, transport);
}

static void schedule(struct memory_transport *self)
{
    if (self->is_asking && !link_is_queued(&self->deliver.link_))
        loop_make_ready(self->transport.loop, &self->deliver);
}

static void receive(ouro_transport *transport)
{
    memory_of(transport)->is_asking = true;
    schedule(memory_of(transport));
}

static void stop(ouro_transport *transport)
{
    memory_of(transport)->is_asking = false;
    loop_unready(transport->loop, &memory_of(transport)->deliver);
}

/* Moves bytes to the other end, as far as there is room. */
static void advance(struct memory_transport *self)
{
    struct memory_transport *peer = self->peer;
    size_t size = stream_buffer_size(&self->sending);
    size_t room = MEMORY_WINDOW - stream_buffer_size(&peer->arrived);

    if (size > room)
        size = room;
    if (size == 0)
        return;
    if (stream_buffer_append(self->transport.loop, &peer->arrived,
                             self->sending.data + self->sending.begin, size) < 0) {
        ouro__transport_fail(&self->transport, -ENOMEM);
        return;
    }
    stream_buffer_consume(self->transport.loop, &self->sending, size);
    schedule(peer);
    self->transport.references++; /* who is told may give the transport up */
    ouro__transport_sent(&self->transport, size);
    ouro__transport_end_if_done(&self->transport);
    (void) ouro_transport_unref(&self->transport);
}

/* Hands over all that has arrived. */
static void deliver_all(struct memory_transport *self)
{
    struct stream_buffer bytes = self->arrived;
    ouro_loop *loop = self->transport.loop;

    self->arrived = (struct stream_buffer) { 0 };
    self->transport.references++;
    ouro__transport_deliver(&self->transport, bytes.data + bytes.begin, stream_buffer_size(&bytes));
    stream_buffer_release(loop, &bytes);
    if (self->peer != NULL)
        advance(self->peer);
    (void) ouro_transport_unref(&self->transport);
}

static void run_deliver(ouro_runnable *runnable)
{
    struct memory_transport *self = container_of(runnable, struct memory_transport, deliver);
    bool is_any = self->arrived.data != NULL;

    if (!self->is_asking || !(is_any || self->has_eof || self->was_reset))
        return;
    self->is_asking = false;
    if (self->was_reset)
        ouro__transport_fail(&self->transport, -ECONNRESET);
    else if (is_any)
        deliver_all(self);
    else
        transport_end_input(&self->transport);
}

static ssize_t take(ouro_transport *transport, void *data, size_t size)
{
    (void) transport; /* never said to be readable */
    (void) data;
    (void) size;
    return -EAGAIN;
}

static void flush(ouro_transport *transport)
{
    struct memory_transport *self = memory_of(transport);

    if (self->peer == NULL) {
        ouro__transport_fail(transport, self->was_reset ? -ECONNRESET : -EPIPE);
        return;
    }
    self->sending = transport->queued;
    transport->queued = (struct stream_buffer) { 0 };
    transport->unsent = stream_buffer_size(&self->sending);
    advance(self);
}

/* Puts bytes where the other end finds them when it runs. */
static size_t push(ouro_transport *transport, const struct iovec *pieces, int count)
{
    struct memory_transport *peer = memory_of(transport)->peer;
    bool is_whole = peer != NULL;
    size_t pushed = 0;
    int i;

    for (i = 0; i < count && is_whole; i++) {
        size_t room = MEMORY_WINDOW - stream_buffer_size(&peer->arrived);
        size_t size = pieces[i].iov_len < room ? pieces[i].iov_len : room;

        if (size > 0 &&
            stream_buffer_append(transport->loop, &peer->arrived, pieces[i].iov_base, size) < 0)
            break;
        pushed += size;
        is_whole = size == pieces[i].iov_len;
    }
    if (pushed > 0)
        schedule(peer);
    return pushed;
}

static void run_flush(ouro_runnable *runnable)
{
    flush(container_of(runnable, ouro_transport, flush));
}

static void send_eof(ouro_transport *transport)
{
    struct memory_transport *peer = memory_of(transport)->peer;

    if (peer == NULL)
        return;
    peer->has_eof = true;
    schedule(peer);
}

static void drop(ouro_transport *transport)
{
    stream_buffer_release(transport->loop, &memory_of(transport)->sending);
    transport->unsent = 0;
}

static void reset(ouro_transport *transport)
{
    struct memory_transport *peer = memory_of(transport)->peer;

    if (peer == NULL)
        return;
    peer->was_reset = true;
    schedule(peer);
}

static void finish(ouro_transport *transport, bool is_loop_over)
{
    struct memory_transport *self = memory_of(transport);
    struct memory_transport *peer = self->peer;

    stop(transport);
    drop(transport);
    if (peer != NULL) {
        self->peer = NULL;
        peer->peer = NULL;
        peer->has_eof = true;
        peer->was_reset |= self->arrived.data != NULL; /* as TCP does where bytes were not read */
    }
    stream_buffer_release(transport->loop, &self->arrived);
    if (peer == NULL || is_loop_over || transport->loop->is_closed)
        return;
    schedule(peer);
    /* What it is sending will never be read. */
    if (peer->transport.unsent > 0)
        ouro__transport_fail(&peer->transport, -EPIPE);
}

static void destroy(ouro_transport *transport)
{
    ouro__alloc_free(memory_of(transport));
}

static const void *get_extra_info(ouro_transport *transport, const char *name)
{
    (void) transport;
    return strcmp(name, "transport") == 0 ? "memory" : NULL;
}

static const struct transport_ops memory_ops = {
    .name = "memory",
    .can_write_eof = true,
    .receive = receive,
    .stop = stop,
    .take = take,
    .flush = flush,
    .push = push,
    .send_eof = send_eof,
    .drop = drop,
    .reset = reset,
    .finish = finish,
    .destroy = destroy,
    .get_extra_info = get_extra_info,
};

static void begin(struct memory_transport *self, struct memory_transport *peer, ouro_loop *loop)
{
    ouro__transport_init(&self->transport, loop, &memory_ops);
    self->transport.flush.run_ = run_flush;
    self->deliver.run_ = run_deliver;
    self->peer = peer;
}

int ouro__memory_transport_pair(ouro_loop *loop, ouro_transport *ret_transports[2])
{
    struct memory_transport *first = ouro__alloc_zero(sizeof *first);
    struct memory_transport *second = ouro__alloc_zero(sizeof *second);

    if (first == NULL || second == NULL) {
        ouro__alloc_free(first);
        ouro__alloc_free(second);
        return -ENOMEM;
    }
    begin(first, second, loop);
    begin(second, first, loop);
    ret_transports[0] = &first->transport;
    ret_transports[1] = &second->transport;
    return 0;
}
