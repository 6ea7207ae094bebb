/* For tests/stream_peers/run: a server on a Unix socket.
 *
 *     server echo PATH COUNT     sends back what comes, as it comes
 *     server count PATH COUNT    reads to the end, then says how much there was
 *
 * Says "ready", serves so many connections, and ends.
 */
#include "copy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char **arguments;
static ouro_event all_served;
static int served;

static int count_bytes(ouro_stream *peer)
{
    size_t count = 0;
    for (;;) {
        ouro_bytes bytes;
        OURO_TRY(ouro_stream_read_bytes(peer, 0, &bytes));
        if (bytes.size == 0)
            return ouro_stream_printf(peer, "%zu bytes\n", count);
        count += bytes.size;
    }
}

static int serve(ouro_stream *peer, void *arg)
{
    (void) arg;
    int status = strcmp(arguments[1], "echo") == 0 ? copy(peer, peer) : count_bytes(peer);
    if (++served == atoi(arguments[3]))
        ouro_event_set(&all_served);
    return status;
}

OURO_ASYNC(app)
{
    ouro_server *server;
    OURO_TRY(ouro_start_unix_server(&server, serve, .path = arguments[2]));
    printf("ready\n");
    fflush(stdout);
    OURO_TRY(ouro_event_wait(&all_served));
    ouro_server_close(server);
    OURO_TRY(ouro_server_wait_closed(server));
    ouro_server_unref(server);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    arguments = argv;
    return ouro_main(app_coro());
}
