/* Questions to the system about names, and its answers. Nothing here knows of loops.
 *
 * To answer may take as long as name servers do, and is then a thread's work. What can be told
 * without them, numeric addresses above all, is answered at once.
 */
#ifndef OURO_NET_NAME_QUERY_H
#define OURO_NET_NAME_QUERY_H

#include "ouro/dns.h"

#include <stdbool.h>

enum name_question {
    NAME_ADDRESSES, /* what addresses has this host? */
    NAME_NAMES,     /* what is this address called? */
};

struct name_query {
    enum name_question question;
    int flags;
    /* For addresses. */
    const char *host;    /* or NULL */
    const char *service; /* or NULL */
    int family;
    int type;
    int protocol;
    /* For names. */
    const struct sockaddr *address;
    socklen_t address_size;
};

struct name_answer {
    int status; /* 0, or the error; the rest means something only without one */
    ouro_addrinfo *infos;
    size_t info_count;
    size_t infos_size; /* of the block */
    ouro_nameinfo names;
};

/* Answers a query. Threads: any; blocks the one that it is called in. */
void ouro__name_ask(const struct name_query *query, struct name_answer *ret_answer);

/* Answers a query if that blocks nothing; else returns false. */
bool ouro__name_ask_numeric(const struct name_query *query, struct name_answer *ret_answer);

/* Copies what was found. Returns it, or NULL without memory. */
ouro_addrinfo *ouro__name_infos_copy(const struct name_answer *answer);

void ouro__name_answer_done(struct name_answer *answer);

/* Refuses names that no system can know. Returns 0, or OURO_EHOST with the detail set. */
int ouro__name_check(const char *operation, const char *host);

/* Makes the failure of a query the task's: its subject, and what is wrong with it. Returns
 * `status`.
 */
int ouro__name_fail(int status, const char *operation, const struct name_query *query);

/* Do both ask the same? */
bool ouro__name_query_equals(const struct name_query *left, const struct name_query *right);

#endif
