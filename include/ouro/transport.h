/* Transports: connections for protocols.
 *
 * A transport carries bytes, and calls a protocol for what happens. How it does that, over TCP, a
 * Unix socket, a pipe, TLS or memory, differs below, and no function here differs for it. Streams
 * stand on transports too: ouro_stream_transport gives the one below a stream, for its marks and
 * its extra info.
 *
 * A write never waits: what cannot be sent at once is queued, and when more than the high mark is
 * queued the protocol is told to pause.
 *
 * Transports are made by ouro_loop_create_connection, ouro_loop_create_server and so on. A protocol
 * may use its transport until connection_lost has returned; who needs it longer takes a reference.
 * After that calls are refused, and nothing is called back.
 *
 * Follows asyncio.BaseTransport, ReadTransport, WriteTransport and Transport.
 */
#ifndef OURO_TRANSPORT_H
#define OURO_TRANSPORT_H

#include "ouro/base.h"
#include "ouro/error.h"
#include "ouro/protocol.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Takes one more reference. Returns `transport`. */
OURO_API ouro_transport *ouro_transport_ref(ouro_transport *transport);

/* Gives a reference back. The last one closes the transport as ouro_transport_close does. Returns
 * NULL. NULL is allowed. */
OURO_API ouro_transport *ouro_transport_unref(ouro_transport *transport);

/* Closes: nothing more is read, what is queued is sent, then connection_lost is called with 0, in
 * the next iteration where nothing was queued. May be called again. Follows BaseTransport.close. */
OURO_API void ouro_transport_close(ouro_transport *transport);

/* Closes at once: what is queued is lost, and the peer sees a reset; behind a pipe, which knows no
 * resets, an end. Follows WriteTransport.abort. */
OURO_API void ouro_transport_abort(ouro_transport *transport);

/* Returns true once the transport is closing. Follows BaseTransport.is_closing. */
OURO_API bool ouro_transport_is_closing(const ouro_transport *transport);

/* Returns what the transport knows under this name, borrowed until its end, or NULL. In general:
 *     "peername", "sockname"              const struct sockaddr_storage *
 *     "peername_size", "sockname_size"    const socklen_t *: an abstract name of a Unix socket ends
 *                                         where its address does, and with no zero
 *     "socket", "pipe"                    const int *, the descriptor; not after the close
 *     "transport"                         const char *, "tcp", "unix", "pipe", "tls", "memory"; of
 *                                         a socket that is closed it is "socket"
 * The names of a connection that was lost are known in connection_lost, and for as long as there is
 * a reference to the transport. Follows BaseTransport.get_extra_info. */
OURO_API const void *ouro_transport_get_extra_info(ouro_transport *transport, const char *name);

/* Has other callbacks called from now on; they get no connection_made. A stream's transport has no
 * protocol to be changed.
 * Returns: 0; -EINVAL; OURO_EINUSE for the transport of a stream; OURO_ECLOSED after
 * connection_lost. Follows BaseTransport.set_protocol. */
OURO_CHECKED OURO_API int ouro_transport_set_protocol(ouro_transport *transport,
                                                      ouro_protocol *protocol);

/* Returns the protocol; NULL for a transport of a stream. Follows BaseTransport.get_protocol. */
OURO_API ouro_protocol *ouro_transport_get_protocol(const ouro_transport *transport);

/* Has no more bytes come, and lets them come again; each may be called again. The first time, bytes
 * come after connection_made. A stream takes bytes when a task reads, and no others: over its
 * transport these do nothing. Follow ReadTransport.pause_reading and resume_reading. */
OURO_API void ouro_transport_pause_reading(ouro_transport *transport);
OURO_API void ouro_transport_resume_reading(ouro_transport *transport);

/* Returns true if bytes may come: it is neither paused nor closing.
 * Follows ReadTransport.is_reading. */
OURO_API bool ouro_transport_is_reading(const ouro_transport *transport);

/* Sends bytes; what cannot be sent at once is copied. Several small writes of one iteration leave
 * in one send at its end.
 * Returns: 0; -EINVAL; -ENOMEM, and nothing is sent; OURO_ECLOSED after close or write_eof;
 * OURO_EINUSE while a file is being sent; the error that ended the connection. Follows
 * WriteTransport.write. */
OURO_CHECKED OURO_API int ouro_transport_write(ouro_transport *transport, ouro_bytes bytes);

/* Sends several pieces as one write. Returns: as ouro_transport_write.
 * Follows WriteTransport.writelines. */
OURO_CHECKED OURO_API int ouro_transport_writelines(ouro_transport *transport,
                                                    const ouro_bytes *pieces, size_t count);

/* Ends the writing side once what is queued is sent; reading goes on. May be called again.
 * Returns: 0; OURO_ECLOSED; -EOPNOTSUPP where ouro_transport_can_write_eof is false; the error that
 * ended the connection. Follows WriteTransport.write_eof. */
OURO_CHECKED OURO_API int ouro_transport_write_eof(ouro_transport *transport);

/* Returns true if it can; TLS cannot. Follows WriteTransport.can_write_eof. */
OURO_API bool ouro_transport_can_write_eof(const ouro_transport *transport);

/* Returns the number of bytes queued and not yet handed on.
 * Follows WriteTransport.get_write_buffer_size. */
OURO_API size_t ouro_transport_get_write_buffer_size(const ouro_transport *transport);

/* Writes the marks into `ret_low` and `ret_high`, either of which may be NULL.
 * Follows WriteTransport.get_write_buffer_limits. */
OURO_API void ouro_transport_get_write_buffer_limits(const ouro_transport *transport,
                                                     size_t *ret_low, size_t *ret_high);

/* Sets the marks, in bytes; 0 for `low` means a quarter of `high`. `high` 0: writing pauses
 * whenever anything is queued. Default 64 KiB and 16 KiB, with TLS 512 KiB and 128 KiB.
 * Returns: 0; -EINVAL if low > high. Follows WriteTransport.set_write_buffer_limits. */
OURO_CHECKED OURO_API int ouro_transport_set_write_buffer_limits(ouro_transport *transport,
                                                                 size_t high, size_t low);

#ifdef __cplusplus
}
#endif

#endif
