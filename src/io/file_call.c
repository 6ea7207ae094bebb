/* Calls on files made here and now. */
#define _GNU_SOURCE 1

#include "io/file_call.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static ssize_t transfer(const struct file_call *call, int flags)
{
    const struct iovec piece = { .iov_base = call->data, .iov_len = call->size };

    return call->kind == FILE_READ ? preadv2(call->fd, &piece, 1, call->offset, flags)
                                   : pwritev2(call->fd, &piece, 1, call->offset, flags);
}

static ssize_t make(const struct file_call *call)
{
    switch ((enum file_call_kind) call->kind) {
    case FILE_OPEN:
        return open(call->path, call->flags, call->mode);
    case FILE_READ:
    case FILE_WRITE:
        return transfer(call, 0);
    case FILE_SYNC:
        return fsync(call->fd);
    case FILE_DATASYNC:
        return fdatasync(call->fd);
    case FILE_TRUNCATE:
        return ftruncate(call->fd, call->offset);
    case FILE_CLOSE:
        return close(call->fd);
    case FILE_STAT:
        return statx(call->path != NULL ? AT_FDCWD : call->fd, call->path != NULL ? call->path : "",
                     call->flags, STATX_BASIC_STATS, call->data);
    case FILE_UNLINK:
        return unlinkat(AT_FDCWD, call->path, call->flags);
    case FILE_RENAME:
        return renameat(AT_FDCWD, call->path, AT_FDCWD, call->second);
    case FILE_MKDIR:
        return mkdirat(AT_FDCWD, call->path, call->mode);
    case FILE_LINK:
        return linkat(AT_FDCWD, call->path, AT_FDCWD, call->second, 0);
    case FILE_SYMLINK:
        return symlinkat(call->path, AT_FDCWD, call->second);
    case FILE_READLINK:
        return readlinkat(AT_FDCWD, call->path, call->data, call->size);
    case FILE_ACCESS:
        return faccessat(AT_FDCWD, call->path, (int) call->mode, 0);
    case FILE_LOCK:
        return flock(call->fd, call->flags);
    case FILE_CALL_KINDS:
        break;
    }
    errno = EINVAL;
    return -1;
}

int ouro__file_call_make(const struct file_call *call)
{
    ssize_t result;

    /* On Linux a descriptor is closed also where close was interrupted. */
    do {
        result = make(call);
    } while (result < 0 && errno == EINTR && call->kind != FILE_CLOSE);
    if (result >= 0)
        return (int) result;
    return errno == EINTR ? 0 : -errno;
}

int ouro__file_call_try(const struct file_call *call)
{
    ssize_t result = transfer(call, RWF_NOWAIT);

    if (result >= 0)
        return (int) result;
    return errno == EINTR ? -EAGAIN : -errno;
}
