/* Locks. A release only wakes the first waiter; that one takes the lock when it runs, and until
 * then its place in the list keeps others from overtaking it.
 *
 * Cost: without contention a few instructions and no call; a hand-over one switch and some 200
 * instructions. No allocation, no system call.
 */
#include "ouro/lock.h"

#include "sync/waiters.h"

#include <errno.h>

__attribute__((noinline)) static int acquire_slowly(ouro_lock *lock)
{
    int status;

    if (lock == NULL)
        return ouro_error_set(-EINVAL, "acquire", "there is no lock: NULL");
    if (!lock->locked_ && !waiters_any_live(&lock->waiters_)) {
        lock->locked_ = true;
        return 0;
    }
    status = waiters_wait(&lock->waiters_, "lock acquire", NULL);
    if (status == 0)
        lock->locked_ = true;
    else if (status == -ECANCELED && !lock->locked_)
        waiters_wake_head(&lock->waiters_); /* it may have been this task's turn */
    return status;
}

int ouro_lock_acquire(ouro_lock *lock)
{
    if (__builtin_expect(lock == NULL || lock->locked_ || !waiters_are_none(&lock->waiters_), 0))
        return acquire_slowly(lock);
    lock->locked_ = true;
    return 0;
}

__attribute__((noinline)) static int wake_first(ouro_lock *lock)
{
    waiters_wake_head(&lock->waiters_);
    return 0;
}

__attribute__((noinline, cold)) static int refuse_release(const ouro_lock *lock)
{
    if (lock == NULL)
        return ouro_error_set(-EINVAL, "release", "there is no lock: NULL");
    return ouro_error_set(OURO_ENOTLOCKED, "release",
                          "the lock is not locked: release it once for each time that it was "
                          "acquired");
}

int ouro_lock_release(ouro_lock *lock)
{
    if (__builtin_expect(lock == NULL || !lock->locked_, 0))
        return refuse_release(lock);
    lock->locked_ = false;
    if (!waiters_are_none(&lock->waiters_))
        return wake_first(lock);
    return 0;
}

bool ouro_lock_locked(const ouro_lock *lock)
{
    return lock != NULL && lock->locked_;
}

enum block_state {
    BLOCK_NOT_ENTERED = 0,
    BLOCK_ENTERED,
};

/* The condition of the block's loop: acquires the first time, ends the loop the second time. */
bool ouro_lock_block_(ouro_lock_block *block)
{
    int status;

    if (block->state_ != BLOCK_NOT_ENTERED)
        return false;
    status = ouro_lock_acquire(block->lock_);
    if (status < 0)
        *block->status_ = status;
    else
        block->state_ = BLOCK_ENTERED;
    return status == 0;
}

void ouro_lock_block_exit_(ouro_lock_block *block)
{
    int status;

    if (block->state_ != BLOCK_ENTERED)
        return;
    status = ouro_lock_release(block->lock_);
    if (status < 0)
        *block->status_ = status;
}
