/* loop.sock_accept: who is there, who comes, in order, and a cancel. */
#include "socket_scenario.h"

OURO_ASYNC(accepting, (int, server))
{
    return ouro_loop_sock_accept(loop(), server, NULL, NULL);
}

static const char *show_accepted(int status)
{
    if (status < 0) {
        return status == -ECANCELED ? show(status) : show_system(status);
    }
    return text("accepted, blocking %s", fcntl(status, F_GETFL) & O_NONBLOCK ? "False" : "True");
}

OURO_ASYNC(accepts)
{
    int server = listener();
    int clients[3], connections[3];

    ouro_task *task = ouro_create_task(accepting_coro(server));
    OURO_TRY(settle());
    trace("done %s", ouro_future_done(task) ? "True" : "False");
    for (int i = 0; i < 3; i++) {
        clients[i] = tcp();
    }
    OURO_TRY(ouro_loop_sock_connect(loop(), clients[0], "127.0.0.1", port_of(server)));
    connections[0] = join(task);
    trace("%s", show_accepted(connections[0]));
    for (int i = 1; i < 3; i++) {
        OURO_TRY(ouro_loop_sock_connect(loop(), clients[i], "127.0.0.1", port_of(server)));
    }
    for (int i = 1; i < 3; i++) {
        struct sockaddr_storage address;
        struct sockaddr_in own = name_of(clients[i]);

        connections[i] = ouro_loop_sock_accept(loop(), server, &address, NULL);
        trace("%s, in order %s", show_accepted(connections[i]),
              memcmp(&own, &address, sizeof own) == 0 ? "True" : "False");
    }
    for (int i = 0; i < 3; i++) {
        close(clients[i]);
        close(connections[i]);
    }
    close(server);
    return 0;
}

OURO_ASYNC(cancelled)
{
    int server = listener();
    int client = tcp();

    ouro_task *task = ouro_create_task(accepting_coro(server));
    OURO_TRY(settle());
    ouro_task_cancel(task, NULL);
    trace("%s", show_accepted(join(task)));
    OURO_TRY(ouro_loop_sock_connect(loop(), client, "127.0.0.1", port_of(server)));
    int connection = accepting(server);
    trace("%s", show_accepted(connection));
    close(server);
    close(client);
    close(connection);
    return 0;
}

OURO_ASYNC(no_listener)
{
    int server = tcp();

    trace("%s", show_accepted(accepting(server)));
    close(server);
    return 0;
}

SCENARIO(CASE(accepts), CASE(cancelled), CASE(no_listener))
