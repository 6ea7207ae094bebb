/* What Ouro does over TLS, case by case; cases.py is the same for asyncio. Both print the same.
 *
 * Usage: cases FOLDER, in which run has put cert.pem and key.pem.
 */
#define _GNU_SOURCE 1

#include <ouro.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static char certificate_file[512];
static char key_file[512];

struct recorder {
    ouro_protocol protocol;
    const char *name;
    ouro_transport *transport;
    ouro_event over;
    ouro_event arrived;
    char log[256];
    size_t size;
    const uint8_t *expected; /* what the bytes should be; NULL: nobody looks at them */
    bool is_wrong;
};

static void note(struct recorder *self, const char *format, ...)
{
    size_t used = strlen(self->log);
    va_list arguments;

    if (used > 0)
        used += (size_t) snprintf(self->log + used, sizeof self->log - used, "; ");
    va_start(arguments, format);
    vsnprintf(self->log + used, sizeof self->log - used, format, arguments);
    va_end(arguments);
}

static int made(ouro_protocol *protocol, ouro_transport *transport)
{
    ((struct recorder *) protocol)->transport = transport;
    note((struct recorder *) protocol, "made");
    return 0;
}

static int data_received(ouro_protocol *protocol, ouro_bytes data)
{
    struct recorder *self = (struct recorder *) protocol;

    if (self->expected != NULL)
        self->is_wrong |= memcmp(self->expected + self->size, data.data, data.size) != 0;
    self->size += data.size;
    ouro_event_set(&self->arrived);
    return 0;
}

static int eof_received(ouro_protocol *protocol)
{
    note((struct recorder *) protocol, "eof");
    return 1;
}

static void pause_writing(ouro_protocol *protocol)
{
    note((struct recorder *) protocol, "pause");
}

static void resume_writing(ouro_protocol *protocol)
{
    note((struct recorder *) protocol, "resume");
}

static void lost(ouro_protocol *protocol, int status)
{
    struct recorder *self = (struct recorder *) protocol;

    note(self, "lost %s", ouro_errname(status));
    ouro_event_set(&self->over);
}

static const ouro_protocol_callbacks callbacks = {
    .connection_made = made,
    .connection_lost = lost,
    .pause_writing = pause_writing,
    .resume_writing = resume_writing,
    .data_received = data_received,
    .eof_received = eof_received,
};

static struct recorder recorder_of(const char *name)
{
    return (struct recorder) { .protocol.callbacks = &callbacks, .name = name };
}

static void report(const struct recorder *self)
{
    printf("%s: %s; %zu bytes\n", self->name, self->log, self->size);
}

static int until(struct recorder *recorder, size_t size)
{
    while (recorder->size < size) {
        ouro_event_clear(&recorder->arrived);
        OURO_TRY(ouro_event_wait(&recorder->arrived));
    }
    return 0;
}

static int ends(struct recorder *first, struct recorder *second)
{
    OURO_TRY(ouro_event_wait(&first->over));
    if (second != NULL)
        OURO_TRY(ouro_event_wait(&second->over));
    report(first);
    if (second != NULL)
        report(second);
    return 0;
}

/* Contexts stay: a program of this size needs two. */
static ouro_tls_context *client_context(void)
{
    static ouro_tls_context *context;

    if (context == NULL)
        ouro_ignore(ouro_tls_client_context(&context, .ca_file = certificate_file));
    return context;
}

static ouro_tls_context *server_context(void)
{
    static ouro_tls_context *context;

    if (context == NULL)
        ouro_ignore(ouro_tls_server_context(&context, .certificate_file = certificate_file,
                                            .key_file = key_file));
    return context;
}

static ouro_protocol *give(void *arg)
{
    return arg;
}

/* Connects two recorders by a server, which accepts no more. */
static int pair(struct recorder *client, struct recorder *server, double shutdown_timeout)
{
    ouro_loop *loop = ouro_get_running_loop();
    ouro_server *listener;

    OURO_TRY(ouro_loop_create_server(loop, &listener, give, .host = "127.0.0.1", .arg = server,
                                     .tls = server_context()));
    OURO_TRY(ouro_loop_create_connection(loop, &client->protocol, NULL, .host = "127.0.0.1",
                                         .port = ouro_server_port(listener),
                                         .tls = client_context(), .server_hostname = "localhost",
                                         .tls_shutdown_timeout = shutdown_timeout));
    while (server->transport == NULL)
        OURO_TRY(ouro_sleep(0));
    ouro_server_unref(listener);
    return 0;
}

OURO_ASYNC(echo_and_close)
{
    struct recorder client = recorder_of("client");
    struct recorder server = recorder_of("server");

    OURO_TRY(pair(&client, &server, 0));
    OURO_TRY(ouro_transport_write(client.transport, OURO_BYTES("hello")));
    OURO_TRY(until(&server, 5));
    OURO_TRY(ouro_transport_write(server.transport, OURO_BYTES("hello to you")));
    OURO_TRY(until(&client, 12));
    printf("can_write_eof %d\n", ouro_transport_can_write_eof(client.transport));
    ouro_transport_close(client.transport);
    printf("closing %d\n", ouro_transport_is_closing(client.transport));
    ouro_transport_close(client.transport);
    return ends(&client, &server);
}

OURO_ASYNC(queued_bytes_are_sent)
{
    static uint8_t bytes[100000];
    struct recorder client = recorder_of("client");
    struct recorder server = recorder_of("server");
    ouro_bytes pieces[] = { { bytes, 50000 }, { bytes, 0 }, { bytes, 50000 } };

    OURO_TRY(pair(&client, &server, 0));
    OURO_TRY(ouro_transport_write(client.transport, (ouro_bytes) { bytes, sizeof bytes }));
    OURO_TRY(ouro_transport_writelines(client.transport, pieces, 3));
    ouro_transport_close(client.transport);
    return ends(&client, &server);
}

OURO_ASYNC(wrong_host)
{
    struct recorder client = recorder_of("client");
    struct recorder server = recorder_of("server");
    ouro_loop *loop = ouro_get_running_loop();
    ouro_server *listener;
    int status;

    OURO_TRY(ouro_loop_create_server(loop, &listener, give, .host = "127.0.0.1", .arg = &server,
                                     .tls = server_context()));
    status = ouro_loop_create_connection(loop, &client.protocol, NULL, .host = "127.0.0.1",
                                         .port = ouro_server_port(listener),
                                         .tls = client_context(), .server_hostname = "example.org");
    printf("error %s\n", ouro_errname(status));
    printf("calls %zu\n", strlen(client.log));
    ouro_server_close(listener);
    OURO_TRY(ouro_server_wait_closed(listener));
    ouro_server_unref(listener);
    return 0;
}

OURO_ASYNC(bad_arguments)
{
    struct recorder client = recorder_of("client");
    ouro_connection_options cases[] = {
        { .server_hostname = NULL },
        { .server_hostname = "localhost", .tls_handshake_timeout = -1 },
        { .server_hostname = "localhost", .tls_shutdown_timeout = -1 },
    };
    int fds[2];

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) < 0)
        return -errno;
    for (int i = 0; i < 3; i++) {
        cases[i].fd = fds[0];
        cases[i].tls = client_context();
        cases[i].size_ = sizeof cases[i];
        printf("error %s\n", ouro_errname(ouro_loop_create_connection_with(
                                 ouro_get_running_loop(), &client.protocol, NULL, &cases[i])));
    }
    close(fds[0]);
    close(fds[1]);
    return 0;
}

/* Opens a connection to a socket that answers nothing. */
static int open_in_vain(struct recorder *client, int fd, double timeout)
{
    return ouro_loop_create_connection(ouro_get_running_loop(), &client->protocol, NULL, .fd = fd,
                                       .tls = client_context(), .server_hostname = "localhost",
                                       .tls_handshake_timeout = timeout);
}

OURO_ASYNC(nobody_answers)
{
    struct recorder client = recorder_of("client");
    int fds[2];

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) < 0)
        return -errno;
    printf("error %s\n", ouro_errname(open_in_vain(&client, fds[0], 0.05)));
    printf("calls %zu\n", strlen(client.log));
    close(fds[1]);
    return 0;
}

OURO_ASYNC(peer_leaves_in_the_handshake)
{
    struct recorder client = recorder_of("client");
    int fds[2];

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) < 0)
        return -errno;
    shutdown(fds[1], SHUT_WR);
    printf("error %s\n", ouro_errname(open_in_vain(&client, fds[0], 5)));
    close(fds[1]);
    return 0;
}

OURO_ASYNC(no_answer_to_the_end)
{
    struct recorder client = recorder_of("client");
    struct recorder server = recorder_of("server");

    OURO_TRY(pair(&client, &server, 0.05));
    ouro_transport_pause_reading(server.transport);
    OURO_TRY(ouro_transport_write(client.transport, OURO_BYTES("the last")));
    ouro_transport_close(client.transport);
    OURO_TRY(ouro_event_wait(&client.over));
    report(&client);
    ouro_transport_abort(server.transport);
    return ouro_event_wait(&server.over);
}

OURO_ASYNC(cut_without_an_end)
{
    struct recorder client = recorder_of("client");
    struct recorder server = recorder_of("server");

    OURO_TRY(pair(&client, &server, 0));
    OURO_TRY(ouro_transport_write(server.transport, OURO_BYTES("so far")));
    OURO_TRY(until(&client, 6));
    shutdown(*(const int *) ouro_transport_get_extra_info(server.transport, "socket"), SHUT_WR);
    OURO_TRY(ouro_event_wait(&client.over));
    report(&client);
    ouro_transport_abort(server.transport);
    return ouro_event_wait(&server.over);
}

OURO_ASYNC(abort_here)
{
    struct recorder client = recorder_of("client");
    struct recorder server = recorder_of("server");

    OURO_TRY(pair(&client, &server, 0));
    OURO_TRY(ouro_transport_write(client.transport, OURO_BYTES("lost")));
    ouro_transport_abort(client.transport);
    printf("closing %d\n", ouro_transport_is_closing(client.transport));
    OURO_TRY(ouro_event_wait(&client.over));
    report(&client);
    return ouro_event_wait(&server.over);
}

OURO_ASYNC(start_tls, (struct recorder *, recorder), (bool, is_server))
{
    return ouro_loop_start_tls(ouro_get_running_loop(), recorder->transport, &recorder->protocol,
                               is_server ? server_context() : client_context(),
                               &recorder->transport, .server_side = is_server,
                               .server_hostname = "localhost");
}

OURO_ASYNC(plain_and_then_tls)
{
    struct recorder client = recorder_of("client");
    struct recorder server = recorder_of("server");
    ouro_loop *loop = ouro_get_running_loop();
    int fds[2];

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) < 0)
        return -errno;
    OURO_TRY(ouro_loop_create_connection(loop, &client.protocol, NULL, .fd = fds[0]));
    OURO_TRY(ouro_loop_create_connection(loop, &server.protocol, NULL, .fd = fds[1]));
    OURO_TRY(ouro_transport_write(client.transport, OURO_BYTES("plain")));
    OURO_TRY(until(&server, 5));
    OURO_TRY(ouro_gather(start_tls_coro(&client, false), start_tls_coro(&server, true)));
    printf("protocols %d\n", ouro_transport_get_protocol(client.transport) == &client.protocol);
    OURO_TRY(ouro_transport_write(client.transport, OURO_BYTES("secret")));
    OURO_TRY(until(&server, 11));
    ouro_transport_close(server.transport);
    return ends(&client, &server);
}

OURO_ASYNC(writing_pauses)
{
    static uint8_t bytes[65536];
    struct recorder client = recorder_of("client");
    struct recorder server = recorder_of("server");
    size_t total = 0;
    size_t low;
    size_t high;

    OURO_TRY(pair(&client, &server, 0));
    ouro_transport_get_write_buffer_limits(client.transport, &low, &high);
    printf("limits %zu %zu\n", low, high);
    ouro_transport_pause_reading(server.transport);
    while (strstr(client.log, "pause") == NULL) {
        OURO_TRY(ouro_transport_write(client.transport, (ouro_bytes) { bytes, sizeof bytes }));
        total += sizeof bytes;
        OURO_TRY(ouro_sleep(0));
    }
    ouro_transport_resume_reading(server.transport);
    OURO_TRY(until(&server, total));
    ouro_transport_close(client.transport);
    OURO_TRY(ends(&client, NULL));
    printf("all of it %d\n", server.size == total);
    return ouro_event_wait(&server.over);
}

static int serve(ouro_stream *stream, void *arg)
{
    ouro_bytes line;

    OURO_TRY(ouro_stream_readline(stream, &line));
    OURO_TRY(ouro_stream_write(stream, OURO_BYTES("A LINE\n")));
    OURO_TRY(ouro_stream_drain(stream));
    OURO_TRY(ouro_stream_read_all(stream, 100, &line));
    printf("server: %zu\n", line.size);
    OURO_TRY(ouro_stream_close(stream));
    ouro_event_set(arg);
    return 0;
}

OURO_ASYNC(streams)
{
    ouro_event done = { 0 };
    ouro_server *server;
    ouro_stream *stream;
    ouro_bytes line;

    OURO_TRY(ouro_start_server(&server, serve, .host = "127.0.0.1", .arg = &done,
                               .tls = server_context()));
    OURO_TRY(ouro_open_connection(&stream, .host = "127.0.0.1", .port = ouro_server_port(server),
                                  .tls = client_context(), .server_hostname = "localhost"));
    printf("version %s\n", (const char *) ouro_stream_get_extra_info(stream, "version"));
    printf("cipher %s\n", (const char *) ouro_stream_get_extra_info(stream, "cipher"));
    printf("compression %d\n", ouro_stream_get_extra_info(stream, "compression") != NULL);
    printf("write_eof %d\n", ouro_stream_can_write_eof(stream));
    OURO_TRY(ouro_stream_write(stream, OURO_BYTES("a line\n")));
    OURO_TRY(ouro_stream_readline(stream, &line));
    printf("client: %.*s", (int) line.size, (const char *) line.data);
    OURO_TRY(ouro_stream_close(stream));
    OURO_TRY(ouro_event_wait(&done));
    ouro_server_unref(server);
    return 0;
}

enum { FILE_SIZE = 300000 };

/* Between the bytes of the file there is room for others. */
static struct {
    uint8_t before[6];
    uint8_t file[FILE_SIZE];
    uint8_t after[5];
} content;

static int make_file(size_t size)
{
    int file = memfd_create("case", MFD_CLOEXEC);

    memcpy(content.before, "before", sizeof content.before);
    memcpy(content.after, "after", sizeof content.after);
    for (size_t i = 0; i < FILE_SIZE; i++)
        content.file[i] = (uint8_t) (i * 31 % 251);
    if (file < 0 || write(file, content.file, size) != (ssize_t) size ||
        lseek(file, 0, SEEK_SET) != 0)
        exit(1);
    return file;
}

static int send_file(struct recorder *recorder, int file, const ouro_sendfile_options *options)
{
    uint64_t sent;
    int status = ouro_loop_sendfile_with(ouro_get_running_loop(), recorder->transport, file, &sent,
                                         options);

    if (status < 0)
        printf("error %s\n", status == OURO_ECLOSED || status == OURO_ESENDFILENOTAVAILABLE
                                 ? "refused"
                                 : ouro_errname(status));
    else
        printf("sent %d position %d\n", (int) sent, (int) lseek(file, 0, SEEK_CUR));
    return 0;
}

#define SEND(recorder_, file_, ...)                                                                \
    send_file((recorder_), (file_),                                                                \
              &(ouro_sendfile_options) { __VA_ARGS__, .size_ = sizeof(ouro_sendfile_options) })

OURO_ASYNC(a_file)
{
    struct recorder client = recorder_of("client");
    struct recorder server = recorder_of("server");
    int file = make_file(FILE_SIZE);

    OURO_TRY(pair(&client, &server, 0));
    server.expected = (const uint8_t *) &content;
    client.expected = content.file;
    OURO_TRY(ouro_transport_write(client.transport, OURO_BYTES("before")));
    OURO_TRY(SEND(&client, file, .offset = 0));
    OURO_TRY(ouro_transport_write(client.transport, OURO_BYTES("after")));
    OURO_TRY(until(&server, sizeof content));
    printf("all of it %d\n", !server.is_wrong);
    OURO_TRY(SEND(&server, file, .offset = 0));
    OURO_TRY(until(&client, FILE_SIZE));
    printf("back %d\n", !client.is_wrong);
    ouro_transport_close(client.transport);
    close(file);
    return ends(&client, &server);
}

OURO_ASYNC(parts_of_a_file)
{
    struct recorder client = recorder_of("client");
    struct recorder server = recorder_of("server");
    int file = make_file(100000);

    OURO_TRY(pair(&client, &server, 0));
    server.expected = content.file + 1000;
    OURO_TRY(SEND(&client, file, .offset = 1000, .count = 100));
    OURO_TRY(until(&server, 100));
    printf("first %d\n", !server.is_wrong);
    server.expected = NULL;
    OURO_TRY(SEND(&client, file, .offset = 99990));
    OURO_TRY(SEND(&client, file, .offset = 99990, .count = 50));
    OURO_TRY(until(&server, 120));
    ouro_transport_close(client.transport);
    close(file);
    return ends(&client, &server);
}

OURO_ASYNC(an_empty_file)
{
    struct recorder client = recorder_of("client");
    struct recorder server = recorder_of("server");
    int file = make_file(0);

    OURO_TRY(pair(&client, &server, 0));
    OURO_TRY(SEND(&client, file, .offset = 0));
    OURO_TRY(ouro_transport_write(client.transport, OURO_BYTES("x")));
    OURO_TRY(until(&server, 1));
    ouro_transport_close(client.transport);
    close(file);
    return ends(&client, &server);
}

OURO_ASYNC(a_file_refused)
{
    struct recorder client = recorder_of("client");
    struct recorder server = recorder_of("server");
    int file = make_file(100);

    OURO_TRY(pair(&client, &server, 0));
    OURO_TRY(SEND(&client, file, .no_fallback = true));
    ouro_transport_close(client.transport);
    OURO_TRY(SEND(&client, file, .offset = 0));
    printf("position %d\n", (int) lseek(file, 0, SEEK_CUR));
    close(file);
    return ends(&client, &server);
}

OURO_ASYNC(send_in_a_task, (struct recorder *, recorder), (int, file))
{
    return SEND(recorder, file, .offset = 0);
}

OURO_ASYNC(a_peer_that_closes_when_it_has_the_file)
{
    struct recorder client = recorder_of("client");
    struct recorder server = recorder_of("server");
    int file = make_file(FILE_SIZE);

    OURO_TRY(pair(&client, &server, 0));
    ouro_task *sending = ouro_create_task(send_in_a_task_coro(&client, file));
    OURO_TRY(until(&server, FILE_SIZE));
    ouro_transport_close(server.transport);
    OURO_TRY(ouro_await(sending));
    ouro_task_unref(sending);
    close(file);
    return ends(&client, &server);
}

#define CASE(name_)                                                                                \
    {                                                                                              \
#name_, name_##_coro                                                                       \
    }

static const struct {
    const char *name;
    ouro_coroutine (*coroutine)(void);
} cases[] = {
    CASE(echo_and_close),
    CASE(queued_bytes_are_sent),
    CASE(wrong_host),
    CASE(bad_arguments),
    CASE(nobody_answers),
    CASE(peer_leaves_in_the_handshake),
    CASE(no_answer_to_the_end),
    CASE(cut_without_an_end),
    CASE(abort_here),
    CASE(plain_and_then_tls),
    CASE(writing_pauses),
    CASE(streams),
    CASE(a_file),
    CASE(parts_of_a_file),
    CASE(an_empty_file),
    CASE(a_file_refused),
    CASE(a_peer_that_closes_when_it_has_the_file),
};

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    snprintf(certificate_file, sizeof certificate_file, "%s/cert.pem", argv[1]);
    snprintf(key_file, sizeof key_file, "%s/key.pem", argv[1]);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        printf("== %s\n", cases[i].name);
        if (ouro_run(cases[i].coroutine()) < 0)
            return 1;
    }
    ouro_tls_context_unref(client_context());
    ouro_tls_context_unref(server_context());
    return 0;
}
