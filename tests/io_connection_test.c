/* Accepting and connecting on every backend. */
#define _GNU_SOURCE 1

#include "io_probe.h"

#include <sys/resource.h>
#include <sys/un.h>

static void close_result(struct probe *probe)
{
    if (probe->op.result >= 0 && probe->op.more)
        close_fd(probe->backend, probe->op.result);
}

/* Ends an accept op and closes its listener. */
static void stop_accepting(struct probe *accept)
{
    struct backend *backend = accept->backend;

    probe_cancel(accept);
    CHECK_INT(finish(backend, accept), -ECANCELED);
    close_fd(backend, accept->op.fd);
}

TEST_BACKENDS(accepts_many_connections)
{
    enum { COUNT = 600 };
    struct backend *backend = open_default();
    struct probe accept = { .then = close_result };
    struct sockaddr_in address;
    static int clients[COUNT];
    int listener = make_listener(&address);

    start_accept(backend, &accept, listener);
    for (int i = 0; i < COUNT; i++) {
        clients[i] = connect_to(&address);
        if (i % 200 == 199)
            run_until(backend, &accept, i + 1);
    }
    CHECK(!accept.is_final);
    stop_accepting(&accept);
    CHECK_INT(accept.calls, COUNT + 1);
    for (int i = 0; i < COUNT; i++)
        close_fd(backend, clients[i]);
    close_idle(backend);
}

TEST_BACKENDS(accepted_connections_carry_data)
{
    struct backend *backend = open_default();
    struct probe accept = { 0 }, recv = { 0 }, send = { 0 };
    struct sockaddr_in address;
    int listener = make_listener(&address);

    start_accept(backend, &accept, listener);
    settle(backend);
    CHECK_INT(accept.calls, 0);
    for (int i = 0; i < 20; i++) {
        int client = connect_to(&address);
        char answer[8];

        run_until(backend, &accept, i + 1);

        int server = accept.op.result;

        CHECK_INT(fcntl(server, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
        start_recv(backend, &recv, server);
        settle(backend);
        put(client, "ask");
        CHECK_INT(finish(backend, &recv), 3);
        start_send(backend, &send, server, "answer", 6);
        CHECK_INT(finish(backend, &send), 6);
        CHECK_INT(read(client, answer, sizeof(answer)), 6);
        recv.op.known_empty = false;
        close_fd(backend, server);
        close(client);
    }
    stop_accepting(&accept);
    close_idle(backend);
}

TEST_BACKENDS(accept_on_what_does_not_listen_fails)
{
    struct backend *backend = open_default();
    struct probe accept = { 0 };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    start_accept(backend, &accept, fd);
    CHECK_INT(finish(backend, &accept), -EINVAL);
    CHECK_INT(accept.calls, 1);
    close_fd(backend, fd);
    close_idle(backend);
}

/* Without a free descriptor the op ends; the connection stays for the next one. */
TEST_BACKENDS(accept_ends_when_descriptors_run_out)
{
    struct backend *backend = open_default();
    struct probe accept = { .then = close_result };
    struct sockaddr_in address;
    int listener = make_listener(&address);
    int client = connect_to(&address);
    int fillers[1024];
    int count = 0;
    int second;
    struct rlimit limit, few;

    CHECK_INT(getrlimit(RLIMIT_NOFILE, &limit), 0);
    few = limit;
    few.rlim_cur = 256;
    CHECK_INT(setrlimit(RLIMIT_NOFILE, &few), 0);
    while ((fillers[count] = dup(client)) >= 0)
        count++;

    start_accept(backend, &accept, listener);
    CHECK_INT(finish(backend, &accept), -EMFILE);
    CHECK_INT(accept.calls, 1);
    while (count > 0)
        close(fillers[--count]);
    CHECK_INT(setrlimit(RLIMIT_NOFILE, &limit), 0);

    /* Under valgrind the first connection is lost, and so there is a second one. */
    second = connect_to(&address);
    start_accept(backend, &accept, listener);
    while (accept.calls < 2)
        turn(backend, WAIT_FOREVER);
    CHECK(!accept.is_final);
    stop_accepting(&accept);
    close(client);
    close(second);
    close_idle(backend);
}

TEST_BACKENDS(cancelled_accept_leaks_no_descriptor)
{
    struct backend *backend = open_default();
    struct sockaddr_in address;
    int listener = make_listener(&address);

    for (int i = 0; i < 20; i++) {
        struct probe accept = { .then = close_result };
        int client;

        start_accept(backend, &accept, listener);
        if (i % 2)
            settle(backend);
        client = connect_to(&address);
        if (i % 4 < 2) /* the kernel may know the connection when the cancel comes, or not */
            CHECK_INT(backend->ops->wait(backend, 0), 0);
        probe_cancel(&accept);
        CHECK_INT(finish(backend, &accept), -ECANCELED);
        close(client);
    }
    close_fd(backend, listener);
    close_idle(backend);
}

static void cancel_after_three(struct probe *probe)
{
    close_result(probe);
    if (probe->calls == 3)
        probe_cancel(probe);
}

/* uring may have accepted more by the time of the cancel; epoll stops at once. */
TEST_BACKENDS(accept_cancelled_by_its_own_callback)
{
    enum { COUNT = 10 };
    struct backend *backend = open_default();
    struct probe accept = { .then = cancel_after_three };
    struct sockaddr_in address;
    int listener = make_listener(&address);
    int clients[COUNT];

    for (int i = 0; i < COUNT; i++)
        clients[i] = connect_to(&address);
    start_accept(backend, &accept, listener);
    CHECK_INT(finish(backend, &accept), -ECANCELED);
    CHECK(accept.calls >= 4);
    for (int i = 0; i < COUNT; i++)
        close(clients[i]);
    close_fd(backend, listener);
    close_idle(backend);
}

TEST_BACKENDS(connects_and_talks)
{
    struct backend *backend = open_default();
    struct sockaddr_in address;
    int listener = make_listener(&address);

    for (int i = 0; i < 10; i++) {
        struct probe connect = { 0 }, send = { 0 }, recv = { 0 };
        int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | (i % 2 ? SOCK_NONBLOCK : 0), 0);
        char text[8];
        int server;

        start_connect(backend, &connect, client, &address);
        CHECK_INT(finish(backend, &connect), 0);
        CHECK_INT(connect.calls, 1);
        server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        start_recv(backend, &recv, client);
        start_send(backend, &send, client, "up", 2);
        CHECK_INT(finish(backend, &send), 2);
        CHECK_INT(read(server, text, sizeof(text)), 2);
        put(server, "down");
        CHECK_INT(finish(backend, &recv), 4);
        close_fd(backend, client);
        close(server);
    }
    close_fd(backend, listener);
    close_idle(backend);
}

TEST_BACKENDS(refused_connection_is_an_error)
{
    struct backend *backend = open_default();
    struct sockaddr_in address;
    int listener = make_listener(&address);

    close(listener); /* the port is free now, and nobody listens */
    for (int i = 0; i < 5; i++) {
        struct probe connect = { 0 };
        int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

        start_connect(backend, &connect, client, &address);
        CHECK_INT(finish(backend, &connect), -ECONNREFUSED);
        close_fd(backend, client);
    }
    close_idle(backend);
}

/* One socket, refused first and connected then: the first failure leaves nothing behind. */
TEST_BACKENDS(socket_can_connect_after_a_refusal)
{
    struct backend *backend = open_default();
    struct probe connect = { 0 }, recv = { 0 };
    struct sockaddr_in nobody, address;
    int gone = make_listener(&nobody);
    int listener = make_listener(&address);
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int server;

    close(gone);
    start_connect(backend, &connect, client, &nobody);
    CHECK_INT(finish(backend, &connect), -ECONNREFUSED);
    start_connect(backend, &connect, client, &address);
    CHECK_INT(finish(backend, &connect), 0);
    server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    start_recv(backend, &recv, client);
    settle(backend);
    CHECK_INT(recv.calls, 0);
    put(server, "hi");
    CHECK_INT(finish(backend, &recv), 2);
    close(server);
    close_fd(backend, client);
    close_fd(backend, listener);
    close_idle(backend);
}

TEST_BACKENDS(connect_to_a_missing_path_fails)
{
    struct backend *backend = open_default();
    struct probe connect = { 0 };
    struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "/nonexistent/socket" };
    int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    connect.op.kind = OP_CONNECT;
    connect.op.fd = client;
    connect.op.connect.address = (const struct sockaddr *) (const void *) &address;
    connect.op.connect.size = sizeof(address);
    probe_start(backend, &connect);
    CHECK_INT(finish(backend, &connect), -ENOENT);
    close_fd(backend, client);
    close_idle(backend);
}

/* A listener that is full and never accepts drops the next connection request. */
TEST_BACKENDS(connect_that_hangs_can_be_cancelled)
{
    struct backend *backend = open_default();
    struct probe connects[4] = { 0 };
    struct sockaddr_in address;
    int listener = make_listener(&address);
    int clients[4];
    int waiting = 0;

    CHECK_INT(listen(listener, 0), 0);
    for (int i = 0; i < 4; i++) {
        clients[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        start_connect(backend, &connects[i], clients[i], &address);
        settle(backend);
    }
    for (int i = 0; i < 4; i++) {
        waiting += !connects[i].is_final;
        probe_cancel(&connects[i]); /* does nothing to an idle op */
        (void) finish(backend, &connects[i]);
    }
    CHECK(waiting > 0);
    for (int i = 0; i < 4; i++) {
        CHECK_INT(connects[i].calls, 1);
        CHECK(connects[i].op.result == 0 || connects[i].op.result == -ECANCELED);
        close_fd(backend, clients[i]);
    }
    close_fd(backend, listener);
    close_idle(backend);
}
