/* The two operations of a transport over a descriptor. */
#include "net/descriptor_transport.h"

#include <errno.h>

static void submit(ouro_loop *loop, struct op *op)
{
    loop->backend->ops->submit(loop->backend, op);
}

static void cancel(ouro_loop *loop, struct op *op)
{
    loop->backend->ops->cancel(loop->backend, op);
}

void ouro__descriptor_receive(ouro_transport *transport)
{
    struct descriptor_transport *self = descriptor_of(transport);

    if (self->receive.state != OP_IDLE)
        return; /* of an earlier question */
    self->receive.kind = self->transport.is_bulk ? OP_READABLE : OP_RECV;
    self->receive.buffer.data = NULL;
    self->receive.buffer.size = 0;
    submit(transport->loop, &self->receive);
}

void ouro__descriptor_stop(ouro_transport *transport)
{
    cancel(transport->loop, &descriptor_of(transport)->receive);
}

static void received(struct op *op)
{
    struct descriptor_transport *self = container_of(op, struct descriptor_transport, receive);
    ouro_transport *transport = &self->transport;

    transport->is_receiving = false;
    if (transport->is_closing) {
        ouro__transport_end_if_done(transport);
    } else if (op->result < 0) {
        ouro__transport_fail(transport, op->result);
    } else if (op->kind == OP_READABLE) {
        transport->user->readable(transport);
    } else if (op->result == 0) {
        transport_end_input(transport);
    } else {
        transport->is_bulk = (size_t) op->result >= TRANSPORT_BULK_MIN;
        ouro__transport_deliver(transport, op->buffer.data, (size_t) op->result);
    }
}

ssize_t ouro__descriptor_taken(struct descriptor_transport *self, size_t size, ssize_t result)
{
    if (result < 0) {
        self->receive.known_empty = errno == EAGAIN;
        return -errno;
    }
    self->receive.known_empty = (size_t) result < size;
    if ((size_t) result < size && (size_t) result < TRANSPORT_BULK_MIN)
        self->transport.is_bulk = false;
    return result;
}

/* True for an error that leaves the connection as it was. */
static bool is_passing(int error)
{
    return error == EAGAIN || error == EINTR || error == ENOBUFS || error == ENOMEM ||
           error == EOPNOTSUPP || error == ENOSYS;
}

size_t ouro__descriptor_pushed(struct descriptor_transport *self, ssize_t result)
{
    if (__builtin_expect(result >= 0, 1)) {
        self->transport.status = 0;
        return (size_t) result;
    }
    if (!is_passing(errno) && self->transport.status == 0)
        self->transport.status = -errno;
    return 0;
}

/* Sends what is left of `sending`. */
static void send_rest(struct descriptor_transport *self)
{
    size_t size = stream_buffer_size(&self->sending);

    self->send.kind = OP_SEND;
    self->send.buffer.data = self->sending.data + self->sending.begin;
    self->send.buffer.size = size < STREAM_SEND_MAX ? size : STREAM_SEND_MAX;
    submit(self->transport.loop, &self->send);
}

/* So many bytes of `sending` are the kernel's: goes on with the rest. */
static void advance(struct descriptor_transport *self, size_t count)
{
    ouro_transport *transport = &self->transport;

    stream_buffer_consume(transport->loop, &self->sending, count);
    transport->references++; /* who is told may give the transport up */
    ouro__transport_sent(transport, count);
    if (self->sending.data != NULL && !transport->is_dropped)
        send_rest(self);
    ouro__transport_end_if_done(transport);
    (void) ouro_transport_unref(transport);
}

/* Sends without an op, where that costs nothing else. Returns how much has gone. What is large was
 * tried when it was written. */
static size_t send_at_once(struct descriptor_transport *self)
{
    struct iovec piece = {
        .iov_base = self->sending.data + self->sending.begin,
        .iov_len = stream_buffer_size(&self->sending),
    };

    if (!self->transport.loop->backend->ops->calls_at_once || piece.iov_len >= TRANSPORT_PUSH_MIN)
        return 0;
    return self->transport.ops->push(&self->transport, &piece, 1);
}

void ouro__descriptor_flush(ouro_transport *transport)
{
    struct descriptor_transport *self = descriptor_of(transport);
    size_t count;

    if (self->send.state != OP_IDLE) { /* a wait for a file that is no longer sent */
        ouro__descriptor_forget_writable(transport);
        return;
    }
    ouro_check(self->sending.data == NULL);
    self->sending = transport->queued;
    transport->queued = (struct stream_buffer) { 0 };
    transport->unsent = stream_buffer_size(&self->sending);
    count = send_at_once(self);
    if (count > 0)
        advance(self, count);
    else
        send_rest(self);
}

void ouro__descriptor_await_writable(ouro_transport *transport)
{
    struct descriptor_transport *self = descriptor_of(transport);

    if (self->send.state != OP_IDLE)
        return; /* it waits already */
    self->send.kind = OP_WRITABLE;
    submit(transport->loop, &self->send);
}

void ouro__descriptor_forget_writable(ouro_transport *transport)
{
    struct descriptor_transport *self = descriptor_of(transport);

    if (self->send.state != OP_IDLE && self->send.kind == OP_WRITABLE)
        cancel(transport->loop, &self->send);
}

/* The wait for who sends a file is over. */
static void became_writable(struct descriptor_transport *self)
{
    ouro_transport *transport = &self->transport;

    ouro__file_sending_wake(transport->file);
    if (transport->queued.data != NULL)
        ouro__descriptor_flush(transport);
    ouro__transport_end_if_done(transport);
}

static void sent(struct op *op)
{
    struct descriptor_transport *self = container_of(op, struct descriptor_transport, send);
    ouro_transport *transport = &self->transport;

    if (transport->is_dropped) {
        stream_buffer_release(transport->loop, &self->sending);
        transport->unsent = 0;
        ouro__transport_end_if_done(transport);
        return;
    }
    if (op->kind == OP_WRITABLE) {
        became_writable(self);
        return;
    }
    if (op->result < 0) {
        ouro__transport_fail(transport, op->result);
        return;
    }
    transport->status = 0; /* what a push may have met has passed */
    advance(self, (size_t) op->result);
}

void ouro__descriptor_drop(ouro_transport *transport)
{
    struct descriptor_transport *self = descriptor_of(transport);

    if (self->send.state == OP_IDLE)
        ouro__descriptor_forget(self);
    else
        cancel(transport->loop, &self->send);
}

void ouro__descriptor_forget(struct descriptor_transport *self)
{
    stream_buffer_release(self->transport.loop, &self->sending);
    self->transport.unsent = 0;
}

bool ouro__descriptor_is_still(const ouro_transport *transport)
{
    const struct descriptor_transport *self = descriptor_of(transport);

    return self->receive.state == OP_IDLE && self->send.state == OP_IDLE;
}

static void run_flush(ouro_runnable *runnable)
{
    ouro__descriptor_flush(container_of(runnable, ouro_transport, flush));
}

void ouro__descriptor_transport_init(struct descriptor_transport *self, ouro_loop *loop,
                                     const struct transport_ops *ops, int input, int output)
{
    ouro__transport_init(&self->transport, loop, ops);
    self->transport.flush.run_ = run_flush;
    self->input = input;
    self->output = output;
    self->receive.fd = input;
    self->receive.complete = received;
    self->send.kind = OP_SEND;
    self->send.fd = output;
    self->send.may_be_short = true; /* the marks are about what is left */
    self->send.complete = sent;
}
