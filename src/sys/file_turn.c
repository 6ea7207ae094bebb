/* How a call on a file begins and ends: what is checked, and whose turn it is. */
#include "sys/open_file.h"

#include "base/alloc.h"

#include <errno.h>

static int refuse_closed(const ouro_file *file, const char *operation)
{
    return ouro_error_set(OURO_ECLOSED, operation, "\"%s\" was closed", file->path);
}

int ouro__file_check_task(const ouro_file *file, const char *operation, struct task **ret_task)
{
    int status = 0;

    *ret_task = ouro__task_required(operation, &status);
    if (*ret_task == NULL)
        return status;
    if ((*ret_task)->future.loop != file->loop)
        return ouro_error_set(OURO_EWRONGLOOP, operation, "\"%s\" was opened in another loop",
                              file->path);
    return 0;
}

int ouro__file_check(const ouro_file *file, const char *operation, struct task **ret_task)
{
    if (file == NULL)
        return ouro_error_set(-EINVAL, operation, "the file is NULL");
    if (file->is_closing)
        return refuse_closed(file, operation);
    return ouro__file_check_task(file, operation, ret_task);
}

static int check_direction(const ouro_file *file, const char *operation, bool writes)
{
    if (writes ? file->can_write : file->can_read)
        return 0;
    return ouro_error_set(-EBADF, operation, "\"%s\" was not opened for %s: choose another mode",
                          file->path, writes ? "writing" : "reading");
}

/* A buffer that has grown for one large read is not kept for ever. */
static void trim_buffer(ouro_file *file)
{
    if (file->capacity <= file->buffer_size || file_ahead(file) > 0 || file->dirty > 0)
        return;
    ouro__alloc_free(file->buffer);
    file->buffer = NULL;
    file->capacity = 0;
    file->begin = 0;
    file->end = 0;
}

void ouro__file_end_call(ouro_file *file)
{
    file->calls--;
    ouro__file_end_if_unused(file);
}

int ouro__file_enter(ouro_file *file, const char *operation, struct task **ret_task)
{
    int status = ouro__file_check(file, operation, ret_task);

    if (status < 0)
        return status;
    file->calls++;
    status = ouro_lock_acquire(&file->turn);
    if (status == 0 && file->is_closing) {
        (void) ouro_lock_release(&file->turn);
        status = refuse_closed(file, operation);
    }
    if (status < 0)
        ouro__file_end_call(file);
    else
        trim_buffer(file);
    return status;
}

int ouro__file_enter_reading(ouro_file *file, const char *operation, struct task **ret_task)
{
    int status = ouro__file_enter(file, operation, ret_task);

    if (status < 0)
        return status;
    status = check_direction(file, operation, false);
    if (status == 0 && file->dirty > 0) {
        status = ouro__file_write_out(file, *ret_task, FILE_CANCEL_STOPS);
        if (status < 0)
            (void) ouro__file_fail(status, operation, file->path);
    }
    if (status < 0)
        ouro__file_leave(file);
    return status;
}

int ouro__file_enter_writing(ouro_file *file, const char *operation, struct task **ret_task)
{
    int status = ouro__file_enter(file, operation, ret_task);

    if (status < 0)
        return status;
    status = check_direction(file, operation, true);
    if (status < 0)
        ouro__file_leave(file);
    else
        ouro__file_drop_ahead(file);
    return status;
}

void ouro__file_leave(ouro_file *file)
{
    (void) ouro_lock_release(&file->turn);
    ouro__file_end_call(file);
}

int ouro__file_leave_with(ouro_file *file, const char *operation, int status)
{
    if (status < 0)
        (void) ouro__file_fail(status, operation, file->path);
    ouro__file_leave(file);
    return status;
}

int ouro__file_enter_positional(ouro_file *file, const char *operation, bool writes,
                                struct task **ret_task)
{
    int status = ouro__file_check(file, operation, ret_task);

    if (status == 0)
        status = check_direction(file, operation, writes);
    if (status < 0)
        return status;
    if (!file->is_seekable)
        return ouro__file_fail(-ESPIPE, operation, file->path);
    file->calls++;
    file->positional++;
    return 0;
}

int ouro__file_leave_positional(ouro_file *file, const char *operation, int status)
{
    if (status < 0)
        (void) ouro__file_fail(status, operation, file->path);
    if (--file->positional == 0 && file->closer != NULL)
        wait_finish(file->closer, 0);
    ouro__file_end_call(file);
    return status;
}
