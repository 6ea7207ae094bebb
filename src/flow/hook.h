/* A done callback of the library's own, embedded in what it serves: it allocates nothing. */
#ifndef OURO_FLOW_HOOK_H
#define OURO_FLOW_HOOK_H

#include "loop/future.h"

struct hook {
    struct future_waiter waiter;
    ouro_runnable runnable;
};

/* Runs `run` with the hook's runnable in the iteration after `future` is done. */
static inline void hook_add(struct hook *hook, ouro_future *future, void (*run)(ouro_runnable *))
{
    hook->waiter.link.next_ = NULL;
    hook->waiter.runnable = &hook->runnable;
    hook->runnable.link_.next_ = NULL;
    hook->runnable.run_ = run;
    ouro__future_add_waiter(future, &hook->waiter);
}

/* Takes a hook out, whether its future is done or not, before it has run. */
static inline void hook_remove(struct hook *hook, ouro_future *future)
{
    ouro__future_remove_waiter(future, &hook->waiter);
}

static inline struct hook *hook_from(ouro_runnable *runnable)
{
    return container_of(runnable, struct hook, runnable);
}

#endif
