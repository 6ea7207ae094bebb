/* The end of a loop in which servers, connections and handlers are left: no crash, no leak, and
 * reports of what was forgotten. */
#include "net_probe.h"

static int serve_silently(ouro_stream *stream, void *arg)
{
    char byte;

    (void) arg;
    OURO_TRY(ouro_stream_write(stream, BYTES("welcome")));
    return ouro_stream_read(stream, &byte, 1);
}

static int write_and_return(ouro_stream *stream, void *arg)
{
    (void) arg;
    return ouro_stream_write(stream, BYTES("queued"));
}

OURO_ASYNC(serve_forever, (ouro_server *, server))
{
    return ouro_server_serve_forever(server);
}

OURO_ASYNC(wait_server, (ouro_server *, server))
{
    return ouro_server_wait_closed(server);
}

struct open_things {
    ouro_server *server;
    int clients[5];
};

static int leave_server_open(void *arg)
{
    struct open_things *things = arg;

    CHECK_INT(ouro_start_server(&things->server, serve_silently, .host = "localhost"), 0);
    for (int i = 0; i < 5; i++)
        things->clients[i] = connect_to_port(ouro_server_port(things->server));
    for (int i = 0; i < 5; i++)
        expect_text(things->clients[i], "welcome");
    return 0;
}

static void check_clients_closed(struct open_things *things)
{
    char byte;

    for (int i = 0; i < 5; i++) {
        CHECK(recv(things->clients[i], &byte, 1, 0) <= 0);
        close(things->clients[i]);
    }
}

/* The runner cancels the handlers. */
TEST_BACKENDS(program_ends_with_a_server_open)
{
    struct open_things things;
    struct reports reports = { 0 };
    ouro_runner runner;
    ouro_loop *loop;

    ouro_runner_init(&runner);
    CHECK_INT(ouro_runner_get_loop(&runner, &loop), 0);
    ouro_loop_set_exception_handler(loop, note_report, &reports);
    CHECK_INT(ouro_runner_run(&runner, ouro_coro(leave_server_open, &things)), 0);
    CHECK_INT(ouro_runner_close(&runner), 0);
    CHECK_INT(reports.count, 1); /* the server was not closed */
    CHECK(strncmp(reports.message, "a server on ", 12) == 0);
    check_clients_closed(&things);
    CHECK_INT(ouro_server_port(things.server), 0);
    CHECK_INT(ouro_server_start_serving(things.server), OURO_ECLOSED);
    CHECK_INT(ouro_server_wait_closed(things.server), 0);
    ouro_server_close(things.server);
    ouro_server_unref(things.server);
}

/* Nobody cancels them: the loop is closed as it is. */
TEST_BACKENDS(loop_closed_under_a_server)
{
    for (int waits = 0; waits < 2; waits++) {
        struct open_things things;
        struct reports reports = { 0 };
        ouro_loop *loop;
        ouro_task *task;

        CHECK_INT(ouro_new_event_loop(&loop), 0);
        ouro_loop_set_exception_handler(loop, note_report, &reports);
        task = ouro_loop_create_task(loop, ouro_coro(leave_server_open, &things));
        CHECK_INT(ouro_loop_run_until_complete(loop, task), 0);
        ouro_task_unref(task);
        if (waits) {
            ouro_task_unref(ouro_loop_create_task(loop, serve_forever_coro(things.server)));
            ouro_task_unref(ouro_loop_create_task(loop, wait_server_coro(things.server)));
            for (int i = 0; i < 3; i++) {
                ouro_loop_stop(loop);
                CHECK_INT(ouro_loop_run_forever(loop), 0);
            }
        }
        CHECK_INT(ouro_loop_close(loop), 0);
        CHECK_INT(reports.count, 5 + 1 + 2 * waits);
        check_clients_closed(&things);
        ouro_server_unref(things.server);
    }
}

/* The end of a handler that the loop has not looked at when it is closed. */
TEST_BACKENDS(loop_closed_at_the_end_of_a_handler)
{
    for (int turns = 1; turns < 8; turns++) {
        struct reports reports = { 0 };
        ouro_server *server;
        ouro_loop *loop;
        int client;

        CHECK_INT(ouro_new_event_loop(&loop), 0);
        ouro_loop_set_exception_handler(loop, note_report, &reports);
        CHECK_INT(ouro_loop_host_begin(loop), 0);
        CHECK_INT(ouro_start_server(&server, write_and_return, .host = "127.0.0.1"), 0);
        client = connect_to_port(ouro_server_port(server));
        for (int i = 0; i < turns; i++) {
            CHECK_INT(ouro_loop_poll(loop, 0), 0);
            ouro_loop_dispatch(loop);
            ouro_loop_run_ready(loop);
        }
        ouro_loop_host_end(loop);
        CHECK_INT(ouro_loop_close(loop), 0);
        ouro_server_unref(server);
        close(client);
    }
}

/* Aborts its stream, and goes on. */
static int abort_and_wait(ouro_stream *stream, void *arg)
{
    (void) arg;
    ouro_stream_abort(stream);
    return ouro_sleep(1000);
}

static int connect_and_go(void *arg)
{
    ouro_server *server;
    ouro_stream *stream;

    (void) arg;
    OURO_TRY(ouro_start_server(&server, abort_and_wait, .host = "127.0.0.1"));
    OURO_TRY(ouro_open_connection(&stream, .host = "127.0.0.1", .port = ouro_server_port(server)));
    settle();
    (void) ouro_server_unref(server);
    ouro_ignore(ouro_stream_close(stream));
    settle();
    return 0;
}

/* Only the handler keeps the stream, which is closed. */
TEST_BACKENDS(loop_closed_under_a_handler_whose_stream_is_closed)
{
    struct reports reports = { 0 };
    ouro_loop *loop;
    ouro_task *task;

    CHECK_INT(ouro_new_event_loop(&loop), 0);
    ouro_loop_set_exception_handler(loop, note_report, &reports);
    task = ouro_loop_create_task(loop, ouro_coro(connect_and_go, NULL));
    CHECK_INT(ouro_loop_run_until_complete(loop, task), 0);
    ouro_task_unref(task);
    CHECK_INT(ouro_loop_close(loop), 0);
    CHECK_INT(reports.count, 1); /* the handler's task */
}

/* What callbacks that run inside the close of a loop may use: in each of it a task has waited. */
static struct waited_for {
    ouro_server *server;
    ouro_stream *stream;
    ouro_stream *fed;
    ouro_stream *pair[2];
    ouro_datagram *datagram;
    void (*use)(void);
    int uses;
} waited_for;

static void close_server(void)
{
    ouro_server_close(waited_for.server);
}

static void give_server_up(void)
{
    waited_for.server = ouro_server_unref(waited_for.server);
}

static void abort_clients(void)
{
    ouro_server_abort_clients(waited_for.server);
}

static void abort_streams(void)
{
    ouro_stream_abort(waited_for.stream);
    ouro_stream_abort(waited_for.pair[0]);
}

static void close_streams(void)
{
    ouro_stream_close_nowait(waited_for.stream);
    ouro_stream_close_nowait(waited_for.pair[0]);
}

static void end_feed(void)
{
    CHECK_INT(ouro_stream_feed_eof(waited_for.fed), 0);
}

static void close_datagram(void)
{
    ouro_datagram_close(waited_for.datagram);
    waited_for.datagram = NULL;
}

static void use_in_lost(ouro_datagram_protocol *protocol, int status)
{
    (void) protocol;
    (void) status;
    waited_for.uses++;
    waited_for.use();
}

static const ouro_datagram_protocol_callbacks using_callbacks = { .connection_lost = use_in_lost };
static ouro_datagram_protocol using_protocol = { .callbacks = &using_callbacks };

static void use_in_report(ouro_loop *loop, const ouro_exception_context *context, void *arg)
{
    (void) loop;
    (void) context;
    (void) arg;
    waited_for.uses++;
    if (waited_for.datagram != NULL && waited_for.server != NULL)
        waited_for.use();
}

OURO_ASYNC(wait_bytes, (ouro_stream *, stream))
{
    char byte;

    return ouro_stream_read(stream, &byte, 1);
}

OURO_ASYNC(wait_closed, (ouro_stream *, stream))
{
    return ouro_stream_wait_closed(stream);
}

OURO_ASYNC(wait_datagram)
{
    char byte;

    return ouro_datagram_recv(waited_for.datagram, &byte, 1);
}

/* Opens all of it, first what will call back while the rest has not been looked at, and has a task
 * wait in each. */
static int wait_in_all(void *arg)
{
    ouro_datagram_transport *first;

    (void) arg;
    OURO_TRY(ouro_loop_create_datagram_endpoint(ouro_get_running_loop(), &using_protocol, &first,
                                                .local_host = "127.0.0.1"));
    OURO_TRY(ouro_start_server(&waited_for.server, serve_silently, .host = "127.0.0.1"));
    OURO_TRY(ouro_open_connection(&waited_for.stream, .host = "127.0.0.1",
                                  .port = ouro_server_port(waited_for.server)));
    CHECK_INT(ouro_stream_readexactly(waited_for.stream, (char[7]) { 0 }, 7, NULL), 0);
    OURO_TRY(ouro_open_memory_pair(&waited_for.pair[0], &waited_for.pair[1], 0));
    OURO_TRY(ouro_open_datagram(&waited_for.datagram, .local_host = "127.0.0.1"));
    waited_for.fed = ouro_stream_new(ouro_get_running_loop(), 0);
    ouro_task_unref(ouro_create_task(serve_forever_coro(waited_for.server)));
    ouro_task_unref(ouro_create_task(wait_server_coro(waited_for.server)));
    ouro_task_unref(ouro_create_task(wait_bytes_coro(waited_for.stream)));
    ouro_task_unref(ouro_create_task(wait_closed_coro(waited_for.stream)));
    ouro_task_unref(ouro_create_task(wait_bytes_coro(waited_for.pair[0])));
    ouro_task_unref(ouro_create_task(wait_bytes_coro(waited_for.fed)));
    ouro_task_unref(ouro_create_task(wait_datagram_coro()));
    settle();
    return 0;
}

static void close_loop_with_use(void (*use)(void), bool in_report)
{
    struct reports reports = { 0 };
    ouro_loop *loop;
    ouro_task *task;

    waited_for = (struct waited_for) { .use = use };
    CHECK_INT(ouro_new_event_loop(&loop), 0);
    ouro_loop_set_exception_handler(loop, in_report ? use_in_report : note_report, &reports);
    task = ouro_loop_create_task(loop, ouro_coro(wait_in_all, NULL));
    CHECK_INT(ouro_loop_run_until_complete(loop, task), 0);
    ouro_task_unref(task);
    CHECK_INT(ouro_loop_close(loop), 0);
    CHECK(waited_for.uses > 0);
    (void) ouro_stream_unref(waited_for.stream);
    (void) ouro_stream_unref(waited_for.fed);
    (void) ouro_stream_unref(waited_for.pair[0]);
    (void) ouro_stream_unref(waited_for.pair[1]);
    ouro_datagram_close(waited_for.datagram);
    (void) ouro_server_unref(waited_for.server);
}

/* They meet nothing of the tasks that are gone. */
TEST_BACKENDS(callbacks_inside_the_close_of_a_loop)
{
    static void (*const uses[])(void) = { close_server,  give_server_up, abort_clients,
                                          abort_streams, close_streams,  end_feed,
                                          close_datagram };

    for (size_t i = 0; i < sizeof uses / sizeof *uses; i++) {
        close_loop_with_use(uses[i], false);
        close_loop_with_use(uses[i], true);
    }
}
