/* Protocols: what happens on a connection, as callbacks.
 *
 *     struct echo {
 *         ouro_protocol protocol;
 *         ouro_transport *transport;
 *     };
 *
 *     static int made(ouro_protocol *protocol, ouro_transport *transport)
 *     {
 *         ((struct echo *) protocol)->transport = transport;
 *         return 0;
 *     }
 *
 *     static int received(ouro_protocol *protocol, ouro_bytes data)
 *     {
 *         return ouro_transport_write(((struct echo *) protocol)->transport, data);
 *     }
 *
 *     static const ouro_protocol_callbacks echo_callbacks = {
 *         .connection_made = made,
 *         .data_received = received,
 *     };
 *
 *     struct echo my = { .protocol.callbacks = &echo_callbacks };
 *
 * A protocol lies in an object of the user's, who owns it: from the call that connects it to a
 * transport until connection_lost has been called, the last of all callbacks. Every callback may be
 * left out. They run in the loop's own context, one after the other, in a copy of the context in
 * which the connection was asked for, which data_received, eof_received and the like share; they
 * cannot suspend, but may do all else.
 *
 * The order: connection_made once; then data_received any number of times, eof_received at most
 * once; connection_lost once. pause_writing and resume_writing alternate. A callback that returns a
 * negative number has failed: the failure goes to the loop's exception handler, and ends the
 * connection if it is one of data_received, eof_received, get_buffer or buffer_updated.
 *
 * A protocol with get_buffer is what asyncio calls a BufferedProtocol: the bytes come straight into
 * memory of its own, and data_received is not called.
 *
 * Follows asyncio.BaseProtocol, Protocol and BufferedProtocol.
 */
#ifndef OURO_PROTOCOL_H
#define OURO_PROTOCOL_H

#include "ouro/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ouro_protocol_callbacks {
    /* The connection stands. `transport` is borrowed, and valid until connection_lost returns;
     * ouro_transport_ref keeps it longer. Returns: 0, or an error, which is reported.
     * Follows BaseProtocol.connection_made. */
    int (*connection_made)(ouro_protocol *protocol, ouro_transport *transport);

    /* The connection has ended: `status` is the error that ended it, or 0 after the peer's end or a
     * close. The protocol is the user's again when this returns, and may free itself in here.
     * Follows BaseProtocol.connection_lost. */
    void (*connection_lost)(ouro_protocol *protocol, int status);

    /* The transport holds more than its high mark: write no more for now; it holds at most the low
     * mark again. Follow BaseProtocol.pause_writing and resume_writing. */
    void (*pause_writing)(ouro_protocol *protocol);
    void (*resume_writing)(ouro_protocol *protocol);

    /* Bytes have come, borrowed until the return. Returns: 0, or an error, which ends the
     * connection. Follows Protocol.data_received. */
    int (*data_received)(ouro_protocol *protocol, ouro_bytes data);

    /* The peer sends no more. Returns: 0 to close the connection (also where this is left out); a
     * positive number to keep the writing side open (not with TLS); an error, which ends it.
     * Follows Protocol.eof_received. */
    int (*eof_received)(ouro_protocol *protocol);

    /* Gives a buffer for the next bytes, at least one of `*ret_size`, until buffer_updated. `hint`
     * is how many are expected at least, or 0. Returns: 0, or an error, which ends the connection.
     * Follows BufferedProtocol.get_buffer. */
    int (*get_buffer)(ouro_protocol *protocol, size_t hint, void **ret_buffer, size_t *ret_size);

    /* `count` bytes are in it. Returns: 0, or an error, which ends the connection.
     * Follows BufferedProtocol.buffer_updated. */
    int (*buffer_updated)(ouro_protocol *protocol, size_t count);
} ouro_protocol_callbacks;

struct ouro_protocol {
    const ouro_protocol_callbacks *callbacks;
};

/* Makes the protocol of a new connection; `arg` is as given with it. Returns NULL if it cannot: the
 * connection is closed then, and that is reported. */
typedef ouro_protocol *ouro_protocol_factory(void *arg);

#ifdef __cplusplus
}
#endif

#endif
