/* Who carries a call on a file out, while its task is suspended.
 *
 *     at once, without waiting    reads and writes of what the kernel has in memory, where nothing
 *                                 else is ready (always, where the backend is no ring)
 *     the ring                    what it knows, up to FILE_RING_MAX bytes: the kernel copies them
 *                                 in the loop's thread
 *     a thread of the pool        everything else
 */
#ifndef OURO_SYS_FILE_WORK_H
#define OURO_SYS_FILE_WORK_H

#include "io/file_call.h"
#include "sys/pool.h"

/* What a cancel does to a call. */
enum file_cancel {
    /* It is stopped, or its result dropped: what was read is gone, a file that was opened is closed
     * again. The call returns -ECANCELED. */
    FILE_CANCEL_UNDOES,
    /* It is stopped if that is still possible; else its result stands and the cancel stays pending.
     * For what changes something. */
    FILE_CANCEL_STOPS,
    /* The same for what makes a file or folder by a name that nobody else knows: if the loop is
     * closed under the call, and it has been made, it is removed. */
    FILE_CANCEL_STOPS_MAKING,
    /* It is made in any case, and the cancel stays pending. */
    FILE_CANCEL_WAITS,
};

/* The threads that work on files. */
extern struct pool ouro__file_pool;

/* Makes the call. `operation` is for who looks at the task.
 * Returns its result or -errno, without a detail except for -ECANCELED. */
int ouro__file_work(struct task *task, const struct file_call *call, enum file_cancel cancel,
                    const char *operation);

/* Makes the call in every case, also where there is no thread for it, or the loop is closed under
 * it; a cancel stays pending. Returns its result or -errno. */
int ouro__file_insist(struct task *task, const struct file_call *call, const char *operation);

/* Closes a descriptor in every case; a cancel stays pending. Returns 0 or -errno. */
int ouro__file_close_fd(struct task *task, int fd, const char *operation);

/* Sets the detail of a failed call: the operation, `path` (which may be NULL), and what to do.
 * Returns `status`. */
int ouro__file_fail(int status, const char *operation, const char *path);

/* Has a function run in a thread of the pool, which may block there for as long as it takes. It
 * gets `work`, whose memory is the caller's, and leaves its results in it. A cancel takes it back
 * if it has not begun; else `is_undone` says what becomes of it (sys/pool.h). Returns 0;
 * -ECANCELED; -ENOMEM or -EAGAIN, without a detail. */
struct file_job {
    struct pool_call call;
    void (*run)(struct file_job *work);
};
int ouro__file_job(struct task *task, struct file_job *job, const char *operation);

#endif
