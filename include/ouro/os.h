/* Files and folders as the system sees them: names, links, and what is known of them.
 *
 *     struct stat status;
 *     OURO_TRY(ouro_os_makedirs("out/today", 0777, true));
 *     OURO_TRY(ouro_os_replace("out/today/new", "out/today/list"));
 *     OURO_TRY(ouro_os_stat("out/today/list", &status));
 *
 * Each call waits for the disk without delaying other tasks. Paths are relative to the current
 * folder of the process, and borrowed until the call returns. A failed call returns -errno, and
 * ouro_error_detail names the path.
 *
 * Where nothing else is said, a cancelled call has not been carried out, or it has: then its result
 * is returned and the cancel stays pending.
 *
 * Follows aiofiles.os, which is Python's os.
 */
#ifndef OURO_OS_H
#define OURO_OS_H

#include "ouro/base.h"

#include <sys/stat.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Finds out what is known of a path: its kind, size, times. ouro_os_lstat does not follow a
 * symbolic link at its end.
 * Returns: 0; -ENOENT, -EACCES or another error of the system's.
 * Suspends: until it is known.   Cancelled: nothing has happened.
 * Follows os.stat, os.lstat. */
OURO_SUSPENDS OURO_API int ouro_os_stat(const char *path, struct stat *ret_status);
OURO_SUSPENDS OURO_API int ouro_os_lstat(const char *path, struct stat *ret_status);

/* Tells whether the path exists (a broken link does not), and whether it is a file, a folder, or a
 * symbolic link.
 * Returns: 1 or 0; -ECANCELED; OURO_ENOTASK. An error of the system's counts as no, as in Python.
 * Suspends: until it is known.   Cancelled: nothing has happened.
 * Follows os.path.exists, isfile, isdir, islink. */
OURO_SUSPENDS OURO_API int ouro_os_exists(const char *path);
OURO_SUSPENDS OURO_API int ouro_os_isfile(const char *path);
OURO_SUSPENDS OURO_API int ouro_os_isdir(const char *path);
OURO_SUSPENDS OURO_API int ouro_os_islink(const char *path);

/* Tells whether the process may use the path: `mode` is F_OK, or R_OK, W_OK, X_OK together.
 * Returns: 1 or 0, else as ouro_os_exists.
 * Suspends: until it is known.   Cancelled: nothing has happened.
 * Follows os.access. */
OURO_SUSPENDS OURO_API int ouro_os_access(const char *path, int mode);

/* Renames a file or folder; what has the new name is replaced. Both names are for the same.
 * Returns: 0; -ENOENT, -EXDEV, -ENOTEMPTY or another error of the system's.
 * Suspends: until that is done.   Cancelled: as above.
 * Follows os.rename, os.replace. */
OURO_SUSPENDS OURO_API int ouro_os_rename(const char *path, const char *new_path);
OURO_SUSPENDS OURO_API int ouro_os_replace(const char *path, const char *new_path);

/* Removes a file or a symbolic link. Both names are for the same.
 * Returns: 0; -ENOENT, -EISDIR or another error of the system's.
 * Suspends: until that is done.   Cancelled: as above.
 * Follows os.remove, os.unlink. */
OURO_SUSPENDS OURO_API int ouro_os_remove(const char *path);
OURO_SUSPENDS OURO_API int ouro_os_unlink(const char *path);

/* Makes a folder, with the permissions `mode` less the umask.
 * Returns: 0; -EEXIST, -ENOENT where its parent is missing, or another error of the system's.
 * Suspends: until that is done.   Cancelled: as above.
 * Follows os.mkdir. */
OURO_SUSPENDS OURO_API int ouro_os_mkdir(const char *path, mode_t mode);

/* The same with all parents that are missing. `exist_ok`: it is no error if the folder is there.
 * Returns: 0; -EEXIST; -ENAMETOOLONG; else as ouro_os_mkdir, also if it is a parent that cannot be
 * made.
 * Suspends: until that is done.   Cancelled: as above.
 * Follows os.makedirs. */
OURO_SUSPENDS OURO_API int ouro_os_makedirs(const char *path, mode_t mode, bool exist_ok);

/* Removes an empty folder.
 * Returns: 0; -ENOTEMPTY, -ENOENT, -ENOTDIR or another error of the system's.
 * Suspends: until that is done.   Cancelled: as above.
 * Follows os.rmdir. */
OURO_SUSPENDS OURO_API int ouro_os_rmdir(const char *path);

/* Gives a file one more name.
 * Returns: 0; -EEXIST, -EXDEV or another error of the system's.
 * Suspends: until that is done.   Cancelled: as above.
 * Follows os.link. */
OURO_SUSPENDS OURO_API int ouro_os_link(const char *path, const char *new_path);

/* Makes `new_path` a symbolic link that stands for `target`.
 * Returns: 0; -EEXIST or another error of the system's.
 * Suspends: until that is done.   Cancelled: as above.
 * Follows os.symlink. */
OURO_SUSPENDS OURO_API int ouro_os_symlink(const char *target, const char *new_path);

/* Finds what a symbolic link stands for, and writes it with a terminating zero.
 * Returns: its length; -ENOBUFS if it is longer than `size` - 1; -EINVAL if the path is no link, or
 * another error of the system's.
 * Suspends: until it is known.   Cancelled: nothing has happened.
 * Follows os.readlink. */
OURO_SUSPENDS OURO_API int ouro_os_readlink(const char *path, char *target, size_t size);

/* Lists a folder without "." and "..", in the system's order. `ret_names` is one block, which the
 * caller frees by ouro_os_free.
 * Returns: how many names there are; -ENOENT, -ENOTDIR or another error of the system's; -ENOMEM.
 * Suspends: until all are there.   Cancelled: nothing is left allocated.
 * Follows os.listdir. */
OURO_SUSPENDS OURO_API int ouro_os_listdir(const char *path, const char ***ret_names);

/* What a folder knows of a name in it. */
typedef struct ouro_dir_entry {
    const char *name;
    uint64_t inode;
    unsigned char
        type; /* DT_REG, DT_DIR, DT_LNK ... of <dirent.h>; DT_UNKNOWN: ask ouro_os_lstat */
} ouro_dir_entry;

/* The same with what is known of each name. `ret_entries` is one block, freed by ouro_os_free.
 * Returns: as ouro_os_listdir.
 * Suspends: until all are there.   Cancelled: nothing is left allocated.
 * Follows os.scandir. */
OURO_SUSPENDS OURO_API int ouro_os_scandir(const char *path, ouro_dir_entry **ret_entries);

/* Frees what ouro_os_listdir or ouro_os_scandir has returned. NULL is allowed. */
OURO_API void ouro_os_free(const void *block);

/* Copies what is in a file to another one, which is made with the same permissions less the umask,
 * or emptied first. Where the file system can, the copy shares its blocks.
 * Returns: 0; -ENOENT, -EISDIR, -ENOSPC or another error of the system's; -EINVAL if both are the
 * same file, the first is a pipe or a device, or the second a named pipe.
 * Suspends: until that is done.   Cancelled: what has been copied so far stays.
 * Follows shutil.copyfile. */
OURO_SUSPENDS OURO_API int ouro_os_copy_file(const char *path, const char *new_path);

#ifdef __cplusplus
}
#endif

#endif
