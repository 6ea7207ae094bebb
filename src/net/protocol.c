/* Protocols above a transport: what comes in dispatch is kept, and told in the ready phase.
 *
 *     transport -> `received`, `has_ended` ...  -> `event` in the ready queue -> the callbacks
 *
 * Callbacks of a user's run where any callback of the loop runs, in the order of asyncio's: in the
 * iteration in which the kernel has reported something, behind what was ready before.
 */
#include "net/protocol.h"

#include "base/alloc.h"
#include "loop/context.h"
#include "loop/detail.h"
#include "loop/handle.h"
#include "net/protocol_user.h"

#include <errno.h>
#include <string.h>

static struct protocol_user *user_above(const ouro_transport *transport)
{
    return transport->above;
}

static void make_ready(struct protocol_user *self, ouro_runnable *runnable)
{
    if (!link_is_queued(&runnable->link_))
        loop_make_ready(self->transport->loop, runnable);
}

/* Runs something in a copy of the context in which the connection was asked for. */
static void run_in_context(struct protocol_user *self, ouro_callback *callback)
{
    ouro__callback_run(self->transport->loop, callback, self, ouro_context_ref(self->context));
}

/* What a callback for bytes has set the next one finds. */
static void keep_context(struct protocol_user *self)
{
    ouro_context *now = *ouro__context_place();

    if (now == self->event_context)
        return;
    now = context_share(now);
    ouro_context_unref(self->event_context);
    self->event_context = now;
}

static void report(struct protocol_user *self, const char *message, int status)
{
    ouro_loop_call_exception_handler(self->transport->loop,
                                     &(ouro_exception_context) {
                                         .message = message,
                                         .status = status,
                                         .error = ouro__failure_detail(status),
                                         .transport = self->transport,
                                         .protocol = self->protocol,
                                     });
}

/* A callback has failed that the connection cannot do without. */
static void fail(struct protocol_user *self, const char *message, int status)
{
    report(self, message, status);
    ouro__transport_fail(self->transport, status);
}

static bool may_read(const struct protocol_user *self)
{
    return self->is_made && !self->is_reading_paused && !self->transport->is_closing;
}

/* Asks for bytes if the protocol wants some. */
static void may_ask(struct protocol_user *self)
{
    if (may_read(self) && !self->transport->is_opening)
        transport_receive(self->transport);
}

static void tell_bytes(struct protocol_user *self, ouro_bytes bytes)
{
    const ouro_protocol_callbacks *callbacks = self->protocol->callbacks;
    int status = 0;

    if (callbacks->data_received != NULL)
        status = callbacks->data_received(self->protocol, bytes);
    if (status < 0)
        fail(self, "Fatal error: protocol.data_received() call failed.", status);
}

static void tell_data(struct protocol_user *self)
{
    struct stream_buffer data = self->received;

    self->received = (struct stream_buffer) { 0 };
    tell_bytes(self,
               (ouro_bytes) { .data = data.data + data.begin, .size = stream_buffer_size(&data) });
    stream_buffer_release(self->transport->loop, &data);
}

/* Fills a buffer of the protocol's: with what is here, else with what the transport has. Returns
 * how many bytes; -EAGAIN; 0 at the end; or an error. */
static ssize_t fill(struct protocol_user *self, void *buffer, size_t size)
{
    size_t available = stream_buffer_size(&self->received);

    if (available == 0)
        return self->transport->ops->take(self->transport, buffer, size);
    if (size > available)
        size = available;
    memcpy(buffer, self->received.data + self->received.begin, size);
    stream_buffer_consume(self->transport->loop, &self->received, size);
    return (ssize_t) size;
}

/* What came of an attempt to take bytes. Returns true if there are some. */
static bool has_taken(struct protocol_user *self, ssize_t count)
{
    if (count == 0) {
        self->transport->has_ended = true;
        self->has_ended = true;
    } else if (count < 0 && count != -EAGAIN) {
        ouro__transport_fail(self->transport, (int) count);
    }
    return count > 0;
}

/* A buffer is filled. In get_buffer another protocol may have been set, of either kind, which is
 * told then. */
static void tell_filled(struct protocol_user *self, const void *buffer, size_t count)
{
    const ouro_protocol_callbacks *callbacks = self->protocol->callbacks;
    int status = 0;

    if (callbacks->get_buffer == NULL) {
        tell_bytes(self, (ouro_bytes) { .data = buffer, .size = count });
        return;
    }
    if (callbacks->buffer_updated != NULL)
        status = callbacks->buffer_updated(self->protocol, count);
    if (status < 0)
        fail(self, "Fatal error: protocol.buffer_updated() call failed.", status);
}

static void tell_buffered(struct protocol_user *self)
{
    void *buffer = NULL;
    size_t size = 0;
    ssize_t count;
    int status = self->protocol->callbacks->get_buffer(self->protocol, 0, &buffer, &size);

    if (status >= 0 && (buffer == NULL || size == 0))
        status = ouro_error_set(-ENOBUFS, "get_buffer", "the buffer is empty");
    if (status < 0) {
        fail(self, "Fatal error: protocol.get_buffer() call failed.", status);
        return;
    }
    count = fill(self, buffer, size);
    if (has_taken(self, count))
        tell_filled(self, buffer, (size_t) count);
}

/* Takes what the transport has, for data_received. */
static void take_bulk(struct protocol_user *self)
{
    struct stream_buffer *received = &self->received;
    ouro_transport *transport = self->transport;
    ssize_t count;

    if (stream_buffer_reserve(transport->loop, received, STREAM_BULK) < 0) {
        ouro__transport_fail(transport, -ENOMEM);
        return;
    }
    count = transport->ops->take(transport, received->data + received->end,
                                 received->capacity - received->end);
    if (has_taken(self, count))
        received->end += (size_t) count;
    else
        stream_buffer_release(transport->loop, received);
}

static void tell_end(struct protocol_user *self)
{
    const ouro_protocol_callbacks *callbacks = self->protocol->callbacks;
    int status = 0;

    self->has_ended = false;
    if (callbacks->eof_received != NULL)
        status = callbacks->eof_received(self->protocol);
    if (status < 0)
        fail(self, "Fatal error: protocol.eof_received() call failed.", status);
    else if (status == 0 || !self->transport->ops->can_write_eof || self->transport->is_read_only)
        ouro_transport_close(self->transport);
}

static void tell_resumed(struct protocol_user *self)
{
    self->is_pausing = false;
    self->is_resuming = false;
    if (self->protocol->callbacks->resume_writing != NULL)
        self->protocol->callbacks->resume_writing(self->protocol);
}

/* Tells what has come, for as long as the protocol wants to hear it, and then asks for more. */
static void tell_input(struct protocol_user *self)
{
    bool was_readable = self->is_readable;

    self->is_readable = false;
    while (may_read(self) && (was_readable || self->received.data != NULL)) {
        if (self->protocol->callbacks->get_buffer != NULL) {
            tell_buffered(self);
        } else {
            if (was_readable)
                take_bulk(self);
            if (self->received.data != NULL)
                tell_data(self);
        }
        was_readable = false;
    }
    if (was_readable)
        self->is_readable = true; /* for when the protocol reads again */
    if (may_read(self) && self->has_ended)
        tell_end(self);
    may_ask(self);
}

static void tell_event(void *arg)
{
    struct protocol_user *self = arg;

    tell_input(self);
    if (self->is_resuming && !self->transport->is_dropped)
        tell_resumed(self);
    keep_context(self);
}

static void run_event(ouro_runnable *runnable)
{
    struct protocol_user *self = container_of(runnable, struct protocol_user, event);

    ouro__callback_run(self->transport->loop, tell_event, self,
                       ouro_context_ref(self->event_context));
}

static void tell_made(void *arg)
{
    struct protocol_user *self = arg;
    int status = 0;

    if (self->protocol == NULL)
        self->protocol = self->factory(self->factory_arg);
    if (self->protocol == NULL) {
        report(self, "a connection was dropped: its protocol could not be made", -ECONNABORTED);
        ouro__transport_fail(self->transport, -ECONNABORTED);
        return;
    }
    self->is_made = true;
    if (self->protocol->callbacks->connection_made != NULL)
        status = self->protocol->callbacks->connection_made(self->protocol, self->transport);
    if (status < 0)
        report(self, "protocol.connection_made() failed", status);
}

static void run_start(ouro_runnable *runnable)
{
    struct protocol_user *self = container_of(runnable, struct protocol_user, start);

    run_in_context(self, tell_made);
    ouro__transport_wake_opening(self->transport, 0);
    may_ask(self);
}

static void opened(ouro_transport *transport)
{
    struct protocol_user *self = user_above(transport);

    if (self->is_made)
        may_ask(self);
    else
        run_start(&self->start);
}

static void *place(ouro_transport *transport, size_t size, size_t *ret_room)
{
    return stream_buffer_place(transport->loop, &user_above(transport)->received, size, ret_room);
}

static void placed(ouro_transport *transport, size_t count)
{
    struct protocol_user *self = user_above(transport);

    self->received.end += count;
    make_ready(self, &self->event);
}

static void readable(ouro_transport *transport)
{
    struct protocol_user *self = user_above(transport);

    self->is_readable = true;
    make_ready(self, &self->event);
}

static void ended(ouro_transport *transport)
{
    struct protocol_user *self = user_above(transport);

    self->has_ended = true;
    make_ready(self, &self->event);
}

/* Inside a write: told at once, as asyncio does. Who has not heard yet that it may go on is not
 * told to stop again; nor by the pieces of a file, for which the file waits. */
static void paused(ouro_transport *transport)
{
    struct protocol_user *self = user_above(transport);

    if (transport->file != NULL)
        return;
    self->is_resuming = false;
    if (self->is_pausing)
        return;
    self->is_pausing = true;
    if (self->protocol->callbacks->pause_writing != NULL)
        self->protocol->callbacks->pause_writing(self->protocol);
}

static void resumed(ouro_transport *transport)
{
    struct protocol_user *self = user_above(transport);

    if (!self->is_pausing)
        return;
    self->is_resuming = true;
    make_ready(self, &self->event);
}

static void tell_lost(void *arg)
{
    struct protocol_user *self = arg;

    if (self->protocol->callbacks->connection_lost != NULL)
        self->protocol->callbacks->connection_lost(self->protocol, self->transport->status);
}

static void lost(ouro_transport *transport)
{
    struct protocol_user *self = user_above(transport);

    loop_unready(transport->loop, &self->start);
    loop_unready(transport->loop, &self->event);
    if (!self->is_made && self->protocol != NULL && !transport->is_opening)
        run_in_context(self, tell_made); /* only where the loop is closed before it could be */
    if (self->is_made)
        run_in_context(self, tell_lost);
}

static void closed(ouro_transport *transport)
{
    struct protocol_user *self = user_above(transport);

    stream_buffer_release(transport->loop, &self->received);
    ouro_context_unref(self->context);
    ouro_context_unref(self->event_context);
    transport->user = &ouro__transport_nobody;
    ouro__alloc_free(self);
    (void) ouro_transport_unref(transport);
}

static void abandon(ouro_transport *transport)
{
    (void) transport; /* no task waits for a protocol */
}

const struct transport_user ouro__protocol_user = {
    .opened = opened,
    .place = place,
    .placed = placed,
    .readable = readable,
    .ended = ended,
    .paused = paused,
    .resumed = resumed,
    .lost = lost,
    .closed = closed,
    .abandon = abandon,
};

static struct protocol_user *attach(ouro_transport *transport, ouro_context *context)
{
    struct protocol_user *self = ouro__alloc_zero(sizeof *self);

    if (self == NULL)
        return NULL;
    self->transport = transport;
    self->context = ouro_context_ref(context);
    self->event_context = ouro_context_ref(context);
    self->start.run_ = run_start;
    self->event.run_ = run_event;
    transport->user = &ouro__protocol_user;
    transport->above = self;
    if (!transport->is_opening)
        loop_make_ready(transport->loop, &self->start);
    return self;
}

int ouro__protocol_attach(ouro_transport *transport, ouro_protocol *protocol, ouro_context *context)
{
    struct protocol_user *self = attach(transport, context);

    if (self == NULL)
        return -ENOMEM;
    self->protocol = protocol;
    return 0;
}

int ouro__protocol_attach_new(ouro_transport *transport, ouro_protocol_factory *factory, void *arg,
                              ouro_context *context)
{
    struct protocol_user *self = attach(transport, context);

    if (self == NULL)
        return -ENOMEM;
    self->factory = factory;
    self->factory_arg = arg;
    return 0;
}

int ouro__protocol_wait_made(struct task *task, ouro_transport *transport,
                             ouro_transport **ret_transport, const char *operation)
{
    int status = ouro__transport_wait_made(task, transport, operation);

    if (status < 0)
        ouro_transport_close(transport);
    else if (ret_transport != NULL)
        *ret_transport = transport->is_lost ? NULL : transport;
    (void) ouro_transport_unref(transport);
    return status;
}

void ouro__protocol_go_on(struct protocol_user *self)
{
    if (self->received.data != NULL || self->is_readable || self->has_ended)
        make_ready(self, &self->event);
    else
        may_ask(self);
}
