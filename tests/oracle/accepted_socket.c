/* connect_accepted_socket(), and a listening socket that the server is given. */
#include "transport_scenario.h"

static int bound_socket(int *ret_port)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void) !bind(fd, (struct sockaddr *) &address, size);
    (void) !getsockname(fd, (struct sockaddr *) &address, &size);
    *ret_port = ntohs(address.sin_port);
    return fd;
}

static int say_after(struct recorder *recorder)
{
    (void) recorder;
    say_soon("soon after made");
    return 0;
}

OURO_ASYNC(accepted_elsewhere)
{
    struct recorder *recorder = new_recorder("a");
    int port;
    int listener = bound_socket(&port);

    recorder->hooks[MADE] = say_after;
    (void) !listen(listener, 1);
    OURO_TRY(connect_peer(recorder, port));
    int accepted = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    close(listener);
    say_soon("soon");
    OURO_TRY(ouro_loop_connect_accepted_socket(ouro_get_running_loop(), &recorder->protocol,
                                               accepted, NULL));
    trace("returned");
    put(recorder, "hello");
    OURO_TRY(wait_event(recorder, DATA));
    OURO_TRY(transport_write(recorder, "answer"));
    trace("%s", peer_gets(recorder, 6));
    return finish(recorder);
}

OURO_ASYNC(of_the_unix_family)
{
    struct recorder *recorder = new_recorder("a");
    ouro_transport *transport = NULL;
    int own = -1;

    OURO_TRY(socket_pair(&own, &recorder->peer));
    OURO_TRY(ouro_loop_connect_accepted_socket(ouro_get_running_loop(), &recorder->protocol, own,
                                               &transport));
    trace("transport %d", transport == recorder->transport);
    put(recorder, "hello");
    OURO_TRY(wait_event(recorder, DATA));
    return finish(recorder);
}

static int close_it(struct recorder *recorder)
{
    ouro_transport_close(recorder->transport);
    return 0;
}

OURO_ASYNC(closed_at_once)
{
    struct recorder *recorder = new_recorder("a");
    int own = -1;

    recorder->hooks[MADE] = close_it;
    OURO_TRY(socket_pair(&own, &recorder->peer));
    trace("closed before: %d", recorder->is_lost);
    OURO_TRY(
        ouro_loop_connect_accepted_socket(ouro_get_running_loop(), &recorder->protocol, own, NULL));
    trace("returned");
    trace("%s", peer_gets(recorder, 1));
    return finish(recorder);
}

OURO_ASYNC(a_listening_socket)
{
    struct recorder *recorder = new_recorder("a");
    ouro_server *server;
    int port;
    int listener = bound_socket(&port);

    server_recorders[0] = recorder;
    server_recorder_next = 0;
    OURO_TRY(
        ouro_loop_create_server(ouro_get_running_loop(), &server, next_recorder, .fd = listener));
    trace("same port %d", ouro_server_port(server) == port);
    OURO_TRY(connect_peer(recorder, port));
    OURO_TRY(wait_event(recorder, MADE));
    OURO_TRY(finish(recorder));
    ouro_server_close(server);
    trace("%s", show(ouro_server_wait_closed(server)));
    ouro_server_unref(server);
    return 0;
}

SCENARIO(CASE(accepted_elsewhere), CASE(of_the_unix_family), CASE(closed_at_once),
         CASE(a_listening_socket))
