/* Servers: accepting, handlers, and every order in which things may end. */
#include "net_probe.h"

#include "base/time.h"
#include "coro/sanitize.h"
#include "net/server.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>

static int echo(ouro_stream *stream, void *arg)
{
    char data[1000];
    int count;

    (void) arg;
    while ((count = ouro_stream_read(stream, data, sizeof data)) > 0) {
        OURO_TRY(ouro_stream_write(stream, (ouro_bytes) { (uint8_t *) data, (size_t) count }));
        OURO_TRY(ouro_stream_drain(stream));
    }
    return count;
}

/* Ends a server in the usual way. */
static void end_server(ouro_server *server)
{
    ouro_server_close(server);
    CHECK_INT(ouro_server_wait_closed(server), 0);
    ouro_server_unref(server);
}

OURO_ASYNC(exchange, (int, port), (int, id), (int, rounds))
{
    ouro_stream *stream;
    char text[32];
    ouro_bytes line;

    OURO_TRY(ouro_open_connection(&stream, .host = "127.0.0.1", .port = port));
    for (int i = 0; i < rounds; i++) {
        int len = snprintf(text, sizeof text, "%d of %d\n", i, id);

        OURO_TRY(ouro_stream_write(stream, BYTES(text)));
        CHECK_INT(ouro_stream_readline(stream, &line), 1);
        CHECK_BYTES(line.data, line.size, text, (size_t) len);
    }
    return ouro_stream_close(stream);
}

TEST_NET(serves_many_connections)
{
    enum { CONNECTIONS = 200 };
    ouro_task *tasks[CONNECTIONS];
    ouro_server *server;
    int port;

    CHECK_INT(ouro_start_server(&server, echo, .host = "127.0.0.1", .backlog = 500), 0);
    CHECK(ouro_server_is_serving(server));
    CHECK_PTR(ouro_server_get_loop(server), ouro_get_running_loop());
    port = ouro_server_port(server);
    for (int i = 0; i < CONNECTIONS; i++)
        tasks[i] = ouro_create_task(exchange_coro(port, i, 10));
    for (int i = 0; i < CONNECTIONS; i++) {
        CHECK_INT(ouro_await(tasks[i]), 0);
        ouro_task_unref(tasks[i]);
    }
    end_server(server);
    return 0;
}

/* Both families, on the same port that was free. */
TEST_NET(listens_on_both_families)
{
    static const char *const hosts[] = { "localhost", NULL, "" };
    ouro_server *server;
    ouro_stream *stream;
    int fds[4];

    need_ipv6();
    for (int i = 0; i < 3; i++) {
        int port;

        CHECK_INT(ouro_start_server(&server, echo, .host = hosts[i]), 0);
        CHECK_INT(ouro_server_sockets(server, fds, 4), 2);
        CHECK_INT(ouro_server_sockets(server, NULL, 0), 2);
        port = ouro_server_port(server);
        for (int k = 0; k < 2; k++) {
            struct sockaddr_storage address;
            socklen_t size = sizeof address;

            CHECK_INT(getsockname(fds[k], (struct sockaddr *) &address, &size), 0);
            CHECK_INT(ntohs(((struct sockaddr_in *) &address)->sin_port), port);
            CHECK_INT(ouro_open_connection(&stream, .host = k ? "::1" : "127.0.0.1", .port = port),
                      0);
            CHECK_INT(ouro_stream_close(stream), 0);
        }
        end_server(server);
    }
    return 0;
}

TEST_NET(port_in_use)
{
    ouro_server *server, *other;
    char text[64];
    int port;

    CHECK_INT(ouro_start_server(&server, echo, .host = "127.0.0.1"), 0);
    port = ouro_server_port(server);
    CHECK_INT(ouro_start_server(&other, echo, .host = "127.0.0.1", .port = port), -EADDRINUSE);
    snprintf(text, sizeof text, "127.0.0.1 port %d: ", port);
    CHECK(strncmp(ouro_error_detail()->text, text, strlen(text)) == 0);
    CHECK_INT(ouro_start_server(&other, echo, .host = "localhost", .port = port), -EADDRINUSE);
    end_server(server);

    /* It is free at once when the server is over. */
    CHECK_INT(ouro_start_server(&server, echo, .host = "127.0.0.1", .port = port), 0);
    end_server(server);

    /* Shared on request. */
    CHECK_INT(ouro_start_server(&server, echo, .host = "127.0.0.1", .reuse_port = true), 0);
    CHECK_INT(ouro_start_server(&other, echo, .host = "127.0.0.1", .port = ouro_server_port(server),
                                .reuse_port = true),
              0);
    end_server(server);
    end_server(other);
    return 0;
}

TEST_NET(bad_server_options)
{
    ouro_server *server;

    CHECK_INT(ouro_start_server(&server, NULL), -EINVAL);
    CHECK_INT(ouro_start_server(&server, echo, .port = 65536), -EINVAL);
    CHECK_INT(ouro_start_server(&server, echo, .port = -1), -EINVAL);
    CHECK_INT(ouro_start_server(&server, echo, .backlog = -1), -EINVAL);
    CHECK_INT(ouro_start_server(&server, echo, .host = "192.0.2.1"), -EADDRNOTAVAIL);
    CHECK_INT(ouro_start_server_with(&server, NULL), -EINVAL);
    CHECK_INT(ouro_start_server(&server, echo, .stack_size = 1), -EINVAL);
    CHECK_INT(ouro_server_start_serving(NULL), -EINVAL);
    CHECK_INT(ouro_server_serve_forever(NULL), -EINVAL);
    CHECK_INT(ouro_server_wait_closed(NULL), -EINVAL);
    ouro_server_close(NULL);
    ouro_server_close_clients(NULL);
    ouro_server_abort_clients(NULL);
    CHECK_PTR(ouro_server_unref(NULL), NULL);
    CHECK(!ouro_server_is_serving(NULL));
    CHECK_INT(ouro_server_port(NULL), 0);
    CHECK_INT(ouro_server_sockets(NULL, NULL, 0), 0);
    return 0;
}

/* Simulated time has no sockets: nothing accepts, and nothing tries for ever. */
static int serve_on_sim(void *arg)
{
    struct reports *reports = arg;
    ouro_server *server;
    ouro_stream *stream;

    keep_reports(reports);
    CHECK_INT(ouro_start_server(&server, echo, .host = "127.0.0.1"), 0);
    CHECK_INT(ouro_open_connection(&stream, .host = "127.0.0.1", .port = ouro_server_port(server)),
              -EOPNOTSUPP);
    CHECK_INT(ouro_sleep(10), 0);
    CHECK_INT(reports->count, 1);
    CHECK_INT(reports->status, -EOPNOTSUPP);
    end_server(server);
    return 0;
}

TEST_WITH(server_on_sim, .backends = TEST_SIM)
{
    struct reports reports = { 0 };

    run(serve_on_sim, &reports);
}

TEST(server_without_a_loop)
{
    ouro_server *server;

    CHECK_INT(ouro_start_server(&server, echo), OURO_ENOLOOP);
}

TEST_NET(start_serving_later)
{
    ouro_server *server;
    ouro_stream *stream;
    int port;

    CHECK_INT(ouro_start_server(&server, echo, .host = "127.0.0.1", .no_start_serving = true), 0);
    CHECK(!ouro_server_is_serving(server));
    port = ouro_server_port(server);
    CHECK_INT(ouro_open_connection(&stream, .host = "127.0.0.1", .port = port), -ECONNREFUSED);
    CHECK_INT(ouro_server_start_serving(server), 0);
    CHECK_INT(ouro_server_start_serving(server), 0);
    CHECK(ouro_server_is_serving(server));
    CHECK_INT(exchange(port, 0, 1), 0);
    end_server(server);

    /* Closed before it began. */
    CHECK_INT(ouro_start_server(&server, echo, .host = "127.0.0.1", .no_start_serving = true), 0);
    ouro_server_close(server);
    CHECK_INT(ouro_server_start_serving(server), OURO_ECLOSED);
    CHECK_INT(ouro_server_port(server), 0);
    CHECK_INT(ouro_server_sockets(server, NULL, 0), 0);
    end_server(server);
    return 0;
}

OURO_ASYNC(serve_forever, (ouro_server *, server))
{
    return ouro_server_serve_forever(server);
}

OURO_ASYNC(wait_server, (ouro_server *, server))
{
    return ouro_server_wait_closed(server);
}

/* Closed by somebody else, or cancelled: the same end, as in asyncio. */
/* The task that serves has been cancelled and has not run yet. */
TEST_NET(server_ends_before_who_serves_it_has_run)
{
    enum { CLOSES, IS_GIVEN_UP, IS_SERVED_AGAIN, WAYS };

    for (int way = 0; way < WAYS; way++) {
        ouro_task *again = NULL;
        ouro_server *server;
        ouro_task *task;

        CHECK_INT(ouro_start_server(&server, echo, .host = "127.0.0.1"), 0);
        task = ouro_create_task(serve_forever_coro(server));
        CHECK_INT(ouro_sleep(0), 0);
        if (way == IS_SERVED_AGAIN)
            again = ouro_create_task(serve_forever_coro(server));
        ouro_task_cancel(task, NULL);
        if (way == CLOSES)
            ouro_server_close(server);
        else if (way == IS_GIVEN_UP)
            server = ouro_server_unref(server);
        else
            CHECK_INT(ouro_await(again), -ECANCELED);
        CHECK_INT(ouro_await(task), -ECANCELED);
        ouro_task_unref(task);
        ouro_task_unref(again);
        ouro_server_unref(server);
    }
    return 0;
}

TEST_NET(serve_forever_ends_cancelled)
{
    for (int cancelled = 0; cancelled < 2; cancelled++) {
        ouro_server *server;
        ouro_task *task, *waiter;
        ouro_stream *stream;
        int port;

        CHECK_INT(ouro_start_server(&server, echo, .host = "127.0.0.1", .no_start_serving = true),
                  0);
        task = ouro_create_task(serve_forever_coro(server));
        waiter = ouro_create_task(wait_server_coro(server));
        CHECK_INT(ouro_sleep(0), 0);
        CHECK(ouro_server_is_serving(server));
        CHECK_INT(ouro_server_serve_forever(server), OURO_EINUSE);
        port = ouro_server_port(server);
        CHECK_INT(ouro_open_connection(&stream, .host = "127.0.0.1", .port = port), 0);
        CHECK_INT(ouro_stream_write(stream, BYTES("hold on\n")), 0);
        {
            ouro_bytes line;

            CHECK_INT(ouro_stream_readline(stream, &line), 1);
        }
        if (cancelled)
            ouro_task_cancel(task, NULL);
        else
            ouro_server_close(server);
        settle();
        CHECK(!ouro_server_is_serving(server));
        CHECK(!ouro_future_done(task)); /* a connection is open */
        CHECK(!ouro_future_done(waiter));
        CHECK_INT(ouro_stream_close(stream), 0);
        CHECK_INT(ouro_await(task), -ECANCELED);
        CHECK_INT(ouro_await(waiter), 0);
        CHECK_INT(ouro_server_serve_forever(server), OURO_ECLOSED);
        ouro_task_unref(task);
        ouro_task_unref(waiter);
        ouro_server_unref(server);
    }
    return 0;
}

/* Once the server is closed nobody is let in. */
TEST_NET(closed_server_refuses)
{
    ouro_server *server;
    ouro_stream *stream;
    int port;

    CHECK_INT(ouro_start_server(&server, echo, .host = "127.0.0.1"), 0);
    port = ouro_server_port(server);
    settle();
    ouro_server_close(server);
    ouro_server_close(server);
    CHECK_INT(ouro_open_connection(&stream, .host = "127.0.0.1", .port = port), -ECONNREFUSED);
    end_server(server);
    return 0;
}

static int count_handler(ouro_stream *stream, void *arg)
{
    (void) stream;
    ++*(int *) arg;
    return 0;
}

/* Connections that wait in the backlog, and some that are accepted, when the server closes. */
TEST_NET(closed_with_pending_connections)
{
    for (int turns = 0; turns < 4; turns++) {
        ouro_server *server;
        int clients[20];
        int handled = 0;
        char byte;

        CHECK_INT(ouro_start_server(&server, count_handler, &handled, .host = "127.0.0.1"), 0);
        settle();
        for (int i = 0; i < 20; i++)
            clients[i] = connect_to_port(ouro_server_port(server));
        for (int i = 0; i < turns; i++) {
            ouro_loop *loop = ouro_get_running_loop();

            loop->backend->ops->wait(loop->backend, 0);
            if (i < turns - 1)
                loop->backend->ops->dispatch(loop->backend);
        }
        ouro_server_close(server);
        CHECK_INT(ouro_server_wait_closed(server), 0);
        ouro_server_unref(server);
        for (int i = 0; i < 20; i++) {
            ssize_t len = recv(clients[i], &byte, 1, 0);

            CHECK(len == 0 || (len < 0 && errno == ECONNRESET));
            close(clients[i]);
        }
    }
    return 0;
}

/* What the handler's result does to the connection. */
struct outcome {
    int status;
    bool closes;
};

static int end_with_outcome(ouro_stream *stream, void *arg)
{
    const struct outcome *outcome = arg;

    OURO_TRY(ouro_stream_write(stream, BYTES("queued")));
    if (outcome->closes) {
        OURO_TRY(ouro_stream_close(stream));
        CHECK(ouro_stream_is_closing(stream));
        CHECK_INT(ouro_stream_write(stream, BYTES("x")), OURO_ECLOSED);
    }
    if (outcome->status < 0)
        ouro_error_set(outcome->status, "test", "the handler failed on purpose");
    return outcome->status;
}

TEST_NET(end_of_a_handler)
{
    static const struct {
        struct outcome outcome;
        bool is_reset;
        int reports;
    } cases[] = {
        { { 0, false }, false, 0 },          { { 7, false }, false, 0 },
        { { 0, true }, false, 0 },           { { -EIO, false }, true, 1 },
        { { -ECANCELED, false }, false, 0 }, { { OURO_ELIMIT, false }, true, 1 },
        { { -EIO, true }, false, 1 },
    };
    struct reports reports = { 0 };

    keep_reports(&reports);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct outcome outcome = cases[i].outcome;
        ouro_server *server;
        char data[8];
        int client;

        reports.count = 0;
        CHECK_INT(ouro_start_server(&server, end_with_outcome, &outcome, .host = "127.0.0.1"), 0);
        client = connect_to_port(ouro_server_port(server));
        if (cases[i].is_reset) {
            ssize_t len;

            while ((len = get_bytes(client, data, 1)) > 0)
                continue;
            CHECK_INT(len, -ECONNRESET);
        } else {
            CHECK_INT(get_bytes(client, data, 8), 6);
            CHECK_BYTES(data, 6, "queued", 6);
        }
        settle();
        CHECK_INT(reports.count, cases[i].reports);
        if (reports.count)
            CHECK_INT(reports.status, outcome.status);
        close(client);
        end_server(server);
    }
    return 0;
}

/* A handler that gives its stream away: it outlives the handler. */
static ouro_stream *kept;

static int keep_and_release(ouro_stream *stream, void *arg)
{
    (void) arg;
    kept = ouro_stream_ref(stream);
    return 0;
}

TEST_NET(stream_kept_after_the_handler)
{
    ouro_server *server;
    int client;
    char byte;

    CHECK_INT(ouro_start_server(&server, keep_and_release, .host = "127.0.0.1"), 0);
    client = connect_to_port(ouro_server_port(server));
    CHECK_INT(get_bytes(client, &byte, 1), 0); /* closed by the handler's end, as documented */
    end_server(server);
    CHECK_INT(ouro_stream_read(kept, &byte, 1), OURO_ECLOSED);
    CHECK_INT(ouro_stream_close(kept), 0);
    close(client);
    return 0;
}

/* A handler that releases what is not its own to release, in each way. */
static int release_by_unref(ouro_stream *stream, void *arg)
{
    (void) arg;
    ouro_stream_unref(stream);
    return ouro_sleep(0);
}

TEST_NET(handler_releases_its_stream)
{
    ouro_server *server;
    int client;
    char byte;

    CHECK_INT(ouro_start_server(&server, release_by_unref, .host = "127.0.0.1"), 0);
    client = connect_to_port(ouro_server_port(server));
    CHECK_INT(get_bytes(client, &byte, 1), 0);
    end_server(server);
    close(client);
    return 0;
}

/* A server that is closed, awaited and released by its own handler. */
static int close_own_server(ouro_stream *stream, void *arg)
{
    ouro_server **server = arg;

    (void) stream;
    ouro_server_close(*server);
    ouro_server_close(*server);
    *server = ouro_server_unref(*server);
    return 0;
}

TEST_NET(server_closed_in_its_handler)
{
    ouro_server *server;
    int client;
    char byte;

    CHECK_INT(ouro_start_server(&server, close_own_server, &server, .host = "127.0.0.1"), 0);
    client = connect_to_port(ouro_server_port(server));
    CHECK_INT(get_bytes(client, &byte, 1), 0);
    settle();
    CHECK_PTR(server, NULL);
    close(client);
    return 0;
}

/* A handler that awaits the end of its own server would wait for itself; cancelled, it goes. */
static int wait_for_own_server(ouro_stream *stream, void *arg)
{
    ouro_server **server = arg;

    (void) stream;
    ouro_server_close(*server);
    CHECK_INT(ouro_server_wait_closed(*server), -ECANCELED);
    return -ECANCELED;
}

TEST_NET(handler_cancelled_in_wait_closed)
{
    ouro_server *server;
    ouro_task *tasks[4];
    int client;
    int count;

    CHECK_INT(ouro_start_server(&server, wait_for_own_server, &server, .host = "127.0.0.1"), 0);
    client = connect_to_port(ouro_server_port(server));
    for (int looks = 0; (count = ouro_all_tasks(NULL, tasks, 4)) < 2 && looks < LOOKS_MAX; looks++)
        CHECK_INT(ouro_sleep(1e-6), 0);
    CHECK_INT(count, 2);
    settle();
    ouro_task_cancel(tasks[1], NULL);
    end_server(server);
    close(client);
    return 0;
}

static int serve_silently(ouro_stream *stream, void *arg)
{
    char byte;

    (void) arg;
    OURO_TRY(ouro_stream_write(stream, BYTES("welcome")));
    return ouro_stream_read(stream, &byte, 1);
}

TEST_NET(close_and_abort_clients)
{
    for (int aborts = 0; aborts < 2; aborts++) {
        struct reports reports = { 0 };
        ouro_server *server;
        int clients[10];
        char byte;

        keep_reports(&reports);
        CHECK_INT(ouro_start_server(&server, serve_silently, .host = "127.0.0.1"), 0);
        for (int i = 0; i < 10; i++)
            clients[i] = connect_to_port(ouro_server_port(server));
        for (int i = 0; i < 10; i++)
            expect_text(clients[i], "welcome");
        ouro_server_close(server);
        if (aborts)
            ouro_server_abort_clients(server);
        else
            ouro_server_close_clients(server);
        CHECK_INT(ouro_server_wait_closed(server), 0);
        for (int i = 0; i < 10; i++) {
            CHECK_INT(get_bytes(clients[i], &byte, 1), aborts ? -ECONNRESET : 0);
            close(clients[i]);
        }
        settle();
        CHECK_INT(reports.count,
                  0); /* the handlers' reads have failed, but through no fault of theirs */
        ouro_server_close_clients(server);
        ouro_server_unref(server);
    }
    return 0;
}

/* Closed before the handler's first step. */
TEST_NET(aborted_before_the_handler_runs)
{
    struct reports reports = { 0 };
    ouro_server *server;
    int client;

    keep_reports(&reports);
    CHECK_INT(ouro_start_server(&server, serve_silently, .host = "127.0.0.1"), 0);
    settle();
    client = connect_to_port(ouro_server_port(server));
    for (int looks = 0; server->transport_count == 0 && looks < LOOKS_MAX; looks++) {
        ouro_loop *loop = ouro_get_running_loop();

        loop->backend->ops->wait(loop->backend, 0);
        loop->backend->ops->dispatch(loop->backend);
    }
    ouro_server_abort_clients(server);
    end_server(server);
    settle();
    CHECK_INT(reports.count, 0);
    close(client);
    return 0;
}

/* The connections of a server whose last reference is gone go on. */
TEST_NET(connections_outlive_the_server)
{
    ouro_server *server;
    ouro_stream *stream;
    ouro_bytes line;

    CHECK_INT(ouro_start_server(&server, echo, .host = "127.0.0.1"), 0);
    CHECK_INT(ouro_open_connection(&stream, .host = "127.0.0.1", .port = ouro_server_port(server)),
              0);
    CHECK_INT(ouro_stream_write(stream, BYTES("1\n")), 0);
    CHECK_INT(ouro_stream_readline(stream, &line), 1);
    ouro_server_unref(server);
    CHECK_INT(ouro_stream_write(stream, BYTES("2\n")), 0);
    CHECK_INT(ouro_stream_readline(stream, &line), 1);
    CHECK_INT(ouro_stream_close(stream), 0);
    settle();
    return 0;
}

/* Descriptors run out, and come back. The pause of a second passes on a clock that is set forward.
 */
static int64_t clock_offset;
static struct backend_ops shifted_ops;
static int64_t (*real_now)(struct backend *backend);

static int64_t shifted_now(struct backend *backend)
{
    return real_now(backend) + clock_offset;
}

static void shift_clock(ouro_loop *loop)
{
    shifted_ops = *loop->backend->ops;
    real_now = shifted_ops.now;
    shifted_ops.now = shifted_now;
    loop->backend->ops = &shifted_ops;
}

static void connect_to_peer_of(int fd, int other)
{
    struct sockaddr_in address;
    socklen_t size = sizeof address;

    CHECK_INT(getpeername(other, (struct sockaddr *) &address, &size), 0);
    CHECK_INT(connect(fd, (struct sockaddr *) &address, size), 0);
}

TEST_NET(accept_pauses_without_descriptors)
{
    struct reports reports = { 0 };
    struct rlimit limit, few;
    ouro_loop *loop = ouro_get_running_loop();
    ouro_server *server;
    int fillers[64];
    int count = 0;
    int client, second;

    if (valgrind_is_running())
        SKIP("valgrind loses the connection that there is no descriptor for");
    keep_reports(&reports);
    shift_clock(loop);
    /* The kernel notes the limit when an accept is submitted. */
    CHECK_INT(getrlimit(RLIMIT_NOFILE, &limit), 0);
    few = limit;
    few.rlim_cur = 60;
    CHECK_INT(setrlimit(RLIMIT_NOFILE, &few), 0);
    CHECK_INT(ouro_start_server(&server, serve_silently, .host = "127.0.0.1"), 0);
    client = connect_to_port(ouro_server_port(server));
    expect_text(client, "welcome");
    second = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    while ((fillers[count] = fcntl(client, F_DUPFD_CLOEXEC, 0)) >= 0)
        count++;
    connect_to_peer_of(second, client);
    for (int looks = 0; reports.count == 0 && looks < LOOKS_MAX; looks++)
        CHECK_INT(ouro_sleep(1e-6), 0);
    CHECK_INT(reports.count, 1);
    CHECK_INT(reports.status, -EMFILE);
    CHECK(ouro_server_is_serving(server));

    /* Still none after a second: that is not reported again. */
    clock_offset += NS_PER_SECOND + NS_PER_SECOND / 10;
    settle();
    CHECK_INT(reports.count, 1);

    while (count > 0)
        close(fillers[--count]);
    settle();
    CHECK_INT(server->transport_count, 1); /* not before the second is over */
    clock_offset += NS_PER_SECOND + NS_PER_SECOND / 10;
    expect_text(second, "welcome");
    close(second);

    /* The next shortage is reported again. */
    second = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    settle();
    while ((fillers[count] = fcntl(client, F_DUPFD_CLOEXEC, 0)) >= 0)
        count++;
    connect_to_peer_of(second, client);
    for (int looks = 0; reports.count == 1 && looks < LOOKS_MAX; looks++)
        CHECK_INT(ouro_sleep(1e-6), 0);
    CHECK_INT(reports.count, 2);
    while (count > 0)
        close(fillers[--count]);
    CHECK_INT(setrlimit(RLIMIT_NOFILE, &limit), 0);
    close(client);
    close(second);

    /* Closed while it pauses. */
    ouro_server_close(server);
    end_server(server);
    return 0;
}

/* Contexts: handlers see the variables of who started the server. */
static ouro_context_var flavour = OURO_CONTEXT_VAR("flavour");

static int tell_flavour(ouro_stream *stream, void *arg)
{
    (void) arg;
    OURO_TRY(ouro_stream_printf(stream, "%s", (char *) ouro_context_var_get(&flavour, "none")));
    return ouro_context_var_set(&flavour, (char *) "changed", NULL);
}

TEST_NET(handlers_have_the_servers_context)
{
    static char flavour_text[] = "vanilla";
    ouro_server *server;

    CHECK_INT(ouro_context_var_set(&flavour, flavour_text, NULL), 0);
    CHECK_INT(ouro_start_server(&server, tell_flavour, .host = "127.0.0.1"), 0);
    CHECK_INT(ouro_context_var_set(&flavour, NULL, NULL), 0);
    for (int i = 0; i < 2; i++) {
        int client = connect_to_port(ouro_server_port(server));

        expect_text(client, "vanilla"); /* and not what the handler before has set */
        close(client);
    }
    end_server(server);
    return 0;
}

/* With an eager factory handlers begin inside the accept. */
TEST_NET(eager_handlers)
{
    ouro_server *server;
    int handled = 0;
    int client;
    char byte;

    ouro_loop_set_task_factory(ouro_get_running_loop(), ouro_eager_task_factory, NULL);
    CHECK_INT(ouro_start_server(&server, count_handler, &handled, .host = "127.0.0.1"), 0);
    client = connect_to_port(ouro_server_port(server));
    CHECK_INT(get_bytes(client, &byte, 1), 0);
    CHECK_INT(handled, 1);
    close(client);
    end_server(server);

    CHECK_INT(ouro_start_server(&server, close_own_server, &server, .host = "127.0.0.1"), 0);
    client = connect_to_port(ouro_server_port(server));
    CHECK_INT(get_bytes(client, &byte, 1), 0);
    close(client);
    settle();
    return 0;
}

/* Each allocation fails once. */
static int serve_and_connect(void *arg)
{
    ouro_server *server;
    int client;
    char data[8];
    ssize_t len;

    (void) arg;
    OURO_TRY(ouro_start_server(&server, serve_silently, .host = "127.0.0.1"));
    client = connect_to_port(ouro_server_port(server));
    len = get_bytes(client, data, 7);
    close(client);
    ouro_server_close(server);

    int status = ouro_server_wait_closed(server);

    ouro_server_unref(server);
    return status < 0 ? status : len == 7 ? 0 : -EIO;
}

TEST_WITH(serve_without_memory, .backends = TEST_URING | TEST_EPOLL, .allocation_failures = true)
{
    struct reports reports = { 0 };
    ouro_runner runner;
    ouro_loop *loop;
    int status;

    ouro_runner_init(&runner);
    status = ouro_runner_get_loop(&runner, &loop);
    if (status == 0) {
        ouro_loop_set_exception_handler(loop, note_report, &reports);
        status = ouro_runner_run(&runner, ouro_coro(serve_and_connect, NULL));
    }
    ouro_ignore(ouro_runner_close(&runner));
    if (!test_fault_fired() && status < 0)
        FAIL("%s without a failed allocation", ouro_errname(status));
}
