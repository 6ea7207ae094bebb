/* Calls on files, by the quickest way that delays nobody else. */
#include "sys/file_work.h"

#include "base/bounds.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

struct pool ouro__file_pool = POOL_INIT("ouro-files", 0, FILE_STACK_SIZE);

/* A call in the hands of the kernel. It writes into this frame, and into the memory that the call
 * is about, until the op is complete. */
struct ring_call {
    struct op op;
    struct wait wait;
    enum file_cancel cancel;
    bool is_cancelled;
};

static void complete_ring_call(struct op *op)
{
    struct ring_call *self = container_of(op, struct ring_call, op);

    wait_finish(&self->wait,
                self->is_cancelled && self->cancel == FILE_CANCEL_UNDOES ? -ECANCELED : op->result);
}

static bool cancel_ring_call(struct wait *wait, const char *message)
{
    struct ring_call *self = container_of(wait, struct ring_call, wait);
    struct backend *backend = wait->task->future.loop->backend;

    (void) message;
    if (wait->finished || self->is_cancelled || self->cancel == FILE_CANCEL_WAITS)
        return false;
    self->is_cancelled = true;
    backend->ops->cancel(backend, &self->op);
    return self->cancel == FILE_CANCEL_UNDOES;
}

/* Takes back what was opened or made for a task that will not run any more. */
static void undo(const struct file_call *call, enum file_cancel cancel, int result)
{
    if (result < 0)
        return;
    if (call->kind == FILE_OPEN)
        (void) close(result);
    if (cancel == FILE_CANCEL_STOPS_MAKING)
        (void) unlinkat(AT_FDCWD, call->path, call->kind == FILE_MKDIR ? AT_REMOVEDIR : 0);
}

static void abandon_ring_call(struct wait *wait)
{
    struct ring_call *self = container_of(wait, struct ring_call, wait);

    if (wait->finished)
        undo(self->op.file_call, self->cancel, self->op.result);
}

/* The other two ways are kept out of the frame of those that are done at once. */
__attribute__((noinline)) static int work_in_ring(struct task *task, const struct file_call *call,
                                                  enum file_cancel cancel, const char *operation)
{
    struct backend *backend = task->future.loop->backend;
    struct ring_call self = {
        .op = { .kind = OP_FILE_CALL,
                .fd = call->fd,
                .complete = complete_ring_call,
                .file_call = call },
        .wait = { .task = task,
                  .cancel = cancel_ring_call,
                  .abandon = abandon_ring_call,
                  .operation = operation,
                  .keeps_result = cancel != FILE_CANCEL_UNDOES,
                  .is_pinned = true },
        .cancel = cancel,
    };
    int status;

    backend->ops->submit(backend, &self.op);
    status = ouro__park(&self.wait);
    if (status == -ECANCELED && call->kind == FILE_OPEN && self.op.result >= 0)
        (void) ouro__file_close_fd(task, self.op.result, operation);
    return status;
}

/* A call in the hands of a thread. */
struct thread_call {
    struct pool_call call;
    const struct file_call *file_call;
    enum file_cancel cancel;
    int result; /* -ECANCELED: it has not run */
};

static void run_thread_call(struct pool_job *job)
{
    struct thread_call *self = container_of(job, struct thread_call, call.job);

    self->result = ouro__file_call_make(self->file_call);
}

/* The task will not run any more: nothing stays open, and what must be done is done here. */
static void abandon_thread_call(struct pool_call *call)
{
    struct thread_call *self = container_of(call, struct thread_call, call);

    undo(self->file_call, self->cancel, self->result);
    if (call->is_kept && self->result == -ECANCELED)
        run_thread_call(&call->job);
}

__attribute__((noinline)) static int work_in_thread(struct task *task, const struct file_call *call,
                                                    enum file_cancel cancel, const char *operation)
{
    struct thread_call self = {
        .call = { .job.run = run_thread_call,
                  .abandon = abandon_thread_call,
                  .is_undone = cancel == FILE_CANCEL_UNDOES,
                  .is_kept = cancel == FILE_CANCEL_WAITS },
        .file_call = call,
        .cancel = cancel,
        .result = -ECANCELED,
    };
    int status = ouro__pool_call(&ouro__file_pool, task, &self.call, operation);

    if (status < 0 && call->kind == FILE_OPEN && self.result >= 0)
        (void) ouro__file_close_fd(task, self.result, operation);
    return status < 0 ? status : self.result;
}

static bool is_transfer(const struct file_call *call)
{
    return call->kind == FILE_READ || call->kind == FILE_WRITE;
}

/* True if the call may be tried in this thread. Where the backend is a ring, only if nothing else
 * is ready or on its way to the kernel: else the ring takes all of it in one system call. */
static bool may_try(ouro_loop *loop, const struct file_call *call)
{
    if (!is_transfer(call) || call->size > FILE_RING_MAX || call->may_signal)
        return false;
    if (loop->backend->file_calls == 0)
        return true;
    return list_is_empty(&loop->ready) && !loop->backend->ops->has_work(loop->backend);
}

static bool ring_takes(ouro_loop *loop, const struct file_call *call)
{
    if (!(loop->backend->file_calls >> call->kind & 1) || call->may_signal)
        return false;
    return !is_transfer(call) || call->size <= FILE_RING_MAX;
}

/* Tries a call in this thread. Everybody else has a turn before, or a task that reads what is in
 * memory would keep the loop to itself. Returns what was transferred; -ECANCELED; or -EAGAIN if
 * another way is needed: also after an error, to have it from a call like everybody's, and at what
 * seems to be the end, which Linux 5.9 and 5.10 may be wrong about. */
static int try_at_once(struct task *task, const struct file_call *call)
{
    int status = ouro__yield(task);

    if (status < 0)
        return status;
    status = ouro__file_call_try(call);
    return status > 0 ? status : -EAGAIN;
}

int ouro__file_work(struct task *task, const struct file_call *call, enum file_cancel cancel,
                    const char *operation)
{
    ouro_loop *loop = task->future.loop;
    int status;

    if (cancel != FILE_CANCEL_WAITS && may_try(loop, call)) {
        status = try_at_once(task, call);
        if (status != -EAGAIN)
            return status;
    }
    if (ring_takes(loop, call)) {
        status = work_in_ring(task, call, cancel, operation);
        /* A kernel may know a call and not for this file: ask as everybody does. */
        if (status != -EINVAL && status != -EOPNOTSUPP)
            return status;
    }
    return work_in_thread(task, call, cancel, operation);
}

int ouro__file_insist(struct task *task, const struct file_call *call, const char *operation)
{
    int status = ouro__file_work(task, call, FILE_CANCEL_WAITS, operation);

    if (status == -ENOMEM || status == -EAGAIN || status == OURO_EWRONGLOOP)
        return ouro__file_call_make(call); /* there was no thread for it */
    return status;
}

int ouro__file_close_fd(struct task *task, int fd, const char *operation)
{
    const struct file_call call = { .kind = FILE_CLOSE, .fd = fd };

    return ouro__file_insist(task, &call, operation);
}

static void run_file_job(struct pool_job *job)
{
    struct file_job *self = container_of(job, struct file_job, call.job);

    self->run(self);
}

int ouro__file_job(struct task *task, struct file_job *job, const char *operation)
{
    job->call.job.run = run_file_job;
    return ouro__pool_call(&ouro__file_pool, task, &job->call, operation);
}

static const char *advice(int status)
{
    switch (status) {
    case -ENOENT:
        return ": check the path, and from which directory it is counted";
    case -EISDIR:
        return ": a file was expected; list it by ouro_os_listdir";
    case -ENOTDIR:
        return ": a part of the path is a file";
    case -EEXIST:
        return ": choose another name, or remove it first";
    case -EACCES:
    case -EPERM:
        return ": ask for less, or change the owner or mode";
    case -EROFS:
        return ": write somewhere else, or mount it for writing";
    case -ENOSPC:
    case -EDQUOT:
        return ": make room, or write somewhere else";
    case -EMFILE:
    case -ENFILE:
        return ": close something, or raise the limit (ulimit -n)";
    case -ENOTEMPTY:
        return ": remove what is in it first";
    case -EXDEV:
        return ": on another file system: copy it (ouro_os_copy_file), then remove it";
    case OURO_EWRONGLOOP:
        return ": it was made before this process was forked: run another one here";
    case -EFBIG:
        return ": the limit is the file system's or of ulimit -f";
    default:
        return "";
    }
}

int ouro__file_fail(int status, const char *operation, const char *path)
{
    if (status == -ECANCELED)
        return status; /* it has the message of the cancel */
    if (path == NULL)
        return ouro_error_set(status, operation, "%s%s", ouro_strerror(status), advice(status));
    return ouro_error_set(status, operation, "\"%s\": %s%s", path, ouro_strerror(status),
                          advice(status));
}
