/* RECV, SEND, ACCEPT and CONNECT over edge-triggered readiness.
 *
 * An edge is reported once, so that what is known is kept: a descriptor counts as readable until a
 * read finds it empty, and then until the next edge as not readable. It is registered when an op
 * has to wait for the first time: for reading, and if a send ever has to wait, for writing too.
 * From then on it stays registered.
 */
#define _GNU_SOURCE 1

#include "base/poison.h"
#include "io/epoll_backend.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <unistd.h>

#define EVENTS_READ ((uint32_t) EPOLLIN | EPOLLRDHUP | EPOLLPRI)
#define EVENTS_WRITE ((uint32_t) EPOLLOUT)

/* Connections taken by one accept op in one dispatch: others shall get their turn. */
#ifdef OURO_TORTURE
#define ACCEPT_BATCH 1
#else
#define ACCEPT_BATCH 128
#endif

/* Makes the descriptor one for stream ops. Nothing is known of it, and so it is worth a try. */
static int begin_use(struct descriptor *descriptor)
{
    if (descriptor->use == DESCRIPTOR_STREAM)
        return 0;
    if (descriptor->use == DESCRIPTOR_POLL && descriptor->armed)
        return -EEXIST;
    descriptor->use = DESCRIPTOR_STREAM;
    list_init(&descriptor->stream.readers);
    list_init(&descriptor->stream.writers);
    descriptor->readable = true;
    descriptor->eager = false;
    return 0;
}

/* Puts an op among the readers until an edge comes. Returns 0 or -errno. */
static int wait_readable(struct epoll_backend *backend, struct descriptor *descriptor,
                         struct op *op)
{
    bool verify = (op->backend_flags & OP_VERIFY) != 0;
    int status = begin_use(descriptor);

    if (status == 0)
        status = ouro__epoll_watch(backend, descriptor, op->fd, descriptor->armed | EVENTS_READ,
                                   verify);
    if (status < 0)
        return status;
    descriptor->readable = false;
    op_wait(backend, op);
    list_append(&descriptor->stream.readers, &op->link);
    return 0;
}

static int wait_writable(struct epoll_backend *backend, struct descriptor *descriptor,
                         struct op *op)
{
    /* A socket that connects will be read too, and may be new under an old number. */
    bool connects = op->kind == OP_CONNECT;
    uint32_t events = descriptor->armed | EVENTS_WRITE | (connects ? EVENTS_READ : 0);
    int status = ouro__epoll_watch(backend, descriptor, op->fd, events, connects);

    if (status < 0)
        return status;
    op_wait(backend, op);
    list_append(&descriptor->stream.writers, &op->link);
    return 0;
}

/* connect and accept have no flag that keeps the single call from blocking. */
static int make_nonblocking(int fd)
{
    int flags = fcntl(fd, F_GETFL);

    if (flags < 0)
        return -errno;
    if (flags & O_NONBLOCK)
        return 0;
    return fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0 ? 0 : -errno;
}

static void submit_reader(struct epoll_backend *backend, struct descriptor *descriptor,
                          struct op *op)
{
    bool known_empty = op->kind == OP_RECV && op->known_empty;
    int status;

    /* An edge that came since is newer than what the caller knows. */
    if (known_empty && descriptor->readable && (descriptor->armed & EPOLLIN))
        known_empty = false;
    /* The caller knows nothing, although this backend does: the number may have been closed and
     * given out again behind our back. Should the read find nothing, the kernel is asked. */
    if (!known_empty && descriptor->armed)
        op->backend_flags |= OP_VERIFY;
    if (!known_empty && list_is_empty(&descriptor->stream.readers)) {
        op->state = OP_IN_FLIGHT;
        list_append(&backend->arrived, &op->link);
        return;
    }
    status = wait_readable(backend, descriptor, op);
    if (status < 0)
        op_finish(backend, op, status);
}

void ouro__epoll_stream_submit(struct epoll_backend *backend, struct descriptor *descriptor,
                               struct op *op)
{
    int status = begin_use(descriptor);

    if (status == 0 && (op->kind == OP_ACCEPT || op->kind == OP_CONNECT))
        status = make_nonblocking(op->fd);
    if (status == 0 && op->kind == OP_SEND && op->buffer.size > INT_MAX)
        status = -EINVAL; /* its count would not fit into the result */
    if (status < 0) {
        op_finish(backend, op, status);
        return;
    }
    if (op->kind == OP_RECV || op->kind == OP_ACCEPT) {
        submit_reader(backend, descriptor, op);
    } else {
        op->state = OP_QUEUED;
        list_append(&backend->submitted, &op->link);
    }
}

/* Tells what a short read means on this socket. */
static enum short_read ask_short_read(int fd)
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

/* Reads once, and notes whether something can be left. Returns the count or -errno. */
static int receive(struct descriptor *descriptor, int fd, void *data, size_t size)
{
    struct iovec vector = { .iov_base = data, .iov_len = size };
    struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1 };
    ssize_t count;

    if (size > INT_MAX)
        vector.iov_len = size = INT_MAX;
    if (descriptor->short_read == SHORT_READ_UNKNOWN)
        descriptor->short_read = (uint8_t) ask_short_read(fd);
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

static int run_receive(struct epoll_backend *backend, struct descriptor *descriptor, struct op *op)
{
    bool is_lent = op->buffer.data == NULL;
    uint8_t *buffer = backend->receive_buffer;
    size_t buffer_size = backend->receive_buffer_size;
    int result;

    if (is_lent) {
        memory_unpoison(buffer, buffer_size);
        result = receive(descriptor, op->fd, buffer, buffer_size);
    } else {
        result = receive(descriptor, op->fd, op->buffer.data, op->buffer.size);
    }
    if (result == -EAGAIN)
        result = wait_readable(backend, descriptor, op);
    if (op->backend_flags & OP_WAITS) {
        if (is_lent)
            memory_poison(buffer, buffer_size);
        return 0;
    }

    if (result >= 0) {
        if (is_lent)
            op->buffer.data = buffer;
        op->buffer.size = (size_t) result;
    }
    op->result = result;
    op->known_empty = !descriptor->readable;
    op_deliver(backend, op);
    if (is_lent)
        memory_poison(buffer, buffer_size);
    return 1;
}

/* The connection is gone before it was accepted, or never became one; the next may be better. */
static bool is_error_of_connection(int error)
{
    switch (error) {
    case ECONNABORTED:
    case EPROTO:
    case ENOPROTOOPT:
    case ENETDOWN:
    case EHOSTDOWN:
    case ENONET:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EINTR:
        return true;
    default:
        return false;
    }
}

/* Whatever the table says about the number of a new connection was about a file closed since. */
static void adopt(struct epoll_backend *backend, struct descriptor *listener, int fd)
{
    struct descriptor *descriptor;

    if (ouro__epoll_descriptor(backend, fd, &descriptor) < 0)
        return; /* no memory: its first op will say so */
    if (descriptor->use != DESCRIPTOR_UNUSED)
        ouro__epoll_forget(backend, descriptor);
    descriptor->short_read = listener->short_read;
}

static int run_accept(struct epoll_backend *backend, struct descriptor *descriptor, struct op *op)
{
    int completions = 0;

    if (descriptor->short_read == SHORT_READ_UNKNOWN)
        descriptor->short_read = (uint8_t) ask_short_read(op->fd);
    for (int i = 0; i < ACCEPT_BATCH; i++) {
        int fd = accept4(op->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        int error = errno;

        if (fd >= 0) {
            adopt(backend, descriptor, fd);
            op->result = fd;
            op->more = true;
            completions++;
            op->complete(op);
            if (op->state == OP_DONE)
                return completions; /* cancelled by the callback */
        } else if (error == EAGAIN) {
            int status = wait_readable(backend, descriptor, op);

            if (status < 0)
                op_finish(backend, op, status);
            return completions;
        } else if (!is_error_of_connection(error)) {
            op->result = -error;
            op_deliver(backend, op);
            return completions + 1;
        }
    }
    list_append(&backend->arrived, &op->link); /* more in the next dispatch */
    return completions;
}

int ouro__epoll_stream_run(struct epoll_backend *backend, struct op *op)
{
    struct descriptor *descriptor = table_find(&backend->table, op->fd);

    ouro_assert(descriptor && op->state == OP_IN_FLIGHT);
    if (op->kind == OP_RECV)
        return run_receive(backend, descriptor, op);
    ouro_assert(op->kind == OP_ACCEPT);
    return run_accept(backend, descriptor, op);
}

/* The result of an attempt that would block. */
#define MUST_WAIT 1

/* Sends what fits now; op->result counts. Returns 0 when all is sent, MUST_WAIT, or an error. */
static int send_some(struct op *op)
{
    size_t sent = (size_t) op->result;
    ssize_t count;

    do {
        count = send(op->fd, (const char *) op->buffer.data + sent, op->buffer.size - sent,
                     MSG_NOSIGNAL | MSG_DONTWAIT);
    } while (count < 0 && errno == EINTR);
    if (count < 0)
        return errno == EAGAIN ? MUST_WAIT : -errno;
    op->result += (int) count;
    return (size_t) op->result == op->buffer.size ? 0 : MUST_WAIT;
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

/* Returns 0 when the op is done, MUST_WAIT, or an error. */
static int write_some(struct op *op)
{
    return op->kind == OP_SEND ? send_some(op) : connect_some(op);
}

/* Begins with a SEND or CONNECT. If it would block, it waits, else it has got its result. */
static void run_writer(struct epoll_backend *backend, struct descriptor *descriptor, struct op *op)
{
    int status = write_some(op);

    if (op->kind == OP_CONNECT)
        descriptor->eager = false; /* what was seen before the connect holds no more */
    if (status == MUST_WAIT) {
        descriptor->readable &= op->kind != OP_CONNECT;
        status = wait_writable(backend, descriptor, op);
        if (status == 0)
            return;
    }
    op_finish(backend, op, status < 0 ? status : op->result);
}

void ouro__epoll_stream_flush(struct epoll_backend *backend)
{
    ouro_link *link;

    while ((link = list_pop(&backend->submitted))) {
        struct op *op = op_of_link(link);
        struct descriptor *descriptor = table_find(&backend->table, op->fd);
        int status = begin_use(descriptor);
        bool is_first = status < 0 || list_is_empty(&descriptor->stream.writers);

        if (status == 0 && !is_first && op->kind == OP_CONNECT)
            status = -EALREADY;
        if (status < 0) {
            op_finish(backend, op, status);
        } else if (!is_first) {
            op_wait(backend, op); /* behind the earlier ones, in order */
            list_append(&descriptor->stream.writers, link);
        } else {
            run_writer(backend, descriptor, op);
        }
    }
}

/* Goes on with the writers in their order, as far as the socket takes it. */
static void resume_writers(struct epoll_backend *backend, struct descriptor *descriptor)
{
    while (!list_is_empty(&descriptor->stream.writers)) {
        struct op *op = op_of_link(descriptor->stream.writers.next_);
        int status = write_some(op);

        if (status == MUST_WAIT)
            return;
        op_end_wait(backend, op);
        list_remove(&op->link);
        op_finish(backend, op, status < 0 ? status : op->result);
    }
}

void ouro__epoll_stream_event(struct epoll_backend *backend, struct descriptor *descriptor,
                              uint32_t events)
{
    if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR | EPOLLPRI))
        descriptor->eager = true;
    if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR | EPOLLPRI)) {
        ouro_link *link;

        descriptor->readable = true;
        while ((link = list_pop(&descriptor->stream.readers))) {
            op_end_wait(backend, op_of_link(link));
            list_append(&backend->arrived, link);
        }
    }
    if (events & (EPOLLOUT | EPOLLHUP | EPOLLERR))
        resume_writers(backend, descriptor);
}
