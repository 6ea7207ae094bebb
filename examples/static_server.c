/* A server of static files over HTTP: the kernel sends them, the program never sees their bytes.
 *
 * Usage: static_server [FOLDER PORT]. It serves the files that lie in the folder, until Ctrl-C;
 * port 0: one that is free. Without arguments it starts in a folder of its own with two files, asks
 * itself for them and for one that is not there, and shows the answers.
 *
 * The Python original stands beside it: static_server.py. Build and run:
 *     cc static_server.c -o static_server $(pkg-config --cflags --libs ouro) && ./static_server
 */
#include <ouro.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH_SIZE = 200, NAME_SIZE = 100 };

static int refuse(ouro_stream *client, const char *reason)
{
    OURO_TRY(ouro_stream_printf(client, "HTTP/1.0 %s\r\nContent-Length: 0\r\n\r\n", reason));
    return ouro_stream_drain(client);
}

/* The name in "GET /name HTTP/1.0"; false if it is none of a file right here. */
static bool parse_request(ouro_bytes line, char name[NAME_SIZE])
{
    char text[NAME_SIZE + 20];
    snprintf(text, sizeof text, "%.*s", (int) line.size, (const char *) line.data);
    return sscanf(text, "GET /%99[a-zA-Z0-9._-] HTTP/", name) == 1 && name[0] != '.';
}

static int send_file(ouro_stream *client, ouro_file *file)
{
    struct stat state;
    if (fstat(ouro_file_fileno(file), &state) < 0)
        return -errno;
    OURO_TRY(ouro_stream_printf(client, "HTTP/1.0 200 OK\r\nContent-Length: %lld\r\n\r\n",
                                (long long) state.st_size));
    uint64_t sent;
    return ouro_loop_sendfile(ouro_get_running_loop(), ouro_stream_transport(client),
                              ouro_file_fileno(file), &sent);
}

static int answer(ouro_stream *client, const char *folder)
{
    ouro_bytes line;
    char name[NAME_SIZE];
    OURO_TRY(ouro_stream_readline(client, &line));
    if (!parse_request(line, name))
        return refuse(client, "400 Bad Request");
    do {
        OURO_TRY(ouro_stream_readline(client, &line)); /* headers, to the empty line */
    } while (line.size > 2);

    char path[PATH_SIZE + NAME_SIZE];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    ouro_file *file;
    if (ouro_open(&file, path, "r") < 0)
        return refuse(client, "404 Not Found");
    int status = send_file(client, file);
    ouro_ignore(ouro_file_close(file));
    return status;
}

static int serve(ouro_stream *client, void *arg)
{
    int status = answer(client, arg);
    return status == -ECONNRESET || status == -EPIPE ? 0 : status; /* the client has gone */
}

OURO_ASYNC(fetch, (int, port), (const char *, name))
{
    ouro_stream *stream;
    ouro_bytes answer;
    OURO_TRY(ouro_open_connection(&stream, .host = "127.0.0.1", .port = port));
    OURO_TRY(ouro_stream_printf(stream, "GET /%s HTTP/1.0\r\nHost: localhost\r\n\r\n", name));
    OURO_TRY(ouro_stream_readline(stream, &answer));
    printf("%s: %.*s", name, (int) answer.size - 2, (const char *) answer.data);
    OURO_TRY(ouro_stream_readuntil(stream, OURO_BYTES("\r\n\r\n"), &answer));
    OURO_TRY(ouro_stream_read_all(stream, 1000000, &answer));
    printf(", %zu bytes\n", answer.size);
    return ouro_stream_close(stream);
}

OURO_ASYNC(write_file, (const char *, folder), (const char *, name), (size_t, size))
{
    char path[PATH_SIZE + NAME_SIZE];
    ouro_file *file;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    OURO_TRY(ouro_open(&file, path, "w"));
    for (size_t i = 0; i < size; i++)
        OURO_TRY(ouro_file_write(file, OURO_BYTES("x")));
    return ouro_file_close(file);
}

OURO_ASYNC(demonstrate)
{
    char *folder;
    ouro_server *server;
    OURO_TRY(ouro_temporary_directory(&folder));
    OURO_TRY(write_file(folder, "short.txt", 10));
    OURO_TRY(write_file(folder, "long.txt", 100000));
    OURO_TRY(ouro_start_server(&server, serve, folder, .host = "127.0.0.1"));

    OURO_TRY(fetch(ouro_server_port(server), "short.txt"));
    OURO_TRY(fetch(ouro_server_port(server), "long.txt"));
    OURO_TRY(fetch(ouro_server_port(server), "missing.txt"));
    OURO_TRY(fetch(ouro_server_port(server), "../etc/passwd"));

    ouro_server_close(server);
    OURO_TRY(ouro_server_wait_closed(server));
    ouro_server_unref(server);
    return ouro_temporary_directory_cleanup(folder);
}

OURO_ASYNC(serve_folder, (char *, folder), (int, port))
{
    ouro_server *server;
    OURO_TRY(ouro_start_server(&server, serve, folder, .host = "127.0.0.1", .port = port));
    printf("serving %s on port %d\n", folder, ouro_server_port(server));
    fflush(stdout);
    int status = ouro_server_serve_forever(server);
    ouro_server_unref(server);
    return status;
}

int main(int argc, char **argv)
{
    if (argc == 3)
        return ouro_main(serve_folder_coro(argv[1], atoi(argv[2])));
    return ouro_main(demonstrate_coro());
}
