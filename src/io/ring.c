/* Setup, mapping and the three system calls of io_uring. */
#include "io/ring.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define REQUIRED_FLAGS                                                                             \
    (URING_SETUP_R_DISABLED | URING_SETUP_SINGLE_ISSUER | URING_SETUP_DEFER_TASKRUN)

#define REQUIRED_FEATURES                                                                          \
    (URING_FEAT_SINGLE_MMAP | URING_FEAT_NODROP | URING_FEAT_FAST_POLL | URING_FEAT_POLL_32BITS |  \
     URING_FEAT_EXT_ARG | URING_FEAT_CQE_SKIP)

#define SUBMISSIONS_MAX 32768 /* the kernel's limit; it cuts the completions by itself */
#define COMPLETIONS_PER_SUBMISSION 16

/* Threads that the kernel may start for operations it cannot do without blocking. Sockets need
 * them in rare cases only; the default would be as many as the user may have processes. */
#define WORKERS_BOUNDED_MAX 16
#define WORKERS_UNBOUNDED_MAX 64

static int syscall_setup(unsigned entries, struct uring_params *params)
{
    long ret = syscall(URING_SYSCALL_SETUP, entries, params);

    return ret < 0 ? -errno : (int) ret;
}

int ouro__ring_register(struct ring *ring, unsigned what, void *arg, unsigned count)
{
    long ret = syscall(URING_SYSCALL_REGISTER, ring->fd, what, arg, count);

    return ret < 0 ? -errno : (int) ret;
}

static int syscall_enter(struct ring *ring, unsigned submit_count, unsigned wait_count,
                         unsigned flags, const void *arg, size_t size)
{
    long ret = syscall(URING_SYSCALL_ENTER, ring->enter_fd, submit_count, wait_count,
                       flags | ring->enter_flags, arg, size);

    return ret < 0 ? -errno : (int) ret;
}

static const char *setup_reason(int status)
{
    switch (-status) {
    case ENOSYS:
        return "io_uring_setup: ENOSYS, not in this kernel or hidden by a sandbox";
    case EPERM:
        return "io_uring_setup: EPERM, forbidden by seccomp or kernel.io_uring_disabled";
    case EACCES:
        return "io_uring_setup: EACCES, forbidden by a security module";
    case EINVAL:
        return "io_uring_setup: EINVAL, a kernel before 6.1 (no DEFER_TASKRUN)";
    case ENOMEM:
        return "io_uring_setup: ENOMEM, no memory for the rings (RLIMIT_MEMLOCK, cgroup)";
    case EMFILE:
        return "io_uring_setup: EMFILE, too many open descriptors in this process";
    case ENFILE:
        return "io_uring_setup: ENFILE, too many open descriptors in the system";
    default:
        return "io_uring_setup failed";
    }
}

/* Asks for the ring with everything, then with less and less: a kernel refuses flags that it does
 * not know, and does not say which. What is newest goes first. */
static int setup(struct uring_params *ret_params, unsigned entries, uint32_t optional)
{
    static const uint32_t dispensable[] = {
        0,
        URING_SETUP_NO_SQARRAY,
        URING_SETUP_SUBMIT_ALL | URING_SETUP_CQSIZE | URING_SETUP_CLAMP,
        URING_SETUP_TASKRUN_FLAG,
    };
    uint32_t flags = REQUIRED_FLAGS | optional;
    int fd = -EINVAL;

    if (entries > SUBMISSIONS_MAX)
        entries = SUBMISSIONS_MAX;

    for (size_t i = 0; i < sizeof(dispensable) / sizeof(dispensable[0]); i++) {
        if (i > 0 && !(flags & dispensable[i]))
            continue;
        flags &= ~dispensable[i];
        *ret_params = (struct uring_params) { .flags = flags };
        if (flags & URING_SETUP_CQSIZE)
            ret_params->cq_entries = entries * COMPLETIONS_PER_SUBMISSION;
        fd = syscall_setup(entries, ret_params);
        if (fd != -EINVAL)
            break;
    }
    return fd;
}

static void *map(int fd, size_t size, uint64_t offset)
{
    void *mapping = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd,
                         (off_t) offset);

    if (mapping == MAP_FAILED)
        return NULL;
    /* A forked child that wrote into the rings would submit in its parent's name. */
    if (madvise(mapping, size, MADV_DONTFORK) < 0) {
        munmap(mapping, size);
        return NULL;
    }
    return mapping;
}

static void unmap(struct ring *ring)
{
    if (ring->sqes)
        munmap(ring->sqes, ring->sqes_size);
    if (ring->mapping)
        munmap(ring->mapping, ring->mapping_size);
    ring->sqes = NULL;
    ring->mapping = NULL;
}

/* Points the fields of `ring` into the mapping. */
static void locate(struct ring *ring, const struct uring_params *params)
{
    char *base = ring->mapping;
    const struct uring_sq_offsets *sq = &params->sq_offsets;
    const struct uring_cq_offsets *cq = &params->cq_offsets;

    ring->sq_entries = params->sq_entries;
    ring->sq_mask = params->sq_entries - 1;
    ring->sq_shared_head = (void *) (base + sq->head);
    ring->sq_shared_tail = (void *) (base + sq->tail);
    ring->sq_shared_flags = (void *) (base + sq->flags);
    ring->cq_entries = params->cq_entries;
    ring->cq_mask = params->cq_entries - 1;
    ring->cqes = (void *) (base + cq->cqes);
    ring->cq_shared_head = (void *) (base + cq->head);
    ring->cq_shared_tail = (void *) (base + cq->tail);

    /* Older kernels look submissions up in an array of indexes: make it say "in order" for good. */
    if (!(params->flags & URING_SETUP_NO_SQARRAY)) {
        uint32_t *array = (void *) (base + sq->array);

        for (uint32_t i = 0; i < params->sq_entries; i++)
            array[i] = i;
    }
}

static int map_all(struct ring *ring, const struct uring_params *params)
{
    size_t sq_end = params->sq_offsets.array + params->sq_entries * sizeof(uint32_t);
    size_t cq_end = params->cq_offsets.cqes + params->cq_entries * sizeof(struct uring_cqe);

    if (params->flags & URING_SETUP_NO_SQARRAY)
        sq_end = 0;
    ring->mapping_size = sq_end > cq_end ? sq_end : cq_end;
    ring->mapping = map(ring->fd, ring->mapping_size, URING_OFFSET_RINGS);
    ring->sqes_size = params->sq_entries * sizeof(struct uring_sqe);
    ring->sqes = map(ring->fd, ring->sqes_size, URING_OFFSET_SQES);
    if (!ring->mapping || !ring->sqes) {
        unmap(ring);
        return -ENOMEM;
    }
    locate(ring, params);
    return 0;
}

/* Takes note of the operations that the kernel knows. True if they are all that this library cannot
 * do without. */
static bool has_operations(struct ring *ring)
{
    static const uint8_t needed[] = {
        URING_OP_POLL_ADD, URING_OP_ACCEPT, URING_OP_ASYNC_CANCEL, URING_OP_CONNECT,
        URING_OP_READ,     URING_OP_WRITE,  URING_OP_SEND,         URING_OP_RECV,
    };
    struct uring_probe probe = { .last_op = 0 };
    int status = ouro__ring_register(ring, URING_REGISTER_PROBE, &probe,
                                     sizeof(probe.ops) / sizeof(probe.ops[0]));

    if (status < 0)
        return false;
    for (size_t i = 0; i <= probe.last_op && i < sizeof(probe.ops) / sizeof(probe.ops[0]); i++) {
        if (probe.ops[i].flags & URING_PROBE_SUPPORTED)
            ring->operations |= UINT64_C(1) << i;
    }
    for (size_t i = 0; i < sizeof(needed); i++) {
        if (!(ring->operations >> needed[i] & 1))
            return false;
    }
    return true;
}

int ouro__ring_open(struct ring *ring, unsigned entries, uint32_t optional, const char **ret_reason)
{
    struct uring_params params;
    int status = setup(&params, entries, optional);

    *ring = (struct ring) { .fd = -1 };
    if (status < 0) {
        *ret_reason = setup_reason(status);
        return status;
    }
    ring->fd = status;
    ring->enter_fd = status;
    ring->setup_flags = params.flags;
    if (params.features & URING_FEAT_NO_IOWAIT)
        ring->enter_flags |= URING_ENTER_NO_IOWAIT; /* or an idle server looks busy */

    if ((params.features & REQUIRED_FEATURES) != REQUIRED_FEATURES) {
        *ret_reason = "io_uring: the kernel lacks a feature (NODROP, FAST_POLL, EXT_ARG, CQE_SKIP)";
        status = -ENOTSUP;
    } else if (!has_operations(ring)) {
        *ret_reason = "io_uring: the kernel lacks an operation, or refuses to list them";
        status = -ENOTSUP;
    } else {
        *ret_reason = "io_uring: the rings cannot be mapped";
        status = map_all(ring, &params);
    }
    if (status < 0) {
        close(ring->fd);
        ring->fd = -1;
    }
    return status < 0 ? status : 0;
}

int ouro__ring_enable(struct ring *ring)
{
    int status = ouro__ring_register(ring, URING_REGISTER_ENABLE_RINGS, NULL, 0);

    if (status < 0)
        return status;

    uint32_t workers[2] = { WORKERS_BOUNDED_MAX, WORKERS_UNBOUNDED_MAX };

    /* These two only make things better: a ring works without. A registered descriptor is found
     * without taking a reference, which counts in a process with threads. */
    ouro__ring_register(ring, URING_REGISTER_IOWQ_MAX_WORKERS, workers, 2);

    struct uring_rsrc_update update = { .offset = UINT32_MAX, .data = (uint64_t) ring->fd };

    if (ouro__ring_register(ring, URING_REGISTER_RING_FDS, &update, 1) == 1) {
        ring->enter_fd = (int) update.offset;
        ring->enter_flags |= URING_ENTER_REGISTERED_RING;
    }
    return 0;
}

void ouro__ring_close(struct ring *ring, bool is_owner)
{
    ouro_assert(ring->fd >= 0);
    if (is_owner && ring->enter_flags & URING_ENTER_REGISTERED_RING) {
        struct uring_rsrc_update update = { .offset = (uint32_t) ring->enter_fd };

        ouro__ring_register(ring, URING_UNREGISTER_RING_FDS, &update, 1);
    }
    unmap(ring);
    close(ring->fd);
    ring->fd = -1;
}

void ouro__ring_abandon(struct ring *ring)
{
    ouro_assert(ring->fd >= 0);
    close(ring->fd);
    ring->fd = -1;
}

/* A completion was lost for good: whoever waits for it would wait forever, and the memory of its
 * op can never be given back. There is no way on from here. */
static int check_lost(int status)
{
    if (status == -EBADR)
        ouro__assert_failed("io_uring_enter: EBADR, the kernel had no memory to keep a completion",
                            __FILE__, __LINE__);
    return status;
}

int ouro__ring_enter(struct ring *ring, unsigned wait_count, int64_t timeout_ns)
{
    ouro_check(timeout_ns >= 0);
    atomic_store_explicit(ring->sq_shared_tail, ring->sq_tail, memory_order_release);

    int status;

    if (wait_count == 0 || timeout_ns == RING_WAIT_FOREVER) {
        status = syscall_enter(ring, ring_unsubmitted(ring), wait_count, URING_ENTER_GETEVENTS,
                               NULL, _NSIG / 8);
    } else {
        struct uring_timespec time = {
            .seconds = timeout_ns / 1000000000,
            .nanoseconds = timeout_ns % 1000000000,
        };
        struct uring_getevents_arg arg = {
            .signal_mask_size = _NSIG / 8,
            .timespec = (uint64_t) (uintptr_t) &time,
        };

        status = syscall_enter(ring, ring_unsubmitted(ring), wait_count,
                               URING_ENTER_GETEVENTS | URING_ENTER_EXT_ARG, &arg, sizeof(arg));
    }
    ring->sq_consumed = atomic_load_explicit(ring->sq_shared_head, memory_order_acquire);
    return check_lost(status);
}

int ouro__ring_collect(struct ring *ring)
{
    return check_lost(syscall_enter(ring, 0, 0, URING_ENTER_GETEVENTS, NULL, _NSIG / 8));
}
