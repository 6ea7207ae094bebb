/* Events. */
#include "ouro/event.h"

#include "sync/waiters.h"

#include <errno.h>

__attribute__((noinline)) static int wait_slowly(ouro_event *event)
{
    if (event == NULL)
        return ouro_error_set(-EINVAL, "wait", "there is no event: NULL");
    return ouro__waiters_wait(&event->waiters_, "event wait", NULL);
}

int ouro_event_wait(ouro_event *event)
{
    if (__builtin_expect(event == NULL || !event->is_set_, 0))
        return wait_slowly(event);
    return 0;
}

void ouro_event_set(ouro_event *event)
{
    if (event == NULL || event->is_set_)
        return;
    event->is_set_ = true;
    (void) ouro__waiters_wake(&event->waiters_, SIZE_MAX);
}

void ouro_event_clear(ouro_event *event)
{
    if (event != NULL)
        event->is_set_ = false;
}

bool ouro_event_is_set(const ouro_event *event)
{
    return event != NULL && event->is_set_;
}
