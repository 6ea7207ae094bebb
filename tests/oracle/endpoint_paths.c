/* Datagram endpoints at paths: their names, and what an earlier one has left. */
#include "socket_scenario.h"

#include <sys/un.h>

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

static const char *exists(const char *path)
{
    return access(path, F_OK) == 0 ? "True" : "False";
}

static const char *make_folder(void)
{
    static char folder[] = "/tmp/ouro-XXXXXX";

    memcpy(folder, "/tmp/ouro-XXXXXX", sizeof folder);
    must(mkdtemp(folder) != NULL);
    return folder;
}

OURO_ASYNC(there_and_back)
{
    struct talker server = { .protocol.callbacks = &echo_callbacks, .name = "server" };
    struct talker client = TALKER("client");
    const char *folder = make_folder();
    char paths[2][64];
    struct sockaddr_un peer;

    snprintf(paths[0], sizeof paths[0], "%s/server", folder);
    snprintf(paths[1], sizeof paths[1], "%s/client", folder);
    OURO_TRY(endpoint(&server, .local_path = paths[0]));
    OURO_TRY(endpoint(&client, .local_path = paths[1], .remote_path = paths[0]));
    memcpy(&peer, ouro_datagram_transport_get_extra_info(client.transport, "peername"),
           sizeof peer);
    trace("peername %s", strcmp(peer.sun_path, paths[0]) == 0 ? "True" : "False");
    OURO_TRY(send_text(&client, "hello"));
    OURO_TRY(settle());
    ouro_datagram_transport_close(server.transport);
    OURO_TRY(settle());
    trace("left %s", exists(paths[0]));
    OURO_TRY(send_text(&client, "x"));
    ouro_datagram_transport_close(client.transport);
    OURO_TRY(settle());
    unlink(paths[0]);
    unlink(paths[1]);
    rmdir(folder);
    return 0;
}

OURO_ASYNC(what_was_left)
{
    struct talker talkers[] = { TALKER("first"), TALKER("second"), TALKER("third") };
    const char *folder = make_folder();
    char path[64];

    snprintf(path, sizeof path, "%s/socket", folder);
    for (int i = 0; i < 2; i++) {
        OURO_TRY(endpoint(&talkers[i], .local_path = path));
        ouro_datagram_transport_close(talkers[i].transport);
        OURO_TRY(settle());
    }
    unlink(path);
    int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    must(fd >= 0);
    close(fd);
    trace("%s", show(endpoint(&talkers[2], .local_path = path)));
    trace("left %s", exists(path));
    unlink(path);
    rmdir(folder);
    return 0;
}

OURO_ASYNC(nobody_is_there)
{
    struct talker p = TALKER("p");
    const char *folder = make_folder();
    char path[64];

    snprintf(path, sizeof path, "%s/socket", folder);
    trace("%s", show_system(endpoint(&p, .remote_path = path)));
    rmdir(folder);
    return 0;
}

SCENARIO(CASE(there_and_back), CASE(what_was_left), CASE(nobody_is_there))
