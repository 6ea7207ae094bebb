/* A loop that is closed under calls on files: nothing is left, nothing is lost. And locks and names
 * where the system has no threads or no random bytes. */
#include "sys_file_probe.h"

#include "io_forbid.h"

#include <pthread.h>

static void ignore_log(ouro_log_level level, const char *text, void *arg)
{
    (void) level;
    (void) text;
    (void) arg;
}

/* Runs a coroutine for so many iterations, and closes the loop. Returns true if it was done. */
static bool run_for(ouro_coroutine coroutine, int turns)
{
    ouro_loop *loop;
    ouro_task *task;
    bool is_done = false;
    int i;

    CHECK_INT(ouro_new_event_loop(&loop), 0);
    task = ouro_loop_create_task(loop, coroutine);
    CHECK_INT(ouro_loop_host_begin(loop), 0);
    for (i = 0; i < turns && !is_done; i++) {
        CHECK_INT(ouro_loop_poll(loop, 0), 0);
        CHECK(ouro_loop_dispatch(loop) >= 0);
        CHECK(ouro_loop_run_ready(loop) >= 0);
        is_done = ouro_future_done(task);
    }
    ouro_loop_host_end(loop);
    CHECK_INT(ouro_loop_close(loop), 0);
    ouro_future_unref(task);
    return is_done;
}

static ouro_file *held;
OURO_ASYNC(use_named_file)
{
    OURO_TRY(ouro_named_temporary_file(&held, .dir = folder));
    OURO_TRY(ouro_file_write(held, OURO_BYTES("x")));
    ouro_file_ref(held);
    return ouro_file_close(held);
}

OURO_ASYNC(use_nameless_file)
{
    OURO_TRY(ouro_temporary_file(&held, .dir = folder));
    ouro_file_ref(held);
    return ouro_file_close(held);
}

OURO_ASYNC(use_folder)
{
    char *path;

    OURO_TRY(ouro_temporary_directory(&path, .dir = folder));
    return ouro_temporary_directory_cleanup(path);
}

/* Closes loops under a coroutine, ever later. Each leaves as many descriptors and names as there
 * were. */
static void abandon_at_each_turn(int kind)
{
    int turns;
    bool is_done = false;

    for (turns = 0; turns < 200 && !is_done; turns++) {
        int descriptors = count_entries("/proc/self/fd");
        int names = count_entries(folder);

        held = NULL;
        is_done = run_for(kind == 0   ? use_named_file_coro()
                          : kind == 1 ? use_nameless_file_coro()
                                      : use_folder_coro(),
                          turns);
        CHECK_INT(count_entries("/proc/self/fd"), descriptors);
        CHECK_INT(count_entries(folder), names);
        if (held != NULL) {
            CHECK(ouro_file_closed(held));
            ouro_file_unref(held); /* the close, however far it got, has given one back */
        }
    }
}

TEST_ALL_BACKENDS(a_named_file_goes_with_the_loop)
{
    make_folder();
    ouro_set_log_handler(ignore_log, NULL);
    abandon_at_each_turn(0);
    ouro_set_log_handler(NULL, NULL);
    remove_folder((const char *const[]) { NULL });
}

TEST_ALL_BACKENDS(a_folder_goes_with_the_loop)
{
    make_folder();
    ouro_set_log_handler(ignore_log, NULL);
    abandon_at_each_turn(2);
    ouro_set_log_handler(NULL, NULL);
    remove_folder((const char *const[]) { NULL });
}

/* On a ring the filter does not see the calls. */
TEST_WITH(a_file_that_loses_its_name_goes_with_the_loop, .backends = TEST_EPOLL | TEST_SIM)
{
    make_folder();
    ouro_set_log_handler(ignore_log, NULL);
    abandon_at_each_turn(1);
    forbid_open(O_TMPFILE & ~O_DIRECTORY, EOPNOTSUPP); /* no file is without a name */
    CHECK_INT(open(folder, O_RDWR | O_TMPFILE | O_CLOEXEC, 0600), -1);
    abandon_at_each_turn(1);
    ouro_set_log_handler(NULL, NULL);
    remove_folder((const char *const[]) { NULL });
}

static bool is_written; /* as far as the program knows */

OURO_ASYNC(write_and_lock)
{
    int i;

    OURO_TRY(ouro_open(&held, path_of("a"), "w"));
    CHECK_INT(ouro_file_write(held, OURO_BYTES("to be kept")), 10);
    is_written = true;
    for (i = 0; i < 10; i++)
        OURO_TRY(ouro_file_try_lock(held, false));
    return 0;
}

OURO_ASYNC(write_and_flush)
{
    OURO_TRY(ouro_open(&held, path_of("a"), "w"));
    CHECK_INT(ouro_file_write(held, OURO_BYTES("to be kept")), 10);
    is_written = true;
    return ouro_file_flush(held);
}

/* Whatever the file is used for as the loop is closed: what was written is in it. */
static void keep_at_each_turn(int kind)
{
    bool is_done = false;
    int turns;

    make_folder();
    ouro_set_log_handler(ignore_log, NULL);
    for (turns = 0; turns < 60 && !is_done; turns++) {
        held = NULL;
        is_written = false;
        is_done = run_for(kind == 0 ? write_and_lock_coro() : write_and_flush_coro(), turns);
        if (is_written)
            CHECK_CONTENT("a", "to be kept");
        if (held != NULL)
            ouro_file_unref(held);
    }
    ouro_set_log_handler(NULL, NULL);
    remove_folder((const char *const[]) { "a", NULL });
}

TEST_ALL_BACKENDS(what_is_buffered_is_written_whoever_has_the_turn)
{
    keep_at_each_turn(0);
}

TEST_ALL_BACKENDS(what_is_being_written_is_written)
{
    keep_at_each_turn(1);
}

/* No thread can be started: that is not somebody's lock. */
OURO_ASYNC(lock_without_threads)
{
    ouro_file *file;
    ouro_file *other;
    int status = 0;

    CHECK_INT(ouro_fdopen(&file, open(path_of("a"), O_RDWR | O_CLOEXEC), "r+"), 0);
    CHECK_INT(ouro_fdopen(&other, open(path_of("a"), O_RDWR | O_CLOEXEC), "r+"), 0);
    CHECK_INT(ouro_file_try_lock(file, false), 0);
    CHECK_INT(ouro_file_try_lock(other, false), -EAGAIN);
    CHECK_INT(ouro_file_unlock(file), 0);
    ouro_with_timeout (&status, 1) {
        status = ouro_file_lock(other, false);
    }
    CHECK_INT(status, 0);
    CHECK_INT(ouro_file_close(other), 0);
    return ouro_file_close(file);
}

static void *run_without_threads(void *arg)
{
    (void) arg;
    forbid_call(SYS_clone, EAGAIN);
#ifdef SYS_clone3
    forbid_call(SYS_clone3, EAGAIN);
#endif
    CHECK_INT(ouro_run(lock_without_threads_coro()), 0);
    return NULL;
}

TEST_ALL_BACKENDS(locks_need_no_threads)
{
    pthread_t thread;

    make_folder();
    write_plainly("a", "", 0);
    CHECK_INT(pthread_create(&thread, NULL, run_without_threads, NULL), 0);
    CHECK_INT(pthread_join(thread, NULL), 0);
    remove_folder((const char *const[]) { "a", NULL });
}

OURO_ASYNC(make_two)
{
    ouro_file *files[2];

    CHECK_INT(ouro_named_temporary_file(&files[0], .dir = folder), 0);
    CHECK_INT(ouro_named_temporary_file(&files[1], .dir = folder), 0);
    CHECK(strcmp(ouro_file_name(files[0]), ouro_file_name(files[1])) != 0);
    CHECK_INT(ouro_file_close(files[0]), 0);
    return ouro_file_close(files[1]);
}

static void *run_without_chance(void *arg)
{
    (void) arg;
    forbid_call(SYS_getrandom, EAGAIN);
    CHECK_INT(ouro_run(make_two_coro()), 0);
    return NULL;
}

TEST_ALL_BACKENDS(names_differ_without_random_bytes)
{
    pthread_t thread;

    make_folder();
    CHECK_INT(pthread_create(&thread, NULL, run_without_chance, NULL), 0);
    CHECK_INT(pthread_join(thread, NULL), 0);
    remove_folder((const char *const[]) { NULL });
}

static char *left_path;
static int left_status = 1;

static void clean_up_in_callback(void *arg)
{
    left_status = ouro_temporary_directory_cleanup(left_path);
    ouro_event_set(arg);
}

OURO_ASYNC(clean_up_outside_a_task)
{
    ouro_event event = { 0 };
    char kept[256];

    CHECK_INT(ouro_temporary_directory(&left_path, .dir = folder), 0);
    snprintf(kept, sizeof kept, "%s/x", left_path);
    CHECK_INT(mkdir(kept, 0700), 0);
    ouro_loop_call_soon(ouro_get_running_loop(), clean_up_in_callback, &event);
    CHECK_INT(ouro_event_wait(&event), 0);
    CHECK_INT(left_status, 0);
    CHECK_INT(access(kept, F_OK), -1);

    CHECK_INT(ouro_temporary_directory(&left_path, .dir = folder), 0);
    CHECK_INT(rmdir(left_path), 0);
    ouro_event_clear(&event);
    ouro_loop_call_soon(ouro_get_running_loop(), clean_up_in_callback, &event);
    CHECK_INT(ouro_event_wait(&event), 0);
    CHECK_INT(left_status, -ENOENT);
    return ouro_temporary_directory(&left_path, .dir = folder);
}

TEST_ALL_BACKENDS(a_folder_is_removed_outside_a_task)
{
    make_folder();
    CHECK_INT(ouro_run(clean_up_outside_a_task_coro()), 0);
    CHECK_INT(ouro_temporary_directory_cleanup(left_path), 0);
    remove_folder((const char *const[]) { NULL });
}
