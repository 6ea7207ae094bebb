/* Task groups: children that end before their parent's block.
 *
 * A child is hooked by a record from the loop's slab. Failures are collected in the order in which
 * they happen; the first one cancels the other children and, once, the parent. The exit takes that
 * request back.
 */
#include "ouro/taskgroup.h"

#include "base/alloc.h"
#include "loop/detail.h"
#include "loop/hook.h"
#include "loop/park.h"
#include "loop/scope.h"

#include <errno.h>
#include <string.h>

enum group_flag {
    GROUP_ENTERED = 1,
    GROUP_EXITING = 2,
    GROUP_ABORTING = 4,         /* the children have been cancelled */
    GROUP_PARENT_CANCELLED = 8, /* the group has cancelled its parent, and must take that back */
    GROUP_FINISHED = 16,
    GROUP_CANCEL_AT_ENTRY = 32,
    GROUP_BLOCK_ENDED = 64, /* the block form: its end was reached */
};

struct group_child {
    struct hook hook;
    ouro_link link; /* in the group's children */
    ouro_task_group *group;
    ouro_task *task; /* a reference */
};

_Static_assert(sizeof(struct group_child) <= CALLBACK_RECORD_SIZE, "records have a place");

struct exit_wait {
    struct wait wait;
    struct error_record *error; /* the block's own, and the message of a cancel from outside */
    struct error_record *cancel;
};

/* The failures so far. They are the loop's as well: it may be closed under the group. */
struct group_errors {
    struct loop_resource resource;
    size_t count;
    size_t capacity;
    struct error_member members[];
};

/* The wait of a task that starts a child and is told when that is ready. */
struct start_wait {
    struct wait wait;
    struct start_wait *next; /* in the group's starts */
    ouro_task *task;         /* a reference to the child */
    bool is_ready;
    int value; /* what the child has told */
};

static void abort_group(ouro_task_group *group)
{
    ouro_link *link;

    group->flags_ |= GROUP_ABORTING;
    for (link = group->children_.next_; link != &group->children_; link = link->next_)
        (void) ouro_task_cancel(container_of(link, struct group_child, link)->task, NULL);
}

static void cancel_parent(ouro_task_group *group)
{
    group->flags_ |= GROUP_PARENT_CANCELLED;
    ouro__scope_request(&group->scope_);
}

static void free_errors(struct group_errors *errors)
{
    size_t i;

    list_remove(&errors->resource.link);
    for (i = 0; i < errors->count; i++) {
        ouro__error_unref(errors->members[i].record);
        ouro__alloc_free((char *) (uintptr_t) errors->members[i].task_name);
    }
    ouro__alloc_free(errors);
}

/* The loop is closed while the task is inside the group, whose frame is gone by now. */
static void end_with_loop(struct loop_resource *resource, enum loop_end stage)
{
    if (stage == LOOP_END_FORGET)
        return; /* it is still there */
    free_errors(container_of(resource, struct group_errors, resource));
}

/* Returns the failures of a group with room for one more, or NULL. */
static struct group_errors *reserve_error(ouro_task_group *group)
{
    struct group_errors *old = group->errors_;
    size_t capacity = old != NULL ? 2 * old->capacity : 4;
    struct group_errors *errors;

    if (old != NULL && old->count < old->capacity)
        return old;
    errors = ouro__alloc(sizeof *errors + capacity * sizeof errors->members[0]);
    if (errors == NULL)
        return NULL;
    *errors = (struct group_errors) { .resource = { .end = end_with_loop }, .capacity = capacity };
    list_append(&group->scope_.task_->loop->resources, &errors->resource.link);
    if (old != NULL) {
        memcpy(errors->members, old->members, old->count * sizeof old->members[0]);
        errors->count = old->count;
        old->count = 0;
        free_errors(old);
    }
    group->errors_ = errors;
    return errors;
}

/* Keeps a failure for the exit; takes the reference to `record` over, and copies the name. Without
 * memory its code alone is kept. */
static void add_error(ouro_task_group *group, int status, struct error_record *record,
                      const char *task_name)
{
    struct group_errors *errors = reserve_error(group);

    if (errors == NULL) {
        ouro__error_unref(record);
        if (group->lost_error_ == 0)
            group->lost_error_ = status;
        return;
    }
    errors->members[errors->count++] = (struct error_member) {
        .status = status,
        .record = record,
        .task_name = task_name != NULL ? ouro__alloc_string(task_name) : NULL,
    };
}

static bool has_errors(const ouro_task_group *group)
{
    return group->errors_ != NULL || group->lost_error_ != 0;
}

/* Takes out the wait of the task that has started this one and still waits for it, or NULL. */
static struct start_wait *take_start(ouro_task_group *group, const ouro_task *task)
{
    struct start_wait *start = group->starts_;
    struct start_wait *before = NULL;

    for (; start != NULL && start->task != task; start = start->next)
        before = start;
    if (start == NULL)
        return NULL;
    if (before != NULL)
        before->next = start->next;
    else
        group->starts_ = start->next;
    return start;
}

/* What asyncio's _on_task_done does. The failure of a child that has not said that it is ready
 * belongs to its starter. */
static void child_done(struct group_child *child)
{
    ouro_task_group *group = child->group;
    ouro_future *future = child->task;
    struct exit_wait *exit_wait = group->exit_wait_;
    struct start_wait *start = group->starts_ != NULL ? take_start(group, future) : NULL;

    list_remove(&child->link);
    slab_give(&future->loop->callbacks, child);
    if (exit_wait != NULL && list_is_empty(&group->children_) && !exit_wait->wait.finished)
        wait_finish(&exit_wait->wait, 0);
    if (start != NULL) {
        wait_finish(&start->wait, 0);
    } else if (future->state != FUTURE_CANCELLED && future->status < 0) {
        future->flags &= (uint8_t) ~FUTURE_UNRETRIEVED;
        add_error(group, future->status, ouro__error_ref(future->error),
                  ouro_task_get_name(future));
        if (!(group->flags_ & (GROUP_ABORTING | GROUP_PARENT_CANCELLED))) {
            abort_group(group);
            cancel_parent(group);
        }
    }
    ouro_future_unref(future);
}

static void run_child_hook(struct hook *hook)
{
    child_done(container_of(hook, struct group_child, hook));
}

static ouro_future *child_awaiter(const struct hook *hook)
{
    return container_of(hook, const struct group_child, hook)->group->scope_.task_;
}

static const struct hook_type child_hook = { .run = run_child_hook, .awaiter = child_awaiter };

int ouro_task_group_enter(ouro_task_group *group)
{
    int status;
    struct task *task = ouro__task_required("task_group", &status);
    uint8_t early;

    if (group == NULL)
        return ouro_error_set(-EINVAL, "task_group", "there is no place for the group: NULL");
    if (task == NULL)
        return status;
    if (group->flags_ & GROUP_ENTERED)
        return ouro_error_set(OURO_EINVALIDSTATE, "task_group", "the group was entered before");
    early = group->flags_ & GROUP_CANCEL_AT_ENTRY;
    *group = (ouro_task_group) { .status_ = group->status_, .flags_ = GROUP_ENTERED };
    scope_enter(&group->scope_, task, SCOPE_GROUP, 0);
    list_init(&group->children_);
    if (early)
        ouro_task_group_cancel(group);
    return 0;
}

/* Why no task can be added; 0 if one can. */
__attribute__((noinline)) static int check_open(ouro_task_group *group)
{
    if (group == NULL || !(group->flags_ & GROUP_ENTERED))
        return ouro_error_set(OURO_EINVALIDSTATE, "task_group_create_task",
                              "the group has not been entered");
    if ((group->flags_ & GROUP_FINISHED) ||
        ((group->flags_ & GROUP_EXITING) && list_is_empty(&group->children_)))
        return ouro_error_set(OURO_EINVALIDSTATE, "task_group_create_task",
                              "the group is finished");
    if (group->flags_ & GROUP_ABORTING)
        return ouro_error_set(OURO_EINVALIDSTATE, "task_group_create_task",
                              "the group is shutting down");
    return 0;
}

/* A spawn that failed for want of memory or by bad options counts as a failure of the block. */
static ouro_task *spawn_failed(ouro_task_group *group)
{
    const ouro_error *error = ouro_error_detail();
    int status = error != NULL ? error->status : -ENOMEM;

    add_error(group, status, ouro__failure_take(status), NULL);
    return NULL;
}

/* Starts a task in an open group; NULL, with the reason set, if that fails. */
static ouro_task *spawn(ouro_task_group *group, const ouro_task_options *options)
{
    ouro_loop *loop = group->scope_.task_->loop;
    struct group_child *child = slab_take(&loop->callbacks);
    ouro_task *task;

    if (child == NULL) {
        ouro_error_set(-ENOMEM, "task_group_create_task", "out of memory");
        return NULL;
    }
    task = ouro_loop_create_task_with(loop, options);
    if (task == NULL) {
        slab_give(&loop->callbacks, child);
        return NULL;
    }
    child->group = group;
    child->task = task;
    child->link.next_ = NULL;
    list_append(&group->children_, &child->link);
    hook_add(&child->hook, task, &child_hook);
    return task;
}

ouro_task *ouro_task_group_create_task_with(ouro_task_group *group,
                                            const ouro_task_options *options)
{
    ouro_task *task;

    if (__builtin_expect(group == NULL || group->flags_ != GROUP_ENTERED, 0) &&
        check_open(group) < 0)
        return NULL;
    task = spawn(group, options);
    return task != NULL ? task : spawn_failed(group);
}

/* Cancelling the starter cancels the child; its end, or its word that it is ready, ends the wait.
 */
static bool cancel_start(struct wait *wait, const char *message)
{
    if (wait->finished)
        return false;
    return ouro_task_cancel(container_of(wait, struct start_wait, wait)->task, message);
}

static void abandon_start(struct wait *wait)
{
    ouro_future_unref(container_of(wait, struct start_wait, wait)->task);
}

/* What the end of a child comes to that has not said that it is ready. */
static int start_failed(ouro_task *task)
{
    int status = ouro__future_take_status(task);

    if (status < 0)
        return status;
    return ouro_error_set(OURO_EINVALIDSTATE, "task_group_start",
                          "the task has ended without calling ouro_task_started");
}

int ouro_task_group_start_with(ouro_task_group *group, const ouro_task_options *options)
{
    int status;
    struct task *task = ouro__task_required("task_group_start", &status);
    struct start_wait start = {
        .wait = { .task = task, .cancel = cancel_start, .abandon = abandon_start },
    };
    ouro_task_options lazy;

    if (task == NULL)
        return status;
    if (options == NULL)
        return ouro_error_set(-EINVAL, "task_group_start", "there is no coroutine: NULL");
    status = check_open(group);
    if (status < 0)
        return status;
    if (group->scope_.task_->loop != task->future.loop)
        return ouro_error_set(OURO_EWRONGLOOP, "task_group_start",
                              "the group belongs to another loop");
    lazy = *options; /* the child must find its starter waiting */
    lazy.eager_start = OURO_EAGER_NO;
    start.task = spawn(group, &lazy);
    if (start.task == NULL)
        return ouro_error_detail() != NULL ? ouro_error_detail()->status : -ENOMEM;
    ouro_future_ref(start.task);
    start.wait.keeps_result = true;
    start.wait.operation = "task_group_start";
    start.next = group->starts_;
    group->starts_ = &start;
    status = ouro__park(&start.wait);
    if (status == 0 && !start.is_ready)
        status = start_failed(start.task);
    else if (status == 0)
        status = start.value;
    ouro_future_unref(start.task);
    return status;
}

int ouro_task_started(int value)
{
    int status;
    struct task *task = ouro__task_required("task_started", &status);
    struct start_wait *start = NULL;
    ouro_link *link;

    if (task == NULL)
        return status;
    if (value < 0)
        return ouro_error_set(-EINVAL, "task_started",
                              "the value is negative: return an error instead of being ready");
    for (link = task->future.waiters.next_; link != &task->future.waiters && start == NULL;
         link = link->next_) {
        struct future_waiter *waiter = container_of(link, struct future_waiter, link);
        struct hook *hook = container_of(waiter, struct hook, waiter);

        if (waiter->runnable->run_ == ouro__hook_run && hook->type == &child_hook)
            start = take_start(container_of(hook, struct group_child, hook)->group, &task->future);
    }
    if (start == NULL)
        return ouro_error_set(OURO_EINVALIDSTATE, "task_started",
                              "nobody waits for it: the task was not started by "
                              "ouro_task_group_start, or has called this before");
    start->is_ready = true;
    start->value = value;
    wait_finish(&start->wait, 0);
    return 0;
}

/* The loop is closed while a group waits for its children. */
static void abandon_exit(struct wait *wait)
{
    struct exit_wait *exit_wait = container_of(wait, struct exit_wait, wait);

    ouro__error_unref(exit_wait->error);
    ouro__error_unref(exit_wait->cancel);
}

/* Waits until no child is left. Returns -ECANCELED, and the message in place of `*cancel`, if the
 * parent was cancelled from outside meanwhile, else 0. `error` is only kept in sight. */
static int wait_for_children(ouro_task_group *group, struct task *task, struct error_record *error,
                             struct error_record **cancel)
{
    int cancelled = 0;

    while (!list_is_empty(&group->children_)) {
        struct exit_wait exit_wait = {
            .wait = { .task = task,
                      .cancel = ouro__wait_cancel,
                      .abandon = abandon_exit,
                      .operation = "task_group" },
            .error = error,
            .cancel = *cancel,
        };
        int status;

        group->exit_wait_ = &exit_wait;
        status = ouro__park(&exit_wait.wait);
        group->exit_wait_ = NULL;
        if (status == -ECANCELED)
            ouro__level_ignore(task);
        if (status == -ECANCELED && !(group->flags_ & GROUP_ABORTING)) {
            cancelled = -ECANCELED;
            ouro__error_unref(*cancel);
            *cancel = ouro__failure_take(-ECANCELED);
            abort_group(group);
        }
    }
    ouro__level_restore(task);
    return cancelled;
}

/* Makes the group of all failures the task's last error and returns the code of the first. */
static int raise_errors(ouro_task_group *group)
{
    struct group_errors *errors = group->errors_;
    int status;

    if (errors == NULL)
        return group->lost_error_;
    status = errors->members[0].status;
    ouro__failure_set(ouro__error_group(status, "task_group", "unhandled errors in a task group",
                                        errors->members, errors->count));
    free_errors(errors);
    group->errors_ = NULL;
    return status;
}

/* The end of exit_group, when all children are done. Takes the references over: to the detail of
 * `status`, the block's own error or 0, and to the message of a cancel from outside. */
static int settle_group(ouro_task_group *group, int status, struct error_record *error,
                        int cancelled, struct error_record *cancel)
{
    struct task *parent = scope_task(&group->scope_);

    group->flags_ |= GROUP_FINISHED;
    if (group->flags_ & GROUP_PARENT_CANCELLED) {
        (void) ouro__scope_take_back(&group->scope_);
        if (parent->cancel_requests == 0)
            cancelled = 0;
    }
    if (cancelled < 0 && !has_errors(group)) {
        ouro__error_unref(error);
        ouro__failure_set(cancel);
        return cancelled;
    }
    ouro__error_unref(cancel);
    if (status < 0)
        add_error(group, status, error, NULL);
    if (!has_errors(group))
        return status;
    if (parent->cancel_requests > 0) {
        (void) ouro_task_uncancel(&parent->future);
        ouro__scope_request(&group->scope_);
    }
    return raise_errors(group);
}

/* Ends a group. `failed` says that the block did, with `status` or, if that is >= 0, by leaving
 * early. What is known of the failure is taken now: another one may come while the group waits. */
static int exit_group(ouro_task_group *group, int status, bool failed)
{
    int cancelled = status == -ECANCELED ? -ECANCELED : 0;
    struct error_record *known = status < 0 ? ouro__failure_take(status) : NULL;
    struct error_record *error = cancelled < 0 ? NULL : known;
    struct error_record *cancel = cancelled < 0 ? known : NULL;
    int misuse;

    group->flags_ |= GROUP_EXITING;
    if (failed && !(group->flags_ & GROUP_ABORTING))
        abort_group(group);
    if (wait_for_children(group, task_from_future(group->scope_.task_), error, &cancel) < 0)
        cancelled = -ECANCELED;
    status = settle_group(group, status == -ECANCELED ? 0 : status, error, cancelled, cancel);
    misuse = scope_leave(&group->scope_);
    return misuse < 0 ? misuse : status;
}

/* Why the group cannot be exited; 0 if it can. */
static int check_exit(const ouro_task_group *group)
{
    if (group == NULL || !(group->flags_ & GROUP_ENTERED) || (group->flags_ & GROUP_EXITING))
        return ouro_error_set(OURO_EINVALIDSTATE, "task_group_exit",
                              "the group was not entered, or has ended");
    if (group->scope_.task_ != ouro_current_task())
        return ouro_error_set(OURO_EINVALIDSTATE, "task_group_exit",
                              "only the task that entered a group can end it");
    return 0;
}

int ouro_task_group_exit(ouro_task_group *group, int status)
{
    int error = check_exit(group);

    return error < 0 ? error : exit_group(group, status, status < 0);
}

void ouro_task_group_cancel(ouro_task_group *group)
{
    if (group == NULL || (group->flags_ & GROUP_FINISHED))
        return;
    if (!(group->flags_ & GROUP_ENTERED)) {
        group->flags_ |= GROUP_CANCEL_AT_ENTRY;
        return;
    }
    if ((group->flags_ & GROUP_EXITING) && list_is_empty(&group->children_))
        return;
    if (!(group->flags_ & GROUP_ABORTING))
        abort_group(group);
    if (!(group->flags_ & GROUP_PARENT_CANCELLED))
        cancel_parent(group);
}

bool ouro_task_group_block_(ouro_task_group *group)
{
    int status;

    if (group->flags_ & GROUP_ENTERED) {
        group->flags_ |= GROUP_BLOCK_ENDED;
        return false;
    }
    status = ouro_task_group_enter(group);
    if (status < 0)
        *group->status_ = status;
    return status == 0;
}

void ouro_task_group_block_exit_(ouro_task_group *group)
{
    bool ended = group->flags_ & GROUP_BLOCK_ENDED;

    if (check_exit(group) == 0)
        *group->status_ = exit_group(group, *group->status_, !ended || *group->status_ < 0);
}
