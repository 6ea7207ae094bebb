/* loop.sock_recv: what is there, what comes, the end, and a cancel. */
#include "socket_scenario.h"

OURO_ASYNC(receive, (int, fd), (char *, data), (int, size))
{
    return ouro_loop_sock_recv(loop(), fd, data, (size_t) size);
}

OURO_ASYNC(receives)
{
    char data[100];
    int fds[2];

    stream_pair(fds);
    put(fds[1], "there");
    trace("%s", show_bytes(receive(fds[0], data, 100), data));
    ouro_task *task = ouro_create_task(receive_coro(fds[0], data, 100));
    OURO_TRY(settle());
    trace("done %s", ouro_future_done(task) ? "True" : "False");
    put(fds[1], "later");
    trace("%s", show_bytes(join(task), data));
    put(fds[1], "in pieces");
    trace("%s", show_bytes(receive(fds[0], data, 3), data));
    trace("%s", show_bytes(receive(fds[0], data, 100), data));
    close_both(fds);
    return 0;
}

OURO_ASYNC(receive_into, (int, fd), (char *, data), (int, size))
{
    return ouro_loop_sock_recv_into(loop(), fd, data, (size_t) size);
}

OURO_ASYNC(into_a_buffer)
{
    char data[4];
    int fds[2];

    stream_pair(fds);
    ouro_task *task = ouro_create_task(receive_into_coro(fds[0], data, 4));
    OURO_TRY(settle());
    put(fds[1], "123456");
    int count = join(task);
    trace("%s %.4s", show(count), data);
    trace("%s", show(receive_into(fds[0], data, 4)));
    trace("%.4s", data);
    close_both(fds);
    return 0;
}

OURO_ASYNC(the_end)
{
    char data[100];
    int fds[2];

    stream_pair(fds);
    ouro_task *task = ouro_create_task(receive_coro(fds[0], data, 100));
    OURO_TRY(settle());
    put(fds[1], "last");
    close(fds[1]);
    trace("%s", show_bytes(join(task), data));
    trace("%s", show_bytes(receive(fds[0], data, 100), data));
    trace("%s", show_bytes(receive(fds[0], data, 100), data));
    close(fds[0]);
    return 0;
}

OURO_ASYNC(cancelled)
{
    char data[100];
    int fds[2];

    stream_pair(fds);
    for (int i = 0; i < 2; i++) {
        ouro_task *task = ouro_create_task(receive_coro(fds[0], data, 100));
        OURO_TRY(settle());
        ouro_task_cancel(task, NULL);
        trace("%s", show_bytes(join(task), data));
    }
    put(fds[1], "kept");
    trace("%s", show_bytes(receive(fds[0], data, 100), data));
    close_both(fds);
    return 0;
}

OURO_ASYNC(timed_out)
{
    char data[100];
    int fds[2];

    stream_pair(fds);
    trace("%s", show(ouro_wait_for(receive_coro(fds[0], data, 100), 0.01)));
    put(fds[1], "kept");
    trace("%s", show_bytes(ouro_wait_for(receive_coro(fds[0], data, 100), 10), data));
    close_both(fds);
    return 0;
}

SCENARIO(CASE(receives), CASE(into_a_buffer), CASE(the_end), CASE(cancelled), CASE(timed_out))
