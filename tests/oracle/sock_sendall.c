/* loop.sock_sendall: much, nothing, to nobody, and a cancel in the middle. */
#include "socket_scenario.h"

enum { SIZE = 1 << 20 };

static char data[SIZE], received[SIZE];

OURO_ASYNC(send_all, (int, fd), (const char *, bytes), (int, size))
{
    return ouro_loop_sock_sendall(loop(), fd,
                                  (ouro_bytes) { (const uint8_t *) bytes, (size_t) size });
}

OURO_ASYNC(receive, (int, fd))
{
    char buffer[9];

    return ouro_loop_sock_recv(loop(), fd, buffer, sizeof buffer);
}

static int receive_all(int fd)
{
    int count = 0;

    while (count < SIZE) {
        int size = ouro_loop_sock_recv(loop(), fd, received + count,
                                       SIZE - count < 5000 ? SIZE - (size_t) count : 5000);

        OURO_TRY(size);
        count += size;
    }
    return 0;
}

OURO_ASYNC(much)
{
    int fds[2];

    stream_pair(fds);
    for (int i = 0; i < SIZE; i++) {
        data[i] = (char) i;
    }
    ouro_task *task = ouro_create_task(send_all_coro(fds[0], data, SIZE));
    OURO_TRY(settle());
    trace("done %s", ouro_future_done(task) ? "True" : "False");
    OURO_TRY(receive_all(fds[1]));
    trace("%s", show(join(task)));
    trace("equal %s", memcmp(data, received, SIZE) == 0 ? "True" : "False");
    close_both(fds);
    return 0;
}

OURO_ASYNC(nothing)
{
    int fds[2];

    stream_pair(fds);
    trace("%s", show(send_all(fds[0], "", 0)));
    trace("%s", show(send_all(fds[0], "x", 1)));
    trace("%s", show(receive(fds[1])));
    close_both(fds);
    return 0;
}

OURO_ASYNC(to_nobody)
{
    int fds[2];

    stream_pair(fds);
    close(fds[1]);
    trace("%s", show(send_all(fds[0], "x", 1)));
    close(fds[0]);
    stream_pair(fds);
    ouro_task *task = ouro_create_task(send_all_coro(fds[0], data, SIZE));
    OURO_TRY(settle());
    close(fds[1]);
    trace("%s", show(join(task)));
    close(fds[0]);
    return 0;
}

OURO_ASYNC(cancelled)
{
    ssize_t size;
    int count = 0;
    int fds[2];

    stream_pair(fds);
    ouro_task *task = ouro_create_task(send_all_coro(fds[0], data, SIZE));
    OURO_TRY(settle());
    ouro_task_cancel(task, NULL);
    trace("%s", show(join(task)));
    while ((size = recv(fds[1], received, SIZE, MSG_DONTWAIT)) > 0) {
        count += (int) size;
    }
    trace("some %s", count > 0 && count < SIZE ? "True" : "False");
    trace("%s", show(send_all(fds[0], "next", 4)));
    trace("%s", show(receive(fds[1])));
    close_both(fds);
    return 0;
}

OURO_ASYNC(both_directions_of_one_socket)
{
    int fds[2];

    stream_pair(fds);
    ouro_task *sender = ouro_create_task(send_all_coro(fds[0], data, SIZE));
    ouro_task *receiver = ouro_create_task(receive_coro(fds[0]));
    OURO_TRY(settle());
    put(fds[1], "hello");
    trace("%s", show(join(receiver)));
    trace("done %s", ouro_future_done(sender) ? "True" : "False");
    OURO_TRY(receive_all(fds[1]));
    trace("%s", show(join(sender)));
    close_both(fds);
    return 0;
}

SCENARIO(CASE(much), CASE(nothing), CASE(to_nobody), CASE(cancelled),
         CASE(both_directions_of_one_socket))
