/* Datagram sockets: how they are opened, and what becomes of them with their loops. */
#include "net_datagram_probe.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/un.h>

TEST_NET(contradictions_in_the_options_are_told)
{
    static const struct {
        ouro_datagram_options options;
        int status;
    } cases[] = {
        { { .family = 0 }, -EINVAL },
        { { .remote_host = "127.0.0.1" }, -EINVAL },
        { { .local_port = 65536 }, -EINVAL },
        { { .local_port = -1 }, -EINVAL },
        { { .local_host = "127.0.0.1", .remote_host = "::1", .remote_port = 1 }, -EINVAL },
        { { .local_host = "127.0.0.1", .family = AF_INET6 }, OURO_ENOADDRESS },
        { { .local_host = "127.0.0.1", .local_path = "x" }, -EINVAL },
        { { .local_host = "127.0.0.1", .family = AF_UNIX }, -EINVAL },
        { { .local_path = "x", .family = AF_INET }, -EINVAL },
        { { .local_path = "" }, -EINVAL },
        { { .fd = 1, .local_port = 7 }, -EINVAL },
        { { .fd = 1, .reuse_port = true }, -EINVAL },
        { { .fd = 4711 }, -EBADF },
        { { .local_host = "203.0.113.1" }, -EADDRNOTAVAIL },
    };
    ouro_datagram *datagram = NULL;
    int fds[2];

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        CHECK_INT(ouro_open_datagram_with(&datagram, &cases[i].options), cases[i].status);
    CHECK_PTR(datagram, NULL);
    CHECK_INT(ouro_open_datagram_with(&datagram, NULL), -EINVAL);
    connect_pair(fds);
    CHECK_INT(ouro_open_datagram(&datagram, .fd = fds[0]), -EINVAL); /* a stream */
    close(fds[0]);
    close(fds[1]);
    CHECK_INT(pipe2(fds, O_CLOEXEC), 0);
    CHECK_INT(ouro_open_datagram(&datagram, .fd = fds[0]), -ENOTSOCK);
    close(fds[0]);
    close(fds[1]);
    return 0;
}

TEST_NET(ports_may_be_shared_only_on_purpose)
{
    ouro_datagram *first = open_local();
    ouro_datagram *second;
    int port = port_of(first);
    char text[32];

    CHECK_INT(ouro_open_datagram(&second, .local_host = "127.0.0.1", .local_port = port),
              -EADDRINUSE);
    snprintf(text, sizeof text, "127.0.0.1 port %d", port);
    CHECK(strstr(ouro_error_detail()->text, text));
    ouro_datagram_close(first);
    CHECK_INT(ouro_open_datagram(&first, .local_host = "127.0.0.1", .reuse_port = true), 0);
    CHECK_INT(ouro_open_datagram(&second, .local_host = "127.0.0.1", .local_port = port_of(first),
                                 .reuse_port = true),
              0);
    ouro_datagram_close(first);
    ouro_datagram_close(second);
    CHECK_INT(ouro_open_datagram(&first, .family = AF_INET), 0);
    ouro_datagram_close(first);
    return 0;
}

/* With broadcasts allowed the remote address is where sends go, and anybody may answer. */
TEST_NET(broadcasting_sockets_hear_everybody)
{
    ouro_datagram *server = open_local();
    ouro_datagram *other = open_local();
    ouro_datagram *client;
    struct sockaddr_storage address;
    socklen_t size;
    char data[8];

    CHECK_INT(ouro_open_datagram(&client, .local_host = "127.0.0.1", .remote_host = "127.0.0.1",
                                 .remote_port = port_of(server), .allow_broadcast = true),
              0);
    CHECK_INT(ouro_datagram_get_peername(client, &address), -ENOTCONN);
    CHECK_INT(ouro_datagram_send(client, OURO_BYTES("all")), 0);
    CHECK_INT(ouro_datagram_recv_from(server, data, sizeof data, &address, &size), 3);
    CHECK_INT(ouro_datagram_send_to(other, OURO_BYTES("one"), (struct sockaddr *) &address, size),
              0);
    CHECK_INT(ouro_datagram_recv(client, data, sizeof data), 3);
    ouro_datagram_close(client);
    ouro_datagram_close(server);
    ouro_datagram_close(other);
    return 0;
}

TEST_NET(works_over_ipv6)
{
    ouro_datagram *server, *client;
    struct sockaddr_storage address;
    struct sockaddr_in6 own;
    char data[8];

    need_ipv6();
    CHECK_INT(ouro_open_datagram(&server, .local_host = "::1"), 0);
    CHECK_INT(ouro_datagram_get_sockname(server, &address), 0);
    memcpy(&own, &address, sizeof own);
    CHECK_INT(ouro_open_datagram(&client, .remote_host = "localhost",
                                 .remote_port = ntohs(own.sin6_port)),
              0);
    CHECK_INT(ouro_datagram_send(client, OURO_BYTES("six")), 0);
    CHECK_INT(ouro_datagram_recv_from(server, data, sizeof data, &address, NULL), 3);
    CHECK_INT(address.ss_family, AF_INET6);
    ouro_datagram_close(client);
    ouro_datagram_close(server);
    return 0;
}

TEST_NET(works_at_paths_and_names)
{
    char path[2][64];
    struct stat status;

    for (int i = 0; i < 2; i++) {
        ouro_datagram *server, *client;
        struct sockaddr_storage address;
        socklen_t size;
        char data[8];

        for (int j = 0; j < 2; j++)
            snprintf(path[j], sizeof path[j], "%souro_datagram_test_%d_%d", i ? "@" : "./",
                     (int) getpid(), j);
        for (int j = 0; j < 2; j++) { /* the second time over what the first has left */
            CHECK_INT(ouro_open_datagram(&server, .local_path = path[0]), 0);
            if (j == 0)
                ouro_datagram_close(server);
        }
        CHECK_INT(ouro_open_datagram(&client, .local_path = path[1], .remote_path = path[0]), 0);
        CHECK_INT(ouro_datagram_send(client, OURO_BYTES("local")), 0);
        CHECK_INT(ouro_datagram_recv_from(server, data, sizeof data, &address, &size), 5);
        CHECK_INT(
            ouro_datagram_send_to(server, OURO_BYTES("answer"), (struct sockaddr *) &address, size),
            0);
        CHECK_INT(ouro_datagram_recv(client, data, sizeof data), 6);
        ouro_datagram_close(server);
        CHECK_INT(ouro_datagram_send(client, OURO_BYTES("x")), -ECONNREFUSED);
        CHECK(strstr(ouro_error_detail()->text, path[0]));
        ouro_datagram_close(client);
        CHECK_INT(ouro_open_datagram(&client, .remote_path = path[0]), -ECONNREFUSED);
        for (int j = 0; j < 2 && !i; j++) {
            CHECK_INT(stat(path[j], &status), 0);
            unlink(path[j]);
        }
    }
    return 0;
}

TEST_NET(a_file_that_is_no_socket_is_left_alone)
{
    ouro_datagram *datagram;
    char path[64];

    snprintf(path, sizeof path, "ouro_datagram_test_%d", (int) getpid());

    int fd = open(path, O_CREAT | O_CLOEXEC | O_WRONLY, 0600);

    CHECK(fd >= 0);
    close(fd);
    CHECK_INT(ouro_open_datagram(&datagram, .local_path = path), -EADDRINUSE);
    CHECK_INT(unlink(path), 0);
    return 0;
}

TEST_NET(a_socket_belongs_to_its_loop)
{
    ouro_datagram *datagram = open_local();
    int fd = ouro_datagram_get_fd(datagram);
    char data[4];

    CHECK_INT(ouro_loop_sock_recv(ouro_get_running_loop(), fd, data, 4), OURO_EINUSE);
    CHECK_INT(ouro_datagram_recv(NULL, data, 4), -EINVAL);
    ouro_datagram_close(datagram);
    return 0;
}

struct two_loops {
    ouro_datagram *datagram;
};

static int open_one(void *arg)
{
    ((struct two_loops *) arg)->datagram = open_local();
    return 0;
}

static int use_in_another(void *arg)
{
    char data[4];

    CHECK_INT(ouro_datagram_recv(((struct two_loops *) arg)->datagram, data, 4), OURO_EWRONGLOOP);
    return 0;
}

static int wait_for_ever(void *arg)
{
    char data[4];

    ouro_ignore(ouro_datagram_recv(((struct two_loops *) arg)->datagram, data, 4));
    FAIL("the loop is gone");
}

/* A socket that is left open is closed with its loop, and that is reported. */
TEST_BACKENDS(a_loop_may_be_closed_before_its_sockets)
{
    for (int i = 0; i < 3; i++) {
        struct two_loops both;
        struct reports reports = { 0 };
        ouro_loop *loop;
        ouro_task *task;
        int status;

        CHECK_INT(ouro_new_event_loop(&loop), 0);
        ouro_loop_set_exception_handler(loop, note_report, &reports);
        task = ouro_loop_create_task(loop, ouro_coro(open_one, &both));
        CHECK_INT(ouro_loop_run_until_complete(loop, task), 0);
        ouro_task_unref(task);
        run(use_in_another, &both);
        if (i == 1) {
            ouro_task_unref(ouro_loop_create_task(loop, ouro_coro(wait_for_ever, &both)));
            ouro_loop_stop(loop);
            CHECK_INT(ouro_loop_run_forever(loop), 0);
        }
        CHECK_INT(ouro_datagram_get_fd(both.datagram) >= 0, true);
        if (i == 2) {
            ouro_datagram_close(both.datagram);
            CHECK_INT(ouro_loop_close(loop), 0);
            CHECK_INT(reports.count, 0);
            continue;
        }
        CHECK_INT(ouro_loop_close(loop), 0);
        CHECK(reports.count > 0);
        CHECK(strstr(reports.message, "was not closed before its loop"));
        CHECK_INT(ouro_datagram_get_fd(both.datagram), -1);
        status = ouro_datagram_get_sockname(both.datagram, NULL);
        CHECK_INT(status, -EINVAL);
        ouro_datagram_close(both.datagram);
    }
}

static int exchange(void *arg)
{
    ouro_datagram *ends[2] = { NULL, NULL };
    char data[8];
    int fds[2];
    int status;

    (void) arg;
    CHECK_INT(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, fds), 0);
    status = ouro_open_datagram(&ends[0], .fd = fds[0], .receive_size = 8);
    if (status < 0)
        close(fds[0]);
    if (status == 0) {
        status = ouro_open_datagram(&ends[1], .fd = fds[1]);
        if (status < 0)
            close(fds[1]);
    } else {
        close(fds[1]);
    }
    for (int i = 0; i < 6 && status == 0; i++)
        status = ouro_datagram_send(ends[1], OURO_BYTES("x"));
    for (int i = 0; i < 6 && status >= 0; i++) /* without memory they come one by one */
        status = ouro_datagram_recv(ends[0], data, sizeof data);
    ouro_datagram_close(ends[0]);
    ouro_datagram_close(ends[1]);
    return status < 0 ? status : 0;
}

TEST_ALLOCATION_FAILURES(want_of_memory_is_an_error)
{
    int status = ouro_run(ouro_coro(exchange, NULL));

    CHECK(status == 0 || (status == -ENOMEM && test_fault_fired()));
}

TEST(opening_needs_a_task)
{
    ouro_datagram *datagram;

    CHECK_INT(ouro_open_datagram(&datagram, .local_port = 7), OURO_ENOLOOP);
}

static int open_in_simulation(void *arg)
{
    ouro_datagram *datagram = open_local();
    char data[4];

    (void) arg;
    CHECK_INT(ouro_datagram_recv(datagram, data, 4), -EOPNOTSUPP);
    ouro_datagram_close(datagram);
    return 0;
}

TEST_WITH(simulation_has_no_waiting_for_sockets, .backends = TEST_SIM)
{
    run(open_in_simulation, NULL);
}
