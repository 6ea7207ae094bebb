/* Transfers, and the plainest of them, ouro_curl_perform. */
#include "bridge/curl_transfer.h"

#include "ouro/alloc.h"
#include "ouro/task.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define URL_TEXT_SIZE 256

/* The session's table. */

static struct curl_transfer **bucket_of(const ouro_curl_session *session, const CURL *easy)
{
    uint64_t hash = (uint64_t) (uintptr_t) easy * 0x9e3779b97f4a7c15u; /* the golden ratio */

    return &session->buckets[(hash >> 32) & (session->bucket_count - 1)];
}

struct curl_transfer *ouro__curl_transfer_find(const ouro_curl_session *session, const CURL *easy)
{
    struct curl_transfer *transfer = *bucket_of(session, easy);

    while (transfer != NULL && transfer->easy != easy)
        transfer = transfer->next;
    return transfer;
}

static void insert(ouro_curl_session *session, struct curl_transfer *transfer)
{
    struct curl_transfer **bucket = bucket_of(session, transfer->easy);

    transfer->next = *bucket;
    *bucket = transfer;
}

/* Doubles the table. Without memory for that its lists only become longer. */
static void grow(ouro_curl_session *session)
{
    size_t old_count = session->bucket_count;
    struct curl_transfer **old = session->buckets;
    struct curl_transfer **buckets = ouro_allocate(2 * old_count * sizeof(struct curl_transfer *));
    size_t i;

    if (buckets == NULL)
        return;
    session->buckets = buckets;
    session->bucket_count = 2 * old_count;
    for (i = 0; i < old_count; i++) {
        struct curl_transfer *transfer = old[i];

        while (transfer != NULL) {
            struct curl_transfer *next = transfer->next;

            insert(session, transfer);
            transfer = next;
        }
    }
    ouro_release(old);
}

static void enter_table(ouro_curl_session *session, struct curl_transfer *transfer)
{
    if (session->transfer_count >= session->bucket_count)
        grow(session);
    session->transfer_count++;
    insert(session, transfer);
}

static void leave_table(ouro_curl_session *session, struct curl_transfer *transfer)
{
    struct curl_transfer **place = bucket_of(session, transfer->easy);

    while (*place != transfer)
        place = &(*place)->next;
    *place = transfer->next;
    session->transfer_count--;
}

/* The end of a transfer. */

/* Takes the handle from libcurl. In a callback of the loop only, as this may end a connection. */
static void let_go(struct curl_transfer *transfer)
{
    ouro_handle_cancel(&transfer->begin);
    if (transfer->state == CURL_TRANSFER_RUNS) {
        (void) curl_multi_remove_handle(transfer->session->multi, transfer->easy);
        (void) curl_easy_setopt(transfer->easy, CURLOPT_ERRORBUFFER, NULL);
        if (transfer->type->set_back != NULL)
            transfer->type->set_back(transfer);
    }
    leave_table(transfer->session, transfer);
    transfer->state = CURL_TRANSFER_OVER;
}

/* The first callback of the transfer's future. */
static void finish(ouro_future *done, void *transfer_)
{
    struct curl_transfer *transfer = transfer_;
    ouro_curl_session *session = transfer->session;

    let_go(transfer);
    transfer->session = NULL;
    (void) ouro_future_result(done); /* whoever closes a stream unread has seen enough */
    if (transfer->type->finished != NULL)
        transfer->type->finished(transfer);
    ouro__curl_transfers_fail_if_noted(session);
    (void) ouro_curl_session_unref(session);
}

/* Writes a URL that cannot be parsed, which may be any bytes: up to the first that is no printable
 * character of ASCII, as it could do harm on a terminal or in a log. */
static void print_raw_url(const char *raw, char *text, size_t size)
{
    const char *end = raw;

    while (*end >= ' ' && *end < 0x7f)
        end++;
    if (strchr(raw, '@') != NULL) /* there may be a password in it */
        (void) snprintf(text, size, "(a URL that cannot be parsed)");
    else if (*end == '\0')
        (void) snprintf(text, size, "%s", raw);
    else
        (void) snprintf(text, size, "%.*s\\x%02x...", (int) (end - raw), raw,
                        (unsigned) (unsigned char) *end);
}

/* Writes the URL that the transfer has come to, without name and password. */
static void print_url(CURL *easy, char *text, size_t size)
{
    CURLU *url = curl_url();
    char *printed = NULL;
    char *raw = NULL;

    (void) curl_easy_getinfo(easy, CURLINFO_EFFECTIVE_URL, &raw);
    if (raw == NULL)
        raw = "";
    if (url != NULL && curl_url_set(url, CURLUPART_URL, raw,
                                    CURLU_GUESS_SCHEME | CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK) {
        (void) curl_url_set(url, CURLUPART_USER, NULL, 0);
        (void) curl_url_set(url, CURLUPART_PASSWORD, NULL, 0);
        (void) curl_url_get(url, CURLUPART_URL, &printed, 0);
    }
    if (printed != NULL)
        (void) snprintf(text, size, "%s", printed);
    else
        print_raw_url(raw, text, size);
    curl_free(printed);
    curl_url_cleanup(url);
}

/* Returns in words why a transfer has failed: ours, libcurl's, or those of the code. */
static const char *words_of(const struct curl_transfer *transfer, int status)
{
    if (status == -ENOBUFS)
        return "the response is larger than the request allows";
    if (ouro_curl_code(status) == CURLE_OK)
        return ouro_strerror(status);
    return transfer->words[0] != '\0' ? transfer->words
                                      : curl_easy_strerror(ouro_curl_code(status));
}

/* Sets the detail of a failure and returns its status. */
static int describe(struct curl_transfer *transfer, CURLcode code)
{
    int status = code == CURLE_OUT_OF_MEMORY ? -ENOMEM : OURO_CURL_ERROR(code);
    char url[URL_TEXT_SIZE];
    const char *words;

    if (transfer->failure != 0)
        status = transfer->failure;
    words = words_of(transfer, status);
    print_url(transfer->easy, url, sizeof url);
    return ouro_error_set(status, "curl", "%s: %.*s", url, (int) strcspn(words, "\n"), words);
}

void ouro__curl_transfer_done(struct curl_transfer *transfer, CURLcode code)
{
    if (ouro_future_done(transfer->done)) /* cancelled in this very iteration */
        return;
    if (code == CURLE_OK && transfer->failure == 0)
        ouro_ignore(ouro_future_set_result(transfer->done, NULL));
    else
        ouro_ignore(ouro_future_set_exception(transfer->done, describe(transfer, code)));
}

void ouro__curl_transfers_fail_if_noted(ouro_curl_session *session)
{
    int failure = session->failure;
    size_t i;

    if (failure == 0)
        return;
    session->failure = 0;
    for (i = 0; i < session->bucket_count; i++) {
        struct curl_transfer *transfer;

        for (transfer = session->buckets[i]; transfer != NULL; transfer = transfer->next) {
            if (transfer->state != CURL_TRANSFER_RUNS)
                continue;
            if (transfer->failure == 0)
                transfer->failure = failure;
            ouro__curl_transfer_done(transfer, CURLE_ABORTED_BY_CALLBACK);
        }
    }
}

void ouro__curl_transfers_abandon(ouro_curl_session *session)
{
    size_t i;

    for (i = 0; i < session->bucket_count; i++)
        while (session->buckets[i] != NULL) {
            struct curl_transfer *transfer = session->buckets[i];

            (void) ouro_future_remove_done_callback(transfer->done, finish, transfer);
            let_go(transfer);
            transfer->session = NULL;
            session->references--;
            transfer->type->abandoned(transfer);
        }
}

/* The beginning of a transfer. */

/* Sets what all transfers have in common, and what this one needs. */
static void set_up(struct curl_transfer *transfer)
{
    (void) curl_easy_setopt(transfer->easy, CURLOPT_ERRORBUFFER, transfer->words);
#if CURL_AT_LEAST_VERSION(7, 87, 0)
    /* A thread that resolves a name cannot be stopped. When the transfer is cancelled it is left to
     * itself, or the whole loop would stand still until it has an answer. */
    (void) curl_easy_setopt(transfer->easy, CURLOPT_QUICK_EXIT, 1L);
#endif
    if (transfer->type->set_up != NULL)
        transfer->type->set_up(transfer);
}

static int add_to_multi(struct curl_transfer *transfer)
{
    CURLMcode code = curl_multi_add_handle(transfer->session->multi, transfer->easy);

    switch (code) {
    case CURLM_OK:
        transfer->state = CURL_TRANSFER_RUNS;
        set_up(transfer);
        return 0;
    case CURLM_OUT_OF_MEMORY:
        return ouro_error_set(-ENOMEM, "curl", "out of memory");
    case CURLM_ADDED_ALREADY:
        return ouro_error_set(OURO_EINUSE, "curl", "the handle is used by another transfer");
    default:
        return ouro_error_set(-EINVAL, "curl", "the handle: %s", curl_multi_strerror(code));
    }
}

/* In the loop's context. */
static void begin(void *transfer_)
{
    struct curl_transfer *transfer = transfer_;
    int status = add_to_multi(transfer);

    if (status < 0)
        ouro_ignore(ouro_future_set_exception(transfer->done, status));
    ouro__curl_transfers_fail_if_noted(transfer->session);
}

int ouro__curl_transfer_start(struct curl_transfer *transfer, const struct curl_transfer_type *type,
                              ouro_curl_session *session, CURL *easy)
{
    int status;

    if (easy == NULL)
        return ouro_error_set(-EINVAL, "curl", "the easy handle is NULL");
    status = ouro__curl_session_find(session, &session);
    if (status < 0)
        return status;
    if (ouro_current_task() == NULL)
        return ouro_error_set(OURO_ENOTASK, "curl", "a transfer needs a task that waits for it");
    if (ouro__curl_transfer_find(session, easy) != NULL)
        return ouro_error_set(OURO_EINUSE, "curl", "the handle is used by another transfer");
    transfer->done = ouro_create_future();
    if (transfer->done == NULL)
        return -ENOMEM; /* with a detail */
    status = ouro_future_add_done_callback(transfer->done, finish, transfer);
    if (status < 0) {
        transfer->done = ouro_future_unref(transfer->done);
        return status;
    }
    transfer->type = type;
    transfer->session = ouro_curl_session_ref(session);
    transfer->easy = easy;
    enter_table(session, transfer);
    ouro_handle_init(&transfer->begin, begin, transfer);
    ouro_ignore(ouro_loop_call_soon_handle(session->loop, &transfer->begin));
    return 0;
}

void ouro__curl_transfer_release(struct curl_transfer *transfer)
{
    transfer->done = ouro_future_unref(transfer->done);
}

/* ouro_curl_perform: nothing but the transfer. */

static void free_transfer(struct curl_transfer *transfer)
{
    ouro__curl_transfer_release(transfer);
    ouro_release(transfer);
}

static const struct curl_transfer_type plain_type = { .abandoned = free_transfer };

int ouro_curl_session_perform(ouro_curl_session *session, CURL *easy)
{
    struct curl_transfer *transfer = ouro_allocate(sizeof *transfer);
    int status;

    if (transfer == NULL)
        return ouro_error_set(-ENOMEM, "curl", "out of memory");
    status = ouro__curl_transfer_start(transfer, &plain_type, session, easy);
    if (status == 0)
        status = ouro_await_outcome(transfer->done);
    free_transfer(transfer);
    return status;
}

int ouro_curl_perform(CURL *easy)
{
    return ouro_curl_session_perform(NULL, easy);
}
