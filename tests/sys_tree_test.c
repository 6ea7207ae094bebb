/* Removing folders with all that is in them: deep ones, what may not be removed, and others who are
 * at the same tree. */
#include "sys_file_probe.h"

#include <ftw.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/resource.h>

static int enter_plainly(int parent, const char *name)
{
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    CHECK(fd >= 0);
    CHECK_INT(close(parent), 0);
    return fd;
}

/* Makes folders in folders, each with a file before and after the next one. */
static void make_deep(const char *path, int depth)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int i;

    CHECK(fd >= 0);
    for (i = 0; i < depth; i++) {
        CHECK_INT(mkdirat(fd, "a-file-less", 0700), 0);
        CHECK_INT(mkdirat(fd, "next", 0700), 0);
        if (i % 100 == 0)
            CHECK_INT(symlinkat(folder, fd, "link"), 0);
        fd = enter_plainly(fd, "next");
    }
    close(fd);
}

OURO_ASYNC(remove_deep)
{
    static const int depths[] = { 1, 15, 16, 17, 18, 40, 2000, 5000 };
    char kept[256];
    char *path;
    size_t i;

    write_plainly("a", "stays", 5);
    for (i = 0; i < sizeof depths / sizeof depths[0]; i++) {
        CHECK_INT(ouro_temporary_directory(&path, .dir = folder), 0);
        snprintf(kept, sizeof kept, "%s", path);
        make_deep(path, depths[i]);
        CHECK_INT(ouro_temporary_directory_cleanup(path), 0);
        CHECK_INT(access(kept, F_OK), -1);
    }
    CHECK_CONTENT("a", "stays");
    return 0;
}

/* Deeper than a thread's stack and than a path: it takes few descriptors, too. */
TEST_WITH(a_tree_may_be_deep, .backends = TEST_URING | TEST_EPOLL | TEST_SIM, .seconds = 60)
{
    struct rlimit before;
    struct rlimit limit;

    CHECK_INT(getrlimit(RLIMIT_NOFILE, &before), 0);
    limit = before;
    limit.rlim_cur = (rlim_t) count_entries("/proc/self/fd") + 40;
    CHECK_INT(setrlimit(RLIMIT_NOFILE, &limit), 0);
    run_in_folder(remove_deep_coro());
    CHECK_INT(setrlimit(RLIMIT_NOFILE, &before), 0);
}

OURO_ASYNC(remove_wide)
{
    char name[256];
    char *path;
    int i;

    CHECK_INT(ouro_temporary_directory(&path, .dir = folder), 0);
    for (i = 0; i < 3000; i++) {
        snprintf(name, sizeof name, "%s/%0*d", path, 1 + i % 150, i);
        CHECK_INT(i % 3 == 0 ? mkdir(name, 0700) : symlink("/", name), 0);
    }
    return ouro_temporary_directory_cleanup(path);
}

TEST_ALL_BACKENDS(a_tree_may_be_wide)
{
    run_in_folder(remove_wide_coro());
}

/* Folders that may not be written to, not be read, not be searched, or nothing of it. */
OURO_ASYNC(remove_what_is_forbidden)
{
    static const char *const names[] = { "w/x/y", "r/x/y", "s/x/y", "0/x/y", "q/x/y" };
    static const mode_t modes[] = { 0500, 0300, 0600, 0, 0700 };
    char kept[200];
    char name[256];
    char *path;
    size_t i;

    CHECK_INT(ouro_temporary_directory(&path, .dir = folder), 0);
    snprintf(kept, sizeof kept, "%s", path);
    for (i = 0; i < 5; i++) {
        snprintf(name, sizeof name, "%s/%s", kept, names[i]);
        CHECK_INT(ouro_os_makedirs(name, 0700, false), 0);
        snprintf(name, sizeof name, "%s/%.3s", kept, names[i]);
        CHECK_INT(chmod(name, modes[i]), 0);
    }
    snprintf(name, sizeof name, "%s/empty", kept);
    CHECK_INT(mkdir(name, 0), 0);
    CHECK_INT(ouro_temporary_directory_cleanup(path), -EACCES);
    for (i = 0; i < 5; i++) {
        snprintf(name, sizeof name, "%s/%.3s", kept, names[i]);
        CHECK_INT(chmod(name, 0700) == 0, modes[i] != 0700);
        snprintf(name, sizeof name, "%s/%s", kept, names[i]);
        CHECK_INT(rmdir(name) == 0, modes[i] != 0700);
        snprintf(name, sizeof name, "%s/%.3s", kept, names[i]);
        CHECK_INT(rmdir(name) == 0, modes[i] != 0700);
        snprintf(name, sizeof name, "%s/%.1s", kept, names[i]);
        CHECK_INT(rmdir(name) == 0, modes[i] != 0700);
    }
    CHECK_INT(rmdir(kept), 0);
    return 0;
}

TEST_ALL_BACKENDS(what_cannot_be_removed_stays_and_the_rest_goes)
{
    if (geteuid() == 0)
        CHECK_INT(seteuid(65534), 0);
    run_in_folder(remove_what_is_forbidden_coro());
    if (getuid() == 0)
        CHECK_INT(seteuid(0), 0);
}

static char moved_from[300];
static char moved_to[300];
static atomic_bool is_over;

/* Has an end of its own, as Valgrind might never let another thread run. */
static void *move_about(void *arg)
{
    int move;

    (void) arg;
    for (move = 0; move < 5000 && !atomic_load(&is_over); move++) {
        (void) rename(moved_from, moved_to);
        (void) rename(moved_to, moved_from);
    }
    return NULL;
}

/* A deep folder is moved away and back while the walk is in it. What is above it and beside it, as
 * "..", is nothing of the walk's. */
OURO_ASYNC(remove_what_moves)
{
    int turn;

    CHECK_INT(mkdir(path_of("beside"), 0700), 0);
    write_plainly("beside/stays", "x", 1);
    for (turn = 0; turn < 5; turn++) {
        pthread_t mover;
        char *path;
        char top[200];

        CHECK_INT(ouro_temporary_directory(&path, .dir = folder), 0);
        snprintf(top, sizeof top, "%s", path);
        make_deep(path, 300);
        snprintf(moved_from, sizeof moved_from, "%s/next/next", top);
        snprintf(moved_to, sizeof moved_to, "%s/moved", path_of("beside"));
        atomic_store(&is_over, false);
        CHECK_INT(pthread_create(&mover, NULL, move_about, NULL), 0);
        ouro_ignore(ouro_temporary_directory_cleanup(path));
        atomic_store(&is_over, true);
        CHECK_INT(pthread_join(mover, NULL), 0);
        CHECK_CONTENT("beside/stays", "x");
        if (mkdir(moved_to, 0700) == 0 || errno == EEXIST) {
            char *rest = NULL;

            CHECK_INT(ouro_temporary_directory(&rest, .dir = folder), 0);
            snprintf(top, sizeof top, "%s/rest", rest);
            CHECK_INT(rename(moved_to, top), 0);
            CHECK_INT(ouro_temporary_directory_cleanup(rest), 0);
        }
    }
    CHECK_INT(unlink(path_of("beside/stays")), 0);
    CHECK_INT(rmdir(path_of("beside")), 0);
    return 0;
}

static int remove_plainly(const char *path, const struct stat *status, int type, struct FTW *place)
{
    (void) status;
    (void) type;
    (void) place;
    return remove(path);
}

static void remove_tree_plainly(const char *path)
{
    CHECK_INT(nftw(path, remove_plainly, 16, FTW_DEPTH | FTW_PHYS), 0);
}

TEST_ALL_BACKENDS(a_walk_does_not_leave_its_tree)
{
    make_folder();
    CHECK_INT(ouro_run(remove_what_moves_coro()), 0);
    remove_tree_plainly(folder);
}

OURO_ASYNC(remove_with_little_memory)
{
    char *path;
    char name[256];
    int status = ouro_temporary_directory(&path, .dir = folder);
    int i;

    if (status < 0)
        return status;
    make_deep(path, 40);
    for (i = 0; i < 50; i++) {
        snprintf(name, sizeof name, "%s/%d", path, i);
        CHECK_INT(mkdir(name, 0700), 0);
    }
    return ouro_temporary_directory_cleanup(path);
}

TEST_WITH(memory_may_be_short, .backends = TEST_URING | TEST_EPOLL | TEST_SIM,
          .allocation_failures = true)
{
    int status;

    make_folder();
    status = ouro_run(remove_with_little_memory_coro());
    CHECK(status == 0 || (test_fault_fired() && status == -ENOMEM));
    remove_tree_plainly(folder);
}
