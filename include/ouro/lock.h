/* Locks: one task at a time.
 *
 *     static ouro_lock lock;                                    lock = asyncio.Lock()
 *
 *     int status = 0;
 *     ouro_with_lock(&lock, &status) {                          async with lock:
 *         status = change(&account);
 *     }
 *
 * Tasks get the lock in the order in which they asked for it. A lock has no owner: another task may
 * release it, and a task that acquires it twice waits for itself. It lives by value wherever the
 * user puts it, all zero is an unlocked lock, and it needs neither a loop nor memory. Once tasks
 * have waited for it, it belongs to their loop; it is for the tasks of one thread.
 *
 * Follows asyncio.Lock.
 */
#ifndef OURO_LOCK_H
#define OURO_LOCK_H

#include "ouro/base.h"
#include "ouro/coroutine.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The fields are private. It must not be moved, or go out of scope, while a task waits for it. */
typedef struct ouro_lock {
    ouro_waiters waiters_;
    bool locked_;
} ouro_lock;

/* An unlocked lock. */
#define OURO_LOCK_INIT                                                                             \
    {                                                                                              \
        .locked_ = false                                                                           \
    }

/* Acquires the lock.
 * Returns: 0; -ECANCELED; OURO_EWRONGLOOP; -EINVAL for NULL; OURO_ENOTASK where it would have to
 * wait outside a task.
 * Suspends: until the lock is free and it is this task's turn; not at all if it is free and nobody
 * waits for it.   Cancelled: the lock is not held, and who waits next gets it.
 * Follows Lock.acquire. */
OURO_SUSPENDS OURO_API int ouro_lock_acquire(ouro_lock *lock);

/* Releases the lock. Who has waited longest runs in the next iteration and acquires it then.
 * Returns: 0; OURO_ENOTLOCKED if it is not locked; -EINVAL for NULL. Follows Lock.release. */
OURO_API int ouro_lock_release(ouro_lock *lock);

/* Returns true if the lock is held. Follows Lock.locked. */
OURO_API bool ouro_lock_locked(const ouro_lock *lock);

#ifndef __cplusplus

/* Private: what a block holds. */
typedef struct ouro_lock_block {
    ouro_lock *lock_;
    int *status_;
    uint8_t state_;
} ouro_lock_block;

/* Private: the two halves of the block form. */
OURO_API bool ouro_lock_block_(ouro_lock_block *block);
OURO_API void ouro_lock_block_exit_(ouro_lock_block *block);

#define OURO_LOCK_BLOCK_(block, lock, status)                                                      \
    for (ouro_lock_block block __attribute__((                                                     \
             cleanup(ouro_lock_block_exit_))) = { .lock_ = (lock), .status_ = (status) };          \
         ouro_lock_block_(&block);)

/* ouro_with_lock(&lock, &status) { ... }
 * Holds the lock in the block, which may be left by break, return and goto, never by longjmp. If
 * the lock cannot be acquired, the block is skipped and `status` tells why; else `status` stays
 * what the block makes it. */
#define ouro_with_lock(lock, status)                                                               \
    OURO_LOCK_BLOCK_(OURO_JOIN2_(ouro_lock_, __LINE__), lock, status)

#endif

#ifdef __cplusplus
}
#endif

#endif
