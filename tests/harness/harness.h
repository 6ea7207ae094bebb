/* What the files of the harness share; tests include test.h only.
 *
 *     runner.c    main: options, which tests run, the summary
 *     process.c   one test in a process of its own: time limit, captured output, verdict
 *     body.c      inside that process: runs the body, counts what it leaves behind
 *     check.c     the checks and how they fail
 *     death.c     CHECK_DIES
 *     backends.c  which backends exist here
 */
#ifndef TESTS_HARNESS_HARNESS_H
#define TESTS_HARNESS_HARNESS_H

#include "harness/test.h"

#include <stdatomic.h>

/* A test that is broken did more than fail a check: it crashed, hung, or left something behind. */
enum test_verdict { TEST_PASSED, TEST_FAILED, TEST_BROKEN, TEST_SKIPPED, TEST_VERDICTS };

enum {
    EXIT_TEST_FAILED = 1,
    EXIT_TEST_BROKEN = 3,
    EXIT_ALL_SKIPPED = 77,
};

/* Memory that the runner shares with the process of a test and all its children: what they have to
 * say survives whatever way they end. */
struct test_report {
    atomic_bool failed;              /* some check failed, wherever */
    atomic_bool leaves;              /* the body has returned: what fails now was left behind */
    atomic_bool skipped;             /* `reason` is set */
    atomic_bool finished;            /* the body returned and left nothing behind */
    atomic_ulong failing_allocation; /* which one fails in this run; 0: none */
    char reason[256];
};

extern struct test_report *test_report;

struct test_options {
    bool verbose;
    bool no_fork;
};

/* Makes `test_report`. */
void test_report_create(void);

/* Prints to stderr with one `write` and little stack. */
__attribute__((format(printf, 1, 2))) void test_print(const char *format, ...);

/* Tells what the test meets: "allocation 3 failing", or "". */
const char *test_circumstances(void);

/* Runs a test in a new process (process.c). `title` is what it is called in the output. */
enum test_verdict test_process_run(const struct test_case *test, const char *title,
                                   const char *backend, bool verbose);

/* Runs the body and checks what it leaves behind (body.c). Does not return if something is wrong.
 */
void test_body_run(const struct test_case *test);

/* Seconds that a test may take, scaled for sanitizers and by OURO_TEST_TIMEOUT_SCALE. */
double test_time_limit(const struct test_case *test);

/* "SIGSEGV" and so on. */
const char *test_signal_name(int signal);

/* The name of the one backend whose bit is set. */
const char *test_backend_name(unsigned backend);

/* True if the backend can be used, else false and why not (static). */
bool test_backend_usable(unsigned backend, const char **ret_reason);

/* The backends that OURO_TEST_BACKEND allows. */
unsigned test_backends_wanted(void);

#endif
