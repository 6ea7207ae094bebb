/* What the tests of the io_uring backend share. */
#ifndef TESTS_IO_URING_PROBE_H
#define TESTS_IO_URING_PROBE_H

#include "io_probe.h"

#include "io/uring.h"

static inline struct backend *open_uring(const struct backend_limits *limits)
{
    struct backend *backend = NULL;
    const char *reason = NULL;

    if (ouro__uring_open(&backend, limits, &reason) < 0)
        SKIP("%s", reason);
    CHECK(reason);
    return backend;
}

/* Hands over what is queued and takes what is there, until nothing moves. */
static inline void run_dry(struct backend *backend)
{
    do
        turn(backend, 0);
    while (backend->ops->has_work(backend));
}

/* Pretends that the kernel has the op. */
static inline void take_over(struct op *op)
{
    list_remove(&op->link);
    op->state = OP_IN_FLIGHT;
}

static inline struct uring_cqe completion_of(struct op *op, int result)
{
    return (struct uring_cqe) { .user_data = (uint64_t) (uintptr_t) op, .result = result };
}

static inline void close_pair(const int *pair)
{
    close(pair[0]);
    close(pair[1]);
}

#endif
