/* Wait: until some of several futures are done. */
#include "ouro/wait.h"

#include "base/alloc.h"
#include "base/time.h"
#include "loop/hook.h"
#include "loop/park.h"
#include "loop/timer.h"

#include <errno.h>

/* Futures whose hooks fit into the caller's frame. */
#define HOOKS_INLINE 4

struct set_wait {
    struct wait wait;
    ouro_timer_entry timer;
    bool is_timed;
    ouro_return_when return_when;
    size_t pending;
    size_t count; /* of `members` */
    struct set_hook *members;
    bool is_allocated; /* `members` are too many for the frame */
};

struct set_hook {
    struct hook hook;
    struct set_wait *set;
    ouro_future *future; /* a reference */
};

static void disarm(struct set_wait *set)
{
    if (set->is_timed)
        timer_disarm(set->wait.task->future.loop, &set->timer);
    set->is_timed = false;
}

static void time_is_up(ouro_runnable *runnable)
{
    ouro_timer_entry *timer = container_of(runnable, ouro_timer_entry, runnable_);
    struct set_wait *set = container_of(timer, struct set_wait, timer);

    set->is_timed = false;
    if (!set->wait.finished)
        wait_finish(&set->wait, 0);
}

/* Returns true if this member ends the wait; looks at its failure only where asyncio does. */
static bool ends_wait(struct set_wait *set, ouro_future *future)
{
    if (set->pending == 0 || set->return_when == OURO_FIRST_COMPLETED)
        return true;
    if (set->return_when != OURO_FIRST_EXCEPTION || future->state == FUTURE_CANCELLED)
        return false;
    future->flags &= (uint8_t) ~FUTURE_UNRETRIEVED;
    return future->status < 0;
}

static void member_done(struct hook *hook)
{
    struct set_hook *member = container_of(hook, struct set_hook, hook);
    struct set_wait *set = member->set;

    set->pending--;
    if (!ends_wait(set, member->future))
        return;
    disarm(set);
    if (!set->wait.finished)
        wait_finish(&set->wait, 0);
}

static ouro_future *member_awaiter(const struct hook *hook)
{
    return &container_of(hook, const struct set_hook, hook)->set->wait.task->future;
}

static const struct hook_type member_hook = { .run = member_done, .awaiter = member_awaiter };

/* Hooks up every different future; returns how many there are. */
static size_t hook_members(struct set_wait *set, const ouro_wait_options *options)
{
    struct set_hook *members = set->members;
    size_t count = 0;
    size_t i;
    size_t j;

    for (i = 0; i < options->count; i++) {
        for (j = 0; j < count && members[j].future != options->futures[i]; j++)
            continue;
        if (j < count)
            continue;
        members[count].set = set;
        members[count].future = ouro_future_ref(options->futures[i]);
        hook_add(&members[count].hook, members[count].future, &member_hook);
        count++;
    }
    return count;
}

/* Takes the hooks out and frees them; returns how many futures are done. */
static int leave_set(struct set_wait *set)
{
    size_t i;
    int done = 0;

    for (i = 0; i < set->count; i++) {
        struct set_hook *member = &set->members[i];

        hook_remove(&member->hook, member->future);
        done += future_is_done(member->future);
        ouro_future_unref(member->future);
    }
    if (set->is_allocated)
        ouro__alloc_free(set->members);
    return done;
}

static void abandon_set(struct wait *wait)
{
    (void) leave_set(container_of(wait, struct set_wait, wait));
}

static int check_options(ouro_loop *loop, const ouro_wait_options *options, int64_t *ret_timeout)
{
    size_t i;

    if (options == NULL || options->count == 0 || options->futures == NULL)
        return ouro_error_set(-EINVAL, "wait", "the set of futures is empty");
    if (time_from_seconds(options->timeout, ret_timeout) < 0)
        return ouro_error_set(-EINVAL, "wait", "the timeout is not a number (NaN)");
    for (i = 0; i < options->count; i++) {
        if (options->futures[i] == NULL)
            return ouro_error_set(-EINVAL, "wait", "future %zu of the set is NULL", i);
        if (options->futures[i]->loop != loop)
            return ouro_error_set(OURO_EWRONGLOOP, "wait",
                                  "future %zu of the set belongs to another loop", i);
    }
    return 0;
}

static int wait_for_set(struct set_wait *set, const ouro_wait_options *options, int64_t timeout)
{
    ouro_loop *loop = set->wait.task->future.loop;
    int status;
    int done;

    if (options->timeout != 0 && timeout != INT64_MAX) {
        set->is_timed = true;
        set->timer.runnable_.link_.next_ = NULL;
        set->timer.runnable_.run_ = time_is_up;
        timer_arm(loop, &set->timer, time_add(loop_now(loop), timeout));
    }
    set->count = hook_members(set, options);
    set->pending = set->count;
    status = ouro__park(&set->wait);
    disarm(set);
    done = leave_set(set);
    return status < 0 ? status : done;
}

int ouro_wait_with(const ouro_wait_options *options)
{
    int status;
    struct task *task = ouro__task_required("wait", &status);
    struct set_hook inline_members[HOOKS_INLINE];
    struct set_wait set = {
        .wait = { .task = task,
                  .cancel = ouro__wait_cancel,
                  .abandon = abandon_set,
                  .operation = "wait" },
        .members = inline_members,
    };
    int64_t timeout = 0;

    if (task == NULL)
        return status;
    status = check_options(task->future.loop, options, &timeout);
    if (status < 0)
        return status;
    if (options->count > HOOKS_INLINE) {
        set.members = ouro__alloc(options->count * sizeof *set.members);
        if (set.members == NULL)
            return ouro_error_set(-ENOMEM, "wait", "out of memory");
        set.is_allocated = true;
    }
    set.return_when = options->return_when;
    return wait_for_set(&set, options, timeout);
}
