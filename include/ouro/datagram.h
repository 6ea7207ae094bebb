/* Datagram sockets: UDP, and local ones.
 *
 *     ouro_datagram *socket;
 *     OURO_TRY(ouro_open_datagram(&socket, .local_host = "127.0.0.1", .local_port = 7));
 *     for (;;) {
 *         int size = ouro_datagram_recv_from(socket, data, sizeof data, &peer, &peer_size);
 *         if (size < 0)
 *             break;
 *         OURO_TRY(ouro_datagram_send_to(socket, (ouro_bytes) { data, (size_t) size },
 *                                        (struct sockaddr *) &peer, peer_size));
 *     }
 *     ouro_datagram_close(socket);
 *
 * Every call tries first and suspends only if it has to. Any number of tasks may wait to receive,
 * and to send; they are served in the order in which they came. A cancelled receive loses no
 * datagram, a cancelled send has sent none.
 *
 * A socket that is kept busy is asked for several datagrams at once; they are kept, and handed out
 * one by one without a system call. That takes memory for sixteen of `receive_size`, from the first
 * such time to the close.
 *
 * An error that the network reports, such as -ECONNREFUSED when nobody has the port of a connected
 * socket's peer, is returned by the next call, and the socket stays good.
 *
 * The same as callbacks is ouro_loop_create_datagram_endpoint. asyncio has only that.
 */
#ifndef OURO_DATAGRAM_H
#define OURO_DATAGRAM_H

#include "ouro/base.h"
#include "ouro/error.h"

#include <sys/socket.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ouro_datagram_options {
    /* Where to receive; no host: every address. Port 0: one that is free. Neither: the system
     * chooses at the first send. */
    const char *local_host;
    int local_port;
    /* Whom to send to, and to receive from alone. */
    const char *remote_host;
    int remote_port; /* 1 to 65535 */
    /* The same for local sockets: paths, or abstract names with a leading '@'. What a socket has
     * left at the local path is removed. */
    const char *local_path;
    const char *remote_path;
    int family;           /* AF_INET, AF_INET6, AF_UNIX; default: that of the addresses */
    bool reuse_port;      /* others that do the same may have the port too; shared by the kernel */
    bool allow_broadcast; /* the remote address, if there is one, is just where `send` goes */
    int fd;               /* a datagram socket to use instead; it belongs to the datagram from then
                             on, and to the caller still if the call fails; 0: none */
    size_t receive_size;  /* the longest datagram that is expected: longer ones may be cut off.
                             Default: 65536, or for local sockets any, and none are kept */
    size_t size_;
} ouro_datagram_options;

/* One datagram of several. */
typedef struct ouro_datagram_message {
    void *data;             /* the caller's memory */
    size_t capacity;        /* receiving: room there */
    size_t size;            /* bytes there */
    bool is_truncated;      /* received: there were more, which are lost */
    socklen_t address_size; /* of `address`; 0: none. Sending: to whom the socket is connected */
    struct sockaddr_storage address; /* whom it is from, or goes to */
} ouro_datagram_message;

/* Opens a socket: ouro_open_datagram(&socket, .remote_host = "::1", .remote_port = 7). The caller
 * closes it.
 * Returns: 0; -EINVAL for options that contradict each other; OURO_EHOST and the other errors of
 * names (ouro/dns.h); the system's error, such as -EADDRINUSE, with the address in
 * ouro_error_detail; OURO_EINUSE if something on the loop uses the `.fd`; -EMFILE; -ENOMEM.
 * Suspends: while names are looked up.   Cancelled: nothing is left open.
 * Follows loop.create_datagram_endpoint, as to the socket. */
OURO_SUSPENDS OURO_API int ouro_open_datagram_with(ouro_datagram **ret_datagram,
                                                   const ouro_datagram_options *options);

/* Closes at once, and releases the socket; what was kept is lost. Tasks that wait in it get
 * OURO_ECLOSED. NULL is allowed. */
OURO_API void ouro_datagram_close(ouro_datagram *datagram);

/* Receives one datagram into `data`.
 * Returns: the number of bytes, which may be 0; -EMSGSIZE if it was longer than `size`: its
 * beginning is there, the rest is lost; -ECONNREFUSED and other errors of the network;
 * OURO_ECLOSED; OURO_EWRONGLOOP.
 * Suspends: until one is there.   Cancelled: none was received. */
OURO_SUSPENDS OURO_API int ouro_datagram_recv(ouro_datagram *datagram, void *data, size_t size);

/* The same, with the sender's address in `ret_address` and its size in `ret_address_size`, both of
 * which may be NULL; the size is 0 for a sender without an address.
 * Returns: as ouro_datagram_recv.
 * Suspends: until one is there.   Cancelled: none was received. */
OURO_SUSPENDS OURO_API int ouro_datagram_recv_from(ouro_datagram *datagram, void *data, size_t size,
                                                   struct sockaddr_storage *ret_address,
                                                   socklen_t *ret_address_size);

/* Receives as many datagrams as are there, at least one and at most `count`, into `messages`, whose
 * `data` and `capacity` are set. One that is too long is marked as truncated.
 * Returns: how many; else as ouro_datagram_recv.
 * Suspends: until one is there.   Cancelled: none was received. */
OURO_SUSPENDS OURO_API int ouro_datagram_recv_many(ouro_datagram *datagram,
                                                   ouro_datagram_message *messages, size_t count);

/* Sends one datagram to the remote address of the options. The bytes may be none.
 * Returns: 0; -EDESTADDRREQ without such an address; -EMSGSIZE if it is too long; -ECONNREFUSED and
 * other errors of the network, which may be those of an earlier one; OURO_ECLOSED; OURO_EWRONGLOOP.
 * Suspends: while the socket takes no more.   Cancelled: it was not sent. */
OURO_SUSPENDS OURO_API int ouro_datagram_send(ouro_datagram *datagram, ouro_bytes bytes);

/* Sends one datagram to an address.
 * Returns: as ouro_datagram_send.
 * Suspends: while the socket takes no more.   Cancelled: it was not sent. */
OURO_SUSPENDS OURO_API int ouro_datagram_send_to(ouro_datagram *datagram, ouro_bytes bytes,
                                                 const struct sockaddr *address,
                                                 socklen_t address_size);

/* Sends several datagrams, each to its own address.
 * Returns: how many were sent: fewer than `count` if the next one cannot be sent, and a call for
 * that one tells why; an error as of ouro_datagram_send if none was.
 * Suspends: while the socket takes no more.   Cancelled: none was sent; or the number is returned,
 * and the cancel stays pending. */
OURO_SUSPENDS OURO_API int ouro_datagram_send_many(ouro_datagram *datagram,
                                                   const ouro_datagram_message *messages,
                                                   size_t count);

/* Writes the own address, or the peer's, into `ret_address`.
 * Returns: 0; -ENOTCONN for a socket without a peer; OURO_ECLOSED.
 * Follow get_extra_info("sockname"), ("peername"). */
OURO_CHECKED OURO_API int ouro_datagram_get_sockname(const ouro_datagram *datagram,
                                                     struct sockaddr_storage *ret_address);
OURO_CHECKED OURO_API int ouro_datagram_get_peername(const ouro_datagram *datagram,
                                                     struct sockaddr_storage *ret_address);

/* Returns the socket, borrowed, for socket options; -1 when closed. */
OURO_API int ouro_datagram_get_fd(const ouro_datagram *datagram);

#ifndef __cplusplus
#define ouro_open_datagram(...)                                                                    \
    OURO_OPEN_DATAGRAM_(__VA_ARGS__, .size_ = sizeof(ouro_datagram_options))
#define OURO_OPEN_DATAGRAM_(ret_datagram, ...)                                                     \
    ouro_open_datagram_with((ret_datagram), &(ouro_datagram_options) { __VA_ARGS__ })
#endif

#ifdef __cplusplus
}
#endif

#endif
