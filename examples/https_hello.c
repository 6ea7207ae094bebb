/* An HTTPS server and its client, in one program: TLS by one option of each.
 *
 * Usage: https_hello [PORT]. With a port (0: one that is free) it is the server alone, until
 * Ctrl-C.
 *
 * https_hello.py is the same with asyncio. Build and run:
 *     cc https_hello.c -o https_hello $(pkg-config --cflags --libs ouro)
 *     ./https_hello
 */
#include <ouro.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* For localhost, and for this example alone: whoever has its key could pose as it. */
#define CERTIFICATE                                                                                \
    "-----BEGIN CERTIFICATE-----\n"                                                                \
    "MIIBljCCATugAwIBAgIUPftrjkITv9q8A/iD8Z81JLzgYEYwCgYIKoZIzj0EAwIw\n"                           \
    "FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNzE2MTA1NloYDzIxMjYxMTAz\n"                           \
    "MTYxMDU2WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO\n"                           \
    "PQMBBwNCAAQ5QE/Q5GNcCVBDl5e+11upq/UY2WPDhEl3PZhIyqc5GYGQmLp9C8S9\n"                           \
    "IIkcIc9O6G4saINkqZ/SXjbphBsIR35Bo2kwZzAdBgNVHQ4EFgQUSvQmcfnkqZ4d\n"                           \
    "TWj8RtmYBwxQ36IwHwYDVR0jBBgwFoAUSvQmcfnkqZ4dTWj8RtmYBwxQ36IwDwYD\n"                           \
    "VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID\n"                           \
    "SQAwRgIhAJYvbZFDsznBixKjM43+XHdf3krTki/iVZMHzVGAQEdOAiEAxjoqTW6S\n"                           \
    "iPl5HlWOdeqC4OhBuuSlBW10vCvc0dSVb8c=\n"                                                       \
    "-----END CERTIFICATE-----\n"
#define KEY                                                                                        \
    "-----BEGIN PRIVATE KEY-----\n"                                                                \
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQghk7ESdffj+ApMLed\n"                           \
    "W9LaIzwWgPSq04E8295N0rAhaNqhRANCAAQ5QE/Q5GNcCVBDl5e+11upq/UY2WPD\n"                           \
    "hEl3PZhIyqc5GYGQmLp9C8S9IIkcIc9O6G4saINkqZ/SXjbphBsIR35B\n"                                   \
    "-----END PRIVATE KEY-----\n"

static int answer(ouro_stream *stream)
{
    ouro_bytes line;
    char request[200];
    char path[200];
    char body[256];

    OURO_TRY(ouro_stream_readline(stream, &line));
    snprintf(request, sizeof request, "%.*s", (int) line.size, (const char *) line.data);
    if (sscanf(request, "%*s %199s", path) != 1) {
        return 0; /* this is no request */
    }
    do {
        OURO_TRY(ouro_stream_readline(stream, &line));
    } while (line.size > 2);
    int len = snprintf(body, sizeof body, "you asked for %s\n", path);
    return ouro_stream_printf(
        stream, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", len, body);
}

static int serve(ouro_stream *stream, void *arg)
{
    (void) arg;
    int status = answer(stream);
    return status == -ECONNRESET || status == -EPIPE ? 0 : status; /* the client has gone */
}

static void print_without_returns(ouro_bytes text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] != '\r') {
            putchar(text.data[i]);
        }
    }
}

OURO_ASYNC(fetch, (int, port), (const char *, path), (const char *, host))
{
    ouro_tls_context *trusting;
    OURO_TRY(ouro_tls_client_context(&trusting, .ca_pem = OURO_BYTES(CERTIFICATE)));

    ouro_stream *stream;
    int status = ouro_open_connection(&stream, .host = "127.0.0.1", .port = port, .tls = trusting,
                                      .server_hostname = host);
    ouro_tls_context_unref(trusting);
    if (status == OURO_ETLSVERIFY) {
        printf("%s: the certificate is not for this host\n", host); /* ouro_error_text tells more */
        return 0;
    }
    OURO_TRY(status);

    printf("%s: %s\n", host, (const char *) ouro_stream_get_extra_info(stream, "version"));
    OURO_TRY(ouro_stream_printf(stream, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", path, host));
    ouro_bytes answer;
    OURO_TRY(ouro_stream_read_all(stream, 1000, &answer));
    print_without_returns(answer);
    return ouro_stream_close(stream);
}

OURO_ASYNC(start, (ouro_server **, ret_server), (int, port))
{
    ouro_tls_context *own;
    OURO_TRY(ouro_tls_server_context(&own, .certificate_pem = OURO_BYTES(CERTIFICATE),
                                     .key_pem = OURO_BYTES(KEY)));
    int status = ouro_start_server(ret_server, serve, .host = "127.0.0.1", .port = port,
                                   .tls = own);
    ouro_tls_context_unref(own); /* the server has a reference of its own */
    return status;
}

OURO_ASYNC(demonstrate)
{
    ouro_server *server;
    OURO_TRY(start(&server, 0));
    int port = ouro_server_port(server);
    OURO_TRY(fetch(port, "/index.html", "localhost"));
    OURO_TRY(fetch(port, "/", "example.org"));
    ouro_server_unref(server);
    return 0;
}

OURO_ASYNC(serve_on, (int, port))
{
    ouro_server *server;
    OURO_TRY(start(&server, port));
    printf("serving https://localhost:%d/\n", ouro_server_port(server));
    fflush(stdout);
    int status = ouro_server_serve_forever(server);
    ouro_server_unref(server);
    return status;
}

int main(int argc, char **argv)
{
    if (argc == 2) {
        return ouro_main(serve_on_coro(atoi(argv[1])));
    }
    return ouro_main(demonstrate_coro());
}
