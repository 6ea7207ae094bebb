/* Names of hosts: what they stand for. */
#ifndef OURO_NET_RESOLVE_H
#define OURO_NET_RESOLVE_H

#include "loop/task.h"
#include "net/address.h"

/* Addresses in the order in which they are to be tried. */
struct address_list {
    struct address *items; /* NULL if there are none */
    size_t count;
};

struct resolve_query {
    const char *operation; /* what the failure is one of */
    const char *host;      /* NULL or "": the default of `use` */
    int port;
    int family; /* AF_UNSPEC, AF_INET, AF_INET6 */
    int type;   /* SOCK_STREAM, SOCK_DGRAM */
    enum address_use use;
};

/* Appends the addresses of a host to `list`, which begins empty and is to be freed in any case.
 * `task` is the current one; NULL: outside a task, where a name cannot be looked up.
 * Returns 0; OURO_EHOST for a host that is unknown; -ENOMEM; -ECANCELED; the detail is set.
 * Suspends: for a name that has to be looked up. */
int ouro__resolve(struct task *task, const struct resolve_query *query, struct address_list *list);

/* Appends one address. Returns 0 or -ENOMEM. */
int ouro__address_list_add(struct address_list *list, const struct address *address);

void ouro__address_list_free(struct address_list *list);

#endif
