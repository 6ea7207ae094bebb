/* What the raw epoll servers share: one loop, edge-triggered, that accepts connections and hands
 * each event to the connection's program. All of it is inlined into the program.
 */
#ifndef OURO_BENCH_LIMIT_EPOLL_SERVER_H
#define OURO_BENCH_LIMIT_EPOLL_SERVER_H

#include "common/bench.h"

#include <sys/epoll.h>
#include <unistd.h>

#define EVENTS 256

/* Makes the record of a new connection; NULL if there is no memory. */
typedef void *epoll_open(int fd);

/* Serves a connection for which `events` have come. */
typedef void epoll_serve(void *connection, uint32_t events);

static inline void epoll_add(int epoll, int fd, uint32_t events, void *connection)
{
    struct epoll_event event = { .events = events, .data.ptr = connection };
    bench_check(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
}

static inline void epoll_accept_all(int epoll, int listener, uint32_t interest, epoll_open *open)
{
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0)
            return;
        void *connection = open(fd);
        if (connection == NULL)
            bench_fail("calloc failed");
        epoll_add(epoll, fd, interest | EPOLLRDHUP | EPOLLET, connection);
    }
}

/* Announces a port and serves it until the program is killed. `interest` is EPOLLIN, with EPOLLOUT
 * where a connection can have something left to send. */
static inline void epoll_serve_forever(uint32_t interest, epoll_open *open, epoll_serve *serve)
{
    bench_allow_many_files();
    int listener = bench_listen(SOCK_NONBLOCK);
    int epoll = (int) bench_check(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
    epoll_add(epoll, listener, EPOLLIN, NULL);
    for (;;) {
        struct epoll_event events[EVENTS];
        int count = (int) bench_check(epoll_wait(epoll, events, EVENTS, -1), "epoll_wait");
        for (int i = 0; i < count; i++) {
            if (events[i].data.ptr == NULL)
                epoll_accept_all(epoll, listener, interest, open);
            else
                serve(events[i].data.ptr, events[i].events);
        }
    }
}

#endif
