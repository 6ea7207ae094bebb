/* Events: tasks wait until something has happened.
 *
 *     static ouro_event ready;                                  ready = asyncio.Event()
 *
 *     OURO_TRY(ouro_event_wait(&ready));                        await ready.wait()
 *     ouro_event_set(&ready);                                   ready.set()
 *
 * An event lives by value wherever the user puts it, all zero is one that is not set, and it needs
 * neither a loop nor memory. Once tasks have waited for it, it belongs to their loop; another
 * thread sets it by ouro_loop_call_soon_threadsafe.
 *
 * Follows asyncio.Event.
 */
#ifndef OURO_EVENT_H
#define OURO_EVENT_H

#include "ouro/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The fields are private. It must not be moved, or go out of scope, while a task waits for it. */
typedef struct ouro_event {
    ouro_waiters waiters_;
    bool is_set_;
} ouro_event;

/* An event that is not set. */
#define OURO_EVENT_INIT                                                                            \
    {                                                                                              \
        .is_set_ = false                                                                           \
    }

/* Waits until the event is set. Who was woken by a set returns 0 even if the event has been cleared
 * before it runs.
 * Returns: 0; -ECANCELED; OURO_EWRONGLOOP; -EINVAL for NULL; OURO_ENOTASK where it would have to
 * wait outside a task.
 * Suspends: until ouro_event_set; not at all if the event is set.   Cancelled: nothing has changed.
 * Follows Event.wait. */
OURO_SUSPENDS OURO_API int ouro_event_wait(ouro_event *event);

/* Sets the event: all who wait run in the next iteration, in the order in which they came. Does
 * nothing if it is set already. Follows Event.set. */
OURO_API void ouro_event_set(ouro_event *event);

/* Clears the event: who waits from now on waits for the next set. Follows Event.clear. */
OURO_API void ouro_event_clear(ouro_event *event);

/* Returns true if the event is set. Follows Event.is_set. */
OURO_API bool ouro_event_is_set(const ouro_event *event);

#ifdef __cplusplus
}
#endif

#endif
