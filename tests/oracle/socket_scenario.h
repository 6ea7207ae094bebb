/* What scenarios of sockets share; socket_scenario.py is the same for the Python half.
 *
 * They run in real time, so that a trace shows what follows from what, and no times.
 */
#ifndef OURO_TESTS_ORACLE_SOCKET_SCENARIO_H
#define OURO_TESTS_ORACLE_SOCKET_SCENARIO_H

#define _GNU_SOURCE 1
#define SCENARIO_BACKEND NULL

#include "scenario.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

static inline ouro_loop *loop(void)
{
    return ouro_get_running_loop();
}

/* Names received bytes, or the error. */
static inline const char *show_bytes(int status, const char *data)
{
    return status < 0 ? show(status) : text("'%.*s'", status, data);
}

/* Names the result of a call that only the system may refuse. */
static inline const char *show_system(int status)
{
    return status < 0 ? ouro_errname(status) : text("%d", status);
}

/* Lets everything happen that can happen by itself. */
static inline int settle(void)
{
    for (int i = 0; i < 8; i++) {
        OURO_TRY(ouro_sleep(1e-6));
    }
    return 0;
}

static inline void must(bool is_so)
{
    if (!is_so) {
        perror("socket");
        exit(1);
    }
}

/* Two connected, non-blocking sockets with little room. */
static inline void stream_pair(int fds[2])
{
    int size = 16384;

    must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) == 0);
    for (int i = 0; i < 2; i++) {
        must(setsockopt(fds[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof size) == 0);
    }
}

/* The same for datagrams, with names: asyncio does not take a peer without one for a peer. */
static inline void datagram_pair(int fds[2])
{
    for (int i = 0; i < 2; i++) {
        struct sockaddr nameless = { .sa_family = AF_UNIX }; /* the kernel chooses one */

        fds[i] = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        must(fds[i] >= 0 && bind(fds[i], &nameless, sizeof nameless.sa_family) == 0);
    }
    for (int i = 0; i < 2; i++) {
        struct sockaddr_storage peer;
        socklen_t size = sizeof peer;

        must(getsockname(fds[!i], (struct sockaddr *) &peer, &size) == 0);
        must(connect(fds[i], (struct sockaddr *) &peer, size) == 0);
    }
}

static inline struct sockaddr_in loopback(int port)
{
    return (struct sockaddr_in) { .sin_family = AF_INET,
                                  .sin_port = htons((uint16_t) port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static inline int bound_socket(int type)
{
    struct sockaddr_in address = loopback(0);
    int fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    must(fd >= 0 && bind(fd, (struct sockaddr *) &address, sizeof address) == 0);
    return fd;
}

static inline struct sockaddr_in name_of(int fd)
{
    struct sockaddr_in address;
    socklen_t size = sizeof address;

    must(getsockname(fd, (struct sockaddr *) &address, &size) == 0);
    return address;
}

static inline int port_of(int fd)
{
    return ntohs(name_of(fd).sin_port);
}

static inline int udp(void)
{
    return bound_socket(SOCK_DGRAM);
}

static inline int tcp(void)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    must(fd >= 0);
    return fd;
}

static inline int listener(void)
{
    int fd = bound_socket(SOCK_STREAM);

    must(listen(fd, 10) == 0);
    return fd;
}

static inline void put(int fd, const char *data)
{
    must(send(fd, data, strlen(data), MSG_NOSIGNAL) == (ssize_t) strlen(data));
}

static inline void close_both(const int fds[2])
{
    close(fds[0]);
    close(fds[1]);
}

static inline ouro_bytes bytes_of(const char *data)
{
    return (ouro_bytes) { (const uint8_t *) data, strlen(data) };
}

/* Sends datagrams until the peer takes no more. Returns how many. */
static inline int fill(int fd)
{
    int count = 0;

    while (send(fd, "f", 1, MSG_DONTWAIT) == 1) {
        count++;
    }
    return count;
}

/* Receives all datagrams that are there but those of `fill`; returns them as a text. */
static inline const char *drain(int fd)
{
    const char *list = "";
    char data[4096];
    ssize_t size;

    while ((size = recv(fd, data, sizeof data, MSG_DONTWAIT)) >= 0) {
        if (size == 1 && data[0] == 'f') {
            continue;
        }
        list = listed(list, size < 20 ? text("%.*s", (int) size, data) : text("%zd bytes", size));
    }
    return *list ? list : "nothing";
}

/* A protocol that says what it is told. */
struct talker {
    ouro_datagram_protocol protocol;
    const char *name;
    ouro_datagram_transport *transport;
};

static inline void talker_say(ouro_datagram_protocol *protocol, const char *what)
{
    trace("%s: %s", ((struct talker *) protocol)->name, what);
}

static inline int talker_made(ouro_datagram_protocol *protocol, ouro_datagram_transport *transport)
{
    ((struct talker *) protocol)->transport = transport;
    talker_say(protocol, "connection_made");
    return 0;
}

static inline void talker_lost(ouro_datagram_protocol *protocol, int status)
{
    talker_say(protocol, text("connection_lost %s", show_plain(status)));
}

static inline void talker_paused(ouro_datagram_protocol *protocol)
{
    talker_say(protocol, "pause_writing");
}

static inline void talker_resumed(ouro_datagram_protocol *protocol)
{
    talker_say(protocol, "resume_writing");
}

static inline int talker_received(ouro_datagram_protocol *protocol, ouro_bytes data,
                                  const struct sockaddr *address, socklen_t address_size)
{
    const char *what = data.size < 20 ? text("%.*s", (int) data.size, (const char *) data.data)
                                      : text("%zu bytes", data.size);

    (void) address;
    (void) address_size;
    talker_say(protocol, text("datagram_received '%s'", what));
    return 0;
}

static inline void talker_failed(ouro_datagram_protocol *protocol, int status)
{
    talker_say(protocol, text("error_received %s", show_plain(status)));
}

static const ouro_datagram_protocol_callbacks talker_callbacks __attribute__((unused)) = {
    .connection_made = talker_made,
    .connection_lost = talker_lost,
    .pause_writing = talker_paused,
    .resume_writing = talker_resumed,
    .datagram_received = talker_received,
    .error_received = talker_failed,
};

#define TALKER(name_)                                                                              \
    {                                                                                              \
        .protocol.callbacks = &talker_callbacks, .name = (name_)                                   \
    }

/* Creates an endpoint. */
#define endpoint(talker_, ...)                                                                     \
    ouro_loop_create_datagram_endpoint(loop(), &(talker_)->protocol, NULL, __VA_ARGS__)

/* Sends without an address. */
static inline int send_text(struct talker *talker, const char *data)
{
    return ouro_datagram_transport_sendto(talker->transport, bytes_of(data), NULL, 0);
}

#endif
