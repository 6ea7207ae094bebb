/* Servers on Unix sockets. */
#include "net/server.h"

#include "net/socket.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

/* Removes the socket of an earlier server that has not cleaned up. One that is in use goes too, as
 * in asyncio: who binds a path owns it. */
static void remove_stale(const char *path)
{
    struct stat status;

    if (stat(path, &status) == 0 && S_ISSOCK(status.st_mode))
        (void) unlink(path);
}

/* Binds a socket to a path. The file has its permissions from the first moment on, but for what the
 * process's mask takes away; that is given afterwards. Returns 0 or -errno. */
static int bind_path(int fd, const struct address *address, const char *path, unsigned mode,
                     uint64_t *ret_file)
{
    bool is_file = address->local.sun_path[0] != '\0';
    struct stat status;

    if (is_file)
        remove_stale(path);
    if (is_file && mode != 0 && fchmod(fd, mode) < 0)
        return -errno;
    if (bind(fd, &address->base, address->size) < 0)
        return -errno;
    if (!is_file)
        return 0;
    if (mode != 0 && chmod(path, mode) < 0) {
        int failure = -errno;

        (void) unlink(path);
        return failure;
    }
    if (stat(path, &status) == 0)
        *ret_file = status.st_ino;
    return 0;
}

static int describe(const char *operation, const char *path, int status)
{
    const char *advice = "";

    if (status == -EADDRINUSE)
        advice = ": something else has this name already";
    else if (status == -ENOENT)
        advice = ": the directory does not exist";
    else if (status == -ENAMETOOLONG)
        advice = path[0] == '@'
                     ? ": a name in the abstract namespace has at most 107 bytes after the @"
                     : ": a Unix socket's path has at most 107 bytes";
    return ouro_error_set(status, operation, "%.108s: %s%s", path, ouro_strerror(status), advice);
}

/* Opens and binds a listener. Returns 0, or an error with the detail set. */
static int add_path(ouro_server *server, const char *operation,
                    const ouro_unix_server_options *options)
{
    struct address address;
    uint64_t file = 0;
    int status = ouro__address_from_path(options->path, &address);
    int fd = status < 0 ? status : ouro__socket_open(AF_UNIX);

    if (fd < 0)
        return describe(operation, options->path, fd);
    status = bind_path(fd, &address, options->path, options->mode, &file);
    if (status == 0)
        status = ouro__server_add(server, fd, options->no_cleanup_socket ? 0 : file);
    if (status < 0) {
        if (file != 0)
            (void) unlink(options->path);
        (void) close(fd);
        return describe(operation, options->path, status);
    }
    return 0;
}

/* Takes over a Unix socket that the caller has bound, and its file. */
static int take_socket(ouro_server *server, const char *operation,
                       const ouro_unix_server_options *options)
{
    struct listener *listener = &server->listeners[0];
    struct address address;
    struct stat file;
    int status = ouro__server_take(server, operation, options->fd, true);

    if (status < 0 || options->no_cleanup_socket)
        return status;
    if (ouro__socket_name(listener->fd, &address) == 0 && address.local.sun_path[0] != '\0' &&
        stat(address.local.sun_path, &file) == 0)
        listener->file = file.st_ino;
    return 0;
}

static int start(struct server_request *request, const ouro_unix_server_options *options,
                 ouro_server **ret_server)
{
    ouro_server *server;
    int status;

    if (options == NULL || (options->path == NULL) == (options->fd == 0))
        return ouro_error_set(-EINVAL, request->operation, "give a path, or a socket, not both");
    request->arg = options->arg;
    request->limit = options->limit;
    request->stack_size = options->stack_size;
    request->tls.context = options->tls;
    request->tls_handshake_timeout = options->tls_handshake_timeout;
    request->tls_shutdown_timeout = options->tls_shutdown_timeout;
    request->backlog = options->backlog;
    request->starts_serving = !options->no_start_serving;
    status = ouro__server_new(request, 1, &server);
    if (status < 0)
        return status;
    status = options->path != NULL ? add_path(server, request->operation, options)
                                   : take_socket(server, request->operation, options);
    return ouro__server_begin(request, server, status, ret_server);
}

int ouro_start_unix_server_with(ouro_server **ret_server, const ouro_unix_server_options *options)
{
    struct server_request request = {
        .operation = "start_unix_server",
        .loop = ouro__loop_current,
        .client_connected = options != NULL ? options->client_connected : NULL,
    };

    return start(&request, options, ret_server);
}

int ouro_loop_create_unix_server_with(ouro_loop *loop, ouro_server **ret_server,
                                      ouro_protocol_factory *factory,
                                      const ouro_unix_server_options *options)
{
    struct server_request request = {
        .operation = "create_unix_server",
        .loop = loop,
        .factory = factory,
    };

    return start(&request, options, ret_server);
}
