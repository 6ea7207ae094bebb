/* Running, stopping, hosting: who may do what when. */
#include "harness/test.h"
#include "ouro/loop.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

static int count;

static void increment(void *arg)
{
    (void) arg;
    count++;
}

static void stop(void *arg)
{
    ouro_loop_stop(arg);
}

static ouro_loop *open_loop(void)
{
    ouro_loop *loop = NULL;

    count = 0;
    CHECK_INT(ouro_new_event_loop(&loop), 0);
    return loop;
}

TEST_ALL_BACKENDS(the_backend_names_itself_and_its_reason)
{
    ouro_loop *loop = open_loop();

    CHECK_STR(ouro_loop_backend(loop), test_backend());
    CHECK(strlen(ouro_loop_backend_reason(loop)) > 0);
    CHECK_INT(ouro_loop_close(loop), 0);
}

TEST_ALL_BACKENDS(run_until_complete_gives_the_status)
{
    ouro_loop *loop = open_loop();
    ouro_future *future = ouro_loop_create_future(loop);
    int value;

    CHECK_INT(ouro_future_set_result(future, &value), 0);
    CHECK_INT(ouro_loop_run_until_complete(loop, future), 0);
    CHECK_PTR(ouro_future_value(future), &value);
    ouro_future_unref(future);
    future = ouro_loop_create_future(loop);
    CHECK_INT(ouro_future_set_exception(future, -EIO), 0);
    CHECK_INT(ouro_loop_run_until_complete(loop, future), -EIO);
    ouro_future_unref(future);
    future = ouro_loop_create_future(loop);
    ouro_loop_call_soon(loop, stop, loop);
    CHECK_INT(ouro_loop_run_until_complete(loop, future), OURO_ESTOPPED);
    ouro_future_unref(future);
    CHECK_INT(ouro_loop_close(loop), 0);
}

struct nested {
    ouro_loop *self;
    ouro_loop *other;
    ouro_future *future;
};

static void run_nested(void *arg)
{
    struct nested *nested = arg;

    CHECK(ouro_loop_is_running(nested->self));
    CHECK_PTR(ouro_get_running_loop(), nested->self);
    CHECK_INT(ouro_loop_run_forever(nested->self), OURO_ERUNNING);
    CHECK_INT(ouro_loop_run_forever(nested->other), OURO_ERUNNING);
    CHECK_INT(ouro_loop_run_until_complete(nested->self, nested->future), OURO_ERUNNING);
    CHECK_INT(ouro_loop_close(nested->self), OURO_ERUNNING);
    CHECK_INT(ouro_sleep(1), OURO_ENOTASK);
    ouro_loop_stop(nested->self);
}

TEST_ALL_BACKENDS(a_running_loop_cannot_be_run_or_closed)
{
    struct nested nested = { .self = open_loop(), .other = open_loop() };

    nested.future = ouro_loop_create_future(nested.self);
    ouro_loop_call_soon(nested.self, run_nested, &nested);
    CHECK_INT(ouro_loop_run_forever(nested.self), 0);
    CHECK_PTR(ouro_get_running_loop(), NULL);
    CHECK_INT(ouro_sleep(1), OURO_ENOLOOP);
    ouro_future_unref(nested.future);
    CHECK_INT(ouro_loop_close(nested.self), 0);
    CHECK_INT(ouro_loop_close(nested.other), 0);
}

TEST_WITH(a_loop_without_a_future_says_deadlock, .backends = TEST_SIM)
{
    ouro_loop *loop = open_loop();

    CHECK_INT(ouro_loop_run_forever(loop), -EDEADLK);
    CHECK(strstr(ouro_error_detail()->text, "deadlock") != NULL);
    CHECK_INT(ouro_loop_close(loop), 0);
}

static void *run_elsewhere(void *arg)
{
    CHECK_INT(ouro_loop_run_forever(arg), 0);
    return NULL;
}

TEST_ALL_BACKENDS(a_loop_runs_on_another_thread_than_it_was_made_on)
{
    ouro_loop *loop = open_loop();
    pthread_t thread;

    ouro_loop_call_later(loop, 0.001, increment, NULL);
    ouro_loop_call_later(loop, 0.002, stop, loop);
    CHECK_INT(pthread_create(&thread, NULL, run_elsewhere, loop), 0);
    CHECK_INT(pthread_join(thread, NULL), 0);
    CHECK_INT(count, 1);
    CHECK_INT(ouro_loop_close(loop), 0);
}

/* A thousand callbacks from each of two threads, then a stop: all arrive, in the order of each
 * thread. */
struct sender {
    ouro_loop *loop;
    int next_sent;
    int next_seen;
};

struct message {
    struct sender *sender;
    int number;
};

#define MESSAGES 1000

static struct message messages[2][MESSAGES];

static void receive(void *arg)
{
    struct message *message = arg;

    CHECK_INT(message->number, message->sender->next_seen);
    message->sender->next_seen++;
    if (++count == 2 * MESSAGES)
        ouro_loop_stop(message->sender->loop);
}

static void *send_all(void *arg)
{
    struct message *first = arg;
    int i;

    for (i = 0; i < MESSAGES; i++)
        CHECK_INT(ouro_loop_call_soon_threadsafe(first->sender->loop, receive, &first[i]), 0);
    return NULL;
}

TEST_BACKENDS(callbacks_from_other_threads_all_arrive_in_order)
{
    ouro_loop *loop = open_loop();
    struct sender senders[2] = { { .loop = loop }, { .loop = loop } };
    pthread_t threads[2];
    int i;
    int j;

    for (i = 0; i < 2; i++) {
        for (j = 0; j < MESSAGES; j++)
            messages[i][j] = (struct message) { &senders[i], j };
        CHECK_INT(pthread_create(&threads[i], NULL, send_all, messages[i]), 0);
    }
    CHECK_INT(ouro_loop_run_forever(loop), 0);
    for (i = 0; i < 2; i++)
        CHECK_INT(pthread_join(threads[i], NULL), 0);
    CHECK_INT(count, 2 * MESSAGES);
    CHECK_INT(ouro_loop_close(loop), 0);
}

static void order(void *arg)
{
    count = 10 * count + (int) (intptr_t) arg;
}

static void schedule_both_ways(void *arg)
{
    CHECK_INT(ouro_loop_call_soon_threadsafe(arg, order, (void *) 1), 0);
    CHECK(ouro_loop_call_soon(arg, order, (void *) 2) != NULL);
    ouro_loop_call_soon(arg, stop, arg);
}

TEST_ALL_BACKENDS(threadsafe_calls_from_the_loop_keep_the_order)
{
    ouro_loop *loop = open_loop();

    ouro_loop_call_soon(loop, schedule_both_ways, loop);
    CHECK_INT(ouro_loop_run_forever(loop), 0);
    CHECK_INT(count, 12);
    CHECK_INT(ouro_loop_close(loop), 0);
}

/* The loop as steps. */

TEST_ALL_BACKENDS(a_host_drives_the_loop_in_steps)
{
    ouro_loop *loop = open_loop();

    CHECK_INT(ouro_loop_poll(loop, 0), -EINVAL);
    CHECK_INT(ouro_loop_host_begin(loop), 0);
    CHECK_INT(ouro_loop_host_begin(loop), OURO_ERUNNING);
    CHECK(ouro_loop_next_deadline(loop) == OURO_FOREVER);
    ouro_loop_call_soon(loop, increment, NULL);
    CHECK(ouro_loop_next_deadline(loop) <= ouro_loop_time(loop));
    CHECK_INT(ouro_loop_poll(loop, 10), 0); /* does not block: something is ready */
    CHECK_INT(ouro_loop_dispatch(loop), 0);
    CHECK_INT(count, 0);
    CHECK_INT(ouro_loop_run_ready(loop), 1);
    CHECK_INT(count, 1);
    ouro_loop_call_later(loop, 0.002, increment, NULL);
    while (count == 1) {
        CHECK_INT(ouro_loop_poll(loop, 1), 0);
        ouro_loop_dispatch(loop);
        ouro_loop_run_ready(loop);
    }
    CHECK_INT(count, 2);
    ouro_loop_host_end(loop);
    CHECK_INT(ouro_loop_close(loop), 0);
}

static void again(void *arg)
{
    count++;
    ouro_loop_call_soon(arg, again, arg);
}

TEST_ALL_BACKENDS(a_step_runs_one_iteration_only)
{
    ouro_loop *loop = open_loop();

    CHECK_INT(ouro_loop_host_begin(loop), 0);
    ouro_loop_call_soon(loop, again, loop);
    CHECK_INT(ouro_loop_run_ready(loop), 1);
    CHECK_INT(ouro_loop_run_ready(loop), 1);
    CHECK_INT(count, 2);
    ouro_loop_host_end(loop);
    CHECK_INT(ouro_loop_close(loop), 0);
}

struct hooks {
    ouro_loop *loop;
    int calls;
};

static void note_hook(void *arg)
{
    ((struct hooks *) arg)->calls++;
}

/* A slow machine may find the timer due before it could block: then it is tried again. */
static void stop_once_blocked(void *arg)
{
    struct hooks *hooks = arg;

    if (hooks->calls > 0)
        ouro_loop_stop(hooks->loop);
    else
        ouro_loop_call_later(hooks->loop, 0.001, stop_once_blocked, hooks);
}

TEST_BACKENDS(hooks_surround_the_call_that_blocks)
{
    struct hooks hooks = { .loop = open_loop() };

    ouro_loop_set_block_hooks(hooks.loop, note_hook, note_hook, &hooks);
    ouro_loop_call_soon(hooks.loop, stop_once_blocked, &hooks);
    CHECK_INT(ouro_loop_run_forever(hooks.loop), 0);
    CHECK(hooks.calls >= 2 && hooks.calls % 2 == 0);
    CHECK_INT(ouro_loop_close(hooks.loop), 0);
}

static void on_alarm(int signal_number)
{
    (void) signal_number;
}

TEST_BACKENDS(a_signal_returns_to_the_host)
{
    struct sigaction action = { .sa_handler = on_alarm };
    /* More than once: the first may come before the wait. */
    struct itimerval timer = { .it_value.tv_usec = 5000, .it_interval.tv_usec = 5000 };
    struct itimerval none = { .it_value.tv_usec = 0 };
    ouro_loop *loop = open_loop();

    CHECK_INT(sigaction(SIGALRM, &action, NULL), 0);
    CHECK_INT(ouro_loop_host_begin(loop), 0);
    CHECK_INT(setitimer(ITIMER_REAL, &timer, NULL), 0);
    CHECK_INT(ouro_loop_poll(loop, 5), -EINTR);
    CHECK_INT(setitimer(ITIMER_REAL, &none, NULL), 0);
    ouro_loop_host_end(loop);
    CHECK_INT(ouro_loop_close(loop), 0);
}

static void wake(void *arg)
{
    (void) arg;
    count++;
}

static void *send_one(void *arg)
{
    CHECK_INT(ouro_loop_call_soon_threadsafe(arg, wake, NULL), 0);
    return NULL;
}

TEST_BACKENDS(the_descriptor_tells_a_host_when_to_poll)
{
    ouro_loop *loop = open_loop();
    struct pollfd waiter = { .events = POLLIN };
    pthread_t thread;

    CHECK_INT(ouro_loop_host_begin(loop), 0);
    CHECK_INT(ouro_loop_poll(loop, 0), 0);
    waiter.fd = ouro_loop_descriptor(loop);
    CHECK(waiter.fd >= 0);
    CHECK_INT(poll(&waiter, 1, 0), 0);
    CHECK_INT(pthread_create(&thread, NULL, send_one, loop), 0);
    CHECK_INT(poll(&waiter, 1, 5000), 1);
    CHECK_INT(pthread_join(thread, NULL), 0);
    CHECK_INT(ouro_loop_poll(loop, 0), 0);
    ouro_loop_dispatch(loop);
    ouro_loop_run_ready(loop);
    CHECK_INT(count, 1);
    ouro_loop_host_end(loop);
    CHECK_INT(ouro_loop_close(loop), 0);
}

/* Readers and writers. */

static int pipe_fds[2];

static void read_byte(void *arg)
{
    char byte;

    CHECK_INT(read(pipe_fds[0], &byte, 1), 1);
    count++;
    if (byte == 'z') {
        CHECK_INT(ouro_loop_remove_reader(arg, pipe_fds[0]), 1);
        ouro_loop_stop(arg);
    }
}

static void write_bytes(void *arg)
{
    CHECK_INT(write(pipe_fds[1], "abz", 3), 3);
    CHECK_INT(ouro_loop_remove_writer(arg, pipe_fds[1]), 1);
}

TEST_BACKENDS(readers_and_writers_are_level_triggered)
{
    ouro_loop *loop = open_loop();

    CHECK_INT(pipe(pipe_fds), 0);
    CHECK_INT(ouro_loop_add_reader(loop, pipe_fds[0], increment, NULL), 0);
    CHECK_INT(ouro_loop_add_reader(loop, pipe_fds[0], read_byte, loop), 0); /* replaces */
    CHECK_INT(ouro_loop_add_writer(loop, pipe_fds[1], write_bytes, loop), 0);
    CHECK_INT(ouro_loop_run_forever(loop), 0);
    CHECK_INT(count, 3);
    CHECK_INT(ouro_loop_remove_reader(loop, pipe_fds[0]), 0);
    CHECK_INT(ouro_loop_add_reader(loop, pipe_fds[0], increment, NULL), 0);
    CHECK_INT(ouro_loop_close(loop), 0); /* with a reader in place */
    CHECK_INT(close(pipe_fds[0]), 0);
    CHECK_INT(close(pipe_fds[1]), 0);
}

TEST_BACKENDS(bad_descriptors_are_refused)
{
    ouro_loop *loop = open_loop();
    char path[] = "/tmp/ouro-test-XXXXXX";
    int file = mkstemp(path);

    CHECK(file >= 0);
    CHECK_INT(unlink(path), 0);
    CHECK_INT(ouro_loop_add_reader(loop, 12345, increment, NULL), -EBADF);
    CHECK_INT(ouro_loop_add_reader(loop, -1, increment, NULL), -EBADF);
    CHECK_INT(ouro_loop_add_reader(loop, file, increment, NULL), -EPERM);
    CHECK(strstr(ouro_error_detail()->text, "regular file") != NULL);
    CHECK_INT(ouro_loop_add_writer(loop, file, NULL, NULL), -EINVAL);
    CHECK_INT(ouro_loop_remove_writer(loop, -1), 0);
    CHECK_INT(close(file), 0);
    CHECK_INT(ouro_loop_close(loop), 0);
}

/* Busy callbacks do not keep a descriptor from being seen. */
static void spin(void *arg)
{
    if (count == 0)
        ouro_loop_call_soon(arg, spin, arg);
}

static void seen(void *arg)
{
    count = 1;
    ouro_loop_stop(arg);
}

TEST_BACKENDS(a_busy_loop_still_sees_its_descriptors)
{
    ouro_loop *loop = open_loop();

    CHECK_INT(pipe(pipe_fds), 0);
    CHECK_INT(write(pipe_fds[1], "a", 1), 1);
    CHECK_INT(ouro_loop_add_reader(loop, pipe_fds[0], seen, loop), 0);
    ouro_loop_call_soon(loop, spin, loop);
    CHECK_INT(ouro_loop_run_forever(loop), 0);
    CHECK_INT(count, 1);
    CHECK_INT(ouro_loop_close(loop), 0);
    CHECK_INT(close(pipe_fds[0]), 0);
    CHECK_INT(close(pipe_fds[1]), 0);
}
