/* Files: the position, the length, and what is on the disk. */
#define _GNU_SOURCE 1

#include "sys/open_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Finds the length of the file, what is in the buffer included. */
static int find_end(ouro_file *file, struct task *task, int64_t *ret_end)
{
    struct statx status;
    const struct file_call call = {
        .kind = FILE_STAT, .fd = file->fd, .flags = AT_EMPTY_PATH, .data = &status
    };
    int result = ouro__file_work(task, &call, FILE_CANCEL_UNDOES, "file seek");

    if (result < 0)
        return result;
    /* A device has its length elsewhere, and the kernel has that in memory. */
    *ret_end = S_ISBLK(status.stx_mode) ? lseek(file->fd, 0, SEEK_END) : (int64_t) status.stx_size;
    return 0;
}

/* Moves the position; what is still of use of the buffer stays. */
static void move_to(ouro_file *file, int64_t place)
{
    int64_t back = file->position - place;

    if (back >= 0 && back <= (int64_t) file->end) {
        file->begin = file->end - (size_t) back;
        return;
    }
    file->begin = 0;
    file->end = 0;
    file->position = place;
}

static int seek(ouro_file *file, struct task *task, int64_t offset, int whence)
{
    int64_t from = 0;
    int64_t place;
    int status = 0;

    if (!file->is_seekable)
        return -ESPIPE;
    status = ouro__file_write_out(file, task, FILE_CANCEL_STOPS);
    if (status < 0)
        return status;
    if (whence == SEEK_CUR)
        from = file_position(file);
    else if (whence == SEEK_END)
        status = find_end(file, task, &from);
    else if (whence != SEEK_SET)
        status = -EINVAL;
    if (status < 0)
        return status;
    if (__builtin_add_overflow(from, offset, &place) || place < 0)
        return -EINVAL;
    move_to(file, place);
    return 0;
}

int ouro_file_seek(ouro_file *file, int64_t offset, int whence, int64_t *ret_position)
{
    struct task *task;
    int status = ouro__file_enter(file, "seek", &task);

    if (status < 0)
        return status;
    status = seek(file, task, offset, whence);
    if (status == 0 && ret_position != NULL)
        *ret_position = file_position(file);
    return ouro__file_leave_with(file, "seek", status);
}

int64_t ouro_file_tell(ouro_file *file)
{
    if (file == NULL)
        return ouro_error_set(-EINVAL, "tell", "the file is NULL");
    if (file->is_closing)
        return ouro_error_set(OURO_ECLOSED, "tell", "\"%s\" was closed", file->path);
    if (!file->is_seekable)
        return ouro__file_fail(-ESPIPE, "tell", file->path);
    return file_position(file);
}

int ouro_file_truncate(ouro_file *file, int64_t size)
{
    struct task *task;
    struct file_call call = { .kind = FILE_TRUNCATE, .offset = size };
    int status = ouro__file_enter_writing(file, "truncate", &task);

    if (status < 0)
        return status;
    status = ouro__file_write_out(file, task, FILE_CANCEL_STOPS);
    call.fd = file->fd;
    if (size == OURO_FILE_HERE)
        call.offset = file_position(file);
    if (status == 0)
        status = ouro__file_work(task, &call, FILE_CANCEL_STOPS, "file truncate");
    return ouro__file_leave_with(file, "truncate", status);
}

int ouro_file_flush(ouro_file *file)
{
    struct task *task;
    int status = ouro__file_enter(file, "flush", &task);

    if (status < 0)
        return status;
    return ouro__file_leave_with(file, "flush",
                                 ouro__file_write_out(file, task, FILE_CANCEL_STOPS));
}

static int flush_and_sync(ouro_file *file, enum file_call_kind kind, const char *operation)
{
    struct task *task;
    struct file_call call = { .kind = (uint8_t) kind };
    int status = ouro__file_enter(file, operation, &task);

    if (status < 0)
        return status;
    status = ouro__file_write_out(file, task, FILE_CANCEL_STOPS);
    call.fd = file->fd;
    if (status == 0)
        status = ouro__file_work(task, &call, FILE_CANCEL_STOPS, operation);
    return ouro__file_leave_with(file, operation, status);
}

int ouro_file_fsync(ouro_file *file)
{
    return flush_and_sync(file, FILE_SYNC, "fsync");
}

int ouro_file_datasync(ouro_file *file)
{
    return flush_and_sync(file, FILE_DATASYNC, "datasync");
}
