/* A server on a Unix socket, and the file that is its address. */
#include "transport_scenario.h"

#include <sys/un.h>

static char folder[64];
static char path[80];

static int enter_folder(void)
{
    snprintf(folder, sizeof(folder), "/tmp/ouro-oracle-XXXXXX");
    if (!mkdtemp(folder)) {
        return -errno;
    }
    snprintf(path, sizeof(path), "%s/socket", folder);
    return 0;
}

static int leave_folder(void)
{
    unlink(path);
    rmdir(folder);
    return 0;
}

static void trace_file(void)
{
    trace("exists %d", access(path, F_OK) == 0);
}

static int open_server(ouro_server **ret_server, struct recorder *recorder)
{
    server_recorders[0] = recorder;
    server_recorder_next = 0;
    return ouro_loop_create_unix_server(ouro_get_running_loop(), ret_server, next_recorder,
                                        .path = path);
}

static int end(ouro_server *server)
{
    ouro_server_close(server);
    OURO_TRY(ouro_server_wait_closed(server));
    ouro_server_unref(server);
    return 0;
}

static int connect_to_path(struct recorder *recorder)
{
    return ouro_loop_create_unix_connection(ouro_get_running_loop(), &recorder->protocol, NULL,
                                            .path = path);
}

OURO_ASYNC(a_conversation)
{
    struct recorder *server_side = new_recorder("a"); /* made in any order */
    struct recorder *client_side = new_recorder("a");
    ouro_server *server;

    OURO_TRY(enter_folder());
    OURO_TRY(open_server(&server, server_side));
    trace_file();
    OURO_TRY(connect_to_path(client_side));
    OURO_TRY(wait_event(server_side, MADE));
    OURO_TRY(transport_write(client_side, "hello"));
    OURO_TRY(wait_event(server_side, DATA));
    OURO_TRY(transport_write(server_side, "answer"));
    OURO_TRY(wait_event(client_side, DATA));
    OURO_TRY(finish(client_side));
    OURO_TRY(wait_event(server_side, LOST));
    OURO_TRY(finish(server_side));
    OURO_TRY(end(server));
    trace_file();
    return leave_folder();
}

OURO_ASYNC(the_file_is_kept)
{
    ouro_server *server;

    OURO_TRY(enter_folder());
    OURO_TRY(ouro_loop_create_unix_server(ouro_get_running_loop(), &server, next_recorder,
                                          .path = path, .no_cleanup_socket = true));
    OURO_TRY(end(server));
    trace_file();
    return leave_folder();
}

OURO_ASYNC(the_file_is_gone_already)
{
    ouro_server *server;

    OURO_TRY(enter_folder());
    OURO_TRY(open_server(&server, NULL));
    unlink(path);
    OURO_TRY(end(server));
    trace_file();
    return leave_folder();
}

OURO_ASYNC(another_has_taken_the_path)
{
    ouro_server *first;
    ouro_server *second;

    OURO_TRY(enter_folder());
    OURO_TRY(open_server(&first, NULL));
    unlink(path);
    OURO_TRY(open_server(&second, NULL));
    OURO_TRY(end(first));
    trace_file();
    OURO_TRY(end(second));
    trace_file();
    return leave_folder();
}

OURO_ASYNC(a_file_of_another_kind_has_it)
{
    ouro_server *server;

    OURO_TRY(enter_folder());
    FILE *file = fopen(path, "w");
    if (file) {
        fclose(file);
    }
    if (open_server(&server, NULL) < 0) {
        trace("refused");
    }
    trace_file();
    return leave_folder();
}

OURO_ASYNC(what_is_left_of_another_is_replaced)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    ouro_server *server;

    OURO_TRY(enter_folder());
    memcpy(address.sun_path, path, sizeof(path));
    int left = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    (void) !bind(left, (struct sockaddr *) &address, sizeof(address));
    close(left);
    trace("%s", show_net(connect_to_path(new_recorder("a"))));
    OURO_TRY(open_server(&server, NULL));
    trace_file();
    OURO_TRY(end(server));
    trace_file();
    trace("%s", show_net(connect_to_path(new_recorder("a"))));
    return leave_folder();
}

SCENARIO(CASE(a_conversation), CASE(the_file_is_kept), CASE(the_file_is_gone_already),
         CASE(another_has_taken_the_path), CASE(a_file_of_another_kind_has_it),
         CASE(what_is_left_of_another_is_replaced))
