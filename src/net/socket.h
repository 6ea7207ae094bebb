/* Sockets: how they are made, and what is set on them. */
#ifndef OURO_NET_SOCKET_H
#define OURO_NET_SOCKET_H

#include "loop/loop.h"
#include "net/address.h"

/* Opens a stream socket: non-blocking, closed on exec. Returns the descriptor or -errno. */
int ouro__socket_open(int family);

/* Looks at a socket of the caller's that a stream or server is to take over, and makes it
 * non-blocking: it must carry a stream, be a Unix socket if that is asked for, and be used by
 * nobody else on the loop. Returns 0, or an error with the detail set. */
int ouro__socket_take(ouro_loop *loop, const char *operation, int fd, bool is_unix);

/* Sets what every connection has: no delay for small sends. A socket that is not TCP has no such
 * thing, and needs none. */
void ouro__socket_set_up(int fd);

/* Has the kernel find out when the peer of an idle connection is gone. */
void ouro__socket_keep_alive(int fd);

/* Makes the close of a connection reset it, whatever is queued. */
void ouro__socket_reset_on_close(int fd);

/* Sends of a file what goes at once, without a SIGPIPE for a peer that has gone: sendfile has no
 * flag against it. Returns the number of bytes, 0 at the end of the file, or -errno. */
ssize_t ouro__socket_send_file(int fd, int file, uint64_t offset, size_t size);

/* Binds. Returns 0 or -errno. */
int ouro__socket_bind(int fd, const struct address *address, bool reuse_address, bool reuse_port);

/* Reads the own address, or the peer's, also after a reset. Returns 0 or -errno. */
int ouro__socket_name(int fd, struct address *ret_address);
int ouro__socket_peer(int fd, struct address *ret_address);

#endif
