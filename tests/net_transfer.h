/* What is transferred in tests of transfers, by a task that writes and one that reads.
 *
 * The bytes are a sequence that position alone determines; the reader compares every byte. Both
 * make calls picked at random, and go on when they are cancelled.
 */
#ifndef TESTS_NET_TRANSFER_H
#define TESTS_NET_TRANSFER_H

#include "net_probe.h"

#include "harness/random.h"
#include "loop/loop.h"

enum { TRANSFER_SIZE = 40000, SEEDS = 12, LIMIT = 300, CHUNK_MAX = 700 };

struct transfer {
    struct test_random random;
    size_t size;
    ouro_stream *sender;
    ouro_stream *receiver;
    ouro_task *writer;
    ouro_task *reader;
    size_t written;
    size_t read;
    unsigned cancels;  /* asked for */
    unsigned canceled; /* calls that returned -ECANCELED */
};

/* The byte at a position: letters, with a newline now and then and "--" more rarely. */
static uint8_t byte_at(size_t position)
{
    uint64_t mixed = position * UINT64_C(0x9e3779b97f4a7c15);

    mixed ^= mixed >> 29;
    if (mixed % 61 == 0)
        return '\n';
    return mixed % 13 == 0 ? '-' : (uint8_t) ('a' + mixed % 23);
}

static void compare(struct transfer *transfer, const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (data[i] != byte_at(transfer->read + i))
            FAIL("byte %zu of the transfer is wrong", transfer->read + i);
    transfer->read += size;
}

/* Takes a delivered cancel back. Returns true if that is what the status was. */
static bool was_cancelled(struct transfer *transfer, int status)
{
    if (status != -ECANCELED)
        return false;
    transfer->canceled++;
    while (ouro_task_uncancel(ouro_current_task()) > 0)
        continue;
    return true;
}

/* How the ends of a transfer are opened and closed. Over TLS that is another matter. */
#ifndef TESTS_TLS_PROBE_H

__attribute__((unused)) static void
open_streams(const int fds[2], size_t limit, ouro_stream **ret_sender, ouro_stream **ret_receiver)
{
    CHECK_INT(ouro_open_connection(ret_sender, .fd = fds[0]), 0);
    CHECK_INT(ouro_open_connection(ret_receiver, .fd = fds[1], .limit = limit), 0);
}

static int end_writing(ouro_stream *stream)
{
    CHECK_INT(ouro_stream_write_eof(stream), 0);
    return 0;
}

__attribute__((unused)) static void close_streams(ouro_stream *sender, ouro_stream *receiver)
{
    CHECK_INT(ouro_stream_close(sender), 0);
    CHECK_INT(ouro_stream_close(receiver), 0);
}

#endif

__attribute__((unused)) static int write_all(void *arg)
{
    struct transfer *transfer = arg;
    uint8_t chunk[CHUNK_MAX];

    while (transfer->written < transfer->size) {
        size_t size = 1 + (size_t) test_random_below(&transfer->random, CHUNK_MAX);
        int status;

        if (size > transfer->size - transfer->written)
            size = transfer->size - transfer->written;
        for (size_t i = 0; i < size; i++)
            chunk[i] = byte_at(transfer->written + i);
        CHECK_INT(ouro_stream_write(transfer->sender, (ouro_bytes) { chunk, size }), 0);
        transfer->written += size;
        /* The kernel takes most of it at once: without a rest there would be few moments. */
        status = test_random_below(&transfer->random, 2) ? ouro_stream_drain(transfer->sender)
                                                         : ouro_sleep(0);
        if (!was_cancelled(transfer, status))
            CHECK_INT(status, 0);
    }
    return end_writing(transfer->sender);
}

/* Lines and the like that are too long for the limit are no error: those bytes are read plainly. */
static int read_separated(struct transfer *transfer, bool is_line, ouro_bytes *ret_bytes)
{
    int status;

    if (is_line) {
        /* A line over the limit would be dropped. */
        size_t end = transfer->read;

        while (end < transfer->size && byte_at(end) != '\n')
            end++;
        if (end - transfer->read > LIMIT)
            return OURO_ELIMIT;
        return ouro_stream_readline(transfer->receiver, ret_bytes);
    }
    status = ouro_stream_readuntil(transfer->receiver, BYTES("--"), ret_bytes);
    return status == OURO_EINCOMPLETE ? 0 : status;
}

static int read_once(struct transfer *transfer, bool *ret_ended)
{
    uint8_t data[CHUNK_MAX];
    ouro_bytes bytes = { NULL, 0 };
    size_t size = 1 + (size_t) test_random_below(&transfer->random, CHUNK_MAX);
    size_t partial = size;
    int status;

    switch (test_random_below(&transfer->random, 5)) {
    case 0:
        status = ouro_stream_read_bytes(transfer->receiver, size, &bytes);
        break;
    case 1:
        status = ouro_stream_readexactly(transfer->receiver, data, size, &partial);
        if (status == OURO_EINCOMPLETE)
            status = 0;
        if (status == 0)
            bytes = (ouro_bytes) { data, partial };
        *ret_ended = status == 0 && partial == 0;
        break;
    case 2:
        status = read_separated(transfer, true, &bytes);
        break;
    case 3:
        status = read_separated(transfer, false, &bytes);
        break;
    default:
        status = OURO_ELIMIT;
        break;
    }
    if (status == OURO_ELIMIT) {
        status = ouro_stream_read(transfer->receiver, data, size);
        if (status >= 0)
            bytes = (ouro_bytes) { data, (size_t) status };
    }
    if (status >= 0) {
        compare(transfer, bytes.data, bytes.size);
        *ret_ended = bytes.size == 0;
    }
    return status;
}

__attribute__((unused)) static int read_everything(void *arg)
{
    struct transfer *transfer = arg;
    bool ended = false;

    while (!ended) {
        int status = read_once(transfer, &ended);

        if (!was_cancelled(transfer, status) && status < 0)
            FAIL("reading at %zu: %s", transfer->read, ouro_errname(status));
    }
    CHECK(ouro_stream_at_eof(transfer->receiver));
    CHECK_INT(transfer->read, transfer->size);
    return 0;
}

/* Cancels one of its tasks, the reader more often; where a protocol stands for one, the other. */
static void cancel_one(struct transfer *transfer)
{
    bool is_writer = transfer->reader == NULL;
    ouro_task *task;

    if (transfer->reader != NULL && transfer->writer != NULL)
        is_writer = test_random_below(&transfer->random, 3) == 0;
    task = is_writer ? transfer->writer : transfer->reader;
    if (task != NULL && ouro_task_cancelling(task) == 0 && ouro_task_cancel(task, NULL))
        transfer->cancels++;
}

/* Cancels at moments of every kind: between dispatch and the tasks, between iterations. */
static void disturb(struct transfer *transfer)
{
    ouro_loop *loop = ouro_get_running_loop();

    switch (test_random_below(&transfer->random, 4)) {
    case 0:
        loop->backend->ops->wait(loop->backend, 0);
        loop->backend->ops->dispatch(loop->backend);
        cancel_one(transfer);
        break;
    case 1:
        cancel_one(transfer);
        break;
    case 2:
        CHECK_INT(ouro_sleep(1e-6), 0);
        cancel_one(transfer);
        break;
    default:
        break;
    }
}

static void join_task(ouro_task *task)
{
    int status;

    if (task == NULL)
        return;
    status = ouro_await(task);
    /* It may be cancelled when all is done. */
    if (status != 0 && status != -ECANCELED)
        FAIL("%s", ouro_errname(status));
    ouro_task_unref(task);
}

#endif
