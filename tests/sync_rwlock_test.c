/* Read-write locks: who gets in with whom, in which order, and what a cancel leaves behind. */
#include "harness/test.h"
#include "ouro/log.h"
#include "ouro/runner.h"
#include "ouro/rwlock.h"
#include "ouro/task.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define RUN(coroutine) CHECK_INT(ouro_run(coroutine), 0)

static ouro_rwlock lock;
static char order[256];

static void note(const char *what)
{
    (void) snprintf(order + strlen(order), sizeof order - strlen(order), "%s ", what);
}

OURO_ASYNC(reader, (const char *, name))
{
    int status = 0;

    ouro_with_read_lock (&lock, &status) {
        note(name);
        CHECK(!ouro_rwlock_write_locked(&lock));
        OURO_TRY(ouro_sleep(1));
    }
    return status;
}

OURO_ASYNC(writer, (const char *, name))
{
    int status = 0;

    ouro_with_write_lock (&lock, &status) {
        note(name);
        CHECK_INT(ouro_rwlock_readers(&lock), 0);
        OURO_TRY(ouro_sleep(1));
    }
    return status;
}

static int join(ouro_task *task)
{
    int status = ouro_await(task);

    ouro_task_unref(task);
    return status;
}

static void check_free(void)
{
    CHECK_INT(ouro_rwlock_readers(&lock), 0);
    CHECK(!ouro_rwlock_write_locked(&lock));
    CHECK_INT(ouro_rwlock_acquire_write(&lock), 0);
    CHECK_INT(ouro_rwlock_release_write(&lock), 0);
}

OURO_ASYNC(in_order)
{
    ouro_task *tasks[] = {
        ouro_create_task(reader_coro("r1")), ouro_create_task(reader_coro("r2")),
        ouro_create_task(writer_coro("w1")), ouro_create_task(reader_coro("r3")),
        ouro_create_task(reader_coro("r4")), ouro_create_task(writer_coro("w2")),
        ouro_create_task(writer_coro("w3")),
    };
    double start = ouro_loop_time(ouro_get_running_loop());
    size_t i;

    OURO_TRY(ouro_sleep(0.5));
    CHECK_INT(ouro_rwlock_readers(&lock), 2);
    OURO_TRY(ouro_sleep(1));
    CHECK(ouro_rwlock_write_locked(&lock));
    for (i = 0; i < sizeof tasks / sizeof tasks[0]; i++)
        CHECK_INT(join(tasks[i]), 0);
    CHECK_STR(order, "r1 r2 w1 r3 r4 w2 w3 ");
    CHECK((int) (ouro_loop_time(ouro_get_running_loop()) - start + 0.5) == 5);
    check_free();
    return 0;
}

TEST_WITH(first_come_first_served_and_readers_together, .backends = TEST_SIM)
{
    RUN(in_order_coro());
}

/* Cancels one of five after a number of steps: the others get the lock whatever happens. */
static int cancel_after(size_t victim, int steps)
{
    ouro_task *tasks[] = {
        ouro_create_task(writer_coro("w")), ouro_create_task(reader_coro("r")),
        ouro_create_task(writer_coro("w")), ouro_create_task(reader_coro("r")),
        ouro_create_task(reader_coro("r")),
    };
    size_t i;
    int step;

    order[0] = '\0';
    for (step = 0; step < steps; step++)
        OURO_TRY(ouro_sleep(step % 2 == 0 ? 0 : 1));
    ouro_task_cancel(tasks[victim], NULL);
    for (i = 0; i < sizeof tasks / sizeof tasks[0]; i++) {
        int status = join(tasks[i]);

        CHECK(status == 0 || (i == victim && status == -ECANCELED));
    }
    check_free();
    return 0;
}

OURO_ASYNC(cancel_sweep)
{
    size_t victim;
    int steps;

    for (victim = 0; victim < 5; victim++)
        for (steps = 0; steps < 9; steps++)
            OURO_TRY(cancel_after(victim, steps));
    return 0;
}

TEST_WITH(a_cancel_at_any_step_holds_nobody_up, .backends = TEST_SIM)
{
    RUN(cancel_sweep_coro());
}

OURO_ASYNC(cancel_granted)
{
    ouro_task *tasks[2];

    CHECK_INT(ouro_rwlock_acquire_write(&lock), 0);
    tasks[0] = ouro_create_task(writer_coro("w"));
    tasks[1] = ouro_create_task(reader_coro("r"));
    OURO_TRY(ouro_sleep(0));
    CHECK_INT(ouro_rwlock_release_write(&lock), 0);
    CHECK(ouro_rwlock_write_locked(&lock)); /* handed over */
    ouro_task_cancel(tasks[0], NULL);
    CHECK_INT(join(tasks[0]), -ECANCELED);
    CHECK_INT(ouro_rwlock_readers(&lock), 1);
    CHECK_INT(join(tasks[1]), 0);
    CHECK_STR(order, "r ");
    check_free();
    return 0;
}

TEST_WITH(a_lock_granted_to_a_cancelled_task_goes_on, .backends = TEST_SIM)
{
    RUN(cancel_granted_coro());
}

TEST(misuse_of_a_read_write_lock_is_named)
{
    int status = 0;

    CHECK_INT(ouro_rwlock_release_read(&lock), OURO_ENOTLOCKED);
    CHECK(strstr(ouro_error_detail()->text, "no reader holds the lock") != NULL);
    CHECK_INT(ouro_rwlock_release_write(&lock), OURO_ENOTLOCKED);
    CHECK_INT(ouro_rwlock_acquire_read(&lock), 0);
    CHECK_INT(ouro_rwlock_release_write(&lock), OURO_ENOTLOCKED);
    CHECK_INT(ouro_rwlock_acquire_write(&lock), OURO_ENOLOOP);
    CHECK_INT(ouro_rwlock_readers(&lock), 1);
    CHECK_INT(ouro_rwlock_release_read(&lock), 0);
    CHECK_INT(ouro_rwlock_acquire_read(NULL), -EINVAL);
    CHECK_INT(ouro_rwlock_release_write(NULL), -EINVAL);
    ouro_with_write_lock (NULL, &status)
        FAIL("the block must be skipped");
    CHECK_INT(status, -EINVAL);
}

OURO_ASYNC(release_too_often)
{
    ouro_task *reader;

    CHECK_INT(ouro_rwlock_acquire_write(&lock), 0);
    reader = ouro_create_task(reader_coro("r"));
    OURO_TRY(ouro_sleep(0));
    CHECK_INT(ouro_rwlock_release_write(&lock), 0);
    CHECK_INT(ouro_rwlock_release_read(&lock), 0); /* what is on its way to the reader */
    ouro_task_cancel(reader, NULL);
    CHECK_INT(ouro_await(reader), -ECANCELED);
    ouro_task_unref(reader);
    check_free();
    return 0;
}

TEST_WITH(a_release_too_many_leaves_a_lock_that_works, .backends = TEST_SIM)
{
    RUN(release_too_often_coro());
}

static void ignore_log(ouro_log_level level, const char *text, void *arg)
{
    (void) level;
    (void) text;
    (void) arg;
}

OURO_ASYNC(leave_waiters)
{
    CHECK_INT(ouro_rwlock_acquire_write(&lock), 0);
    ouro_task_unref(ouro_create_task(reader_coro("r")));
    ouro_task_unref(ouro_create_task(writer_coro("w")));
    OURO_TRY(ouro_sleep(0));
    return 0;
}

TEST_WITH(a_closed_loop_leaves_a_free_read_write_lock, .backends = TEST_SIM)
{
    ouro_loop *loop;
    ouro_task *task;

    ouro_set_log_handler(ignore_log, NULL);
    CHECK_INT(ouro_new_event_loop(&loop), 0);
    task = ouro_loop_create_task(loop, leave_waiters_coro());
    CHECK_INT(ouro_loop_run_until_complete(loop, task), 0);
    ouro_task_unref(task);
    CHECK_INT(ouro_rwlock_release_write(&lock), 0); /* the reader is woken, and never runs */
    CHECK_INT(ouro_rwlock_readers(&lock), 1);
    CHECK_INT(ouro_loop_close(loop), 0);
    check_free();
}
