/* Who awaits a future: read off its list of waiters. */
#ifndef OURO_LOOP_AWAITER_H
#define OURO_LOOP_AWAITER_H

#include "loop/future.h"

/* Returns the task, or the future of a combinator, that awaits by this waiter; else NULL. */
ouro_future *ouro__waiter_awaiter(const struct future_waiter *waiter);

#endif
