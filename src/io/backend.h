/* What the loop asks of the kernel, as one interface; uring.c, epoll.c and sim.c implement it.
 *
 * One tick of a loop is: submit any number of ops, `wait` (the only call that may block, and the
 * only one that runs no callbacks), `dispatch` (callbacks of what came in).
 *
 * Rules that every backend keeps:
 *  - submit never fails and never calls back: an error is a completion, in the next dispatch.
 *  - completions are delivered in the order in which the kernel reported them.
 *  - a full ring or table delays a submission and never drops one, a cancel least of all.
 *  - a cancelled op completes exactly once more, with `more` false.
 *  - only `wake` may be called from another thread or a signal handler.
 */
#ifndef OURO_IO_BACKEND_H
#define OURO_IO_BACKEND_H

#include "io/op.h"

#define WAIT_FOREVER INT64_MAX

struct backend;

struct backend_ops {
    const char *name; /* "uring", "epoll", "sim" */

    /* `wait` does not take real time: it may end exactly when a timer is due. */
    bool is_virtual;

    /* Ops are system calls of their own, and not handed over by `wait` together: one that need not
     * wait may be made without an op. */
    bool calls_at_once;

    /* Frees everything. Ops still in flight are cancelled and waited for (their memory may be
     * touched until then); their complete is not called. */
    void (*close)(struct backend *backend);

    /* Monotonic time in nanoseconds; the simulated clock in sim. */
    int64_t (*now)(struct backend *backend);

    /* Hands an op over. */
    void (*submit)(struct backend *backend, struct op *op);

    /* Asks that an op end. Nothing happens to an idle op. */
    void (*cancel)(struct backend *backend, struct op *op);

    /* Gives a descriptor up and closes it. No op on it may be in flight. */
    void (*close_fd)(struct backend *backend, int fd);

    /* Hands everything submitted to the kernel and waits until at least one completion is there,
     * the backend was woken, or `timeout_ns` is over; 0 does not block, WAIT_FOREVER has no limit.
     * Returns 0, or -EINTR when a signal came first, or another -errno that is fatal. */
    int (*wait)(struct backend *backend, int64_t timeout_ns);

    /* Calls complete for everything that `wait` found. Returns the number of completions. */
    int (*dispatch)(struct backend *backend);

    /* True if a wait of 0 could find or submit something: lets a busy loop skip the system call.
     * Costs a few loads, no system call. */
    bool (*has_work)(struct backend *backend);

    /* True if `dispatch` has something to deliver, which the descriptor may not tell of. */
    bool (*has_results)(struct backend *backend);

    /* Makes the current or next wait return. Threads: any; async-signal-safe. */
    void (*wake)(struct backend *backend);

    /* A descriptor that polls readable when `wait` would not block, or -ENOTSUP. */
    int (*descriptor)(struct backend *backend);
};

/* The first member of every backend. */
struct backend {
    const struct backend_ops *ops;
    size_t in_flight;    /* ops submitted and not final; kept by the backend */
    uint32_t file_calls; /* a bit for each enum file_call_kind that submit takes */
};

/* Constants that the torture build shrinks. Zero means the default. */
struct backend_limits {
    unsigned ring_entries; /* submissions; the completion ring is 16 times as large */
    unsigned buffer_size;  /* bytes of a lent receive buffer */
    unsigned buffer_count; /* lent receive buffers to begin with */
};

/* Each opens one kind. Returns 0 and `*ret_backend`; or -errno, with the reason in words in
 * `ret_reason` (static), such as "io_uring_setup: EPERM, forbidden by seccomp or
 * kernel.io_uring_disabled". Nothing is held after a failure. */
int ouro__uring_open(struct backend **ret_backend, const struct backend_limits *limits,
                     const char **ret_reason);
int ouro__epoll_open(struct backend **ret_backend, const struct backend_limits *limits,
                     const char **ret_reason);
int ouro__sim_open(struct backend **ret_backend, const struct backend_limits *limits,
                   const char **ret_reason);

/* Opens the backend with this name; NULL or "auto": uring where the kernel allows it, else epoll.
 * `ret_reason` always says why this one was chosen, or what failed. */
int ouro__backend_open(struct backend **ret_backend, const char *name,
                       const struct backend_limits *limits, const char **ret_reason);

#endif
