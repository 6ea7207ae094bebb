/* Shield: a future that follows another and keeps cancels away from it. */
#include "base/alloc.h"
#include "flow/ensure.h"
#include "loop/detail.h"
#include "loop/hook.h"
#include "loop/park.h"

#include <errno.h>

struct shield {
    ouro_future outer;
    struct hook hook; /* on the inner future; holds a reference to `outer` until it has run */
    ouro_future *inner;
};

static bool cancel_shield(ouro_future *future, const char *message);

static void release_shield(ouro_future *future)
{
    ouro_loop *loop = future->loop;

    ouro__alloc_free(container_of(future, struct shield, outer));
    ouro__loop_unhold(loop);
}

static const struct future_type shield_type = {
    .name = "shield",
    .cancel = cancel_shield,
    .release = release_shield,
};

/* The outer future alone is cancelled. A task or a gather ends at some time, and is watched on for
 * the error that nobody awaits any more. What may never be done is let go, or the two would keep
 * each other for good. */
static bool cancel_shield(ouro_future *future, const char *message)
{
    struct shield *shield = container_of(future, struct shield, outer);
    ouro_future *inner = shield->inner;

    ouro__future_complete(future, -ECANCELED, ouro__cancel_message(message));
    if (!future_is_done(inner) &&
        (inner->type == &ouro__future_plain || inner->type == &shield_type)) {
        hook_remove(&shield->hook, inner);
        ouro_future_unref(inner);
        ouro_future_unref(future);
    }
    return true;
}

/* The outer future becomes what the inner one is. A cancel of the inner one goes on without its
 * message, as asyncio's does; a failure that only has its code, of a gather, stays a failure. */
static void follow(ouro_future *outer, const ouro_future *inner)
{
    bool is_cancelled = inner->state == FUTURE_CANCELLED;

    outer->value = inner->value;
    ouro__future_complete(outer, inner->status,
                          is_cancelled ? NULL : ouro__error_ref(inner->error));
    outer->state = inner->state;
}

static void inner_done(struct hook *hook)
{
    struct shield *shield = container_of(hook, struct shield, hook);
    ouro_future *inner = shield->inner;
    int status = inner->status;

    inner->flags &= (uint8_t) ~FUTURE_UNRETRIEVED;
    if (!future_is_done(&shield->outer)) {
        follow(&shield->outer, inner);
    } else if (status < 0 && status != -ECANCELED) {
        ouro__report(inner->loop, "exception in shielded future", inner, status,
                     ouro__error_view(inner->error));
    }
    ouro_future_unref(inner);
    ouro_future_unref(&shield->outer);
}

static ouro_future *inner_awaiter(const struct hook *hook)
{
    ouro_future *outer = &container_of(hook, struct shield, hook)->outer;

    return future_is_done(outer) ? NULL : outer;
}

static const struct hook_type inner_hook = { .run = inner_done, .awaiter = inner_awaiter };

ouro_future *ouro_shield_future_with(const ouro_awaitable *awaitable)
{
    ouro_loop *loop = ouro__loop_current;
    ouro_future *inner;
    struct shield *shield;

    if (loop == NULL) {
        ouro_error_set(OURO_ENOLOOP, "shield", "no loop is running in this thread");
        return NULL;
    }
    shield = ouro__alloc_zero(sizeof *shield);
    if (shield == NULL) {
        ouro_error_set(-ENOMEM, "shield", "out of memory");
        return NULL;
    }
    if (ouro__ensure_future(loop, awaitable, NULL, &inner) < 0) {
        ouro__alloc_free(shield);
        return NULL;
    }
    if (future_is_done(inner)) {
        ouro__alloc_free(shield);
        return inner;
    }
    future_init(&shield->outer, loop, &shield_type);
    ouro__future_hold_loop(&shield->outer);
    shield->inner = inner;
    ouro_future_ref(&shield->outer);
    hook_add(&shield->hook, inner, &inner_hook);
    return &shield->outer;
}

int ouro_shield_with(const ouro_awaitable *awaitable)
{
    ouro_future *outer;
    int status;

    if (ouro__task_required("shield", &status) == NULL)
        return status;
    outer = ouro_shield_future_with(awaitable);
    if (outer == NULL)
        return ouro_error_detail()->status;
    return ouro__await_owned(outer);
}
