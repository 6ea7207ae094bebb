/* What the raw epoll servers of streams share: one connection at a time, registered once for both
 * directions, edge-triggered; the loop waits only when the socket is full or empty.
 */
#ifndef OURO_BENCH_LIMIT_STREAM_SERVER_H
#define OURO_BENCH_LIMIT_STREAM_SERVER_H

#include "common/stream.h"

#include <stdbool.h>
#include <sys/epoll.h>
#include <unistd.h>

typedef struct stream_peer {
    int fd;
    int epoll;
} stream_peer;

static inline stream_peer stream_accept(int listener)
{
    stream_peer peer = {
        .fd = (int) bench_check(accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC),
                                "accept4"),
        .epoll = (int) bench_check(epoll_create1(EPOLL_CLOEXEC), "epoll_create1"),
    };
    struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLET };
    bench_check(epoll_ctl(peer.epoll, EPOLL_CTL_ADD, peer.fd, &event), "epoll_ctl");
    return peer;
}

static inline void stream_wait(stream_peer peer)
{
    struct epoll_event event;
    bench_check(epoll_wait(peer.epoll, &event, 1, -1), "epoll_wait");
}

static inline void stream_close(stream_peer peer)
{
    close(peer.fd);
    close(peer.epoll);
}

/* Sends some of the `left` bytes that an answer still lacks from `position` on, as send does. */
typedef ssize_t stream_send(int fd, uint64_t position, uint64_t left);

/* Sends what was asked for. Returns false when the connection has ended. */
static inline bool stream_answer(stream_peer peer, stream_send *send_some)
{
    uint64_t bytes;
    ssize_t len;
    while ((len = recv(peer.fd, &bytes, sizeof bytes, 0)) < 0 && errno == EAGAIN)
        stream_wait(peer);
    if (len != sizeof bytes)
        return false;
    for (uint64_t position = 0; position < bytes;) {
        len = send_some(peer.fd, position, bytes - position);
        if (len > 0)
            position += (uint64_t) len;
        else if (len < 0 && errno == EAGAIN)
            stream_wait(peer);
        else
            return false;
    }
    return true;
}

/* Announces a port and serves it until the program is killed. */
static inline void stream_serve_forever(stream_send *send_some)
{
    int listener = bench_listen(0);
    for (;;) {
        stream_peer peer = stream_accept(listener);
        while (stream_answer(peer, send_some))
            continue;
        stream_close(peer);
    }
}

#endif
