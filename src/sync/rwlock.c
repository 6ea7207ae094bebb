/* Read-write locks. A release hands the lock over: whoever is woken is counted as its holder
 * already, and gives it back if it was cancelled meanwhile. */
#include "ouro/rwlock.h"

#include "sync/waiters.h"

#include <errno.h>

struct rwlock_waiter {
    struct waiter waiter;
    ouro_rwlock *lock;
    bool writes;
};

static struct rwlock_waiter *from_waiter(struct waiter *waiter)
{
    return container_of(waiter, struct rwlock_waiter, waiter);
}

/* True if the lock may be taken, as far as those who hold it are concerned. */
static bool is_free(const ouro_rwlock *lock, bool writes)
{
    return !lock->is_written_ && (!writes || lock->readers_ == 0);
}

static void take(ouro_rwlock *lock, bool writes)
{
    if (writes)
        lock->is_written_ = true;
    else
        lock->readers_++;
}

/* A reader's place may be gone: somebody else has released once too often while it was on its way
 * to this reader. */
static void give(ouro_rwlock *lock, bool writes)
{
    if (writes)
        lock->is_written_ = false;
    else if (lock->readers_ > 0)
        lock->readers_--;
}

/* Hands the lock to those who wait, in their order, until one has to wait on. */
static void hand_over(ouro_rwlock *lock)
{
    struct waiter *next;

    while ((next = ouro__waiters_peek(&lock->waiters_)) != NULL &&
           is_free(lock, from_waiter(next)->writes)) {
        take(lock, from_waiter(next)->writes);
        wait_finish(&next->wait, 0);
    }
}

static bool was_granted(const struct wait *wait)
{
    return wait->finished && wait->status == 0;
}

/* The loop is closed under a task that waits. */
static void abandon(struct wait *wait)
{
    struct rwlock_waiter *self = from_waiter(container_of(wait, struct waiter, wait));

    if (was_granted(wait))
        give(self->lock, self->writes);
    ouro__waiter_abandon(wait);
}

__attribute__((noinline)) static int wait_for_lock(ouro_rwlock *lock, bool writes)
{
    struct rwlock_waiter self = {
        .waiter = { .wait = { .abandon = abandon,
                              .operation = writes ? "rwlock acquire_write"
                                                  : "rwlock acquire_read" },
                    .waiters = &lock->waiters_ },
        .lock = lock,
        .writes = writes,
    };
    int status = ouro__waiters_bind(&lock->waiters_, "acquire", &self.waiter.wait.task);

    if (status < 0)
        return status;
    status = ouro__waiters_park(&self.waiter);
    if (status < 0) {
        if (was_granted(&self.waiter.wait))
            give(lock, writes);
        hand_over(lock); /* those behind may have waited for this task only */
    }
    return status;
}

static int acquire(ouro_rwlock *lock, bool writes)
{
    if (lock == NULL)
        return ouro_error_set(-EINVAL, "acquire", "there is no lock: NULL");
    if (!is_free(lock, writes) || ouro__waiters_peek(&lock->waiters_) != NULL)
        return wait_for_lock(lock, writes);
    take(lock, writes);
    return 0;
}

int ouro_rwlock_acquire_read(ouro_rwlock *lock)
{
    return acquire(lock, false);
}

int ouro_rwlock_acquire_write(ouro_rwlock *lock)
{
    return acquire(lock, true);
}

static int release(ouro_rwlock *lock, bool writes)
{
    if (lock == NULL)
        return ouro_error_set(-EINVAL, "release", "there is no lock: NULL");
    if (writes ? !lock->is_written_ : lock->readers_ == 0)
        return ouro_error_set(OURO_ENOTLOCKED, "release",
                              "no %s holds the lock: release it once for each time that it was "
                              "acquired, and the same way",
                              writes ? "writer" : "reader");
    give(lock, writes);
    hand_over(lock);
    return 0;
}

int ouro_rwlock_release_read(ouro_rwlock *lock)
{
    return release(lock, false);
}

int ouro_rwlock_release_write(ouro_rwlock *lock)
{
    return release(lock, true);
}

size_t ouro_rwlock_readers(const ouro_rwlock *lock)
{
    return lock != NULL ? lock->readers_ : 0;
}

bool ouro_rwlock_write_locked(const ouro_rwlock *lock)
{
    return lock != NULL && lock->is_written_;
}

enum block_state {
    BLOCK_NOT_ENTERED = 0,
    BLOCK_ENTERED,
};

/* The condition of the block's loop: acquires the first time, ends the loop the second time. */
bool ouro_rwlock_block_(ouro_rwlock_block *block)
{
    int status;

    if (block->state_ != BLOCK_NOT_ENTERED)
        return false;
    status = acquire(block->lock_, block->writes_);
    if (status < 0)
        *block->status_ = status;
    else
        block->state_ = BLOCK_ENTERED;
    return status == 0;
}

void ouro_rwlock_block_exit_(ouro_rwlock_block *block)
{
    int status;

    if (block->state_ != BLOCK_ENTERED)
        return;
    status = release(block->lock_, block->writes_);
    if (status < 0)
        *block->status_ = status;
}
