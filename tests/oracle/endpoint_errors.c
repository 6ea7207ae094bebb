/* Datagram endpoints: errors of the network, wrong addresses, callbacks that fail. */
#include "socket_scenario.h"

OURO_ASYNC(nobody_is_there)
{
    struct talker client = TALKER("client");
    int fd = udp();
    int port = port_of(fd);

    close(fd);
    OURO_TRY(endpoint(&client, .remote_host = "127.0.0.1", .remote_port = port));
    OURO_TRY(send_text(&client, "x"));
    OURO_TRY(settle());
    trace("closing %s", ouro_datagram_transport_is_closing(client.transport) ? "True" : "False");
    OURO_TRY(send_text(&client, "x"));
    trace("the next one meets the answer");
    OURO_TRY(send_text(&client, "x"));
    trace("told inside");
    OURO_TRY(settle());
    ouro_datagram_transport_close(client.transport);
    return settle();
}

OURO_ASYNC(too_long)
{
    static const uint8_t large[70000];
    struct talker client = TALKER("client");
    char data[100];
    int fd = udp();

    OURO_TRY(endpoint(&client, .remote_host = "127.0.0.1", .remote_port = port_of(fd)));
    OURO_TRY(ouro_datagram_transport_sendto(client.transport, (ouro_bytes) { large, sizeof large },
                                            NULL, 0));
    trace("told inside");
    OURO_TRY(send_text(&client, "short"));
    trace("%.*s", (int) recv(fd, data, sizeof data, 0), data);
    ouro_datagram_transport_close(client.transport);
    OURO_TRY(settle());
    close(fd);
    return 0;
}

OURO_ASYNC(another_address)
{
    struct talker client = TALKER("client");
    char data[100];
    int fds[] = { udp(), udp() };
    struct sockaddr_in one = name_of(fds[0]), other = name_of(fds[1]);

    OURO_TRY(endpoint(&client, .remote_host = "127.0.0.1", .remote_port = port_of(fds[0])));
    trace("%s", show(ouro_datagram_transport_sendto(client.transport, OURO_BYTES("x"),
                                                    (struct sockaddr *) &other, sizeof other)));
    trace("%s", show(ouro_datagram_transport_sendto(client.transport, OURO_BYTES("y"),
                                                    (struct sockaddr *) &one, sizeof one)));
    trace("%.*s", (int) recv(fds[0], data, sizeof data, 0), data);
    ouro_datagram_transport_close(client.transport);
    OURO_TRY(settle());
    close_both(fds);
    return 0;
}

static int failing_made(ouro_datagram_protocol *protocol, ouro_datagram_transport *transport)
{
    talker_made(protocol, transport);
    return fail(1);
}

static int failing_received(ouro_datagram_protocol *protocol, ouro_bytes data,
                            const struct sockaddr *address, socklen_t address_size)
{
    talker_received(protocol, data, address, address_size);
    return fail(2);
}

static const ouro_datagram_protocol_callbacks failing_protocol = {
    .connection_made = failing_made,
    .connection_lost = talker_lost,
    .datagram_received = failing_received,
};

static void handle(ouro_loop *owner, const ouro_exception_context *context, void *arg)
{
    (void) owner;
    (void) arg;
    trace("%s", show_plain(context->status));
}

OURO_ASYNC(failing_callbacks)
{
    struct talker failing = { .protocol.callbacks = &failing_protocol, .name = "failing" };
    int fds[2];

    ouro_loop_set_exception_handler(loop(), handle, NULL);
    datagram_pair(fds);
    OURO_TRY(endpoint(&failing, .fd = fds[0]));
    for (int i = 0; i < 2; i++) {
        put(fds[1], i ? "b" : "a");
        OURO_TRY(settle());
    }
    ouro_datagram_transport_close(failing.transport);
    OURO_TRY(settle());
    close(fds[1]);
    return 0;
}

SCENARIO(CASE(nobody_is_there), CASE(too_long), CASE(another_address), CASE(failing_callbacks))
