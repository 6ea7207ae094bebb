/* Transfers: an easy handle from the moment when a task hands it over until libcurl has let go of
 * it.
 *
 *     task:      ouro__curl_transfer_start          ouro_await_outcome(done)
 *     loop:            begin -> (libcurl works) -> ouro__curl_transfer_done
 *                                                  -> finish, by the future's callback
 *
 * A transfer is over when its future is done, whoever has done that: libcurl with a result, a
 * cancel of the task that awaits it, or a close. The future's first callback, `finish`, then takes
 * the handle from libcurl, in the loop's context, and before the task that waits goes on: waiters
 * run in the order in which they came.
 */
#ifndef OURO_BRIDGE_CURL_TRANSFER_H
#define OURO_BRIDGE_CURL_TRANSFER_H

#include "bridge/curl_session.h"
#include "ouro/future.h"

/* What differs between the transfers of perform, request and stream; NULL where there is nothing to
 * do. */
struct curl_transfer_type {
    /* Sets options on a handle that is surely nobody else's, before it begins; and sets them back.
     */
    void (*set_up)(struct curl_transfer *transfer);
    void (*set_back)(struct curl_transfer *transfer);
    /* The transfer is over. */
    void (*finished)(struct curl_transfer *transfer);
    /* The loop was closed, and with it the task is gone that would have freed the transfer. */
    void (*abandoned)(struct curl_transfer *transfer);
};

enum curl_transfer_state { CURL_TRANSFER_STARTS, CURL_TRANSFER_RUNS, CURL_TRANSFER_OVER };

struct curl_transfer {
    const struct curl_transfer_type *type;
    ouro_curl_session *session; /* a reference, until the transfer is over */
    struct curl_transfer *next; /* in the session's table */
    CURL *easy;
    ouro_future *done;
    ouro_handle begin;
    enum curl_transfer_state state;
    int failure;                 /* why our own callbacks have stopped libcurl; or 0 */
    char words[CURL_ERROR_SIZE]; /* libcurl's, for the handle's CURLOPT_ERRORBUFFER */
};

/* Hands `easy` over to the session (NULL: the loop's own). The transfer's memory belongs to the
 * caller, and must live until it is over. Returns 0; or an error with its detail, and nothing has
 * begun. */
int ouro__curl_transfer_start(struct curl_transfer *transfer, const struct curl_transfer_type *type,
                              ouro_curl_session *session, CURL *easy);

/* Gives back what a transfer that is over still holds. */
void ouro__curl_transfer_release(struct curl_transfer *transfer);

/* Returns the transfer that uses a handle in this session, or NULL. */
struct curl_transfer *ouro__curl_transfer_find(const ouro_curl_session *session, const CURL *easy);

/* libcurl has come to the end of a transfer. */
void ouro__curl_transfer_done(struct curl_transfer *transfer, CURLcode code);

/* Ends all transfers of a session with the failure that it has noted, if it has. */
void ouro__curl_transfers_fail_if_noted(ouro_curl_session *session);

/* Ends all transfers of a session whose loop is being closed. */
void ouro__curl_transfers_abandon(ouro_curl_session *session);

#endif
