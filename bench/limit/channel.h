/* The limit of a channel: a ring of numbers, or one number handed over, with room for one task that
 * waits at each end. No closing, no cancelling, no item of another size.
 *
 * All is inlined, switches included. A call that is left on another stack than it was entered from
 * returns to where the processor does not expect it, which costs three times as much as the rest. A
 * library that is called has to pay that wherever tasks with different code alternate.
 */
#ifndef OURO_BENCH_LIMIT_CHANNEL_H
#define OURO_BENCH_LIMIT_CHANNEL_H

#include "limit/scheduler.h"

#define LIMIT_CHANNEL_SLOTS 128u

typedef struct limit_channel {
    uint64_t items[LIMIT_CHANNEL_SLOTS];
    size_t capacity; /* 0: the sender waits for the receiver */
    size_t head;
    size_t count;
    limit_task *sender;
    limit_task *receiver;
    uint64_t *slot; /* of the sender or receiver that waits, without a ring */
} limit_channel;

static inline void limit_wake(limit_task **waiter)
{
    limit_make_ready(*waiter);
    *waiter = NULL;
}

static inline __attribute__((always_inline)) void limit_hand_over(limit_channel *channel,
                                                                  uint64_t item)
{
    if (channel->receiver != NULL) {
        *channel->slot = item;
        limit_wake(&channel->receiver);
        return;
    }
    channel->slot = &item;
    channel->sender = limit_current;
    limit_park();
}

static inline __attribute__((always_inline)) uint64_t limit_take_over(limit_channel *channel)
{
    uint64_t item;
    if (channel->sender != NULL) {
        item = *channel->slot;
        limit_wake(&channel->sender);
        return item;
    }
    channel->slot = &item;
    channel->receiver = limit_current;
    limit_park();
    __asm__ volatile("" : "+m"(item));
    return item;
}

static inline __attribute__((always_inline)) void limit_send(limit_channel *channel, uint64_t item)
{
    if (channel->capacity == 0) {
        limit_hand_over(channel, item);
        return;
    }
    while (channel->count == channel->capacity) {
        channel->sender = limit_current;
        limit_park();
    }
    channel->items[(channel->head + channel->count++) % LIMIT_CHANNEL_SLOTS] = item;
    if (channel->receiver != NULL)
        limit_wake(&channel->receiver);
}

static inline __attribute__((always_inline)) uint64_t limit_receive(limit_channel *channel)
{
    if (channel->capacity == 0)
        return limit_take_over(channel);
    while (channel->count == 0) {
        channel->receiver = limit_current;
        limit_park();
    }
    uint64_t item = channel->items[channel->head++ % LIMIT_CHANNEL_SLOTS];
    channel->count--;
    if (channel->sender != NULL)
        limit_wake(&channel->sender);
    return item;
}

#endif
