/* Asynchronous iteration: a protocol of two functions, and the loop over it.
 *
 *     int status = 0;
 *     ouro_async_for(int, number, countdown_gen(3), &status) {   async for number in countdown(3):
 *         printf("%d\n", number);                                    print(number)
 *     }
 *     return status;
 *
 * The loop asks for one item after another and may suspend while it does. It ends at the end of the
 * items; an error of the iterator, and a cancel that arrives while it waits, end it too and land in
 * `status`. The iterator is closed however the loop is left: at the end, by an error, by break,
 * return or goto (never by longjmp). So a generator cleans up where Python needs
 * contextlib.aclosing. Closing may suspend; its failure lands in `status` unless an error is there
 * already, and is lost if a `return` has computed its value before.
 *
 * Whatever has a `next` can be iterated: generators (generator.h), the lines of a stream
 * (ouro_stream_lines), or an iterator of your own.
 *
 * Follows the async for statement, anext and the protocol of PEP 492.
 */
#ifndef OURO_ITERATOR_H
#define OURO_ITERATOR_H

#include "ouro/base.h"
#include "ouro/coroutine.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An iterator, by value. One of your own fills in the four fields. It may also be embedded in a
 * larger struct, and is iterated by its address then (ouro_async_for_ref). */
typedef struct ouro_async_iterator {
    /* Stores the next item in `ret_item`, which may be NULL: then it is dropped. May suspend.
     * Returns 1; 0 at the end, and whenever it is called after that; a negative error. */
    int (*next)(struct ouro_async_iterator *self, void *ret_item);
    /* Gives back what the iterator holds, and may suspend. May be called again. NULL: nothing to
     * do. Returns 0 or a negative error. */
    int (*close)(struct ouro_async_iterator *self);
    void *source;     /* what is iterated; only `next` and `close` look at it */
    size_t item_size; /* bytes of an item, checked when a loop begins; 0: not known */
    void *item_type_; /* private: items of any type */
} ouro_async_iterator;

/* Stores the next item in `ret_item`, as one turn of the loop does.
 * Returns: 1 for an item, 0 at the end, the iterator's error.
 * Suspends: as the iterator does.   Cancelled: as the iterator says.
 * Follows anext. */
OURO_SUSPENDS static inline int ouro_anext(ouro_async_iterator *iterator, void *ret_item)
{
    return iterator->next(iterator, ret_item);
}

/* Private: a loop in progress. */
typedef struct ouro_async_loop_ {
    ouro_async_iterator *iterator_;
    int *status_;
    size_t item_size_;
    bool is_borrowed_;
    bool is_entered_;
} ouro_async_loop_;

#ifndef __cplusplus

/* Private: how a loop begins and how it is left. */
OURO_API bool ouro_async_loop_enter_(ouro_async_loop_ *loop);
OURO_API void ouro_async_loop_exit_(ouro_async_loop_ *loop);

static inline bool ouro_async_loop_next_(ouro_async_loop_ *loop, void *ret_item)
{
    int result = loop->iterator_->next(loop->iterator_, ret_item);

    if (result < 0)
        *loop->status_ = result;
    return result > 0;
}

/* Private: the type of a typed iterator's items must be `type`. */
#define OURO_ITEM_SIZE_(type, iterator)                                                            \
    (sizeof(type) * _Generic((iterator)->item_type_, type * : 1, void * : 1))

#define OURO_ASYNC_FOR_(type, variable, iterator, status, is_borrowed, loop)                       \
    for (ouro_async_loop_ loop __attribute__((cleanup(                                             \
             ouro_async_loop_exit_))) = { (ouro_async_iterator *) (iterator), (status),            \
                                          OURO_ITEM_SIZE_(type, iterator), (is_borrowed), false }; \
         ouro_async_loop_enter_(&loop);)                                                           \
        for (type variable; ouro_async_loop_next_(&loop, &variable);)

#define OURO_ASYNC_FOR_VALUE_(type, variable, expression, status, iterator, once, loop)            \
    for (__typeof__(expression) iterator = (expression), *once = &iterator; once; once = NULL)     \
    OURO_ASYNC_FOR_(type, variable, once, status, false, loop)

/* ouro_async_for(type, variable, iterator, &status) { ... }
 * `iterator` is an expression with an iterator as its value, which the loop takes over; `variable`
 * is declared by the loop and lives in it. An item of another type does not compile, or, where the
 * iterator has no type, one of another size makes `status` -EINVAL. */
#define ouro_async_for(type, variable, iterator, status)                                           \
    OURO_ASYNC_FOR_VALUE_(type, variable, iterator, status, OURO_JOIN2_(ouro_iterator_, __LINE__), \
                          OURO_JOIN2_(ouro_once_, __LINE__), OURO_JOIN2_(ouro_loop_, __LINE__))

/* The same over an iterator of the caller's, given by its address: it is not closed, so that a
 * later loop may go on with the items that are left. */
#define ouro_async_for_ref(type, variable, iterator, status)                                       \
    OURO_ASYNC_FOR_(type, variable, iterator, status, true, OURO_JOIN2_(ouro_loop_, __LINE__))

#endif

#ifdef __cplusplus
}
#endif

#endif
