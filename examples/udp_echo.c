/* A UDP echo server and its client, in one program: the server by callbacks, as in Python, the
 * client by a socket that a task waits on, which asyncio does not have.
 *
 *     cc udp_echo.c -o udp_echo $(pkg-config --cflags --libs ouro) && ./udp_echo
 */
#include <ouro.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

struct echo_server {
    ouro_datagram_protocol protocol;
    ouro_datagram_transport *transport;
};

static int connection_made(ouro_datagram_protocol *protocol, ouro_datagram_transport *transport)
{
    ((struct echo_server *) protocol)->transport = transport;
    printf("Server: ready\n");
    return 0;
}

static int datagram_received(ouro_datagram_protocol *protocol, ouro_bytes data,
                             const struct sockaddr *address, socklen_t address_size)
{
    struct echo_server *self = (struct echo_server *) protocol;

    printf("Server: received '%.*s'\n", (int) data.size, (const char *) data.data);
    return ouro_datagram_transport_sendto(self->transport, data, address, address_size);
}

static void connection_lost(ouro_datagram_protocol *protocol, int status)
{
    (void) protocol;
    (void) status;
    printf("Server: closed\n");
}

static const ouro_datagram_protocol_callbacks echo_callbacks = {
    .connection_made = connection_made,
    .connection_lost = connection_lost,
    .datagram_received = datagram_received,
};

/* Sends a word and waits for the answer. */
static int ask(ouro_datagram *socket, const char *word)
{
    char answer[100];
    int size;

    printf("Client: sends '%s'\n", word);
    OURO_TRY(ouro_datagram_send(socket, (ouro_bytes) { (const uint8_t *) word, strlen(word) }));
    size = ouro_datagram_recv(socket, answer, sizeof answer);
    if (size >= 0)
        printf("Client: received '%.*s'\n", size, answer);
    return size < 0 ? size : 0;
}

OURO_ASYNC(talk, (int, port))
{
    static const char *const words[] = { "one", "two", "three" };
    ouro_datagram *socket;
    int status = 0;

    OURO_TRY(ouro_open_datagram(&socket, .remote_host = "127.0.0.1", .remote_port = port));
    for (int i = 0; i < 3 && status == 0; i++)
        status = ask(socket, words[i]);
    ouro_datagram_close(socket);
    return status;
}

OURO_ASYNC(ask_nobody, (int, port))
{
    ouro_datagram *socket;
    char answer[100];
    int status;

    OURO_TRY(ouro_open_datagram(&socket, .remote_host = "127.0.0.1", .remote_port = port));
    status = ouro_datagram_send(socket, OURO_BYTES("anybody?"));
    if (status == 0)
        status = ouro_datagram_recv(socket, answer, sizeof answer);
    ouro_datagram_close(socket);
    if (status != -ECONNREFUSED)
        return status;
    printf("Client: nobody is there\n");
    return 0;
}

static int serve_and_talk(struct echo_server *server)
{
    struct sockaddr_in address;

    memcpy(&address, ouro_datagram_transport_get_extra_info(server->transport, "sockname"),
           sizeof address);
    OURO_TRY(talk(ntohs(address.sin_port)));
    ouro_datagram_transport_close(server->transport);
    OURO_TRY(ouro_sleep(0.01));
    return ask_nobody(ntohs(address.sin_port));
}

OURO_ASYNC(app)
{
    static struct echo_server server = { .protocol.callbacks = &echo_callbacks };

    OURO_TRY(ouro_loop_create_datagram_endpoint(ouro_get_running_loop(), &server.protocol, NULL,
                                                .local_host = "127.0.0.1"));
    return serve_and_talk(&server);
}

OURO_MAIN(app)
