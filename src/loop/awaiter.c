/* Who awaits a future, and the edges that users add for combinators of their own. */
#include "loop/awaiter.h"

#include "loop/debug.h"
#include "loop/hook.h"
#include "loop/loop.h"
#include "loop/task.h"
#include "ouro/graph.h"

#include <errno.h>

/* An edge that a user has recorded: a hook that does nothing when the future is done but end. */
struct edge {
    struct hook hook;
    ouro_loop *loop;
    ouro_future *awaiter; /* a reference */
};

_Static_assert(sizeof(struct edge) <= CALLBACK_RECORD_SIZE, "records have a place");

static void free_edge(struct edge *edge)
{
    ouro_future *awaiter = edge->awaiter;

    slab_give(&edge->loop->callbacks, edge);
    future_unref(awaiter);
}

static void run_edge(struct hook *hook)
{
    free_edge(container_of(hook, struct edge, hook));
}

static ouro_future *edge_awaiter(const struct hook *hook)
{
    return container_of(hook, const struct edge, hook)->awaiter;
}

static const struct hook_type edge_hook = { .run = run_edge, .awaiter = edge_awaiter };

ouro_future *ouro__waiter_awaiter(const struct future_waiter *waiter)
{
    ouro_runnable *runnable = waiter->runnable;
    const struct hook *hook;

    if (runnable_is_task(runnable))
        return &task_from_step(runnable)->future;
    if (runnable->run_ != ouro__hook_run)
        return NULL;
    hook = container_of(runnable, const struct hook, runnable);
    return hook->type->awaiter != NULL ? hook->type->awaiter(hook) : NULL;
}

/* Returns the edge to this awaiter that was recorded, or NULL. */
static struct edge *find_edge(const ouro_future *future, const ouro_future *awaiter)
{
    ouro_link *link;

    for (link = future->waiters.next_; link != &future->waiters; link = link->next_) {
        struct future_waiter *waiter = container_of(link, struct future_waiter, link);
        struct hook *hook = container_of(waiter, struct hook, waiter);

        if (waiter->runnable->run_ == ouro__hook_run && hook->type == &edge_hook &&
            container_of(hook, struct edge, hook)->awaiter == awaiter)
            return container_of(hook, struct edge, hook);
    }
    return NULL;
}

int ouro_future_add_to_awaited_by(ouro_future *future, ouro_future *waiter)
{
    struct edge *edge;

    if (future == NULL || waiter == NULL)
        return ouro_error_set(-EINVAL, "add_to_awaited_by", "the %s is NULL",
                              future == NULL ? "future" : "waiter");
    if (future->loop != waiter->loop)
        return ouro_error_set(OURO_EWRONGLOOP, "add_to_awaited_by",
                              "the two futures belong to different loops");
    if (future_is_done(future) || find_edge(future, waiter) != NULL)
        return 0;
    edge = slab_take(&future->loop->callbacks);
    if (edge == NULL)
        return ouro_error_set(-ENOMEM, "add_to_awaited_by", "out of memory");
    edge->loop = future->loop;
    edge->awaiter = ouro_future_ref(waiter);
    hook_add(&edge->hook, future, &edge_hook);
    return 0;
}

void ouro_future_discard_from_awaited_by(ouro_future *future, ouro_future *waiter)
{
    struct edge *edge;

    if (future == NULL || waiter == NULL)
        return;
    edge = find_edge(future, waiter);
    if (edge == NULL)
        return;
    hook_remove(&edge->hook, future);
    free_edge(edge);
}
