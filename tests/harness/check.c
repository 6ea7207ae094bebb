/* The checks: compare, and on a difference tell the place and both operands, and end the process.
 *
 * A check may fail on a coroutine's small stack, in any thread, or in a process that the test has
 * forked. Hence the text is made in static memory, and the verdict lies in the shared report.
 */
#define _GNU_SOURCE 1

#include "harness/harness.h"

#include "ouro/error.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct test_report *test_report;

/* Declared weak, so that programs without the library's errors can be tested as well. */
__attribute__((weak)) const char *ouro_errname(int status);

void test_report_create(void)
{
    void *page = mmap(NULL, sizeof(*test_report), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (page == MAP_FAILED) {
        perror("mmap");
        exit(2);
    }
    test_report = page;
}

const char *test_circumstances(void)
{
    static char text[64];
    unsigned long allocation = atomic_load(&test_report->failing_allocation);

    if (allocation == 0)
        return "";
    snprintf(text, sizeof(text), " (with allocation %lu failing)", allocation);
    return text;
}

static void write_all(const char *text, size_t size)
{
    while (size > 0) {
        ssize_t written = write(STDERR_FILENO, text, size);

        if (written <= 0)
            return;
        text += written;
        size -= (size_t) written;
    }
}

void test_print(const char *format, ...)
{
    static _Thread_local char text[4096];
    va_list args;

    va_start(args, format);
    int len = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (len > 0)
        write_all(text, (size_t) len < sizeof(text) ? (size_t) len : sizeof(text) - 1);
}

/* The first failure counts; a second one, in another thread, waits for the end of the process. */
static void become_the_failing_thread(void)
{
    static atomic_flag failing = ATOMIC_FLAG_INIT;

    while (atomic_flag_test_and_set(&failing))
        pause();
}

static _Noreturn void leave_failed(void)
{
    fflush(stdout);
    atomic_store(&test_report->failed, true);
    _exit(EXIT_TEST_FAILED);
}

void test_fail(const char *file, int line, const char *format, ...)
{
    static char text[4096];
    va_list args;

    become_the_failing_thread();
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    test_print("%s:%d: %s%s\n", file, line, text, test_circumstances());
    leave_failed();
}

void test_skip(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(test_report->reason, sizeof(test_report->reason), format, args);
    va_end(args);
    atomic_store(&test_report->skipped, true);
    fflush(stdout);
    _exit(EXIT_ALL_SKIPPED);
}

/* A negative status says little: add its name. */
static const char *status_name(intmax_t value)
{
    if (!ouro_errname || value >= 0 || value < -8192)
        return "";

    const char *name = ouro_errname((int) value);

    return strcmp(name, "EUNKNOWN") == 0 ? "" : name;
}

void test_check_int(const char *file, int line, const char *actual_text, const char *expected_text,
                    intmax_t actual, intmax_t expected)
{
    if (actual == expected)
        return;

    const char *actual_name = status_name(actual);
    const char *expected_name = status_name(expected);

    test_fail(file, line,
              "CHECK_INT(%s, %s)\n  actual:   %" PRIdMAX " %s\n  expected: %" PRIdMAX " %s",
              actual_text, expected_text, actual, actual_name, expected, expected_name);
}

void test_check_pointer(const char *file, int line, const char *actual_text,
                        const char *expected_text, const void *actual, const void *expected)
{
    if (actual != expected)
        test_fail(file, line, "CHECK_PTR(%s, %s)\n  actual:   %p\n  expected: %p", actual_text,
                  expected_text, actual, expected);
}

void test_check_string(const char *file, int line, const char *actual_text,
                       const char *expected_text, const char *actual, const char *expected)
{
    if (actual == expected || (actual && expected && strcmp(actual, expected) == 0))
        return;
    test_fail(file, line, "CHECK_STR(%s, %s)\n  actual:   %s%s%s\n  expected: %s%s%s", actual_text,
              expected_text, actual ? "\"" : "", actual ? actual : "NULL", actual ? "\"" : "",
              expected ? "\"" : "", expected ? expected : "NULL", expected ? "\"" : "");
}

/* Prints 16 bytes from `offset`, in hexadecimal and as characters. */
static void format_bytes(char *text, size_t room, const unsigned char *bytes, size_t size,
                         size_t offset)
{
    size_t used = 0;
    size_t end = offset + 16 < size ? offset + 16 : size;

    text[0] = '\0';
    for (size_t i = offset; i < end; i++)
        used += (size_t) snprintf(text + used, room - used, "%02x ", bytes[i]);
    if (offset >= size)
        snprintf(text + used, room - used, "(end)");
    for (size_t i = offset; i < end; i++)
        used += (size_t) snprintf(text + used, room - used, "%c",
                                  isprint(bytes[i]) ? bytes[i] : '.');
}

void test_check_bytes(const char *file, int line, const char *actual_text, const void *actual,
                      size_t size, const void *expected, size_t expected_size)
{
    static char actual_bytes[128];
    static char expected_bytes[128];
    const unsigned char *left = actual;
    const unsigned char *right = expected;
    size_t shorter = size < expected_size ? size : expected_size;
    size_t same = 0;

    while (same < shorter && left[same] == right[same])
        same++;
    if (same == size && same == expected_size)
        return;
    format_bytes(actual_bytes, sizeof(actual_bytes), left, size, same);
    format_bytes(expected_bytes, sizeof(expected_bytes), right, expected_size, same);
    test_fail(file, line,
              "CHECK_BYTES(%s): %zu bytes, expected %zu, different from byte %zu on\n"
              "  actual:   %s\n  expected: %s",
              actual_text, size, expected_size, same, actual_bytes, expected_bytes);
}
