/* Transfers of easy handles: results, errors, cancels, sessions, the end of the loop. */
#include "curl_peer.h"

TEST_NET(perform_fills_the_handle)
{
    struct nginx nginx = start_nginx(false);
    struct sink sink = { .size = 0 };
    CURL *easy = easy_for(url_of(&nginx, "list"), &sink);
    long code = 0;

    CHECK_INT(ouro_curl_perform(easy), 0);
    CHECK_STR(sink.data, "[1, 2, 3]");
    CHECK_INT(curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &code), CURLE_OK);
    CHECK_INT(code, 200);
    curl_easy_cleanup(easy);
    stop_nginx(&nginx);
    return 0;
}

TEST_NET(a_connection_is_used_again)
{
    struct nginx nginx = start_nginx(false);
    struct sink sink = { .size = 0 };
    CURL *easy = easy_for(url_of(&nginx, "list"), &sink);
    CURL *other = easy_for(url_of(&nginx, "list"), &sink);
    char *log;

    for (int i = 0; i < 3; i++) {
        CHECK_INT(ouro_curl_perform(easy), 0);
        CHECK_INT(ouro_curl_perform(other), 0);
    }
    log = wait_for_log(&nginx, 6);
    CHECK_INT(connections_in(log), 1);
    free(log);
    curl_easy_cleanup(easy);
    curl_easy_cleanup(other);
    stop_nginx(&nginx);
    return 0;
}

/* A name instead of an address: libcurl's resolver, a thread, must wake the loop. */
TEST_NET(names_are_resolved)
{
    struct nginx nginx = start_nginx(false);
    struct sink sink = { .size = 0 };
    char url[64];
    CURL *easy;

    snprintf(url, sizeof url, "http://localhost:%d/list", nginx.port);
    easy = easy_for(url, &sink);
    CHECK_INT(ouro_curl_perform(easy), 0);
    CHECK_STR(sink.data, "[1, 2, 3]");
    curl_easy_cleanup(easy);
    stop_nginx(&nginx);
    return 0;
}

TEST_NET(a_refused_connection_says_so)
{
    int port;
    int listener = listen_on_loopback(&port);
    char url[64];
    CURL *easy;
    int status;

    close(listener);
    snprintf(url, sizeof url, "http://name:secret@127.0.0.1:%d/page", port);
    easy = easy_for(url, NULL);
    status = ouro_curl_perform(easy);
    CHECK_INT(status, OURO_CURL_ERROR(CURLE_COULDNT_CONNECT));
    CHECK_INT(ouro_curl_code(status), CURLE_COULDNT_CONNECT);
    CHECK_STR(ouro_errname(status), "OURO_EFOREIGN");
    snprintf(url, sizeof url, "http://127.0.0.1:%d/page: ", port);
    EXPECT_DETAIL(status, url);
    EXPECT_DETAIL(status, "Failed to connect");
    CHECK_PTR(strstr(ouro_error_text(status), "secret"), NULL);
    CHECK_STR(ouro_error_detail()->operation, "curl");
    curl_easy_cleanup(easy);
    return 0;
}

TEST_NET(codes_are_told_from_others)
{
    CHECK_INT(ouro_curl_code(0), CURLE_OK);
    CHECK_INT(ouro_curl_code(200), CURLE_OK);
    CHECK_INT(ouro_curl_code(-ENOMEM), CURLE_OK);
    CHECK_INT(ouro_curl_code(OURO_ECLOSED), CURLE_OK);
    CHECK_INT(ouro_curl_code(OURO_EFOREIGN - 100000), CURLE_OK);
    CHECK_INT(ouro_curl_code(OURO_CURL_ERROR(CURLE_SSH)), CURLE_SSH);
    return 0;
}

TEST_NET(an_answer_of_404_fails_where_asked)
{
    struct nginx nginx = start_nginx(false);
    struct sink sink = { .size = 0 };
    CURL *easy = easy_for(url_of(&nginx, "nowhere"), &sink);
    int status;

    CHECK_INT(ouro_curl_perform(easy), 0);
    curl_easy_setopt(easy, CURLOPT_FAILONERROR, 1L);
    status = ouro_curl_perform(easy);
    CHECK_INT(status, OURO_CURL_ERROR(CURLE_HTTP_RETURNED_ERROR));
    EXPECT_DETAIL(status, "/nowhere");
    EXPECT_DETAIL(status, "404");
    curl_easy_cleanup(easy);
    stop_nginx(&nginx);
    return 0;
}

TEST_NET(bad_input_is_refused)
{
    CURL *easy = easy_for("http://[what", NULL);
    int status;

    CHECK_INT(ouro_curl_perform(NULL), -EINVAL);
    status = ouro_curl_perform(easy);
    CHECK_INT(status, OURO_CURL_ERROR(CURLE_URL_MALFORMAT));
    curl_easy_setopt(easy, CURLOPT_URL, "gibberish://127.0.0.1/");
    CHECK_INT(ouro_curl_perform(easy), OURO_CURL_ERROR(CURLE_UNSUPPORTED_PROTOCOL));
    curl_easy_setopt(easy, CURLOPT_URL, NULL);
    CHECK(ouro_curl_perform(easy) < 0);
    curl_easy_cleanup(easy);
    return 0;
}

/* The detail is read on terminals and in logs. */
TEST_NET(urls_that_could_do_harm_are_cut)
{
    CURL *easy = easy_for("http://127.0.0.1:1/a\r\nX: \033[31m", NULL);
    int status = ouro_curl_perform(easy);

    CHECK_INT(status, OURO_CURL_ERROR(CURLE_URL_MALFORMAT));
    EXPECT_DETAIL(status, "http://127.0.0.1:1/a\\x0d...: ");
    CHECK_PTR(strpbrk(ouro_error_text(status), "\r\n\033"), NULL);
    curl_easy_setopt(easy, CURLOPT_URL,
                     "http://[\x9b"
                     "31m");
    status = ouro_curl_perform(easy);
    CHECK_INT(status, OURO_CURL_ERROR(CURLE_URL_MALFORMAT));
    EXPECT_DETAIL(status, "http://[\\x9b...: ");
    curl_easy_setopt(easy, CURLOPT_URL, "http://name:secret@[\r");
    status = ouro_curl_perform(easy);
    CHECK_INT(status, OURO_CURL_ERROR(CURLE_URL_MALFORMAT));
    EXPECT_DETAIL(status, "(a URL that cannot be parsed): ");
    curl_easy_cleanup(easy);
    return 0;
}

static int perform(void *easy)
{
    return ouro_curl_perform(easy);
}

TEST_NET(a_handle_does_one_transfer_at_a_time)
{
    struct talker talker = { .is_mute = true };
    CURL *easy;
    ouro_task *task;

    start_talker(&talker);
    easy = easy_for(url_of_port(talker.port), NULL);
    task = ouro_create_task(ouro_coro(perform, easy));
    settle();
    CHECK_INT(ouro_curl_perform(easy), OURO_EINUSE);
    CHECK(ouro_task_cancel(task, NULL));
    CHECK_INT(ouro_await(task), -ECANCELED);
    ouro_future_unref(task);
    curl_easy_cleanup(easy);
    stop_talker(&talker);
    return 0;
}

/* The handle is in a multi handle that is none of ours. */
TEST_NET(a_handle_of_somebody_else_is_refused)
{
    CURL *easy = easy_for("http://127.0.0.1/", NULL);
    CURLM *multi = curl_multi_init();

    CHECK_INT(curl_multi_add_handle(multi, easy), CURLM_OK);
    CHECK_INT(ouro_curl_perform(easy), OURO_EINUSE);
    CHECK_INT(curl_multi_remove_handle(multi, easy), CURLM_OK);
    curl_multi_cleanup(multi);
    curl_easy_cleanup(easy);
    return 0;
}

TEST_NET(a_timeout_ends_a_transfer_that_hangs)
{
    struct nginx nginx = start_nginx(false);
    struct talker talker = { .is_mute = true };
    struct sink sink = { .size = 0 };
    CURL *easy;
    int status = 0;

    start_talker(&talker);
    easy = easy_for(url_of_port(talker.port), &sink);
    ouro_with_timeout (&status, 0.05) {
        status = ouro_curl_perform(easy);
    }
    CHECK_INT(status, -ETIMEDOUT);
    stop_talker(&talker); /* who sees that the connection was closed */

    curl_easy_setopt(easy, CURLOPT_URL, url_of(&nginx, "list"));
    CHECK_INT(ouro_curl_perform(easy), 0); /* the handle can be used again */
    CHECK_STR(sink.data, "[1, 2, 3]");
    curl_easy_cleanup(easy);
    stop_nginx(&nginx);
    return 0;
}

TEST_NET(a_timeout_of_the_handle_is_libcurl_s)
{
    struct talker talker = { .is_mute = true };
    CURL *easy;
    int status;

    start_talker(&talker);
    easy = easy_for(url_of_port(talker.port), NULL);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 50L);
    status = ouro_curl_perform(easy);
    CHECK_INT(status, OURO_CURL_ERROR(CURLE_OPERATION_TIMEDOUT));
    curl_easy_cleanup(easy);
    stop_talker(&talker);
    return 0;
}

static size_t count_and_cancel(char *data, size_t size, size_t count, void *task)
{
    (void) data;
    CHECK(ouro_current_task() == NULL); /* in the loop's own context */
    CHECK_INT(ouro_sleep(0), OURO_ENOTASK);
    CHECK_INT(ouro_curl_perform(NULL), -EINVAL);
    (void) ouro_task_cancel(task, "enough");
    return size * count;
}

TEST_NET(a_cancel_in_the_middle_of_a_body)
{
    struct nginx nginx = start_nginx(false);
    uint8_t *data = serve_bytes(&nginx, "slow/big", 1 << 20);
    CURL *easy = easy_for(url_of(&nginx, "slow/big"), NULL);
    ouro_task *task = ouro_create_task(ouro_coro(perform, easy));

    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, count_and_cancel);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, task);
    CHECK_INT(ouro_await(task), -ECANCELED);
    CHECK_STR(ouro_error_text(-ECANCELED), "enough");
    ouro_future_unref(task);
    curl_easy_cleanup(easy);
    free(data);
    stop_nginx(&nginx);
    return 0;
}

TEST_NET(a_cancel_before_the_beginning)
{
    CURL *easy = easy_for("http://127.0.0.1:1/", NULL);
    ouro_task *task = ouro_create_task(ouro_coro(perform, easy));

    CHECK_INT(ouro_sleep(0), 0); /* it has asked for its transfer, and no more */
    CHECK(ouro_task_cancel(task, NULL));
    CHECK_INT(ouro_await(task), -ECANCELED);
    ouro_future_unref(task);
    curl_easy_cleanup(easy);
    return 0;
}

static int perform_and_sleep(void *easy)
{
    int status = ouro_curl_perform(easy);

    CHECK_INT(ouro_sleep(0), -ECANCELED);
    return status;
}

static void cancel_task(void *task)
{
    (void) ouro_task_cancel(task, NULL);
}

static size_t note_last_byte(char *data, size_t size, size_t count, void *task)
{
    (void) data;
    /* The transfer ends in this call of libcurl: its future is done by the time that this runs, and
     * the task has not run. */
    CHECK(ouro_loop_call_soon(ouro_get_running_loop(), cancel_task, task) != NULL);
    return size * count;
}

TEST_NET(a_cancel_that_comes_late_stays_pending)
{
    struct talker talker = { .answer = "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx" };
    CURL *easy;
    ouro_task *task;

    start_talker(&talker);
    easy = easy_for(url_of_port(talker.port), NULL);
    task = ouro_create_task(ouro_coro(perform_and_sleep, easy));
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, note_last_byte);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, task);
    CHECK_INT(ouro_await(task), 0);
    ouro_future_unref(task);
    curl_easy_cleanup(easy);
    stop_talker(&talker);
    return 0;
}

TEST_NET(a_garbage_answer_is_an_error)
{
    struct talker talker = { .answer = "what is this?\r\n\r\n" };
    struct talker short_talker = { .answer = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab" };
    CURL *easy;

    start_talker(&talker);
    easy = easy_for(url_of_port(talker.port), NULL);
    CHECK_INT(ouro_curl_perform(easy), OURO_CURL_ERROR(CURLE_UNSUPPORTED_PROTOCOL));
    stop_talker(&talker);

    struct sink sink = { .size = 0 };

    start_talker(&short_talker);
    curl_easy_setopt(easy, CURLOPT_URL, url_of_port(short_talker.port));
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, sink_write);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &sink);
    CHECK_INT(ouro_curl_perform(easy), OURO_CURL_ERROR(CURLE_PARTIAL_FILE));
    CHECK_STR(sink.data, "ab");
    stop_talker(&short_talker);
    curl_easy_cleanup(easy);
    return 0;
}

struct many {
    struct nginx *nginx;
    ouro_curl_session *session;
    int open;
    int most;
    int done;
};

OURO_ASYNC(perform_one, (struct many *, many))
{
    struct sink *sink = calloc(1, sizeof *sink);
    CURL *easy = easy_for(url_of(many->nginx, "list"), sink);
    int status = ouro_curl_session_perform(many->session, easy);

    CHECK_INT(status, 0);
    CHECK_STR(sink->data, "[1, 2, 3]");
    many->done++;
    curl_easy_cleanup(easy);
    free(sink);
    return status;
}

TEST_NET(a_hundred_transfers_share_a_few_connections)
{
    struct nginx nginx = start_nginx(false);
    struct many many = { .nginx = &nginx };
    int status = 0;
    char *log;

    CHECK_INT(ouro_curl_session_new(&many.session, .max_connections = 4), 0);
    ouro_with_task_group (group, &status) {
        for (int i = 0; i < 100; i++)
            ouro_task_group_create_task(&group, perform_one_coro(&many));
    }
    CHECK_INT(status, 0);
    CHECK_INT(many.done, 100);
    log = wait_for_log(&nginx, 100);
    CHECK(connections_in(log) <= 4);
    free(log);
    CHECK_PTR(ouro_curl_session_unref(many.session), NULL);
    stop_nginx(&nginx);
    return 0;
}

TEST_NET(sessions_share_no_connections)
{
    struct nginx nginx = start_nginx(false);
    struct many many = { .nginx = &nginx };
    char *log;

    CHECK_INT(perform_one(&many), 0); /* in the loop's own session */
    CHECK_INT(ouro_curl_session_new(&many.session), 0);
    CHECK(ouro_curl_session_get_multi(many.session) != NULL);
    CHECK_INT(perform_one(&many), 0);
    CHECK_INT(perform_one(&many), 0);
    log = wait_for_log(&nginx, 3);
    CHECK_INT(connections_in(log), 2);
    free(log);
    ouro_curl_session_unref(many.session);
    stop_nginx(&nginx);
    return 0;
}

TEST_NET(a_session_lives_as_long_as_its_transfers)
{
    struct talker talker = { .is_mute = true };
    struct many many = { .done = 0 };
    int port;

    CHECK_INT(ouro_curl_session_new_with(&many.session, NULL), 0);
    CHECK_PTR(ouro_curl_session_ref(many.session), many.session);
    ouro_curl_session_unref(many.session);
    start_talker(&talker);
    port = talker.port;

    CURL *easy = easy_for(url_of_port(port), NULL);
    ouro_curl_stream *stream;

    CHECK_INT(ouro_curl_stream_open(&stream, easy, .session = many.session), 0);
    ouro_curl_session_unref(many.session);
    settle();
    CHECK_INT(ouro_curl_stream_close(stream), 0);
    stop_talker(&talker);
    settle();
    curl_easy_cleanup(easy);
    return 0;
}

TEST_NET(limits_must_make_sense)
{
    ouro_curl_session *session;

    CHECK_INT(ouro_curl_session_new(&session, .max_connections = -2), -EINVAL);
    CHECK_INT(ouro_curl_session_new(&session, .max_host_connections = -7), -EINVAL);
    CHECK_INT(ouro_curl_session_new(&session, .max_connections = -1, .max_host_connections = 1,
                                    .max_idle_connections = 3),
              0);
    ouro_curl_session_unref(session);
    CHECK_PTR(ouro_curl_session_unref(NULL), NULL);
    return 0;
}

/* What is left when the loop is closed: a transfer that runs, and a session of the user's. */
struct left {
    ouro_curl_session *session;
    ouro_curl_stream *stream;
    CURL *easy;
    CURL *other;
    const char *url;
};

static int leave_everything(void *arg)
{
    struct left *left = arg;
    ouro_curl_response *response;

    CHECK_INT(ouro_curl_session_new(&left->session), 0);
    CHECK_INT(ouro_curl_stream_open(&left->stream, left->other, .session = left->session), 0);
    ouro_ignore(ouro_curl_get(&response, left->url)); /* hangs */
    FAIL("the loop was closed, and the task goes on");
    return 0;
}

/* Runs until the transfer of the task is over, and the others wait for their answers. */
static int wait_for_the_others(void *task)
{
    CHECK_INT(ouro_await(task), OURO_CURL_ERROR(CURLE_COULDNT_CONNECT));
    for (int i = 0; i < 20; i++)
        settle();
    return 0;
}

static void count_report(ouro_loop *loop, const ouro_exception_context *context, void *arg)
{
    (void) loop;
    (void) context;
    ++*(int *) arg;
}

TEST_BACKENDS(the_end_of_the_loop_ends_transfers)
{
    struct talker first = { .is_mute = true };
    struct talker second = { .is_mute = true };
    struct left left = { .session = NULL };
    ouro_loop *loop;
    ouro_task *tasks[3];
    char url[64];
    int reports = 0;

    start_talker(&first);
    start_talker(&second);
    CHECK_INT(ouro_new_event_loop(&loop), 0);
    ouro_loop_set_exception_handler(loop, count_report, &reports);
    left.easy = easy_for("http://127.0.0.1:1/", NULL);
    left.other = easy_for(url_of_port(first.port), NULL);
    snprintf(url, sizeof url, "%s", url_of_port(second.port));
    left.url = url;
    tasks[0] = ouro_loop_create_task(loop, ouro_coro(leave_everything, &left));
    tasks[1] = ouro_loop_create_task(loop, ouro_coro(perform, left.easy));
    tasks[2] = ouro_loop_create_task(loop, ouro_coro(wait_for_the_others, tasks[1]));
    CHECK_INT(ouro_loop_run_until_complete(loop, tasks[2]), 0);
    for (int i = 0; i < 3; i++)
        ouro_future_unref(tasks[i]);
    CHECK_INT(ouro_loop_close(loop), 0);
    CHECK_INT(reports, 1); /* of the task */
    stop_talker(&first);   /* both see that their connections were closed */
    stop_talker(&second);
    CHECK_PTR(ouro_curl_session_get_multi(left.session), NULL);
    CHECK_INT(ouro_curl_stream_close(left.stream), 0);
    ouro_curl_session_unref(left.session);
    curl_easy_cleanup(left.easy);
    curl_easy_cleanup(left.other);
}

static int use_dead_session(void *session)
{
    CURL *easy = easy_for("http://127.0.0.1:1/", NULL);

    CHECK_INT(ouro_curl_session_perform(session, easy), OURO_ECLOSED);
    curl_easy_cleanup(easy);
    return 0;
}

static int make_session(void *ret_session)
{
    return ouro_curl_session_new((ouro_curl_session **) ret_session);
}

TEST_BACKENDS(a_session_outlives_its_loop_as_an_error)
{
    ouro_curl_session *session;

    run(make_session, &session);
    run(use_dead_session, session);
    ouro_curl_session_unref(session);
}

TEST_WITH(sim_has_no_sockets, .backends = TEST_SIM)
{
    ouro_curl_session *session;

    CHECK_INT(ouro_curl_session_new(&session), OURO_ENOLOOP);
    CHECK_INT(ouro_run(ouro_coro(make_session, &session)), -ENOTSUP);
}
