/* Queues between tasks: first in first out, last in first out, and by priority.
 *
 *     OURO_QUEUE_TYPE(job_queue, struct job)               a queue of jobs, checked by the compiler
 *
 *     static job_queue queue = { OURO_QUEUE_INIT(struct job, 10) };     asyncio.Queue(10)
 *
 *     OURO_TRY(job_queue_put(&queue, job));                await queue.put(job)
 *     OURO_TRY(job_queue_get(&queue, &job));               job = await queue.get()
 *     OURO_TRY(ouro_queue_join(&queue.queue));             await queue.join()
 *
 *     ouro_async_for(struct job, job, job_queue_items(&queue), &status) { ... }
 *
 * Items are copied in and out. A queue with a size of 0 or less never is full; the memory grows
 * with the items and is given back by ouro_queue_done. A queue is bound to the loop whose task
 * first waits for it, and needs none before.
 *
 * A cancelled get has taken nothing, a cancelled put has put nothing. A put or get that need not
 * wait does not suspend, allocates nothing once the memory is there, and is inlined.
 *
 * Follows asyncio.Queue, LifoQueue and PriorityQueue.
 */
#ifndef OURO_QUEUE_H
#define OURO_QUEUE_H

#include "ouro/base.h"
#include "ouro/iterator.h"

#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* True if `left` is to come out before `right`. It must not use the queue. */
typedef bool ouro_before(const void *left, const void *right);

/* Private: items by value in a ring, a stack or a heap. */
typedef struct ouro_items {
    unsigned char *data_;
    size_t slots_; /* 0 or a power of two */
    size_t head_;  /* the slot of the oldest item of a ring */
    size_t count_;
    size_t size_; /* of an item */
} ouro_items;

typedef enum ouro_queue_order {
    OURO_QUEUE_FIFO_ = 0,
    OURO_QUEUE_LIFO_,
    OURO_QUEUE_PRIORITY_,
} ouro_queue_order;

/* A queue, by value; it must not move while a task waits for it. The fields are private. */
typedef struct ouro_queue {
    ouro_items items_;
    size_t room_;      /* with fewer items a put is a copy, and a wake if somebody waits */
    size_t put_below_; /* the same while nobody waits, so that a put is no more than a copy */
    size_t get_above_; /* with more items a get is no more than a copy */
    size_t unfinished_;
    ptrdiff_t maxsize_;
    ouro_before *before_; /* of a priority queue */
    ouro_queue_order order_;
    bool is_shutdown_;
    ouro_waiters getters_;
    ouro_waiters putters_;
    ouro_waiters joiners_;
} ouro_queue;

/* clang-format off */

/* Initial values of queues with items of a type, for static and automatic variables. A `maxsize` of
 * 0 or less sets no limit. */
#define OURO_QUEUE_INIT(type, maxsize) OURO_QUEUE_INIT_(type, maxsize, OURO_QUEUE_FIFO_, NULL, 0)
#define OURO_LIFO_QUEUE_INIT(type, maxsize)                                                        \
    OURO_QUEUE_INIT_(type, maxsize, OURO_QUEUE_LIFO_, NULL, SIZE_MAX)
#define OURO_PRIORITY_QUEUE_INIT(type, maxsize, before)                                            \
    OURO_QUEUE_INIT_(type, maxsize, OURO_QUEUE_PRIORITY_, before, SIZE_MAX)

#define OURO_QUEUE_INIT_(type, maxsize, order, before, above)                                      \
    { .items_ = { .size_ = sizeof(type) }, .get_above_ = (above), .maxsize_ = (maxsize),           \
      .before_ = (before), .order_ = (order) }

/* clang-format on */

/* Makes an empty queue for items of `item_size` bytes. Nothing is allocated.
 * Returns: 0; -EINVAL for items of no size. Follows asyncio.Queue. */
OURO_CHECKED OURO_API int ouro_queue_init(ouro_queue *queue, size_t item_size, ptrdiff_t maxsize);

/* The same for a queue of which the newest item comes out first. Follows asyncio.LifoQueue. */
OURO_CHECKED OURO_API int ouro_lifo_queue_init(ouro_queue *queue, size_t item_size,
                                               ptrdiff_t maxsize);

/* The same for a queue of which the least item comes out first, as `before` compares them; the
 * order of equal items is that of Python's heapq, and otherwise nothing to rely on.
 * Returns: 0; -EINVAL for items of no size, or without `before`. Follows asyncio.PriorityQueue. */
OURO_CHECKED OURO_API int ouro_priority_queue_init(ouro_queue *queue, size_t item_size,
                                                   ptrdiff_t maxsize, ouro_before *before);

/* Frees the items that are left, and the memory. No task may wait for the queue. Make it anew
 * before it is used again. */
OURO_API void ouro_queue_done(ouro_queue *queue);

/* Puts a copy of an item into the queue, and waits for a free slot first.
 * Returns: 0; OURO_ESHUTDOWN; -ENOMEM, and nothing is lost; -EINVAL for a NULL or a queue that was
 * not made; if it must wait also -ECANCELED, OURO_EWRONGLOOP, OURO_ENOTASK, OURO_ENOLOOP.
 * Suspends: while the queue is full.   Cancelled: nothing was put.
 * Follows Queue.put. */
OURO_SUSPENDS OURO_API int ouro_queue_put(ouro_queue *queue, const void *item);

/* Puts a copy of an item into the queue.
 * Returns: 0; OURO_EFULL; OURO_ESHUTDOWN; -ENOMEM; -EINVAL. Follows Queue.put_nowait. */
OURO_CHECKED OURO_API int ouro_queue_put_nowait(ouro_queue *queue, const void *item);

/* Moves the next item to `ret_item`, and waits for one first. NULL drops the item.
 * Returns: 0; OURO_ESHUTDOWN once the queue is shut down and empty; -EINVAL for a queue that was
 * not made; if it must wait also -ECANCELED, OURO_EWRONGLOOP, OURO_ENOTASK, OURO_ENOLOOP.
 * Suspends: while the queue is empty.   Cancelled: nothing was taken.
 * Follows Queue.get. */
OURO_SUSPENDS OURO_API int ouro_queue_get(ouro_queue *queue, void *ret_item);

/* Moves the next item to `ret_item`.
 * Returns: 0; OURO_EEMPTY; OURO_ESHUTDOWN; -EINVAL. Follows Queue.get_nowait. */
OURO_CHECKED OURO_API int ouro_queue_get_nowait(ouro_queue *queue, void *ret_item);

/* Says that the work on an item that was got is done.
 * Returns: 0; OURO_EOVERRELEASE if it was said for all items that were put. Follows
 * Queue.task_done. */
OURO_API int ouro_queue_task_done(ouro_queue *queue);

/* Waits until the work on every item that was put is done.
 * Returns: 0; -ECANCELED; OURO_EWRONGLOOP, OURO_ENOTASK, OURO_ENOLOOP; -EINVAL.
 * Suspends: while the work on an item is not done.   Cancelled: the queue is left as it is.
 * Follows Queue.join. */
OURO_SUSPENDS OURO_API int ouro_queue_join(ouro_queue *queue);

/* Lets no item in any more: a put fails with OURO_ESHUTDOWN from now on, a get once the queue is
 * empty, and all who wait are woken to find that out. `immediate` drops the items that are left,
 * and counts them as done. It may be called again, also to go over to `immediate`.
 * Follows Queue.shutdown. */
OURO_API void ouro_queue_shutdown(ouro_queue *queue, bool immediate);

/* Makes an iterator that gets one item after another, for ouro_async_for(type, item,
 * ouro_queue_items(&queue), &status): it ends once the queue is shut down and empty. Otherwise each
 * turn is an ouro_queue_get, and ouro_queue_task_done is left to the loop's body. The queue is
 * borrowed; several loops may get from it. */
OURO_API ouro_async_iterator ouro_queue_items(ouro_queue *queue);

/* Returns how many items are in the queue. Follows Queue.qsize. */
OURO_API size_t ouro_queue_qsize(const ouro_queue *queue);

/* Returns true if no item is in the queue. Follows Queue.empty. */
OURO_API bool ouro_queue_empty(const ouro_queue *queue);

/* Returns true if no item fits in. Follows Queue.full. */
OURO_API bool ouro_queue_full(const ouro_queue *queue);

/* Returns the limit that the queue was made with; 0 or less: none. Follows Queue.maxsize. */
OURO_API ptrdiff_t ouro_queue_maxsize(const ouro_queue *queue);

/* Private: the put and get that are no more than a copy. */
__attribute__((always_inline)) static inline bool
ouro_queue_put_at_once_(ouro_queue *queue, const void *item, size_t size)
{
    ouro_items *items = &queue->items_;

    if (__builtin_expect(items->count_ >= queue->put_below_, 0))
        return false;
    memcpy(items->data_ + ((items->head_ + items->count_) & (items->slots_ - 1)) * size, item,
           size);
    items->count_++;
    queue->unfinished_++;
    return true;
}

__attribute__((always_inline)) static inline bool
ouro_queue_get_at_once_(ouro_queue *queue, void *ret_item, size_t size)
{
    ouro_items *items = &queue->items_;

    if (__builtin_expect(items->count_ <= queue->get_above_, 0))
        return false;
    memcpy(ret_item, items->data_ + items->head_ * size, size);
    items->head_ = (items->head_ + 1) & (items->slots_ - 1);
    items->count_--;
    return true;
}

/* clang-format off */

/* OURO_QUEUE_TYPE(name, type): defines `name`, a struct around an ouro_queue for items of the type,
 * with the functions
 *
 *     int  name_init(name *queue, ptrdiff_t maxsize)       a queue that is all zero needs none
 *     void name_done(name *queue)
 *     int  name_put(name *queue, type item)                suspends
 *     int  name_get(name *queue, type *ret_item)           suspends
 *     int  name_put_nowait(name *queue, type item)
 *     int  name_get_nowait(name *queue, type *ret_item)
 *     name_iterator name_items(name *queue)                for ouro_async_for
 *
 * which are the functions of ouro_queue, but take no item of another type. For what has nothing to
 * do with items there is the field `queue`: ouro_queue_join(&jobs.queue). */
#define OURO_QUEUE_TYPE(name, type)                                                                \
    OURO_QUEUE_TYPE_(name, type, ouro_queue_init(&queue->queue, sizeof(type), maxsize))

/* The same for an ouro_lifo_queue. */
#define OURO_LIFO_QUEUE_TYPE(name, type)                                                           \
    OURO_QUEUE_TYPE_(name, type, ouro_lifo_queue_init(&queue->queue, sizeof(type), maxsize))

/* The same for an ouro_priority_queue, with `bool before(const type *left, const type *right)`. */
#define OURO_PRIORITY_QUEUE_TYPE(name, type, before)                                               \
    __attribute__((unused)) static bool name##_before_(const void *left, const void *right)        \
    {                                                                                              \
        return before((const type *) left, (const type *) right);                                  \
    }                                                                                              \
    OURO_QUEUE_TYPE_(name, type, ouro_priority_queue_init(&queue->queue, sizeof(type), maxsize,    \
                                                          name##_before_))

#define OURO_QUEUE_FUNCTION_ __attribute__((unused)) static inline

/* Private: the iterator of a typed queue or channel, which ouro_async_for knows the type of. */
#define OURO_ITEMS_(name, type, items, source)                                                     \
    typedef struct name##_iterator {                                                               \
        ouro_async_iterator iterator;                                                              \
        type *item_type_;                                                                          \
    } name##_iterator;                                                                             \
    OURO_QUEUE_FUNCTION_ name##_iterator name##_items(name *source)                                \
    {                                                                                              \
        name##_iterator items_;                                                                    \
        items_.iterator = (items);                                                                 \
        items_.item_type_ = NULL;                                                                  \
        return items_;                                                                             \
    }

#define OURO_QUEUE_TYPE_(name, type, initialise)                                                   \
    typedef struct name {                                                                          \
        ouro_queue queue;                                                                          \
    } name;                                                                                        \
    OURO_QUEUE_FUNCTION_ OURO_CHECKED int name##_init(name *queue, ptrdiff_t maxsize)              \
    {                                                                                              \
        return initialise;                                                                         \
    }                                                                                              \
    OURO_QUEUE_FUNCTION_ void name##_done(name *queue)                                             \
    {                                                                                              \
        ouro_queue_done(&queue->queue);                                                            \
    }                                                                                              \
    /* The queue, made if it was all zero; NULL if it was made for items of another size. */       \
    OURO_QUEUE_FUNCTION_ ouro_queue *name##_made_(name *queue)                                     \
    {                                                                                              \
        if (queue->queue.items_.size_ == 0)                                                        \
            ouro_ignore(name##_init(queue, 0));                                                    \
        return queue->queue.items_.size_ == sizeof(type) ? &queue->queue : NULL;                   \
    }                                                                                              \
    OURO_QUEUE_FUNCTION_ OURO_SUSPENDS int name##_put(name *queue, type item)                      \
    {                                                                                              \
        if (ouro_queue_put_at_once_(&queue->queue, &item, sizeof item))                            \
            return 0;                                                                              \
        return ouro_queue_put(name##_made_(queue), &item);                                         \
    }                                                                                              \
    OURO_QUEUE_FUNCTION_ OURO_SUSPENDS int name##_get(name *queue, type *ret_item)                 \
    {                                                                                              \
        if (ouro_queue_get_at_once_(&queue->queue, ret_item, sizeof *ret_item))                    \
            return 0;                                                                              \
        return ouro_queue_get(name##_made_(queue), ret_item);                                      \
    }                                                                                              \
    OURO_QUEUE_FUNCTION_ OURO_CHECKED int name##_put_nowait(name *queue, type item)                \
    {                                                                                              \
        if (ouro_queue_put_at_once_(&queue->queue, &item, sizeof item))                            \
            return 0;                                                                              \
        return ouro_queue_put_nowait(name##_made_(queue), &item);                                  \
    }                                                                                              \
    OURO_QUEUE_FUNCTION_ OURO_CHECKED int name##_get_nowait(name *queue, type *ret_item)           \
    {                                                                                              \
        if (ouro_queue_get_at_once_(&queue->queue, ret_item, sizeof *ret_item))                    \
            return 0;                                                                              \
        return ouro_queue_get_nowait(name##_made_(queue), ret_item);                               \
    }                                                                                              \
    OURO_ITEMS_(name, type, ouro_queue_items(name##_made_(queue)), queue)                          \
    struct ouro_semicolon_

/* clang-format on */

#ifdef __cplusplus
}
#endif

#endif
