/* S26: an HTTP server on localhost:8000, by start_server.
 *
 * Corrected: a request is read to its blank line (reading to the end of the stream would wait until
 * the client hangs up), connections are kept alive, and what is no HTTP request is answered with
 * 400.
 *
 * The Python original stands beside it: s26_http_server.py. Build and run:
 *     cc s26_http_server.c -o s26 $(pkg-config --cflags --libs ouro)
 *     ./s26 [PORT] [--quiet] [--backend uring|epoll]         (port 0: any that is free)
 *     curl http://localhost:8000/
 * Ctrl-C stops it.
 */
#include <ouro.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define IDLE_SECONDS 5   /* how long a connection may rest between two requests */
#define LINGER_SECONDS 1 /* how long a client may take to read a last answer */
#define REPLY                                                                                      \
    "HTTP/1.1 %s\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\nConnection: %s\r\n\r\n%s"

struct options {
    int port;
    bool quiet;
    const char *backend;
};

struct request {
    bool valid;
    bool head_only;
    bool keep_alive;
};

static bool is(ouro_bytes text, const char *word)
{
    return text.size == strlen(word) && memcmp(text.data, word, text.size) == 0;
}

static bool is_ignoring_case(ouro_bytes text, const char *word)
{
    return text.size == strlen(word) && strncasecmp((const char *) text.data, word, text.size) == 0;
}

/* Cuts what stands before the first `separator` off the front of `rest`. */
static bool cut(ouro_bytes *rest, char separator, ouro_bytes *ret_part)
{
    const uint8_t *end = memchr(rest->data, separator, rest->size);
    if (end == NULL) {
        return false;
    }
    size_t size = (size_t) (end - rest->data);
    *ret_part = (ouro_bytes) { rest->data, size };
    *rest = (ouro_bytes) { end + 1, rest->size - size - 1 };
    return true;
}

/* Cuts one line off, which must end in "\r\n" and is returned without it. */
static bool cut_line(ouro_bytes *rest, ouro_bytes *ret_line)
{
    if (!cut(rest, '\n', ret_line) || ret_line->size == 0) {
        return false;
    }
    ret_line->size--;
    return ret_line->data[ret_line->size] == '\r';
}

/* Looks at the head of a request, which ends in a blank line. */
static struct request parse(ouro_bytes head)
{
    struct request invalid = { .valid = false };
    struct request request = { .valid = true };
    ouro_bytes line, method, target;

    if (!cut_line(&head, &line) || !cut(&line, ' ', &method) || !cut(&line, ' ', &target) ||
        method.size == 0 || target.size == 0) {
        return invalid;
    }
    request.head_only = is(method, "HEAD");
    request.keep_alive = is(line, "HTTP/1.1");
    if (!request.keep_alive && !is(line, "HTTP/1.0")) {
        return invalid;
    }
    for (;;) {
        ouro_bytes name, value;
        if (!cut_line(&head, &value)) {
            return invalid;
        }
        if (value.size == 0) {
            return request;
        }
        if (!cut(&value, ':', &name) || name.size == 0) {
            return invalid;
        }
        while (value.size > 0 && value.data[0] == ' ') {
            value = (ouro_bytes) { value.data + 1, value.size - 1 };
        }
        value.size = value.size < 5 ? value.size : 5;
        /* This server reads no bodies: a request that has one is the last of its connection. */
        if (is_ignoring_case(name, "Content-Length") ||
            is_ignoring_case(name, "Transfer-Encoding") ||
            (is_ignoring_case(name, "Connection") && is_ignoring_case(value, "close"))) {
            request.keep_alive = false;
        }
    }
}

/* Waits until the client has read all: to close with input unread would reset the connection. */
static int linger(ouro_stream *client)
{
    char dropped[4096];
    int status = ouro_stream_write_eof(client);

    ouro_with_timeout (&status, LINGER_SECONDS) {
        while (status >= 0 && (status = ouro_stream_read(client, dropped, sizeof dropped)) > 0) {
        }
    }
    return status;
}

/* Serves one request. Returns 1 if another may follow, 0 if none does. */
static int handle_request(ouro_stream *client, bool quiet)
{
    struct request request = { .valid = false };
    ouro_bytes head;
    int status = 0;

    ouro_with_timeout (&status, IDLE_SECONDS) {
        status = ouro_stream_readuntil(client, OURO_BYTES("\r\n\r\n"), &head);
    }
    if (status >= 0) {
        request = parse(head);
    } else if (status == OURO_EINCOMPLETE && head.size == 0) {
        return 0; /* the client is done */
    } else if (status == OURO_EINCOMPLETE || status == OURO_ELIMIT) {
        head = OURO_BYTES("\r\n\r\n"); /* an endless header is no request either */
    } else {
        return status;
    }

    if (!quiet) {
        printf("Handling request\n%.*s\n", (int) head.size - 4, (const char *) head.data);
    }
    const char *body = request.valid ? "Hello, world!" : "Bad request\n";
    OURO_TRY(ouro_stream_printf(client, REPLY, request.valid ? "200 OK" : "400 Bad Request",
                                strlen(body), request.keep_alive ? "keep-alive" : "close",
                                request.head_only ? "" : body));
    OURO_TRY(ouro_stream_drain(client));
    if (!quiet) {
        printf("Request processed\n");
    }
    return request.keep_alive ? 1 : linger(client);
}

static int handle_connection(ouro_stream *client, void *arg)
{
    const struct options *options = arg;
    int status;

    do {
        status = handle_request(client, options->quiet);
    } while (status > 0);
    if (status == -ECONNRESET || status == -EPIPE || status == -ETIMEDOUT) {
        return 0; /* the client went away, or stayed silent */
    }
    return status;
}

static void print_address(int fd)
{
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    char text[INET6_ADDRSTRLEN] = "?";
    const struct sockaddr_in *v4 = (const void *) &address;
    const struct sockaddr_in6 *v6 = (const void *) &address;

    if (getsockname(fd, (struct sockaddr *) &address, &size) == 0) {
        bool is_v4 = address.ss_family == AF_INET;
        const void *number = is_v4 ? (const void *) &v4->sin_addr : (const void *) &v6->sin6_addr;
        inet_ntop(address.ss_family, number, text, sizeof text);
        printf("Server running on ('%s', %d)\n", text, ntohs(is_v4 ? v4->sin_port : v6->sin6_port));
    }
}

OURO_ASYNC(serve, (struct options *, options))
{
    ouro_server *server;
    int sockets[8];

    OURO_TRY(ouro_start_server(&server, handle_connection, options, .host = "localhost",
                               .port = options->port, .backlog = 1024));
    int count = ouro_server_sockets(server, sockets, 8);
    for (int i = 0; i < count && i < 8; i++) {
        print_address(sockets[i]);
    }
    fflush(stdout);
    int status = ouro_server_serve_forever(server);
    ouro_server_unref(server);
    return status;
}

int main(int argc, char **argv)
{
    struct options options = { .port = 8000 };

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--quiet") == 0) {
            options.quiet = true;
        } else if (strcmp(argv[i], "--backend") == 0 && i + 1 < argc) {
            options.backend = argv[++i];
        } else {
            options.port = atoi(argv[i]);
        }
    }
    int status = ouro_run(serve_coro(&options), .backend = options.backend);
    if (status != OURO_EINTERRUPTED) {
        fprintf(stderr, "s26_http_server: %s\n", ouro_strerror(status));
        return 1;
    }
    printf("Server stopped\n");
    return 0;
}
