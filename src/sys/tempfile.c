/* Files and folders for a while: names that nobody has, and their end. */
#define _GNU_SOURCE 1

#include "ouro/tempfile.h"

#include "base/alloc.h"
#include "base/bounds.h"
#include "base/time.h"
#include "sys/open_file.h"
#include "sys/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

/* The folder that the environment names may be none, or not for this user: then there is another.
 */
static const char fallback[] = "/tmp";

/* Letters of a name that are made up: 40 bits of chance. */
#define NAME_LENGTH 8

static const char *folder_of(const ouro_temporary_options *options)
{
    const char *folder = options->dir != NULL ? options->dir : getenv("TMPDIR");

    return folder != NULL && *folder != '\0' ? folder : fallback;
}

/* Returns true if the call is to be made again in the other folder. */
static bool falls_back(const ouro_temporary_options *options, const char *folder, int status)
{
    return options->dir == NULL && folder != fallback &&
           (status == -ENOENT || status == -ENOTDIR || status == -EACCES || status == -EROFS);
}

/* Makes up a name. Where there are no random bytes, the time will do: what is not random enough is
 * found to exist, and another one is tried. */
static void make_up(char name[NAME_LENGTH + 1], int attempt)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz012345";
    uint64_t bits;
    size_t i;

    if (getrandom(&bits, sizeof bits, GRND_NONBLOCK) != sizeof bits)
        bits = ((uint64_t) time_monotonic_ns() + (uint64_t) attempt) * 0x9e3779b97f4a7c15;
    for (i = 0; i < NAME_LENGTH; i++)
        name[i] = letters[bits >> (64 - 5 * (i + 1)) & 31];
    name[NAME_LENGTH] = '\0';
}

/* Makes up a path that names the same file wherever the process goes. Returns 0 or -errno. */
static int make_name(const ouro_temporary_options *options, const char *folder, int attempt,
                     char path[PATH_MAX])
{
    char name[NAME_LENGTH + 1];
    size_t start = 0;
    int len;

    make_up(name, attempt);
    if (folder[0] != '/' && getcwd(path, PATH_MAX - 1) == NULL)
        return errno == ERANGE ? -ENAMETOOLONG : -errno;
    if (folder[0] != '/') {
        start = strlen(path);
        path[start++] = '/';
    }
    len = snprintf(path + start, PATH_MAX - start, "%s/%s%s%s", folder,
                   options->prefix != NULL ? options->prefix : "tmp", name,
                   options->suffix != NULL ? options->suffix : "");
    return (size_t) len < PATH_MAX - start ? 0 : -ENAMETOOLONG;
}

/* Makes the call for names that are made up until one is free. What is made stays, and a cancel
 * stays pending then. Returns its result or -errno. */
static int make_new(struct task *task, struct file_call *call,
                    const ouro_temporary_options *options, char path[PATH_MAX],
                    const char *operation)
{
    const char *folder = folder_of(options);
    int attempt;
    int status = -EEXIST;

    for (attempt = 0; attempt < NAME_ATTEMPTS_MAX && status == -EEXIST; attempt++) {
        status = make_name(options, folder, attempt, path);
        call->path = path;
        if (status == 0)
            status = ouro__file_work(task, call, FILE_CANCEL_STOPS_MAKING, operation);
        if (falls_back(options, folder, status)) {
            folder = fallback;
            status = -EEXIST;
        }
    }
    return status;
}

/* Removes a folder that was made in vain. */
static void remove_folder(struct task *task, const char *path, const char *operation)
{
    const struct file_call call = { .kind = FILE_UNLINK, .path = path, .flags = AT_REMOVEDIR };

    (void) ouro__file_insist(task, &call, operation);
}

/* The removal of a name, with the descriptor that is closed if the loop is closed under it. */
struct removal {
    struct file_job job;
    const char *path; /* NULL: it is removed */
    int fd;
};

static void run_removal(struct file_job *job)
{
    struct removal *self = container_of(job, struct removal, job);

    if (self->path != NULL)
        (void) unlink(self->path);
    self->path = NULL;
}

static void abandon_removal(struct pool_call *call)
{
    struct file_job *job = container_of(call, struct file_job, call);

    run_removal(job);
    (void) close(container_of(job, struct removal, job)->fd);
}

/* Removes the name of a file that needs none, or was opened in vain, and stays open. */
static void remove_name(struct task *task, int fd, const char *path, const char *operation)
{
    struct removal self = {
        .job = { .run = run_removal, .call = { .is_kept = true, .abandon = abandon_removal } },
        .path = path,
        .fd = fd,
    };

    if (ouro__file_job(task, &self.job, operation) < 0)
        run_removal(&self.job); /* there was no thread for it */
}

/* Checks what all have in common. Returns the task, or NULL and an error. */
static struct task *begin(const void *ret, const ouro_temporary_options *options,
                          const char *operation, int *ret_status)
{
    if (ret != NULL && options != NULL)
        return ouro__task_required(operation, ret_status);
    *ret_status = ouro_error_set(-EINVAL, operation, "the options or the place is NULL");
    return NULL;
}

/* Makes a file object of what was opened, which is closed if that fails. */
static int finish_file(ouro_file **ret_file, struct task *task, int fd, const char *path,
                       bool is_named, const ouro_temporary_options *options, const char *operation)
{
    const ouro_open_options open_options = { .mode = "w+", .buffer_size = options->buffer_size };
    int status = ouro__file_new(ret_file, task->future.loop, fd, path, &open_options, operation);

    if (status < 0 && is_named)
        remove_name(task, fd, path, operation);
    if (status < 0)
        (void) ouro__file_close_fd(task, fd, operation);
    return status;
}

static int open_named(struct task *task, const ouro_temporary_options *options, char path[PATH_MAX],
                      const char *operation)
{
    struct file_call call = { .kind = FILE_OPEN,
                              .flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC,
                              .mode = 0600 };
    int fd = make_new(task, &call, options, path, operation);

    return fd < 0 ? ouro__file_fail(fd, operation, path) : fd;
}

int ouro_named_temporary_file_with(ouro_file **ret_file, const ouro_temporary_options *options)
{
    char path[PATH_MAX];
    int status = 0;
    struct task *task = begin(ret_file, options, "named_temporary_file", &status);
    int fd;

    if (task == NULL)
        return status;
    fd = open_named(task, options, path, "named_temporary_file");
    if (fd < 0)
        return fd;
    status = finish_file(ret_file, task, fd, path, true, options, "named_temporary_file");
    if (status == 0)
        (*ret_file)->is_removed = !options->keep;
    return status;
}

int ouro_temporary_file_with(ouro_file **ret_file, const ouro_temporary_options *options)
{
    struct file_call call = { .kind = FILE_OPEN,
                              .flags = O_RDWR | O_TMPFILE | O_CLOEXEC,
                              .mode = 0600 };
    char path[PATH_MAX];
    int status = 0;
    struct task *task = begin(ret_file, options, "temporary_file", &status);
    int fd;

    if (task == NULL)
        return status;
    call.path = folder_of(options);
    fd = ouro__file_work(task, &call, FILE_CANCEL_UNDOES, "temporary_file");
    if (falls_back(options, call.path, fd)) {
        call.path = fallback;
        fd = ouro__file_work(task, &call, FILE_CANCEL_UNDOES, "temporary_file");
    }
    if (fd == -EOPNOTSUPP || fd == -EISDIR) { /* a file system, or a kernel, that has names only */
        fd = open_named(task, options, path, "temporary_file");
        if (fd >= 0)
            remove_name(task, fd, path, "temporary_file");
    } else if (fd < 0) {
        (void) ouro__file_fail(fd, "temporary_file", call.path);
    }
    if (fd < 0)
        return fd;
    return finish_file(ret_file, task, fd, "<temporary file>", false, options, "temporary_file");
}

int ouro_temporary_directory_with(char **ret_path, const ouro_temporary_options *options)
{
    struct file_call call = { .kind = FILE_MKDIR, .mode = 0700 };
    char path[PATH_MAX];
    char *copy;
    int status = 0;
    struct task *task = begin(ret_path, options, "temporary_directory", &status);

    if (task == NULL)
        return status;
    status = make_new(task, &call, options, path, "temporary_directory");
    if (status < 0)
        return ouro__file_fail(status, "temporary_directory", path);
    copy = ouro__alloc_string(path);
    if (copy == NULL) {
        remove_folder(task, path, "temporary_directory");
        return ouro__file_fail(-ENOMEM, "temporary_directory", path);
    }
    *ret_path = copy;
    return 0;
}

struct cleanup {
    struct file_job job;
    char *path;
    bool has_run;
    int status;
};

static void run_cleanup(struct file_job *job)
{
    struct cleanup *work = container_of(job, struct cleanup, job);

    work->has_run = true;
    work->status = ouro__tree_remove(work->path);
}

/* The loop is closed under it. */
static void abandon_cleanup(struct pool_call *call)
{
    struct file_job *job = container_of(call, struct file_job, call);
    struct cleanup *work = container_of(job, struct cleanup, job);

    if (!work->has_run)
        run_cleanup(job);
    ouro__alloc_free(work->path);
}

int ouro_temporary_directory_cleanup(char *path)
{
    struct cleanup work = {
        .job = { .run = run_cleanup, .call = { .is_kept = true, .abandon = abandon_cleanup } },
        .path = path,
    };
    struct task *task = current_task();

    if (path == NULL)
        return 0;
    if (task == NULL || ouro__file_job(task, &work.job, "temporary_directory_cleanup") < 0)
        run_cleanup(&work.job); /* there is nobody to wait for it, or no thread for it */
    if (work.status < 0)
        (void) ouro__file_fail(work.status, "temporary_directory_cleanup", path);
    ouro__alloc_free(path);
    return work.status;
}
