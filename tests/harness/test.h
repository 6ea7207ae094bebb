/* Tests: how one is written. The runner (runner.c) has the main function.
 *
 *     TEST(appends_in_order)
 *     {
 *         CHECK_INT(list_length(&list), 3);
 *     }
 *
 * Each test runs in a process of its own, under a time limit, and must leave as it came: no block
 * of ouro__alloc, no descriptor and no child process more. A failed check ends that process at
 * once, from whatever thread, coroutine or forked child it is made in.
 */
#ifndef TESTS_HARNESS_TEST_H
#define TESTS_HARNESS_TEST_H

#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum test_backend {
    TEST_URING = 1 << 0,
    TEST_EPOLL = 1 << 1,
    TEST_SIM = 1 << 2,
};

struct test_case {
    void (*body)(void);
    const char *name;
    const char *file;
    int line;
    double seconds;           /* time limit; 0 means 10 s */
    unsigned backends;        /* run once for each of these; 0: once, and no backend is chosen */
    bool allocation_failures; /* run again and again, the k-th allocation failing */
};

/* The general form, with fields of `struct test_case`: TEST_WITH(name, .seconds = 2) { ... } */
#define TEST_WITH(name_, ...)                                                                      \
    static void test_body_##name_(void);                                                           \
    static const struct test_case test_case_##name_ = {                                            \
        .body = test_body_##name_, .name = #name_, .file = __FILE__, .line = __LINE__, __VA_ARGS__ \
    };                                                                                             \
    static const struct test_case *const test_entry_##name_                                        \
        __attribute__((used, section("ouro_tests"))) = &test_case_##name_;                         \
    static void test_body_##name_(void)

#define TEST(name_) TEST_WITH(name_, .seconds = 0)
#define TEST_TIMED(name_, seconds_) TEST_WITH(name_, .seconds = (seconds_))

/* Runs once for each backend of the kernel, with OURO_BACKEND set to its name. */
#define TEST_BACKENDS(name_) TEST_WITH(name_, .backends = TEST_URING | TEST_EPOLL)

/* The same, and on the simulated one. */
#define TEST_ALL_BACKENDS(name_) TEST_WITH(name_, .backends = TEST_URING | TEST_EPOLL | TEST_SIM)

/* Runs the body with its first allocation failing, then its second, and so on, until a run meets no
 * failure. Each run must return, leave nothing behind, and may ask `test_fault_fired`. */
#define TEST_ALLOCATION_FAILURES(name_) TEST_WITH(name_, .allocation_failures = true)

/* In a test with allocation failures: true once this run's allocation has failed. */
bool test_fault_fired(void);

/* The backend that this test shall use: "uring", "epoll", "sim"; NULL in a test without. */
const char *test_backend(void);

/* Ends the test as failed. */
#define FAIL(...) test_fail(__FILE__, __LINE__, __VA_ARGS__)

/* Ends the test as skipped, with the reason in the summary. */
#define SKIP(...) test_skip(__VA_ARGS__)

/* Each names the actual value first, and evaluates its operands once. */
#define CHECK(condition_)                                                                          \
    ((condition_) ? (void) 0 : test_fail(__FILE__, __LINE__, "CHECK(%s)", #condition_))
#define CHECK_INT(actual_, expected_)                                                              \
    test_check_int(__FILE__, __LINE__, #actual_, #expected_, (intmax_t) (actual_),                 \
                   (intmax_t) (expected_))
#define CHECK_PTR(actual_, expected_)                                                              \
    test_check_pointer(__FILE__, __LINE__, #actual_, #expected_, (actual_), (expected_))
#define CHECK_STR(actual_, expected_)                                                              \
    test_check_string(__FILE__, __LINE__, #actual_, #expected_, (actual_), (expected_))
#define CHECK_BYTES(actual_, size_, expected_, expected_size_)                                     \
    test_check_bytes(__FILE__, __LINE__, #actual_, (actual_), (size_), (expected_),                \
                     (expected_size_))

/* Runs the block that follows in a child process, which must be killed by `signal_` with `text_`
 * (NULL: anything) on its stderr. A signal of 0 stands for any end but a normal one. The block must
 * not be left by break, return or goto.
 *
 *     CHECK_DIES(SIGABRT, "assertion failed") { list_remove(&link); } */
#define CHECK_DIES(signal_, text_)                                                                 \
    for (struct test_death death_ = { __FILE__, __LINE__, (signal_), (text_), -1, false };         \
         test_death_next(&death_);)

/* What stands behind the macros. */

struct test_death {
    const char *file;
    int line;
    int signal;
    const char *text;
    int output;
    bool inside;
};

__attribute__((format(printf, 3, 4), noreturn)) void test_fail(const char *file, int line,
                                                               const char *format, ...);
__attribute__((format(printf, 1, 2), noreturn)) void test_skip(const char *format, ...);
void test_check_int(const char *file, int line, const char *actual_text, const char *expected_text,
                    intmax_t actual, intmax_t expected);
void test_check_pointer(const char *file, int line, const char *actual_text,
                        const char *expected_text, const void *actual, const void *expected);
void test_check_string(const char *file, int line, const char *actual_text,
                       const char *expected_text, const char *actual, const char *expected);
void test_check_bytes(const char *file, int line, const char *actual_text, const void *actual,
                      size_t size, const void *expected, size_t expected_size);
bool test_death_next(struct test_death *death);

#endif
