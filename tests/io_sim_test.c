/* The simulated backend: a clock that jumps, deadlocks that are found, wakes, and no I/O. */
#define _GNU_SOURCE 1

#include "io_probe.h"

#include "base/time.h"
#include "io/sim.h"

#include <pthread.h>
#include <sys/time.h>

static struct backend *open_sim(void)
{
    struct backend *backend = NULL;
    const char *reason = NULL;

    CHECK_INT(ouro__sim_open(&backend, NULL, &reason), 0);
    CHECK_STR(backend->ops->name, "sim");
    CHECK_STR(reason, "sim: virtual time, no I/O");
    return backend;
}

TEST(sim_clock_begins_at_a_thousand_seconds)
{
    struct backend *backend = open_sim();

    CHECK_INT(backend->ops->now(backend), 1000 * NS_PER_SECOND);
    CHECK_INT(backend->ops->now(backend), 1000 * NS_PER_SECOND);
    close_idle(backend);
}

TEST(sim_clock_jumps_over_every_wait)
{
    struct backend *backend = open_sim();
    int64_t expected = 1000 * NS_PER_SECOND;
    static const int64_t waits[] = { 0, 1, 999999999, 3600 * NS_PER_SECOND, 0, INT64_C(1) << 60 };

    for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
        CHECK_INT(turn(backend, waits[i]), 0);
        expected += waits[i];
        CHECK_INT(backend->ops->now(backend), expected);
    }
    CHECK_INT(turn(backend, WAIT_FOREVER - 1), 0);
    CHECK_INT(backend->ops->now(backend),
              INT64_MAX); /* the end of time, not before its beginning */
    close_idle(backend);
}

TEST(sim_wait_without_a_limit_is_a_deadlock)
{
    struct backend *backend = open_sim();

    for (int i = 0; i < 3; i++)
        CHECK_INT(backend->ops->wait(backend, WAIT_FOREVER), -EDEADLK);
    CHECK_INT(backend->ops->now(backend), 1000 * NS_PER_SECOND);
    close_idle(backend);
}

TEST(sim_wake_ends_the_wait_before_its_time)
{
    struct backend *backend = open_sim();

    backend->ops->wake(backend);
    backend->ops->wake(backend);
    CHECK_INT(turn(backend, NS_PER_SECOND), 0);
    CHECK_INT(backend->ops->now(backend), 1000 * NS_PER_SECOND);
    CHECK_INT(turn(backend, NS_PER_SECOND), 0); /* two wakes are one */
    CHECK_INT(backend->ops->now(backend), 1001 * NS_PER_SECOND);
    backend->ops->wake(backend);
    CHECK_INT(turn(backend, WAIT_FOREVER), 0);
    CHECK_INT(backend->ops->wait(backend, WAIT_FOREVER), -EDEADLK);
    close_idle(backend);
}

TEST(sim_refuses_every_op)
{
    struct backend *backend = open_sim();
    struct probe recv = { 0 }, send = { 0 }, accept = { 0 }, poll = { 0 };

    start_recv(backend, &recv, 0);
    start_send(backend, &send, 0, "x", 1);
    start_accept(backend, &accept, 0);
    start_poll(backend, &poll, 0, POLLIN);
    probe_cancel(&poll);
    CHECK_INT(backend->in_flight, 4);
    CHECK(backend->ops->has_work(backend));

    /* The clock stands still while there is something to tell. */
    CHECK_INT(turn(backend, NS_PER_SECOND), 4);
    CHECK_INT(backend->ops->now(backend), 1000 * NS_PER_SECOND);
    CHECK_INT(recv.op.result, -EOPNOTSUPP);
    CHECK_INT(send.op.result, -EOPNOTSUPP);
    CHECK_INT(accept.op.result, -EOPNOTSUPP);
    CHECK_INT(poll.op.result, -EOPNOTSUPP);
    CHECK(recv.sequence < send.sequence && accept.sequence < poll.sequence);
    CHECK(!backend->ops->has_work(backend));
    CHECK_INT(turn(backend, 5), 0);
    CHECK_INT(backend->ops->now(backend), 1000 * NS_PER_SECOND + 5);
    close_idle(backend);
}

static void submit_again(struct probe *probe)
{
    if (probe->calls < 3)
        start_recv(probe->backend, probe, 0);
}

TEST(sim_tells_in_the_next_dispatch)
{
    struct backend *backend = open_sim();
    struct probe recv = { .then = submit_again };

    start_recv(backend, &recv, 0);
    for (int i = 1; i <= 3; i++) {
        CHECK_INT(turn(backend, WAIT_FOREVER), 1);
        CHECK_INT(recv.calls, i);
    }
    CHECK_INT(backend->ops->wait(backend, WAIT_FOREVER), -EDEADLK);
    close_idle(backend);
}

TEST(sim_has_no_descriptor)
{
    struct backend *backend = open_sim();

    CHECK_INT(backend->ops->descriptor(backend), -ENOTSUP);
    close_fd(backend, dup(0));
    close_idle(backend);
}

TEST(sim_closes_with_ops_in_flight)
{
    struct backend *backend = open_sim();
    struct probe recv = { 0 };

    start_recv(backend, &recv, 0);
    backend->ops->close(backend);
    CHECK_INT(recv.calls, 0);
    CHECK_INT(recv.op.state, OP_IDLE);
}

static void *wake_thread(void *backend)
{
    ((struct backend *) backend)->ops->wake(backend);
    return NULL;
}

/* The thread may wake before or after the wait begins. */
TEST(sim_blocks_while_wakes_are_expected)
{
    struct backend *backend = open_sim();

    for (int i = 0; i < 1000; i++) {
        pthread_t thread;

        ouro__sim_expect_wakes(backend, 1);
        CHECK_INT(pthread_create(&thread, NULL, wake_thread, backend), 0);
        CHECK_INT(backend->ops->wait(backend, WAIT_FOREVER), 0);
        ouro__sim_expect_wakes(backend, -1);
        CHECK_INT(pthread_join(thread, NULL), 0);
        CHECK_INT(backend->ops->wait(backend, WAIT_FOREVER), -EDEADLK);
    }
    CHECK_INT(backend->ops->now(backend), 1000 * NS_PER_SECOND);
    close_idle(backend);
}

TEST(sim_time_stands_still_while_wakes_are_expected)
{
    struct backend *backend = open_sim();
    pthread_t thread;

    ouro__sim_expect_wakes(backend, 1);
    CHECK_INT(pthread_create(&thread, NULL, wake_thread, backend), 0);
    CHECK_INT(backend->ops->wait(backend, NS_PER_SECOND), 0);
    CHECK_INT(backend->ops->now(backend), 1000 * NS_PER_SECOND);
    ouro__sim_expect_wakes(backend, -1);
    CHECK_INT(pthread_join(thread, NULL), 0);
    CHECK_INT(backend->ops->wait(backend, NS_PER_SECOND), 0);
    CHECK_INT(backend->ops->now(backend), 1001 * NS_PER_SECOND);
    close_idle(backend);
}

static void do_nothing_in_handler(int signal)
{
    (void) signal;
}

TEST(sim_wait_for_a_wake_is_interrupted_by_signals)
{
    struct backend *backend = open_sim();
    struct sigaction action = { .sa_handler = do_nothing_in_handler };
    struct itimerval timer = { .it_value.tv_usec = 5000, .it_interval.tv_usec = 5000 };

    CHECK_INT(sigaction(SIGALRM, &action, NULL), 0);
    CHECK_INT(setitimer(ITIMER_REAL, &timer, NULL), 0);
    ouro__sim_expect_wakes(backend, 1);
    CHECK_INT(backend->ops->wait(backend, WAIT_FOREVER), -EINTR);
    timer = (struct itimerval) { .it_value.tv_usec = 0 };
    CHECK_INT(setitimer(ITIMER_REAL, &timer, NULL), 0);
    ouro__sim_expect_wakes(backend, -1);
    close_idle(backend);
}

TEST_BACKENDS(expected_wakes_mean_nothing_elsewhere)
{
    struct backend *backend = open_default();

    ouro__sim_expect_wakes(backend, -1);
    CHECK_INT(turn(backend, 1), 0);
    close_idle(backend);
}

TEST_ALLOCATION_FAILURES(sim_opens_or_fails_whole)
{
    struct backend *backend = NULL;
    const char *reason = NULL;
    int status = ouro__sim_open(&backend, NULL, &reason);

    CHECK(reason != NULL);
    CHECK_INT(status, test_fault_fired() ? -ENOMEM : 0);
    if (status == 0)
        close_idle(backend);
}
