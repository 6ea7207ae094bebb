/* W6, the limit by completions without multishot: each connection has one buffer of 64 KiB and one
 * operation in flight, a recv or a send.
 *
 * Usage: w6_echo_uring_oneshot. Prints port=N and serves until it is killed.
 *
 * Expected: one submission more for each request than multishot needs, and a poll that is armed
 * anew each time: between multishot and raw epoll.
 */
#include "limit/ring.h"

#define BUFFER_BYTES 65536u
#define SENDING 1u

typedef struct echo_connection {
    int fd;
    int32_t len;
    uint8_t buffer[BUFFER_BYTES];
} echo_connection;

static limit_ring server_ring;

static void start(echo_connection *connection, uint8_t opcode, uint32_t len, uint64_t tag)
{
    struct io_uring_sqe *entry = ring_entry(&server_ring);
    entry->opcode = opcode;
    entry->fd = connection->fd;
    entry->addr = (uint64_t) (uintptr_t) connection->buffer;
    entry->len = len;
    entry->msg_flags = tag == SENDING ? MSG_WAITALL | MSG_NOSIGNAL : 0;
    /* The socket was empty when the last answer left: do not try before the poll says so. */
    if (tag != SENDING)
        entry->ioprio = IORING_RECVSEND_POLL_FIRST;
    entry->user_data = (uint64_t) (uintptr_t) connection | tag;
}

static void arm_accept(int listener)
{
    struct io_uring_sqe *entry = ring_entry(&server_ring);
    entry->opcode = IORING_OP_ACCEPT;
    entry->fd = listener;
    entry->ioprio = IORING_ACCEPT_MULTISHOT;
}

static void on_accept(const struct io_uring_cqe *completion, int listener)
{
    if ((completion->flags & IORING_CQE_F_MORE) == 0)
        arm_accept(listener);
    if (completion->res < 0)
        return;
    /* mmap, so that only the touched part of the buffer is ever resident. */
    echo_connection *connection = mmap(NULL, sizeof *connection, PROT_READ | PROT_WRITE,
                                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (connection == MAP_FAILED)
        bench_fail("mmap failed");
    connection->fd = completion->res;
    start(connection, IORING_OP_RECV, BUFFER_BYTES, 0);
}

static void handle(const struct io_uring_cqe *completion, int listener)
{
    if (completion->user_data == 0) {
        on_accept(completion, listener);
        return;
    }
    uint64_t address = completion->user_data & ~(uint64_t) SENDING;
    echo_connection *connection = (void *) (uintptr_t) address;
    int sending = (completion->user_data & SENDING) != 0;
    if (completion->res <= 0 || (sending && completion->res != connection->len)) {
        close(connection->fd);
        munmap(connection, sizeof *connection);
    } else if (sending) {
        start(connection, IORING_OP_RECV, BUFFER_BYTES, 0);
    } else {
        connection->len = completion->res;
        start(connection, IORING_OP_SEND, (uint32_t) completion->res, SENDING);
    }
}

int main(void)
{
    bench_allow_many_files();
    int listener = bench_listen(0);
    ring_open(&server_ring, 2048);
    arm_accept(listener);
    for (;;) {
        ring_enter(&server_ring, 1);
        ring_reap(&server_ring, handle, listener);
    }
}
