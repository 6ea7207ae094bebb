/* Read-write locks: many readers, or one writer.
 *
 *     static ouro_rwlock lock;
 *
 *     int status = 0;
 *     ouro_with_read_lock(&lock, &status) {
 *         status = look_up(&table, key);
 *     }
 *     ouro_with_write_lock(&lock, &status) {
 *         status = change(&table, key);
 *     }
 *
 * First come, first served: a reader that comes behind a waiting writer waits, so that writers are
 * not starved, and readers that wait next to each other get the lock together. So a task that reads
 * must not ask for the lock again. It lives by value wherever the user puts it, all zero is an
 * unlocked one, and it needs neither a loop nor memory. Once tasks have waited for it, it belongs
 * to their loop.
 *
 * An extra beside asyncio's names, for what asyncio's users write on a Condition.
 */
#ifndef OURO_RWLOCK_H
#define OURO_RWLOCK_H

#include "ouro/base.h"
#include "ouro/coroutine.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The fields are private. It must not be moved, or go out of scope, while a task waits for it. */
typedef struct ouro_rwlock {
    ouro_waiters waiters_;
    size_t readers_;  /* that hold it */
    bool is_written_; /* a writer holds it */
} ouro_rwlock;

/* An unlocked read-write lock. */
#define OURO_RWLOCK_INIT                                                                           \
    {                                                                                              \
        .is_written_ = false                                                                       \
    }

/* Acquires the lock together with other readers.
 * Returns: 0; -ECANCELED; OURO_EWRONGLOOP; -EINVAL for NULL; OURO_ENOTASK where it would have to
 * wait outside a task.
 * Suspends: while a writer holds it or somebody waits already.   Cancelled: the lock is not held.
 */
OURO_SUSPENDS OURO_API int ouro_rwlock_acquire_read(ouro_rwlock *lock);

/* Acquires the lock alone.
 * Returns: as ouro_rwlock_acquire_read.
 * Suspends: while anybody holds it or waits already.   Cancelled: the lock is not held, and those
 * who have waited behind are not held up. */
OURO_SUSPENDS OURO_API int ouro_rwlock_acquire_write(ouro_rwlock *lock);

/* Releases the lock of a reader; the last one hands it over to who waits.
 * Returns: 0; OURO_ENOTLOCKED if no reader holds it; -EINVAL for NULL. */
OURO_API int ouro_rwlock_release_read(ouro_rwlock *lock);

/* Releases the lock of the writer, and hands it over to who waits.
 * Returns: 0; OURO_ENOTLOCKED if no writer holds it; -EINVAL for NULL. */
OURO_API int ouro_rwlock_release_write(ouro_rwlock *lock);

/* Returns how many readers hold the lock. */
OURO_API size_t ouro_rwlock_readers(const ouro_rwlock *lock);

/* Returns true if a writer holds the lock. */
OURO_API bool ouro_rwlock_write_locked(const ouro_rwlock *lock);

#ifndef __cplusplus

/* Private: what a block holds. */
typedef struct ouro_rwlock_block {
    ouro_rwlock *lock_;
    int *status_;
    bool writes_;
    uint8_t state_;
} ouro_rwlock_block;

/* Private: the two halves of the block forms. */
OURO_API bool ouro_rwlock_block_(ouro_rwlock_block *block);
OURO_API void ouro_rwlock_block_exit_(ouro_rwlock_block *block);

#define OURO_RWLOCK_BLOCK_(block, lock, status, writes)                                            \
    for (ouro_rwlock_block block                                                                   \
         __attribute__((cleanup(ouro_rwlock_block_exit_))) = { .lock_ = (lock),                    \
                                                               .status_ = (status),                \
                                                               .writes_ = (writes) };              \
         ouro_rwlock_block_(&block);)

/* ouro_with_read_lock(&lock, &status) { ... }
 * Holds the lock in the block, which may be left by break, return and goto, never by longjmp. If
 * the lock cannot be acquired, the block is skipped and `status` tells why. */
#define ouro_with_read_lock(lock, status)                                                          \
    OURO_RWLOCK_BLOCK_(OURO_JOIN2_(ouro_rwlock_, __LINE__), lock, status, false)
#define ouro_with_write_lock(lock, status)                                                         \
    OURO_RWLOCK_BLOCK_(OURO_JOIN2_(ouro_rwlock_, __LINE__), lock, status, true)

#endif

#ifdef __cplusplus
}
#endif

#endif
