/* Reads and writes of pipes, sockets and terminals, which may wait for somebody else, and for ever.
 *
 * The loop waits, as it does for sockets: until then nothing is asked of the kernel that it could
 * not be stopped in, and a cancel finds nothing done. So each attempt is one that does not wait:
 *
 *     RWF_NOWAIT     where the kernel knows it: for pipes without a name, and for sockets
 *     O_NONBLOCK     for named pipes and terminals, on an opening of the file's own, as the flag
 *                    is not of the descriptor, but of all who have it from the same open
 *     a thread       where that cannot be opened, once there is something to read, or room for a
 *                    little
 */
#define _GNU_SOURCE 1

#include "base/bounds.h"
#include "io/sigpipe.h"
#include "loop/readiness.h"
#include "sys/open_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

bool ouro__file_is_stream(int fd, mode_t mode)
{
    return S_ISFIFO(mode) || S_ISSOCK(mode) || (S_ISCHR(mode) && isatty(fd));
}

/* Opens the file once more. Another open of the master of a terminal would make a new one. */
static int open_again(const ouro_file *file)
{
    char path[32];
    int number;

    if (ioctl(file->fd, TIOCGPTN, &number) == 0)
        return -1;
    (void) snprintf(path, sizeof path, "/proc/self/fd/%d", file->fd);
    return open(path, (file->can_write ? O_WRONLY : O_RDONLY) | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

/* Makes a call that does not wait. Returns its result; -EAGAIN if it would have to wait, or
 * -EOPNOTSUPP if nobody can tell. */
static int make_now(ouro_file *file, struct file_call call)
{
    if (file->own_fd < 0) {
        int status = ouro__file_call_try(&call);

        if (status != -EOPNOTSUPP)
            return status;
        file->own_fd = open_again(file);
        if (file->own_fd < 0)
            return status;
    }
    call.fd = file->own_fd;
    return ouro__file_call_make(&call);
}

int ouro__file_stream_attempt(ouro_file *file, const struct file_call *call)
{
    struct sigpipe_held held;
    int status;

    if (call->kind == FILE_READ)
        return make_now(file, *call);
    ouro__sigpipe_hold(&held);
    status = make_now(file, *call);
    ouro__sigpipe_release(&held, status < 0 || (size_t) status < call->size);
    return status;
}

static bool is_ready(int fd, enum watch_kind kind)
{
    struct pollfd ready = { .fd = fd, .events = kind == WATCH_READ ? POLLIN : POLLOUT };

    return poll(&ready, 1, 0) != 0;
}

/* Has a thread make a call that will not wait for long, unless somebody else is quicker. */
static int make_in_thread(struct task *task, struct file_call call, enum file_cancel cancel,
                          const char *operation)
{
    if (call.kind == FILE_WRITE && call.size > PIPE_BUF)
        call.size = PIPE_BUF;
    return ouro__file_work(task, &call, cancel, operation);
}

int ouro__file_stream_work(ouro_file *file, struct task *task, const struct file_call *call,
                           enum file_cancel cancel, const char *operation)
{
    enum watch_kind kind = call->kind == FILE_READ ? WATCH_READ : WATCH_WRITE;
    bool keeps = cancel == FILE_CANCEL_WAITS;
    int status = keeps ? 0 : ouro__yield(task); /* or one that is always ready would be alone */

    while (status >= 0) {
        int fd;

        status = ouro__file_stream_attempt(file, call);
        fd = file->own_fd >= 0 ? file->own_fd : file->fd;
        if (status == -EOPNOTSUPP && is_ready(fd, kind))
            return make_in_thread(task, *call, cancel, operation);
        if (status != -EAGAIN && status != -EOPNOTSUPP)
            return status;
        status = keeps ? ouro__fd_wait_keeping(task, fd, kind, operation)
                       : ouro__fd_wait(task, fd, kind, operation);
    }
    return status;
}
