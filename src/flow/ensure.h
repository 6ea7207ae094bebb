/* Making a future of anything that can be awaited. */
#ifndef OURO_FLOW_ENSURE_H
#define OURO_FLOW_ENSURE_H

#include "ouro/gather.h"

/* Looks at awaitables before anything is made of them, and calls nobody. For each it stores in a
 * size_t, `stride` bytes behind the one before, the index of the first that is the same future: its
 * own index, but for a twin. Returns 1 if there is a twin, 0 if none; OURO_EWRONGLOOP for a future
 * of another loop, with the reason set. */
int ouro__awaitables_look(const ouro_loop *loop, const ouro_awaitable *awaitables, size_t count,
                          size_t *ret_originals, size_t stride);

/* Stores a reference to the awaitable's future, or to a new task that runs its coroutine. Returns
 * 0; OURO_EWRONGLOOP; -EINVAL for an empty awaitable; -ENOMEM; with the reason set.
 * Follows asyncio.ensure_future. */
int ouro__ensure_future(ouro_loop *loop, const ouro_awaitable *awaitable, const char *site,
                        ouro_future **ret_future);

#endif
