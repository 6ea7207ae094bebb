/* Making a datagram socket: which addresses fit each other, and the first pair that works. */
#define _GNU_SOURCE 1

#include "net/datagram_socket.h"

#include "loop/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What the options come to: the addresses that may be tried. */
struct plan {
    struct address_list locals;
    struct address_list remotes;
};

static bool has_local_host(const ouro_datagram_options *options)
{
    return options->local_host != NULL || options->local_port != 0;
}

static bool has_remote_host(const ouro_datagram_options *options)
{
    return options->remote_host != NULL || options->remote_port != 0;
}

static bool has_path(const ouro_datagram_options *options)
{
    return options->local_path != NULL || options->remote_path != NULL;
}

/* Returns what is wrong with the options, or NULL. */
static const char *find_fault(const ouro_datagram_options *options)
{
    bool has_host = has_local_host(options) || has_remote_host(options);
    bool is_local = options->family == AF_UNIX;

    if (options->fd != 0) {
        if (has_host || has_path(options) || options->family != 0 || options->reuse_port ||
            options->allow_broadcast)
            return "a socket that is handed in is as it is: the other options do not go with it";
        return NULL;
    }
    if (!has_host && !has_path(options) && options->family == 0)
        return "without an address it needs a family";
    if (has_host && (has_path(options) || is_local))
        return "a host and a path, or AF_UNIX, do not go together";
    if (has_path(options) && options->family != 0 && !is_local)
        return "a path goes with AF_UNIX";
    if (options->local_port < 0 || options->local_port > 65535)
        return "the local port is not one of 0 to 65535";
    if (has_remote_host(options) && (options->remote_port < 1 || options->remote_port > 65535))
        return "the remote port is not one of 1 to 65535";
    return NULL;
}

static int plan_path(const char *path, const char *operation, struct address_list *list)
{
    struct address address;
    int status;

    if (path == NULL)
        return 0;
    status = ouro__address_from_path(path, &address);
    if (status < 0)
        return ouro_error_set(status, operation, "\"%s\" is no path for a socket: %s", path,
                              ouro_strerror(status));
    return ouro__address_list_add(list, &address);
}

static int make_plan(struct task *task, const ouro_datagram_options *options, const char *operation,
                     struct plan *plan)
{
    struct resolve_query query = {
        .operation = operation,
        .family = options->family,
        .type = SOCK_DGRAM,
    };
    struct resolve_item items[2];
    size_t count = 0;
    int status = plan_path(options->local_path, operation, &plan->locals);

    if (status == 0)
        status = plan_path(options->remote_path, operation, &plan->remotes);
    if (status < 0)
        return status;
    if (has_local_host(options)) {
        query.host = options->local_host;
        query.port = options->local_port;
        query.use = ADDRESS_LISTEN;
        items[count++] = (struct resolve_item) { .query = query, .list = &plan->locals };
    }
    if (has_remote_host(options)) {
        query.host = options->remote_host;
        query.port = options->remote_port;
        query.use = ADDRESS_CONNECT;
        items[count++] = (struct resolve_item) { .query = query, .list = &plan->remotes };
    }
    return ouro__resolve_all(task, items, count, NULL);
}

/* What a socket has left at its path would keep another from binding to it. */
static void remove_stale_path(const struct address *local)
{
    struct stat status;

    if (local->base.sa_family == AF_UNIX && local->local.sun_path[0] != '\0' &&
        stat(local->local.sun_path, &status) == 0 && S_ISSOCK(status.st_mode))
        (void) unlink(local->local.sun_path);
}

static int set_option(int fd, int option, bool is_wanted)
{
    int on = 1;

    return is_wanted && setsockopt(fd, SOL_SOCKET, option, &on, sizeof on) < 0 ? -errno : 0;
}

/* Prepares a new socket. Returns 0, or -errno with the address that it is about in `*ret_about`. */
static int set_up(const ouro_datagram_options *options, struct datagram_socket *socket,
                  const struct address *local, const struct address **ret_about)
{
    int status = set_option(socket->fd, SO_REUSEPORT, options->reuse_port);

    if (status == 0)
        status = set_option(socket->fd, SO_BROADCAST, options->allow_broadcast);
    if (status == 0 && local != NULL) {
        *ret_about = local;
        remove_stale_path(local);
        status = bind(socket->fd, &local->base, local->size) == 0 ? 0 : -errno;
    }
    if (status == 0 && socket->remote.size > 0 && !options->allow_broadcast) {
        *ret_about = &socket->remote;
        status = connect(socket->fd, &socket->remote.base, socket->remote.size) == 0 ? 0 : -errno;
        socket->is_connected = status == 0;
    }
    return status;
}

/* Opens a socket for a pair of addresses, each of which may be NULL. */
static int open_pair(const ouro_datagram_options *options, const char *operation, int family,
                     const struct address *local, const struct address *remote,
                     struct datagram_socket *ret_socket)
{
    const struct address *about = NULL;
    char text[ADDRESS_TEXT_SIZE];
    int status;

    *ret_socket = (struct datagram_socket) { .fd = -1 };
    if (remote != NULL)
        ret_socket->remote = *remote;
    ret_socket->fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (ret_socket->fd < 0)
        return ouro_error_set(-errno, operation, "socket: %s", ouro_strerror(-errno));
    status = set_up(options, ret_socket, local, &about);
    if (status == 0)
        return 0;
    (void) close(ret_socket->fd);
    if (about == NULL)
        return ouro_error_set(status, operation, "setsockopt: %s", ouro_strerror(status));
    ouro__address_format(about, text);
    return ouro_error_set(status, operation, "%s: %s", text, ouro_strerror(status));
}

/* Takes a socket of the caller's. */
static int take_socket(ouro_loop *loop, int fd, const char *operation,
                       struct datagram_socket *ret_socket)
{
    struct address peer = { .size = sizeof peer.storage };
    int type = 0;
    socklen_t size = sizeof type;
    int flags = fcntl(fd, F_GETFL);
    int status;

    if (flags < 0 || getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) < 0)
        return ouro_error_set(-errno, operation, "descriptor %d is no socket: %s", fd,
                              ouro_strerror(-errno));
    if (type == SOCK_STREAM)
        return ouro_error_set(-EINVAL, operation, "socket %d carries a stream, not datagrams", fd);
    status = ouro__fd_check_free(loop, fd, operation);
    if (status < 0)
        return status;
    if (fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
        return ouro_error_set(-errno, operation, "socket %d: %s", fd, ouro_strerror(-errno));
    *ret_socket = (struct datagram_socket) { .fd = fd };
    if (getpeername(fd, &peer.base, &peer.size) == 0) {
        ret_socket->is_connected = true;
        ret_socket->remote = peer;
    }
    return 0;
}

/* Tries the pairs of addresses of one family, one after the other. */
static int open_first(const ouro_datagram_options *options, const char *operation,
                      const struct plan *plan, struct datagram_socket *ret_socket)
{
    int status = 0;
    size_t i, j;

    /* A missing side counts as one address of any family. */
    for (i = 0; i < plan->locals.count || i == 0; i++) {
        const struct address *local = plan->locals.count > 0 ? &plan->locals.items[i] : NULL;

        for (j = 0; j < plan->remotes.count || j == 0; j++) {
            const struct address *remote = plan->remotes.count > 0 ? &plan->remotes.items[j] : NULL;
            int family = local != NULL    ? local->base.sa_family
                         : remote != NULL ? remote->base.sa_family
                                          : options->family;

            if (remote != NULL && remote->base.sa_family != family)
                continue;
            status = open_pair(options, operation, family, local, remote, ret_socket);
            if (status == 0)
                return 0;
        }
    }
    return status < 0
               ? status
               : ouro_error_set(-EINVAL, operation,
                                "the local and the remote address are of different families");
}

int ouro__datagram_socket_open(struct task *task, const ouro_datagram_options *options,
                               const char *operation, struct datagram_socket *ret_socket)
{
    const char *fault = options != NULL ? find_fault(options) : "the options are NULL";
    struct plan plan = { .locals.items = NULL };
    int status;

    if (fault != NULL)
        return ouro_error_set(-EINVAL, operation, "%s", fault);
    if (options->fd != 0)
        return take_socket(task->future.loop, options->fd, operation, ret_socket);
    status = make_plan(task, options, operation, &plan);
    if (status == 0)
        status = open_first(options, operation, &plan, ret_socket);
    ouro__address_list_free(&plan.locals);
    ouro__address_list_free(&plan.remotes);
    return status;
}
