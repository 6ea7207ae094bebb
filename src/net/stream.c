/* The life of a stream: how it begins, how it ends, and who is told. */
#include "net/stream.h"

#include "base/alloc.h"
#include "net/server.h"
#include "net/socket.h"

#include <errno.h>

static ouro_stream *stream_above(const ouro_transport *transport)
{
    return transport->above;
}

static void opened(ouro_transport *transport)
{
    struct client *client = stream_above(transport)->client;

    if (client != NULL && !client->has_begun)
        ouro__client_begin(client);
}

static void *place(ouro_transport *transport, size_t size, size_t *ret_room)
{
    return ouro__stream_place(stream_above(transport), size, ret_room);
}

static void placed(ouro_transport *transport, size_t count)
{
    ouro__stream_placed(stream_above(transport), count);
}

static void readable(ouro_transport *transport)
{
    ouro_stream *stream = stream_above(transport);

    stream->is_readable = true;
    stream_wake_reader(stream, 0);
}

static void ended(ouro_transport *transport)
{
    ouro__stream_ended(stream_above(transport));
}

static void paused(ouro_transport *transport)
{
    (void) transport; /* ouro_stream_drain looks for itself */
}

void ouro__stream_resume_writers(ouro_stream *stream)
{
    ouro_link *link;
    ouro_link *next;

    for (link = stream->waiters.next_; link != &stream->waiters; link = next) {
        struct stream_wait *self = container_of(link, struct stream_wait, link);

        next = link->next_;
        if (self->is_for_close)
            continue;
        list_remove(link);
        wait_finish(&self->wait, 0);
    }
}

static void resumed(ouro_transport *transport)
{
    ouro__stream_resume_writers(stream_above(transport));
}

static void lost(ouro_transport *transport)
{
    ouro_stream *stream = stream_above(transport);

    transport->is_held |= stream->references > 0;
    stream_wake_reader(stream, transport->status < 0 ? transport->status : OURO_ECLOSED);
}

void ouro__stream_wake_waiters(ouro_stream *stream, int status)
{
    ouro_link *link;

    while ((link = list_pop(&stream->waiters)) != NULL) {
        struct stream_wait *self = container_of(link, struct stream_wait, link);

        wait_finish(&self->wait, self->is_for_close || status < 0 ? status : -ECONNRESET);
    }
}

void ouro__stream_closed(ouro_stream *stream, int status)
{
    stream->is_closed = true;
    if (stream->borrowed == 0 && !stream->is_fed)
        stream_buffer_release(stream->loop, &stream->received);
    ouro__stream_wake_waiters(stream, status);
    ouro__stream_free_if_unused(stream);
}

static void closed(ouro_transport *transport)
{
    ouro_stream *stream = stream_above(transport);

    if (stream->client != NULL && !stream->client->has_begun)
        stream->references--; /* the handler's, which will never begin */
    ouro__stream_closed(stream, transport->status);
}

static void forget_waiting(ouro_stream *stream)
{
    stream->calls = 0;
    stream->reader = NULL;
    list_init(&stream->waiters);
}

static void abandon(ouro_transport *transport)
{
    (void) transport; /* the stream is told itself */
}

static const struct transport_user stream_user = {
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

static void leave_loop(ouro_stream *stream)
{
    stream_buffer_release(stream->loop, &stream->received);
    stream_block_release(stream->loop, &stream->retired);
    list_remove(&stream->resource.link);
    stream->loop = NULL;
    ouro__stream_free_if_unused(stream);
}

/* The loop is being closed. */
static void end_with_loop(struct loop_resource *resource, enum loop_end stage)
{
    ouro_stream *stream = container_of(resource, ouro_stream, resource);

    if (stage == LOOP_END_FORGET)
        forget_waiting(stream);
    else if (stage == LOOP_END_LEAVE)
        leave_loop(stream);
    else if (stream->client != NULL && client_is_busy(stream->client))
        ouro__client_abandon(stream->client);
    else
        ouro__stream_free_if_unused(stream);
}

/* Makes a stream that has no transport. */
static ouro_stream *new_stream(ouro_loop *loop, size_t limit, size_t size)
{
    ouro_stream *stream = ouro__alloc_zero(size);

    if (stream == NULL)
        return NULL;
    stream->loop = loop;
    stream->references = 1;
    stream->limit = limit != 0 ? limit : STREAM_LIMIT_DEFAULT;
    list_init(&stream->waiters);
    stream->resource.end = end_with_loop;
    list_append(&loop->resources, &stream->resource.link);
    return stream;
}

ouro_stream *ouro__stream_new(ouro_transport *transport, size_t limit, size_t size)
{
    ouro_stream *stream = new_stream(transport->loop, limit, size);

    if (stream == NULL)
        return NULL;
    stream->transport = transport;
    stream->has_ended = transport->has_ended;
    transport->user = &stream_user;
    transport->above = stream;
    return stream;
}

ouro_stream *ouro_stream_new(ouro_loop *loop, size_t limit)
{
    ouro_stream *stream = loop != NULL ? new_stream(loop, limit, sizeof *stream) : NULL;

    if (stream == NULL)
        return NULL;
    stream->is_fed = true;
    stream->is_closed = true; /* there is nothing to be closed */
    return stream;
}

void ouro__stream_free_if_unused(ouro_stream *stream)
{
    if (!stream->is_closed || stream->references > 0 || stream->calls > 0)
        return;
    if (stream->client != NULL && client_is_busy(stream->client))
        return;
    if (stream->loop != NULL) {
        stream_buffer_release(stream->loop, &stream->received);
        stream_block_release(stream->loop, &stream->retired);
        list_remove(&stream->resource.link);
    }
    if (!stream->is_fed)
        stream->transport->user = &ouro__transport_nobody;
    (void) ouro_transport_unref(stream->transport);
    (void) ouro_error_unref(stream->error);
    ouro__alloc_free(stream);
}

void ouro_stream_close_nowait(ouro_stream *stream)
{
    if (stream == NULL || stream->is_closed)
        return;
    if (!stream->is_fed && !stream->transport->is_closing)
        stream_wake_reader(stream, OURO_ECLOSED);
    ouro_transport_close(stream->transport);
}

void ouro_stream_abort(ouro_stream *stream)
{
    if (stream == NULL || stream->is_closed)
        return;
    if (!stream->is_fed)
        stream_wake_reader(stream, OURO_ECLOSED);
    ouro_transport_abort(stream->transport);
}

int ouro__stream_refuse(const ouro_stream *stream, const char *operation)
{
    if (stream->error != NULL)
        return ouro_error_raise(stream->error);
    if (stream->transport != NULL)
        return ouro__transport_refuse(stream->transport, operation);
    return ouro_error_set(OURO_ECLOSED, operation, "the stream was closed");
}

static bool cancel_wait(struct wait *wait, const char *message)
{
    struct stream_wait *self = container_of(wait, struct stream_wait, wait);

    (void) message;
    if (wait->finished)
        return false;
    list_remove(&self->link);
    wait_finish(wait, -ECANCELED);
    return true;
}

int ouro__stream_wait(ouro_stream *stream, struct task *task, bool is_for_close)
{
    struct stream_wait self = {
        .wait = { .task = task,
                  .cancel = cancel_wait,
                  .operation = is_for_close ? "stream wait_closed" : "stream drain" },
        .is_for_close = is_for_close,
    };
    int status;

    list_append(&stream->waiters, &self.link);
    status = ouro__park(&self.wait);
    return status;
}

struct task *ouro__stream_task(const ouro_stream *stream, const char *operation, int *ret_status)
{
    struct task *task = ouro__task_required(operation, ret_status);

    if (task != NULL && task->future.loop != stream->loop) {
        *ret_status = ouro_error_set(OURO_EWRONGLOOP, operation,
                                     "the stream belongs to another loop");
        return NULL;
    }
    return task;
}

int ouro_stream_wait_closed(ouro_stream *stream)
{
    struct task *task;
    int status = 0;

    if (stream == NULL)
        return ouro_error_set(-EINVAL, "wait_closed", "the stream is NULL");
    if (!stream->is_closed) {
        task = ouro__stream_task(stream, "wait_closed", &status);
        if (task == NULL)
            return status;
        stream_enter(stream);
        status = ouro__stream_wait(stream, task, true);
        if (status < 0 && status != -ECANCELED)
            ouro__transport_refuse(stream->transport, "wait_closed");
        stream_leave(stream);
        return status;
    }
    if (stream->transport == NULL || stream->transport->status == 0)
        return 0;
    return ouro__transport_refuse(stream->transport, "wait_closed");
}

int ouro_stream_close(ouro_stream *stream)
{
    bool is_handler;
    int status;

    if (stream == NULL)
        return 0;
    /* The handler of a server's connection may close it like any other stream, but what it would
     * release is the server's. */
    is_handler = stream->client != NULL && client_is_current(stream->client);
    ouro_stream_close_nowait(stream);
    status = ouro_stream_wait_closed(stream);
    if (!is_handler)
        (void) ouro_stream_unref(stream);
    return status;
}

ouro_stream *ouro_stream_ref(ouro_stream *stream)
{
    if (stream != NULL)
        stream->references++;
    return stream;
}

ouro_stream *ouro_stream_unref(ouro_stream *stream)
{
    if (stream == NULL)
        return NULL;
    ouro_assert(stream->references > 0);
    if (stream->references > 1) {
        stream->references--;
        return NULL;
    }
    ouro_stream_close_nowait(stream);
    stream->references--;
    ouro__stream_free_if_unused(stream);
    return NULL;
}

bool ouro_stream_is_closing(const ouro_stream *stream)
{
    return stream == NULL || stream->is_closed || ouro_transport_is_closing(stream->transport);
}

ouro_transport *ouro_stream_transport(const ouro_stream *stream)
{
    return stream != NULL ? stream->transport : NULL;
}

const void *ouro_stream_get_extra_info(const ouro_stream *stream, const char *name)
{
    return ouro_transport_get_extra_info(ouro_stream_transport(stream), name);
}

static int get_name(const ouro_stream *stream, const char *operation, const char *name,
                    struct sockaddr_storage *ret_address)
{
    const struct sockaddr_storage *address = ouro_stream_get_extra_info(stream, name);

    if (stream == NULL || ret_address == NULL)
        return ouro_error_set(-EINVAL, operation, "the stream or the place is NULL");
    if (address == NULL && stream->is_closed)
        return ouro_error_set(OURO_ECLOSED, operation, "the stream was closed");
    if (address == NULL)
        return ouro_error_set(-ENOTCONN, operation, "this end of the connection has no address");
    *ret_address = *address;
    return 0;
}

int ouro_stream_get_peername(const ouro_stream *stream, struct sockaddr_storage *ret_address)
{
    return get_name(stream, "get_peername", "peername", ret_address);
}

int ouro_stream_get_sockname(const ouro_stream *stream, struct sockaddr_storage *ret_address)
{
    return get_name(stream, "get_sockname", "sockname", ret_address);
}

int ouro_stream_get_fd(const ouro_stream *stream)
{
    const int *fd = ouro_stream_get_extra_info(stream, "socket");

    return fd != NULL ? *fd : -1;
}
