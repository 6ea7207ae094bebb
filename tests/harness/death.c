/* CHECK_DIES: a block of a test in a child process that must not survive it.
 *
 *     test_death_next   first call    in the child: true, the block runs; in the parent: judges the
 *                                     child's end, false
 *                       second call   in the child, which has survived: ends it
 */
#define _GNU_SOURCE 1

#include "harness/harness.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXIT_SURVIVED = 76 };

/* Sanitizers turn a crash into an exit with a report. Here the signal itself is wanted. */
static void restore_crash_signals(void)
{
    static const int crashes[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP };

    for (size_t i = 0; i < sizeof(crashes) / sizeof(crashes[0]); i++)
        signal(crashes[i], SIG_DFL);
}

static void judge_end(const struct test_death *death, int status, const char *text)
{
    int wanted = death->signal;

    if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SURVIVED)
        test_fail(death->file, death->line, "CHECK_DIES: the block survived. Its output:\n%s",
                  text);
    if (WIFEXITED(status) && (wanted != 0 || WEXITSTATUS(status) == 0))
        test_fail(death->file, death->line,
                  "CHECK_DIES: expected %s, but it exited with status %d. Its output:\n%s",
                  wanted ? test_signal_name(wanted) : "a crash", WEXITSTATUS(status), text);
    if (wanted != 0 && WTERMSIG(status) != wanted)
        test_fail(death->file, death->line,
                  "CHECK_DIES: expected signal %d, but %s killed it. Its output:\n%s", wanted,
                  test_signal_name(WTERMSIG(status)), text);
    if (death->text && !strstr(text, death->text))
        test_fail(death->file, death->line,
                  "CHECK_DIES: expected on stderr: \"%s\". Its output:\n%s", death->text, text);
}

bool test_death_next(struct test_death *death)
{
    if (death->inside)
        _exit(EXIT_SURVIVED);

    int output = memfd_create("death", MFD_CLOEXEC);

    if (output < 0)
        FAIL("memfd_create: %s", strerror(errno));
    fflush(NULL);

    pid_t child = fork();

    if (child < 0)
        FAIL("fork: %s", strerror(errno));
    if (child == 0) {
        const struct rlimit no_core = { 0, 0 };

        setrlimit(RLIMIT_CORE, &no_core);
        dup2(output, STDERR_FILENO);
        close(output);
        restore_crash_signals();
        death->inside = true;
        return true;
    }

    static char text[8192];
    int status;

    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR)
            FAIL("waitpid: %s", strerror(errno));
    }

    ssize_t size = pread(output, text, sizeof(text) - 1, 0);

    text[size > 0 ? size : 0] = '\0';
    close(output);
    judge_end(death, status, text);
    return false;
}
