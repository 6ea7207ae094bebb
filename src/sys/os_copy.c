/* Copying a file, piece by piece, so that a cancel need not wait for the whole of a large one. */
#define _GNU_SOURCE 1

#include "ouro/os.h"

#include "base/bounds.h"
#include "sys/file_work.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

struct copy {
    struct file_job job;
    const char *path;
    const char *new_path;
    const char *failed_path; /* whose fault it was */
    int from;                /* -1: not open */
    int to;
    bool by_kernel; /* copy_file_range has not been refused */
    bool is_over;
    bool is_same;    /* both names are of one file */
    bool is_special; /* it is a pipe or a device that failed */
    int status;
};

static int fail(struct copy *copy, const char *path)
{
    copy->failed_path = path;
    return -errno;
}

/* Refuses what shutil.copyfile refuses, and devices, whose end might never come. */
static int check_source(struct copy *copy, const struct stat *from)
{
    copy->failed_path = copy->path;
    if (S_ISDIR(from->st_mode))
        return -EISDIR;
    copy->is_special = !S_ISREG(from->st_mode);
    return copy->is_special ? -EINVAL : 0;
}

static int check_target(struct copy *copy, const struct stat *from, const struct stat *to)
{
    copy->failed_path = copy->new_path;
    copy->is_same = to->st_dev == from->st_dev && to->st_ino == from->st_ino;
    copy->is_special = S_ISFIFO(to->st_mode);
    return copy->is_same || copy->is_special ? -EINVAL : 0;
}

/* Opens without a wait for the other end of a pipe, should one have taken the place of what was
 * looked at before. Somebody may have a lease on a file, and gives it back in a while. */
static int open_one(const char *path, int flags, mode_t mode)
{
    int fd = open(path, flags | O_CLOEXEC | O_NONBLOCK, mode);

    if (fd < 0 && errno == EWOULDBLOCK)
        do {
            fd = open(path, flags | O_CLOEXEC, mode);
        } while (fd < 0 && errno == EINTR);
    return fd;
}

/* The copy itself waits, as for a terminal that is slower. */
static int let_wait(struct copy *copy)
{
    if (fcntl(copy->from, F_SETFL, O_RDONLY) < 0)
        return fail(copy, copy->path);
    return fcntl(copy->to, F_SETFL, O_WRONLY) < 0 ? fail(copy, copy->new_path) : 0;
}

static int open_both(struct copy *copy)
{
    struct stat from;
    struct stat to;
    int status;

    if (stat(copy->path, &from) < 0)
        return fail(copy, copy->path);
    status = check_source(copy, &from);
    if (status < 0)
        return status;
    copy->from = open_one(copy->path, O_RDONLY, 0);
    if (copy->from < 0 || fstat(copy->from, &from) < 0)
        return fail(copy, copy->path);
    status = check_source(copy, &from);
    if (status == 0 && stat(copy->new_path, &to) == 0)
        status = check_target(copy, &from, &to);
    if (status < 0)
        return status;
    copy->to = open_one(copy->new_path, O_WRONLY | O_CREAT | O_TRUNC, from.st_mode & 0777);
    if (copy->to < 0 || fstat(copy->to, &to) < 0)
        return fail(copy, copy->new_path);
    status = check_target(copy, &from, &to);
    return status < 0 ? status : let_wait(copy);
}

/* Closes both, as the last thing that is done. */
static void close_both(struct copy *copy)
{
    if (copy->from >= 0)
        (void) close(copy->from);
    if (copy->to >= 0 && close(copy->to) < 0 && errno != EINTR && copy->status == 0)
        copy->status = fail(copy, copy->new_path);
    copy->from = -1;
    copy->to = -1;
}

static bool write_all(int fd, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t count = write(fd, data, size);

        if (count < 0 && errno != EINTR)
            return false;
        if (count > 0) {
            data += count;
            size -= (size_t) count;
        }
    }
    return true;
}

/* Copies through this thread's memory. */
static ssize_t copy_by_hand(struct copy *copy)
{
    char data[COPY_BUFFER];
    ssize_t count = read(copy->from, data, sizeof data);

    copy->failed_path = count < 0 ? copy->path : copy->new_path;
    return count <= 0 || write_all(copy->to, data, (size_t) count) ? count : -1;
}

/* Copies one piece. Returns a count, 0 at the end, or -1 with errno. */
static ssize_t copy_piece(struct copy *copy)
{
    ssize_t count = -1;

    if (copy->by_kernel)
        count = copy_file_range(copy->from, NULL, copy->to, NULL, COPY_PIECE, 0);
    /* It does not know every kind of file, and of some, such as those of /proc, it says that there
     * is nothing in them. */
    if (count > 0)
        return count;
    copy->by_kernel = false;
    return copy_by_hand(copy);
}

static void run_copy(struct file_job *job)
{
    struct copy *copy = container_of(job, struct copy, job);
    ssize_t count;

    copy->status = copy->from < 0 ? open_both(copy) : 0;
    if (copy->status == 0) {
        count = copy_piece(copy);
        if (count < 0 && errno != EINTR)
            copy->status = -errno;
        copy->is_over = count == 0;
    }
    if (copy->status < 0 || copy->is_over)
        close_both(copy);
}

/* The end of a copy that was cancelled. */
static void run_end(struct file_job *job)
{
    close_both(container_of(job, struct copy, job));
}

static void abandon_copy(struct pool_call *call)
{
    struct file_job *job = container_of(call, struct file_job, call);

    close_both(container_of(job, struct copy, job));
}

/* Has the next pieces copied until it is over. Returns 0 or an error without a detail. */
static int copy_all(struct copy *copy, struct task *task)
{
    while (!copy->is_over) {
        int status;

        copy->job = (struct file_job) {
            .run = run_copy,
            .call = { .is_undone = true, .abandon = abandon_copy },
        };
        status = ouro__file_job(task, &copy->job, "copy_file");
        if (status == 0)
            status = copy->status;
        if (status < 0)
            return status;
    }
    return copy->status;
}

static void end_copy(struct copy *copy, struct task *task)
{
    if (copy->from < 0)
        return;
    copy->job = (struct file_job) {
        .run = run_end,
        .call = { .is_kept = true, .abandon = abandon_copy },
    };
    if (ouro__file_job(task, &copy->job, "copy_file") < 0)
        close_both(copy); /* there was no thread for it */
}

/* Sets the detail of a failure. */
static int explain(const struct copy *copy, int status)
{
    if (status == -EINVAL && copy->is_same)
        return ouro_error_set(status, "copy_file", "\"%s\" and \"%s\" are the same file",
                              copy->path, copy->new_path);
    if (status == -EINVAL && copy->is_special)
        return ouro_error_set(status, "copy_file",
                              "\"%s\" is a pipe or a device: only files are copied",
                              copy->failed_path);
    return ouro__file_fail(status, "copy_file", copy->failed_path);
}

int ouro_os_copy_file(const char *path, const char *new_path)
{
    struct copy copy = {
        .path = path, .new_path = new_path, .from = -1, .to = -1, .by_kernel = true
    };
    int status = 0;
    struct task *task = ouro__task_required("copy_file", &status);

    if (task == NULL)
        return status;
    if (path == NULL || new_path == NULL)
        return ouro_error_set(-EINVAL, "copy_file", "a path is NULL");
    copy.failed_path = path;
    status = copy_all(&copy, task);
    end_copy(&copy, task);
    return status < 0 ? explain(&copy, status) : 0;
}
