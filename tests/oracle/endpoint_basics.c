/* loop.create_datagram_endpoint: what a protocol is told, from the beginning to the end. */
#include "socket_scenario.h"

static int echo_received(ouro_datagram_protocol *protocol, ouro_bytes data,
                         const struct sockaddr *address, socklen_t address_size)
{
    talker_received(protocol, data, address, address_size);
    return ouro_datagram_transport_sendto(((struct talker *) protocol)->transport, data, address,
                                          address_size);
}

static const ouro_datagram_protocol_callbacks echo_callbacks = {
    .connection_made = talker_made,
    .connection_lost = talker_lost,
    .datagram_received = echo_received,
};

static int port_of_transport(const ouro_datagram_transport *transport)
{
    struct sockaddr_in address;

    memcpy(&address, ouro_datagram_transport_get_extra_info(transport, "sockname"), sizeof address);
    return ntohs(address.sin_port);
}

OURO_ASYNC(echo)
{
    static char large[1000];
    struct talker server = { .protocol.callbacks = &echo_callbacks, .name = "server" };
    struct talker client = TALKER("client");
    const ouro_bytes texts[] = { OURO_BYTES("one"), OURO_BYTES(""), { (uint8_t *) large, 1000 } };

    memset(large, 'x', sizeof large);
    OURO_TRY(endpoint(&server, .local_host = "127.0.0.1"));
    trace("server stands");
    OURO_TRY(endpoint(&client, .remote_host = "127.0.0.1",
                      .remote_port = port_of_transport(server.transport)));
    trace("client stands");
    for (size_t i = 0; i < COUNT(texts); i++) {
        OURO_TRY(ouro_datagram_transport_sendto(client.transport, texts[i], NULL, 0));
        OURO_TRY(settle());
    }
    ouro_datagram_transport_close(client.transport);
    ouro_datagram_transport_close(server.transport);
    trace("closing");
    return settle();
}

OURO_ASYNC(extra_info)
{
    struct talker named = TALKER("named"), bound = TALKER("bound");
    int fd = udp();
    struct sockaddr_in address = name_of(fd);

    OURO_TRY(endpoint(&named, .remote_host = "127.0.0.1", .remote_port = port_of(fd)));
    const void *peer = ouro_datagram_transport_get_extra_info(named.transport, "peername");
    trace("peername %s", peer && memcmp(peer, &address, sizeof address) == 0 ? "True" : "False");
    const void *own = ouro_datagram_transport_get_extra_info(named.transport, "sockname");
    trace("sockname %s", own ? "True" : "False");
    const void *no = ouro_datagram_transport_get_extra_info(named.transport, "no such thing");
    trace("nothing %s", no ? "something" : "None");
    ouro_datagram_transport_close(named.transport);
    OURO_TRY(settle());
    OURO_TRY(endpoint(&bound, .local_host = "127.0.0.1"));
    peer = ouro_datagram_transport_get_extra_info(bound.transport, "peername");
    trace("peername %s", peer ? "something" : "None");
    ouro_datagram_transport_close(bound.transport);
    OURO_TRY(settle());
    close(fd);
    return 0;
}

OURO_ASYNC(a_socket_of_ones_own)
{
    struct talker given = TALKER("given");
    char data[100];
    int fds[2];

    datagram_pair(fds);
    OURO_TRY(endpoint(&given, .fd = fds[0]));
    put(fds[1], "hello");
    OURO_TRY(settle());
    OURO_TRY(send_text(&given, "answer"));
    trace("%.*s", (int) recv(fds[1], data, sizeof data, 0), data);
    ouro_datagram_transport_close(given.transport);
    OURO_TRY(settle());
    close(fds[1]);
    return 0;
}

OURO_ASYNC(another_protocol)
{
    struct talker first = TALKER("first"), second = TALKER("second");
    ouro_datagram_transport *transport;
    int fds[2];

    datagram_pair(fds);
    OURO_TRY(endpoint(&first, .fd = fds[0]));
    transport = first.transport;
    bool is_first = ouro_datagram_transport_get_protocol(transport) == &first.protocol;
    trace("the first %s", is_first ? "True" : "False");
    OURO_TRY(ouro_datagram_transport_set_protocol(transport, &second.protocol));
    bool is_second = ouro_datagram_transport_get_protocol(transport) == &second.protocol;
    trace("the second %s", is_second ? "True" : "False");
    put(fds[1], "hello");
    OURO_TRY(settle());
    ouro_datagram_transport_close(transport);
    OURO_TRY(settle());
    close(fds[1]);
    return 0;
}

OURO_ASYNC(contradictions)
{
    struct talker none = TALKER("none"), first = TALKER("first"), second = TALKER("second");
    int fds[2];

    datagram_pair(fds);
    trace("%s", show(endpoint(&none, .family = 0)));
    trace("%s", show(endpoint(&none, .fd = fds[0], .reuse_port = true)));
    trace("%s", show(endpoint(&none, .fd = fds[0], .local_port = 7)));
    trace("%s",
          show(endpoint(&none, .local_host = "127.0.0.1", .remote_host = "::1", .remote_port = 7)));
    close_both(fds);
    OURO_TRY(endpoint(&first, .local_host = "127.0.0.1"));
    trace("%s", show(endpoint(&second, .local_host = "127.0.0.1",
                              .local_port = port_of_transport(first.transport))));
    ouro_datagram_transport_close(first.transport);
    return settle();
}

SCENARIO(CASE(echo), CASE(extra_info), CASE(a_socket_of_ones_own), CASE(another_protocol),
         CASE(contradictions))
