/* Connections that cannot be made, and hosts with several addresses. */
#include "transport_scenario.h"

#include <arpa/inet.h>

static int port_that_is_free(void)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void) !bind(fd, (struct sockaddr *) &address, size);
    (void) !getsockname(fd, (struct sockaddr *) &address, &size);
    close(fd);
    return ntohs(address.sin_port);
}

static int connect_protocol(struct recorder *recorder, ouro_connection_options options)
{
    options.size_ = sizeof(options);
    return ouro_loop_create_connection_with(ouro_get_running_loop(), &recorder->protocol, NULL,
                                            &options);
}

/* Connects for a protocol that is never made, and says why not. */
static int connects(ouro_connection_options options)
{
    int status = connect_protocol(new_recorder("client"), options);
    const ouro_error *detail = ouro_error_detail();

    if (status < 0 && detail && detail->error_count == 1) {
        trace("group[%s]", show_net(detail->errors[0]->status));
    } else {
        trace("%s", show_net(status));
    }
    return 0;
}

OURO_ASYNC(nobody_listens)
{
    ouro_stream *stream;
    int port = port_that_is_free();

    OURO_TRY(connects((ouro_connection_options) { .host = "127.0.0.1", .port = port }));
    trace("%s", show_net(ouro_open_connection(&stream, .host = "127.0.0.1", .port = port)));
    return 0;
}

OURO_ASYNC(all_errors)
{
    return connects((ouro_connection_options) {
        .host = "127.0.0.1", .port = port_that_is_free(), .all_errors = true });
}

OURO_ASYNC(no_such_socket)
{
    struct recorder *recorder = new_recorder("client");
    ouro_stream *stream;
    const char *path = "/tmp/ouro-oracle-no-such-folder/socket";

    trace("%s", show_net(ouro_loop_create_unix_connection(
                    ouro_get_running_loop(), &recorder->protocol, NULL, .path = path)));
    trace("%s", show_net(ouro_open_unix_connection(&stream, .path = path)));
    return 0;
}

OURO_ASYNC(nobody_listens_on_one_address)
{
    static const ouro_connection_options options[] = {
        { .host = "localhost" },
        { .host = "localhost", .happy_eyeballs_delay = 60 },
        { .host = "localhost", .interleave = 1 },
    };
    /* Both ends are made in any order. */
    struct recorder *server_sides[] = { new_recorder("a"), new_recorder("a"), new_recorder("a") };
    ouro_server *server;

    OURO_TRY(make_server(&server, true, server_sides, COUNT(options)));
    for (size_t i = 0; i < COUNT(options); i++) {
        ouro_connection_options choice = options[i];
        struct recorder *client_side = new_recorder("a");

        choice.port = ouro_server_port(server);
        OURO_TRY(connect_protocol(client_side, choice));
        OURO_TRY(wait_event(server_sides[i], MADE));
        OURO_TRY(finish(client_side));
        OURO_TRY(wait_event(server_sides[i], LOST));
        OURO_TRY(finish(server_sides[i]));
    }
    ouro_server_close(server);
    OURO_TRY(ouro_server_wait_closed(server));
    ouro_server_unref(server);
    return 0;
}

static void trace_address(struct recorder *recorder, const char *name)
{
    const struct sockaddr_in *address = ouro_transport_get_extra_info(recorder->transport, name);
    char address_text[INET_ADDRSTRLEN] = "?";

    if (address) {
        inet_ntop(AF_INET, &address->sin_addr, address_text, sizeof(address_text));
    }
    trace("%s", address_text);
}

OURO_ASYNC(from_an_address_of_one_s_own)
{
    struct recorder *server_side = new_recorder("a");
    struct recorder *client_side = new_recorder("a");
    ouro_server *server;

    OURO_TRY(new_server(&server, true, server_side));
    OURO_TRY(ouro_loop_create_connection(ouro_get_running_loop(), &client_side->protocol, NULL,
                                         .host = "127.0.0.1", .port = ouro_server_port(server),
                                         .local_host = "127.0.0.2"));
    OURO_TRY(wait_event(server_side, MADE));
    trace_address(client_side, "sockname");
    trace_address(server_side, "peername");
    OURO_TRY(finish(client_side));
    OURO_TRY(wait_event(server_side, LOST));
    OURO_TRY(finish(server_side));
    ouro_server_close(server);
    OURO_TRY(ouro_server_wait_closed(server));
    ouro_server_unref(server);
    return 0;
}

SCENARIO(CASE(nobody_listens), CASE(all_errors), CASE(no_such_socket),
         CASE(nobody_listens_on_one_address), CASE(from_an_address_of_one_s_own))
