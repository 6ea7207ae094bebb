/* Queues. A wake is a hint, as in asyncio: who is woken leaves the list at once, and looks again
 * when it runs; somebody else may have been faster.
 *
 * Cost of an item that a task waits for: 290 instructions for the put, the switch and the get; of
 * one that nobody waits for, about 20 for both, inlined. No system call; memory is taken only when
 * a queue holds more items than ever before.
 */
#include "ouro/queue.h"

#include "base/assert.h"
#include "loop/detail.h"
#include "loop/schedule.h"
#include "sync/items.h"
#include "sync/waiters.h"

#include <errno.h>

static bool is_full(const ouro_queue *queue)
{
    return queue->maxsize_ > 0 && queue->items_.count_ >= (size_t) queue->maxsize_;
}

/* Find out what the short ways may do by themselves. An inlined put or get does nothing as long as
 * somebody would have to be woken. */
static inline void settle_put(ouro_queue *queue)
{
    queue->put_below_ = waiters_are_none(&queue->getters_) ? queue->room_ : 0;
}

static inline void settle_room(ouro_queue *queue)
{
    size_t room = queue->items_.slots_;

    if (queue->maxsize_ > 0 && room > (size_t) queue->maxsize_)
        room = (size_t) queue->maxsize_;
    if (queue->is_shutdown_ || queue->order_ == OURO_QUEUE_PRIORITY_)
        room = 0;
    queue->room_ = room;
    settle_put(queue);
}

static inline void settle_get(ouro_queue *queue)
{
    bool is_plain = queue->order_ == OURO_QUEUE_FIFO_ && waiters_are_none(&queue->putters_);

    queue->get_above_ = is_plain ? 0 : SIZE_MAX;
}

static void settle(ouro_queue *queue)
{
    settle_room(queue);
    settle_get(queue);
}

static int make(ouro_queue *queue, size_t item_size, ptrdiff_t maxsize, ouro_queue_order order)
{
    if (queue == NULL || item_size == 0)
        return ouro_error_set(-EINVAL, "queue", "no queue was given, or items of no size");
    *queue = (ouro_queue) {
        .items_ = { .size_ = item_size },
        .maxsize_ = maxsize,
        .order_ = order,
    };
    settle(queue);
    return 0;
}

int ouro_queue_init(ouro_queue *queue, size_t item_size, ptrdiff_t maxsize)
{
    return make(queue, item_size, maxsize, OURO_QUEUE_FIFO_);
}

int ouro_lifo_queue_init(ouro_queue *queue, size_t item_size, ptrdiff_t maxsize)
{
    return make(queue, item_size, maxsize, OURO_QUEUE_LIFO_);
}

int ouro_priority_queue_init(ouro_queue *queue, size_t item_size, ptrdiff_t maxsize,
                             ouro_before *before)
{
    int status = make(queue, item_size, maxsize, OURO_QUEUE_PRIORITY_);

    if (status < 0)
        return status;
    queue->before_ = before;
    if (before == NULL)
        return ouro_error_set(-EINVAL, "queue", "a priority queue needs a comparison of its items");
    return 0;
}

void ouro_queue_done(ouro_queue *queue)
{
    if (queue == NULL)
        return;
    ouro_assert(waiters_are_none(&queue->getters_) && waiters_are_none(&queue->putters_) &&
                waiters_are_none(&queue->joiners_));
    ouro__items_done(&queue->items_);
    *queue = (ouro_queue) { 0 };
}

/* Returns 0, or -EINVAL if this is no queue that can be used. */
static int check(const ouro_queue *queue, const char *operation)
{
    if (queue == NULL)
        return ouro_error_set(-EINVAL, operation,
                              "no queue was given, or one that was made for items of another size");
    if (queue->items_.size_ == 0)
        return ouro_error_set(-EINVAL, operation,
                              "the queue was not made: use OURO_QUEUE_INIT or ouro_queue_init");
    if (queue->order_ == OURO_QUEUE_PRIORITY_ && queue->before_ == NULL)
        return ouro_error_set(-EINVAL, operation,
                              "the priority queue has no comparison of its items");
    return 0;
}

/* Binds all lists of the queue to the loop of the first task that waits in one of them. */
__attribute__((noinline)) static int bind_loop(ouro_queue *queue, const ouro_loop *loop,
                                               const char *operation)
{
    ouro_waiters *lists[] = { &queue->getters_, &queue->putters_, &queue->joiners_ };
    size_t i;

    if (queue->getters_.loop_ != 0)
        return ouro_error_set(OURO_EWRONGLOOP, operation,
                              "a task of another loop has waited for this queue before: use one "
                              "queue for each loop");
    for (i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        lists[i]->loop_ = loop->serial;
        list_init(&lists[i]->list_);
        lists[i]->first_ = &lists[i]->list_;
    }
    return 0;
}

/* Wakes the next one that was not cancelled; the others are taken out. */
static inline void wake_next(ouro_waiters *waiters)
{
    struct waiter *waiter;

    if (waiters_are_none(waiters))
        return;
    waiter = waiter_from_link(waiters->list_.next_);
    if (__builtin_expect(waiter->wait.finished, 0)) {
        ouro__waiters_take_next(waiters);
        return;
    }
    waiter_remove(waiter);
    wait_finish(&waiter->wait, 0);
}

/* Waits to be woken. `ret_woken` tells whether that was so, also if a cancel has overtaken it. */
__attribute__((always_inline)) static inline int wait_in(ouro_queue *queue, ouro_waiters *waiters,
                                                         const char *operation, bool *ret_woken)
{
    struct task *task = current_task();
    struct waiter self;
    int status;

    *ret_woken = false;
    if (__builtin_expect(task == NULL, 0)) {
        (void) ouro__task_required(operation, &status);
        return status;
    }
    if (__builtin_expect(queue->getters_.loop_ != task->future.loop->serial, 0)) {
        status = bind_loop(queue, task->future.loop, operation);
        if (status < 0)
            return status;
    }
    self.wait = (struct wait) {
        .task = task,
        .abandon = ouro__waiter_abandon,
        .operation = operation,
    };
    self.waiters = waiters;
    self.link.next_ = NULL;
    status = waiters_park(&self);
    *ret_woken = self.wait.status == 0;
    return status;
}

/* A wake that a cancel has overtaken goes to the next one, if what it was for is still there. */
static int wait_for_item(ouro_queue *queue)
{
    bool was_woken;
    int status;

    queue->put_below_ = 0;
    status = wait_in(queue, &queue->getters_, "queue get", &was_woken);
    if (status < 0) {
        if (was_woken && queue->items_.count_ > 0)
            wake_next(&queue->getters_);
        settle_put(queue);
    }
    return status;
}

static int wait_for_slot(ouro_queue *queue)
{
    bool was_woken;
    int status;

    queue->get_above_ = SIZE_MAX;
    status = wait_in(queue, &queue->putters_, "queue put", &was_woken);
    if (status < 0) {
        if (was_woken && !is_full(queue))
            wake_next(&queue->putters_);
        settle_get(queue);
    }
    return status;
}

/* Puts an item where there is room for it. */
static int put(ouro_queue *queue, const void *item)
{
    ouro_items *items = &queue->items_;

    if (items->count_ == items->slots_ && ouro__items_reserve(items) < 0)
        return ouro_error_set(-ENOMEM, "put", "out of memory: the queue has %zu items",
                              items->count_);
    if (queue->order_ == OURO_QUEUE_PRIORITY_)
        ouro__items_push_heap(items, item, queue->before_);
    else
        items_push(items, item);
    queue->unfinished_++;
    wake_next(&queue->getters_);
    settle_room(queue);
    return 0;
}

/* Takes the next item from a queue that has one. */
static void get(ouro_queue *queue, void *ret_item)
{
    switch (queue->order_) {
    case OURO_QUEUE_FIFO_:
        items_pop_oldest(&queue->items_, ret_item);
        break;
    case OURO_QUEUE_LIFO_:
        items_pop_newest(&queue->items_, ret_item);
        break;
    case OURO_QUEUE_PRIORITY_:
        ouro__items_pop_heap(&queue->items_, ret_item, queue->before_);
    }
    wake_next(&queue->putters_);
    settle_get(queue);
}

static int check_put(const ouro_queue *queue, const void *item)
{
    if (item == NULL)
        return ouro_error_set(-EINVAL, "put", "no item was given");
    return check(queue, "put");
}

/* A put into a slot that is there: a copy, and a wake. */
static inline bool put_at_once(ouro_queue *queue, const void *item)
{
    if (queue == NULL || item == NULL || queue->items_.count_ >= queue->room_)
        return false;
    items_push(&queue->items_, item);
    queue->unfinished_++;
    wake_next(&queue->getters_);
    settle_put(queue);
    return true;
}

/* What the inlined get does, for those who call the function. */
static inline bool get_at_once(ouro_queue *queue, void *ret_item)
{
    if (queue == NULL || queue->items_.count_ <= queue->get_above_)
        return false;
    items_pop_oldest(&queue->items_, ret_item);
    return true;
}

/* The slow halves are jumped to and leave no frame of their callers, so they bear their names in
 * stacks, where suffixes are left out. */
RETURN_BY_JUMP static int put_slowly(ouro_queue *queue,
                                     const void *item) __asm__("ouro_queue_put.slowly");
RETURN_BY_JUMP static int get_slowly(ouro_queue *queue,
                                     void *ret_item) __asm__("ouro_queue_get.slowly");

static int put_slowly(ouro_queue *queue, const void *item)
{
    int status = check_put(queue, item);

    while (status == 0 && is_full(queue)) {
        if (queue->is_shutdown_)
            return ouro__failure_plain(OURO_ESHUTDOWN);
        status = wait_for_slot(queue);
        if (status == 0 && put_at_once(queue, item))
            return 0;
    }
    if (status < 0)
        return status;
    return queue->is_shutdown_ ? ouro__failure_plain(OURO_ESHUTDOWN) : put(queue, item);
}

int ouro_queue_put(ouro_queue *queue, const void *item)
{
    return put_at_once(queue, item) ? 0 : put_slowly(queue, item);
}

int ouro_queue_put_nowait(ouro_queue *queue, const void *item)
{
    int status;

    if (put_at_once(queue, item))
        return 0;
    status = check_put(queue, item);
    if (status < 0)
        return status;
    if (queue->is_shutdown_)
        return ouro__failure_plain(OURO_ESHUTDOWN);
    return is_full(queue) ? ouro__failure_plain(OURO_EFULL) : put(queue, item);
}

static int get_slowly(ouro_queue *queue, void *ret_item)
{
    int status = 0;

    if (queue == NULL || queue->items_.slots_ == 0)
        status = check(queue, "get");
    while (status == 0 && queue->items_.count_ == 0) {
        if (queue->is_shutdown_)
            return ouro__failure_plain(OURO_ESHUTDOWN);
        status = wait_for_item(queue);
        if (status == 0 && get_at_once(queue, ret_item))
            return 0;
    }
    if (status < 0)
        return status;
    get(queue, ret_item);
    return 0;
}

int ouro_queue_get(ouro_queue *queue, void *ret_item)
{
    return get_at_once(queue, ret_item) ? 0 : get_slowly(queue, ret_item);
}

int ouro_queue_get_nowait(ouro_queue *queue, void *ret_item)
{
    int status;

    if (get_at_once(queue, ret_item))
        return 0;
    status = check(queue, "get");
    if (status < 0)
        return status;
    if (queue->items_.count_ == 0)
        return ouro__failure_plain(queue->is_shutdown_ ? OURO_ESHUTDOWN : OURO_EEMPTY);
    get(queue, ret_item);
    return 0;
}

int ouro_queue_task_done(ouro_queue *queue)
{
    if (queue == NULL || queue->unfinished_ == 0)
        return ouro_error_set(OURO_EOVERRELEASE, "task_done",
                              "it was called more often than items were put: call it once for "
                              "each get");
    if (--queue->unfinished_ == 0)
        (void) ouro__waiters_wake(&queue->joiners_, SIZE_MAX);
    return 0;
}

int ouro_queue_join(ouro_queue *queue)
{
    bool was_woken;
    int status = check(queue, "join");

    if (status < 0 || queue->unfinished_ == 0)
        return status;
    return wait_in(queue, &queue->joiners_, "queue join", &was_woken);
}

/* Drops what is left, and counts it as done. */
static void drop_items(ouro_queue *queue)
{
    size_t dropped = queue->items_.count_;

    queue->items_.count_ = 0;
    queue->items_.head_ = 0;
    queue->unfinished_ -= dropped < queue->unfinished_ ? dropped : queue->unfinished_;
    if (queue->unfinished_ == 0)
        (void) ouro__waiters_wake(&queue->joiners_, SIZE_MAX);
}

void ouro_queue_shutdown(ouro_queue *queue, bool immediate)
{
    if (queue == NULL)
        return;
    queue->is_shutdown_ = true;
    if (immediate)
        drop_items(queue);
    while (!waiters_are_none(&queue->getters_))
        wake_next(&queue->getters_);
    while (!waiters_are_none(&queue->putters_))
        wake_next(&queue->putters_);
    settle(queue);
}

size_t ouro_queue_qsize(const ouro_queue *queue)
{
    return queue != NULL ? queue->items_.count_ : 0;
}

bool ouro_queue_empty(const ouro_queue *queue)
{
    return ouro_queue_qsize(queue) == 0;
}

bool ouro_queue_full(const ouro_queue *queue)
{
    return queue != NULL && is_full(queue);
}

ptrdiff_t ouro_queue_maxsize(const ouro_queue *queue)
{
    return queue != NULL ? queue->maxsize_ : 0;
}
