/* Datagram transports: what protocols are told, and when. */
#include "net_probe.h"

#include <stdio.h>
#include <stdlib.h>

#define LOG_SIZE 512

/* Notes what it is told, in words. */
struct probe {
    ouro_datagram_protocol protocol;
    ouro_datagram_transport *transport;
    char log[LOG_SIZE];
    int fails;       /* what made and received return */
    bool echoes;     /* sends back what it is sent */
    bool says_soon;  /* logs "soon" in a callback of the loop after each datagram */
    bool closes;     /* at the first datagram */
    bool is_own;     /* frees itself at the end */
    int last_status; /* of error_received */
};

static void note(struct probe *self, const char *word)
{
    size_t len = strlen(self->log);

    snprintf(self->log + len, LOG_SIZE - len, "%s%s", len > 0 ? " " : "", word);
}

static struct probe *probe_of(ouro_datagram_protocol *protocol)
{
    return (struct probe *) protocol;
}

static int made(ouro_datagram_protocol *protocol, ouro_datagram_transport *transport)
{
    struct probe *self = probe_of(protocol);

    CHECK(ouro_current_task() == NULL);
    self->transport = transport;
    note(self, "made");
    if (self->fails != 0) /* a detail that has nothing to do with it */
        CHECK_INT(ouro_datagram_transport_set_protocol(NULL, NULL), -EINVAL);
    return self->fails;
}

static void lost(ouro_datagram_protocol *protocol, int status)
{
    struct probe *self = probe_of(protocol);

    CHECK_INT(status, 0);
    note(self, "lost");
    if (self->is_own)
        free(self);
}

static void paused(ouro_datagram_protocol *protocol)
{
    note(probe_of(protocol), "pause");
}

static void resumed(ouro_datagram_protocol *protocol)
{
    note(probe_of(protocol), "resume");
}

static void say_soon(void *arg)
{
    note(arg, "soon");
}

static int received(ouro_datagram_protocol *protocol, ouro_bytes data,
                    const struct sockaddr *address, socklen_t address_size)
{
    struct probe *self = probe_of(protocol);
    char word[32];

    CHECK(ouro_current_task() == NULL);
    snprintf(word, sizeof word, "'%.*s'", (int) data.size, (const char *) data.data);
    note(self, word);
    if (self->echoes)
        CHECK_INT(ouro_datagram_transport_sendto(self->transport, data, address, address_size), 0);
    if (self->says_soon)
        ouro_loop_call_soon(ouro_get_running_loop(), say_soon, self);
    if (self->closes)
        ouro_datagram_transport_close(self->transport);
    return self->fails;
}

static void failed(ouro_datagram_protocol *protocol, int status)
{
    struct probe *self = probe_of(protocol);

    self->last_status = status;
    CHECK_INT(ouro_error_detail()->status, status);
    note(self, "error");
}

static const ouro_datagram_protocol_callbacks callbacks = {
    .connection_made = made,
    .connection_lost = lost,
    .pause_writing = paused,
    .resume_writing = resumed,
    .datagram_received = received,
    .error_received = failed,
};

#define PROBE(...)                                                                                 \
    {                                                                                              \
        .protocol.callbacks = &callbacks, __VA_ARGS__                                              \
    }

static ouro_loop *loop(void)
{
    return ouro_get_running_loop();
}

static int port_of(const ouro_datagram_transport *transport)
{
    struct sockaddr_in address;
    const void *name = ouro_datagram_transport_get_extra_info(transport, "sockname");

    CHECK(name != NULL);
    memcpy(&address, name, sizeof address);
    CHECK_INT(address.sin_family, AF_INET);
    return ntohs(address.sin_port);
}

static void expect_log(struct probe *probe, const char *text)
{
    for (int i = 0; i < 100 && strcmp(probe->log, text) != 0; i++)
        settle();
    CHECK_STR(probe->log, text);
}

static void close_and_wait(struct probe *probe)
{
    size_t len = strlen(probe->log);

    ouro_datagram_transport_close(probe->transport);
    CHECK_INT(strlen(probe->log), len); /* never inside the call */
    ouro_datagram_transport_close(probe->transport);
    for (int i = 0; i < 100 && strstr(probe->log + len, "lost") == NULL; i++)
        settle();
    CHECK(strstr(probe->log + len, "lost") != NULL);
}

/* A transport over one end of a pair of local sockets, and the other end. */
static int open_over_pair(struct probe *probe)
{
    int fds[2];

    CHECK_INT(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, fds), 0);
    CHECK_INT(ouro_loop_create_datagram_endpoint(loop(), &probe->protocol, NULL, .fd = fds[0]), 0);
    CHECK_STR(probe->log, "made");
    return fds[1];
}

TEST_NET(tells_of_datagrams_in_both_directions)
{
    struct probe server = PROBE(.echoes = true);
    struct probe client = PROBE();
    ouro_datagram_transport *transport = NULL;

    CHECK_INT(ouro_loop_create_datagram_endpoint(loop(), &server.protocol, &transport,
                                                 .local_host = "127.0.0.1"),
              0);
    CHECK_STR(server.log, "made");
    CHECK_PTR(server.transport, transport);
    CHECK_INT(ouro_loop_create_datagram_endpoint(loop(), &client.protocol, NULL,
                                                 .remote_host = "127.0.0.1",
                                                 .remote_port = port_of(transport)),
              0);
    CHECK_INT(ouro_datagram_transport_sendto(client.transport, OURO_BYTES("one"), NULL, 0), 0);
    CHECK_INT(ouro_datagram_transport_sendto(client.transport, OURO_BYTES(""), NULL, 0), 0);
    expect_log(&client, "made 'one' ''");
    expect_log(&server, "made 'one' ''");
    close_and_wait(&server);
    close_and_wait(&client);
    CHECK_STR(client.log, "made 'one' '' lost");
    return 0;
}

/* Each in an iteration of its own, also those that were received at once. */
TEST_NET(one_datagram_is_told_in_an_iteration)
{
    struct probe probe = PROBE(.says_soon = true);
    int peer = open_over_pair(&probe);

    settle();
    for (int i = 0; i < 6; i++)
        put(peer, (char[]) { (char) ('a' + i), '\0' });
    expect_log(&probe, "made 'a' soon 'b' soon 'c' soon 'd' soon 'e' soon 'f' soon");
    for (int i = 0; i < 3; i++)
        put(peer, "x");
    probe.closes = true; /* what comes after the close is not told */
    expect_log(&probe, "made 'a' soon 'b' soon 'c' soon 'd' soon 'e' soon 'f' soon 'x' soon lost");
    close(peer);
    return 0;
}

TEST_NET(errors_of_the_network_are_told_and_not_fatal)
{
    struct probe server = PROBE(), client = PROBE();
    ouro_datagram *later;
    int port;

    CHECK_INT(ouro_loop_create_datagram_endpoint(loop(), &server.protocol, NULL,
                                                 .local_host = "127.0.0.1"),
              0);
    port = port_of(server.transport);
    CHECK_INT(ouro_loop_create_datagram_endpoint(loop(), &client.protocol, NULL,
                                                 .remote_host = "127.0.0.1", .remote_port = port),
              0);
    close_and_wait(&server);
    CHECK_INT(ouro_datagram_transport_sendto(client.transport, OURO_BYTES("x"), NULL, 0), 0);
    expect_log(&client, "made error");
    CHECK_INT(client.last_status, -ECONNREFUSED);
    /* The second one meets the answer to the first, inside the call. */
    CHECK_INT(ouro_datagram_transport_sendto(client.transport, OURO_BYTES("x"), NULL, 0), 0);
    CHECK_INT(ouro_datagram_transport_sendto(client.transport, OURO_BYTES("x"), NULL, 0), 0);
    CHECK_STR(client.log, "made error error");
    CHECK_INT(ouro_open_datagram(&later, .local_host = "127.0.0.1", .local_port = port), 0);
    CHECK_INT(ouro_datagram_transport_sendto(client.transport, OURO_BYTES("again"), NULL, 0), 0);

    char data[8];

    CHECK_INT(ouro_datagram_recv(later, data, sizeof data), 5);
    ouro_datagram_close(later);
    close_and_wait(&client);
    return 0;
}

/* Fills the peer's queue, past the transport. Returns how many went in. */
static int fill(struct probe *probe)
{
    const int *fd = ouro_datagram_transport_get_extra_info(probe->transport, "socket");
    int count = 0;

    while (send(*fd, "f", 1, MSG_DONTWAIT) > 0)
        count++;
    return count;
}

static void expect_datagrams(int fd, int count, const char *text)
{
    char data[64];

    for (int i = 0; i < count; i++) {
        CHECK_INT(recv(fd, data, sizeof data, MSG_DONTWAIT), strlen(text));
        CHECK_BYTES(data, strlen(text), text, strlen(text));
    }
}

static void expect_nothing(int fd)
{
    char data[64];

    CHECK_INT(recv(fd, data, sizeof data, MSG_DONTWAIT), -1);
    CHECK_INT(errno, EAGAIN);
}

TEST_NET(what_cannot_be_sent_is_queued_between_marks)
{
    struct probe probe = PROBE();
    int peer = open_over_pair(&probe);
    ouro_datagram_transport *transport = probe.transport;
    int full = fill(&probe);
    size_t low, high;

    ouro_datagram_transport_get_write_buffer_limits(transport, &low, &high);
    CHECK_INT(high, 64 << 10);
    CHECK_INT(low, 16 << 10);
    CHECK_INT(ouro_datagram_transport_set_write_buffer_limits(transport, 10, 20), -EINVAL);
    CHECK_INT(ouro_datagram_transport_set_write_buffer_limits(transport, 24, 0), 0);
    ouro_datagram_transport_get_write_buffer_limits(transport, &low, &high);
    CHECK_INT(low, 6);
    for (int i = 0; i < 3; i++) {
        CHECK_INT(ouro_datagram_transport_sendto(transport, OURO_BYTES("data"), NULL, 0), 0);
        CHECK_INT(ouro_datagram_transport_get_write_buffer_size(transport), (i + 1) * 12);
    }
    CHECK_STR(probe.log, "made pause"); /* strictly above the mark */
    settle();
    CHECK_STR(probe.log, "made pause");
    expect_datagrams(peer, full, "f");
    expect_log(&probe, "made pause resume");
    CHECK_INT(ouro_datagram_transport_get_write_buffer_size(transport), 0);
    expect_datagrams(peer, 3, "data");

    /* With a mark of 0, writing pauses whenever anything is queued. */
    CHECK_INT(ouro_datagram_transport_set_write_buffer_limits(transport, 0, 0), 0);
    full = fill(&probe);
    CHECK_INT(ouro_datagram_transport_sendto(transport, OURO_BYTES(""), NULL, 0), 0);
    CHECK_STR(probe.log, "made pause resume pause");
    expect_datagrams(peer, full, "f");
    expect_log(&probe, "made pause resume pause resume");
    expect_datagrams(peer, 1, "");
    expect_nothing(peer);
    close_and_wait(&probe);
    close(peer);
    return 0;
}

TEST_NET(a_close_sends_what_is_queued_and_an_abort_does_not)
{
    for (int i = 0; i < 2; i++) {
        struct probe probe = PROBE();
        int peer = open_over_pair(&probe);
        int full = fill(&probe);

        CHECK_INT(ouro_datagram_transport_sendto(probe.transport, OURO_BYTES("data"), NULL, 0), 0);
        ouro_datagram_transport_close(probe.transport);
        CHECK(ouro_datagram_transport_is_closing(probe.transport));
        CHECK_INT(ouro_datagram_transport_sendto(probe.transport, OURO_BYTES("x"), NULL, 0),
                  OURO_ECLOSED);
        put(peer, "not told any more");
        settle();
        CHECK_STR(probe.log, "made");
        if (i) {
            ouro_datagram_transport_abort(probe.transport);
            CHECK_STR(probe.log, "made");
            expect_log(&probe, "made lost");
        }
        expect_datagrams(peer, full, "f");
        expect_log(&probe, "made lost");
        if (!i)
            expect_datagrams(peer, 1, "data");
        CHECK_INT(recv(peer, &full, 1, MSG_DONTWAIT), -1);
        close(peer);
    }
    return 0;
}

/* An error of a queued datagram is told, and those behind it are sent. */
TEST_NET(a_queued_datagram_that_fails_does_not_stop_the_others)
{
    struct probe probe = PROBE();
    struct sockaddr_storage nowhere = { .ss_family = AF_UNIX };
    struct sockaddr_storage there;
    socklen_t size = sizeof there;
    int peer = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    char path[] = "@ouro_transport_test_xxxxxxxxxxxx";
    int count = 0;

    snprintf(path, sizeof path, "@ouro_transport_test_%d", (int) getpid());
    nowhere.__ss_padding[1] = 'n';
    CHECK_INT(bind(peer, (struct sockaddr *) &(struct sockaddr_storage) { .ss_family = AF_UNIX },
                   sizeof(sa_family_t)),
              0);
    CHECK_INT(getsockname(peer, (struct sockaddr *) &there, &size), 0);
    CHECK_INT(ouro_loop_create_datagram_endpoint(loop(), &probe.protocol, NULL, .local_path = path),
              0);
    while (ouro_datagram_transport_get_write_buffer_size(probe.transport) == 0) {
        CHECK_INT(ouro_datagram_transport_sendto(probe.transport, OURO_BYTES("f"),
                                                 (struct sockaddr *) &there, size),
                  0);
        count++;
    }
    CHECK_INT(ouro_datagram_transport_sendto(probe.transport, OURO_BYTES("x"),
                                             (struct sockaddr *) &nowhere, 4),
              0);
    CHECK_INT(ouro_datagram_transport_sendto(probe.transport, OURO_BYTES("last"),
                                             (struct sockaddr *) &there, size),
              0);
    CHECK_STR(probe.log, "made");
    expect_datagrams(peer, count - 1, "f");
    ouro_datagram_transport_close(probe.transport);
    expect_log(&probe, "made error lost");
    CHECK_INT(probe.last_status, -ECONNREFUSED);
    expect_datagrams(peer, 1, "f");
    expect_datagrams(peer, 1, "last");
    close(peer);
    return 0;
}

TEST_NET(addresses_are_checked)
{
    struct probe server = PROBE(), client = PROBE();
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct sockaddr *any = (struct sockaddr *) &address;
    ouro_datagram_transport *transport;

    CHECK_INT(ouro_loop_create_datagram_endpoint(loop(), &server.protocol, &transport,
                                                 .local_host = "127.0.0.1"),
              0);
    CHECK_INT(ouro_datagram_transport_sendto(transport, OURO_BYTES("x"), NULL, 0), -EDESTADDRREQ);
    CHECK_INT(ouro_datagram_transport_sendto(transport, OURO_BYTES("x"), NULL, 16), -EINVAL);
    CHECK_INT(ouro_datagram_transport_sendto(transport, OURO_BYTES("x"), any, 1000), -EINVAL);
    CHECK_INT(ouro_datagram_transport_sendto(NULL, OURO_BYTES("x"), any, sizeof address), -EINVAL);
    CHECK_INT(ouro_datagram_transport_sendto(transport, (ouro_bytes) { NULL, 1 }, any, 16),
              -EINVAL);
    CHECK_INT(ouro_loop_create_datagram_endpoint(loop(), &client.protocol, NULL,
                                                 .remote_host = "127.0.0.1",
                                                 .remote_port = port_of(transport)),
              0);
    address.sin_port = htons((uint16_t) port_of(transport));
    address.sin_zero[0] = 1; /* mere padding */
    CHECK_INT(
        ouro_datagram_transport_sendto(client.transport, OURO_BYTES("x"), any, sizeof address), 0);
    address.sin_port ^= 1;
    CHECK_INT(
        ouro_datagram_transport_sendto(client.transport, OURO_BYTES("y"), any, sizeof address),
        -EINVAL);
    expect_log(&server, "made 'x'");
    close_and_wait(&server);
    close_and_wait(&client);
    return 0;
}

TEST_NET(extra_info_and_protocols)
{
    struct probe probe = PROBE(), other = PROBE();
    ouro_datagram_transport *transport;
    const int *fd;
    int peer = open_over_pair(&probe);

    transport = ouro_datagram_transport_ref(probe.transport);
    CHECK_STR(ouro_datagram_transport_get_extra_info(transport, "transport"), "unix");
    fd = ouro_datagram_transport_get_extra_info(transport, "socket");
    CHECK(fd != NULL && *fd >= 0);
    CHECK(ouro_datagram_transport_get_extra_info(transport, "peername") != NULL);
    CHECK_PTR(ouro_datagram_transport_get_extra_info(transport, "no such thing"), NULL);
    CHECK_PTR(ouro_datagram_transport_get_extra_info(NULL, "socket"), NULL);
    CHECK_PTR(ouro_datagram_transport_get_protocol(transport), &probe.protocol);
    CHECK_INT(ouro_datagram_transport_set_protocol(transport, NULL), -EINVAL);
    CHECK_INT(ouro_datagram_transport_set_protocol(transport, &other.protocol), 0);
    put(peer, "x");
    expect_log(&other, "'x'");
    ouro_datagram_transport_close(transport);
    expect_log(&other, "'x' lost");
    CHECK_STR(probe.log, "made");

    /* After the end, with a reference of one's own. */
    CHECK_PTR(ouro_datagram_transport_get_protocol(transport), NULL);
    CHECK_INT(ouro_datagram_transport_set_protocol(transport, &other.protocol), OURO_ECLOSED);
    CHECK_PTR(ouro_datagram_transport_get_extra_info(transport, "socket"), NULL);
    CHECK(ouro_datagram_transport_get_extra_info(transport, "sockname") != NULL);
    CHECK_INT(ouro_datagram_transport_sendto(transport, OURO_BYTES("x"), NULL, 0), OURO_ECLOSED);
    CHECK_INT(ouro_datagram_transport_set_write_buffer_limits(transport, 0, 0), 0);
    ouro_datagram_transport_close(transport);
    ouro_datagram_transport_abort(transport);
    CHECK_PTR(ouro_datagram_transport_unref(transport), NULL);
    CHECK_PTR(ouro_datagram_transport_unref(NULL), NULL);
    close(peer);
    return 0;
}

TEST_NET(failures_of_callbacks_are_reported_and_not_fatal)
{
    struct probe probe = PROBE(.fails = -EIO);
    struct reports reports = { 0 };
    int peer;

    keep_reports(&reports);
    peer = open_over_pair(&probe);
    CHECK_INT(reports.count, 1);
    CHECK_STR(reports.message, "protocol.connection_made() failed");
    put(peer, "x");
    put(peer, "y");
    expect_log(&probe, "made 'x' 'y'");
    CHECK_INT(reports.count, 3);
    CHECK_INT(reports.status, -EIO);
    CHECK(!reports.has_detail);
    close_and_wait(&probe);
    close(peer);
    return 0;
}

TEST_NET(callbacks_may_be_left_out)
{
    static const ouro_datagram_protocol_callbacks none = { .connection_made = NULL };
    ouro_datagram_protocol protocol = { &none };
    ouro_datagram_transport *transport;
    int fds[2];

    CHECK_INT(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, fds), 0);
    CHECK_INT(ouro_loop_create_datagram_endpoint(loop(), &protocol, &transport, .fd = fds[0]), 0);
    put(fds[1], "x");
    settle();
    close(fds[1]);
    CHECK_INT(ouro_datagram_transport_sendto(transport, OURO_BYTES("x"), NULL, 0), 0);
    CHECK_INT(ouro_datagram_transport_set_write_buffer_limits(transport, 0, 0), 0);
    ouro_datagram_transport_abort(transport);
    settle();
    return 0;
}

/* A protocol may free itself when it is told of the end. */
TEST_NET(a_protocol_may_go_with_its_transport)
{
    struct probe *probe = malloc(sizeof *probe);
    int fds[2];

    CHECK(probe);
    *probe = (struct probe) PROBE(.is_own = true, .closes = true);
    CHECK_INT(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, fds), 0);
    CHECK_INT(ouro_loop_create_datagram_endpoint(loop(), &probe->protocol, NULL, .fd = fds[0]), 0);
    put(fds[1], "x");
    settle();
    close(fds[1]);
    return 0;
}

struct opening {
    struct probe probe;
    int fd;
};

static int open_endpoint(void *arg)
{
    struct opening *self = arg;

    return ouro_loop_create_datagram_endpoint(loop(), &self->probe.protocol, NULL, .fd = self->fd);
}

TEST_NET(a_cancelled_opening_closes_it)
{
    for (int i = 0; i < 2; i++) {
        struct opening opening = { .probe = PROBE() };
        int fds[2];
        ouro_task *task;

        CHECK_INT(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, fds), 0);
        opening.fd = fds[0];
        task = ouro_create_task(ouro_coro(open_endpoint, &opening));
        for (int j = 0; j < i; j++)
            CHECK_INT(ouro_sleep(0), 0);
        ouro_task_cancel(task, NULL);
        CHECK_INT(ouro_await(task), -ECANCELED);
        ouro_task_unref(task);
        if (i == 0)
            close(fds[0]); /* it never ran */
        else
            expect_log(&opening.probe, "made lost");
        close(fds[1]);
    }
    return 0;
}

TEST_NET(bad_arguments_are_told)
{
    struct probe probe = PROBE();
    ouro_datagram_protocol none = { NULL };
    ouro_loop *other;

    CHECK_INT(ouro_loop_create_datagram_endpoint(NULL, &probe.protocol, NULL, .local_port = 7),
              -EINVAL);
    CHECK_INT(ouro_loop_create_datagram_endpoint(loop(), NULL, NULL, .local_port = 7), -EINVAL);
    CHECK_INT(ouro_loop_create_datagram_endpoint(loop(), &none, NULL, .local_port = 7), -EINVAL);
    CHECK_INT(ouro_loop_create_datagram_endpoint(loop(), &probe.protocol, NULL, .family = 0),
              -EINVAL);
    CHECK_INT(ouro_loop_create_datagram_endpoint_with(loop(), &probe.protocol, NULL, NULL),
              -EINVAL);
    CHECK_INT(ouro_new_event_loop(&other), 0);
    CHECK_INT(ouro_loop_create_datagram_endpoint(other, &probe.protocol, NULL, .local_port = 7),
              OURO_EWRONGLOOP);
    CHECK_INT(ouro_loop_close(other), 0);
    CHECK_STR(probe.log, "");
    ouro_datagram_transport_close(NULL);
    ouro_datagram_transport_abort(NULL);
    CHECK(ouro_datagram_transport_is_closing(NULL));
    CHECK_INT(ouro_datagram_transport_get_write_buffer_size(NULL), 0);
    CHECK_INT(ouro_datagram_transport_set_write_buffer_limits(NULL, 1, 1), -EINVAL);
    return 0;
}

/* A transport that is left open is closed with its loop, and that is reported. */
TEST_BACKENDS(a_loop_may_be_closed_before_its_transports)
{
    for (int i = 0; i < 2; i++) {
        struct opening opening = { .probe = PROBE() };
        struct reports reports = { 0 };
        int fds[2];
        ouro_loop *own;
        ouro_task *task;

        CHECK_INT(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, fds), 0);
        opening.fd = fds[0];
        CHECK_INT(ouro_new_event_loop(&own), 0);
        ouro_loop_set_exception_handler(own, note_report, &reports);
        task = ouro_loop_create_task(own, ouro_coro(open_endpoint, &opening));
        if (i == 0) {
            CHECK_INT(ouro_loop_run_until_complete(own, task), 0);
            CHECK_STR(opening.probe.log, "made");
        } else { /* in the middle of the opening */
            ouro_loop_stop(own);
            CHECK_INT(ouro_loop_run_forever(own), 0);
            CHECK_STR(opening.probe.log, "");
        }
        ouro_task_unref(task);
        CHECK_INT(ouro_loop_close(own), 0);
        CHECK_STR(opening.probe.log, "made lost");
        CHECK(strstr(reports.message, "was not closed before its loop"));
        close(fds[1]);
    }
}

static int exchange(void *arg)
{
    struct probe probe = PROBE();
    int fds[2];
    int status;

    (void) arg;
    CHECK_INT(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, fds), 0);
    status = ouro_loop_create_datagram_endpoint(loop(), &probe.protocol, NULL, .fd = fds[0],
                                                .receive_size = 8);
    if (status < 0) {
        close(fds[0]);
    } else {
        fill(&probe);
        status = ouro_datagram_transport_sendto(probe.transport, OURO_BYTES("x"), NULL, 0);
        for (int i = 0; i < 6; i++)
            put(fds[1], "y");
        for (int i = 0; i < 20 && status == 0; i++)
            status = ouro_sleep(0);
        ouro_datagram_transport_abort(probe.transport);
        for (int i = 0; i < 100 && strstr(probe.log, "lost") == NULL; i++)
            ouro_ignore(ouro_sleep(0));
        CHECK(strstr(probe.log, "lost"));
    }
    close(fds[1]);
    return status;
}

TEST_ALLOCATION_FAILURES(want_of_memory_is_an_error)
{
    int status = ouro_run(ouro_coro(exchange, NULL));

    CHECK(status == 0 || (status == -ENOMEM && test_fault_fired()));
}
