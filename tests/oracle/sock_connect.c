/* loop.sock_connect: to a listener, to nobody, to a path, for datagrams. */
#include "socket_scenario.h"

OURO_ASYNC(to_a_listener)
{
    static const char *const hosts[] = { "127.0.0.1", "localhost" };
    int server = listener();

    for (size_t i = 0; i < COUNT(hosts); i++) {
        struct sockaddr_in address, own;
        socklen_t size = sizeof address;
        char data[100];
        int client = tcp();

        trace("%s", show(ouro_loop_sock_connect(loop(), client, hosts[i], port_of(server))));
        int peer = accept4(server, (struct sockaddr *) &address, &size,
                           SOCK_NONBLOCK | SOCK_CLOEXEC);
        must(peer >= 0);
        own = name_of(client);
        trace("from it %s", own.sin_port == address.sin_port ? "True" : "False");
        trace("%s", show(ouro_loop_sock_sendall(loop(), client, OURO_BYTES("hello"))));
        trace("%s", show_bytes(ouro_loop_sock_recv(loop(), peer, data, sizeof data), data));
        close(client);
        close(peer);
    }
    close(server);
    return 0;
}

OURO_ASYNC(to_nobody)
{
    int server = listener();
    int port = port_of(server);

    close(server);
    int client = tcp();
    trace("%s", show(ouro_loop_sock_connect(loop(), client, "127.0.0.1", port)));
    close(client);
    return 0;
}

OURO_ASYNC(to_a_path)
{
    int client = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    trace("%s", show_system(ouro_loop_sock_connect(loop(), client, "./no/such/socket", 0)));
    close(client);
    return 0;
}

OURO_ASYNC(datagram_sockets)
{
    int server = udp();
    int client = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    char data[100];

    trace("%s", show(ouro_loop_sock_connect(loop(), client, "127.0.0.1", port_of(server))));
    trace("%s", show(ouro_loop_sock_sendall(loop(), client, OURO_BYTES("hello"))));
    trace("%s", show_bytes(ouro_loop_sock_recv(loop(), server, data, sizeof data), data));
    close(client);
    close(server);
    return 0;
}

SCENARIO(CASE(to_a_listener), CASE(to_nobody), CASE(to_a_path), CASE(datagram_sockets))
