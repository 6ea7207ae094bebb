/* Cancelling on every backend: it always ends the op, once, and never loses a byte. */
#define _GNU_SOURCE 1

#include "io_probe.h"

#include "base/alloc.h"
#include "harness/random.h"

TEST_BACKENDS(cancelled_receive_leaves_the_bytes)
{
    struct backend *backend = open_default();
    struct probe recv = { 0 };
    int pair[2];

    make_pair(pair);
    start_recv(backend, &recv, pair[0]);
    settle(backend);
    probe_cancel(&recv);
    probe_cancel(&recv); /* twice is once */
    CHECK(backend->ops->has_work(backend));
    CHECK_INT(finish(backend, &recv), -ECANCELED);
    CHECK_INT(recv.calls, 1);
    probe_cancel(&recv); /* an idle op */
    settle(backend);
    CHECK_INT(recv.calls, 1);

    put(pair[1], "kept");
    start_recv(backend, &recv, pair[0]);
    CHECK_INT(finish(backend, &recv), 4);
    CHECK_BYTES(recv.data, 4, "kept", 4);
    close_fd(backend, pair[0]);
    close_fd(backend, pair[1]);
    close_idle(backend);
}

TEST_BACKENDS(op_cancelled_in_the_tick_of_its_submission)
{
    struct backend *backend = open_default();
    struct probe receive = { 0 }, send = { 0 };
    char text[8];
    int pair[2];

    make_pair(pair);
    start_recv(backend, &receive, pair[0]);
    probe_cancel(&receive);
    CHECK_INT(finish(backend, &receive), -ECANCELED);

    start_send(backend, &send, pair[0], "abc", 3);
    probe_cancel(&send);
    int result = finish(backend, &send);

    CHECK(result == -ECANCELED || result == 3);
    CHECK_INT(send.calls, 1);
    CHECK_INT(recv(pair[1], text, sizeof(text), MSG_DONTWAIT), result == 3 ? 3 : -1);
    close_fd(backend, pair[0]);
    close_fd(backend, pair[1]);
    close_idle(backend);
}

/* Data and cancel race at every distance: what the op does not bring is still in the socket. */
TEST_BACKENDS(cancel_that_meets_data_loses_nothing)
{
    struct backend *backend = open_default();

    for (int i = 0; i < 48; i++) {
        struct probe recv = { 0 };
        uint8_t buffer[16];
        int pair[2];

        if (i & 1)
            make_pair(pair);
        else
            make_tcp_pair(pair);
        if (i & 2)
            start_recv(backend, &recv, pair[0]);
        else
            start_recv_into(backend, &recv, pair[0], buffer, sizeof(buffer));
        if (i & 4)
            settle(backend);
        put(pair[1], "data");
        if (i & 8)
            CHECK_INT(backend->ops->wait(backend, 0), 0); /* found, and not yet delivered */
        probe_cancel(&recv);
        if (i & 16)
            put(pair[1], "more");

        int result = finish(backend, &recv);

        CHECK_INT(recv.calls, 1);
        size_t len = result > 0 ? (size_t) result : 0;

        CHECK(result > 0 || result == -ECANCELED);
        if (len > 0)
            CHECK_BYTES(recv.data, len, "datamore", len);
        while (len < (i & 16 ? 8U : 4U)) {
            struct probe rest = { .op.known_empty = recv.op.known_empty };

            start_recv(backend, &rest, pair[0]);
            result = finish(backend, &rest);
            CHECK(result > 0);
            CHECK_BYTES(rest.data, (size_t) result, &"datamore"[len], (size_t) result);
            len += (size_t) result;
        }
        close_fd(backend, pair[0]);
        close_fd(backend, pair[1]);
    }
    close_idle(backend);
}

/* A send that is cancelled half-way tells how much is gone, exactly. */
TEST_BACKENDS(cancelled_send_tells_how_much_was_sent)
{
    enum { SIZE = 8 << 20 };
    struct backend *backend = open_default();
    struct probe send = { 0 }, behind = { 0 };
    uint8_t *data = ouro__alloc_zero(SIZE);
    int got = 0;
    int pair[2];

    make_pair(pair);
    start_send(backend, &send, pair[0], data, SIZE);
    settle(backend);
    CHECK_INT(send.calls, 0);
    probe_cancel(&send);

    int result = finish(backend, &send);

    CHECK(result > 0 && result < SIZE);
    start_send(backend, &behind, pair[0], "end", 3);
    while (got < result + 3) {
        struct probe recv = { 0 };

        start_recv(backend, &recv, pair[1]);
        got += finish(backend, &recv);
        CHECK(recv.op.result > 0);
    }
    CHECK_INT(got, result + 3);
    CHECK_INT(finish(backend, &behind), 3);
    ouro__alloc_free(data);
    close_fd(backend, pair[0]);
    close_fd(backend, pair[1]);
    close_idle(backend);
}

static void cancel_many(unsigned ring_entries)
{
    enum { COUNT = 1000 };
    const struct backend_limits limits = { .ring_entries = ring_entries };
    struct backend *backend = open_with(&limits);
    static struct probe recvs[COUNT];
    int pair[2];

    make_pair(pair);
    for (int i = 0; i < COUNT; i++) {
        recvs[i] = (struct probe) { 0 };
        start_recv(backend, &recvs[i], pair[0]);
    }
    settle(backend);
    CHECK_INT(backend->in_flight, COUNT);
    for (int i = 0; i < COUNT; i++)
        probe_cancel(&recvs[i]);
    for (int i = 0; i < COUNT; i++) {
        CHECK_INT(finish(backend, &recvs[i]), -ECANCELED);
        CHECK_INT(recvs[i].calls, 1);
    }
    put(pair[1], "x");
    start_recv(backend, &recvs[0], pair[0]);
    CHECK_INT(finish(backend, &recvs[0]), 1);
    close_fd(backend, pair[0]);
    close_fd(backend, pair[1]);
    close_idle(backend);
}

TEST_BACKENDS(thousand_cancels_in_a_tiny_ring)
{
    cancel_many(2);
}

TEST_BACKENDS(thousand_cancels_in_a_large_ring)
{
    cancel_many(0);
}

static void cancel_other(struct probe *probe)
{
    probe_cancel(probe->other);
}

/* Both have data; whichever is told first cancels the other one. */
TEST_BACKENDS(callbacks_may_cancel_each_other)
{
    struct backend *backend = open_default();
    struct probe left = { .then = cancel_other }, right = { .then = cancel_other };
    int pair[2];

    left.other = &right;
    right.other = &left;
    left.backend = right.backend = backend;
    make_pair(pair);
    for (int i = 0; i < 10; i++) {
        start_recv(backend, &left, pair[0]);
        start_recv(backend, &right, pair[1]);
        if (i % 2)
            settle(backend);
        put(pair[0], "r");
        put(pair[1], "l");
        int results[] = { finish(backend, &left), finish(backend, &right) };

        CHECK(results[0] == 1 || results[1] == 1);
        for (int k = 0; k < 2; k++) {
            char byte;

            CHECK(results[k] == 1 || results[k] == -ECANCELED);
            CHECK_INT(recv(pair[k], &byte, 1, MSG_DONTWAIT), results[k] == 1 ? -1 : 1);
        }
        CHECK_INT(left.calls, i + 1);
        CHECK_INT(right.calls, i + 1);
    }
    close_fd(backend, pair[0]);
    close_fd(backend, pair[1]);
    close_idle(backend);
}

static void submit_and_cancel_other(struct probe *probe)
{
    start_recv(probe->backend, probe->other, probe->op.fd);
    probe_cancel(probe->other);
}

TEST_BACKENDS(callback_may_submit_and_cancel_at_once)
{
    struct backend *backend = open_default();
    struct probe other = { 0 };
    struct probe recv = { .then = submit_and_cancel_other, .other = &other };
    int pair[2];

    make_pair(pair);
    put(pair[1], "x");
    start_recv(backend, &recv, pair[0]);
    CHECK_INT(finish(backend, &recv), 1);
    CHECK_INT(finish(backend, &other), -ECANCELED);
    CHECK(other.sequence > recv.sequence);
    close_fd(backend, pair[0]);
    close_fd(backend, pair[1]);
    close_idle(backend);
}

/* A connection of the random test: a counter goes in, and must come out without a gap. */
struct flow {
    struct probe recv;
    int pair[2];
    uint8_t sent;
    uint8_t received;
    size_t pending; /* bytes sent and not received */
    uint8_t buffer[100];
};

static void flow_received(struct probe *probe)
{
    struct flow *flow = container_of(probe, struct flow, recv);
    const uint8_t *data = probe->op.buffer.data;

    CHECK(probe->op.result > 0 || probe->op.result == -ECANCELED);
    for (int i = 0; i < probe->op.result; i++)
        CHECK_INT(data[i], flow->received++);
    if (probe->op.result > 0)
        flow->pending -= (size_t) probe->op.result;
}

static void flow_send(struct flow *flow, size_t size)
{
    uint8_t data[200];

    for (size_t i = 0; i < size; i++)
        data[i] = flow->sent++;
    CHECK_INT(send(flow->pair[1], data, size, 0), size);
    flow->pending += size;
}

static void flow_receive(struct backend *backend, struct flow *flow, bool is_lent)
{
    if (flow->recv.backend && !flow->recv.is_final)
        return;
    if (is_lent)
        start_recv(backend, &flow->recv, flow->pair[0]);
    else
        start_recv_into(backend, &flow->recv, flow->pair[0], flow->buffer, sizeof(flow->buffer));
}

/* Random receives, cancels, sends and ticks, in small rings and with few buffers. */
TEST_WITH(random_cancels_lose_no_byte, .backends = TEST_URING | TEST_EPOLL, .seconds = 20)
{
    enum { FLOWS = 8, STEPS = 20000 };
    static const struct backend_limits tiny = { .ring_entries = 4,
                                                .buffer_size = 64,
                                                .buffer_count = 4 };
    struct test_random random = { .state = 1 };
    struct backend *backend = open_with(&tiny);
    static struct flow flows[FLOWS];

    for (int i = 0; i < FLOWS; i++) {
        if (i % 2)
            make_pair(flows[i].pair);
        else
            make_tcp_pair(flows[i].pair);
        flows[i].recv.then = flow_received;
    }
    for (int step = 0; step < STEPS; step++) {
        struct flow *flow = &flows[test_random_below(&random, FLOWS)];

        switch (test_random_below(&random, 6)) {
        case 0:
            if (flow->recv.backend)
                probe_cancel(&flow->recv);
            break;
        case 1:
            if (flow->pending < 10000)
                flow_send(flow, 1 + test_random_below(&random, 200));
            break;
        case 2:
            turn(backend, 0);
            break;
        default:
            flow_receive(backend, flow, test_random_below(&random, 2));
        }
    }
    for (int i = 0; i < FLOWS; i++) {
        struct flow *flow = &flows[i];

        while (flow->pending > 0) {
            flow_receive(backend, flow, true);
            (void) finish(backend, &flow->recv);
        }
        if (!flow->recv.is_final) {
            probe_cancel(&flow->recv);
            CHECK_INT(finish(backend, &flow->recv), -ECANCELED);
        }
        close_fd(backend, flow->pair[0]);
        close_fd(backend, flow->pair[1]);
    }
    close_idle(backend);
}
