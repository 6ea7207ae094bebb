/* Waiting on every backend: wakes, time limits, signals, and the end with ops in flight. */
#define _GNU_SOURCE 1

#include "io_probe.h"

#include "base/alloc.h"
#include "base/time.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/time.h>

#define MILLISECOND INT64_C(1000000)

TEST_ALL_BACKENDS(wait_of_zero_returns)
{
    struct backend *backend = open_default();
    struct probe recv = { 0 };
    int pair[2];

    CHECK_INT(turn(backend, 0), 0); /* a fresh backend may have something of its own to submit */
    CHECK(!backend->ops->has_work(backend));
    make_pair(pair);
    start_recv(backend, &recv, pair[0]);
    CHECK(backend->ops->has_work(backend));
    settle(backend);
    probe_cancel(&recv);
    (void) finish(backend, &recv);
    CHECK(!backend->ops->has_work(backend));
    close_fd(backend, pair[0]);
    close_fd(backend, pair[1]);
    close_idle(backend);
}

TEST_BACKENDS(clock_is_the_monotonic_one)
{
    struct backend *backend = open_default();
    int64_t before = time_monotonic_ns();
    int64_t now = backend->ops->now(backend);

    CHECK(now >= before);
    CHECK(now <= time_monotonic_ns());
    close_idle(backend);
}

TEST_BACKENDS(wait_lasts_as_long_as_it_should)
{
    static const int64_t limits[] = { 1, 300000, 20 * MILLISECOND };
    struct backend *backend = open_default();

    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        int64_t before = backend->ops->now(backend);

        CHECK_INT(turn(backend, limits[i]), 0);
        CHECK(backend->ops->now(backend) - before >= limits[i]);
    }
    close_idle(backend);
}

TEST_ALL_BACKENDS(wake_before_the_wait_ends_it)
{
    struct backend *backend = open_default();

    for (int i = 0; i < 5; i++) {
        for (int k = 0; k <= i; k++)
            backend->ops->wake(backend);
        CHECK(backend->ops->has_work(backend));
        CHECK_INT(turn(backend, WAIT_FOREVER), 0);
        CHECK(!backend->ops->has_work(backend));
    }
    close_idle(backend);
}

struct waker_thread {
    struct backend *backend;
    atomic_int *rounds;
    int count;
};

static void *wake_again_and_again(void *arg)
{
    struct waker_thread *thread = arg;

    for (int i = 0; i < thread->count; i++) {
        atomic_fetch_add(thread->rounds, 1);
        thread->backend->ops->wake(thread->backend);
    }
    return NULL;
}

/* Each wait begins without knowing whether its wake came already; none may hang. */
TEST_BACKENDS(no_wake_of_a_thread_is_lost)
{
    enum { THREADS = 2, COUNT = 5000 };
    struct backend *backend = open_default();
    atomic_int rounds = 0;
    struct waker_thread arg = { .backend = backend, .rounds = &rounds, .count = COUNT };
    pthread_t threads[THREADS];

    for (int i = 0; i < THREADS; i++)
        CHECK_INT(pthread_create(&threads[i], NULL, wake_again_and_again, &arg), 0);
    while (atomic_load(&rounds) < THREADS * COUNT)
        turn(backend, WAIT_FOREVER);
    for (int i = 0; i < THREADS; i++)
        CHECK_INT(pthread_join(threads[i], NULL), 0);
    close_idle(backend);
}

static struct backend *backend_of_signal;

static void wake_in_handler(int signal)
{
    int before = errno;

    (void) signal;
    errno = EXDEV;
    backend_of_signal->ops->wake(backend_of_signal);
    if (errno != EXDEV)
        _exit(9);
    errno = before;
}

static void do_nothing_in_handler(int signal)
{
    (void) signal;
}

static void on_alarm(void (*handler)(int))
{
    struct sigaction action = { .sa_handler = handler };

    CHECK_INT(sigaction(SIGALRM, &action, NULL), 0);
}

/* SIGALRM every 5 ms: should one come before the wait, the next one meets it. */
static void start_alarms(void)
{
    struct itimerval timer = { .it_value.tv_usec = 5000, .it_interval.tv_usec = 5000 };

    CHECK_INT(setitimer(ITIMER_REAL, &timer, NULL), 0);
}

static void stop_alarms(void)
{
    struct itimerval timer = { .it_value.tv_usec = 0 };

    CHECK_INT(setitimer(ITIMER_REAL, &timer, NULL), 0);
}

TEST_BACKENDS(wake_works_in_a_signal_handler)
{
    struct backend *backend = open_default();

    backend_of_signal = backend;
    on_alarm(wake_in_handler);
    CHECK_INT(raise(SIGALRM), 0); /* between submit and wait */
    CHECK_INT(turn(backend, WAIT_FOREVER), 0);

    start_alarms();
    int status = backend->ops->wait(backend, WAIT_FOREVER); /* and inside */

    stop_alarms();
    CHECK(status == 0 || status == -EINTR);
    turn(backend, 0);
    while (backend->ops->has_work(backend))
        turn(backend, 0);
    close_idle(backend);
}

TEST_BACKENDS(signal_interrupts_the_wait)
{
    struct backend *backend = open_default();

    on_alarm(do_nothing_in_handler);
    start_alarms();
    CHECK_INT(backend->ops->wait(backend, WAIT_FOREVER), -EINTR);
    CHECK_INT(backend->ops->wait(backend, 3600 * NS_PER_SECOND), -EINTR);
    stop_alarms();
    CHECK_INT(backend->ops->dispatch(backend), 0);
    close_idle(backend);
}

TEST_BACKENDS(descriptor_tells_when_a_wait_would_end)
{
    struct backend *backend = open_default();
    struct probe recv = { 0 };
    struct pollfd descriptor = { .fd = backend->ops->descriptor(backend), .events = POLLIN };
    int pair[2];

    CHECK(descriptor.fd >= 0);
    make_pair(pair);
    start_recv(backend, &recv, pair[0]);
    settle(backend);
    CHECK_INT(poll(&descriptor, 1, 0), 0);
    put(pair[1], "x");
    CHECK_INT(poll(&descriptor, 1, 0), 1);
    CHECK_INT(finish(backend, &recv), 1);
    settle(backend);
    CHECK_INT(poll(&descriptor, 1, 0), 0);
    backend->ops->wake(backend);
    CHECK_INT(poll(&descriptor, 1, 0), 1);
    turn(backend, 0);
    CHECK_INT(poll(&descriptor, 1, 0), 0);
    close_fd(backend, pair[0]);
    close_fd(backend, pair[1]);
    close_idle(backend);
}

static void never_told(struct probe *probe)
{
    FAIL("told of %d", probe->op.result);
}

/* Their memory is the caller's again, nobody is told, and nothing leaks. */
TEST_BACKENDS(close_with_ops_in_flight)
{
    enum { SIZE = 8 << 20 };

    for (int i = 0; i < 4; i++) {
        struct backend *backend = open_default();
        struct probe *probes = ouro__alloc_zero(6 * sizeof(*probes));
        uint8_t *data = ouro__alloc_zero(SIZE);
        struct sockaddr_in address;
        int listener = make_listener(&address);
        int pair[2], ends[2];

        CHECK_INT(pipe2(ends, O_CLOEXEC), 0);
        make_pair(pair);
        for (int k = 0; k < 6; k++)
            probes[k].then = never_told;
        start_recv(backend, &probes[0], pair[0]);
        start_recv_into(backend, &probes[1], pair[1], data, 100);
        start_send(backend, &probes[2], pair[0], data + 100, SIZE - 100);
        start_accept(backend, &probes[3], listener);
        start_poll(backend, &probes[4], ends[0], POLLIN);
        start_poll(backend, &probes[5], ends[1], POLLOUT);
        if (i & 1)
            CHECK_INT(backend->ops->wait(backend, 0), 0);
        if (i & 2)
            probe_cancel(&probes[4]);
        backend->ops->close(backend);
        for (int k = 0; k < 6; k++) {
            CHECK_INT(probes[k].calls, 0);
            CHECK_INT(probes[k].op.state, OP_IDLE);
        }
        ouro__alloc_free(probes);
        ouro__alloc_free(data);
        close(listener);
        close(pair[0]);
        close(pair[1]);
        close(ends[0]);
        close(ends[1]);
    }
}
