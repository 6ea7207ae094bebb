/* Removing a tree of folders: without recursion, as a tree may be deeper than any stack; without
 * paths, as it may be deeper than any path; and with few descriptors.
 *
 *     levels     [top] [a] [b] [c]        the folders on the way to the one that is looked at
 *     names      x y | p q r | ... | ...  for each level, the folders in it that are still to come
 *
 * Every name is resolved in the open folder that it was read in, and none through a symbolic link.
 * Only the deepest folders are open. The way back to others is "..", and if that is not the folder
 * that it was, because somebody has moved one, the way down again from the top.
 */
#define _GNU_SOURCE 1

#include "sys/tree.h"

#include "base/alloc.h"
#include "base/bounds.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct level {
    dev_t device;
    ino_t inode;
    int fd;      /* -1: closed in favour of deeper ones */
    size_t name; /* its own, among those of the level above */
    size_t begin;
    size_t next; /* of its names: the one that comes next */
};

struct walk {
    struct level *levels;
    size_t depth;
    size_t levels_size; /* in bytes, as are all sizes here */
    char *names;
    size_t names_used;
    size_t names_size;
    int status; /* the first error */
};

static void note(struct walk *walk, int status)
{
    if (walk->status == 0)
        walk->status = status;
}

/* Doubles a block if it is too small. Returns 0 or -ENOMEM. */
static int grow(void **block, size_t *size, size_t least)
{
    size_t wanted = *size * 2 > least ? *size * 2 : least * 2;
    void *grown;

    if (least <= *size)
        return 0;
    grown = ouro__alloc_resize(*block, wanted);
    if (grown == NULL)
        return -ENOMEM;
    *block = grown;
    *size = wanted;
    return 0;
}

static struct level *deepest(const struct walk *walk)
{
    return &walk->levels[walk->depth - 1];
}

/* Removes a folder that is empty, or what is no folder. Returns 0 or -errno. */
static int remove_one(int folder, const char *name)
{
    if (unlinkat(folder, name, AT_REMOVEDIR) == 0)
        return 0;
    if (errno == ENOTDIR && unlinkat(folder, name, 0) == 0)
        return 0;
    return -errno;
}

/* The same for an entry of a folder, which somebody else may have removed meanwhile. `status` is
 * why it was not looked into, or 0: that says more than that a folder is not empty. */
static void remove_entry(struct walk *walk, int folder, const char *name, int status)
{
    int removed = remove_one(folder, name);

    if (removed < 0 && removed != -ENOENT)
        note(walk, status < 0 && status != -ENOTDIR ? status : removed);
}

/* Notes the name of a folder for later. Returns 0 or -ENOMEM. */
static int add_name(struct walk *walk, const char *name)
{
    size_t size = strlen(name) + 1;

    if (grow((void **) &walk->names, &walk->names_size, walk->names_used + size) < 0)
        return -ENOMEM;
    memcpy(walk->names + walk->names_used, name, size);
    walk->names_used += size;
    return 0;
}

/* Removes a file, or notes a folder for later. */
static void look_at(struct walk *walk, int folder, const struct dirent64 *entry)
{
    const char *name = entry->d_name;

    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return;
    if (entry->d_type != DT_DIR && unlinkat(folder, name, 0) == 0)
        return;
    if (entry->d_type != DT_DIR && errno != EISDIR) {
        if (errno != ENOENT)
            note(walk, -errno);
    } else if (add_name(walk, name) < 0) {
        remove_entry(walk, folder, name, -ENOMEM);
    }
}

/* Empties a folder but for the folders in it, whose names are noted. */
static void read_folder(struct walk *walk, int folder)
{
    _Alignas(struct dirent64) char buffer[4096];
    ssize_t size;

    while ((size = getdents64(folder, buffer, sizeof buffer)) > 0) {
        ssize_t place = 0;

        while (place < size) {
            const struct dirent64 *entry = (const struct dirent64 *) (buffer + place);

            look_at(walk, folder, entry);
            place += entry->d_reclen;
        }
    }
    if (size < 0)
        note(walk, -errno);
}

static int open_folder(int folder, const char *name)
{
    return openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* Makes a folder the deepest level. Returns 0 or -errno. */
static int enter(struct walk *walk, int folder, const char *name, size_t own_name)
{
    struct stat found;
    int fd;

    if (grow((void **) &walk->levels, &walk->levels_size,
             (walk->depth + 1) * sizeof *walk->levels) < 0)
        return -ENOMEM;
    fd = open_folder(folder, name);
    if (fd < 0 || fstat(fd, &found) < 0) {
        int status = -errno;

        if (fd >= 0)
            (void) close(fd);
        return status;
    }
    walk->levels[walk->depth++] = (struct level) {
        .device = found.st_dev,
        .inode = found.st_ino,
        .fd = fd,
        .name = own_name,
        .begin = walk->names_used,
        .next = walk->names_used,
    };
    /* The top stays open, to begin there again. */
    if (walk->depth > WALK_DESCRIPTORS + 1) {
        struct level *closed = &walk->levels[walk->depth - 1 - WALK_DESCRIPTORS];

        if (closed->fd >= 0)
            (void) close(closed->fd);
        closed->fd = -1;
    }
    read_folder(walk, fd);
    return 0;
}

/* Opens a level again by a name that should lead there. Returns true if it does. */
static bool reopen(struct level *level, int folder, const char *name)
{
    struct stat found;
    int fd = open_folder(folder, name);

    if (fd < 0)
        return false;
    if (fstat(fd, &found) < 0 || found.st_dev != level->device || found.st_ino != level->inode) {
        (void) close(fd);
        return false;
    }
    level->fd = fd;
    return true;
}

/* Comes down again from the top. What somebody has moved elsewhere is left to them: the levels from
 * there on are given up. */
static void come_down(struct walk *walk)
{
    size_t i;

    for (i = 1; i < walk->depth; i++) {
        struct level *level = &walk->levels[i];

        if (!reopen(level, walk->levels[i - 1].fd, walk->names + level->name))
            break;
        if (i > 1) {
            (void) close(walk->levels[i - 1].fd);
            walk->levels[i - 1].fd = -1;
        }
    }
    walk->depth = i;
}

/* Leaves the deepest level, which has been seen, for the one above it, and removes it there. */
static void leave(struct walk *walk)
{
    struct level left = *deepest(walk);
    struct level *above;

    walk->depth--;
    above = deepest(walk);
    if (above->fd < 0 && !reopen(above, left.fd, ".."))
        come_down(walk);
    (void) close(left.fd);
    walk->names_used = walk->levels[walk->depth].begin;
    if (deepest(walk) == above)
        remove_entry(walk, above->fd, walk->names + left.name, 0);
}

/* Goes on with the folder that comes next. */
static void go_on(struct walk *walk)
{
    struct level *level = deepest(walk);
    size_t name = level->next;
    int folder = level->fd;
    int status;

    level->next += strlen(walk->names + name) + 1;
    status = enter(walk, folder, walk->names + name, name);
    /* If it is empty, or no folder any more, it need not be looked into. */
    if (status < 0)
        remove_entry(walk, folder, walk->names + name, status);
}

int ouro__tree_remove(const char *path)
{
    struct walk walk = { .depth = 0 };
    int status = enter(&walk, AT_FDCWD, path, 0);
    int removed;

    while (walk.depth > 0) {
        if (deepest(&walk)->next < walk.names_used)
            go_on(&walk);
        else if (walk.depth > 1)
            leave(&walk);
        else
            break;
    }
    if (walk.depth > 0)
        (void) close(walk.levels[0].fd);
    ouro__alloc_free(walk.levels);
    ouro__alloc_free(walk.names);
    removed = remove_one(AT_FDCWD, path);
    if (removed == 0)
        return 0;
    if (status < 0 && status != -ENOTDIR)
        return status;
    return walk.status < 0 ? walk.status : removed;
}
