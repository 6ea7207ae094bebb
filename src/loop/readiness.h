/* Tasks that wait until a descriptor of the user's is readable or writable. */
#ifndef OURO_LOOP_READINESS_H
#define OURO_LOOP_READINESS_H

#include "loop/task.h"
#include "loop/watch.h"

/* Suspends until a call on `fd` that said EAGAIN is worth another try; it may say so again. Nothing
 * is consumed. Allocates for the first wait on a number, and keeps that until the loop is closed.
 * Returns 0; -ECANCELED; OURO_EINUSE if another task waits for the same, or a reader or writer is
 * registered; -ENOMEM; the kernel's error, such as -EBADF. The detail is set. */
int ouro__fd_wait(struct task *task, int fd, enum watch_kind kind, const char *operation);

/* The same for who has done a part of something already: a cancel ends the wait with -EINTR, and
 * stays pending. */
int ouro__fd_wait_keeping(struct task *task, int fd, enum watch_kind kind, const char *operation);

/* Forgets one at the close of the loop. NULL is allowed. */
void ouro__readiness_remove(struct readiness *readiness);

/* True if a task waits. NULL is allowed. */
bool ouro__readiness_is_awaited(const struct readiness *readiness);

#endif
