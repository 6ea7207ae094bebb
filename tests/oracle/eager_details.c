/* Inside an eager first step: the current task, the list of tasks, cancels, and what is left after.
 */
#include "scenario.h"

static int by_name(const void *left, const void *right)
{
    return strcmp(*(const char *const *) left, *(const char *const *) right);
}

static const char *names(void)
{
    ouro_task *tasks[16];
    const char *all[16];
    const char *list = "";
    int count = ouro_all_tasks(NULL, tasks, 16);

    for (int i = 0; i < count; i++) {
        all[i] = text("%s", ouro_task_get_name(tasks[i]));
    }
    qsort(all, (size_t) count, sizeof all[0], by_name);
    for (int i = 0; i < count; i++) {
        list = listed(list, all[i]);
    }
    return list;
}

static void set_eager(void)
{
    ouro_loop_set_task_factory(ouro_get_running_loop(), ouro_eager_task_factory, NULL);
}

OURO_ASYNC(child)
{
    trace("%s", names());
    return ouro_sleep(0);
}

OURO_ASYNC(listed_in_its_first_step)
{
    set_eager();
    ouro_task *task = spawn(child_coro(), "child");
    trace("%s", names());
    OURO_TRY(join(task));
    trace("%s", names());
    return 0;
}

OURO_ASYNC(step, (int, depth))
{
    if (depth > 0) {
        ouro_task_unref(spawn(step_coro(depth - 1), "step-%d", depth - 1));
    }
    trace("%s", names());
    return 0;
}

OURO_ASYNC(nested_first_steps)
{
    set_eager();
    ouro_task_unref(spawn(step_coro(3), "step-3"));
    trace("%s", names());
    return 0;
}

OURO_ASYNC(give, (int, value), (bool, suspends))
{
    if (suspends) {
        OURO_TRY(ouro_sleep(0));
    }
    return value;
}

OURO_ASYNC(no_coroutine_left)
{
    set_eager();
    ouro_task *task = ouro_create_task(give_coro(1, false));
    trace("%d %d %s", ouro_future_done(task), ouro_task_get_coro(task) == NULL, result(task));
    ouro_task_unref(task);
    task = ouro_create_task(give_coro(2, true));
    trace("%d %d", ouro_future_done(task), ouro_task_get_coro(task) == NULL);
    OURO_TRY(ouro_await(task));
    trace("%d %s", ouro_task_get_coro(task) == NULL, result(task));
    ouro_task_unref(task);
    return 0;
}

OURO_ASYNC(cancels_self, (bool, suspends))
{
    ouro_task_cancel(ouro_current_task(), NULL);
    return suspends ? ouro_sleep(1) : 1;
}

OURO_ASYNC(cancels_itself)
{
    set_eager();
    trace("%s", show(join(spawn(cancels_self_coro(false), "a"))));
    trace("%s", show(join(spawn(cancels_self_coro(true), "b"))));
    return 0;
}

OURO_ASYNC(cancels_other, (ouro_task *, other))
{
    ouro_task_cancel(other, NULL);
    return 0;
}

OURO_ASYNC(cancels_its_creator)
{
    set_eager();
    ouro_task_unref(ouro_create_task(cancels_other_coro(ouro_current_task())));
    trace("goes on");
    trace("%s", show(ouro_sleep(1)));
    ouro_task_uncancel(ouro_current_task());
    return 0;
}

static ouro_task *construct(ouro_loop *loop, const ouro_task_options *options, void *made)
{
    *(int *) made += options->eager_start == OURO_EAGER_YES;
    return ouro_task_new_with(loop, options);
}

OURO_ASYNC(by_a_constructor)
{
    int made = 0;
    ouro_task_constructor constructor = { construct, &made };

    ouro_create_eager_task_factory(ouro_get_running_loop(), &constructor);
    ouro_task *task = ouro_create_task(give_coro(3, false));
    trace("%d %s %d", ouro_future_done(task), result(task), made);
    ouro_task_unref(task);
    ouro_loop_set_task_factory(ouro_get_running_loop(), NULL, NULL);
    return 0;
}

static void say_result(ouro_future *task, void *arg)
{
    (void) arg;
    trace("callback %s", result(task));
}

OURO_ASYNC(done_callbacks_of_one_that_ended)
{
    set_eager();
    ouro_task *task = ouro_create_task(give_coro(1, false));
    on_done(task, say_result, NULL);
    trace("added");
    OURO_TRY(ouro_sleep(0));
    ouro_task_unref(task);
    return 0;
}

SCENARIO(CASE(listed_in_its_first_step), CASE(nested_first_steps), CASE(no_coroutine_left),
         CASE(cancels_itself), CASE(cancels_its_creator), CASE(by_a_constructor),
         CASE(done_callbacks_of_one_that_ended))
