/* Making, growing and freeing the receive buffers. */
#include "io/uring_buffers.h"

#include "base/alloc.h"
#include "base/poison.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#ifdef OURO_TORTURE
#define BUFFER_SIZE_DEFAULT 7
#define BUFFER_COUNT_DEFAULT 1
#else
#define BUFFER_SIZE_DEFAULT 16384
#define BUFFER_COUNT_DEFAULT 32
#endif

/* How far the number of buffers may grow: one tick rarely brings in more. Where it does, the
 * receives that found no buffer are repeated, and are served in their order. */
#define BUFFER_COUNT_MAX 1024

void ouro__uring_buffers_init(struct uring_buffers *buffers, unsigned buffer_size, unsigned count)
{
    *buffers = (struct uring_buffers) {
        .buffer_size = buffer_size ? buffer_size : BUFFER_SIZE_DEFAULT,
        .count = count ? count : BUFFER_COUNT_DEFAULT,
        .capacity = BUFFER_COUNT_MAX,
        .published = true,
    };
    if (buffers->count > buffers->capacity)
        buffers->count = buffers->capacity;
}

int ouro__uring_buffers_create(struct uring_buffers *buffers, struct ring *ring)
{
    ouro_assert(!uring_buffers_exist(buffers));

    /* Whole pages, because forked children get the buffers but not the ring. */
    size_t page_size = (size_t) sysconf(_SC_PAGESIZE);
    size_t ring_size = buffers->capacity * sizeof(struct uring_buf);

    ring_size = (ring_size + page_size - 1) & ~(page_size - 1);

    size_t size = ring_size + (size_t) buffers->capacity * buffers->buffer_size;

    if (ouro__alloc_fault())
        return -ENOMEM;

    void *mapping = mmap(NULL, size, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (mapping == MAP_FAILED)
        return -ENOMEM;

    struct uring_buf_reg reg = {
        .ring_address = (uint64_t) (uintptr_t) mapping,
        .ring_entries = buffers->capacity,
        .group = URING_BUFFER_GROUP,
    };
    int status = ouro__ring_register(ring, URING_REGISTER_PBUF_RING, &reg, 1);

    if (status < 0) {
        munmap(mapping, size);
        return status;
    }
    /* The kernel holds these pages: a child that copied them would leave us with the copy. */
    madvise(mapping, ring_size, MADV_DONTFORK);

    buffers->ring = mapping;
    buffers->memory = (char *) mapping + ring_size;
    buffers->ring_size = ring_size;
    buffers->mapping_size = size;
    memory_poison(buffers->memory, size - ring_size);
    for (uint32_t id = 0; id < buffers->count; id++)
        uring_buffers_recycle(buffers, (uint16_t) id);
    uring_buffers_publish(buffers);
    return 0;
}

void ouro__uring_buffers_grow(struct uring_buffers *buffers)
{
    uint32_t id = buffers->count;
    uint32_t count = id * 2 < buffers->capacity ? id * 2 : buffers->capacity;

    ouro_assert(uring_buffers_exist(buffers));
    buffers->count = count;
    for (; id < count; id++)
        uring_buffers_recycle(buffers, (uint16_t) id);
}

void ouro__uring_buffers_free(struct uring_buffers *buffers)
{
    if (!uring_buffers_exist(buffers))
        return;
    memory_unpoison(buffers->memory, buffers->mapping_size - buffers->ring_size);
    munmap(buffers->ring, buffers->mapping_size);
    buffers->ring = NULL;
}

void ouro__uring_buffers_abandon(struct uring_buffers *buffers)
{
    if (!uring_buffers_exist(buffers))
        return;
    memory_unpoison(buffers->memory, buffers->mapping_size - buffers->ring_size);
    munmap(buffers->memory, buffers->mapping_size - buffers->ring_size);
    buffers->ring = NULL;
}
