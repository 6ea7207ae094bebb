/* Locks on files.
 *
 * A thread that waits in flock can neither be cancelled nor do anything else, so that the kernel is
 * asked again and again instead, ever more seldom. */
#define _GNU_SOURCE 1

#include "sys/open_file.h"

#include "base/bounds.h"

#include <errno.h>
#include <sys/file.h>

static int change_lock(ouro_file *file, int flags, const char *operation)
{
    struct task *task;
    struct file_call call = { .kind = FILE_LOCK, .flags = flags };
    int status = ouro__file_enter(file, operation, &task);

    if (status < 0)
        return status;
    call.fd = file->fd;
    status = ouro__file_work(task, &call, FILE_CANCEL_STOPS, operation);
    return ouro__file_leave_with(file, operation, status);
}

int ouro_file_try_lock(ouro_file *file, bool is_shared)
{
    return change_lock(file, (is_shared ? LOCK_SH : LOCK_EX) | LOCK_NB, "lock");
}

int ouro_file_lock(ouro_file *file, bool is_shared)
{
    double pause = FILE_LOCK_PAUSE_MIN;

    for (;;) {
        int status = ouro_file_try_lock(file, is_shared);

        if (status != -EAGAIN)
            return status;
        status = ouro_sleep(pause);
        if (status < 0)
            return status;
        pause = pause * 2 < FILE_LOCK_PAUSE_MAX ? pause * 2 : FILE_LOCK_PAUSE_MAX;
    }
}

int ouro_file_unlock(ouro_file *file)
{
    return change_lock(file, LOCK_UN, "unlock");
}
