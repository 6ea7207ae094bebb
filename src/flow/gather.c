/* Gather: one future for many.
 *
 *     child done --> its hook runs, one iteration later, and counts
 *     last hook  --> completes the outer future --> the caller runs, one iteration later
 *
 * The block of a gather lives until its last child is done: each hook points into it.
 */
#include "ouro/gather.h"

#include "base/alloc.h"
#include "flow/ensure.h"
#include "loop/detail.h"
#include "loop/hook.h"
#include "loop/park.h"
#include "loop/task.h"

#include <errno.h>

struct gather_child {
    struct hook hook;
    struct gather *gather;
    ouro_future *future; /* a reference until the child is done */
    size_t original; /* index of the first argument that is the same future; own index: this one */
};

struct gather {
    ouro_future outer;
    size_t count;
    size_t pending; /* different children that are not done, or whose hook has not run */
    int failure;    /* the first failure, kept back until all children are done */
    struct error_record *failure_error;
    struct error_record *cancel_error; /* the message of the cancel, for the outer future */
    int *statuses;
    bool return_exceptions;
    bool waits_for_all; /* the children's frames reach into the caller's */
    bool cancel_requested;
    bool is_cancelling; /* by a request that is on its way to the children */
    bool is_in_ring;    /* and came back from them */
    bool has_twins;     /* some argument stands there twice */
    struct gather_child children[];
};

/* Completes the outer future. A cancelled child counts as a failure with -ECANCELED, which is not
 * the same as a cancelled gather. */
static void complete_outer(struct gather *gather, int status, struct error_record *error)
{
    ouro__future_complete(&gather->outer, status, error);
    gather->outer.state = FUTURE_FINISHED;
}

/* The argument whose cancel is the gather's: the last one, as in asyncio. */
static struct gather_child *last_child(struct gather *gather)
{
    return &gather->children[gather->children[gather->count - 1].original];
}

/* A task that gathers itself, or a task that awaits it, is asked by its own request. It would wait
 * for ever for its end, so its gather ends at once. (CPython recurses there until that is an
 * error.) */
static bool cancel_gather(ouro_future *future, const char *message)
{
    struct gather *gather = container_of(future, struct gather, outer);
    const ouro_future *last = last_child(gather)->future;
    bool is_last_pending = last != NULL && !future_is_done(last);
    bool any = false;
    size_t i;

    if (gather->is_cancelling) {
        gather->is_in_ring = true;
        return true;
    }
    gather->is_cancelling = true;
    for (i = 0; i < gather->count; i++) {
        /* An argument that stands there twice is asked twice: its requests are counted so. */
        ouro_future *child = gather->children[gather->children[i].original].future;

        if (child != NULL && ouro_future_cancel(child, message))
            any = true;
    }
    gather->is_cancelling = false;
    if (is_last_pending) {
        ouro__error_unref(gather->cancel_error);
        gather->cancel_error = ouro__cancel_message(message);
    }
    if (any)
        gather->cancel_requested = true;
    if (gather->is_in_ring && !gather->waits_for_all && !future_is_done(&gather->outer))
        complete_outer(gather, -ECANCELED, ouro__cancel_message(message));
    return any;
}

static void release_gather(ouro_future *future)
{
    struct gather *gather = container_of(future, struct gather, outer);

    ouro_loop *loop = future->loop;

    ouro__error_unref(gather->failure_error);
    ouro__error_unref(gather->cancel_error);
    ouro__alloc_free(gather);
    ouro__loop_unhold(loop);
}

static const struct future_type gather_type = {
    .name = "gather",
    .cancel = cancel_gather,
    .release = release_gather,
};

/* The last child is done. */
static void finish(struct gather *gather)
{
    if (gather->failure < 0) {
        complete_outer(gather, gather->failure, gather->failure_error);
        gather->failure_error = NULL;
    } else if (gather->cancel_requested) {
        complete_outer(gather, -ECANCELED, gather->cancel_error);
        gather->cancel_error = NULL;
    } else {
        complete_outer(gather, 0, NULL);
    }
}

static void record_status(struct gather *gather, const struct gather_child *child, int status)
{
    size_t index = (size_t) (child - gather->children);
    size_t i;

    if (gather->statuses == NULL)
        return;
    gather->statuses[index] = status;
    for (i = index + 1; gather->has_twins && i < gather->count; i++)
        if (gather->children[i].original == index)
            gather->statuses[i] = status;
}

/* The last argument is done: the gather gets its message, if it is cancelled. */
static void take_message(struct gather *gather, ouro_future *last)
{
    struct error_record *message = NULL;

    if (last->state == FUTURE_CANCELLED)
        message = last->error;
    else if (future_is_task(last))
        message = task_from_future(last)->message;
    if (last->state != FUTURE_CANCELLED && message == NULL)
        return;
    ouro__error_unref(gather->cancel_error);
    gather->cancel_error = ouro__error_ref(message);
}

/* A child is done: what asyncio's _done_callback does. The message of a cancelled gather is that of
 * its last argument. */
static void child_done(struct gather_child *child)
{
    struct gather *gather = child->gather;
    ouro_future *future = child->future;

    gather->pending--;
    child->future = NULL;
    future->flags &= (uint8_t) ~FUTURE_UNRETRIEVED;
    if (child == last_child(gather))
        take_message(gather, future);
    if (!future_is_done(&gather->outer)) {
        record_status(gather, child, future->status);
        if (future->status < 0 && !gather->return_exceptions && gather->failure == 0) {
            if (gather->waits_for_all) {
                gather->failure = future->status;
                gather->failure_error = ouro__error_ref(future->error);
            } else {
                complete_outer(gather, future->status, ouro__error_ref(future->error));
            }
        }
    }
    if (gather->pending == 0) {
        if (!future_is_done(&gather->outer))
            finish(gather);
        ouro_future_unref(future);
        ouro_future_unref(&gather->outer);
        return;
    }
    ouro_future_unref(future);
}

static void run_child_hook(struct hook *hook)
{
    child_done(container_of(hook, struct gather_child, hook));
}

static ouro_future *child_awaiter(const struct hook *hook)
{
    ouro_future *outer = &container_of(hook, const struct gather_child, hook)->gather->outer;

    return future_is_done(outer) ? NULL : outer;
}

static const struct hook_type child_hook = { .run = run_child_hook, .awaiter = child_awaiter };

/* Waits for a child from now on. One that is done already is counted later, by count_done. */
static void hook_child(struct gather_child *child)
{
    child->gather->pending++;
    if (future_is_done(child->future))
        child->hook.waiter.runnable = NULL;
    else
        hook_add(&child->hook, child->future, &child_hook);
}

/* Some child could not be made: those before it are cancelled. Keeps of them only the tasks that
 * were made here: an eager one may have begun, and is waited for if the gather is awaited. Returns
 * how many there are. */
static size_t give_up(struct gather *gather, const ouro_gather_options *options, size_t made)
{
    size_t kept = 0;
    size_t i;

    gather->pending = 0;
    for (i = 0; i < made; i++) {
        struct gather_child *child = &gather->children[i];
        ouro_future *future = child->future;
        bool is_own = options->awaitables[i].future == NULL;

        if (future == NULL)
            continue;
        if (child->hook.waiter.runnable != NULL)
            hook_remove(&child->hook, future);
        if (is_own)
            ouro_future_cancel(future, NULL);
        if (!is_own || !gather->waits_for_all) {
            ouro_future_unref(future);
            continue;
        }
        gather->children[kept] = (struct gather_child) {
            .gather = gather,
            .future = future,
            .original = kept,
        };
        hook_child(&gather->children[kept]);
        kept++;
    }
    return kept;
}

/* Makes a future of every argument, and hooks it up before the next one is made, as asyncio does:
 * an eager task may complete those before it. If one cannot be made the gather is over, which it
 * may not say before the children that were made have ended: it gathers them then, and has failed.
 * Returns 0, or the failure where there is nothing to wait for. */
static int make_children(ouro_loop *loop, struct gather *gather, const ouro_gather_options *options)
{
    int status = 0;
    size_t i;

    for (i = 0; i < options->count; i++) {
        struct gather_child *child = &gather->children[i];

        child->gather = gather;
        child->future = NULL;
        if (gather->statuses != NULL)
            gather->statuses[i] = OURO_EINVALIDSTATE;
        if (child->original != i)
            continue;
        status = ouro__ensure_future(loop, &options->awaitables[i], options->site_, &child->future);
        if (status < 0)
            break;
        hook_child(child);
    }
    if (status == 0)
        return 0;
    gather->failure = status;
    gather->failure_error = ouro__failure_take(status);
    gather->statuses = NULL;
    gather->count = give_up(gather, options, i);
    if (gather->count > 0)
        return 0;
    ouro__error_unref(gather->failure_error);
    return status;
}

/* Counts the children that were done when they were hooked up, after all have been, as asyncio
 * does.
 */
static void count_done(struct gather *gather)
{
    size_t i;

    ouro_future_ref(&gather->outer); /* until the last child is done */
    for (i = 0; i < gather->count; i++) {
        struct gather_child *child = &gather->children[i];

        if (child->original == i && child->hook.waiter.runnable == NULL)
            child_done(child);
    }
}

static int check_options(ouro_loop *loop, const ouro_gather_options *options)
{
    if (loop == NULL)
        return ouro_error_set(OURO_ENOLOOP, "gather", "no loop is running in this thread");
    if (options == NULL || (options->awaitables == NULL && options->count > 0))
        return ouro_error_set(-EINVAL, "gather", "there is nothing to gather: NULL");
    return 0;
}

static int start_gather(const ouro_gather_options *options, bool is_awaited,
                        struct gather **ret_gather)
{
    ouro_loop *loop = ouro__loop_current;
    struct gather *gather;
    int status = check_options(loop, options);
    size_t i;

    if (status < 0)
        return status;
    gather = ouro__alloc(sizeof *gather + options->count * sizeof gather->children[0]);
    if (gather == NULL)
        return ouro_error_set(-ENOMEM, "gather", "out of memory");
    *gather = (struct gather) { .count = 0 };
    status = ouro__awaitables_look(loop, options->awaitables, options->count,
                                   &gather->children[0].original, sizeof gather->children[0]);
    if (status < 0) {
        ouro__alloc_free(gather);
        return status;
    }
    gather->has_twins = status > 0;
    future_init(&gather->outer, loop, &gather_type);
    gather->count = options->count;
    gather->statuses = options->ret_statuses;
    gather->return_exceptions = options->return_exceptions;
    for (i = 0; is_awaited && i < options->count; i++)
        if (options->awaitables[i].future == NULL)
            gather->waits_for_all = true;
    status = make_children(loop, gather, options);
    if (status < 0) {
        ouro__alloc_free(gather);
        return status;
    }
    ouro__future_hold_loop(&gather->outer);
    if (gather->count == 0)
        complete_outer(gather, 0, NULL);
    else
        count_done(gather);
    *ret_gather = gather;
    return 0;
}

int ouro_gather_with(const ouro_gather_options *options)
{
    struct gather *gather;
    int status;

    if (ouro__task_required("gather", &status) == NULL)
        return status;
    status = start_gather(options, true, &gather);
    if (status < 0)
        return status;
    /* One over futures may return before they are all done, but writes no status after that. */
    return ouro__await_owned(&gather->outer);
}

ouro_future *ouro_gather_future_with(const ouro_gather_options *options)
{
    struct gather *gather;

    return start_gather(options, false, &gather) < 0 ? NULL : &gather->outer;
}
