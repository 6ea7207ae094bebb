/* The two rings shared with the kernel, and the system calls on them; knows nothing of ops.
 *
 *     next_sqe, next_sqe, ...   fill submissions in (no system call)
 *     enter                     hands them over, and waits
 *     peek, advance, ...        read completions (no system call)
 *
 * The ring is made for one issuer with deferred task work: the kernel produces completions only
 * while that thread is inside `enter`, which is what keeps the rest free of races. A ring is born
 * disabled, and belongs to the thread that enables it.
 *
 * Follows io_uring(7).
 */
#ifndef OURO_IO_RING_H
#define OURO_IO_RING_H

#include "base/assert.h"
#include "io/uring_abi.h"

#include <stdatomic.h>
#include <stdbool.h>

/* No limit for the wait of `ouro__ring_enter`. */
#define RING_WAIT_FOREVER INT64_MAX

struct ring {
    int fd;
    int enter_fd; /* `fd`, or its index among the thread's registered rings */
    uint32_t enter_flags;
    uint32_t setup_flags;
    uint64_t operations; /* a bit for each opcode that the kernel knows */

    uint32_t sq_tail;     /* submissions filled in so far */
    uint32_t sq_consumed; /* submissions that the kernel has taken */
    uint32_t sq_entries;
    uint32_t sq_mask;
    struct uring_sqe *sqes;
    atomic_uint *sq_shared_head;
    atomic_uint *sq_shared_tail;
    atomic_uint *sq_shared_flags;

    uint32_t cq_head; /* completions read so far */
    uint32_t cq_entries;
    uint32_t cq_mask;
    const struct uring_cqe *cqes;
    atomic_uint *cq_shared_head;
    atomic_uint *cq_shared_tail;

    void *mapping; /* both rings */
    size_t mapping_size;
    size_t sqes_size;
};

/* Flags that a ring can do without, should a kernel refuse them. */
#define RING_FLAGS_OPTIONAL                                                                        \
    (URING_SETUP_NO_SQARRAY | URING_SETUP_SUBMIT_ALL | URING_SETUP_CQSIZE | URING_SETUP_CLAMP |    \
     URING_SETUP_TASKRUN_FLAG)

/* Makes a disabled ring of `entries` submissions and 16 times as many completions. `optional` are
 * the flags of RING_FLAGS_OPTIONAL to ask for.
 * Returns 0; or -errno, and why in `ret_reason` (static). */
int ouro__ring_open(struct ring *ring, unsigned entries, uint32_t optional,
                    const char **ret_reason);

/* Gives the ring to the calling thread. Returns 0 or -errno. */
int ouro__ring_enable(struct ring *ring);

/* Unmaps and closes. `is_owner`: the caller is the thread that enabled the ring. */
void ouro__ring_close(struct ring *ring, bool is_owner);

/* Forgets the ring in a forked child: its memory is not mapped there, only the descriptor is. */
void ouro__ring_abandon(struct ring *ring);

/* Hands over what was filled in and waits until `wait_count` completions are there or `timeout_ns`
 * is over; runs the kernel's deferred work in any case.
 * Returns how many submissions the kernel took; or -errno, -ETIME for the end of the time. With
 * several reasons to return, the count comes first. */
int ouro__ring_enter(struct ring *ring, unsigned wait_count, int64_t timeout_ns);

/* The same without handing anything over: lets the kernel bring in completions that it keeps. */
int ouro__ring_collect(struct ring *ring);

/* The system call io_uring_register on this ring. Returns >= 0 or -errno. */
int ouro__ring_register(struct ring *ring, unsigned what, void *arg, unsigned count);

static inline uint32_t ring_unsubmitted(const struct ring *ring)
{
    return ring->sq_tail - ring->sq_consumed;
}

/* Returns a place for the next submission, which the caller fills in whole, or NULL if the ring is
 * full and has to be entered first. */
static inline struct uring_sqe *ring_next_sqe(struct ring *ring)
{
    if (ring_unsubmitted(ring) == ring->sq_entries)
        return NULL;
    return &ring->sqes[ring->sq_tail++ & ring->sq_mask];
}

/* The position after the last completion that the kernel has written. */
static inline uint32_t ring_cq_tail(const struct ring *ring)
{
    return atomic_load_explicit(ring->cq_shared_tail, memory_order_acquire);
}

static inline bool ring_has_completions(const struct ring *ring)
{
    return ring_cq_tail(ring) != ring->cq_head;
}

/* The completion at the head, which must exist. The kernel may overwrite it after the advance. */
static inline const struct uring_cqe *ring_peek(const struct ring *ring)
{
    ouro_check(ring_has_completions(ring));
    return &ring->cqes[ring->cq_head & ring->cq_mask];
}

static inline void ring_advance(struct ring *ring)
{
    atomic_store_explicit(ring->cq_shared_head, ++ring->cq_head, memory_order_release);
}

/* True if the kernel has completions that only an enter brings in. Always true where the kernel
 * has no flag for that. */
static inline bool ring_wants_enter(const struct ring *ring)
{
    if (!(ring->setup_flags & URING_SETUP_TASKRUN_FLAG))
        return true;
    return atomic_load_explicit(ring->sq_shared_flags, memory_order_relaxed) &
           (URING_SQ_TASKRUN | URING_SQ_CQ_OVERFLOW);
}

#endif
