/* Waiting for descriptors that belong to the user, who makes the system calls.
 *
 * The operation lies in a block that belongs to the descriptor's number, not in the frame of the
 * task that waits: a cancel ends the wait at once, while the operation may need another moment.
 * Who waits on the number next waits for that first, and for its own operation then: the number may
 * stand for another file by now.
 */
#include "loop/readiness.h"

#include "base/alloc.h"
#include "loop/park.h"

#include <errno.h>

struct readiness {
    struct op op;
    ouro_loop *loop;
    struct wait *waiter; /* or NULL */
    bool is_stale;       /* the operation is that of a waiter who was cancelled */
    bool is_removed;
};

struct readiness_wait {
    struct wait wait;
    struct readiness *readiness;
};

static void submit(struct readiness *readiness)
{
    readiness->loop->backend->ops->submit(readiness->loop->backend, &readiness->op);
}

static void complete(struct op *op)
{
    struct readiness *self = container_of(op, struct readiness, op);
    bool was_stale = self->is_stale;
    struct wait *waiter = self->waiter;

    self->is_stale = false;
    if (self->is_removed) {
        ouro__alloc_free(self);
    } else if (waiter != NULL && was_stale) {
        submit(self);
    } else if (waiter != NULL) {
        self->waiter = NULL;
        wait_finish(waiter, op->result);
    }
}

static bool cancel_wait(struct wait *wait, const char *message)
{
    struct readiness *self = container_of(wait, struct readiness_wait, wait)->readiness;

    (void) message;
    if (wait->finished)
        return false;
    self->waiter = NULL;
    self->is_stale = true;
    self->loop->backend->ops->cancel(self->loop->backend, &self->op);
    wait_finish(wait, wait->keeps_result ? -EINTR : -ECANCELED);
    return !wait->keeps_result;
}

static void abandon_wait(struct wait *wait)
{
    container_of(wait, struct readiness_wait, wait)->readiness->waiter = NULL;
}

static struct readiness *make(ouro_loop *loop, int fd, enum watch_kind kind)
{
    struct readiness *readiness = ouro__alloc_zero(sizeof *readiness);

    if (readiness == NULL)
        return NULL;
    readiness->loop = loop;
    readiness->op.kind = kind == WATCH_READ ? OP_READABLE : OP_WRITABLE;
    readiness->op.fd = fd;
    readiness->op.is_foreign = true;
    readiness->op.complete = complete;
    return readiness;
}

/* Finds or makes the descriptor's block. Returns 0, -ENOMEM or OURO_EINUSE. */
static int prepare(ouro_loop *loop, int fd, enum watch_kind kind, struct readiness **ret_readiness)
{
    struct readiness **place = ouro__fd_readiness(loop, fd, kind);

    if (place == NULL)
        return -ENOMEM;
    if (*place == NULL)
        *place = make(loop, fd, kind);
    *ret_readiness = *place;
    if (*place == NULL)
        return -ENOMEM;
    return (*place)->waiter != NULL || ouro__fd_is_watched(loop, fd) ? OURO_EINUSE : 0;
}

static int wait_for(struct task *task, int fd, enum watch_kind kind, bool keeps_result,
                    const char *operation)
{
    struct readiness_wait self = {
        .wait = { .task = task,
                  .cancel = cancel_wait,
                  .abandon = abandon_wait,
                  .operation = operation,
                  .keeps_result = keeps_result },
    };
    int status = prepare(task->future.loop, fd, kind, &self.readiness);

    if (status == OURO_EINUSE)
        return ouro_error_set(status, operation,
                              "another task waits to %s on descriptor %d, or a reader or writer is "
                              "registered for it",
                              kind == WATCH_READ ? "read" : "write", fd);
    if (status == 0) {
        self.readiness->waiter = &self.wait;
        if (self.readiness->op.state == OP_IDLE)
            submit(self.readiness);
        status = ouro__park(&self.wait);
    }
    if (status < 0 && status != -ECANCELED && status != -EINTR)
        return ouro_error_set(status, operation, "cannot wait for descriptor %d: %s", fd,
                              ouro_strerror(status));
    return status;
}

int ouro__fd_wait(struct task *task, int fd, enum watch_kind kind, const char *operation)
{
    return wait_for(task, fd, kind, false, operation);
}

int ouro__fd_wait_keeping(struct task *task, int fd, enum watch_kind kind, const char *operation)
{
    return wait_for(task, fd, kind, true, operation);
}

void ouro__readiness_remove(struct readiness *readiness)
{
    if (readiness == NULL)
        return;
    readiness->is_removed = true;
    if (readiness->op.state == OP_IDLE)
        ouro__alloc_free(readiness);
    else
        readiness->loop->backend->ops->cancel(readiness->loop->backend, &readiness->op);
}

bool ouro__readiness_is_awaited(const struct readiness *readiness)
{
    return readiness != NULL && readiness->waiter != NULL;
}
