/* Futures: completion, waiters, done callbacks, and awaiting. */
#include "loop/future.h"

#include "loop/context.h"
#include "loop/debug.h"
#include "loop/detail.h"
#include "loop/handle.h"
#include "loop/hook.h"
#include "loop/park.h"
#include "loop/schedule.h"

#include <errno.h>

/* A done callback: a waiter with a runnable of its own. */
struct done_callback {
    struct future_waiter waiter;
    ouro_runnable runnable;
    ouro_done_callback *callback;
    void *arg;
    ouro_context *context;
    ouro_future *future; /* a reference, from the moment the callback is scheduled */
};

_Static_assert(sizeof(struct done_callback) <= CALLBACK_RECORD_SIZE, "records have a place");

static void run_done_callback(ouro_runnable *runnable);

/* Frees the record of a callback that will not be called. */
static void free_record(struct done_callback *record)
{
    ouro_context_unref(record->context);
    slab_give(&record->future->loop->callbacks, record);
}

void ouro__future_complete(ouro_future *future, int status, struct error_record *error)
{
    ouro_link *link;

    ouro_check(future->state == FUTURE_PENDING);
    future->state = status == -ECANCELED ? FUTURE_CANCELLED : FUTURE_FINISHED;
    future->status = status;
    if (future->error != error)
        ouro__error_unref(future->error);
    future->error = error;
    if (status < 0 && status != -ECANCELED)
        future->flags |= FUTURE_UNRETRIEVED;
    while ((link = list_pop(&future->waiters)) != NULL) {
        struct future_waiter *waiter = container_of(link, struct future_waiter, link);

        if (waiter->runnable->run_ == run_done_callback)
            ouro_future_ref(future);
        loop_make_ready(future->loop, waiter->runnable);
    }
}

void ouro__future_add_waiter(ouro_future *future, struct future_waiter *waiter)
{
    if (future_is_done(future)) {
        waiter->link.next_ = NULL;
        if (waiter->runnable->run_ == run_done_callback)
            ouro_future_ref(future);
        loop_make_ready(future->loop, waiter->runnable);
    } else {
        list_append(&future->waiters, &waiter->link);
    }
}

void ouro__future_remove_waiter(ouro_future *future, struct future_waiter *waiter)
{
    if (link_is_queued(&waiter->link))
        list_remove(&waiter->link);
    else
        loop_unready(future->loop, waiter->runnable);
}

int ouro__future_take_status(ouro_future *future)
{
    future->flags &= (uint8_t) ~FUTURE_UNRETRIEVED;
    if (future->status < 0)
        ouro__failure_set(ouro__error_ref(future->error));
    return future->status;
}

void ouro__hook_run(ouro_runnable *runnable)
{
    struct hook *hook = container_of(runnable, struct hook, runnable);

    hook->type->run(hook);
}

void ouro__future_drop_waiters(ouro_future *future)
{
    ouro_link *link;

    while ((link = list_pop(&future->waiters)) != NULL) {
        struct future_waiter *waiter = container_of(link, struct future_waiter, link);

        if (waiter->runnable->run_ == run_done_callback)
            free_record(container_of(waiter, struct done_callback, waiter));
        else if (waiter->runnable->run_ == ouro__hook_run)
            ouro__hook_run(waiter->runnable);
    }
}

/* Completes a plain future. One that has outlived its loop makes nobody ready. */
static void complete_plain(ouro_future *future, int status, struct error_record *error)
{
    ouro_link waiters;

    if (__builtin_expect(!future->loop->is_closed, 1)) {
        ouro__future_complete(future, status, error);
        return;
    }
    list_init(&waiters);
    list_move_all(&waiters, &future->waiters);
    ouro__future_complete(future, status, error);
    list_move_all(&future->waiters, &waiters);
    ouro__future_drop_waiters(future);
}

/* A plain future is cancelled by completing it so. */
static bool cancel_plain(ouro_future *future, const char *message)
{
    complete_plain(future, -ECANCELED, ouro__cancel_message(message));
    return true;
}

static void release_plain(ouro_future *future)
{
    ouro_loop *loop = future->loop;

    slab_give(&loop->futures, future);
    if (loop->is_closed)
        ouro__loop_free_if_unused(loop);
}

const struct future_type ouro__future_plain = {
    .name = "future",
    .cancel = cancel_plain,
    .release = release_plain,
};

ouro_future *ouro_loop_create_future(ouro_loop *loop)
{
    ouro_future *future;

    if (loop == NULL) {
        ouro_error_set(-EINVAL, "create_future", "the loop is NULL");
        return NULL;
    }
    future = slab_take(&loop->futures);
    if (future == NULL) {
        ouro_error_set(-ENOMEM, "create_future", "out of memory");
        return NULL;
    }
    future_init(future, loop, &ouro__future_plain);
    if (__builtin_expect(loop->debug, 0))
        origin_keep_future(loop, future);
    return future;
}

ouro_future *ouro_create_future(void)
{
    if (ouro__loop_current == NULL) {
        ouro_error_set(OURO_ENOLOOP, "create_future",
                       "no loop is running in this thread: call it from a task or a callback");
        return NULL;
    }
    return ouro_loop_create_future(ouro__loop_current);
}

ouro_future *ouro_future_ref(ouro_future *future)
{
    if (future != NULL)
        future->references++;
    return future;
}

/* A failure that nobody has looked at is reported before it is gone. */
static void report_unretrieved(ouro_future *future)
{
    future->flags &= (uint8_t) ~FUTURE_UNRETRIEVED;
    future->references = 1; /* the handler borrows it */
    ouro__report(future->loop,
                 future_is_task(future) ? "Task exception was never retrieved"
                                        : "Future exception was never retrieved",
                 future, future->status, ouro__error_view(future->error));
    future->references--;
}

void ouro__future_free(ouro_future *future)
{
    if (__builtin_expect(future->flags & FUTURE_UNRETRIEVED, 0)) {
        report_unretrieved(future);
        if (future->references > 0)
            return; /* the handler has kept it */
    }
    if (!list_is_empty(&future->waiters))
        ouro__future_drop_waiters(future);
    if (future->error != NULL)
        ouro__error_unref(future->error);
    future->type->release(future);
}

ouro_future *ouro_future_unref(ouro_future *future)
{
    if (future != NULL)
        future_unref(future);
    return NULL;
}

int ouro_future_set_result(ouro_future *future, void *value)
{
    if (future == NULL || future->type != &ouro__future_plain)
        return ouro_error_set(-EINVAL, "set_result", "not a future that can be given a result");
    if (future_is_done(future))
        return ouro_error_set(OURO_EINVALIDSTATE, "set_result", "the future is done already");
    if (check_thread(future->loop, "set_result") < 0)
        return OURO_EWRONGTHREAD;
    future->value = value;
    complete_plain(future, 0, NULL);
    return 0;
}

int ouro_future_set_exception(ouro_future *future, int status)
{
    if (future == NULL || future->type != &ouro__future_plain)
        return ouro_error_set(-EINVAL, "set_exception", "not a future that can be given an error");
    if (status >= 0)
        return ouro_error_set(-EINVAL, "set_exception", "%d is no error: pass a negative code",
                              status);
    if (future_is_done(future))
        return ouro_error_set(OURO_EINVALIDSTATE, "set_exception", "the future is done already");
    if (check_thread(future->loop, "set_exception") < 0)
        return OURO_EWRONGTHREAD;
    complete_plain(future, status, ouro__failure_take(status));
    return 0;
}

bool ouro_future_cancel(ouro_future *future, const char *message)
{
    if (future == NULL || future_is_done(future) || check_thread(future->loop, "cancel") < 0)
        return false;
    return future->type->cancel(future, message);
}

bool ouro_future_done(const ouro_future *future)
{
    return future != NULL && future_is_done(future);
}

bool ouro_future_cancelled(const ouro_future *future)
{
    return future != NULL && future->state == FUTURE_CANCELLED;
}

int ouro_future_result(ouro_future *future)
{
    if (future == NULL)
        return ouro_error_set(-EINVAL, "result", "the future is NULL");
    if (!future_is_done(future))
        return ouro_error_set(OURO_EINVALIDSTATE, "result", "the future is not done yet");
    return ouro__future_take_status(future);
}

void *ouro_future_value(const ouro_future *future)
{
    return future != NULL ? future->value : NULL;
}

const ouro_error *ouro_future_exception(ouro_future *future)
{
    if (future == NULL || !future_is_done(future) || future->status >= 0)
        return NULL;
    future->flags &= (uint8_t) ~FUTURE_UNRETRIEVED;
    if (future->error == NULL)
        future->error = ouro__error_new(future->status, NULL, NULL);
    return ouro__error_view(future->error);
}

ouro_loop *ouro_future_get_loop(const ouro_future *future)
{
    return future != NULL ? future->loop : NULL;
}

static void run_done_callback(ouro_runnable *runnable)
{
    struct done_callback *record = container_of(runnable, struct done_callback, runnable);
    struct done_callback copy = *record;
    ouro_loop *loop = copy.future->loop;

    slab_give(&loop->callbacks, record);
    loop->callback_place = &copy.context;
    copy.callback(copy.future, copy.arg);
    loop->callback_place = NULL;
    ouro_context_unref(copy.context);
    ouro_future_unref(copy.future);
}

bool ouro__done_callback_discard(ouro_runnable *runnable)
{
    struct done_callback *record = container_of(runnable, struct done_callback, runnable);
    ouro_future *future;

    if (runnable->run_ != run_done_callback)
        return false;
    future = record->future;
    free_record(record);
    ouro_future_unref(future);
    return true;
}

uintptr_t ouro__done_callback_function(const ouro_runnable *runnable)
{
    if (runnable->run_ != run_done_callback)
        return 0;
    return (uintptr_t) container_of(runnable, const struct done_callback, runnable)->callback;
}

int ouro_future_add_done_callback_with(ouro_future *future,
                                       const ouro_done_callback_options *options)
{
    struct done_callback *record;

    if (future == NULL || options == NULL || options->callback == NULL)
        return ouro_error_set(-EINVAL, "add_done_callback", "the %s is NULL",
                              future == NULL ? "future" : "callback");
    if (check_thread(future->loop, "add_done_callback") < 0)
        return OURO_EWRONGTHREAD;
    record = slab_take(&future->loop->callbacks);
    if (record == NULL)
        return ouro_error_set(-ENOMEM, "add_done_callback", "out of memory");
    *record = (struct done_callback) {
        .waiter.runnable = &record->runnable,
        .runnable.run_ = run_done_callback,
        .callback = options->callback,
        .arg = options->arg,
        .context = ouro__call_context(future->loop, options->context),
        .future = future,
    };
    if (__builtin_expect(future->loop->debug, 0))
        (void) ouro__origin_keep(future->loop, &record->runnable);
    ouro__future_add_waiter(future, &record->waiter);
    return 0;
}

int ouro_future_remove_done_callback(ouro_future *future, ouro_done_callback *callback, void *arg)
{
    ouro_link *link;
    ouro_link *next;
    int removed = 0;

    if (future == NULL)
        return 0;
    for (link = future->waiters.next_; link != &future->waiters; link = next) {
        struct future_waiter *waiter = container_of(link, struct future_waiter, link);
        struct done_callback *record = container_of(waiter, struct done_callback, waiter);

        next = link->next_;
        if (waiter->runnable->run_ != run_done_callback || record->callback != callback ||
            record->arg != arg)
            continue;
        list_remove(link);
        free_record(record);
        removed++;
    }
    return removed;
}

/* A task that awaits a future. */
struct future_wait {
    struct wait wait;
    struct future_waiter waiter;
    ouro_future *future;
};

/* Cancelling the waiting task cancels what it waits for; the completion of that wakes the task. */
static bool cancel_awaited(struct wait *wait, const char *message)
{
    struct future_wait *self = container_of(wait, struct future_wait, wait);

    return ouro_future_cancel(self->future, message);
}

ouro_future *ouro__awaited_future(const struct wait *wait)
{
    if (wait->cancel != cancel_awaited)
        return NULL;
    return container_of(wait, const struct future_wait, wait)->future;
}

struct task *ouro__awaited_task(struct wait *wait)
{
    ouro_future *future = ouro__awaited_future(wait);

    if (future == NULL || !future_is_task(future) || future_is_done(future))
        return NULL;
    return task_from_future(future);
}

/* NULL stands for a future that could not be made: the reason is the last failure. */
static int await_nothing(void)
{
    const ouro_error *error = ouro_error_detail();

    if (error != NULL && error->status < 0)
        return error->status;
    return ouro_error_set(-EINVAL, "await", "the future is NULL");
}

/* The loop is closed under the task: nobody may find its frame any more. */
static void abandon_await(struct wait *wait)
{
    struct future_wait *self = container_of(wait, struct future_wait, wait);

    if (link_is_queued(&self->waiter.link))
        list_remove(&self->waiter.link);
    future_unref(self->future);
}

/* Parks until a pending future is done; gives its reference back. */
static inline int await_pending(struct task *task, ouro_future *future, bool keeps_result)
{
    struct future_wait self = {
        .wait = { .task = task,
                  .cancel = cancel_awaited,
                  .abandon = abandon_await,
                  .keeps_result = keeps_result },
        .waiter.runnable = &task->step,
        .future = future,
    };
    int status;

    list_append(&future->waiters, &self.waiter.link);
    status = ouro__park(&self.wait);
    if (link_is_queued(&self.waiter.link))
        list_remove(&self.waiter.link);
    /* A cancel that overtakes the outcome drops that, but it was looked at; and where the outcome
     * is a cancel too (a gather's is a failure by its state), that one arrives, with its message.
     */
    if (status == 0 || (future_is_done(future) && future->status == -ECANCELED))
        status = ouro__future_take_status(future);
    else
        future->flags &= (uint8_t) ~FUTURE_UNRETRIEVED;
    future_unref(future);
    return status;
}

int ouro__await_owned(ouro_future *future)
{
    int status;

    if (!future_is_done(future))
        return await_pending(current_task(), future, false);
    status = ouro__future_take_status(future);
    future_unref(future);
    return status;
}

/* A task that awaits itself is told so in its next step, as asyncio does. */
static int await_itself(struct task *task)
{
    int status = ouro__yield(task);

    return status < 0 ? status : ouro_error_set(-EDEADLK, "await", "a task cannot await itself");
}

/* ouro_await and ouro_await_outcome. */
static inline int await(ouro_future *future, bool keeps_result)
{
    struct task *task = current_task();
    int status = 0;

    if (future == NULL)
        return await_nothing();
    if (future_is_done(future))
        return ouro__future_take_status(future);
    if (task == NULL) {
        (void) ouro__task_required("await", &status);
        return status;
    }
    if (future->loop != task->future.loop)
        return ouro_error_set(OURO_EWRONGLOOP, "await", "the future belongs to another loop");
    if (future == &task->future)
        return await_itself(task);
    status = await_pending(task, ouro_future_ref(future), keeps_result);
    /* The outcome is a cancel, and another request has come since: they are delivered as one. */
    if (keeps_result && status == -ECANCELED && (task->flags & TASK_MUST_CANCEL))
        return ouro__task_deliver_cancel(task);
    return status;
}

int ouro_await(ouro_future *future)
{
    return await(future, false);
}

int ouro_await_outcome(ouro_future *future)
{
    return await(future, true);
}
