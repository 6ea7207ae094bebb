/* Connections that stand: how they end, how they begin in the middle of plain ones, what passes in
 * pieces of a byte, protocols, and what happens without memory.
 */
#include "tls_link.h"

#include "base/alloc.h"
#include "harness/random.h"

/* The end. */

TEST_NET(each_side_ends_for_itself)
{
    struct tls_link link = { .client = NULL };
    ouro_task *task;
    char byte;

    open_link(&link);
    CHECK_INT(ouro_stream_write(link.client, BYTES("last words\n")), 0);
    task = ouro_create_task(close_end_coro(link.client));
    settle();
    CHECK(!ouro_future_done(task)); /* it waits for our end */
    /* What has come before the end is there, and the other direction goes on. */
    CHECK_INT(ouro_stream_read(link.server, &byte, 1), 1);
    CHECK_INT(ouro_stream_write(link.server, BYTES("nobody reads this")), 0);
    while (byte != '\n')
        CHECK_INT(ouro_stream_read(link.server, &byte, 1), 1);
    CHECK_INT(ouro_stream_read(link.server, &byte, 1), 0);
    CHECK(ouro_stream_at_eof(link.server));
    CHECK_INT(ouro_stream_read(link.server, &byte, 1), 0);
    CHECK(!ouro_stream_is_closing(link.server));
    CHECK_INT(ouro_stream_write(link.server, BYTES("nor this")), 0);
    CHECK_INT(ouro_stream_close(link.server), 0);
    CHECK_INT(ouro_await(task), 0);
    ouro_task_unref(task);
    return 0;
}

/* The socket of a stream, for what TLS knows nothing of. */
static int socket_of(ouro_stream *stream)
{
    return *(const int *) ouro_stream_get_extra_info(stream, "socket");
}

static ouro_tls_context *strict_client(void)
{
    ouro_tls_context *context;

    CHECK_INT(ouro_tls_client_context(&context, .ca_pem = authority()->certificate_pem,
                                      .require_end = true),
              0);
    return context;
}

/* A peer that closes its socket and nothing else. */
static int read_after_cut(ouro_tls_context *context)
{
    struct tls_link link = { .client = NULL };
    ouro_bytes bytes;
    char byte;
    int status;

    shake_hands(&link, context, server_context());
    CHECK_INT(link.client_status, 0);
    pass_line(link.server, link.client, "tickets and this\n");
    CHECK_INT(ouro_stream_write(link.server, BYTES("a rest")), 0);
    settle();
    shutdown(socket_of(link.server), SHUT_WR);
    CHECK_INT(ouro_stream_readexactly(link.client, &byte, 1, NULL), 0);
    status = ouro_stream_read_bytes(link.client, 0, &bytes);
    if (status >= 0) {
        CHECK_BYTES(bytes.data, bytes.size, " rest", 5);
        status = ouro_stream_read(link.client, &byte, 1);
    }
    ouro_stream_abort(link.server);
    ouro_ignore(ouro_stream_close(link.client));
    ouro_stream_unref(link.server);
    return status;
}

TEST_NET(a_cut_is_an_end_unless_one_is_required)
{
    CHECK_INT(read_after_cut(client_context()), 0);
    CHECK_INT(read_after_cut(strict_client()), OURO_ETLSCUT);
    return 0;
}

/* The same after a close of one's own. */
static int close_before_cut(ouro_tls_context *context)
{
    struct tls_link link = { .client = NULL };
    ouro_task *task;
    int status;

    shake_hands(&link, context, server_context());
    pass_line(link.server, link.client, "tickets and this\n");
    task = ouro_create_task(close_end_coro(ouro_stream_ref(link.client)));
    settle();
    shutdown(socket_of(link.server), SHUT_WR);
    CHECK_INT(ouro_await(task), 0);
    ouro_task_unref(task);
    status = ouro_stream_wait_closed(link.client);
    ouro_stream_unref(link.client);
    ouro_stream_abort(link.server);
    ouro_stream_unref(link.server);
    return status;
}

TEST_NET(an_end_that_is_not_answered_by_one)
{
    CHECK_INT(close_before_cut(client_context()), 0);
    CHECK_INT(close_before_cut(strict_client()), OURO_ETLSCUT);
    return 0;
}

TEST_NET(a_cut_inside_a_record_is_an_error)
{
    struct tls_link link = { .client = NULL };
    char byte;

    open_link(&link);
    pass_line(link.server, link.client, "tickets and this\n");
    put_bytes(socket_of(link.server),
              "\x17\x03\x03\x01\x00"
              "begun",
              10);
    shutdown(socket_of(link.server), SHUT_WR);
    CHECK_INT(ouro_stream_read(link.client, &byte, 1), OURO_ETLSCUT);
    CHECK_INT(ouro_stream_write(link.client, BYTES("x")), OURO_ETLSCUT);
    CHECK_INT(ouro_stream_close(link.client), OURO_ETLSCUT);
    ouro_stream_abort(link.server);
    ouro_stream_unref(link.server);
    return 0;
}

TEST_NET(damaged_records)
{
    struct tls_link link = { .client = NULL };
    char byte;

    open_link(&link);
    pass_line(link.server, link.client, "tickets and this\n");
    put_bytes(socket_of(link.server),
              "\x17\x03\x03\x00\x20"
              "0123456789abcdef0123456789abcdef",
              37);
    CHECK_INT(ouro_stream_read(link.client, &byte, 1), OURO_ETLS);
    CHECK(strstr(ouro_error_text(OURO_ETLS), "bad record mac") != NULL);
    /* The other side is told. */
    CHECK_INT(ouro_stream_read(link.server, &byte, 1), OURO_ETLSALERT);
    CHECK_INT(ouro_stream_close(link.client), OURO_ETLS);
    CHECK_INT(ouro_stream_close(link.server), OURO_ETLSALERT);
    return 0;
}

/* A peer that does not answer an end is left after a while. */
TEST_NET(an_end_without_an_answer)
{
    struct tls_link link = { .end_timeout = 0.001 };

    open_link(&link);
    CHECK_INT(ouro_stream_close(link.client), -ETIMEDOUT);
    ouro_stream_abort(link.server);
    ouro_stream_unref(link.server);
    return 0;
}

TEST_NET(an_abort_resets)
{
    struct tls_link link = { .client = NULL };
    char byte;

    open_link(&link);
    CHECK_INT(ouro_stream_write(link.client, BYTES("lost")), 0);
    ouro_stream_abort(link.client);
    CHECK_INT(ouro_stream_wait_closed(link.client), 0);
    CHECK_INT(ouro_stream_read(link.server, &byte, 1), -ECONNRESET);
    ouro_stream_unref(link.client);
    CHECK_INT(ouro_stream_close(link.server), -ECONNRESET);
    return 0;
}

TEST_NET(an_abort_of_a_close)
{
    struct tls_link link = { .client = NULL };
    ouro_task *task;

    open_link(&link);
    task = ouro_create_task(close_end_coro(ouro_stream_ref(link.client)));
    settle();
    CHECK(!ouro_future_done(task));
    ouro_stream_abort(link.client);
    CHECK_INT(ouro_await(task), 0);
    ouro_task_unref(task);
    ouro_stream_unref(link.client);
    ouro_stream_abort(link.server);
    ouro_stream_unref(link.server);
    return 0;
}

/* The middle. */

OURO_ASYNC(read_all_of, (ouro_stream *, stream), (size_t, size))
{
    uint8_t *data = malloc(size);
    char byte;
    int status = ouro_stream_readexactly(stream, data, size, NULL);

    for (size_t i = 0; i < size && status == 0; i++)
        if (data[i] != (uint8_t) (i * 7 + i / 251))
            FAIL("byte %zu is wrong", i);
    free(data);
    if (status == 0)
        status = ouro_stream_read(stream, &byte, 1);
    return status;
}

OURO_ASYNC(write_all_of, (ouro_stream *, stream), (size_t, size), (size_t *, ret_most))
{
    uint8_t chunk[4000];
    size_t written = 0;

    while (written < size) {
        size_t count = size - written < sizeof chunk ? size - written : sizeof chunk;

        for (size_t i = 0; i < count; i++)
            chunk[i] = (uint8_t) ((written + i) * 7 + (written + i) / 251);
        OURO_TRY(ouro_stream_write(stream, (ouro_bytes) { chunk, count }));
        written += count;
        if (ouro_stream_get_write_buffer_size(stream) > *ret_most)
            *ret_most = ouro_stream_get_write_buffer_size(stream);
        OURO_TRY(ouro_stream_drain(stream));
    }
    return 0;
}

/* Much in both directions at once, and no more queued than the marks allow. */
TEST_NET(much_both_ways)
{
    enum { SIZE = 1500000 };
    struct tls_link link = { .client = NULL };
    size_t most[2] = { 0 };
    ouro_task *tasks[4];

    open_link(&link);
    tasks[0] = ouro_create_task(write_all_of_coro(link.client, SIZE, &most[0]));
    tasks[1] = ouro_create_task(write_all_of_coro(link.server, SIZE, &most[1]));
    tasks[2] = ouro_create_task(read_all_of_coro(link.client, SIZE));
    tasks[3] = ouro_create_task(read_all_of_coro(link.server, SIZE));
    CHECK_INT(ouro_await(tasks[0]), 0);
    CHECK_INT(ouro_await(tasks[1]), 0);
    CHECK_INT(ouro_stream_write(link.client, BYTES(".")), 0);
    CHECK_INT(ouro_stream_write(link.server, BYTES(".")), 0);
    CHECK_INT(ouro_await(tasks[2]), 1);
    CHECK_INT(ouro_await(tasks[3]), 1);
    for (int i = 0; i < 4; i++)
        ouro_task_unref(tasks[i]);
    CHECK(most[0] <= (512 << 10) + 4000 && most[1] <= (512 << 10) + 4000);
    close_link(&link);
    return 0;
}

/* A peer that does not read bounds what is queued, and one that does lets the writer go on. */
TEST_NET(a_peer_that_does_not_read)
{
    struct tls_link link = { .client = NULL };
    size_t most = 0;
    size_t low;
    size_t high;
    ouro_task *writer;
    ouro_task *reader;

    open_link(&link);
    ouro_transport_get_write_buffer_limits(ouro_stream_transport(link.client), &low, &high);
    CHECK_INT(high, 512 << 10);
    CHECK_INT(low, 128 << 10);
    writer = ouro_create_task(write_all_of_coro(link.client, 16 << 20, &most));
    for (int i = 0; i < 200; i++)
        settle();
    CHECK(!ouro_future_done(writer));
    CHECK(most > (512 << 10) && most <= (512 << 10) + 4000);
    reader = ouro_create_task(read_all_of_coro(link.server, 16 << 20));
    CHECK_INT(ouro_await(writer), 0);
    CHECK_INT(ouro_stream_write(link.client, BYTES(".")), 0);
    CHECK_INT(ouro_await(reader), 1);
    ouro_task_unref(writer);
    ouro_task_unref(reader);
    close_link(&link);
    return 0;
}

/* Keys that are changed while bytes flow. */
TEST_NET(key_updates)
{
    struct tls_link link = { .client = NULL };

    open_link(&link);
    for (int i = 0; i < 4; i++) {
        SSL *ssl = (SSL *) ouro_stream_get_extra_info(i % 2 ? link.client : link.server,
                                                      "ssl_object");

        CHECK_INT(SSL_key_update(ssl, SSL_KEY_UPDATE_REQUESTED), 1);
        pass_line(link.client, link.server, "one way\n");
        pass_line(link.server, link.client, "the other\n");
    }
    close_link(&link);
    return 0;
}

/* Passes what comes on by single bytes. */
OURO_ASYNC(drip, (ouro_stream *, from), (ouro_stream *, to))
{
    uint8_t byte;
    int status;

    while ((status = ouro_stream_read(from, &byte, 1)) > 0) {
        OURO_TRY(ouro_stream_write(to, (ouro_bytes) { &byte, 1 }));
        OURO_TRY(ouro_sleep(1e-6));
    }
    ouro_ignore(ouro_stream_write_eof(to));
    return status;
}

TEST_NET(records_in_single_bytes)
{
    struct tls_link link = { .client = NULL };
    ouro_stream *middle[2];
    ouro_task *drips[2];
    int fds[2][2];

    connect_pair(fds[0]);
    connect_pair(fds[1]);
    for (int i = 0; i < 2; i++)
        CHECK_INT(ouro_open_connection(&middle[i], .fd = fds[i][1]), 0);
    for (int i = 0; i < 2; i++)
        drips[i] = ouro_create_task(drip_coro(middle[i], middle[!i]));
    link.fds[0] = fds[0][0];
    CHECK_INT(ouro_open_connection(&link.server, .fd = fds[1][0]), 0);
    ouro_tls_context *client = client_context();
    ouro_tls_context *server = server_context();
    CHECK_INT(ouro_gather(open_client_coro(&link, client), open_server_coro(&link, server)), 0);
    CHECK_INT(link.client_status, 0);
    CHECK_INT(link.server_status, 0);
    pass_line(link.client, link.server, "drop by drop\n");
    pass_line(link.server, link.client, "as well\n");
    close_link(&link);
    for (int i = 0; i < 2; i++) {
        CHECK_INT(ouro_await(drips[i]), 0);
        ouro_task_unref(drips[i]);
        ouro_ignore(ouro_stream_close(middle[i]));
    }
    ouro_tls_context_unref(client);
    ouro_tls_context_unref(server);
    return 0;
}

/* The beginning: TLS on a connection that has been plain. */

OURO_ASYNC(upgrade_server, (ouro_stream *, stream), (ouro_tls_context *, context))
{
    ouro_bytes line;

    CHECK_INT(ouro_stream_readline(stream, &line), 1);
    CHECK_BYTES(line.data, line.size, "STARTTLS\n", 9);
    CHECK_INT(ouro_stream_write(stream, BYTES("220 go on\n")), 0);
    CHECK_INT(ouro_stream_start_tls(stream, context, .server_side = true), 0);
    CHECK_INT(ouro_stream_readline(stream, &line), 1);
    CHECK_BYTES(line.data, line.size, "EHLO\n", 5);
    return ouro_stream_write(stream, BYTES("250 hello\n"));
}

/* The client does not wait for the answer: its hello lies behind the plain line in the server's
 * buffer, and is not lost. */
OURO_ASYNC(upgrade_client, (ouro_stream *, stream), (ouro_tls_context *, context))
{
    ouro_bytes line;

    CHECK_INT(ouro_stream_write(stream, BYTES("STARTTLS\n")), 0);
    CHECK_INT(ouro_stream_readline(stream, &line), 1);
    CHECK_INT(ouro_stream_start_tls(stream, context, .server_hostname = "localhost"), 0);
    CHECK_INT(ouro_stream_write(stream, BYTES("EHLO\n")), 0);
    CHECK_INT(ouro_stream_readline(stream, &line), 1);
    CHECK_BYTES(line.data, line.size, "250 hello\n", 10);
    return 0;
}

TEST_NET(plain_and_then_tls)
{
    ouro_tls_context *client = client_context();
    ouro_tls_context *server = server_context();
    struct tls_link link;

    connect_pair(link.fds);
    CHECK_INT(ouro_open_connection(&link.client, .fd = link.fds[0]), 0);
    CHECK_INT(ouro_open_connection(&link.server, .fd = link.fds[1]), 0);
    /* Twice: TLS inside of TLS. */
    for (int i = 0; i < 2; i++)
        CHECK_INT(ouro_gather(upgrade_server_coro(link.server, server),
                              upgrade_client_coro(link.client, client)),
                  0);
    CHECK_STR(ouro_stream_get_extra_info(link.client, "transport"), "tls");
    CHECK(ouro_stream_get_extra_info(link.client, "peername") != NULL);
    close_link(&link);
    ouro_tls_context_unref(client);
    ouro_tls_context_unref(server);
    return 0;
}

/* Sends what `from` has, of `size` bytes, behind a plain line: in one piece. */
static void pass_behind(int from, int to, const char *line, size_t size)
{
    char data[4096];
    size_t len = strlen(line);
    ssize_t count;

    memcpy(data, line, len);
    count = recv(from, data + len, sizeof data - len, 0);
    CHECK(count > 0 && (size == 0 || (size_t) count == size));
    put_bytes(to, data, len + (size_t) count);
}

OURO_ASYNC(start_server, (ouro_stream *, stream), (ouro_tls_context *, context))
{
    return ouro_stream_start_tls(stream, context, .server_side = true);
}

/* The hello is in the stream's buffer already when TLS begins. */
TEST_NET(bytes_that_came_before_are_not_lost)
{
    ouro_tls_context *client = client_context();
    ouro_tls_context *server = server_context();
    struct tls_link link = { .client = NULL };
    ouro_task *opener;
    ouro_task *starter;
    ouro_bytes line;
    char data[4096];
    ssize_t count;
    int others[2];

    connect_pair(link.fds);
    connect_pair(others);
    CHECK_INT(ouro_open_connection(&link.server, .fd = others[0]), 0);
    opener = ouro_create_task(open_client_coro(&link, client));
    settle();
    pass_behind(link.fds[1], others[1], "STARTTLS\n", 0);
    CHECK_INT(ouro_stream_readline(link.server, &line), 1);
    settle();
    starter = ouro_create_task(start_server_coro(link.server, server));
    while (!ouro_future_done(opener) || !ouro_future_done(starter)) {
        if ((count = recv(others[1], data, sizeof data, MSG_DONTWAIT)) > 0)
            put_bytes(link.fds[1], data, (size_t) count);
        if ((count = recv(link.fds[1], data, sizeof data, MSG_DONTWAIT)) > 0)
            put_bytes(others[1], data, (size_t) count);
        CHECK_INT(ouro_sleep(1e-6), 0);
    }
    CHECK_INT(link.client_status, 0);
    CHECK_INT(ouro_await(starter), 0);
    ouro_task_unref(opener);
    ouro_task_unref(starter);
    ouro_stream_abort(link.client);
    ouro_stream_abort(link.server);
    ouro_stream_unref(link.client);
    ouro_stream_unref(link.server);
    close(link.fds[1]);
    close(others[1]);
    ouro_tls_context_unref(client);
    ouro_tls_context_unref(server);
    return 0;
}

OURO_ASYNC(start_client, (ouro_stream *, stream), (ouro_tls_context *, context))
{
    return ouro_stream_start_tls(stream, context, .server_hostname = "localhost");
}

/* While what was plain is still being sent. */
TEST_NET(cancelled_before_the_handshake)
{
    enum { SIZE = 16 << 20 };
    ouro_tls_context *context = client_context();
    uint8_t *data = calloc(1, SIZE);
    ouro_stream *stream;
    ouro_task *task;
    int fds[2];

    connect_pair(fds);
    CHECK_INT(ouro_open_connection(&stream, .fd = fds[0]), 0);
    CHECK_INT(ouro_stream_write(stream, (ouro_bytes) { data, SIZE }), 0);
    free(data);
    task = ouro_create_task(start_client_coro(stream, context));
    settle();
    CHECK(!ouro_future_done(task));
    ouro_task_cancel(task, NULL);
    CHECK_INT(ouro_await(task), -ECANCELED);
    CHECK(ouro_stream_is_closing(stream));
    CHECK_INT(ouro_stream_wait_closed(stream), 0);
    ouro_task_unref(task);
    ouro_stream_unref(stream);
    ouro_tls_context_unref(context);
    close(fds[1]);
    return 0;
}

/* Left open: reported once for each end, and nothing else stays. */
static struct tls_link left_open;
static struct reports left_reports;

static int leave_open(void *arg)
{
    (void) arg;
    keep_reports(&left_reports);
    open_link(&left_open);
    CHECK_INT(ouro_stream_write(left_open.client, BYTES("never read")), 0);
    return 0;
}

TEST_BACKENDS(a_loop_closed_over_tls)
{
    run(leave_open, NULL);
    CHECK_INT(left_reports.count, 2);
    CHECK(strstr(left_reports.message, "was not closed before its loop") != NULL);
    CHECK(ouro_stream_is_closing(left_open.client));
    CHECK(ouro_stream_get_extra_info(left_open.client, "version") != NULL);
    ouro_stream_unref(left_open.client);
    ouro_stream_unref(left_open.server);
}

/* Each allocation fails once. */
static int exchange(void *arg)
{
    struct tls_link link = { .timeout = 0.05, .client_status = 1 }; /* one may never begin */
    ouro_tls_context *client = NULL;
    ouro_tls_context *server = NULL;
    int *ret_done = arg;
    int status = ouro_tls_client_context(&client, .ca_pem = authority()->certificate_pem);

    if (status == 0)
        status = ouro_tls_server_context(&server, .certificate_pem = localhost()->certificate_pem,
                                         .key_pem = localhost()->key_pem);
    connect_pair(link.fds);
    if (status == 0)
        status = ouro_open_connection(&link.server, .fd = link.fds[1]);
    if (status < 0) {
        close(link.fds[0]);
        close(link.fds[1]);
        ouro_tls_context_unref(client);
        ouro_tls_context_unref(server);
        return status;
    }
    status = ouro_gather(open_client_coro(&link, client), open_server_coro(&link, server));
    ouro_tls_context_unref(client);
    ouro_tls_context_unref(server);
    if (link.client != NULL && link.server != NULL) {
        char byte;

        ouro_ignore(ouro_stream_write(link.client, BYTES("hello")));
        *ret_done = ouro_stream_read(link.server, &byte, 1);
    }
    if (link.client != NULL)
        ouro_stream_abort(link.client);
    else if (link.client_status == 1)
        close(link.fds[0]);
    ouro_stream_unref(link.client);
    if (link.server != NULL)
        ouro_stream_abort(link.server);
    ouro_stream_unref(link.server);
    return status;
}

TEST_WITH(without_memory, .backends = TEST_URING | TEST_EPOLL, .allocation_failures = true,
          .seconds = 60)
{
    int done = 0;

    (void) authority();
    (void) localhost();
    ouro_ignore(ouro_run(ouro_coro(exchange, &done)));
    if (!test_fault_fired())
        CHECK_INT(done, 1);
}
