/* Sessions: how they come to a loop, and go. */
#include "bridge/curl_session.h"

#include "bridge/curl_transfer.h"
#include "ouro/alloc.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#define CONNECTIONS_DEFAULT 100
#define BUCKETS_AT_FIRST 16

static pthread_once_t global_once = PTHREAD_ONCE_INIT;
static CURLcode global_status;

/* Never undone: others in the program may use libcurl as well. */
static void init_global(void)
{
    global_status = curl_global_init(CURL_GLOBAL_DEFAULT);
}

static void free_session(ouro_curl_session *session)
{
    ouro_release(session->buckets);
    ouro_release(session);
}

/* Ends libcurl's part, which closes all connections, and lets go of the loop. */
static void end_on_loop(ouro_curl_session *session)
{
    ouro_timer_cancel(&session->timer);
    (void) curl_multi_setopt(session->multi, CURLMOPT_TIMERFUNCTION, NULL);
    (void) curl_multi_cleanup(session->multi);
    session->multi = NULL;
    ouro__curl_socket_end(session);
    session->loop = NULL;
}

/* Nobody refers to the session any more. */
static void end_unused(void *session_)
{
    ouro_curl_session *session = session_;

    ouro_attachment_detach(&session->attachment);
    end_on_loop(session);
    free_session(session);
}

/* The loop is closed. The tasks that waited for transfers are gone; only users may still have
 * references. */
static void end_with_loop(ouro_attachment *attachment)
{
    ouro_curl_session *session = (ouro_curl_session *) (void *) attachment;

    session->references++;
    ouro__curl_transfers_abandon(session);
    end_on_loop(session);
    (void) ouro_curl_session_unref(session);
}

/* The same for the session that the loop itself refers to. */
static void end_own_with_loop(ouro_attachment *attachment)
{
    ouro_curl_session *session = (ouro_curl_session *) (void *) attachment;

    end_with_loop(attachment);
    (void) ouro_curl_session_unref(session);
}

static int check_loop(ouro_loop *loop)
{
    if (loop == NULL)
        return ouro_error_set(OURO_ENOLOOP, "curl", "no loop is running in this thread");
    if (strcmp(ouro_loop_backend(loop), "sim") == 0)
        return ouro_error_set(-ENOTSUP, "curl",
                              "the backend \"sim\" has no sockets: run on uring or epoll");
    return 0;
}

static int check_options(const ouro_curl_session_options *options)
{
    if (options->max_connections < -1 || options->max_host_connections < -1 ||
        options->max_idle_connections < -1)
        return ouro_error_set(-EINVAL, "curl", "a limit below -1 makes no sense");
    return 0;
}

static void set_limits(ouro_curl_session *session, const ouro_curl_session_options *options)
{
    long total = options->max_connections != 0 ? options->max_connections : CONNECTIONS_DEFAULT;

    if (total > 0)
        (void) curl_multi_setopt(session->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, total);
    if (options->max_host_connections > 0)
        (void) curl_multi_setopt(session->multi, CURLMOPT_MAX_HOST_CONNECTIONS,
                                 options->max_host_connections);
    if (options->max_idle_connections > 0)
        (void) curl_multi_setopt(session->multi, CURLMOPT_MAXCONNECTS,
                                 options->max_idle_connections);
}

/* Makes the parts of a session; returns false without memory. */
static bool fill_session(ouro_curl_session *session, ouro_loop *loop)
{
    (void) pthread_once(&global_once, init_global);
    if (global_status != CURLE_OK)
        return false;
    session->buckets = ouro_allocate(BUCKETS_AT_FIRST * sizeof *session->buckets);
    if (session->buckets == NULL)
        return false;
    session->multi = curl_multi_init();
    if (session->multi == NULL)
        return false;
    session->bucket_count = BUCKETS_AT_FIRST;
    session->loop = loop;
    session->references = 1;
    ouro_handle_init(&session->end, end_unused, session);
    return true;
}

static int new_session(ouro_loop *loop, const ouro_curl_session_options *options,
                       ouro_attachment_end *end, ouro_curl_session **ret_session)
{
    ouro_curl_session *session = ouro_allocate(sizeof *session);

    if (session == NULL || !fill_session(session, loop)) {
        if (session != NULL)
            free_session(session);
        return ouro_error_set(-ENOMEM, "curl", "out of memory");
    }
    set_limits(session, options);
    ouro__curl_socket_begin(session);
    ouro_loop_attach(loop, &session->attachment, end);
    *ret_session = session;
    return 0;
}

int ouro_curl_session_new_with(ouro_curl_session **ret_session,
                               const ouro_curl_session_options *options)
{
    static const ouro_curl_session_options defaults = { .max_connections = 0 };
    ouro_loop *loop = ouro_get_running_loop();
    int status = check_loop(loop);

    if (options == NULL)
        options = &defaults;
    if (status == 0)
        status = check_options(options);
    return status < 0 ? status : new_session(loop, options, end_with_loop, ret_session);
}

int ouro__curl_session_find(ouro_curl_session *session, ouro_curl_session **ret_session)
{
    static const ouro_curl_session_options defaults = { .max_connections = 0 };
    ouro_loop *loop = ouro_get_running_loop();
    ouro_attachment *attachment;
    int status = check_loop(loop);

    if (status < 0)
        return status;
    if (session != NULL && session->loop == NULL)
        return ouro_error_set(OURO_ECLOSED, "curl", "the loop of the session was closed");
    if (session != NULL && session->loop != loop)
        return ouro_error_set(OURO_EWRONGLOOP, "curl", "the session belongs to another loop");
    *ret_session = session;
    if (session != NULL)
        return 0;
    attachment = ouro_loop_find_attachment(loop, end_own_with_loop);
    if (attachment == NULL)
        return new_session(loop, &defaults, end_own_with_loop, ret_session);
    *ret_session = (ouro_curl_session *) (void *) attachment;
    return 0;
}

ouro_curl_session *ouro_curl_session_ref(ouro_curl_session *session)
{
    session->references++;
    return session;
}

ouro_curl_session *ouro_curl_session_unref(ouro_curl_session *session)
{
    if (session == NULL || --session->references > 0)
        return NULL;
    if (session->loop == NULL)
        free_session(session);
    else
        ouro_ignore(ouro_loop_call_soon_handle(session->loop, &session->end));
    return NULL;
}

CURLM *ouro_curl_session_get_multi(ouro_curl_session *session)
{
    return session->multi;
}
