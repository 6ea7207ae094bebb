/* Wait_for: an await with a limit. */
#include "base/time.h"
#include "flow/ensure.h"
#include "loop/hook.h"
#include "loop/park.h"
#include "ouro/timeout.h"
#include "ouro/wait.h"

#include <errno.h>

/* Waits for a future that has been cancelled, without being the one that awaits it. */
struct cancelled_wait {
    struct wait wait;
    struct hook hook;
    ouro_future *future; /* a reference */
};

static void cancelled_done(struct hook *hook)
{
    struct cancelled_wait *self = container_of(hook, struct cancelled_wait, hook);

    if (!self->wait.finished)
        wait_finish(&self->wait, 0);
}

static ouro_future *cancelled_awaiter(const struct hook *hook)
{
    return &container_of(hook, const struct cancelled_wait, hook)->wait.task->future;
}

static const struct hook_type cancelled_hook = {
    .run = cancelled_done,
    .awaiter = cancelled_awaiter,
};

static void abandon_cancelled_wait(struct wait *wait)
{
    struct cancelled_wait *self = container_of(wait, struct cancelled_wait, wait);

    hook_remove(&self->hook, self->future);
    ouro_future_unref(self->future);
}

/* Time is up before it began: a done future gives its result, anything else is cancelled; a
 * coroutine's task ends before its first step. */
static int expire_at_once(struct task *task, const ouro_awaitable *awaitable)
{
    struct cancelled_wait self = {
        .wait = { .task = task,
                  .cancel = ouro__wait_cancel,
                  .abandon = abandon_cancelled_wait,
                  .operation = "wait_for" },
    };
    ouro_future *future;
    int status = ouro__ensure_future(task->future.loop, awaitable, NULL, &future);

    if (status < 0)
        return status;
    if (future_is_done(future)) {
        status = ouro__future_take_status(future);
        ouro_future_unref(future);
        return status;
    }
    self.future = future;
    hook_add(&self.hook, future, &cancelled_hook);
    (void) ouro_future_cancel(future, NULL);
    status = ouro__park(&self.wait);
    hook_remove(&self.hook, future);
    if (status == 0) {
        status = ouro__future_take_status(future);
        if (status == -ECANCELED)
            status = ouro_error_set(-ETIMEDOUT, "wait_for", "the timeout was over already");
    }
    ouro_future_unref(future);
    return status;
}

int ouro_wait_for_with(const ouro_awaitable *awaitable, double timeout)
{
    int status;
    struct task *task = ouro__task_required("wait_for", &status);
    ouro_timeout limit = { .status_ = NULL };
    int64_t ignored;

    if (task == NULL)
        return status;
    if (awaitable == NULL)
        return ouro_error_set(-EINVAL, "wait_for", "the awaitable is NULL");
    if (time_from_seconds(timeout, &ignored) < 0)
        return ouro_error_set(-EINVAL, "wait_for", "the timeout is not a number (NaN)");
    if (timeout <= 0)
        return expire_at_once(task, awaitable);
    status = ouro_timeout_enter(&limit, timeout);
    if (status < 0)
        return status;
    status = awaitable->future != NULL ? ouro_await(awaitable->future)
                                       : ouro_coroutine_await(&awaitable->coroutine);
    return ouro_timeout_exit(&limit, status);
}
