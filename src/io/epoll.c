/* The epoll backend: readiness turned into completions.
 *
 * Stream sockets are registered once and edge-triggered; the system call comes first, and epoll is
 * asked only after it would have blocked. POLL ops are level-triggered. The parts: epoll_stream.c,
 * epoll_calls.c, epoll_poll.c, epoll_descriptor.c, and the picture of how an op travels in
 * epoll_backend.h.
 *
 * A wait may return before its time without a completion: an edge was noted that nobody waits for.
 */
#define _GNU_SOURCE 1

#include "io/epoll_backend.h"

#include "base/alloc.h"
#include "base/poison.h"
#include "base/time.h"

#include <errno.h>
#include <limits.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef OURO_TORTURE
#define BUFFER_SIZE_DEFAULT 7
#define EVENT_COUNT_DEFAULT 1
#else
#define BUFFER_SIZE_DEFAULT 65536
#define EVENT_COUNT_DEFAULT 256
#endif

/* The wake-up's event; no descriptor has this number. */
#define WAKE_EVENT UINT64_MAX

/* epoll_pwait2 has this number on every architecture but alpha; older headers lack it. */
#ifndef SYS_epoll_pwait2
#define SYS_epoll_pwait2 441
#endif

/* The kernel's struct timespec on every architecture, where libc's may still be 32 bits wide. */
struct kernel_timespec {
    int64_t seconds;
    long long nanoseconds;
};

static struct epoll_backend *epoll_of(struct backend *base)
{
    return container_of(base, struct epoll_backend, base);
}

static int64_t epoll_now(struct backend *base)
{
    (void) base;
    return time_monotonic_ns();
}

static void epoll_submit(struct backend *base, struct op *op)
{
    struct epoll_backend *backend = epoll_of(base);
    struct descriptor *descriptor;
    int status;

    ouro_check(op->state == OP_IDLE && !link_is_queued(&op->link));
    ouro_assert(op->kind <= OP_POLL && op->complete);
    base->in_flight++;
    op->result = 0;
    op->more = false;
    op->cancel_requested = false;
    op->backend_flags = 0;

    status = ouro__epoll_descriptor(backend, op->fd, &descriptor);
    if (status < 0)
        op_finish(backend, op, status);
    else if (op->kind == OP_POLL)
        ouro__epoll_poll_submit(backend, descriptor, op);
    else
        ouro__epoll_stream_submit(backend, descriptor, op);
}

static void epoll_cancel(struct backend *base, struct op *op)
{
    struct epoll_backend *backend = epoll_of(base);

    if (op->state == OP_IDLE || op->state == OP_DONE)
        return;
    op->cancel_requested = true;
    if (op->kind == OP_POLL) {
        ouro__epoll_poll_remove(backend, op);
    } else {
        if (op->backend_flags & OP_WAITS)
            op_end_wait(backend, op);
        if (link_is_queued(&op->link)) /* else it is an accept op, and this its own callback */
            list_remove(&op->link);
    }
    if (op->kind == OP_RECV)
        op->known_empty = !table_find(&backend->table, op->fd)->readable;

    /* What a send has sent so far is a result that must not be lost. */
    op_finish(backend, op, op->kind == OP_SEND && op->result > 0 ? op->result : -ECANCELED);
}

static void epoll_close_fd(struct backend *base, int fd)
{
    struct epoll_backend *backend = epoll_of(base);
    struct descriptor *descriptor = table_find(&backend->table, fd);

    if (descriptor && descriptor->use != DESCRIPTOR_UNUSED) {
        /* Closing alone would leave the registration to duplicates, here or in a child process. */
        (void) ouro__epoll_watch(backend, descriptor, fd, 0, false);
        ouro__epoll_forget(backend, descriptor);
    }
    (void) close(fd); /* on Linux the number is free even after an error */
}

/* Rounds up: a wait that ends too early would make its caller spin until the time is there. */
static int timeout_ms(int64_t timeout_ns)
{
    int64_t ms = timeout_ns / 1000000 + (timeout_ns % 1000000 != 0);

    return ms > INT_MAX ? INT_MAX : (int) ms;
}

/* Returns the number of events or -errno. */
static int wait_for_events(struct epoll_backend *backend, int64_t timeout_ns)
{
    int ms = timeout_ns == WAIT_FOREVER ? -1 : timeout_ms(timeout_ns);

    if (ms > 0 && backend->has_fine_wait) {
        struct kernel_timespec timeout = { .seconds = timeout_ns / NS_PER_SECOND,
                                           .nanoseconds = timeout_ns % NS_PER_SECOND };
        long count = syscall(SYS_epoll_pwait2, backend->epoll_fd, backend->events,
                             backend->event_count, &timeout, NULL, (size_t) 0);

        if (count >= 0)
            return (int) count;
        /* Before Linux 5.11; old seccomp profiles answer EPERM to what they do not know. */
        if (errno != ENOSYS && errno != EPERM)
            return -errno;
        backend->has_fine_wait = false;
    }

    int count = epoll_wait(backend->epoll_fd, backend->events, backend->event_count, ms);

    return count >= 0 ? count : -errno;
}

static void take_event(struct epoll_backend *backend, const struct epoll_event *event)
{
    if (event->data.u64 == WAKE_EVENT) {
        (void) waker_take(&backend->waker);
        return;
    }

    int fd = (int) (uint32_t) event->data.u64;
    struct descriptor *descriptor = table_find(&backend->table, fd);

    ouro_assert(descriptor);
    if (descriptor->generation != (uint32_t) (event->data.u64 >> 32))
        return; /* of a file that had this number before and lives on as a duplicate */
    if (descriptor->use == DESCRIPTOR_STREAM)
        ouro__epoll_stream_event(backend, descriptor, event->events);
    else if (descriptor->use == DESCRIPTOR_POLL)
        ouro__epoll_poll_event(backend, descriptor, event->events);
}

static int epoll_wait_for(struct backend *base, int64_t timeout_ns)
{
    struct epoll_backend *backend = epoll_of(base);
    size_t waiting = backend->waiting;

    ouro__epoll_stream_flush(backend);
    /* Where the loop would block, and there are sends that went at once or reads to be tried, they
     * come first: the next wait blocks then, and a request costs one epoll_wait and not two. */
    if (backend->waiting == waiting && !list_is_empty(&backend->arrived) && timeout_ns != 0 &&
        !backend->is_poll_due) {
        backend->is_poll_due = true;
        return 0;
    }
    backend->is_poll_due = false;
    if (!list_is_empty(&backend->arrived) || timeout_ns < 0)
        timeout_ns = 0;
    if (timeout_ns == 0 && backend->waiting == 0 && !waker_is_pending(&backend->waker))
        return 0; /* no event could change anything */

    int count = wait_for_events(backend, timeout_ns);

    if (count < 0)
        return count == -EINTR && !list_is_empty(&backend->arrived) ? 0 : count;
    for (int i = 0; i < count; i++)
        take_event(backend, &backend->events[i]);
    return 0;
}

static int epoll_dispatch(struct backend *base)
{
    struct epoll_backend *backend = epoll_of(base);
    int completions = 0;
    ouro_link *link;

    list_move_all(&backend->batch, &backend->arrived);
    while ((link = list_pop(&backend->batch))) {
        struct op *op = op_of_link(link);

        if (op->state == OP_DONE) {
            op_deliver(backend, op);
            completions++;
        } else if (op->kind == OP_POLL) {
            op->more = true;
            op->complete(op);
            completions++;
        } else {
            completions += ouro__epoll_stream_run(backend, op);
        }
    }
    return completions;
}

static bool epoll_has_work(struct backend *base)
{
    /* Only the kernel knows what is ready. */
    return base->in_flight != 0 || waker_is_pending(&epoll_of(base)->waker);
}

static bool epoll_has_results(struct backend *base)
{
    return !list_is_empty(&epoll_of(base)->arrived);
}

static void epoll_wake(struct backend *base)
{
    ouro__waker_wake(&epoll_of(base)->waker);
}

static int epoll_descriptor(struct backend *base)
{
    return epoll_of(base)->epoll_fd;
}

/* Makes all ops of a list idle. */
static void abandon(ouro_link *list)
{
    ouro_link *link;

    while ((link = list_pop(list)))
        op_of_link(link)->state = OP_IDLE;
}

static void epoll_close(struct backend *base)
{
    struct epoll_backend *backend = epoll_of(base);

    /* Everything that waits becomes a result that nobody will be told. */
    for (size_t fd = 0; fd < backend->table.chunk_count * DESCRIPTORS_PER_CHUNK; fd++) {
        struct descriptor *descriptor = table_find(&backend->table, (int) fd);

        if (descriptor && descriptor->use != DESCRIPTOR_UNUSED)
            ouro__epoll_forget(backend, descriptor);
    }
    abandon(&backend->submitted);
    abandon(&backend->batch);
    abandon(&backend->arrived);

    ouro__table_free(&backend->table);
    close(backend->epoll_fd);
    ouro__waker_close(&backend->waker);
    memory_unpoison(backend->receive_buffer, backend->receive_buffer_size);
    ouro__alloc_free(backend->receive_buffer);
    ouro__alloc_free(backend);
}

static const struct backend_ops epoll_ops = {
    .name = "epoll",
    .calls_at_once = true,
    .close = epoll_close,
    .now = epoll_now,
    .submit = epoll_submit,
    .cancel = epoll_cancel,
    .close_fd = epoll_close_fd,
    .wait = epoll_wait_for,
    .dispatch = epoll_dispatch,
    .has_work = epoll_has_work,
    .has_results = epoll_has_results,
    .wake = epoll_wake,
    .descriptor = epoll_descriptor,
};

/* Opens the epoll descriptor and the wake-up in it. On failure nothing is open. */
static int open_descriptors(struct epoll_backend *backend, const char **ret_reason)
{
    int status;

    *ret_reason = "eventfd: no wake-up descriptor";
    status = ouro__waker_open(&backend->waker);
    if (status < 0)
        return status;

    *ret_reason = "epoll_create1: no epoll descriptor";
    backend->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (backend->epoll_fd >= 0) {
        /* Edge-triggered, so that the eventfd never has to be read: each write is an edge. */
        struct epoll_event event = { .events = EPOLLIN | EPOLLET, .data.u64 = WAKE_EVENT };

        *ret_reason = "epoll_ctl: the wake-up descriptor was refused";
        if (epoll_ctl(backend->epoll_fd, EPOLL_CTL_ADD, backend->waker.fd, &event) == 0)
            return 0;
    }
    status = -errno;
    if (backend->epoll_fd >= 0)
        close(backend->epoll_fd);
    ouro__waker_close(&backend->waker);
    return status;
}

int ouro__epoll_open(struct backend **ret_backend, const struct backend_limits *limits,
                     const char **ret_reason)
{
    size_t buffer_size = limits && limits->buffer_size ? limits->buffer_size : BUFFER_SIZE_DEFAULT;
    unsigned event_count = limits && limits->ring_entries ? limits->ring_entries
                                                          : EVENT_COUNT_DEFAULT;
    struct epoll_backend *backend = ouro__alloc_zero(sizeof(*backend) +
                                                     event_count * sizeof(backend->events[0]));
    uint8_t *receive_buffer = ouro__alloc(buffer_size);
    int status = -ENOMEM;

    *ret_reason = "epoll: out of memory";
    if (backend && receive_buffer)
        status = open_descriptors(backend, ret_reason);
    if (status < 0) {
        ouro__alloc_free(receive_buffer);
        ouro__alloc_free(backend);
        return status;
    }

    backend->base.ops = &epoll_ops;
    list_init(&backend->submitted);
    list_init(&backend->arrived);
    list_init(&backend->batch);
    backend->receive_buffer = receive_buffer;
    backend->receive_buffer_size = buffer_size;
    backend->has_fine_wait = true;
    backend->event_count = (int) event_count;
    memory_poison(receive_buffer, buffer_size);
    *ret_backend = &backend->base;
    *ret_reason = "epoll: works on every kernel";
    return 0;
}
