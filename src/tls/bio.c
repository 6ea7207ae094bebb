/* The BIO between OpenSSL and the transport below: no buffer of its own, and so no copy.
 *
 * It reads what has come and was kept, then what is lent for this call, then straight from the
 * socket where much is there. It writes to the end of the queue below, which never refuses.
 */
#include "tls/transport.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

/* Bytes that have come. Returns how many. */
static size_t read_kept(struct tls_transport *self, void *data, size_t size)
{
    size_t available = stream_buffer_size(&self->received);

    if (available > 0) {
        if (size > available)
            size = available;
        memcpy(data, self->received.data + self->received.begin, size);
        stream_buffer_consume(self->transport.loop, &self->received, size);
        return size;
    }
    if (self->lent_size == 0)
        return 0;
    if (size > self->lent_size)
        size = self->lent_size;
    memcpy(data, self->lent, size);
    self->lent += size;
    self->lent_size -= size;
    return size;
}

/* Bytes that the transport below has. Returns how many; 0: none now. */
static size_t take(struct tls_transport *self, void *data, size_t size)
{
    ssize_t count;

    if (self->may_take == 0)
        return 0;
    count = self->below->ops->take(self->below, data, size);
    self->transport.is_bulk = count >= TRANSPORT_BULK_MIN;
    if (!self->transport.is_bulk || self->may_take <= (size_t) count)
        self->may_take = 0;
    else
        self->may_take -= (size_t) count;
    if (count == 0)
        self->below->has_ended = true;
    else if (count < 0 && count != -EAGAIN)
        ouro__transport_fail(self->below, (int) count);
    return count > 0 ? (size_t) count : 0;
}

static int bio_read(BIO *bio, char *data, size_t size, size_t *ret_count)
{
    struct tls_transport *self = BIO_get_data(bio);
    size_t count = read_kept(self, data, size);

    BIO_clear_retry_flags(bio);
    if (count == 0)
        count = take(self, data, size);
    if (count == 0) {
        BIO_set_retry_read(bio);
        return -1;
    }
    if (self->first_count == 0) {
        self->first_count = count < sizeof self->first ? count : sizeof self->first;
        memcpy(self->first, data, self->first_count);
    }
    *ret_count = count;
    return 1;
}

static int bio_write(BIO *bio, const char *data, size_t size, size_t *ret_count)
{
    struct tls_transport *self = BIO_get_data(bio);
    ouro_transport *below = self->below;

    BIO_clear_retry_flags(bio);
    *ret_count = size;
    if (below->is_closing)
        return 1; /* it is lost, as the transport is about to say */
    if (stream_buffer_append(below->loop, &below->queued, data, size) < 0) {
        self->is_out_of_memory = true;
        return -1;
    }
    transport_was_queued(below);
    return 1;
}

static long bio_control(BIO *bio, int command, long number, void *pointer)
{
    (void) bio;
    (void) number;
    (void) pointer;
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

static BIO_METHOD *method;

static void make_method(void)
{
    method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "ouro");
    if (method == NULL)
        return;
    (void) BIO_meth_set_read_ex(method, bio_read);
    (void) BIO_meth_set_write_ex(method, bio_write);
    (void) BIO_meth_set_ctrl(method, bio_control);
}

BIO *ouro__tls_bio_new(struct tls_transport *self)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    BIO *bio;

    (void) pthread_once(&once, make_method);
    bio = method != NULL ? BIO_new(method) : NULL;
    if (bio == NULL)
        return NULL;
    BIO_set_data(bio, self);
    BIO_set_init(bio, 1);
    return bio;
}
