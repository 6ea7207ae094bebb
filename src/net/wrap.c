/* Putting TLS over connections: new ones, and those in use. */
#include "net/wrap.h"

#include "base/time.h"
#include "net/protocol.h"
#include "net/server.h"
#include "net/stream_read.h"

#include <errno.h>

/* The limits of asyncio. */
#define HANDSHAKE_SECONDS 60.0
#define SHUTDOWN_SECONDS 30.0

static struct transport_wrapper *wrapper_of(ouro_tls_context *context)
{
    return (struct transport_wrapper *) context; /* it begins with that */
}

int ouro__wrap_prepare(struct wrap_request *request, double handshake_timeout,
                       double shutdown_timeout)
{
    if (request->context == NULL)
        return 0;
    if (!(handshake_timeout >= 0) || !(shutdown_timeout >= 0))
        return ouro_error_set(-EINVAL, request->operation, "a time limit must be positive");
    if (handshake_timeout == 0)
        handshake_timeout = HANDSHAKE_SECONDS;
    if (shutdown_timeout == 0)
        shutdown_timeout = SHUTDOWN_SECONDS;
    (void) time_from_seconds(handshake_timeout, &request->handshake_ns);
    (void) time_from_seconds(shutdown_timeout, &request->shutdown_ns);
    return wrapper_of(request->context)->check(wrapper_of(request->context), request);
}

ouro_transport *ouro__wrap(const struct wrap_request *request, ouro_transport *below,
                           ouro_bytes received)
{
    struct transport_wrapper *wrapper = wrapper_of(request->context);
    const struct transport_user *user = below->user;
    void *user_object = below->above;
    ouro_transport *above;

    if (wrapper == NULL)
        return below;
    above = wrapper->wrap(wrapper, request, below, received);
    if (above == NULL)
        return NULL;
    above->user = user;
    above->above = user_object;
    above->is_paused = below->is_paused;
    below->is_wrapped = true;
    if (below->server != NULL) {
        ouro__server_attach(below->server, above);
        ouro__server_detach(below);
    }
    return above;
}

/* Checks that a connection in use can be wrapped. Returns 0, or an error with the detail set. */
static int check_transport(const struct wrap_request *request, ouro_transport *transport)
{
    if (transport->is_closing)
        return ouro__transport_refuse(transport, request->operation);
    if (!transport_is_writable(transport))
        return ouro__transport_refuse_write(transport, request->operation);
    if (transport->is_opening)
        return ouro_error_set(OURO_EINUSE, request->operation, "the connection is being opened");
    return 0;
}

static ouro_bytes buffered(const struct stream_buffer *buffer)
{
    ouro_bytes bytes = { .size = stream_buffer_size(buffer) };

    if (bytes.size > 0)
        bytes.data = buffer->data + buffer->begin;
    return bytes;
}

/* Waits for the handshake of a connection that was in use before. */
static int finish(struct task *task, ouro_transport *transport, const char *operation)
{
    int status;

    (void) ouro_transport_ref(transport);
    status = ouro__transport_wait_open(task, transport, operation);
    if (status < 0)
        ouro_transport_abort(transport);
    (void) ouro_transport_unref(transport);
    return status;
}

/* What has come and was not read goes to TLS: the peer may have sent it behind the last plain byte.
 */
static int wrap_stream(struct task *task, ouro_stream *stream, const struct wrap_request *request)
{
    ouro_bytes received = buffered(&stream->received);
    ouro_transport *above = ouro__wrap(request, stream->transport, received);

    if (above == NULL)
        return ouro_error_detail()->status;
    stream_buffer_release(stream->loop, &stream->received);
    stream->transport = above;
    stream->is_readable = false; /* TLS asks for itself */
    return finish(task, above, request->operation);
}

int ouro_stream_start_tls_with(ouro_stream *stream, ouro_tls_context *context,
                               const ouro_tls_start_options *options)
{
    struct wrap_request request = { .context = context, .operation = "start_tls" };
    struct task *task;
    int status = 0;

    if (stream == NULL || stream->transport == NULL || context == NULL || options == NULL)
        return ouro_error_set(-EINVAL, "start_tls", "the stream or the context is NULL");
    task = ouro__stream_task(stream, "start_tls", &status);
    if (task == NULL)
        return status;
    request.host = options->server_hostname;
    request.is_server = options->server_side || stream->client != NULL;
    status = ouro__wrap_prepare(&request, options->handshake_timeout, options->shutdown_timeout);
    if (status < 0)
        return status;
    (void) ouro_stream_ref(stream);
    status = ouro_stream_drain(stream);
    if (status == -ECANCELED)
        ouro_stream_abort(stream); /* the peer may be told already that TLS begins */
    if (status == 0)
        status = stream_begin_read(stream, "start_tls");
    if (status == 0)
        status = check_transport(&request, stream->transport);
    if (status == 0 && stream->has_ended)
        status = ouro_error_set(-ECONNRESET, "start_tls", "the peer has ended the connection");
    if (status == 0)
        status = wrap_stream(task, stream, &request);
    (void) ouro_stream_unref(stream);
    return status;
}

int ouro_loop_start_tls_with(ouro_loop *loop, ouro_transport *transport, ouro_protocol *protocol,
                             ouro_tls_context *context, ouro_transport **ret_transport,
                             const ouro_tls_start_options *options)
{
    struct wrap_request request = { .context = context, .operation = "start_tls" };
    struct task *task;
    ouro_transport *above;
    int status = 0;

    if (transport == NULL || protocol == NULL || context == NULL || options == NULL)
        return ouro_error_set(-EINVAL, "start_tls",
                              "the transport, the protocol or the context is NULL");
    task = ouro__task_required("start_tls", &status);
    if (task == NULL)
        return status;
    if (loop != task->future.loop || loop != transport->loop)
        return ouro_error_set(OURO_EWRONGLOOP, "start_tls",
                              "the task or the transport does not belong to this loop");
    request.host = options->server_hostname;
    request.is_server = options->server_side;
    status = ouro__wrap_prepare(&request, options->handshake_timeout, options->shutdown_timeout);
    if (status == 0)
        status = check_transport(&request, transport);
    if (status == 0)
        status = ouro__protocol_check_move(transport, request.operation);
    if (status < 0)
        return status;
    above = ouro__wrap(&request, transport, buffered(ouro__protocol_received(transport)));
    if (above == NULL)
        return ouro_error_detail()->status;
    ouro__protocol_move(above, protocol);
    status = finish(task, above, request.operation);
    if (status == 0 && ret_transport != NULL)
        *ret_transport = above;
    return status;
}
