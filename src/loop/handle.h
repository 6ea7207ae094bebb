/* What handles and timers share. */
#ifndef OURO_LOOP_HANDLE_H
#define OURO_LOOP_HANDLE_H

#include "ouro/handle.h"
#include "ouro/loop.h"

enum handle_state {
    HANDLE_IDLE = 0,
    HANDLE_SCHEDULED = 1,
    HANDLE_CANCELLED = 2,
    HANDLE_OWNED = 4, /* the loop allocated it and frees it */
};

/* Calls a callback in its context; takes over the reference to `context`. */
void ouro__callback_run(ouro_loop *loop, ouro_callback *callback, void *arg, ouro_context *context);

/* Returns a reference to the context that a callback will run in: the one given, or a copy of the
 * current one. */
ouro_context *ouro__call_context(ouro_loop *loop, ouro_context *given);

/* At the close of the loop: cancels what this runnable belongs to, if it is a handle, a timer, a
 * done callback. Returns false if it is something else. */
bool ouro__handle_discard(ouro_runnable *runnable);
bool ouro__timer_discard(ouro_runnable *runnable);
bool ouro__done_callback_discard(ouro_runnable *runnable);

/* Returns the function that a runnable calls for the user, if it belongs to such a thing; else
 * 0. */
uintptr_t ouro__handle_function(const ouro_runnable *runnable);
uintptr_t ouro__timer_function(const ouro_runnable *runnable);
uintptr_t ouro__done_callback_function(const ouro_runnable *runnable);
uintptr_t ouro__inbox_entry_function(const ouro_runnable *runnable);

#endif
