/* S10: one coroutine waits for an event that another one sets.
 *
 * The Python original stands beside it: s10_event.py. Build and run:
 *     cc s10_event.c -o s10 $(pkg-config --cflags --libs ouro) && ./s10
 */
#include <ouro.h>

#include <stdio.h>

OURO_ASYNC(wait_for, (ouro_event *, event))
{
    printf("waiting for the event\n");
    OURO_TRY(ouro_event_wait(event));
    printf("the event is set, going on\n");
    return 0;
}

OURO_ASYNC(set_it, (ouro_event *, event))
{
    OURO_TRY(ouro_sleep(1));
    printf("setting the event\n");
    ouro_event_set(event);
    printf("it is set\n");
    return 0;
}

OURO_ASYNC(app)
{
    ouro_event event = OURO_EVENT_INIT;
    int status = 0;

    ouro_with_task_group (group, &status) {
        ouro_task_group_create_task(&group, wait_for_coro(&event));
        ouro_task_group_create_task(&group, set_it_coro(&event));
    }
    OURO_TRY(status);
    OURO_TRY(ouro_event_wait(&event));
    printf("an event that is set keeps nobody waiting\n");
    return 0;
}

OURO_MAIN(app)
