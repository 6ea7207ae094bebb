/* Files: asynchronous reading and writing, buffered.
 *
 *     ouro_file *file;
 *     OURO_TRY(ouro_open(&file, "notes.txt", "r"));
 *     ouro_async_for(ouro_bytes, line, ouro_file_lines(file), &status)
 *         consume(line);
 *     OURO_TRY(ouro_file_close(file));
 *
 * What the kernel has in memory is read and written at once; what must wait for a disk is waited
 * for by the kernel or by a thread, while other tasks run. So a slow disk delays nobody but the
 * task that uses it.
 *
 * Content is bytes: nothing is decoded, and '\n' is no more than a byte that ends a line. The mode
 * may contain a 'b', which says the same.
 *
 * A file has one position, for reading and writing, and one buffer, as Python's. Several tasks may
 * use a file: each call is carried out whole, in the order of the calls. ouro_file_pread and
 * ouro_file_pwrite use neither position nor buffer, and as many may run at a time as there are
 * tasks.
 *
 * Pipes, sockets and terminals may have nothing to read, or no room, for ever. The loop waits for
 * them; a cancel, a timeout and the close of the loop end the wait, and nothing is taken that is
 * not returned. Other devices, and writes to the master of a terminal, occupy a thread, and nothing
 * ends them. ouro/pipe.h and ouro/stream.h have more for pipes and sockets.
 *
 * A cancelled read moved no position. A file that is left open when its loop is closed is written
 * out and closed, and reported to the exception handler; a pipe, socket or terminal gets what it
 * has room for, and the rest is lost and logged.
 *
 * Follows aiofiles.open, and what Python's io.open returns in binary mode.
 */
#ifndef OURO_FILE_H
#define OURO_FILE_H

#include "ouro/base.h"
#include "ouro/iterator.h"

#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ouro_file ouro_file;

/* Bytes that a file buffers. */
#define OURO_FILE_BUFFER_DEFAULT ((size_t) 16 << 10)

/* For ouro_file_truncate: where the file's position is. */
#define OURO_FILE_HERE ((int64_t) -1)

typedef struct ouro_open_options {
    const char *mode;   /* as in Python: one of r, w, a, x, and perhaps '+', 'b' */
    mode_t permissions; /* of a file that is made, less the umask; default 0666 */
    size_t buffer_size; /* default OURO_FILE_BUFFER_DEFAULT */
    bool unbuffered;    /* each write is written at once, and a read takes no more */
    size_t line_limit;  /* bytes that readline looks through; 0: no limit */
    int flags;          /* more flags of open(2), such as O_NOFOLLOW or O_SYNC; to read or write is
                           the mode's */
    size_t size_;
} ouro_open_options;

/* Opens a file: ouro_open(&file, "log", "a", .permissions = 0600). The caller owns the file and
 * closes it; the path is copied.
 * Modes: "r" reads what exists; "w" empties or makes it; "x" makes it and fails if it exists; "a"
 * makes it if need be, and all that is written goes to its end; '+' adds reading or writing.
 * A named pipe is open once its other end is, too, for which the system is asked again and again;
 * .flags = O_NONBLOCK does not wait. Devices, such as terminals, are not waited for.
 * Returns: 0; -EINVAL for another mode; -ENOENT, -EACCES, -EEXIST, -EISDIR, -EMFILE or another
 * error of the system's, with the path in ouro_error_detail; -ENOMEM.
 * Suspends: until it is open.   Cancelled: nothing is left open.
 * Follows aiofiles.open. */
OURO_SUSPENDS OURO_API int ouro_open_with(ouro_file **ret_file, const char *path,
                                          const ouro_open_options *options);

/* Makes a file of an open descriptor, which belongs to the file from then on, and to the caller
 * still if the call fails. Nothing is emptied or made, whatever the mode.
 * Returns: 0; -EBADF; -EINVAL for the mode; -EISDIR; -ENOMEM. Follows os.fdopen. */
OURO_CHECKED OURO_API int ouro_fdopen_with(ouro_file **ret_file, int fd,
                                           const ouro_open_options *options);

/* Reads up to `size` bytes (and INT_MAX) into `data`: fewer only at the end of the file.
 * Returns: the number of bytes; 0 at the end; -EBADF if the file was not opened for reading;
 * OURO_ECLOSED; the system's error, such as -EIO.
 * Suspends: until they are there.   Cancelled: the position has not moved, `data` is undefined.
 * Follows readinto of Python's files. */
OURO_SUSPENDS OURO_API int ouro_file_read(ouro_file *file, void *data, size_t size);

/* The same without a place of the caller's: `ret_bytes` borrows the file's buffer until the next
 * call on the file. Returns: as ouro_file_read, and -ENOMEM.
 * Follows read(n). */
OURO_SUSPENDS OURO_API int ouro_file_read_bytes(ouro_file *file, size_t size,
                                                ouro_bytes *ret_bytes);

/* Reads to the end. `ret_bytes` borrows the file's buffer until the next call on the file.
 * Returns: 0; -ENOBUFS if there are more than `maximum` bytes, and nothing is read; -ENOMEM; else
 * as ouro_file_read.
 * Suspends: until the end.   Cancelled: as ouro_file_read.
 * Follows read(). */
OURO_SUSPENDS OURO_API int ouro_file_read_all(ouro_file *file, size_t maximum,
                                              ouro_bytes *ret_bytes);

/* Reads one line with its '\n', which the last one may lack. `ret_line` borrows the file's buffer
 * until the next call on the file.
 * Returns: 1; 0 at the end; OURO_ELIMIT if the line is longer than .line_limit, and nothing is
 * read; -ENOMEM; else as ouro_file_read.
 * Suspends: until a newline is there.   Cancelled: as ouro_file_read.
 * Follows readline. */
OURO_SUSPENDS OURO_API int ouro_file_readline(ouro_file *file, ouro_bytes *ret_line);

/* Makes an iterator over the lines, for ouro_async_for(ouro_bytes, line, ouro_file_lines(file),
 * &status). Items are as from ouro_file_readline. The file is borrowed, and stays open when the
 * loop is left. Follows async for line in file. */
OURO_API ouro_async_iterator ouro_file_lines(ouro_file *file);

/* Writes bytes at the position, or at the end in mode "a". Small writes are collected in the
 * buffer, which is written when it is full, before a read, at a seek, a flush and the close; so an
 * error may come from a later call than the write that it is about.
 * Returns: the number of bytes, which is bytes.size: they are in the buffer or written; fewer if a
 * pipe, socket or terminal had taken these when the cancel came, which stays pending; -EBADF if
 * the file was not opened for writing; -ENOSPC, -EFBIG or another error of the system's, and
 * ouro_error_detail tells what was written; -EINVAL for more than INT_MAX bytes; -ENOMEM;
 * OURO_ECLOSED.
 * Suspends: only while bytes are written.   Cancelled: nothing of `bytes` was taken; or all was,
 * and the cancel stays pending.
 * Follows write. */
OURO_SUSPENDS OURO_API int ouro_file_write(ouro_file *file, ouro_bytes bytes);

/* Writes several pieces, with nobody's in between.
 * Returns: 0; -EINTR if a cancel came when a pipe, socket or terminal had taken a part of a piece,
 * and it stays pending; else as ouro_file_write, and the pieces before may have been written.
 * Suspends: only while bytes are written.   Cancelled: the pieces before may have been taken.
 * Follows writelines. */
OURO_SUSPENDS OURO_API int ouro_file_writelines(ouro_file *file, const ouro_bytes *pieces,
                                                size_t count);

/* Formats as printf does and writes the text.
 * Returns: as ouro_file_write.
 * Suspends: as ouro_file_write.   Cancelled: as there. */
__attribute__((format(printf, 2, 3))) OURO_SUSPENDS OURO_API int
ouro_file_printf(ouro_file *file, const char *format, ...);

/* Moves the position: `offset` counts from the beginning (SEEK_SET), the position (SEEK_CUR) or the
 * end (SEEK_END). The new one is stored in `ret_position` if that is not NULL.
 * Returns: 0; -EINVAL for a place before the beginning or another `whence`; -ESPIPE for a file
 * without a position; an error of what is written before; OURO_ECLOSED.
 * Suspends: while the buffer is written.   Cancelled: the position has not moved.
 * Follows seek. */
OURO_SUSPENDS OURO_API int ouro_file_seek(ouro_file *file, int64_t offset, int whence,
                                          int64_t *ret_position);

/* Returns the position; -ESPIPE; OURO_ECLOSED; -EINVAL for NULL. Follows tell. */
OURO_CHECKED OURO_API int64_t ouro_file_tell(ouro_file *file);

/* Makes the file `size` bytes long, by cutting it or adding zeros; OURO_FILE_HERE stands for the
 * position, which does not move.
 * Returns: 0; -EBADF; -EINVAL; an error of the system's; OURO_ECLOSED.
 * Suspends: until that is done.   Cancelled: it has not been done, or it has and the cancel stays
 * pending.
 * Follows truncate. */
OURO_SUSPENDS OURO_API int ouro_file_truncate(ouro_file *file, int64_t size);

/* Writes what is in the buffer. It is then in the hands of the kernel; ouro_file_fsync sees to it
 * that it is on the disk.
 * Returns: 0; the system's error, and what could not be written stays in the buffer; OURO_ECLOSED.
 * Suspends: while bytes are written.   Cancelled: what has not been written stays in the buffer.
 * Follows flush. */
OURO_SUSPENDS OURO_API int ouro_file_flush(ouro_file *file);

/* Flushes, and waits until all that was written to the file is on the disk; ouro_file_datasync
 * leaves out what is not needed to read it back, such as the times.
 * Returns: as ouro_file_flush.
 * Suspends: until it is there.   Cancelled: it may get there all the same.
 * Follows os.fsync, os.fdatasync. */
OURO_SUSPENDS OURO_API int ouro_file_fsync(ouro_file *file);
OURO_SUSPENDS OURO_API int ouro_file_datasync(ouro_file *file);

/* Flushes, closes, and releases the file. Calls of other tasks that are in progress end before, and
 * those that wait for a lock at once; they and those after it return OURO_ECLOSED, for who holds a
 * reference. A second close only releases. NULL is allowed.
 * Returns: 0; the error of the flush or of the close, such as -ENOSPC: the file is closed all the
 * same, and what could not be written is lost; -EINTR if a cancel came while a pipe, socket or
 * terminal had no room, with the same effect. OURO_ENOTASK in a callback, and OURO_EWRONGLOOP in a
 * task of another loop, if the file is not closed yet: then nothing has happened.
 * Suspends: until it is closed.   Cancelled: it is closed all the same, and the cancel stays
 * pending.
 * Follows close. */
OURO_SUSPENDS OURO_API int ouro_file_close(ouro_file *file);

/* Takes one more reference. Returns `file`. */
OURO_API ouro_file *ouro_file_ref(ouro_file *file);

/* Gives a reference back; the last one writes out and closes a file that is open, in the
 * background, where an error can only be logged. Returns NULL. NULL is allowed. */
OURO_API ouro_file *ouro_file_unref(ouro_file *file);

/* Reads from, or writes to, the place `offset`. What is in the file's buffer is not seen by them,
 * and does not learn of them: flush first, or use only these. In mode "a" Linux writes to the end.
 * Returns: the number of bytes, fewer than asked for only at the end of the file; else as
 * ouro_file_read and ouro_file_write.
 * Suspends: until that is done.   Cancelled: nothing was read and `data` is undefined; nothing was
 * written, or all was and the cancel stays pending.
 * Follows os.pread, os.pwrite. */
OURO_SUSPENDS OURO_API int ouro_file_pread(ouro_file *file, void *data, size_t size,
                                           int64_t offset);
OURO_SUSPENDS OURO_API int ouro_file_pwrite(ouro_file *file, ouro_bytes bytes, int64_t offset);

/* Locks the whole file against those who lock it too: other processes, and other files opened on
 * the same path. `is_shared`: together with others who say so. The close gives the lock back.
 * Returns: 0; the system's error, such as -ENOLCK; OURO_ECLOSED.
 * Suspends: until nobody else has the lock; the kernel is asked now and then, up to ten times a
 * second, and nobody's turn is kept.   Cancelled: it is not locked.
 * Follows fcntl.flock. */
OURO_SUSPENDS OURO_API int ouro_file_lock(ouro_file *file, bool is_shared);

/* The same without waiting. Returns: -EAGAIN if somebody else has the lock; else as ouro_file_lock.
 */
OURO_SUSPENDS OURO_API int ouro_file_try_lock(ouro_file *file, bool is_shared);

/* Gives the lock back.
 * Returns: 0; the system's error; OURO_ECLOSED.
 * Suspends: until that is done.   Cancelled: it may still be locked. */
OURO_SUSPENDS OURO_API int ouro_file_unlock(ouro_file *file);

/* Returns the descriptor, borrowed; -1 when closed. Its own position is not the file's.
 * Follows fileno. */
OURO_API int ouro_file_fileno(const ouro_file *file);

/* Returns the path that it was opened by, as it was given, borrowed. Follows name. */
OURO_API const char *ouro_file_name(const ouro_file *file);

/* Returns true once the file is closed. Follows closed. */
OURO_API bool ouro_file_closed(const ouro_file *file);

#ifndef __cplusplus
/* ouro_open(&file, path, mode, .option = ...) */
#define ouro_open(ret_file, path, ...)                                                             \
    ouro_open_with(                                                                                \
        (ret_file), (path),                                                                        \
        &(ouro_open_options) { .mode = __VA_ARGS__, .size_ = sizeof(ouro_open_options) })

/* ouro_fdopen(&file, fd, mode, .option = ...) */
#define ouro_fdopen(ret_file, fd, ...)                                                             \
    ouro_fdopen_with(                                                                              \
        (ret_file), (fd),                                                                          \
        &(ouro_open_options) { .mode = __VA_ARGS__, .size_ = sizeof(ouro_open_options) })
#endif

#ifdef __cplusplus
}
#endif

#endif
