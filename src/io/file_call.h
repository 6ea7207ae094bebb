/* A system call on files: what it is to do, for whoever carries it out.
 *
 * Each may wait for a disk. A ring takes those that it knows (`file_calls` of the backend) as
 * OP_FILE_CALL; every other way is to make the call in a thread that may block.
 */
#ifndef OURO_IO_FILE_CALL_H
#define OURO_IO_FILE_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum file_call_kind {
    FILE_OPEN,     /* path, flags, mode; the result is the descriptor */
    FILE_READ,     /* fd, data, size, offset; a count, 0 at the end */
    FILE_WRITE,    /* the same; a count */
    FILE_SYNC,     /* fd */
    FILE_DATASYNC, /* fd */
    FILE_TRUNCATE, /* fd, offset */
    FILE_CLOSE,    /* fd */
    FILE_STAT,     /* path or fd, flags, data: a struct statx */
    FILE_UNLINK,   /* path, flags (AT_REMOVEDIR) */
    FILE_RENAME,   /* path, second: the new path */
    FILE_MKDIR,    /* path, mode */
    FILE_LINK,     /* path, second: the new path */
    FILE_SYMLINK,  /* path: what it stands for, second: the new path */
    FILE_READLINK, /* path, data, size; a count */
    FILE_ACCESS,   /* path, mode */
    FILE_LOCK,     /* fd, flags as flock has them */
    FILE_CALL_KINDS,
};

/* The offset that stands for the file's own position, which moves. */
#define FILE_OWN_POSITION (-1)

struct file_call {
    uint8_t kind;    /* enum file_call_kind */
    bool may_signal; /* a write to what may be a pipe: for a thread that blocks SIGPIPE */
    int fd;
    int flags;
    uint32_t mode;
    const char *path; /* relative to the current directory; NULL where `fd` is meant */
    const char *second;
    void *data; /* FILE_WRITE only reads it */
    size_t size;
    int64_t offset;
};

/* Makes the call and waits for it. Returns its result or -errno. Threads: any. */
int ouro__file_call_make(const struct file_call *call);

/* Makes a read or write if it need not wait for a disk. Returns its result or -errno: -EAGAIN if it
 * would have to wait, -EOPNOTSUPP if nobody can tell for this file. */
int ouro__file_call_try(const struct file_call *call);

#endif
