/* Making a future of anything that can be awaited. */
#ifndef OURO_FLOW_ENSURE_H
#define OURO_FLOW_ENSURE_H

#include "ouro/gather.h"

/* Stores a reference to the awaitable's future, or to a new task that runs its coroutine. Returns
 * 0; OURO_EWRONGLOOP; -EINVAL for an empty awaitable; -ENOMEM; with the reason set.
 * Follows asyncio.ensure_future. */
int ouro__ensure_future(ouro_loop *loop, const ouro_awaitable *awaitable, const char *site,
                        ouro_future **ret_future);

#endif
