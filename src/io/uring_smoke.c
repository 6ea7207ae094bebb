/* A small test of the kernel: one send and one receive through a ring.
 *
 * Sandboxes have been seen that let a ring be made and then break its operations. It is better to
 * learn that here, where epoll can still be chosen, than from a program that hangs.
 */
#include "io/uring.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SMOKE_TIMEOUT_NS 100000000
#define SMOKE_ENTRIES 4

enum { SMOKE_SEND = 1, SMOKE_RECV = 2 };

static const char message[] = "ouro";

/* Sends on one socket and receives on the other. Returns true if both did what they should. */
static bool exchange(struct ring *ring, const int *sockets)
{
    char received[sizeof(message)] = "";

    *ring_next_sqe(ring) = (struct uring_sqe) {
        .opcode = URING_OP_RECV,
        .fd = sockets[0],
        .address = (uint64_t) (uintptr_t) received,
        .len = sizeof(received),
        .user_data = SMOKE_RECV,
    };
    *ring_next_sqe(ring) = (struct uring_sqe) {
        .opcode = URING_OP_SEND,
        .fd = sockets[1],
        .address = (uint64_t) (uintptr_t) message,
        .len = sizeof(message),
        .op_flags = MSG_NOSIGNAL | MSG_WAITALL,
        .user_data = SMOKE_SEND,
    };

    unsigned seen = 0;

    for (int turn = 0; turn < 3 && seen != (SMOKE_SEND | SMOKE_RECV); turn++) {
        ouro__ring_enter(ring, 1, SMOKE_TIMEOUT_NS / 2);
        for (; ring_has_completions(ring); ring_advance(ring)) {
            const struct uring_cqe *cqe = ring_peek(ring);

            if (cqe->result == sizeof(message))
                seen |= (unsigned) cqe->user_data;
        }
    }
    return seen == (SMOKE_SEND | SMOKE_RECV) && memcmp(received, message, sizeof(message)) == 0;
}

static int run(const char **ret_reason)
{
    struct ring ring;
    int sockets[2];
    int status = ouro__ring_open(&ring, SMOKE_ENTRIES, RING_FLAGS_OPTIONAL, ret_reason);

    if (status < 0)
        return status;
    *ret_reason = "io_uring: no sockets for the test of the ring";
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) < 0) {
        status = -errno;
        ouro__ring_close(&ring, false);
        return status;
    }
    *ret_reason = "io_uring: the ring cannot be enabled";
    status = ouro__ring_enable(&ring);
    if (status == 0 && !exchange(&ring, sockets)) {
        *ret_reason = "io_uring: a send and a receive through the ring failed";
        status = -EIO;
    }
    ouro__ring_close(&ring, true);
    close(sockets[0]);
    close(sockets[1]);
    return status;
}

int ouro__uring_smoke_test(const char **ret_reason)
{
    static atomic_bool passed;

    /* Only success is remembered: a failure may be for want of descriptors. */
    if (atomic_load_explicit(&passed, memory_order_relaxed))
        return 0;

    int status = run(ret_reason);

    if (status == 0)
        atomic_store_explicit(&passed, true, memory_order_relaxed);
    return status;
}
