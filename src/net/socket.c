/* What the system is asked about sockets, apart from the operations that wait. */
#include "net/socket.h"

#include "io/sigpipe.h"
#include "loop/watch.h"
#include "ouro/error.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/sendfile.h>

int ouro__socket_open(int family)
{
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    return fd >= 0 ? fd : -errno;
}

static int make_nonblocking(int fd)
{
    int flags = fcntl(fd, F_GETFL);

    if (flags < 0)
        return -errno;
    return (flags & O_NONBLOCK) || fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0 ? 0 : -errno;
}

/* Reads one of the options that tell what a socket is. Returns 0 or -errno. */
static int read_kind(int fd, int option, int *ret_value)
{
    socklen_t size = sizeof *ret_value;

    return getsockopt(fd, SOL_SOCKET, option, ret_value, &size) == 0 ? 0 : -errno;
}

int ouro__socket_take(ouro_loop *loop, const char *operation, int fd, bool is_unix)
{
    int domain = AF_UNSPEC;
    int type = 0;
    int status = read_kind(fd, SO_TYPE, &type);

    if (status == 0)
        status = read_kind(fd, SO_DOMAIN, &domain);
    if (status < 0)
        return ouro_error_set(status, operation, "descriptor %d is no socket: %s", fd,
                              ouro_strerror(status));
    if (type != SOCK_STREAM)
        return ouro_error_set(-EPROTOTYPE, operation,
                              "socket %d carries no stream: one of SOCK_STREAM is needed", fd);
    if (is_unix && domain != AF_UNIX)
        return ouro_error_set(-EAFNOSUPPORT, operation, "socket %d is no Unix socket", fd);
    status = ouro__fd_check_free(loop, fd, operation);
    if (status < 0)
        return status;
    status = make_nonblocking(fd);
    return status < 0
               ? ouro_error_set(status, operation, "socket %d: %s", fd, ouro_strerror(status))
               : 0;
}

void ouro__socket_set_up(int fd)
{
    int on = 1;

    (void) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

void ouro__socket_keep_alive(int fd)
{
    int on = 1;

    (void) setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
}

void ouro__socket_reset_on_close(int fd)
{
    struct linger linger = { .l_onoff = 1, .l_linger = 0 };

    (void) setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

ssize_t ouro__socket_send_file(int fd, int file, uint64_t offset, size_t size)
{
    struct sigpipe_held held;
    off_t place = (off_t) offset;
    ssize_t count;

    ouro__sigpipe_hold(&held);
    do {
        count = sendfile(fd, file, &place, size);
    } while (count < 0 && errno == EINTR);
    ouro__sigpipe_release(&held, count != (ssize_t) size);
    return count < 0 ? -errno : count;
}

int ouro__socket_bind(int fd, const struct address *address, bool reuse_address, bool reuse_port)
{
    int on = 1;

    if (reuse_address && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0)
        return -errno;
    if (reuse_port && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) < 0)
        return -errno;
    /* A socket of one family takes nothing from the other, which has a socket of its own. */
    if (address->base.sa_family == AF_INET6 &&
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) < 0)
        return -errno;
    return bind(fd, &address->base, address->size) == 0 ? 0 : -errno;
}

int ouro__socket_name(int fd, struct address *ret_address)
{
    memset(ret_address, 0, sizeof *ret_address);
    ret_address->size = sizeof ret_address->storage;
    return getsockname(fd, &ret_address->base, &ret_address->size) == 0 ? 0 : -errno;
}

int ouro__socket_peer(int fd, struct address *ret_address)
{
    struct address own;

    memset(ret_address, 0, sizeof *ret_address);
    ret_address->size = sizeof ret_address->storage;
    if (getpeername(fd, &ret_address->base, &ret_address->size) == 0)
        return 0;
    if (errno != ENOTCONN)
        return -errno;
    /* After a reset there is no peer any more, but the kernel has kept its name. This call wants to
     * be asked for no more bytes than that has: both ends have names of one family. */
    if (ouro__socket_name(fd, &own) < 0 || own.base.sa_family == AF_UNIX)
        return -ENOTCONN;
    ret_address->size = own.size;
    return getsockopt(fd, SOL_SOCKET, SO_PEERNAME, &ret_address->storage, &ret_address->size) == 0
               ? 0
               : -ENOTCONN;
}
