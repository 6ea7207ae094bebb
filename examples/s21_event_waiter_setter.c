/* S21: a waiter and a setter in one gather.
 *
 * Setting an event runs nobody: the setter prints first, the waiter goes on in the loop's next
 * iteration.
 *
 * The Python original stands beside it: s21_event_waiter_setter.py. Build and run:
 *     cc s21_event_waiter_setter.c -o s21 $(pkg-config --cflags --libs ouro) && ./s21
 */
#include <ouro.h>

#include <stdio.h>

OURO_ASYNC(waiter, (ouro_event *, event))
{
    printf("waiting for the event to be set\n");
    OURO_TRY(ouro_event_wait(event));
    printf("event has been set, continuing execution\n");
    return 0;
}

OURO_ASYNC(setter, (ouro_event *, event))
{
    OURO_TRY(ouro_sleep(2));
    ouro_event_set(event);
    printf("event has been set!\n");
    return 0;
}

OURO_ASYNC(app)
{
    ouro_event event = OURO_EVENT_INIT;

    OURO_TRY(ouro_gather(waiter_coro(&event), setter_coro(&event)));
    return 0;
}

OURO_MAIN(app)
