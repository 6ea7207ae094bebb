/* Growth of the table of descriptors. */
#include "io/epoll_table.h"

#include "base/alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

static int grow(struct descriptor_table *table, size_t chunk_count)
{
    size_t count = table->chunk_count ? table->chunk_count : 4;

    while (count < chunk_count)
        count *= 2;

    struct descriptor **chunks = ouro__alloc_resize(table->chunks, count * sizeof(*chunks));

    if (!chunks)
        return -ENOMEM;
    memset(chunks + table->chunk_count, 0, (count - table->chunk_count) * sizeof(*chunks));
    table->chunks = chunks;
    table->chunk_count = count;
    return 0;
}

int ouro__table_add(struct descriptor_table *table, int fd)
{
    /* A number that was never opened must not make the table huge. */
    if (fd < 0 || fcntl(fd, F_GETFD) < 0)
        return -EBADF;

    size_t chunk = (size_t) fd / DESCRIPTORS_PER_CHUNK;

    if (chunk >= table->chunk_count) {
        int status = grow(table, chunk + 1);

        if (status < 0)
            return status;
    }
    ouro_assert(!table->chunks[chunk]);
    table->chunks[chunk] = ouro__alloc_zero(DESCRIPTORS_PER_CHUNK * sizeof(struct descriptor));
    return table->chunks[chunk] ? 0 : -ENOMEM;
}

void ouro__table_free(struct descriptor_table *table)
{
    for (size_t i = 0; i < table->chunk_count; i++)
        ouro__alloc_free(table->chunks[i]);
    ouro__alloc_free(table->chunks);
    *table = (struct descriptor_table) { 0 };
}
