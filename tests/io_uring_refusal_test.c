/* The io_uring backend on kernels and in sandboxes that refuse: opening, and errors of the system
 * calls later on. */
#define _GNU_SOURCE 1

#include "io_forbid.h"
#include "io_uring_probe.h"

#include <sys/resource.h>

/* Skips where no ring can be made at all; leaves the test of the ring undone. */
static void need_uring(void)
{
    struct ring ring;
    const char *reason = NULL;

    if (ouro__ring_open(&ring, 4, RING_FLAGS_OPTIONAL, &reason) < 0)
        SKIP("%s", reason);
    ouro__ring_close(&ring, false);
}

/* From here on, a system call gets `error` if its argument number `index` has the value `value`.
 * The lower half of it is compared. */
static void forbid_call_with(unsigned call, unsigned index, unsigned value, unsigned error)
{
    size_t offset = offsetof(struct seccomp_data, args) + index * sizeof(uint64_t);
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned) offset),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = { .len = sizeof(filter) / sizeof(filter[0]), .filter = filter };

    CHECK_INT(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
        SKIP("no seccomp filters here: %s", strerror(errno));
}

/* Opens and must fail. */
static void expect_refusal(int status, const char *text)
{
    struct backend *backend = NULL;
    const char *reason = NULL;

    CHECK_INT(ouro__uring_open(&backend, NULL, &reason), status);
    CHECK_PTR(backend, NULL);
    if (!strstr(reason, text))
        FAIL("the reason is \"%s\", without \"%s\"", reason, text);
}

TEST(reason_tells_of_a_missing_system_call)
{
    forbid_call(URING_SYSCALL_SETUP, ENOSYS);
    expect_refusal(-ENOSYS, "io_uring_setup: ENOSYS");
}

TEST(reason_tells_of_a_forbidden_system_call)
{
    forbid_call(URING_SYSCALL_SETUP, EPERM);
    expect_refusal(-EPERM, "kernel.io_uring_disabled");
}

TEST(reason_tells_of_an_old_kernel)
{
    forbid_call(URING_SYSCALL_SETUP, EINVAL);
    expect_refusal(-EINVAL, "before 6.1");
}

TEST(reason_tells_of_missing_memory)
{
    forbid_call(URING_SYSCALL_SETUP, ENOMEM);
    expect_refusal(-ENOMEM, "io_uring_setup: ENOMEM");
}

TEST(reason_tells_of_an_unknown_error)
{
    forbid_call(URING_SYSCALL_SETUP, EIO);
    expect_refusal(-EIO, "io_uring_setup");
}

TEST(reason_tells_when_operations_are_hidden)
{
    need_uring();
    forbid_call_with(URING_SYSCALL_REGISTER, 1, URING_REGISTER_PROBE, EACCES);
    expect_refusal(-ENOTSUP, "operation");
}

TEST(reason_tells_when_a_ring_cannot_be_enabled)
{
    need_uring();
    forbid_call_with(URING_SYSCALL_REGISTER, 1, URING_REGISTER_ENABLE_RINGS, EACCES);
    expect_refusal(-EACCES, "enabled");
}

/* A sandbox that lets rings be made and not be used. */
TEST(reason_tells_when_a_ring_does_nothing)
{
    need_uring();
    forbid_call(URING_SYSCALL_ENTER, EPERM);
    expect_refusal(-EIO, "send and a receive");
}

TEST(reason_tells_of_missing_descriptors)
{
    struct rlimit limit;
    int first = dup(0);

    close(first);
    close_idle(open_uring(NULL)); /* so that the test of the ring is behind us */
    CHECK_INT(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = (rlim_t) first;
    CHECK_INT(setrlimit(RLIMIT_NOFILE, &limit), 0);
    expect_refusal(-EMFILE, "io_uring_setup: EMFILE");
    limit.rlim_cur = (rlim_t) first + 1;
    CHECK_INT(setrlimit(RLIMIT_NOFILE, &limit), 0);
    expect_refusal(-EMFILE, "eventfd");
}

TEST(test_of_the_ring_is_made_once)
{
    close_idle(open_uring(NULL));
    forbid_call(SYS_socketpair, EPERM);
    close_idle(open_uring(NULL));
}

TEST(failed_test_of_the_ring_is_made_again)
{
    struct rlimit limit, low;
    int first = dup(0);

    close(first);
    need_uring();
    CHECK_INT(getrlimit(RLIMIT_NOFILE, &limit), 0);
    low = limit;
    low.rlim_cur = (rlim_t) first + 1;
    CHECK_INT(setrlimit(RLIMIT_NOFILE, &low), 0);
    expect_refusal(-EMFILE, "no sockets");
    CHECK_INT(setrlimit(RLIMIT_NOFILE, &limit), 0);
    close_idle(open_uring(NULL));
}

/* What only makes things better may be missing. */
TEST(works_without_registered_descriptor_and_worker_limits)
{
    need_uring();
    forbid_call_with(URING_SYSCALL_REGISTER, 1, URING_REGISTER_RING_FDS, EINVAL);
    forbid_call_with(URING_SYSCALL_REGISTER, 1, URING_REGISTER_IOWQ_MAX_WORKERS, EINVAL);

    struct backend *backend = open_uring(NULL);
    struct probe recv = { 0 };
    int pair[2];

    make_pair(pair);
    put(pair[1], "x");
    start_recv(backend, &recv, pair[0]);
    CHECK_INT(finish(backend, &recv), 1);
    CHECK_INT(uring_of(backend)->ring.enter_fd, uring_of(backend)->ring.fd);
    close_pair(pair);
    close_idle(backend);
}

TEST(refused_buffers_fail_the_receive)
{
    need_uring();
    forbid_call_with(URING_SYSCALL_REGISTER, 1, URING_REGISTER_PBUF_RING, ENOMEM);

    struct backend *backend = open_uring(NULL);
    struct probe recv = { 0 };
    char byte;
    int pair[2];

    make_pair(pair);
    put(pair[1], "x");
    for (int i = 0; i < 2; i++) {
        start_recv(backend, &recv, pair[0]);
        CHECK_INT(finish(backend, &recv), -ENOMEM);
    }
    start_recv_into(backend, &recv, pair[0], &byte, 1);
    CHECK_INT(finish(backend, &recv), 1);
    close_pair(pair);
    close_idle(backend);
}

/* A wait whose ring was refused for good reports that, and does not hang. */
static void wait_reports(unsigned error)
{
    struct backend *backend = open_uring(NULL);

    CHECK_INT(backend->ops->wait(backend, 0), 0);
    forbid_call(URING_SYSCALL_ENTER, error);
    CHECK_INT(backend->ops->wait(backend, WAIT_FOREVER), -(int) error);
    CHECK_INT(backend->ops->wait(backend, INT64_C(10000000000)), -(int) error);
    backend->ops->wake(backend);
    CHECK_INT(backend->ops->wait(backend, WAIT_FOREVER), 0);
    close_idle(backend);
}

TEST(kernel_without_memory_is_reported)
{
    wait_reports(EAGAIN);
}

TEST(kernel_full_of_completions_is_reported)
{
    wait_reports(EBUSY);
}

TEST(fatal_error_is_reported)
{
    wait_reports(EOPNOTSUPP);
}

/* Submissions are refused, and what is in flight goes on: its completions are what helps. */
TEST(refused_submission_does_not_stop_completions)
{
    struct backend *backend = open_uring(NULL);
    struct probe first = { 0 }, second = { 0 };
    int pair[2];

    make_pair(pair);
    start_recv(backend, &first, pair[0]);
    settle(backend);
    forbid_call_with(URING_SYSCALL_ENTER, 1, 1, EBUSY); /* one submission */
    start_send(backend, &second, pair[1], "y", 1);
    put(pair[1], "x");
    CHECK_INT(finish(backend, &first), 1);
    CHECK_INT(backend->in_flight, 1);
    CHECK_INT(backend->ops->wait(backend, WAIT_FOREVER), -EBUSY);

    /* The second submission comes along with a third. */
    start_recv(backend, &first, pair[0]);
    CHECK_INT(finish(backend, &second), 1);
    CHECK_INT(finish(backend, &first), 1);
    close_pair(pair);
    close_idle(backend);
}

TEST(lost_completion_aborts)
{
    need_uring();
    CHECK_DIES(SIGABRT, "EBADR")
    {
        struct backend *backend = open_uring(NULL); /* a ring of this process */

        forbid_call(URING_SYSCALL_ENTER, EBADR);
        (void) backend->ops->wait(backend, 1000);
    }
}

TEST(close_ends_though_the_kernel_refuses)
{
    struct backend *backend = open_uring(NULL);
    struct probe recv = { 0 };
    int pair[2];

    make_pair(pair);
    start_recv(backend, &recv, pair[0]);
    settle(backend);
    forbid_call(URING_SYSCALL_ENTER, EAGAIN);
    backend->ops->close(backend);
    CHECK_INT(recv.calls, 0);
    close_pair(pair);
}

TEST(ring_works_without_each_optional_flag)
{
    static const uint32_t optional[] = {
        RING_FLAGS_OPTIONAL,
        RING_FLAGS_OPTIONAL & ~URING_SETUP_NO_SQARRAY,
        RING_FLAGS_OPTIONAL & ~(URING_SETUP_SUBMIT_ALL | URING_SETUP_CQSIZE | URING_SETUP_CLAMP),
        RING_FLAGS_OPTIONAL & ~URING_SETUP_TASKRUN_FLAG,
        0,
    };

    for (size_t i = 0; i < sizeof(optional) / sizeof(optional[0]); i++) {
        struct ring ring;
        const char *reason = NULL;
        unsigned count = 0;

        if (ouro__ring_open(&ring, 4, optional[i], &reason) < 0)
            SKIP("%s", reason);
        CHECK_INT(ouro__ring_enable(&ring), 0);
        CHECK_INT(ring.cq_entries, optional[i] & URING_SETUP_CQSIZE ? 64 : 8);
        for (int round = 0; round < 10; round++) {
            for (int entry = 0; entry < 4; entry++)
                *ring_next_sqe(&ring) = (struct uring_sqe) { .opcode = URING_OP_NOP };
            CHECK_PTR(ring_next_sqe(&ring), NULL);
            CHECK_INT(ouro__ring_enter(&ring, 1, RING_WAIT_FOREVER), 4);
            for (; ring_has_completions(&ring); ring_advance(&ring))
                count++;
        }
        CHECK_INT(count, 40);
        CHECK_INT(ouro__ring_enter(&ring, 1, 1000), -ETIME);
        ouro__ring_close(&ring, true);
    }
}

TEST_ALLOCATION_FAILURES(every_failed_allocation_is_an_error)
{
    struct backend *backend = NULL;
    const char *reason = NULL;
    int status = ouro__uring_open(&backend, NULL, &reason);

    CHECK(reason);
    if (status < 0) {
        if (status != -ENOMEM)
            SKIP("%s", reason);
        CHECK(test_fault_fired());
        return;
    }

    struct probe recv = { 0 };
    int pair[2];

    make_pair(pair);
    put(pair[1], "x");
    start_recv(backend, &recv, pair[0]);
    if (finish(backend, &recv) == -ENOMEM) {
        CHECK(test_fault_fired());
        start_recv(backend, &recv, pair[0]);
    }
    CHECK_INT(finish(backend, &recv), 1);
    close_pair(pair);
    close_idle(backend);
}
