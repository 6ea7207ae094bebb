/* A transfer whose both ends are cancelled again and again: no byte is lost, and none comes twice.
 *
 * The bytes are a sequence that position alone determines. A writer and a reader pass them through
 * a connection by calls picked at random, while a third task cancels one of the two at random
 * moments. Each takes its cancel back and goes on; the reader compares every byte. In a sweep, one
 * of the two is cancelled once, at each moment in turn.
 */
#include "net_transfer.h"

#include "net/stream.h"

#include <fcntl.h>

enum { SWEEP_SIZE = 12000 };

/* What carries the bytes. */
enum carrier { TCP, UNIX, PIPE, MEMORY };

/* A connection between two streams of this loop. */
static void connect_streams(struct transfer *transfer, enum carrier carrier)
{
    int size = 4096;
    int fds[2];

    switch (carrier) {
    case TCP:
        connect_pair(fds);
        break;
    case UNIX:
        CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
        break;
    case PIPE:
        CHECK_INT(pipe2(fds, O_CLOEXEC), 0);
        CHECK(fcntl(fds[1], F_SETPIPE_SZ, size) > 0);
        CHECK_INT(ouro_open_pipe(&transfer->receiver, fds[0], -1, LIMIT), 0);
        CHECK_INT(ouro_open_pipe(&transfer->sender, -1, fds[1], 0), 0);
        break;
    case MEMORY:
        CHECK_INT(ouro_open_memory_pair(&transfer->sender, &transfer->receiver, LIMIT), 0);
        break;
    }
    if (carrier == TCP || carrier == UNIX) {
        CHECK_INT(setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof size), 0);
        open_streams(fds, LIMIT, &transfer->sender, &transfer->receiver);
    }
    CHECK_INT(ouro_stream_set_write_buffer_limits(transfer->sender, 500, 0), 0);
}

static void start(struct transfer *transfer, enum carrier carrier)
{
    connect_streams(transfer, carrier);
    transfer->writer = ouro_create_task(ouro_coro(write_all, transfer));
    transfer->reader = ouro_create_task(ouro_coro(read_everything, transfer));
    CHECK_INT(ouro_sleep(0), 0); /* a task cancelled before its first step never runs */
}

static bool is_over(const struct transfer *transfer)
{
    return ouro_future_done(transfer->reader) && ouro_future_done(transfer->writer);
}

static void finish(struct transfer *transfer)
{
    join_task(transfer->writer);
    join_task(transfer->reader);
    CHECK_INT(transfer->read, transfer->size);
    close_streams(transfer->sender, transfer->receiver);
}

static int disturb_transfers(enum carrier carrier)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct transfer transfer = { .random = { seed }, .size = TRANSFER_SIZE };
        int looks = 0;

        start(&transfer, carrier);
        while (!is_over(&transfer)) {
            disturb(&transfer);
            CHECK_INT(ouro_sleep(0), 0);
            CHECK(++looks < LOOKS_MAX);
        }
        CHECK(transfer.cancels > 10 && transfer.canceled > 10);
        finish(&transfer);
    }
    return 0;
}

/* Cancels one of the two once, in the `moment`-th iteration. Returns false if it was over before.
 */
static bool cancel_at(enum carrier carrier, bool is_writer, int moment)
{
    struct transfer transfer = { .random = { 1 }, .size = SWEEP_SIZE };
    bool is_cancelled = false;
    int looks = 0;

    start(&transfer, carrier);
    while (!is_over(&transfer)) {
        if (looks == moment)
            is_cancelled = ouro_task_cancel(is_writer ? transfer.writer : transfer.reader, NULL);
        CHECK_INT(ouro_sleep(0), 0);
        CHECK(++looks < LOOKS_MAX);
    }
    finish(&transfer);
    return is_cancelled;
}

/* Every iteration of a transfer is a moment for a cancel of whoever is suspended then. */
static int sweep_transfer(enum carrier carrier)
{
    for (int k = 0; k < 2; k++) {
        int moment = 0;

        while (cancel_at(carrier, k == 1, moment))
            moment++;
        CHECK(moment > 10);
    }
    return 0;
}

TEST_NET(disturbed_over_tcp)
{
    return disturb_transfers(TCP);
}

TEST_NET(disturbed_over_unix)
{
    return disturb_transfers(UNIX);
}

TEST_NET(disturbed_over_pipes)
{
    need_plain();
    return disturb_transfers(PIPE);
}

TEST_NET(disturbed_over_memory)
{
    need_plain();
    return disturb_transfers(MEMORY);
}

TEST_NET(cancelled_at_every_moment_over_tcp)
{
    return sweep_transfer(TCP);
}

TEST_NET(cancelled_at_every_moment_over_unix)
{
    return sweep_transfer(UNIX);
}

TEST_NET(cancelled_at_every_moment_over_pipes)
{
    need_plain();
    return sweep_transfer(PIPE);
}

TEST_NET(cancelled_at_every_moment_over_memory)
{
    need_plain();
    return sweep_transfer(MEMORY);
}
