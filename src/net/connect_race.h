/* Connecting to one of several addresses. */
#ifndef OURO_NET_CONNECT_RACE_H
#define OURO_NET_CONNECT_RACE_H

#include "loop/task.h"
#include "net/resolve.h"

struct connect_request {
    struct address_list addresses; /* in the order in which they are tried */
    struct address_list locals;    /* where to connect from */
    bool has_locals;
    int64_t delay_ns; /* after which the next is tried beside the last; 0: when that has failed */
    bool wants_all_errors; /* a failure is a group of all, not one with all texts */
};

/* Connects, and frees the lists of the request. Returns a socket, non-blocking; -ECANCELED; or the
 * error of the last attempt, with the detail set. */
int ouro__connect_race(struct task *task, struct connect_request *request);

/* Frees the lists of a request. */
void ouro__connect_request_done(struct connect_request *request);

/* Orders addresses so that their families take turns, but the first `count` of the first family. */
void ouro__interleave(struct address_list *list, size_t count);

#endif
