/* Generators: what the comparison with CPython cannot show: stacks, misuse, the end of a loop,
 * failing allocations, and the loop form. */
#include "coro/sanitize.h"
#include "harness/test.h"
#include "ouro.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#define RUN(coroutine) CHECK_INT(ouro_run(coroutine), 0)

OURO_ASYNC_GENERATOR(countdown, int, (int, from))
{
    while (from > 0) {
        OURO_TRY(ouro_sleep(0.001));
        OURO_TRY(ouro_yield(from--));
    }
    return 0;
}

/* How many bodies have cleaned up. */
static int cleanups;

/* Yields 1, 2, 3 ..., and suspends once more on its way out. */
OURO_ASYNC_GENERATOR(numbers, int)
{
    int number = 0;
    int status;

    do {
        status = ouro_yield(++number);
    } while (status >= 0);
    OURO_TRY(ouro_sleep(0.001));
    cleanups++;
    return status;
}

OURO_ASYNC(loops)
{
    int status = 0;
    int sum = 0;

    ouro_async_for(int, number, countdown_gen(3), &status)
    {
        sum = sum * 10 + number;
    }
    CHECK_INT(status, 0);
    CHECK_INT(sum, 321);
    ouro_async_for(int, number, countdown_gen(4), &status)
    {
        if (number == 3)
            continue;
        sum = number;
    }
    CHECK_INT(sum, 1);
    ouro_async_for(int, number, numbers_gen(), &status)
    {
        sum = number;
        if (number == 5)
            break;
    }
    CHECK_INT(status, 0);
    CHECK_INT(sum, 5);
    CHECK_INT(cleanups, 1);
    return 0;
}

TEST_ALL_BACKENDS(a_loop_gets_all_items_and_closes_when_left)
{
    RUN(loops_coro());
}

static int find(int wanted)
{
    int status = 0;

    ouro_async_for(int, number, numbers_gen(), &status)
    {
        if (number == wanted)
            return number;
    }
    return status;
}

OURO_ASYNC(ways_out)
{
    int status = 0;

    CHECK_INT(find(7), 7);
    CHECK_INT(cleanups, 1);
    ouro_async_for(int, outer, countdown_gen(2), &status)
    {
        ouro_async_for(int, inner, numbers_gen(), &status)
        {
            CHECK(outer > 0);
            if (inner == 2)
                goto out;
        }
    }
    FAIL("not left");
out:
    CHECK_INT(cleanups, 2);
    return 0;
}

TEST_ALL_BACKENDS(return_and_goto_close_too)
{
    RUN(ways_out_coro());
}

OURO_ASYNC(by_reference)
{
    numbers_generator numbers = numbers_gen();
    int status = 0;
    int last = 0;

    ouro_async_for_ref(int, number, &numbers, &status)
    {
        last = number;
        if (number == 2)
            break;
    }
    CHECK_INT(cleanups, 0);
    ouro_async_for_ref(int, number, &numbers, &status)
    {
        CHECK_INT(number, ++last);
        if (number == 4)
            break;
    }
    CHECK_INT(numbers_aclose(&numbers), 0);
    CHECK_INT(numbers_aclose(&numbers), 0);
    CHECK_INT(cleanups, 1);
    CHECK_INT(numbers_anext(&numbers, &last), 0);
    return 0;
}

TEST_WITH(a_loop_by_reference_leaves_the_generator_open, .backends = TEST_SIM)
{
    RUN(by_reference_coro());
}

/* What crosses. */

OURO_ASYNC_GENERATOR(fails_after, int, (int, count), (int, error))
{
    while (count-- > 0)
        OURO_TRY(ouro_yield(count));
    return ouro_error_set(error, "fails_after", "no more");
}

OURO_ASYNC(errors)
{
    int status = 0;
    int turns = 0;

    ouro_async_for(int, unused, fails_after_gen(2, -EIO), &status)
    {
        (void) unused;
        turns++;
    }
    CHECK_INT(status, -EIO);
    CHECK_INT(turns, 2);
    CHECK_STR(ouro_error_detail()->text, "no more");
    return 0;
}

TEST_WITH(an_error_ends_the_loop_with_its_detail, .backends = TEST_SIM)
{
    RUN(errors_coro());
}

OURO_ASYNC_GENERATOR(echo, int)
{
    int total = 0;

    for (;;) {
        int status = ouro_yield(total);

        if (status == -EAGAIN)
            total = -1;
        else if (status < 0)
            return status;
        else if (ouro_sent() != NULL)
            total += *(int *) ouro_sent();
    }
}

OURO_ASYNC(requests)
{
    echo_generator echo = echo_gen();
    int value = 20;
    int item = 0;

    CHECK_INT(echo_asend(&echo, &value, &item), -EINVAL);
    CHECK_INT(echo_athrow(&echo, 1, &item), -EINVAL);
    CHECK_INT(echo_asend(&echo, NULL, &item), 1);
    CHECK_INT(item, 0);
    CHECK_INT(echo_asend(&echo, &value, &item), 1);
    CHECK_INT(item, 20);
    CHECK_INT(echo_anext(&echo, NULL), 1);
    CHECK_INT(item, 20);
    CHECK_INT(echo_athrow(&echo, -EAGAIN, &item), 1);
    CHECK_INT(item, -1);
    CHECK_INT(echo_athrow(&echo, -EIO, &item), -EIO);
    CHECK_INT(echo_anext(&echo, &item), 0);
    CHECK_INT(echo_athrow(&echo, -EIO, &item), 0);
    echo = echo_gen();
    CHECK_INT(echo_athrow(&echo, -EIO, &item), -EIO);
    CHECK_INT(echo_anext(&echo, &item), 0);
    return 0;
}

TEST_WITH(values_and_errors_are_sent_in, .backends = TEST_SIM)
{
    RUN(requests_coro());
}

/* Misuse. */

static numbers_generator shared;

OURO_ASYNC_GENERATOR(waits, int)
{
    OURO_TRY(ouro_sleep(1));
    OURO_TRY(ouro_yield(1));
    OURO_TRY(ouro_sleep(1));
    return 0;
}

static waits_generator slow;

OURO_ASYNC(asks_slow)
{
    int item;

    return waits_anext(&slow, &item);
}

OURO_ASYNC(entered_twice)
{
    ouro_task *task;
    int item;

    slow = waits_gen();
    task = ouro_create_task(asks_slow_coro());
    CHECK_INT(ouro_sleep(0.5), 0);
    CHECK_INT(waits_anext(&slow, &item), OURO_EINUSE);
    CHECK(strstr(ouro_error_text(OURO_EINUSE), "running already") != NULL);
    CHECK_INT(waits_asend(&slow, NULL, &item), OURO_EINUSE);
    CHECK_INT(waits_athrow(&slow, -EIO, &item), OURO_EINUSE);
    CHECK_INT(waits_aclose(&slow), OURO_EINUSE);
    CHECK_INT(ouro_await(task), 1);
    ouro_task_unref(task);
    CHECK_INT(waits_anext(&slow, &item), 0);
    return 0;
}

TEST_ALL_BACKENDS(a_generator_is_entered_once_at_a_time)
{
    RUN(entered_twice_coro());
}

static ouro_generator selfish;

static int enter_itself(ouro_generator_body *body, void *arg)
{
    int item = 7;

    (void) arg;
    CHECK_INT(ouro_generator_anext(&selfish, NULL), OURO_EINUSE);
    CHECK_INT(ouro_generator_aclose(&selfish), OURO_EINUSE);
    return ouro_generator_yield(body, &item);
}

OURO_ASYNC(enters_itself)
{
    ouro_generator copy;
    int item = 0;

    selfish = ouro_gen(enter_itself, NULL, sizeof item);
    CHECK_INT(ouro_generator_anext(&selfish, &item), 1);
    CHECK_INT(item, 7);
    copy = selfish;
    CHECK_INT(ouro_generator_anext(&copy, &item), OURO_EINVALIDSTATE);
    CHECK(strstr(ouro_error_text(OURO_EINVALIDSTATE), "copy") != NULL);
    CHECK_INT(ouro_generator_set_stack_size(&selfish, 65536), OURO_EINVALIDSTATE);
    CHECK_INT(ouro_generator_aclose(&selfish), 0);
    copy = (ouro_generator) { 0 };
    CHECK_INT(ouro_generator_anext(&copy, &item), -EINVAL);
    CHECK_INT(ouro_generator_anext(NULL, &item), -EINVAL);
    CHECK_INT(ouro_generator_set_stack_size(&copy, 1), -EINVAL);
    return 0;
}

TEST_WITH(misuse_is_named, .backends = TEST_SIM)
{
    RUN(enters_itself_coro());
    CHECK_INT(ouro_generator_anext(&(ouro_generator) { .function_ = enter_itself }, NULL),
              OURO_ENOLOOP);
}

OURO_ASYNC(starts_shared)
{
    int item;

    shared = numbers_gen();
    OURO_TRY(numbers_anext(&shared, &item));
    CHECK_INT(item, 1);
    return 0;
}

OURO_ASYNC(uses_shared)
{
    int item;

    CHECK_INT(numbers_anext(&shared, &item), OURO_EWRONGLOOP);
    CHECK_INT(numbers_aclose(&shared), OURO_EWRONGLOOP);
    return 0;
}

TEST_ALL_BACKENDS(a_generator_belongs_to_one_loop)
{
    RUN(starts_shared_coro());
    CHECK_INT(cleanups, 1); /* the runner has closed it */
    RUN(uses_shared_coro());
}

OURO_ASYNC_GENERATOR(ignores, int)
{
    int status = 0;

    while (status != -EIO)
        status = ouro_yield(status);
    return 0;
}

OURO_ASYNC(ignored)
{
    ignores_generator generator = ignores_gen();
    int item;

    CHECK_INT(ignores_anext(&generator, &item), 1);
    CHECK_INT(ignores_aclose(&generator), OURO_EINVALIDSTATE);
    CHECK(strstr(ouro_error_text(OURO_EINVALIDSTATE), "ignored") != NULL);
    CHECK_INT(ignores_anext(&generator, &item), 1);
    return 0;
}

static int reports;

static void count_report(ouro_loop *loop, const ouro_exception_context *context, void *expected)
{
    (void) loop;
    CHECK(strstr(context->message, expected) != NULL);
    reports++;
}

static void run_reporting(ouro_coroutine coroutine, bool with_runner, const char *expected)
{
    ouro_runner runner;
    ouro_loop *loop;

    if (with_runner) {
        ouro_runner_init(&runner, .backend = test_backend());
        CHECK_INT(ouro_runner_get_loop(&runner, &loop), 0);
        ouro_loop_set_exception_handler(loop, count_report, (void *) (uintptr_t) expected);
        CHECK_INT(ouro_runner_run(&runner, coroutine), 0);
        CHECK_INT(ouro_runner_close(&runner), 0);
        return;
    }
    CHECK_INT(ouro_new_event_loop(&loop, .backend = test_backend()), 0);
    ouro_loop_set_exception_handler(loop, count_report, (void *) (uintptr_t) expected);
    ouro_task *task = ouro_loop_create_task_with(loop,
                                                 &(ouro_task_options) { .coroutine = coroutine });
    CHECK_INT(ouro_loop_run_until_complete(loop, task), 0);
    ouro_task_unref(task);
    CHECK_INT(ouro_loop_close(loop), 0);
}

TEST_WITH(a_generator_that_ignores_its_closing_is_reported, .backends = TEST_SIM)
{
    run_reporting(ignored_coro(), true, "Asynchronous generator ignores was destroyed");
    CHECK_INT(reports, 1);
}

/* The end of a loop. */

TEST_ALL_BACKENDS(a_dropped_generator_is_reported_when_its_loop_closes)
{
    run_reporting(starts_shared_coro(), false, "Asynchronous generator numbers was destroyed");
    CHECK_INT(reports, 1);
    CHECK_INT(cleanups, 0);
    RUN(uses_shared_coro());
}

OURO_ASYNC(left_running)
{
    slow = waits_gen();
    ouro_task_unref(ouro_create_task(asks_slow_coro(), .name = "asks"));
    return ouro_sleep(0.5);
}

TEST_ALL_BACKENDS(a_task_that_waits_in_a_generator_can_be_abandoned)
{
    run_reporting(left_running_coro(), false, "Task was destroyed");
    CHECK_INT(reports, 1);
}

OURO_ASYNC_GENERATOR(outer_waits, int, (waits_generator, inner))
{
    int status = 0;

    ouro_async_for(int, number, inner, &status)
    {
        OURO_TRY(ouro_yield(number));
    }
    return status;
}

OURO_ASYNC(asks_nested)
{
    int status = 0;

    ouro_async_for(int, number, outer_waits_gen(waits_gen()), &status)
    {
        CHECK_INT(number, 1);
    }
    return status;
}

OURO_ASYNC(left_nested)
{
    ouro_task_unref(ouro_create_task(asks_nested_coro()));
    ouro_task_unref(ouro_create_task(asks_nested_coro()));
    return ouro_sleep(1.5);
}

TEST_WITH(nested_generators_can_be_abandoned, .backends = TEST_SIM)
{
    run_reporting(left_nested_coro(), false, "Task was destroyed");
    CHECK_INT(reports, 2);
}

OURO_ASYNC_GENERATOR(fails_closing, int)
{
    int status = ouro_yield(1);

    CHECK_INT(status, OURO_EGENERATOREXIT);
    return -EIO;
}

OURO_ASYNC(drops_failing)
{
    static fails_closing_generator generator;
    int item;

    generator = fails_closing_gen();
    CHECK_INT(fails_closing_anext(&generator, &item), 1);
    CHECK_INT(ouro_loop_shutdown_asyncgens(ouro_get_running_loop()), 0);
    CHECK_INT(fails_closing_anext(&generator, &item), 0);
    CHECK_INT(fails_closing_aclose(&generator), 0);
    CHECK_INT(ouro_loop_shutdown_asyncgens(NULL), OURO_EWRONGLOOP);
    return 0;
}

TEST_ALL_BACKENDS(a_shutdown_reports_errors_and_leaves_objects_usable)
{
    run_reporting(drops_failing_coro(), true, "an error occurred during closing");
    CHECK_INT(reports, 1);
}

/* One after another. */

static int turns;

OURO_ASYNC(takes_turns, (double, delay))
{
    int item = 0;

    for (int i = 0; i < 3; i++) {
        OURO_TRY(ouro_sleep(delay));
        CHECK_INT(numbers_anext(&shared, &item), 1);
        CHECK_INT(item, ++turns);
    }
    return 0;
}

OURO_ASYNC(takes_turns_all)
{
    shared = numbers_gen();
    OURO_TRY(ouro_gather(takes_turns_coro(0.003), takes_turns_coro(0.005), takes_turns_coro(0)));
    CHECK_INT(turns, 9);
    return numbers_aclose(&shared);
}

TEST_ALL_BACKENDS(tasks_consume_one_generator_in_turn)
{
    RUN(takes_turns_all_coro());
}

static int eager_ran;

OURO_ASYNC(eager_child)
{
    eager_ran++;
    OURO_TRY(ouro_sleep(0.001));
    eager_ran++;
    return 0;
}

OURO_ASYNC_GENERATOR(spawns, int)
{
    for (int i = 0; i < 3; i++) {
        ouro_task *task = ouro_create_task(eager_child_coro(), .eager_start = OURO_EAGER_YES);

        CHECK_INT(eager_ran, 2 * i + 1);
        OURO_TRY(ouro_yield(i));
        OURO_TRY(ouro_await(task));
        ouro_task_unref(task);
    }
    return 0;
}

OURO_ASYNC(spawning)
{
    int status = 0;

    ouro_async_for(int, i, spawns_gen(), &status)
    {
        OURO_TRY(ouro_sleep(0.002));
        CHECK_INT(eager_ran, 2 * i + 2);
    }
    return status;
}

OURO_ASYNC(spawning_eagerly)
{
    ouro_task *task = ouro_create_task(spawning_coro(), .eager_start = OURO_EAGER_YES);
    int status = ouro_await(task);

    ouro_task_unref(task);
    return status;
}

TEST_ALL_BACKENDS(a_body_starts_tasks_eagerly)
{
    RUN(spawning_coro());
    eager_ran = 0;
    RUN(spawning_eagerly_coro());
}

/* Types and iterators by hand. */

struct point {
    double x, y;
    char name[24];
};

OURO_ASYNC_GENERATOR(points, struct point, (const char *, name))
{
    for (int i = 0; i < 3; i++) {
        struct point point = { .x = i, .y = -i };

        snprintf(point.name, sizeof point.name, "%s-%d", name, i);
        OURO_TRY(ouro_yield(point));
    }
    OURO_TRY(ouro_yield((struct point) { .x = 9, .y = 9 }));
    return 0;
}

struct letters {
    char next;
    int closed;
};

static int letters_next(ouro_async_iterator *iterator, void *ret_item)
{
    struct letters *letters = iterator->source;

    if (letters->next > 'e')
        return 0;
    *(char *) ret_item = letters->next++;
    return 1;
}

static int letters_close(ouro_async_iterator *iterator)
{
    ((struct letters *) iterator->source)->closed++;
    return -EBADF;
}

OURO_ASYNC(types)
{
    struct letters letters = { .next = 'a' };
    ouro_async_iterator iterator = {
        .next = letters_next, .close = letters_close, .source = &letters, .item_size = 1
    };
    int status = 0;
    double sum = 0;
    char letter = 0;

    ouro_async_for(struct point, point, points_gen("p"), &status)
    {
        sum += point.x;
        CHECK(point.x == 9 || strncmp(point.name, "p-", 2) == 0);
    }
    CHECK(sum == 12);
    ouro_async_for_ref(char, c, &iterator, &status)
    {
        letter = c;
    }
    CHECK_INT(letter, 'e');
    CHECK_INT(ouro_anext(&iterator, &letter), 0);
    CHECK_INT(letters.closed, 0);
    ouro_async_for(char, c, iterator, &status)
    {
        FAIL("no letter is left, but %c", c);
    }
    CHECK_INT(status, -EBADF);
    CHECK_INT(letters.closed, 1);
    status = 0;
    ouro_async_for(int, number, iterator, &status)
    {
        FAIL("of the wrong size: %d", number);
    }
    CHECK_INT(status, -EINVAL);
    CHECK(strstr(ouro_error_text(-EINVAL), "1 bytes") != NULL);
    status = 0;
    iterator.next = NULL;
    ouro_async_for(char, c, iterator, &status)
    {
        FAIL("an iterator without a function: %c", c);
    }
    CHECK_INT(status, -EINVAL);
    return 0;
}

TEST_WITH(items_of_any_type_and_iterators_of_any_kind, .backends = TEST_SIM)
{
    RUN(types_coro());
}

OURO_ASYNC(survives)
{
    int status = 0;
    int sum = 0;

    ouro_async_for(int, outer, countdown_gen(2), &status)
    {
        ouro_async_for(int, inner, numbers_gen(), &status)
        {
            sum += outer * inner;
            if (inner == 2)
                break;
        }
    }
    CHECK(status == 0 ? sum == 9 : status == -ENOMEM && test_fault_fired());
    OURO_TRY(ouro_loop_shutdown_asyncgens(ouro_get_running_loop()));
    return 0;
}

TEST_ALLOCATION_FAILURES(a_run_with_generators_survives_failing_allocations)
{
    int status = ouro_run(survives_coro(), .backend = "sim");

    CHECK(status == 0 || (status == -ENOMEM && test_fault_fired()));
}

/* Closing at the end, when the task for it cannot be made. */
TEST_ALLOCATION_FAILURES(a_shutdown_survives_failing_allocations)
{
    int status = ouro_run(starts_shared_coro(), .backend = "sim");

    CHECK(status == 0 || (status == -ENOMEM && test_fault_fired()));
}

/* Stacks. */

OURO_ASYNC(no_stack)
{
    const struct rlimit limit = { .rlim_cur = 256 << 20, .rlim_max = RLIM_INFINITY };
    numbers_generator numbers = numbers_gen();
    int status = 0;
    int item = 0;

    CHECK_INT(ouro_generator_set_stack_size(&numbers.generator, (size_t) 1 << 30), 0);
    CHECK_INT(setrlimit(RLIMIT_AS, &limit), 0);
    CHECK_INT(numbers_anext(&numbers, &item), -ENOMEM);
    ouro_async_for(int, number, numbers, &status)
    {
        FAIL("%d", number);
    }
    CHECK_INT(status, -ENOMEM);
    CHECK_INT(ouro_generator_set_stack_size(&numbers.generator, 65536), 0);
    CHECK_INT(numbers_anext(&numbers, &item), 1);
    return numbers_aclose(&numbers);
}

/* An emulator of another machine may take no notice of the limit. */
static bool address_space_is_limited(void)
{
    const struct rlimit limit = { .rlim_cur = 256 << 20, .rlim_max = RLIM_INFINITY };
    const struct rlimit none = { .rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY };
    size_t size = (size_t) 1 << 30;
    void *pages;

    CHECK_INT(setrlimit(RLIMIT_AS, &limit), 0);
    pages = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    CHECK_INT(setrlimit(RLIMIT_AS, &none), 0);
    if (pages == MAP_FAILED)
        return true;
    CHECK_INT(munmap(pages, size), 0);
    return false;
}

TEST_WITH(without_memory_for_a_stack_nothing_has_run, .backends = TEST_SIM)
{
#if defined(OURO_ASAN) || defined(OURO_TSAN)
    SKIP("sanitizers need more address space than that");
#endif
    if (!address_space_is_limited())
        SKIP("the address space cannot be limited here");
    RUN(no_stack_coro());
}

static int deepen(volatile char *above, int depth)
{
    volatile char frame[4096];

    frame[0] = above[0];
    return depth > 0 ? deepen(frame, depth - 1) + frame[0] : 0;
}

OURO_ASYNC_GENERATOR(too_deep, int)
{
    volatile char frame[1] = { 0 };

    OURO_TRY(ouro_yield(0));
    OURO_TRY(ouro_yield(deepen(frame, 1 << 20)));
    return 0;
}

OURO_ASYNC(overflows)
{
    int status = 0;

    ouro_async_for(int, unused, too_deep_gen(), &status)
    {
        (void) unused;
        OURO_TRY(ouro_sleep(0));
    }
    return status;
}

TEST_WITH(an_overflow_names_the_task_and_the_generator, .backends = TEST_SIM)
{
#ifdef OURO_ASAN
    SKIP("AddressSanitizer reports overflows itself");
#endif
    CHECK_DIES(SIGSEGV, "running overflows")
    {
        ouro_ignore(ouro_run(overflows_coro()));
    }
    CHECK_DIES(SIGSEGV, ", in generator too_deep: its")
    {
        ouro_ignore(ouro_run(overflows_coro()));
    }
}
