/* Handles: callbacks that a loop will run, soon or at a time.
 *
 *     ouro_handle handle;                                     by value, in a struct of yours
 *     ouro_handle_init(&handle, on_wake, self);
 *     ouro_loop_call_soon_handle(loop, &handle);              allocates nothing, cannot run out
 *     ouro_handle_cancel(&handle);                            the memory is yours again at once
 *
 * A handle that the caller embeds stays the caller's memory: it must live until its callback was
 * entered or it was cancelled, and may be scheduled again from then on. The forms that return a
 * handle (ouro_loop_call_soon and so on, loop.h) allocate one that the loop frees after it ran or
 * was cancelled; the pointer must not be used after that.
 *
 * Follows asyncio.Handle and asyncio.TimerHandle.
 */
#ifndef OURO_HANDLE_H
#define OURO_HANDLE_H

#include "ouro/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef void ouro_callback(void *arg);

/* Private: something in a loop's ready queue. */
typedef struct ouro_runnable {
    ouro_link link_;
    void (*run_)(struct ouro_runnable *runnable);
} ouro_runnable;

/* Private: a timer that has no place among the others yet. */
typedef struct ouro_timer_staged {
    struct ouro_timer_node *next_;
    double delay_;
    int64_t now_; /* from which it counts */
} ouro_timer_staged;

/* Private: something ordered by time. */
typedef struct ouro_timer_node {
    union {
        ouro_link link_; /* in a slot of the wheel */
        ouro_heap_node heap_;
        ouro_timer_staged staged_; /* not in the wheel yet */
    };
    int64_t deadline_;
    uint64_t sequence_;
    uint8_t where_;
} ouro_timer_node;

/* A callback to run soon. The fields are private. */
typedef struct ouro_handle {
    ouro_runnable runnable_;
    ouro_callback *callback_;
    void *arg_;
    ouro_context *context_;
    ouro_loop *loop_;
    uint8_t state_;
} ouro_handle;

/* Private: a runnable that becomes ready at a time. */
typedef struct ouro_timer_entry {
    ouro_runnable runnable_;
    ouro_timer_node node_;
} ouro_timer_entry;

/* A callback to run at a time. The fields are private. */
typedef struct ouro_timer {
    ouro_timer_entry entry_;
    ouro_callback *callback_;
    void *arg_;
    ouro_context *context_;
    ouro_loop *loop_;
    uint8_t state_;
} ouro_timer;

/* Prepares a handle in the caller's memory. `arg` is passed to `callback` as it is. */
OURO_API void ouro_handle_init(ouro_handle *handle, ouro_callback *callback, void *arg);

/* Cancels a handle: its callback will not run. Does nothing to one that ran, was cancelled, or was
 * never scheduled. A handle that the loop allocated is freed by this call.
 * Follows Handle.cancel. */
OURO_API void ouro_handle_cancel(ouro_handle *handle);

/* Returns true if the handle was cancelled and not scheduled again. Follows Handle.cancelled. */
OURO_API bool ouro_handle_cancelled(const ouro_handle *handle);

/* Returns the context in which the callback will run, borrowed until then; NULL for a handle that
 * is not scheduled, and without memory. Follows Handle.get_context. */
OURO_API ouro_context *ouro_handle_get_context(ouro_handle *handle);

/* Prepares a timer in the caller's memory. */
OURO_API void ouro_timer_init(ouro_timer *timer, ouro_callback *callback, void *arg);

/* Cancels a timer, as ouro_handle_cancel does. Costs O(1). Follows TimerHandle.cancel. */
OURO_API void ouro_timer_cancel(ouro_timer *timer);

/* Returns true if the timer was cancelled and not scheduled again. */
OURO_API bool ouro_timer_cancelled(const ouro_timer *timer);

/* Returns the loop time in seconds at which the timer is due. Follows TimerHandle.when. */
OURO_API double ouro_timer_when(const ouro_timer *timer);

#ifdef __cplusplus
}
#endif

#endif
