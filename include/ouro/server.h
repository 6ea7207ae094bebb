/* Servers: listening sockets that start a task for every connection.
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
 * Follows asyncio.start_server and asyncio.Server.
 */
#ifndef OURO_SERVER_H
#define OURO_SERVER_H

#include "ouro/base.h"
#include "ouro/stream.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Serves one connection. */
typedef int ouro_client_connected(ouro_stream *stream, void *arg);

typedef struct ouro_server_options {
    ouro_client_connected *client_connected;
    void *arg;        /* passed to it */
    const char *host; /* a numeric address or "localhost", which binds both families; default: every
                         address */
    int port;         /* 0: one that is free, the same for both families */
    int backlog;      /* default 100 */
    size_t limit;     /* of the streams; default OURO_STREAM_LIMIT_DEFAULT */
    size_t stack_size; /* of the handler's tasks; default the loop's */
    bool no_reuse_address;
    bool reuse_port;
    bool no_start_serving; /* listen only after ouro_server_start_serving */
    size_t size_;
} ouro_server_options;

/* Makes a server of the running loop: ouro_start_server(&server, handler, .port = 7). The caller
 * owns the reference.
 * Returns: 0; -EINVAL; OURO_EHOST; -EADDRINUSE and the like, with the address in ouro_error_detail;
 * -ENOMEM; OURO_ENOLOOP. Does not suspend. Follows asyncio.start_server. */
OURO_CHECKED OURO_API int ouro_start_server_with(ouro_server **ret_server,
                                                 const ouro_server_options *options);

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
#define ouro_start_server(ret_server, ...)                                                         \
    ouro_start_server_with((ret_server), &(ouro_server_options) {                                  \
                                             __VA_ARGS__, .size_ = sizeof(ouro_server_options) })
#endif

#ifdef __cplusplus
}
#endif

#endif
