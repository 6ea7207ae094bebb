/* What the scenarios of transports share; transport_scenario.py is the same for the Python half.
 *
 * They run on the kernel's sockets and in real time. Nothing in them depends on how fast that is:
 * one thing happens at a time, and a task waits for what a protocol is told.
 */
#ifndef OURO_TESTS_ORACLE_TRANSPORT_SCENARIO_H
#define OURO_TESTS_ORACLE_TRANSPORT_SCENARIO_H

#define _GNU_SOURCE 1
#define SCENARIO_BACKEND NULL

#include "stream_scenario.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    MUCH = 1 << 20,      /* bytes that no socket takes at once */
    RECORDERS = 16,      /* that are alive at once */
    BUFFER_SIZE = 16,    /* the largest of a protocol's own */
    LOOKS_MAX = 1000000, /* at what does not come */
};

enum event { MADE, DATA, END, LOST, PAUSE, RESUME, GET_BUFFER, UPDATED, EVENTS };

struct recorder;
typedef int hook(struct recorder *recorder);

/* A protocol that says what it is told. Hooks are called after that. */
struct recorder {
    ouro_protocol protocol;
    const char *name;
    hook *hooks[EVENTS];
    unsigned counts[EVENTS]; /* of events that nobody has waited for */
    ouro_future *waits[EVENTS];
    ouro_transport *transport; /* a reference, from connection_made on */
    ouro_stream *stream;       /* instead of a transport, where the recorder stands for the peer */
    int peer;
    bool is_lost;
    size_t buffer_size;
    char buffer[BUFFER_SIZE];
};

static struct recorder recorders[RECORDERS];
static unsigned recorder_next;

static inline struct recorder *recorder_of(ouro_protocol *protocol)
{
    return (struct recorder *) protocol;
}

static inline int happens(struct recorder *recorder, enum event event, const char *what)
{
    static const char *const names[EVENTS] = { "made",  "data",   "eof",        "lost",
                                               "pause", "resume", "get_buffer", "updated" };
    ouro_future *waiter = recorder->waits[event];

    if (event != GET_BUFFER) { /* how often it is called is nobody's business */
        trace("%s %s%s%s", recorder->name, names[event], *what ? " " : "", what);
    }
    recorder->counts[event]++;
    recorder->waits[event] = NULL;
    if (waiter) {
        set_result(waiter);
        ouro_future_unref(waiter);
    }
    return recorder->hooks[event] ? recorder->hooks[event](recorder) : 0;
}

/* Waits for an event; one that has come already, and was not waited for, counts. */
static inline int wait_event(struct recorder *recorder, enum event event)
{
    if (recorder->counts[event] == 0) {
        ouro_future *waiter = ouro_create_future();

        recorder->waits[event] = ouro_future_ref(waiter);
        OURO_TRY(join(waiter));
    }
    recorder->counts[event]--;
    return 0;
}

static int recorder_made(ouro_protocol *protocol, ouro_transport *transport)
{
    recorder_of(protocol)->transport = ouro_transport_ref(transport);
    return happens(recorder_of(protocol), MADE, "");
}

static void recorder_lost(ouro_protocol *protocol, int status)
{
    recorder_of(protocol)->is_lost = true;
    happens(recorder_of(protocol), LOST, show_net(status));
}

static int recorder_received(ouro_protocol *protocol, ouro_bytes data)
{
    return happens(recorder_of(protocol), DATA, quote(data));
}

static int recorder_ended(ouro_protocol *protocol)
{
    return happens(recorder_of(protocol), END, "");
}

static void recorder_paused(ouro_protocol *protocol)
{
    happens(recorder_of(protocol), PAUSE, "");
}

static void recorder_resumed(ouro_protocol *protocol)
{
    happens(recorder_of(protocol), RESUME, "");
}

static int recorder_get_buffer(ouro_protocol *protocol, size_t hint, void **ret_buffer,
                               size_t *ret_size)
{
    struct recorder *recorder = recorder_of(protocol);

    (void) hint;
    *ret_buffer = recorder->buffer;
    *ret_size = recorder->buffer_size;
    return happens(recorder, GET_BUFFER, "");
}

static int recorder_updated(ouro_protocol *protocol, size_t count)
{
    struct recorder *recorder = recorder_of(protocol);

    return happens(recorder, UPDATED,
                   quote((ouro_bytes) { (const uint8_t *) recorder->buffer, count }));
}

static const ouro_protocol_callbacks recorder_callbacks = {
    .connection_made = recorder_made,
    .connection_lost = recorder_lost,
    .data_received = recorder_received,
    .eof_received = recorder_ended,
    .pause_writing = recorder_paused,
    .resume_writing = recorder_resumed,
};

static const ouro_protocol_callbacks buffered_recorder_callbacks = {
    .connection_made = recorder_made,
    .connection_lost = recorder_lost,
    .get_buffer = recorder_get_buffer,
    .buffer_updated = recorder_updated,
    .eof_received = recorder_ended,
    .pause_writing = recorder_paused,
    .resume_writing = recorder_resumed,
};

/* They lie outside of all frames: a fault may end a case before its connections. */
static inline struct recorder *new_recorder(const char *name)
{
    struct recorder *recorder = &recorders[recorder_next++ % RECORDERS];

    *recorder = (struct recorder) {
        .protocol.callbacks = &recorder_callbacks,
        .name = name,
        .peer = -1,
    };
    return recorder;
}

/* The same with a buffer of so many bytes. */
static inline struct recorder *new_buffered_recorder(const char *name, size_t size)
{
    struct recorder *recorder = new_recorder(name);

    recorder->protocol.callbacks = &buffered_recorder_callbacks;
    recorder->buffer_size = size;
    return recorder;
}

/* The other end of the connection, which is a socket without a protocol. */

static inline void put(struct recorder *recorder, const char *string)
{
    (void) !send(recorder->peer, string, strlen(string), MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* Reads so many bytes, or less at the end. Returns how many; `data` may be NULL. */
static inline int peer_reads(struct recorder *recorder, char *data, size_t size)
{
    static char scratch[1 << 16];
    size_t count = 0;

    for (int looks = 0; count < size && looks < LOOKS_MAX; looks++) {
        size_t room = data || size - count < sizeof scratch ? size - count : sizeof scratch;
        ssize_t len = recv(recorder->peer, data ? data + count : scratch, room, MSG_DONTWAIT);

        if (len == 0 || (len < 0 && errno != EAGAIN)) {
            break;
        }
        if (len > 0) {
            count += (size_t) len;
        } else {
            OURO_TRY(ouro_sleep(1e-6));
        }
    }
    return (int) count;
}

static inline const char *peer_gets(struct recorder *recorder, size_t size)
{
    char data[READ_MAX];
    int count = peer_reads(recorder, data, size);

    return count < 0 ? show(count) : quote((ouro_bytes) { (uint8_t *) data, (size_t) count });
}

/* Reads so many bytes, and waits until somebody is told what comes of it. */
static inline int peer_drains(struct recorder *recorder, size_t size, struct recorder *told,
                              enum event event)
{
    int count = peer_reads(recorder, NULL, size);

    OURO_TRY(wait_event(told, event));
    trace("%d bytes", count);
    return count < 0 ? count : 0;
}

static inline void peer_close(struct recorder *recorder)
{
    if (recorder->peer >= 0) {
        close(recorder->peer);
    }
    recorder->peer = -1;
}

static inline int transport_write(struct recorder *recorder, const char *string)
{
    return ouro_transport_write(recorder->transport, bytes_of(string));
}

/* Writes more than the socket takes. */
static inline int write_much(ouro_transport *transport)
{
    static const uint8_t much[MUCH];

    return ouro_transport_write(transport, (ouro_bytes) { much, sizeof much });
}

/* Closes both ends. */
static inline int finish(struct recorder *recorder)
{
    ouro_transport_close(recorder->transport);
    if (!recorder->is_lost) {
        OURO_TRY(wait_event(recorder, LOST));
    }
    peer_close(recorder);
    recorder->transport = ouro_transport_unref(recorder->transport);
    return 0;
}

static inline int socket_pair(int *ret_own, int *ret_peer)
{
    int fds[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) < 0) {
        return -errno;
    }
    *ret_own = fds[0];
    *ret_peer = fds[1];
    return 0;
}

/* Puts a protocol on one of two sockets that are connected to each other. */
static inline int open_pair(struct recorder *recorder)
{
    int own = -1;

    OURO_TRY(socket_pair(&own, &recorder->peer));
    int status = ouro_loop_create_connection(ouro_get_running_loop(), &recorder->protocol, NULL,
                                             .fd = own);
    if (status < 0 && !recorder->transport) {
        close(own);
    }
    return status;
}

/* Puts a stream on one of two sockets that are connected to each other; the recorder stands for the
 * other one. */
static inline int open_stream(struct recorder *recorder, size_t limit)
{
    int own = -1;

    OURO_TRY(socket_pair(&own, &recorder->peer));
    int status = ouro_open_connection(&recorder->stream, .fd = own, .limit = limit);
    if (status < 0) {
        close(own);
    }
    return status;
}

static inline int close_stream(struct recorder *recorder)
{
    ouro_stream_close_nowait(recorder->stream);
    peer_close(recorder);
    ouro_ignore(ouro_stream_close(recorder->stream));
    recorder->stream = NULL;
    return 0;
}

static struct recorder *server_recorders[RECORDERS];
static unsigned server_recorder_next;

static inline ouro_protocol *next_recorder(void *arg)
{
    (void) arg;
    return &server_recorders[server_recorder_next++]->protocol;
}

/* Makes a server on the loopback. The recorders are its protocols, in the order in which
 * connections come. */
static inline int make_server(ouro_server **ret_server, bool starts, struct recorder **protocols,
                              size_t count)
{
    for (size_t i = 0; i < count; i++) {
        server_recorders[i] = protocols[i];
    }
    server_recorder_next = 0;
    return ouro_loop_create_server(ouro_get_running_loop(), ret_server, next_recorder,
                                   .host = "127.0.0.1", .no_start_serving = !starts);
}

#define new_server(ret_server, starts, ...)                                                        \
    make_server((ret_server), (starts), (struct recorder *[]) { __VA_ARGS__ },                     \
                COUNT(((struct recorder *[]) { __VA_ARGS__ })))

/* Connects from the outside. Returns 0 or -errno. */
static inline int connect_peer(struct recorder *recorder, int port)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                   .sin_port = htons((uint16_t) port) };

    recorder->peer = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(recorder->peer, (struct sockaddr *) &address, sizeof(address)) < 0) {
        return -errno;
    }
    return 0;
}

/* Lets everything be told that has happened. */
static inline int settle(void)
{
    for (int i = 0; i < 8; i++) {
        OURO_TRY(ouro_sleep(1e-6));
    }
    return 0;
}

static inline void trace_report(ouro_loop *loop, const ouro_exception_context *context, void *arg)
{
    bool is_fatal = strncmp(context->message, "Fatal", 5) == 0;

    (void) loop;
    (void) arg;
    trace("handler: %s%s%s%s%s", show_net(context->status), is_fatal ? " " : "",
          is_fatal ? context->message : "", is_fatal && context->transport ? " transport" : "",
          is_fatal && context->protocol ? " protocol" : "");
}

static inline void set_handler(void)
{
    ouro_loop_set_exception_handler(ouro_get_running_loop(), trace_report, NULL);
}

#endif
