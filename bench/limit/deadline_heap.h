/* A 4-ary heap of deadlines, the fastest general structure for timers that all expire.
 *
 * Deadlines are whole milliseconds, rounded up, as those of libuv and Tokio are: with exact ones
 * the process would be woken for every single sleeper, and most of the CPU would go into that.
 */
#ifndef OURO_BENCH_LIMIT_DEADLINE_HEAP_H
#define OURO_BENCH_LIMIT_DEADLINE_HEAP_H

#include "common/bench.h"

typedef struct deadline {
    uint64_t time_ms;
    uint64_t task;
} deadline;

typedef struct deadline_heap {
    deadline *items;
    size_t count;
} deadline_heap;

/* The first whole millisecond that is not before `delay_ms` from now. */
static inline uint64_t deadline_after(uint32_t delay_ms)
{
    return (bench_wall_ns() + 999999u) / 1000000u + delay_ms;
}

static inline void deadline_heap_push(deadline_heap *heap, deadline item)
{
    size_t hole = heap->count++;
    while (hole > 0) {
        size_t parent = (hole - 1) / 4;
        if (heap->items[parent].time_ms <= item.time_ms)
            break;
        heap->items[hole] = heap->items[parent];
        hole = parent;
    }
    heap->items[hole] = item;
}

static inline deadline deadline_heap_pop(deadline_heap *heap)
{
    deadline top = heap->items[0];
    deadline last = heap->items[--heap->count];
    size_t hole = 0;
    for (;;) {
        size_t child = 4 * hole + 1;
        if (child >= heap->count)
            break;
        size_t end = child + 4 < heap->count ? child + 4 : heap->count;
        size_t least = child;
        for (size_t i = child + 1; i < end; i++) {
            if (heap->items[i].time_ms < heap->items[least].time_ms)
                least = i;
        }
        if (heap->items[least].time_ms >= last.time_ms)
            break;
        heap->items[hole] = heap->items[least];
        hole = least;
    }
    heap->items[hole] = last;
    return top;
}

/* Waits until every deadline has passed; calls `expire` for each in order. */
static inline void deadline_heap_run(deadline_heap *heap, void (*expire)(uint64_t task))
{
    while (heap->count > 0) {
        uint64_t now = bench_wall_ns() / 1000000u;
        while (heap->count > 0 && heap->items[0].time_ms <= now) {
            expire(deadline_heap_pop(heap).task);
        }
        if (heap->count > 0) {
            uint64_t next = heap->items[0].time_ms;
            struct timespec until = {
                .tv_sec = (time_t) (next / 1000u),
                .tv_nsec = (long) (next % 1000u * 1000000u),
            };
            clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
        }
    }
}

#endif
