/* W6, the limit by completions: a raw io_uring echo server with multishot accept, multishot recv
 * into provided buffers, and a send for each that gives the buffer back.
 *
 * Usage: w6_echo_uring. Prints port=N and serves until it is killed.
 *
 * Expected: one enter for all requests that wait saves two system calls a request (0.2 to 0.4 us)
 * and pays them back in part for the poll wake-up of each recv: 0.95 of raw epoll.
 */
#include "limit/ring.h"

#include <stdbool.h>

#define BUFFER_COUNT 1024
#define BUFFER_BYTES 32768u
#define TAG_ACCEPT 0u
#define TAG_RECV 1u
#define TAG_SEND 2u
#define TAG_MASK 3u

typedef struct echo_piece {
    int32_t len;
    uint16_t id;
    uint16_t next; /* the piece received after it */
} echo_piece;

/* Pieces leave in the order in which they came, one send at a time: two sends of one socket could
 * overtake each other when the first one finds it full. */
typedef struct echo_connection {
    int fd;
    bool closing;   /* no recv is armed and none will be */
    uint16_t count; /* pieces that wait, the one being sent first */
    uint16_t first;
    uint16_t last;
} echo_connection;

static limit_ring server_ring;
static buffer_ring buffers;
static echo_piece pieces[BUFFER_COUNT]; /* by the id of the buffer */
static echo_connection **starved;       /* connections whose recv ended for want of buffers */
static size_t starved_count;
static size_t starved_capacity;

static void arm_accept(int listener)
{
    struct io_uring_sqe *entry = ring_entry(&server_ring);
    entry->opcode = IORING_OP_ACCEPT;
    entry->fd = listener;
    entry->ioprio = IORING_ACCEPT_MULTISHOT;
    entry->user_data = TAG_ACCEPT;
}

static void arm_recv(echo_connection *connection)
{
    struct io_uring_sqe *entry = ring_entry(&server_ring);
    entry->opcode = IORING_OP_RECV;
    entry->fd = connection->fd;
    entry->flags = IOSQE_BUFFER_SELECT;
    entry->ioprio = IORING_RECV_MULTISHOT;
    entry->buf_group = 0;
    entry->user_data = (uint64_t) (uintptr_t) connection | TAG_RECV;
}

static void start_send(echo_connection *connection)
{
    echo_piece *piece = &pieces[connection->first];
    struct io_uring_sqe *entry = ring_entry(&server_ring);
    entry->opcode = IORING_OP_SEND;
    entry->fd = connection->fd;
    entry->addr = (uint64_t) (uintptr_t) (buffers.memory + (size_t) piece->id * BUFFER_BYTES);
    entry->len = (uint32_t) piece->len;
    entry->msg_flags = MSG_WAITALL | MSG_NOSIGNAL;
    entry->user_data = (uint64_t) (uintptr_t) connection | TAG_SEND;
}

static void close_if_idle(echo_connection *connection)
{
    if (connection->closing && connection->count == 0) {
        close(connection->fd);
        free(connection);
    }
}

static void on_accept(const struct io_uring_cqe *completion, int listener)
{
    if ((completion->flags & IORING_CQE_F_MORE) == 0)
        arm_accept(listener);
    if (completion->res < 0)
        return;
    echo_connection *connection = calloc(1, sizeof *connection);
    if (connection == NULL)
        bench_fail("calloc failed");
    connection->fd = completion->res;
    arm_recv(connection);
}

static void remember_starved(echo_connection *connection)
{
    if (starved_count == starved_capacity) {
        starved_capacity = starved_capacity ? starved_capacity * 2 : 64;
        starved = realloc(starved, starved_capacity * sizeof(*starved));
        if (starved == NULL)
            bench_fail("realloc failed");
    }
    starved[starved_count++] = connection;
}

static void on_recv(const struct io_uring_cqe *completion, echo_connection *connection)
{
    if (completion->res > 0) {
        uint16_t id = (uint16_t) (completion->flags >> IORING_CQE_BUFFER_SHIFT);
        pieces[id] = (echo_piece) { .len = completion->res, .id = id };
        if (connection->count++ == 0) {
            connection->first = connection->last = id;
            start_send(connection);
        } else {
            pieces[connection->last].next = id;
            connection->last = id;
        }
    }
    if ((completion->flags & IORING_CQE_F_MORE) != 0)
        return;
    if (completion->res > 0) {
        arm_recv(connection);
    } else if (completion->res == -ENOBUFS) {
        remember_starved(connection);
    } else {
        connection->closing = true;
        close_if_idle(connection);
    }
}

static void on_send(const struct io_uring_cqe *completion, echo_connection *connection)
{
    echo_piece *piece = &pieces[connection->first];
    bool failed = completion->res != piece->len;
    buffer_ring_give(&buffers, piece->id);
    connection->first = piece->next;
    connection->count--;
    if (failed)
        shutdown(connection->fd, SHUT_RDWR); /* ends the recv, which closes */
    if (connection->count > 0) {
        start_send(connection);
    } else {
        close_if_idle(connection);
    }
}

static void handle(const struct io_uring_cqe *completion, int listener)
{
    uint64_t tag = completion->user_data & TAG_MASK;
    uint64_t address = completion->user_data & ~(uint64_t) TAG_MASK;
    echo_connection *connection = (void *) (uintptr_t) address;
    if (tag == TAG_ACCEPT)
        on_accept(completion, listener);
    if (tag == TAG_RECV)
        on_recv(completion, connection);
    if (tag == TAG_SEND)
        on_send(completion, connection);
}

int main(void)
{
    bench_allow_many_files();
    int listener = bench_listen(0);
    ring_open(&server_ring, 2048);
    buffer_ring_open(&buffers, &server_ring, BUFFER_COUNT, BUFFER_BYTES);
    arm_accept(listener);
    for (;;) {
        ring_enter(&server_ring, 1);
        ring_reap(&server_ring, handle, listener);
        buffer_ring_publish(&buffers);
        while (starved_count > 0)
            arm_recv(starved[--starved_count]);
    }
}
