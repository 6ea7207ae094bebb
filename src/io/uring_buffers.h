/* The receive buffers that the backend lends: a ring of provided buffers.
 *
 *     kernel takes at the head ->  [ 5 | 6 | 7 | 0 | 1 ... ]  <- recycled buffers join at the tail
 *
 * The kernel picks a buffer only when data has arrived, so that a million idle connections need no
 * more memory than the few that are busy. The ring begins small, which keeps the memory in the
 * cache, and doubles when a tick has found it empty. All buffers lie in one reserved stretch of
 * addresses of which only used pages exist, so that growing cannot fail.
 */
#ifndef OURO_IO_URING_BUFFERS_H
#define OURO_IO_URING_BUFFERS_H

#include "base/assert.h"
#include "base/poison.h"
#include "io/ring.h"

#define URING_BUFFER_GROUP 0

struct uring_buffers {
    struct uring_buf *ring; /* NULL: not made yet */
    char *memory;
    size_t ring_size; /* the ring and the buffers are one mapping */
    size_t mapping_size;
    uint32_t buffer_size;
    uint32_t count;    /* buffers in use: in the ring or lent */
    uint32_t capacity; /* the most there can be; a power of two */
    uint16_t tail;
    bool published; /* the kernel has seen `tail` */
};

/* Sets the sizes; makes nothing yet. Zero means the default. */
void ouro__uring_buffers_init(struct uring_buffers *buffers, unsigned buffer_size, unsigned count);

/* Makes the buffers and tells the ring about them. Returns 0 or -errno. */
int ouro__uring_buffers_create(struct uring_buffers *buffers, struct ring *ring);

/* Doubles the number of buffers, up to the capacity. */
void ouro__uring_buffers_grow(struct uring_buffers *buffers);

/* Frees all. The ring must be closed already, or never have used them. */
void ouro__uring_buffers_free(struct uring_buffers *buffers);

/* The same in a forked child, which did not get the ring. */
void ouro__uring_buffers_abandon(struct uring_buffers *buffers);

static inline bool uring_buffers_exist(const struct uring_buffers *buffers)
{
    return buffers->ring != NULL;
}

static inline char *uring_buffers_address(const struct uring_buffers *buffers, uint16_t id)
{
    ouro_check(id < buffers->count);
    return buffers->memory + (size_t) id * buffers->buffer_size;
}

/* Returns a buffer that the kernel has filled, for its owner to read `size` bytes until it is
 * recycled. */
static inline char *uring_buffers_lend(const struct uring_buffers *buffers, uint16_t id,
                                       size_t size)
{
    char *buffer = uring_buffers_address(buffers, id);

    memory_unpoison(buffer, size);
    return buffer;
}

/* Gives a buffer back to the ring; the kernel sees it after the next publish. */
static inline void uring_buffers_recycle(struct uring_buffers *buffers, uint16_t id)
{
    struct uring_buf *buf = &buffers->ring[buffers->tail & (buffers->capacity - 1)];

    memory_poison(uring_buffers_address(buffers, id), buffers->buffer_size);
    /* Not the whole struct: in the first one, `tail` is the ring's. */
    buf->address = (uint64_t) (uintptr_t) uring_buffers_address(buffers, id);
    buf->len = buffers->buffer_size;
    buf->id = id;
    buffers->tail++;
    buffers->published = false;
}

/* Shows the kernel what was recycled. */
static inline void uring_buffers_publish(struct uring_buffers *buffers)
{
    if (buffers->published)
        return;
    __atomic_store_n(&buffers->ring[0].tail, buffers->tail, __ATOMIC_RELEASE);
    buffers->published = true;
}

#endif
