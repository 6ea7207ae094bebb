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

/* One host of several; zero but for the first two. */
struct resolve_item {
    struct resolve_query query;
    struct address_list *list; /* its addresses are appended to it */
    struct lookup *lookup;
};

/* Appends the addresses of a host to `list`, which begins empty and is to be freed in any case.
 * `task` is the current one; NULL: outside a task, where a name cannot be looked up.
 * Returns 0; OURO_EHOST for a host that is unknown, and the other errors of ouro_loop_getaddrinfo;
 * OURO_ENOTASK; -ENOMEM; -ECANCELED; the detail is set.
 * Suspends: for a name that has to be looked up. If the loop is closed meanwhile, the list is
 * freed. */
int ouro__resolve(struct task *task, const struct resolve_query *query, struct address_list *list);

/* The same for several hosts, which are looked up at the same time. `memory` is NULL, or a block
 * that is freed too if the loop is closed meanwhile: for items that are no part of the frame. */
int ouro__resolve_all(struct task *task, struct resolve_item *items, size_t count, void *memory);

/* Appends one address. Returns 0 or -ENOMEM. */
int ouro__address_list_add(struct address_list *list, const struct address *address);

void ouro__address_list_free(struct address_list *list);

#endif
