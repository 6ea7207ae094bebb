/* The harness itself: a test that must fail does fail, and says why. */
#define _GNU_SOURCE 1

#include "harness/harness.h"

#include "base/alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static char output[16384];

/* Runs a test inside this one, with what the runner prints about it in `output`. */
static enum test_verdict run(struct test_case test)
{
    sigset_t child;
    int file = memfd_create("nested", MFD_CLOEXEC);
    int saved = dup(STDOUT_FILENO);

    test.name = "nested";
    test.file = "nested.c";
    test.line = 1;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, NULL);
    fflush(stdout);
    dup2(file, STDOUT_FILENO);

    struct test_report *own = test_report;

    test_report_create();

    enum test_verdict verdict = test_process_run(&test, "nested", NULL, false);

    munmap(test_report, sizeof(*test_report));
    test_report = own;
    fflush(stdout);
    dup2(saved, STDOUT_FILENO);
    close(saved);

    ssize_t size = pread(file, output, sizeof(output) - 1, 0);

    CHECK(size >= 0);
    output[size] = '\0';
    close(file);
    return verdict == TEST_BROKEN ? TEST_FAILED : verdict;
}

#define CHECK_FAILS(body_, text_)                                                                  \
    do {                                                                                           \
        CHECK_INT(run((struct test_case) { .body = (body_) }), TEST_FAILED);                       \
        if (!strstr(output, (text_)))                                                              \
            FAIL("the output lacks \"%s\":\n%s", (text_), output);                                 \
    } while (0)

static void body_passes(void)
{
    CHECK(true);
    CHECK_INT(-3, -3);
    CHECK_STR("a", "a");
    CHECK_STR(NULL, NULL);
    CHECK_PTR(output, output);
    CHECK_BYTES("ab", 2, "ab", 2);
    CHECK_BYTES("", 0, NULL, 0);
    printf("quiet\n");
}

TEST(passing_test_is_silent)
{
    CHECK_INT(run((struct test_case) { .body = body_passes }), TEST_PASSED);
    CHECK_STR(output, "");
}

static void body_condition(void)
{
    CHECK(output[0] == 'x');
}

static void body_int(void)
{
    CHECK_INT(1 + 1, 3);
}

static void body_status(void)
{
    CHECK_INT(-EAGAIN, 0);
}

static void body_string(void)
{
    CHECK_STR("left", "right");
}

static void body_no_string(void)
{
    CHECK_STR(NULL, "right");
}

static void body_pointer(void)
{
    CHECK_PTR(output, NULL);
}

static void body_bytes(void)
{
    CHECK_BYTES("\1\2\3x", 4, "\1\2\4", 3);
}

static void body_fails(void)
{
    FAIL("number %d", 42);
}

TEST(failed_check_names_place_and_operands)
{
    CHECK_FAILS(body_condition, "base_harness_test.c:");
    CHECK_FAILS(body_condition, "CHECK(output[0] == 'x')");
    CHECK_FAILS(body_int, "actual:   2");
    CHECK_FAILS(body_int, "expected: 3");
    CHECK_FAILS(body_int, "CHECK_INT(1 + 1, 3)");
    CHECK_FAILS(body_status, "EAGAIN");
    CHECK_FAILS(body_string, "actual:   \"left\"");
    CHECK_FAILS(body_no_string, "actual:   NULL");
    CHECK_FAILS(body_pointer, "CHECK_PTR");
    CHECK_FAILS(body_bytes, "4 bytes, expected 3, different from byte 2 on");
    CHECK_FAILS(body_bytes, "actual:   03 78 .x");
    CHECK_FAILS(body_fails, "number 42");
}

static void body_skips(void)
{
    SKIP("no %s here", "luck");
}

TEST(skip_gives_its_reason)
{
    CHECK_INT(run((struct test_case) { .body = body_skips }), TEST_SKIPPED);
    CHECK(strstr(output, "no luck here"));
}

static void body_crashes(void)
{
    signal(SIGSEGV, SIG_DFL);
    raise(SIGSEGV);
}

static void body_exits(void)
{
    exit(0);
}

static void body_exits_badly(void)
{
    _exit(3);
}

TEST(sudden_end_is_a_failure)
{
    CHECK_FAILS(body_crashes, "killed by SIGSEGV");
    CHECK_FAILS(body_exits, "exited with status 0");
    CHECK_FAILS(body_exits_badly, "exited with status 3");
}

static void body_hangs(void)
{
    for (;;)
        pause();
}

TEST(hanging_test_is_ended)
{
    CHECK_INT(run((struct test_case) { .body = body_hangs, .seconds = 0.01 }), TEST_FAILED);
    CHECK(strstr(output, "timed out after"));
}

static void body_leaks_block(void)
{
    static void *block;

    block = ouro__alloc(1);
    CHECK(block);
}

static void body_frees_too_many(void)
{
    ouro__alloc_free(malloc(1));
}

static void body_leaks_fd(void)
{
    CHECK(open("/dev/null", O_RDONLY) >= 0);
}

static void body_closes_fd(void)
{
    close(STDIN_FILENO);
}

static void body_leaks_process(void)
{
    if (fork() == 0) {
        for (;;)
            pause();
    }
}

static void body_leaks_zombie(void)
{
    pid_t child = fork();
    siginfo_t info;

    if (child == 0)
        _exit(0);
    waitid(P_PID, (id_t) child, &info, WEXITED | WNOWAIT);
}

TEST(leak_is_a_failure)
{
    CHECK_FAILS(body_leaks_block, "1 block(s) of ouro__alloc were not freed");
    CHECK_FAILS(body_frees_too_many, "1 block(s) too many");
    CHECK_FAILS(body_leaks_fd, "was left open: /dev/null");
    CHECK_FAILS(body_closes_fd, "descriptor 0 was open before");
    CHECK_FAILS(body_leaks_process, "it still runs");
    CHECK_FAILS(body_leaks_zombie, "a zombie");
}

static void *fail_in_thread(void *arg)
{
    (void) arg;
    FAIL("in a thread");
}

static void body_thread_fails(void)
{
    pthread_t thread;

    CHECK_INT(pthread_create(&thread, NULL, fail_in_thread, NULL), 0);
    pthread_join(thread, NULL);
}

static void body_child_fails(void)
{
    pid_t child = fork();

    if (child == 0)
        FAIL("in a child");
    waitpid(child, NULL, 0);
}

TEST(check_fails_from_anywhere)
{
    CHECK_FAILS(body_thread_fails, "in a thread");
    CHECK_FAILS(body_child_fails, "in a child");
}

static void body_leaks_on_failure(void)
{
    void *first = ouro__alloc(1);
    void *second = ouro__alloc(1);

    if (!second)
        return; /* forgets the first */
    ouro__alloc_free(first);
    ouro__alloc_free(second);
}

TEST(sweep_finds_a_bad_error_path)
{
    CHECK_INT(run((struct test_case) { .body = body_leaks_on_failure }), TEST_PASSED);
    CHECK_INT(
        run((struct test_case) { .body = body_leaks_on_failure, .allocation_failures = true }),
        TEST_FAILED);
    CHECK(strstr(output, "with allocation 2 failing"));
}

static void body_survives(void)
{
    CHECK_DIES(SIGABRT, NULL)
    {
        output[0] = 'x';
    }
}

static void body_dies_otherwise(void)
{
    CHECK_DIES(SIGABRT, NULL)
    {
        raise(SIGKILL);
    }
}

static void body_dies_in_silence(void)
{
    CHECK_DIES(SIGKILL, "famous last words")
    {
        raise(SIGKILL);
    }
}

static void body_exits_instead(void)
{
    CHECK_DIES(SIGKILL, NULL)
    {
        _exit(7);
    }
}

TEST(expected_death_must_come)
{
    CHECK_DIES(SIGABRT, "last words")
    {
        test_print("these are the last words\n");
        abort();
    }
    CHECK_DIES(0, NULL)
    {
        _exit(7);
    }
    CHECK_FAILS(body_survives, "the block survived");
    CHECK_FAILS(body_dies_otherwise, "SIGKILL killed it");
    CHECK_FAILS(body_dies_in_silence, "expected on stderr: \"famous last words\"");
    CHECK_FAILS(body_exits_instead, "it exited with status 7");
}

TEST_WITH(backend_is_in_the_environment, .backends = TEST_EPOLL | TEST_SIM)
{
    const char *backend = test_backend();

    CHECK(backend);
    CHECK(strcmp(backend, "epoll") == 0 || strcmp(backend, "sim") == 0);
}

TEST(no_backend_without_being_asked)
{
    CHECK_PTR(test_backend(), NULL);
}

TEST(wanted_backends_come_from_the_environment)
{
    unsetenv("OURO_TEST_BACKEND");
    CHECK_INT(test_backends_wanted(), TEST_URING | TEST_EPOLL | TEST_SIM);
    setenv("OURO_TEST_BACKEND", "sim", 1);
    CHECK_INT(test_backends_wanted(), TEST_SIM);
    setenv("OURO_TEST_BACKEND", "epoll,uring", 1);
    CHECK_INT(test_backends_wanted(), TEST_URING | TEST_EPOLL);
}

TEST(time_limit_is_scaled)
{
    struct test_case test = { .seconds = 2 };

    unsetenv("OURO_TEST_TIMEOUT_SCALE");

    double limit = test_time_limit(&test);

    CHECK(limit >= 2);
    setenv("OURO_TEST_TIMEOUT_SCALE", "10", 1);
    CHECK(test_time_limit(&test) == 10 * limit);
    test.seconds = 0;
    CHECK(test_time_limit(&test) == 50 * limit);
}
