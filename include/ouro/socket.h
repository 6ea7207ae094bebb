/* Raw sockets: the system calls on sockets of one's own, as calls that suspend.
 *
 *     int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
 *
 *     OURO_TRY(ouro_loop_sock_connect(loop, fd, "127.0.0.1", 7));
 *     OURO_TRY(ouro_loop_sock_sendall(loop, fd, OURO_BYTES("hello")));
 *     int count = ouro_loop_sock_recv(loop, fd, buffer, sizeof buffer);
 *     close(fd);
 *
 * Every call tries first and suspends only if the kernel says that it would block. The descriptor
 * is the caller's, before and after, and must stay open while a task waits for it. It must be
 * non-blocking (O_NONBLOCK): -EINVAL else, at the latest when a call would have to wait; in debug
 * mode, and where a call would block the whole loop, always.
 *
 * One task may wait to read from a socket and one to write to it, and no reader or writer may be
 * registered for it meanwhile (ouro_loop_add_reader): OURO_EINUSE. So is a socket that belongs to a
 * stream, a server or a datagram socket.
 *
 * All take the loop that runs the calling task, and return -EINVAL or OURO_EWRONGLOOP for another;
 * -EBADF; the system's error, with the descriptor in ouro_error_detail. A cancelled call has taken
 * and sent nothing, but for ouro_loop_sock_sendall.
 *
 * For connections that are just to be used, streams (ouro/stream.h) are faster and do more.
 *
 * Follows asyncio's loop.sock_*, and for descriptors that are passed, socket.send_fds and recv_fds.
 */
#ifndef OURO_SOCKET_H
#define OURO_SOCKET_H

#include "ouro/base.h"

#include <sys/socket.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Receives what is there, at most `size` bytes (and INT_MAX), into `data`.
 * Returns: the number of bytes, 0 at the end of the stream; or an error as above.
 * Suspends: until something is there.   Cancelled: nothing was received.
 * Follows loop.sock_recv. */
OURO_SUSPENDS OURO_API int ouro_loop_sock_recv(ouro_loop *loop, int fd, void *data, size_t size);

/* In C, where the memory is the caller's in any case, the same. Follows loop.sock_recv_into. */
#define ouro_loop_sock_recv_into ouro_loop_sock_recv

/* Receives one datagram; what is longer than `size` is cut off. The sender's address is stored in
 * `ret_address` and its size in `ret_address_size`, both of which may be NULL; the size is 0 for a
 * sender without an address.
 * Returns: the number of bytes, which may be 0; or an error as above.
 * Suspends: until something is there.   Cancelled: nothing was received.
 * Follows loop.sock_recvfrom. */
OURO_SUSPENDS OURO_API int ouro_loop_sock_recvfrom(ouro_loop *loop, int fd, void *data, size_t size,
                                                   struct sockaddr_storage *ret_address,
                                                   socklen_t *ret_address_size);

/* The same. Follows loop.sock_recvfrom_into. */
#define ouro_loop_sock_recvfrom_into ouro_loop_sock_recvfrom

/* Sends all the bytes, which must stay where they are until the return. A peer that has gone is
 * -EPIPE and never a signal.
 * Returns: 0; or an error as above, and then how much was sent is unknown.
 * Suspends: while the socket takes no more.   Cancelled: how much was sent is unknown.
 * Follows loop.sock_sendall. */
OURO_SUSPENDS OURO_API int ouro_loop_sock_sendall(ouro_loop *loop, int fd, ouro_bytes bytes);

/* Sends one datagram to an address.
 * Returns: the number of bytes sent; or an error as above.
 * Suspends: while the socket takes no more.   Cancelled: it was not sent.
 * Follows loop.sock_sendto. */
OURO_SUSPENDS OURO_API int ouro_loop_sock_sendto(ouro_loop *loop, int fd, ouro_bytes bytes,
                                                 const struct sockaddr *address,
                                                 socklen_t address_size);

/* Connects to a host: a name or numeric address of the socket's family; NULL: "localhost". For an
 * AF_UNIX socket the host is a path, with a leading '@' for an abstract name, and the port nothing.
 * Returns: 0; OURO_EHOST, OURO_ENOADDRESS and the other errors of names (ouro/dns.h); -EAGAIN where
 * the backlog of an AF_UNIX listener is full; or an error as above, with the address in its detail.
 * Suspends: until connected.   Cancelled: the socket may still become connected; close it.
 * Follows loop.sock_connect. */
OURO_SUSPENDS OURO_API int ouro_loop_sock_connect(ouro_loop *loop, int fd, const char *host,
                                                  int port);

/* The same for an address that is at hand; it is copied. */
OURO_SUSPENDS OURO_API int ouro_loop_sock_connect_to(ouro_loop *loop, int fd,
                                                     const struct sockaddr *address,
                                                     socklen_t address_size);

/* Accepts a connection from a listening socket. The new socket is non-blocking, closed on exec, and
 * the caller's. Its peer's address is stored as in ouro_loop_sock_recvfrom.
 * Returns: the new descriptor; or an error as above, such as -EMFILE.
 * Suspends: until somebody connects.   Cancelled: nobody was accepted.
 * Follows loop.sock_accept. */
OURO_SUSPENDS OURO_API int ouro_loop_sock_accept(ouro_loop *loop, int fd,
                                                 struct sockaddr_storage *ret_address,
                                                 socklen_t *ret_address_size);

/* Sends descriptors over a Unix socket, and bytes with them: at least one, because on a stream the
 * descriptors travel with the first. The kernel makes copies, as dup does, and keeps them until
 * they are received: the caller may close its own at once. At most 253 go at a time; none is
 * allowed. A stream may take only a part of the bytes, with all descriptors: the rest is for
 * ouro_loop_sock_sendall.
 *
 *     OURO_TRY(ouro_loop_sock_send_fds(loop, peer, OURO_BYTES("take"), &listener, 1));
 *
 * Returns: the number of bytes sent; -EINVAL for no byte or too many descriptors; -EBADF for one
 * that is not open; -EOPNOTSUPP for a socket of another family; -ETOOMANYREFS where more are on
 * their way than the user may have open; or an error as above.
 * Suspends: while the socket takes no more.   Cancelled: nothing was sent.
 * Follows socket.send_fds. */
OURO_SUSPENDS OURO_API int ouro_loop_sock_send_fds(ouro_loop *loop, int fd, ouro_bytes bytes,
                                                   const int *fds, size_t fd_count);

/* Receives what is there, at most `size` bytes, and the descriptors that came with it, into
 * `ret_fds`, which has room for `fds_max`; `ret_fd_count` gets their number. They are the caller's,
 * and closed on exec; their other flags are the sender's. A receive from a stream ends behind bytes
 * with descriptors: it never brings those of two sends. A receive without a place for descriptors,
 * such as ouro_loop_sock_recv, drops them.
 *
 * If more come than there is room for, or than the process may have open, all are closed and the
 * bytes with them are gone: a peer that sends what was not agreed, after which a stream cannot go
 * on.
 * Returns: the number of bytes, 0 at the end of the stream; -EMSGSIZE for too many descriptors;
 * -EMFILE for more than may be open; -EINVAL for no room for a byte; -EOPNOTSUPP for a socket of
 * another family; or an error as above. In all but the first no descriptor is left.
 * Suspends: until something is there.   Cancelled: nothing was received.
 * Follows socket.recv_fds. */
OURO_SUSPENDS OURO_API int ouro_loop_sock_recv_fds(ouro_loop *loop, int fd, void *data, size_t size,
                                                   int *ret_fds, size_t fds_max,
                                                   size_t *ret_fd_count);

#ifdef __cplusplus
}
#endif

#endif
