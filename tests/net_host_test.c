/* A loop with connections in a foreign loop, a host, which waits itself: on the descriptor and
 * until the deadline. It misses nothing that the poll has found already. */
#include "net_probe.h"

#include <poll.h>
#include <pthread.h>

enum { HOSTED_BYTES = 1000000 };

static void *send_to_hosted(void *arg)
{
    static const char zeros[50000];

    for (size_t sent = 0; sent < HOSTED_BYTES; sent += sizeof zeros)
        CHECK_INT(send(*(int *) arg, zeros, sizeof zeros, 0), sizeof zeros);
    return NULL;
}

OURO_ASYNC(read_hosted, (int, fd), (bool *, ret_done))
{
    ouro_stream *stream;
    char data[4096];

    CHECK_INT(ouro_open_unix_connection(&stream, .fd = fd), 0);
    for (size_t received = 0; received < HOSTED_BYTES;)
        received += (size_t) OURO_TRY(ouro_stream_read(stream, data, sizeof data));
    CHECK_INT(ouro_stream_write(stream, BYTES("done")), 0);
    CHECK_INT(ouro_stream_close(stream), 0);
    *ret_done = true;
    return 0;
}

/* Waits as poll does in a foreign loop: for ever is ten seconds here. */
static void wait_as_host(ouro_loop *loop)
{
    struct pollfd waiter = { .fd = ouro_loop_descriptor(loop), .events = POLLIN };
    double wait = ouro_loop_next_deadline(loop) - ouro_loop_time(loop);
    int milliseconds = wait <= 0 ? 0 : wait < 10 ? (int) (wait * 1e3) + 1 : 10000;

    if (poll(&waiter, 1, milliseconds) == 0 && milliseconds == 10000)
        FAIL("the host was left waiting");
}

TEST_BACKENDS(a_host_that_waits_itself)
{
    ouro_loop *loop;
    ouro_task *task;
    pthread_t thread;
    bool is_done = false;
    int fds[2];

    CHECK_INT(ouro_new_event_loop(&loop), 0);
    CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    CHECK_INT(ouro_loop_host_begin(loop), 0);
    task = ouro_loop_create_task(loop, read_hosted_coro(fds[0], &is_done));
    CHECK_INT(pthread_create(&thread, NULL, send_to_hosted, &fds[1]), 0);
    while (!is_done) {
        CHECK_INT(ouro_loop_poll(loop, 0), 0);
        wait_as_host(loop);
        CHECK_INT(ouro_loop_poll(loop, 0), 0);
        ouro_loop_dispatch(loop);
        ouro_loop_run_ready(loop);
    }
    CHECK_INT(pthread_join(thread, NULL), 0);
    expect_text(fds[1], "done");
    close(fds[1]);
    ouro_task_unref(task);
    ouro_loop_host_end(loop);
    CHECK_INT(ouro_loop_close(loop), 0);
}
