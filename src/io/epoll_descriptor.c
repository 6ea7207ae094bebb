/* Descriptors and the kernel's interest list.
 *
 * The list is keyed by number *and* open file, and it follows the file: a number closed behind our
 * back vanishes from it, or, if the file was duplicated, stays and reports events for a number that
 * has another meaning by now. The first is noticed here as ENOENT; the second by the generation.
 */
#include "io/epoll_backend.h"

#include <errno.h>

int ouro__epoll_descriptor(struct epoll_backend *backend, int fd,
                           struct descriptor **ret_descriptor)
{
    struct descriptor *descriptor = table_find(&backend->table, fd);

    if (!descriptor) {
        int status = ouro__table_add(&backend->table, fd);

        if (status < 0)
            return status;
        descriptor = table_find(&backend->table, fd);
    }
    *ret_descriptor = descriptor;
    return 0;
}

static int control(struct epoll_backend *backend, const struct descriptor *descriptor, int fd,
                   int operation, uint32_t events)
{
    struct epoll_event event = {
        .events = events | (descriptor->use == DESCRIPTOR_STREAM ? (uint32_t) EPOLLET : 0),
        .data.u64 = (uint64_t) descriptor->generation << 32 | (uint32_t) fd,
    };

    return epoll_ctl(backend->epoll_fd, operation, fd, &event) == 0 ? 0 : -errno;
}

int ouro__epoll_watch(struct epoll_backend *backend, struct descriptor *descriptor, int fd,
                      uint32_t events, bool verify)
{
    int status;

    if (descriptor->armed == events && !verify)
        return 0;
    if (events == 0) {
        /* Fails only if the file is closed already, and then it is in no list. */
        (void) control(backend, descriptor, fd, EPOLL_CTL_DEL, 0);
        descriptor->generation++;
        descriptor->armed = 0;
        return 0;
    }

    status = control(backend, descriptor, fd, descriptor->armed ? EPOLL_CTL_MOD : EPOLL_CTL_ADD,
                     events);
    if (status == -ENOENT && descriptor->armed) {
        /* The registered file was closed behind our back: nothing known about it holds. */
        descriptor->generation++;
        descriptor->armed = 0;
        descriptor->short_read = SHORT_READ_UNKNOWN;
        descriptor->fresh = false;
        descriptor->eager = false;
        status = control(backend, descriptor, fd, EPOLL_CTL_ADD, events);
    } else if (status == -EEXIST && !descriptor->armed) {
        /* The number was duplicated, closed behind our back, and has got its old file again. */
        status = control(backend, descriptor, fd, EPOLL_CTL_MOD, events);
    }
    if (status == 0)
        descriptor->armed = events;
    return status;
}

static void orphan(struct epoll_backend *backend, struct op *op)
{
    op_end_wait(backend, op);
    if (link_is_queued(&op->link))
        list_remove(&op->link);
    op_finish(backend, op, -EBADF);
}

void ouro__epoll_forget(struct epoll_backend *backend, struct descriptor *descriptor)
{
    if (descriptor->use == DESCRIPTOR_STREAM) {
        while (!list_is_empty(&descriptor->stream.readers))
            orphan(backend, op_of_link(descriptor->stream.readers.next_));
        while (!list_is_empty(&descriptor->stream.writers))
            orphan(backend, op_of_link(descriptor->stream.writers.next_));
    } else if (descriptor->use == DESCRIPTOR_POLL) {
        struct op *reader = descriptor->poll.reader;
        struct op *writer = descriptor->poll.writer;

        if (reader)
            orphan(backend, reader);
        if (writer && writer != reader)
            orphan(backend, writer);
    }
    *descriptor = (struct descriptor) { .generation = descriptor->generation + 1 };
}
