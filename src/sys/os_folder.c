/* Folders: listing them, and making them with their parents. A thread does the whole of it. */
#include "ouro/os.h"

#include "base/alloc.h"
#include "sys/file_work.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

/* Has a job done about a path. Returns 0 or an error with its detail. */
static int do_job(struct file_job *job, const char *path, const char *operation)
{
    int status = 0;
    struct task *task = ouro__task_required(operation, &status);

    if (task == NULL)
        return status;
    if (path == NULL)
        return ouro_error_set(-EINVAL, operation, "the path is NULL");
    status = ouro__file_job(task, job, operation);
    return status < 0 ? ouro__file_fail(status, operation, path) : 0;
}

/* What is read of a folder, one after another: entries whose names are still offsets in `text`. */
struct listing {
    struct file_job job;
    const char *path;
    ouro_dir_entry *entries;
    size_t count;
    size_t capacity;
    char *text;
    size_t text_size;
    size_t text_capacity;
    int status;
};

static void free_listing(struct listing *listing)
{
    ouro__alloc_free(listing->entries);
    ouro__alloc_free(listing->text);
}

static void abandon_listing(struct pool_call *call)
{
    struct file_job *job = container_of(call, struct file_job, call);

    free_listing(container_of(job, struct listing, job));
}

/* Doubles a block if it is full. Returns 0 or -ENOMEM. */
static int grow(void **block, size_t *capacity, size_t least, size_t item_size)
{
    size_t wanted = *capacity > 0 ? *capacity * 2 : 64;
    void *grown;

    if (least <= *capacity)
        return 0;
    if (wanted < least)
        wanted = least;
    grown = ouro__alloc_resize(*block, wanted * item_size);
    if (grown == NULL)
        return -ENOMEM;
    *block = grown;
    *capacity = wanted;
    return 0;
}

static int add_entry(struct listing *listing, const struct dirent *found)
{
    size_t size = strlen(found->d_name) + 1;

    if (grow((void **) &listing->entries, &listing->capacity, listing->count + 1,
             sizeof *listing->entries) < 0 ||
        grow((void **) &listing->text, &listing->text_capacity, listing->text_size + size, 1) < 0)
        return -ENOMEM;
    memcpy(listing->text + listing->text_size, found->d_name, size);
    listing->entries[listing->count++] = (ouro_dir_entry) { .inode = found->d_ino,
                                                            .type = found->d_type };
    listing->text_size += size;
    return 0;
}

static void run_listing(struct file_job *job)
{
    struct listing *listing = container_of(job, struct listing, job);
    DIR *folder = opendir(listing->path);
    struct dirent *found;

    if (folder == NULL) {
        listing->status = -errno;
        return;
    }
    while (listing->status == 0) {
        errno = 0;
        found = readdir(folder);
        if (found == NULL) {
            listing->status = -errno;
            break;
        }
        if (strcmp(found->d_name, ".") != 0 && strcmp(found->d_name, "..") != 0)
            listing->status = add_entry(listing, found);
    }
    (void) closedir(folder);
}

/* Reads a folder. Returns 0, or an error with its detail and nothing is allocated. */
static int list(struct listing *listing, const char *path, const char *operation)
{
    int status;

    *listing = (struct listing) {
        .job = { .run = run_listing, .call = { .is_undone = true, .abandon = abandon_listing } },
        .path = path,
    };
    status = do_job(&listing->job, path, operation);
    if (status == 0 && listing->status < 0)
        status = ouro__file_fail(listing->status, operation, path);
    if (status == 0 && listing->count > INT_MAX)
        status = ouro__file_fail(-EOVERFLOW, operation, path);
    if (status < 0)
        free_listing(listing);
    return status;
}

/* Makes the block for the caller: `count` items of a size and all names behind them. */
static void *make_block(struct listing *listing, size_t item_size, const char *operation,
                        int *ret_status)
{
    size_t items_size = listing->count * item_size;
    char *block = ouro__alloc(items_size + listing->text_size);

    if (block == NULL)
        *ret_status = ouro__file_fail(-ENOMEM, operation, listing->path);
    else if (listing->text_size > 0)
        memcpy(block + items_size, listing->text, listing->text_size);
    return block;
}

int ouro_os_listdir(const char *path, const char ***ret_names)
{
    struct listing listing;
    const char **names;
    const char *name;
    size_t i;
    int status;

    if (ret_names == NULL)
        return ouro_error_set(-EINVAL, "listdir", "there is no place for the names");
    status = list(&listing, path, "listdir");
    if (status < 0)
        return status;
    names = make_block(&listing, sizeof *names, "listdir", &status);
    free_listing(&listing);
    if (names == NULL)
        return status;
    name = (const char *) (names + listing.count);
    for (i = 0; i < listing.count; i++) {
        names[i] = name;
        name += strlen(name) + 1;
    }
    *ret_names = names;
    return (int) listing.count;
}

int ouro_os_scandir(const char *path, ouro_dir_entry **ret_entries)
{
    struct listing listing;
    ouro_dir_entry *entries;
    const char *name;
    size_t i;
    int status;

    if (ret_entries == NULL)
        return ouro_error_set(-EINVAL, "scandir", "there is no place for the entries");
    status = list(&listing, path, "scandir");
    if (status < 0)
        return status;
    entries = make_block(&listing, sizeof *entries, "scandir", &status);
    if (entries == NULL) {
        free_listing(&listing);
        return status;
    }
    name = (const char *) (entries + listing.count);
    for (i = 0; i < listing.count; i++) {
        entries[i] = listing.entries[i];
        entries[i].name = name;
        name += strlen(name) + 1;
    }
    free_listing(&listing);
    *ret_entries = entries;
    return (int) listing.count;
}

void ouro_os_free(const void *block)
{
    ouro__alloc_free((void *) (uintptr_t) block);
}

struct make_folders {
    struct file_job job;
    char path[PATH_MAX];
    mode_t mode;
    bool exist_ok;
    int status;
};

/* Makes the folder whose name ends at `end`. Returns 0 or -errno. */
static int make_one(struct make_folders *work, char *end, mode_t mode)
{
    char kept = *end;
    int status;

    *end = '\0';
    status = mkdir(work->path, mode) < 0 ? -errno : 0;
    *end = kept;
    return status;
}

static bool is_folder(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* Makes parents from the top, where they do not exist. Returns 0 or why the first one could not be
 * made; it may be there all the same, as some file systems say no before they look. */
static int make_parents(struct make_folders *work)
{
    int result = 0;
    char *slash;

    for (slash = strchr(work->path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        int status = make_one(work, slash, 0777);

        if (result == 0 && status != -EEXIST)
            result = status;
    }
    return result;
}

/* True if the path stands for its parent, as that of "a/b/." does. */
static bool is_its_parent(const char *path, size_t len)
{
    return len > 1 && path[len - 1] == '.' && path[len - 2] == '/';
}

/* Makes the folder, and its parents if it needs them. */
static void run_make_folders(struct file_job *job)
{
    struct make_folders *work = container_of(job, struct make_folders, job);
    size_t len = strlen(work->path);
    int status;

    while (len > 1 && work->path[len - 1] == '/')
        work->path[--len] = '\0';
    status = make_one(work, work->path + len, work->mode);
    if (status == -ENOENT && len > 0) {
        int parents = make_parents(work);

        status = make_one(work, work->path + len, work->mode);
        if (status == -ENOENT && parents < 0)
            status = parents;
        if (status == -EEXIST && is_its_parent(work->path, len) && is_folder(work->path))
            status = 0; /* it was made as a parent */
    }
    if (status == -EEXIST && work->exist_ok && is_folder(work->path))
        status = 0;
    work->status = status;
}

int ouro_os_makedirs(const char *path, mode_t mode, bool exist_ok)
{
    struct make_folders work = { .job.run = run_make_folders, .mode = mode, .exist_ok = exist_ok };
    size_t size = path != NULL ? strlen(path) + 1 : 0;
    int status;

    if (size > sizeof work.path)
        return ouro__file_fail(-ENAMETOOLONG, "makedirs", "...");
    if (path != NULL)
        memcpy(work.path, path, size);
    status = do_job(&work.job, path, "makedirs");
    if (status == 0 && work.status < 0)
        status = ouro__file_fail(work.status, "makedirs", path);
    return status;
}
