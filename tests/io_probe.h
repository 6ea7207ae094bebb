/* Ops for tests of backends: each notes what it was told, and may act when it is told. */
#ifndef TESTS_IO_PROBE_H
#define TESTS_IO_PROBE_H

#include "harness/test.h"
#include "io/backend.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PROBE_KEEP 64 /* results and bytes that a probe keeps of what it was told */

struct probe {
    struct op op;
    struct backend *backend;
    int calls; /* completions so far */
    int results[PROBE_KEEP];
    bool is_final;            /* no further completions follow */
    int sequence;             /* the place of the last completion among all probes' */
    uint8_t data[PROBE_KEEP]; /* the first bytes of the last RECV */
    void (*then)(struct probe *probe);
    struct probe *other; /* for `then` */
};

/* Completions of all probes; and whether the test is inside dispatch. */
static int probe_sequence;
static bool probe_in_dispatch;

__attribute__((unused)) static void probe_complete(struct op *op)
{
    struct probe *probe = container_of(op, struct probe, op);

    CHECK(probe_in_dispatch);
    CHECK(!probe->is_final);
    CHECK_INT(op->state == OP_IDLE, !op->more);
    if (probe->calls < PROBE_KEEP)
        probe->results[probe->calls] = op->result;
    probe->calls++;
    probe->is_final = !op->more;
    probe->sequence = probe_sequence++;
    if (op->kind == OP_RECV && op->result > 0) {
        size_t size = (size_t) op->result < PROBE_KEEP ? (size_t) op->result : PROBE_KEEP;

        CHECK_INT(op->buffer.size, op->result);
        memcpy(probe->data, op->buffer.data, size);
    }
    if (probe->then)
        probe->then(probe);
}

static inline struct backend *open_with(const struct backend_limits *limits)
{
    struct backend *backend = NULL;
    const char *reason = NULL;
    int status = ouro__backend_open(&backend, test_backend(), limits, &reason);

    if (status < 0)
        FAIL("%s: %s", test_backend(), reason);
    CHECK_STR(backend->ops->name, test_backend());
    return backend;
}

static inline struct backend *open_default(void)
{
    return open_with(NULL);
}

/* Large enough for all that happens at once, in a build with shrunk defaults too. */
__attribute__((unused)) static const struct backend_limits usual = { .ring_entries = 256,
                                                                     .buffer_size = 65536 };

static inline struct backend *open_epoll(void)
{
    struct backend *backend = NULL;
    const char *reason = NULL;

    CHECK_INT(ouro__epoll_open(&backend, &usual, &reason), 0);
    CHECK_STR(backend->ops->name, "epoll");
    return backend;
}

/* Closes a backend that has nothing left to do. */
static inline void close_idle(struct backend *backend)
{
    CHECK_INT(backend->in_flight, 0);
    backend->ops->close(backend);
}

static inline void probe_start(struct backend *backend, struct probe *probe)
{
    int calls = probe->calls;

    probe->backend = backend;
    probe->is_final = false;
    probe->op.complete = probe_complete;
    backend->ops->submit(backend, &probe->op);
    CHECK_INT(probe->calls, calls); /* never called back inside */
}

static inline void probe_cancel(struct probe *probe)
{
    int calls = probe->calls;

    probe->backend->ops->cancel(probe->backend, &probe->op);
    CHECK_INT(probe->calls, calls);
}

static inline void start_recv(struct backend *backend, struct probe *probe, int fd)
{
    probe->op.kind = OP_RECV;
    probe->op.fd = fd;
    probe->op.buffer.data = NULL;
    probe->op.buffer.size = 0;
    probe_start(backend, probe);
}

static inline void start_recv_into(struct backend *backend, struct probe *probe, int fd, void *data,
                                   size_t size)
{
    probe->op.kind = OP_RECV;
    probe->op.fd = fd;
    probe->op.buffer.data = data;
    probe->op.buffer.size = size;
    probe_start(backend, probe);
}

static inline void start_send(struct backend *backend, struct probe *probe, int fd,
                              const void *data, size_t size)
{
    probe->op.kind = OP_SEND;
    probe->op.fd = fd;
    probe->op.buffer.data = (void *) (uintptr_t) data;
    probe->op.buffer.size = size;
    probe_start(backend, probe);
}

static inline void start_accept(struct backend *backend, struct probe *probe, int fd)
{
    probe->op.kind = OP_ACCEPT;
    probe->op.fd = fd;
    probe_start(backend, probe);
}

static inline void start_connect(struct backend *backend, struct probe *probe, int fd,
                                 const struct sockaddr_in *address)
{
    probe->op.kind = OP_CONNECT;
    probe->op.fd = fd;
    probe->op.connect.address = (const struct sockaddr *) (const void *) address;
    probe->op.connect.size = sizeof(*address);
    probe_start(backend, probe);
}

static inline void start_ready(struct backend *backend, struct probe *probe, int fd,
                               enum op_kind kind, bool known_empty)
{
    probe->op.kind = (uint8_t) kind;
    probe->op.fd = fd;
    probe->op.known_empty = known_empty;
    probe_start(backend, probe);
}

static inline void start_poll(struct backend *backend, struct probe *probe, int fd, uint32_t events)
{
    probe->op.kind = OP_POLL;
    probe->op.fd = fd;
    probe->op.events = events;
    probe_start(backend, probe);
}

/* One tick; returns the number of completions. */
static inline int turn(struct backend *backend, int64_t timeout_ns)
{
    int status = backend->ops->wait(backend, timeout_ns);
    int count;

    if (status != -EINTR)
        CHECK_INT(status, 0);
    probe_in_dispatch = true;
    count = backend->ops->dispatch(backend);
    probe_in_dispatch = false;
    return count;
}

/* Ticks until the probe has been told `calls` times. The test's time limit ends what never comes.
 */
static inline void run_until(struct backend *backend, const struct probe *probe, int calls)
{
    while (probe->calls < calls)
        turn(backend, WAIT_FOREVER);
    CHECK_INT(probe->calls, calls);
}

/* The result that a one-shot probe ends with. */
static inline int finish(struct backend *backend, struct probe *probe)
{
    while (!probe->is_final)
        turn(backend, WAIT_FOREVER);
    return probe->op.result;
}

/* Ticks without blocking, often enough for everything that can happen by itself to have happened.
 */
static inline void settle(struct backend *backend)
{
    for (int i = 0; i < 5; i++)
        turn(backend, 0);
}

/* A connected pair of stream sockets. */
static inline void make_pair(int pair[2])
{
    CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
}

/* A listening TCP socket on the loopback, and where it is. */
static inline int make_listener(struct sockaddr_in *ret_address)
{
    socklen_t size = sizeof(*ret_address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    CHECK(fd >= 0);
    memset(ret_address, 0, sizeof(*ret_address));
    ret_address->sin_family = AF_INET;
    ret_address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK_INT(bind(fd, (struct sockaddr *) (void *) ret_address, size), 0);
    CHECK_INT(listen(fd, 1024), 0);
    CHECK_INT(getsockname(fd, (struct sockaddr *) (void *) ret_address, &size), 0);
    return fd;
}

static inline int connect_to(const struct sockaddr_in *address)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    CHECK(fd >= 0);
    CHECK_INT(connect(fd, (const struct sockaddr *) (const void *) address, sizeof(*address)), 0);
    return fd;
}

/* A connected pair of TCP sockets. */
static inline void make_tcp_pair(int pair[2])
{
    struct sockaddr_in address;
    int listener = make_listener(&address);

    pair[0] = connect_to(&address);
    pair[1] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    CHECK(pair[1] >= 0);
    close(listener);
}

static inline void put(int fd, const char *text)
{
    CHECK_INT(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

static inline void close_fd(struct backend *backend, int fd)
{
    backend->ops->close_fd(backend, fd);
}

#endif
