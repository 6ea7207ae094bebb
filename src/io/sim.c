/* The simulated backend: a virtual clock and no kernel behind it.
 *
 * Time stands still while anything runs and jumps to the next timer when nothing does: a program
 * that sleeps for an hour is done at once and sees exactly one hour pass. Every op completes with
 * -EOPNOTSUPP.
 *
 * What other threads do takes no virtual time: while a wake of theirs is expected (sim.h) the clock
 * stands still and a wait blocks. So a program's order of events does not depend on how fast they
 * are. A wait without a limit that expects none is a deadlock, -EDEADLK.
 */
#include "io/sim.h"

#include "base/alloc.h"
#include "base/time.h"
#include "io/waker.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

/* The clock starts away from zero, so that a time nobody set is not mistaken for now. */
#define SIM_START_NS (1000 * NS_PER_SECOND)

struct sim_backend {
    struct backend base;
    int64_t now;
    int expected_wakes;
    ouro_link done;
    ouro_link batch; /* of the dispatch that runs */
    struct waker waker;
};

static struct sim_backend *sim_of(struct backend *base)
{
    return container_of(base, struct sim_backend, base);
}

static int64_t sim_now(struct backend *base)
{
    return sim_of(base)->now;
}

static void sim_submit(struct backend *base, struct op *op)
{
    ouro_check(op->state == OP_IDLE && !link_is_queued(&op->link));
    base->in_flight++;
    op->state = OP_DONE;
    op->result = -EOPNOTSUPP;
    list_append(&sim_of(base)->done, &op->link);
}

static void sim_cancel(struct backend *base, struct op *op)
{
    (void) base; /* every op has its result already */
    (void) op;
}

static void sim_close_fd(struct backend *base, int fd)
{
    (void) base;
    (void) close(fd);
}

/* Blocks until a wake or a signal. */
static int wait_for_wake(struct sim_backend *sim)
{
    struct pollfd descriptor = { .fd = sim->waker.fd, .events = POLLIN };

    while (!waker_take(&sim->waker)) {
        if (poll(&descriptor, 1, -1) < 0)
            return -errno;
        ouro__waker_drain(&sim->waker);
    }
    return 0;
}

static int sim_wait(struct backend *base, int64_t timeout_ns)
{
    struct sim_backend *sim = sim_of(base);

    if (waker_take(&sim->waker) || !list_is_empty(&sim->done) || timeout_ns <= 0)
        return 0;
    if (sim->expected_wakes > 0)
        return wait_for_wake(sim);
    if (timeout_ns == WAIT_FOREVER)
        return -EDEADLK;
    sim->now = time_add(sim->now, timeout_ns);
    return 0;
}

static int sim_dispatch(struct backend *base)
{
    struct sim_backend *sim = sim_of(base);
    int completions = 0;
    ouro_link *link;

    list_move_all(&sim->batch, &sim->done);
    while ((link = list_pop(&sim->batch))) {
        struct op *op = container_of(link, struct op, link);

        op->state = OP_IDLE;
        op->more = false;
        base->in_flight--;
        completions++;
        op->complete(op);
    }
    return completions;
}

static bool sim_has_work(struct backend *base)
{
    return base->in_flight != 0 || waker_is_pending(&sim_of(base)->waker);
}

static bool sim_has_results(struct backend *base)
{
    return !list_is_empty(&sim_of(base)->done);
}

static void sim_wake(struct backend *base)
{
    ouro__waker_wake(&sim_of(base)->waker);
}

static int sim_descriptor(struct backend *base)
{
    (void) base;
    return -ENOTSUP;
}

static void sim_close(struct backend *base)
{
    struct sim_backend *sim = sim_of(base);
    ouro_link *link;

    list_move_all(&sim->batch, &sim->done);
    while ((link = list_pop(&sim->batch)))
        container_of(link, struct op, link)->state = OP_IDLE;
    ouro__waker_close(&sim->waker);
    ouro__alloc_free(sim);
}

static const struct backend_ops sim_ops = {
    .name = "sim",
    .is_virtual = true,
    .close = sim_close,
    .now = sim_now,
    .submit = sim_submit,
    .cancel = sim_cancel,
    .close_fd = sim_close_fd,
    .wait = sim_wait,
    .dispatch = sim_dispatch,
    .has_work = sim_has_work,
    .has_results = sim_has_results,
    .wake = sim_wake,
    .descriptor = sim_descriptor,
};

void ouro__sim_expect_wakes(struct backend *backend, int change)
{
    if (backend->ops != &sim_ops)
        return;

    struct sim_backend *sim = sim_of(backend);

    sim->expected_wakes += change;
    ouro_assert(sim->expected_wakes >= 0);
}

int ouro__sim_open(struct backend **ret_backend, const struct backend_limits *limits,
                   const char **ret_reason)
{
    struct sim_backend *sim = ouro__alloc_zero(sizeof(*sim));
    int status;

    (void) limits; /* there is no ring and no buffer to shrink */
    if (!sim) {
        *ret_reason = "sim: out of memory";
        return -ENOMEM;
    }
    status = ouro__waker_open(&sim->waker);
    if (status < 0) {
        *ret_reason = "eventfd: no wake-up descriptor";
        ouro__alloc_free(sim);
        return status;
    }
    sim->base.ops = &sim_ops;
    sim->now = SIM_START_NS;
    list_init(&sim->done);
    list_init(&sim->batch);
    *ret_backend = &sim->base;
    *ret_reason = "sim: virtual time, no I/O";
    return 0;
}
