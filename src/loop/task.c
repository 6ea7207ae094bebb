/* Tasks: creation, the end, cancellation, and what can be asked of them. */
#include "loop/task.h"

#include "base/alloc.h"
#include "loop/context.h"
#include "loop/debug.h"
#include "loop/detail.h"
#include "loop/generator.h"
#include "loop/park.h"
#include "loop/scope.h"

#include <errno.h>
#include <stdio.h>

/* Numbers that a loop takes at once, so that a spawn needs no atomic operation. */
#define TASK_ID_BLOCK 256

/* Names made up by ouro_task_get_name that stay valid at a time. */
#define MADE_NAMES 5

static _Atomic uint64_t next_id_block = 1;

/* Numbers are dense over the whole process, as asyncio's are, as long as one loop lives at a time:
 * what a loop has not used of its last block goes back when the loop closes. */
static uint64_t take_id(ouro_loop *loop)
{
    if (loop->next_task_id == loop->last_task_id) {
        loop->next_task_id = atomic_fetch_add(&next_id_block, TASK_ID_BLOCK);
        loop->last_task_id = loop->next_task_id + TASK_ID_BLOCK;
    }
    return loop->next_task_id++;
}

void ouro__task_ids_return(ouro_loop *loop)
{
    uint64_t expected = loop->last_task_id;

    if (loop->next_task_id != loop->last_task_id)
        (void) atomic_compare_exchange_strong(&next_id_block, &expected, loop->next_task_id);
}

static bool cancel_as_future(ouro_future *future, const char *message)
{
    return ouro_task_cancel(future, message);
}

static void release_task(ouro_future *future)
{
    struct task *task = task_from_future(future);
    ouro_loop *loop = future->loop;

    if (task->flags & TASK_NAME_OWNED)
        ouro__alloc_free((char *) (uintptr_t) task->name);
    if (task->failure != NULL)
        ouro__error_unref(task->failure);
    if (task->message != NULL)
        ouro__error_unref(task->message);
    if (task->context != NULL)
        ouro_context_unref(task->context);
    slab_give(task->flags & TASK_LARGE ? &loop->large_tasks : &loop->small_tasks, task);
    if (loop->is_closed)
        ouro__loop_free_if_unused(loop);
}

const struct future_type ouro__future_task = {
    .name = "task",
    .cancel = cancel_as_future,
    .release = release_task,
};

/* Fills a fresh record; what may fail comes later. */
static void init_task(struct task *task, ouro_loop *loop, const ouro_coroutine *coroutine,
                      const char *site)
{
    future_init(&task->future, loop, &ouro__future_task);
    task->future.references = 2; /* the creator's, and the loop's until the task is done */
    task->step.link_.next_ = NULL;
    task->step.run_ = ouro__task_step;
    task->stack = NULL;
    task->function = coroutine->function_;
    task->wait = NULL;
    task->generator = NULL;
    task->scope = NULL;
    task->context = NULL;
    task->all.next_ = NULL;
    task->name = NULL;
    task->id = 0;
    task->site = site;
    task->function_name = coroutine->name_;
    task->failure = NULL;
    task->message = NULL;
    task->cancel_requests = 0;
    task->held_requests = 0;
    if (coroutine->size_ == 0) {
        task->flags |= TASK_ARGUMENT_PLAIN;
        memcpy(task->arguments, &coroutine->argument_, sizeof coroutine->argument_);
    } else {
        /* A fixed size in each case, so that the copy is a few moves and no call. */
        if (task->flags & TASK_LARGE)
            memcpy(task->arguments, coroutine->arguments_, TASK_ARGUMENTS_LARGE);
        else
            memcpy(task->arguments, coroutine->arguments_, TASK_ARGUMENTS_SMALL);
    }
}

static struct task *take_record(ouro_loop *loop, size_t arguments_size)
{
    bool is_large = arguments_size > TASK_ARGUMENTS_SMALL;
    struct task *task = slab_take(is_large ? &loop->large_tasks : &loop->small_tasks);

    if (task != NULL)
        task->flags = is_large ? TASK_LARGE : 0;
    return task;
}

/* The name and the context of a new task. Returns 0; -ENOMEM; OURO_EINUSE for a first step at once
 * in a context in which something runs. */
static int adorn_task(struct task *task, const ouro_task_options *options)
{
    if (options->name != NULL) {
        task->name = ouro__alloc_string(options->name);
        if (task->name == NULL)
            return -ENOMEM;
        task->flags |= TASK_NAME_OWNED;
    }
    if (options->context == NULL) {
        task->context = context_capture(task->future.loop);
        return 0;
    }
    if (options->eager_start == OURO_EAGER_YES && ouro__context_is_entered(options->context))
        return OURO_EINUSE;
    task->context = ouro_context_ref(options->context);
    return 0;
}

int ouro__stack_class_checked(size_t stack_size, unsigned *ret_class)
{
    if (stack_size < OURO_STACK_SIZE_MIN || stack_size > OURO_STACK_SIZE_MAX)
        return -EINVAL;
    return stack_class_for(stack_size, ret_class);
}

static int check_options(ouro_loop *loop, const ouro_coroutine *coroutine, size_t stack_size,
                         uint8_t *ret_class)
{
    unsigned stack_class = loop->stack_class;

    if (coroutine->function_ == NULL)
        return ouro_error_set(
            -EINVAL, "create_task",
            "the coroutine object is empty: make it with name_coro() or ouro_coro()");
    if (coroutine->size_ > OURO_COROUTINE_ARGUMENTS_SIZE)
        return ouro_error_set(-EINVAL, "create_task", "the coroutine object is damaged");
    if (stack_size != 0 && ouro__stack_class_checked(stack_size, &stack_class) < 0)
        return ouro_error_set(-EINVAL, "create_task",
                              "a stack of %zu bytes is out of range: %zu to %zu are possible",
                              stack_size, OURO_STACK_SIZE_MIN, OURO_STACK_SIZE_MAX);
    *ret_class = (uint8_t) stack_class;
    return 0;
}

/* Enters the task into the loop and lets it start, soon or at once. */
static struct task *launch(ouro_loop *loop, struct task *task, bool is_eager)
{
    if (task->name == NULL)
        task->id = take_id(loop);
    list_append(&loop->tasks, &task->all);
    loop->task_count++;
    if (!is_eager)
        loop_make_ready(loop, &task->step);
    else if (ouro__task_start_eagerly(loop, task) < 0)
        ouro__task_fail(task, -ENOMEM);
    return task;
}

/* Inlined into its callers: a spawn is on the hot path. */
__attribute__((always_inline)) static inline ouro_task *make_task(ouro_loop *loop,
                                                                  const ouro_coroutine *coroutine,
                                                                  const char *site,
                                                                  const ouro_task_options *options)
{
    struct task *task;
    uint8_t stack_class = 0;
    int status;

    if (check_options(loop, coroutine, options->stack_size, &stack_class) < 0)
        return NULL;
    task = take_record(loop, coroutine->size_);
    if (task == NULL) {
        ouro_error_set(-ENOMEM, "create_task", "out of memory for the task's record");
        return NULL;
    }
    init_task(task, loop, coroutine, site);
    task->stack_class = stack_class;
    status = adorn_task(task, options);
    if (status < 0) {
        release_task(&task->future);
        ouro_error_set(status, "create_task", "%s",
                       status == -ENOMEM
                           ? "out of memory for the task's name"
                           : "an eager task cannot begin in a context that is entered already");
        return NULL;
    }
    launch(loop, task, options->eager_start == OURO_EAGER_YES && loop == ouro__loop_current);
    if (future_is_done(&task->future))
        task->function_name = NULL; /* as asyncio has no coroutine for one that ended eagerly */
    return &task->future;
}

ouro_task *ouro_task_new_with(ouro_loop *loop, const ouro_task_options *options)
{
    ouro_task *task;

    if (loop == NULL || options == NULL) {
        ouro_error_set(-EINVAL, "create_task", "the loop or the options are NULL");
        return NULL;
    }
    task = make_task(loop, &options->coroutine, options->site_, options);
    if (loop->debug && task != NULL)
        ouro__debug_task_made(task_from_future(task));
    return task;
}

ouro_task *ouro_eager_task_factory(ouro_loop *loop, const ouro_task_options *options, void *arg)
{
    (void) arg;
    return ouro_constructed_eager_task_factory(loop, options, NULL);
}

ouro_task *ouro_constructed_eager_task_factory(ouro_loop *loop, const ouro_task_options *options,
                                               void *constructor)
{
    const ouro_task_constructor *maker = constructor;
    ouro_task_options eager;

    if (options == NULL)
        return ouro_task_new_with(loop, options);
    eager = *options;
    if (eager.eager_start == OURO_EAGER_DEFAULT)
        eager.eager_start = OURO_EAGER_YES;
    if (maker == NULL || maker->function == NULL)
        return ouro_task_new_with(loop, &eager);
    return maker->function(loop, &eager, maker->arg);
}

/* Whoever gets no task finds a reason, even if the factory gives none. Its callers jump here and
 * leave no frame, so it bears the name of one of them in stacks, where suffixes are left out. */
__attribute__((noinline)) static ouro_task *
ask_factory(ouro_loop *loop,
            const ouro_task_options *options) __asm__("ouro_loop_create_task_with.ask");

static ouro_task *ask_factory(ouro_loop *loop, const ouro_task_options *options)
{
    struct error_record *before = ouro__failure_reset();
    ouro_task *task = loop->task_factory(loop, options, loop->task_factory_arg);

    if (ouro_error_detail() == NULL && task == NULL)
        ouro_error_set(-EINVAL, "create_task", "the loop's task factory has made no task");
    if (ouro_error_detail() == NULL)
        ouro__failure_set(before);
    else
        ouro__error_unref(before);
    return task;
}

ouro_task *ouro_loop_create_task_with(ouro_loop *loop, const ouro_task_options *options)
{
    if (loop == NULL || options == NULL)
        return ouro_task_new_with(loop, options);
    if (__builtin_expect(loop->task_factory != NULL, 0)) /* debug mode has one as well */
        return ask_factory(loop, options);
    return make_task(loop, &options->coroutine, options->site_, options);
}

ouro_task *ouro_create_task_with(const ouro_task_options *options)
{
    ouro_loop *loop = ouro__loop_current;

    if (loop == NULL) {
        ouro_error_set(OURO_ENOLOOP, "create_task",
                       "no loop is running in this thread: call it from a task or a callback");
        return NULL;
    }
    if (__builtin_expect(loop->task_factory != NULL || options == NULL, 0))
        return ouro_loop_create_task_with(loop, options);
    return make_task(loop, &options->coroutine, options->site_, options);
}

ouro_task *ouro__task_spawn(ouro_loop *loop, const ouro_coroutine *coroutine, const char *site)
{
    static const ouro_task_options none = { .name = NULL };

    if (__builtin_expect(loop->task_factory != NULL, 0))
        return ouro_loop_create_task_with(loop, &(ouro_task_options) {
                                                    .coroutine = *coroutine,
                                                    .site_ = site,
                                                    .size_ = sizeof(ouro_task_options),
                                                });
    return make_task(loop, coroutine, site, &none);
}

/* Takes a task that is done out of the loop. */
static void retire(struct task *task)
{
    list_remove(&task->all);
    task->future.loop->task_count--;
    future_unref(&task->future);
}

/* The same for a task that has failed, and is perhaps reported by that. The handler runs on the
 * stack of the task that has ended, and may start tasks eagerly, which come back to it. */
__attribute__((noinline)) static void retire_failed(struct task *task)
{
    ouro_loop *loop = task->future.loop;
    struct coro *outer = loop->ending;
    struct coro self = loop->dead_coro;

    loop->ending = &self;
    retire(task);
    loop->ending = outer;
    loop->dead_coro = self;
}

void ouro__task_finish(struct task *task, int status)
{
    struct error_record *error = NULL;

    if ((task->flags & TASK_MUST_CANCEL) && status >= 0) {
        /* A request that came while the task ran to its end: the result is dropped, as in asyncio;
         * an error is kept. */
        task_clear_request(task);
        status = -ECANCELED;
        error = task->future.error;
        task->future.error = NULL;
    } else if (status < 0 && task->failure != NULL &&
               ouro__error_view(task->failure)->status == status) {
        error = ouro__error_ref(task->failure);
    }
    ouro__future_complete(&task->future, status, error);
    if (__builtin_expect(status < 0, 0))
        retire_failed(task);
    else
        retire(task);
}

void ouro__task_fail(struct task *task, int status)
{
    ouro__future_complete(&task->future, status,
                          ouro__error_new(status, "create_task", "out of memory for a stack"));
    retire(task);
}

void ouro__task_settle(struct task *task)
{
    task->future.state = FUTURE_CANCELLED;
    task->future.status = -ECANCELED;
    ouro__future_drop_waiters(&task->future);
}

void ouro__task_abandon(struct task *task)
{
    if (task->wait != NULL && task->wait->abandon != NULL)
        task->wait->abandon(task->wait);
    task->wait = NULL;
    ouro__context_abandon(task);
    task->scope = NULL;
    loop_unready(task->future.loop, &task->step);
    if (task->stack != NULL) {
        ouro__generators_abandon(task);
        coro_done(&task->coro);
        stack_pool_give(&task->future.loop->stacks, task->stack);
        task->stack = NULL;
    }
    retire(task);
}

/* Counts a request that a shield holds back. */
static void hold_request(struct task *task, const char *message, ouro_scope *by)
{
    task->held_requests++;
    if (by != NULL) {
        by->flags_ |= SCOPE_HELD;
        return;
    }
    ouro__error_unref(task->future.error);
    task->future.error = ouro__cancel_message(message);
}

/* asyncio keeps it as well: a gather that was cancelled has the message of its last argument, even
 * of one that has ended otherwise. */
static void keep_message(struct task *task, struct error_record *message)
{
    ouro__error_unref(task->message);
    task->message = message;
}

/* Counts a request, and delivers it if the task does not await another one: that is returned, to be
 * cancelled in its place. `by` is the scope that makes it, or NULL. */
static struct task *request_cancel(struct task *task, const char *message, ouro_scope *by)
{
    struct wait *wait = task->wait;
    struct task *awaited;

    if ((task->flags & TASK_SHIELDED) && ouro__scope_is_shielded(task, by)) {
        hold_request(task, message, by);
        return NULL;
    }
    task->cancel_requests++;
    if (wait != NULL && wait->finished && wait->status == -ECANCELED) {
        /* A request is on its way already, and keeps its message. */
        task_set_request(task);
        keep_message(task, ouro__cancel_message(message));
        return NULL;
    }
    if (task->held_requests == 0) {
        ouro__error_unref(task->future.error);
        task->future.error = ouro__cancel_message(message);
    }
    awaited = wait != NULL ? ouro__awaited_task(wait) : NULL;
    if (awaited != NULL)
        return awaited;
    if (wait == NULL || !wait->cancel(wait, message)) {
        task_set_request(task);
        keep_message(task, ouro__error_ref(task->future.error));
    }
    return NULL;
}

/* A chain of tasks that await each other may be long, so it is walked without recursion; and it may
 * be a ring, which has no end to be cancelled: a mark that is moved on ever more seldom finds it.
 */
static void cancel_chain(struct task *task, const char *message, ouro_scope *by)
{
    const struct task *mark = NULL;
    size_t steps = 0;
    size_t limit = 1;

    while (task != NULL && task != mark) {
        if (++steps == limit) {
            mark = task;
            limit *= 2;
            steps = 0;
        }
        task = request_cancel(task, message, by);
        by = NULL;
    }
}

bool ouro_task_cancel(ouro_task *future, const char *message)
{
    if (future == NULL || !future_is_task(future))
        return ouro_future_cancel(future, message);
    if (future_is_done(future) || check_thread(future->loop, "cancel") < 0)
        return false;
    cancel_chain(task_from_future(future), message, NULL);
    return true;
}

void ouro__scope_request(ouro_scope *scope)
{
    if (!future_is_done(scope->task_))
        cancel_chain(scope_task(scope), NULL, scope);
}

int ouro_task_uncancel(ouro_task *future)
{
    struct task *task;

    if (future == NULL || !future_is_task(future))
        return 0;
    task = task_from_future(future);
    if (task->cancel_requests == 0 && task->held_requests > 0)
        task->held_requests--;
    else if (task->cancel_requests > 0 && --task->cancel_requests == 0)
        task_clear_request(task);
    return ouro_task_cancelling(future);
}

int ouro_task_cancelling(const ouro_task *future)
{
    const struct task *task;

    if (future == NULL || !future_is_task(future))
        return 0;
    task = container_of(future, const struct task, future);
    return (int) (task->cancel_requests + task->held_requests);
}

const char *ouro_task_get_name(const ouro_task *future)
{
    static _Thread_local char made[MADE_NAMES][32];
    static _Thread_local unsigned turn;
    const struct task *task;
    char *name;

    if (future == NULL || !future_is_task(future))
        return NULL;
    task = container_of(future, const struct task, future);
    if (task->name != NULL)
        return task->name;
    name = made[turn++ % MADE_NAMES];
    (void) snprintf(name, sizeof made[0], "Task-%llu", (unsigned long long) task->id);
    return name;
}

int ouro_task_set_name(ouro_task *future, const char *name)
{
    struct task *task;
    char *copy;

    if (future == NULL || !future_is_task(future) || name == NULL)
        return ouro_error_set(-EINVAL, "set_name", "not a task, or no name");
    copy = ouro__alloc_string(name);
    if (copy == NULL)
        return ouro_error_set(-ENOMEM, "set_name", "out of memory");
    task = task_from_future(future);
    if (task->flags & TASK_NAME_OWNED)
        ouro__alloc_free((char *) (uintptr_t) task->name);
    task->name = copy;
    task->flags |= TASK_NAME_OWNED;
    return 0;
}

ouro_context *ouro_task_get_context(ouro_task *future)
{
    if (future == NULL || !future_is_task(future))
        return NULL;
    return ouro__context_of_task(task_from_future(future));
}

const char *ouro_task_get_coro(const ouro_task *future)
{
    if (future == NULL || !future_is_task(future))
        return NULL;
    return container_of(future, const struct task, future)->function_name;
}

const char *ouro_task_get_site(const ouro_task *future)
{
    if (future == NULL || !future_is_task(future))
        return NULL;
    return container_of(future, const struct task, future)->site;
}

ouro_task *ouro_current_task(void)
{
    struct task *task = current_task();

    return task != NULL ? &task->future : NULL;
}

int ouro_all_tasks(ouro_loop *loop, ouro_task **ret_tasks, size_t capacity)
{
    ouro_link *link;
    size_t count = 0;

    if (loop == NULL)
        loop = ouro__loop_current;
    if (loop == NULL)
        return ouro_error_set(OURO_ENOLOOP, "all_tasks", "no loop is running in this thread");
    for (link = loop->tasks.next_; link != &loop->tasks; link = link->next_, count++)
        if (count < capacity)
            ret_tasks[count] = &container_of(link, struct task, all)->future;
    return (int) count;
}

struct task *ouro__task_required(const char *operation, int *ret_status)
{
    struct task *task = current_task();

    if (task == NULL)
        *ret_status = ouro__loop_current == NULL
                          ? ouro_error_set(OURO_ENOLOOP, operation,
                                           "no loop is running in this thread: use ouro_run")
                          : ouro_error_set(OURO_ENOTASK, operation,
                                           "it suspends, so call it from a task, not a callback");
    return task;
}
