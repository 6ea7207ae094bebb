/* The life of a datagram transport, and receiving by it. */
#define _GNU_SOURCE 1

#include "net/datagram_transport.h"

#include "base/alloc.h"
#include "loop/context.h"
#include "loop/detail.h"
#include "loop/handle.h"
#include "net/socket.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The longest datagram that asyncio receives. */
#define LOCAL_SIZE ((size_t) 256 << 10)

/* Runs something in the context of the callbacks. */
static void run_in_context(ouro_datagram_transport *self, ouro_callback *callback, void *arg)
{
    ouro__callback_run(self->loop, callback, arg, ouro_context_ref(self->context));
}

static void report(ouro_datagram_transport *self, const char *message, int status)
{
    ouro__report(self->loop, message, NULL, status, ouro__failure_detail(status));
}

void ouro__datagram_transport_tell_error(ouro_datagram_transport *self, int status)
{
    if (self->protocol->callbacks->error_received != NULL)
        self->protocol->callbacks->error_received(self->protocol, status);
}

static void tell_made(void *arg)
{
    ouro_datagram_transport *self = arg;
    int status = 0;

    self->is_made = true;
    if (self->protocol->callbacks->connection_made != NULL)
        status = self->protocol->callbacks->connection_made(self->protocol, self);
    if (status < 0)
        report(self, "protocol.connection_made() failed", status);
}

static void run_start(ouro_runnable *runnable)
{
    ouro_datagram_transport *self = container_of(runnable, ouro_datagram_transport, start);

    run_in_context(self, tell_made, self);
    if (self->opening != NULL && !self->opening->finished)
        wait_finish(self->opening, 0);
    self->opening = NULL;
    if (!self->is_closing)
        ouro__datagram_arm(self->datagram, WATCH_READ, false);
}

static void tell_lost(void *arg)
{
    ouro_datagram_transport *self = arg;
    ouro_datagram_protocol *protocol = self->protocol;

    if (protocol->callbacks->connection_lost != NULL)
        protocol->callbacks->connection_lost(protocol, 0);
}

/* The end: the protocol is told, and everything given back but the references of users. */
static void finish(ouro_datagram_transport *self)
{
    ouro_datagram *datagram = self->datagram;

    self->is_closing = true;
    self->is_ending = true;
    loop_unready(self->loop, &self->start);
    loop_unready(self->loop, &self->readable);
    loop_unready(self->loop, &self->writable);
    loop_unready(self->loop, &self->lost);
    ouro__datagram_transport_drop(self);
    if (!self->is_made)
        run_in_context(self, tell_made,
                       self); /* only where the loop is closed before it could be */
    run_in_context(self, tell_lost, self);
    self->protocol = NULL;
    self->datagram = NULL;
    ouro_datagram_close(datagram);
    ouro_context_unref(self->context);
    list_remove(&self->resource.link);
    (void) ouro_datagram_transport_unref(self);
}

static void run_lost(ouro_runnable *runnable)
{
    finish(container_of(runnable, ouro_datagram_transport, lost));
}

/* Receives one datagram and tells of it. */
static void tell_received(void *arg)
{
    ouro_datagram_transport *self = arg;
    const ouro_datagram_protocol_callbacks *callbacks = self->protocol->callbacks;
    ouro_datagram_message message = { .data = self->data, .capacity = self->capacity };
    int status = ouro__datagram_take(self->datagram, &message, 1);

    if (status == -EAGAIN) {
        ouro__datagram_arm(self->datagram, WATCH_READ, true);
        return;
    }
    if (status < 0) {
        ouro__datagram_transport_tell_error(
            self, ouro__datagram_fail(self->datagram, "recv", NULL, status));
    } else if (callbacks->datagram_received != NULL) {
        status = callbacks->datagram_received(
            self->protocol, (ouro_bytes) { self->data, message.size },
            (const struct sockaddr *) &message.address, message.address_size);
        if (status < 0)
            report(self, "protocol.datagram_received() failed", status);
    }
    if (self->is_closing)
        return;
    if (datagram_kept(self->datagram) > 0)
        datagram_transport_run(self, &self->readable);
    else
        ouro__datagram_arm(self->datagram, WATCH_READ, false);
}

static void run_readable(ouro_runnable *runnable)
{
    ouro_datagram_transport *self = container_of(runnable, ouro_datagram_transport, readable);

    if (!self->is_closing)
        run_in_context(self, tell_received, self);
}

static void tell_writable(void *arg)
{
    ouro__datagram_transport_flush(arg);
}

static void run_writable(ouro_runnable *runnable)
{
    ouro_datagram_transport *self = container_of(runnable, ouro_datagram_transport, writable);

    if (self->is_ending)
        return;
    run_in_context(self, tell_writable, self);
    if (!self->is_closing || self->is_ending || !list_is_empty(&self->queue) ||
        link_is_queued(&self->writable.link_))
        return;
    finish(self);
}

/* In dispatch. */
static void ready(ouro_datagram *datagram, enum watch_kind kind)
{
    ouro_datagram_transport *self = datagram->above;

    datagram_transport_run(self, kind == WATCH_READ ? &self->readable : &self->writable);
}

static void report_forgotten(ouro_datagram_transport *self)
{
    char message[ADDRESS_TEXT_SIZE + 64];
    char own[ADDRESS_TEXT_SIZE];

    ouro__address_format(&self->own, own);
    (void) snprintf(message, sizeof message,
                    "a datagram transport at %s was not closed before its loop", own);
    ouro__report(self->loop, message, NULL, 0, NULL);
}

/* The loop is being closed. Nothing that was scheduled is run any more. */
static void end_with_loop(struct loop_resource *resource, enum loop_end stage)
{
    ouro_datagram_transport *self = container_of(resource, ouro_datagram_transport, resource);

    if (stage == LOOP_END_FORGET) {
        self->opening = NULL;
        return;
    }
    if (!self->is_closing)
        report_forgotten(self);
    finish(self);
}

/* Puts a protocol on a socket. Returns NULL without memory; the descriptor is the caller's then. */
static ouro_datagram_transport *make(ouro_loop *loop, ouro_datagram_protocol *protocol,
                                     const struct datagram_socket *socket, size_t receive_size)
{
    ouro_datagram *datagram = NULL;
    ouro_datagram_transport *self;
    struct address own = { .size = 0 };
    size_t capacity = receive_size;

    (void) ouro__socket_name(socket->fd, &own);
    if (capacity == 0)
        capacity = own.base.sa_family == AF_UNIX ? LOCAL_SIZE : DATAGRAM_SIZE;
    self = capacity < SIZE_MAX / 2 ? ouro__alloc(sizeof *self + capacity) : NULL;
    if (self != NULL)
        datagram = ouro__datagram_new(loop, socket, receive_size);
    if (datagram == NULL) {
        ouro__alloc_free(self);
        return NULL;
    }
    *self = (ouro_datagram_transport) {
        .loop = loop,
        .datagram = datagram,
        .references = 1,
        .protocol = protocol,
        .context = context_capture(loop),
        .high = DATAGRAM_HIGH_MARK,
        .low = DATAGRAM_LOW_MARK,
        .start.run_ = run_start,
        .readable.run_ = run_readable,
        .writable.run_ = run_writable,
        .lost.run_ = run_lost,
        .resource.end = end_with_loop,
        .own = own,
        .capacity = capacity,
    };
    if (socket->is_connected)
        self->peer = socket->remote;
    list_init(&self->queue);
    list_append(&loop->resources, &self->resource.link);
    datagram->ready = ready;
    datagram->above = self;
    loop_make_ready(loop, &self->start);
    return self;
}

/* A task that waits until connection_made has been called. */
struct opening {
    struct wait wait;
    ouro_datagram_transport *transport;
};

static void leave_opening(struct opening *opening)
{
    opening->transport->opening = NULL;
    (void) ouro_datagram_transport_unref(opening->transport);
}

static void abandon_opening(struct wait *wait)
{
    leave_opening(container_of(wait, struct opening, wait));
}

static int wait_made(struct task *task, ouro_datagram_transport *self,
                     ouro_datagram_transport **ret_transport)
{
    struct opening opening = {
        .wait = { .task = task,
                  .cancel = ouro__wait_cancel,
                  .abandon = abandon_opening,
                  .operation = "connection_made" },
        .transport = ouro_datagram_transport_ref(self),
    };
    int status;

    self->opening = &opening.wait;
    status = ouro__park(&opening.wait);
    if (status < 0)
        ouro_datagram_transport_close(self);
    else if (ret_transport != NULL)
        *ret_transport = self->datagram != NULL ? self : NULL;
    leave_opening(&opening);
    return status;
}

int ouro_loop_create_datagram_endpoint_with(ouro_loop *loop, ouro_datagram_protocol *protocol,
                                            ouro_datagram_transport **ret_transport,
                                            const ouro_datagram_options *options)
{
    static const char operation[] = "create_datagram_endpoint";
    struct datagram_socket socket;
    ouro_datagram_transport *transport;
    int status = 0;
    struct task *task = ouro__task_required(operation, &status);

    if (task == NULL)
        return status;
    if (loop == NULL || protocol == NULL || protocol->callbacks == NULL)
        return ouro_error_set(-EINVAL, operation, "the loop or the protocol is NULL");
    if (loop != task->future.loop)
        return ouro_error_set(OURO_EWRONGLOOP, operation,
                              "the loop is not the one that runs this task");
    status = ouro__datagram_socket_open(task, options, operation, &socket);
    if (status < 0)
        return status;
    transport = make(loop, protocol, &socket, options->receive_size);
    if (transport == NULL) {
        if (options->fd == 0)
            (void) close(socket.fd);
        return ouro_error_set(-ENOMEM, operation, "out of memory for the transport");
    }
    return wait_made(task, transport, ret_transport);
}

ouro_datagram_transport *ouro_datagram_transport_ref(ouro_datagram_transport *transport)
{
    if (transport != NULL)
        transport->references++;
    return transport;
}

ouro_datagram_transport *ouro_datagram_transport_unref(ouro_datagram_transport *transport)
{
    if (transport == NULL)
        return NULL;
    ouro_assert(transport->references > 0);
    if (--transport->references == 0)
        ouro__alloc_free(transport);
    return NULL;
}

bool ouro_datagram_transport_is_closing(const ouro_datagram_transport *transport)
{
    return transport == NULL || transport->is_closing;
}

const void *ouro_datagram_transport_get_extra_info(const ouro_datagram_transport *transport,
                                                   const char *name)
{
    if (transport == NULL || name == NULL)
        return NULL;
    if (strcmp(name, "sockname") == 0)
        return transport->own.size > 0 ? &transport->own.storage : NULL;
    if (strcmp(name, "peername") == 0)
        return transport->peer.size > 0 ? &transport->peer.storage : NULL;
    if (strcmp(name, "socket") == 0)
        return transport->datagram != NULL ? &transport->datagram->fd : NULL;
    if (strcmp(name, "transport") == 0)
        return transport->own.base.sa_family == AF_UNIX ? "unix" : "udp";
    return NULL;
}

int ouro_datagram_transport_set_protocol(ouro_datagram_transport *transport,
                                         ouro_datagram_protocol *protocol)
{
    if (transport == NULL || protocol == NULL || protocol->callbacks == NULL)
        return ouro_error_set(-EINVAL, "set_protocol", "the transport or the protocol is NULL");
    if (transport->protocol == NULL)
        return ouro_error_set(OURO_ECLOSED, "set_protocol", "the transport was closed");
    transport->protocol = protocol;
    return 0;
}

ouro_datagram_protocol *
ouro_datagram_transport_get_protocol(const ouro_datagram_transport *transport)
{
    return transport != NULL ? transport->protocol : NULL;
}
