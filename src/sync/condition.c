/* Conditions. Whoever leaves a wait with an error passes a notification on: it may have been meant
 * for it, and a needless one is allowed. */
#include "sync/condition.h"

#include "sync/waiters.h"

#include <errno.h>

void ouro_condition_init(ouro_condition *condition, ouro_lock *lock)
{
    if (condition != NULL)
        *condition = (ouro_condition) { .shared_ = lock };
}

ouro_lock *ouro_condition_lock_(ouro_condition *condition)
{
    if (condition == NULL)
        return NULL;
    return condition->shared_ != NULL ? condition->shared_ : &condition->own_;
}

int ouro_condition_acquire(ouro_condition *condition)
{
    return ouro_lock_acquire(ouro_condition_lock_(condition));
}

int ouro_condition_release(ouro_condition *condition)
{
    return ouro_lock_release(ouro_condition_lock_(condition));
}

bool ouro_condition_locked(const ouro_condition *condition)
{
    if (condition == NULL)
        return false;
    return ouro_lock_locked(condition->shared_ != NULL ? condition->shared_ : &condition->own_);
}

/* What wait and notify need. */
static int check_locked(const ouro_condition *condition, const char *operation)
{
    if (condition == NULL)
        return ouro_error_set(-EINVAL, operation, "there is no condition: NULL");
    if (!ouro_condition_locked(condition))
        return ouro_error_set(OURO_ENOTLOCKED, operation,
                              "the condition's lock is not held: acquire it first, as by "
                              "ouro_with_condition");
    return 0;
}

/* Binds the condition to the loop that runs, and sees that the lock can be waited for in it: what
 * has begun must end with the lock held. */
static int bind_condition(ouro_condition *condition, const ouro_lock *lock, struct task **ret_task)
{
    int status = ouro__waiters_bind(&condition->waiters_, "wait", ret_task);

    if (status == 0 && lock->waiters_.loop_ != 0 &&
        lock->waiters_.loop_ != (*ret_task)->future.loop->serial)
        return ouro_error_set(OURO_EWRONGLOOP, "wait",
                              "a task of another loop has waited for the condition's lock before: "
                              "use one object for each loop");
    return status;
}

/* Acquires the lock again, however often the task is cancelled. Returns 0 or -ECANCELED. */
static int reacquire(ouro_lock *lock, struct task *task)
{
    int result = 0;

    while (ouro_lock_acquire(lock) == -ECANCELED) {
        result = -ECANCELED;
        ouro__level_ignore(task); /* a cancelled scope would interrupt it for ever */
    }
    if (result < 0)
        ouro__level_restore(task);
    return result;
}

int ouro__condition_wait(ouro_condition *condition, const char *operation)
{
    ouro_lock *lock = ouro_condition_lock_(condition);
    struct waiter self = { .wait = { .abandon = ouro__waiter_abandon, .operation = operation } };
    int status = check_locked(condition, "wait");

    if (status < 0)
        return status;
    self.waiters = &condition->waiters_;
    status = bind_condition(condition, lock, &self.wait.task);
    if (status < 0)
        return status;
    (void) ouro_lock_release(lock);
    status = ouro__waiters_park(&self);
    if (reacquire(lock, self.wait.task) < 0)
        status = -ECANCELED;
    if (status < 0)
        (void) ouro__waiters_wake(&condition->waiters_, 1);
    return status;
}

int ouro_condition_wait(ouro_condition *condition)
{
    return ouro__condition_wait(condition, "condition wait");
}

int ouro_condition_wait_for(ouro_condition *condition, ouro_predicate *predicate, void *arg)
{
    int result;

    if (condition == NULL || predicate == NULL)
        return ouro_error_set(-EINVAL, "wait_for", "there is no condition or no predicate: NULL");
    while ((result = predicate(arg)) == 0) {
        int status = ouro_condition_wait(condition);

        if (status < 0)
            return status;
    }
    return result;
}

int ouro_condition_notify(ouro_condition *condition, size_t count)
{
    int status = check_locked(condition, "notify");

    if (status == 0)
        (void) ouro__waiters_wake(&condition->waiters_, count);
    return status;
}

int ouro_condition_notify_all(ouro_condition *condition)
{
    return ouro_condition_notify(condition, SIZE_MAX);
}
