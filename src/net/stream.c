/* The life of a stream: how it begins, how it ends, and who is told. */
#include "net/stream.h"

#include "base/alloc.h"
#include "loop/watch.h"
#include "net/server.h"
#include "net/socket.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

/* The default marks of asyncio's flow control. */
#define HIGH_MARK ((size_t) 64 << 10)
#define LOW_MARK (HIGH_MARK / 4)

static void end_with_loop(struct loop_resource *resource, bool is_over);

ouro_stream *ouro__stream_new(ouro_loop *loop, int fd, size_t limit, size_t size)
{
    ouro_stream *stream = ouro__alloc_zero(size);

    if (stream == NULL)
        return NULL;
    if (ouro__fd_claim(loop, fd) < 0) {
        ouro__alloc_free(stream);
        return NULL;
    }
    stream->loop = loop;
    stream->references = 1;
    stream->fd = fd;
    stream->limit = limit != 0 ? limit : STREAM_LIMIT_DEFAULT;
    stream->receive.kind = OP_RECV;
    stream->receive.fd = fd;
    stream->receive.complete = ouro__stream_received;
    stream->send.kind = OP_SEND;
    stream->send.fd = fd;
    stream->send.complete = ouro__stream_sent;
    stream->high = HIGH_MARK;
    stream->low = LOW_MARK;
    stream->flush.run_ = ouro__stream_flush;
    list_init(&stream->waiters);
    stream->resource.end = end_with_loop;
    list_append(&loop->resources, &stream->resource.link);
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
        stream_buffer_release(stream->loop, &stream->retired);
        list_remove(&stream->resource.link);
    }
    ouro__alloc_free(stream);
}

/* Ends all waits: those for the close have come to what they waited for. */
static void wake_waiters(ouro_stream *stream)
{
    int lost = stream->status < 0 ? stream->status : -ECONNRESET;
    ouro_link *link;

    while ((link = list_pop(&stream->waiters)) != NULL) {
        struct stream_wait *self = container_of(link, struct stream_wait, link);

        wait_finish(&self->wait, self->is_for_close ? stream->status : lost);
    }
}

/* The descriptor is closed: tells everyone. The stream may be gone after that. */
static void finish_close(ouro_stream *stream)
{
    stream->is_closed = true;
    stream->fd = -1;
    if (stream->borrowed == 0)
        stream_buffer_release(stream->loop, &stream->received);
    wake_waiters(stream);
    if (stream->client != NULL)
        ouro__client_closed(stream->client);
    ouro__stream_free_if_unused(stream);
}

void ouro__stream_close_if_done(ouro_stream *stream)
{
    if (stream->is_closing && !stream->is_closed && stream->receive.state == OP_IDLE &&
        stream->send.state == OP_IDLE && stream_unsent(stream) == 0) {
        ouro__fd_disclaim(stream->loop, stream->fd);
        stream->loop->backend->ops->close_fd(stream->loop->backend, stream->fd);
        finish_close(stream);
    }
}

void ouro__stream_drop(ouro_stream *stream)
{
    const struct backend_ops *ops = stream->loop->backend->ops;

    stream->is_closing = true;
    stream->is_dropped = true;
    if (link_is_queued(&stream->flush.link_))
        list_remove(&stream->flush.link_);
    stream_buffer_release(stream->loop, &stream->queued);
    ops->cancel(stream->loop->backend, &stream->receive);
    if (stream->send.state == OP_IDLE)
        stream_buffer_release(stream->loop, &stream->sending);
    else
        ops->cancel(stream->loop->backend, &stream->send);
    stream_wake_reader(stream, stream->status < 0 ? stream->status : OURO_ECLOSED);
    ouro__stream_close_if_done(stream);
}

void ouro__stream_fail(ouro_stream *stream, int status)
{
    if (stream->status == 0)
        stream->status = status != -ECANCELED ? status : -ECONNABORTED;
    ouro__stream_drop(stream);
}

void ouro_stream_close_nowait(ouro_stream *stream)
{
    if (stream == NULL || stream->is_closing)
        return;
    stream->is_closing = true;
    stream->loop->backend->ops->cancel(stream->loop->backend, &stream->receive);
    stream_wake_reader(stream, OURO_ECLOSED);
    ouro__stream_close_if_done(stream);
}

void ouro_stream_abort(ouro_stream *stream)
{
    if (stream == NULL || stream->is_closed || stream->is_dropped)
        return;
    ouro__socket_reset_on_close(stream->fd);
    ouro__stream_drop(stream);
}

/* Lets go of a loop whose backend is closed: whatever was in flight has ended, and nobody was told.
 */
static void leave_loop(ouro_stream *stream)
{
    stream->calls = 1;
    if (!stream->is_closed) {
        (void) close(stream->fd);
        finish_close(stream);
    }
    stream->calls = 0;
    stream_buffer_release(stream->loop, &stream->sending);
    stream_buffer_release(stream->loop, &stream->received);
    stream_buffer_release(stream->loop, &stream->retired);
    list_remove(&stream->resource.link);
    stream->loop = NULL;
}

static void report_forgotten(ouro_stream *stream)
{
    char message[ADDRESS_TEXT_SIZE + 64];
    char peer[ADDRESS_TEXT_SIZE] = "a peer that is gone";
    struct address address;

    if (ouro__socket_peer(stream->fd, &address) == 0)
        ouro__address_format(&address, peer);
    (void) snprintf(message, sizeof message, "a stream to %s was not closed before its loop", peer);
    ouro__report(stream->loop, message, NULL, 0, NULL);
}

/* The loop is being closed. Tasks that waited for the stream are gone. */
static void end_with_loop(struct loop_resource *resource, bool is_over)
{
    ouro_stream *stream = container_of(resource, ouro_stream, resource);

    if (is_over) {
        leave_loop(stream);
        ouro__stream_free_if_unused(stream);
        return;
    }
    if (stream->is_closed)
        return;
    stream->calls = 1; /* this one; the others are gone with their tasks */
    stream->reader = NULL;
    list_init(&stream->waiters);
    if (stream->client != NULL)
        ouro__client_abandon(stream->client);
    else if (!stream->is_closing)
        report_forgotten(stream);
    ouro__stream_drop(stream);
    stream->calls = 0;
    ouro__stream_free_if_unused(stream);
}

int ouro__stream_refuse(const ouro_stream *stream, const char *operation)
{
    if (stream->status < 0)
        return ouro_error_set(stream->status, operation, "the connection was lost: %s",
                              ouro_strerror(stream->status));
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
            ouro__stream_refuse(stream, "wait_closed");
        stream_leave(stream);
        return status;
    }
    return stream->status < 0 ? ouro__stream_refuse(stream, "wait_closed") : 0;
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

static int get_name(const ouro_stream *stream, const char *operation,
                    int (*ask)(int fd, struct address *ret_address),
                    struct sockaddr_storage *ret_address)
{
    struct address address;
    int status;

    if (stream == NULL || ret_address == NULL)
        return ouro_error_set(-EINVAL, operation, "the stream or the place is NULL");
    if (stream->fd < 0)
        return ouro_error_set(OURO_ECLOSED, operation, "the stream was closed");
    status = ask(stream->fd, &address);
    if (status < 0)
        return ouro_error_set(status, operation, "%s", ouro_strerror(status));
    *ret_address = address.storage;
    return 0;
}

bool ouro_stream_is_closing(const ouro_stream *stream)
{
    return stream == NULL || stream->is_closing;
}

int ouro_stream_get_peername(const ouro_stream *stream, struct sockaddr_storage *ret_address)
{
    return get_name(stream, "get_peername", ouro__socket_peer, ret_address);
}

int ouro_stream_get_sockname(const ouro_stream *stream, struct sockaddr_storage *ret_address)
{
    return get_name(stream, "get_sockname", ouro__socket_name, ret_address);
}

int ouro_stream_get_fd(const ouro_stream *stream)
{
    return stream != NULL ? stream->fd : -1;
}
