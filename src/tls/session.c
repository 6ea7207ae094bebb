/* Sessions that a client remembers: the next handshake with the same host is a short one.
 *
 * A ticket of TLS 1.3 is used once, so that nobody can tell that two connections are of the same
 * client; the server gives two for each connection. A session of TLS 1.2 is used again and again.
 */
#include "base/alloc.h"
#include "base/bounds.h"
#include "tls/context.h"
#include "tls/transport.h"

#include <string.h>
#include <strings.h>

struct tls_session {
    ouro_link link;
    SSL_SESSION *session;
    char host[];
};

static void forget(ouro_tls_context *context, struct tls_session *entry)
{
    list_remove(&entry->link);
    context->session_count--;
    SSL_SESSION_free(entry->session);
    ouro__alloc_free(entry);
}

static struct tls_session *first_entry(ouro_tls_context *context)
{
    return container_of(context->sessions.next_, struct tls_session, link);
}

void ouro__tls_forget_sessions(ouro_tls_context *context)
{
    while (!list_is_empty(&context->sessions))
        forget(context, first_entry(context));
}

/* A connection has got a session. Returns 1 if it is kept. Without memory it is not. */
static int remember(SSL *ssl, SSL_SESSION *session)
{
    struct tls_transport *self = SSL_get_app_data(ssl);
    ouro_tls_context *context = self->context;
    struct tls_session *entry;
    size_t size;

    if (self->host == NULL || !SSL_SESSION_is_resumable(session))
        return 0;
    size = strlen(self->host) + 1;
    entry = ouro__alloc_zero(sizeof *entry + size);
    if (entry == NULL)
        return 0;
    memcpy(entry->host, self->host, size);
    entry->session = session;
    list_prepend(&context->sessions, &entry->link);
    context->session_count++;
    if (context->session_count > TLS_SESSIONS_MAX)
        forget(context, container_of(context->sessions.previous_, struct tls_session, link));
    return 1;
}

void ouro__tls_resume(ouro_tls_context *context, SSL *ssl, const char *host)
{
    ouro_link *link;

    if (!context->remembers_sessions || host == NULL)
        return;
    for (link = context->sessions.next_; link != &context->sessions; link = link->next_) {
        struct tls_session *entry = container_of(link, struct tls_session, link);

        if (strcasecmp(entry->host, host) != 0)
            continue;
        (void) SSL_set_session(ssl, entry->session);
        if (SSL_SESSION_get_protocol_version(entry->session) >= TLS1_3_VERSION)
            forget(context, entry);
        return;
    }
}

void ouro__tls_set_sessions(ouro_tls_context *context, bool is_on)
{
    if (!is_on) {
        SSL_CTX_set_session_cache_mode(context->native, SSL_SESS_CACHE_OFF);
        SSL_CTX_set_options(context->native, SSL_OP_NO_TICKET);
        if (context->is_server)
            (void) SSL_CTX_set_num_tickets(context->native, 0);
        return;
    }
    context->remembers_sessions = true;
    if (context->is_server)
        return;
    SSL_CTX_set_session_cache_mode(context->native,
                                   SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context->native, remember);
}
