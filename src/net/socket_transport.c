/* Sockets below a transport.
 *
 *     socket -> receive op -> place              small pieces: the kernel fills a lent buffer
 *     socket -> readiness  -> take               a lot at a time: straight to where it is wanted
 *     queued -> `sending`, send op -> socket     while it is in flight its memory must not move
 *
 * Each direction has one operation, embedded here, so that it may outlive the call that started it.
 * A receive that is no longer wanted stays in flight: what it brings is the next one's.
 */
#include "net/socket_transport.h"

#include "base/alloc.h"
#include "io/op.h"
#include "loop/watch.h"
#include "net/socket.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

struct socket_transport {
    ouro_transport transport;
    int fd; /* -1 once closed */
    bool
        is_bulk; /* the last receive brought so much that readiness and `take` are the better way */
    struct op receive;
    struct op send;
    struct stream_buffer sending;
};

static struct socket_transport *socket_of(const ouro_transport *transport)
{
    return container_of(transport, struct socket_transport, transport);
}

static void submit(ouro_loop *loop, struct op *op)
{
    loop->backend->ops->submit(loop->backend, op);
}

static void cancel(ouro_loop *loop, struct op *op)
{
    loop->backend->ops->cancel(loop->backend, op);
}

static void receive(ouro_transport *transport)
{
    struct socket_transport *self = socket_of(transport);

    if (self->receive.state != OP_IDLE)
        return; /* of an earlier question */
    self->receive.kind = self->is_bulk ? OP_READABLE : OP_RECV;
    self->receive.buffer.data = NULL;
    self->receive.buffer.size = 0;
    submit(transport->loop, &self->receive);
}

static void stop(ouro_transport *transport)
{
    cancel(transport->loop, &socket_of(transport)->receive);
}

static void received(struct op *op)
{
    struct socket_transport *self = container_of(op, struct socket_transport, receive);
    ouro_transport *transport = &self->transport;

    transport->is_receiving = false;
    if (transport->is_closing) {
        ouro__transport_end_if_done(transport);
    } else if (op->result < 0) {
        ouro__transport_fail(transport, op->result);
    } else if (op->kind == OP_READABLE) {
        transport->user->readable(transport);
    } else if (op->result == 0) {
        transport_end_input(transport);
    } else {
        self->is_bulk = (size_t) op->result >= TRANSPORT_BULK_MIN;
        ouro__transport_deliver(transport, op->buffer.data, (size_t) op->result);
    }
}

static ssize_t take(ouro_transport *transport, void *data, size_t size)
{
    struct socket_transport *self = socket_of(transport);
    ssize_t count;

    do {
        count = recv(self->fd, data, size, MSG_DONTWAIT);
    } while (count < 0 && errno == EINTR);
    if (count < 0) {
        self->receive.known_empty = errno == EAGAIN;
        return -errno;
    }
    self->receive.known_empty = (size_t) count < size;
    if ((size_t) count < size && (size_t) count < TRANSPORT_BULK_MIN)
        self->is_bulk = false;
    return count;
}

/* Sends what is left of `sending`. */
static void send_rest(struct socket_transport *self)
{
    size_t size = stream_buffer_size(&self->sending);

    self->send.buffer.data = self->sending.data + self->sending.begin;
    self->send.buffer.size = size < STREAM_SEND_MAX ? size : STREAM_SEND_MAX;
    submit(self->transport.loop, &self->send);
}

static void flush(ouro_transport *transport)
{
    struct socket_transport *self = socket_of(transport);

    ouro_check(self->send.state == OP_IDLE && self->sending.data == NULL);
    self->sending = transport->queued;
    transport->queued = (struct stream_buffer) { 0 };
    transport->unsent = stream_buffer_size(&self->sending);
    send_rest(self);
}

static size_t push(ouro_transport *transport, const struct iovec *pieces, int count)
{
    struct socket_transport *self = socket_of(transport);
    struct msghdr message = { .msg_iov = (struct iovec *) pieces, .msg_iovlen = (size_t) count };
    ssize_t sent;

    if (self->send.state != OP_IDLE)
        return 0;
    do {
        sent = sendmsg(self->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return sent > 0 ? (size_t) sent : 0; /* an error is found again by the operation */
}

static void sent(struct op *op)
{
    struct socket_transport *self = container_of(op, struct socket_transport, send);
    ouro_transport *transport = &self->transport;

    if (transport->is_dropped) {
        stream_buffer_release(transport->loop, &self->sending);
        transport->unsent = 0;
        ouro__transport_end_if_done(transport);
        return;
    }
    if (op->result < 0) {
        ouro__transport_fail(transport, op->result);
        return;
    }
    stream_buffer_consume(transport->loop, &self->sending, (size_t) op->result);
    transport->references++;
    ouro__transport_sent(transport, (size_t) op->result);
    if (self->sending.data != NULL && !transport->is_dropped)
        send_rest(self);
    ouro__transport_end_if_done(transport);
    (void) ouro_transport_unref(transport);
}

static void send_eof(ouro_transport *transport)
{
    /* Fails only if the connection is lost, as the read says. */
    (void) shutdown(socket_of(transport)->fd, SHUT_WR);
}

static void drop(ouro_transport *transport)
{
    struct socket_transport *self = socket_of(transport);

    if (self->send.state == OP_IDLE) {
        stream_buffer_release(transport->loop, &self->sending);
        transport->unsent = 0;
    } else {
        cancel(transport->loop, &self->send);
    }
}

static void reset(ouro_transport *transport)
{
    ouro__socket_reset_on_close(socket_of(transport)->fd);
}

static bool is_idle(const ouro_transport *transport)
{
    const struct socket_transport *self = socket_of(transport);

    return self->receive.state == OP_IDLE && self->send.state == OP_IDLE;
}

static void finish(ouro_transport *transport, bool is_loop_over)
{
    struct socket_transport *self = socket_of(transport);
    ouro_loop *loop = transport->loop;

    if (is_loop_over) {
        (void) close(self->fd);
        stream_buffer_release(loop, &self->sending);
    } else {
        ouro__fd_disclaim(loop, self->fd);
        loop->backend->ops->close_fd(loop->backend, self->fd);
    }
    self->fd = -1;
}

static void destroy(ouro_transport *transport)
{
    ouro__alloc_free(socket_of(transport));
}

/* Asked only by those who want to know: it costs a system call. */
static const char *kind_of_socket(int fd)
{
    int domain = AF_INET;
    socklen_t size = sizeof domain;

    if (fd < 0)
        return "socket";
    (void) getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size);
    return domain == AF_UNIX ? "unix" : "tcp";
}

static const void *get_extra_info(ouro_transport *transport, const char *name)
{
    struct socket_transport *self = socket_of(transport);

    if (strcmp(name, "transport") == 0)
        return kind_of_socket(self->fd);
    if (strcmp(name, "peername") == 0)
        return ouro__transport_name(transport, self->fd, true);
    if (strcmp(name, "sockname") == 0)
        return ouro__transport_name(transport, self->fd, false);
    if (strcmp(name, "socket") == 0 && self->fd >= 0)
        return &self->fd;
    return NULL;
}

static const struct transport_ops socket_ops = {
    .name = "socket",
    .can_write_eof = true,
    .receive = receive,
    .stop = stop,
    .take = take,
    .flush = flush,
    .push = push,
    .send_eof = send_eof,
    .drop = drop,
    .reset = reset,
    .is_idle = is_idle,
    .finish = finish,
    .destroy = destroy,
    .get_extra_info = get_extra_info,
};

static void run_flush(ouro_runnable *runnable)
{
    flush(container_of(runnable, ouro_transport, flush));
}

ouro_transport *ouro__socket_transport_new(ouro_loop *loop, int fd)
{
    struct socket_transport *self = ouro__alloc_zero(sizeof *self);

    if (self == NULL)
        return NULL;
    if (ouro__fd_claim(loop, fd) < 0) {
        ouro__alloc_free(self);
        return NULL;
    }
    ouro__transport_init(&self->transport, loop, &socket_ops);
    self->transport.flush.run_ = run_flush;
    self->fd = fd;
    self->receive.fd = fd;
    self->receive.complete = received;
    self->send.kind = OP_SEND;
    self->send.fd = fd;
    self->send.complete = sent;
    return &self->transport;
}

void ouro__socket_transport_discard(ouro_transport *transport)
{
    list_remove(&transport->resource.link);
    ouro__fd_disclaim(transport->loop, socket_of(transport)->fd);
    destroy(transport);
}

int ouro__transport_fd(ouro_transport *transport)
{
    const int *fd = ouro_transport_get_extra_info(transport, "socket");

    return fd != NULL ? *fd : -1;
}
