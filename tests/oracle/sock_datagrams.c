/* loop.sock_sendto and sock_recvfrom: datagrams whole, empty and cut off. */
#include "socket_scenario.h"

static char received[100];
static struct sockaddr_storage sender;

OURO_ASYNC(receiving, (int, fd), (int, size))
{
    return ouro_loop_sock_recvfrom(loop(), fd, received, (size_t) size, &sender, NULL);
}

static const char *show_received(int status)
{
    return show_bytes(status, received);
}

static int send_to(int from, const char *data, int to)
{
    struct sockaddr_in address = name_of(to);

    return ouro_loop_sock_sendto(loop(), from, bytes_of(data), (struct sockaddr *) &address,
                                 sizeof address);
}

static const char *is_from(int fd)
{
    struct sockaddr_in own = name_of(fd);

    return memcmp(&own, &sender, sizeof own) == 0 ? "True" : "False";
}

OURO_ASYNC(there_and_back)
{
    int fds[] = { udp(), udp() };

    ouro_task *task = ouro_create_task(receiving_coro(fds[1], 100));
    OURO_TRY(settle());
    trace("done %s", ouro_future_done(task) ? "True" : "False");
    trace("%s", show(send_to(fds[0], "hello", fds[1])));
    int status = join(task);
    trace("%s, from it %s", show_received(status), is_from(fds[0]));
    trace("%s", show(send_to(fds[1], "", fds[0])));
    trace("%s", show_received(receiving(fds[0], 100)));
    close_both(fds);
    return 0;
}

OURO_ASYNC(cut_off)
{
    int fds[] = { udp(), udp() };

    trace("%s", show(send_to(fds[0], "too long", fds[1])));
    trace("%s", show(send_to(fds[0], "next", fds[1])));
    trace("%s", show_received(receiving(fds[1], 3)));
    trace("%s", show_received(receiving(fds[1], 3)));
    close_both(fds);
    return 0;
}

OURO_ASYNC(into_a_buffer)
{
    int fds[] = { udp(), udp() };

    OURO_TRY(send_to(fds[0], "hello", fds[1]));
    int count = ouro_loop_sock_recvfrom_into(loop(), fds[1], received, 9, &sender, NULL);
    trace("%s, from it %s", show_received(count), is_from(fds[0]));
    close_both(fds);
    return 0;
}

OURO_ASYNC(cancelled)
{
    int fds[] = { udp(), udp() };

    ouro_task *task = ouro_create_task(receiving_coro(fds[1], 100));
    OURO_TRY(settle());
    ouro_task_cancel(task, NULL);
    trace("%s", show_received(join(task)));
    OURO_TRY(send_to(fds[0], "kept", fds[1]));
    trace("%s", show_received(receiving(fds[1], 100)));
    close_both(fds);
    return 0;
}

OURO_ASYNC(send_all, (int, fd), (const char *, data))
{
    return ouro_loop_sock_sendall(loop(), fd, bytes_of(data));
}

OURO_ASYNC(waits_for_room)
{
    int fds[2];

    datagram_pair(fds);
    int count = fill(fds[0]);
    ouro_task *task = ouro_create_task(send_all_coro(fds[0], "last"));
    OURO_TRY(settle());
    trace("done %s", ouro_future_done(task) ? "True" : "False");
    for (int i = 0; i < count; i++) {
        OURO_TRY(ouro_loop_sock_recv(loop(), fds[1], received, 10));
    }
    trace("%s", show(join(task)));
    trace("%s", show_received(receiving(fds[1], 100)));
    close_both(fds);
    return 0;
}

SCENARIO(CASE(there_and_back), CASE(cut_off), CASE(into_a_buffer), CASE(cancelled),
         CASE(waits_for_room))
