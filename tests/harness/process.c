/* One test in a process of its own: starting it, its time limit, its output, its end.
 *
 * The process is the leader of a new process group, which is killed as a whole when the test is
 * over: what a failing test has started does not survive it.
 */
#define _GNU_SOURCE 1

#include "harness/harness.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Sanitizers slow a test down; emulators and valgrind are told of by the environment. */
#if defined(__SANITIZE_THREAD__)
#define SANITIZER_SCALE 8.0
#elif defined(__SANITIZE_ADDRESS__)
#define SANITIZER_SCALE 4.0
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SANITIZER_SCALE 8.0
#elif __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define SANITIZER_SCALE 4.0
#endif
#endif
#ifndef SANITIZER_SCALE
#define SANITIZER_SCALE 1.0
#endif

double test_time_limit(const struct test_case *test)
{
    const char *text = getenv("OURO_TEST_TIMEOUT_SCALE");
    double scale = text ? strtod(text, NULL) : 1.0;

    return (test->seconds > 0 ? test->seconds : 10.0) * SANITIZER_SCALE * (scale > 0 ? scale : 1.0);
}

const char *test_signal_name(int signal)
{
    static const struct {
        int number;
        const char *name;
    } table[] = {
        { SIGABRT, "SIGABRT" }, { SIGALRM, "SIGALRM" }, { SIGBUS, "SIGBUS" },
        { SIGFPE, "SIGFPE" },   { SIGHUP, "SIGHUP" },   { SIGILL, "SIGILL" },
        { SIGINT, "SIGINT" },   { SIGKILL, "SIGKILL" }, { SIGPIPE, "SIGPIPE" },
        { SIGQUIT, "SIGQUIT" }, { SIGSEGV, "SIGSEGV" }, { SIGSYS, "SIGSYS" },
        { SIGTERM, "SIGTERM" }, { SIGTRAP, "SIGTRAP" }, { SIGUSR1, "SIGUSR1" },
        { SIGUSR2, "SIGUSR2" }, { SIGXCPU, "SIGXCPU" }, { SIGXFSZ, "SIGXFSZ" },
    };
    static char other[32];

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        if (table[i].number == signal)
            return table[i].name;
    }
    snprintf(other, sizeof(other), "signal %d", signal);
    return other;
}

/* In the child. Never returns. */
static _Noreturn void run_child(const struct test_case *test, const char *backend, int output)
{
    const struct rlimit no_core = { 0, 0 };
    sigset_t none;
    int null = open("/dev/null", O_RDONLY);

    prctl(PR_SET_PDEATHSIG, SIGKILL); /* Ctrl-C ends the runner, and then this process */
    setpgid(0, 0);
    setrlimit(RLIMIT_CORE, &no_core);
    dup2(null, STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    close(null);
    close(output);
    setvbuf(stdout, NULL, _IOLBF, 0);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (backend)
        setenv("OURO_BACKEND", backend, 1);
    else
        unsetenv("OURO_BACKEND");
    test_body_run(test);
    atomic_store(&test_report->finished, true);
    exit(0); /* not _exit: the leak checker and coverage counters act at exit */
}

static double seconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double) now.tv_sec + (double) now.tv_nsec / 1e9;
}

/* Waits until the child has ended or `limit` is over; false: it is over. SIGCHLD is blocked, and
 * so it stays pending when it comes between the look and the wait. */
static bool wait_for_end(pid_t child, double limit)
{
    double deadline = seconds_now() + limit;
    sigset_t wanted;

    sigemptyset(&wanted);
    sigaddset(&wanted, SIGCHLD);
    for (;;) {
        siginfo_t info = { .si_pid = 0 };

        if (waitid(P_PID, (id_t) child, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
            info.si_pid == child)
            return true;

        double left = deadline - seconds_now();

        if (left <= 0)
            return false;

        struct timespec time = { .tv_sec = (time_t) left };

        time.tv_nsec = (long) ((left - (double) time.tv_sec) * 1e9);
        sigtimedwait(&wanted, NULL, &time);
    }
}

/* Tells in which system call, if in one, the process hangs. */
static void describe_hang(pid_t child, char *text, size_t size)
{
    char path[64];

    text[0] = '\0';
    snprintf(path, sizeof(path), "/proc/%d/wchan", (int) child);

    FILE *file = fopen(path, "re");

    if (!file)
        return;
    if (!fgets(text, (int) size, file) || strcmp(text, "0") == 0)
        text[0] = '\0';
    fclose(file);
}

/* Prints what the test has printed, indented. */
static void print_output(int output)
{
    struct stat status;

    if (fstat(output, &status) < 0 || status.st_size == 0)
        return;

    size_t size = (size_t) status.st_size;
    const char *text = mmap(NULL, size, PROT_READ, MAP_SHARED, output, 0);

    if (text == MAP_FAILED)
        return;
    for (size_t i = 0; i < size; i++) {
        if (i == 0 || text[i - 1] == '\n')
            fputs("    ", stdout);
        putchar(text[i]);
    }
    if (text[size - 1] != '\n')
        putchar('\n');
    munmap((void *) text, size);
}

static enum test_verdict judge(int status, bool in_time, double limit, const char *hang,
                               char *reason, size_t size)
{
    if (!in_time) {
        snprintf(reason, size, "timed out after %g s%s%s%s", limit, *hang ? ", waiting in " : "",
                 hang, test_circumstances());
        return TEST_BROKEN;
    }
    if (WIFSIGNALED(status)) {
        snprintf(reason, size, "killed by %s%s", test_signal_name(WTERMSIG(status)),
                 test_circumstances());
        return TEST_BROKEN;
    }
    reason[0] = '\0';
    if (atomic_load(&test_report->failed))
        return atomic_load(&test_report->leaves) ? TEST_BROKEN : TEST_FAILED;
    if (atomic_load(&test_report->skipped)) {
        snprintf(reason, size, "%s", test_report->reason);
        return TEST_SKIPPED;
    }
    if (atomic_load(&test_report->finished) && WEXITSTATUS(status) == 0)
        return TEST_PASSED;
    snprintf(reason, size, "exited with status %d%s%s", WEXITSTATUS(status),
             atomic_load(&test_report->finished) ? " after it had passed" : "",
             test_circumstances());
    return TEST_BROKEN;
}

static void print_verdict(enum test_verdict verdict, const char *title, const char *reason,
                          double seconds, int output, bool verbose)
{
    static const char *const words[] = { "ok", "FAILED", "FAILED", "skipped" };

    if (verdict == TEST_PASSED && !verbose)
        return;
    printf("%-7s %s", words[verdict], title);
    if (*reason)
        printf(": %s", reason);
    if (verbose)
        printf(" (%.1f ms)", seconds * 1e3);
    putchar('\n');
    if (verdict == TEST_FAILED || verdict == TEST_BROKEN || verbose)
        print_output(output);
}

enum test_verdict test_process_run(const struct test_case *test, const char *title,
                                   const char *backend, bool verbose)
{
    int output = memfd_create("output", MFD_CLOEXEC);

    if (output < 0) {
        perror("memfd_create");
        exit(2);
    }
    memset(test_report, 0, sizeof(*test_report));
    fflush(stdout);

    double start = seconds_now();
    pid_t child = fork();

    if (child < 0) {
        perror("fork");
        exit(2);
    }
    if (child == 0)
        run_child(test, backend, output);
    setpgid(child, child); /* in both processes: neither can tell which comes first */

    char hang[128] = "";
    char reason[512];
    double limit = test_time_limit(test);
    bool in_time = wait_for_end(child, limit);
    int status;

    if (!in_time)
        describe_hang(child, hang, sizeof(hang));
    kill(-child, SIGKILL); /* before the wait, while the number cannot be anyone else's */
    if (waitpid(child, &status, 0) < 0) {
        perror("waitpid");
        exit(2);
    }

    enum test_verdict verdict = judge(status, in_time, limit, hang, reason, sizeof(reason));

    print_verdict(verdict, title, reason, seconds_now() - start, output, verbose);
    close(output);
    return verdict;
}
