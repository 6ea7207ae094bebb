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
