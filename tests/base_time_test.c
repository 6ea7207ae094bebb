/* Seconds and nanoseconds. */
#include "base/time.h"

#include "harness/random.h"
#include "harness/test.h"

static int64_t ns_of(double seconds)
{
    int64_t ns = 42;

    CHECK_INT(time_from_seconds(seconds, &ns), 0);
    return ns;
}

TEST(decimal_fractions_are_exact)
{
    CHECK_INT(ns_of(0), 0);
    CHECK_INT(ns_of(-0.0), 0);
    CHECK_INT(ns_of(0.1), 100000000);
    CHECK_INT(ns_of(0.2), 200000000);
    CHECK_INT(ns_of(0.3), 300000000);
    CHECK_INT(ns_of(0.1 + 0.2), 300000000);
    CHECK_INT(ns_of(1e-9), 1);
    CHECK_INT(ns_of(1.5e-9), 2);
    CHECK_INT(ns_of(0.4e-9), 0);
    CHECK_INT(ns_of(0.999999999), 999999999);
    CHECK_INT(ns_of(0.9999999999), 1000000000);
    CHECK_INT(ns_of(5), 5 * NS_PER_SECOND);
    CHECK_INT(ns_of(1234567.000000001), INT64_C(1234567000000001));
}

TEST(every_number_of_nanoseconds_survives_the_way_to_seconds_and_back)
{
    struct test_random random = { 1 };

    for (int i = 0; i < 100000; i++) {
        /* Up to 48 days: there a double holds a nanosecond. */
        int64_t ns = (int64_t) (test_random_next(&random) >> (12 + i % 50));

        CHECK_INT(ns_of(time_to_seconds(ns)), ns);
        CHECK_INT(ns_of(time_to_seconds(-ns)), -ns);
    }
}

TEST(negative_time_is_the_mirror_of_positive)
{
    CHECK_INT(ns_of(-0.1), -100000000);
    CHECK_INT(ns_of(-1.5e-9), -2);
    CHECK_INT(ns_of(-1.25), -1250000000);
}

TEST(time_without_end_saturates)
{
    CHECK_INT(ns_of(OURO_FOREVER), INT64_MAX);
    CHECK_INT(ns_of(1e300), INT64_MAX);
    CHECK_INT(ns_of(9223372036.854775), INT64_MAX);
    CHECK_INT(ns_of(-OURO_FOREVER), INT64_MIN);
    CHECK_INT(ns_of(-1e10), INT64_MIN);
    CHECK_INT(ns_of(9223372035.5), INT64_C(9223372035500000000));
    CHECK_INT(ns_of(-9223372035.5), INT64_C(-9223372035500000000));
    CHECK(time_to_seconds(INT64_MAX) == OURO_FOREVER);
}

TEST(not_a_number_is_refused)
{
    int64_t ns = 42;

    CHECK_INT(time_from_seconds(__builtin_nan(""), &ns), -EINVAL);
    CHECK_INT(ns, 42);
}

TEST(sum_saturates)
{
    CHECK_INT(time_add(1, 2), 3);
    CHECK_INT(time_add(-1, 1), 0);
    CHECK_INT(time_add(INT64_MAX - 1, 1), INT64_MAX);
    CHECK_INT(time_add(INT64_MAX - 1, 2), INT64_MAX);
    CHECK_INT(time_add(INT64_MIN, -1), INT64_MIN);
    CHECK_INT(time_add(INT64_MIN, INT64_MIN), INT64_MIN);
    CHECK_INT(time_add(TIME_FOREVER, -5), TIME_FOREVER);
    CHECK_INT(time_add(-5, TIME_FOREVER), TIME_FOREVER);
    CHECK_INT(time_add(INT64_MIN, TIME_FOREVER), TIME_FOREVER);
}

TEST(clock_does_not_go_back)
{
    int64_t last = time_monotonic_ns();

    CHECK(last > 0);
    for (int i = 0; i < 1000; i++) {
        int64_t now = time_monotonic_ns();

        CHECK(now >= last);
        last = now;
    }
}
