/* Walking a coroutine's stack along the frame pointers.
 *
 * Code that keeps none (most of the C library) shortens or breaks the walk, but never leads it
 * outside the stack: every step must lie within the bounds and lead towards the stack's beginning.
 */
#ifndef OURO_CORO_WALK_H
#define OURO_CORO_WALK_H

#include "coro/coro.h"

/* Writes the places where the functions on a parked coroutine's stack will continue into
 * `ret_places`, innermost first. Returns how many, at most `capacity`; -ENOTSUP where the switch
 * does not show where it saves the frame pointer. */
int ouro__walk_parked(const struct coro *coro, const struct stack *stack, const void **ret_places,
                      size_t capacity);

/* The same for the caller, which runs between `low` and `high` on any stack. */
int ouro__walk_running(const void *low, const void *high, const void **ret_places, size_t capacity);

#endif
