/* The life of a transport: how it begins, how it ends, and who is told. */
#include "net/transport.h"

#include "base/alloc.h"
#include "loop/park.h"
#include "net/server.h"
#include "net/socket.h"

#include <errno.h>
#include <stdio.h>

/* The default marks of asyncio's flow control. */
#define HIGH_MARK ((size_t) 64 << 10)
#define LOW_MARK (HIGH_MARK / 4)

/* Names that were asked for, or may be after the end: they outlive the socket. */
struct extra_info {
    struct address names[2]; /* the own one, the peer's */
    bool is_known[2];
};

static void *place_nowhere(ouro_transport *transport, size_t size, size_t *ret_room)
{
    (void) transport;
    (void) size;
    (void) ret_room;
    return NULL;
}

static void place_nothing(ouro_transport *transport, size_t count)
{
    (void) transport;
    (void) count;
}

static void tell_nobody(ouro_transport *transport)
{
    (void) transport;
}

const struct transport_user ouro__transport_nobody = {
    .opened = tell_nobody,
    .place = place_nowhere,
    .placed = place_nothing,
    .readable = tell_nobody,
    .ended = tell_nobody,
    .paused = tell_nobody,
    .resumed = tell_nobody,
    .lost = tell_nobody,
    .closed = tell_nobody,
    .abandon = tell_nobody,
};

static void free_if_unused(ouro_transport *transport)
{
    if (!transport->is_closed || transport->references > 0)
        return;
    if (transport->loop != NULL)
        list_remove(&transport->resource.link);
    ouro__alloc_free(transport->extra);
    (void) ouro_error_unref(transport->error);
    transport->ops->destroy(transport);
}

/* The task that opens the connection. */
struct open_wait {
    struct wait wait;
    ouro_transport *transport; /* a reference */
};

void ouro__transport_wake_opening(ouro_transport *transport, int status)
{
    struct open_wait *opening = transport->opening;

    transport->opening = NULL;
    if (opening != NULL && !opening->wait.finished)
        wait_finish(&opening->wait, status);
}

/* Tells who is above of the end, if that has not been done. */
static void tell_lost(ouro_transport *transport)
{
    transport->is_ending = true;
    if (transport->is_lost)
        return;
    transport->is_lost = true;
    ouro__transport_wake_opening(transport,
                                 transport->status < 0 ? transport->status : OURO_ECLOSED);
    transport->user->lost(transport);
}

/* Has the names outlive the socket: whoever is asked who it was that has gone wants to know. */
static void keep_names(ouro_transport *transport)
{
    (void) ouro_transport_get_extra_info(transport, "sockname");
    (void) ouro_transport_get_extra_info(transport, "peername");
}

/* Closes what is below. */
static void finish(ouro_transport *transport, bool is_loop_over)
{
    transport->references++;
    tell_lost(transport);
    if (transport->is_held || transport->is_wrapped)
        keep_names(transport);
    transport->ops->finish(transport, is_loop_over);
    transport->is_closed = true;
    if (transport->server != NULL)
        ouro__server_detach(transport);
    transport->user->closed(transport);
    transport->references--;
    free_if_unused(transport);
}

/* True if what is below may be closed. */
static bool is_still(const ouro_transport *transport)
{
    return transport->ops->is_still == NULL || transport->ops->is_still(transport);
}

/* True if nothing is left to be sent. */
static bool is_done(const ouro_transport *transport)
{
    return (transport->is_dropped || transport_queued(transport) == 0) &&
           (transport->ops->is_idle == NULL || transport->ops->is_idle(transport));
}

static void run_lost(ouro_runnable *runnable)
{
    ouro_transport *transport = container_of(runnable, ouro_transport, lost);

    transport->references++;
    tell_lost(transport);
    if (is_still(transport) && !transport->is_closed)
        finish(transport, false);
    transport->references--;
    free_if_unused(transport);
}

void ouro__transport_end_if_done(ouro_transport *transport)
{
    if (!transport->is_closing || transport->is_closed || !is_done(transport))
        return;
    if (transport->is_lost || transport->loop->is_closed) {
        if (is_still(transport))
            finish(transport, false);
    } else if (!transport->is_ending) {
        transport->is_ending = true;
        loop_make_ready(transport->loop, &transport->lost);
    }
}

void ouro__transport_drop(ouro_transport *transport)
{
    transport->is_closing = true;
    transport->is_dropped = true;
    transport->is_cut |= transport_queued(transport) > 0;
    if (link_is_queued(&transport->flush.link_))
        list_remove(&transport->flush.link_);
    stream_buffer_release(transport->loop, &transport->queued);
    transport->ops->stop(transport);
    transport->ops->drop(transport);
    ouro__file_sending_wake(transport->file);
    ouro__transport_end_if_done(transport);
}

void ouro__transport_fail(ouro_transport *transport, int status)
{
    if (transport->is_ending)
        return;
    if (transport->status == 0)
        transport->status = status != -ECANCELED ? status : -ECONNABORTED;
    ouro__transport_drop(transport);
}

int ouro__transport_fail_with_detail(ouro_transport *transport, int status)
{
    if (transport->status == 0 && transport->error == NULL)
        transport->error = ouro_error_keep(status);
    ouro__transport_fail(transport, status);
    return status;
}

void ouro__transport_opened(ouro_transport *transport)
{
    transport->is_opening = false;
    transport->references++;
    transport->user->opened(transport);
    ouro__transport_wake_opening(transport, 0);
    (void) ouro_transport_unref(transport);
}

static void abandon_open(struct wait *wait)
{
    ouro_transport *transport = container_of(wait, struct open_wait, wait)->transport;

    transport->opening = NULL;
    (void) ouro_transport_unref(transport);
}

int ouro__transport_wait_made(struct task *task, ouro_transport *transport, const char *operation)
{
    struct open_wait opening = {
        .wait = { .task = task,
                  .cancel = ouro__wait_cancel,
                  .abandon = abandon_open,
                  .operation = transport->is_opening ? operation : "connection_made" },
        .transport = transport,
    };
    int status;

    transport->opening = &opening;
    transport->references++;
    status = ouro__park(&opening.wait);
    transport->opening = NULL;
    if (status < 0 && status != -ECANCELED)
        (void) ouro__transport_refuse(transport, operation);
    return status;
}

int ouro__transport_wait_open(struct task *task, ouro_transport *transport, const char *operation)
{
    int status;

    if (!transport->is_opening)
        return 0;
    status = ouro__transport_wait_made(task, transport, operation);
    (void) ouro_transport_unref(transport);
    return status;
}

void ouro_transport_close(ouro_transport *transport)
{
    if (transport == NULL || transport->is_closing)
        return;
    transport->is_closing = true;
    transport->ops->stop(transport);
    ouro__file_sending_wake(transport->file);
    if (transport->ops->closing != NULL)
        transport->ops->closing(transport);
    ouro__transport_end_if_done(transport);
}

void ouro_transport_abort(ouro_transport *transport)
{
    if (transport == NULL || transport->is_dropped || transport->is_ending)
        return;
    transport->ops->reset(transport);
    ouro__transport_drop(transport);
}

/* Lets go of a loop whose backend is closed: whatever was in flight has ended, and nobody was told.
 */
static void leave_loop(ouro_transport *transport)
{
    transport->references++;
    if (!transport->is_closed)
        finish(transport, true);
    stream_buffer_release(transport->loop, &transport->queued);
    list_remove(&transport->resource.link);
    transport->loop = NULL;
    transport->references--;
    free_if_unused(transport);
}

static void report_forgotten(ouro_transport *transport)
{
    char message[ADDRESS_TEXT_SIZE + 64];
    char peer[ADDRESS_TEXT_SIZE];
    const struct sockaddr_storage *name = ouro_transport_get_extra_info(transport, "peername");
    ouro_protocol *protocol = ouro_transport_get_protocol(transport);

    if (name != NULL) {
        struct address address = { .storage = *name, .size = sizeof *name };

        ouro__address_format(&address, peer);
    }
    (void) snprintf(message, sizeof message, "a %s %s %s was not closed before its loop",
                    protocol != NULL ? "transport" : "stream", name != NULL ? "to" : "over",
                    name != NULL ? peer : transport->ops->name);
    ouro_loop_call_exception_handler(transport->loop, &(ouro_exception_context) {
                                                          .message = message,
                                                          .transport = transport,
                                                          .protocol = protocol,
                                                      });
}

static void forget_waiting(ouro_transport *transport)
{
    transport->opening = NULL;
    transport->file = NULL;
    transport->user->abandon(transport);
}

static void end_transport(ouro_transport *transport)
{
    if (transport->is_closed)
        return;
    if (transport->is_wrapped)
        return; /* what is above ends it */
    transport->references++;
    if (!transport->is_closing && transport->server == NULL)
        report_forgotten(transport);
    transport->is_ending = transport->is_lost; /* nothing that was scheduled is run any more */
    if (!transport->is_closed)
        ouro__transport_drop(transport);
    transport->references--;
    free_if_unused(transport);
}

/* The loop is being closed. */
static void end_with_loop(struct loop_resource *resource, enum loop_end stage)
{
    ouro_transport *transport = container_of(resource, ouro_transport, resource);

    if (stage == LOOP_END_FORGET)
        forget_waiting(transport);
    else if (stage == LOOP_END_CANCEL)
        end_transport(transport);
    else
        leave_loop(transport);
}

void ouro__transport_init(ouro_transport *transport, ouro_loop *loop,
                          const struct transport_ops *ops)
{
    transport->ops = ops;
    transport->user = &ouro__transport_nobody;
    transport->loop = loop;
    transport->references = 1;
    transport->high = HIGH_MARK;
    transport->low = LOW_MARK;
    transport->lost.run_ = run_lost;
    transport->resource.end = end_with_loop;
    list_append(&loop->resources, &transport->resource.link);
}

int ouro__transport_refuse(const ouro_transport *transport, const char *operation)
{
    if (transport->error != NULL)
        return ouro_error_set(transport->status, operation, "%s: %s", transport->error->operation,
                              transport->error->text);
    if (transport->status < 0)
        return ouro_error_set(transport->status, operation, "the connection was lost: %s",
                              ouro_strerror(transport->status));
    return ouro_error_set(OURO_ECLOSED, operation, "the connection was closed");
}

ouro_transport *ouro_transport_ref(ouro_transport *transport)
{
    if (transport == NULL)
        return NULL;
    transport->references++;
    transport->is_held = true;
    return transport;
}

ouro_transport *ouro_transport_unref(ouro_transport *transport)
{
    if (transport == NULL)
        return NULL;
    ouro_assert(transport->references > 0);
    if (transport->references == 1)
        ouro_transport_close(transport);
    transport->references--;
    free_if_unused(transport);
    return NULL;
}

bool ouro_transport_is_closing(const ouro_transport *transport)
{
    return transport == NULL || transport->is_closing;
}

const struct address *ouro__transport_name(ouro_transport *transport, int fd, bool is_peer)
{
    struct address address;
    struct extra_info *extra;

    if (transport->extra == NULL)
        transport->extra = ouro__alloc_zero(sizeof *transport->extra);
    extra = transport->extra;
    if (extra == NULL)
        return NULL;
    if (!extra->is_known[is_peer]) {
        int status = fd < 0    ? -EBADF
                     : is_peer ? ouro__socket_peer(fd, &address)
                               : ouro__socket_name(fd, &address);

        if (status < 0)
            return NULL;
        extra->names[is_peer] = address;
        extra->is_known[is_peer] = true;
    }
    return &extra->names[is_peer];
}

const void *ouro_transport_get_extra_info(ouro_transport *transport, const char *name)
{
    if (transport == NULL || name == NULL)
        return NULL;
    return transport->ops->get_extra_info(transport, name);
}

void ouro__transport_deliver(ouro_transport *transport, const uint8_t *bytes, size_t size)
{
    transport->is_receiving = false;
    if (transport->user->deliver != NULL) {
        transport->user->deliver(transport, bytes, size);
        return;
    }
    while (size > 0 && !transport->is_closing) {
        size_t room = 0;
        void *place = transport->user->place(transport, size, &room);

        if (place == NULL) {
            ouro__transport_fail(transport, -ENOMEM); /* they are lost, and so is the connection */
            return;
        }
        if (room > size)
            room = size;
        memcpy(place, bytes, room);
        bytes += room;
        size -= room;
        transport->user->placed(transport, room);
    }
}
