/* Conditions: tasks that hold a lock wait until others have changed what it protects.
 *
 *     static ouro_condition changed;                            changed = asyncio.Condition()
 *
 *     int status = 0;
 *     ouro_with_condition(&changed, &status) {                  async with changed:
 *         status = ouro_condition_wait_for(&changed, has_items, &store);
 *     }                                                             await changed.wait_for(...)
 *
 *     ouro_with_condition(&changed, &status) {                  async with changed:
 *         store.items++;
 *         status = ouro_condition_notify_all(&changed);             changed.notify_all()
 *     }
 *
 * A condition has a lock of its own, or shares one with other conditions. It lives by value
 * wherever the user puts it, all zero is one with a lock of its own, and it needs neither a loop
 * nor memory. Once tasks have waited, it belongs to their loop.
 *
 * Follows asyncio.Condition.
 */
#ifndef OURO_CONDITION_H
#define OURO_CONDITION_H

#include "ouro/lock.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The fields are private. It must not be moved, or go out of scope, while a task waits for it. */
typedef struct ouro_condition {
    ouro_waiters waiters_;
    ouro_lock own_;
    ouro_lock *shared_; /* NULL: `own_` is used */
} ouro_condition;

/* A condition with a lock of its own. */
#define OURO_CONDITION_INIT                                                                        \
    {                                                                                              \
        .shared_ = NULL                                                                            \
    }

/* A condition on a lock that somebody else owns and that outlives it. */
#define OURO_CONDITION_INIT_WITH(lock)                                                             \
    {                                                                                              \
        .shared_ = (lock)                                                                          \
    }

/* What is waited for: returns 0 as long as it is not so, a positive number once it is, and a
 * negative error to give up. Runs to completion, with the lock held. */
typedef int ouro_predicate(void *arg);

/* Prepares a condition on `lock`, which must outlive it; NULL gives it a lock of its own.
 * Follows Condition(lock). */
OURO_API void ouro_condition_init(ouro_condition *condition, ouro_lock *lock);

/* Acquires the condition's lock.
 * Returns: as ouro_lock_acquire.
 * Suspends: as ouro_lock_acquire.   Cancelled: the lock is not held.
 * Follows Condition.acquire. */
OURO_SUSPENDS OURO_API int ouro_condition_acquire(ouro_condition *condition);

/* Releases the condition's lock.
 * Returns: as ouro_lock_release. Follows Condition.release. */
OURO_API int ouro_condition_release(ouro_condition *condition);

/* Returns true if the condition's lock is held. Follows Condition.locked. */
OURO_API bool ouro_condition_locked(const ouro_condition *condition);

/* Releases the lock, waits for a notification, and acquires the lock again. It may return without
 * one: look at what was waited for again, or use ouro_condition_wait_for.
 * Returns: 0; -ECANCELED; OURO_ENOTLOCKED without the lock; OURO_EWRONGLOOP; -EINVAL for NULL;
 * OURO_ENOTASK. The lock is held afterwards if it was held before.
 * Suspends: until ouro_condition_notify and until the lock is free.   Cancelled: waits until it
 * holds the lock again, however often it is cancelled, and passes a notification on that had come.
 * Follows Condition.wait. */
OURO_SUSPENDS OURO_API int ouro_condition_wait(ouro_condition *condition);

/* Waits until `predicate(arg)` is true; asks it first without waiting, then after each
 * notification.
 * Returns: what the predicate returned last; else as ouro_condition_wait.
 * Suspends: while the predicate returns 0.   Cancelled: as ouro_condition_wait.
 * Follows Condition.wait_for. */
OURO_SUSPENDS OURO_API int ouro_condition_wait_for(ouro_condition *condition,
                                                   ouro_predicate *predicate, void *arg);

/* Notifies the `count` tasks that have waited longest, or all if there are fewer. They go on when
 * they get the lock.
 * Returns: 0; OURO_ENOTLOCKED without the lock; -EINVAL for NULL. Follows Condition.notify. */
OURO_API int ouro_condition_notify(ouro_condition *condition, size_t count);

/* Notifies all who wait.
 * Returns: as ouro_condition_notify. Follows Condition.notify_all. */
OURO_API int ouro_condition_notify_all(ouro_condition *condition);

/* Private: the lock of a condition. */
OURO_API ouro_lock *ouro_condition_lock_(ouro_condition *condition);

#ifndef __cplusplus

/* ouro_with_condition(&condition, &status) { ... }
 * Holds the condition's lock in the block, as ouro_with_lock does. */
#define ouro_with_condition(condition, status)                                                     \
    ouro_with_lock (ouro_condition_lock_(condition), status)

#endif

#ifdef __cplusplus
}
#endif

#endif
