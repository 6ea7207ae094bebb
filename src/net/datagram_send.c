/* Sending datagrams: at once, or when the socket takes them. */
#define _GNU_SOURCE 1

#include "net/datagram.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

/* Whom a datagram goes to. */
struct target {
    const void *address; /* NULL: whom the socket is connected to */
    socklen_t size;
};

static struct target target_of(const ouro_datagram *datagram, const ouro_datagram_message *message)
{
    if (message->address_size > 0)
        return (struct target) { &message->address, message->address_size };
    if (datagram->remote.size > 0 && !datagram->is_connected)
        return (struct target) { &datagram->remote, datagram->remote.size };
    return (struct target) { NULL, 0 };
}

/* Sends what one system call takes. Returns how many; or -errno. */
static int push(const ouro_datagram *datagram, const ouro_datagram_message *messages, size_t count)
{
    struct mmsghdr headers[DATAGRAM_BATCH];
    struct iovec vectors[DATAGRAM_BATCH];
    int sent;
    int i;

    if (count > DATAGRAM_BATCH)
        count = DATAGRAM_BATCH;
    for (i = 0; i < (int) count; i++) {
        struct target target = target_of(datagram, &messages[i]);

        vectors[i] = (struct iovec) { .iov_base = messages[i].data, .iov_len = messages[i].size };
        headers[i].msg_hdr = (struct msghdr) {
            .msg_name = (void *) (uintptr_t) target.address,
            .msg_namelen = target.size,
            .msg_iov = &vectors[i],
            .msg_iovlen = 1,
        };
    }
    do {
        sent = sendmmsg(datagram->fd, headers, (unsigned) count, MSG_DONTWAIT | MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : sent;
}

int ouro__datagram_push(const ouro_datagram *datagram, const ouro_datagram_message *message)
{
    struct target target = target_of(datagram, message);
    ssize_t count;

    do {
        count = sendto(datagram->fd, message->data, message->size, MSG_DONTWAIT | MSG_NOSIGNAL,
                       target.address, target.size);
    } while (count < 0 && errno == EINTR);
    return count < 0 ? -errno : 1;
}

/* Sends all, or as many as can be. Returns how many; or an error if it is none. */
static int send_all(ouro_datagram *datagram, const char *operation,
                    const ouro_datagram_message *messages, size_t count)
{
    struct task *task = NULL;
    int status = ouro__datagram_begin(datagram, operation, &task);
    size_t done = 0;
    int error = 0;

    if (status < 0)
        return status;
    if (datagram_is_awaited(datagram, WATCH_WRITE))
        status = ouro__datagram_wait(datagram, task, WATCH_WRITE, TURN_LATER, false);
    while (status == 0 && error == 0 && done < count) {
        int sent = count - done == 1 ? ouro__datagram_push(datagram, &messages[done])
                                     : push(datagram, &messages[done], count - done);

        if (sent >= 0)
            done += (size_t) sent;
        else if (sent == -EAGAIN)
            status = ouro__datagram_wait(datagram, task, WATCH_WRITE, TURN_FIRST, done > 0);
        else
            error = sent;
    }
    if (status >= 0)
        ouro__datagram_pass_on(datagram, WATCH_WRITE);
    if (done > 0)
        return (int) done;
    return error < 0 ? ouro__datagram_fail(datagram, operation, &messages[done], error) : status;
}

int ouro_datagram_send_to(ouro_datagram *datagram, ouro_bytes bytes, const struct sockaddr *address,
                          socklen_t address_size)
{
    ouro_datagram_message message = { .data = (void *) (uintptr_t) bytes.data,
                                      .size = bytes.size,
                                      .address_size = address_size };
    int status;

    if (bytes.data == NULL && bytes.size > 0)
        return ouro_error_set(-EINVAL, "send", "the bytes are NULL");
    if (address_size > sizeof message.address || (address == NULL && address_size > 0))
        return ouro_error_set(-EINVAL, "send", "there is no address, or it is too long");
    if (address_size > 0)
        memcpy(&message.address, address, address_size);
    status = send_all(datagram, "send", &message, 1);
    return status < 0 ? status : 0;
}

int ouro_datagram_send(ouro_datagram *datagram, ouro_bytes bytes)
{
    return ouro_datagram_send_to(datagram, bytes, NULL, 0);
}

int ouro_datagram_send_many(ouro_datagram *datagram, const ouro_datagram_message *messages,
                            size_t count)
{
    size_t i;

    if (count == 0)
        return 0;
    if (count > INT_MAX)
        count = INT_MAX;
    for (i = 0; messages != NULL && i < count; i++)
        if ((messages[i].data == NULL && messages[i].size > 0) ||
            messages[i].address_size > sizeof messages[i].address)
            break;
    if (messages == NULL || i < count)
        return ouro_error_set(-EINVAL, "send_many",
                              "the bytes of a datagram are NULL, or its address is too long");
    return send_all(datagram, "send_many", messages, count);
}
