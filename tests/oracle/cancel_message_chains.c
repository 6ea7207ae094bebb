/* The message of a cancel on its way through tasks, futures and limits. */
#include "scenario.h"

static int tell(int status)
{
    if (status == -ECANCELED) {
        trace("%s", show_message());
    }
    return status;
}

OURO_ASYNC(sleeper)
{
    return tell(ouro_sleep(5));
}

OURO_ASYNC(awaits, (ouro_future *, future))
{
    return tell(ouro_await(future));
}

static int end(ouro_task *task)
{
    ouro_ignore(tell(join(task)));
    return 0;
}

OURO_ASYNC(through_three_tasks)
{
    ouro_task *inner = spawn(sleeper_coro(), "inner");
    ouro_task *middle = spawn(awaits_coro(inner), "middle");
    ouro_task *outer = spawn(awaits_coro(middle), "outer");

    OURO_TRY(ouro_sleep(1));
    ouro_task_cancel(outer, "stop");
    OURO_TRY(end(outer));
    ouro_task_unref(middle);
    ouro_task_unref(inner);
    return 0;
}

OURO_ASYNC(from_the_innermost)
{
    ouro_task *inner = spawn(sleeper_coro(), "inner");
    ouro_task *outer = spawn(awaits_coro(inner), "outer");

    OURO_TRY(ouro_sleep(1));
    ouro_task_cancel(inner, "stop");
    OURO_TRY(end(outer));
    ouro_task_unref(inner);
    return 0;
}

OURO_ASYNC(through_a_future)
{
    ouro_future *future = ouro_create_future();
    ouro_task *tasks[] = { spawn(awaits_coro(future), "a"), spawn(awaits_coro(future), "b") };

    OURO_TRY(ouro_sleep(1));
    ouro_future_cancel(future, "stop");
    OURO_TRY(end(tasks[0]));
    OURO_TRY(end(tasks[1]));
    ouro_future_unref(future);
    return 0;
}

OURO_ASYNC(two_messages_before_the_delivery)
{
    ouro_task *task = spawn(sleeper_coro(), "t");

    OURO_TRY(ouro_sleep(1));
    ouro_task_cancel(task, "first");
    ouro_task_cancel(task, "second");
    return end(task);
}

OURO_ASYNC(before_the_first_step)
{
    ouro_task *task = spawn(sleeper_coro(), "t");

    ouro_task_cancel(task, "early");
    return end(task);
}

OURO_ASYNC(one_without_after_one_with)
{
    ouro_task *task = spawn(sleeper_coro(), "t");

    ouro_task_cancel(task, "first");
    ouro_task_cancel(task, NULL);
    return end(task);
}

OURO_ASYNC(waits_for, (double, delay))
{
    return tell(ouro_wait_for(sleeper_coro(), delay));
}

OURO_ASYNC(through_wait_for)
{
    ouro_task *task = spawn(waits_for_coro(5), "t");

    OURO_TRY(ouro_sleep(1));
    ouro_task_cancel(task, "stop");
    return end(task);
}

OURO_ASYNC(replaces)
{
    ouro_ignore(tell(ouro_sleep(5)));
    ouro_task_cancel(ouro_current_task(), "mine");
    return ouro_sleep(5);
}

OURO_ASYNC(replaced_in_the_middle)
{
    ouro_task *task = spawn(replaces_coro(), "t");

    OURO_TRY(ouro_sleep(1));
    ouro_task_cancel(task, "yours");
    return end(task);
}

SCENARIO(CASE(through_three_tasks), CASE(from_the_innermost), CASE(through_a_future),
         CASE(two_messages_before_the_delivery), CASE(before_the_first_step),
         CASE(one_without_after_one_with), CASE(through_wait_for), CASE(replaced_in_the_middle))
