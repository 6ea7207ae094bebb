/* Datagram endpoints: when a protocol is told, among the other callbacks of the loop. */
#include "socket_scenario.h"

static int soon_made(ouro_datagram_protocol *protocol, ouro_datagram_transport *transport)
{
    talker_made(protocol, transport);
    say_soon("soon after connection_made");
    return 0;
}

static int soon_received(ouro_datagram_protocol *protocol, ouro_bytes data,
                         const struct sockaddr *address, socklen_t address_size)
{
    talker_received(protocol, data, address, address_size);
    say_soon(text("soon after '%.*s'", (int) data.size, (const char *) data.data));
    return 0;
}

static const ouro_datagram_protocol_callbacks soon_callbacks = {
    .connection_made = soon_made,
    .connection_lost = talker_lost,
    .datagram_received = soon_received,
};

static void put_letters(int fd)
{
    for (char letter = 'a'; letter <= 'f'; letter++) {
        must(send(fd, &letter, 1, 0) == 1);
    }
}

OURO_ASYNC(one_datagram_in_an_iteration)
{
    struct talker p = { .protocol.callbacks = &soon_callbacks, .name = "p" };
    int fds[2];

    datagram_pair(fds);
    OURO_TRY(endpoint(&p, .fd = fds[0], .receive_size = 100));
    put_letters(fds[1]);
    OURO_TRY(settle());
    OURO_TRY(settle());
    ouro_datagram_transport_close(p.transport);
    OURO_TRY(settle());
    close(fds[1]);
    return 0;
}

OURO_ASYNC(what_was_there_before)
{
    struct talker p = { .protocol.callbacks = &soon_callbacks, .name = "p" };
    int fds[2];

    datagram_pair(fds);
    put(fds[1], "early");
    say_soon("soon before");
    OURO_TRY(endpoint(&p, .fd = fds[0]));
    trace("stands");
    OURO_TRY(settle());
    ouro_datagram_transport_close(p.transport);
    OURO_TRY(settle());
    close(fds[1]);
    return 0;
}

static int stopping_received(ouro_datagram_protocol *protocol, ouro_bytes data,
                             const struct sockaddr *address, socklen_t address_size)
{
    talker_received(protocol, data, address, address_size);
    if (data.data[0] == 'c') {
        ouro_datagram_transport_close(((struct talker *) protocol)->transport);
    }
    return 0;
}

static const ouro_datagram_protocol_callbacks stopping_callbacks = {
    .connection_made = talker_made,
    .connection_lost = talker_lost,
    .datagram_received = stopping_received,
};

OURO_ASYNC(closed_by_a_datagram)
{
    struct talker p = { .protocol.callbacks = &stopping_callbacks, .name = "p" };
    int fds[2];

    datagram_pair(fds);
    OURO_TRY(endpoint(&p, .fd = fds[0], .receive_size = 100));
    put_letters(fds[1]);
    OURO_TRY(settle());
    OURO_TRY(settle());
    close(fds[1]);
    return 0;
}

SCENARIO(CASE(one_datagram_in_an_iteration), CASE(what_was_there_before),
         CASE(closed_by_a_datagram))
