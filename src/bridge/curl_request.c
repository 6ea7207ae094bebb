/* Requests with the whole response in memory. */
#include "bridge/curl_buffer.h"
#include "bridge/curl_transfer.h"
#include "ouro/alloc.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#define REDIRECTS_MAX 10L
#define HEADERS_MAX ((size_t) 256 << 10)

/* A response, and what its public part points to. */
struct curl_response {
    ouro_curl_response public; /* first */
    struct curl_buffer body;
    struct curl_buffer headers; /* name, zero, value, zero, and so on; of the last head */
    struct curl_buffer url;
};

/* The frame of a request may be gone before its transfer is: all that libcurl points to lies here.
 */
struct curl_request {
    struct curl_transfer transfer; /* first */
    CURL *easy;
    struct curl_slist *headers;
    struct curl_response *response;
    size_t maximum;
    bool becomes_get; /* the method is one of libcurl's custom ones, which outlive a redirect */
};

/* The response. */

static void free_response(struct curl_response *response)
{
    if (response == NULL)
        return;
    ouro__curl_buffer_release(&response->body);
    ouro__curl_buffer_release(&response->headers);
    ouro__curl_buffer_release(&response->url);
    ouro_release(response);
}

void ouro_curl_response_free(ouro_curl_response *response)
{
    free_response((struct curl_response *) (void *) response);
}

size_t ouro_curl_response_headers(const ouro_curl_response *response, const char *name,
                                  const char **ret_values, size_t capacity)
{
    const struct curl_response *self = (const struct curl_response *) (const void *) response;
    const char *text = (const char *) self->headers.data;
    const char *end = text != NULL ? text + self->headers.end : NULL;
    size_t count = 0;

    while (text != end) {
        const char *value = text + strlen(text) + 1;

        if (strcasecmp(text, name) == 0) {
            if (count < capacity)
                ret_values[count] = value;
            count++;
        }
        text = value + strlen(value) + 1;
    }
    return count;
}

const char *ouro_curl_response_header(const ouro_curl_response *response, const char *name)
{
    const char *value = NULL;

    (void) ouro_curl_response_headers(response, name, &value, 1);
    return value;
}

/* Receiving it. */

/* Stops libcurl, for a reason of ours. */
static size_t stop(struct curl_request *request, int status)
{
    request->transfer.failure = status;
    return 0;
}

static size_t on_body(char *data, size_t size, size_t count, void *request_)
{
    struct curl_request *request = request_;
    struct curl_buffer *body = &request->response->body;

    if (size * count > request->maximum - curl_buffer_size(body))
        return stop(request, -ENOBUFS);
    if (!ouro__curl_buffer_append(body, data, size * count))
        return stop(request, -ENOMEM);
    return size * count;
}

static bool is_blank(char character)
{
    return character == ' ' || character == '\t' || character == '\r' || character == '\n';
}

/* Appends text without the blanks around it, and a zero. A zero in it ends it. */
static bool append_trimmed(struct curl_buffer *buffer, const char *text, const char *end)
{
    const char *zero = memchr(text, '\0', (size_t) (end - text));

    end = zero != NULL ? zero : end;
    while (text < end && is_blank(*text))
        text++;
    while (end > text && is_blank(end[-1]))
        end--;
    return ouro__curl_buffer_append(buffer, text, (size_t) (end - text)) &&
           ouro__curl_buffer_append(buffer, "", 1);
}

/* A head begins. Whatever was asked, 303 says that the answer is to be had by GET: libcurl changes
 * its own methods then, and this one is changed here. */
static void begin_head(struct curl_request *request, const char *line, size_t size)
{
    const char *status = memchr(line, ' ', size);

    request->response->headers.end = 0;
    if (request->becomes_get && status != NULL && line + size - status >= 4 &&
        memcmp(status, " 303", 4) == 0)
        (void) curl_easy_setopt(request->easy, CURLOPT_CUSTOMREQUEST, NULL);
}

/* libcurl has a line of a head. After a redirect another head follows, and takes its place. */
static size_t on_header(char *line, size_t size, size_t count, void *request_)
{
    struct curl_request *request = request_;
    struct curl_buffer *headers = &request->response->headers;
    const char *end = line + size * count;
    const char *colon = memchr(line, ':', size * count);

    if (size * count >= 5 && strncasecmp(line, "HTTP/", 5) == 0)
        begin_head(request, line, size * count);
    else if (colon != NULL && colon > line) {
        if (curl_buffer_size(headers) + size * count > HEADERS_MAX)
            return stop(request, -ENOBUFS);
        if (!append_trimmed(headers, line, colon) || !append_trimmed(headers, colon + 1, end))
            return stop(request, -ENOMEM);
    }
    return size * count;
}

/* Makes the public part of a response that has come. */
static int complete_response(struct curl_request *request)
{
    struct curl_response *response = request->response;
    char *url = NULL;

    (void) curl_easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &response->public.status);
    (void) curl_easy_getinfo(request->easy, CURLINFO_EFFECTIVE_URL, &url);
    if (url == NULL)
        url = "";
    response->public.body.size = curl_buffer_size(&response->body);
    if (!ouro__curl_buffer_append(&response->body, "", 1) ||
        !ouro__curl_buffer_append(&response->url, url, strlen(url) + 1))
        return ouro_error_set(-ENOMEM, "curl", "out of memory");
    response->public.body.data = response->body.data;
    response->public.url = (const char *) response->url.data;
    return 0;
}

/* The request. */

static void free_request(struct curl_request *request)
{
    ouro__curl_transfer_release(&request->transfer);
    curl_easy_cleanup(request->easy);
    curl_slist_free_all(request->headers);
    free_response(request->response);
    ouro_release(request);
}

static void abandoned(struct curl_transfer *transfer)
{
    free_request((struct curl_request *) (void *) transfer);
}

static const struct curl_transfer_type request_type = { .abandoned = abandoned };

/* Sets one option after another until one fails; the first failure stays in `code`. */
#define SET(code_, easy_, option_, value_)                                                         \
    ((code_) = (code_) == CURLE_OK ? curl_easy_setopt((easy_), (option_), (value_)) : (code_))

/* What a handle of ours can do without being asked. */
static CURLcode set_defaults(CURL *easy)
{
    CURLcode code = CURLE_OK;

    SET(code, easy, CURLOPT_FOLLOWLOCATION, 1L);
    SET(code, easy, CURLOPT_MAXREDIRS, REDIRECTS_MAX);
    SET(code, easy, CURLOPT_ACCEPT_ENCODING, "");
#if CURL_AT_LEAST_VERSION(7, 85, 0)
    SET(code, easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    SET(code, easy, CURLOPT_PROTOCOLS, (long) (CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
    return code;
}

/* A redirect by 301 or 302 makes a GET of a POST; every other method goes on, with its body, for
 * which libcurl must be told that the body is posted again. */
static CURLcode set_method(struct curl_request *request, const char *method, ouro_bytes body)
{
    CURL *easy = request->easy;
    bool has_body = body.size > 0;
    bool is_posted = has_body || (method != NULL && strcmp(method, "POST") == 0);
    const char *libcurls = is_posted ? "POST" : "GET";
    bool is_head = method != NULL && strcmp(method, "HEAD") == 0;
    CURLcode code = CURLE_OK;

    if (method == NULL)
        method = libcurls;
    if (is_posted) {
        SET(code, easy, CURLOPT_POST, 1L);
        SET(code, easy, CURLOPT_POSTFIELDS, has_body ? (const char *) body.data : "");
        SET(code, easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) body.size);
    } else {
        SET(code, easy, CURLOPT_HTTPGET, 1L);
    }
    if (is_posted && strcmp(method, "POST") != 0)
        SET(code, easy, CURLOPT_POSTREDIR, (long) (CURL_REDIR_POST_301 | CURL_REDIR_POST_302));
    if (is_head)
        SET(code, easy, CURLOPT_NOBODY, 1L);
    /* A method of the handle's would be sent in place of libcurl's own, also of HEAD. */
    SET(code, easy, CURLOPT_CUSTOMREQUEST,
        is_head || strcmp(method, libcurls) == 0 ? NULL : method);
    request->becomes_get = !is_head;
    return code;
}

/* Makes the list of headers, unless those of `.easy` count. A body is sent at once: servers that
 * want to be asked first, by a header "Expect" of libcurl's, are rare, and those that do not answer
 * that cost a second. */
static CURLcode set_headers(struct curl_request *request, const ouro_curl_request_options *options)
{
    static const char *const no_headers[] = { NULL };
    const char *const *header = options->headers != NULL ? options->headers : no_headers;
    struct curl_slist *list = NULL;
    CURLcode code = CURLE_OK;

    if (options->headers == NULL && options->easy != NULL)
        return CURLE_OK;
    if (options->body.size > 0) {
        list = curl_slist_append(request->headers, "Expect:");
        if (list == NULL)
            return CURLE_OUT_OF_MEMORY;
        request->headers = list;
    }
    for (; *header != NULL; header++) {
        list = curl_slist_append(request->headers, *header);
        if (list == NULL)
            return CURLE_OUT_OF_MEMORY;
        request->headers = list;
    }
    if (request->headers != NULL)
        SET(code, request->easy, CURLOPT_HTTPHEADER, request->headers);
    return code;
}

static CURLcode set_options(struct curl_request *request, const ouro_curl_request_options *options)
{
    CURL *easy = request->easy;
    CURLcode code = options->easy == NULL ? set_defaults(easy) : CURLE_OK;

    SET(code, easy, CURLOPT_URL, options->url);
    if (code == CURLE_OK)
        code = set_method(request, options->method, options->body);
    if (code == CURLE_OK)
        code = set_headers(request, options);
    if (options->raise_for_status)
        SET(code, easy, CURLOPT_FAILONERROR, 1L);
    SET(code, easy, CURLOPT_WRITEFUNCTION, on_body);
    SET(code, easy, CURLOPT_WRITEDATA, request);
    SET(code, easy, CURLOPT_HEADERFUNCTION, on_header);
    SET(code, easy, CURLOPT_HEADERDATA, request);
    return code;
}

static bool has_control(const char *text)
{
    while (*text != '\0' && ((unsigned char) *text >= ' ' || *text == '\t'))
        text++;
    return *text != '\0';
}

/* Refuses what would begin a line of its own in the request, or leave one without a method. Returns
 * 0 or -EINVAL with its detail. */
static int check_lines(const ouro_curl_request_options *options)
{
    const char *const *header;

    if (options->method != NULL && options->method[0] == '\0')
        return ouro_error_set(-EINVAL, "curl",
                              "the method is empty: NULL is GET, or POST with a body");
    if (options->method != NULL &&
        (has_control(options->method) || strpbrk(options->method, " \t") != NULL))
        return ouro_error_set(-EINVAL, "curl", "the method is not a single word");
    for (header = options->headers; header != NULL && *header != NULL; header++)
        if (has_control(*header))
            return ouro_error_set(-EINVAL, "curl",
                                  "header %zu has a line break or another control character in it",
                                  (size_t) (header - options->headers));
    return 0;
}

/* Makes a request that is ready to be sent. Returns 0, or an error with its detail. */
static int fill_request(struct curl_request *request, const ouro_curl_request_options *options)
{
    CURLcode code = CURLE_OUT_OF_MEMORY;

    request->maximum = options->maximum != 0 ? options->maximum : OURO_CURL_MAXIMUM_DEFAULT;
    request->response = ouro_allocate(sizeof *request->response);
    request->easy = options->easy != NULL ? curl_easy_duphandle(options->easy) : curl_easy_init();
    if (request->response != NULL && request->easy != NULL)
        code = set_options(request, options);
    if (code == CURLE_OUT_OF_MEMORY)
        return ouro_error_set(-ENOMEM, "curl", "out of memory");
    if (code != CURLE_OK)
        return ouro_error_set(OURO_CURL_ERROR(code), "curl", "%s", curl_easy_strerror(code));
    return 0;
}

int ouro_curl_request_with(ouro_curl_response **ret_response,
                           const ouro_curl_request_options *options)
{
    struct curl_request *request;
    int status;

    if (options == NULL || options->url == NULL)
        return ouro_error_set(-EINVAL, "curl", "the URL is NULL");
    status = check_lines(options);
    if (status < 0)
        return status;
    request = ouro_allocate(sizeof *request);
    if (request == NULL)
        return ouro_error_set(-ENOMEM, "curl", "out of memory");
    status = fill_request(request, options);
    if (status == 0)
        status = ouro__curl_transfer_start(&request->transfer, &request_type, options->session,
                                           request->easy);
    if (status == 0)
        status = ouro_await_outcome(request->transfer.done);
    if (status == 0)
        status = complete_response(request);
    if (status == 0) {
        *ret_response = &request->response->public;
        request->response = NULL;
    }
    free_request(request);
    return status;
}
