/* S37: a TaskGroup with two tasks, and lines printed around them.
 *
 * Creating a task does not run it, so both lines come first; the end of the block waits for the
 * tasks without an await in sight.
 *
 * The Python original stands beside it: s37_task_group_say_what.py. Build and run:
 *     cc s37_task_group_say_what.c -o s37 $(pkg-config --cflags --libs ouro) && ./s37
 */
#include <ouro.h>

#include <stdio.h>

OURO_ASYNC(say_what, (double, delay), (const char *, what))
{
    OURO_TRY(ouro_sleep(delay));
    printf("%s\n", what);
    return 0;
}

OURO_ASYNC(app)
{
    int status = 0;
    ouro_with_task_group (group, &status) {
        printf("Before running tasks\n");
        ouro_task_group_create_task(&group, say_what_coro(1, "hello"));
        ouro_task_group_create_task(&group, say_what_coro(2, "world"));
        printf("After running tasks\n");
    }
    return status;
}

OURO_MAIN(app)
