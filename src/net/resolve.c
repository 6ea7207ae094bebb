/* Finding the addresses of hosts. Numeric ones and "localhost" need no lookup, and no task. */
#include "net/resolve.h"

#include "base/alloc.h"
#include "net/lookup.h"
#include "ouro/error.h"

#include <errno.h>
#include <string.h>

/* The hosts of a call, while its task waits for one of them. */
struct resolution {
    struct lookup_wait wait;
    struct resolve_item *items;
    size_t count;
    void *memory;
};

int ouro__address_list_add(struct address_list *list, const struct address *address)
{
    struct address *items = ouro__alloc_resize(list->items, (list->count + 1) * sizeof *items);

    if (items == NULL)
        return ouro_error_set(-ENOMEM, "resolve", "out of memory for an address");
    items[list->count] = *address;
    list->items = items;
    list->count++;
    return 0;
}

void ouro__address_list_free(struct address_list *list)
{
    ouro__alloc_free(list->items);
    *list = (struct address_list) { .items = NULL };
}

/* Finds the addresses of a host that need not be looked up. Returns how many were stored, or
 * OURO_EHOST for a name. */
static int find_numeric(const struct resolve_query *query, struct address found[ADDRESSES_MAX])
{
    return ouro__address_find(query->host, query->port, query->use, found);
}

static int add_numeric(const struct resolve_query *query, const struct address *found, int count,
                       struct address_list *list)
{
    bool is_any = false;
    int i;

    for (i = 0; i < count; i++) {
        if (query->family != AF_UNSPEC && found[i].base.sa_family != query->family)
            continue;
        if (ouro__address_list_add(list, &found[i]) < 0)
            return -ENOMEM;
        is_any = true;
    }
    if (!is_any)
        return ouro_error_set(OURO_ENOADDRESS, query->operation,
                              "\"%s\" has no address of the family asked for",
                              query->host != NULL ? query->host : "");
    return 0;
}

/* The question is the same for all ports. */
static struct name_query make_name_query(const struct resolve_query *query)
{
    return (struct name_query) {
        .question = NAME_ADDRESSES,
        .host = query->host,
        .family = query->family,
        .type = query->type,
    };
}

static int begin_lookup(struct task *task, const struct resolve_query *query,
                        struct lookup **ret_lookup)
{
    const struct name_query name_query = make_name_query(query);
    int status = ouro__name_check(query->operation, query->host);

    if (status < 0)
        return status;
    if (task == NULL)
        return ouro_error_set(OURO_ENOTASK, query->operation,
                              "\"%s\" has to be looked up: do that in a task, or give a numeric "
                              "address",
                              query->host);
    return ouro__lookup_begin(task->future.loop, query->operation, &name_query, ret_lookup);
}

/* Begins the lookups of all names. */
static int begin_lookups(struct task *task, struct resolution *resolution)
{
    struct address unused[ADDRESSES_MAX];
    size_t i;

    for (i = 0; i < resolution->count; i++) {
        struct resolve_item *item = &resolution->items[i];
        int status;

        if (find_numeric(&item->query, unused) >= 0)
            continue;
        status = begin_lookup(task, &item->query, &item->lookup);
        if (status < 0)
            return status;
    }
    return 0;
}

/* Appends what a lookup has found. */
static int add_found(const struct resolve_query *query, const struct name_answer *answer,
                     struct address_list *list)
{
    size_t i;

    for (i = 0; i < answer->info_count; i++) {
        const ouro_addrinfo *info = &answer->infos[i];
        struct address address = { .size = info->address_size };

        memcpy(&address.storage, info->address, info->address_size);
        ouro__address_set_port(&address, query->port);
        if (ouro__address_list_add(list, &address) < 0)
            return -ENOMEM;
    }
    return 0;
}

static void release_lookups(struct resolution *resolution)
{
    size_t i;

    for (i = 0; i < resolution->count; i++)
        if (resolution->items[i].lookup != NULL)
            ouro__lookup_release(resolution->items[i].lookup);
}

static void abandon_resolution(struct lookup_wait *wait)
{
    struct resolution *resolution = container_of(wait, struct resolution, wait);
    size_t i;

    release_lookups(resolution);
    for (i = 0; i < resolution->count; i++)
        ouro__address_list_free(resolution->items[i].list);
    ouro__alloc_free(resolution->memory);
}

/* Waits until a host's addresses are there, and appends them. */
static int finish_item(struct task *task, struct resolution *resolution, struct resolve_item *item)
{
    struct address found[ADDRESSES_MAX];
    int status;

    if (item->lookup == NULL)
        return add_numeric(&item->query, found, find_numeric(&item->query, found), item->list);
    status = ouro__lookup_wait(task, item->lookup, &resolution->wait);
    if (status == 0)
        return add_found(&item->query, &item->lookup->answer, item->list);
    if (status != -ECANCELED) {
        const struct name_query query = make_name_query(&item->query);

        (void) ouro__name_fail(status, item->query.operation, &query);
    }
    return status;
}

int ouro__resolve_all(struct task *task, struct resolve_item *items, size_t count, void *memory)
{
    struct resolution resolution = {
        .wait.abandon = abandon_resolution,
        .items = items,
        .count = count,
        .memory = memory,
    };
    int status = begin_lookups(task, &resolution);
    size_t i;

    for (i = 0; status == 0 && i < count; i++)
        status = finish_item(task, &resolution, &items[i]);
    release_lookups(&resolution);
    return status;
}

int ouro__resolve(struct task *task, const struct resolve_query *query, struct address_list *list)
{
    struct resolve_item item = { .query = *query, .list = list };

    return ouro__resolve_all(task, &item, 1, NULL);
}
