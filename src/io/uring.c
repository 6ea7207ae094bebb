/* The io_uring backend: open and close, submit and cancel, wake. See uring.h for the whole. */
#include "io/uring.h"

#include "base/alloc.h"
#include "base/bounds.h"
#include "base/time.h"
#include "io/sigpipe.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifdef OURO_TORTURE
#define RING_ENTRIES_DEFAULT 2
#else
#define RING_ENTRIES_DEFAULT 256
#endif

/* Forks between the first process and this one. A child must not touch a ring of its parent. */
static unsigned fork_count;

static atomic_ullong thread_id_last;

/* Unlike a pthread_t or a tid, never used twice. */
static _Thread_local uint64_t thread_id;

static uint64_t current_thread(void)
{
    if (thread_id == 0)
        thread_id = atomic_fetch_add_explicit(&thread_id_last, 1, memory_order_relaxed) + 1;
    return thread_id;
}

static void count_fork(void)
{
    fork_count++;
}

static void watch_forks(void)
{
    /* Without memory for the handler a forked child would not be told; it would crash at its first
     * use of the ring, which is as safe. */
    (void) pthread_atfork(NULL, NULL, count_fork);
}

bool ouro__uring_is_own_process(const struct uring *uring)
{
    return uring->process == fork_count;
}

bool ouro__uring_is_owner(const struct uring *uring)
{
    return uring->owner == current_thread() && ouro__uring_is_own_process(uring);
}

int ouro__uring_own(struct uring *uring)
{
    if (__builtin_expect(ouro__uring_is_owner(uring), 1))
        return 0;
    if (uring->owner != 0 || !ouro__uring_is_own_process(uring))
        return -EXDEV;

    int status = ouro__ring_enable(&uring->ring);

    if (status < 0)
        return status;
    uring->owner = current_thread();
    uring->owner_tid = (int) syscall(SYS_gettid);
    return 0;
}

void ouro__uring_finish(struct uring *uring, struct op *op, int result)
{
    op->state = OP_DONE;
    op->result = result;
    list_append(&uring->done, &op->link);
}

int ouro__uring_enter(struct uring *uring, unsigned wait_count, int64_t timeout_ns)
{
    struct sigpipe_held held;
    int status;

    if (__builtin_expect(uring->file_sends == 0, 1))
        return ouro__ring_enter(&uring->ring, wait_count, timeout_ns);
    ouro__sigpipe_hold(&held);
    status = ouro__ring_enter(&uring->ring, wait_count, timeout_ns);
    ouro__sigpipe_release(&held, true);
    return status;
}

static int64_t uring_now(struct backend *backend)
{
    (void) backend;
    return time_monotonic_ns();
}

static void uring_submit(struct backend *backend, struct op *op)
{
    struct uring *uring = uring_of(backend);

    ouro_check(op->state == OP_IDLE);
    backend->in_flight++;
    op->state = OP_QUEUED;
    op->cancel_requested = false;
    op->backend_flags = 0;
    op->result = 0;
    if (op->kind == OP_SEND && op->is_file)
        uring->file_sends++;
    if (op->kind == OP_RECV && op->is_file && op->known_empty)
        op->backend_flags = OP_POLL_FIRST;
    if (op->kind == OP_SEND && op->buffer.size > INT_MAX)
        ouro__uring_finish(uring, op, -EINVAL); /* `result` could not say how much was sent */
    else
        list_append(&uring->queue, &op->link);
}

static void uring_cancel(struct backend *backend, struct op *op)
{
    struct uring *uring = uring_of(backend);

    if (op->state == OP_IDLE || op->state == OP_DONE || op->cancel_requested)
        return;
    op->cancel_requested = true;
    if (op->state == OP_IN_FLIGHT) {
        list_append(&uring->queue, &op->link);
        return;
    }
    /* The kernel does not have it. A send in the middle keeps the count of what was sent. */
    list_remove(&op->link);
    ouro__uring_finish(uring, op, op->kind == OP_SEND && op->result > 0 ? op->result : -ECANCELED);
}

static void uring_close_fd(struct backend *backend, int fd)
{
    (void) backend;
    close(fd);
}

bool ouro__uring_has_work(struct uring *uring)
{
    if (!list_is_empty(&uring->queue) || !list_is_empty(&uring->starved) ||
        !list_is_empty(&uring->done) || waker_is_pending(&uring->waker))
        return true;
    if (!ouro__uring_is_own_process(uring))
        return true; /* so that a wait says what is wrong */
    return ring_has_completions(&uring->ring) || ring_unsubmitted(&uring->ring) != 0 ||
           ring_wants_enter(&uring->ring);
}

static bool uring_has_work(struct backend *backend)
{
    struct uring *uring = uring_of(backend);

    /* The kernel may signal the descriptor late, when what it was for has been done: only a wait
     * takes such a signal back. */
    return ouro__uring_has_work(uring) || uring_is_watched(uring);
}

static bool uring_has_results(struct backend *backend)
{
    struct uring *uring = uring_of(backend);

    return !list_is_empty(&uring->done) || ring_has_completions(&uring->ring);
}

static void uring_wake(struct backend *backend)
{
    struct uring *uring = uring_of(backend);

    ouro__waker_wake(&uring->waker);
    ouro__uring_watch_wake(uring);
}

/* Forgets ops that the kernel does not have. */
static void drop(struct uring *uring, ouro_link *list)
{
    ouro_link *link;

    while ((link = list_pop(list))) {
        struct op *op = container_of(link, struct op, link);

        if (op->state == OP_IN_FLIGHT)
            continue; /* its cancel was queued; the kernel is about to be told to end everything */
        op->state = OP_IDLE;
        uring->backend.in_flight--;
    }
}

/* Takes note of the completions that are there; nobody is called back any more. */
static void reap(struct uring *uring)
{
    struct ring *ring = &uring->ring;

    for (; ring_has_completions(ring); ring_advance(ring)) {
        const struct uring_cqe *cqe = ring_peek(ring);

        if (cqe->user_data < TAG_COUNT)
            continue;

        struct op *op = (struct op *) (uintptr_t) cqe->user_data;

        if (op->kind == OP_ACCEPT && cqe->result >= 0)
            close(cqe->result);
        if (cqe->flags & URING_CQE_MORE)
            continue;
        op->state = OP_IDLE;
        uring->backend.in_flight--;
    }
}

/* Ends everything that the kernel has, and waits: it writes into the ops' memory until then. */
static void drain(struct uring *uring)
{
    struct ring *ring = &uring->ring;

    for (int turn = 0; turn < CLOSE_DRAIN_TURNS; turn++) {
        reap(uring);
        if (uring->backend.in_flight == 0)
            return;

        struct uring_sqe *sqe = ring_next_sqe(ring);

        if (sqe) {
            *sqe = (struct uring_sqe) {
                .opcode = URING_OP_ASYNC_CANCEL,
                .flags = URING_SQE_CQE_SKIP_SUCCESS,
                .fd = -1,
                .op_flags = URING_CANCEL_ALL | URING_CANCEL_ANY,
                .user_data = TAG_CANCEL,
            };
        }
        if (ouro__uring_enter(uring, 1, CLOSE_DRAIN_NS) < 0)
            ouro__ring_collect(ring);
    }
}

bool ouro__uring_owner_runs(const struct uring *uring)
{
    return syscall(SYS_tgkill, getpid(), uring->owner_tid, 0) == 0;
}

/* A thread that has been joined may take another moment to end. */
static bool owner_has_ended(const struct uring *uring)
{
    const struct timespec moment = { .tv_nsec = CLOSE_DRAIN_NS / 100 };

    for (int turn = 0; turn < CLOSE_DRAIN_TURNS * 100; turn++) {
        if (!ouro__uring_owner_runs(uring))
            return true;
        nanosleep(&moment, NULL);
    }
    return false;
}

static void uring_close(struct backend *backend)
{
    struct uring *uring = uring_of(backend);
    bool is_owner = ouro__uring_is_owner(uring);

    drop(uring, &uring->queue);
    drop(uring, &uring->starved);
    drop(uring, &uring->done);
    if (!ouro__uring_is_own_process(uring)) {
        ouro__ring_abandon(&uring->ring);
        ouro__uring_buffers_abandon(&uring->buffers);
    } else {
        if (is_owner)
            drain(uring);
        else
            ouro_assert(backend->in_flight == 0 || owner_has_ended(uring));
        ouro__ring_close(&uring->ring, is_owner);
        ouro__uring_buffers_free(&uring->buffers);
    }
    ouro__waker_close(&uring->waker);
    ouro__uring_watch_close(uring);
    ouro__alloc_free(uring);
}

static const struct backend_ops uring_ops = {
    .name = "uring",
    .close = uring_close,
    .now = uring_now,
    .submit = uring_submit,
    .cancel = uring_cancel,
    .close_fd = uring_close_fd,
    .wait = ouro__uring_wait,
    .dispatch = ouro__uring_dispatch,
    .has_work = uring_has_work,
    .has_results = uring_has_results,
    .wake = uring_wake,
    .descriptor = ouro__uring_descriptor,
};

int ouro__uring_open(struct backend **ret_backend, const struct backend_limits *limits,
                     const char **ret_reason)
{
    static pthread_once_t forks_watched = PTHREAD_ONCE_INIT;
    struct uring *uring = ouro__alloc_zero(sizeof(*uring));
    unsigned entries = limits && limits->ring_entries ? limits->ring_entries : RING_ENTRIES_DEFAULT;

    if (!uring) {
        *ret_reason = "io_uring: out of memory";
        return -ENOMEM;
    }
    pthread_once(&forks_watched, watch_forks);

    int status = ouro__uring_smoke_test(ret_reason);

    if (status < 0)
        goto fail_alloc;
    status = ouro__ring_open(&uring->ring, entries, RING_FLAGS_OPTIONAL, ret_reason);
    if (status < 0)
        goto fail_alloc;
    status = ouro__waker_open(&uring->waker);
    if (status < 0) {
        *ret_reason = "io_uring: no eventfd";
        goto fail_ring;
    }
    uring->backend.ops = &uring_ops;
    uring->backend.file_calls = ouro__uring_file_calls(&uring->ring);
    uring->process = fork_count;
    atomic_init(&uring->watch_fd, -1);
    list_init(&uring->queue);
    list_init(&uring->starved);
    list_init(&uring->done);
    ouro__uring_buffers_init(&uring->buffers, limits ? limits->buffer_size : 0,
                             limits ? limits->buffer_count : 0);
    *ret_reason = "io_uring is allowed here and passed its test";
    *ret_backend = &uring->backend;
    return 0;

fail_ring:
    ouro__ring_close(&uring->ring, false);
fail_alloc:
    ouro__alloc_free(uring);
    return status;
}
