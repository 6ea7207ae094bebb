/* Finding the addresses of a host. */
#include "net/resolve.h"

#include "base/alloc.h"
#include "ouro/error.h"

#include <errno.h>

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

int ouro__resolve(struct task *task, const struct resolve_query *query, struct address_list *list)
{
    struct address found[ADDRESSES_MAX];
    int count = ouro__address_find(query->host, query->port, query->use, found);
    bool is_any = false;
    int i;

    (void) task;
    if (count < 0)
        return ouro_error_set(OURO_EHOST, query->operation,
                              "\"%s\" is neither a numeric address nor \"localhost\"", query->host);
    for (i = 0; i < count; i++) {
        if (query->family != AF_UNSPEC && found[i].base.sa_family != query->family)
            continue;
        if (ouro__address_list_add(list, &found[i]) < 0)
            return -ENOMEM;
        is_any = true;
    }
    if (!is_any)
        return ouro_error_set(OURO_EHOST, query->operation,
                              "\"%s\" has no address of the family asked for",
                              query->host != NULL ? query->host : "");
    return 0;
}
