/* Opening: named pipes, which wait for their other end, flags that are not those of a mode, and who
 * does what waits for a disk. */
#include "sys_file_probe.h"

#include "io_forbid.h"

#include <pthread.h>

/* Makes a pipe with the name "a". */
static void make_pipe(void)
{
    CHECK_INT(mkfifo(path_of("a"), 0600), 0);
}

OURO_ASYNC(open_as, (ouro_file **, ret_file), (const char *, mode))
{
    return ouro_open(ret_file, path_of("a"), mode);
}

OURO_ASYNC(time_out, (const char *, mode))
{
    ouro_file *file = NULL;
    int status = 0;

    ouro_with_timeout (&status, 0.05) {
        status = ouro_open(&file, path_of("a"), mode);
    }
    CHECK_INT(status, -ETIMEDOUT);
    CHECK(file == NULL);
    return 0;
}

OURO_ASYNC(time_both_out)
{
    make_pipe();
    OURO_TRY(time_out("r"));
    OURO_TRY(time_out("w"));
    return time_out("a");
}

TEST_ALL_BACKENDS(the_open_of_a_pipe_can_be_cancelled)
{
    run_in_folder(time_both_out_coro());
}

/* Whenever the cancel comes, it is delivered. */
OURO_ASYNC(cancel_at_each_turn)
{
    static const char *const modes[] = { "r", "w" };
    int turns;

    make_pipe();
    for (turns = 0; turns < 24; turns++) {
        ouro_file *file = NULL;
        ouro_task *task = ouro_create_task(open_as_coro(&file, modes[turns % 2]));
        int i;

        for (i = 0; i < turns / 2; i++)
            CHECK_INT(ouro_sleep(0), 0);
        CHECK(ouro_task_cancel(task, NULL));
        CHECK_INT(ouro_await(task), -ECANCELED);
        CHECK(file == NULL);
        ouro_future_unref(task);
    }
    return 0;
}

TEST_ALL_BACKENDS(the_open_of_a_pipe_is_cancelled_at_any_time)
{
    run_in_folder(cancel_at_each_turn_coro());
}

/* Whoever comes first waits for the other one. */
OURO_ASYNC(meet, (const char *, first_mode), (const char *, second_mode))
{
    ouro_file *first = NULL;
    ouro_file *second = NULL;
    ouro_file *reader;
    ouro_file *writer;
    ouro_task *task = ouro_create_task(open_as_coro(&first, first_mode));
    char data[8];

    CHECK_INT(ouro_sleep(0.005), 0);
    CHECK(!ouro_future_done(task));
    CHECK_INT(ouro_open(&second, path_of("a"), second_mode), 0);
    CHECK_INT(ouro_await(task), 0);
    ouro_future_unref(task);
    reader = first_mode[0] == 'r' ? first : second;
    writer = first_mode[0] == 'r' ? second : first;
    CHECK_INT(fcntl(ouro_file_fileno(reader), F_GETFL) & O_NONBLOCK, 0);
    CHECK_INT(fcntl(ouro_file_fileno(writer), F_GETFL) & O_NONBLOCK, 0);
    CHECK_INT(ouro_file_write(writer, OURO_BYTES("hello")), 5);
    CHECK_INT(ouro_file_close(writer), 0);
    CHECK_INT(ouro_file_read(reader, data, sizeof data), 5);
    CHECK_BYTES(data, 5, "hello", 5);
    return ouro_file_close(reader);
}

OURO_ASYNC(meet_twice)
{
    make_pipe();
    OURO_TRY(meet("r", "w"));
    return meet("w", "r");
}

TEST_ALL_BACKENDS(a_pipe_is_open_when_both_ends_are)
{
    run_in_folder(meet_twice_coro());
}

/* A writer that has come and gone has been there; so it is with a blocking open. */
OURO_ASYNC(miss_the_writer)
{
    ouro_file *file = NULL;
    ouro_task *task;
    char byte;
    int fd = -1;

    make_pipe();
    task = ouro_create_task(open_as_coro(&file, "r"));
    while (fd < 0) {
        CHECK_INT(ouro_sleep(0.001), 0);
        fd = open(path_of("a"), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    }
    close(fd);
    CHECK_INT(ouro_await(task), 0);
    ouro_future_unref(task);
    CHECK_INT(ouro_file_read(file, &byte, 1), 0);
    return ouro_file_close(file);
}

TEST_ALL_BACKENDS(a_writer_that_has_gone_again_counts)
{
    run_in_folder(miss_the_writer_coro());
}

OURO_ASYNC(open_without_waiting)
{
    ouro_file *file;
    char path[64];
    char byte;
    int ends[2];

    make_pipe();
    CHECK_INT(ouro_open(&file, path_of("a"), "w", .flags = O_NONBLOCK), -ENXIO);
    CHECK_INT(ouro_open(&file, path_of("a"), "r", .flags = O_NONBLOCK), 0);
    CHECK(fcntl(ouro_file_fileno(file), F_GETFL) & O_NONBLOCK);
    CHECK_INT(ouro_file_close(file), 0);

    /* A pipe without a name, such as /dev/stdin may be. */
    CHECK_INT(pipe2(ends, O_CLOEXEC), 0);
    close(ends[1]);
    snprintf(path, sizeof path, "/proc/self/fd/%d", ends[0]);
    CHECK_INT(ouro_open(&file, path, "r"), 0);
    CHECK_INT(ouro_file_read(file, &byte, 1), 0);
    CHECK_INT(ouro_file_close(file), 0);
    close(ends[0]);
    return 0;
}

TEST_ALL_BACKENDS(some_pipes_do_not_wait)
{
    run_in_folder(open_without_waiting_coro());
}

/* Python: os.fdopen(fd, "r+b") of a descriptor with O_APPEND. */
OURO_ASYNC(append_in_any_mode)
{
    ouro_file *file;
    int fd;

    write_plainly("a", "0123456789", 10);
    fd = open(path_of("a"), O_RDWR | O_APPEND | O_CLOEXEC);
    CHECK(fd >= 0);
    CHECK_INT(ouro_fdopen(&file, fd, "r+"), 0);
    CHECK_INT(ouro_file_tell(file), 0);
    CHECK_INT(ouro_file_write(file, OURO_BYTES("abc")), 3);
    CHECK_INT(ouro_file_flush(file), 0);
    CHECK_INT(ouro_file_tell(file), 13);
    CHECK_INT(ouro_file_close(file), 0);
    CHECK_INT(ouro_open(&file, path_of("a"), "r+", .flags = O_APPEND), 0);
    CHECK_INT(ouro_file_write(file, OURO_BYTES("d")), 1);
    CHECK_INT(ouro_file_flush(file), 0);
    CHECK_INT(ouro_file_tell(file), 14);
    CHECK_INT(ouro_file_close(file), 0);
    CHECK_CONTENT("a", "0123456789abcd");
    return 0;
}

TEST_ALL_BACKENDS(appending_is_a_matter_of_the_descriptor)
{
    run_in_folder(append_in_any_mode_coro());
}

OURO_ASYNC(mix_flags)
{
    ouro_file *file;
    char data[4];

    write_plainly("a", "1234", 4);
    CHECK_INT(ouro_open(&file, path_of("a"), "r", .flags = O_WRONLY), 0);
    CHECK_INT(ouro_file_read(file, data, 4), 4);
    CHECK_INT(fcntl(ouro_file_fileno(file), F_GETFL) & (O_ACCMODE | O_NONBLOCK), O_RDONLY);
    CHECK_INT(ouro_file_close(file), 0);
    CHECK_INT(ouro_open(&file, path_of("a"), "rt"), -EINVAL);
    CHECK_INT(ouro_open(&file, path_of("a"), "rbt"), -EINVAL);
    CHECK_INT(ouro_open(&file, path_of("a"), "rb+"), 0);
    CHECK_INT(ouro_file_seek(file, INT64_MAX, SEEK_SET, NULL), 0);
    CHECK_INT(ouro_file_write(file, OURO_BYTES("x")), -EFBIG);
    CHECK(ouro_file_tell(file) == INT64_MAX);
    CHECK_INT(ouro_file_close(file), 0);
    CHECK_CONTENT("a", "1234");
    return 0;
}

TEST_ALL_BACKENDS(flags_do_not_change_the_mode)
{
    run_in_folder(mix_flags_coro());
}

static void ignore_log(ouro_log_level level, const char *text, void *arg)
{
    (void) level;
    (void) text;
    (void) arg;
}

OURO_ASYNC(list_folder)
{
    const char **names;

    CHECK(ouro_os_listdir("/proc/self", &names) >= 0);
    ouro_os_free(names);
    return 0;
}

OURO_ASYNC(copy_to_b)
{
    return ouro_os_copy_file("/proc/self/exe", path_of("b"));
}

/* Files that are open when a loop is closed. */
static ouro_file *left[3];

OURO_ASYNC(open_plainly)
{
    return ouro_open(&left[0], "/proc/self/exe", "r");
}

OURO_ASYNC(open_pipe)
{
    return ouro_open(&left[1], path_of("a"), "r");
}

OURO_ASYNC(make_temporary_file)
{
    return ouro_temporary_file(&left[2], .dir = folder);
}

/* Whenever a loop is closed under these calls, nothing is left: the harness counts. */
TEST_ALL_BACKENDS(a_loop_is_closed_under_calls)
{
    int turn;

    make_folder();
    make_pipe();
    ouro_set_log_handler(ignore_log, NULL);
    for (turn = 0; turn < 60; turn++) {
        const ouro_coroutine calls[] = {
            list_folder_coro(), copy_to_b_coro(),           open_plainly_coro(),
            open_pipe_coro(),   make_temporary_file_coro(),
        };
        ouro_task *tasks[sizeof calls / sizeof calls[0]];
        ouro_loop *loop;
        size_t i;

        CHECK_INT(ouro_new_event_loop(&loop), 0);
        for (i = 0; i < sizeof calls / sizeof calls[0]; i++)
            tasks[i] = ouro_loop_create_task(loop, calls[i]);
        CHECK_INT(ouro_loop_host_begin(loop), 0);
        for (i = 0; i < (size_t) turn; i++) {
            CHECK_INT(ouro_loop_poll(loop, 0), 0);
            CHECK(ouro_loop_dispatch(loop) >= 0);
            CHECK(ouro_loop_run_ready(loop) >= 0);
        }
        ouro_loop_host_end(loop);
        CHECK_INT(ouro_loop_close(loop), 0);
        for (i = 0; i < sizeof calls / sizeof calls[0]; i++)
            ouro_future_unref(tasks[i]);
        for (i = 0; i < sizeof left / sizeof left[0]; i++)
            left[i] = ouro_file_unref(left[i]);
    }
    ouro_set_log_handler(NULL, NULL);
    remove_folder((const char *const[]) { "a", "b", NULL });
}

#ifndef OURO_TORTURE /* where threads do not stay for the next job */

OURO_ASYNC(begin_a_thread)
{
    const char **names;
    int count = ouro_os_listdir(folder, &names);

    if (count >= 0)
        ouro_os_free(names);
    return count;
}

OURO_ASYNC(use_files)
{
    ouro_file *file;
    char *path;

    CHECK_INT(ouro_open(&file, path_of("a"), "a"), 0);
    CHECK_INT(ouro_file_write(file, OURO_BYTES("x")), 1);
    CHECK_INT(ouro_file_close(file), 0);
    CHECK_INT(ouro_open(&file, path_of("a"), "r"), 0);
    CHECK_INT(ouro_file_close(file), 0);
    CHECK_INT(ouro_os_copy_file(path_of("a"), path_of("b")), 0);
    CHECK_INT(ouro_os_makedirs(path_of("c/d"), 0700, false), 0);
    CHECK_INT(ouro_os_rmdir(path_of("c/d")), 0);
    CHECK_INT(ouro_os_rmdir(path_of("c")), 0);
    CHECK_INT(ouro_temporary_file(&file, .dir = folder), 0);
    CHECK_INT(ouro_file_close(file), 0);
    CHECK_INT(ouro_named_temporary_file(&file, .dir = folder), 0);
    CHECK_INT(ouro_file_close(file), 0);
    CHECK_INT(ouro_temporary_directory(&path, .dir = folder), 0);
    return ouro_temporary_directory_cleanup(path);
}

/* A thread that may not look at a disk. */
static void *run_without_disks(void *arg)
{
    (void) arg;
#ifdef SYS_unlink
    forbid_call(SYS_unlink, EIO);
    forbid_call(SYS_rmdir, EIO);
    forbid_call(SYS_mkdir, EIO);
    forbid_call(SYS_open, EIO);
#endif
    forbid_call(SYS_unlinkat, EIO);
    forbid_call(SYS_mkdirat, EIO);
    forbid_call(SYS_openat, EIO);
    forbid_call(SYS_newfstatat, EIO);
    CHECK_INT(ouro_run(use_files_coro()), 0);
    return NULL;
}

/* The threads of the pool are those of another loop, which nothing is forbidden. */
TEST_ALL_BACKENDS(the_thread_of_a_loop_waits_for_no_disk)
{
    ouro_loop *loop;
    ouro_task *task;
    pthread_t thread;

    make_folder();
    CHECK_INT(ouro_new_event_loop(&loop), 0);
    task = ouro_loop_create_task(loop, begin_a_thread_coro());
    CHECK_INT(ouro_loop_run_until_complete(loop, task), 0);
    ouro_future_unref(task);
    CHECK_INT(pthread_create(&thread, NULL, run_without_disks, NULL), 0);
    CHECK_INT(pthread_join(thread, NULL), 0);
    CHECK_INT(ouro_loop_close(loop), 0);
    CHECK_CONTENT("b", "x");
    remove_folder((const char *const[]) { "a", "b", NULL });
}

#endif
