/* Bodies in pieces: reading, writing, back-pressure, and the end. */
#include "curl_peer.h"

#define BIG ((size_t) 3 << 20)

static ouro_curl_stream *open_stream(CURL *easy, size_t limit)
{
    ouro_curl_stream *stream = NULL;

    CHECK_INT(ouro_curl_stream_open(&stream, easy, .limit = limit), 0);
    return stream;
}

/* Reads to the end and compares. */
static void expect_stream(ouro_curl_stream *stream, const uint8_t *data, size_t size)
{
    size_t count = 0;
    uint8_t piece[5000];

    for (;;) {
        int len = ouro_curl_stream_read(stream, piece, sizeof piece);

        CHECK(len >= 0);
        if (len == 0)
            break;
        CHECK(count + (size_t) len <= size);
        CHECK_BYTES(piece, (size_t) len, data + count, (size_t) len);
        count += (size_t) len;
    }
    CHECK_INT(count, size);
}

TEST_NET(a_body_is_read_piece_by_piece)
{
    struct nginx nginx = start_nginx(false);
    uint8_t *data = serve_bytes(&nginx, "big", BIG);
    CURL *easy = easy_for(url_of(&nginx, "big"), NULL);
    ouro_curl_stream *stream = open_stream(easy, 0);
    long code = 0;
    char byte;

    CHECK_INT(ouro_curl_stream_wait(stream), 1);
    CHECK_INT(curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &code), CURLE_OK);
    CHECK_INT(code, 200);
    CHECK_INT(ouro_curl_stream_wait(stream), 1);
    CHECK_INT(ouro_curl_stream_read(stream, &byte, 0), 0);
    expect_stream(stream, data, BIG);
    CHECK_INT(ouro_curl_stream_read(stream, &byte, 1), 0);
    CHECK_INT(ouro_curl_stream_close(stream), 0);

    struct sink sink = { .size = 0 };

    curl_easy_setopt(easy, CURLOPT_URL, url_of(&nginx, "list"));
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, sink_write);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &sink);
    CHECK_INT(ouro_curl_perform(easy), 0); /* the handle is the caller's again */
    CHECK_STR(sink.data, "[1, 2, 3]");
    curl_easy_cleanup(easy);
    free(data);
    stop_nginx(&nginx);
    return 0;
}

/* Who reads slowly holds up the sender: what has been received stays near the limit. */
TEST_NET(reading_slowly_pauses_the_transfer)
{
    struct nginx nginx = start_nginx(false);
    uint8_t *data = serve_bytes(&nginx, "big", BIG);
    CURL *easy = easy_for(url_of(&nginx, "big"), NULL);
    ouro_curl_stream *stream = open_stream(easy, 20000);
    curl_off_t received = 0;

    CHECK_INT(ouro_curl_stream_wait(stream), 1);
    for (int i = 0; i < 20; i++)
        settle();
    CHECK_INT(curl_easy_getinfo(easy, CURLINFO_SIZE_DOWNLOAD_T, &received), CURLE_OK);
    CHECK(received > 0);
    CHECK(received <= 20000 + 2 * CURL_MAX_WRITE_SIZE);
    expect_stream(stream, data, BIG);
    CHECK_INT(ouro_curl_stream_close(stream), 0);
    curl_easy_cleanup(easy);
    free(data);
    stop_nginx(&nginx);
    return 0;
}

TEST_NET(a_compressed_body_is_paused_too)
{
    struct nginx nginx = start_nginx(false);
    uint8_t *data = serve_bytes(&nginx, "packed/big", BIG);
    CURL *easy = easy_for(url_of(&nginx, "packed/big"), NULL);
    ouro_curl_stream *stream;

    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
    stream = open_stream(easy, 1);
    expect_stream(stream, data, BIG);
    CHECK_INT(ouro_curl_stream_close(stream), 0);
    curl_easy_cleanup(easy);
    free(data);
    stop_nginx(&nginx);
    return 0;
}

/* Two bodies on one connection: the one that nobody reads must not hold up the other. */
TEST_NET(of_http_2_streams_each_is_paused_alone)
{
    struct nginx nginx = start_nginx(true);
    uint8_t *data = serve_bytes(&nginx, "big", BIG);
    ouro_curl_stream *streams[2];
    CURL *handles[2];
    char url[64];
    char *log;

    snprintf(url, sizeof url, "https://localhost:%d/big", nginx.tls_port);
    for (int i = 0; i < 2; i++) {
        handles[i] = easy_for(url, NULL);
        curl_easy_setopt(handles[i], CURLOPT_CAINFO, path_in(&nginx, "certificate.pem"));
        curl_easy_setopt(handles[i], CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_2TLS);
        curl_easy_setopt(handles[i], CURLOPT_PIPEWAIT, 1L);
        streams[i] = open_stream(handles[i], 30000);
        CHECK_INT(ouro_curl_stream_wait(streams[i]), 1);
    }
    expect_stream(streams[1], data, BIG);
    expect_stream(streams[0], data, BIG);
    log = wait_for_log(&nginx, 2);
    CHECK_INT(connections_in(log), 1);
    free(log);
    for (int i = 0; i < 2; i++) {
        CHECK_INT(ouro_curl_stream_close(streams[i]), 0);
        curl_easy_cleanup(handles[i]);
    }
    free(data);
    stop_nginx(&nginx);
    return 0;
}

TEST_NET(a_response_without_a_body)
{
    struct nginx nginx = start_nginx(false);
    CURL *easy = easy_for(url_of(&nginx, "cookies"), NULL);
    ouro_curl_stream *stream = open_stream(easy, 0);
    char byte;

    CHECK_INT(ouro_curl_stream_wait(stream), 0);
    CHECK_INT(ouro_curl_stream_read(stream, &byte, 1), 0);
    CHECK_INT(ouro_curl_stream_write(stream, OURO_BYTES("x")), OURO_ECLOSED);
    CHECK_INT(ouro_curl_stream_close(stream), 0);
    CHECK_INT(ouro_curl_stream_close(NULL), 0);
    curl_easy_cleanup(easy);
    stop_nginx(&nginx);
    return 0;
}

TEST_NET(a_body_cut_short_is_read_before_the_error)
{
    struct talker talker = { .answer = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc" };
    CURL *easy;
    ouro_curl_stream *stream;
    char data[16];
    int status;

    start_talker(&talker);
    easy = easy_for(url_of_port(talker.port), NULL);
    stream = open_stream(easy, 0);
    CHECK_INT(ouro_curl_stream_read(stream, data, 2), 2);
    for (int i = 0; i < 20; i++)
        settle();
    CHECK_INT(ouro_curl_stream_read(stream, data, sizeof data), 1);
    status = ouro_curl_stream_read(stream, data, sizeof data);
    CHECK_INT(status, OURO_CURL_ERROR(CURLE_PARTIAL_FILE));
    EXPECT_DETAIL(status, "bytes remaining");
    CHECK_INT(ouro_curl_stream_write(stream, OURO_BYTES("x")), status);
    CHECK_INT(ouro_curl_stream_close(stream), status);
    stop_talker(&talker);
    curl_easy_cleanup(easy);
    return 0;
}

TEST_NET(a_refusal_comes_from_the_first_call)
{
    CURL *easy = easy_for("http://127.0.0.1:1/", NULL);
    ouro_curl_stream *stream = open_stream(easy, 0);
    int refused = OURO_CURL_ERROR(CURLE_COULDNT_CONNECT);

    CHECK_INT(ouro_curl_stream_wait(stream), refused);
    CHECK_INT(ouro_curl_stream_close(stream), refused);

    struct reports reports = { .count = 0 }; /* nobody hears of one that is closed unread */

    keep_reports(&reports);
    stream = open_stream(easy, 0);
    for (int i = 0; i < 20; i++)
        settle();
    CHECK_INT(ouro_curl_stream_close(stream), refused);
    CHECK_INT(reports.count, 0);
    CHECK_INT(ouro_curl_stream_open(&stream, NULL), -EINVAL);
    curl_easy_cleanup(easy);
    return 0;
}

static int perform(void *easy)
{
    return ouro_curl_perform(easy);
}

/* A stream that is refused its handle leaves it as it is: it belongs to another transfer. */
TEST_NET(a_handle_in_use_is_left_alone)
{
    struct nginx nginx = start_nginx(false);
    struct sink sink = { .size = 0 };
    CURL *easy = easy_for(url_of(&nginx, "list"), &sink);
    ouro_curl_session *session;
    ouro_curl_stream *stream;
    ouro_task *task = ouro_create_task(ouro_coro(perform, easy));

    CHECK_INT(ouro_curl_session_new(&session), 0);
    CHECK_INT(ouro_sleep(0), 0);
    CHECK_INT(ouro_curl_stream_open(&stream, easy), OURO_EINUSE);
    CHECK_INT(ouro_curl_stream_open(&stream, easy, .session = session), 0);
    CHECK_INT(ouro_curl_stream_wait(stream), OURO_EINUSE);
    CHECK_INT(ouro_curl_stream_close(stream), OURO_EINUSE);
    CHECK_INT(ouro_await(task), 0);
    CHECK_STR(sink.data, "[1, 2, 3]");
    ouro_future_unref(task);
    ouro_curl_session_unref(session);
    curl_easy_cleanup(easy);
    stop_nginx(&nginx);
    return 0;
}

/* The body of a PUT is written by the task, faster than the transfer takes it. */
static void upload(const struct nginx *nginx, curl_off_t announced, size_t piece)
{
    static uint8_t data[1 << 20];
    CURL *easy = easy_for(url_of(nginx, "put/file-%zu", piece), NULL);
    struct curl_slist *headers = curl_slist_append(NULL, "Expect:");
    ouro_curl_stream *stream;
    long code = 0;
    size_t size;
    char *stored;

    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t) (i * 7 ^ i >> 9);
    curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, announced);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    stream = open_stream(easy, 10000);
    for (size_t i = 0; i < sizeof data; i += piece) {
        size_t len = sizeof data - i < piece ? sizeof data - i : piece;

        CHECK_INT(ouro_curl_stream_write(stream, (ouro_bytes) { data + i, len }), 0);
    }
    CHECK_INT(ouro_curl_stream_write(stream, OURO_BYTES("")), 0);
    ouro_curl_stream_write_eof(stream);
    ouro_curl_stream_write_eof(stream);
    CHECK_INT(ouro_curl_stream_write(stream, OURO_BYTES("x")), OURO_ECLOSED);
    CHECK_INT(ouro_curl_stream_wait(stream), 0);
    CHECK_INT(curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &code), CURLE_OK);
    CHECK_INT(code, 201);
    CHECK_INT(ouro_curl_stream_close(stream), 0);
    stored = read_file(path_in(nginx, "www/put/file-%zu", piece), &size);
    CHECK(stored != NULL);
    CHECK_BYTES(stored, size, data, sizeof data);
    free(stored);
    curl_slist_free_all(headers);
    curl_easy_cleanup(easy);
}

TEST_NET(a_body_is_written_piece_by_piece)
{
    struct nginx nginx = start_nginx(false);

    upload(&nginx, 1 << 20, 3000);
    upload(&nginx, -1, 50000); /* chunked */
    upload(&nginx, -1, 1 << 20);
    stop_nginx(&nginx);
    return 0;
}

/* Nobody reads at the other end: writing suspends, and a cancelled write gave nothing. */
TEST_NET(writing_waits_for_a_slow_peer)
{
    static uint8_t data[4096];
    int port;
    int listener = listen_on_loopback(&port);
    CURL *easy = easy_for(url_of_port(port), NULL);
    ouro_curl_stream *stream;
    int status = 0;
    int writes = 0;

    curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
    stream = open_stream(easy, 1000);
    ouro_with_timeout (&status, 0.1) {
        while (status == 0 && writes < 100000) {
            status = ouro_curl_stream_write(stream, (ouro_bytes) { data, sizeof data });
            writes++;
        }
    }
    CHECK_INT(status, -ETIMEDOUT);
    CHECK_INT(ouro_curl_stream_close(stream), 0); /* cut short */
    curl_easy_cleanup(easy);
    close(listener);
    return 0;
}

static int read_one(void *stream)
{
    char byte;

    return ouro_curl_stream_read(stream, &byte, 1);
}

TEST_NET(a_cancelled_read_took_nothing)
{
    struct nginx nginx = start_nginx(false);
    uint8_t *data = serve_bytes(&nginx, "slow/file", 12000); /* more than comes at once */
    CURL *easy = easy_for(url_of(&nginx, "slow/file"), NULL);
    ouro_curl_stream *stream = open_stream(easy, 0);
    ouro_task *task = ouro_create_task(ouro_coro(read_one, stream));

    CHECK_INT(ouro_sleep(0), 0);
    CHECK(ouro_task_cancel(task, NULL));
    CHECK_INT(ouro_await(task), -ECANCELED);
    ouro_future_unref(task);
    CHECK_INT(ouro_curl_stream_wait(stream), 1);
    CHECK_INT(ouro_curl_stream_read(stream, data + 11999, 1), 1);
    CHECK_INT(data[11999], 0); /* the first byte */
    CHECK_INT(ouro_curl_stream_close(stream), 0);
    curl_easy_cleanup(easy);
    free(data);
    stop_nginx(&nginx);
    return 0;
}

static int wait_for_body(void *stream)
{
    return ouro_curl_stream_wait(stream);
}

/* Who waits when another task closes learns of that, and touches nothing that is gone. */
TEST_NET(a_close_ends_the_calls_of_others)
{
    struct talker talker = { .is_mute = true };
    CURL *easy;
    ouro_curl_stream *stream;
    ouro_task *tasks[2];
    int i;

    start_talker(&talker);
    easy = easy_for(url_of_port(talker.port), NULL);
    stream = open_stream(easy, 0);
    tasks[0] = ouro_create_task(ouro_coro(read_one, stream));
    tasks[1] = ouro_create_task(ouro_coro(wait_for_body, stream));
    settle();
    CHECK_INT(ouro_curl_stream_close(stream), 0);
    for (i = 0; i < 2; i++) {
        CHECK_INT(ouro_await(tasks[i]), OURO_ECLOSED);
        EXPECT_DETAIL(OURO_ECLOSED, "closed by another task");
        ouro_future_unref(tasks[i]);
    }
    curl_easy_cleanup(easy);
    stop_talker(&talker);
    return 0;
}

/* The transfer has ended by itself, and the reader has not run since. */
TEST_NET(a_close_before_the_reader_has_seen_the_end)
{
    CURL *easy = easy_for("http://127.0.0.1:1/", NULL);
    int turns;

    for (turns = 0; turns < 12; turns++) {
        ouro_curl_stream *stream = open_stream(easy, 0);
        ouro_task *task = ouro_create_task(ouro_coro(read_one, stream));
        int status;
        int i;

        for (i = 0; i < turns; i++)
            CHECK_INT(ouro_sleep(0), 0);
        ouro_ignore(ouro_curl_stream_close(stream));
        status = ouro_await(task);
        CHECK(status == OURO_ECLOSED || status == OURO_CURL_ERROR(CURLE_COULDNT_CONNECT));
        ouro_future_unref(task);
        if (status != OURO_ECLOSED)
            break;
    }
    CHECK(turns > 0);
    curl_easy_cleanup(easy);
    return 0;
}

static int close_stream(void *stream)
{
    int status = ouro_curl_stream_close(stream);

    CHECK_INT(ouro_sleep(0), -ECANCELED); /* which had to wait */
    return status;
}

TEST_NET(a_close_is_not_disturbed_by_a_cancel)
{
    struct talker talker = { .is_mute = true };
    CURL *easy;
    ouro_curl_stream *stream;
    ouro_task *task;

    start_talker(&talker);
    easy = easy_for(url_of_port(talker.port), NULL);
    stream = open_stream(easy, 0);
    settle();
    task = ouro_create_task(ouro_coro(close_stream, stream));
    CHECK_INT(ouro_sleep(0), 0);
    CHECK(ouro_task_cancel(task, NULL));
    CHECK_INT(ouro_await(task), 0);
    ouro_future_unref(task);
    curl_easy_cleanup(easy);
    stop_talker(&talker);
    return 0;
}

/* Inside a scope that was cancelled every wait ends at once; the close waits all the same. */
TEST_NET(a_close_in_a_cancelled_scope)
{
    struct talker talker = { .is_mute = true };
    CURL *easy;
    ouro_curl_stream *stream;
    int status = 0;

    start_talker(&talker);
    easy = easy_for(url_of_port(talker.port), NULL);
    stream = open_stream(easy, 0);
    ouro_with_cancel_scope(scope, &status)
    {
        char byte;

        ouro_cancel_scope_cancel(&scope);
        status = ouro_curl_stream_read(stream, &byte, 1);
        CHECK_INT(status, -ECANCELED);
        CHECK_INT(ouro_curl_stream_close(stream), 0);
        CHECK_INT(ouro_sleep(0), -ECANCELED);
    }
    CHECK_INT(status, 0);
    curl_easy_cleanup(easy);
    stop_talker(&talker);
    return 0;
}

struct late_close {
    ouro_curl_stream *stream;
    int status;
};

static void close_in_callback(void *arg)
{
    struct late_close *late = arg;

    late->status = ouro_curl_stream_close(late->stream);
}

TEST_NET(a_callback_closes_only_what_is_over)
{
    struct nginx nginx = start_nginx(false);
    CURL *easy = easy_for(url_of(&nginx, "cookies"), NULL);
    struct late_close late = { .stream = open_stream(easy, 0), .status = 1 };
    ouro_loop *loop = ouro_get_running_loop();

    CHECK(ouro_loop_call_soon(loop, close_in_callback, &late) != NULL);
    settle();
    CHECK_INT(late.status, OURO_ENOTASK);
    CHECK_INT(ouro_curl_stream_wait(late.stream), 0);
    CHECK(ouro_loop_call_soon(loop, close_in_callback, &late) != NULL);
    settle();
    CHECK_INT(late.status, 0);
    curl_easy_cleanup(easy);
    stop_nginx(&nginx);
    return 0;
}

/* Each allocation fails once. */
static int talk_in_pieces(void *arg)
{
    struct talker *talker = arg;
    CURL *easy = easy_for(url_of_port(talker->port), NULL);
    ouro_curl_stream *stream;
    char data[16];
    int status;

    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, 2L);
    status = ouro_curl_stream_open(&stream, easy);
    if (status == 0) {
        status = ouro_curl_stream_write(stream, OURO_BYTES("hi"));
        if (status == 0)
            status = ouro_curl_stream_read(stream, data, sizeof data);
        ouro_ignore(ouro_curl_stream_close(stream));
    }
    curl_easy_cleanup(easy);
    return status < 0 ? status : 0;
}

TEST_ALLOCATION_FAILURES(a_stream_survives_each_failed_allocation)
{
    struct talker talker = { .answer = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello" };
    int status;

    start_talker(&talker);
    status = ouro_run(ouro_coro(talk_in_pieces, &talker), .backend = "epoll");
    stop_talker(&talker);
    if (!test_fault_fired())
        CHECK_INT(status, 0);
    else if (status != 0)
        CHECK_INT(status, -ENOMEM);
}
