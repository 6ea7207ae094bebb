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

/* One attempt, in a thread: a lock may be that of a file server. */
struct attempt {
    struct file_job job;
    struct file_call call;
    int result;
};

static void run_attempt(struct file_job *job)
{
    struct attempt *self = container_of(job, struct attempt, job);

    self->result = ouro__file_call_make(&self->call);
}

static int change_lock(ouro_file *file, int flags, const char *operation)
{
    struct task *task;
    struct attempt self = { .job.run = run_attempt, .call = { .kind = FILE_LOCK, .flags = flags } };
    int status = ouro__file_enter(file, operation, &task);

    if (status < 0)
        return status;
    self.call.fd = file->fd;
    status = ouro__file_job(task, &self.job, operation);
    /* -EAGAIN of the kernel is somebody's lock; that of the pool is that there is no thread. */
    if (status == -EAGAIN || status == -ENOMEM)
        run_attempt(&self.job);
    else if (status < 0)
        self.result = status;
    return ouro__file_leave_with(file, operation, self.result);
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
