/* Connecting: to a host or a Unix socket, as a stream or for a protocol.
 *
 *     ouro_stream *peer;
 *     OURO_TRY(ouro_open_connection(&peer, .host = "example.org", .port = 7));
 *     ...
 *     OURO_TRY(ouro_stream_close(peer));
 *
 *     struct echo my = { .protocol.callbacks = &echo_callbacks };
 *     OURO_TRY(ouro_loop_create_connection(ouro_get_running_loop(), &my.protocol, NULL,
 *                                          .host = "example.org", .port = 7));
 *
 * Names are looked up as ouro/dns.h tells. A host that stands for several addresses is tried
 * address by address, until one answers; with `.happy_eyeballs_delay` the next attempt begins while
 * the last one still waits (RFC 8305). All connections send small writes without delay
 * (TCP_NODELAY).
 *
 * Follows asyncio.open_connection, open_unix_connection, loop.create_connection,
 * create_unix_connection and connect_accepted_socket.
 */
#ifndef OURO_CONNECTION_H
#define OURO_CONNECTION_H

#include "ouro/base.h"
#include "ouro/protocol.h"
#include "ouro/stream.h"
#include "ouro/transport.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ouro_connection_options {
    const char *host;       /* a name or numeric address, IPv6 also with "%zone"; default
                               "localhost" */
    int port;               /* 1 to 65535 */
    size_t limit;           /* of a stream; default OURO_STREAM_LIMIT_DEFAULT */
    const char *local_host; /* where to connect from; NULL: the system chooses */
    int local_port;
    int fd; /* a connected stream socket to use instead of `host` and `port`, made non-blocking; it
               belongs to the connection from then on, and to the caller still if the call fails;
               0: none. With `.tls` only bad arguments leave it to the caller */
    int family;                  /* AF_INET or AF_INET6; 0: both */
    double happy_eyeballs_delay; /* seconds after which the next address is tried beside the last;
                                    0: only when that has failed. RFC 8305 recommends 0.25 */
    int interleave;  /* so many addresses of the first family come first, then the families take
                        turns; 0: with a delay 1, else the order of the resolver */
    bool all_errors; /* a failure is a group of the failures of all addresses */
    ouro_tls_context *tls; /* encrypts the connection: see ouro/tls.h; NULL: it is plain. Borrowed
                              for the call */
    const char *server_hostname;  /* whom the server's certificate has to name, in ASCII (xn--...);
                                     default `host`; "": anybody whose certificate is good */
    double tls_handshake_timeout; /* seconds; default 60 */
    double tls_shutdown_timeout;  /* seconds; default 30 */
    size_t size_;
} ouro_connection_options;

/* Connects to a server: ouro_open_connection(&stream, .host = "::1", .port = 7). "localhost" tries
 * ::1 and then 127.0.0.1. The caller owns the stream and closes it.
 * Returns: 0; -EINVAL for a bad port, or with `.tls` for a name that no certificate can have, such
 * as an empty `.host`; OURO_EHOST for a host that is not known, OURO_EHOSTAGAIN if no name server
 * answers, and the like (ouro/dns.h); the system's error, such as -ECONNREFUSED, with the address
 * in ouro_error_detail; for an `.fd` -ENOTSOCK, -ENOTCONN, -EPROTOTYPE if it carries no stream,
 * OURO_EINUSE if something on the loop uses it; -EMFILE; -ENOMEM.
 * Suspends: until connected.   Cancelled: nothing stays open.
 * Follows asyncio.open_connection. */
OURO_SUSPENDS OURO_API int ouro_open_connection_with(ouro_stream **ret_stream,
                                                     const ouro_connection_options *options);

/* Connects for a protocol, and returns when its connection_made has. `ret_transport` (may be NULL)
 * borrows the transport, as connection_made did; NULL if that has closed it, and connection_lost
 * has been called. The protocol is the caller's; see ouro/protocol.h.
 * If the call fails, none of its callbacks has been called, or connection_lost has been, or will.
 * Returns: as ouro_open_connection; OURO_EWRONGLOOP if the task runs on another loop.
 * Suspends: until connection_made has returned.   Cancelled: the connection is closed.
 * Follows loop.create_connection. */
OURO_SUSPENDS OURO_API int ouro_loop_create_connection_with(ouro_loop *loop,
                                                            ouro_protocol *protocol,
                                                            ouro_transport **ret_transport,
                                                            const ouro_connection_options *options);

typedef struct ouro_unix_connection_options {
    const char *path;      /* of the socket; one that begins with '@' is a name in the abstract
                              namespace, which is no file ("./@name" is one) */
    size_t limit;          /* of a stream; default OURO_STREAM_LIMIT_DEFAULT */
    int fd;                /* a connected Unix socket to use instead; as in
                              ouro_connection_options */
    ouro_tls_context *tls; /* encrypts the connection: see ouro/tls.h; NULL: it is plain. Borrowed
                              for the call */
    const char *server_hostname;  /* whom the server's certificate has to name; "": anybody
                                     whose certificate is good */
    double tls_handshake_timeout; /* seconds; default 60 */
    double tls_shutdown_timeout;  /* seconds; default 30 */
    size_t size_;
} ouro_unix_connection_options;

/* Connects to a Unix socket: ouro_open_unix_connection(&stream, .path = "/run/my.socket").
 * Returns: 0; -ENOENT where no such file is; -ECONNREFUSED where nobody listens; -EAGAIN if the
 * server's backlog is full; -ENAMETOOLONG; -EACCES; -EAFNOSUPPORT for an `.fd` that is no Unix
 * socket; else as ouro_open_connection.
 * Suspends: until connected.   Cancelled: nothing stays open.
 * Follows asyncio.open_unix_connection. */
OURO_SUSPENDS OURO_API int
ouro_open_unix_connection_with(ouro_stream **ret_stream,
                               const ouro_unix_connection_options *options);

/* The same for a protocol: see ouro_loop_create_connection.
 * Follows loop.create_unix_connection. */
OURO_SUSPENDS OURO_API int
ouro_loop_create_unix_connection_with(ouro_loop *loop, ouro_protocol *protocol,
                                      ouro_transport **ret_transport,
                                      const ouro_unix_connection_options *options);

typedef struct ouro_accepted_socket_options {
    ouro_tls_context *tls;        /* encrypts the connection, as its server; NULL: it is plain */
    double tls_handshake_timeout; /* seconds; default 60 */
    double tls_shutdown_timeout;  /* seconds; default 30 */
    size_t size_;
} ouro_accepted_socket_options;

/* Puts a protocol on a connection that was accepted outside of the library. `fd` belongs to the
 * transport from then on, and to the caller still if the call fails (with `.tls`: for bad
 * arguments).
 * Returns: as ouro_loop_create_connection with an `.fd`.
 * Suspends: until connection_made has returned.   Cancelled: the connection is closed.
 * Follows loop.connect_accepted_socket. */
OURO_SUSPENDS OURO_API int
ouro_loop_connect_accepted_socket_with(ouro_loop *loop, ouro_protocol *protocol, int fd,
                                       ouro_transport **ret_transport,
                                       const ouro_accepted_socket_options *options);

/* Makes two streams that are connected to each other by memory alone: for tests, and for programs
 * in simulated time, where there is no network. The caller owns both. `limit` 0 stands for
 * OURO_STREAM_LIMIT_DEFAULT.
 * Returns: 0; -ENOMEM; OURO_ENOLOOP. Does not suspend. */
OURO_CHECKED OURO_API int ouro_open_memory_pair(ouro_stream **ret_first, ouro_stream **ret_second,
                                                size_t limit);

/* The same for two protocols, whose connection_made is called in the next iteration, the first
 * one's first. `loop` need not run yet.
 * Returns: 0; -EINVAL; -ENOMEM. Does not suspend. */
OURO_CHECKED OURO_API int ouro_loop_connect_memory_pair(ouro_loop *loop, ouro_protocol *first,
                                                        ouro_protocol *second);

#ifndef __cplusplus
#define ouro_open_connection(...)                                                                  \
    OURO_OPEN_CONNECTION_(__VA_ARGS__, .size_ = sizeof(ouro_connection_options))
#define OURO_OPEN_CONNECTION_(ret_stream, ...)                                                     \
    ouro_open_connection_with((ret_stream), &(ouro_connection_options) { __VA_ARGS__ })
#define ouro_loop_create_connection(loop, protocol, ...)                                           \
    OURO_LOOP_CREATE_CONNECTION_(loop, protocol, __VA_ARGS__,                                      \
                                 .size_ = sizeof(ouro_connection_options))
#define OURO_LOOP_CREATE_CONNECTION_(loop, protocol, ret_transport, ...)                           \
    ouro_loop_create_connection_with((loop), (protocol), (ret_transport),                          \
                                     &(ouro_connection_options) { __VA_ARGS__ })
#define ouro_open_unix_connection(...)                                                             \
    OURO_OPEN_UNIX_CONNECTION_(__VA_ARGS__, .size_ = sizeof(ouro_unix_connection_options))
#define OURO_OPEN_UNIX_CONNECTION_(ret_stream, ...)                                                \
    ouro_open_unix_connection_with((ret_stream), &(ouro_unix_connection_options) { __VA_ARGS__ })
#define ouro_loop_create_unix_connection(loop, protocol, ...)                                      \
    OURO_LOOP_CREATE_UNIX_CONNECTION_(loop, protocol, __VA_ARGS__,                                 \
                                      .size_ = sizeof(ouro_unix_connection_options))
#define OURO_LOOP_CREATE_UNIX_CONNECTION_(loop, protocol, ret_transport, ...)                      \
    ouro_loop_create_unix_connection_with((loop), (protocol), (ret_transport),                     \
                                          &(ouro_unix_connection_options) { __VA_ARGS__ })
#define ouro_loop_connect_accepted_socket(loop, protocol, fd, ...)                                 \
    OURO_CONNECT_ACCEPTED_SOCKET_(loop, protocol, fd, __VA_ARGS__,                                 \
                                  .size_ = sizeof(ouro_accepted_socket_options))
#define OURO_CONNECT_ACCEPTED_SOCKET_(loop, protocol, fd, ret_transport, ...)                      \
    ouro_loop_connect_accepted_socket_with((loop), (protocol), (fd), (ret_transport),              \
                                           &(ouro_accepted_socket_options) { __VA_ARGS__ })
#endif

#ifdef __cplusplus
}
#endif

#endif
