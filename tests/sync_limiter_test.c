/* Capacity limiters: who may borrow, in which order, and what changes of the number do. */
#include "base/alloc.h"
#include "harness/test.h"
#include "ouro/limiter.h"
#include "ouro/log.h"
#include "ouro/runner.h"
#include "ouro/task.h"

#include <errno.h>
#include <string.h>

#define RUN(coroutine) CHECK_INT(ouro_run(coroutine), 0)

static ouro_capacity_limiter limiter;
static size_t inside;
static size_t most;

static ouro_capacity_limiter_statistics numbers(void)
{
    return ouro_capacity_limiter_get_statistics(&limiter);
}

OURO_ASYNC(worker)
{
    OURO_TRY(ouro_capacity_limiter_acquire(&limiter));
    inside++;
    most = inside > most ? inside : most;
    int status = ouro_sleep(1);
    inside--;
    CHECK_INT(ouro_capacity_limiter_release(&limiter), 0);
    return status;
}

static int join(ouro_task *task)
{
    int status = ouro_await(task);

    ouro_task_unref(task);
    return status;
}

OURO_ASYNC(change_the_number)
{
    ouro_task *tasks[40];
    size_t i;

    ouro_capacity_limiter_init(&limiter, 2);
    for (i = 0; i < 40; i++)
        tasks[i] = ouro_create_task(worker_coro());
    OURO_TRY(ouro_sleep(0.5));
    CHECK_INT(numbers().borrowed_tokens, 2);
    CHECK_INT(numbers().tasks_waiting, 38);
    CHECK_INT(numbers().available_tokens, 0);
    ouro_capacity_limiter_set_total_tokens(&limiter, 10);
    CHECK_INT(numbers().borrowed_tokens, 10);
    ouro_capacity_limiter_set_total_tokens(&limiter, 3);
    CHECK_INT(numbers().total_tokens, 3);
    CHECK_INT(numbers().available_tokens, 0);
    OURO_TRY(ouro_sleep(2));
    CHECK_INT(most, 10);
    CHECK(inside <= 3);
    for (i = 0; i < 40; i++)
        CHECK_INT(join(tasks[i]), 0);
    CHECK_INT(numbers().borrowed_tokens + numbers().tasks_waiting, 0);
    CHECK_INT(numbers().available_tokens, 3);
    return 0;
}

TEST_WITH(the_number_of_tokens_may_change, .backends = TEST_SIM)
{
    RUN(change_the_number_coro());
}

OURO_ASYNC(one_each)
{
    int other = 0;

    ouro_capacity_limiter_init(&limiter, 2);
    CHECK_INT(ouro_capacity_limiter_release(&limiter), OURO_EOVERRELEASE);
    CHECK(strstr(ouro_error_detail()->text, "only who has acquired") != NULL);
    CHECK_INT(ouro_capacity_limiter_acquire(&limiter), 0);
    CHECK_INT(ouro_capacity_limiter_acquire(&limiter), OURO_EINUSE);
    CHECK(strstr(ouro_error_detail()->text, "only one at a time") != NULL);
    CHECK_INT(ouro_capacity_limiter_acquire_nowait(&limiter), OURO_EINUSE);
    CHECK_INT(ouro_capacity_limiter_acquire_on_behalf_of(&limiter, &other), 0);
    CHECK_INT(ouro_capacity_limiter_acquire_on_behalf_of_nowait(&limiter, &limiter), -EAGAIN);
    CHECK_INT(ouro_capacity_limiter_release(&limiter), 0);
    CHECK_INT(ouro_capacity_limiter_acquire_nowait(&limiter), 0);
    CHECK_INT(ouro_capacity_limiter_release(&limiter), 0);
    CHECK_INT(ouro_capacity_limiter_release_on_behalf_of(&limiter, &other), 0);
    CHECK_INT(ouro_capacity_limiter_release_on_behalf_of(&limiter, &other), OURO_EOVERRELEASE);
    CHECK_INT(numbers().available_tokens, 2);
    return 0;
}

TEST_WITH(a_borrower_holds_one_token_at_most, .backends = TEST_SIM)
{
    RUN(one_each_coro());
}

TEST(bad_input_to_a_limiter_is_named)
{
    CHECK_INT(ouro_capacity_limiter_acquire(&limiter), OURO_ENOLOOP);
    CHECK_INT(ouro_capacity_limiter_release(&limiter), OURO_ENOLOOP);
    CHECK_INT(ouro_capacity_limiter_acquire_on_behalf_of(NULL, &limiter), -EINVAL);
    CHECK_INT(ouro_capacity_limiter_acquire_on_behalf_of(&limiter, NULL), -EINVAL);
    CHECK_INT(ouro_capacity_limiter_release_on_behalf_of(&limiter, NULL), -EINVAL);
    CHECK_INT(ouro_capacity_limiter_acquire_on_behalf_of(&limiter, &inside), OURO_ENOLOOP);
    CHECK_INT(numbers().tasks_waiting, 0);
    ouro_capacity_limiter_set_total_tokens(NULL, 1);
    CHECK_INT(ouro_capacity_limiter_get_statistics(NULL).total_tokens, 0);
}

static int cancel_after(size_t victim, int steps)
{
    ouro_task *tasks[5];
    size_t i;
    int step;

    for (i = 0; i < 5; i++)
        tasks[i] = ouro_create_task(worker_coro());
    for (step = 0; step < steps; step++)
        OURO_TRY(ouro_sleep(step % 2 == 0 ? 0 : 1));
    ouro_task_cancel(tasks[victim], NULL);
    ouro_task_cancel(tasks[(victim + 1) % 5], NULL);
    for (i = 0; i < 5; i++)
        ouro_ignore(join(tasks[i]));
    CHECK_INT(numbers().borrowed_tokens + numbers().tasks_waiting, 0);
    CHECK_INT(numbers().available_tokens, 2);
    return 0;
}

OURO_ASYNC(cancel_sweep)
{
    size_t victim;
    int steps;

    ouro_capacity_limiter_init(&limiter, 2);
    for (victim = 0; victim < 5; victim++)
        for (steps = 0; steps < 9; steps++)
            OURO_TRY(cancel_after(victim, steps));
    return 0;
}

TEST_WITH(a_cancel_at_any_step_loses_no_token, .backends = TEST_SIM)
{
    RUN(cancel_sweep_coro());
}

/* Many pointers come and go in an order of their own: the set must hold exactly those that it
 * should. */
TEST(many_borrowers)
{
    static char keys[1000];
    static bool held[1000];
    unsigned long before;
    uint32_t seed = 1;
    size_t count = 0;
    int i;

    ouro_capacity_limiter_init(&limiter, SIZE_MAX);
    CHECK_INT(ouro_capacity_limiter_release_on_behalf_of(&limiter, keys), OURO_EOVERRELEASE);
    before = ouro__alloc_live(); /* the detail of that error included */
    for (i = 0; i < 200000; i++) {
        size_t key;

        seed = seed * 1664525u + 1013904223u;
        key = (seed >> 8) % (i < 100000 ? 1000 : 50);
        if (held[key]) {
            CHECK_INT(ouro_capacity_limiter_release_on_behalf_of(&limiter, &keys[key]), 0);
        } else {
            CHECK_INT(ouro_capacity_limiter_release_on_behalf_of(&limiter, &keys[key]),
                      OURO_EOVERRELEASE);
            CHECK_INT(ouro_capacity_limiter_acquire_on_behalf_of(&limiter, &keys[key]), 0);
        }
        held[key] = !held[key];
        count = held[key] ? count + 1 : count - 1;
        CHECK_INT(numbers().borrowed_tokens, count);
    }
    for (i = 0; i < 1000; i++)
        if (held[i])
            CHECK_INT(ouro_capacity_limiter_release_on_behalf_of(&limiter, &keys[i]), 0);
    CHECK_INT(numbers().borrowed_tokens, 0);
    CHECK_INT(ouro__alloc_live(), before);
}

TEST_ALLOCATION_FAILURES(without_memory_nobody_borrows_and_nothing_is_lost)
{
    static char keys[32];
    size_t borrowed = 0;
    size_t i;

    ouro_capacity_limiter_init(&limiter, SIZE_MAX);
    for (i = 0; i < sizeof keys; i++) {
        int status = ouro_capacity_limiter_acquire_on_behalf_of(&limiter, &keys[i]);

        CHECK(status == 0 || (status == -ENOMEM && test_fault_fired()));
        borrowed += status == 0;
    }
    CHECK_INT(numbers().borrowed_tokens, borrowed);
    for (i = 0; i < sizeof keys; i++)
        ouro_capacity_limiter_release_on_behalf_of(&limiter, &keys[i]);
    CHECK_INT(numbers().borrowed_tokens, 0);
}

OURO_ASYNC(borrow_for, (const void *, borrower))
{
    return ouro_capacity_limiter_acquire_on_behalf_of(&limiter, borrower);
}

OURO_ASYNC(release_too_early)
{
    ouro_task *task;

    ouro_capacity_limiter_init(&limiter, 1);
    CHECK_INT(ouro_capacity_limiter_acquire_on_behalf_of(&limiter, &most), 0);
    task = ouro_create_task(borrow_for_coro(&inside));
    OURO_TRY(ouro_sleep(0));
    CHECK_INT(ouro_capacity_limiter_release_on_behalf_of(&limiter, &most), 0);
    CHECK_INT(numbers().borrowed_tokens, 1);
    CHECK_INT(ouro_capacity_limiter_release_on_behalf_of(&limiter, &inside), OURO_EOVERRELEASE);
    ouro_task_cancel(task, NULL);
    CHECK_INT(join(task), -ECANCELED);
    CHECK_INT(numbers().borrowed_tokens, 0);
    CHECK_INT(numbers().tasks_waiting, 0);
    task = ouro_create_task(borrow_for_coro(&inside));
    CHECK_INT(join(task), 0);
    CHECK_INT(ouro_capacity_limiter_release_on_behalf_of(&limiter, &inside), 0);
    return 0;
}

TEST_WITH(a_token_on_its_way_cannot_be_released, .backends = TEST_SIM)
{
    RUN(release_too_early_coro());
}

static void ignore_log(ouro_log_level level, const char *text, void *arg)
{
    (void) level;
    (void) text;
    (void) arg;
}

OURO_ASYNC(leave_waiters)
{
    size_t i;

    ouro_capacity_limiter_init(&limiter, 1);
    CHECK_INT(ouro_capacity_limiter_acquire_on_behalf_of(&limiter, &most), 0);
    for (i = 0; i < 10; i++)
        ouro_task_unref(ouro_create_task(worker_coro()));
    OURO_TRY(ouro_sleep(0));
    CHECK_INT(numbers().tasks_waiting, 10);
    return 0;
}

TEST_WITH(a_closed_loop_leaves_all_tokens, .backends = TEST_SIM)
{
    ouro_loop *loop;
    ouro_task *task;

    ouro_set_log_handler(ignore_log, NULL);
    CHECK_INT(ouro_new_event_loop(&loop), 0);
    task = ouro_loop_create_task(loop, leave_waiters_coro());
    CHECK_INT(ouro_loop_run_until_complete(loop, task), 0);
    ouro_task_unref(task);
    /* One is woken, and never runs. */
    CHECK_INT(ouro_capacity_limiter_release_on_behalf_of(&limiter, &most), 0);
    CHECK_INT(numbers().borrowed_tokens, 1);
    CHECK_INT(ouro_loop_close(loop), 0);
    CHECK_INT(numbers().available_tokens, 1);
    CHECK_INT(numbers().tasks_waiting, 0);
    CHECK_INT(ouro_capacity_limiter_acquire_on_behalf_of(&limiter, &inside), 0);
    CHECK_INT(ouro_capacity_limiter_release_on_behalf_of(&limiter, &inside), 0);
}
