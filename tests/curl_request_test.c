/* Requests with the whole response in memory. */
#include "curl_peer.h"

static void expect_body(const ouro_curl_response *response, const char *text)
{
    CHECK_BYTES(response->body.data, response->body.size, text, strlen(text));
    CHECK_INT(response->body.data[response->body.size], 0);
}

TEST_NET(get_has_status_body_headers_and_url)
{
    struct nginx nginx = start_nginx(false);
    ouro_curl_response *response;

    CHECK_INT(ouro_curl_get(&response, url_of(&nginx, "list")), 0);
    CHECK_INT(response->status, 200);
    expect_body(response, "[1, 2, 3]");
    CHECK_STR(response->url, url_of(&nginx, "list"));
    CHECK_STR(ouro_curl_response_header(response, "content-TYPE"), "application/json");
    CHECK_STR(ouro_curl_response_header(response, "Content-Length"), "9");
    CHECK_PTR(ouro_curl_response_header(response, "Content"), NULL);
    CHECK_PTR(ouro_curl_response_header(response, ""), NULL);
    ouro_curl_response_free(response);
    ouro_curl_response_free(NULL);
    stop_nginx(&nginx);
    return 0;
}

TEST_NET(headers_that_repeat_are_listed)
{
    struct nginx nginx = start_nginx(false);
    ouro_curl_response *response;
    const char *values[3];

    CHECK_INT(ouro_curl_get(&response, url_of(&nginx, "cookies")), 0);
    CHECK_INT(ouro_curl_response_headers(response, "set-cookie", values, 3), 2);
    CHECK_STR(values[0], "a=1");
    CHECK_STR(values[1], "b=2");
    CHECK_STR(ouro_curl_response_header(response, "Set-Cookie"), "a=1");
    CHECK_INT(ouro_curl_response_headers(response, "set-cookie", NULL, 0), 2);
    expect_body(response, "");
    ouro_curl_response_free(response);
    stop_nginx(&nginx);
    return 0;
}

TEST_NET(strange_heads_are_understood)
{
    struct talker talker = { .answer = "HTTP/1.1 200 OK\r\n"
                                       "X-Empty:\r\nX-Blank:   \t \r\nX-Colons: a: b:c\r\n"
                                       "Connection: close\r\n\r\nbody" };
    ouro_curl_response *response;
    int status;

    start_talker(&talker);
    status = ouro_curl_get(&response, url_of_port(talker.port));
    stop_talker(&talker);
    CHECK_INT(status, 0);
    CHECK_STR(ouro_curl_response_header(response, "x-empty"), "");
    CHECK_STR(ouro_curl_response_header(response, "x-blank"), "");
    CHECK_STR(ouro_curl_response_header(response, "x-colons"), "a: b:c");
    expect_body(response, "body");
    ouro_curl_response_free(response);
    return 0;
}

TEST_NET(headers_are_bounded)
{
    static char answer[300 << 10];
    struct talker talker = { .answer = answer };
    ouro_curl_response *response;
    size_t len = (size_t) snprintf(answer, sizeof answer, "HTTP/1.1 200 OK\r\n");

    while (len < (size_t) 280 << 10)
        len += (size_t) snprintf(answer + len, sizeof answer - len, "X-Long: %01000d\r\n", 7);
    snprintf(answer + len, sizeof answer - len, "\r\n");
    start_talker(&talker);
    CHECK_INT(ouro_curl_get(&response, url_of_port(talker.port)), -ENOBUFS);
    stop_talker(&talker);
    return 0;
}

TEST_NET(redirects_are_followed)
{
    struct nginx nginx = start_nginx(false);
    ouro_curl_response *response;

    CHECK_INT(ouro_curl_get(&response, url_of(&nginx, "moved")), 0);
    CHECK_INT(response->status, 200);
    expect_body(response, "[1, 2, 3]");
    CHECK_STR(response->url, url_of(&nginx, "list"));
    CHECK_PTR(ouro_curl_response_header(response, "Location"), NULL); /* of the first head */
    ouro_curl_response_free(response);
    CHECK_INT(ouro_curl_get(&response, url_of(&nginx, "loop")),
              OURO_CURL_ERROR(CURLE_TOO_MANY_REDIRECTS));
    stop_nginx(&nginx);
    return 0;
}

TEST_NET(nothing_but_http_is_spoken)
{
    struct nginx nginx = start_nginx(false);
    ouro_curl_response *response;

    CHECK_INT(ouro_curl_get(&response, "file:///etc/passwd"),
              OURO_CURL_ERROR(CURLE_UNSUPPORTED_PROTOCOL));
    CHECK_INT(ouro_curl_get(&response, url_of(&nginx, "elsewhere")),
              OURO_CURL_ERROR(CURLE_UNSUPPORTED_PROTOCOL));
    CHECK_INT(ouro_curl_get(&response, NULL), -EINVAL);
    CHECK_INT(ouro_curl_request_with(&response, NULL), -EINVAL);
    stop_nginx(&nginx);
    return 0;
}

TEST_NET(an_error_status_is_a_response_or_an_error)
{
    struct nginx nginx = start_nginx(false);
    ouro_curl_response *response;
    int status;

    CHECK_INT(ouro_curl_get(&response, url_of(&nginx, "nowhere")), 0);
    CHECK_INT(response->status, 404);
    ouro_curl_response_free(response);
    status = ouro_curl_get(&response, url_of(&nginx, "nowhere"), .raise_for_status = true);
    CHECK_INT(status, OURO_CURL_ERROR(CURLE_HTTP_RETURNED_ERROR));
    EXPECT_DETAIL(status, "404");
    stop_nginx(&nginx);
    return 0;
}

TEST_NET(a_body_is_bounded)
{
    struct nginx nginx = start_nginx(false);
    uint8_t *data = serve_bytes(&nginx, "big", 100000);
    ouro_curl_response *response;
    int status;

    status = ouro_curl_get(&response, url_of(&nginx, "big"), .maximum = 99999);
    CHECK_INT(status, -ENOBUFS);
    EXPECT_DETAIL(status, "larger than the request allows");
    CHECK_INT(ouro_curl_get(&response, url_of(&nginx, "big"), .maximum = 100000), 0);
    CHECK_BYTES(response->body.data, response->body.size, data, 100000);
    ouro_curl_response_free(response);
    free(data);
    stop_nginx(&nginx);
    return 0;
}

/* nginx compresses as it sends, so that the body is chunked as well. */
TEST_NET(chunked_and_compressed_bodies)
{
    struct nginx nginx = start_nginx(false);
    uint8_t *data = serve_bytes(&nginx, "packed/big", 1 << 20);
    CURL *easy = curl_easy_init();
    ouro_curl_response *response;

    CHECK_INT(ouro_curl_get(&response, url_of(&nginx, "packed/big")), 0);
    CHECK_STR(ouro_curl_response_header(response, "Content-Encoding"), "gzip");
    CHECK_STR(ouro_curl_response_header(response, "Transfer-Encoding"), "chunked");
    CHECK_BYTES(response->body.data, response->body.size, data, 1 << 20);
    ouro_curl_response_free(response);

    /* With a handle of one's own nothing is asked for that it does not ask for. */
    CHECK_INT(ouro_curl_get(&response, url_of(&nginx, "packed/big"), .easy = easy), 0);
    CHECK_PTR(ouro_curl_response_header(response, "Content-Encoding"), NULL);
    CHECK_INT(response->body.size, 1 << 20);
    ouro_curl_response_free(response);
    curl_easy_cleanup(easy);
    free(data);
    stop_nginx(&nginx);
    return 0;
}

TEST_NET(methods_bodies_and_headers_arrive)
{
    static const char *const headers[] = { "Content-Type: text/x", "X-Test: here", NULL };
    struct nginx nginx = start_nginx(false);
    char url[64];
    ouro_curl_response *response;

    snprintf(url, sizeof url, "%s", url_of(&nginx, "echo"));
    CHECK_INT(ouro_curl_get(&response, url, .headers = headers), 0);
    expect_body(response, "GET text/x here ");
    ouro_curl_response_free(response);
    CHECK_INT(ouro_curl_post(&response, url, OURO_BYTES("some"), .headers = headers), 0);
    expect_body(response, "POST text/x here ");
    ouro_curl_response_free(response);
    CHECK_INT(ouro_curl_request(&response, NULL, url, .body = OURO_BYTES("some")), 0);
    expect_body(response, "POST application/x-www-form-urlencoded  ");
    ouro_curl_response_free(response);
    CHECK_INT(ouro_curl_request(&response, "POST", url), 0);
    CHECK_INT(response->body.size >= 4 && memcmp(response->body.data, "POST", 4) == 0, 1);
    ouro_curl_response_free(response);
    CHECK_INT(ouro_curl_request(&response, "DELETE", url), 0);
    expect_body(response, "DELETE   ");
    ouro_curl_response_free(response);
    CHECK_INT(ouro_curl_request(&response, "GET", url, .body = OURO_BYTES("odd")), 0);
    expect_body(response, "GET application/x-www-form-urlencoded  ");
    ouro_curl_response_free(response);
    CHECK_INT(ouro_curl_request(&response, "HEAD", url), 0);
    CHECK_INT(response->status, 200);
    CHECK_STR(ouro_curl_response_header(response, "Content-Length"), "7");
    expect_body(response, "");
    ouro_curl_response_free(response);
    stop_nginx(&nginx);
    return 0;
}

TEST_NET(a_put_is_stored)
{
    struct nginx nginx = start_nginx(false);
    static uint8_t data[300000];
    ouro_curl_response *response;
    size_t size;
    char *stored;

    memset(data, 'x', sizeof data);
    data[77] = 0;
    CHECK_INT(ouro_curl_request(&response, "PUT", url_of(&nginx, "put/file"),
                                .body = { data, sizeof data }),
              0);
    CHECK_INT(response->status, 201);
    ouro_curl_response_free(response);
    stored = read_file(path_in(&nginx, "www/put/file"), &size);
    CHECK(stored != NULL);
    CHECK_BYTES(stored, size, data, sizeof data);
    free(stored);
    stop_nginx(&nginx);
    return 0;
}

/* What arrives after a redirect is what aiohttp sends. */
TEST_NET(a_redirect_keeps_the_method_or_not)
{
    static const struct {
        const char *path;
        const char *method;
        const char *arrives;
    } cases[] = {
        { "301", "POST", "GET" },      { "302", "POST", "GET" },  { "303", "POST", "GET" },
        { "307", "POST", "POST" },     { "301", "PUT", "PUT" },   { "302", "PUT", "PUT" },
        { "303", "PUT", "GET" },       { "307", "PUT", "PUT" },   { "302", "DELETE", "DELETE" },
        { "303", "DELETE", "GET" },    { "303", "PATCH", "GET" }, { "302", "GET", "GET" },
        { "307", "DELETE", "DELETE" },
    };
    struct nginx nginx = start_nginx(false);

    for (size_t i = 0; i < 2 * (sizeof cases / sizeof cases[0]); i++) {
        const char *path = cases[i / 2].path;
        const char *arrives = cases[i / 2].arrives;
        ouro_bytes body = i % 2 == 0 ? OURO_BYTES("body") : OURO_BYTES("");
        ouro_curl_response *response;

        CHECK_INT(ouro_curl_request(&response, cases[i / 2].method, url_of(&nginx, "%s", path),
                                    .body = body),
                  0);
        CHECK_INT(response->status, 200);
        CHECK(response->body.size > strlen(arrives));
        CHECK_BYTES(response->body.data, strlen(arrives), arrives, strlen(arrives));
        ouro_curl_response_free(response);
    }
    stop_nginx(&nginx);
    return 0;
}

TEST_NET(a_put_is_stored_after_a_redirect)
{
    struct nginx nginx = start_nginx(false);
    ouro_curl_response *response;
    size_t size;
    char *stored;

    CHECK_INT(ouro_curl_request(&response, "PUT", url_of(&nginx, "put-302"),
                                .body = OURO_BYTES("the body")),
              0);
    CHECK_INT(response->status, 201);
    ouro_curl_response_free(response);
    stored = read_file(path_in(&nginx, "www/put/redirected"), &size);
    CHECK(stored != NULL);
    CHECK_BYTES(stored, size, "the body", 8);
    free(stored);
    stop_nginx(&nginx);
    return 0;
}

TEST_NET(headers_of_the_handle_count_unless_there_are_others)
{
    static const char *const headers[] = { "X-Test: of the request", NULL };
    struct nginx nginx = start_nginx(false);
    struct curl_slist *list = curl_slist_append(NULL, "X-Test: of the handle");
    CURL *easy = curl_easy_init();
    ouro_curl_response *response;
    char url[64];

    snprintf(url, sizeof url, "%s", url_of(&nginx, "echo"));
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, list);
    CHECK_INT(ouro_curl_post(&response, url, OURO_BYTES("body"), .easy = easy), 0);
    expect_body(response, "POST application/x-www-form-urlencoded of the handle ");
    ouro_curl_response_free(response);
    CHECK_INT(ouro_curl_post(&response, url, OURO_BYTES("x"), .easy = easy, .headers = headers), 0);
    expect_body(response, "POST application/x-www-form-urlencoded of the request ");
    ouro_curl_response_free(response);
    curl_slist_free_all(list);
    curl_easy_cleanup(easy);
    stop_nginx(&nginx);
    return 0;
}

/* Whatever method the handle has, HEAD is HEAD: of another one the answer would have a body, which
 * nobody reads from the connection before the next answer. */
TEST_NET(a_head_does_not_have_the_method_of_the_handle)
{
    struct nginx nginx = start_nginx(false);
    CURL *easy = curl_easy_init();
    ouro_curl_response *response;
    char url[64];
    char *log;

    snprintf(url, sizeof url, "%s", url_of(&nginx, "echo"));
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, "PATCH");
    CHECK_INT(ouro_curl_request(&response, "HEAD", url, .easy = easy), 0);
    CHECK_STR(ouro_curl_response_header(response, "Content-Length"), "7");
    expect_body(response, "");
    ouro_curl_response_free(response);
    CHECK_INT(ouro_curl_get(&response, url), 0);
    expect_body(response, "GET   ");
    ouro_curl_response_free(response);
    log = wait_for_log(&nginx, 2);
    CHECK(strstr(log, "HEAD /echo 200") != NULL);
    CHECK_INT(connections_in(log), 1);
    free(log);
    curl_easy_cleanup(easy);
    stop_nginx(&nginx);
    return 0;
}

static void expect_echo(const char *method, const char *url, CURL *easy, const char *text)
{
    ouro_curl_response *response;

    CHECK_INT(ouro_curl_request(&response, method, url, .easy = easy), 0);
    expect_body(response, text);
    ouro_curl_response_free(response);
}

/* Neither method nor body of the handle is sent, or libcurl would wait for the body. */
TEST_NET(method_and_body_are_those_of_the_call)
{
    struct nginx nginx = start_nginx(false);
    CURL *easy = curl_easy_init();
    char url[64];
    curl_mime *mime;

    snprintf(url, sizeof url, "%s", url_of(&nginx, "echo"));
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, "PATCH");
    expect_echo(NULL, url, easy, "GET   ");
    expect_echo("DELETE", url, easy, "DELETE   ");
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, NULL);
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    expect_echo(NULL, url, easy, "GET   ");
    expect_echo("POST", url, easy, "POST application/x-www-form-urlencoded  ");
    curl_easy_reset(easy);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, "fields");
    expect_echo(NULL, url, easy, "GET   ");
    expect_echo("HEAD", url, easy, "");
    curl_easy_reset(easy);
    curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
    expect_echo(NULL, url, easy, "GET   ");
    expect_echo("HEAD", url, easy, "");
    expect_echo("PUT", url, easy, "PUT   ");
    curl_easy_reset(easy);
    mime = curl_mime_init(easy);
    curl_mime_data(curl_mime_addpart(mime), "part", CURL_ZERO_TERMINATED);
    curl_easy_setopt(easy, CURLOPT_MIMEPOST, mime);
    expect_echo(NULL, url, easy, "GET   ");
    expect_echo("POST", url, easy, "POST application/x-www-form-urlencoded  ");
    curl_mime_free(mime);
    curl_easy_cleanup(easy);
    stop_nginx(&nginx);
    return 0;
}

/* A handle can ask for what browsers do not do. */
TEST_NET(a_handle_posts_again_after_303)
{
    struct nginx nginx = start_nginx(false);
    CURL *easy = curl_easy_init();
    char url[64];

    snprintf(url, sizeof url, "%s", url_of(&nginx, "303"));
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L);
    expect_echo("POST", url, easy, "GET   ");
    curl_easy_setopt(easy, CURLOPT_POSTREDIR, (long) CURL_REDIR_POST_303);
    expect_echo("POST", url, easy, "POST application/x-www-form-urlencoded  ");
    expect_echo("PUT", url, easy, "GET   ");
    curl_easy_cleanup(easy);
    stop_nginx(&nginx);
    return 0;
}

TEST_NET(nothing_begins_a_line_of_its_own)
{
    static const char *const headers[] = { "X-Test: 1", "X-Test: 2\r\nX-Other: 3", NULL };
    ouro_curl_response *response;
    int status = ouro_curl_get(&response, "http://127.0.0.1:1/", .headers = headers);

    CHECK_INT(status, -EINVAL);
    EXPECT_DETAIL(status, "header 1 has a line break");
    status = ouro_curl_request(&response, "GET / HTTP/1.1\r\nX:", "http://127.0.0.1:1/");
    CHECK_INT(status, -EINVAL);
    EXPECT_DETAIL(status, "single word");
    status = ouro_curl_request(&response, "", "http://127.0.0.1:1/");
    CHECK_INT(status, -EINVAL);
    EXPECT_DETAIL(status, "the method is empty");
    return 0;
}

/* HTTPS, with the options of a handle that knows the authority. */
TEST_NET(tls_is_verified)
{
    struct nginx nginx = start_nginx(true);
    CURL *easy = curl_easy_init();
    ouro_curl_response *response;
    char url[64];
    char authority[128];
    int status;

    snprintf(url, sizeof url, "https://localhost:%d/list", nginx.tls_port);
    status = ouro_curl_get(&response, url);
    CHECK_INT(status, OURO_CURL_ERROR(CURLE_PEER_FAILED_VERIFICATION));
    EXPECT_DETAIL(status, "certificate");
    snprintf(authority, sizeof authority, "%s", path_in(&nginx, "certificate.pem"));
    curl_easy_setopt(easy, CURLOPT_CAINFO, authority);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_1_1);
    CHECK_INT(ouro_curl_get(&response, url, .easy = easy), 0);
    expect_body(response, "[1, 2, 3]");
    ouro_curl_response_free(response);
    curl_easy_cleanup(easy);
    stop_nginx(&nginx);
    return 0;
}

struct page {
    CURL *easy;
    char url[64];
    int done;
};

OURO_ASYNC(get_page, (struct page *, page))
{
    ouro_curl_response *response;

    OURO_TRY(ouro_curl_get(&response, page->url, .easy = page->easy));
    expect_body(response, "[1, 2, 3]");
    ouro_curl_response_free(response);
    page->done++;
    return 0;
}

/* Of HTTP/2 one connection carries all. */
TEST_NET(http_2_shares_one_connection)
{
    struct nginx nginx = start_nginx(true);
    struct page page = { .easy = curl_easy_init() };
    int status = 0;
    char authority[128];
    char *log;

    snprintf(page.url, sizeof page.url, "https://localhost:%d/list", nginx.tls_port);
    snprintf(authority, sizeof authority, "%s", path_in(&nginx, "certificate.pem"));
    curl_easy_setopt(page.easy, CURLOPT_CAINFO, authority);
    curl_easy_setopt(page.easy, CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_2TLS);
    curl_easy_setopt(page.easy, CURLOPT_PIPEWAIT, 1L);
    ouro_with_task_group (group, &status) {
        for (int i = 0; i < 20; i++)
            ouro_task_group_create_task(&group, get_page_coro(&page));
    }
    CHECK_INT(status, 0);
    CHECK_INT(page.done, 20);
    log = wait_for_log(&nginx, 20);
    CHECK(strstr(log, "HTTP/2.0") != NULL);
    CHECK_PTR(strstr(log, "HTTP/1.1"), NULL);
    CHECK_INT(connections_in(log), 1);
    free(log);
    curl_easy_cleanup(page.easy);
    stop_nginx(&nginx);
    return 0;
}

static int get(void *url)
{
    ouro_curl_response *response;
    int status = ouro_curl_get(&response, url);

    if (status == 0)
        ouro_curl_response_free(response);
    return status;
}

TEST_NET(a_cancel_leaves_nothing)
{
    struct talker talker = { .is_mute = true };
    ouro_task *task;
    char url[64];

    start_talker(&talker);
    snprintf(url, sizeof url, "%s", url_of_port(talker.port));
    task = ouro_create_task(ouro_coro(get, url));
    settle();
    CHECK(ouro_task_cancel(task, NULL));
    CHECK_INT(ouro_await(task), -ECANCELED);
    ouro_future_unref(task);
    stop_talker(&talker);
    return 0;
}

static int get_in_callback_result;

static void get_in_callback(void *url)
{
    get_in_callback_result = get(url);
}

TEST_NET(a_request_needs_a_task)
{
    char url[] = "http://127.0.0.1:1/";

    CHECK(ouro_loop_call_soon(ouro_get_running_loop(), get_in_callback, url) != NULL);
    settle();
    CHECK_INT(get_in_callback_result, OURO_ENOTASK);
    return 0;
}

/* Each allocation of the library and of Ouro fails once. */
static int get_from_talker(void *arg)
{
    struct talker *talker = arg;
    char url[64];
    ouro_curl_response *response;
    int status;

    snprintf(url, sizeof url, "%s", url_of_port(talker->port));
    status = ouro_curl_get(&response, url);
    if (status == 0) {
        expect_body(response, "hello");
        CHECK_STR(ouro_curl_response_header(response, "X-Test"), "here");
        ouro_curl_response_free(response);
    }
    return status;
}

static void sweep_get(const char *backend)
{
    struct talker talker = { .answer = "HTTP/1.1 200 OK\r\nX-Test: here\r\n"
                                       "Connection: close\r\n\r\nhello" };
    int status;

    start_talker(&talker);
    status = ouro_run(ouro_coro(get_from_talker, &talker), .backend = backend);
    stop_talker(&talker);
    if (!test_fault_fired())
        CHECK_INT(status, 0);
    else if (status != 0) /* some failures cost nothing, such as that of a larger table */
        CHECK_INT(status, -ENOMEM);
}

TEST_ALLOCATION_FAILURES(a_request_survives_each_failed_allocation)
{
    sweep_get("epoll");
}
