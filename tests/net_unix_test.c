/* Unix sockets: files and abstract names, who removes them, and who may connect. */
#include "net_probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/un.h>

/* A directory of the test's own, and a path in it. */
struct place {
    char directory[64];
    char path[100];
};

static struct place make_place(void)
{
    struct place place = { .directory = "/tmp/ouro-unix-XXXXXX" };

    CHECK(mkdtemp(place.directory) != NULL);
    snprintf(place.path, sizeof place.path, "%s/socket", place.directory);
    return place;
}

static void remove_place(const struct place *place)
{
    CHECK_INT(rmdir(place->directory), 0); /* and so it is empty */
}

static int echo_line(ouro_stream *stream, void *arg)
{
    ouro_bytes line;

    (void) arg;
    OURO_TRY(ouro_stream_readline(stream, &line));
    OURO_TRY(ouro_stream_write(stream, line));
    return ouro_stream_drain(stream);
}

static void expect_echo(const char *path)
{
    ouro_stream *stream;
    ouro_bytes line;

    CHECK_INT(ouro_open_unix_connection(&stream, .path = path), 0);
    CHECK_STR((const char *) ouro_stream_get_extra_info(stream, "transport"), "unix");
    CHECK_INT(ouro_stream_write(stream, BYTES("hello\n")), 0);
    CHECK_INT(ouro_stream_readline(stream, &line), 1);
    CHECK_BYTES(line.data, line.size, "hello\n", 6);
    CHECK_INT(ouro_stream_close(stream), 0);
}

static void close_server(ouro_server *server)
{
    ouro_server_close(server);
    CHECK_INT(ouro_server_wait_closed(server), 0);
    ouro_server_unref(server);
}

TEST_NET(a_file)
{
    struct place place = make_place();
    ouro_server *server;
    struct stat status;

    CHECK_INT(ouro_start_unix_server(&server, echo_line, .path = place.path, .mode = 0640), 0);
    CHECK_INT(stat(place.path, &status), 0);
    CHECK_INT(status.st_mode & 07777, 0640);
    expect_echo(place.path);
    close_server(server);
    CHECK_INT(access(place.path, F_OK), -1);
    remove_place(&place);
    return 0;
}

TEST_NET(an_abstract_name)
{
    ouro_server *server;
    char path[64];

    snprintf(path, sizeof path, "@ouro-test-%d", (int) getpid());
    CHECK_INT(ouro_start_unix_server(&server, echo_line, .path = path), 0);
    expect_echo(path);
    CHECK_INT(access(path, F_OK), -1);
    close_server(server);
    return 0;
}

/* What is behind such a name is no part of it: the size tells where it ends. */
TEST_NET(the_size_of_an_abstract_name)
{
    ouro_server *server;
    ouro_stream *stream;
    const struct sockaddr_un *name;
    const socklen_t *size;
    char path[64];

    snprintf(path, sizeof path, "@ouro-test-%d", (int) getpid());
    CHECK_INT(ouro_start_unix_server(&server, echo_line, .path = path), 0);
    CHECK_INT(ouro_open_unix_connection(&stream, .path = path), 0);
    name = ouro_stream_get_extra_info(stream, "peername");
    size = ouro_stream_get_extra_info(stream, "peername_size");
    CHECK(name != NULL && size != NULL);
    CHECK_INT(*size, offsetof(struct sockaddr_un, sun_path) + strlen(path));
    CHECK_BYTES(name->sun_path + 1, strlen(path) - 1, path + 1, strlen(path) - 1);
    size = ouro_stream_get_extra_info(stream, "sockname_size");
    CHECK(size != NULL && *size == offsetof(struct sockaddr_un, sun_path));
    CHECK_PTR(ouro_stream_get_extra_info(stream, "peername_length"), NULL);
    CHECK_PTR(ouro_stream_get_extra_info(stream, "peer"), NULL);
    CHECK_INT(ouro_stream_close(stream), 0);
    close_server(server);
    return 0;
}

/* The file of a server that was not closed is replaced; one that is no socket is not. */
TEST_NET(a_path_that_is_taken)
{
    struct place place = make_place();
    ouro_server *first;
    ouro_server *second;
    FILE *file;

    CHECK_INT(ouro_start_unix_server(&first, echo_line, .path = place.path), 0);
    CHECK_INT(ouro_start_unix_server(&second, echo_line, .path = place.path), 0);
    close_server(first); /* does not remove the file, which is the second one's */
    expect_echo(place.path);
    close_server(second);

    file = fopen(place.path, "w");
    CHECK(file != NULL);
    fclose(file);
    CHECK_INT(ouro_start_unix_server(&first, echo_line, .path = place.path), -EADDRINUSE);
    CHECK(strstr(ouro_error_detail()->text, place.path) != NULL);
    CHECK_INT(unlink(place.path), 0);
    remove_place(&place);
    return 0;
}

TEST_NET(the_file_may_stay)
{
    struct place place = make_place();
    ouro_server *server;
    ouro_stream *stream;

    CHECK_INT(
        ouro_start_unix_server(&server, echo_line, .path = place.path, .no_cleanup_socket = true),
        0);
    close_server(server);
    CHECK_INT(access(place.path, F_OK), 0);
    CHECK_INT(ouro_open_unix_connection(&stream, .path = place.path), -ECONNREFUSED);
    CHECK(strstr(ouro_error_detail()->text, place.path) != NULL);
    CHECK_INT(unlink(place.path), 0);
    remove_place(&place);
    return 0;
}

TEST_NET(bad_paths)
{
    char path[200];
    ouro_server *server;
    ouro_stream *stream;
    int pipes[2];

    memset(path, 'x', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    CHECK_INT(ouro_open_unix_connection(&stream, .path = NULL), -EINVAL);
    CHECK_INT(ouro_open_unix_connection(&stream, .path = ""), -EINVAL);
    CHECK_INT(ouro_open_unix_connection(&stream, .path = path), -ENAMETOOLONG);
    CHECK_INT(ouro_open_unix_connection(&stream, .path = "/nowhere/socket"), -ENOENT);
    CHECK_INT(ouro_open_unix_connection(&stream, .fd = -3), -EBADF);
    CHECK_INT(ouro_start_unix_server(&server, echo_line, .path = path), -ENAMETOOLONG);
    CHECK(strstr(ouro_error_detail()->text, "has at most 107 bytes") != NULL);
    path[0] = '@';
    CHECK_INT(ouro_start_unix_server(&server, echo_line, .path = path), -ENAMETOOLONG);
    CHECK(strstr(ouro_error_detail()->text, "at most 107 bytes after the @") != NULL);
    CHECK_INT(ouro_start_unix_server(&server, echo_line, .path = "/nowhere/socket"), -ENOENT);
    CHECK_INT(ouro_start_unix_server(&server, echo_line, .path = NULL), -EINVAL);
    CHECK_INT(ouro_start_unix_server(&server, NULL, .path = "@x"), -EINVAL);
    CHECK_INT(ouro_start_unix_server(&server, echo_line, .path = "@x", .fd = 5), -EINVAL);
    CHECK_INT(pipe(pipes), 0);
    CHECK_INT(ouro_start_unix_server(&server, echo_line, .fd = pipes[0]), -ENOTSOCK);
    close(pipes[0]);
    close(pipes[1]);
    return 0;
}

static int bind_path(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    CHECK_INT(bind(fd, (struct sockaddr *) &address, sizeof address), 0);
    return fd;
}

/* A socket that was bound elsewhere, as a supervisor hands it in, with its file. */
TEST_NET(a_socket_handed_in)
{
    struct place place = make_place();
    ouro_server *server;

    CHECK_INT(ouro_start_unix_server(&server, echo_line, .fd = bind_path(place.path)), 0);
    expect_echo(place.path);
    close_server(server);
    CHECK_INT(unlink(place.path), -1);
    CHECK_INT(errno, ENOENT);
    CHECK_INT(ouro_start_unix_server(&server, echo_line, .fd = bind_path(place.path),
                                     .no_cleanup_socket = true),
              0);
    close_server(server);
    CHECK_INT(unlink(place.path), 0);
    remove_place(&place);
    return 0;
}

static void no_callback(void *arg)
{
    (void) arg;
}

/* What is no listener stays the caller's. */
TEST_NET(a_socket_handed_in_that_cannot_listen)
{
    static const int types[] = { SOCK_DGRAM, SOCK_STREAM };
    static const int statuses[] = { -EPROTOTYPE, -EINVAL };
    ouro_server *server;
    int tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int fds[2];

    for (int i = 0; i < 2; i++) {
        CHECK_INT(socketpair(AF_UNIX, types[i] | SOCK_CLOEXEC, 0, fds), 0);
        CHECK_INT(ouro_start_unix_server(&server, echo_line, .fd = fds[0]), statuses[i]);
        CHECK_INT(ouro_start_server(&server, echo_line, .fd = fds[0]), statuses[i]);
        settle();
        CHECK_INT(ouro_loop_add_reader(ouro_get_running_loop(), fds[0], no_callback, NULL), 0);
        CHECK_INT(ouro_loop_remove_reader(ouro_get_running_loop(), fds[0]), 1);
        CHECK_INT(send(fds[0], "x", 1, 0), 1); /* it was not shut down either */
        CHECK_INT(close(fds[0]), 0);
        CHECK_INT(close(fds[1]), 0);
    }
    CHECK_INT(ouro_start_unix_server(&server, echo_line, .fd = tcp), -EAFNOSUPPORT);
    CHECK_INT(close(tcp), 0);
    return 0;
}

static int serve_without_memory(void *arg)
{
    ouro_server *server;
    int status = ouro_start_unix_server(&server, echo_line, .path = arg);

    if (status == 0)
        close_server(server);
    return status;
}

/* A server that could not begin leaves no file. */
TEST_WITH(no_file_without_memory, .backends = TEST_URING | TEST_EPOLL, .allocation_failures = true)
{
    struct place place = make_place();
    int status = ouro_run(ouro_coro(serve_without_memory, place.path));

    if (!test_fault_fired() && status < 0)
        FAIL("%s without a failed allocation", ouro_errname(status));
    CHECK_INT(access(place.path, F_OK), -1);
    remove_place(&place);
}

static int count_made(ouro_protocol *protocol, ouro_transport *transport)
{
    (void) protocol;
    ouro_transport_close(transport);
    return 0;
}

static const ouro_protocol_callbacks closing = { .connection_made = count_made };
static ouro_protocol closing_protocol = { &closing };

static ouro_protocol *make_closing(void *arg)
{
    (void) arg;
    return &closing_protocol;
}

TEST_NET(protocols_on_both_ends)
{
    ouro_loop *loop = ouro_get_running_loop();
    ouro_protocol protocol = { &closing };
    ouro_transport *transport;
    ouro_server *server;
    char path[64];

    snprintf(path, sizeof path, "@ouro-test-%d", (int) getpid());
    CHECK_INT(ouro_loop_create_unix_server(loop, &server, make_closing, .path = path), 0);
    CHECK_INT(ouro_loop_create_unix_connection(loop, &protocol, &transport, .path = path), 0);
    CHECK_PTR(transport, NULL); /* connection_made has closed it */
    close_server(server);
    settle();
    return 0;
}
