/* RECV, SEND, ACCEPT, CONNECT, READABLE and WRITABLE over edge-triggered readiness.
 *
 * An edge is reported once, so that what is known is kept: a descriptor counts as readable until a
 * read finds it empty, and then until the next edge as not readable. It is registered when an op
 * has to wait for the first time: for reading, and if a send ever has to wait, for writing too.
 * From then on it stays registered.
 *
 * Reads and writes of the callers of READABLE and WRITABLE are not seen here. So a READABLE takes
 * its caller's word that nothing is left, unless an edge has come that none has been told of; and
 * the kernel is asked again, at the price of a system call, where no edge can be relied on: at an
 * end that may have come along with the last data, and before every WRITABLE.
 */
#define _GNU_SOURCE 1

#include "base/poison.h"
#include "io/epoll_backend.h"

#include <errno.h>
#include <limits.h>
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
    descriptor->fresh = false;
    descriptor->doubted = false;
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
    descriptor->fresh = false;
    if (verify)
        descriptor->doubted = false;
    op->is_registered = true;
    op_wait(backend, op);
    list_append(&descriptor->stream.readers, &op->link);
    return 0;
}

static int wait_writable(struct epoll_backend *backend, struct descriptor *descriptor,
                         struct op *op)
{
    /* A socket that connects will be read too, and may be new under an old number. The edge that a
     * WRITABLE waits for may have come while nobody waited. */
    bool connects = op->kind == OP_CONNECT;
    bool verify = connects || op->kind == OP_WRITABLE;
    uint32_t events = descriptor->armed | EVENTS_WRITE | (connects ? EVENTS_READ : 0);
    int status = ouro__epoll_watch(backend, descriptor, op->fd, events, verify);

    if (status < 0)
        return status;
    op_wait(backend, op);
    list_append(&descriptor->stream.writers, &op->link);
    return 0;
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
    if (!known_empty && descriptor->armed && !op->is_registered)
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

static void submit_readable(struct epoll_backend *backend, struct descriptor *descriptor,
                            struct op *op)
{
    bool must_ask = op->is_foreign ||
                    (op->known_empty && (descriptor->doubted || descriptor->eager));
    int status;

    if (!must_ask && (!op->known_empty || descriptor->fresh)) {
        if (!op->known_empty)
            descriptor->doubted = descriptor->armed != 0 && !op->is_registered;
        op->state = OP_IN_FLIGHT;
        list_append(&backend->arrived, &op->link);
        return;
    }
    if (must_ask)
        op->backend_flags |= OP_VERIFY;
    status = wait_readable(backend, descriptor, op);
    if (status < 0)
        op_finish(backend, op, status);
}

/* True if a call of this op could block on a descriptor that is not non-blocking: it has no flag
 * against that. */
static bool may_block(const struct op *op)
{
    return op->kind == OP_ACCEPT || op->kind == OP_CONNECT ||
           ((op->kind == OP_RECV || op->kind == OP_SEND) && op->is_file);
}

void ouro__epoll_stream_submit(struct epoll_backend *backend, struct descriptor *descriptor,
                               struct op *op)
{
    int status = begin_use(descriptor);

    if (status == 0 && may_block(op))
        status = ouro__epoll_make_nonblocking(op->fd);
    if (status == 0 && op->kind == OP_SEND && op->buffer.size > INT_MAX)
        status = -EINVAL; /* its count would not fit into the result */
    if (status < 0) {
        op_finish(backend, op, status);
        return;
    }
    if (op->kind == OP_RECV || op->kind == OP_ACCEPT) {
        submit_reader(backend, descriptor, op);
    } else if (op->kind == OP_READABLE) {
        submit_readable(backend, descriptor, op);
    } else {
        op->state = OP_QUEUED;
        list_append(&backend->submitted, &op->link);
    }
}

static int run_receive(struct epoll_backend *backend, struct descriptor *descriptor, struct op *op)
{
    bool is_lent = op->buffer.data == NULL;
    uint8_t *buffer = backend->receive_buffer;
    size_t buffer_size = backend->receive_buffer_size;
    int result;

    if (is_lent) {
        memory_unpoison(buffer, buffer_size);
        result = ouro__epoll_read(descriptor, op, buffer, buffer_size);
    } else {
        result = ouro__epoll_read(descriptor, op, op->buffer.data, op->buffer.size);
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
        descriptor->short_read = (uint8_t) ouro__epoll_ask_short_read(op->fd);
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
    if (op->kind == OP_ACCEPT)
        return run_accept(backend, descriptor, op);
    ouro_assert(op->kind == OP_READABLE);
    descriptor->fresh = false;
    op_deliver(backend, op);
    return 1;
}

/* Begins with a SEND, CONNECT or WRITABLE. If it would block, it waits, else it has got its result.
 */
static void run_writer(struct epoll_backend *backend, struct descriptor *descriptor, struct op *op)
{
    int status = ouro__epoll_write(op);

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
        int status = ouro__epoll_write(op);

        if (status == MUST_WAIT)
            return;
        op_end_wait(backend, op);
        list_remove(&op->link);
        op_finish(backend, op, status < 0 ? status : op->result);
    }
}

/* True if these events say nothing to an op: urgent data alone is nothing that a read would find,
 * and data is no end. */
static bool is_idle_event(const struct op *op, uint32_t events)
{
    if (op->kind != OP_READABLE || events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
        return false;
    return op->ends_only || !(events & EPOLLIN);
}

/* Sends the readers to the next dispatch. */
static void resume_readers(struct epoll_backend *backend, struct descriptor *descriptor,
                           uint32_t events)
{
    ouro_link readers;
    ouro_link *link;

    list_init(&readers);
    list_move_all(&readers, &descriptor->stream.readers);
    while ((link = list_pop(&readers))) {
        struct op *op = op_of_link(link);

        if (is_idle_event(op, events)) {
            list_append(&descriptor->stream.readers, link);
            continue;
        }
        op_end_wait(backend, op);
        list_append(&backend->arrived, link);
    }
}

void ouro__epoll_stream_event(struct epoll_backend *backend, struct descriptor *descriptor,
                              uint32_t events)
{
    if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR | EPOLLPRI))
        descriptor->eager = true;
    if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR | EPOLLPRI)) {
        descriptor->readable = true;
        descriptor->fresh |= (events & ~(uint32_t) (EPOLLPRI | EPOLLOUT)) != 0;
        resume_readers(backend, descriptor, events);
    }
    if (events & (EPOLLOUT | EPOLLHUP | EPOLLERR))
        resume_writers(backend, descriptor);
}
