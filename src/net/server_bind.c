/* Servers on the addresses of hosts. */
#include "net/server.h"

#include "base/alloc.h"
#include "base/bounds.h"
#include "net/resolve.h"
#include "net/socket.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Binds one more listener. Returns 0 or -errno. */
static int add_listener(ouro_server *server, const struct address *address,
                        const ouro_server_options *options)
{
    int fd = ouro__socket_open(address->base.sa_family);
    int status;

    if (fd < 0)
        return fd;
    status = ouro__socket_bind(fd, address, !options->no_reuse_address, options->reuse_port);
    if (status == 0)
        status = ouro__server_add(server, fd, 0);
    if (status < 0) {
        (void) close(fd);
        return status;
    }
    ouro__socket_set_up(fd); /* connections take it over from here */
    return 0;
}

/* True if a server that has several addresses can do without this one. */
static bool is_dispensable(int status)
{
    return status == -EAFNOSUPPORT || status == -EADDRNOTAVAIL;
}

/* Binds all addresses; those that follow the first get its port. Returns 0; or -errno, with the
 * address concerned in `ret_address`. */
static int bind_all(ouro_server *server, const struct address_list *addresses,
                    const ouro_server_options *options, struct address *ret_address)
{
    int port = options->port;
    int status = 0;
    size_t i;

    for (i = 0; i < addresses->count; i++) {
        struct address address = addresses->items[i];

        ouro__address_set_port(&address, port);
        *ret_address = address;
        status = add_listener(server, &address, options);
        if (status < 0 && is_dispensable(status) &&
            (i + 1 < addresses->count || server->listener_count > 0))
            continue;
        if (status == 0)
            status = ouro__socket_name(server->listeners[server->listener_count - 1].fd, &address);
        if (status < 0)
            return status;
        port = ouro__address_port(&address);
    }
    return 0;
}

/* Binds; a free port must be free for every address, so that it may take several attempts. */
static int bind_server(ouro_server *server, const char *operation,
                       const struct address_list *addresses, const ouro_server_options *options)
{
    struct address failed;
    char text[ADDRESS_TEXT_SIZE];
    int attempts = 0;
    int status;

    for (;;) {
        status = bind_all(server, addresses, options, &failed);
        if (status == 0)
            return 0;
        ouro__server_remove_all(server);
        if (options->port != 0 || status != -EADDRINUSE || ++attempts == PORT_ATTEMPTS_MAX)
            break;
    }
    ouro__address_format(&failed, text);
    return ouro_error_set(status, operation, "%s: %s%s", text, ouro_strerror(status),
                          status == -EADDRINUSE ? ": another program listens there" : "");
}

/* True if an address is among the first `count` of a list. */
static bool is_known(const struct address_list *list, size_t count, const struct address *address)
{
    size_t i;

    for (i = 0; i < count; i++)
        if (list->items[i].size == address->size &&
            memcmp(&list->items[i].storage, &address->storage, address->size) == 0)
            return true;
    return false;
}

/* Hosts may stand for the same address: it is bound once. */
static void drop_duplicates(struct address_list *list)
{
    size_t kept = 0;
    size_t i;

    for (i = 0; i < list->count; i++)
        if (!is_known(list, kept, &list->items[i]))
            list->items[kept++] = list->items[i];
    list->count = kept;
}

/* Finds the addresses of all hosts. */
static int resolve_hosts(struct task *task, const char *operation,
                         const ouro_server_options *options, struct address_list *list)
{
    size_t count = options->hosts != NULL ? options->host_count : 1;
    struct resolve_item *items = ouro__alloc_zero(count * sizeof *items);
    int status;
    size_t i;

    if (items == NULL)
        return ouro_error_set(-ENOMEM, operation, "out of memory for the hosts");
    for (i = 0; i < count; i++) {
        items[i].list = list;
        items[i].query = (struct resolve_query) {
            .operation = operation,
            .host = options->hosts != NULL ? options->hosts[i] : options->host,
            .port = options->port,
            .family = options->family,
            .type = SOCK_STREAM,
            .use = ADDRESS_LISTEN,
        };
    }
    status = ouro__resolve_all(task, items, count, items);
    ouro__alloc_free(items);
    if (status == 0)
        drop_duplicates(list);
    return status;
}

static int check_options(const char *operation, const ouro_server_options *options)
{
    if (options == NULL)
        return ouro_error_set(-EINVAL, operation, "the options are NULL");
    if (options->port < 0 || options->port > 65535)
        return ouro_error_set(-EINVAL, operation, "%d is no port: 0 to 65535 are", options->port);
    if (options->fd < 0)
        return ouro_error_set(-EBADF, operation, "%d is no descriptor", options->fd);
    if (options->hosts != NULL && (options->host != NULL || options->host_count == 0))
        return ouro_error_set(-EINVAL, operation, "give one host, or several, and at least one");
    if (options->fd != 0 && (options->host != NULL || options->hosts != NULL || options->port != 0))
        return ouro_error_set(-EINVAL, operation, "give a host and a port, or a socket, not both");
    return 0;
}

/* Makes a server of the addresses, or of the socket that was handed in. */
static int listen_on(const struct server_request *request, const ouro_server_options *options,
                     const struct address_list *addresses, ouro_server **ret_server)
{
    ouro_server *server;
    int status = ouro__server_new(request, addresses->count + 1, &server);

    if (status < 0)
        return status;
    status = options->fd != 0 ? ouro__server_take(server, request->operation, options->fd, false)
                              : bind_server(server, request->operation, addresses, options);
    return ouro__server_begin(request, server, status, ret_server);
}

static int start(struct server_request *request, const ouro_server_options *options,
                 ouro_server **ret_server)
{
    struct address_list addresses = { .items = NULL };
    int status = check_options(request->operation, options);

    if (status < 0)
        return status;
    request->arg = options->arg;
    request->limit = options->limit;
    request->stack_size = options->stack_size;
    request->tls.context = options->tls;
    request->tls_handshake_timeout = options->tls_handshake_timeout;
    request->tls_shutdown_timeout = options->tls_shutdown_timeout;
    request->backlog = options->backlog;
    request->keeps_alive = options->keep_alive;
    request->starts_serving = !options->no_start_serving;
    if (options->fd == 0)
        status = resolve_hosts(current_task(), request->operation, options, &addresses);
    if (status == 0)
        status = listen_on(request, options, &addresses, ret_server);
    ouro__address_list_free(&addresses);
    return status;
}

int ouro_start_server_with(ouro_server **ret_server, const ouro_server_options *options)
{
    struct server_request request = {
        .operation = "start_server",
        .loop = ouro__loop_current,
        .client_connected = options != NULL ? options->client_connected : NULL,
    };

    return start(&request, options, ret_server);
}

int ouro_loop_create_server_with(ouro_loop *loop, ouro_server **ret_server,
                                 ouro_protocol_factory *factory, const ouro_server_options *options)
{
    struct server_request request = {
        .operation = "create_server",
        .loop = loop,
        .factory = factory,
    };

    return start(&request, options, ret_server);
}
