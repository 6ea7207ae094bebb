/* Handing submissions to the kernel and waiting: in the good case one system call per tick. */
#define _GNU_SOURCE 1

#include "io/uring.h"

#include "base/time.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>

/* How often a refusal of the kernel for want of memory is answered by trying again. */
#define REFUSALS_MAX 100

#define TRANSFER_MAX 0x7ffff000U /* what the kernel moves at most in one call */

static uint32_t poll_events(uint32_t events)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return events << 16 | events >> 16; /* the kernel reads two halves in the little order */
#else
    return events;
#endif
}

static uint32_t transfer_size(size_t size)
{
    return size < TRANSFER_MAX ? (uint32_t) size : TRANSFER_MAX;
}

static void prepare_poll(struct uring_sqe *sqe, const struct op *op, uint32_t events)
{
    *sqe = (struct uring_sqe) {
        .opcode = URING_OP_POLL_ADD,
        .fd = op->fd,
        .op_flags = poll_events(events),
        .user_data = (uint64_t) (uintptr_t) op,
    };
}

static void prepare_recv(struct uring_sqe *sqe, const struct op *op)
{
    bool poll_first = op->known_empty || op->backend_flags & OP_POLL_FIRST;

    if (op->is_file && op->backend_flags & OP_POLL_FIRST) {
        prepare_poll(sqe, op, POLLIN);
        return;
    }
    *sqe = (struct uring_sqe) {
        .opcode = op->is_file ? URING_OP_READ : URING_OP_RECV,
        .ioprio = poll_first && !op->is_file ? URING_RECVSEND_POLL_FIRST : 0,
        .fd = op->fd,
        .offset = op->is_file ? URING_OFFSET_NONE : 0,
        .user_data = (uint64_t) (uintptr_t) op,
    };
    if (op->buffer.data) {
        sqe->address = (uint64_t) (uintptr_t) op->buffer.data;
        sqe->len = transfer_size(op->buffer.size);
    } else {
        sqe->flags = URING_SQE_BUFFER_SELECT;
        sqe->buffer_group = URING_BUFFER_GROUP;
    }
}

static void prepare_send(struct uring_sqe *sqe, const struct op *op)
{
    size_t sent = (size_t) op->result;
    bool poll_first = op->backend_flags & OP_POLL_FIRST;

    if (op->is_file && poll_first) {
        prepare_poll(sqe, op, POLLOUT);
        return;
    }
    *sqe = (struct uring_sqe) {
        .opcode = op->is_file ? URING_OP_WRITE : URING_OP_SEND,
        .ioprio = poll_first ? URING_RECVSEND_POLL_FIRST : 0,
        .fd = op->fd,
        .offset = op->is_file ? URING_OFFSET_NONE : 0,
        .address = (uint64_t) (uintptr_t) op->buffer.data + sent,
        .len = transfer_size(op->buffer.size - sent),
        .op_flags = op->is_file        ? 0
                    : op->may_be_short ? MSG_NOSIGNAL
                                       : MSG_NOSIGNAL | MSG_WAITALL,
        .user_data = (uint64_t) (uintptr_t) op,
    };
}

static void prepare(struct uring_sqe *sqe, const struct op *op)
{
    uint64_t user_data = (uint64_t) (uintptr_t) op;

    switch ((enum op_kind) op->kind) {
    case OP_RECV:
        prepare_recv(sqe, op);
        break;
    case OP_SEND:
        prepare_send(sqe, op);
        break;
    case OP_ACCEPT:
        *sqe = (struct uring_sqe) {
            .opcode = URING_OP_ACCEPT,
            .ioprio = URING_ACCEPT_MULTISHOT,
            .fd = op->fd,
            .op_flags = SOCK_CLOEXEC | SOCK_NONBLOCK,
            .user_data = user_data,
        };
        break;
    case OP_CONNECT:
        *sqe = (struct uring_sqe) {
            .opcode = URING_OP_CONNECT,
            .fd = op->fd,
            .address = (uint64_t) (uintptr_t) op->connect.address,
            .offset = op->connect.size,
            .user_data = user_data,
        };
        break;
    case OP_READABLE:
        prepare_poll(sqe, op, op->ends_only ? POLLRDHUP : POLLIN);
        break;
    case OP_WRITABLE:
        prepare_poll(sqe, op, POLLOUT);
        break;
    case OP_POLL:
        prepare_poll(sqe, op, op->events);
        break;
    case OP_FILE_CALL:
        ouro__uring_prepare_file(sqe, op);
        break;
    }
}

static void prepare_cancel(struct uring_sqe *sqe, const struct op *op)
{
    *sqe = (struct uring_sqe) {
        .opcode = URING_OP_ASYNC_CANCEL,
        .flags = URING_SQE_CQE_SKIP_SUCCESS,
        .fd = -1,
        .address = (uint64_t) (uintptr_t) op,
        .user_data = TAG_CANCEL,
    };
}

/* One poll that stays: it reports each write of the eventfd, which nobody has to read. */
static void prepare_waker(struct uring_sqe *sqe, const struct waker *waker)
{
    *sqe = (struct uring_sqe) {
        .opcode = URING_OP_POLL_ADD,
        .fd = waker->fd,
        .len = URING_POLL_ADD_MULTI,
        .op_flags = poll_events(POLLIN),
        .user_data = TAG_WAKE,
    };
}

/* Fills in submissions for what is queued, as many as fit. */
static void fill_in(struct uring *uring)
{
    struct ring *ring = &uring->ring;
    struct uring_sqe *sqe;

    if (!uring->waker_armed && (sqe = ring_next_sqe(ring))) {
        prepare_waker(sqe, &uring->waker);
        uring->waker_armed = true;
    }
    while (!list_is_empty(&uring->queue)) {
        struct op *op = container_of(uring->queue.next_, struct op, link);

        if (op->kind == OP_RECV && !op->buffer.data && !uring_buffers_exist(&uring->buffers)) {
            int status = ouro__uring_buffers_create(&uring->buffers, ring);

            if (status < 0) {
                list_remove(&op->link);
                ouro__uring_finish(uring, op, status);
                continue;
            }
        }
        sqe = ring_next_sqe(ring);
        if (!sqe)
            return;
        list_remove(&op->link);
        if (op->state == OP_IN_FLIGHT) {
            prepare_cancel(sqe, op);
        } else {
            prepare(sqe, op);
            op->state = OP_IN_FLIGHT;
        }
    }
}

/* Hands everything over but for the last ringful, which goes along with the wait. */
static int flush(struct uring *uring)
{
    if (!list_is_empty(&uring->starved)) {
        ouro__uring_buffers_grow(&uring->buffers);
        list_move_all(&uring->starved, &uring->queue);
        list_move_all(&uring->queue, &uring->starved);
    }
    uring_buffers_publish(&uring->buffers);
    fill_in(uring);
    while (!list_is_empty(&uring->queue)) {
        int status = ouro__uring_enter(uring, 0, 0);

        if (status < 0)
            return status;
        fill_in(uring);
    }
    return 0;
}

static bool has_something(struct uring *uring)
{
    return ring_has_completions(&uring->ring) || !list_is_empty(&uring->done) ||
           waker_is_pending(&uring->waker);
}

/* Takes care of completions that are nobody's, up to the first that is somebody's.
 * Returns true if there was any. */
static bool absorb_first(struct uring *uring)
{
    struct ring *ring = &uring->ring;
    bool absorbed = false;

    while (ring_has_completions(ring)) {
        struct uring_cqe cqe = *ring_peek(ring);

        if (!ouro__uring_absorb(uring, &cqe))
            break;
        ring_advance(ring);
        absorbed = true;
    }
    return absorbed;
}

/* The kernel refused a submission: for want of memory, or because completions wait that found no
 * room. What helps is the same: take those. Returns 0 if it is worth trying again. */
static int recover(struct uring *uring, int status, unsigned *refusals)
{
    if (status != -EAGAIN && status != -EBUSY)
        return status;

    ouro__ring_collect(&uring->ring);
    if (has_something(uring))
        return 0;
    if (++*refusals > REFUSALS_MAX)
        return status;
    sched_yield();
    return 0;
}

/* Enters once. `remaining_ns` 0: only if there is something to hand over or to fetch.
 * Returns as ouro__ring_enter does. */
static int enter(struct uring *uring, int64_t remaining_ns)
{
    int status = flush(uring);

    if (status < 0)
        return status;
    if (remaining_ns == 0 || has_something(uring)) {
        if (ring_unsubmitted(&uring->ring) == 0 && !ring_wants_enter(&uring->ring))
            return 0;
        return ouro__uring_enter(uring, 0, 0);
    }
    return ouro__uring_enter(uring, 1, remaining_ns);
}

static int wait(struct uring *uring, int64_t timeout_ns)
{
    int64_t remaining_ns = timeout_ns;
    int64_t deadline_ns = WAIT_FOREVER;
    unsigned refusals = 0;

    if (timeout_ns > 0 && timeout_ns < WAIT_FOREVER &&
        __builtin_add_overflow(time_monotonic_ns(), timeout_ns, &deadline_ns))
        deadline_ns = WAIT_FOREVER;

    for (;;) {
        int status = enter(uring, remaining_ns);

        bool absorbed = absorb_first(uring);

        if (has_something(uring)) {
            if (waker_is_pending(&uring->waker))
                waker_take(&uring->waker);
            return 0;
        }
        if (status < 0 && status != -ETIME) {
            status = recover(uring, status, &refusals);
            if (status < 0)
                return status;
            continue;
        }
        if (timeout_ns == 0)
            return 0;
        if (deadline_ns != WAIT_FOREVER) {
            remaining_ns = deadline_ns - time_monotonic_ns();
            if (remaining_ns <= 0)
                return 0;
        }
        /* The kernel came back early with nothing. It reports a signal only when it has taken no
         * submission, but with all of them taken nothing else explains this. */
        if (!absorbed && status > 0 && ring_unsubmitted(&uring->ring) == 0)
            return -EINTR;
    }
}

int ouro__uring_wait(struct backend *backend, int64_t timeout_ns)
{
    struct uring *uring = uring_of(backend);
    int status = ouro__uring_own(uring);

    if (status < 0)
        return status;
    status = wait(uring, timeout_ns);
    if (uring_is_watched(uring))
        ouro__uring_watch_update(uring);
    return status;
}
