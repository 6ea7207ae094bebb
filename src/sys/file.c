/* Files: opening, the calls' turns, and the end. */
#define _GNU_SOURCE 1

#include "ouro/file.h"

#include "base/alloc.h"
#include "base/bounds.h"
#include "base/log.h"
#include "io/sigpipe.h"
#include "sys/open_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int ouro__file_mode(const char *mode, const char *operation, int *ret_flags)
{
    int flags = 0;
    bool is_updating = mode != NULL && strchr(mode, '+') != NULL;
    const char *rest;

    switch (mode != NULL ? mode[0] : '\0') {
    case 'r':
        flags = is_updating ? O_RDWR : O_RDONLY;
        break;
    case 'w':
        flags = (is_updating ? O_RDWR : O_WRONLY) | O_CREAT | O_TRUNC;
        break;
    case 'x':
        flags = (is_updating ? O_RDWR : O_WRONLY) | O_CREAT | O_EXCL;
        break;
    case 'a':
        flags = (is_updating ? O_RDWR : O_WRONLY) | O_CREAT | O_APPEND;
        break;
    default:
        return ouro_error_set(-EINVAL, operation,
                              "the mode \"%s\" does not begin with r, w, a or x",
                              mode != NULL ? mode : "");
    }
    for (rest = mode + 1; *rest != '\0'; rest++)
        if (strchr("+b", *rest) == NULL || strchr(rest + 1, *rest) != NULL)
            return ouro_error_set(-EINVAL, operation,
                                  "the mode \"%s\": '+' and 'b' may follow its first letter", mode);
    *ret_flags = flags | O_CLOEXEC;
    return 0;
}

static void free_file(ouro_file *file)
{
    if (link_is_queued(&file->resource.link))
        list_remove(&file->resource.link);
    ouro__alloc_free(file->buffer);
    ouro__alloc_free(file);
}

/* A terminal may wait for what was written at the last close of it, which this is not. */
static void close_own(ouro_file *file)
{
    if (file->own_fd >= 0)
        (void) close(file->own_fd);
    file->own_fd = -1;
}

/* Writes out and closes, blocking; a stream is waited for only if the caller `is_patient`. */
static void finish(ouro_file *file, bool is_patient)
{
    struct sigpipe_held held;

    ouro__sigpipe_hold(&held);
    file->last_status = ouro__file_write_out_blocking(file, is_patient);
    ouro__sigpipe_release(&held, true);
    if (file->is_removed)
        (void) unlink(file->path);
    close_own(file);
    if (close(file->fd) < 0 && errno != EINTR && file->last_status == 0)
        file->last_status = -errno;
    file->fd = -1;
}

static void log_failure(const ouro_file *file)
{
    if (file->last_status < 0)
        ouro__log(LOG_ERROR, "closing \"%s\" in the background: %s", file->path,
                  ouro_strerror(file->last_status));
}

/* A file that nobody refers to any more, closed by a thread. */
static void run_last(struct pool_job *job)
{
    ouro_file *file = container_of(job, ouro_file, last_job);

    file->last_has_run = true;
    finish(file, true);
}

static void complete_last(struct pool_job *job)
{
    ouro_file *file = container_of(job, ouro_file, last_job);

    log_failure(file);
    free_file(file);
}

/* The loop is closed before the thread came to it, or while it is at it. */
static void discard_last(struct pool_job *job)
{
    ouro_file *file = container_of(job, ouro_file, last_job);

    if (!file->last_has_run)
        finish(file, false);
    complete_last(job);
}

static void close_in_background(ouro_file *file)
{
    list_remove(&file->resource.link);
    file->is_closing = true;
    file->last_job = (struct pool_job) {
        .run = run_last,
        .complete = complete_last,
        .discard = discard_last,
    };
    if (ouro__pool_submit(&ouro__file_pool, file->loop, &file->last_job) < 0)
        discard_last(&file->last_job);
}

void ouro__file_end_if_unused(ouro_file *file)
{
    if (file->references > 0 || file->calls > 0)
        return;
    if (file->fd >= 0)
        close_in_background(file);
    else
        free_file(file);
}

static void report_forgotten(const ouro_file *file)
{
    char message[128];

    (void) snprintf(message, sizeof message, "File \"%.80s\" was never closed", file->path);
    ouro__report(file->loop, message, NULL, 0, NULL);
}

/* A task that is gone was writing, and nobody knows how far it got. What goes to one place may go
 * there once more; elsewhere it is lost rather than written twice. */
static void settle_write(ouro_file *file)
{
    if (!file->is_writing || file->dirty == 0 || (file->is_seekable && !file->appends))
        return;
    ouro__log(LOG_ERROR, "closing \"%s\" in the background: %zu bytes may not be written",
              file->path, file->dirty);
    file->dirty = 0;
}

/* The loop is closed, and the file was not. */
static void end_with_loop(struct loop_resource *resource, enum loop_end stage)
{
    ouro_file *file = container_of(resource, ouro_file, resource);

    if (stage == LOOP_END_FORGET)
        return; /* only tasks look at who waits for a file */
    if (!file->is_closing)
        report_forgotten(file);
    settle_write(file);
    if (file->fd >= 0) {
        finish(file, false);
        log_failure(file);
    }
    list_remove(&resource->link);
    file->is_closing = true;
    file->closer = NULL;
    file->calls = 0;
    file->loop = NULL;
    ouro__file_end_if_unused(file);
}

/* Looks at what was opened, which waits for no disk. Returns 0 or -errno. */
static int look_at(ouro_file *file, int mode_flags)
{
    int access = mode_flags & O_ACCMODE;
    int flags = fcntl(file->fd, F_GETFL);
    struct statx found;
    int status = flags < 0 ? -errno : ouro__file_look(file->fd, &found);

    if (status < 0)
        return status;
    if (S_ISDIR(found.stx_mode))
        return -EISDIR;
    file->position = lseek(file->fd, 0, SEEK_CUR);
    file->is_seekable = file->position >= 0;
    if (!file->is_seekable)
        file->position = 0;
    else if (mode_flags & O_APPEND)
        file->position = S_ISREG(found.stx_mode) ? (int64_t) found.stx_size
                                                 : lseek(file->fd, 0, SEEK_END);
    file->can_read = access != O_WRONLY;
    file->can_write = access != O_RDONLY;
    file->appends = flags & O_APPEND;
    /* Where time is made up, it stands still for threads. */
    file->is_stream = !file->is_seekable && !file->loop->backend->ops->is_virtual &&
                      ouro__file_is_stream(file->fd, found.stx_mode);
    return !file->is_seekable && access == O_RDWR ? -ESPIPE : 0;
}

int ouro__file_new(ouro_file **ret_file, ouro_loop *loop, int fd, const char *path,
                   const ouro_open_options *options, const char *operation)
{
    size_t path_size = strlen(path) + 1;
    ouro_file *file = ouro__alloc_zero(sizeof *file + path_size);
    int flags = 0;
    int status = ouro__file_mode(options->mode, operation, &flags);

    if (status == 0 && file == NULL)
        status = ouro_error_set(-ENOMEM, operation, "out of memory for the file");
    if (status < 0) {
        ouro__alloc_free(file);
        return status;
    }
    file->fd = fd;
    file->own_fd = -1;
    file->loop = loop;
    status = look_at(file, flags);
    if (status < 0) {
        ouro__alloc_free(file);
        return ouro__file_fail(status, operation, path);
    }
    memcpy(file->path, path, path_size);
    file->references = 1;
    file->buffer_size = options->buffer_size != 0 ? options->buffer_size : FILE_BUFFER_DEFAULT;
    if (options->unbuffered)
        file->buffer_size = 0;
    file->line_limit = options->line_limit != 0 ? options->line_limit : SIZE_MAX;
    list_init(&file->pauses);
    file->resource.end = end_with_loop;
    list_append(&loop->resources, &file->resource.link);
    *ret_file = file;
    return 0;
}

int ouro_open_with(ouro_file **ret_file, const char *path, const ouro_open_options *options)
{
    int status = 0;
    struct task *task = ouro__task_required("open", &status);
    int flags = 0;
    int fd;

    if (task == NULL)
        return status;
    if (ret_file == NULL || path == NULL || options == NULL)
        return ouro_error_set(-EINVAL, "open", "the path, the options or the place is NULL");
    status = ouro__file_mode(options->mode, "open", &flags);
    if (status < 0)
        return status;
    flags |= options->flags & ~O_ACCMODE;
    fd = ouro__file_open(task, path, flags, options->permissions != 0 ? options->permissions : 0666,
                         "open");
    if (fd < 0)
        return ouro__file_fail(fd, "open", path);
    status = ouro__file_new(ret_file, task->future.loop, fd, path, options, "open");
    if (status < 0)
        (void) ouro__file_close_fd(task, fd, "open");
    return status;
}

int ouro_fdopen_with(ouro_file **ret_file, int fd, const ouro_open_options *options)
{
    ouro_loop *loop = ouro__loop_current;
    char name[32];

    if (ret_file == NULL || options == NULL)
        return ouro_error_set(-EINVAL, "fdopen", "the options or the place is NULL");
    if (loop == NULL)
        return ouro_error_set(OURO_ENOLOOP, "fdopen", "no loop is running in this thread");
    (void) snprintf(name, sizeof name, "<descriptor %d>", fd);
    return ouro__file_new(ret_file, loop, fd, name, options, "fdopen");
}

/* Takes the file's turn whatever happens. Returns 0, or -ECANCELED if a cancel came meanwhile. */
static int take_last_turn(ouro_file *file, struct task *task)
{
    int result = 0;

    while (ouro_lock_acquire(&file->turn) == -ECANCELED) {
        result = -ECANCELED;
        ouro__level_ignore(task);
    }
    ouro__level_restore(task);
    return result;
}

/* A wait that no cancel ends. */
static bool go_on_waiting(struct wait *wait, const char *message)
{
    (void) wait;
    (void) message;
    return false;
}

static void wait_for_positional(ouro_file *file, struct task *task)
{
    struct wait wait = {
        .task = task,
        .cancel = go_on_waiting,
        .operation = "close",
        .keeps_result = true,
    };

    if (file->positional == 0)
        return;
    file->closer = &wait;
    (void) ouro__park(&wait);
    file->closer = NULL;
}

/* Closes a file whose turn the task has, in every case. Returns 0 or the first error. */
static int close_now(ouro_file *file, struct task *task)
{
    const struct file_call removal = { .kind = FILE_UNLINK, .path = file->path };
    int fd = file->fd;
    int flushed = ouro__file_write_out(file, task, FILE_CANCEL_WAITS);
    int status;

    /* Should the loop be closed meanwhile, the name goes in any case, and the file still has the
     * descriptor. */
    if (file->is_removed) {
        file->is_removed = false;
        (void) ouro__file_insist(task, &removal, "close");
    }
    close_own(file);
    file->fd = -1;
    status = ouro__file_close_fd(task, fd, "close");
    return flushed < 0 ? flushed : status;
}

/* Waits until the task that closes the file has done so. */
static int wait_for_close(ouro_file *file)
{
    struct task *task;
    int cancelled;
    int status = ouro__file_check_task(file, "close", &task);

    if (status < 0)
        return status;
    file->references--;
    file->calls++;
    cancelled = take_last_turn(file, task);
    (void) ouro_lock_release(&file->turn);
    ouro__file_end_call(file);
    return cancelled;
}

int ouro_file_close(ouro_file *file)
{
    struct task *task = NULL;
    int cancelled;
    int status;

    if (file == NULL)
        return 0;
    if (file->is_closing && ouro_lock_locked(&file->turn))
        return wait_for_close(file);
    if (file->is_closing) {
        (void) ouro_file_unref(file);
        return 0;
    }
    status = ouro__file_check_task(file, "close", &task);
    if (status < 0)
        return status;
    file->is_closing = true;
    file->references--;
    file->calls++;
    ouro__file_end_pauses(file);
    cancelled = take_last_turn(file, task);
    wait_for_positional(file, task);
    status = close_now(file, task);
    if (status < 0)
        (void) ouro__file_fail(status, "close", file->path);
    (void) ouro_lock_release(&file->turn);
    ouro__file_end_call(file);
    return cancelled < 0 ? cancelled : status;
}

ouro_file *ouro_file_ref(ouro_file *file)
{
    if (file != NULL)
        file->references++;
    return file;
}

ouro_file *ouro_file_unref(ouro_file *file)
{
    if (file == NULL)
        return NULL;
    file->references--;
    ouro__file_end_if_unused(file);
    return NULL;
}

int ouro_file_fileno(const ouro_file *file)
{
    return file != NULL ? file->fd : -1;
}

const char *ouro_file_name(const ouro_file *file)
{
    return file != NULL ? file->path : NULL;
}

bool ouro_file_closed(const ouro_file *file)
{
    return file == NULL || file->fd < 0;
}
