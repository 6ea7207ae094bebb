/* Times: seconds as `double` outside, nanoseconds as int64_t inside.
 *
 * INT64_MAX is the time that never comes. Everything saturates towards it, so that no caller checks
 * for overflow.
 */
#ifndef OURO_BASE_TIME_H
#define OURO_BASE_TIME_H

#include "ouro/base.h"

#include <errno.h>
#include <stdint.h>
#include <time.h>

#define NS_PER_SECOND INT64_C(1000000000)
#define TIME_FOREVER INT64_MAX

/* Converts seconds to nanoseconds, rounded to the nearest. Infinity, and what is too large, becomes
 * TIME_FOREVER; what is too small, INT64_MIN. Returns 0, or -EINVAL for NaN.
 *
 * The whole seconds and the fraction are converted apart: their split is exact, while the product
 * of a large time (a clock's, after months) with 1e9 would not be exact to the nanosecond. A delay
 * takes the short way. */
static inline int time_from_seconds(double seconds, int64_t *ret_ns)
{
    if (seconds >= 0 && seconds < 1e6) {
        *ret_ns = (int64_t) (seconds * 1e9 + 0.5); /* below 2^50: exact to the nanosecond */
        return 0;
    }
    if (__builtin_isnan(seconds))
        return -EINVAL;
    if (seconds >= 9223372036.0) {
        *ret_ns = TIME_FOREVER;
        return 0;
    }
    if (seconds <= -9223372036.0) {
        *ret_ns = INT64_MIN;
        return 0;
    }

    int64_t whole = (int64_t) seconds;
    double fraction = (seconds - (double) whole) * 1e9;

    *ret_ns = whole * NS_PER_SECOND + (int64_t) (fraction + (fraction < 0 ? -0.5 : 0.5));
    return 0;
}

/* Converts back; TIME_FOREVER becomes infinity. */
static inline double time_to_seconds(int64_t ns)
{
    return ns == TIME_FOREVER ? OURO_FOREVER : (double) ns / 1e9;
}

/* Adds, saturating. A sum with TIME_FOREVER is TIME_FOREVER. */
static inline int64_t time_add(int64_t left, int64_t right)
{
    int64_t sum;

    if (left == TIME_FOREVER || right == TIME_FOREVER)
        return TIME_FOREVER;
    if (__builtin_add_overflow(left, right, &sum))
        return right < 0 ? INT64_MIN : TIME_FOREVER;
    return sum;
}

/* Reads the monotonic clock. It cannot fail on Linux, and costs no system call there. */
static inline int64_t time_monotonic_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t) now.tv_sec * NS_PER_SECOND + now.tv_nsec;
}

#endif
