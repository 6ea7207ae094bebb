/* Writing: bytes are queued, and leave as one at the end of the iteration.
 *
 * What is large goes at once, if nothing is in front of it: a copy would cost more than what a
 * common send saves. So does a queue that has grown over its high mark: writers are paused only if
 * the connection takes no more, not because they write much in one iteration.
 */
#include "net/transport.h"

#include "base/log.h"

#include <errno.h>
#include <limits.h>

/* One write after the end may cross it; many are a program that does not look at their errors. */
static void note_refused(ouro_transport *transport)
{
    if (transport->refused_writes < REFUSED_WRITES_MAX &&
        ++transport->refused_writes == REFUSED_WRITES_MAX)
        ouro__log(LOG_WARNING, "writes to a connection that is closed: the program goes on "
                               "although they fail");
}

int ouro__transport_refuse_write(ouro_transport *transport, const char *operation)
{
    if (transport == NULL)
        return ouro_error_set(-EINVAL, operation, "there is no connection to write to");
    if (transport->is_closing) {
        note_refused(transport);
        return ouro__transport_refuse(transport, operation);
    }
    if (transport->is_eof_written)
        return ouro_error_set(OURO_ECLOSED, operation, "write_eof has ended the writing");
    if (transport->is_read_only)
        return ouro_error_set(-EBADF, operation, "%s can only be read", transport->ops->name);
    return ouro_error_set(OURO_EINUSE, operation, "a file is being sent: write when it is");
}

/* Hands on what is queued, as far as it goes at once. */
static void push_queue(ouro_transport *transport)
{
    struct iovec piece = {
        .iov_base = transport->queued.data + transport->queued.begin,
        .iov_len = stream_buffer_size(&transport->queued),
    };

    if (transport->ops->push == NULL || transport->unsent > 0 || piece.iov_len == 0)
        return;
    stream_buffer_consume(transport->loop, &transport->queued,
                          transport->ops->push(transport, &piece, 1));
    if (transport->queued.data == NULL && link_is_queued(&transport->flush.link_))
        list_remove(&transport->flush.link_);
}

void ouro__transport_overfull(ouro_transport *transport)
{
    push_queue(transport);
    if (transport->is_closing || transport_queued(transport) <= transport->high)
        return;
    transport->is_paused = true;
    transport->user->paused(transport);
}

void ouro__transport_sent(ouro_transport *transport, size_t count)
{
    ouro_check(count <= transport->unsent);
    transport->unsent -= count;
    if (transport->is_paused && transport_queued(transport) <= transport->low) {
        transport->is_paused = false;
        transport->user->resumed(transport);
    }
    ouro__file_sending_wake(transport->file);
    if (transport->unsent > 0)
        return;
    if (transport->queued.data != NULL) {
        if (!link_is_queued(&transport->flush.link_))
            loop_run_before_poll(transport->loop, &transport->flush);
    } else if (transport->is_eof_written && !transport->is_eof_sent) {
        transport->is_eof_sent = true;
        transport->ops->send_eof(transport);
    }
}

__attribute__((cold)) static int no_memory(const char *operation)
{
    return ouro_error_set(-ENOMEM, operation, "out of memory for the bytes to be sent");
}

__attribute__((cold)) static int no_bytes(const char *operation)
{
    return ouro_error_set(-EINVAL, operation, "the bytes are NULL");
}

/* Hands on at once what can be of bytes that are large. Returns how many that were. */
static size_t push_large(ouro_transport *transport, const struct iovec *pieces, int count)
{
    if (transport->ops->push == NULL || transport_queued(transport) > 0)
        return 0;
    return transport->ops->push(transport, pieces, count);
}

int ouro__transport_queue(ouro_transport *transport, ouro_bytes bytes)
{
    if (bytes.size >= TRANSPORT_PUSH_MIN) {
        struct iovec piece = { .iov_base = (void *) bytes.data, .iov_len = bytes.size };
        size_t sent = push_large(transport, &piece, 1);

        bytes.data += sent;
        bytes.size -= sent;
        if (bytes.size == 0)
            return 0;
    }
    if (stream_buffer_append(transport->loop, &transport->queued, bytes.data, bytes.size) < 0)
        return -ENOMEM;
    transport_was_queued(transport);
    return 0;
}

int ouro__transport_write(ouro_transport *transport, const char *operation, ouro_bytes bytes)
{
    if (__builtin_expect(transport == NULL || !transport_is_writable(transport), 0))
        return ouro__transport_refuse_write(transport, operation);
    if (__builtin_expect(bytes.data == NULL, 0))
        return bytes.size == 0 ? 0 : no_bytes(operation);
    if (bytes.size == 0)
        return 0;
    return ouro__transport_queue(transport, bytes) < 0 ? no_memory(operation) : 0;
}

/* Queues what is left of several pieces after the first `sent` bytes. */
static int queue_pieces(ouro_transport *transport, const ouro_bytes *pieces, size_t count,
                        size_t total, size_t sent)
{
    size_t i;

    if (stream_buffer_reserve(transport->loop, &transport->queued, total - sent) < 0)
        return -ENOMEM;
    for (i = 0; i < count; i++) {
        size_t skipped = sent < pieces[i].size ? sent : pieces[i].size;

        sent -= skipped;
        if (skipped < pieces[i].size)
            (void) stream_buffer_append(transport->loop, &transport->queued,
                                        pieces[i].data + skipped, pieces[i].size - skipped);
    }
    transport_was_queued(transport);
    return 0;
}

int ouro__transport_writelines(ouro_transport *transport, const char *operation,
                               const ouro_bytes *pieces, size_t count)
{
    struct iovec vector[TRANSPORT_PUSH_PIECES];
    size_t total = 0;
    size_t sent = 0;
    size_t i;

    if (__builtin_expect(transport == NULL || !transport_is_writable(transport), 0))
        return ouro__transport_refuse_write(transport, operation);
    if (pieces == NULL && count > 0)
        return no_bytes(operation);
    for (i = 0; i < count; i++) {
        if (pieces[i].data == NULL && pieces[i].size > 0)
            return no_bytes(operation);
        if (__builtin_add_overflow(total, pieces[i].size, &total))
            return no_memory(operation);
        if (i < TRANSPORT_PUSH_PIECES)
            vector[i] = (struct iovec) { .iov_base = (void *) pieces[i].data,
                                         .iov_len = pieces[i].size };
    }
    if (total >= TRANSPORT_PUSH_MIN)
        sent = push_large(transport, vector,
                          (int) (count < TRANSPORT_PUSH_PIECES ? count : TRANSPORT_PUSH_PIECES));
    if (sent == total)
        return 0;
    return queue_pieces(transport, pieces, count, total, sent) < 0 ? no_memory(operation) : 0;
}

int ouro__transport_write_eof(ouro_transport *transport, const char *operation)
{
    if (transport != NULL && transport->is_eof_written && !transport->is_closing)
        return 0;
    if (transport == NULL || !transport_is_writable(transport))
        return ouro__transport_refuse_write(transport, operation);
    if (!transport->ops->can_write_eof)
        return ouro_error_set(-EOPNOTSUPP, operation,
                              "%s cannot end one direction alone: close the connection",
                              transport->ops->name);
    transport->is_eof_written = true;
    if (transport_queued(transport) == 0) {
        transport->is_eof_sent = true;
        transport->ops->send_eof(transport);
    }
    return 0;
}

int ouro_transport_write(ouro_transport *transport, ouro_bytes bytes)
{
    return ouro__transport_write(transport, "write", bytes);
}

int ouro_transport_writelines(ouro_transport *transport, const ouro_bytes *pieces, size_t count)
{
    return ouro__transport_writelines(transport, "writelines", pieces, count);
}

int ouro_transport_write_eof(ouro_transport *transport)
{
    return ouro__transport_write_eof(transport, "write_eof");
}

bool ouro_transport_can_write_eof(const ouro_transport *transport)
{
    return transport != NULL && transport->ops->can_write_eof && !transport->is_read_only;
}

size_t ouro_transport_get_write_buffer_size(const ouro_transport *transport)
{
    return transport != NULL && !transport->is_dropped ? transport_queued(transport) : 0;
}

void ouro_transport_get_write_buffer_limits(const ouro_transport *transport, size_t *ret_low,
                                            size_t *ret_high)
{
    if (ret_low != NULL)
        *ret_low = transport != NULL ? transport->low : 0;
    if (ret_high != NULL)
        *ret_high = transport != NULL ? transport->high : 0;
}

int ouro_transport_set_write_buffer_limits(ouro_transport *transport, size_t high, size_t low)
{
    if (transport == NULL)
        return ouro_error_set(-EINVAL, "set_write_buffer_limits", "there is no connection");
    if (low > high)
        return ouro_error_set(-EINVAL, "set_write_buffer_limits",
                              "the low mark, %zu, is above the high one, %zu", low, high);
    transport->high = high;
    transport->low = low != 0 ? low : high / 4;
    if (!transport->is_closing && !transport->is_paused && transport_queued(transport) > high)
        ouro__transport_overfull(transport);
    return 0;
}
