/* Sending a file over a connection or a socket, by the kernel where that can, else piece by piece.
 */
#define _GNU_SOURCE 1

#include "ouro/sendfile.h"

#include "base/alloc.h"
#include "base/bounds.h"
#include "loop/park.h"
#include "loop/readiness.h"
#include "net/socket.h"
#include "net/transport.h"
#include "sys/file_resident.h"
#include "sys/file_work.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file that is being sent. It lies on the heap, with the buffer, so that both are freed if the
 * loop is closed while the task waits. */
struct file_sending {
    struct loop_resource resource;
    struct wait wait; /* for something to change on the transport */
    bool is_parked;
    struct task *task;
    const char *operation;
    ouro_transport *transport; /* a reference; NULL: over a socket of the user's */
    int socket;
    int file;
    uint64_t offset;
    uint64_t left;     /* of what was asked for */
    uint64_t length;   /* of the file, as last seen */
    uint64_t resident; /* up to here it is in memory, as last seen */
    uint64_t sent;
    uint8_t *buffer; /* for pieces, where the kernel has no way; or NULL */
};

void ouro__file_sending_wake(struct file_sending *sending)
{
    if (sending == NULL || !sending->is_parked)
        return;
    sending->is_parked = false;
    wait_finish(&sending->wait, 0);
}

static bool cancel_wait(struct wait *wait, const char *message)
{
    struct file_sending *self = container_of(wait, struct file_sending, wait);

    (void) message;
    if (wait->finished)
        return false;
    self->is_parked = false;
    wait_finish(wait, -ECANCELED);
    return true;
}

/* Gives back what the sending holds, and frees it. */
static void end(struct file_sending *self)
{
    ouro_transport *transport = self->transport;

    if (transport != NULL && transport->file == self) {
        transport->file = NULL;
        if (transport->is_paused && !transport->is_closing)
            transport->user->paused(transport); /* by what is left of the file */
    }
    (void) ouro_transport_unref(transport);
    list_remove(&self->resource.link);
    ouro__alloc_free(self->buffer);
    ouro__alloc_free(self);
}

static void end_with_loop(struct loop_resource *resource, enum loop_end stage)
{
    if (stage == LOOP_END_LEAVE)
        end(container_of(resource, struct file_sending, resource));
}

/* Suspends until something changes on the transport. */
static int wait_for_change(struct file_sending *self)
{
    self->wait = (struct wait) {
        .task = self->task,
        .cancel = cancel_wait,
        .operation = self->operation,
    };
    self->is_parked = true;
    return ouro__park(&self->wait);
}

static void advance(struct file_sending *self, size_t count)
{
    self->offset += count;
    self->left -= count;
    self->sent += count;
}

static size_t piece_of(const struct file_sending *self, size_t size_max)
{
    return self->left < size_max ? (size_t) self->left : size_max;
}

/* A piece that is in the file, as far as its length is known. Files of no length are those that the
 * kernel makes up while they are read. */
static size_t piece_of_file(const struct file_sending *self)
{
    size_t size = piece_of(self, SENDFILE_PIECE);

    if (self->offset < self->length && self->length - self->offset < size)
        size = (size_t) (self->length - self->offset);
    return size;
}

/* Sees to it that the kernel need not wait for a disk. A piece that goes on in what was in memory
 * when the last one was looked at is cut to that. */
static int make_resident(struct file_sending *self, size_t *size)
{
    int status = 0;

    if (self->length == 0)
        return 0;
    if (self->offset >= self->resident) {
        status = ouro__file_make_resident(self->task, self->file, self->offset, *size,
                                          self->operation);
        self->resident = self->offset + *size;
    } else if (self->resident - self->offset < *size) {
        *size = (size_t) (self->resident - self->offset);
    }
    return status;
}

/* True if all is sent: what was asked for, or the file, which may have grown meanwhile. */
static bool is_at_end(struct file_sending *self)
{
    struct stat state;

    if (self->left > 0 && self->length > 0 && self->offset >= self->length &&
        fstat(self->file, &state) == 0) {
        self->length = (uint64_t) state.st_size;
        if (self->offset >= self->length)
            self->left = 0;
    }
    return self->left == 0;
}

/* True if the error says that the kernel has no way between the two. */
static bool has_no_way(int status)
{
    return status == -EINVAL || status == -ENOSYS || status == -EOPNOTSUPP || status == -ENOTSOCK;
}

static ssize_t send_piece(struct file_sending *self, size_t size)
{
    if (self->transport != NULL)
        return self->transport->ops->send_file(self->transport, self->file, self->offset, size);
    return ouro__socket_send_file(self->socket, self->file, self->offset, size);
}

/* Suspends until the connection takes more. */
static int wait_writable(struct file_sending *self)
{
    if (self->transport == NULL)
        return ouro__fd_wait(self->task, self->socket, WATCH_WRITE, self->operation);
    self->transport->ops->await_writable(self->transport);
    return wait_for_change(self);
}

static bool is_closing(const struct file_sending *self)
{
    return self->transport != NULL && self->transport->is_closing;
}

/* Sends by the kernel. Returns 0; OURO_ESENDFILENOTAVAILABLE if nothing could be sent that way; or
 * an error. */
static int send_by_kernel(struct file_sending *self)
{
    int status = 0;

    if (self->transport != NULL && self->transport->ops->send_file == NULL)
        return OURO_ESENDFILENOTAVAILABLE;
    while (status == 0 && !is_at_end(self) && !is_closing(self)) {
        size_t size = piece_of_file(self);
        ssize_t count;

        status = make_resident(self, &size);
        if (status < 0 || is_closing(self))
            break;
        count = send_piece(self, size);
        if (count == 0)
            break;
        if (count > 0)
            advance(self, (size_t) count);
        if (count == (ssize_t) size) {
            status = is_at_end(self) ? 0 : ouro__yield(self->task); /* others have a turn */
        } else if (count > 0 || count == -EAGAIN) {
            status = wait_writable(self); /* the connection took what it could */
        } else if (has_no_way((int) count) && self->sent == 0) {
            status = OURO_ESENDFILENOTAVAILABLE;
        } else {
            status = (int) count;
        }
    }
    return status;
}

/* Sends a piece that was read over a socket of the user's. It counts as far as it has gone: a
 * cancel may come in the middle. */
static int send_bytes(struct file_sending *self, ouro_bytes bytes)
{
    int status = 0;

    while (bytes.size > 0 && status == 0) {
        ssize_t count = send(self->socket, bytes.data, bytes.size, MSG_DONTWAIT | MSG_NOSIGNAL);

        if (count >= 0) {
            advance(self, (size_t) count);
            bytes.data += count;
            bytes.size -= (size_t) count;
        } else if (errno == EAGAIN) {
            status = wait_writable(self);
        } else if (errno != EINTR) {
            status = -errno;
        }
    }
    return status;
}

/* Queues a piece that was read, and suspends while the queue is too long. */
static int write_bytes(struct file_sending *self, ouro_bytes bytes)
{
    int status = ouro__transport_queue(self->transport, bytes);

    if (status == 0)
        advance(self, bytes.size);
    while (status == 0 && self->transport->is_paused && !is_closing(self))
        status = wait_for_change(self);
    return status;
}

/* Reads and writes. */
static int send_by_pieces(struct file_sending *self)
{
    int status = 0;

    self->buffer = ouro__alloc(SENDFILE_BUFFER);
    if (self->buffer == NULL)
        return -ENOMEM;
    while (self->left > 0 && status == 0 && !is_closing(self)) {
        const struct file_call read = {
            .kind = FILE_READ,
            .fd = self->file,
            .data = self->buffer,
            .size = piece_of(self, SENDFILE_BUFFER),
            .offset = (int64_t) self->offset,
        };
        ouro_bytes bytes;
        int count = ouro__file_work(self->task, &read, FILE_CANCEL_UNDOES, self->operation);

        if (count <= 0 || is_closing(self))
            return count;
        bytes = (ouro_bytes) { self->buffer, (size_t) count };
        status = self->transport != NULL ? write_bytes(self, bytes) : send_bytes(self, bytes);
    }
    return status;
}

/* What was written before goes first. */
static int wait_until_empty(struct file_sending *self)
{
    int status = 0;

    while (status == 0 && !is_closing(self) && transport_queued(self->transport) > 0)
        status = wait_for_change(self);
    return status;
}

/* The connection is closing: true if all of the file has gone before. What waited in the queue of a
 * connection that was lost has not. */
static bool is_complete(const struct file_sending *self)
{
    struct stat state;

    if (self->transport->is_cut)
        return false;
    return self->left == 0 ||
           (fstat(self->file, &state) == 0 && (uint64_t) state.st_size <= self->offset);
}

/* Sends, one way or the other, and ends. Returns the status of the call, with its detail. */
static int send_file(struct file_sending *self, bool no_fallback, uint64_t *ret_sent)
{
    int status = self->transport != NULL ? wait_until_empty(self) : 0;

    if (status == 0 && !is_closing(self))
        status = send_by_kernel(self);
    if (status == OURO_ESENDFILENOTAVAILABLE && !no_fallback)
        status = send_by_pieces(self);
    if (self->transport != NULL && self->transport->ops->forget_writable != NULL &&
        !self->transport->is_closed)
        self->transport->ops->forget_writable(self->transport);
    if (is_closing(self) && status != -ECANCELED)
        status = is_complete(self) ? 0 : ouro__transport_refuse(self->transport, self->operation);
    else if (status < 0 && status != -ECANCELED)
        status = ouro_error_set(status, self->operation, "%s after %llu bytes",
                                ouro_strerror(status), (unsigned long long) self->sent);
    if (self->sent > 0)
        (void) lseek(self->file, (off_t) self->offset, SEEK_SET);
    if (ret_sent != NULL)
        *ret_sent = self->sent;
    end(self);
    return status;
}

/* Checks what both calls have in common. Returns 0 and the sending, or an error. */
static int begin(const struct file_sending *plan, ouro_loop *loop,
                 const ouro_sendfile_options *options, struct file_sending **ret_sending)
{
    struct file_sending *self;
    struct stat state;
    int status = 0;
    struct task *task = ouro__task_required(plan->operation, &status);

    if (task == NULL)
        return status;
    if (loop == NULL || options == NULL)
        return ouro_error_set(-EINVAL, plan->operation, "the loop or the options are NULL");
    if (loop != task->future.loop)
        return ouro_error_set(OURO_EWRONGLOOP, plan->operation,
                              "the loop is not the one that runs this task");
    if (fstat(plan->file, &state) < 0)
        return ouro_error_set(-EBADF, plan->operation, "%d is not an open descriptor", plan->file);
    if (!S_ISREG(state.st_mode) || options->offset > INT64_MAX)
        return ouro_error_set(-EINVAL, plan->operation,
                              "descriptor %d is no regular file, or the offset is too large",
                              plan->file);
    self = ouro__alloc(sizeof *self);
    if (self == NULL)
        return ouro_error_set(-ENOMEM, plan->operation, "out of memory");
    *self = *plan;
    self->task = task;
    self->offset = options->offset;
    self->left = options->count != 0 ? options->count : UINT64_MAX - options->offset;
    self->length = (uint64_t) state.st_size;
    self->resource.end = end_with_loop;
    list_append(&loop->resources, &self->resource.link);
    *ret_sending = self;
    return 0;
}

int ouro_loop_sendfile_with(ouro_loop *loop, ouro_transport *transport, int file,
                            uint64_t *ret_sent, const ouro_sendfile_options *options)
{
    const struct file_sending plan = { .operation = "sendfile", .file = file, .socket = -1 };
    struct file_sending *self;
    int status;

    if (ret_sent != NULL)
        *ret_sent = 0;
    if (transport == NULL || !transport_is_writable(transport))
        return ouro__transport_refuse_write(transport, "sendfile");
    status = begin(&plan, loop, options, &self);
    if (status < 0)
        return status;
    if (transport->loop != loop) {
        end(self);
        return ouro_error_set(OURO_EWRONGLOOP, "sendfile", "the connection is another loop's");
    }
    self->transport = ouro_transport_ref(transport);
    transport->file = self;
    return send_file(self, options->no_fallback, ret_sent);
}

/* Says why a socket cannot be used; 0 if it can. */
static int check_socket(ouro_loop *loop, int fd)
{
    socklen_t size = sizeof(int);
    int flags = fcntl(fd, F_GETFL);
    int type;

    if (flags < 0)
        return ouro_error_set(-EBADF, "sock_sendfile", "%d is not an open descriptor", fd);
    if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) < 0 || type != SOCK_STREAM)
        return ouro_error_set(-EINVAL, "sock_sendfile", "descriptor %d is no stream socket", fd);
    if (!(flags & O_NONBLOCK))
        return ouro_error_set(-EINVAL, "sock_sendfile",
                              "socket %d is blocking: open it with SOCK_NONBLOCK", fd);
    if (ouro__fd_is_claimed(loop, fd))
        return ouro_error_set(OURO_EINUSE, "sock_sendfile",
                              "descriptor %d belongs to a stream: use ouro_loop_sendfile", fd);
    return 0;
}

int ouro_loop_sock_sendfile_with(ouro_loop *loop, int fd, int file, uint64_t *ret_sent,
                                 const ouro_sendfile_options *options)
{
    const struct file_sending plan = { .operation = "sock_sendfile", .file = file, .socket = fd };
    struct file_sending *self;
    int status;

    if (ret_sent != NULL)
        *ret_sent = 0;
    status = begin(&plan, loop, options, &self);
    if (status < 0)
        return status;
    status = check_socket(loop, fd);
    if (status < 0) {
        end(self);
        return status;
    }
    return send_file(self, options->no_fallback, ret_sent);
}
