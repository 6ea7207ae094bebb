/* The life of a datagram socket, and whose turn it is. */
#define _GNU_SOURCE 1

#include "net/datagram.h"

#include "base/alloc.h"
#include "net/socket.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void free_if_unused(ouro_datagram *datagram)
{
    if (!datagram->is_released || datagram->fd >= 0 || datagram->calls > 0)
        return;
    if (datagram->loop != NULL)
        list_remove(&datagram->resource.link);
    ouro__alloc_free(datagram->batch);
    ouro__alloc_free(datagram);
}

/* Closes the descriptor if no operation needs it any more. The socket may be gone after that. */
static void close_if_done(ouro_datagram *datagram)
{
    if (datagram->fd >= 0 && datagram->directions[WATCH_READ].op.state == OP_IDLE &&
        datagram->directions[WATCH_WRITE].op.state == OP_IDLE) {
        ouro__fd_disclaim(datagram->loop, datagram->fd);
        datagram->loop->backend->ops->close_fd(datagram->loop->backend, datagram->fd);
        datagram->fd = -1;
    }
    free_if_unused(datagram);
}

/* Asks the first that waits to try, or ends its wait with an error. */
static void wake_next(struct datagram_direction *direction, int status)
{
    ouro_link *link;

    if (direction->woken != NULL)
        return;
    link = list_pop(&direction->waiters);
    if (link == NULL)
        return;
    direction->woken = container_of(link, struct datagram_wait, link);
    wait_finish(&direction->woken->wait, status);
}

static void complete(ouro_datagram *datagram, struct datagram_direction *direction)
{
    if (datagram->is_closing)
        close_if_done(datagram);
    else if (datagram->ready != NULL)
        datagram->ready(datagram,
                        direction == &datagram->directions[WATCH_READ] ? WATCH_READ : WATCH_WRITE);
    else
        wake_next(direction, direction->op.result < 0 ? direction->op.result : 0);
}

static void complete_reading(struct op *op)
{
    ouro_datagram *datagram = container_of(op, ouro_datagram, directions[WATCH_READ].op);

    complete(datagram, &datagram->directions[WATCH_READ]);
}

static void complete_writing(struct op *op)
{
    ouro_datagram *datagram = container_of(op, ouro_datagram, directions[WATCH_WRITE].op);

    complete(datagram, &datagram->directions[WATCH_WRITE]);
}

static void end_with_loop(struct loop_resource *resource, enum loop_end stage);

/* How long a datagram may be that is kept: 0 where nothing can be said of that. */
static size_t default_size(int fd)
{
    struct address own;

    return ouro__socket_name(fd, &own) < 0 || own.base.sa_family == AF_UNIX ? 0 : DATAGRAM_SIZE;
}

ouro_datagram *ouro__datagram_new(ouro_loop *loop, const struct datagram_socket *socket,
                                  size_t receive_size)
{
    ouro_datagram *datagram = ouro__alloc_zero(sizeof *datagram);
    int kind;

    if (datagram == NULL)
        return NULL;
    if (ouro__fd_claim(loop, socket->fd) < 0) {
        ouro__alloc_free(datagram);
        return NULL;
    }
    datagram->receive_size = receive_size != 0 ? receive_size : default_size(socket->fd);
    datagram->loop = loop;
    datagram->fd = socket->fd;
    datagram->is_connected = socket->is_connected;
    datagram->remote = socket->remote;
    for (kind = 0; kind < WATCH_KINDS; kind++) {
        struct datagram_direction *direction = &datagram->directions[kind];

        list_init(&direction->waiters);
        direction->op.kind = kind == WATCH_READ ? OP_READABLE : OP_WRITABLE;
        direction->op.fd = socket->fd;
        direction->op.complete = kind == WATCH_READ ? complete_reading : complete_writing;
        direction->op.is_foreign = true; /* the number may have been another's until now */
    }
    datagram->resource.end = end_with_loop;
    list_append(&loop->resources, &datagram->resource.link);
    return datagram;
}

int ouro_open_datagram_with(ouro_datagram **ret_datagram, const ouro_datagram_options *options)
{
    struct datagram_socket socket;
    ouro_datagram *datagram;
    int status = 0;
    struct task *task = ouro__task_required("open_datagram", &status);

    if (task == NULL)
        return status;
    status = ouro__datagram_socket_open(task, options, "open_datagram", &socket);
    if (status < 0)
        return status;
    datagram = ouro__datagram_new(task->future.loop, &socket, options->receive_size);
    if (datagram == NULL) {
        if (options->fd == 0)
            (void) close(socket.fd);
        return ouro_error_set(-ENOMEM, "open_datagram", "out of memory for the socket");
    }
    *ret_datagram = datagram;
    return 0;
}

static void wake_all(struct datagram_direction *direction, int status)
{
    ouro_link *link;

    while ((link = list_pop(&direction->waiters)) != NULL)
        wait_finish(&container_of(link, struct datagram_wait, link)->wait, status);
}

static void begin_close(ouro_datagram *datagram)
{
    int kind;

    datagram->is_closing = true;
    for (kind = 0; kind < WATCH_KINDS; kind++) {
        wake_all(&datagram->directions[kind], OURO_ECLOSED);
        datagram->loop->backend->ops->cancel(datagram->loop->backend,
                                             &datagram->directions[kind].op);
    }
}

void ouro_datagram_close(ouro_datagram *datagram)
{
    if (datagram == NULL || datagram->is_released)
        return;
    datagram->is_released = true;
    if (datagram->loop == NULL) {
        free_if_unused(datagram);
        return;
    }
    begin_close(datagram);
    close_if_done(datagram);
}

static void report_forgotten(ouro_datagram *datagram)
{
    char message[ADDRESS_TEXT_SIZE + 64];
    char own[ADDRESS_TEXT_SIZE] = "somewhere";
    struct address address;

    if (ouro__socket_name(datagram->fd, &address) == 0)
        ouro__address_format(&address, own);
    (void) snprintf(message, sizeof message,
                    "a datagram socket at %s was not closed before its loop", own);
    ouro__report(datagram->loop, message, NULL, 0, NULL);
}

static void forget_waiting(ouro_datagram *datagram)
{
    int kind;

    datagram->calls = 0;
    for (kind = 0; kind < WATCH_KINDS; kind++) {
        list_init(&datagram->directions[kind].waiters);
        datagram->directions[kind].woken = NULL;
    }
}

static void leave_loop(ouro_datagram *datagram)
{
    if (datagram->fd >= 0)
        (void) close(datagram->fd);
    datagram->fd = -1;
    list_remove(&datagram->resource.link);
    datagram->loop = NULL;
    free_if_unused(datagram);
}

/* The loop is being closed. */
static void end_with_loop(struct loop_resource *resource, enum loop_end stage)
{
    ouro_datagram *datagram = container_of(resource, ouro_datagram, resource);

    if (stage == LOOP_END_FORGET) {
        forget_waiting(datagram);
    } else if (stage == LOOP_END_LEAVE) {
        leave_loop(datagram);
    } else {
        datagram->calls++; /* the handler of the report may close it */
        if (!datagram->is_closing && datagram->above == NULL)
            report_forgotten(datagram);
        datagram->calls--;
        begin_close(datagram);
        close_if_done(datagram);
    }
}

static int refuse_closed(const char *operation)
{
    return ouro_error_set(OURO_ECLOSED, operation, "the datagram socket was closed");
}

int ouro__datagram_begin(ouro_datagram *datagram, const char *operation, struct task **ret_task)
{
    int status = 0;

    if (datagram == NULL)
        return ouro_error_set(-EINVAL, operation, "the datagram socket is NULL");
    if (datagram->is_closing)
        return refuse_closed(operation);
    *ret_task = ouro__task_required(operation, &status);
    if (*ret_task != NULL && (*ret_task)->future.loop != datagram->loop)
        return ouro_error_set(OURO_EWRONGLOOP, operation,
                              "the datagram socket belongs to another loop");
    return status;
}

static bool cancel_wait(struct wait *wait, const char *message)
{
    struct datagram_wait *self = container_of(wait, struct datagram_wait, wait);

    (void) message;
    if (wait->finished)
        return false;
    list_remove(&self->link);
    self->has_stopped = wait->keeps_result;
    wait_finish(wait, self->has_stopped ? 0 : -ECANCELED);
    return !self->has_stopped;
}

void ouro__datagram_arm(ouro_datagram *datagram, enum watch_kind kind, bool known_empty)
{
    struct op *op = &datagram->directions[kind].op;

    if (op->state != OP_IDLE)
        return;
    op->known_empty = known_empty;
    datagram->loop->backend->ops->submit(datagram->loop->backend, op);
    op->is_foreign = false;
}

int ouro__datagram_wait(ouro_datagram *datagram, struct task *task, enum watch_kind kind,
                        enum datagram_turn turn, bool keeps_result)
{
    const char *operation = kind == WATCH_READ ? "datagram receive" : "datagram send";
    struct datagram_direction *direction = &datagram->directions[kind];
    struct datagram_wait self = { .wait = { .task = task,
                                            .cancel = cancel_wait,
                                            .operation = operation,
                                            .keeps_result = keeps_result } };
    int status;

    if (turn == TURN_FIRST) {
        list_prepend(&direction->waiters, &self.link);
        ouro__datagram_arm(datagram, kind, true);
    } else {
        list_append(&direction->waiters, &self.link);
    }
    datagram->calls++;
    status = ouro__park(&self.wait);
    datagram->calls--;
    if (direction->woken == &self) {
        direction->woken = NULL;
        if (status < 0)
            wake_next(direction, 0);
    }
    if (datagram->is_closing) {
        free_if_unused(datagram);
        return status == -ECANCELED ? status : refuse_closed(operation);
    }
    if (status < 0 && status != -ECANCELED)
        return ouro_error_set(status, operation, "cannot wait for the socket: %s",
                              ouro_strerror(status));
    return self.has_stopped ? WAIT_STOPPED : status;
}

void ouro__datagram_pass_on(ouro_datagram *datagram, enum watch_kind kind)
{
    wake_next(&datagram->directions[kind], 0);
}

int ouro__datagram_fail(const ouro_datagram *datagram, const char *operation,
                        const ouro_datagram_message *message, int status)
{
    char text[ADDRESS_TEXT_SIZE] = "the socket";
    struct address address = datagram->remote;

    if (message != NULL && message->address_size > 0) {
        address.storage = message->address;
        address.size = message->address_size;
    }
    if (address.size > 0)
        ouro__address_format(&address, text);
    return ouro_error_set(status, operation, "%s: %s", text, ouro_strerror(status));
}

int ouro_datagram_get_sockname(const ouro_datagram *datagram, struct sockaddr_storage *ret_address)
{
    struct address address;
    int status;

    if (datagram == NULL || ret_address == NULL)
        return ouro_error_set(-EINVAL, "get_sockname", "the socket or the address is NULL");
    if (datagram->is_closing)
        return refuse_closed("get_sockname");
    status = ouro__socket_name(datagram->fd, &address);
    *ret_address = address.storage;
    return status;
}

int ouro_datagram_get_peername(const ouro_datagram *datagram, struct sockaddr_storage *ret_address)
{
    if (datagram == NULL || ret_address == NULL)
        return ouro_error_set(-EINVAL, "get_peername", "the socket or the address is NULL");
    if (datagram->is_closing)
        return refuse_closed("get_peername");
    if (!datagram->is_connected)
        return ouro_error_set(-ENOTCONN, "get_peername", "the socket has no peer");
    *ret_address = datagram->remote.storage;
    return 0;
}

int ouro_datagram_get_fd(const ouro_datagram *datagram)
{
    return datagram != NULL && !datagram->is_closing ? datagram->fd : -1;
}
