/* Servers: the listening sockets, and the life of the whole. */
#include "net/server.h"

#include "base/alloc.h"
#include "loop/context.h"
#include "loop/timer.h"
#include "loop/watch.h"
#include "net/socket.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

struct server_wait {
    struct wait wait;
    ouro_link link;
};

struct serving_wait {
    struct wait wait;
    ouro_server *server;
};

static bool is_over(const ouro_server *server)
{
    return server->is_closed && server->open_count == 0 && server->transport_count == 0;
}

static void free_server(ouro_server *server)
{
    if (server->loop != NULL)
        list_remove(&server->resource.link);
    ouro_context_unref(server->context);
    (void) ouro_tls_context_unref(server->tls.context);
    ouro__alloc_free(server->listeners);
    ouro__alloc_free(server);
}

void ouro__server_end_if_over(ouro_server *server)
{
    ouro_link *link;

    if (!is_over(server))
        return;
    while ((link = list_pop(&server->waiters)) != NULL)
        wait_finish(&container_of(link, struct server_wait, link)->wait, 0);
    if (server->references == 0 && server->calls == 0)
        free_server(server);
}

void ouro__server_leave(ouro_server *server)
{
    server->calls--;
    ouro__server_end_if_over(server);
}

int ouro__server_add(ouro_server *server, int fd, uint64_t file)
{
    struct listener *listener = &server->listeners[server->listener_count];
    int status = ouro__fd_claim(server->loop, fd);

    if (status < 0)
        return status;
    listener->server = server;
    listener->fd = fd;
    listener->file = file;
    listener->op.kind = OP_ACCEPT;
    listener->op.fd = fd;
    listener->op.complete = ouro__server_accepted;
    server->listener_count++;
    server->open_count++;
    return 0;
}

int ouro__server_take(ouro_server *server, const char *operation, int fd, bool is_unix)
{
    int status = ouro__socket_take(server->loop, operation, fd, is_unix);

    if (status < 0)
        return status;
    status = ouro__server_add(server, fd, 0);
    if (status < 0)
        return ouro_error_set(status, operation, "out of memory");
    server->listeners[0].is_lent = true;
    ouro__socket_set_up(fd); /* connections take it over from here */
    return 0;
}

/* A server has begun, or failed to: a socket that was handed in belongs to it from now on, or to
 * the caller again. */
static void end_loan(ouro_server *server, bool has_begun)
{
    struct listener *listener = &server->listeners[0];

    if (!listener->is_lent)
        return;
    listener->is_lent = false;
    if (has_begun)
        return;
    ouro__fd_disclaim(server->loop, listener->fd);
    listener->fd = -1;
    server->open_count--;
}

void ouro__server_remove_all(ouro_server *server)
{
    size_t i;

    for (i = 0; i < server->listener_count; i++)
        ouro__listener_stop(&server->listeners[i]);
    server->listener_count = 0;
}

static void report_forgotten(ouro_server *server)
{
    char message[ADDRESS_TEXT_SIZE + 64];
    char place[ADDRESS_TEXT_SIZE] = "?";
    struct address address;

    if (server->listener_count > 0 && ouro__socket_name(server->listeners[0].fd, &address) == 0)
        ouro__address_format(&address, place);
    (void) snprintf(message, sizeof message, "a server on %s was not closed before its loop",
                    place);
    ouro__report(server->loop, message, NULL, 0, NULL);
}

/* The timer is gone too. */
static void forget_waiting(ouro_server *server)
{
    server->calls = 0;
    server->is_resuming = false;
    server->serving = NULL;
    list_init(&server->waiters);
}

static void leave_loop(ouro_server *server)
{
    size_t i;

    for (i = 0; i < server->listener_count; i++)
        if (server->listeners[i].fd >= 0)
            (void) close(server->listeners[i].fd);
    server->open_count = 0;
    list_remove(&server->resource.link);
    server->loop = NULL;
}

/* The loop is being closed. */
static void end_with_loop(struct loop_resource *resource, enum loop_end stage)
{
    ouro_server *server = container_of(resource, ouro_server, resource);

    if (stage == LOOP_END_FORGET) {
        forget_waiting(server);
        return;
    }
    server->calls++;
    if (stage == LOOP_END_LEAVE) {
        leave_loop(server);
    } else {
        if (!server->is_closed)
            report_forgotten(server);
        ouro_server_close(server);
    }
    ouro__server_leave(server);
}

static int check_request(const struct server_request *request)
{
    const char *operation = request->operation;

    if (request->client_connected == NULL && request->factory == NULL)
        return ouro_error_set(-EINVAL, operation, "the handler is NULL");
    if (request->backlog < 0)
        return ouro_error_set(-EINVAL, operation, "a backlog of %d is negative", request->backlog);
    if (request->stack_size != 0 &&
        (request->stack_size < OURO_STACK_SIZE_MIN || request->stack_size > OURO_STACK_SIZE_MAX))
        return ouro_error_set(-EINVAL, operation,
                              "a stack of %zu bytes is out of range: %zu to %zu are possible",
                              request->stack_size, OURO_STACK_SIZE_MIN, OURO_STACK_SIZE_MAX);
    if (request->loop == NULL)
        return ouro_error_set(OURO_ENOLOOP, operation, "no loop is running in this thread");
    return 0;
}

int ouro__server_new(const struct server_request *request, size_t capacity,
                     ouro_server **ret_server)
{
    struct wrap_request tls = request->tls;
    int status = check_request(request);
    ouro_server *server;

    tls.operation = request->operation;
    tls.is_server = true;
    if (status == 0)
        status = ouro__wrap_prepare(&tls, request->tls_handshake_timeout,
                                    request->tls_shutdown_timeout);
    if (status < 0)
        return status;
    server = ouro__alloc_zero(sizeof *server);
    if (server != NULL)
        server->listeners = ouro__alloc_zero(capacity * sizeof *server->listeners);
    if (server == NULL || server->listeners == NULL) {
        ouro__alloc_free(server);
        return ouro_error_set(-ENOMEM, request->operation, "out of memory");
    }
    server->context = context_capture(request->loop);
    server->loop = request->loop;
    server->references = 1;
    server->client_connected = request->client_connected;
    server->factory = request->factory;
    server->arg = request->arg;
    server->limit = request->limit;
    server->stack_size = request->stack_size;
    server->tls = tls;
    (void) ouro_tls_context_ref(tls.context);
    server->backlog = request->backlog != 0 ? request->backlog : BACKLOG_DEFAULT;
    server->keeps_alive = request->keeps_alive;
    server->resume.runnable_.run_ = ouro__server_resume;
    list_init(&server->transports);
    list_init(&server->waiters);
    server->resource.end = end_with_loop;
    list_append(&server->loop->resources, &server->resource.link);
    *ret_server = server;
    return 0;
}

int ouro__server_begin(const struct server_request *request, ouro_server *server, int status,
                       ouro_server **ret_server)
{
    if (status == 0 && request->starts_serving)
        status = ouro_server_start_serving(server);
    end_loan(server, status == 0);
    if (status < 0) {
        (void) ouro_server_unref(server);
        return status;
    }
    *ret_server = server;
    return 0;
}

int ouro_server_start_serving(ouro_server *server)
{
    size_t i;

    if (server == NULL)
        return ouro_error_set(-EINVAL, "start_serving", "the server is NULL");
    if (server->is_closed)
        return ouro_error_set(OURO_ECLOSED, "start_serving", "the server was closed");
    if (server->is_serving)
        return 0;
    for (i = 0; i < server->listener_count; i++)
        if (listen(server->listeners[i].fd, server->backlog) < 0) {
            int status = -errno;

            return ouro_error_set(status, "start_serving", "listen: %s", ouro_strerror(status));
        }
    server->is_serving = true;
    ouro__server_accept(server);
    return 0;
}

void ouro_server_close(ouro_server *server)
{
    struct wait *serving;
    size_t i;

    if (server == NULL || server->is_closed)
        return;
    server->is_closed = true;
    server->is_serving = false;
    if (server->is_resuming)
        timer_disarm(server->loop, &server->resume);
    server->is_resuming = false;
    for (i = 0; i < server->listener_count; i++)
        ouro__listener_stop(&server->listeners[i]);
    serving = server->serving;
    server->serving = NULL;
    if (serving != NULL)
        wait_finish(serving, -ECANCELED);
    ouro__server_end_if_over(server);
}

void ouro__server_attach(ouro_server *server, ouro_transport *transport)
{
    transport->server = server;
    list_append(&server->transports, &transport->link);
    server->transport_count++;
}

void ouro__server_detach(ouro_transport *transport)
{
    ouro_server *server = transport->server;

    transport->server = NULL;
    list_remove(&transport->link);
    server->transport_count--;
    ouro__server_end_if_over(server);
}

/* Calls `end` for every connection; that may take it, or others, out of the list. */
static void end_transports(ouro_server *server, void (*end)(ouro_transport *transport))
{
    ouro_link all;
    ouro_link *link;

    if (server == NULL)
        return;
    list_init(&all);
    list_move_all(&all, &server->transports);
    server->calls++;
    while ((link = list_pop(&all)) != NULL) {
        list_append(&server->transports, link);
        end(container_of(link, ouro_transport, link));
    }
    ouro__server_leave(server);
}

void ouro_server_close_clients(ouro_server *server)
{
    end_transports(server, ouro_transport_close);
}

void ouro_server_abort_clients(ouro_server *server)
{
    end_transports(server, ouro_transport_abort);
}

ouro_server *ouro_server_unref(ouro_server *server)
{
    if (server == NULL)
        return NULL;
    ouro_assert(server->references > 0);
    if (server->references == 1)
        ouro_server_close(server);
    server->references--;
    ouro__server_end_if_over(server);
    return NULL;
}

bool ouro_server_is_serving(const ouro_server *server)
{
    return server != NULL && server->is_serving;
}

int ouro_server_sockets(const ouro_server *server, int *ret_fds, size_t capacity)
{
    size_t i;

    if (server == NULL || server->is_closed)
        return 0;
    for (i = 0; i < server->listener_count && i < capacity; i++)
        ret_fds[i] = server->listeners[i].fd;
    return (int) server->listener_count;
}

int ouro_server_port(const ouro_server *server)
{
    struct address address;

    if (server == NULL || server->is_closed || server->listener_count == 0 ||
        ouro__socket_name(server->listeners[0].fd, &address) < 0)
        return 0;
    return ouro__address_port(&address);
}

ouro_loop *ouro_server_get_loop(const ouro_server *server)
{
    return server != NULL ? server->loop : NULL;
}

static bool cancel_serving(struct wait *wait, const char *message)
{
    (void) message;
    if (wait->finished)
        return false;
    container_of(wait, struct serving_wait, wait)->server->serving = NULL;
    wait_finish(wait, -ECANCELED);
    return true;
}

int ouro_server_serve_forever(ouro_server *server)
{
    struct serving_wait self = {
        .wait = { .cancel = cancel_serving, .operation = "server serve_forever" },
        .server = server,
    };
    int status = ouro_server_start_serving(server);

    if (status < 0)
        return status;
    self.wait.task = ouro__task_required("serve_forever", &status);
    if (self.wait.task == NULL)
        return status;
    if (self.wait.task->future.loop != server->loop)
        return ouro_error_set(OURO_EWRONGLOOP, "serve_forever",
                              "the server belongs to another loop");
    if (server->serving != NULL)
        return ouro_error_set(OURO_EINUSE, "serve_forever", "another task serves it already");
    server->serving = &self.wait;
    server->calls++;
    status = ouro__park(&self.wait);
    ouro_server_close(server);
    ouro_ignore(ouro_server_wait_closed(server));
    ouro__server_leave(server);
    return status;
}

static bool cancel_wait_closed(struct wait *wait, const char *message)
{
    (void) message;
    if (wait->finished)
        return false;
    list_remove(&container_of(wait, struct server_wait, wait)->link);
    wait_finish(wait, -ECANCELED);
    return true;
}

int ouro_server_wait_closed(ouro_server *server)
{
    struct server_wait self = {
        .wait = { .cancel = cancel_wait_closed, .operation = "server wait_closed" },
    };
    int status = 0;

    if (server == NULL)
        return ouro_error_set(-EINVAL, "wait_closed", "the server is NULL");
    if (is_over(server))
        return 0;
    self.wait.task = ouro__task_required("wait_closed", &status);
    if (self.wait.task == NULL)
        return status;
    if (self.wait.task->future.loop != server->loop)
        return ouro_error_set(OURO_EWRONGLOOP, "wait_closed", "the server belongs to another loop");
    list_append(&server->waiters, &self.link);
    server->calls++;
    status = ouro__park(&self.wait);
    ouro__server_leave(server);
    return status;
}
