/* Pipes and terminals below a transport.
 *
 * Whether a read may block is a property of the open file, which other processes may share: the
 * shell that has started this one reads from the same terminal. So the file is opened anew, through
 * /proc, and the new one is made non-blocking. Where that cannot be (a socket has no path) or would
 * lose the place (in a regular file) the flag of the old one is changed, and restored at the close.
 */
#define _GNU_SOURCE 1

#include "net/pipe_transport.h"

#include "base/alloc.h"
#include "io/sigpipe.h"
#include "loop/watch.h"
#include "net/descriptor_transport.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct pipe_end {
    int fd;         /* what is read and written, or -1 */
    int given;      /* the caller's descriptor, which may be the same */
    int flags;      /* of the caller's file, where they are to be restored; else -1 */
    bool is_file;   /* always ready, so that there is nothing to wait for */
    bool is_shared; /* the file is the caller's, and of whoever else has it */
    bool is_copy;   /* `given` is a copy of the other end's, and so the library's to close */
};

struct pipe_transport {
    struct descriptor_transport descriptor;
    struct pipe_end input;
    struct pipe_end output;
    bool keeps_open;
};

static struct pipe_transport *pipe_of(const ouro_transport *transport)
{
    return container_of(descriptor_of(transport), struct pipe_transport, descriptor);
}

static void receive(ouro_transport *transport)
{
    struct pipe_transport *self = pipe_of(transport);

    if (self->input.is_file)
        self->descriptor.receive.known_empty = false;
    ouro__descriptor_receive(transport);
}

static ssize_t take(ouro_transport *transport, void *data, size_t size)
{
    struct descriptor_transport *self = descriptor_of(transport);
    ssize_t count;

    do {
        count = read(self->input, data, size);
    } while (count < 0 && errno == EINTR);
    return ouro__descriptor_taken(self, size, count);
}

/* A file that others have may have been made to block again by them: there the flag of the call
 * counts, and where the kernel does not know it for this file, the operation does the work. */
static size_t push(ouro_transport *transport, const struct iovec *pieces, int count)
{
    struct descriptor_transport *self = descriptor_of(transport);
    const struct pipe_end *output = &pipe_of(transport)->output;
    struct sigpipe_held held;
    ssize_t written;

    if (self->send.state != OP_IDLE || output->is_file)
        return 0;
    ouro__sigpipe_hold(&held);
    do {
        written = pwritev2(self->output, pieces, count, -1, output->is_shared ? RWF_NOWAIT : 0);
    } while (written < 0 && errno == EINTR);
    ouro__sigpipe_release(&held, true);
    return ouro__descriptor_pushed(self, written);
}

/* Closes one end; the caller's descriptor too, if that is wanted. */
static void close_end(ouro_loop *loop, struct pipe_end *end, bool closes_given, bool is_loop_over)
{
    bool is_own = end->fd != end->given;

    closes_given |= end->is_copy;
    if (end->fd < 0)
        return;
    if (end->flags >= 0)
        (void) fcntl(end->given, F_SETFL, end->flags);
    ouro__fd_disclaim(loop, end->fd);
    if ((is_own || closes_given) && is_loop_over)
        (void) close(end->fd);
    else if (is_own || closes_given)
        loop->backend->ops->close_fd(loop->backend, end->fd);
    if (is_own && closes_given)
        (void) close(end->given);
    end->fd = -1;
}

static void send_eof(ouro_transport *transport)
{
    struct pipe_transport *self = pipe_of(transport);

    if (self->input.fd < 0) {
        ouro_transport_close(transport);
        return;
    }
    if (!self->keeps_open)
        (void) shutdown(self->output.fd, SHUT_WR); /* a socket has other descriptors, or this is
                                                      no socket */
    close_end(transport->loop, &self->output, !self->keeps_open, false);
    self->descriptor.output = -1;
}

static void reset(ouro_transport *transport)
{
    (void) transport; /* a pipe knows no reset: its reader sees an end */
}

static void finish(ouro_transport *transport, bool is_loop_over)
{
    struct pipe_transport *self = pipe_of(transport);

    close_end(transport->loop, &self->input, !self->keeps_open, is_loop_over);
    close_end(transport->loop, &self->output, !self->keeps_open, is_loop_over);
    if (is_loop_over)
        ouro__descriptor_forget(&self->descriptor);
    self->descriptor.input = -1;
    self->descriptor.output = -1;
}

static void destroy(ouro_transport *transport)
{
    ouro__alloc_free(pipe_of(transport));
}

static const void *get_extra_info(ouro_transport *transport, const char *name)
{
    struct pipe_transport *self = pipe_of(transport);
    const struct pipe_end *end = self->input.fd >= 0 ? &self->input : &self->output;

    if (strcmp(name, "transport") == 0)
        return "pipe";
    if (strcmp(name, "pipe") == 0 && end->fd >= 0)
        return &end->given;
    return NULL;
}

static const struct transport_ops pipe_ops = {
    .name = "a pipe",
    .can_write_eof = true,
    .receive = receive,
    .stop = ouro__descriptor_stop,
    .take = take,
    .flush = ouro__descriptor_flush,
    .push = push,
    .send_eof = send_eof,
    .drop = ouro__descriptor_drop,
    .reset = reset,
    .is_still = ouro__descriptor_is_still,
    .finish = finish,
    .destroy = destroy,
    .get_extra_info = get_extra_info,
};

/* Waits for the reader of a pipe or socket to go away: nothing is ever read there. */
static void watch_reader(struct pipe_transport *self, bool is_first)
{
    struct op *op = &self->descriptor.receive;

    op->kind = OP_READABLE;
    op->ends_only = true;
    op->known_empty = !is_first;
    self->descriptor.transport.loop->backend->ops->submit(self->descriptor.transport.loop->backend,
                                                          op);
}

static void reader_changed(struct op *op)
{
    struct descriptor_transport *descriptor = container_of(op, struct descriptor_transport,
                                                           receive);
    ouro_transport *transport = &descriptor->transport;
    struct pollfd state = { .fd = descriptor->output, .events = POLLRDHUP };

    if (transport->is_closing) {
        ouro__transport_end_if_done(transport);
        return;
    }
    if (op->result < 0)
        return; /* writes will tell */
    (void) poll(&state, 1, 0);
    if (state.revents == 0)
        watch_reader(pipe_of(transport), false);
    else if (transport_queued(transport) > 0)
        ouro__transport_fail(transport, -EPIPE);
    else
        ouro_transport_close(transport);
}

static int refuse(const struct pipe_request *request, int fd, int status, const char *text)
{
    return ouro_error_set(status, request->operation, "descriptor %d %s", fd, text);
}

/* Opens the file of a descriptor once more. Returns the new descriptor, or -errno. */
static int open_again(int fd, int access)
{
    char path[40];
    int again;

    (void) snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    again = open(path, access | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    return again >= 0 ? again : -errno;
}

/* Says whether a descriptor can be one end. Returns 0, or an error with the detail set. */
static int check_end(const struct pipe_request *request, int fd, int access, int flags,
                     const struct stat *status)
{
    if ((flags & O_ACCMODE) != O_RDWR && (flags & O_ACCMODE) != access)
        return refuse(request, fd, -EBADF, "is open for the other direction only");
    if (S_ISREG(status->st_mode) && !request->allows_files)
        return refuse(request, fd, -EPERM,
                      "is a regular file, which is always ready: use ouro_open");
    if (!S_ISREG(status->st_mode) && !S_ISFIFO(status->st_mode) && !S_ISSOCK(status->st_mode) &&
        !S_ISCHR(status->st_mode))
        return refuse(request, fd, -EPERM, "is no pipe, socket or terminal");
    return 0;
}

/* Makes an end non-blocking. Returns 0 or -errno. */
static int make_nonblocking(const struct pipe_request *request, struct pipe_end *end, int access,
                            int flags, bool is_socket)
{
    int again = -1;

    if (!(flags & O_NONBLOCK) && !end->is_file && !is_socket)
        again = open_again(end->given, access);
    end->is_shared = again < 0;
    if (again < 0 && !(flags & O_NONBLOCK))
        end->flags = flags;
    if (again < 0 && request->keeps_open) /* the backend is to forget it by a close */
        again = fcntl(end->given, F_DUPFD_CLOEXEC, 0);
    if (again < 0 && request->keeps_open)
        return -errno;
    end->fd = again >= 0 ? again : end->given;
    return end->flags >= 0 && fcntl(end->given, F_SETFL, flags | O_NONBLOCK) < 0 ? -errno : 0;
}

/* Prepares one end. Returns 0, or an error with the detail set. */
static int open_end(ouro_loop *loop, const struct pipe_request *request, int fd, int access,
                    struct pipe_end *end)
{
    struct stat state;
    int flags;
    int status;

    if (fd < 0)
        return 0;
    flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fstat(fd, &state) < 0)
        return refuse(request, fd, -EBADF, "is not open");
    status = check_end(request, fd, access, flags, &state);
    if (status < 0)
        return status;
    end->given = fd;
    end->is_file = S_ISREG(state.st_mode);
    status = make_nonblocking(request, end, access, flags, S_ISSOCK(state.st_mode));
    if (status < 0)
        return refuse(request, fd, status, "cannot be made non-blocking");
    if (ouro__fd_claim(loop, end->fd) < 0)
        return ouro_error_set(-ENOMEM, request->operation, "out of memory");
    return 0;
}

static int open_ends(ouro_loop *loop, const struct pipe_request *request,
                     struct pipe_transport *self)
{
    int status = open_end(loop, request, request->input, O_RDONLY, &self->input);
    int output = request->output;

    if (status < 0)
        return status;
    if (output >= 0 && output == request->input) { /* each end is closed by itself */
        output = fcntl(output, F_DUPFD_CLOEXEC, 0);
        if (output < 0)
            return refuse(request, request->output, -errno, "cannot be duplicated");
        self->output.is_copy = true;
    }
    status = open_end(loop, request, output, O_WRONLY, &self->output);
    if (status < 0 && self->output.is_copy && self->output.fd < 0)
        (void) close(output);
    return status;
}

/* True if a pipe or socket tells its writer that the reader has gone. */
static bool can_watch_reader(int fd)
{
    struct stat status;

    return fstat(fd, &status) == 0 && (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode));
}

int ouro__pipe_transport_new(ouro_loop *loop, const struct pipe_request *request,
                             ouro_transport **ret_transport)
{
    struct pipe_transport *self = ouro__alloc_zero(sizeof *self);
    struct descriptor_transport *descriptor;
    int status;

    if (self == NULL)
        return ouro_error_set(-ENOMEM, request->operation, "out of memory");
    self->input = (struct pipe_end) { .fd = -1, .flags = -1 };
    self->output = self->input;
    self->keeps_open = request->keeps_open;
    status = open_ends(loop, request, self);
    if (status < 0) {
        close_end(loop, &self->input, false, false);
        close_end(loop, &self->output, false, false);
        ouro__alloc_free(self);
        return status;
    }
    descriptor = &self->descriptor;
    ouro__descriptor_transport_init(descriptor, loop, &pipe_ops, self->input.fd, self->output.fd);
    descriptor->receive.is_file = true;
    descriptor->send.is_file = true;
    descriptor->transport.is_read_only = self->output.fd < 0;
    if (self->input.fd < 0) {
        descriptor->transport.has_ended = true;
        descriptor->receive.fd = self->output.fd;
        descriptor->receive.complete = reader_changed;
        if (can_watch_reader(self->output.fd))
            watch_reader(self, true);
    }
    *ret_transport = &descriptor->transport;
    return 0;
}

void ouro__pipe_transport_discard(ouro_transport *transport)
{
    struct pipe_transport *self = pipe_of(transport);

    self->keeps_open = true;
    ouro_transport_abort(transport);
    (void) ouro_transport_unref(transport);
}
