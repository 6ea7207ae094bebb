/* The queue of timers, against a sorted array. */
#include "base/wheel.h"

#include "harness/random.h"
#include "harness/test.h"

#include <stdlib.h>
#include <string.h>

#define MILLISECOND INT64_C(1000000)
#define SECOND (1000 * MILLISECOND)
#define DAY (86400 * SECOND)

static struct wheel wheel;

static void add(ouro_timer_node *node, int64_t deadline)
{
    static uint64_t sequence;

    node->deadline_ = deadline;
    node->sequence_ = sequence++;
    wheel_add(&wheel, node);
}

TEST(empty_wheel_has_nothing_due)
{
    wheel_init(&wheel, 5 * SECOND);
    CHECK_PTR(wheel_pop_due(&wheel, 0), NULL);
    CHECK_PTR(wheel_pop_due(&wheel, INT64_MAX), NULL);
    CHECK_INT(wheel_next(&wheel), INT64_MAX);
}

TEST(timer_fires_at_its_deadline_and_not_before)
{
    static const int64_t deadlines[] = {
        INT64_MIN,
        -1,
        0,
        1,
        999,
        MILLISECOND - 1,
        SECOND,
        SECOND + 1,
        60 * SECOND,
        DAY,
        365 * DAY,
        100 * 365 * DAY,
        INT64_C(1) << 62,
        INT64_MAX - 1,
        INT64_MAX,
    };

    for (size_t i = 0; i < sizeof(deadlines) / sizeof(deadlines[0]); i++) {
        ouro_timer_node node = { .where_ = WHEEL_NOWHERE };
        int64_t deadline = deadlines[i];

        wheel_init(&wheel, 0);
        add(&node, deadline);
        CHECK(wheel_is_armed(&node));
        CHECK_INT(wheel_next(&wheel), deadline);
        if (deadline > INT64_MIN)
            CHECK_PTR(wheel_pop_due(&wheel, deadline - 1), NULL);
        CHECK_INT(wheel_next(&wheel), deadline);
        CHECK_PTR(wheel_pop_due(&wheel, deadline), &node);
        CHECK(!wheel_is_armed(&node));
        CHECK_PTR(wheel_pop_due(&wheel, INT64_MAX), NULL);
        CHECK_INT(wheel_next(&wheel), INT64_MAX);
    }
}

/* The same around every power of two, where slots and levels begin and end. */
TEST(timer_fires_at_every_edge_of_a_slot)
{
    for (int bit = 0; bit < 62; bit++) {
        int64_t edge = INT64_C(1) << bit;

        for (int64_t deadline = edge - 1; deadline <= edge + 1; deadline++) {
            ouro_timer_node node = { .where_ = WHEEL_NOWHERE };
            ouro_timer_node other = { .where_ = WHEEL_NOWHERE };

            wheel_init(&wheel, edge / 2);
            add(&node, deadline);
            add(&other, 2 * edge);
            CHECK_PTR(wheel_pop_due(&wheel, deadline - 1), NULL);
            CHECK_PTR(wheel_pop_due(&wheel, deadline), &node);
            CHECK_PTR(wheel_pop_due(&wheel, 2 * edge - 1), NULL);
            CHECK_INT(wheel_next(&wheel), 2 * edge);
            CHECK_PTR(wheel_pop_due(&wheel, 2 * edge), &other);
        }
    }
}

TEST(removed_timer_does_not_fire)
{
    ouro_timer_node nodes[3] = { { .where_ = WHEEL_NOWHERE } };

    wheel_init(&wheel, SECOND);
    add(&nodes[0], 0);           /* in the heap */
    add(&nodes[1], SECOND + 1);  /* in the heap: the current tick */
    add(&nodes[2], 60 * SECOND); /* in a slot */
    for (int i = 0; i < 3; i++) {
        wheel_remove(&wheel, &nodes[i]);
        CHECK(!wheel_is_armed(&nodes[i]));
    }
    CHECK_INT(wheel_next(&wheel), INT64_MAX);
    CHECK_PTR(wheel_pop_due(&wheel, INT64_MAX), NULL);
}

TEST(equal_deadlines_fire_in_the_order_of_arming)
{
    enum { COUNT = 100 };
    static ouro_timer_node nodes[COUNT];

    wheel_init(&wheel, 0);

    /* Half are armed far from the deadline, half near it: they come from different levels. */
    for (int i = 0; i < COUNT / 2; i++)
        add(&nodes[i], 10 * SECOND);
    CHECK_PTR(wheel_pop_due(&wheel, 10 * SECOND - MILLISECOND / 2), NULL);
    for (int i = COUNT / 2; i < COUNT; i++)
        add(&nodes[i], 10 * SECOND);
    for (int i = 0; i < COUNT; i++)
        CHECK_PTR(wheel_pop_due(&wheel, 10 * SECOND), &nodes[i]);
}

TEST(time_may_jump_by_years)
{
    enum { COUNT = 200 };
    static ouro_timer_node nodes[COUNT];

    wheel_init(&wheel, 3 * DAY);
    for (int i = COUNT - 1; i >= 0; i--)
        add(&nodes[i], 3 * DAY + i * DAY / 7);
    for (int i = 0; i < COUNT; i++)
        CHECK_PTR(wheel_pop_due(&wheel, 3 * 365 * DAY), &nodes[i]);
    add(&nodes[0], 4 * 365 * DAY);
    CHECK_PTR(wheel_pop_due(&wheel, 100 * 365 * DAY), &nodes[0]);
}

TEST(time_may_stand_still_or_step_back)
{
    ouro_timer_node first = { .where_ = WHEEL_NOWHERE };
    ouro_timer_node second = { .where_ = WHEEL_NOWHERE };

    wheel_init(&wheel, 10 * SECOND);
    add(&first, 11 * SECOND);
    CHECK_PTR(wheel_pop_due(&wheel, 10 * SECOND), NULL);
    CHECK_PTR(wheel_pop_due(&wheel, 9 * SECOND), NULL);
    add(&second, 9 * SECOND + 1);
    CHECK_INT(wheel_next(&wheel), 9 * SECOND + 1);
    CHECK_PTR(wheel_pop_due(&wheel, 9 * SECOND), NULL);
    CHECK_PTR(wheel_pop_due(&wheel, 10 * SECOND), &second);
    CHECK_PTR(wheel_pop_due(&wheel, 10 * SECOND), NULL);
    CHECK_PTR(wheel_pop_due(&wheel, 11 * SECOND), &first);
}

/* A timer that is armed while others are popped takes its place among them. */
TEST(timer_armed_between_two_pops_is_in_order)
{
    ouro_timer_node nodes[4] = { { .where_ = WHEEL_NOWHERE } };

    wheel_init(&wheel, 0);
    add(&nodes[0], 1 * SECOND);
    add(&nodes[1], 3 * SECOND);
    CHECK_PTR(wheel_pop_due(&wheel, 10 * SECOND), &nodes[0]);
    add(&nodes[2], 2 * SECOND);
    add(&nodes[3], 3 * SECOND);
    CHECK_PTR(wheel_pop_due(&wheel, 10 * SECOND), &nodes[2]);
    CHECK_PTR(wheel_pop_due(&wheel, 10 * SECOND), &nodes[1]);
    CHECK_PTR(wheel_pop_due(&wheel, 10 * SECOND), &nodes[3]);
}

TEST(next_forgets_slots_that_were_emptied)
{
    ouro_timer_node timeouts[4] = { { .where_ = WHEEL_NOWHERE } };
    static const int64_t deadlines[4] = { 10 * MILLISECOND, SECOND, 100 * SECOND, DAY };

    wheel_init(&wheel, 0);
    for (int i = 3; i >= 0; i--)
        add(&timeouts[i], deadlines[i]);
    for (int i = 0; i < 4; i++) {
        CHECK_INT(wheel_next(&wheel), deadlines[i]);
        wheel_remove(&wheel, &timeouts[i]);
    }
    CHECK_INT(wheel_next(&wheel), INT64_MAX);

    /* A slot that is used again forgets the deadlines of its earlier use. */
    add(&timeouts[0], SECOND);
    wheel_remove(&wheel, &timeouts[0]);
    add(&timeouts[0], SECOND + 1);
    CHECK_INT(wheel_next(&wheel), SECOND + 1);
}

/* The reference: the armed nodes, sorted. */

enum { COUNT = 1024 };

static ouro_timer_node nodes[COUNT];
static ouro_timer_node *sorted[COUNT];
static size_t armed;

static void reference_add(ouro_timer_node *node)
{
    size_t place = armed++;

    while (place > 0 && wheel_before(&node->heap_, &sorted[place - 1]->heap_)) {
        sorted[place] = sorted[place - 1];
        place--;
    }
    sorted[place] = node;
}

static void reference_remove(const ouro_timer_node *node)
{
    size_t place = 0;

    while (sorted[place] != node)
        place++;
    armed--;
    memmove(&sorted[place], &sorted[place + 1], (armed - place) * sizeof(sorted[0]));
}

/* A delay of any order of magnitude up to 2^`bits` ns; some in the past, some twice the same. */
static int64_t random_delay(struct test_random *random, unsigned bits)
{
    uint64_t kind = test_random_below(random, 10);
    uint64_t size = test_random_below(random, bits);
    int64_t delay = (int64_t) (test_random_next(random) & ((UINT64_C(1) << size) - 1));

    if (kind == 0)
        return -delay;
    if (kind == 1)
        return (int64_t) (test_random_below(random, 4) << WHEEL_TICK_SHIFT);
    return delay;
}

static void pop_all_due(int64_t now)
{
    ouro_timer_node *node;

    while ((node = wheel_pop_due(&wheel, now))) {
        CHECK(armed > 0);
        CHECK_PTR(node, sorted[0]);
        CHECK(node->deadline_ <= now);
        reference_remove(node);
    }
    if (armed > 0)
        CHECK(sorted[0]->deadline_ > now);
    CHECK(wheel_next(&wheel) > now || now == INT64_MAX);
    CHECK(wheel_next(&wheel) <= (armed ? sorted[0]->deadline_ : INT64_MAX));
}

static void check_random_operations(uint64_t seed, int operations, unsigned bits)
{
    struct test_random random = { seed };
    int64_t now = (int64_t) (test_random_next(&random) >> (1 + test_random_below(&random, 40)));

    now /= 2;
    wheel_init(&wheel, now);
    armed = 0;
    memset(nodes, 0, sizeof(nodes));
    for (int i = 0; i < operations; i++) {
        ouro_timer_node *node = &nodes[test_random_below(&random, COUNT)];
        uint64_t action = test_random_below(&random, 100);

        if (wheel_is_armed(node) && action < 40) {
            wheel_remove(&wheel, node);
            reference_remove(node);
        } else if (!wheel_is_armed(node) && action < 80) {
            add(node, now + random_delay(&random, bits));
            reference_add(node);
        } else if (action >= 95) {
            /* To some time, or exactly to the next deadline, as a loop does. */
            int64_t next = wheel_next(&wheel);

            if (test_random_below(&random, 2) && next != INT64_MAX && next > now)
                now = next;
            else
                now += (int64_t) (test_random_next(&random) &
                                  ((UINT64_C(1) << test_random_below(&random, bits)) - 1));
            pop_all_due(now);
        }
    }
    pop_all_due(INT64_MAX);
    CHECK_INT(armed, 0);
}

TEST(random_operations_agree_with_a_sorted_array)
{
    check_random_operations(1, 100000, 34);
    check_random_operations(2, 100000, 50);
    check_random_operations(3, 100000, 22);
}

TEST(many_short_random_runs_agree)
{
    for (uint64_t seed = 100; seed < 1100; seed++)
        check_random_operations(seed, 200, 20 + (unsigned) seed % 32);
}

/* Everything is in the slots of the last levels when time arrives there at once. */
TEST(large_random_set_is_popped_in_order)
{
    enum { MANY = 200000 };
    ouro_timer_node *many = calloc(MANY, sizeof(*many));
    struct test_random random = { 4 };

    CHECK(many);
    for (int pass = 0; pass < 2; pass++) {
        int64_t now = pass * SECOND;
        int64_t last = INT64_MIN;
        uint64_t last_sequence = 0;
        int popped = 0;

        wheel_init(&wheel, now);
        for (int i = 0; i < MANY; i++)
            add(&many[i], now + (int64_t) test_random_below(&random, 1000 * SECOND));
        while (popped < MANY) {
            now = pass ? now + 10 * MILLISECOND : INT64_MAX;
            for (ouro_timer_node *node; (node = wheel_pop_due(&wheel, now)); popped++) {
                CHECK(node->deadline_ >= last && node->deadline_ <= now);
                CHECK(node->deadline_ > last || node->sequence_ > last_sequence);
                last = node->deadline_;
                last_sequence = node->sequence_;
            }
        }
    }
    free(many);
}
