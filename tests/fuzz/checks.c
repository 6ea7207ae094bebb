/* The checks of tests/harness for a target that shares a probe with the tests: there is no harness
 * around it, and a failure aborts, so that libFuzzer keeps the input.
 */
#include "harness/test.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void test_fail(const char *file, int line, const char *format, ...)
{
    va_list arguments;

    fprintf(stderr, "%s:%d: ", file, line);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    abort();
}

void test_skip(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(77);
}

void test_check_int(const char *file, int line, const char *actual_text, const char *expected_text,
                    intmax_t actual, intmax_t expected)
{
    if (actual != expected)
        test_fail(file, line, "%s is %jd, and not %s, %jd", actual_text, actual, expected_text,
                  expected);
}

void test_check_bytes(const char *file, int line, const char *actual_text, const void *actual,
                      size_t size, const void *expected, size_t expected_size)
{
    if (size != expected_size || memcmp(actual, expected, size) != 0)
        test_fail(file, line, "%s is not what is expected", actual_text);
}
