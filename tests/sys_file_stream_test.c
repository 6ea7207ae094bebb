/* Files that are pipes, sockets or terminals: whoever waits for the other end can be stopped, and
 * has then taken nothing. */
#include "sys_file_probe.h"

#include "io_forbid.h"

#include <signal.h>
#include <sys/socket.h>
#include <termios.h>

enum stream_kind { NAMED_PIPE, PIPE, SOCKET, TERMINAL_INPUT, TERMINAL_OUTPUT };

static enum stream_kind kind;
static bool is_forbidden; /* to open it once more */
static ouro_file *reader;
static ouro_file *writer;
static int other = -1; /* the master of a terminal */

static void forbid_another_open(void)
{
    if (is_forbidden)
        forbid_open(O_NOCTTY, ENOENT);
}

static void open_named_pipe(void)
{
    int both;

    CHECK_INT(mkfifo(path_of("a"), 0600), 0);
    both = open(path_of("a"), O_RDWR | O_CLOEXEC);
    CHECK_INT(ouro_open(&reader, path_of("a"), "r"), 0);
    CHECK_INT(ouro_open(&writer, path_of("a"), "w"), 0);
    close(both);
}

static void open_terminal(void)
{
    struct termios state;
    char name[64];

    other = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    CHECK(other >= 0);
    CHECK_INT(grantpt(other), 0);
    CHECK_INT(unlockpt(other), 0);
    CHECK_INT(ptsname_r(other, name, sizeof name), 0);
    if (kind == TERMINAL_INPUT) {
        CHECK_INT(ouro_open(&reader, name, "r", .flags = O_NOCTTY), 0);
        CHECK_INT(ouro_fdopen(&writer, dup(other), "w"), 0);
    } else {
        CHECK_INT(ouro_open(&writer, name, "w", .flags = O_NOCTTY), 0);
        CHECK_INT(ouro_fdopen(&reader, dup(other), "r"), 0);
    }
    CHECK_INT(tcgetattr(other, &state), 0);
    cfmakeraw(&state);
    CHECK_INT(tcsetattr(other, TCSANOW, &state), 0);
}

static void open_both(void)
{
    int ends[2];

    if (kind == NAMED_PIPE) {
        open_named_pipe();
    } else if (kind == TERMINAL_INPUT || kind == TERMINAL_OUTPUT) {
        open_terminal();
    } else {
        if (kind == PIPE)
            CHECK_INT(pipe2(ends, O_CLOEXEC), 0);
        else
            CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
        CHECK_INT(ouro_fdopen(&reader, ends[0], "r"), 0);
        CHECK_INT(ouro_fdopen(&writer, ends[1], "w"), 0);
    }
    forbid_another_open();
}

static void close_both(void)
{
    CHECK_INT(fcntl(ouro_file_fileno(reader), F_GETFL) & O_NONBLOCK, 0);
    CHECK_INT(fcntl(ouro_file_fileno(writer), F_GETFL) & O_NONBLOCK, 0);
    CHECK_INT(ouro_file_close(writer), 0);
    CHECK_INT(ouro_file_close(reader), 0);
    if (other >= 0)
        close(other);
    other = -1;
}

static uint8_t received[LARGE];

OURO_ASYNC(read_some, (size_t, size))
{
    return ouro_file_read(reader, received, size);
}

static int let_it_wait(ouro_task *task)
{
    int i;

    for (i = 0; i < 10; i++)
        CHECK_INT(ouro_sleep(0.001), 0);
    return ouro_future_done(task);
}

OURO_ASYNC(cancel_a_read)
{
    ouro_task *task;

    open_both();
    task = ouro_create_task(read_some_coro(10));
    CHECK_INT(let_it_wait(task), 0);
    CHECK_INT(ouro_file_write(writer, OURO_BYTES("01234")), 5);
    CHECK_INT(ouro_file_flush(writer), 0);
    CHECK_INT(let_it_wait(task), 0);
    CHECK(ouro_task_cancel(task, NULL));
    CHECK_INT(ouro_await(task), -ECANCELED);
    ouro_future_unref(task);
    CHECK_INT(ouro_file_write(writer, OURO_BYTES("56789")), 5);
    CHECK_INT(ouro_file_flush(writer), 0);
    CHECK_INT(read_some(10), 10);
    CHECK_BYTES(received, 10, "0123456789", 10);
    close_both();
    return 0;
}

OURO_ASYNC(write_much)
{
    int count = ouro_file_write(writer, bytes_of(pattern(), LARGE));

    CHECK_INT(ouro_task_cancelling(ouro_current_task()), 1);
    CHECK_INT(ouro_sleep(0), -ECANCELED);
    return count;
}

/* What was written is told, and the cancel is still there. */
OURO_ASYNC(cancel_a_write)
{
    ouro_task *task;
    int count;

    open_both();
    task = ouro_create_task(write_much_coro());
    CHECK_INT(let_it_wait(task), 0);
    CHECK(ouro_task_cancel(task, NULL));
    count = ouro_await(task);
    ouro_future_unref(task);
    CHECK(count > 0 && count < (int) LARGE);
    CHECK_INT(read_some((size_t) count), count);
    CHECK_BYTES(received, (size_t) count, pattern(), (size_t) count);
    close_both();
    return 0;
}

OURO_ASYNC(write_all)
{
    return ouro_file_write(writer, bytes_of(pattern(), LARGE));
}

OURO_ASYNC(move_all)
{
    open_both();
    CHECK_INT(ouro_gather(write_all_coro(), read_some_coro(LARGE)), 0);
    CHECK_BYTES(received, LARGE, pattern(), LARGE);
    close_both();
    return 0;
}

#define FOR_EACH_KIND(name_, coroutine_)                                                           \
    TEST_BACKENDS(name_##_of_a_named_pipe)                                                         \
    {                                                                                              \
        kind = NAMED_PIPE;                                                                         \
        run_in_folder(coroutine_);                                                                 \
    }                                                                                              \
    TEST_BACKENDS(name_##_of_a_named_pipe_that_opens_once)                                         \
    {                                                                                              \
        kind = NAMED_PIPE;                                                                         \
        is_forbidden = true;                                                                       \
        run_in_folder(coroutine_);                                                                 \
    }                                                                                              \
    TEST_BACKENDS(name_##_of_a_pipe)                                                               \
    {                                                                                              \
        kind = PIPE;                                                                               \
        run_in_folder(coroutine_);                                                                 \
    }                                                                                              \
    TEST_BACKENDS(name_##_of_a_socket)                                                             \
    {                                                                                              \
        kind = SOCKET;                                                                             \
        run_in_folder(coroutine_);                                                                 \
    }                                                                                              \
    TEST_BACKENDS(name_##_to_a_terminal)                                                           \
    {                                                                                              \
        kind = TERMINAL_OUTPUT;                                                                    \
        run_in_folder(coroutine_);                                                                 \
    }

FOR_EACH_KIND(a_cancelled_read, cancel_a_read_coro())
FOR_EACH_KIND(a_cancelled_write, cancel_a_write_coro())
FOR_EACH_KIND(all, move_all_coro())

TEST_BACKENDS(a_cancelled_read_of_a_terminal)
{
    kind = TERMINAL_INPUT;
    run_in_folder(cancel_a_read_coro());
}

TEST_BACKENDS(all_of_a_terminal)
{
    kind = TERMINAL_INPUT;
    run_in_folder(move_all_coro());
}

OURO_ASYNC(fill_and_close)
{
    int capacity = fcntl(ouro_file_fileno(writer), F_GETPIPE_SZ);

    CHECK_INT(ouro_file_write(writer, bytes_of(pattern(), (size_t) capacity)), capacity);
    CHECK_INT(ouro_file_write(writer, OURO_BYTES("too much")), 8);
    CHECK_INT(ouro_file_close(writer), -EINTR);
    CHECK_INT(ouro_sleep(0), -ECANCELED);
    return 1;
}

OURO_ASYNC(cancel_the_close)
{
    ouro_task *task;

    kind = NAMED_PIPE;
    open_both();
    task = ouro_create_task(fill_and_close_coro());
    CHECK_INT(let_it_wait(task), 0);
    CHECK(ouro_task_cancel(task, NULL));
    CHECK_INT(ouro_await(task), 1);
    ouro_future_unref(task);
    return ouro_file_close(reader);
}

TEST_BACKENDS(a_close_does_not_wait_for_ever_either)
{
    run_in_folder(cancel_the_close_coro());
}

/* A cancel that comes before is no reason to lose anything that there is room for. */
OURO_ASYNC(close_cancelled)
{
    CHECK_INT(ouro_file_write(writer, OURO_BYTES("last words")), 10);
    ouro_task_cancel(ouro_current_task(), NULL);
    return ouro_file_close(writer);
}

OURO_ASYNC(write_before_the_close)
{
    ouro_task *task;

    open_both();
    task = ouro_create_task(close_cancelled_coro());
    CHECK_INT(ouro_await(task), -ECANCELED);
    ouro_future_unref(task);
    CHECK_INT(read_some(20), 10);
    CHECK_BYTES(received, 10, "last words", 10);
    return ouro_file_close(reader);
}

TEST_BACKENDS(a_cancelled_close_writes_what_there_is_room_for)
{
    run_in_folder(write_before_the_close_coro());
}

OURO_ASYNC(write_to_nobody)
{
    open_both();
    CHECK_INT(ouro_file_close(reader), 0);
    CHECK_INT(ouro_file_write(writer, OURO_BYTES("x")), 1);
    CHECK_INT(ouro_file_flush(writer), -EPIPE);
    CHECK_INT(ouro_file_close(writer), -EPIPE);
    return 0;
}

/* No signal ends the process. */
TEST_BACKENDS(nobody_reads)
{
    run_in_folder(write_to_nobody_coro());
    kind = PIPE;
    run_in_folder(write_to_nobody_coro());
}

static void ignore_log(ouro_log_level level, const char *text, void *arg)
{
    (void) level;
    (void) text;
    (void) arg;
}

OURO_ASYNC(wait_for_ever, (bool, writes))
{
    open_both();
    if (!writes)
        return read_some(10);
    CHECK_INT(ouro_file_write(writer, OURO_BYTES("more")), 4);
    return write_all();
}

/* Closes a loop under a task that waits, and with more to be written than there is room for. */
static void close_under(bool writes)
{
    ouro_loop *loop;
    ouro_task *task;
    int i;

    make_folder();
    ouro_set_log_handler(ignore_log, NULL);
    CHECK_INT(ouro_new_event_loop(&loop), 0);
    task = ouro_loop_create_task(loop, wait_for_ever_coro(writes));
    CHECK_INT(ouro_loop_host_begin(loop), 0);
    for (i = 0; i < 100; i++) {
        CHECK_INT(ouro_loop_poll(loop, 0.001), 0);
        CHECK(ouro_loop_dispatch(loop) >= 0);
        CHECK(ouro_loop_run_ready(loop) >= 0);
    }
    CHECK(!ouro_future_done(task));
    ouro_loop_host_end(loop);
    CHECK_INT(ouro_loop_close(loop), 0);
    ouro_future_unref(task);
    ouro_set_log_handler(NULL, NULL);
    CHECK(ouro_file_closed(reader) && ouro_file_closed(writer));
    ouro_file_unref(reader);
    ouro_file_unref(writer);
    remove_folder((const char *const[]) { "a", NULL });
}

TEST_BACKENDS(a_loop_is_closed_under_a_read)
{
    close_under(false);
}

TEST_BACKENDS(a_loop_is_closed_under_a_write)
{
    close_under(true);
}

OURO_ASYNC(use_with_little_memory)
{
    ouro_file *ends[2] = { NULL, NULL };
    int fds[2];
    int status = 0;
    int i;

    CHECK_INT(pipe2(fds, O_CLOEXEC), 0);
    for (i = 0; i < 2 && status == 0; i++)
        status = ouro_fdopen(&ends[i], fds[i], i == 0 ? "r" : "w", .unbuffered = true);
    for (i = 0; i < 2; i++)
        if (ends[i] == NULL)
            close(fds[i]);
    if (status == 0) {
        reader = ends[0];
        ouro_with_timeout (&status, 0.001) {
            status = read_some(1);
        }
        if (status == -ETIMEDOUT)
            status = ouro_file_write(ends[1], OURO_BYTES("x"));
        if (status == 1)
            status = read_some(1);
    }
    for (i = 0; i < 2; i++)
        if (ouro_file_close(ends[i]) < 0)
            FAIL("a close failed");
    return status;
}

TEST_WITH(memory_may_be_short, .backends = TEST_URING | TEST_EPOLL, .allocation_failures = true)
{
    int status = ouro_run(use_with_little_memory_coro());

    CHECK(status == 1 || (test_fault_fired() && status == -ENOMEM));
}
