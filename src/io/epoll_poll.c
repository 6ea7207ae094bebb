/* Level-triggered readiness of descriptors that belong to somebody else.
 *
 * A descriptor has two slots, one for an op that polls for anything but POLLOUT and one for
 * POLLOUT; an op that polls for both takes both. A second op for an occupied slot fails with
 * -EEXIST, and so does a POLL while stream ops wait on the same descriptor: the two need different
 * registrations.
 */
#include "io/epoll_backend.h"

#include <errno.h>
#include <poll.h>

_Static_assert(POLLIN == EPOLLIN && POLLPRI == EPOLLPRI && POLLOUT == EPOLLOUT &&
                   POLLERR == EPOLLERR && POLLHUP == EPOLLHUP,
               "events are passed on as they are");

/* epoll's own flags, which a caller must not smuggle in. */
#define EPOLL_FLAGS ((uint32_t) EPOLLET | EPOLLONESHOT | EPOLLWAKEUP | EPOLLEXCLUSIVE)

static uint32_t wanted_events(const struct descriptor *descriptor)
{
    uint32_t events = 0;

    /* Errors are always reported; asking for them makes an empty set differ from no op at all. */
    if (descriptor->poll.reader)
        events |= descriptor->poll.reader->events | EPOLLERR;
    if (descriptor->poll.writer)
        events |= descriptor->poll.writer->events | EPOLLERR;
    return events & ~EPOLL_FLAGS;
}

/* Makes the descriptor one for polling. */
static int begin_use(struct epoll_backend *backend, struct descriptor *descriptor, int fd)
{
    if (descriptor->use == DESCRIPTOR_POLL)
        return 0;
    if (descriptor->use == DESCRIPTOR_STREAM) {
        if (!list_is_empty(&descriptor->stream.readers) ||
            !list_is_empty(&descriptor->stream.writers))
            return -EEXIST;
        (void) ouro__epoll_watch(backend, descriptor, fd, 0, false);
    }
    descriptor->use = DESCRIPTOR_POLL;
    descriptor->poll.reader = NULL;
    descriptor->poll.writer = NULL;
    return 0;
}

void ouro__epoll_poll_submit(struct epoll_backend *backend, struct descriptor *descriptor,
                             struct op *op)
{
    bool reads = (op->events & POLLOUT) == 0 || (op->events & ~(uint32_t) POLLOUT) != 0;
    bool writes = (op->events & POLLOUT) != 0;
    int status = begin_use(backend, descriptor, op->fd);

    if (status == 0 && ((reads && descriptor->poll.reader) || (writes && descriptor->poll.writer)))
        status = -EEXIST;
    if (status < 0) {
        op_finish(backend, op, status);
        return;
    }

    if (reads)
        descriptor->poll.reader = op;
    if (writes)
        descriptor->poll.writer = op;
    op_wait(backend, op);

    /* Always asks the kernel: foreign descriptors are closed behind our back, and reused. */
    status = ouro__epoll_watch(backend, descriptor, op->fd, wanted_events(descriptor), true);
    if (status < 0) {
        op_end_wait(backend, op);
        if (reads)
            descriptor->poll.reader = NULL;
        if (writes)
            descriptor->poll.writer = NULL;
        op_finish(backend, op, status);
    }
}

static void report(struct epoll_backend *backend, struct op *op, uint32_t events)
{
    uint32_t wanted = (op->events & ~EPOLL_FLAGS) | EPOLLERR | EPOLLHUP;

    if (!(events & wanted))
        return;
    op->result = (int) (events & wanted);
    if (!link_is_queued(&op->link))
        list_append(&backend->arrived, &op->link);
}

void ouro__epoll_poll_event(struct epoll_backend *backend, struct descriptor *descriptor,
                            uint32_t events)
{
    struct op *reader = descriptor->poll.reader;
    struct op *writer = descriptor->poll.writer;

    if (reader)
        report(backend, reader, events);
    if (writer && writer != reader)
        report(backend, writer, events);
}

void ouro__epoll_poll_remove(struct epoll_backend *backend, struct op *op)
{
    struct descriptor *descriptor = table_find(&backend->table, op->fd);

    ouro_assert(descriptor && descriptor->use == DESCRIPTOR_POLL);
    if (descriptor->poll.reader == op)
        descriptor->poll.reader = NULL;
    if (descriptor->poll.writer == op)
        descriptor->poll.writer = NULL;
    op_end_wait(backend, op);
    if (link_is_queued(&op->link))
        list_remove(&op->link);

    /* At once, not with the next wait: the owner may close the descriptor now. A failure leaves
     * too much registered, and `report` drops what nobody polls for. */
    (void) ouro__epoll_watch(backend, descriptor, op->fd, wanted_events(descriptor), false);
}
