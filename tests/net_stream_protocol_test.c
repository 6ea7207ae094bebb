/* Streams that a protocol feeds: as good as those of ouro_open_connection, and with an end of their
 * own. */
#include "net_probe.h"

#include <stdlib.h>

/* A stream that a protocol feeds is as good as one of ouro_open_connection. */
static int answer(ouro_stream *stream, void *arg)
{
    ouro_bytes line;

    (void) arg;
    CHECK_INT(ouro_stream_readline(stream, &line), 1);
    CHECK_INT(ouro_stream_write(stream, line), 0);
    CHECK_INT(ouro_stream_drain(stream), 0);
    ouro_stream_close_nowait(stream);
    CHECK_INT(ouro_stream_wait_closed(stream), 0);
    return 0;
}

TEST_NET(stream_of_a_protocol)
{
    ouro_loop *loop = ouro_get_running_loop();
    ouro_stream *stream = ouro_stream_new(loop, 0);
    static ouro_stream_reader_protocol protocol; /* until the handler is done, too */
    int fds[2];

    connect_pair(fds);
    ouro_stream_reader_protocol_init(&protocol, stream, answer, NULL);
    CHECK_INT(ouro_loop_create_connection(loop, &protocol.protocol, NULL, .fd = fds[0]), 0);
    put(fds[1], "a line\nand more");
    expect_text(fds[1], "a line\n");
    CHECK_INT(ouro_stream_wait_closed(stream), 0);
    CHECK(ouro_stream_is_closing(stream));
    ouro_stream_unref(stream);
    close(fds[1]);
    return 0;
}

/* Too much that nobody reads: the source is paused, and goes on when enough is read. */
TEST_NET(source_is_paused)
{
    enum { LIMIT = 100 };
    ouro_loop *loop = ouro_get_running_loop();
    ouro_stream *stream = ouro_stream_new(loop, LIMIT);
    ouro_stream_reader_protocol protocol;
    ouro_transport *transport;
    char data[300] = { 0 };
    int fds[2];

    connect_pair(fds);
    ouro_stream_reader_protocol_init(&protocol, stream, NULL, NULL);
    CHECK_INT(ouro_loop_create_connection(loop, &protocol.protocol, &transport, .fd = fds[0]), 0);
    put_bytes(fds[1], data, 200);
    settle();
    CHECK(ouro_transport_is_reading(transport));
    put_bytes(fds[1], data, 1);
    settle();
    CHECK(!ouro_transport_is_reading(transport));
    CHECK_INT(ouro_stream_readexactly(stream, data, 100, NULL), 0);
    CHECK(!ouro_transport_is_reading(transport));
    CHECK_INT(ouro_stream_readexactly(stream, data, 1, NULL), 0);
    CHECK(ouro_transport_is_reading(transport));
    close(fds[1]);
    CHECK_INT(ouro_stream_read(stream, data, sizeof data), 100);
    CHECK_INT(ouro_stream_read(stream, data, sizeof data), 0);
    CHECK(ouro_stream_at_eof(stream));
    ouro_transport_close(transport);
    CHECK_INT(ouro_stream_wait_closed(stream), 0);
    ouro_stream_unref(stream);
    return 0;
}

/* What a factory makes has an end at which it can be freed: when the connection is lost, and the
 * handler, which goes on with the stream, is done. */
struct served {
    ouro_stream_reader_protocol reader;
    int lasts_turns; /* of the handler */
    int result;
};

static int served_alive;
static int served_read;

static int read_later(ouro_stream *stream, void *arg)
{
    struct served *served = arg;
    char byte;

    for (int i = 0; i < served->lasts_turns; i++)
        CHECK_INT(ouro_sleep(0), 0);
    served_read = ouro_stream_read(stream, &byte, 1);
    return served->result;
}

static void free_served(ouro_stream_reader_protocol *reader)
{
    served_alive--;
    free(reader);
}

static ouro_protocol *make_served(void *arg)
{
    struct served *served = malloc(sizeof *served);
    ouro_stream *stream = ouro_stream_new(ouro_get_running_loop(), 0);

    *served = *(const struct served *) arg;
    ouro_stream_reader_protocol_init(&served->reader, stream, read_later, served);
    served->reader.released = free_served;
    ouro_stream_unref(stream);
    served_alive++;
    return &served->reader.protocol;
}

TEST_NET(stream_of_a_protocol_outlives_its_connection)
{
    static const struct served kinds[] = { { .lasts_turns = 0 },
                                           { .lasts_turns = 30 },
                                           { .lasts_turns = 0, .result = -EIO },
                                           { .lasts_turns = 30, .result = -EIO } };
    struct reports reports = { 0 };

    keep_reports(&reports);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        ouro_server *server;
        int client;

        served_read = 1;
        reports.count = 0;
        CHECK_INT(ouro_loop_create_server(ouro_get_running_loop(), &server, make_served,
                                          .host = "127.0.0.1", .arg = (void *) &kinds[i]),
                  0);
        client = connect_to_port(ouro_server_port(server));
        settle();
        CHECK_INT(served_alive, 1);
        reset(client);
        for (int turn = 0; turn < 10; turn++)
            settle();
        CHECK_INT(served_read, -ECONNRESET);
        CHECK_INT(served_alive, 0);
        CHECK_INT(reports.count, kinds[i].result < 0);
        ouro_server_close(server);
        CHECK_INT(ouro_server_wait_closed(server), 0);
        ouro_server_unref(server);
    }
    return 0;
}

static int leave_served(void *arg)
{
    ouro_server *server;
    int *client = arg;

    CHECK_INT(ouro_loop_create_server(ouro_get_running_loop(), &server, make_served,
                                      .host = "127.0.0.1",
                                      .arg = &(struct served) { .lasts_turns = 1000000 }),
              0);
    *client = connect_to_port(ouro_server_port(server));
    settle();
    ouro_server_unref(server);
    return 0;
}

/* The end comes with the loop's, whether the connection has ended before or not. */
TEST_BACKENDS(stream_of_a_protocol_ends_with_its_loop)
{
    for (int is_lost = 0; is_lost < 2; is_lost++) {
        ouro_loop *loop;
        ouro_task *task;
        int client;

        CHECK_INT(ouro_new_event_loop(&loop), 0);
        ouro_loop_set_exception_handler(loop, note_report, &(struct reports) { 0 });
        task = ouro_loop_create_task(loop, ouro_coro(leave_served, &client));
        CHECK_INT(ouro_loop_run_until_complete(loop, task), 0);
        ouro_task_unref(task);
        if (is_lost)
            reset(client);
        for (int i = 0; i < 20; i++) {
            ouro_loop_stop(loop);
            CHECK_INT(ouro_loop_run_forever(loop), 0);
        }
        CHECK_INT(served_alive, 1);
        CHECK_INT(ouro_loop_close(loop), 0);
        CHECK_INT(served_alive, 0);
        if (!is_lost)
            close(client);
    }
}
