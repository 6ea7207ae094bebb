/* Servers: listening sockets that start a task, or make a protocol, for every connection.
 *
 *     static int echo(ouro_stream *peer, void *arg) { ... }
 *
 *     ouro_server *server;
 *     OURO_TRY(ouro_start_server(&server, echo, .host = "127.0.0.1", .port = 7));
 *     int status = ouro_server_serve_forever(server);
 *     ouro_server_unref(server);
 *
 * The handler runs in a task of its own, in a copy of the context in which the server was started,
 * and owns the connection for as long as it runs; when it returns, or was cancelled, the stream is
 * closed, queued bytes first (to keep it longer do not return). If the handler fails, the error
 * goes to the loop's exception handler and the connection is aborted; OURO_ECLOSED is no failure if
 * the connection was closed under the handler.
 *
 * A server that runs out of descriptors or memory says so once, to the exception handler, and
 * accepts no more for a second at a time until it can.
 *
 * Follows asyncio.start_server, start_unix_server, loop.create_server, create_unix_server and
 * asyncio.Server.
 */
#ifndef OURO_SERVER_H
#define OURO_SERVER_H

#include "ouro/base.h"
#include "ouro/protocol.h"
#include "ouro/stream.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ouro_server_options {
    ouro_client_connected *client_connected; /* of ouro_start_server */
    void *arg;                               /* passed to it, or to the factory */
    const char *host; /* a name or numeric address; "localhost" binds both families; default:
                         every address */
    const char *const *hosts; /* several, in place of `host` */
    size_t host_count;
    int port;   /* 0: one that is free, the same for all addresses */
    int family; /* AF_INET or AF_INET6; 0: both */
    int fd;     /* a bound stream socket to use instead, made non-blocking; it belongs to the server
                   from then on, and to the caller still if the call fails; 0: none */
    int backlog;       /* default 100 */
    size_t limit;      /* of the streams; default OURO_STREAM_LIMIT_DEFAULT */
    size_t stack_size; /* of the handler's tasks; default the loop's */
    bool no_reuse_address;
    bool reuse_port;
    bool keep_alive;       /* SO_KEEPALIVE on the connections */
    bool no_start_serving; /* listen only after ouro_server_start_serving */
    ouro_tls_context *tls; /* encrypts the connections: see ouro/tls.h; NULL: they are plain. The
                              server keeps a reference */
    double tls_handshake_timeout; /* seconds; default 60. A handler begins after the handshake */
    double tls_shutdown_timeout;  /* seconds; default 30 */
    size_t size_;
} ouro_server_options;

/* Makes a server of the running loop: ouro_start_server(&server, handler, .port = 7). The caller
 * owns the reference.
 * Returns: 0; -EINVAL; OURO_EHOST and the other errors of names (ouro/dns.h), OURO_ENOTASK for a
 * name outside a task; -EADDRINUSE and the like, with the address in ouro_error_detail; for an
 * `.fd` -ENOTSOCK, -EPROTOTYPE if it carries no stream, OURO_EINUSE if something on the loop uses
 * it; -ENOMEM; OURO_ENOLOOP.
 * Suspends: for a host that is a name to be looked up, and only then.   Cancelled: nothing is left.
 * Follows asyncio.start_server. */
OURO_SUSPENDS OURO_API int ouro_start_server_with(ouro_server **ret_server,
                                                  const ouro_server_options *options);

/* The same with a protocol for each connection: ouro_loop_create_server(loop, &server, factory,
 * .port = 7). The factory gets `.arg`; `.client_connected`, `.limit` and `.stack_size` mean nothing
 * here.
 * Returns: as ouro_start_server.
 * Suspends: for a host that is a name to be looked up, and only then.   Cancelled: nothing is left.
 * Follows loop.create_server. */
OURO_SUSPENDS OURO_API int ouro_loop_create_server_with(ouro_loop *loop, ouro_server **ret_server,
                                                        ouro_protocol_factory *factory,
                                                        const ouro_server_options *options);

typedef struct ouro_unix_server_options {
    ouro_client_connected *client_connected; /* of ouro_start_unix_server */
    void *arg;                               /* passed to it, or to the factory */
    const char *path;  /* of the socket; one that begins with '@' is a name in the abstract
                          namespace, which is no file ("./@name" is one). A socket that has this
                          path already is replaced */
    int fd;            /* a bound Unix socket to use instead; as in ouro_server_options */
    int backlog;       /* default 100 */
    size_t limit;      /* of the streams; default OURO_STREAM_LIMIT_DEFAULT */
    size_t stack_size; /* of the handler's tasks; default the loop's */
    unsigned mode;     /* permissions of the file, such as 0660; 0: as the process's mask says */
    bool no_cleanup_socket; /* leave the file when the server is closed; else it is removed, if it
                               is still this server's */
    bool no_start_serving;
    ouro_tls_context *tls; /* encrypts the connections: see ouro/tls.h; NULL: they are plain. The
                              server keeps a reference */
    double tls_handshake_timeout; /* seconds; default 60. A handler begins after the handshake */
    double tls_shutdown_timeout;  /* seconds; default 30 */
    size_t size_;
} ouro_unix_server_options;

/* Makes a server on a Unix socket: ouro_start_unix_server(&server, handler, .path = "/run/x").
 * Returns: 0; -EINVAL; -EADDRINUSE if a file of another kind has the path; -ENOENT, -EACCES and
 * -ENAMETOOLONG for the path; for an `.fd` as ouro_start_server, and -EAFNOSUPPORT if it is no Unix
 * socket; -ENOMEM; OURO_ENOLOOP. Does not suspend.
 * Follows asyncio.start_unix_server. */
OURO_CHECKED OURO_API int ouro_start_unix_server_with(ouro_server **ret_server,
                                                      const ouro_unix_server_options *options);

/* The same with a protocol for each connection. Follows loop.create_unix_server. */
OURO_CHECKED OURO_API int
ouro_loop_create_unix_server_with(ouro_loop *loop, ouro_server **ret_server,
                                  ouro_protocol_factory *factory,
                                  const ouro_unix_server_options *options);

/* Begins to accept; does nothing if it does already. Returns: 0; OURO_ECLOSED; the system's error.
 * Follows Server.start_serving. */
OURO_CHECKED OURO_API int ouro_server_start_serving(ouro_server *server);

/* Accepts until the task is cancelled or the server closed; then closes the server and waits for
 * the connections.
 * Returns: -ECANCELED (both ways, as in asyncio); OURO_EINUSE if another task is in it;
 * OURO_ECLOSED.
 * Suspends: until then.   Cancelled: the server is closed, and open connections are waited for.
 * Follows Server.serve_forever. */
OURO_SUSPENDS OURO_API int ouro_server_serve_forever(ouro_server *server);

/* Closes the listening sockets; connections go on. Who connects from now on is refused, who was not
 * accepted yet is reset. May be called again. Follows Server.close. */
OURO_API void ouro_server_close(ouro_server *server);

/* Closes the connections that are open, queued bytes first. Follows Server.close_clients. */
OURO_API void ouro_server_close_clients(ouro_server *server);

/* Closes them at once. Follows Server.abort_clients. */
OURO_API void ouro_server_abort_clients(ouro_server *server);

/* Waits until the server is closed and no connection is left.
 * Returns: 0; -ECANCELED.
 * Suspends: until then.   Cancelled: nothing changes.
 * Follows Server.wait_closed. */
OURO_SUSPENDS OURO_API int ouro_server_wait_closed(ouro_server *server);

/* Returns true while it accepts. Follows Server.is_serving. */
OURO_API bool ouro_server_is_serving(const ouro_server *server);

/* Returns the number of listening sockets, 0 when closed, and writes their descriptors, borrowed,
 * into `ret_fds` as far as `capacity` goes. Follows Server.sockets. */
OURO_API int ouro_server_sockets(const ouro_server *server, int *ret_fds, size_t capacity);

/* Returns the port of the first listening socket, 0 when closed. */
OURO_API int ouro_server_port(const ouro_server *server);

/* Returns the server's loop. Follows Server.get_loop. */
OURO_API ouro_loop *ouro_server_get_loop(const ouro_server *server);

/* Gives the reference back; a server that is still open is closed first. Connections go on.
 * Returns NULL. NULL is allowed. */
OURO_API ouro_server *ouro_server_unref(ouro_server *server);

#ifndef __cplusplus
#define ouro_start_server(...) OURO_START_SERVER_(__VA_ARGS__, .size_ = sizeof(ouro_server_options))
#define OURO_START_SERVER_(ret_server, ...)                                                        \
    ouro_start_server_with((ret_server), &(ouro_server_options) { __VA_ARGS__ })
#define ouro_loop_create_server(loop, ret_server, ...)                                             \
    OURO_LOOP_CREATE_SERVER_(loop, ret_server, __VA_ARGS__, .size_ = sizeof(ouro_server_options))
#define OURO_LOOP_CREATE_SERVER_(loop, ret_server, factory, ...)                                   \
    ouro_loop_create_server_with((loop), (ret_server), (factory),                                  \
                                 &(ouro_server_options) { __VA_ARGS__ })
#define ouro_start_unix_server(...)                                                                \
    OURO_START_UNIX_SERVER_(__VA_ARGS__, .size_ = sizeof(ouro_unix_server_options))
#define OURO_START_UNIX_SERVER_(ret_server, ...)                                                   \
    ouro_start_unix_server_with((ret_server), &(ouro_unix_server_options) { __VA_ARGS__ })
#define ouro_loop_create_unix_server(loop, ret_server, ...)                                        \
    OURO_LOOP_CREATE_UNIX_SERVER_(loop, ret_server, __VA_ARGS__,                                   \
                                  .size_ = sizeof(ouro_unix_server_options))
#define OURO_LOOP_CREATE_UNIX_SERVER_(loop, ret_server, factory, ...)                              \
    ouro_loop_create_unix_server_with((loop), (ret_server), (factory),                             \
                                      &(ouro_unix_server_options) { __VA_ARGS__ })
#endif

#ifdef __cplusplus
}
#endif

#endif
