/* Sockets of the caller's that a connection or a server takes over: what is refused, and whose the
 * rest is. */
#include "net_probe.h"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>

static void no_callback(void *arg)
{
    (void) arg;
}

OURO_ASYNC(receive_from, (int, fd))
{
    char byte;

    return ouro_loop_sock_recv(ouro_get_running_loop(), fd, &byte, 1);
}

/* Sockets that carry no stream, or that somebody on the loop uses already: they stay what they are,
 * and whose they are. */
TEST_NET(socket_of_the_caller_is_checked)
{
    ouro_loop *loop = ouro_get_running_loop();
    ouro_stream *stream, *other;
    ouro_datagram *datagram;
    ouro_server *server;
    ouro_task *task;
    char text[64];
    int fds[2];

    CHECK_INT(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, fds), 0);
    CHECK_INT(ouro_open_connection(&stream, .fd = fds[0]), -EPROTOTYPE);
    snprintf(text, sizeof text, "socket %d carries no stream: one of SOCK_STREAM is needed",
             fds[0]);
    CHECK_STR(ouro_error_detail()->text, text);
    CHECK_INT(ouro_open_unix_connection(&stream, .fd = fds[0]), -EPROTOTYPE);
    close(fds[0]);
    close(fds[1]);

    connect_pair(fds);
    CHECK_INT(ouro_open_unix_connection(&stream, .fd = fds[0]), -EAFNOSUPPORT);
    CHECK_INT(ouro_open_unix_connection(&stream, .fd = fds[0], .path = "/x"), -EINVAL);
    CHECK_INT(ouro_open_connection(&stream, .fd = fds[0], .host = "127.0.0.1"), -EINVAL);
    CHECK_INT(ouro_open_connection(&stream, .fd = fds[0], .port = 80), -EINVAL);

    CHECK_INT(ouro_loop_add_reader(loop, fds[0], no_callback, NULL), 0);
    CHECK_INT(ouro_open_connection(&stream, .fd = fds[0]), OURO_EINUSE);
    CHECK_INT(ouro_loop_remove_reader(loop, fds[0]), 1);
    CHECK_INT(fcntl(fds[0], F_SETFL, O_NONBLOCK), 0);
    task = ouro_create_task(receive_from_coro(fds[0]));
    CHECK_INT(ouro_sleep(0), 0);
    CHECK_INT(ouro_open_connection(&stream, .fd = fds[0]), OURO_EINUSE);
    ouro_task_cancel(task, NULL);
    CHECK_INT(ouro_await(task), -ECANCELED);
    ouro_task_unref(task);

    CHECK_INT(ouro_open_connection(&stream, .fd = fds[0]), 0);
    CHECK_INT(ouro_open_connection(&other, .fd = fds[0]), OURO_EINUSE);
    CHECK_INT(ouro_start_server(&server, NULL, .fd = fds[0]), -EINVAL);
    CHECK_INT(ouro_open_pipe(&other, fds[0], -1, 0), OURO_EINUSE);
    CHECK_INT(ouro_stream_close(stream), 0);
    close(fds[1]);

    CHECK_INT(ouro_open_datagram(&datagram, .local_host = "127.0.0.1"), 0);
    CHECK_INT(ouro_open_datagram(&(ouro_datagram *) { NULL }, .fd = ouro_datagram_get_fd(datagram)),
              OURO_EINUSE);
    ouro_datagram_close(datagram);
    return 0;
}

static int tell_delay(ouro_stream *stream, void *arg)
{
    socklen_t size = sizeof(int);

    CHECK_INT(getsockopt(ouro_stream_get_fd(stream), IPPROTO_TCP, TCP_NODELAY, (int *) arg, &size),
              0);
    return ouro_stream_write(stream, BYTES("x"));
}

/* It is prepared as the server's own are, on each backend. */
TEST_NET(listener_handed_in)
{
    ouro_server *server, *other;
    int is_without_delay = 0;
    int port;
    int fd = listen_on_loopback(&port);
    int client;

    CHECK_INT(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
    CHECK_INT(ouro_start_server(&server, tell_delay, .fd = fd, .arg = &is_without_delay), 0);
    CHECK(fcntl(fd, F_GETFL) & O_NONBLOCK);
    CHECK_INT(ouro_start_server(&other, tell_delay, .fd = fd), OURO_EINUSE);
    client = connect_to_port(port);
    expect_text(client, "x");
    CHECK(is_without_delay);
    close(client);
    ouro_server_close(server);
    CHECK_INT(ouro_server_wait_closed(server), 0);
    ouro_server_unref(server);
    return 0;
}
