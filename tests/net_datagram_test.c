/* Datagram sockets: none is lost, none comes twice, and everybody gets a turn. */
#include "net_datagram_probe.h"

#include <stdio.h>
#include <stdlib.h>

static ouro_datagram *open_to(ouro_datagram *peer)
{
    ouro_datagram *datagram;

    CHECK_INT(
        ouro_open_datagram(&datagram, .remote_host = "127.0.0.1", .remote_port = port_of(peer)), 0);
    return datagram;
}

/* A connected pair of local sockets: `fds[1]` is the test's, and holds few datagrams. */
static ouro_datagram *open_pair_end(int *ret_peer, size_t receive_size)
{
    ouro_datagram *datagram;
    int fds[2];

    CHECK_INT(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, fds), 0);
    CHECK_INT(ouro_open_datagram(&datagram, .fd = fds[0], .receive_size = receive_size), 0);
    *ret_peer = fds[1];
    return datagram;
}

static void expect_number(ouro_datagram *datagram, int number)
{
    int got = -1;

    CHECK_INT(ouro_datagram_recv(datagram, &got, sizeof got), sizeof got);
    CHECK_INT(got, number);
}

static void send_number(int fd, int number)
{
    CHECK_INT(send(fd, &number, sizeof number, MSG_DONTWAIT), sizeof number);
}

static ouro_task *start(ouro_function *function, void *arg)
{
    return ouro_create_task(ouro_coro(function, arg));
}

static int join(ouro_task *task)
{
    int status = ouro_await(task);

    ouro_task_unref(task);
    return status;
}

TEST_NET(sends_and_receives)
{
    ouro_datagram *server = open_local();
    ouro_datagram *client = open_to(server);
    struct sockaddr_storage address;
    struct sockaddr_in own = address_of(client);
    socklen_t size;
    char data[16];

    CHECK_INT(ouro_datagram_send(client, OURO_BYTES("ping")), 0);
    CHECK_INT(ouro_datagram_recv_from(server, data, sizeof data, &address, &size), 4);
    CHECK_BYTES(data, 4, "ping", 4);
    CHECK_INT(size, sizeof own);
    CHECK_BYTES(&address, sizeof own, &own, sizeof own);
    CHECK_INT(ouro_datagram_send_to(server, OURO_BYTES("pong"), (struct sockaddr *) &address, size),
              0);
    CHECK_INT(ouro_datagram_recv(client, data, sizeof data), 4);
    CHECK_BYTES(data, 4, "pong", 4);

    CHECK_INT(ouro_datagram_send(client, OURO_BYTES("")), 0);
    CHECK_INT(ouro_datagram_recv_from(server, data, sizeof data, &address, NULL), 0);
    CHECK_INT(ouro_datagram_get_peername(client, &address), 0);
    CHECK_INT(ouro_datagram_get_peername(server, &address), -ENOTCONN);
    CHECK(ouro_datagram_get_fd(server) >= 0);
    ouro_datagram_close(server);
    ouro_datagram_close(client);
    ouro_datagram_close(NULL);
    return 0;
}

TEST_NET(what_is_too_long_is_told)
{
    int peer;
    ouro_datagram *datagram = open_pair_end(&peer, 8);
    ouro_datagram_message message;
    char data[16];

    put(peer, "0123456789");
    CHECK_INT(ouro_datagram_recv(datagram, data, 4), -EMSGSIZE);
    CHECK_BYTES(data, 4, "0123", 4);
    for (int i = 0; i < 5; i++)
        put(peer, "0123456789");
    for (int i = 0; i < 5; i++) { /* one by one, and kept ones, which are no longer than 8 */
        message = (ouro_datagram_message) { .data = data, .capacity = 7 };
        CHECK_INT(ouro_datagram_recv_many(datagram, &message, 1), 1);
        CHECK(message.is_truncated);
        CHECK_INT(message.size, 7);
    }
    CHECK_INT(ouro_datagram_send(datagram, (ouro_bytes) { NULL, 1 }), -EINVAL);
    CHECK_INT(ouro_datagram_recv(datagram, NULL, 1), -EINVAL);

    static const uint8_t large[70000];
    ouro_datagram *udp = open_local();

    CHECK_INT(ouro_datagram_send(udp, OURO_BYTES("x")), -EDESTADDRREQ);

    ouro_datagram *client = open_to(udp);

    CHECK_INT(ouro_datagram_send(client, (ouro_bytes) { large, sizeof large }), -EMSGSIZE);
    ouro_datagram_close(client);
    ouro_datagram_close(udp);
    ouro_datagram_close(datagram);
    close(peer);
    return 0;
}

/* One that waits, and what came of it. */
struct receiver {
    ouro_datagram *datagram;
    int number;
    int order; /* among all that were served */
};

static int served;

static int receive(void *arg)
{
    struct receiver *self = arg;
    int status = ouro_datagram_recv(self->datagram, &self->number, sizeof self->number);

    self->order = status < 0 ? -1 : served++;
    return status;
}

TEST_NET(cancelled_receive_loses_nothing)
{
    int peer;
    struct receiver receiver = { .datagram = open_pair_end(&peer, 64) };

    for (int i = 0; i < 16; i++) {
        ouro_task *task = start(receive, &receiver);

        if (i & 1)
            settle();
        else
            CHECK_INT(ouro_sleep(0), 0);
        if (i & 2)
            send_number(peer, i);
        if (i & 4)
            send_number(peer, 100 + i);
        if (i & 8)
            CHECK_INT(ouro_sleep(0), 0);
        ouro_task_cancel(task, NULL);

        int status = join(task);

        if (status == -ECANCELED && i & 2)
            expect_number(receiver.datagram, i);
        else if (i & 2)
            CHECK_INT(receiver.number, i);
        if (i & 4 && (status == -ECANCELED || i & 2))
            expect_number(receiver.datagram, 100 + i);
    }
    ouro_datagram_close(receiver.datagram);
    close(peer);
    return 0;
}

/* A busy socket is emptied by one system call, and what it brought is handed out in order. */
TEST_NET(a_busy_socket_is_asked_for_many_at_once)
{
    int peer;
    ouro_datagram *datagram = open_pair_end(&peer, sizeof(int));
    int fd = ouro_datagram_get_fd(datagram);
    int got;

    for (int round = 0; round < 3; round++) {
        bool is_ahead = false;

        for (int i = 0; i < 8; i++)
            send_number(peer, i);
        for (int i = 0; i < 8; i++) {
            expect_number(datagram, i);
            got = 8; /* the next that the kernel still has */
            (void) recv(fd, &got, sizeof got, MSG_PEEK | MSG_DONTWAIT);
            is_ahead |= got > i + 1;
        }
        CHECK(is_ahead);
    }
    ouro_datagram_close(datagram);

    /* What is kept is counted with the new in an order that nobody can tell. */
    datagram = open_pair_end(&got, sizeof(int));
    for (int i = 0; i < 8; i++)
        send_number(got, i);
    for (int i = 0; i < 4; i++)
        expect_number(datagram, i);
    for (int i = 8; i < 10; i++)
        send_number(got, i);

    int numbers[10];
    ouro_datagram_message messages[10];
    int count = 0;

    for (int i = 0; i < 10; i++)
        messages[i] = (ouro_datagram_message) { .data = &numbers[i], .capacity = sizeof(int) };
    while (count < 6) {
        int more = ouro_datagram_recv_many(datagram, messages + count, 10 - (size_t) count);

        CHECK(more > 0);
        count += more;
    }
    CHECK_INT(count, 6);
    for (int i = 0; i < 6; i++) {
        CHECK_INT(numbers[i], 4 + i);
        CHECK_INT(messages[i].size, sizeof(int));
        CHECK(!messages[i].is_truncated);
    }
    ouro_datagram_close(datagram); /* with none kept, and below with some */
    close(got);
    datagram = open_pair_end(&got, sizeof(int));
    for (int i = 0; i < 8; i++)
        send_number(got, i);
    for (int i = 0; i < 3; i++)
        expect_number(datagram, i);
    ouro_datagram_close(datagram);
    close(got);
    close(peer);
    return 0;
}

/* Datagrams that came with others may be of any length up to the largest there is. */
TEST_NET(kept_datagrams_are_whole)
{
    ouro_datagram *server = open_local();
    ouro_datagram *client = open_to(server);
    uint8_t *data = malloc(65000), *got = malloc(65536);
    int size = 1 << 20;

    CHECK(data && got);
    CHECK_INT(setsockopt(ouro_datagram_get_fd(server), SOL_SOCKET, SO_RCVBUF, &size, sizeof size),
              0);
    for (int i = 0; i < 65000; i++)
        data[i] = (uint8_t) (i * 13);
    for (int i = 0; i < 3; i++) {
        CHECK_INT(ouro_datagram_send(client, OURO_BYTES("a")), 0);
        CHECK_INT(ouro_datagram_send(client, (ouro_bytes) { data, 65000 }), 0);
    }
    for (int i = 0; i < 3; i++) {
        CHECK_INT(ouro_datagram_recv(server, got, 65536), 1);
        CHECK_INT(ouro_datagram_recv(server, got, 65536), 65000);
        CHECK_BYTES(got, 65000, data, 65000);
    }
    free(data);
    free(got);
    ouro_datagram_close(client);
    ouro_datagram_close(server);
    return 0;
}

TEST_NET(tasks_are_served_in_their_order)
{
    int peer;
    struct receiver receivers[5];
    ouro_task *tasks[5];
    ouro_datagram *datagram = open_pair_end(&peer, 64);

    for (int round = 0; round < 3; round++) {
        served = 0;
        for (int i = 0; i < 5; i++) {
            receivers[i] = (struct receiver) { .datagram = datagram };
            tasks[i] = start(receive, &receivers[i]);
        }
        if (round != 1)
            settle();
        for (int i = 0; i < 5; i++) {
            send_number(peer, i);
            if (round == 2)
                settle();
        }
        for (int i = 0; i < 5; i++) {
            CHECK_INT(join(tasks[i]), sizeof(int));
            CHECK_INT(receivers[i].number, i);
            CHECK_INT(receivers[i].order, i);
        }
    }
    ouro_datagram_close(datagram);
    close(peer);
    return 0;
}

TEST_NET(who_is_cancelled_passes_its_turn_on)
{
    int peer;
    struct receiver receivers[3];
    ouro_task *tasks[3];
    ouro_datagram *datagram = open_pair_end(&peer, 64);

    for (int round = 0; round < 8; round++) {
        for (int i = 0; i < 3; i++) {
            receivers[i] = (struct receiver) { .datagram = datagram };
            tasks[i] = start(receive, &receivers[i]);
        }
        settle();
        if (round & 1)
            send_number(peer, 7);
        if (round & 2)
            CHECK_INT(ouro_sleep(0), 0);
        ouro_task_cancel(tasks[0], NULL);
        if (!(round & 1))
            send_number(peer, 7);
        send_number(peer, 8);
        if (round & 4)
            send_number(peer, 9);

        int first = join(tasks[0]);

        CHECK(first == -ECANCELED || receivers[0].number == 7);
        CHECK_INT(join(tasks[1]), sizeof(int));
        CHECK_INT(receivers[1].number, first < 0 ? 7 : 8);
        if (round & 4 || first < 0) {
            CHECK_INT(join(tasks[2]), sizeof(int));
        } else {
            ouro_task_cancel(tasks[2], NULL);
            CHECK_INT(join(tasks[2]), -ECANCELED);
        }
        if (round & 4 && first < 0)
            expect_number(datagram, 9);
    }
    ouro_datagram_close(datagram);
    close(peer);
    return 0;
}

TEST_NET(refusals_are_told_and_not_fatal)
{
    ouro_datagram *server = open_local();
    ouro_datagram *client = open_to(server);
    int port = port_of(server);
    char data[8], text[32];
    int status;

    ouro_datagram_close(server);
    CHECK_INT(ouro_datagram_send(client, OURO_BYTES("x")), 0);
    CHECK_INT(ouro_datagram_recv(client, data, sizeof data), -ECONNREFUSED);
    snprintf(text, sizeof text, "127.0.0.1 port %d", port);
    CHECK(strstr(ouro_error_detail()->text, text));
    CHECK_INT(ouro_datagram_send(client, OURO_BYTES("x")), 0);
    status = ouro_datagram_send(client, OURO_BYTES("x")); /* the loopback answers at once */
    CHECK_INT(status, -ECONNREFUSED);
    CHECK(strstr(ouro_error_detail()->text, text));

    CHECK_INT(ouro_open_datagram(&server, .local_host = "127.0.0.1", .local_port = port), 0);
    CHECK_INT(ouro_datagram_send(client, OURO_BYTES("again")), 0);
    CHECK_INT(ouro_datagram_recv(server, data, sizeof data), 5);
    ouro_datagram_close(server);
    ouro_datagram_close(client);
    return 0;
}

/* A waiting receive is woken by it too. */
TEST_NET(a_refusal_ends_a_receive_that_waits)
{
    ouro_datagram *server = open_local();
    struct receiver receiver = { .datagram = open_to(server) };
    ouro_task *task = start(receive, &receiver);

    ouro_datagram_close(server);
    settle();
    CHECK(!ouro_future_done(task));
    CHECK_INT(ouro_datagram_send(receiver.datagram, OURO_BYTES("x")), 0);
    CHECK_INT(join(task), -ECONNREFUSED);
    ouro_datagram_close(receiver.datagram);
    return 0;
}

/* Sends until the peer's queue is full. Returns how many went in. */
static int fill(ouro_datagram *datagram)
{
    int number = 0;

    while (send(ouro_datagram_get_fd(datagram), &number, sizeof number, MSG_DONTWAIT) > 0)
        number++;
    CHECK_INT(errno, EAGAIN);
    return number;
}

static void drain(int fd, int first, int count)
{
    for (int i = 0; i < count; i++) {
        int number;

        CHECK_INT(recv(fd, &number, sizeof number, MSG_DONTWAIT), sizeof number);
        CHECK_INT(number, first + i);
    }
}

struct sender {
    ouro_datagram *datagram;
    int number;
};

static int send_one(void *arg)
{
    struct sender *self = arg;

    return ouro_datagram_send(
        self->datagram, (ouro_bytes) { (const uint8_t *) &self->number, sizeof self->number });
}

TEST_NET(sends_wait_for_room_in_their_order)
{
    int peer;
    ouro_datagram *datagram = open_pair_end(&peer, 0);
    struct sender senders[3];
    ouro_task *tasks[3];
    int full = fill(datagram);

    for (int i = 0; i < 3; i++) {
        senders[i] = (struct sender) { datagram, full + i };
        tasks[i] = start(send_one, &senders[i]);
    }
    settle();
    for (int i = 0; i < 3; i++)
        CHECK(!ouro_future_done(tasks[i]));
    drain(peer, 0, full);
    for (int i = 0; i < 3; i++)
        CHECK_INT(join(tasks[i]), 0);
    drain(peer, full, 3);

    /* A cancelled one has sent nothing, and the one behind it goes on. */
    full = fill(datagram);
    for (int i = 0; i < 2; i++) {
        senders[i].number = full + 1 - i;
        tasks[i] = start(send_one, &senders[i]);
    }
    settle();
    ouro_task_cancel(tasks[0], NULL);
    CHECK_INT(join(tasks[0]), -ECANCELED);
    drain(peer, 0, full);
    CHECK_INT(join(tasks[1]), 0);
    drain(peer, full, 1);
    CHECK_INT(recv(peer, &full, sizeof full, MSG_DONTWAIT), -1);
    ouro_datagram_close(datagram);
    close(peer);
    return 0;
}

enum { MANY = 100 };

struct many {
    ouro_datagram *datagram;
    int numbers[MANY];
    ouro_datagram_message messages[MANY];
    int later; /* the status of a suspension after it */
};

static int send_many(void *arg)
{
    struct many *self = arg;
    int count = ouro_datagram_send_many(self->datagram, self->messages, MANY);

    self->later = ouro_sleep(0);
    return count;
}

TEST_NET(many_are_sent_at_once)
{
    int peer;
    struct many many = { .datagram = open_pair_end(&peer, 0) };
    int full = fill(many.datagram);
    ouro_task *task;
    int count = 0;

    drain(peer, 0, 40);
    for (int i = 0; i < MANY; i++) {
        many.numbers[i] = full + i;
        many.messages[i] = (ouro_datagram_message) { .data = &many.numbers[i],
                                                     .size = sizeof(int) };
    }
    task = start(send_many, &many);
    settle();
    CHECK(!ouro_future_done(task)); /* the peer's queue is full */
    drain(peer, 40, full - 40);
    while (count < MANY) {
        int number;

        if (recv(peer, &number, sizeof number, MSG_DONTWAIT) < 0) {
            settle();
            continue;
        }
        CHECK_INT(number, full + count++);
    }
    CHECK_INT(join(task), MANY);
    CHECK_INT(many.later, 0);

    /* Cancelled in the middle, it tells how many are gone, and the cancel stays pending. */
    CHECK_INT(fill(many.datagram), full);
    drain(peer, 0, 40);
    task = start(send_many, &many);
    settle();
    ouro_task_cancel(task, NULL);
    count = join(task);
    CHECK(count > 0 && count < MANY);
    CHECK_INT(many.later, -ECANCELED);
    drain(peer, 40, full - 40 + count);
    CHECK_INT(recv(peer, &count, sizeof count, MSG_DONTWAIT), -1);

    /* Of an impossible one in the middle, the call that begins with it tells. */
    many.messages[5].address.ss_family = AF_UNIX;
    many.messages[5].address_size = sizeof(sa_family_t) + 2;
    many.messages[5].address.__ss_padding[0] = 'x';
    CHECK_INT(ouro_datagram_send_many(many.datagram, many.messages, 8), 5);
    drain(peer, full, 5);
    CHECK(ouro_datagram_send_many(many.datagram, many.messages + 5, 3) < 0);
    CHECK_INT(ouro_datagram_send_many(many.datagram, many.messages, 0), 0);
    CHECK_INT(ouro_datagram_send_many(many.datagram, NULL, 3), -EINVAL);
    CHECK_INT(ouro_datagram_recv_many(many.datagram, NULL, 3), -EINVAL);
    CHECK_INT(ouro_datagram_recv_many(many.datagram, NULL, 0), 0);
    ouro_datagram_close(many.datagram);
    close(peer);
    return 0;
}

TEST_NET(a_close_ends_what_waits)
{
    for (int round = 0; round < 4; round++) {
        int peer;
        ouro_datagram *datagram = open_pair_end(&peer, 0);
        struct receiver receivers[2] = { { .datagram = datagram }, { .datagram = datagram } };
        struct sender sender = { datagram, 1 };
        ouro_task *tasks[3] = { start(receive, &receivers[0]), start(receive, &receivers[1]),
                                NULL };

        fill(datagram);
        tasks[2] = start(send_one, &sender);
        settle();
        if (round & 1)
            send_number(peer, 1);
        if (round & 2)
            CHECK_INT(ouro_sleep(0), 0); /* one of them is woken, and may be served */
        ouro_datagram_close(datagram);
        for (int i = 0; i < 3; i++) {
            int status = join(tasks[i]);

            CHECK(status == OURO_ECLOSED || (i == 0 && round == 3 && status > 0));
        }
        close(peer);
    }
    return 0;
}
