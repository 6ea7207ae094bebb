/* Results in the order in which they come.
 *
 *     int status = 0;
 *     ouro_with_as_completed (completed, &status,
 *                             OURO_AWAITABLES(fetch_coro(1), fetch_coro(2), task), .timeout = 5) {
 *         ouro_async_for(ouro_future *, future, ouro_as_completed_items(&completed), &status) {
 *             use(future, ouro_future_result(future));
 *         }
 *     }
 *
 * is `async for future in asyncio.as_completed(...)`: it yields the futures and tasks themselves.
 * The plain form, `for next in asyncio.as_completed(...)`, gives coroutine objects, each of which
 * waits for one more result:
 *
 *     while (ouro_as_completed_left(&completed) > 0) {
 *         ouro_coroutine next = ouro_as_completed_next(&completed);
 *         int result = ouro_coroutine_await(&next);
 *
 * Awaitables that are left when the iteration ends early run on, and so do all when time is up:
 * what coroutines point to must outlive them. The block is a shorthand for ouro_as_completed_init
 * and ouro_as_completed_done.
 *
 * Follows asyncio.as_completed.
 */
#ifndef OURO_AS_COMPLETED_H
#define OURO_AS_COMPLETED_H

#include "ouro/gather.h"
#include "ouro/iterator.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An iteration, by value; `{ 0 }` at first. The fields are private. */
typedef struct ouro_as_completed {
    void *state_;
    bool is_over_; /* the block form: the block was run */
} ouro_as_completed;

typedef struct ouro_as_completed_options {
    const ouro_awaitable *awaitables; /* OURO_AWAITABLES(...); a future may stand there twice */
    size_t count;
    double timeout; /* seconds for all together; 0: no limit; a negative number: over at once */
    const char *site_;
    size_t size_;
} ouro_as_completed_options;

/* Begins an iteration: ouro_as_completed_init(&iterator, awaitables, count, .timeout = 5).
 * Coroutine objects become tasks. `iterator` is given back with ouro_as_completed_done.
 * Returns: 0; -EINVAL for an empty awaitable or a timeout that is not a number; OURO_EWRONGLOOP;
 * OURO_ENOLOOP; -ENOMEM or what a task factory says, and the tasks made before were cancelled: one
 * that was started eagerly ends later, and needs what its arguments point to until then. */
OURO_CHECKED OURO_API int ouro_as_completed_init_with(ouro_as_completed *iterator,
                                                      const ouro_as_completed_options *options);

/* Ends an iteration, and leaves the awaitables alone that are not done. Tasks that wait for a next
 * result get OURO_ECLOSED. May be called twice. */
OURO_API void ouro_as_completed_done(ouro_as_completed *iterator);

/* Waits for the next future that is done, and stores it in `ret_future`, borrowed until
 * ouro_as_completed_done. Its own failure is not looked at.
 * Returns: 1; 0 when there are no more, and NULL is stored; -ETIMEDOUT once for each that was not
 * done in time; OURO_ECLOSED; OURO_ENOTASK.
 * Suspends: until one more is done, not at all if it is.
 * Cancelled: the awaitables are left alone, and the next call waits for the same one. */
OURO_SUSPENDS OURO_API int ouro_as_completed_anext(ouro_as_completed *iterator,
                                                   ouro_future **ret_future);

/* Makes an iterator over the futures, for ouro_async_for(ouro_future *, future,
 * ouro_as_completed_items(&completed), &status). Each turn is an ouro_as_completed_anext: where
 * that returns an error, -ETIMEDOUT above all, the loop ends with it in `status`. The iteration is
 * borrowed: the loop may be left and another one go on.
 * Follows async for over asyncio.as_completed. */
OURO_API ouro_async_iterator ouro_as_completed_items(ouro_as_completed *iterator);

/* Returns a coroutine object that waits for the next result and returns it: what the future came
 * to, or -ETIMEDOUT; OURO_ECLOSED once the iteration is ended. It may be awaited, spawned and
 * gathered like any other, in any order and once. Where none is left the object is empty: awaiting
 * it gives -EINVAL. */
OURO_API ouro_coroutine ouro_as_completed_next(ouro_as_completed *iterator);

/* Returns how many more results can be asked for. */
OURO_API size_t ouro_as_completed_left(const ouro_as_completed *iterator);

#ifndef __cplusplus

#define OURO_AS_COMPLETED_OPTIONS_(...)                                                            \
    &(ouro_as_completed_options)                                                                   \
    {                                                                                              \
        __VA_ARGS__, .site_ = OURO_SITE_, .size_ = sizeof(ouro_as_completed_options)               \
    }
#define ouro_as_completed_init(iterator, ...)                                                      \
    ouro_as_completed_init_with((iterator), OURO_AS_COMPLETED_OPTIONS_(__VA_ARGS__))

/* Private: the two halves of the block form. */
OURO_API ouro_as_completed ouro_as_completed_begin_(int *status,
                                                    const ouro_as_completed_options *options);
static inline bool ouro_as_completed_once_(ouro_as_completed *iterator)
{
    bool is_first = iterator->state_ != NULL && !iterator->is_over_;

    iterator->is_over_ = true;
    return is_first;
}

/* ouro_with_as_completed(name, &status, awaitables, count, .timeout = ...) { ... }: an iteration
 * with this name for the block. If it cannot begin, the block is skipped and `status` tells why. */
#define ouro_with_as_completed(iterator, status, ...)                                              \
    for (ouro_as_completed iterator __attribute__((cleanup(ouro_as_completed_done))) =             \
             ouro_as_completed_begin_((status), OURO_AS_COMPLETED_OPTIONS_(__VA_ARGS__));          \
         ouro_as_completed_once_(&iterator);)

#endif

#ifdef __cplusplus
}
#endif

#endif
