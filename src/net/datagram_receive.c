/* Receiving datagrams: from what is kept, else from the kernel. */
#define _GNU_SOURCE 1

#include "net/datagram.h"

#include "base/alloc.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

/* Prepares a header to receive into memory of the caller's. */
static void aim(struct msghdr *header, struct iovec *vector, void *data, size_t size,
                struct sockaddr_storage *address)
{
    *vector = (struct iovec) { .iov_base = data, .iov_len = size < INT_MAX ? size : INT_MAX };
    *header = (struct msghdr) {
        .msg_name = address,
        .msg_namelen = sizeof *address,
        .msg_iov = vector,
        .msg_iovlen = 1,
    };
}

static void aim_at(struct msghdr *header, struct iovec *vector, ouro_datagram_message *message)
{
    aim(header, vector, message->data, message->capacity, &message->address);
}

/* Notes what has come. */
static void note(ouro_datagram_message *message, size_t size, const struct msghdr *header)
{
    message->size = size;
    message->is_truncated = header->msg_flags & MSG_TRUNC;
    message->address_size = header->msg_namelen;
}

/* Hands out kept datagrams. Returns how many. */
static size_t hand_out(struct datagram_batch *batch, ouro_datagram_message *messages, size_t count)
{
    size_t done;

    for (done = 0; batch != NULL && done < count && batch->count > 0; done++) {
        ouro_datagram_message *message = &messages[done];
        const struct mmsghdr *header = &batch->headers[batch->next];
        size_t size = header->msg_len < message->capacity ? header->msg_len : message->capacity;

        note(message, size, &header->msg_hdr);
        message->is_truncated |= size < header->msg_len;
        if (size > 0)
            memcpy(message->data, batch->vectors[batch->next].iov_base, size);
        message->address = batch->addresses[batch->next];
        batch->next++;
        batch->count--;
    }
    return done;
}

/* Returns the memory for datagrams that are kept, or NULL if none are to be. */
static struct datagram_batch *batch_of(ouro_datagram *datagram)
{
    size_t size = datagram->receive_size;

    if (size == 0 || size > SIZE_MAX / 2 / DATAGRAM_BATCH || datagram->streak < DATAGRAM_STREAK)
        return NULL;
    if (datagram->batch == NULL) {
        datagram->batch = ouro__alloc(sizeof *datagram->batch + DATAGRAM_BATCH * size);
        if (datagram->batch != NULL)
            datagram->batch->count = 0;
    }
    return datagram->batch; /* without memory they come one by one */
}

/* Receives one into the caller's memory, and what is behind it into the batch. */
static ssize_t receive_batch(ouro_datagram *datagram, struct datagram_batch *batch,
                             ouro_datagram_message *message)
{
    int received;
    int i;

    aim_at(&batch->headers[0].msg_hdr, &batch->vectors[0], message);
    for (i = 1; i < DATAGRAM_BATCH; i++)
        aim(&batch->headers[i].msg_hdr, &batch->vectors[i],
            batch->data + (size_t) i * datagram->receive_size, datagram->receive_size,
            &batch->addresses[i]);
    received = recvmmsg(datagram->fd, batch->headers, DATAGRAM_BATCH, MSG_DONTWAIT, NULL);
    if (received <= 0)
        return received;
    note(message, batch->headers[0].msg_len, &batch->headers[0].msg_hdr);
    batch->next = 1;
    batch->count = (unsigned) received - 1;
    if (received == 1)
        datagram->streak = 0; /* it is not that busy */
    return 1;
}

static ssize_t receive_one(ouro_datagram *datagram, ouro_datagram_message *message)
{
    struct msghdr header;
    struct iovec vector;
    ssize_t size;

    aim_at(&header, &vector, message);
    size = recvmsg(datagram->fd, &header, MSG_DONTWAIT);
    if (size < 0)
        return size;
    note(message, (size_t) size, &header);
    return 1;
}

/* Receives as many as one system call takes. */
static ssize_t receive_several(ouro_datagram *datagram, ouro_datagram_message *messages,
                               size_t count)
{
    struct mmsghdr headers[DATAGRAM_BATCH];
    struct iovec vectors[DATAGRAM_BATCH];
    int received;
    int i;

    if (count > DATAGRAM_BATCH)
        count = DATAGRAM_BATCH;
    for (i = 0; i < (int) count; i++)
        aim_at(&headers[i].msg_hdr, &vectors[i], &messages[i]);
    received = recvmmsg(datagram->fd, headers, (unsigned) count, MSG_DONTWAIT, NULL);
    for (i = 0; i < received; i++)
        note(&messages[i], headers[i].msg_len, &headers[i].msg_hdr);
    return received;
}

/* Makes one system call. Returns how many came, -1 with errno else. */
static ssize_t receive(ouro_datagram *datagram, ouro_datagram_message *messages, size_t count)
{
    struct datagram_batch *batch;

    if (count > 1)
        return receive_several(datagram, messages, count);
    batch = batch_of(datagram);
    return batch != NULL ? receive_batch(datagram, batch, messages)
                         : receive_one(datagram, messages);
}

int ouro__datagram_take(ouro_datagram *datagram, ouro_datagram_message *messages, size_t count)
{
    size_t done = hand_out(datagram->batch, messages, count);

    while (done < count) {
        ssize_t received = receive(datagram, &messages[done], count - done);

        if (received < 0 && errno == EINTR)
            continue;
        if (received < 0 && errno == EAGAIN)
            datagram->streak = 0;
        else if (received > 0 && datagram->streak < DATAGRAM_STREAK)
            datagram->streak++;
        if (received <= 0)
            return done > 0 ? (int) done : -errno;
        done += (size_t) received;
        if (received < DATAGRAM_BATCH)
            break; /* there were no more, or an error stopped it, which the next call will tell */
    }
    return (int) done;
}

/* Receives at least one. */
static int wait_and_take(ouro_datagram *datagram, const char *operation,
                         ouro_datagram_message *messages, size_t count)
{
    struct task *task = NULL;
    int status = ouro__datagram_begin(datagram, operation, &task);
    int received = -EAGAIN;

    if (status < 0)
        return status;
    if (datagram_is_awaited(datagram, WATCH_READ))
        status = ouro__datagram_wait(datagram, task, WATCH_READ, TURN_LATER, false);
    while (status == 0) {
        received = ouro__datagram_take(datagram, messages, count);
        if (received != -EAGAIN)
            break;
        status = ouro__datagram_wait(datagram, task, WATCH_READ, TURN_FIRST, false);
    }
    if (status < 0)
        return status;
    ouro__datagram_pass_on(datagram, WATCH_READ);
    return received < 0 ? ouro__datagram_fail(datagram, operation, NULL, received) : received;
}

int ouro_datagram_recv_from(ouro_datagram *datagram, void *data, size_t size,
                            struct sockaddr_storage *ret_address, socklen_t *ret_address_size)
{
    ouro_datagram_message message = { .data = data, .capacity = size };
    int status;

    if (data == NULL && size > 0)
        return ouro_error_set(-EINVAL, "recv", "there is no place for the bytes");
    status = wait_and_take(datagram, "recv", &message, 1);
    if (status < 0)
        return status;
    if (ret_address != NULL)
        *ret_address = message.address;
    if (ret_address_size != NULL)
        *ret_address_size = message.address_size;
    if (message.is_truncated)
        return ouro_error_set(-EMSGSIZE, "recv", "the datagram was longer than %zu bytes",
                              message.size);
    return (int) message.size;
}

int ouro_datagram_recv(ouro_datagram *datagram, void *data, size_t size)
{
    return ouro_datagram_recv_from(datagram, data, size, NULL, NULL);
}

int ouro_datagram_recv_many(ouro_datagram *datagram, ouro_datagram_message *messages, size_t count)
{
    size_t i;

    if (count == 0)
        return 0;
    if (count > INT_MAX)
        count = INT_MAX;
    for (i = 0; messages != NULL && i < count; i++)
        if (messages[i].data == NULL && messages[i].capacity > 0)
            break;
    if (messages == NULL || i < count)
        return ouro_error_set(-EINVAL, "recv_many", "there is no place for the datagrams");
    return wait_and_take(datagram, "recv_many", messages, count);
}
