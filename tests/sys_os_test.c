/* Names, folders, copies and temporary files. */
#include "sys_file_probe.h"

#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <termios.h>

OURO_ASYNC(ask_about_paths)
{
    struct stat status;
    struct stat expected;
    char target[200];

    write_plainly("a", "12345", 5);
    CHECK_INT(ouro_os_stat(path_of("a"), &status), 0);
    CHECK_INT(stat(path_of("a"), &expected), 0);
    CHECK_INT(status.st_size, 5);
    CHECK_INT(status.st_mode, expected.st_mode);
    CHECK_INT(status.st_ino, expected.st_ino);
    CHECK_INT(status.st_dev, expected.st_dev);
    CHECK_INT(status.st_mtim.tv_nsec, expected.st_mtim.tv_nsec);
    CHECK_INT(status.st_blocks, expected.st_blocks);
    CHECK_INT(ouro_os_stat(path_of("missing"), &status), -ENOENT);
    CHECK(strstr(ouro_error_detail()->text, path_of("missing")) != NULL);
    CHECK_INT(ouro_os_stat(NULL, &status), -EINVAL);
    CHECK_INT(ouro_os_stat(path_of("a"), NULL), -EINVAL);

    CHECK_INT(ouro_os_symlink(path_of("a"), path_of("b")), 0);
    CHECK_INT(ouro_os_symlink(path_of("a"), path_of("b")), -EEXIST);
    CHECK_INT(ouro_os_stat(path_of("b"), &status), 0);
    CHECK(S_ISREG(status.st_mode));
    CHECK_INT(ouro_os_lstat(path_of("b"), &status), 0);
    CHECK(S_ISLNK(status.st_mode));
    CHECK_INT(ouro_os_readlink(path_of("b"), target, sizeof target), strlen(path_of("a")));
    CHECK_STR(target, path_of("a"));
    CHECK_INT(ouro_os_readlink(path_of("b"), target, 5), -ENOBUFS);
    CHECK_INT(ouro_os_readlink(path_of("a"), target, sizeof target), -EINVAL);
    CHECK_INT(ouro_os_readlink(path_of("a"), NULL, 0), -EINVAL);

    CHECK_INT(ouro_os_exists(path_of("a")), 1);
    CHECK_INT(ouro_os_exists(path_of("missing")), 0);
    CHECK_INT(ouro_os_isfile(path_of("b")), 1);
    CHECK_INT(ouro_os_isfile(folder), 0);
    CHECK_INT(ouro_os_isdir(folder), 1);
    CHECK_INT(ouro_os_isdir(path_of("a")), 0);
    CHECK_INT(ouro_os_islink(path_of("b")), 1);
    CHECK_INT(ouro_os_islink(path_of("a")), 0);
    CHECK_INT(ouro_os_access(path_of("a"), R_OK | W_OK), 1);
    CHECK_INT(ouro_os_access(path_of("a"), X_OK), 0);
    CHECK_INT(ouro_os_unlink(path_of("a")), 0);
    CHECK_INT(ouro_os_exists(path_of("b")), 0);
    CHECK_INT(ouro_os_islink(path_of("b")), 1);
    return 0;
}

TEST_ALL_BACKENDS(paths_are_known_as_python_knows_them)
{
    run_in_folder(ask_about_paths_coro());
    CHECK_INT(ouro_os_exists("/"), OURO_ENOLOOP);
    CHECK_INT(ouro_os_listdir("/", &(const char **) { NULL }), OURO_ENOLOOP);
}

OURO_ASYNC(change_names)
{
    write_plainly("a", "content", 7);
    CHECK_INT(ouro_os_rename(path_of("a"), path_of("b")), 0);
    CHECK_INT(ouro_os_rename(path_of("a"), path_of("b")), -ENOENT);
    CHECK_CONTENT("b", "content");
    write_plainly("a", "new", 3);
    CHECK_INT(ouro_os_replace(path_of("a"), path_of("b")), 0);
    CHECK_CONTENT("b", "new");
    CHECK_INT(ouro_os_link(path_of("b"), path_of("a")), 0);
    CHECK_INT(ouro_os_link(path_of("b"), path_of("a")), -EEXIST);
    CHECK_INT(ouro_os_remove(path_of("b")), 0);
    CHECK_INT(ouro_os_remove(path_of("b")), -ENOENT);
    CHECK_CONTENT("a", "new");
    CHECK_INT(ouro_os_rename(path_of("a"), NULL), -EINVAL);
    CHECK_INT(ouro_os_rename(NULL, path_of("a")), -EINVAL);
    CHECK_INT(ouro_os_remove(folder), -EISDIR);
    return 0;
}

TEST_ALL_BACKENDS(names_are_changed)
{
    run_in_folder(change_names_coro());
}

OURO_ASYNC(use_folders)
{
    const char **names;
    ouro_dir_entry *entries;
    char path[128];
    int count;
    int status;
    int i;

    CHECK_INT(ouro_os_mkdir(path_of("d"), 0700), 0);
    CHECK_INT(ouro_os_mkdir(path_of("d"), 0700), -EEXIST);
    CHECK_INT(ouro_os_mkdir(path_of("x/y"), 0700), -ENOENT);
    CHECK_INT(ouro_os_listdir(path_of("d"), &names), 0);
    ouro_os_free(names);
    CHECK_INT(ouro_os_makedirs(path_of("d/e/f//"), 0700, false), 0);
    CHECK_INT(ouro_os_makedirs(path_of("d/e/f"), 0700, false), -EEXIST);
    CHECK_INT(ouro_os_makedirs(path_of("d/e/f"), 0700, true), 0);
    CHECK_INT(ouro_os_isdir(path_of("d/e/f")), 1);
    CHECK_INT(ouro_os_rmdir(path_of("d/e")), -ENOTEMPTY);
    CHECK_INT(ouro_os_rmdir(path_of("d/e/f")), 0);
    write_plainly("d/file", "", 0);
    CHECK_INT(ouro_os_makedirs(path_of("d/file"), 0700, true), -EEXIST);
    CHECK_INT(ouro_os_makedirs(path_of("d/file/x"), 0700, true), -ENOTDIR);
    CHECK_INT(ouro_os_makedirs("", 0700, true), -ENOENT);
    CHECK_INT(ouro_os_makedirs(path_of("d/g/h/."), 0700, false), 0);
    CHECK_INT(ouro_os_makedirs(path_of("d/g/h/."), 0700, false), -EEXIST);
    CHECK_INT(ouro_os_makedirs(path_of("d/g/h/."), 0700, true), 0);
    CHECK_INT(ouro_os_makedirs(path_of("d/g/i/./"), 0700, false), 0);
    CHECK_INT(ouro_os_makedirs(path_of("d/g/j/.."), 0700, false), -EEXIST);
    CHECK_INT(ouro_os_rmdir(path_of("d/g/h")), 0);
    CHECK_INT(ouro_os_rmdir(path_of("d/g/i")), 0);
    CHECK_INT(ouro_os_rmdir(path_of("d/g/j")), 0);
    CHECK_INT(ouro_os_rmdir(path_of("d/g")), 0);
    status = ouro_os_mkdir("/sys/missing", 0700); /* there nobody may make anything */
    CHECK(status < 0);
    CHECK_INT(ouro_os_makedirs("/sys/missing/x", 0700, true), status);
    CHECK_INT(ouro_os_rmdir(path_of("d/file")), -ENOTDIR);

    CHECK_INT(ouro_os_scandir(path_of("d"), &entries), 2);
    for (i = 0; i < 2; i++) {
        CHECK(strcmp(entries[i].name, "e") == 0 || strcmp(entries[i].name, "file") == 0);
        CHECK(entries[i].inode > 0);
        CHECK_INT(entries[i].type == DT_DIR, strcmp(entries[i].name, "e") == 0);
    }
    ouro_os_free(entries);
    for (i = 0; i < 200; i++) {
        snprintf(path, sizeof path, "d/name-%03d", i);
        write_plainly(path, "", 0);
    }
    count = ouro_os_listdir(path_of("d"), &names);
    CHECK_INT(count, 202);
    for (i = 0; i < count; i++) {
        snprintf(path, sizeof path, "d/%s", names[i]);
        CHECK_INT(ouro_os_isdir(path_of(path)) ? ouro_os_rmdir(path_of(path))
                                               : ouro_os_remove(path_of(path)),
                  0);
    }
    ouro_os_free(names);
    ouro_os_free(NULL);
    CHECK_INT(ouro_os_rmdir(path_of("d")), 0);
    CHECK_INT(ouro_os_listdir(path_of("d"), &names), -ENOENT);
    CHECK_INT(ouro_os_listdir(NULL, &names), -EINVAL);
    CHECK_INT(ouro_os_listdir(folder, NULL), -EINVAL);
    return 0;
}

TEST_ALL_BACKENDS(folders_are_made_listed_and_removed)
{
    run_in_folder(use_folders_coro());
}

OURO_ASYNC(copy_files)
{
    struct stat status;

    write_plainly("a", pattern(), LARGE);
    CHECK_INT(chmod(path_of("a"), 0750), 0);
    write_plainly("b", "is emptied", 10);
    CHECK_INT(unlink(path_of("b")), 0);
    CHECK_INT(ouro_os_copy_file(path_of("a"), path_of("b")), 0);
    check_content("b", pattern(), LARGE);
    CHECK_INT(ouro_os_stat(path_of("b"), &status), 0);
    CHECK_INT(status.st_mode & 0777, 0750);
    write_plainly("a", "short", 5);
    CHECK_INT(ouro_os_copy_file(path_of("a"), path_of("b")), 0);
    CHECK_CONTENT("b", "short");
    CHECK_INT(ouro_os_copy_file(path_of("a"), path_of("a")), -EINVAL);
    CHECK_CONTENT("a", "short");
    CHECK_INT(ouro_os_copy_file(path_of("c"), path_of("b")), -ENOENT);
    CHECK(strstr(ouro_error_detail()->text, path_of("c")) != NULL);
    CHECK_INT(ouro_os_copy_file(path_of("a"), path_of("c/d")), -ENOENT);
    CHECK(strstr(ouro_error_detail()->text, path_of("c/d")) != NULL);
    CHECK_INT(ouro_os_copy_file(folder, path_of("b")), -EISDIR);
    CHECK_INT(ouro_os_copy_file(path_of("a"), "/dev/full"), -ENOSPC);
    CHECK_INT(ouro_os_copy_file("/proc/self/comm", path_of("b")), 0);
    CHECK_INT(ouro_os_stat(path_of("b"), &status), 0);
    CHECK(status.st_size > 0);
    CHECK_INT(ouro_os_copy_file(NULL, path_of("b")), -EINVAL);

    /* The memory of a process begins with nothing that could be read. */
    CHECK_INT(ouro_os_copy_file("/proc/self/mem", path_of("b")), -EIO);
    CHECK(strstr(ouro_error_detail()->text, "/proc/self/mem") != NULL);
    return 0;
}

TEST_ALL_BACKENDS(files_are_copied)
{
    mode_t before = umask(022);

    run_in_folder(copy_files_coro());
    umask(before);
}

/* As shutil.copyfile refuses a named pipe, instead of waiting for its other end. */
OURO_ASYNC(copy_what_is_no_file)
{
    int status;

    CHECK_INT(mkfifo(path_of("a"), 0600), 0);
    CHECK_INT(ouro_os_copy_file(path_of("a"), path_of("b")), -EINVAL);
    CHECK(strstr(ouro_error_detail()->text, "only files are copied") != NULL);
    CHECK(strstr(ouro_error_detail()->text, path_of("a")) != NULL);
    CHECK_INT(access(path_of("b"), F_OK), -1);
    CHECK_INT(ouro_os_copy_file("/proc/self/comm", path_of("a")), -EINVAL);
    CHECK(strstr(ouro_error_detail()->text, path_of("a")) != NULL);
    status = ouro_os_copy_file("/dev/zero", path_of("b"));
    CHECK_INT(status, -EINVAL);
    CHECK_INT(ouro_os_copy_file("/proc/self/comm", "/dev/null"), 0);
    CHECK_INT(ouro_os_copy_file("/proc/self/comm", path_of("b")), 0);
    CHECK_INT(ouro_os_copy_file(path_of("b"), path_of("b")), -EINVAL);
    CHECK(strstr(ouro_error_detail()->text, "same file") != NULL);
    return 0;
}

TEST_ALL_BACKENDS(only_files_are_copied)
{
    run_in_folder(copy_what_is_no_file_coro());
}

/* Another process has the file for itself until it is told that somebody wants it. */
static pid_t lease(const char *path)
{
    int ready[2];
    char byte;
    pid_t child;

    CHECK_INT(pipe2(ready, O_CLOEXEC), 0);
    child = fork();
    if (child == 0) {
        sigset_t signals;
        int fd = open(path, O_RDWR | O_CLOEXEC);
        int signal;

        sigemptyset(&signals);
        sigaddset(&signals, SIGIO);
        sigprocmask(SIG_BLOCK, &signals, NULL);
        if (fcntl(fd, F_SETLEASE, F_WRLCK) < 0)
            _exit(1);
        (void) !write(ready[1], "x", 1);
        sigwait(&signals, &signal);
        (void) fcntl(fd, F_SETLEASE, F_UNLCK);
        _exit(0);
    }
    close(ready[1]);
    if (read(ready[0], &byte, 1) != 1)
        SKIP("no leases on this file system");
    close(ready[0]);
    return child;
}

OURO_ASYNC(copy_what_is_leased)
{
    pid_t child;
    int status;

    write_plainly("a", "content", 7);
    write_plainly("b", "", 0);
    child = lease(path_of("a"));
    CHECK_INT(ouro_os_copy_file(path_of("a"), path_of("b")), 0);
    CHECK_INT(waitpid(child, &status, 0), child);
    CHECK_CONTENT("b", "content");
    child = lease(path_of("b"));
    CHECK_INT(ouro_os_copy_file(path_of("a"), path_of("b")), 0);
    CHECK_INT(waitpid(child, &status, 0), child);
    CHECK_CONTENT("b", "content");
    return 0;
}

TEST_ALL_BACKENDS(a_copy_waits_for_a_lease)
{
    run_in_folder(copy_what_is_leased_coro());
}

static int master;

static void *read_master(void *arg)
{
    static uint8_t content[LARGE];
    size_t count = 0;

    (void) arg;
    while (count < LARGE) {
        ssize_t got = read(master, content + count, LARGE - count);

        CHECK(got > 0);
        count += (size_t) got;
    }
    CHECK_BYTES(content, LARGE, pattern(), LARGE);
    return NULL;
}

static int copy_to_terminal(void *name)
{
    return ouro_os_copy_file(path_of("a"), name);
}

/* A terminal takes as much as is read at its other end. */
TEST_ALL_BACKENDS(a_copy_waits_for_a_terminal)
{
    struct termios state;
    pthread_t reader;
    char name[64];
    int slave;

    master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0)
        SKIP("no terminals here");
    CHECK_INT(ptsname_r(master, name, sizeof name), 0);
    slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    CHECK(slave >= 0);
    CHECK_INT(tcgetattr(slave, &state), 0);
    cfmakeraw(&state);
    CHECK_INT(tcsetattr(slave, TCSANOW, &state), 0);
    make_folder();
    write_plainly("a", pattern(), LARGE);
    CHECK_INT(pthread_create(&reader, NULL, read_master, NULL), 0);
    CHECK_INT(ouro_run(ouro_coro(copy_to_terminal, name)), 0);
    CHECK_INT(pthread_join(reader, NULL), 0);
    remove_folder((const char *const[]) { "a", NULL });
    close(slave);
    close(master);
}

OURO_ASYNC(use_temporary_files)
{
    ouro_file *file;
    ouro_bytes bytes;
    struct stat status;
    char name[200];

    CHECK_INT(ouro_temporary_file(&file, .dir = folder), 0);
    CHECK_INT(ouro_file_write(file, OURO_BYTES("for a while")), 11);
    CHECK_INT(ouro_file_seek(file, 0, SEEK_SET, NULL), 0);
    CHECK_INT(ouro_file_read_all(file, 100, &bytes), 0);
    CHECK_VIEW(bytes, "for a while");
    CHECK_INT(fstat(ouro_file_fileno(file), &status), 0);
    CHECK_INT(status.st_nlink, 0);
    CHECK_INT(ouro_file_close(file), 0);

    CHECK_INT(ouro_named_temporary_file(&file, .dir = folder, .prefix = "p-", .suffix = ".s"), 0);
    snprintf(name, sizeof name, "%s", ouro_file_name(file));
    CHECK(strncmp(name, path_of("p-"), strlen(path_of("p-"))) == 0);
    CHECK_STR(name + strlen(name) - 2, ".s");
    CHECK_INT(ouro_os_stat(name, &status), 0);
    CHECK_INT(status.st_mode & 0777, 0600);
    CHECK_INT(ouro_file_close(file), 0);
    CHECK_INT(ouro_os_exists(name), 0);

    CHECK_INT(ouro_named_temporary_file(&file, .keep = true), 0);
    snprintf(name, sizeof name, "%s", ouro_file_name(file));
    CHECK(strncmp(name, folder, strlen(folder)) == 0);
    CHECK_PTR(ouro_file_unref(file), NULL);
    CHECK_INT(ouro_os_remove(name), 0);
    CHECK_INT(ouro_temporary_file(&file, .dir = path_of("missing")), -ENOENT);
    CHECK_INT(ouro_named_temporary_file(&file, .dir = path_of("missing")), -ENOENT);
    CHECK_INT(ouro_temporary_file_with(&file, NULL), -EINVAL);
    return 0;
}

TEST_ALL_BACKENDS(temporary_files_go_when_they_are_closed)
{
    make_folder();
    CHECK_INT(setenv("TMPDIR", folder, 1), 0);
    CHECK_INT(ouro_run(use_temporary_files_coro()), 0);
    unsetenv("TMPDIR");
    remove_folder((const char *const[]) { NULL });
}

/* The process goes elsewhere meanwhile, and the file is found all the same. */
OURO_ASYNC(go_elsewhere)
{
    ouro_file *file;
    char *path;
    char name[256];

    CHECK_INT(chdir(folder), 0);
    CHECK_INT(ouro_named_temporary_file(&file, .dir = "."), 0);
    CHECK_INT(ouro_temporary_directory(&path, .dir = "."), 0);
    CHECK_INT(chdir("/"), 0);
    snprintf(name, sizeof name, "%s", ouro_file_name(file));
    CHECK_INT(name[0], '/');
    CHECK_INT(access(name, F_OK), 0);
    CHECK_INT(ouro_file_close(file), 0);
    CHECK_INT(access(name, F_OK), -1);
    CHECK_INT(ouro_temporary_directory_cleanup(path), 0);

    CHECK_INT(setenv("TMPDIR", path_of("missing"), 1), 0);
    CHECK_INT(ouro_named_temporary_file(&file), 0);
    CHECK(strncmp(ouro_file_name(file), "/tmp/", 5) == 0);
    CHECK_INT(ouro_file_close(file), 0);
    CHECK_INT(ouro_temporary_file(&file), 0);
    CHECK_INT(ouro_file_close(file), 0);
    CHECK_INT(ouro_temporary_directory(&path), 0);
    CHECK(strncmp(path, "/tmp/", 5) == 0);
    CHECK_INT(ouro_temporary_directory_cleanup(path), 0);
    CHECK_INT(ouro_named_temporary_file(&file, .dir = path_of("missing")), -ENOENT);
    unsetenv("TMPDIR");
    return 0;
}

TEST_ALL_BACKENDS(temporary_names_hold_wherever_the_process_goes)
{
    run_in_folder(go_elsewhere_coro());
}

OURO_ASYNC(use_temporary_folder)
{
    char *path;
    char inside[200];
    ouro_file *file;

    CHECK_INT(ouro_temporary_directory(&path, .dir = folder, .prefix = "work-"), 0);
    CHECK_INT(ouro_os_isdir(path), 1);
    snprintf(inside, sizeof inside, "%s/x/y/z", path);
    CHECK_INT(ouro_os_makedirs(inside, 0700, false), 0);
    snprintf(inside, sizeof inside, "%s/x/file", path);
    CHECK_INT(ouro_open(&file, inside, "w"), 0);
    CHECK_INT(ouro_file_close(file), 0);
    snprintf(inside, sizeof inside, "%s/link", path);
    CHECK_INT(ouro_os_symlink(folder, inside), 0);
    snprintf(inside, sizeof inside, "%s", path);
    CHECK_INT(ouro_temporary_directory_cleanup(path), 0);
    CHECK_INT(ouro_os_exists(inside), 0);
    CHECK_INT(ouro_temporary_directory_cleanup(NULL), 0);
    CHECK_INT(ouro_temporary_directory(&path, .dir = path_of("missing")), -ENOENT);
    CHECK_INT(ouro_temporary_directory(&path), 0);
    ouro_task_cancel(ouro_current_task(), NULL);
    snprintf(inside, sizeof inside, "%s", path);
    CHECK_INT(ouro_temporary_directory_cleanup(path), 0);
    CHECK_INT(access(inside, F_OK), -1);
    CHECK_INT(ouro_sleep(0), -ECANCELED);
    return 0;
}

TEST_ALL_BACKENDS(a_temporary_folder_goes_with_all_that_is_in_it)
{
    run_in_folder(use_temporary_folder_coro());
}

OURO_ASYNC(list_with_little_memory)
{
    const char **names;
    ouro_dir_entry *entries;
    char *path = NULL;
    int status = ouro_os_listdir(folder, &names);

    if (status < 0)
        return status;
    ouro_os_free(names);
    status = ouro_os_scandir(folder, &entries);
    if (status < 0)
        return status;
    ouro_os_free(entries);
    status = ouro_temporary_directory(&path, .dir = folder);
    if (status == 0)
        status = ouro_temporary_directory_cleanup(path);
    return status;
}

TEST_WITH(memory_may_be_short, .backends = TEST_URING | TEST_EPOLL | TEST_SIM,
          .allocation_failures = true)
{
    int status;

    make_folder();
    write_plainly("a", "", 0);
    write_plainly("b", "", 0);
    status = ouro_run(list_with_little_memory_coro());
    CHECK(status == 0 || (test_fault_fired() && status == -ENOMEM));
    remove_folder((const char *const[]) { "a", "b", NULL });
}
