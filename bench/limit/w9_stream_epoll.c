/* W9, the limit: a raw epoll server that sends as many bytes as it is asked for, 64 KiB a call.
 *
 * Usage: w9_stream_epoll. Prints port=N and serves one connection at a time until it is killed.
 *
 * Expected: the kernel's copy, 64 KiB in 8 to 12 us, and a call per 64 KiB: 140 to 200 ms a GiB.
 */
#include "common/bench.h"

#include <stdbool.h>
#include <sys/epoll.h>
#include <unistd.h>

#define CHUNK_BYTES 65536u

static uint8_t chunk[CHUNK_BYTES];

static void wait_for(int epoll)
{
    struct epoll_event event;
    bench_check(epoll_wait(epoll, &event, 1, -1), "epoll_wait");
}

/* Sends what was asked for. Returns false when the connection has ended. */
static bool answer(int epoll, int fd)
{
    uint64_t bytes;
    ssize_t len;
    while ((len = recv(fd, &bytes, sizeof bytes, 0)) < 0 && errno == EAGAIN)
        wait_for(epoll);
    if (len != sizeof bytes)
        return false;
    size_t sent = 0; /* of the chunk */
    while (bytes > 0) {
        size_t size = bytes < CHUNK_BYTES - sent ? (size_t) bytes : CHUNK_BYTES - sent;
        len = send(fd, chunk + sent, size, MSG_NOSIGNAL);
        if (len < 0 && errno != EAGAIN)
            return false;
        if (len < 0) {
            wait_for(epoll);
            continue;
        }
        bytes -= (uint64_t) len;
        sent = (sent + (size_t) len) % CHUNK_BYTES;
    }
    return true;
}

int main(void)
{
    int listener = bench_listen(0);
    for (;;) {
        int fd = (int) bench_check(accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC),
                                   "accept4");
        int epoll = (int) bench_check(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
        struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLET };
        bench_check(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
        while (answer(epoll, fd))
            continue;
        close(fd);
        close(epoll);
    }
}
