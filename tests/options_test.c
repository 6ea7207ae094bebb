/* Calls with options take none as well. */
#include "net_probe.h"

#include <fcntl.h>

static ouro_protocol *make_nothing(void *arg)
{
    (void) arg;
    return NULL;
}

TEST_NET(connections_and_servers_without_options)
{
    static const ouro_protocol_callbacks callbacks = { .connection_made = NULL };
    ouro_loop *loop = ouro_get_running_loop();
    ouro_protocol protocol = { &callbacks };
    ouro_stream *stream;
    ouro_server *server;

    CHECK_INT(ouro_open_connection(&stream), -EINVAL); /* no port */
    CHECK_INT(ouro_open_unix_connection(&stream), -EINVAL);
    CHECK_INT(ouro_loop_create_connection(loop, &protocol, NULL), -EINVAL);
    CHECK_INT(ouro_loop_create_unix_connection(loop, &protocol, NULL), -EINVAL);
    CHECK_INT(ouro_loop_connect_accepted_socket(loop, &protocol, -1, NULL), -EBADF);
    CHECK_INT(ouro_start_server(&server), -EINVAL); /* no handler */
    CHECK_INT(ouro_start_unix_server(&server), -EINVAL);
    CHECK_INT(ouro_loop_create_unix_server(loop, &server, make_nothing), -EINVAL);
    CHECK_INT(ouro_loop_create_server(loop, &server, make_nothing), 0);
    CHECK(ouro_server_port(server) > 0);
    ouro_server_close(server);
    CHECK_INT(ouro_server_wait_closed(server), 0);
    ouro_server_unref(server);
    return 0;
}

TEST_NET(datagrams_and_names_without_options)
{
    static const ouro_datagram_protocol_callbacks callbacks = { .connection_made = NULL };
    ouro_loop *loop = ouro_get_running_loop();
    ouro_datagram_protocol protocol = { &callbacks };
    ouro_datagram *datagram;
    ouro_addrinfo *infos;

    CHECK_INT(ouro_open_datagram(&datagram), -EINVAL); /* no address */
    CHECK_INT(ouro_loop_create_datagram_endpoint(loop, &protocol, NULL), -EINVAL);
    CHECK(ouro_loop_getaddrinfo(loop, &infos) > 0);
    ouro_addrinfo_free(infos);
    return 0;
}

TEST_NET(call_graphs_without_options)
{
    char text[4000];
    int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

    CHECK(ouro_format_call_graph(text, sizeof text) > 0); /* of this task */
    CHECK(strncmp(text, "* task ", 7) == 0);
    CHECK_INT(ouro_print_call_graph(fd), 0);
    close(fd);
    return 0;
}
