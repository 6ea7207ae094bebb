/* Locks on files.
 *
 * A thread that waits in flock can neither be cancelled nor do anything else, so that the kernel is
 * asked again and again instead, ever more seldom. */
#define _GNU_SOURCE 1

#include "sys/open_file.h"

#include "base/bounds.h"
#include "sys/file_pause.h"

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

/* A pause of a task that waits for a lock. */
struct lock_pause {
    struct file_pause pause;
    ouro_link link; /* of the file */
};

static void abandon_pause(struct wait *wait)
{
    struct file_pause *pause = container_of(wait, struct file_pause, wait);

    list_remove(&container_of(pause, struct lock_pause, pause)->link);
}

void ouro__file_end_pauses(ouro_file *file)
{
    ouro_link *link;

    for (link = file->pauses.next_; link != &file->pauses; link = link->next_)
        ouro__file_pause_end(&container_of(link, struct lock_pause, link)->pause);
}

int ouro_file_lock(ouro_file *file, bool is_shared)
{
    struct lock_pause self = { .pause.wait.abandon = abandon_pause };
    struct task *task;
    int status = ouro__file_check(file, "lock", &task);

    if (status < 0)
        return status;
    file->calls++; /* the file stays, whoever closes it meanwhile */
    do {
        status = ouro_file_try_lock(file, is_shared);
        if (status != -EAGAIN)
            break;
        list_append(&file->pauses, &self.link);
        status = ouro__file_pause(&self.pause, task, FILE_LOCK_PAUSE_NS, "lock");
        list_remove(&self.link);
    } while (status == 0);
    ouro__file_end_call(file);
    return status;
}

int ouro_file_unlock(ouro_file *file)
{
    return change_lock(file, LOCK_UN, "unlock");
}
