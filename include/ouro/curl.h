/* libcurl on this loop: HTTP, and all else that libcurl speaks.
 *
 *     ouro_curl_response *response;
 *     OURO_TRY(ouro_curl_get(&response, "https://example.com/list.json"));
 *     printf("%ld: %s\n", response->status, (const char *) response->body.data);
 *     ouro_curl_response_free(response);
 *
 * Three forms, from the convenient to the general:
 *
 *     ouro_curl_get, post, request     a request and its whole response, in one call
 *     ouro_curl_stream                 bodies that are read and written piece by piece
 *     ouro_curl_perform                what curl_easy_perform does, while other tasks run
 *
 * The last two take an easy handle on which everything that libcurl can do has been set before:
 * other protocols, HTTP/2, proxies, cookies, certificates. There are no timeouts but the handle's
 * own: a limit of the whole is ouro_with_timeout around the call. A cancelled call ends its
 * transfer at once, and the handle may be used again.
 *
 * Transfers of one session share connections and names that were resolved, as those of aiohttp's
 * ClientSession do. A loop has a session that is made when it is first needed and ends with the
 * loop; more of them can be made, with limits of their own.
 *
 * What runs where: libcurl works, and calls the functions that were set on a handle, in the loop's
 * own context and not in a task: on the stack of the thread, where nothing may suspend. On a task's
 * stack a program may call curl_easy_init, setopt, getinfo, reset, duphandle and cleanup, and all
 * of curl_slist, curl_mime, curl_url and curl_share; they need a few kilobytes. curl_easy_perform
 * and curl_easy_send or recv would block the loop, and need more stack than a task may have.
 *
 * This is a library of its own, libouro-curl, which needs libcurl 7.66 or later. It does not work
 * on the backend "sim", which has no sockets: -ENOTSUP.
 *
 * Follows aiohttp.ClientSession in its convenient part, libcurl's multi interface in the rest.
 */
#ifndef OURO_CURL_H
#define OURO_CURL_H

#include "ouro/base.h"
#include "ouro/error.h"

#include <curl/curl.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Errors. A transfer that fails returns OURO_CURL_ERROR(its CURLcode), except for
 * CURLE_OUT_OF_MEMORY, which is -ENOMEM. The detail has the URL, without name and password, and
 * libcurl's words. An answer such as 404 is a failure only with CURLOPT_FAILONERROR, or
 * `.raise_for_status`. */
#define OURO_CURL_ERROR(code) (OURO_EFOREIGN - (int) (code))

/* Returns the CURLcode of such a status; CURLE_OK for any other. */
static inline CURLcode ouro_curl_code(int status)
{
    if (status >= OURO_EFOREIGN || status <= OURO_CURL_ERROR(CURL_LAST))
        return CURLE_OK;
    return (CURLcode) (OURO_EFOREIGN - status);
}

/* Sessions. */

typedef struct ouro_curl_session ouro_curl_session;

typedef struct ouro_curl_session_options {
    long max_connections;      /* at a time; more transfers wait. Default 100; -1: no limit */
    long max_host_connections; /* to one host; default: no other limit than the first */
    long max_idle_connections; /* kept open for later; default: libcurl's, four for each transfer */
    size_t size_;
} ouro_curl_session_options;

/* Makes a session of the running loop: ouro_curl_session_new(&session, .max_connections = 10). The
 * caller owns the reference.
 * Returns: 0; -EINVAL for a limit below -1; -ENOTSUP on "sim"; -ENOMEM; OURO_ENOLOOP. */
OURO_CHECKED OURO_API int ouro_curl_session_new_with(ouro_curl_session **ret_session,
                                                     const ouro_curl_session_options *options);

/* Takes one more reference. Returns `session`. */
OURO_API ouro_curl_session *ouro_curl_session_ref(ouro_curl_session *session);

/* Gives a reference back. Transfers that run hold one: with the last one the connections are
 * closed, in the next iteration. A session that is left when its loop is closed loses its
 * connections then, and is only good for this call. Returns NULL. NULL is allowed. */
OURO_API ouro_curl_session *ouro_curl_session_unref(ouro_curl_session *session);

/* Returns the session's multi handle, borrowed, for curl_multi_setopt. CURLMOPT_SOCKETFUNCTION and
 * CURLMOPT_TIMERFUNCTION with their data belong to the session, and no handle may be added. NULL
 * once the loop is closed. */
OURO_API CURLM *ouro_curl_session_get_multi(ouro_curl_session *session);

/* Any transfer. */

/* Performs the transfer that `easy` is set up for, in the loop's own session. The handle is
 * borrowed until the call returns, and then keeps its options, but for two: CURLOPT_ERRORBUFFER is
 * used by the call, and none is set afterwards; CURLOPT_QUICK_EXIT is set, so that a cancel need
 * not wait for a name that is being resolved.
 * Returns: 0; OURO_CURL_ERROR(code); OURO_EINUSE for a handle that is in a transfer; -EINVAL for
 * NULL; -ENOMEM; -ENOTSUP on "sim"; OURO_ENOLOOP; OURO_ENOTASK.
 * Suspends: until the transfer is over.   Cancelled: the transfer was ended; one that was over
 * already returns its result.
 * Follows curl_easy_perform. */
OURO_SUSPENDS OURO_API int ouro_curl_perform(CURL *easy);

/* The same in a session; NULL is the loop's own.
 * Returns: also OURO_EWRONGLOOP, and OURO_ECLOSED if the session's loop was closed.
 * Suspends: the same.   Cancelled: the same. */
OURO_SUSPENDS OURO_API int ouro_curl_session_perform(ouro_curl_session *session, CURL *easy);

/* Requests with the whole response in memory. */

/* The bound on the body of a response, unless `.maximum` says another. */
#define OURO_CURL_MAXIMUM_DEFAULT ((size_t) 64 << 20)

/* All is borrowed until the call returns. */
typedef struct ouro_curl_request_options {
    const char *method; /* default "GET", or "POST" with a body */
    const char *url;
    ouro_bytes body;            /* of the request */
    const char *const *headers; /* such as "Accept: text/plain", NULL after the last; those of
                                   `.easy` do not count then */
    size_t maximum;             /* bytes of the response's body; default 64 MiB */
    bool raise_for_status; /* an answer of 400 and more is an error: CURLE_HTTP_RETURNED_ERROR */
    CURL *easy; /* a handle whose options this request shall have too: it is copied, not used.
                   Method and body are the call's own all the same: CURLOPT_CUSTOMREQUEST,
                   POSTFIELDS, MIMEPOST, UPLOAD and NOBODY of the handle do not count */
    ouro_curl_session *session; /* default: the loop's own */
    size_t size_;
} ouro_curl_request_options;

/* Is followed by private parts: do not copy it. */
typedef struct ouro_curl_response {
    long status;     /* 200 and so on */
    ouro_bytes body; /* with a zero behind it, which does not count */
    const char *url; /* where it came from in the end, after redirects */
} ouro_curl_response;

/* Sends a request and receives the response: ouro_curl_request(&response, "PUT", url, .body = ...).
 * The caller frees the response. Without `.easy`, up to ten redirects are followed, compressed
 * bodies are decompressed, and nothing but http and https is spoken; with `.easy` that is as its
 * options say. A redirect keeps method and body, except that 303 goes on with GET (or HEAD), and so
 * do 301 and 302 after POST; after POST the CURLOPT_POSTREDIR of `.easy` counts, and with
 * CURL_REDIR_POST_303 in it a 303 goes on with POST.
 * Returns: 0; -ENOBUFS if the body exceeds `.maximum`, or the headers 256 KiB; -EINVAL without a
 * URL, for a method that is not one word, or for a header with a line break in it; else as
 * ouro_curl_session_perform.
 * Suspends: until the response is there.   Cancelled: the transfer was ended, and there is no
 * response; one that is there already is returned.
 * Follows ClientSession.request. */
OURO_SUSPENDS OURO_API int ouro_curl_request_with(ouro_curl_response **ret_response,
                                                  const ouro_curl_request_options *options);

/* Returns the value of a header of the response, borrowed from it; NULL if it has none of that
 * name. Upper and lower case are the same. Of several the first. */
OURO_API const char *ouro_curl_response_header(const ouro_curl_response *response,
                                               const char *name);

/* Writes up to `capacity` values of the headers with this name into `ret_values`, in their order.
 * Returns: how many there are, also if that is more than `capacity`. */
OURO_API size_t ouro_curl_response_headers(const ouro_curl_response *response, const char *name,
                                           const char **ret_values, size_t capacity);

/* Frees a response. NULL is allowed. */
OURO_API void ouro_curl_response_free(ouro_curl_response *response);

/* Bodies in pieces. */

typedef struct ouro_curl_stream ouro_curl_stream;

/* Bytes that a stream buffers in each direction, unless `.limit` says another number. */
#define OURO_CURL_STREAM_LIMIT_DEFAULT ((size_t) 64 << 10)

typedef struct ouro_curl_stream_options {
    ouro_curl_session *session; /* default: the loop's own */
    size_t limit;               /* default OURO_CURL_STREAM_LIMIT_DEFAULT */
    size_t size_;
} ouro_curl_stream_options;

/* Begins a transfer: ouro_curl_stream_open(&stream, easy). The caller closes the stream. `easy` is
 * borrowed until then, and must be set up for what shall be done: CURLOPT_UPLOAD, or CURLOPT_POST
 * without CURLOPT_POSTFIELDS, for a body that is written. Its error buffer and its functions for
 * reading and writing are used by the stream, and are libcurl's own afterwards.
 * Returns: as ouro_curl_session_perform for what is wrong with the arguments; what goes wrong
 * later is returned by the calls below. Does not suspend, but needs a task. */
OURO_CHECKED OURO_API int ouro_curl_stream_open_with(ouro_curl_stream **ret_stream, CURL *easy,
                                                     const ouro_curl_stream_options *options);

/* Waits until the response begins: from then on curl_easy_getinfo tells its status, type and
 * length.
 * Returns: 1 once the body begins; 0 if the transfer is over, and there was none; how it failed.
 * Suspends: until then.   Cancelled: nothing has changed. */
OURO_SUSPENDS OURO_API int ouro_curl_stream_wait(ouro_curl_stream *stream);

/* Reads what is there of the body, at least one byte and at most `size` (and INT_MAX). While more
 * than the limit is unread, nothing is received. One task may read at a time.
 * Returns: the number of bytes; 0 at the end of the body, or for a size of 0; how the transfer
 * failed, once what came before has been read.
 * Suspends: until a byte is there.   Cancelled: nothing was read. */
OURO_SUSPENDS OURO_API int ouro_curl_stream_read(ouro_curl_stream *stream, void *data, size_t size);

/* Gives a piece of the request's body to the transfer; it is copied. One task may write at a time.
 * Returns: 0; -ENOMEM; OURO_ECLOSED after write_eof, or if the transfer is over without having
 * taken all; how the transfer failed.
 * Suspends: while the limit is exceeded by earlier pieces.   Cancelled: nothing was given. */
OURO_SUSPENDS OURO_API int ouro_curl_stream_write(ouro_curl_stream *stream, ouro_bytes bytes);

/* Ends the body of the request. May be called again. */
OURO_API void ouro_curl_stream_write_eof(ouro_curl_stream *stream);

/* Ends the transfer, wherever it is, and frees the stream, in every case. Calls of other tasks that
 * wait return OURO_ECLOSED. NULL is allowed.
 * Returns: 0; how the transfer had failed by then. OURO_ENOTASK in a callback, and OURO_EWRONGLOOP
 * in a task of another loop, if the transfer is not over: then nothing has happened.
 * Suspends: until libcurl has let go of the handle, in the next iteration, if the transfer was not
 * over.   Cancelled: that is done all the same, and the cancel stays pending. */
OURO_SUSPENDS OURO_API int ouro_curl_stream_close(ouro_curl_stream *stream);

#ifndef __cplusplus
#define ouro_curl_session_new(...) OURO_CURL_SESSION_NEW_(__VA_ARGS__, .size_ = 0)
#define OURO_CURL_SESSION_NEW_(ret_session, ...)                                                   \
    ouro_curl_session_new_with((ret_session), &(ouro_curl_session_options) { __VA_ARGS__ })
#define ouro_curl_stream_open(ret_stream, ...)                                                     \
    OURO_CURL_STREAM_OPEN_((ret_stream), __VA_ARGS__, .size_ = 0)
#define OURO_CURL_STREAM_OPEN_(ret_stream, easy_, ...)                                             \
    ouro_curl_stream_open_with((ret_stream), (easy_), &(ouro_curl_stream_options) { __VA_ARGS__ })

/* ouro_curl_request(&response, method, url, .headers = ...), ouro_curl_get(&response, url, ...) and
 * ouro_curl_post(&response, url, body, ...); all with the fields of ouro_curl_request_options. */
#define ouro_curl_request(ret_response, method_, ...)                                              \
    OURO_CURL_REQUEST_(ret_response, .method = (method_), .url = __VA_ARGS__)
#define ouro_curl_get(ret_response, ...) OURO_CURL_REQUEST_(ret_response, .url = __VA_ARGS__)
#define ouro_curl_post(ret_response, url_, ...)                                                    \
    OURO_CURL_REQUEST_(ret_response, .method = "POST", .url = (url_), .body = __VA_ARGS__)
#define OURO_CURL_REQUEST_(ret_response, ...)                                                      \
    ouro_curl_request_with(                                                                        \
        (ret_response),                                                                            \
        &(ouro_curl_request_options) { __VA_ARGS__, .size_ = sizeof(ouro_curl_request_options) })
#endif

#ifdef __cplusplus
}
#endif

#endif
