/* What a session is inside: one multi handle of libcurl on one loop.
 *
 *     libcurl -> CURLMOPT_SOCKETFUNCTION -> readers and writers of the loop -+
 *             -> CURLMOPT_TIMERFUNCTION  -> a timer of the loop             -+
 *                                                                            v
 *     transfers that are over <- curl_multi_info_read <- curl_multi_socket_action
 *
 * All of libcurl's work is done in callbacks of the loop, never on the stack of a task. libcurl
 * must not be entered again from a callback of its own, so that what happens there only leaves a
 * note: a transfer whose time has come is looked at when libcurl has returned.
 *
 * The bridge uses the public functions of Ouro and nothing else.
 */
#ifndef OURO_BRIDGE_CURL_SESSION_H
#define OURO_BRIDGE_CURL_SESSION_H

#include "ouro/attachment.h"
#include "ouro/curl.h"
#include "ouro/handle.h"
#include "ouro/loop.h"

struct curl_transfer;
struct curl_watch;

struct ouro_curl_session {
    ouro_attachment attachment; /* first: it is what the loop knows of the session */
    ouro_loop *loop;            /* NULL: it was closed */
    CURLM *multi;
    uint32_t references; /* of users and of transfers; the loop's own session has one of the loop */
    int failure;         /* of the session as a whole, noted in a callback of libcurl; or 0 */
    ouro_timer timer;
    ouro_handle end; /* scheduled with the last reference */
    struct curl_watch *watches;
    /* The transfers by their handles: a hash table whose lists are linked by `next`. */
    struct curl_transfer **buckets;
    size_t bucket_count; /* a power of two */
    size_t transfer_count;
};

/* Stores the session that a call means in `ret_session`, which is borrowed: the given one, or that
 * of the running loop, made if need be. Returns 0 or an error, with its detail. */
int ouro__curl_session_find(ouro_curl_session *session, ouro_curl_session **ret_session);

/* Makes the two functions by which libcurl asks for sockets and time known to it. */
void ouro__curl_socket_begin(ouro_curl_session *session);

/* Takes back what the two have put on the loop, when libcurl is gone. */
void ouro__curl_socket_end(ouro_curl_session *session);

/* Has libcurl look at its clock, then completes the transfers that are over. In a callback of the
 * loop only. */
void ouro__curl_session_act(ouro_curl_session *session, curl_socket_t fd, int events);

#endif
