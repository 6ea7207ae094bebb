/* Waiting on the io_uring backend: system calls, signals, threads, forks, its descriptor, its end.
 */
#define _GNU_SOURCE 1

#include "io_uring_probe.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>

/* A round trip costs one system call, and none is made for nothing. */
TEST(waits_enter_only_for_a_reason)
{
    struct backend *backend = open_uring(NULL);
    struct ring *ring = &uring_of(backend)->ring;
    struct probe recv = { 0 }, send = { 0 };
    int pair[2];

    make_pair(pair);
    run_dry(backend);

    int enter_fd = ring->enter_fd;

    /* Without its descriptor, an enter would fail. */
    ring->enter_fd = -1;
    for (int i = 0; i < 3; i++)
        CHECK_INT(backend->ops->wait(backend, 0), 0);
    ring->enter_fd = enter_fd;

    start_recv(backend, &recv, pair[0]);
    start_send(backend, &send, pair[1], "hello", 5);
    CHECK_INT(backend->in_flight, 2);
    CHECK_INT(backend->ops->wait(backend, WAIT_FOREVER), 0);
    ring->enter_fd = -1;
    run_until(backend, &send, 1);
    run_until(backend, &recv, 1);
    ring->enter_fd = enter_fd;
    CHECK_BYTES(recv.data, (size_t) recv.op.result, "hello", 5);
    CHECK_INT(recv.op.state, OP_IDLE);
    close_pair(pair);
    close_idle(backend);
}

static void on_alarm(int number)
{
    (void) number;
}

/* The first wait also hands over submissions, which hides the signal's errno. */
TEST(signal_is_told_in_spite_of_submissions)
{
    static const int64_t limits[] = { WAIT_FOREVER, INT64_C(10000000000) };
    const struct itimerval soon = { .it_value = { .tv_usec = 2000 } };
    struct sigaction action = { .sa_handler = on_alarm };

    CHECK_INT(sigaction(SIGALRM, &action, NULL), 0);
    for (int i = 0; i < 2; i++) {
        struct backend *backend = open_uring(NULL);

        for (int again = 0; again < 2; again++) {
            CHECK_INT(setitimer(ITIMER_REAL, &soon, NULL), 0);
            CHECK_INT(backend->ops->wait(backend, limits[i]), -EINTR);
        }
        close_idle(backend);
    }
}

/* A wake that was taken without its completion must not cut the next wait short. */
TEST(stale_wake_does_not_end_a_wait)
{
    struct backend *backend = open_uring(NULL);

    run_dry(backend);
    for (int i = 0; i < 3; i++) {
        backend->ops->wake(backend);
        CHECK_INT(backend->ops->wait(backend, WAIT_FOREVER), 0);

        int64_t before = backend->ops->now(backend);

        CHECK_INT(backend->ops->wait(backend, 2000000), 0);
        CHECK(backend->ops->now(backend) - before >= 2000000);
    }
    close_idle(backend);
}

static void *wait_elsewhere(void *arg)
{
    struct backend *backend = arg;

    return (void *) (intptr_t) backend->ops->wait(backend, 0);
}

static int wait_in_thread(struct backend *backend)
{
    pthread_t thread;
    void *result = NULL;

    CHECK_INT(pthread_create(&thread, NULL, wait_elsewhere, backend), 0);
    CHECK_INT(pthread_join(thread, &result), 0);
    return (int) (intptr_t) result;
}

TEST(second_thread_is_refused)
{
    struct backend *backend = open_uring(NULL);

    CHECK_INT(backend->ops->wait(backend, 0), 0);
    CHECK_INT(wait_in_thread(backend), -EXDEV);
    CHECK_INT(backend->ops->wait(backend, 0), 0);
    close_idle(backend);
}

TEST(made_here_and_run_there)
{
    struct backend *backend = open_uring(NULL);
    struct probe recv = { 0 };
    int pair[2];

    make_pair(pair);
    start_recv(backend, &recv, pair[0]);
    CHECK_INT(wait_in_thread(backend), 0);
    CHECK_INT(backend->ops->wait(backend, 0), -EXDEV);

    /* The thread that ran it has ended, so that it may be closed from here. */
    backend->ops->close(backend);
    CHECK_INT(recv.calls, 0);
    close_pair(pair);
}

struct lingering {
    struct backend *backend;
    pthread_barrier_t barrier;
};

static void *wait_and_linger(void *arg)
{
    struct lingering *lingering = arg;

    CHECK_INT(lingering->backend->ops->wait(lingering->backend, 0), 0);
    pthread_barrier_wait(&lingering->barrier);
    pthread_barrier_wait(&lingering->barrier);
    return NULL;
}

/* The other thread may still write into the op: closing would give its memory back too early. */
TEST(close_in_another_thread_is_refused_while_ops_are_in_flight)
{
    struct lingering lingering = { .backend = open_uring(NULL) };
    struct probe recv = { 0 };
    pthread_t thread;
    int pair[2];

    make_pair(pair);
    start_recv(lingering.backend, &recv, pair[0]);
    pthread_barrier_init(&lingering.barrier, NULL, 2);
    CHECK_INT(pthread_create(&thread, NULL, wait_and_linger, &lingering), 0);
    pthread_barrier_wait(&lingering.barrier);

    struct uring *uring = uring_of(lingering.backend);

    CHECK(!ouro__uring_is_owner(uring));
    CHECK(ouro__uring_owner_runs(uring));
    pthread_barrier_wait(&lingering.barrier);
    CHECK_INT(pthread_join(thread, NULL), 0);
    lingering.backend->ops->close(lingering.backend);
    pthread_barrier_destroy(&lingering.barrier);
    close_pair(pair);
}

TEST(close_ends_what_is_in_flight)
{
    struct backend *backend = open_uring(NULL);
    static struct probe recvs[100];
    char buffer[16] = "untouched";
    int pair[2];

    make_pair(pair);
    for (int i = 0; i < 100; i++) {
        if (i % 2)
            start_recv_into(backend, &recvs[i], pair[0], buffer, sizeof(buffer));
        else
            start_recv(backend, &recvs[i], pair[0]);
        if (i == 60)
            settle(backend);
        if (i % 3 == 0)
            probe_cancel(&recvs[i]);
    }
    backend->ops->close(backend);
    put(pair[1], "overwritten");
    CHECK_STR(buffer, "untouched");
    close_pair(pair);
}

static void use_in_child(struct backend *backend, int fd)
{
    struct probe late = { 0 };

    start_recv(backend, &late, fd);
    CHECK(backend->ops->has_work(backend));
    CHECK_INT(backend->ops->wait(backend, 0), -EXDEV);
    probe_cancel(&late);
    probe_in_dispatch = true;
    CHECK_INT(backend->ops->dispatch(backend), 1);
    backend->ops->close(backend);

    backend = open_uring(NULL);
    CHECK_INT(backend->ops->wait(backend, 0), 0);
    close_idle(backend);
}

TEST(forked_child_is_refused)
{
    struct backend *backend = open_uring(NULL);
    struct probe recv = { 0 };
    int pair[2];

    make_pair(pair);
    start_recv(backend, &recv, pair[0]);
    run_dry(backend);

    pid_t child = fork();

    CHECK(child >= 0);
    if (child == 0) {
        use_in_child(backend, pair[0]);
        _exit(0);
    }

    int status = -1;

    CHECK_INT(waitpid(child, &status, 0), child);
    CHECK_INT(status, 0);
    put(pair[1], "x");
    CHECK_INT(finish(backend, &recv), 1);
    close_pair(pair);
    close_idle(backend);
}

/* Waits in the two ways in which a host may. Both can be interrupted without a signal: by the
 * kernel when it takes an old ring of this thread apart. */
static int wait_by_poll(int fd, int timeout_ms)
{
    struct pollfd entry = { .fd = fd, .events = POLLIN };
    int count;

    do
        count = poll(&entry, 1, timeout_ms);
    while (count < 0 && errno == EINTR);
    CHECK(count >= 0);
    return count;
}

static int wait_by_epoll(int watch, int timeout_ms)
{
    struct epoll_event event = { .events = 0 };
    int count;

    do
        count = epoll_wait(watch, &event, 1, timeout_ms);
    while (count < 0 && errno == EINTR);
    CHECK(count >= 0);
    return count;
}

static bool is_readable(int fd, int watch, int timeout_ms)
{
    int count = wait_by_poll(fd, timeout_ms);

    CHECK_INT(wait_by_epoll(watch, timeout_ms), count);
    return count > 0;
}

struct host {
    struct backend *backend;
    int fd;
    int watch;
    int pair[2];
};

static void open_host(struct host *host)
{
    struct epoll_event event = { .events = EPOLLIN };

    host->backend = open_uring(NULL);
    make_pair(host->pair);
    host->fd = host->backend->ops->descriptor(host->backend);
    CHECK(host->fd >= 0);
    CHECK_INT(host->backend->ops->descriptor(host->backend), host->fd);
    host->watch = epoll_create1(EPOLL_CLOEXEC);
    CHECK(host->watch >= 0);
    CHECK_INT(epoll_ctl(host->watch, EPOLL_CTL_ADD, host->fd, &event), 0);
}

static void close_host(struct host *host)
{
    close(host->watch);
    close_pair(host->pair);
    close_idle(host->backend);
}

/* The kernel may signal more than once, and late. */
static void become_unreadable(struct host *host)
{
    do {
        CHECK(host->backend->ops->has_work(host->backend));
        turn(host->backend, 0);
    } while (wait_by_poll(host->fd, 0) == 1);
}

TEST(late_signal_of_the_descriptor_is_taken_back)
{
    const uint64_t one = 1;
    struct host host;

    open_host(&host);
    CHECK_INT(write(host.fd, &one, sizeof(one)), sizeof(one));
    CHECK(is_readable(host.fd, host.watch, 0));
    CHECK(host.backend->ops->has_work(host.backend));
    turn(host.backend, 0);
    CHECK(!is_readable(host.fd, host.watch, 0));
    close_host(&host);
}

/* Readable from the arrival of the bytes until they have been dispatched. */
TEST(descriptor_is_readable_while_there_is_work)
{
    struct probe recv = { 0 };
    struct host host;

    open_host(&host);
    for (int i = 1; i <= 3; i++) {
        CHECK(!is_readable(host.fd, host.watch, 0));
        start_recv(host.backend, &recv, host.pair[0]);
        turn(host.backend, 0);
        CHECK(!is_readable(host.fd, host.watch, 0));
        put(host.pair[1], "x");
        CHECK(is_readable(host.fd, host.watch, 5000));
        CHECK(is_readable(host.fd, host.watch, 0));
        CHECK_INT(host.backend->ops->wait(host.backend, 0), 0);
        CHECK(is_readable(host.fd, host.watch, 0));
        turn(host.backend, 0);
        CHECK_INT(recv.calls, i);
    }
    close_host(&host);
}

TEST(descriptor_is_readable_after_a_wake)
{
    struct host host;

    open_host(&host);
    for (int i = 0; i < 3; i++) { /* before the first wait, and after some */
        host.backend->ops->wake(host.backend);
        CHECK(is_readable(host.fd, host.watch, 0));
        become_unreadable(&host);
    }
    close_host(&host);

    struct backend *backend = open_uring(NULL);

    backend->ops->wake(backend);
    CHECK_INT(wait_by_poll(backend->ops->descriptor(backend), 0), 1);
    close_idle(backend);
}

/* The kernel runs a bounded amount of deferred work in one go. */
TEST(descriptor_stays_readable_until_all_is_done)
{
    enum { COUNT = 100 };
    static struct probe polls[COUNT];
    struct host host;
    int finals = 0;

    open_host(&host);
    for (int i = 0; i < COUNT; i++) {
        polls[i].then = probe_cancel;
        start_poll(host.backend, &polls[i], host.pair[0], POLLIN);
    }
    turn(host.backend, 0);
    CHECK(!is_readable(host.fd, host.watch, 0));
    put(host.pair[1], "x");
    while (host.backend->in_flight > 0) {
        CHECK(is_readable(host.fd, host.watch, 5000));
        turn(host.backend, 0);
    }
    for (int i = 0; i < COUNT; i++)
        finals += polls[i].is_final;
    CHECK_INT(finals, COUNT);
    become_unreadable(&host);
    close_host(&host);
}

struct sleeper {
    int tid; /* the thread that is about to block */
    int fd;  /* what to write to then */
};

static bool is_asleep(int tid)
{
    char text[256] = "";
    char path[64];

    snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);

    int fd = open(path, O_RDONLY | O_CLOEXEC);

    CHECK(fd >= 0);
    CHECK(read(fd, text, sizeof(text) - 1) > 0);
    close(fd);

    const char *state = strrchr(text, ')');

    return state && state[1] == ' ' && state[2] == 'S';
}

static void *put_when_asleep(void *arg)
{
    const struct sleeper *sleeper = arg;

    while (!is_asleep(sleeper->tid))
        sched_yield();
    put(sleeper->fd, "x");
    return NULL;
}

/* Whoever waits on the descriptor already is woken, too. */
TEST(descriptor_wakes_a_host_that_waits)
{
    struct probe recv = { 0 };
    struct host host;

    open_host(&host);

    struct sleeper sleeper = { .tid = (int) syscall(SYS_gettid), .fd = host.pair[1] };

    for (int i = 1; i <= 2; i++) {
        pthread_t thread;

        start_recv(host.backend, &recv, host.pair[0]);
        turn(host.backend, 0);
        CHECK_INT(pthread_create(&thread, NULL, put_when_asleep, &sleeper), 0);
        CHECK_INT(i == 1 ? wait_by_poll(host.fd, 5000) : wait_by_epoll(host.watch, 5000), 1);
        turn(host.backend, 0);
        CHECK_INT(recv.calls, i);
        pthread_join(thread, NULL);
    }
    close_host(&host);
}

TEST(has_work_costs_no_wait_for_nothing)
{
    struct backend *backend = open_uring(NULL);
    struct probe recv = { 0 };
    int pair[2];

    make_pair(pair);
    CHECK(!backend->ops->has_work(backend));
    run_dry(backend);
    start_recv(backend, &recv, pair[0]);
    CHECK(backend->ops->has_work(backend));
    turn(backend, 0);
    CHECK(!backend->ops->has_work(backend));
    put(pair[1], "x");
    CHECK(backend->ops->has_work(backend));
    run_until(backend, &recv, 1);
    CHECK(!backend->ops->has_work(backend));
    backend->ops->wake(backend);
    CHECK(backend->ops->has_work(backend));
    close_pair(pair);
    close_idle(backend);
}
