/* Channels: items that go from one task to another, and a wait for any of several channels.
 *
 *     OURO_CHANNEL_TYPE(numbers, int)                      a channel of ints
 *
 *     static numbers channel = { OURO_CHANNEL_INIT(int, 0) };           ch := make(chan int)
 *
 *     OURO_TRY(numbers_send(&channel, 5));                 ch <- 5
 *     while (OURO_TRY(numbers_receive(&channel, &n)))      for n := range ch
 *     ouro_async_for(int, n, numbers_items(&channel), &status) { ... }       the same
 *
 *     switch (OURO_TRY(ouro_select(numbers_receive_case(&a, &n), numbers_send_case(&b, &five)))) {
 *
 * A channel of capacity 0 is a rendezvous: send returns when a receiver has taken the item. One of
 * a larger capacity keeps so many items. Where a queue wakes tasks to look again, a channel hands
 * an item straight to the task that waits longest, which has it then, also if it is cancelled
 * before it runs: its call returns the result, and the cancel stays pending. A cancelled call that
 * returns -ECANCELED has sent and received nothing. No item is lost or doubled.
 *
 * Closing says that no item will follow: receivers get what is left, then 0. A channel is bound to
 * the loop whose task first waits for it.
 *
 * Follows Go's channels; asyncio has nothing of the kind.
 */
#ifndef OURO_CHANNEL_H
#define OURO_CHANNEL_H

#include "ouro/queue.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A channel, by value; it must not move while a task waits for it. The fields are private. */
typedef struct ouro_channel {
    ouro_items items_;
    size_t capacity_;
    ouro_waiters senders_;
    ouro_waiters receivers_;
    bool is_closed_;
} ouro_channel;

/* The initial value of a channel with items of a type. */
#define OURO_CHANNEL_INIT(type, capacity)                                                          \
    {                                                                                              \
        .items_ = { .size_ = sizeof(type) }, .capacity_ = (capacity)                               \
    }

/* Makes an open, empty channel for items of `item_size` bytes. Nothing is allocated.
 * Returns: 0; -EINVAL for items of no size. */
OURO_CHECKED OURO_API int ouro_channel_init(ouro_channel *channel, size_t item_size,
                                            size_t capacity);

/* Frees the items that are left, and the memory. No task may wait for the channel. Make it anew
 * before it is used again. */
OURO_API void ouro_channel_done(ouro_channel *channel);

/* Sends a copy of an item: to the receiver that waits longest, or into the channel, or else it
 * waits for either.
 * Returns: 0; OURO_ECLOSED; -ENOMEM, and nothing is lost; -EINVAL for a NULL or a channel that was
 * not made; if it must wait also -ECANCELED, OURO_EWRONGLOOP, OURO_ENOTASK, OURO_ENOLOOP.
 * Suspends: until the item is in the channel or with a receiver.   Cancelled: nothing was sent. */
OURO_SUSPENDS OURO_API int ouro_channel_send(ouro_channel *channel, const void *item);

/* Moves the next item to `ret_item`, and waits for one first. NULL drops the item.
 * Returns: 1; 0 once the channel is closed and drained; -EINVAL for a channel that was not made; if
 * it must wait also -ECANCELED, OURO_EWRONGLOOP, OURO_ENOTASK, OURO_ENOLOOP.
 * Suspends: while there is no item.   Cancelled: nothing was received. */
OURO_SUSPENDS OURO_API int ouro_channel_receive(ouro_channel *channel, void *ret_item);

/* Makes an iterator that receives one item after another, for ouro_async_for(type, item,
 * ouro_channel_items(&channel), &status): it ends once the channel is closed and drained. Otherwise
 * each turn is an ouro_channel_receive. The channel is borrowed, and stays open when the loop is
 * left. */
OURO_API ouro_async_iterator ouro_channel_items(ouro_channel *channel);

/* Sends if that is possible without a wait.
 * Returns: 0; OURO_EFULL; OURO_ECLOSED; -ENOMEM; -EINVAL. */
OURO_CHECKED OURO_API int ouro_channel_try_send(ouro_channel *channel, const void *item);

/* Receives if that is possible without a wait.
 * Returns: 1; 0 once the channel is closed and drained; OURO_EEMPTY; -EINVAL. */
OURO_CHECKED OURO_API int ouro_channel_try_receive(ouro_channel *channel, void *ret_item);

/* Lets no item in any more. Tasks that wait to send get OURO_ECLOSED, tasks that wait to receive
 * get 0.
 * Returns: 0; OURO_ECLOSED if it is closed already; -EINVAL. */
OURO_API int ouro_channel_close(ouro_channel *channel);

/* Returns how many items are in the channel. */
OURO_API size_t ouro_channel_size(const ouro_channel *channel);

/* Returns how many items it keeps; 0: it is a rendezvous. */
OURO_API size_t ouro_channel_capacity(const ouro_channel *channel);

/* Returns true once it was closed. */
OURO_API bool ouro_channel_is_closed(const ouro_channel *channel);

/* What a case of a select does. */
typedef enum ouro_select_kind {
    OURO_SELECT_RECEIVE = 1,
    OURO_SELECT_SEND,
    OURO_SELECT_OTHERWISE,
    OURO_SELECT_MISMATCH_, /* private: the channel was made for items of another size */
} ouro_select_kind;

/* A case of a select: OURO_RECEIVE, OURO_SEND or OURO_OTHERWISE makes one. */
typedef struct ouro_select_case {
    ouro_select_kind kind;
    ouro_channel *channel; /* NULL: a case that never is ready */
    void *ret_item;        /* of a receive */
    const void *item;      /* of a send */
    int *ret_result;       /* what the send or receive came to, if this case is chosen; or NULL */
    ouro_link link_;       /* private: in a list of the channel */
    void *select_;
} ouro_select_case;

/* Waits until one of the cases can go on, and does that one: a send or receive as by the functions
 * above. Among several that can, one is chosen by a sequence of pseudo-random numbers that is the
 * same in every run. With an OURO_OTHERWISE it does not wait, but chooses that.
 * A case whose channel is closed can go on: its `ret_result` is 0 for a receive, OURO_ECLOSED for a
 * send. The cases must stay where they are until the call returns.
 * Returns: the index of the case; -EINVAL if no case could ever go on, or one is not made well;
 * -ENOMEM; -ECANCELED, OURO_EWRONGLOOP, OURO_ENOTASK, OURO_ENOLOOP if it must wait.
 * Suspends: until a case can go on.   Cancelled: nothing was sent or received. */
OURO_SUSPENDS OURO_API int ouro_select_array(ouro_select_case *cases, size_t count);

#ifndef __cplusplus

/* clang-format off */

/* OURO_RECEIVE(&channel, &ret_item, .ret_result = &result) and OURO_SEND(&channel, &item, ...): the
 * last argument may be left out. OURO_OTHERWISE: what to choose if nothing else can go on. */
#define OURO_RECEIVE(channel_, ...)                                                                \
    ((ouro_select_case) { .kind = OURO_SELECT_RECEIVE, .channel = (channel_),                      \
                          .ret_item = __VA_ARGS__ })
#define OURO_SEND(channel_, ...)                                                                   \
    ((ouro_select_case) { .kind = OURO_SELECT_SEND, .channel = (channel_), .item = __VA_ARGS__ })
#define OURO_OTHERWISE ((ouro_select_case) { .kind = OURO_SELECT_OTHERWISE })

/* ouro_select(case, ...): the index of the case that went on. */
#define ouro_select(...)                                                                           \
    ouro_select_array((ouro_select_case[]) { __VA_ARGS__ },                                        \
                      sizeof((ouro_select_case[]) { __VA_ARGS__ }) / sizeof(ouro_select_case))

/* OURO_CHANNEL_TYPE(name, type): defines `name`, a struct around an ouro_channel for items of the
 * type, with the functions
 *
 *     int  name_init(name *channel, size_t capacity)       one that is all zero needs none
 *     void name_done(name *channel)
 *     int  name_send(name *channel, type item)             suspends
 *     int  name_receive(name *channel, type *ret_item)     suspends
 *     int  name_try_send(name *channel, type item)
 *     int  name_try_receive(name *channel, type *ret_item)
 *     int  name_close(name *channel)
 *     name_iterator name_items(name *channel)              for ouro_async_for
 *     ouro_select_case name_receive_case(name *channel, type *ret_item)
 *     ouro_select_case name_send_case(name *channel, const type *item)
 *
 * For the rest there is the field `channel`. */
#define OURO_CHANNEL_TYPE(name, type)                                                              \
    typedef struct name {                                                                          \
        ouro_channel channel;                                                                      \
    } name;                                                                                        \
    OURO_QUEUE_FUNCTION_ OURO_CHECKED int name##_init(name *channel, size_t capacity)              \
    {                                                                                              \
        return ouro_channel_init(&channel->channel, sizeof(type), capacity);                       \
    }                                                                                              \
    OURO_QUEUE_FUNCTION_ void name##_done(name *channel)                                           \
    {                                                                                              \
        ouro_channel_done(&channel->channel);                                                      \
    }                                                                                              \
    OURO_QUEUE_FUNCTION_ ouro_channel *name##_made_(name *channel)                                 \
    {                                                                                              \
        if (channel->channel.items_.size_ == 0)                                                    \
            channel->channel.items_.size_ = sizeof(type);                                          \
        return channel->channel.items_.size_ == sizeof(type) ? &channel->channel : NULL;           \
    }                                                                                              \
    OURO_QUEUE_FUNCTION_ OURO_SUSPENDS int name##_send(name *channel, type item)                   \
    {                                                                                              \
        return ouro_channel_send(name##_made_(channel), &item);                                    \
    }                                                                                              \
    OURO_QUEUE_FUNCTION_ OURO_SUSPENDS int name##_receive(name *channel, type *ret_item)           \
    {                                                                                              \
        return ouro_channel_receive(name##_made_(channel), ret_item);                              \
    }                                                                                              \
    OURO_QUEUE_FUNCTION_ OURO_CHECKED int name##_try_send(name *channel, type item)                \
    {                                                                                              \
        return ouro_channel_try_send(name##_made_(channel), &item);                                \
    }                                                                                              \
    OURO_QUEUE_FUNCTION_ OURO_CHECKED int name##_try_receive(name *channel, type *ret_item)        \
    {                                                                                              \
        return ouro_channel_try_receive(name##_made_(channel), ret_item);                          \
    }                                                                                              \
    OURO_ITEMS_(name, type, ouro_channel_items(name##_made_(channel)), channel)                    \
    OURO_QUEUE_FUNCTION_ int name##_close(name *channel)                                           \
    {                                                                                              \
        return ouro_channel_close(name##_made_(channel));                                          \
    }                                                                                              \
    OURO_QUEUE_FUNCTION_ ouro_select_case name##_receive_case(name *channel, type *ret_item)       \
    {                                                                                              \
        ouro_channel *made_ = channel != NULL ? name##_made_(channel) : NULL;                      \
        ouro_select_case case_ = OURO_RECEIVE(made_, ret_item);                                    \
        if (channel != NULL && made_ == NULL)                                                      \
            case_.kind = OURO_SELECT_MISMATCH_;                                                    \
        return case_;                                                                              \
    }                                                                                              \
    OURO_QUEUE_FUNCTION_ ouro_select_case name##_send_case(name *channel, const type *item)        \
    {                                                                                              \
        ouro_channel *made_ = channel != NULL ? name##_made_(channel) : NULL;                      \
        ouro_select_case case_ = OURO_SEND(made_, item);                                           \
        if (channel != NULL && made_ == NULL)                                                      \
            case_.kind = OURO_SELECT_MISMATCH_;                                                    \
        return case_;                                                                              \
    }                                                                                              \
    struct ouro_semicolon_

/* clang-format on */

#endif

#ifdef __cplusplus
}
#endif

#endif
