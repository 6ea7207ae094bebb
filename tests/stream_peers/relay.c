/* For tests/stream_peers/run: standard input and output on the loop.
 *
 *     relay stdio        copies the input to the output, by one stream
 *     relay protocols    the same by two protocols
 *     relay unix PATH    connects both to a Unix socket, ends included
 *
 * A failure is named on stderr, and the exit status is 1 then.
 */
#include "copy.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char **arguments;

OURO_ASYNC(relay_stdio)
{
    ouro_stream *console;
    OURO_TRY(ouro_open_stdio(&console, 0));
    int status = copy(console, console);
    int closed = ouro_stream_close(console);
    return status < 0 ? status : closed;
}

OURO_ASYNC(relay_unix)
{
    ouro_stream *console;
    ouro_stream *peer;
    OURO_TRY(ouro_open_unix_connection(&peer, .path = arguments[2]));
    OURO_TRY(ouro_open_stdio(&console, 0));

    int status = 0;
    ouro_with_task_group (group, &status) {
        ouro_task_group_create_task(&group, copy_coro(console, peer));
        ouro_task_group_create_task(&group, copy_coro(peer, console));
    }
    int closed = ouro_stream_close(console);
    ouro_ignore(ouro_stream_close(peer));
    return status < 0 ? status : closed;
}

/* One end of the pipes. Reading pauses while the other end cannot take more. */
struct end {
    ouro_protocol protocol;
    ouro_transport *transport;
    struct end *other;
    ouro_event lost;
    int status;
};

static int made(ouro_protocol *protocol, ouro_transport *transport)
{
    ((struct end *) protocol)->transport = transport;
    return 0;
}

static int received(ouro_protocol *protocol, ouro_bytes data)
{
    return ouro_transport_write(((struct end *) protocol)->other->transport, data);
}

static void pause_writing(ouro_protocol *protocol)
{
    struct end *source = ((struct end *) protocol)->other;
    if (source->transport != NULL)
        ouro_transport_pause_reading(source->transport);
}

static void resume_writing(ouro_protocol *protocol)
{
    struct end *source = ((struct end *) protocol)->other;
    if (source->transport != NULL)
        ouro_transport_resume_reading(source->transport);
}

static void lost(ouro_protocol *protocol, int status)
{
    struct end *end = (struct end *) protocol;
    end->transport = NULL;
    end->status = status;
    ouro_event_set(&end->lost);
    if (end->other->transport != NULL)
        ouro_transport_close(end->other->transport);
}

static const ouro_protocol_callbacks end_callbacks = {
    .connection_made = made,
    .connection_lost = lost,
    .pause_writing = pause_writing,
    .resume_writing = resume_writing,
    .data_received = received,
};

OURO_ASYNC(relay_protocols)
{
    ouro_loop *loop = ouro_get_running_loop();
    struct end reader = { .protocol.callbacks = &end_callbacks };
    struct end writer = { .protocol.callbacks = &end_callbacks, .other = &reader };
    reader.other = &writer;
    OURO_TRY(ouro_loop_connect_write_pipe(loop, &writer.protocol, STDOUT_FILENO, NULL));
    OURO_TRY(ouro_loop_connect_read_pipe(loop, &reader.protocol, STDIN_FILENO, NULL));
    OURO_TRY(ouro_event_wait(&reader.lost));
    OURO_TRY(ouro_event_wait(&writer.lost));
    return reader.status < 0 ? reader.status : writer.status;
}

int main(int argc, char **argv)
{
    arguments = argv;
    if (argc == 2 && strcmp(argv[1], "stdio") == 0)
        return ouro_main(relay_stdio_coro());
    if (argc == 2 && strcmp(argv[1], "protocols") == 0)
        return ouro_main(relay_protocols_coro());
    if (argc == 3 && strcmp(argv[1], "unix") == 0)
        return ouro_main(relay_unix_coro());
    fprintf(stderr, "usage: relay stdio | protocols | unix PATH\n");
    return 2;
}
