/* The least of io_uring that the limit servers need, on raw system calls: one ring of one thread
 * with SINGLE_ISSUER and DEFER_TASKRUN (Linux 6.1), and a ring of provided buffers.
 */
#ifndef OURO_BENCH_LIMIT_RING_H
#define OURO_BENCH_LIMIT_RING_H

#include "common/bench.h"

#include <linux/io_uring.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

typedef struct limit_ring {
    int fd;
    struct io_uring_sqe *entries;
    uint32_t *submit_tail;
    uint32_t submit_mask;
    uint32_t filled; /* entries filled since the last enter */
    uint32_t *complete_head;
    uint32_t *complete_tail;
    uint32_t complete_mask;
    struct io_uring_cqe *completions;
} limit_ring;

typedef struct buffer_ring {
    struct io_uring_buf_ring *ring;
    uint8_t *memory;
    uint32_t bytes;
    uint16_t count;
    uint16_t tail;
} buffer_ring;

static inline void *ring_map(int fd, size_t len, uint64_t offset)
{
    void *memory = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd,
                        (off_t) offset);
    if (memory == MAP_FAILED)
        bench_fail("mmap of the ring: %s", strerror(errno));
    return memory;
}

static inline void ring_open(limit_ring *ring, uint32_t entries)
{
    struct io_uring_params params = {
        .flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_CQSIZE,
        .cq_entries = entries * 2,
    };
    ring->fd = (int) bench_check(syscall(__NR_io_uring_setup, entries, &params), "io_uring_setup");
    size_t submit_len = params.sq_off.array + params.sq_entries * sizeof(uint32_t);
    size_t complete_len = params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe);
    size_t len = submit_len > complete_len ? submit_len : complete_len;
    char *memory = ring_map(ring->fd, len, IORING_OFF_SQ_RING);
    ring->entries = ring_map(ring->fd, params.sq_entries * sizeof(struct io_uring_sqe),
                             IORING_OFF_SQES);
    ring->submit_tail = (uint32_t *) (void *) (memory + params.sq_off.tail);
    ring->submit_mask = params.sq_entries - 1;
    uint32_t *array = (uint32_t *) (void *) (memory + params.sq_off.array);
    for (uint32_t i = 0; i < params.sq_entries; i++)
        array[i] = i;
    ring->complete_head = (uint32_t *) (void *) (memory + params.cq_off.head);
    ring->complete_tail = (uint32_t *) (void *) (memory + params.cq_off.tail);
    ring->complete_mask = params.cq_entries - 1;
    ring->completions = (struct io_uring_cqe *) (void *) (memory + params.cq_off.cqes);
    ring->filled = 0;
}

/* Hands over what was filled and waits until `wait` completions are there. */
static inline void ring_enter(limit_ring *ring, uint32_t wait)
{
    for (;;) {
        long done = syscall(__NR_io_uring_enter, ring->fd, ring->filled, wait,
                            IORING_ENTER_GETEVENTS, NULL, 0);
        if (done >= 0) {
            ring->filled -= (uint32_t) done;
            if (ring->filled == 0)
                return;
        } else if (errno != EINTR && errno != EBUSY && errno != EAGAIN) {
            bench_fail("io_uring_enter: %s", strerror(errno));
        } else {
            return; /* the caller looks at its completions and comes back */
        }
    }
}

/* Hands each completion that is there to `handle`, and gives them back to the kernel. */
static inline void ring_reap(limit_ring *ring, void (*handle)(const struct io_uring_cqe *, int),
                             int argument)
{
    uint32_t head = *ring->complete_head;
    uint32_t tail = __atomic_load_n(ring->complete_tail, __ATOMIC_ACQUIRE);
    for (; head != tail; head++)
        handle(&ring->completions[head & ring->complete_mask], argument);
    __atomic_store_n(ring->complete_head, head, __ATOMIC_RELEASE);
}

/* An empty entry; submits when the ring is full. */
static inline struct io_uring_sqe *ring_entry(limit_ring *ring)
{
    while (ring->filled > ring->submit_mask)
        ring_enter(ring, 0);
    uint32_t tail = *ring->submit_tail;
    struct io_uring_sqe *entry = &ring->entries[tail & ring->submit_mask];
    memset(entry, 0, sizeof *entry);
    /* The kernel reads entries only inside enter, on this thread: it may see the tail early. */
    __atomic_store_n(ring->submit_tail, tail + 1, __ATOMIC_RELEASE);
    ring->filled++;
    return entry;
}

static inline void buffer_ring_give(buffer_ring *buffers, uint16_t id)
{
    struct io_uring_buf *slot = &buffers->ring->bufs[buffers->tail & (buffers->count - 1u)];
    slot->addr = (uint64_t) (uintptr_t) (buffers->memory + (size_t) id * buffers->bytes);
    slot->len = buffers->bytes;
    slot->bid = id;
    buffers->tail++;
}

static inline void buffer_ring_publish(buffer_ring *buffers)
{
    __atomic_store_n(&buffers->ring->tail, buffers->tail, __ATOMIC_RELEASE);
}

/* Registers `count` buffers, a power of two, as group 0. */
static inline void buffer_ring_open(buffer_ring *buffers, limit_ring *ring, uint16_t count,
                                    uint32_t bytes)
{
    size_t ring_len = count * sizeof(struct io_uring_buf);
    int flags = MAP_PRIVATE | MAP_ANONYMOUS;
    buffers->ring = mmap(NULL, ring_len, PROT_READ | PROT_WRITE, flags, -1, 0);
    buffers->memory = mmap(NULL, (size_t) count * bytes, PROT_READ | PROT_WRITE, flags, -1, 0);
    if (buffers->ring == MAP_FAILED || buffers->memory == MAP_FAILED)
        bench_fail("mmap failed");
    buffers->count = count;
    buffers->bytes = bytes;
    buffers->tail = 0;
    struct io_uring_buf_reg registration = {
        .ring_addr = (uint64_t) (uintptr_t) buffers->ring,
        .ring_entries = count,
        .bgid = 0,
    };
    bench_check(
        syscall(__NR_io_uring_register, ring->fd, IORING_REGISTER_PBUF_RING, &registration, 1),
        "IORING_REGISTER_PBUF_RING");
    for (uint16_t id = 0; id < count; id++)
        buffer_ring_give(buffers, id);
    buffer_ring_publish(buffers);
}

#endif
