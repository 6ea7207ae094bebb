/* client PORT CA HOST TEXT [CERTIFICATE KEY]: for tests/tls_peers/run. Sends a line, and prints
 * what comes back; or why the connection did not come to be.
 */
#include <ouro.h>

#include <stdio.h>
#include <stdlib.h>

static char **arguments;

static int talk(ouro_stream *stream)
{
    ouro_bytes line;

    printf("%s\n", (const char *) ouro_stream_get_extra_info(stream, "version"));
    OURO_TRY(ouro_stream_printf(stream, "%s\n", arguments[4]));
    OURO_TRY(ouro_stream_readline(stream, &line));
    printf("%.*s", (int) line.size, (const char *) line.data);
    return 0;
}

OURO_ASYNC(app)
{
    ouro_tls_context *tls;
    ouro_stream *stream;
    int status;

    OURO_TRY(ouro_tls_client_context(&tls, .ca_file = arguments[2],
                                     .certificate_file = arguments[5],
                                     .key_file = arguments[5] != NULL ? arguments[6] : NULL));
    status = ouro_open_connection(&stream, .host = "127.0.0.1", .port = atoi(arguments[1]),
                                  .tls = tls, .server_hostname = arguments[3]);
    ouro_tls_context_unref(tls);
    if (status == 0) {
        status = talk(stream);
        if (status < 0)
            printf("%s: %s\n", ouro_errname(status), ouro_error_text(status));
        ouro_ignore(ouro_stream_close(stream));
        return 0;
    }
    printf("%s: %s\n", ouro_errname(status), ouro_error_text(status));
    return 0;
}

int main(int argc, char **argv)
{
    if (argc < 5)
        return 2;
    arguments = argv;
    return ouro_run(app_coro()) < 0;
}
