/* Datagrams as callbacks: transports and protocols.
 *
 *     struct echo {
 *         ouro_datagram_protocol protocol;
 *         ouro_datagram_transport *transport;
 *     };
 *
 *     static int received(ouro_datagram_protocol *protocol, ouro_bytes data,
 *                         const struct sockaddr *address, socklen_t address_size)
 *     {
 *         struct echo *self = (struct echo *) protocol;
 *
 *         return ouro_datagram_transport_sendto(self->transport, data, address, address_size);
 *     }
 *
 *     static const ouro_datagram_protocol_callbacks echo_callbacks = {
 *         .connection_made = made,
 *         .datagram_received = received,
 *     };
 *
 *     struct echo my = { .protocol.callbacks = &echo_callbacks };
 *     OURO_TRY(ouro_loop_create_datagram_endpoint(loop, &my.protocol, &transport,
 *                                                 .local_host = "127.0.0.1", .local_port = 7));
 *
 * Where a task may wait, ouro_open_datagram (ouro/datagram.h) is simpler.
 *
 * A protocol lies in an object of the user's, who owns it: from the call that makes its transport
 * until connection_lost has been called, the last of all callbacks. Every callback may be left out.
 * They run in the loop's own context, in a copy of the context in which the endpoint was asked for;
 * they cannot suspend, but may do all else.
 *
 * A datagram is sent at once, or queued if the socket takes no more. An error of the network is
 * told by error_received, and the transport stays good.
 *
 * Follows loop.create_datagram_endpoint, asyncio.DatagramTransport and DatagramProtocol.
 */
#ifndef OURO_DATAGRAM_TRANSPORT_H
#define OURO_DATAGRAM_TRANSPORT_H

#include "ouro/base.h"
#include "ouro/datagram.h"
#include "ouro/error.h"

#include <sys/socket.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ouro_datagram_transport ouro_datagram_transport;
typedef struct ouro_datagram_protocol ouro_datagram_protocol;

typedef struct ouro_datagram_protocol_callbacks {
    /* The endpoint stands. `transport` is borrowed, and valid until connection_lost returns;
     * ouro_datagram_transport_ref keeps it longer. Returns: 0, or an error, which is reported.
     * Follows BaseProtocol.connection_made. */
    int (*connection_made)(ouro_datagram_protocol *protocol, ouro_datagram_transport *transport);

    /* The transport has been closed; `status` is 0. The protocol is the user's again when this
     * returns, and may free itself in here. Follows BaseProtocol.connection_lost. */
    void (*connection_lost)(ouro_datagram_protocol *protocol, int status);

    /* The transport holds more than its high mark: send no more for now; it holds at most the low
     * mark again. They alternate. Follow BaseProtocol.pause_writing and resume_writing. */
    void (*pause_writing)(ouro_datagram_protocol *protocol);
    void (*resume_writing)(ouro_datagram_protocol *protocol);

    /* A datagram has come, which may be empty; it and the sender's address are borrowed until the
     * return. One from a sender without an address has an `address_size` of 0. Returns: 0, or an
     * error, which is reported. Follows DatagramProtocol.datagram_received. */
    int (*datagram_received)(ouro_datagram_protocol *protocol, ouro_bytes data,
                             const struct sockaddr *address, socklen_t address_size);

    /* Sending or receiving has failed, as with -ECONNREFUSED; ouro_error_detail tells with whom.
     * Also called inside ouro_datagram_transport_sendto.
     * Follows DatagramProtocol.error_received. */
    void (*error_received)(ouro_datagram_protocol *protocol, int status);
} ouro_datagram_protocol_callbacks;

struct ouro_datagram_protocol {
    const ouro_datagram_protocol_callbacks *callbacks;
};

/* Opens a socket for a protocol, and returns when its connection_made has. `ret_transport` (may be
 * NULL) borrows the transport, as connection_made did; NULL if that has closed it. With a remote
 * address datagrams can be sent to that only. The default of `receive_size` is 65536, and 262144
 * for local sockets; longer datagrams are cut off.
 * Returns: 0; as ouro_open_datagram; OURO_EWRONGLOOP if the task runs on another loop. None of the
 * callbacks has been called then, or connection_lost has been, or will.
 * Suspends: until connection_made has returned.   Cancelled: the transport is closed.
 * Follows loop.create_datagram_endpoint. */
OURO_SUSPENDS OURO_API int
ouro_loop_create_datagram_endpoint_with(ouro_loop *loop, ouro_datagram_protocol *protocol,
                                        ouro_datagram_transport **ret_transport,
                                        const ouro_datagram_options *options);

/* Takes one more reference. Returns `transport`. */
OURO_API ouro_datagram_transport *ouro_datagram_transport_ref(ouro_datagram_transport *transport);

/* Gives a reference back, which closes nothing. Returns NULL. NULL is allowed. */
OURO_API ouro_datagram_transport *ouro_datagram_transport_unref(ouro_datagram_transport *transport);

/* Sends one datagram, which may be empty: at once, or, if the socket takes no more, when it does;
 * it is copied then. Without an address (NULL, 0) it goes to the remote address of the options.
 * Where it cannot be sent, error_received is told.
 * Returns: 0; -EINVAL for an address other than the remote one, one that is too long, or bytes that
 * are NULL; -EDESTADDRREQ if there is no address at all; -ENOMEM, and it is not sent; OURO_ECLOSED
 * after the close. Follows DatagramTransport.sendto. */
OURO_CHECKED OURO_API int ouro_datagram_transport_sendto(ouro_datagram_transport *transport,
                                                         ouro_bytes bytes,
                                                         const struct sockaddr *address,
                                                         socklen_t address_size);

/* Closes: nothing more is received, what is queued is sent, then connection_lost is called. May be
 * called again. Follows BaseTransport.close. */
OURO_API void ouro_datagram_transport_close(ouro_datagram_transport *transport);

/* The same, and what is queued is lost. Follows DatagramTransport.abort. */
OURO_API void ouro_datagram_transport_abort(ouro_datagram_transport *transport);

/* Returns true once the transport is closing. Follows BaseTransport.is_closing. */
OURO_API bool ouro_datagram_transport_is_closing(const ouro_datagram_transport *transport);

/* Returns what the transport knows under this name, borrowed until its end, or NULL:
 *     "peername", "sockname"     const struct sockaddr_storage *, as when it was opened
 *     "socket"                   const int *, the descriptor; not after connection_lost
 *     "transport"                const char *: "udp" or "unix"
 * Follows BaseTransport.get_extra_info. */
OURO_API const void *
ouro_datagram_transport_get_extra_info(const ouro_datagram_transport *transport, const char *name);

/* Has other callbacks called from now on; they get no connection_made. Returns: 0; -EINVAL;
 * OURO_ECLOSED. Follows BaseTransport.set_protocol. */
OURO_CHECKED OURO_API int ouro_datagram_transport_set_protocol(ouro_datagram_transport *transport,
                                                               ouro_datagram_protocol *protocol);

/* Returns the protocol; NULL once connection_lost was called. Follows BaseTransport.get_protocol.
 */
OURO_API ouro_datagram_protocol *
ouro_datagram_transport_get_protocol(const ouro_datagram_transport *transport);

/* Returns how much is queued: the bytes, and 8 for each datagram.
 * Follows WriteTransport.get_write_buffer_size. */
OURO_API size_t
ouro_datagram_transport_get_write_buffer_size(const ouro_datagram_transport *transport);

/* Writes the marks into `ret_low` and `ret_high`. Follows WriteTransport.get_write_buffer_limits.
 */
OURO_API void
ouro_datagram_transport_get_write_buffer_limits(const ouro_datagram_transport *transport,
                                                size_t *ret_low, size_t *ret_high);

/* Sets the marks; 0 for `low` means a quarter of `high`. `high` 0: writing pauses whenever anything
 * is queued. Default 64 KiB and 16 KiB. Returns: 0; -EINVAL if low > high.
 * Follows WriteTransport.set_write_buffer_limits. */
OURO_CHECKED OURO_API int
ouro_datagram_transport_set_write_buffer_limits(ouro_datagram_transport *transport, size_t high,
                                                size_t low);

#ifndef __cplusplus
#define ouro_loop_create_datagram_endpoint(loop, protocol, ...)                                    \
    OURO_LOOP_CREATE_DATAGRAM_ENDPOINT_(loop, protocol, __VA_ARGS__,                               \
                                        .size_ = sizeof(ouro_datagram_options))
#define OURO_LOOP_CREATE_DATAGRAM_ENDPOINT_(loop, protocol, ret_transport, ...)                    \
    ouro_loop_create_datagram_endpoint_with((loop), (protocol), (ret_transport),                   \
                                            &(ouro_datagram_options) { __VA_ARGS__ })
#endif

#ifdef __cplusplus
}
#endif

#endif
