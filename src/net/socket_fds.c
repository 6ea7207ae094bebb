/* Descriptors that travel over Unix sockets, beside bytes.
 *
 * The control data lie in the frame of one try, which is gone while the task waits.
 */
#define _GNU_SOURCE 1

#include "loop/watch.h"
#include "net/socket_calls.h"
#include "ouro/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

enum {
    FDS_MAX = 253, /* SCM_MAX_FD: no message carries more */
    TYPE_PIDFD = 4,
    SPARE_SIZE = 1024, /* for what else a socket can be set to receive: credentials, a label */
};

/* The aligned place of control data. */
union control {
    struct cmsghdr header;
    char data[CMSG_SPACE(FDS_MAX * sizeof(int)) + SPARE_SIZE];
};

static int begin(struct socket_call *call, ouro_loop *loop)
{
    socklen_t size = sizeof(int);
    int domain;
    int status = ouro__socket_call_begin(call, loop, false);

    if (status < 0)
        return status;
    if (getsockopt(call->fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) < 0)
        return ouro__socket_call_fail(call, errno);
    if (domain != AF_UNIX)
        return ouro_error_set(-EOPNOTSUPP, call->operation,
                              "socket %d is no Unix socket: only those carry descriptors",
                              call->fd);
    return 0;
}

static struct iovec piece_of(const void *data, size_t size)
{
    return (struct iovec) { .iov_base = (void *) (uintptr_t) data,
                            .iov_len = size < INT_MAX ? size : INT_MAX };
}

/* Tries once. Returns the number of bytes, or -1 with errno. */
static __attribute__((noinline)) ssize_t try_send(int fd, ouro_bytes bytes, const int *fds,
                                                  size_t fd_count)
{
    struct iovec piece = piece_of(bytes.data, bytes.size);
    struct msghdr message = { .msg_iov = &piece, .msg_iovlen = 1 };
    union control control;

    if (fd_count > 0) {
        memset(&control, 0, CMSG_SPACE(fd_count * sizeof *fds));
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        control.header.cmsg_len = CMSG_LEN(fd_count * sizeof *fds);
        memcpy(CMSG_DATA(&control.header), fds, fd_count * sizeof *fds);
        message.msg_control = &control;
        message.msg_controllen = CMSG_SPACE(fd_count * sizeof *fds);
    }
    return sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static int check_send(const struct socket_call *call, ouro_bytes bytes, const int *fds,
                      size_t fd_count)
{
    if (bytes.data == NULL || bytes.size == 0)
        return ouro_error_set(-EINVAL, call->operation,
                              "descriptors travel with at least one byte, and there is none");
    if (fds == NULL && fd_count > 0)
        return ouro_error_set(-EINVAL, call->operation, "the descriptors are NULL");
    if (fd_count > FDS_MAX)
        return ouro_error_set(-EINVAL, call->operation,
                              "%zu descriptors are too many for one message: %d are allowed",
                              fd_count, FDS_MAX);
    return 0;
}

/* The socket is open: the kernel speaks of one that was to be sent. */
static int fail_bad_fd(const struct socket_call *call, const int *fds, size_t fd_count)
{
    size_t i = 0;

    while (i < fd_count && fcntl(fds[i], F_GETFD) >= 0)
        i++;
    if (i == fd_count)
        return ouro__socket_call_fail(call, EBADF);
    return ouro_error_set(-EBADF, call->operation,
                          "%d, which was to be sent, is not an open descriptor", fds[i]);
}

int ouro_loop_sock_send_fds(ouro_loop *loop, int fd, ouro_bytes bytes, const int *fds,
                            size_t fd_count)
{
    struct socket_call call = { .fd = fd, .operation = "sock_send_fds" };
    int status = begin(&call, loop);
    ssize_t count;

    if (status == 0)
        status = check_send(&call, bytes, fds, fd_count);
    if (status < 0)
        return status;
    while ((count = try_send(fd, bytes, fds, fd_count)) < 0) {
        if (errno == EBADF)
            return fail_bad_fd(&call, fds, fd_count);
        status = ouro__socket_call_again(&call, WATCH_WRITE);
        if (status < 0)
            return status;
    }
    return (int) count;
}

/* What came beside the bytes. */
struct delivery {
    int *fds;
    size_t size;   /* how many have a place */
    size_t count;  /* how many came, those without a place too, which are closed */
    bool is_short; /* the kernel could not hand over all of them */
};

static void take_fd(struct delivery *delivery, int fd)
{
    if (delivery->count < delivery->size)
        delivery->fds[delivery->count] = fd;
    else
        close(fd);
    delivery->count++;
}

/* Takes the descriptors. A pidfd of the sender, which some sockets are set to receive, is nothing
 * that the caller has asked for. */
static void unpack(struct msghdr *message, struct delivery *delivery)
{
    for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header != NULL;
         header = CMSG_NXTHDR(message, header)) {
        size_t size = header->cmsg_len - CMSG_LEN(0);
        int fd;

        if (header->cmsg_level != SOL_SOCKET)
            continue;
        if (header->cmsg_type != SCM_RIGHTS && header->cmsg_type != TYPE_PIDFD)
            continue;
        for (size_t i = 0; i + sizeof fd <= size; i += sizeof fd) {
            memcpy(&fd, CMSG_DATA(header) + i, sizeof fd);
            if (header->cmsg_type == SCM_RIGHTS)
                take_fd(delivery, fd);
            else if (fd >= 0)
                close(fd);
        }
    }
    delivery->is_short = (message->msg_flags & MSG_CTRUNC) != 0;
}

/* Tries once. Returns the number of bytes, or -1 with errno. */
static __attribute__((noinline)) ssize_t try_receive(int fd, void *data, size_t size,
                                                     struct delivery *delivery)
{
    union control control;
    struct iovec piece = piece_of(data, size);
    struct msghdr message = {
        .msg_iov = &piece,
        .msg_iovlen = 1,
        .msg_control = &control,
        .msg_controllen = sizeof control,
    };
    ssize_t count = recvmsg(fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

    if (count >= 0)
        unpack(&message, delivery);
    return count;
}

/* Some of the descriptors are lost, and who knows which: closes the others. */
static int refuse(const struct socket_call *call, const struct delivery *delivery)
{
    for (size_t i = 0; i < delivery->count && i < delivery->size; i++)
        close(delivery->fds[i]);
    if (delivery->is_short)
        return ouro_error_set(
            -EMFILE, call->operation,
            "socket %d brought descriptors that this process may not open, such as "
            "more than its limit: all of them are closed",
            call->fd);
    return ouro_error_set(-EMSGSIZE, call->operation,
                          "socket %d brought %zu descriptors, where %zu were allowed: all of them "
                          "are closed",
                          call->fd, delivery->count, delivery->size);
}

int ouro_loop_sock_recv_fds(ouro_loop *loop, int fd, void *data, size_t size, int *ret_fds,
                            size_t fds_max, size_t *ret_fd_count)
{
    struct socket_call call = { .fd = fd, .operation = "sock_recv_fds" };
    struct delivery delivery = { .fds = ret_fds, .size = fds_max };
    int status = begin(&call, loop);
    ssize_t count;

    if (ret_fd_count != NULL)
        *ret_fd_count = 0;
    if (status < 0)
        return status;
    if (data == NULL || size == 0)
        return ouro_error_set(-EINVAL, call.operation,
                              "descriptors come with at least one byte, and it has no place");
    if ((ret_fds == NULL && fds_max > 0) || ret_fd_count == NULL)
        return ouro_error_set(-EINVAL, call.operation,
                              "the place of the descriptors, or that of their number, is NULL");
    while ((count = try_receive(fd, data, size, &delivery)) < 0) {
        status = ouro__socket_call_again(&call, WATCH_READ);
        if (status < 0)
            return status;
    }
    if (delivery.is_short || delivery.count > delivery.size)
        return refuse(&call, &delivery);
    *ret_fd_count = delivery.count;
    return (int) count;
}
