/* Accepting: a connection becomes a stream and a task that runs the handler. */
#include "net/server.h"

#include "base/time.h"
#include "loop/context.h"
#include "loop/timer.h"
#include "loop/watch.h"
#include "net/protocol.h"
#include "net/socket.h"
#include "net/socket_transport.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

void ouro__server_accept(ouro_server *server)
{
    size_t i;

    for (i = 0; i < server->listener_count; i++) {
        struct listener *listener = &server->listeners[i];

        if (listener->op.state == OP_IDLE)
            server->loop->backend->ops->submit(server->loop->backend, &listener->op);
    }
}

/* Removes the file of a Unix socket, if it is still the one that was bound. */
static void remove_file(const struct listener *listener)
{
    struct address address;
    struct stat status;

    if (listener->file == 0 || ouro__socket_name(listener->fd, &address) < 0)
        return;
    if (stat(address.local.sun_path, &status) == 0 && status.st_ino == listener->file)
        (void) unlink(address.local.sun_path);
}

static void close_listener(struct listener *listener)
{
    ouro_server *server = listener->server;

    remove_file(listener);
    ouro__fd_disclaim(server->loop, listener->fd);
    server->loop->backend->ops->close_fd(server->loop->backend, listener->fd);
    listener->fd = -1;
    server->open_count--;
}

void ouro__listener_stop(struct listener *listener)
{
    ouro_loop *loop = listener->server->loop;

    if (listener->fd < 0)
        return;
    /* Nobody is to be let in while the operation ends, which takes a moment. */
    (void) shutdown(listener->fd, SHUT_RD);
    if (listener->op.state == OP_IDLE)
        close_listener(listener);
    else
        loop->backend->ops->cancel(loop->backend, &listener->op);
}

/* The handler's reference to its stream ends; it may have given it back itself. */
static void release_client(struct client *client)
{
    ouro_task *task = client->task;

    client->task = NULL;
    (void) ouro_task_unref(task);
    if (client->stream.references > 0)
        (void) ouro_stream_unref(&client->stream);
    else
        ouro__stream_free_if_unused(&client->stream);
}

void ouro__client_abandon(struct client *client)
{
    release_client(client);
}

/* True if the handler has failed; not if it was cancelled, or its stream closed under it. */
static bool has_failed(const struct client *client, int status)
{
    if (status == OURO_ECLOSED)
        return !stream_is_closing(&client->stream);
    return status < 0 && status != -ECANCELED;
}

static void handler_done(ouro_runnable *runnable)
{
    struct client *client = container_of(runnable, struct client, handler_done);
    int status = client->task->status;

    client->task->flags &= (uint8_t) ~FUTURE_UNRETRIEVED;
    if (has_failed(client, status)) {
        ouro__report(client->stream.loop, "a connection's handler failed", client->task, status,
                     ouro_future_exception(client->task));
        ouro_stream_abort(&client->stream);
    } else {
        ouro_stream_close_nowait(&client->stream);
    }
    release_client(client);
}

/* The task of a connection. */
static int run_handler(void *arg)
{
    struct client *client = arg;

    return client->client_connected(&client->stream, client->arg);
}

static ouro_task *start_handler(ouro_server *server, struct client *client)
{
    return ouro_loop_create_task_with(server->loop, &(ouro_task_options) {
                                                        .coroutine = ouro_coro(run_handler, client),
                                                        .context = server->context,
                                                        .stack_size = server->stack_size,
                                                        .size_ = sizeof(ouro_task_options),
                                                    });
}

/* Reports that a connection could not be served, or none accepted. */
static void report(ouro_server *server, const char *message, int status)
{
    char place[ADDRESS_TEXT_SIZE] = "a server that was closed";
    char text[2 * ADDRESS_TEXT_SIZE];
    struct address address;

    if (!server->is_closed && ouro__socket_name(server->listeners[0].fd, &address) == 0)
        ouro__address_format(&address, place);
    (void) snprintf(text, sizeof text, "%s: %s", place, ouro_strerror(status));
    ouro__report(server->loop, message, NULL, status,
                 &(ouro_error) { .status = status, .operation = "accept", .text = text });
}

static void drop_connection(ouro_server *server, int fd)
{
    server->loop->backend->ops->close_fd(server->loop->backend, fd);
    report(server, "a connection was dropped: out of memory", -ENOMEM);
}

/* Makes the transport of a connection. Returns NULL without memory; the descriptor is the caller's
 * then. */
static ouro_transport *new_transport(ouro_server *server, int fd)
{
    ouro_transport *below = ouro__socket_transport_new(server->loop, fd);
    ouro_transport *transport;

    if (below == NULL)
        return NULL;
    transport = ouro__wrap(&server->tls, below, (ouro_bytes) { .size = 0 });
    if (transport == NULL)
        below->ops->discard(below);
    return transport;
}

/* Puts a protocol on a connection. */
static void serve_protocol(ouro_server *server, int fd)
{
    ouro_transport *transport = new_transport(server, fd);

    if (transport == NULL) {
        drop_connection(server, fd);
        return;
    }
    if (ouro__protocol_attach_new(transport, server->factory, server->arg, server->context) < 0) {
        transport->ops->discard(transport);
        drop_connection(server, fd);
        return;
    }
    ouro__server_attach(server, transport);
}

void ouro__client_begin(struct client *client)
{
    ouro_stream *stream = &client->stream;
    ouro_server *server = stream->transport->server;

    client->waiter.runnable = &client->handler_done;
    client->handler_done.run_ = handler_done;
    client->has_begun = true;
    client->task = start_handler(server, client);
    if (client->task == NULL) {
        report(server, "a connection was dropped: its task could not be created",
               ouro_error_detail()->status);
        ouro_stream_abort(stream);
        (void) ouro_stream_unref(stream);
        return;
    }
    ouro__future_add_waiter(client->task, &client->waiter);
}

/* Has a task serve a connection, once that stands. */
static void serve_stream(ouro_server *server, int fd)
{
    ouro_transport *transport = new_transport(server, fd);
    ouro_stream *stream;
    struct client *client;

    if (transport == NULL) {
        drop_connection(server, fd);
        return;
    }
    stream = ouro__stream_new(transport, server->limit, sizeof(struct client));
    if (stream == NULL) {
        transport->ops->discard(transport);
        drop_connection(server, fd);
        return;
    }
    client = container_of(stream, struct client, stream);
    stream->client = client;
    client->client_connected = server->client_connected;
    client->arg = server->arg;
    ouro__server_attach(server, transport);
    if (!transport->is_opening)
        ouro__client_begin(client);
}

static void serve(ouro_server *server, int fd)
{
    if (server->keeps_alive)
        ouro__socket_keep_alive(fd);
    if (server->factory != NULL)
        serve_protocol(server, fd);
    else
        serve_stream(server, fd);
}

static bool is_shortage(int status)
{
    return status == -EMFILE || status == -ENFILE || status == -ENOBUFS || status == -ENOMEM;
}

/* True if another attempt would fail in the same way for ever. */
static bool is_hopeless(int status)
{
    return status == -EOPNOTSUPP || status == -EINVAL || status == -EBADF || status == -ENOTSOCK;
}

/* Accepts nothing for a while: as long as the cause lasts, every attempt would fail at once. */
static void pause_accepting(ouro_server *server, int status)
{
    const char *message = "a server could not accept: it tries again in a second";

    if (is_hopeless(status))
        message = "a server cannot accept";
    else if (is_shortage(status))
        message = "a server is out of descriptors or memory: it accepts again in a second";
    if (!server->is_short)
        report(server, message, status);
    server->is_short = true;
    if (server->is_resuming || server->is_closed || is_hopeless(status))
        return;
    server->is_resuming = true;
    timer_arm(server->loop, &server->resume, time_add(loop_now(server->loop), ACCEPT_PAUSE_NS));
}

void ouro__server_resume(ouro_runnable *runnable)
{
    ouro_timer_entry *timer = container_of(runnable, ouro_timer_entry, runnable_);
    ouro_server *server = container_of(timer, ouro_server, resume);

    server->is_resuming = false;
    ouro__server_accept(server);
}

void ouro__server_accepted(struct op *op)
{
    struct listener *listener = container_of(op, struct listener, op);
    ouro_server *server = listener->server;

    server->calls++; /* an eager handler, or an exception handler, may give the server up */
    if (op->result >= 0 && server->is_closed) {
        server->loop->backend->ops->close_fd(server->loop->backend, op->result);
    } else if (op->result >= 0) {
        server->is_short = false;
        serve(server, op->result);
    } else if (!server->is_closed) {
        pause_accepting(server, op->result);
    }
    if (server->is_closed && op->state == OP_IDLE && listener->fd >= 0)
        close_listener(listener);
    ouro__server_leave(server);
}
