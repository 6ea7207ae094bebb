/* Connections that a program opens: from options to a socket, and from a socket to a stream or a
 * protocol. */
#include "ouro/connection.h"

#include "base/time.h"
#include "loop/context.h"
#include "net/connect_race.h"
#include "net/protocol.h"
#include "net/socket.h"
#include "net/socket_transport.h"
#include "net/stream.h"
#include "net/wrap.h"

#include <errno.h>

/* What a call has been asked for. */
struct opening {
    const char *operation;
    ouro_loop *loop;
    struct task *task;
    ouro_protocol *protocol; /* NULL: a stream is wanted */
    struct wrap_request tls;
};

static int begin(struct opening *opening)
{
    int status = 0;

    opening->task = ouro__task_required(opening->operation, &status);
    if (opening->task == NULL)
        return status;
    if (opening->loop == NULL)
        opening->loop = opening->task->future.loop;
    if (opening->loop != opening->task->future.loop)
        return ouro_error_set(OURO_EWRONGLOOP, opening->operation,
                              "the task does not run on this loop");
    return 0;
}

static int begin_protocol(struct opening *opening)
{
    if (opening->loop == NULL || opening->protocol == NULL || opening->protocol->callbacks == NULL)
        return ouro_error_set(-EINVAL, opening->operation, "the loop or the protocol is NULL");
    return begin(opening);
}

static int check_options(const struct opening *opening, const ouro_connection_options *options)
{
    const char *operation = opening->operation;

    if (options == NULL)
        return ouro_error_set(-EINVAL, operation, "the options are NULL");
    if (options->fd < 0)
        return ouro_error_set(-EBADF, operation, "%d is no descriptor", options->fd);
    if (options->fd != 0 && (options->host != NULL || options->port != 0))
        return ouro_error_set(-EINVAL, operation,
                              "give a host and a port, or a socket, not both (the name for TLS is "
                              "server_hostname)");
    if (options->fd == 0 && (options->port < 1 || options->port > 65535))
        return ouro_error_set(-EINVAL, operation, "%d is no port: 1 to 65535 are", options->port);
    if (options->local_port < 0 || options->local_port > 65535)
        return ouro_error_set(-EINVAL, operation, "%d is no local port", options->local_port);
    if (options->family != AF_UNSPEC && options->family != AF_INET && options->family != AF_INET6)
        return ouro_error_set(-EAFNOSUPPORT, operation,
                              "%d is no family of addresses: AF_INET and AF_INET6 are",
                              options->family);
    if (!(options->happy_eyeballs_delay >= 0) || options->interleave < 0)
        return ouro_error_set(-EINVAL, operation,
                              "happy_eyeballs_delay and interleave must not be negative");
    return 0;
}

/* Finds the addresses to connect to, and those to connect from. */
static int resolve(const struct opening *opening, const ouro_connection_options *options,
                   struct connect_request *request)
{
    struct resolve_item items[2] = { { .list = &request->addresses },
                                     { .list = &request->locals } };

    items[0].query = (struct resolve_query) {
        .operation = opening->operation,
        .host = options->host,
        .port = options->port,
        .family = options->family,
        .type = SOCK_STREAM,
        .use = ADDRESS_CONNECT,
    };
    items[1].query = items[0].query;
    items[1].query.host = options->local_host;
    items[1].query.port = options->local_port;
    items[1].query.use = ADDRESS_LISTEN;
    return ouro__resolve_all(opening->task, items, request->has_locals ? 2 : 1, NULL);
}

/* Connects to a host. Returns a socket, or an error with the detail set. */
static int connect_to_host(const struct opening *opening, const ouro_connection_options *options)
{
    struct connect_request request = {
        .has_locals = options->local_host != NULL || options->local_port != 0,
        .wants_all_errors = options->all_errors,
    };
    size_t interleave = (size_t) options->interleave;
    int status;

    (void) time_from_seconds(options->happy_eyeballs_delay, &request.delay_ns);
    status = resolve(opening, options, &request);
    if (interleave == 0 && request.delay_ns > 0)
        interleave = 1;
    if (interleave > 0)
        ouro__interleave(&request.addresses, interleave);
    if (status == 0)
        return ouro__connect_race(opening->task, &request);
    ouro__connect_request_done(&request);
    return status;
}

/* Checks a socket that the caller has connected. Returns it, or an error with the detail set. */
static int take_socket(const struct opening *opening, int fd, bool is_unix)
{
    struct address peer;
    int status = ouro__socket_take(opening->loop, opening->operation, fd, is_unix);

    if (status < 0)
        return status;
    status = ouro__socket_peer(fd, &peer);
    if (status < 0)
        return ouro_error_set(status, opening->operation,
                              "descriptor %d is no connected socket: %s", fd,
                              ouro_strerror(status));
    ouro__socket_set_up(fd);
    return fd;
}

/* Connects to a Unix socket. Returns a socket, or an error with the detail set. */
static int connect_to_path(const struct opening *opening, const char *path)
{
    struct connect_request request = { .delay_ns = 0 };
    struct address address;
    int status = ouro__address_from_path(path, &address);

    if (status < 0)
        return ouro_error_set(status, opening->operation, "\"%s\" is no path for a socket: %s",
                              path != NULL ? path : "(NULL)", ouro_strerror(status));
    status = ouro__address_list_add(&request.addresses, &address);
    return status < 0 ? status : ouro__connect_race(opening->task, &request);
}

static int no_memory(const struct opening *opening)
{
    return ouro_error_set(-ENOMEM, opening->operation, "out of memory for the connection");
}

/* Makes a transport of a socket. Returns 0, or an error with the detail set: the descriptor is the
 * caller's still. */
static int new_transport(const struct opening *opening, int fd, ouro_transport **ret_transport)
{
    ouro_transport *below = ouro__socket_transport_new(opening->loop, fd);

    if (below == NULL)
        return no_memory(opening);
    *ret_transport = ouro__wrap(&opening->tls, below, (ouro_bytes) { .size = 0 });
    if (*ret_transport != NULL)
        return 0;
    below->ops->discard(below);
    return ouro_error_detail()->status;
}

/* Makes a stream of a transport, and waits until the connection stands. The transport is the
 * caller's still if that fails for want of memory; `*ret_is_taken` tells. */
static int finish_stream(const struct opening *opening, ouro_transport *transport, size_t limit,
                         ouro_stream **ret_stream, bool *ret_is_taken)
{
    ouro_stream *stream = ouro__stream_new(transport, limit, sizeof(struct ouro_stream));
    int status;

    if (stream == NULL)
        return no_memory(opening);
    *ret_is_taken = true;
    status = ouro__transport_wait_open(opening->task, transport, opening->operation);
    if (status == 0)
        *ret_stream = stream;
    else
        (void) ouro_stream_unref(stream);
    return status;
}

/* Puts the protocol on a transport. The same goes for that. */
static int finish_protocol(const struct opening *opening, ouro_transport *transport,
                           ouro_transport **ret_transport, bool *ret_is_taken)
{
    ouro_context *context;
    int status;

    context = context_capture(opening->loop);
    status = ouro__protocol_attach(transport, opening->protocol, context);
    ouro_context_unref(context);
    if (status < 0)
        return no_memory(opening);
    *ret_is_taken = true;
    return ouro__protocol_wait_made(opening->task, transport, ret_transport, opening->operation);
}

/* Finishes with what was asked for. `is_own`: the descriptor is closed if that fails. */
static int finish(const struct opening *opening, int fd, bool is_own, size_t limit,
                  ouro_stream **ret_stream, ouro_transport **ret_transport)
{
    ouro_transport *transport = NULL;
    bool is_taken = false;
    int status = new_transport(opening, fd, &transport);

    if (status == 0 && opening->protocol != NULL)
        status = finish_protocol(opening, transport, ret_transport, &is_taken);
    else if (status == 0)
        status = finish_stream(opening, transport, limit, ret_stream, &is_taken);
    if (transport != NULL && !is_taken)
        transport->ops->discard(transport);
    if (status < 0 && is_own && !is_taken)
        opening->loop->backend->ops->close_fd(opening->loop->backend, fd);
    return status;
}

/* Returns the name that the peer's certificate has to have, or NULL if there is none to go by. Only
 * who says so as .server_hostname means anybody: an empty host does not. */
static const char *peer_name(const ouro_connection_options *options)
{
    if (options->server_hostname != NULL)
        return options->server_hostname;
    if (options->host != NULL)
        return options->host[0] != '\0' ? options->host : NULL;
    return options->fd == 0 ? "localhost" : NULL;
}

static int open_to_host(struct opening *opening, const ouro_connection_options *options,
                        ouro_stream **ret_stream, ouro_transport **ret_transport)
{
    int fd = check_options(opening, options);

    if (fd < 0)
        return fd;
    opening->tls = (struct wrap_request) {
        .context = options->tls,
        .operation = opening->operation,
        .host = peer_name(options),
    };
    fd = ouro__wrap_prepare(&opening->tls, options->tls_handshake_timeout,
                            options->tls_shutdown_timeout);
    if (fd < 0)
        return fd;
    fd = options->fd != 0 ? take_socket(opening, options->fd, false)
                          : connect_to_host(opening, options);
    if (fd < 0)
        return fd;
    return finish(opening, fd, options->fd == 0 || options->tls != NULL, options->limit, ret_stream,
                  ret_transport);
}

static int open_to_path(struct opening *opening, const ouro_unix_connection_options *options,
                        ouro_stream **ret_stream, ouro_transport **ret_transport)
{
    int fd;

    if (options == NULL)
        return ouro_error_set(-EINVAL, opening->operation, "the options are NULL");
    if (options->fd < 0)
        return ouro_error_set(-EBADF, opening->operation, "%d is no descriptor", options->fd);
    if (options->fd != 0 && options->path != NULL)
        return ouro_error_set(-EINVAL, opening->operation, "give a path, or a socket, not both");
    opening->tls = (struct wrap_request) {
        .context = options->tls,
        .operation = opening->operation,
        .host = options->server_hostname,
    };
    fd = ouro__wrap_prepare(&opening->tls, options->tls_handshake_timeout,
                            options->tls_shutdown_timeout);
    if (fd < 0)
        return fd;
    fd = options->fd != 0 ? take_socket(opening, options->fd, true)
                          : connect_to_path(opening, options->path);
    if (fd < 0)
        return fd;
    return finish(opening, fd, options->fd == 0 || options->tls != NULL, options->limit, ret_stream,
                  ret_transport);
}

int ouro_open_connection_with(ouro_stream **ret_stream, const ouro_connection_options *options)
{
    struct opening opening = { .operation = "open_connection" };
    int status = begin(&opening);

    return status < 0 ? status : open_to_host(&opening, options, ret_stream, NULL);
}

int ouro_open_unix_connection_with(ouro_stream **ret_stream,
                                   const ouro_unix_connection_options *options)
{
    struct opening opening = { .operation = "open_unix_connection" };
    int status = begin(&opening);

    return status < 0 ? status : open_to_path(&opening, options, ret_stream, NULL);
}

int ouro_loop_create_connection_with(ouro_loop *loop, ouro_protocol *protocol,
                                     ouro_transport **ret_transport,
                                     const ouro_connection_options *options)
{
    struct opening opening = { "create_connection", .loop = loop, .protocol = protocol };
    int status = begin_protocol(&opening);

    return status < 0 ? status : open_to_host(&opening, options, NULL, ret_transport);
}

int ouro_loop_create_unix_connection_with(ouro_loop *loop, ouro_protocol *protocol,
                                          ouro_transport **ret_transport,
                                          const ouro_unix_connection_options *options)
{
    struct opening opening = { "create_unix_connection", .loop = loop, .protocol = protocol };
    int status = begin_protocol(&opening);

    return status < 0 ? status : open_to_path(&opening, options, NULL, ret_transport);
}

int ouro_loop_connect_accepted_socket_with(ouro_loop *loop, ouro_protocol *protocol, int fd,
                                           ouro_transport **ret_transport,
                                           const ouro_accepted_socket_options *options)
{
    struct opening opening = { "connect_accepted_socket", .loop = loop, .protocol = protocol };
    int status = begin_protocol(&opening);

    if (status == 0 && options == NULL)
        status = ouro_error_set(-EINVAL, opening.operation, "the options are NULL");
    if (status == 0) {
        opening.tls = (struct wrap_request) {
            .context = options->tls,
            .operation = opening.operation,
            .is_server = true,
        };
        status = ouro__wrap_prepare(&opening.tls, options->tls_handshake_timeout,
                                    options->tls_shutdown_timeout);
    }
    if (status == 0)
        status = take_socket(&opening, fd, false);
    return status < 0 ? status
                      : finish(&opening, fd, opening.tls.context != NULL, 0, NULL, ret_transport);
}
