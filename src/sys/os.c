/* Names, links, and what is known of them: one call to the kernel each. */
#define _GNU_SOURCE 1

#include "ouro/os.h"

#include "sys/file_work.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* Makes a call about a path. Returns its result or an error with its detail. */
static int call_path(const struct file_call *call, enum file_cancel cancel, const char *operation)
{
    int status = 0;
    struct task *task = ouro__task_required(operation, &status);

    if (task == NULL)
        return status;
    if (call->path == NULL)
        return ouro_error_set(-EINVAL, operation, "the path is NULL");
    status = ouro__file_work(task, call, cancel, operation);
    return status < 0 ? ouro__file_fail(status, operation, call->path) : status;
}

/* Makes a call about two paths. */
static int call_paths(enum file_call_kind kind, const char *path, const char *second,
                      const char *operation)
{
    const struct file_call call = { .kind = (uint8_t) kind, .path = path, .second = second };

    if (second == NULL)
        return ouro_error_set(-EINVAL, operation, "the second path is NULL");
    return call_path(&call, FILE_CANCEL_STOPS, operation);
}

static struct timespec time_of(struct statx_timestamp time)
{
    return (struct timespec) { .tv_sec = time.tv_sec, .tv_nsec = time.tv_nsec };
}

static void convert(const struct statx *from, struct stat *ret_status)
{
    *ret_status = (struct stat) {
        .st_dev = makedev(from->stx_dev_major, from->stx_dev_minor),
        .st_ino = from->stx_ino,
        .st_mode = from->stx_mode,
        .st_nlink = from->stx_nlink,
        .st_uid = from->stx_uid,
        .st_gid = from->stx_gid,
        .st_rdev = makedev(from->stx_rdev_major, from->stx_rdev_minor),
        .st_size = (off_t) from->stx_size,
        .st_blksize = (blksize_t) from->stx_blksize,
        .st_blocks = (blkcnt_t) from->stx_blocks,
        .st_atim = time_of(from->stx_atime),
        .st_mtim = time_of(from->stx_mtime),
        .st_ctim = time_of(from->stx_ctime),
    };
}

static int find_status(const char *path, int flags, const char *operation, struct stat *ret_status)
{
    struct statx found;
    const struct file_call call = {
        .kind = FILE_STAT, .path = path, .flags = flags, .data = &found
    };
    int status;

    if (ret_status == NULL)
        return ouro_error_set(-EINVAL, operation, "there is no place for the result");
    status = call_path(&call, FILE_CANCEL_UNDOES, operation);
    if (status == 0)
        convert(&found, ret_status);
    return status;
}

int ouro_os_stat(const char *path, struct stat *ret_status)
{
    return find_status(path, 0, "stat", ret_status);
}

int ouro_os_lstat(const char *path, struct stat *ret_status)
{
    return find_status(path, AT_SYMLINK_NOFOLLOW, "lstat", ret_status);
}

/* An error of the system's says no; others are errors. */
static int answer(int status)
{
    if (status >= 0)
        return 1;
    return status == -ECANCELED || status == -ENOMEM || status <= OURO_EINVALIDSTATE ? status : 0;
}

/* Tells whether the path is of a kind. */
static int is_kind(const char *path, int flags, mode_t kind, const char *operation)
{
    struct stat status;
    int result = answer(find_status(path, flags, operation, &status));

    return result > 0 ? (status.st_mode & S_IFMT) == kind : result;
}

int ouro_os_exists(const char *path)
{
    struct stat status;

    return answer(find_status(path, 0, "exists", &status));
}

int ouro_os_isfile(const char *path)
{
    return is_kind(path, 0, S_IFREG, "isfile");
}

int ouro_os_isdir(const char *path)
{
    return is_kind(path, 0, S_IFDIR, "isdir");
}

int ouro_os_islink(const char *path)
{
    return is_kind(path, AT_SYMLINK_NOFOLLOW, S_IFLNK, "islink");
}

int ouro_os_access(const char *path, int mode)
{
    const struct file_call call = { .kind = FILE_ACCESS, .path = path, .mode = (uint32_t) mode };

    return answer(call_path(&call, FILE_CANCEL_UNDOES, "access"));
}

int ouro_os_rename(const char *path, const char *new_path)
{
    return call_paths(FILE_RENAME, path, new_path, "rename");
}

int ouro_os_replace(const char *path, const char *new_path)
{
    return call_paths(FILE_RENAME, path, new_path, "replace");
}

static int remove_path(const char *path, int flags, const char *operation)
{
    const struct file_call call = { .kind = FILE_UNLINK, .path = path, .flags = flags };

    return call_path(&call, FILE_CANCEL_STOPS, operation);
}

int ouro_os_remove(const char *path)
{
    return remove_path(path, 0, "remove");
}

int ouro_os_unlink(const char *path)
{
    return remove_path(path, 0, "unlink");
}

int ouro_os_rmdir(const char *path)
{
    return remove_path(path, AT_REMOVEDIR, "rmdir");
}

int ouro_os_mkdir(const char *path, mode_t mode)
{
    const struct file_call call = { .kind = FILE_MKDIR, .path = path, .mode = mode };

    return call_path(&call, FILE_CANCEL_STOPS, "mkdir");
}

int ouro_os_link(const char *path, const char *new_path)
{
    return call_paths(FILE_LINK, path, new_path, "link");
}

int ouro_os_symlink(const char *target, const char *new_path)
{
    return call_paths(FILE_SYMLINK, target, new_path, "symlink");
}

int ouro_os_readlink(const char *path, char *target, size_t size)
{
    const struct file_call call = {
        .kind = FILE_READLINK, .path = path, .data = target, .size = size
    };
    int len;

    if (target == NULL || size == 0)
        return ouro_error_set(-EINVAL, "readlink", "there is no place for the target");
    len = call_path(&call, FILE_CANCEL_UNDOES, "readlink");
    if (len < 0)
        return len;
    if ((size_t) len == size) /* the kernel cuts what does not fit */
        return ouro_error_set(-ENOBUFS, "readlink", "\"%s\" stands for more than %zu bytes", path,
                              size - 1);
    target[len] = '\0';
    return len;
}
