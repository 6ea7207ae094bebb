/* Opening a file, which waits for disks and for nothing else.
 *
 * An open of a named pipe waits for somebody at its other end, and a thread in it could neither be
 * cancelled nor do anything else; the rings would not wait at all. So every open is one that does
 * not wait (O_NONBLOCK), and that flag is taken off again. What is to be waited for is asked for
 * again and again: an open for writing fails while nobody reads; one for reading has its end, as a
 * blocking one has that waits, and looks for a writer.
 */
#define _GNU_SOURCE 1

#include "base/bounds.h"
#include "sys/file_pause.h"
#include "sys/open_file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

int ouro__file_look(int fd, struct statx *ret_status)
{
    return statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_BASIC_STATS, ret_status) < 0
               ? -errno
               : 0;
}

static int open_once(struct task *task, const char *path, int flags, mode_t mode,
                     const char *operation)
{
    const struct file_call call = { .kind = FILE_OPEN, .path = path, .flags = flags, .mode = mode };

    return ouro__file_work(task, &call, FILE_CANCEL_UNDOES, operation);
}

/* Returns 0 if the path names a pipe: what cannot be opened now may be so later. Else an error. */
static int check_pipe(struct task *task, const char *path, const char *operation)
{
    struct statx found;
    const struct file_call call = { .kind = FILE_STAT, .path = path, .data = &found };
    int status = ouro__file_work(task, &call, FILE_CANCEL_UNDOES, operation);

    if (status == 0 && !S_ISFIFO(found.stx_mode))
        status = -ENXIO;
    return status;
}

/* Opens a pipe for writing that nobody reads yet. Returns the descriptor or an error. */
static int await_reader(struct task *task, const char *path, int flags, mode_t mode,
                        const char *operation)
{
    struct file_pause pause = { .length_ns = 0 };
    int fd = -ENXIO;

    while (fd == -ENXIO) {
        int status = check_pipe(task, path, operation);

        if (status == 0)
            status = ouro__file_pause(&pause, task, FIFO_PAUSE_NS, operation);
        if (status < 0)
            return status;
        fd = open_once(task, path, flags, mode, operation);
    }
    return fd;
}

/* The wait for a writer, with what is open meanwhile. */
struct writer_wait {
    struct file_pause pause;
    int fd;
    int copies[2]; /* a pipe to copy to: what tee says tells whether there are writers */
};

static void close_copies(const struct writer_wait *self)
{
    (void) close(self->copies[0]);
    (void) close(self->copies[1]);
}

static void abandon_pipes(struct wait *wait)
{
    struct file_pause *pause = container_of(wait, struct file_pause, wait);
    struct writer_wait *self = container_of(pause, struct writer_wait, pause);

    close_copies(self);
    (void) close(self->fd);
}

/* Returns true if it has a name: the open of another one, such as /dev/stdin, does not wait. */
static bool has_name(const struct writer_wait *self)
{
    struct statx nameless;
    struct statx found;

    return ouro__file_look(self->copies[0], &nameless) == 0 &&
           ouro__file_look(self->fd, &found) == 0 &&
           (nameless.stx_dev_major != found.stx_dev_major ||
            nameless.stx_dev_minor != found.stx_dev_minor);
}

/* Returns true if there is a writer, or has been one since the open. */
static bool has_writer(const struct writer_wait *self)
{
    struct pollfd ready = { .fd = self->fd, .events = POLLIN };

    return tee(self->fd, self->copies[1], 1, SPLICE_F_NONBLOCK) != 0 ||
           (poll(&ready, 1, 0) > 0 && ready.revents != 0);
}

/* Waits until somebody has opened the pipe for writing. Returns 0 or an error. */
static int await_writer(struct task *task, int fd, const char *operation)
{
    struct writer_wait self = { .pause.wait.abandon = abandon_pipes, .fd = fd };
    int status = 0;

    if (pipe2(self.copies, O_CLOEXEC | O_NONBLOCK) < 0)
        return -errno;
    if (has_name(&self))
        while (status == 0 && !has_writer(&self))
            status = ouro__file_pause(&self.pause, task, FIFO_PAUSE_NS, operation);
    close_copies(&self);
    return status;
}

static bool is_pipe(int fd)
{
    struct statx found;

    return ouro__file_look(fd, &found) == 0 && S_ISFIFO(found.stx_mode);
}

int ouro__file_open(struct task *task, const char *path, int flags, mode_t mode,
                    const char *operation)
{
    int fd = open_once(task, path, flags | O_NONBLOCK, mode, operation);
    int status = 0;

    if (flags & O_NONBLOCK)
        return fd;
    if (fd == -EAGAIN) /* somebody has a lease on the file, and gives it back in a while */
        fd = open_once(task, path, flags, mode, operation);
    if (fd == -ENXIO)
        fd = await_reader(task, path, flags | O_NONBLOCK, mode, operation);
    if (fd < 0)
        return fd;
    if ((flags & O_ACCMODE) == O_RDONLY && is_pipe(fd))
        status = await_writer(task, fd, operation);
    if (status < 0)
        (void) close(fd);
    else
        (void) fcntl(fd, F_SETFL, flags);
    return status < 0 ? status : fd;
}
