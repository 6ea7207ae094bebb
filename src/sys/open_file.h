/* An open file from inside: one position, one buffer, one call at a time.
 *
 *     reading:   buffer [0 ....... begin ....... end)          end lies at `position` of the file
 *                        was read        ahead
 *     writing:   buffer [0 ......... dirty)                    0 lies at `position` of the file
 *
 * It never reads ahead and has something to write at the same time. The file's own position in the
 * kernel is used only where there is no other: for what has no positions, and to append.
 */
#ifndef OURO_SYS_OPEN_FILE_H
#define OURO_SYS_OPEN_FILE_H

#include "ouro/file.h"
#include "ouro/lock.h"
#include "sys/file_work.h"

struct ouro_file {
    ouro_loop *loop; /* NULL after its end */
    struct loop_resource resource;
    unsigned references; /* of users */
    unsigned calls;      /* in progress */
    unsigned positional; /* those of them that take no turn: preads and pwrites */
    ouro_lock turn;
    struct wait *closer; /* waits for them to end */
    ouro_link pauses;    /* of tasks that wait for a lock */
    int fd;              /* -1: closed */
    int own_fd;          /* of a stream: another opening, which does not wait; -1: none */
    bool can_read;
    bool can_write;
    bool appends;
    bool is_seekable;
    bool is_stream;  /* a pipe, socket or terminal, for which the loop waits */
    bool is_removed; /* when it is closed: a temporary file with a name */
    bool is_closing;
    bool is_writing; /* to the end, or to where the position is */
    int64_t position;
    uint8_t *buffer;
    size_t capacity;
    size_t begin;
    size_t end;
    size_t dirty;
    size_t buffer_size; /* as it was asked for; the buffer may grow beyond. 0: unbuffered */
    size_t line_limit;
    struct pool_job last_job; /* of a file that is closed in the background */
    int last_status;
    bool last_has_run;
    char path[];
};

/* Bytes that were read ahead. */
static inline size_t file_ahead(const ouro_file *file)
{
    return file->end - file->begin;
}

/* Where the user is. */
static inline int64_t file_position(const ouro_file *file)
{
    return file->position - (int64_t) file_ahead(file) + (int64_t) file->dirty;
}

/* Closes a file that nobody refers to and no call uses any more, or frees it if it is closed. */
void ouro__file_end_if_unused(ouro_file *file);

/* file_turn.c */

/* Checks the task, or the file too. Returns 0 or an error with its detail. */
int ouro__file_check_task(const ouro_file *file, const char *operation, struct task **ret_task);
int ouro__file_check(const ouro_file *file, const char *operation, struct task **ret_task);

/* Notes that a call has ended. */
void ouro__file_end_call(ouro_file *file);

/* Begins a call: checks the file and the task, and waits for the file's turn. Returns 0 or an
 * error; after 0 the caller calls ouro__file_leave. */
int ouro__file_enter(ouro_file *file, const char *operation, struct task **ret_task);
int ouro__file_enter_reading(ouro_file *file, const char *operation, struct task **ret_task);
int ouro__file_enter_writing(ouro_file *file, const char *operation, struct task **ret_task);

/* Ends a call. */
void ouro__file_leave(ouro_file *file);

/* The same; a failure gets its detail: the operation and the path. Returns `status`. */
int ouro__file_leave_with(ouro_file *file, const char *operation, int status);

/* The same for a call that takes no turn: any number of them, and one that does, at a time. */
int ouro__file_enter_positional(ouro_file *file, const char *operation, bool writes,
                                struct task **ret_task);
int ouro__file_leave_positional(ouro_file *file, const char *operation, int status);

/* file.c */

/* Has the file opened by a descriptor, which stays the caller's if that fails. Returns 0 or an
 * error with its detail. */
int ouro__file_new(ouro_file **ret_file, ouro_loop *loop, int fd, const char *path,
                   const ouro_open_options *options, const char *operation);

/* Finds the flags of open(2) for a mode. Returns 0, or -EINVAL with its detail. */
int ouro__file_mode(const char *mode, const char *operation, int *ret_flags);

/* file_open.c */

/* Opens, and waits for the other end of a named pipe. Returns the descriptor; -ECANCELED, and
 * nothing is left open; or an error without a detail. */
int ouro__file_open(struct task *task, const char *path, int flags, mode_t mode,
                    const char *operation);

/* Finds what the system knows of an open file, without asking a disk or server for it. Returns 0 or
 * -errno. */
struct statx;
int ouro__file_look(int fd, struct statx *ret_status);

/* file_stream.c */

/* True for what may be waited for in a loop. */
bool ouro__file_is_stream(int fd, mode_t mode);

/* Makes a read or write of a stream, if it need not wait. Returns its result, or -errno: -EAGAIN if
 * it would have to wait, -EOPNOTSUPP if nobody can tell. */
int ouro__file_stream_attempt(ouro_file *file, const struct file_call *call);

/* Makes one, when it need not wait. A cancel finds nothing done; with FILE_CANCEL_WAITS, for who
 * has done a part already, or does not come again, an attempt is made before, and the cancel stays
 * pending. Returns its result; -EINTR for such a cancel; or -errno. */
int ouro__file_stream_work(ouro_file *file, struct task *task, const struct file_call *call,
                           enum file_cancel cancel, const char *operation);

/* file_lock.c */

/* Has the tasks that wait for a lock look at the file again, at once. */
void ouro__file_end_pauses(ouro_file *file);

/* file_buffer.c, file_write.c */

/* Makes room in the buffer for one byte more, up to `wanted` in all. Returns 0 or -ENOMEM. */
int ouro__file_make_room(ouro_file *file, size_t wanted);

/* Forgets what was read ahead. */
void ouro__file_drop_ahead(ouro_file *file);

/* The write of bytes at the position, or at the end. */
struct file_call ouro__file_write_call(const ouro_file *file, const uint8_t *data, size_t size);

/* Makes it, and moves the position. Returns how many of them were written, at least one; or an
 * error without a detail. */
int ouro__file_write_raw(ouro_file *file, struct task *task, const uint8_t *data, size_t size,
                         enum file_cancel cancel);

/* Writes what is dirty. Returns 0 or an error without a detail. */
int ouro__file_write_out(ouro_file *file, struct task *task, enum file_cancel cancel);

/* The same without a task: blocking, and if not `is_patient`, only for disks. */
int ouro__file_write_out_blocking(ouro_file *file, bool is_patient);

#endif
