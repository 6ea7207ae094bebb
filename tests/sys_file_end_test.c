/* Files when something comes in between: the close, a cancel, an error, the end of the loop. */
#include "sys_file_probe.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

OURO_ASYNC(read_all_of, (ouro_file *, file))
{
    static char data[4096];

    return ouro_file_read(file, data, sizeof data);
}

OURO_ASYNC(pread_all_of, (ouro_file *, file))
{
    static char data[4096];

    return ouro_file_pread(file, data, sizeof data, 0);
}

/* A file is closed while others are at it, and wait for their turn. */
OURO_ASYNC(close_while_in_use)
{
    ouro_file *file;
    ouro_task *tasks[3];
    int i;

    write_plainly("a", pattern(), 4096);
    CHECK_INT(ouro_open(&file, path_of("a"), "r", .unbuffered = true), 0);
    ouro_file_ref(file);
    tasks[0] = ouro_create_task(read_all_of_coro(file));
    tasks[1] = ouro_create_task(pread_all_of_coro(file));
    tasks[2] = ouro_create_task(read_all_of_coro(file));
    CHECK_INT(ouro_sleep(0), 0);
    CHECK_INT(ouro_file_close(file), 0);
    CHECK(ouro_file_closed(file));
    CHECK_INT(ouro_file_fileno(file), -1);
    CHECK_INT(ouro_await(tasks[0]), 4096);
    CHECK_INT(ouro_await(tasks[1]), 4096);
    i = ouro_await(tasks[2]);
    CHECK(i == OURO_ECLOSED || i == 0);
    for (i = 0; i < 3; i++)
        ouro_future_unref(tasks[i]);
    CHECK_INT(read_all_of(file), OURO_ECLOSED);
    CHECK_INT(ouro_file_write(file, OURO_BYTES("x")), OURO_ECLOSED);
    CHECK_INT(ouro_file_seek(file, 0, SEEK_SET, NULL), OURO_ECLOSED);
    CHECK_INT(ouro_file_tell(file), OURO_ECLOSED);
    CHECK_INT(ouro_file_flush(file), OURO_ECLOSED);
    CHECK_INT(ouro_file_try_lock(file, false), OURO_ECLOSED);
    CHECK_INT(ouro_file_close(file), 0);
    return 0;
}

TEST_ALL_BACKENDS(use_after_the_close_is_refused)
{
    run_in_folder(close_while_in_use_coro());
}

OURO_ASYNC(lock_one, (ouro_file *, file))
{
    return ouro_file_lock(file, false);
}

/* A task that waits for a lock learns of the close at once, and of nothing that is gone. */
OURO_ASYNC(close_while_locking)
{
    ouro_file *holder;
    ouro_file *file;
    ouro_task *task;
    ouro_loop *loop = ouro_get_running_loop();
    double begin;

    CHECK_INT(ouro_open(&holder, path_of("a"), "w"), 0);
    CHECK_INT(ouro_file_lock(holder, false), 0);
    CHECK_INT(ouro_open(&file, path_of("a"), "r"), 0);
    task = ouro_create_task(lock_one_coro(file));
    CHECK_INT(ouro_sleep(0.3), 0);
    begin = ouro_loop_time(loop);
    CHECK_INT(ouro_file_close(file), 0);
    CHECK_INT(ouro_await(task), OURO_ECLOSED);
    CHECK(strstr(ouro_error_detail()->text, "was closed") != NULL);
    CHECK(ouro_loop_time(loop) - begin < 0.05);
    ouro_future_unref(task);
    CHECK_INT(ouro_file_close(holder), 0);
    return 0;
}

TEST_WITH(a_close_ends_the_wait_for_a_lock, .backends = TEST_SIM)
{
    run_in_folder(close_while_locking_coro());
}

OURO_ASYNC(close_one, (ouro_file *, file))
{
    return ouro_file_close(file);
}

/* A named temporary file is gone only when it is closed. */
OURO_ASYNC(close_twice)
{
    ouro_file *file;
    ouro_task *task;
    char name[256];

    CHECK_INT(ouro_named_temporary_file(&file, .dir = folder), 0);
    snprintf(name, sizeof name, "%s", ouro_file_name(file));
    CHECK_INT(ouro_file_write(file, OURO_BYTES("x")), 1);
    ouro_file_ref(file);
    task = ouro_create_task(close_one_coro(file));
    CHECK_INT(ouro_sleep(0), 0);
    CHECK_INT(ouro_file_close(file), 0);
    CHECK_INT(access(name, F_OK), -1);
    CHECK_INT(ouro_await(task), 0);
    ouro_future_unref(task);
    return 0;
}

TEST_ALL_BACKENDS(a_second_close_waits_for_the_first)
{
    run_in_folder(close_twice_coro());
}

OURO_ASYNC(cancel_a_read)
{
    ouro_file *file;
    ouro_task *task;
    int status;

    write_plainly("a", pattern(), 4096);
    CHECK_INT(ouro_open(&file, path_of("a"), "r", .unbuffered = true), 0);
    task = ouro_create_task(read_all_of_coro(file));
    CHECK_INT(ouro_sleep(0), 0);
    if (ouro_task_cancel(task, NULL)) {
        status = ouro_await(task);
        CHECK_INT(status, -ECANCELED);
        CHECK_INT(ouro_file_tell(file), 0);
    }
    ouro_future_unref(task);
    CHECK_INT(read_all_of(file), 4096);
    CHECK_INT(ouro_file_close(file), 0);
    return 0;
}

TEST_ALL_BACKENDS(a_cancelled_read_moves_no_position)
{
    run_in_folder(cancel_a_read_coro());
}

OURO_ASYNC(open_one, (ouro_file **, ret_file))
{
    return ouro_open(ret_file, path_of("a"), "w");
}

/* Whenever the cancel comes, nothing is left open: the harness counts descriptors. */
OURO_ASYNC(cancel_opens)
{
    int turns;

    for (turns = 0; turns < 5; turns++) {
        ouro_file *file = NULL;
        ouro_task *task = ouro_create_task(open_one_coro(&file));
        int i;
        int status;

        for (i = 0; i < turns; i++)
            CHECK_INT(ouro_sleep(0), 0);
        ouro_task_cancel(task, NULL);
        status = ouro_await(task);
        CHECK(status == 0 || status == -ECANCELED);
        CHECK((status == 0) == (file != NULL));
        if (file != NULL)
            CHECK_INT(ouro_file_close(file), 0);
        ouro_future_unref(task);
    }
    return 0;
}

TEST_ALL_BACKENDS(a_cancelled_open_leaves_nothing_open)
{
    run_in_folder(cancel_opens_coro());
}

OURO_ASYNC(write_and_close, (ouro_file *, file))
{
    CHECK_INT(ouro_file_write(file, OURO_BYTES("to be kept")), 10);
    ouro_task_cancel(ouro_current_task(), NULL);
    return ouro_file_close(file);
}

OURO_ASYNC(cancel_a_close)
{
    ouro_file *file;
    ouro_task *task;

    CHECK_INT(ouro_open(&file, path_of("a"), "w"), 0);
    task = ouro_create_task(write_and_close_coro(file));
    CHECK_INT(ouro_await(task), -ECANCELED);
    ouro_future_unref(task);
    CHECK_CONTENT("a", "to be kept");
    return 0;
}

TEST_ALL_BACKENDS(a_cancelled_close_writes_and_closes)
{
    run_in_folder(cancel_a_close_coro());
}

OURO_ASYNC(fill_the_disk)
{
    ouro_file *file;
    uint8_t *content = pattern();

    CHECK_INT(ouro_open(&file, "/dev/full", "w"), 0);
    CHECK_INT(ouro_file_write(file, OURO_BYTES("a little")), 8);
    CHECK_INT(ouro_file_flush(file), -ENOSPC);
    CHECK(strstr(ouro_error_detail()->text, "/dev/full") != NULL);
    CHECK(strstr(ouro_error_detail()->text, "make room") != NULL);
    CHECK_INT(ouro_file_write(file, bytes_of(content, LARGE)), -ENOSPC);
    CHECK_INT(ouro_file_close(file), -ENOSPC);
    return 0;
}

TEST_ALL_BACKENDS(a_full_disk_is_an_error_of_the_flush_and_the_close)
{
    run_in_folder(fill_the_disk_coro());
}

OURO_ASYNC(write_too_much)
{
    ouro_file *file;

    CHECK_INT(ouro_open(&file, path_of("a"), "w"), 0);
    CHECK_INT(ouro_file_write(file, bytes_of(pattern(), LARGE)), -EFBIG);
    CHECK(strstr(ouro_error_detail()->text, "after 300000 of") != NULL);
    CHECK_INT(ouro_file_tell(file), 300000);
    CHECK_INT(ouro_file_close(file), 0);
    return 0;
}

TEST_ALL_BACKENDS(an_error_in_the_middle_says_how_far_it_got)
{
    struct rlimit limit;
    struct rlimit before;

    CHECK_INT(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit = before;
    limit.rlim_cur = 300000;
    signal(SIGXFSZ, SIG_IGN);
    CHECK_INT(setrlimit(RLIMIT_FSIZE, &limit), 0);
    run_in_folder(write_too_much_coro());
    CHECK_INT(setrlimit(RLIMIT_FSIZE, &before), 0);
}

OURO_ASYNC(open_too_many)
{
    ouro_file *file = NULL;
    struct rlimit before;
    struct rlimit limit;
    int probe = dup(0);

    CHECK(probe >= 0);
    close(probe);
    CHECK_INT(getrlimit(RLIMIT_NOFILE, &before), 0);
    limit = before;
    limit.rlim_cur = (rlim_t) probe;
    CHECK_INT(setrlimit(RLIMIT_NOFILE, &limit), 0);
    CHECK_INT(ouro_open(&file, path_of("a"), "w"), -EMFILE);
    CHECK(strstr(ouro_error_detail()->text, "ulimit -n") != NULL);
    CHECK_INT(setrlimit(RLIMIT_NOFILE, &before), 0);
    return 0;
}

TEST_ALL_BACKENDS(without_descriptors_nothing_is_opened)
{
    run_in_folder(open_too_many_coro());
}

OURO_ASYNC(drop_a_file)
{
    ouro_file *file;

    CHECK_INT(ouro_open(&file, path_of("a"), "w"), 0);
    CHECK_INT(ouro_file_write(file, OURO_BYTES("left to itself")), 14);
    CHECK_PTR(ouro_file_unref(file), NULL);
    CHECK_PTR(ouro_file_unref(NULL), NULL);
    CHECK_INT(ouro_file_close(NULL), 0);
    return 0;
}

TEST_ALL_BACKENDS(the_last_reference_writes_and_closes)
{
    make_folder();
    CHECK_INT(ouro_run(drop_a_file_coro()), 0);
    CHECK_CONTENT("a", "left to itself");
    remove_folder((const char *const[]) { "a", NULL });
}

static ouro_file *forgotten;

OURO_ASYNC(forget_a_file)
{
    CHECK_INT(ouro_open(&forgotten, path_of("a"), "w"), 0);
    CHECK_INT(ouro_file_write(forgotten, OURO_BYTES("forgotten")), 9);
    return 0;
}

static char report[256];

static void take_log(ouro_log_level level, const char *text, void *arg)
{
    (void) level;
    (void) arg;
    snprintf(report, sizeof report, "%s", text);
}

TEST_ALL_BACKENDS(a_file_that_is_left_open_is_written_and_reported)
{
    make_folder();
    ouro_set_log_handler(take_log, NULL);
    CHECK_INT(ouro_run(forget_a_file_coro()), 0);
    ouro_set_log_handler(NULL, NULL);
    CHECK(strstr(report, "was never closed") != NULL && strstr(report, folder) != NULL);
    CHECK_CONTENT("a", "forgotten");
    CHECK(ouro_file_closed(forgotten));
    CHECK_INT(ouro_file_tell(forgotten), OURO_ECLOSED);
    ouro_file_unref(forgotten);
    remove_folder((const char *const[]) { "a", NULL });
}

/* A loop is closed while its tasks read: into their frames, which are about to go away. */
OURO_ASYNC(read_into_frame, (ouro_file *, file))
{
    char data[16384];

    for (;;)
        CHECK(ouro_file_pread(file, data, sizeof data, 0) >= 0);
    return 0;
}

TEST_ALL_BACKENDS(a_loop_is_closed_while_tasks_read)
{
    ouro_loop *loop;
    ouro_task *tasks[8];
    int turn;
    size_t i;

    make_folder();
    write_plainly("a", pattern(), 16384);
    ouro_set_log_handler(take_log, NULL);
    for (turn = 0; turn < 20; turn++) {
        CHECK_INT(ouro_new_event_loop(&loop), 0);
        tasks[0] = ouro_loop_create_task(loop, forget_a_file_coro());
        CHECK_INT(ouro_loop_run_until_complete(loop, tasks[0]), 0);
        ouro_future_unref(tasks[0]);
        CHECK_INT(ouro_loop_host_begin(loop), 0);
        ouro_file_unref(forgotten);
        {
            int fd = open(path_of("a"), O_RDONLY | O_CLOEXEC);

            CHECK_INT(ouro_fdopen(&forgotten, fd, "r"), 0);
        }
        for (i = 0; i < 8; i++)
            tasks[i] = ouro_loop_create_task(loop, read_into_frame_coro(forgotten));
        for (i = 0; i < (size_t) turn; i++) {
            CHECK_INT(ouro_loop_poll(loop, 0), 0);
            CHECK(ouro_loop_dispatch(loop) >= 0);
            CHECK(ouro_loop_run_ready(loop) >= 0);
        }
        ouro_loop_host_end(loop);
        CHECK_INT(ouro_loop_close(loop), 0);
        for (i = 0; i < 8; i++)
            ouro_future_unref(tasks[i]);
        ouro_file_unref(forgotten);
    }
    ouro_set_log_handler(NULL, NULL);
    remove_folder((const char *const[]) { "a", NULL });
}

/* The kernel has the frame of a task, for as long as nobody writes to the pipe. */
OURO_ASYNC(read_pipe_into_frame, (int, fd))
{
    char data[64];

    CHECK_INT(ouro_fdopen(&forgotten, fd, "r", .unbuffered = true), 0);
    return ouro_file_read(forgotten, data, sizeof data);
}

TEST_WITH(a_loop_takes_back_what_the_kernel_has, .backends = TEST_URING)
{
    ouro_loop *loop;
    ouro_task *task;
    int ends[2];

    CHECK_INT(pipe2(ends, O_CLOEXEC), 0);
    CHECK_INT(ouro_new_event_loop(&loop), 0);
    task = ouro_loop_create_task(loop, read_pipe_into_frame_coro(ends[0]));
    CHECK_INT(ouro_loop_host_begin(loop), 0);
    CHECK(ouro_loop_run_ready(loop) > 0);
    CHECK_INT(ouro_loop_poll(loop, 0), 0);
    ouro_loop_host_end(loop);
    ouro_set_log_handler(take_log, NULL);
    CHECK_INT(ouro_loop_close(loop), 0);
    ouro_set_log_handler(NULL, NULL);
    CHECK(ouro_future_cancelled(task));
    signal(SIGPIPE, SIG_IGN);
    CHECK_INT(write(ends[1], "late", 4), -1);
    CHECK_INT(errno, EPIPE);
    ouro_future_unref(task);
    ouro_file_unref(forgotten);
    close(ends[1]);
}

OURO_ASYNC(read_with_little_memory)
{
    ouro_file *file;
    ouro_bytes bytes;
    int status = ouro_open(&file, path_of("a"), "r+");

    if (status < 0)
        return status;
    status = ouro_file_readline(file, &bytes);
    if (status >= 0)
        status = ouro_file_read_all(file, 10000, &bytes);
    if (status >= 0)
        status = ouro_file_write(file, OURO_BYTES("x"));
    if (status < 0) {
        ouro_ignore(ouro_file_close(file));
        return status;
    }
    return ouro_file_close(file);
}

TEST_WITH(memory_may_be_short, .backends = TEST_URING | TEST_EPOLL | TEST_SIM,
          .allocation_failures = true)
{
    int status;

    make_folder();
    write_plainly("a", pattern(), 5000);
    status = ouro_run(read_with_little_memory_coro());
    CHECK(status == 0 || (test_fault_fired() && status == -ENOMEM));
    remove_folder((const char *const[]) { "a", NULL });
}

OURO_ASYNC(look_at_folder)
{
    int status = ouro_os_mkdir(folder, 0700);

    CHECK(status == -EEXIST || status == OURO_EWRONGLOOP);
    if (status == OURO_EWRONGLOOP)
        CHECK(strstr(ouro_error_detail()->text, "before this process was forked") != NULL);
    return status;
}

/* The threads of a process are not those of its child. */
TEST_WITH(a_child_is_told_that_it_has_its_parents_loop, .backends = TEST_EPOLL | TEST_SIM)
{
    ouro_loop *loop;
    ouro_task *task;
    pid_t child;
    int status = -1;

#ifdef OURO_TSAN
    SKIP("ThreadSanitizer allows no threads after a fork with threads");
#endif
    make_folder();
    CHECK_INT(ouro_new_event_loop(&loop), 0);
    task = ouro_loop_create_task(loop, look_at_folder_coro());
    CHECK_INT(ouro_loop_run_until_complete(loop, task), -EEXIST);
    ouro_future_unref(task);
    child = fork();
    if (child == 0) {
        task = ouro_loop_create_task(loop, look_at_folder_coro());
        CHECK_INT(ouro_loop_run_until_complete(loop, task), OURO_EWRONGLOOP);
        _exit(0);
    }
    CHECK_INT(waitpid(child, &status, 0), child);
    CHECK_INT(status, 0);
    CHECK_INT(ouro_loop_close(loop), 0);
    remove_folder((const char *const[]) { NULL });
}

static int status_outside;

static void use_outside_a_task(void *arg)
{
    ouro_file *file = NULL;

    status_outside = ouro_open(&file, "/dev/null", "r");
    CHECK(file == NULL);
    ouro_loop_stop(arg);
}

TEST_WITH(calls_need_a_task, .backends = TEST_SIM)
{
    ouro_loop *loop;
    ouro_file *file = NULL;

    CHECK_INT(ouro_open(&file, "/dev/null", "r"), OURO_ENOLOOP);
    CHECK_INT(ouro_fdopen(&file, 0, "r"), OURO_ENOLOOP);
    CHECK_INT(ouro_file_write(NULL, OURO_BYTES("x")), -EINVAL);
    CHECK_INT(ouro_file_tell(NULL), -EINVAL);
    CHECK_INT(ouro_new_event_loop(&loop), 0);
    ouro_loop_call_soon(loop, use_outside_a_task, loop);
    CHECK_INT(ouro_loop_run_forever(loop), 0);
    CHECK_INT(status_outside, OURO_ENOTASK);
    CHECK_INT(ouro_loop_close(loop), 0);
}
