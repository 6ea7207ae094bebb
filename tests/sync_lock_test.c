/* Locks, events, conditions, semaphores and barriers: what the comparison with CPython cannot show:
 * misuse and its texts, loops that are closed, memory. */
#include "base/alloc.h"
#include "harness/test.h"
#include "ouro/barrier.h"
#include "ouro/condition.h"
#include "ouro/event.h"
#include "ouro/gather.h"
#include "ouro/lock.h"
#include "ouro/log.h"
#include "ouro/runner.h"
#include "ouro/semaphore.h"

#include <errno.h>
#include <string.h>

#define RUN(coroutine) CHECK_INT(ouro_run(coroutine), 0)

static bool text_has(const char *part)
{
    return strstr(ouro_error_detail()->text, part) != NULL;
}

/* All of them at once, zero at first, as a static object is. */
struct all {
    ouro_lock lock;
    ouro_event event;
    ouro_condition condition;
    ouro_semaphore semaphore;
    ouro_barrier barrier;
};

TEST(without_contention_no_loop_is_needed)
{
    static struct all all;

    CHECK_INT(ouro_lock_acquire(&all.lock), 0);
    CHECK(ouro_lock_locked(&all.lock));
    CHECK_INT(ouro_lock_release(&all.lock), 0);
    CHECK_INT(ouro_condition_acquire(&all.condition), 0);
    CHECK_INT(ouro_condition_notify_all(&all.condition), 0);
    CHECK_INT(ouro_condition_release(&all.condition), 0);
    ouro_event_set(&all.event);
    CHECK_INT(ouro_event_wait(&all.event), 0);
    CHECK_INT(ouro_semaphore_release(&all.semaphore), 0);
    CHECK_INT(ouro_semaphore_acquire(&all.semaphore), 0);
}

TEST(waiting_outside_a_loop_is_an_error_and_changes_nothing)
{
    static struct all all;

    CHECK_INT(ouro_lock_acquire(&all.lock), 0);
    CHECK_INT(ouro_lock_acquire(&all.lock), OURO_ENOLOOP);
    CHECK(text_has("ouro_run"));
    CHECK_INT(ouro_lock_release(&all.lock), 0);
    CHECK_INT(ouro_event_wait(&all.event), OURO_ENOLOOP);
    CHECK_INT(ouro_semaphore_acquire(&all.semaphore), OURO_ENOLOOP);
    CHECK_INT(ouro_condition_acquire(&all.condition), 0);
    CHECK_INT(ouro_condition_wait(&all.condition), OURO_ENOLOOP);
    CHECK(ouro_condition_locked(&all.condition));
    CHECK_INT(ouro_barrier_init(&all.barrier, 2), 0);
    CHECK_INT(ouro_barrier_wait(&all.barrier), OURO_ENOLOOP);
    CHECK_INT(ouro_barrier_n_waiting(&all.barrier), 0);
    CHECK(!ouro_condition_locked(&all.barrier.condition_));
}

TEST(bad_input_is_named)
{
    ouro_semaphore negative = OURO_SEMAPHORE_INIT(-2);
    ouro_barrier empty = OURO_BARRIER_INIT(0);
    ouro_condition condition = OURO_CONDITION_INIT;

    CHECK_INT(ouro_lock_acquire(NULL), -EINVAL);
    CHECK_INT(ouro_lock_release(NULL), -EINVAL);
    CHECK(!ouro_lock_locked(NULL));
    CHECK_INT(ouro_event_wait(NULL), -EINVAL);
    ouro_event_set(NULL);
    ouro_event_clear(NULL);
    CHECK(!ouro_event_is_set(NULL));
    CHECK_INT(ouro_condition_acquire(NULL), -EINVAL);
    CHECK_INT(ouro_condition_wait(NULL), -EINVAL);
    CHECK_INT(ouro_condition_wait_for(&condition, NULL, NULL), -EINVAL);
    CHECK_INT(ouro_condition_notify(NULL, 1), -EINVAL);
    CHECK_INT(ouro_condition_release(NULL), -EINVAL);
    CHECK_INT(ouro_semaphore_init(NULL, 1), -EINVAL);
    CHECK_INT(ouro_semaphore_acquire(NULL), -EINVAL);
    CHECK_INT(ouro_semaphore_release(NULL), -EINVAL);
    CHECK_INT(ouro_semaphore_acquire(&negative), -EINVAL);
    CHECK(text_has("-2 tokens"));
    CHECK_INT(ouro_semaphore_release(&negative), -EINVAL);
    CHECK_INT(ouro_barrier_init(NULL, 1), -EINVAL);
    CHECK_INT(ouro_barrier_wait(NULL), -EINVAL);
    CHECK_INT(ouro_barrier_reset(NULL), -EINVAL);
    CHECK_INT(ouro_barrier_abort(NULL), -EINVAL);
    CHECK_INT(ouro_barrier_wait(&empty), -EINVAL);
    CHECK(text_has("0 parties"));
}

TEST(misuse_is_named_and_changes_nothing)
{
    ouro_lock lock = OURO_LOCK_INIT;
    ouro_condition condition = OURO_CONDITION_INIT;
    ouro_semaphore bounded = OURO_BOUNDED_SEMAPHORE_INIT(1);
    int status = 0;

    CHECK_INT(ouro_lock_release(&lock), OURO_ENOTLOCKED);
    CHECK(text_has("once for each time"));
    CHECK_INT(ouro_condition_wait(&condition), OURO_ENOTLOCKED);
    CHECK(text_has("acquire it first"));
    CHECK_INT(ouro_condition_notify(&condition, 1), OURO_ENOTLOCKED);
    CHECK_INT(ouro_semaphore_release(&bounded), OURO_EOVERRELEASE);
    CHECK(text_has("all its 1 tokens"));
    CHECK(!ouro_semaphore_locked(&bounded));
    ouro_with_lock (NULL, &status)
        FAIL("the block must be skipped");
    CHECK_INT(status, -EINVAL);
    ouro_with_semaphore (NULL, &status)
        FAIL("the block must be skipped");
    CHECK_INT(status, -EINVAL);
}

OURO_ASYNC(wait_for_lock, (ouro_lock *, lock))
{
    OURO_TRY(ouro_lock_acquire(lock));
    return ouro_lock_release(lock);
}

OURO_ASYNC(wait_for_semaphore, (ouro_semaphore *, semaphore))
{
    return ouro_semaphore_acquire(semaphore);
}

OURO_ASYNC(wait_for_condition, (ouro_condition *, condition))
{
    int status = 0;

    ouro_with_condition (condition, &status)
        status = ouro_condition_wait(condition);
    return status;
}

OURO_ASYNC(wait_for_barrier, (ouro_barrier *, barrier))
{
    return ouro_barrier_wait(barrier);
}

OURO_ASYNC(wait_for_event, (ouro_event *, event))
{
    return ouro_event_wait(event);
}

OURO_ASYNC(let_go, (struct all *, all))
{
    OURO_TRY(ouro_sleep(0));
    ouro_event_set(&all->event);
    OURO_TRY(ouro_semaphore_release(&all->semaphore));
    return ouro_lock_release(&all->lock);
}

/* Has the lock, the event and the semaphore waited for, so that they belong to this loop. */
OURO_ASYNC(contend, (struct all *, all))
{
    OURO_TRY(ouro_lock_acquire(&all->lock));
    return ouro_gather(wait_for_lock_coro(&all->lock), wait_for_event_coro(&all->event),
                       wait_for_semaphore_coro(&all->semaphore), let_go_coro(all));
}

OURO_ASYNC(contend_elsewhere, (struct all *, all))
{
    CHECK_INT(ouro_lock_acquire(&all->lock), 0);
    CHECK_INT(ouro_lock_acquire(&all->lock), OURO_EWRONGLOOP);
    CHECK(text_has("one object for each loop"));
    CHECK_INT(ouro_lock_release(&all->lock), 0);
    ouro_event_clear(&all->event);
    CHECK_INT(ouro_event_wait(&all->event), OURO_EWRONGLOOP);
    CHECK_INT(ouro_semaphore_acquire(&all->semaphore), OURO_EWRONGLOOP);
    CHECK_INT(ouro_semaphore_release(&all->semaphore), 0);
    CHECK_INT(ouro_semaphore_acquire(&all->semaphore), 0);
    return 0;
}

TEST_WITH(what_was_waited_for_belongs_to_that_loop, .backends = TEST_SIM)
{
    static struct all all;

    RUN(contend_coro(&all));
    RUN(contend_elsewhere_coro(&all));
}

OURO_ASYNC(wait_with_foreign_lock, (struct all *, all))
{
    ouro_condition condition = OURO_CONDITION_INIT_WITH(&all->lock);

    CHECK_INT(ouro_condition_acquire(&condition), 0);
    CHECK_INT(ouro_condition_wait(&condition), OURO_EWRONGLOOP);
    CHECK(ouro_condition_locked(&condition));
    return ouro_condition_release(&condition);
}

TEST_WITH(a_condition_never_waits_on_a_lock_of_another_loop, .backends = TEST_SIM)
{
    static struct all all;

    RUN(contend_coro(&all));
    RUN(wait_with_foreign_lock_coro(&all));
}

OURO_ASYNC(leave_waiters, (struct all *, all))
{
    ouro_coroutine waits[] = {
        wait_for_lock_coro(&all->lock),           wait_for_lock_coro(&all->lock),
        wait_for_event_coro(&all->event),         wait_for_semaphore_coro(&all->semaphore),
        wait_for_semaphore_coro(&all->semaphore), wait_for_condition_coro(&all->condition),
        wait_for_condition_coro(&all->condition), wait_for_barrier_coro(&all->barrier),
    };
    size_t i;

    CHECK_INT(ouro_lock_acquire(&all->lock), 0);
    for (i = 0; i < sizeof waits / sizeof waits[0]; i++)
        ouro_task_unref(ouro_create_task(waits[i]));
    OURO_TRY(ouro_sleep(0));
    CHECK_INT(ouro_barrier_n_waiting(&all->barrier), 1);
    return 0;
}

/* Wakes some, which do not run any more: the loop is closed then. */
static void wake_some(struct all *all)
{
    CHECK_INT(ouro_lock_release(&all->lock), 0);
    CHECK_INT(ouro_semaphore_release(&all->semaphore), 0);
    CHECK(ouro_semaphore_locked(&all->semaphore));
    CHECK_INT(ouro_condition_acquire(&all->condition), 0);
    CHECK_INT(ouro_condition_notify(&all->condition, 1), 0);
    CHECK_INT(ouro_condition_release(&all->condition), 0);
}

static void ignore_log(ouro_log_level level, const char *text, void *arg)
{
    (void) level;
    (void) text;
    (void) arg;
}

OURO_ASYNC(use_again, (struct all *, all))
{
    CHECK(!ouro_lock_locked(&all->lock));
    CHECK_INT(ouro_lock_acquire(&all->lock), 0);
    CHECK_INT(ouro_lock_release(&all->lock), 0);
    ouro_event_set(&all->event);
    CHECK_INT(ouro_event_wait(&all->event), 0);
    CHECK(!ouro_semaphore_locked(&all->semaphore));
    CHECK_INT(ouro_semaphore_acquire(&all->semaphore), 0);
    CHECK(ouro_semaphore_locked(&all->semaphore));
    CHECK_INT(ouro_semaphore_release(&all->semaphore), 0);
    CHECK_INT(ouro_condition_acquire(&all->condition), 0);
    CHECK_INT(ouro_condition_notify_all(&all->condition), 0);
    CHECK_INT(ouro_condition_release(&all->condition), 0);
    CHECK_INT(ouro_barrier_n_waiting(&all->barrier), 0);
    CHECK_INT(ouro_barrier_wait(&all->barrier), OURO_EWRONGLOOP);
    CHECK_INT(ouro_barrier_n_waiting(&all->barrier), 0);
    CHECK_INT(ouro_barrier_reset(&all->barrier), 0);
    return 0;
}

TEST_WITH(a_loop_closed_under_its_waiters_leaves_nothing_in_a_lock, .backends = TEST_SIM)
{
    static struct all all;
    ouro_loop *loop;
    ouro_task *task;

    ouro_set_log_handler(ignore_log, NULL);
    CHECK_INT(ouro_barrier_init(&all.barrier, 2), 0);
    CHECK_INT(ouro_new_event_loop(&loop), 0);
    task = ouro_loop_create_task(loop, leave_waiters_coro(&all));
    CHECK_INT(ouro_loop_run_until_complete(loop, task), 0);
    ouro_task_unref(task);
    wake_some(&all);
    CHECK_INT(ouro_loop_close(loop), 0);
    RUN(use_again_coro(&all));
}

enum { ROUNDS = 3 };

OURO_ASYNC(worker, (struct all *, all))
{
    int i;

    for (i = 0; i < ROUNDS; i++) {
        OURO_TRY(ouro_lock_acquire(&all->lock));
        OURO_TRY(ouro_sleep(0));
        OURO_TRY(ouro_lock_release(&all->lock));
        OURO_TRY(ouro_semaphore_acquire(&all->semaphore));
        OURO_TRY(ouro_sleep(0));
        OURO_TRY(ouro_semaphore_release(&all->semaphore));
        OURO_TRY(ouro_barrier_wait(&all->barrier));
    }
    return 0;
}

OURO_ASYNC(work_without_memory, (struct all *, all))
{
    ouro_task *tasks[4];
    unsigned long before;
    size_t i;

    CHECK_INT(ouro_barrier_init(&all->barrier, 4), 0);
    CHECK_INT(ouro_semaphore_init(&all->semaphore, 2), 0);
    for (i = 0; i < 4; i++)
        tasks[i] = ouro_create_task(worker_coro(all));
    OURO_TRY(ouro_sleep(0));
    before = ouro__alloc_count();
    for (i = 0; i < 4; i++)
        CHECK_INT(ouro_await(tasks[i]), 0);
    CHECK_INT(ouro__alloc_count(), before);
    for (i = 0; i < 4; i++)
        ouro_task_unref(tasks[i]);
    return 0;
}

TEST_ALL_BACKENDS(waiting_allocates_nothing)
{
    static struct all all;

    RUN(work_without_memory_coro(&all));
}

static int leave_block_by_return(ouro_lock *lock, int *status)
{
    ouro_with_lock (lock, status)
        return 7;
    return 0;
}

TEST(a_block_gives_back_however_it_is_left)
{
    ouro_lock lock = OURO_LOCK_INIT;
    ouro_semaphore semaphore = OURO_SEMAPHORE_INIT(1);
    int status = 0;

    CHECK_INT(leave_block_by_return(&lock, &status), 7);
    CHECK(!ouro_lock_locked(&lock));
    ouro_with_lock (&lock, &status) {
        CHECK(ouro_lock_locked(&lock));
        goto left;
    }
left:
    CHECK(!ouro_lock_locked(&lock));
    ouro_with_semaphore (&semaphore, &status) {
        CHECK(ouro_semaphore_locked(&semaphore));
        continue;
    }
    CHECK(!ouro_semaphore_locked(&semaphore));
    CHECK_INT(status, 0);
}
