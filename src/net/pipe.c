/* Pipes and terminals: from descriptors to a stream or a protocol. */
#include "ouro/pipe.h"

#include "loop/context.h"
#include "loop/watch.h"
#include "net/pipe_transport.h"
#include "net/protocol.h"
#include "net/stream.h"

#include <errno.h>
#include <unistd.h>

/* Refuses descriptors that somebody else on the loop uses. */
static int check_free(ouro_loop *loop, const struct pipe_request *request)
{
    int status = ouro__fd_check_free(loop, request->input, request->operation);

    return status < 0 ? status : ouro__fd_check_free(loop, request->output, request->operation);
}

static int open_stream(const struct pipe_request *request, size_t limit, ouro_stream **ret_stream)
{
    ouro_transport *transport;
    ouro_stream *stream;
    int status;

    if (ouro__loop_current == NULL)
        return ouro_error_set(OURO_ENOLOOP, request->operation,
                              "no loop is running in this thread");
    status = check_free(ouro__loop_current, request);
    if (status == 0)
        status = ouro__pipe_transport_new(ouro__loop_current, request, &transport);
    if (status < 0)
        return status;
    stream = ouro__stream_new(transport, limit, sizeof *stream);
    if (stream == NULL) {
        ouro__pipe_transport_discard(transport);
        return ouro_error_set(-ENOMEM, request->operation, "out of memory for the stream");
    }
    *ret_stream = stream;
    return 0;
}

int ouro_open_pipe(ouro_stream **ret_stream, int read_fd, int write_fd, size_t limit)
{
    struct pipe_request request = {
        .operation = "open_pipe",
        .input = read_fd,
        .output = write_fd,
        .allows_files = true,
    };

    if (read_fd < 0 && write_fd < 0)
        return ouro_error_set(-EINVAL, "open_pipe", "there is no descriptor");
    return open_stream(&request, limit, ret_stream);
}

int ouro_open_stdio(ouro_stream **ret_stream, size_t limit)
{
    struct pipe_request request = {
        .operation = "open_stdio",
        .input = STDIN_FILENO,
        .output = STDOUT_FILENO,
        .allows_files = true,
        .keeps_open = true,
    };

    return open_stream(&request, limit, ret_stream);
}

/* Puts a protocol on a pipe and waits until it knows. */
static int connect_pipe(ouro_loop *loop, ouro_protocol *protocol,
                        const struct pipe_request *request, ouro_transport **ret_transport)
{
    ouro_transport *transport;
    ouro_context *context;
    struct task *task;
    int status = 0;

    if (loop == NULL || protocol == NULL || protocol->callbacks == NULL)
        return ouro_error_set(-EINVAL, request->operation, "the loop or the protocol is NULL");
    task = ouro__task_required(request->operation, &status);
    if (task == NULL)
        return status;
    if (task->future.loop != loop)
        return ouro_error_set(OURO_EWRONGLOOP, request->operation,
                              "the task does not run on this loop");
    if (request->input < 0 && request->output < 0)
        return ouro_error_set(-EBADF, request->operation, "there is no descriptor");
    status = check_free(loop, request);
    if (status == 0)
        status = ouro__pipe_transport_new(loop, request, &transport);
    if (status < 0)
        return status;
    context = context_capture(loop);
    status = ouro__protocol_attach(transport, protocol, context);
    ouro_context_unref(context);
    if (status < 0) {
        ouro__pipe_transport_discard(transport);
        return ouro_error_set(-ENOMEM, request->operation, "out of memory for the connection");
    }
    return ouro__protocol_wait_made(task, transport, ret_transport, request->operation);
}

int ouro_loop_connect_read_pipe(ouro_loop *loop, ouro_protocol *protocol, int fd,
                                ouro_transport **ret_transport)
{
    struct pipe_request request = { .operation = "connect_read_pipe", .input = fd, .output = -1 };

    return connect_pipe(loop, protocol, &request, ret_transport);
}

int ouro_loop_connect_write_pipe(ouro_loop *loop, ouro_protocol *protocol, int fd,
                                 ouro_transport **ret_transport)
{
    struct pipe_request request = { .operation = "connect_write_pipe", .input = -1, .output = fd };

    return connect_pipe(loop, protocol, &request, ret_transport);
}
