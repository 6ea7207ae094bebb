/* Blocking sockets in loop.sock_* calls, in debug mode. */
#include "socket_scenario.h"

OURO_ASYNC(refused_in_debug_mode)
{
    char data[10];
    int fds[2];
    int datagrams = udp();
    int server = listener();
    int client = tcp();
    struct sockaddr_in address = name_of(datagrams);

    stream_pair(fds);
    const int blocking[] = { fds[0], datagrams, server, client };
    for (size_t i = 0; i < COUNT(blocking); i++) {
        must(fcntl(blocking[i], F_SETFL, 0) == 0);
    }
    put(fds[1], "there");
    ouro_loop_set_debug(loop(), true);
    trace("%s", show(ouro_loop_sock_recv(loop(), fds[0], data, 10)));
    trace("%s", show(ouro_loop_sock_recv_into(loop(), fds[0], data, 10)));
    trace("%s", show(ouro_loop_sock_sendall(loop(), fds[0], OURO_BYTES("x"))));
    trace("%s", show(ouro_loop_sock_recvfrom(loop(), datagrams, data, 10, NULL, NULL)));
    trace("%s", show(ouro_loop_sock_sendto(loop(), datagrams, OURO_BYTES("x"),
                                           (struct sockaddr *) &address, sizeof address)));
    trace("%s", show(ouro_loop_sock_accept(loop(), server, NULL, NULL)));
    trace("%s", show(ouro_loop_sock_connect(loop(), client, "127.0.0.1", port_of(server))));
    ouro_loop_set_debug(loop(), false);
    must(fcntl(fds[0], F_SETFL, O_NONBLOCK) == 0);
    trace("%s", show(ouro_loop_sock_recv_into(loop(), fds[0], data, 10)));
    close_both(fds);
    close(datagrams);
    close(server);
    close(client);
    return 0;
}

SCENARIO(CASE(refused_in_debug_mode))
