/* Raw sockets: each call is made, and where it would block, made again when the socket is ready. */
#define _GNU_SOURCE 1

#include "net/socket_calls.h"

#include "loop/park.h"
#include "loop/readiness.h"
#include "net/resolve.h"
#include "ouro/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

/* A blocking socket would stop the loop, not the task. */
static int check_nonblocking(const struct socket_call *call)
{
    int flags = fcntl(call->fd, F_GETFL);

    if (flags < 0)
        return ouro_error_set(-EBADF, call->operation, "%d is not an open descriptor", call->fd);
    if (!(flags & O_NONBLOCK))
        return ouro_error_set(
            -EINVAL, call->operation,
            "socket %d is blocking: open it with SOCK_NONBLOCK, or set O_NONBLOCK", call->fd);
    return 0;
}

int ouro__socket_call_begin(struct socket_call *call, ouro_loop *loop, bool may_block)
{
    int status = 0;

    call->task = ouro__task_required(call->operation, &status);
    if (call->task == NULL)
        return status;
    if (loop == NULL)
        return ouro_error_set(-EINVAL, call->operation, "the loop is NULL");
    if (loop != call->task->future.loop)
        return ouro_error_set(OURO_EWRONGLOOP, call->operation,
                              "the loop is not the one that runs this task");
    if (ouro__fd_is_claimed(loop, call->fd))
        return ouro_error_set(OURO_EINUSE, call->operation,
                              "descriptor %d belongs to a stream, a server or a datagram socket: "
                              "use that instead",
                              call->fd);
    return may_block || loop->debug ? check_nonblocking(call) : 0;
}

int ouro__socket_call_fail(const struct socket_call *call, int error)
{
    return ouro_error_set(-error, call->operation, "descriptor %d: %s", call->fd,
                          ouro_strerror(-error));
}

/* Suspends until the socket is ready. */
static int wait_until(const struct socket_call *call, enum watch_kind kind)
{
    int status = check_nonblocking(call);

    return status < 0 ? status : ouro__fd_wait(call->task, call->fd, kind, call->operation);
}

int ouro__socket_call_again(const struct socket_call *call, enum watch_kind kind)
{
    switch (errno) {
    case EINTR:
        return 0;
    case EAGAIN:
        return wait_until(call, kind);
    default:
        return ouro__socket_call_fail(call, errno);
    }
}

static int no_memory(const struct socket_call *call)
{
    return ouro_error_set(-EINVAL, call->operation, "the bytes or the address are NULL");
}

int ouro_loop_sock_recv(ouro_loop *loop, int fd, void *data, size_t size)
{
    struct socket_call call = { .fd = fd, .operation = "sock_recv" };
    int status = ouro__socket_call_begin(&call, loop, false);
    ssize_t count;

    if (status < 0)
        return status;
    if (data == NULL && size > 0)
        return no_memory(&call);
    if (size > INT_MAX)
        size = INT_MAX;
    while ((count = recv(fd, data, size, MSG_DONTWAIT)) < 0) {
        status = ouro__socket_call_again(&call, WATCH_READ);
        if (status < 0)
            return status;
    }
    return (int) count;
}

/* Where an address is to be stored, also if the caller does not want it. */
struct address_place {
    struct sockaddr_storage storage;
    struct sockaddr_storage *wanted;
    socklen_t *wanted_size;
};

static void store_address(const struct address_place *place, socklen_t size)
{
    if (place->wanted != NULL) {
        memset(place->wanted, 0, sizeof *place->wanted);
        memcpy(place->wanted, &place->storage,
               size < sizeof place->storage ? size : sizeof place->storage);
    }
    if (place->wanted_size != NULL)
        *place->wanted_size = size;
}

int ouro_loop_sock_recvfrom(ouro_loop *loop, int fd, void *data, size_t size,
                            struct sockaddr_storage *ret_address, socklen_t *ret_address_size)
{
    struct socket_call call = { .fd = fd, .operation = "sock_recvfrom" };
    struct address_place place = { .wanted = ret_address, .wanted_size = ret_address_size };
    socklen_t address_size = sizeof place.storage;
    int status = ouro__socket_call_begin(&call, loop, false);
    ssize_t count;

    if (status < 0)
        return status;
    if (data == NULL && size > 0)
        return no_memory(&call);
    if (size > INT_MAX)
        size = INT_MAX;
    while ((count = recvfrom(fd, data, size, MSG_DONTWAIT, (struct sockaddr *) &place.storage,
                             &address_size)) < 0) {
        status = ouro__socket_call_again(&call, WATCH_READ);
        if (status < 0)
            return status;
        address_size = sizeof place.storage;
    }
    store_address(&place, address_size);
    return (int) count;
}

int ouro_loop_sock_sendall(ouro_loop *loop, int fd, ouro_bytes bytes)
{
    struct socket_call call = { .fd = fd, .operation = "sock_sendall" };
    int status = ouro__socket_call_begin(&call, loop, false);
    size_t sent = 0;

    if (status < 0)
        return status;
    if (bytes.data == NULL && bytes.size > 0)
        return no_memory(&call);
    do {
        ssize_t count = send(fd, bytes.size > 0 ? bytes.data + sent : NULL, bytes.size - sent,
                             MSG_DONTWAIT | MSG_NOSIGNAL);

        if (count < 0)
            status = ouro__socket_call_again(&call, WATCH_WRITE);
        else
            sent += (size_t) count;
        if (status < 0)
            return status;
    } while (sent < bytes.size);
    return 0;
}

int ouro_loop_sock_sendto(ouro_loop *loop, int fd, ouro_bytes bytes, const struct sockaddr *address,
                          socklen_t address_size)
{
    struct socket_call call = { .fd = fd, .operation = "sock_sendto" };
    int status = ouro__socket_call_begin(&call, loop, false);
    ssize_t count;

    if (status < 0)
        return status;
    if ((bytes.data == NULL && bytes.size > 0) || address == NULL)
        return no_memory(&call);
    while ((count = sendto(fd, bytes.data, bytes.size, MSG_DONTWAIT | MSG_NOSIGNAL, address,
                           address_size)) < 0) {
        status = ouro__socket_call_again(&call, WATCH_WRITE);
        if (status < 0)
            return status;
    }
    return count < INT_MAX ? (int) count : INT_MAX;
}

/* Connects, or asks how a connect that was begun has ended: the same call does both. */
static int connect_to(const struct socket_call *call, const struct address *address)
{
    bool has_begun = false;
    char text[ADDRESS_TEXT_SIZE];

    while (connect(call->fd, &address->base, address->size) < 0) {
        int status;

        if (errno == EISCONN && has_begun)
            return 0;
        if (errno != EINPROGRESS && errno != EALREADY && errno != EINTR) {
            status = -errno;
            ouro__address_format(address, text);
            return ouro_error_set(status, call->operation, "%s: %s", text, ouro_strerror(status));
        }
        has_begun = true;
        status = wait_until(call, WATCH_WRITE);
        if (status < 0)
            return status;
    }
    return 0;
}

/* Finds the first address of a host, of the family of the socket. */
static int resolve(const struct socket_call *call, const char *host, int port,
                   struct address *ret_address)
{
    struct resolve_query query = { .operation = call->operation, .host = host, .port = port };
    struct address_list list = { .items = NULL };
    socklen_t size = sizeof query.family;
    int status;

    if (getsockopt(call->fd, SOL_SOCKET, SO_DOMAIN, &query.family, &size) < 0 ||
        getsockopt(call->fd, SOL_SOCKET, SO_TYPE, &query.type, &size) < 0)
        return ouro__socket_call_fail(call, errno);
    if (query.family == AF_UNIX) {
        status = ouro__address_from_path(host, ret_address);
        if (status < 0)
            return ouro_error_set(status, call->operation, "\"%s\" is no path for a socket",
                                  host != NULL ? host : "");
        return 0;
    }
    if (port < 0 || port > 65535)
        return ouro_error_set(-EINVAL, call->operation, "%d is no port: 0 to 65535 are", port);
    status = ouro__resolve(call->task, &query, &list);
    if (status == 0)
        *ret_address = list.items[0];
    ouro__address_list_free(&list);
    return status;
}

int ouro_loop_sock_connect(ouro_loop *loop, int fd, const char *host, int port)
{
    struct socket_call call = { .fd = fd, .operation = "sock_connect" };
    struct address address;
    int status = ouro__socket_call_begin(&call, loop, true);

    if (status == 0)
        status = resolve(&call, host, port, &address);
    return status < 0 ? status : connect_to(&call, &address);
}

int ouro_loop_sock_connect_to(ouro_loop *loop, int fd, const struct sockaddr *address,
                              socklen_t address_size)
{
    struct socket_call call = { .fd = fd, .operation = "sock_connect" };
    struct address copy = { .size = address_size };
    int status = ouro__socket_call_begin(&call, loop, true);

    if (status < 0)
        return status;
    if (address == NULL)
        return no_memory(&call);
    if (address_size > sizeof copy.storage)
        return ouro_error_set(-EINVAL, call.operation, "an address is no longer than %zu bytes",
                              sizeof copy.storage);
    memcpy(&copy.storage, address, address_size);
    return connect_to(&call, &copy);
}

int ouro_loop_sock_accept(ouro_loop *loop, int fd, struct sockaddr_storage *ret_address,
                          socklen_t *ret_address_size)
{
    struct socket_call call = { .fd = fd, .operation = "sock_accept" };
    struct address_place place = { .wanted = ret_address, .wanted_size = ret_address_size };
    socklen_t address_size = sizeof place.storage;
    int status = ouro__socket_call_begin(&call, loop, true);
    int client;

    if (status < 0)
        return status;
    while ((client = accept4(fd, (struct sockaddr *) &place.storage, &address_size,
                             SOCK_CLOEXEC | SOCK_NONBLOCK)) < 0) {
        status = ouro__socket_call_again(&call, WATCH_READ);
        if (status < 0)
            return status;
        address_size = sizeof place.storage;
    }
    store_address(&place, address_size);
    return client;
}
