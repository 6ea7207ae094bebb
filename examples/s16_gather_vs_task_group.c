/* S16: what an error does to the others: gather lets them run, a TaskGroup cancels them.
 *
 * The same two tasks, first under gather, then in a group. The group ends with an error group that
 * lists every failure.
 *
 * The Python original stands beside it: s16_gather_vs_task_group.py. Build and run:
 *     cc s16_gather_vs_task_group.c -o s16 $(pkg-config --cflags --libs ouro) && ./s16
 */
#include <ouro.h>

#include <errno.h>
#include <stdio.h>

OURO_ASYNC(work, (const char *, name), (double, delay), (bool, fails))
{
    int status = ouro_sleep(delay);
    if (status == -ECANCELED) {
        printf("%s: cancelled\n", name);
    }
    OURO_TRY(status);
    if (fails) {
        return ouro_error_set(-EINVAL, "work", "%s failed", name);
    }
    printf("%s: ended\n", name);
    return 0;
}

OURO_ASYNC(under_gather)
{
    ouro_task *slow = ouro_create_task(work_coro("slow", 2, false));
    ouro_task *broken = ouro_create_task(work_coro("broken", 1, true));
    if (ouro_gather(slow, broken) == -EINVAL) {
        printf("gather: %s\n", ouro_error_detail()->text);
    }
    int status = ouro_await(slow);
    ouro_task_unref(slow);
    ouro_task_unref(broken);
    return status;
}

OURO_ASYNC(under_task_group)
{
    int status = 0;
    ouro_with_task_group (group, &status) {
        ouro_task_group_create_task(&group, work_coro("slow", 2, false));
        ouro_task_group_create_task(&group, work_coro("broken", 1, true));
    }
    if (status != -EINVAL) {
        return status;
    }
    const ouro_error *errors = ouro_error_detail();
    for (size_t i = 0; i < errors->error_count; i++) {
        printf("task group: %s\n", errors->errors[i]->text);
    }
    return 0;
}

OURO_ASYNC(app)
{
    OURO_TRY(under_gather());
    OURO_TRY(under_task_group());
    return 0;
}

OURO_MAIN(app)
