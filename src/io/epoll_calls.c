/* The system calls that RECV, SEND and CONNECT stand for, none of which may block. */
#define _GNU_SOURCE 1

#include "io/epoll_backend.h"
#include "io/sigpipe.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <unistd.h>

enum short_read ouro__epoll_ask_short_read(int fd)
{
    int protocol = 0;
    int domain = 0;
    int type = 0;
    socklen_t size = sizeof(int);

    if (getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &size) < 0)
        return SHORT_READ_UNKNOWN; /* no socket at all */
    if (protocol == IPPROTO_TCP)
        return SHORT_READ_EMPTIES;
    if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_UNIX &&
        getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM)
        return SHORT_READ_MAY_CONTROL;
    return SHORT_READ_SAYS_LITTLE;
}

int ouro__epoll_make_nonblocking(int fd)
{
    int flags = fcntl(fd, F_GETFL);

    if (flags < 0)
        return -errno;
    if (flags & O_NONBLOCK)
        return 0;
    return fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0 ? 0 : -errno;
}

/* A terminal gives line by line, and a pipe may be one of packets: what a short read leaves is
 * unknown. */
static int read_file(struct descriptor *descriptor, int fd, void *data, size_t size)
{
    ssize_t count;

    do {
        count = read(fd, data, size);
    } while (count < 0 && errno == EINTR);
    descriptor->readable = count >= 0 || errno != EAGAIN;
    return count < 0 ? -errno : (int) count;
}

static int receive(struct descriptor *descriptor, int fd, void *data, size_t size)
{
    struct iovec vector = { .iov_base = data, .iov_len = size };
    struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1 };
    ssize_t count;

    if (descriptor->short_read == SHORT_READ_UNKNOWN)
        descriptor->short_read = (uint8_t) ouro__epoll_ask_short_read(fd);
    do {
        /* recvmsg without room for control data says so if there was any. */
        count = descriptor->short_read == SHORT_READ_MAY_CONTROL
                    ? recvmsg(fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC)
                    : recv(fd, data, size, MSG_DONTWAIT);
    } while (count < 0 && errno == EINTR);

    if (count < 0) {
        if (errno == EAGAIN)
            descriptor->readable = false;
        return -errno;
    }
    /* At the end of the stream there is always one more 0 to read. */
    descriptor->readable = count == 0 || (size_t) count == size || descriptor->eager ||
                           descriptor->short_read == SHORT_READ_SAYS_LITTLE ||
                           (descriptor->short_read == SHORT_READ_MAY_CONTROL &&
                            (message.msg_flags & MSG_CTRUNC));
    return (int) count;
}

int ouro__epoll_read(struct descriptor *descriptor, const struct op *op, void *data, size_t size)
{
    if (size > INT_MAX)
        size = INT_MAX;
    descriptor->fresh = false;
    return op->is_file ? read_file(descriptor, op->fd, data, size)
                       : receive(descriptor, op->fd, data, size);
}

static ssize_t write_file(int fd, const void *data, size_t size)
{
    struct sigpipe_held held;
    ssize_t count;

    ouro__sigpipe_hold(&held);
    count = write(fd, data, size);
    ouro__sigpipe_release(&held, count != (ssize_t) size);
    return count;
}

/* Sends what fits now; op->result counts. */
static int send_some(struct op *op)
{
    const char *data = (const char *) op->buffer.data + op->result;
    size_t size = op->buffer.size - (size_t) op->result;
    ssize_t count;

    do {
        count = op->is_file ? write_file(op->fd, data, size)
                            : send(op->fd, data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    } while (count < 0 && errno == EINTR);
    if (count < 0)
        return errno == EAGAIN ? MUST_WAIT : -errno;
    op->result += (int) count;
    return op->may_be_short || (size_t) op->result == op->buffer.size ? 0 : MUST_WAIT;
}

/* Connects, or asks how a connect that was begun has ended: the same call does both. SO_ERROR would
 * tell too, but leave the socket connecting, so that another connect would fail. EAGAIN, of
 * AF_UNIX, is an error: the backlog is full, and no event tells when it no longer is. */
static int connect_some(const struct op *op)
{
    bool has_begun = (op->backend_flags & OP_WAITS) != 0;

    if (connect(op->fd, op->connect.address, op->connect.size) == 0)
        return 0;
    if (errno == EISCONN && has_begun)
        return 0;
    return errno == EINPROGRESS || errno == EALREADY || errno == EINTR ? MUST_WAIT : -errno;
}

int ouro__epoll_write(struct op *op)
{
    bool has_waited = (op->backend_flags & OP_WAITS) != 0;

    switch ((enum op_kind) op->kind) {
    case OP_SEND:
        return send_some(op);
    case OP_CONNECT:
        return connect_some(op);
    default: /* OP_WRITABLE: its caller has tried; an event has told, or an earlier op is through */
        return has_waited ? 0 : MUST_WAIT;
    }
}
