/* The multi_socket interface: what libcurl waits for, the loop waits for. */
#include "bridge/curl_session.h"

#include "bridge/curl_transfer.h"
#include "ouro/alloc.h"

#include <errno.h>

/* A socket of libcurl's that the loop watches. */
struct curl_watch {
    ouro_curl_session *session;
    struct curl_watch *next;
    struct curl_watch **place; /* the pointer to this one: in the session, or in the one before */
    curl_socket_t fd;
    bool has_reader;
    bool has_writer;
};

static void on_readable(void *watch_)
{
    struct curl_watch *watch = watch_;

    ouro__curl_session_act(watch->session, watch->fd, CURL_CSELECT_IN);
}

static void on_writable(void *watch_)
{
    struct curl_watch *watch = watch_;

    ouro__curl_session_act(watch->session, watch->fd, CURL_CSELECT_OUT);
}

static struct curl_watch *add_watch(ouro_curl_session *session, curl_socket_t fd)
{
    struct curl_watch *watch = ouro_allocate(sizeof *watch);

    if (watch == NULL)
        return NULL;
    watch->session = session;
    watch->fd = fd;
    watch->next = session->watches;
    watch->place = &session->watches;
    if (watch->next != NULL)
        watch->next->place = &watch->next;
    session->watches = watch;
    return watch;
}

static void remove_watch(struct curl_watch *watch)
{
    ouro_loop *loop = watch->session->loop;

    if (watch->has_reader)
        (void) ouro_loop_remove_reader(loop, watch->fd);
    if (watch->has_writer)
        (void) ouro_loop_remove_writer(loop, watch->fd);
    *watch->place = watch->next;
    if (watch->next != NULL)
        watch->next->place = watch->place;
    ouro_release(watch);
}

/* Has the loop look for what libcurl wants, and for nothing else. Returns 0 or an error. */
static int set_watch(struct curl_watch *watch, bool reads, bool writes)
{
    ouro_loop *loop = watch->session->loop;
    int status = 0;

    if (reads && !watch->has_reader)
        status = ouro_loop_add_reader(loop, watch->fd, on_readable, watch);
    else if (!reads && watch->has_reader)
        (void) ouro_loop_remove_reader(loop, watch->fd);
    watch->has_reader = reads && status == 0;
    if (status < 0)
        return status;
    if (writes && !watch->has_writer)
        status = ouro_loop_add_writer(loop, watch->fd, on_writable, watch);
    else if (!writes && watch->has_writer)
        (void) ouro_loop_remove_writer(loop, watch->fd);
    watch->has_writer = writes && status == 0;
    return status;
}

/* libcurl tells what it waits for. An error returned here would end the multi handle for good: it
 * is noted instead, and ends the transfers. */
static int on_socket_change(CURL *easy, curl_socket_t fd, int what, void *session_, void *watch_)
{
    ouro_curl_session *session = session_;
    struct curl_watch *watch = watch_;
    int status;

    (void) easy;
    if (what == CURL_POLL_REMOVE) {
        if (watch != NULL)
            remove_watch(watch);
        return 0;
    }
    if (watch == NULL) {
        watch = add_watch(session, fd);
        if (watch != NULL)
            (void) curl_multi_assign(session->multi, fd, watch);
    }
    status = watch != NULL ? set_watch(watch, what & CURL_POLL_IN, what & CURL_POLL_OUT) : -ENOMEM;
    if (status < 0)
        session->failure = status;
    return 0;
}

static void on_time(void *session_)
{
    ouro__curl_session_act(session_, CURL_SOCKET_TIMEOUT, 0);
}

/* libcurl tells when it wants to be called. */
static int on_timeout_change(CURLM *multi, long milliseconds, void *session_)
{
    ouro_curl_session *session = session_;

    (void) multi;
    ouro_timer_cancel(&session->timer);
    if (milliseconds >= 0)
        ouro_ignore(ouro_loop_call_later_timer(session->loop, (double) milliseconds / 1e3,
                                               &session->timer));
    return 0;
}

void ouro__curl_socket_begin(ouro_curl_session *session)
{
    ouro_timer_init(&session->timer, on_time, session);
    (void) curl_multi_setopt(session->multi, CURLMOPT_SOCKETFUNCTION, on_socket_change);
    (void) curl_multi_setopt(session->multi, CURLMOPT_SOCKETDATA, session);
    (void) curl_multi_setopt(session->multi, CURLMOPT_TIMERFUNCTION, on_timeout_change);
    (void) curl_multi_setopt(session->multi, CURLMOPT_TIMERDATA, session);
}

void ouro__curl_socket_end(ouro_curl_session *session)
{
    while (session->watches != NULL)
        remove_watch(session->watches);
}

/* Completes the transfers that libcurl says are over. */
static void collect(ouro_curl_session *session)
{
    const CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(session->multi, &left)) != NULL) {
        struct curl_transfer *transfer = ouro__curl_transfer_find(session, message->easy_handle);

        if (message->msg == CURLMSG_DONE && transfer != NULL)
            ouro__curl_transfer_done(transfer, message->data.result);
    }
}

void ouro__curl_session_act(ouro_curl_session *session, curl_socket_t fd, int events)
{
    int running;
    CURLMcode code = curl_multi_socket_action(session->multi, fd, events, &running);

    if (code == CURLM_OUT_OF_MEMORY)
        session->failure = -ENOMEM;
    else if (code != CURLM_OK && code != CURLM_BAD_SOCKET) /* one that has just gone */
        session->failure = OURO_CURL_ERROR(CURLE_FAILED_INIT);
    collect(session);
    ouro__curl_transfers_fail_if_noted(session);
}
