/* server CHAIN KEY [CA [HOST]]: for tests/tls_peers/run. Prints its port; sends each line back, and
 * answers HTTP. With CA, clients have to show a certificate of it; with HOST, only those that ask
 * for that host.
 */
#include <ouro.h>

#include <stdio.h>
#include <string.h>

static char **arguments;

static int answer_http(ouro_stream *stream)
{
    ouro_bytes line;
    const char *alpn = ouro_stream_get_extra_info(stream, "alpn");

    do
        OURO_TRY(ouro_stream_readline(stream, &line));
    while (line.size > 2);
    return ouro_stream_printf(stream,
                              "HTTP/1.1 200 OK\r\nContent-Length: 16\r\nConnection: close\r\n"
                              "X-Version: %s %s\r\n\r\nHello over TLS.\n",
                              (const char *) ouro_stream_get_extra_info(stream, "version"),
                              alpn != NULL ? alpn : "-");
}

static int serve(ouro_stream *stream, void *arg)
{
    ouro_bytes line;
    int status;

    (void) arg;
    while ((status = ouro_stream_readline(stream, &line)) > 0) {
        if (line.size > 4 && memcmp(line.data, "GET ", 4) == 0)
            return answer_http(stream);
        OURO_TRY(ouro_stream_write(stream, line));
        OURO_TRY(ouro_stream_drain(stream));
    }
    return status;
}

OURO_ASYNC(app)
{
    static const char *const protocols[] = { "http/1.1", NULL };
    ouro_tls_host guarded = { .name = arguments[3] != NULL ? arguments[4] : NULL };
    ouro_tls_context *tls;
    ouro_server *server;

    OURO_TRY(ouro_tls_server_context(
        &tls, .certificate_file = arguments[1], .key_file = arguments[2], .ca_file = arguments[3],
        .client_certificates = arguments[3] != NULL ? OURO_TLS_REQUIRED_CERTIFICATES
                                                    : OURO_TLS_NO_CERTIFICATES,
        .alpn = protocols));
    if (guarded.name != NULL) {
        guarded.context = tls;
        OURO_TRY(ouro_tls_server_context(&tls, .certificate_file = arguments[1],
                                         .key_file = arguments[2], .hosts = &guarded,
                                         .host_count = 1));
    }
    OURO_TRY(ouro_start_server(&server, serve, .host = "127.0.0.1", .tls = tls));
    printf("%d\n", ouro_server_port(server));
    fflush(stdout);
    return ouro_server_serve_forever(server);
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    arguments = argv;
    return ouro_run(app_coro()) < 0;
}
