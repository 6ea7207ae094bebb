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
    int status;
};

static int fail(struct copy *copy, const char *path)
{
    copy->failed_path = path;
    return -errno;
}

static int open_both(struct copy *copy)
{
    struct stat from;
    struct stat to;

    copy->from = open(copy->path, O_RDONLY | O_CLOEXEC);
    if (copy->from < 0 || fstat(copy->from, &from) < 0)
        return fail(copy, copy->path);
    copy->failed_path = copy->path;
    if (S_ISDIR(from.st_mode))
        return -EISDIR;
    if (stat(copy->new_path, &to) == 0 && to.st_dev == from.st_dev && to.st_ino == from.st_ino)
        return -EINVAL;
    copy->to = open(copy->new_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, from.st_mode & 0777);
    return copy->to < 0 ? fail(copy, copy->new_path) : 0;
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
    if (copy->status < 0)
        return;
    count = copy_piece(copy);
    if (count < 0 && errno != EINTR)
        copy->status = fail(copy, copy->new_path);
    copy->is_over = count == 0;
}

/* Has the next pieces copied until it is over. Returns 0 or an error without a detail. */
static int copy_all(struct copy *copy, struct task *task)
{
    while (!copy->is_over) {
        int status;

        copy->job = (struct file_job) { .run = run_copy, .call.is_undone = true };
        status = ouro__file_job(task, &copy->job, "copy_file");
        if (status == 0)
            status = copy->status;
        if (status < 0)
            return status;
    }
    return 0;
}

int ouro_os_copy_file(const char *path, const char *new_path)
{
    struct copy copy = {
        .path = path, .new_path = new_path, .from = -1, .to = -1, .by_kernel = true
    };
    int status = 0;
    struct task *task = ouro__task_required("copy_file", &status);
    int closed = 0;

    if (task == NULL)
        return status;
    if (path == NULL || new_path == NULL)
        return ouro_error_set(-EINVAL, "copy_file", "a path is NULL");
    status = copy_all(&copy, task);
    if (copy.from >= 0)
        (void) close(copy.from);
    if (copy.to >= 0)
        closed = ouro__file_close_fd(task, copy.to, "copy_file");
    if (status < 0)
        return ouro__file_fail(status, "copy_file", copy.failed_path);
    return closed < 0 ? ouro__file_fail(closed, "copy_file", new_path) : 0;
}
