/* Files and folders for a while.
 *
 *     ouro_file *file;
 *     OURO_TRY(ouro_temporary_file(&file));
 *     ...
 *     OURO_TRY(ouro_file_close(file));                   and it is gone
 *
 * They are made in the folder that the environment's TMPDIR names, or in /tmp where it names none
 * that can be used, are open for reading and writing ("w+"), and for nobody but the user.
 *
 * Follows aiofiles.tempfile, which is Python's tempfile.
 */
#ifndef OURO_TEMPFILE_H
#define OURO_TEMPFILE_H

#include "ouro/base.h"
#include "ouro/file.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ouro_temporary_options {
    const char *dir;    /* where; default as above */
    const char *prefix; /* of the name; default "tmp" */
    const char *suffix; /* default "" */
    bool keep;          /* a named file stays when it is closed */
    size_t buffer_size; /* default OURO_FILE_BUFFER_DEFAULT */
    size_t size_;
} ouro_temporary_options;

/* Opens a file that has no name: ouro_temporary_file(&file, .dir = "/var/tmp"). The caller owns the
 * file and closes it.
 * Returns: as ouro_open.
 * Suspends: until it is open.   Cancelled: nothing is left open or behind.
 * Follows tempfile.TemporaryFile. */
OURO_SUSPENDS OURO_API int ouro_temporary_file_with(ouro_file **ret_file,
                                                    const ouro_temporary_options *options);

/* Opens a file that others can open by its name, which ouro_file_name tells, and that is removed
 * when it is closed. The name is an absolute path.
 * Returns: as ouro_open.
 * Suspends: until it is open.   Cancelled: nothing is left open or behind; or it is open, and the
 * cancel stays pending.
 * Follows tempfile.NamedTemporaryFile. */
OURO_SUSPENDS OURO_API int ouro_named_temporary_file_with(ouro_file **ret_file,
                                                          const ouro_temporary_options *options);

/* Makes a folder. The caller owns `ret_path`, an absolute path, and gives it to
 * ouro_temporary_directory_cleanup.
 * Returns: as ouro_os_mkdir.
 * Suspends: until it is made.   Cancelled: nothing is left behind; or it is made, and the cancel
 * stays pending.
 * Follows tempfile.TemporaryDirectory. */
OURO_SUSPENDS OURO_API int ouro_temporary_directory_with(char **ret_path,
                                                         const ouro_temporary_options *options);

/* Removes the folder with all that is in it, and frees the path in every case. NULL is allowed.
 * Returns: 0; the first error of the system's, and what could not be removed stays.
 * Suspends: until that is done; in a callback, and outside a loop, it blocks instead.
 * Cancelled: it is removed all the same, and the cancel stays pending.
 * Follows TemporaryDirectory.cleanup. */
OURO_SUSPENDS OURO_API int ouro_temporary_directory_cleanup(char *path);

#ifndef __cplusplus
/* Each takes options: ouro_named_temporary_file(&file, .suffix = ".txt") */
#define ouro_temporary_file(...) OURO_TEMPORARY_(ouro_temporary_file_with, __VA_ARGS__, .size_ = 0)
#define ouro_named_temporary_file(...)                                                             \
    OURO_TEMPORARY_(ouro_named_temporary_file_with, __VA_ARGS__, .size_ = 0)
#define ouro_temporary_directory(...)                                                              \
    OURO_TEMPORARY_(ouro_temporary_directory_with, __VA_ARGS__, .size_ = 0)
#define OURO_TEMPORARY_(function, ret, ...)                                                        \
    function((ret), &(ouro_temporary_options) { __VA_ARGS__ })
#endif

#ifdef __cplusplus
}
#endif

#endif
