/* Runs the body of a test and counts what it leaves behind: blocks, descriptors, processes.
 *
 * With `allocation_failures` the body runs again and again, its k-th allocation failing, until a
 * run ends before its k-th allocation; after each run the counts must be what they were.
 */
#define _GNU_SOURCE 1

#include "harness/harness.h"

#include "base/alloc.h"

#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A body with more allocations than this is no body for a sweep. */
enum { ALLOCATION_SWEEP_MAX = 100000 };

enum { FD_MAX = 4096 };

struct fd_set_of_process {
    bool open[FD_MAX];
};

static void list_fds(struct fd_set_of_process *ret_set)
{
    DIR *directory = opendir("/proc/self/fd");

    memset(ret_set, 0, sizeof(*ret_set));
    if (!directory)
        FAIL("/proc/self/fd: %s", strerror(errno));
    for (struct dirent *entry; (entry = readdir(directory));) {
        char *end;
        long fd = strtol(entry->d_name, &end, 10);

        if (*end == '\0' && end != entry->d_name && fd < FD_MAX && fd != dirfd(directory))
            ret_set->open[fd] = true;
    }
    closedir(directory);
}

static void check_fds(const struct test_case *test, const struct fd_set_of_process *before)
{
    static struct fd_set_of_process after;

    list_fds(&after);
    for (int fd = 0; fd < FD_MAX; fd++) {
        char link[64];
        char target[256];

        if (after.open[fd] == before->open[fd])
            continue;
        if (before->open[fd])
            test_fail(test->file, test->line,
                      "descriptor %d was open before the test and is closed", fd);
        snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);

        ssize_t len = readlink(link, target, sizeof(target) - 1);

        target[len > 0 ? len : 0] = '\0';
        test_fail(test->file, test->line, "descriptor %d was left open: %s", fd, target);
    }
}

/* In a build with a leak checker: prints where the blocks that nobody points to were allocated. */
__attribute__((weak)) int __lsan_do_recoverable_leak_check(void);

/* The detail of a failure outside a task is the thread's to keep, and no leak. Weak: a program of
 * the lowest layers has none. */
__attribute__((weak)) void ouro__failure_forget(void);

/* Threads may still be giving back what a loop has left to them when it was closed. */
static void wait_for_threads(unsigned long blocks)
{
    const double patience = 2;
    struct timespec begin;
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &begin);
    do {
        sched_yield();
        clock_gettime(CLOCK_MONOTONIC, &now);
    } while (ouro__alloc_live() > blocks &&
             (double) (now.tv_sec - begin.tv_sec) + (double) (now.tv_nsec - begin.tv_nsec) / 1e9 <
                 patience);
}

static void check_blocks(const struct test_case *test, unsigned long before)
{
    if (ouro__failure_forget)
        ouro__failure_forget();
    if (ouro__alloc_live() > before)
        wait_for_threads(before);

    long more = (long) (ouro__alloc_live() - before);

    if (more > 0) {
        if (__lsan_do_recoverable_leak_check)
            __lsan_do_recoverable_leak_check();
        test_fail(test->file, test->line, "%ld block(s) of ouro__alloc were not freed", more);
    }
    if (more < 0)
        test_fail(test->file, test->line, "%ld block(s) too many were freed", -more);
}

static void check_processes(const struct test_case *test)
{
    siginfo_t info = { .si_pid = 0 };

    if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0)
        test_fail(test->file, test->line, "a child process was left behind: %s (pid %d)",
                  info.si_pid ? "a zombie" : "it still runs", (int) info.si_pid);
    if (errno != ECHILD)
        FAIL("waitid: %s", strerror(errno));
}

/* The number of the allocation that fails in this run, while the sweep is on. */
static unsigned long sweep_allocation;

bool test_fault_fired(void)
{
    if (sweep_allocation == 0)
        return false;

    /* There is no way to look at the count but to set it. */
    unsigned long left = ouro__alloc_fail_at(0);

    ouro__alloc_fail_at(left);
    return left == 0;
}

static void run_sweep(const struct test_case *test, unsigned long blocks)
{
    for (unsigned long k = 1;; k++) {
        if (k > ALLOCATION_SWEEP_MAX)
            test_fail(test->file, test->line, "more than %d allocations", ALLOCATION_SWEEP_MAX);
        sweep_allocation = k;
        atomic_store(&test_report->failing_allocation, k);
        ouro__alloc_fail_at(k);
        test->body();

        bool fired = ouro__alloc_fail_at(0) == 0;

        check_blocks(test, blocks);
        if (!fired)
            break;
    }
    sweep_allocation = 0;
    atomic_store(&test_report->failing_allocation, 0);
}

/* Weak: in the torture build only. */
__attribute__((weak)) void ouro__torture_begin(void);

void test_body_run(const struct test_case *test)
{
    static struct fd_set_of_process fds;

    list_fds(&fds);

    unsigned long blocks = ouro__alloc_live();

    if (ouro__torture_begin)
        ouro__torture_begin();
    if (test->allocation_failures)
        run_sweep(test, blocks);
    else
        test->body();
    atomic_store(&test_report->leaves, true);
    check_blocks(test, blocks);
    check_fds(test, &fds);
    check_processes(test);
}
