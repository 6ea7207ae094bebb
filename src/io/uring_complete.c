/* What a completion of the kernel means for its op, and calling back.
 *
 * Not every completion is one for the caller: a short send goes on, a receive that found no buffer
 * is repeated, a listener that the kernel has dropped is armed again, a file that has become ready
 * is read. Those are absorbed, by
 * `dispatch` or already by `wait`, which must not return for them.
 */
#include "io/uring.h"

#include <errno.h>
#include <unistd.h>

/* Hands an op to the kernel once more. */
static void resubmit(struct uring *uring, struct op *op)
{
    ouro_check(op->state == OP_IN_FLIGHT && !op->cancel_requested);
    op->state = OP_QUEUED;
    list_append(&uring->queue, &op->link);
}

/* True if a failure says nothing about the op, which is then to be tried again. */
static bool is_passing(const struct op *op, int status)
{
    switch (-status) {
    case EINTR:
        return op->kind != OP_CONNECT; /* that goes on by itself; another one would find it */
    case EAGAIN:
        return op->kind == OP_RECV || op->kind == OP_SEND || op->kind == OP_ACCEPT;
    case ECONNABORTED:
        return op->kind == OP_ACCEPT; /* that client has gone, the next one may come */
    case ENOBUFS:
        /* All buffers are lent, until the end of this dispatch. With an own buffer it is the
         * socket's word for lost messages. */
        return op->kind == OP_RECV && !op->buffer.data;
    default:
        return false;
    }
}

static void try_again(struct uring *uring, struct op *op, int status)
{
    if (status == -EAGAIN)
        op->backend_flags |= OP_POLL_FIRST;
    if (status != -ENOBUFS) {
        resubmit(uring, op);
        return;
    }
    op->state = OP_QUEUED;
    list_append(&uring->starved, &op->link);
}

/* True if what has completed is the poll that comes before the read or write of a file. */
static bool is_file_poll(const struct op *op)
{
    return (op->kind == OP_RECV || op->kind == OP_SEND) && op->is_file &&
           op->backend_flags & OP_POLL_FIRST;
}

/* The result of an op that failed: a cancelled one is not tried again, whatever kept it up. */
static int failure(const struct op *op, int status)
{
    return op->cancel_requested && is_passing(op, status) ? -ECANCELED : status;
}

/* A send that is to go on counts in `result` what has been sent so far. */
static bool is_short_send(const struct op *op, const struct uring_cqe *cqe)
{
    return op->kind == OP_SEND && cqe->result > 0 && !op->may_be_short &&
           (size_t) op->result + (size_t) cqe->result < op->buffer.size;
}

bool ouro__uring_absorb(struct uring *uring, const struct uring_cqe *cqe)
{
    if (cqe->user_data < TAG_COUNT) {
        if (cqe->user_data == TAG_WAKE && !(cqe->flags & URING_CQE_MORE))
            uring->waker_armed = false;
        return true;
    }

    struct op *op = (struct op *) (uintptr_t) cqe->user_data;

    if (cqe->result < 0) {
        if (op->cancel_requested || !is_passing(op, cqe->result))
            return false;
        try_again(uring, op, cqe->result);
        return true;
    }
    if (op->cancel_requested) {
        if (op->kind != OP_ACCEPT || !(cqe->flags & URING_CQE_MORE))
            return false;
        close(cqe->result); /* came too late; the end of the op is still to come */
        return true;
    }
    if (is_file_poll(op)) {
        op->backend_flags = 0;
        resubmit(uring, op);
        return true;
    }
    if (is_short_send(op, cqe)) {
        op->result += cqe->result;
        resubmit(uring, op);
        return true;
    }
    return false;
}

static uint16_t buffer_id(const struct uring_cqe *cqe)
{
    return (uint16_t) (cqe->flags >> URING_CQE_BUFFER_SHIFT);
}

static void finish_ready(struct op *op, const struct uring_cqe *cqe)
{
    if (cqe->result < 0)
        op->result = failure(op, cqe->result);
    else
        op->result = op->cancel_requested ? -ECANCELED : 0;
}

/* Fills in what a receive has brought. Returns true if the bytes lie in a lent buffer. */
static bool finish_recv(struct uring *uring, struct op *op, const struct uring_cqe *cqe)
{
    size_t capacity = op->buffer.data ? op->buffer.size : uring->buffers.buffer_size;
    bool is_lent = cqe->flags & URING_CQE_BUFFER;

    if (is_lent)
        op->buffer.data = uring_buffers_lend(&uring->buffers, buffer_id(cqe),
                                             cqe->result > 0 ? (size_t) cqe->result : 0);
    if (cqe->result < 0) {
        op->result = failure(op, cqe->result);
        op->known_empty = false;
        return is_lent;
    }
    op->result = cqe->result;
    op->buffer.size = (size_t) cqe->result;
    /* The flag is not set for every kind of socket, so that its absence proves nothing; a buffer
     * that did not get full does, except at the end of the stream. */
    op->known_empty = !(cqe->flags & URING_CQE_SOCK_NONEMPTY) && cqe->result > 0 &&
                      (size_t) cqe->result < capacity;
    return is_lent;
}

static void finish_send(struct op *op, const struct uring_cqe *cqe)
{
    if (cqe->result > 0)
        op->result += cqe->result;
    else if (cqe->result == 0 && (size_t) op->result < op->buffer.size)
        op->result = -EIO; /* no socket does that; repeating it might never end */
    else if (cqe->result < 0 && !(op->cancel_requested && op->result > 0))
        op->result = failure(op, cqe->result);
}

static void finish_accept(struct uring *uring, struct op *op, const struct uring_cqe *cqe)
{
    if (cqe->result < 0) {
        op->result = failure(op, cqe->result);
        return;
    }
    op->result = cqe->result;
    if (op->cancel_requested) {
        close(cqe->result);
        op->result = -ECANCELED;
        return;
    }
    op->more = true;
    if (!(cqe->flags & URING_CQE_MORE))
        resubmit(uring, op);
}

static void finish_poll(struct uring *uring, struct op *op, const struct uring_cqe *cqe)
{
    if (cqe->result < 0) {
        op->result = failure(op, cqe->result);
        return;
    }
    op->result = cqe->result;
    if (op->cancel_requested) {
        op->result = -ECANCELED;
        return;
    }
    /* The kernel's poll ends here; the level-triggered one goes on with the next wait. */
    op->more = true;
    resubmit(uring, op);
}

/* Ends an op or not, and tells its owner. The op may be gone after that. */
static void call_back(struct uring *uring, struct op *op)
{
    if (!op->more) {
        if (link_is_queued(&op->link))
            list_remove(&op->link); /* a cancel that has become needless */
        op->state = OP_IDLE;
        uring->backend.in_flight--;
        uring->file_sends -= op->kind == OP_SEND && op->is_file;
    }
    op->complete(op);
}

static void deliver(struct uring *uring, struct uring_cqe *cqe)
{
    struct op *op = (struct op *) (uintptr_t) cqe->user_data;
    bool is_lent = false;

    ouro_check(op->state == OP_IN_FLIGHT);
    op->more = false;
    if (cqe->result >= 0 && is_file_poll(op))
        cqe->result = -ECANCELED; /* else the poll would have been absorbed */
    switch ((enum op_kind) op->kind) {
    case OP_RECV:
        is_lent = finish_recv(uring, op, cqe);
        break;
    case OP_SEND:
        finish_send(op, cqe);
        break;
    case OP_ACCEPT:
        finish_accept(uring, op, cqe);
        break;
    case OP_CONNECT:
        op->result = cqe->result;
        break;
    case OP_READABLE:
    case OP_WRITABLE:
        finish_ready(op, cqe);
        break;
    case OP_POLL:
        finish_poll(uring, op, cqe);
        break;
    case OP_FILE_CALL:
        op->result = failure(op, cqe->result);
        break;
    }
    call_back(uring, op);
    if (is_lent)
        uring_buffers_recycle(&uring->buffers, buffer_id(cqe));
}

/* Delivers the ops that ended without the kernel, but none that do so meanwhile. */
static int deliver_done(struct uring *uring)
{
    ouro_link batch;
    ouro_link *link;
    int count = 0;

    list_init(&batch);
    list_move_all(&batch, &uring->done);
    while ((link = list_pop(&batch))) {
        struct op *op = container_of(link, struct op, link);

        op->more = false;
        call_back(uring, op);
        count++;
    }
    return count;
}

int ouro__uring_dispatch(struct backend *backend)
{
    struct uring *uring = uring_of(backend);
    struct ring *ring = &uring->ring;
    int count = list_is_empty(&uring->done) ? 0 : deliver_done(uring);

    if (!ouro__uring_is_own_process(uring))
        return count;

    uint32_t tail = ring_cq_tail(ring);

    /* A completion is copied and given back before its callback runs, which may dispatch again. */
    while ((int32_t) (tail - ring->cq_head) > 0) {
        struct uring_cqe cqe = *ring_peek(ring);

        ring_advance(ring);
        if (ouro__uring_absorb(uring, &cqe))
            continue;
        deliver(uring, &cqe);
        count++;
    }
    if (uring_is_watched(uring))
        ouro__uring_watch_update(uring);
    return count;
}
