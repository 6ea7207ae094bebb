/* Semaphores. A release hands its token over: it is counted out again at once for the waiter that
 * is woken, so that nobody can take it first.
 *
 * Cost: without contention a few instructions and no call.
 */
#include "ouro/semaphore.h"

#include "sync/waiters.h"

#include <errno.h>

struct semaphore_waiter {
    struct waiter waiter;
    ouro_semaphore *semaphore;
};

/* Hands one token to the first that waits. Returns false if nobody does. */
static inline bool wake_next(ouro_semaphore *semaphore)
{
    if (ouro__waiters_wake(&semaphore->waiters_, 1) == 0)
        return false;
    semaphore->value_--;
    return true;
}

/* The loop is closed under a task that waits: a token that was granted to it is not lost. */
static void abandon(struct wait *wait)
{
    struct waiter *waiter = container_of(wait, struct waiter, wait);

    if (wait->finished && wait->status == 0)
        container_of(waiter, struct semaphore_waiter, waiter)->semaphore->value_++;
    ouro__waiter_abandon(wait);
}

static int refuse(const ouro_semaphore *semaphore, const char *operation)
{
    if (semaphore == NULL)
        return ouro_error_set(-EINVAL, operation, "there is no semaphore: NULL");
    return ouro_error_set(-EINVAL, operation, "the semaphore began with %lld tokens: use 0 or more",
                          (long long) semaphore->value_);
}

static int wait_for_token(ouro_semaphore *semaphore)
{
    struct semaphore_waiter self = {
        .waiter = { .wait = { .abandon = abandon, .operation = "semaphore acquire" },
                    .waiters = &semaphore->waiters_ },
        .semaphore = semaphore,
    };
    int status = ouro__waiters_bind(&semaphore->waiters_, "acquire", &self.waiter.wait.task);

    if (status < 0)
        return status;
    status = ouro__waiters_park(&self.waiter);
    if (status < 0 && self.waiter.wait.status == 0)
        semaphore->value_++; /* granted, and a cancel has overtaken that */
    while (semaphore->value_ > 0 && wake_next(semaphore))
        continue; /* those who came behind waited for their turn only */
    return status;
}

__attribute__((noinline)) static int acquire_slowly(ouro_semaphore *semaphore)
{
    if (semaphore == NULL || semaphore->value_ < 0)
        return refuse(semaphore, "acquire");
    if (ouro_semaphore_locked(semaphore))
        return wait_for_token(semaphore);
    semaphore->value_--;
    return 0;
}

int ouro_semaphore_acquire(ouro_semaphore *semaphore)
{
    if (__builtin_expect(semaphore == NULL || semaphore->value_ <= 0 ||
                             !waiters_are_none(&semaphore->waiters_),
                         0))
        return acquire_slowly(semaphore);
    semaphore->value_--;
    return 0;
}

__attribute__((noinline)) static int hand_over(ouro_semaphore *semaphore)
{
    (void) wake_next(semaphore);
    return 0;
}

__attribute__((noinline, cold)) static int refuse_release(const ouro_semaphore *semaphore)
{
    if (semaphore == NULL || semaphore->value_ < 0)
        return refuse(semaphore, "release");
    return ouro_error_set(OURO_EOVERRELEASE, "release",
                          "the semaphore has all its %lld tokens: release once for each acquire",
                          (long long) semaphore->bound_);
}

int ouro_semaphore_release(ouro_semaphore *semaphore)
{
    if (__builtin_expect(semaphore == NULL || semaphore->value_ < 0 ||
                             (semaphore->is_bounded_ && semaphore->value_ >= semaphore->bound_),
                         0))
        return refuse_release(semaphore);
    semaphore->value_++;
    if (!waiters_are_none(&semaphore->waiters_))
        return hand_over(semaphore);
    return 0;
}

bool ouro_semaphore_locked(const ouro_semaphore *semaphore)
{
    return semaphore != NULL && (semaphore->value_ <= 0 || waiters_any_live(&semaphore->waiters_));
}

static int init(ouro_semaphore *semaphore, int value, bool is_bounded)
{
    if (semaphore == NULL)
        return ouro_error_set(-EINVAL, "semaphore", "there is no place for the semaphore: NULL");
    *semaphore = (ouro_semaphore) { .is_bounded_ = is_bounded };
    if (value < 0)
        return ouro_error_set(-EINVAL, "semaphore", "%d tokens: use 0 or more", value);
    semaphore->value_ = value;
    semaphore->bound_ = value;
    return 0;
}

int ouro_semaphore_init(ouro_semaphore *semaphore, int value)
{
    return init(semaphore, value, false);
}

int ouro_bounded_semaphore_init(ouro_semaphore *semaphore, int value)
{
    return init(semaphore, value, true);
}

enum block_state {
    BLOCK_NOT_ENTERED = 0,
    BLOCK_ENTERED,
};

/* The condition of the block's loop: acquires the first time, ends the loop the second time. */
bool ouro_semaphore_block_(ouro_semaphore_block *block)
{
    int status;

    if (block->state_ != BLOCK_NOT_ENTERED)
        return false;
    status = ouro_semaphore_acquire(block->semaphore_);
    if (status < 0)
        *block->status_ = status;
    else
        block->state_ = BLOCK_ENTERED;
    return status == 0;
}

void ouro_semaphore_block_exit_(ouro_semaphore_block *block)
{
    int status;

    if (block->state_ != BLOCK_ENTERED)
        return;
    status = ouro_semaphore_release(block->semaphore_);
    if (status < 0)
        *block->status_ = status;
}
