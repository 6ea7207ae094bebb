/* The inside of the io_uring backend, shared by its files.
 *
 *     submit, cancel --> queue --(flush)--> submission ring --> kernel
 *                                                                  |
 *     complete  <--------(dispatch)-------- completion ring <------/
 *         ^
 *         \-- done: ops that were cancelled before the kernel saw them
 *
 *     uring.c           open and close, submit and cancel, wake
 *     uring_wait.c      the one place that enters the kernel
 *     uring_complete.c  what a completion means for its op
 *     uring_buffers.c   the receive buffers that are lent
 *     uring_file.c      calls on files
 *     uring_watch.c     the descriptor for a host that waits itself
 *     uring_smoke.c     does the kernel do what it promises?
 *     ring.c            the rings themselves;  uring_abi.h: the kernel's numbers and layouts
 *
 * Submitting only links an op into `queue`; submissions are filled in when the backend waits. So a
 * full ring is an affair of one loop in uring_wait.c, a cancel can take an op back that the kernel
 * has not seen, and a loop may be filled in one thread and run in another.
 */
#ifndef OURO_IO_URING_H
#define OURO_IO_URING_H

#include "io/backend.h"
#include "io/ring.h"
#include "io/uring_buffers.h"
#include "io/waker.h"

/* The user data of a submission is its op; or one of these, which are no addresses. */
enum uring_tag {
    TAG_WAKE = 1,   /* the poll on the waker */
    TAG_CANCEL = 2, /* a cancel: what counts is the end of the op that it was for */
    TAG_COUNT,
};

struct uring {
    struct backend backend;
    struct ring ring;
    ouro_link queue;   /* for the kernel: ops it has not seen, and ops to cancel that it has */
    ouro_link starved; /* receives that found no buffer: they go first, or they might never */
    ouro_link done;    /* ops that ended without the kernel */
    struct waker waker;
    bool waker_armed;
    struct uring_buffers buffers;
    uint64_t owner;      /* id of the thread that waits; 0 before the first wait */
    int owner_tid;       /* the same, as the kernel counts */
    atomic_int watch_fd; /* for a host that waits itself; -1: nobody has asked for it */
    unsigned process;    /* which process opened it, counted in forks */
    size_t file_sends;   /* SENDs to files that are not final: an enter may raise SIGPIPE */
};

/* Bits of an op's `backend_flags` */
enum uring_op_flag {
    OP_POLL_FIRST = 1, /* the kernel gave up on it: not again before the socket is ready. A file is
                          polled by a submission of its own, and the flag says that this is it */
};

static inline struct uring *uring_of(struct backend *backend)
{
    return container_of(backend, struct uring, backend);
}

/* Enters the kernel as ouro__ring_enter does, with no SIGPIPE for what it writes. */
int ouro__uring_enter(struct uring *uring, unsigned wait_count, int64_t timeout_ns);

/* Ends an op without the kernel; it is delivered by the next dispatch. */
void ouro__uring_finish(struct uring *uring, struct op *op, int result);

/* True if the caller is in the process that opened the ring. */
bool ouro__uring_is_own_process(const struct uring *uring);

/* True if the caller is in the thread that waits on the ring. */
bool ouro__uring_is_owner(const struct uring *uring);

/* True if that thread has not ended. Where it has, its operations have ended with it. */
bool ouro__uring_owner_runs(const struct uring *uring);

/* Gives the ring to the calling thread at its first call. Returns 0, or -EXDEV if the ring belongs
 * to another thread or process, or -errno. */
int ouro__uring_own(struct uring *uring);

/* True if there is something to hand over, to fetch or to deliver. */
bool ouro__uring_has_work(struct uring *uring);

/* These are of the interface. */
int ouro__uring_descriptor(struct backend *backend);
int ouro__uring_wait(struct backend *backend, int64_t timeout_ns);
int ouro__uring_dispatch(struct backend *backend);

/* Makes the descriptor readable after a wake. Threads: any; async-signal-safe. */
void ouro__uring_watch_wake(struct uring *uring);

/* Makes the descriptor readable if there is work, else not. For the end of wait and dispatch. */
void ouro__uring_watch_update(struct uring *uring);

void ouro__uring_watch_close(struct uring *uring);

static inline bool uring_is_watched(struct uring *uring)
{
    return atomic_load_explicit(&uring->watch_fd, memory_order_relaxed) >= 0;
}

/* Takes care of a completion about which nobody has to be told, such as a short send that goes on.
 * Returns false, and does nothing, if an op's `complete` is to be called. */
bool ouro__uring_absorb(struct uring *uring, const struct uring_cqe *cqe);

/* uring_file.c: which calls on files this kernel's rings can make, as `file_calls` has them; and a
 * submission for one. */
uint32_t ouro__uring_file_calls(const struct ring *ring);
void ouro__uring_prepare_file(struct uring_sqe *sqe, const struct op *op);

/* Sends and receives through a ring of its own, once per process. Returns 0; or -errno, and why in
 * `ret_reason` (static). */
int ouro__uring_smoke_test(const char **ret_reason);

#endif
