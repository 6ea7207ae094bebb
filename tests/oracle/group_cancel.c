/* Cancelling the task of a group: its tasks are cancelled and waited for; errors beat the cancel.
 */
#include "scenario.h"

#define add(group, coroutine_, ...)                                                                \
    ouro_task_group_create_task((group), (coroutine_), .name = text(__VA_ARGS__))

struct specification {
    double delay;
    double cleanup;
    int number;
};

OURO_ASYNC(sleeper, (struct specification, it))
{
    int status = ouro_sleep(it.delay);

    if (status == 0) {
        trace("slept");
        return 0;
    }
    trace("interrupted");
    if (it.cleanup > 0) {
        int cleaned = ouro_sleep(it.cleanup);
        if (cleaned < 0) {
            trace("interrupted while cleaning up");
            return cleaned;
        }
        trace("clean");
    }
    return it.number ? fail(it.number) : status;
}

/* A task with a group in it; its block sleeps first. */
OURO_ASYNC(owns, (double, block_delay), (const struct specification *, specifications),
           (int, count))
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        for (int i = 0; i < count; i++) {
            add(&group, sleeper_coro(specifications[i]), "t%d", i);
        }
        if (block_delay > 0) {
            status = sleeper((struct specification) { .delay = block_delay });
        }
    }
    if (status == 0) {
        trace("the group ends well");
        return 0;
    }
    bool is_group = status != -ECANCELED;
    trace("the group raises %s, cancelling %d", show(status), cancelling());
    if (is_group) {
        /* Keeps the group's error as what the task comes to, through a sleep that may fail. */
        ouro_future *keeper = ouro_create_future();
        ouro_ignore(ouro_future_set_exception(keeper, status));
        trace("a sleep: %s", show(ouro_sleep(1)));
        status = join(keeper);
    }
    return status;
}

#define OWNER(block_delay, ...)                                                                    \
    spawn(owns_coro(block_delay, (const struct specification[]) { __VA_ARGS__ },                   \
                    COUNT(((const struct specification[]) { __VA_ARGS__ }))),                      \
          "owner")

static int cancel_and_tell(ouro_task *task)
{
    OURO_TRY(ouro_sleep(1));
    ouro_task_cancel(task, NULL);
    trace("%s", show(join(task)));
    return 0;
}

OURO_ASYNC(in_the_block)
{
    return cancel_and_tell(OWNER(5, { 5, 0, 0 }, { 5, 0.5, 0 }));
}

OURO_ASYNC(in_the_exit)
{
    return cancel_and_tell(OWNER(0, { 5, 0, 0 }, { 5, 0.5, 0 }));
}

OURO_ASYNC(twice_in_the_exit)
{
    ouro_task *task = OWNER(0, { 5, 2, 0 });

    OURO_TRY(ouro_sleep(1));
    ouro_task_cancel(task, NULL);
    OURO_TRY(ouro_sleep(1));
    ouro_task_cancel(task, NULL);
    trace("%s", show(ouro_await(task)));
    trace("cancelling %d", ouro_task_cancelling(task));
    ouro_task_unref(task);
    return 0;
}

OURO_ASYNC(before_the_tasks_start)
{
    ouro_task *task = OWNER(0, { 5, 0, 0 }, { 5, 0, 0 });

    OURO_TRY(ouro_sleep(0));
    ouro_task_cancel(task, NULL);
    trace("%s", show(join(task)));
    return 0;
}

OURO_ASYNC(a_task_fails_while_cleaning_up)
{
    return cancel_and_tell(OWNER(0, { 5, 0.5, 1 }, { 5, 0, 0 }));
}

OURO_ASYNC(cancelled_in_the_block_and_a_task_fails)
{
    return cancel_and_tell(OWNER(5, { 5, 0.5, 2 }, { 5, 0, 0 }));
}

OURO_ASYNC(fails)
{
    OURO_TRY(ouro_sleep(1));
    return fail(3);
}

OURO_ASYNC(owns_one_that_fails)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        add(&group, sleeper_coro((struct specification) { 5, 2, 0 }), "slow");
        add(&group, fails_coro(), "bad");
    }
    trace("the group raises %s, cancelling %d", show(status), cancelling());
    trace("a sleep: %s", show(ouro_sleep(1)));
    return 0;
}

OURO_ASYNC(cancelled_after_a_child_failed)
{
    ouro_task *task = spawn(owns_one_that_fails_coro(), "owner");

    OURO_TRY(ouro_sleep(2));
    ouro_task_cancel(task, NULL);
    trace("%s", show(join(task)));
    return 0;
}

OURO_ASYNC(child, (ouro_task **, owner))
{
    OURO_TRY(ouro_sleep(1));
    trace("cancels the owner");
    ouro_task_cancel(*owner, NULL);
    OURO_TRY(ouro_sleep(1));
    trace("never");
    return 0;
}

OURO_ASYNC(owns_a_rebel, (ouro_task **, owner))
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        add(&group, child_coro(owner), "child");
    }
    return status;
}

OURO_ASYNC(cancelled_by_its_own_child)
{
    ouro_task *owner = NULL;

    owner = spawn(owns_a_rebel_coro(&owner), "owner");
    trace("%s", show(join(owner)));
    return 0;
}

OURO_ASYNC(cancels_itself_first)
{
    int status = 0;

    ouro_task_cancel(ouro_current_task(), NULL);
    ouro_with_task_group (group, &status) {
        add(&group, sleeper_coro((struct specification) { 5, 0, 0 }), "t");
    }
    trace("the group raises %s, cancelling %d", show(status), cancelling());
    return status;
}

OURO_ASYNC(with_a_request_from_before)
{
    trace("%s", show(join(spawn(cancels_itself_first_coro(), "owner"))));
    return 0;
}

SCENARIO(CASE(in_the_block), CASE(in_the_exit), CASE(twice_in_the_exit),
         CASE(before_the_tasks_start), CASE(a_task_fails_while_cleaning_up),
         CASE(cancelled_in_the_block_and_a_task_fails), CASE(cancelled_after_a_child_failed),
         CASE(cancelled_by_its_own_child), CASE(with_a_request_from_before))
