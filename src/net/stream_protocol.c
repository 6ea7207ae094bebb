/* Protocols that feed a stream: the reading side above a transport that belongs to a protocol.
 *
 *     transport -> protocol, of the user's -> stream
 *                        ^                      ^
 *                        `---- handler (task) --'   keeps both until it is done
 */
#include "net/stream.h"

#include "base/alloc.h"
#include "loop/future.h"

#include <errno.h>

/* The task of a connection. */
struct handler {
    ouro_stream_reader_protocol *protocol;
    ouro_stream *stream;       /* a reference, as the next two */
    ouro_transport *transport; /* closed if the task fails */
    ouro_task *task;
    struct future_waiter waiter;
    ouro_runnable done;
    struct loop_resource resource;
};

static ouro_stream_reader_protocol *reader_protocol(ouro_protocol *protocol)
{
    return (ouro_stream_reader_protocol *) protocol;
}

/* The connection or the handler needs the protocol no more. The last of them gives it back. */
static void leave(ouro_stream_reader_protocol *protocol)
{
    protocol->users_--;
    if (protocol->users_ == 0 && protocol->released != NULL)
        protocol->released(protocol);
}

static void free_handler(struct handler *handler)
{
    ouro_stream_reader_protocol *protocol = handler->protocol;

    list_remove(&handler->resource.link);
    (void) ouro_task_unref(handler->task);
    (void) ouro_stream_unref(handler->stream);
    (void) ouro_transport_unref(handler->transport);
    ouro__alloc_free(handler);
    leave(protocol);
}

static void handler_done(ouro_runnable *runnable)
{
    struct handler *handler = container_of(runnable, struct handler, done);
    ouro_task *task = handler->task;

    task->flags &= (uint8_t) ~FUTURE_UNRETRIEVED;
    if (task->status < 0 && task->status != -ECANCELED)
        ouro_loop_call_exception_handler(task->loop, &(ouro_exception_context) {
                                                         .message = "Unhandled exception in "
                                                                    "client_connected_cb",
                                                         .status = task->status,
                                                         .error = ouro_future_exception(task),
                                                         .future = task,
                                                         .transport = handler->transport,
                                                     });
    if (task->status < 0)
        ouro_transport_close(handler->transport);
    free_handler(handler);
}

/* The loop is being closed, and the handler will never be done. */
static void end_with_loop(struct loop_resource *resource, enum loop_end stage)
{
    if (stage != LOOP_END_FORGET)
        free_handler(container_of(resource, struct handler, resource));
}

static int run_handler(void *arg)
{
    struct handler *handler = arg;

    return handler->protocol->client_connected_(handler->stream, handler->protocol->arg_);
}

/* Has the handler begin. Returns 0, or an error with the detail set. */
static int start_handler(ouro_stream_reader_protocol *protocol, ouro_transport *transport)
{
    struct handler *handler = ouro__alloc_zero(sizeof *handler);
    ouro_loop *loop = transport->loop;

    if (handler == NULL)
        return ouro_error_set(-ENOMEM, "connection_made", "out of memory for the handler");
    handler->protocol = protocol;
    handler->stream = ouro_stream_ref(protocol->stream_);
    handler->transport = ouro_transport_ref(transport);
    handler->waiter.runnable = &handler->done;
    handler->done.run_ = handler_done;
    handler->resource.end = end_with_loop;
    list_append(&loop->resources, &handler->resource.link);
    protocol->users_++;
    handler->task = ouro_loop_create_task(loop, ouro_coro(run_handler, handler));
    if (handler->task == NULL) {
        free_handler(handler);
        return ouro_error_detail()->status;
    }
    ouro__future_add_waiter(handler->task, &handler->waiter);
    return 0;
}

static int connection_made(ouro_protocol *protocol, ouro_transport *transport)
{
    ouro_stream_reader_protocol *self = reader_protocol(protocol);
    int status = ouro_stream_set_transport(self->stream_, transport);

    if (status < 0)
        return status;
    self->stream_->is_closed = false;
    return self->client_connected_ != NULL ? start_handler(self, transport) : 0;
}

static void connection_lost(ouro_protocol *protocol, int status)
{
    ouro_stream_reader_protocol *self = reader_protocol(protocol);
    ouro_stream *stream = self->stream_;

    if (status < 0)
        ouro_ignore(ouro_stream_set_exception(stream, status));
    else
        ouro_ignore(ouro_stream_feed_eof(stream));
    self->stream_ = NULL;
    ouro__stream_closed(stream, status);
    (void) ouro_stream_unref(stream);
    leave(self);
}

static int data_received(ouro_protocol *protocol, ouro_bytes data)
{
    return ouro_stream_feed_data(reader_protocol(protocol)->stream_, data);
}

static int eof_received(ouro_protocol *protocol)
{
    int status = ouro_stream_feed_eof(reader_protocol(protocol)->stream_);

    return status < 0 ? status : 1;
}

static void resume_writing(ouro_protocol *protocol)
{
    ouro__stream_resume_writers(reader_protocol(protocol)->stream_);
}

static const ouro_protocol_callbacks callbacks = {
    .connection_made = connection_made,
    .connection_lost = connection_lost,
    .data_received = data_received,
    .eof_received = eof_received,
    .resume_writing = resume_writing,
};

void ouro_stream_reader_protocol_init(ouro_stream_reader_protocol *protocol, ouro_stream *stream,
                                      ouro_client_connected *client_connected, void *arg)
{
    *protocol = (ouro_stream_reader_protocol) {
        .protocol.callbacks = &callbacks,
        .stream_ = ouro_stream_ref(stream),
        .client_connected_ = client_connected,
        .arg_ = arg,
        .users_ = 1,
    };
}
