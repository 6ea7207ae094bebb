/* As completed: a queue of the futures that are done, in the order in which they came.
 *
 *     future done --> its hook runs, one iteration later --> queue --> whoever waits first
 *
 * When time is up the hooks are taken out, and an -ETIMEDOUT for each joins the queue instead.
 */
#include "ouro/as_completed.h"

#include "base/alloc.h"
#include "base/time.h"
#include "flow/ensure.h"
#include "loop/hook.h"
#include "loop/park.h"
#include "loop/timer.h"

#include <errno.h>

struct completed_member {
    struct hook hook;
    struct as_completed *all;
    ouro_future *future; /* a reference; NULL for one that stands there already */
    size_t original;     /* the index of that; else its own */
    bool is_hooked;
    struct completed_member *next; /* in the queue */
};

struct as_completed {
    ouro_loop *loop; /* NULL once that is closed */
    struct loop_resource resource;
    ouro_timer_entry timer;
    bool is_timed;
    size_t pending; /* different futures that are not in the queue */
    size_t left;    /* results that have not been asked for */
    size_t late;    /* timeouts at the end of the queue */
    size_t handed;  /* coroutine objects of the plain form that have not run to their end */
    bool is_done;   /* the user has given it back; those are what keeps it */
    struct completed_member *first;
    struct completed_member *last;
    ouro_link getters; /* tasks in a wait, first come first */
    size_t count;
    struct completed_member members[];
};

/* A task that waits for the next result, in its frame. */
struct getter {
    struct wait wait;
    ouro_link link;
    struct as_completed *all; /* NULL once the iteration is over */
    bool is_woken;
};

static bool is_empty(const struct as_completed *all)
{
    return all->first == NULL && all->late == 0;
}

/* The first who waits and was neither woken nor cancelled; NULL if there is none. */
static struct getter *first_getter(const struct as_completed *all)
{
    ouro_link *link;

    for (link = all->getters.next_; link != &all->getters; link = link->next_)
        if (!container_of(link, struct getter, link)->wait.finished)
            return container_of(link, struct getter, link);
    return NULL;
}

static void wake_next(struct as_completed *all)
{
    struct getter *getter = first_getter(all);

    if (getter == NULL)
        return;
    getter->is_woken = true;
    wait_finish(&getter->wait, 0);
}

static void disarm(struct as_completed *all)
{
    if (all->is_timed)
        timer_disarm(all->loop, &all->timer);
    all->is_timed = false;
}

static void member_done(struct hook *hook)
{
    struct completed_member *member = container_of(hook, struct completed_member, hook);
    struct as_completed *all = member->all;

    member->is_hooked = false;
    if (all->first == NULL)
        all->first = member;
    else
        all->last->next = member;
    all->last = member;
    all->pending--;
    if (all->loop->is_closed)
        return;
    wake_next(all);
    if (all->pending == 0)
        disarm(all);
}

/* Whoever waits first. */
static ouro_future *member_awaiter(const struct hook *hook)
{
    const struct completed_member *member = container_of(hook, const struct completed_member, hook);
    struct getter *getter = first_getter(member->all);

    return getter != NULL ? &getter->wait.task->future : NULL;
}

static const struct hook_type member_hook = { .run = member_done, .awaiter = member_awaiter };

static void unhook(struct completed_member *member)
{
    if (member->is_hooked)
        hook_remove(&member->hook, member->future);
    member->is_hooked = false;
}

static void time_is_up(ouro_runnable *runnable)
{
    ouro_timer_entry *timer = container_of(runnable, ouro_timer_entry, runnable_);
    struct as_completed *all = container_of(timer, struct as_completed, timer);
    size_t i;

    all->is_timed = false;
    for (i = 0; i < all->count; i++) {
        if (!all->members[i].is_hooked)
            continue;
        unhook(&all->members[i]);
        all->late++;
        wake_next(all);
    }
    all->pending = 0;
}

/* Lets go of the futures, and of those who wait. */
static void release(struct as_completed *all)
{
    ouro_link *link;
    size_t i;

    if (all->loop == NULL)
        return;
    disarm(all);
    while ((link = list_pop(&all->getters)) != NULL) {
        struct getter *getter = container_of(link, struct getter, link);

        getter->all = NULL;
        if (!getter->wait.finished)
            wait_finish(&getter->wait, OURO_ECLOSED);
    }
    for (i = 0; i < all->count; i++) {
        unhook(&all->members[i]);
        if (all->members[i].future != NULL)
            ouro_future_unref(all->members[i].future);
    }
    all->loop = NULL;
    all->left = 0;
}

/* Frees an iteration that the user has given back and no coroutine object can ask for. */
static void free_if_unused(struct as_completed *all)
{
    if (!all->is_done || all->handed > 0)
        return;
    if (link_is_queued(&all->resource.link))
        list_remove(&all->resource.link);
    ouro__alloc_free(all);
}

/* The loop is closed under the iteration: nobody waits any more. */
static void end_with_loop(struct loop_resource *resource, enum loop_end stage)
{
    struct as_completed *all = container_of(resource, struct as_completed, resource);

    if (stage == LOOP_END_FORGET)
        return; /* its getters go out of the list themselves */
    list_remove(&all->resource.link);
    all->is_timed = false; /* the close has dropped all timers */
    all->handed = 0;       /* those that have not run never will */
    release(all);
    free_if_unused(all);
}

/* Makes futures of the awaitables. On failure those that were made are cancelled. */
static int make_members(struct as_completed *all, const ouro_as_completed_options *options)
{
    size_t i;
    int status = ouro__awaitables_look(all->loop, options->awaitables, options->count,
                                       &all->members[0].original, sizeof all->members[0]);

    if (status < 0)
        return status;
    status = 0;
    for (i = 0; i < options->count && status == 0; i++)
        if (all->members[i].original == i)
            status = ouro__ensure_future(all->loop, &options->awaitables[i], options->site_,
                                         &all->members[i].future);
    for (i = 0; i < options->count && status < 0; i++) {
        if (all->members[i].future != NULL && options->awaitables[i].future == NULL)
            (void) ouro_future_cancel(all->members[i].future, NULL);
        ouro_future_unref(all->members[i].future);
    }
    return status;
}

static void begin(struct as_completed *all, const ouro_as_completed_options *options,
                  int64_t timeout)
{
    size_t i;

    list_init(&all->getters);
    all->resource.end = end_with_loop;
    list_append(&all->loop->resources, &all->resource.link);
    for (i = 0; i < all->count; i++) {
        struct completed_member *member = &all->members[i];

        member->all = all;
        if (member->future == NULL)
            continue;
        all->pending++;
        member->is_hooked = true;
        hook_add(&member->hook, member->future, &member_hook);
    }
    all->left = all->pending;
    if (options->timeout != 0 && timeout != INT64_MAX && all->pending > 0) {
        all->is_timed = true;
        all->timer.runnable_.run_ = time_is_up;
        timer_arm(all->loop, &all->timer, time_add(loop_now(all->loop), timeout));
    }
}

int ouro_as_completed_init_with(ouro_as_completed *iterator,
                                const ouro_as_completed_options *options)
{
    ouro_loop *loop = ouro__loop_current;
    struct as_completed *all;
    int64_t timeout = 0;
    int status;

    if (iterator == NULL || options == NULL || (options->awaitables == NULL && options->count > 0))
        return ouro_error_set(-EINVAL, "as_completed", "the iterator or the awaitables are NULL");
    iterator->state_ = NULL;
    if (loop == NULL)
        return ouro_error_set(OURO_ENOLOOP, "as_completed", "no loop is running in this thread");
    if (time_from_seconds(options->timeout, &timeout) < 0)
        return ouro_error_set(-EINVAL, "as_completed", "the timeout is not a number (NaN)");
    all = ouro__alloc_zero(sizeof *all + options->count * sizeof all->members[0]);
    if (all == NULL)
        return ouro_error_set(-ENOMEM, "as_completed", "out of memory");
    all->loop = loop;
    all->count = options->count;
    status = make_members(all, options);
    if (status < 0) {
        ouro__alloc_free(all);
        return status;
    }
    begin(all, options, timeout);
    iterator->state_ = all;
    return 0;
}

void ouro_as_completed_done(ouro_as_completed *iterator)
{
    if (iterator == NULL || iterator->state_ == NULL)
        return;
    release(iterator->state_);
    ((struct as_completed *) iterator->state_)->is_done = true;
    free_if_unused(iterator->state_);
    iterator->state_ = NULL;
}

/* The loop is closed under a task that waits: nobody may find its frame any more. */
static void abandon_getter(struct wait *wait)
{
    struct getter *getter = container_of(wait, struct getter, wait);

    if (link_is_queued(&getter->link))
        list_remove(&getter->link);
}

static int was_ended(void)
{
    return ouro_error_set(OURO_ECLOSED, "as_completed", "the iteration was ended meanwhile");
}

/* Waits until the queue has something. Returns 0, -ECANCELED or OURO_ECLOSED. */
static int wait_for_one(struct as_completed *all, struct task *task)
{
    struct getter getter = {
        .wait = { .task = task,
                  .cancel = ouro__wait_cancel,
                  .abandon = abandon_getter,
                  .operation = "as_completed" },
        .all = all,
    };
    int status;

    list_append(&all->getters, &getter.link);
    status = ouro__park(&getter.wait);
    if (getter.all == NULL)
        return status == -ECANCELED ? status : was_ended();
    list_remove(&getter.link);
    if (status < 0 && getter.is_woken && !is_empty(all))
        wake_next(all);
    return status;
}

/* Waits for the next in the queue: a future, borrowed. Returns 0; -ETIMEDOUT; as wait_for_one. */
static int take_next(struct as_completed *all, ouro_future **ret_future)
{
    int status = 0;

    if (is_empty(all)) {
        struct task *task = ouro__task_required("as_completed", &status);

        if (task == NULL)
            return status;
        while (status == 0 && is_empty(all))
            status = wait_for_one(all, task);
    }
    if (status < 0)
        return status;
    if (all->first == NULL) {
        all->late--;
        return ouro_error_set(-ETIMEDOUT, "as_completed", "it was not done in time");
    }
    *ret_future = all->first->future;
    all->first = all->first->next;
    return 0;
}

int ouro_as_completed_anext(ouro_as_completed *iterator, ouro_future **ret_future)
{
    struct as_completed *all = iterator != NULL ? iterator->state_ : NULL;
    int status;

    if (all == NULL || ret_future == NULL)
        return ouro_error_set(-EINVAL, "as_completed", "the iteration was not begun, or is over");
    *ret_future = NULL;
    if (all->left == 0)
        return 0;
    all->left--;
    status = take_next(all, ret_future);
    if (status == 0)
        return 1;
    if (status == -ECANCELED && iterator->state_ == all)
        all->left++; /* a cancelled call consumed nothing */
    return status;
}

static int next_item(ouro_async_iterator *iterator, void *ret_item)
{
    ouro_future *future = NULL;
    int status = ouro_as_completed_anext((ouro_as_completed *) iterator->source, &future);

    if (ret_item != NULL)
        *(ouro_future **) ret_item = future;
    return status;
}

ouro_async_iterator ouro_as_completed_items(ouro_as_completed *iterator)
{
    return (ouro_async_iterator) {
        .next = next_item,
        .source = iterator,
        .item_size = sizeof(ouro_future *),
    };
}

/* What a coroutine object of the plain form runs. */
static int resolve_next(void *arg)
{
    struct as_completed *all = arg;
    ouro_future *future = NULL;
    int status = all->loop != NULL ? take_next(all, &future) : was_ended();

    if (status == 0)
        status = ouro__future_take_status(future);
    if (all->handed > 0)
        all->handed--;
    free_if_unused(all);
    return status;
}

ouro_coroutine ouro_as_completed_next(ouro_as_completed *iterator)
{
    struct as_completed *all = iterator != NULL ? iterator->state_ : NULL;
    ouro_coroutine coroutine = { 0 };

    if (all == NULL || all->left == 0) {
        ouro_error_set(-EINVAL, "as_completed", "there is nothing left to wait for");
        return coroutine;
    }
    all->left--;
    all->handed++;
    coroutine = ouro_coro(resolve_next, all);
    coroutine.name_ = "as_completed_next";
    return coroutine;
}

size_t ouro_as_completed_left(const ouro_as_completed *iterator)
{
    const struct as_completed *all = iterator != NULL ? iterator->state_ : NULL;

    return all != NULL ? all->left : 0;
}

ouro_as_completed ouro_as_completed_begin_(int *status, const ouro_as_completed_options *options)
{
    ouro_as_completed iterator = { 0 };
    int begun = ouro_as_completed_init_with(&iterator, options);

    if (begun < 0 && status != NULL)
        *status = begun;
    return iterator;
}
