/* Sockets below a transport. */
#include "net/socket_transport.h"

#include "base/alloc.h"
#include "loop/watch.h"
#include "net/descriptor_transport.h"
#include "net/socket.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static ssize_t take(ouro_transport *transport, void *data, size_t size)
{
    struct descriptor_transport *self = descriptor_of(transport);
    ssize_t count;

    do {
        count = recv(self->input, data, size, MSG_DONTWAIT);
    } while (count < 0 && errno == EINTR);
    return ouro__descriptor_taken(self, size, count);
}

static size_t push(ouro_transport *transport, const struct iovec *pieces, int count)
{
    struct descriptor_transport *self = descriptor_of(transport);
    const struct msghdr message = {
        .msg_iov = (struct iovec *) pieces,
        .msg_iovlen = (size_t) count,
    };
    int flags = MSG_DONTWAIT | MSG_NOSIGNAL;
    ssize_t sent;

    if (self->send.state != OP_IDLE)
        return 0;
    do {
        sent = count == 1 ? send(self->output, pieces->iov_base, pieces->iov_len, flags)
                          : sendmsg(self->output, &message, flags);
    } while (sent < 0 && errno == EINTR);
    return ouro__descriptor_pushed(self, sent);
}

static ssize_t send_file(ouro_transport *transport, int file, uint64_t offset, size_t size)
{
    return ouro__socket_send_file(descriptor_of(transport)->output, file, offset, size);
}

static void send_eof(ouro_transport *transport)
{
    /* Fails only if the connection is lost, as the read says. */
    (void) shutdown(descriptor_of(transport)->output, SHUT_WR);
}

static void reset(ouro_transport *transport)
{
    ouro__socket_reset_on_close(descriptor_of(transport)->output);
}

static void finish(ouro_transport *transport, bool is_loop_over)
{
    struct descriptor_transport *self = descriptor_of(transport);
    ouro_loop *loop = transport->loop;

    if (is_loop_over) {
        (void) close(self->input);
        ouro__descriptor_forget(self);
    } else {
        ouro__fd_disclaim(loop, self->input);
        loop->backend->ops->close_fd(loop->backend, self->input);
    }
    self->input = -1;
    self->output = -1;
}

static void destroy(ouro_transport *transport)
{
    ouro__alloc_free(descriptor_of(transport));
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

static void discard(ouro_transport *transport)
{
    list_remove(&transport->resource.link);
    ouro__fd_disclaim(transport->loop, descriptor_of(transport)->input);
    destroy(transport);
}

/* Returns an address or its size, if `name` is "peername", "sockname_size" or the like. */
static const void *name_of_socket(ouro_transport *transport, const char *name)
{
    bool is_peer = strncmp(name, "peername", 8) == 0;
    const char *rest = name + 8;
    const struct address *address;

    if ((!is_peer && strncmp(name, "sockname", 8) != 0) ||
        (*rest != '\0' && strcmp(rest, "_size") != 0))
        return NULL;
    address = ouro__transport_name(transport, descriptor_of(transport)->input, is_peer);
    if (address == NULL)
        return NULL;
    return *rest == '\0' ? (const void *) &address->storage : &address->size;
}

static const void *get_extra_info(ouro_transport *transport, const char *name)
{
    struct descriptor_transport *self = descriptor_of(transport);

    if (strcmp(name, "transport") == 0)
        return kind_of_socket(self->input);
    if (strcmp(name, "socket") == 0)
        return self->input >= 0 ? &self->input : NULL;
    return name_of_socket(transport, name);
}

static const struct transport_ops socket_ops = {
    .name = "a socket",
    .can_write_eof = true,
    .receive = ouro__descriptor_receive,
    .stop = ouro__descriptor_stop,
    .take = take,
    .flush = ouro__descriptor_flush,
    .push = push,
    .send_file = send_file,
    .await_writable = ouro__descriptor_await_writable,
    .forget_writable = ouro__descriptor_forget_writable,
    .send_eof = send_eof,
    .drop = ouro__descriptor_drop,
    .reset = reset,
    .is_still = ouro__descriptor_is_still,
    .finish = finish,
    .destroy = destroy,
    .discard = discard,
    .get_extra_info = get_extra_info,
};

ouro_transport *ouro__socket_transport_new(ouro_loop *loop, int fd)
{
    struct descriptor_transport *self = ouro__alloc_zero(sizeof *self);

    if (self == NULL)
        return NULL;
    if (ouro__fd_claim(loop, fd) < 0) {
        ouro__alloc_free(self);
        return NULL;
    }
    ouro__descriptor_transport_init(self, loop, &socket_ops, fd, fd);
    return &self->transport;
}
