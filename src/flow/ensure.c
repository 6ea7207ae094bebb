/* Making a future of anything that can be awaited. */
#include "flow/ensure.h"

#include "loop/loop.h"
#include "loop/task.h"

#include <errno.h>

static int refuse_loop(void)
{
    return ouro_error_set(OURO_EWRONGLOOP, "await", "the future belongs to another loop");
}

/* Marks the futures it has seen: only one that is marked has to be looked for. */
int ouro__awaitables_look(const ouro_loop *loop, const ouro_awaitable *awaitables, size_t count,
                          size_t *ret_originals, size_t stride)
{
    size_t *original = ret_originals;
    int answer = 0;
    size_t seen;
    size_t i;

    for (seen = 0; seen < count && answer >= 0; seen++) {
        ouro_future *future = awaitables[seen].future;

        *original = seen;
        if (future != NULL && future->loop != loop) {
            answer = refuse_loop();
        } else if (future != NULL && (future->flags & FUTURE_MARKED)) {
            for (*original = 0; awaitables[*original].future != future; ++*original)
                continue;
            answer = 1;
        } else if (future != NULL) {
            future->flags |= FUTURE_MARKED;
        }
        original = (size_t *) (void *) ((char *) original + stride);
    }
    for (i = 0; i < seen; i++)
        if (awaitables[i].future != NULL && awaitables[i].future->loop == loop)
            awaitables[i].future->flags &= (uint8_t) ~FUTURE_MARKED;
    return answer;
}

int ouro__ensure_future(ouro_loop *loop, const ouro_awaitable *awaitable, const char *site,
                        ouro_future **ret_future)
{
    if (awaitable == NULL)
        return ouro_error_set(-EINVAL, "await", "the awaitable is NULL");
    if (awaitable->future != NULL) {
        if (awaitable->future->loop != loop)
            return refuse_loop();
        *ret_future = ouro_future_ref(awaitable->future);
        return 0;
    }
    *ret_future = ouro__task_spawn(loop, &awaitable->coroutine, site);
    if (*ret_future == NULL) {
        const ouro_error *error = ouro_error_detail();

        return error != NULL ? error->status : -ENOMEM;
    }
    return 0;
}

ouro_future *ouro_ensure_future_with(const ouro_awaitable *awaitable,
                                     const ouro_ensure_future_options *options)
{
    ouro_loop *loop = options != NULL ? options->loop : NULL;
    ouro_future *future = NULL;

    if (loop == NULL && awaitable != NULL && awaitable->future != NULL)
        loop = ouro_future_get_loop(awaitable->future);
    if (loop == NULL)
        loop = ouro__loop_current;
    if (loop == NULL) {
        ouro_error_set(OURO_ENOLOOP, "ensure_future", "no loop is running in this thread");
        return NULL;
    }
    if (ouro__ensure_future(loop, awaitable, options != NULL ? options->site_ : NULL, &future) < 0)
        return NULL;
    return future;
}
