/* A done callback of the library's own, embedded in what it serves: it allocates nothing. It calls
 * nobody outside the library, so that it may run even while the loop is being closed, to give back
 * what it holds. */
#ifndef OURO_LOOP_HOOK_H
#define OURO_LOOP_HOOK_H

#include "loop/future.h"

struct hook;

/* What differs between the hooks of a gather, a group, a shield and so on. */
struct hook_type {
    void (*run)(struct hook *hook);
    /* Returns who awaits the future by this hook: a task, or the future of a combinator; NULL where
     * nobody does any more. Call graphs are read off the waiters of a future by this. */
    ouro_future *(*awaiter)(const struct hook *hook);
};

struct hook {
    struct future_waiter waiter;
    ouro_runnable runnable;
    const struct hook_type *type;
};

/* The run_ of every hook's runnable. */
void ouro__hook_run(ouro_runnable *runnable);

/* Calls type->run(hook) in the iteration after `future` is done. */
static inline void hook_add(struct hook *hook, ouro_future *future, const struct hook_type *type)
{
    hook->waiter.link.next_ = NULL;
    hook->waiter.runnable = &hook->runnable;
    hook->runnable.link_.next_ = NULL;
    hook->runnable.run_ = ouro__hook_run;
    hook->type = type;
    if (future_is_done(future))
        ouro__future_add_waiter(future, &hook->waiter);
    else
        list_append(&future->waiters, &hook->waiter.link);
}

/* Takes a hook out, whether its future is done or not, before it has run. */
static inline void hook_remove(struct hook *hook, ouro_future *future)
{
    ouro__future_remove_waiter(future, &hook->waiter);
}

#endif
