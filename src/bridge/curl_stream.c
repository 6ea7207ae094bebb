/* Bodies in pieces, with back-pressure in both directions.
 *
 *     libcurl -> on_body -> `received` -> read        paused while more than the limit is unread,
 *     libcurl <- on_want <- `queued`   <- write       and while there is nothing to send
 *
 * A pause is taken back in the loop's context, by `resume`: libcurl hands over what it has kept at
 * once, and goes on from there.
 */
#include "bridge/curl_buffer.h"
#include "bridge/curl_transfer.h"
#include "ouro/alloc.h"
#include "ouro/attachment.h"
#include "ouro/cancelscope.h"
#include "ouro/event.h"
#include "ouro/task.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>

struct ouro_curl_stream {
    struct curl_transfer transfer; /* first */
    size_t limit;
    struct curl_buffer received;
    struct curl_buffer queued;
    ouro_event readable; /* set when who reads should look again, */
    ouro_event writable; /* who writes, */
    ouro_event over;     /* and when libcurl has let go of the handle, for good */
    ouro_handle resume;
    unsigned calls; /* that wait: the last one frees a stream that was closed meanwhile, */
    ouro_attachment attachment; /* or the loop when it is closed, as none of them returns then */
    bool is_closed;
    bool has_body;
    bool is_eof_written;
    bool is_receiving_paused;
    bool is_sending_paused;
};

/* A transfer goes on once so little is left of what had stopped it. */
static size_t low_mark(const ouro_curl_stream *stream)
{
    return stream->limit / 2;
}

/* libcurl has some of the body. It never has more than CURL_MAX_WRITE_SIZE at a time, by which the
 * limit may be exceeded. */
static size_t on_body(char *data, size_t size, size_t count, void *stream_)
{
    ouro_curl_stream *stream = stream_;

    stream->has_body = true;
    if (curl_buffer_size(&stream->received) > 0 &&
        curl_buffer_size(&stream->received) + size * count > stream->limit) {
        stream->is_receiving_paused = true;
        return CURL_WRITEFUNC_PAUSE;
    }
    if (!ouro__curl_buffer_append(&stream->received, data, size * count)) {
        stream->transfer.failure = -ENOMEM;
        return 0;
    }
    ouro_event_set(&stream->readable);
    return size * count;
}

/* libcurl wants some of the request's body. */
static size_t on_want(char *data, size_t size, size_t count, void *stream_)
{
    ouro_curl_stream *stream = stream_;
    size_t taken = ouro__curl_buffer_take(&stream->queued, data, size * count);

    if (taken == 0 && !stream->is_eof_written) {
        stream->is_sending_paused = true;
        return CURL_READFUNC_PAUSE;
    }
    if (curl_buffer_size(&stream->queued) <= low_mark(stream))
        ouro_event_set(&stream->writable);
    return taken;
}

static void set_up(struct curl_transfer *transfer)
{
    (void) curl_easy_setopt(transfer->easy, CURLOPT_WRITEFUNCTION, on_body);
    (void) curl_easy_setopt(transfer->easy, CURLOPT_WRITEDATA, transfer);
    (void) curl_easy_setopt(transfer->easy, CURLOPT_READFUNCTION, on_want);
    (void) curl_easy_setopt(transfer->easy, CURLOPT_READDATA, transfer);
}

static void set_back(struct curl_transfer *transfer)
{
    (void) curl_easy_setopt(transfer->easy, CURLOPT_WRITEFUNCTION, NULL);
    (void) curl_easy_setopt(transfer->easy, CURLOPT_WRITEDATA, stdout);
    (void) curl_easy_setopt(transfer->easy, CURLOPT_READFUNCTION, NULL);
    (void) curl_easy_setopt(transfer->easy, CURLOPT_READDATA, stdin);
}

static void finished(struct curl_transfer *transfer)
{
    ouro_curl_stream *stream = (ouro_curl_stream *) (void *) transfer;

    ouro_handle_cancel(&stream->resume);
    ouro_event_set(&stream->readable);
    ouro_event_set(&stream->writable);
    ouro_event_set(&stream->over);
}

static bool is_over(const ouro_curl_stream *stream)
{
    return stream->transfer.state == CURL_TRANSFER_OVER;
}

static void free_if_unused(ouro_curl_stream *stream)
{
    if (!stream->is_closed || stream->calls > 0 || !is_over(stream))
        return;
    ouro__curl_transfer_release(&stream->transfer);
    ouro__curl_buffer_release(&stream->received);
    ouro__curl_buffer_release(&stream->queued);
    ouro_release(stream);
}

/* The user still has the stream, and may close it; if that has not begun. */
static void abandoned(struct curl_transfer *transfer)
{
    finished(transfer);
    ouro__curl_transfer_release(transfer);
    free_if_unused((ouro_curl_stream *) (void *) transfer);
}

static const struct curl_transfer_type stream_type = {
    .set_up = set_up,
    .set_back = set_back,
    .finished = finished,
    .abandoned = abandoned,
};

/* Returns how a transfer that is over has ended, and makes that the last failure of the task. */
static int end_status(ouro_curl_stream *stream)
{
    int status;

    if (stream->transfer.done == NULL)
        return ouro_error_set(OURO_ECLOSED, "curl", "the loop was closed under the transfer");
    status = ouro_await(stream->transfer.done); /* does not suspend */
    return status < 0 ? status : 0;
}

/* In the loop's context. */
static void resume(void *stream_)
{
    ouro_curl_stream *stream = stream_;
    struct curl_transfer *transfer = &stream->transfer;
    ouro_curl_session *session = transfer->session;
    CURLcode code;

    if (transfer->state != CURL_TRANSFER_RUNS)
        return;
    if (curl_buffer_size(&stream->received) <= low_mark(stream))
        stream->is_receiving_paused = false;
    if (curl_buffer_size(&stream->queued) > 0 || stream->is_eof_written)
        stream->is_sending_paused = false;
    code = curl_easy_pause(transfer->easy, (stream->is_receiving_paused ? CURLPAUSE_RECV : 0) |
                                               (stream->is_sending_paused ? CURLPAUSE_SEND : 0));
    if (code != CURLE_OK)
        ouro__curl_transfer_done(transfer, code);
    ouro__curl_session_act(session, CURL_SOCKET_TIMEOUT, 0);
}

static void ask_to_resume(ouro_curl_stream *stream)
{
    if (stream->transfer.state == CURL_TRANSFER_RUNS) /* OURO_EINUSE: it is going to already */
        ouro_ignore(ouro_loop_call_soon_handle(stream->transfer.session->loop, &stream->resume));
}

/* The loop is closed, and the frames of those who wait are gone. */
static void forget_calls(ouro_attachment *attachment)
{
    ouro_curl_stream *stream = (ouro_curl_stream *) (void *) ((char *) attachment -
                                                              offsetof(ouro_curl_stream,
                                                                       attachment));

    stream->calls = 0;
    free_if_unused(stream);
}

/* Begins to wait for what a transfer that runs will do. */
static void begin_call(ouro_curl_stream *stream)
{
    if (stream->calls++ == 0)
        ouro_loop_attach(stream->transfer.session->loop, &stream->attachment, forget_calls);
}

static void end_call(ouro_curl_stream *stream)
{
    if (--stream->calls == 0)
        ouro_attachment_detach(&stream->attachment);
}

/* Waits until there may be a change. Returns 0; -ECANCELED; or OURO_ECLOSED. After an error the
 * stream may be gone. */
static int wait_for(ouro_curl_stream *stream, ouro_event *event)
{
    int status;

    ouro_event_clear(event);
    begin_call(stream);
    status = ouro_event_wait(event);
    end_call(stream);
    if (status == 0 && stream->is_closed)
        status = ouro_error_set(OURO_ECLOSED, "curl", "the stream was closed by another task");
    free_if_unused(stream);
    return status;
}

int ouro_curl_stream_open_with(ouro_curl_stream **ret_stream, CURL *easy,
                               const ouro_curl_stream_options *options)
{
    ouro_curl_stream *stream = ouro_allocate(sizeof *stream);
    int status;

    if (stream == NULL)
        return ouro_error_set(-ENOMEM, "curl", "out of memory");
    stream->limit = options != NULL && options->limit != 0 ? options->limit
                                                           : OURO_CURL_STREAM_LIMIT_DEFAULT;
    ouro_handle_init(&stream->resume, resume, stream);
    status = ouro__curl_transfer_start(&stream->transfer, &stream_type,
                                       options != NULL ? options->session : NULL, easy);
    if (status < 0) {
        ouro_release(stream);
        return status;
    }
    *ret_stream = stream;
    return 0;
}

int ouro_curl_stream_wait(ouro_curl_stream *stream)
{
    while (!stream->has_body) {
        int status;

        if (is_over(stream))
            return end_status(stream);
        status = wait_for(stream, &stream->readable);
        if (status < 0)
            return status;
    }
    return 1;
}

int ouro_curl_stream_read(ouro_curl_stream *stream, void *data, size_t size)
{
    size_t count;

    if (size == 0)
        return 0;
    while (curl_buffer_size(&stream->received) == 0) {
        int status;

        if (is_over(stream))
            return end_status(stream);
        status = wait_for(stream, &stream->readable);
        if (status < 0)
            return status;
    }
    count = ouro__curl_buffer_take(&stream->received, data, size < INT_MAX ? size : INT_MAX);
    if (stream->is_receiving_paused && curl_buffer_size(&stream->received) <= low_mark(stream))
        ask_to_resume(stream);
    return (int) count;
}

/* Returns 0 if the transfer takes more of the request's body. */
static int check_writable(ouro_curl_stream *stream)
{
    int status;

    if (stream->is_eof_written)
        return ouro_error_set(OURO_ECLOSED, "curl", "the body was ended by write_eof");
    if (!is_over(stream))
        return 0;
    status = end_status(stream);
    return status < 0 ? status
                      : ouro_error_set(OURO_ECLOSED, "curl",
                                       "the transfer is over: the peer has answered without "
                                       "reading all of the body");
}

int ouro_curl_stream_write(ouro_curl_stream *stream, ouro_bytes bytes)
{
    int status = check_writable(stream);

    while (status == 0 && curl_buffer_size(&stream->queued) >= stream->limit) {
        status = wait_for(stream, &stream->writable);
        if (status == 0)
            status = check_writable(stream);
    }
    if (status < 0)
        return status;
    if (!ouro__curl_buffer_append(&stream->queued, bytes.data, bytes.size))
        return ouro_error_set(-ENOMEM, "curl", "out of memory");
    if (stream->is_sending_paused && bytes.size > 0)
        ask_to_resume(stream);
    return 0;
}

void ouro_curl_stream_write_eof(ouro_curl_stream *stream)
{
    stream->is_eof_written = true;
    if (stream->is_sending_paused)
        ask_to_resume(stream);
}

/* Ends a transfer that runs, and waits until libcurl has let go of the handle. */
static void end_transfer(ouro_curl_stream *stream)
{
    ouro_cancel_scope scope = { .state_ = 0 };
    int status;

    (void) ouro_future_cancel(stream->transfer.done, NULL);
    status = ouro_cancel_scope_enter(&scope, .shield = true);
    while (status == 0 && !ouro_event_is_set(&stream->over))
        status = ouro_event_wait(&stream->over);
    ouro_ignore(ouro_cancel_scope_exit(&scope, status));
}

/* Returns 0 if the end of a transfer that runs can be waited for here. */
static int check_close(const ouro_curl_stream *stream)
{
    if (ouro_current_task() == NULL)
        return ouro_error_set(OURO_ENOTASK, "curl",
                              "to end a transfer that runs needs a task that waits for it");
    if (stream->transfer.session->loop != ouro_get_running_loop())
        return ouro_error_set(OURO_EWRONGLOOP, "curl", "the stream belongs to another loop");
    return 0;
}

int ouro_curl_stream_close(ouro_curl_stream *stream)
{
    int status = 0;

    if (stream == NULL)
        return 0;
    if (!is_over(stream)) {
        status = check_close(stream);
        if (status < 0)
            return status;
        stream->is_closed = true;
        begin_call(stream);
        end_transfer(stream);
        end_call(stream);
    }
    stream->is_closed = true;
    if (stream->transfer.done != NULL && !ouro_future_cancelled(stream->transfer.done))
        status = end_status(stream);
    free_if_unused(stream);
    return status;
}
