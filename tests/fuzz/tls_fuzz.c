/* A fuzz target: TLS transports, a client's and a server's, over sockets that bring whatever the
 * fuzzer makes up.
 *
 * The first byte chooses the role, how the rest is cut into pieces, and whether a proper handshake
 * comes first; the rest is what the peer sends. Whatever that is: the connection ends, nothing
 * leaks, and no byte is read that was not sealed by the peer.
 */
#include "tls_link.h"

#include "base/alloc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Input of one run. */
struct tls_input {
    const uint8_t *data;
    size_t size;
    size_t piece;
    bool is_server;
    bool begins_well;
};

static ouro_tls_context *contexts[2];

/* Sends what the fuzzer has made up, in pieces, then ends. */
OURO_ASYNC(send_pieces, (const struct tls_input *, input), (int, fd))
{
    static char dropped[65536];
    size_t sent = 0;

    while (sent < input->size) {
        size_t count = input->size - sent < input->piece ? input->size - sent : input->piece;

        if (send(fd, input->data + sent, count, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t) count)
            break;
        sent += count;
        while (recv(fd, dropped, sizeof dropped, MSG_DONTWAIT) > 0)
            continue;
        OURO_TRY(ouro_sleep(0));
    }
    shutdown(fd, SHUT_WR);
    return 0;
}

/* Reads until the end, whatever that is. */
static void read_to_the_end(ouro_stream *stream)
{
    char data[512];

    while (ouro_stream_read(stream, data, sizeof data) > 0)
        FAIL("bytes that nobody has sealed were taken for the peer's");
}

OURO_ASYNC(receive, (const struct tls_input *, input), (int, fd))
{
    ouro_stream *stream = NULL;
    int status;

    if (input->is_server) {
        OURO_TRY(ouro_open_connection(&stream, .fd = fd));
        status = ouro_stream_start_tls(stream, contexts[1], .server_side = true,
                                       .handshake_timeout = 5);
    } else {
        status = ouro_open_connection(&stream, .fd = fd, .tls = contexts[0],
                                      .server_hostname = "localhost", .tls_handshake_timeout = 5);
    }
    if (status == 0)
        read_to_the_end(stream);
    ouro_stream_abort(stream);
    ouro_stream_unref(stream);
    return 0;
}

/* The handshake is proper, and what follows it is not. */
static int fuzz_records(const struct tls_input *input)
{
    struct tls_link link = { .client = NULL };
    ouro_stream *victim;
    ouro_stream *other;

    shake_hands(&link, ouro_tls_context_ref(contexts[0]), ouro_tls_context_ref(contexts[1]));
    victim = input->is_server ? link.server : link.client;
    other = input->is_server ? link.client : link.server;
    OURO_TRY(send_pieces(input, *(const int *) ouro_stream_get_extra_info(other, "socket")));
    read_to_the_end(victim);
    ouro_stream_abort(victim);
    ouro_stream_abort(other);
    ouro_stream_unref(victim);
    ouro_stream_unref(other);
    return 0;
}

static int fuzz_once(void *arg)
{
    const struct tls_input *input = arg;
    int fds[2];
    int status;

    if (input->begins_well)
        return fuzz_records(input);
    connect_pair(fds);
    status = ouro_gather(receive_coro(input, fds[0]), send_pieces_coro(input, fds[1]));
    close(fds[1]);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const size_t pieces[] = { 1, 3, 64, 65536 };
    struct tls_input input;
    static unsigned long blocks;

    if (contexts[0] == NULL) {
        CHECK_INT(ouro_tls_client_context(&contexts[0], .ca_pem = authority()->certificate_pem,
                                          .no_resumption = true), /* a session would stay */
                  0);
        contexts[1] = server_context();
    }
    if (size == 0 || size > 4096)
        return 0;
    input = (struct tls_input) {
        .data = data + 1,
        .size = size - 1,
        .piece = pieces[data[0] & 3],
        .is_server = (data[0] & 4) != 0,
        .begins_well = (data[0] & 8) != 0,
    };
    CHECK_INT(ouro_run(ouro_coro(fuzz_once, &input)), 0);
    (void) ouro_error_set(-EIO, "fuzz", "the last failure is kept: it is always this one");
    if (blocks == 0)
        blocks = ouro__alloc_live(); /* with what the first run makes for all */
    CHECK_INT(ouro__alloc_live(), blocks);
    return 0;
}
