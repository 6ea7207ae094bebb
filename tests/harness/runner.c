/* The main function of every test program: options, which tests run, the summary.
 *
 *     program [--list] [--no-fork] [-v] [--repeat N] [--exact] [name or its beginning]...
 *
 * A test on several backends is called "name:uring", "name:epoll" and so on.
 * Exit status: 0 all passed, 1 some failed, 3 some crashed, hung or left something behind, 77 all
 * were skipped, 2 wrong usage or no such test.
 */
#define _GNU_SOURCE 1

#include "harness/harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The linker makes these of the section's name. Weak: a program may have no tests. */
extern const struct test_case *const __start_ouro_tests[] __attribute__((weak));
extern const struct test_case *const __stop_ouro_tests[] __attribute__((weak));

struct run {
    struct test_options options;
    bool list;
    bool exact;
    long repeat;
    char **filters;
    int filter_count;
    unsigned wanted;
    unsigned long verdicts[TEST_VERDICTS];
    unsigned long matched;
};

static bool matches(const struct run *run, const char *title)
{
    for (int i = 0; i < run->filter_count; i++) {
        size_t len = run->exact ? strlen(title) + 1 : strlen(run->filters[i]);

        if (strncmp(title, run->filters[i], len) == 0)
            return true;
    }
    return run->filter_count == 0;
}

/* Without a process of its own a failed check ends the runner, a debugger sees everything, and only
 * one backend can be tried at a time. */
static enum test_verdict run_here(const struct test_case *test, const char *title,
                                  const char *backend)
{
    printf("running %s\n", title);
    fflush(stdout);
    memset(test_report, 0, sizeof(*test_report));
    if (backend)
        setenv("OURO_BACKEND", backend, 1);
    test_body_run(test);
    return TEST_PASSED;
}

static void run_variant(struct run *run, const struct test_case *test, unsigned backend)
{
    const char *name = test_backend_name(backend);
    const char *reason;
    char title[256];

    snprintf(title, sizeof(title), "%s%s%s", test->name, name ? ":" : "", name ? name : "");
    if (!matches(run, title))
        return;
    run->matched++;
    if (run->list) {
        puts(title);
        return;
    }
    if (!test_backend_usable(backend, &reason)) {
        printf("skipped %s: %s\n", title, reason);
        run->verdicts[TEST_SKIPPED]++;
        return;
    }
    for (long i = 0; i < run->repeat; i++) {
        enum test_verdict verdict = run->options.no_fork
                                        ? run_here(test, title, name)
                                        : test_process_run(test, title, name, run->options.verbose);

        run->verdicts[verdict]++;
        if (verdict != TEST_PASSED)
            break;
    }
}

static void run_test(struct run *run, const struct test_case *test)
{
    if (!test->backends) {
        run_variant(run, test, 0);
        return;
    }
    for (unsigned backend = TEST_URING; backend <= TEST_SIM; backend <<= 1) {
        if (test->backends & run->wanted & backend)
            run_variant(run, test, backend);
    }
}

/* The compiler may lay the tests out in any order: sort them as they are written. */
static int compare_tests(const void *left, const void *right)
{
    const struct test_case *a = *(const struct test_case *const *) left;
    const struct test_case *b = *(const struct test_case *const *) right;
    int order = strcmp(a->file, b->file);

    return order ? order : (a->line > b->line) - (a->line < b->line);
}

static void run_all(struct run *run)
{
    size_t count = (size_t) (__stop_ouro_tests - __start_ouro_tests);
    const struct test_case **tests = malloc((count + 1) * sizeof(*tests));

    if (!tests) {
        perror("malloc");
        exit(2);
    }
    for (size_t i = 0; i < count; i++)
        tests[i] = __start_ouro_tests[i];
    qsort(tests, count, sizeof(*tests), compare_tests);
    for (size_t i = 0; i < count; i++)
        run_test(run, tests[i]);
    free(tests);
}

static _Noreturn void usage(const char *program)
{
    fprintf(stderr, "usage: %s [--list] [--no-fork] [-v] [--repeat N] [--exact] [name...]\n",
            program);
    exit(2);
}

static void parse(struct run *run, int argc, char **argv)
{
    int i = 1;

    for (; i < argc && argv[i][0] == '-'; i++) {
        if (strcmp(argv[i], "--list") == 0)
            run->list = true;
        else if (strcmp(argv[i], "--no-fork") == 0)
            run->options.no_fork = true;
        else if (strcmp(argv[i], "-v") == 0 || strcmp(argv[i], "--verbose") == 0)
            run->options.verbose = true;
        else if (strcmp(argv[i], "--exact") == 0)
            run->exact = true;
        else if (strcmp(argv[i], "--repeat") == 0 && i + 1 < argc)
            run->repeat = strtol(argv[++i], NULL, 10);
        else
            usage(argv[0]);
    }
    if (run->repeat < 1)
        usage(argv[0]);
    run->filters = argv + i;
    run->filter_count = argc - i;
}

int main(int argc, char **argv)
{
    struct run run = { .repeat = 1 };
    sigset_t child;

    parse(&run, argc, argv);
    run.wanted = test_backends_wanted();
    test_report_create();
    if (!run.options.no_fork) {
        sigemptyset(&child);
        sigaddset(&child, SIGCHLD);
        sigprocmask(SIG_BLOCK, &child, NULL); /* process.c waits for it */
    }
    run_all(&run);
    if (run.filter_count > 0 && run.matched == 0) {
        fprintf(stderr, "%s: no test has such a name\n", argv[0]);
        return 2;
    }
    if (run.list)
        return 0;

    unsigned long passed = run.verdicts[TEST_PASSED];
    unsigned long failed = run.verdicts[TEST_FAILED] + run.verdicts[TEST_BROKEN];
    unsigned long skipped = run.verdicts[TEST_SKIPPED];

    printf("%lu passed, %lu failed, %lu skipped\n", passed, failed, skipped);
    if (failed)
        return run.verdicts[TEST_BROKEN] ? EXIT_TEST_BROKEN : EXIT_TEST_FAILED;
    return passed == 0 && skipped > 0 ? EXIT_ALL_SKIPPED : 0;
}
