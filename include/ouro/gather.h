/* Running several things at once and waiting for all: gather, and protection: shield.
 *
 *     OURO_TRY(ouro_gather(fetch_coro(1), fetch_coro(2), fetch_coro(3)));
 *
 *     int counts[2];
 *     OURO_TRY(ouro_gather_statuses(counts, count_coro("a"), count_coro("b")));    results as well
 *
 *     int statuses[2];
 *     OURO_TRY(ouro_gather_return_exceptions(statuses, fetch_coro(1), some_task));
 *
 * The arguments are coroutine objects, tasks and futures, in any mix, at most 16 of them;
 * ouro_gather_array takes any number, and options as .name = value after them. A coroutine object
 * becomes a task. A status is a code alone: for the text of each failure gather tasks, and ask them
 * by ouro_future_exception.
 *
 * Follows asyncio.gather and asyncio.shield.
 */
#ifndef OURO_GATHER_H
#define OURO_GATHER_H

#include "ouro/task.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What can be awaited: a future (or task), or a coroutine object. */
typedef struct ouro_awaitable {
    ouro_future *future; /* NULL: the coroutine */
    ouro_coroutine coroutine;
} ouro_awaitable;

static inline ouro_awaitable ouro_awaitable_from_future(ouro_future *future)
{
    ouro_awaitable awaitable;

    memset(&awaitable, 0, sizeof awaitable);
    awaitable.future = future;
    return awaitable;
}

static inline ouro_awaitable ouro_awaitable_from_coroutine(ouro_coroutine coroutine)
{
    ouro_awaitable awaitable;

    awaitable.future = NULL;
    awaitable.coroutine = coroutine;
    return awaitable;
}

typedef struct ouro_ensure_future_options {
    ouro_loop *loop; /* default: the future's own, and the running one for a coroutine */
    const char *site_;
    size_t size_;
} ouro_ensure_future_options;

/* Returns the awaitable's future with one more reference, or a new task that runs its coroutine:
 * ouro_ensure_future(object, .loop = loop). The caller owns the reference.
 * Returns: NULL with the reason in ouro_error_detail: OURO_EWRONGLOOP for a future of another loop
 * than the one given, OURO_ENOLOOP, -EINVAL, and as ouro_create_task.
 * Follows asyncio.ensure_future. */
OURO_API ouro_future *ouro_ensure_future_with(const ouro_awaitable *awaitable,
                                              const ouro_ensure_future_options *options);

typedef struct ouro_gather_options {
    const ouro_awaitable *awaitables;
    size_t count;
    bool return_exceptions; /* failures are results: gather itself succeeds */
    int *ret_statuses;      /* `count` statuses, in the order of the arguments; or NULL */
    const char *site_;
    size_t size_;
} ouro_gather_options;

/* Runs all awaitables and waits for them.
 * Over coroutine objects the caller resumes when all children are done, so that none can still
 * write into its frame; a failure does not cancel the others. If all arguments are tasks or futures
 * the first failure resumes the caller at once and the others run on, as in asyncio.
 * Returns: 0, or the status of the first failure (none with return_exceptions); -ECANCELED;
 * OURO_EWRONGLOOP for a future of another loop, and nothing was started; -ENOMEM, -EINVAL for an
 * empty awaitable, or what a task factory says, and the children made before were cancelled and
 * have ended; OURO_ENOTASK, OURO_ENOLOOP.
 * Suspends: unless all are done already.
 * Cancelled: every child that is not done is cancelled; children made here are waited for. */
OURO_SUSPENDS OURO_API int ouro_gather_with(const ouro_gather_options *options);

/* Gathers without waiting: returns a future whose result is what ouro_gather_with returns;
 * cancelling it cancels the children. `ret_statuses` and what the coroutines point to must live
 * until all children are done. The caller owns the reference. The future and its children are kept
 * until the last child is done, also when nobody refers to them any more: complete or cancel a
 * plain future that is gathered, or both stay, and the loop's memory with them. Tasks always end.
 * Returns: NULL with the reason in ouro_error_detail. Follows asyncio.gather without await. */
OURO_API ouro_future *ouro_gather_future_with(const ouro_gather_options *options);

/* Waits for `future` (or a coroutine, which becomes a task) without passing a cancel on to it.
 * Returns: as ouro_await.
 * Suspends: until it is done.
 * Cancelled: returns -ECANCELED and the inner task runs on; an error it ends with is reported to
 * the exception handler. A coroutine's arguments must then outlive the caller's frame. */
OURO_SUSPENDS OURO_API int ouro_shield_with(const ouro_awaitable *awaitable);

/* Returns a future that follows `awaitable` and can be cancelled without cancelling it; the future
 * itself (with one more reference) if it is done already. The caller owns the reference. Both are
 * kept until one of them is done: cancel one over a plain future that nobody may complete.
 * Returns: NULL with the reason in ouro_error_detail. Follows asyncio.shield without await. */
OURO_API ouro_future *ouro_shield_future_with(const ouro_awaitable *awaitable);

#ifndef __cplusplus

/* Private: what stands for fetch(...) where fetch_coro(...) belongs; never defined. */
OURO_NO_COROUTINE_ ouro_awaitable ouro_awaitable_from_status_(int status);

/* Makes an awaitable of a coroutine object, a task or a future. */
#define OURO_AWAITABLE(object)                                                                     \
    _Generic((object), ouro_coroutine                                                              \
             : ouro_awaitable_from_coroutine, ouro_future *                                        \
             : ouro_awaitable_from_future, int                                                     \
             : ouro_awaitable_from_status_)(object)

/* An array of awaitables and its length, two arguments in one: up to 16 coroutine objects, tasks
 * and futures in any mix. */
#define OURO_AWAITABLES(...) OURO_AWAITABLES_(__VA_ARGS__)

/* What an expression is, known when it is compiled. Follow asyncio.iscoroutine and isfuture. */
#define ouro_iscoroutine(object) _Generic((object), ouro_coroutine : true, default : false)
#define ouro_isfuture(object) _Generic((object), ouro_future * : true, default : false)

#define ouro_ensure_future(...) OURO_ENSURE_FUTURE_(__VA_ARGS__, .site_ = OURO_SITE_)
#define OURO_ENSURE_FUTURE_(object, ...)                                                           \
    ouro_ensure_future_with(&(ouro_awaitable[]) { OURO_AWAITABLE(object) }[0],                     \
                            &(ouro_ensure_future_options) {                                        \
                                __VA_ARGS__, .size_ = sizeof(ouro_ensure_future_options) })

#define ouro_gather(...) ouro_gather_array(OURO_AWAITABLES_(__VA_ARGS__))
#define ouro_gather_statuses(ret_statuses_, ...)                                                   \
    ouro_gather_array(OURO_AWAITABLES_(__VA_ARGS__), .ret_statuses = (ret_statuses_))
#define ouro_gather_return_exceptions(ret_statuses_, ...)                                          \
    ouro_gather_array(OURO_AWAITABLES_(__VA_ARGS__), .return_exceptions = true,                    \
                      .ret_statuses = (ret_statuses_))
#define ouro_gather_future(...)                                                                    \
    ouro_gather_future_with(&(ouro_gather_options) { OURO_AWAITABLES_(__VA_ARGS__),                \
                                                     .site_ = OURO_SITE_,                          \
                                                     .size_ = sizeof(ouro_gather_options) })

/* ouro_gather_array(awaitables, count, .return_exceptions = true, .ret_statuses = statuses) */
#define ouro_gather_array(...)                                                                     \
    ouro_gather_with(&(ouro_gather_options) { __VA_ARGS__, .site_ = OURO_SITE_,                    \
                                              .size_ = sizeof(ouro_gather_options) })

#define ouro_shield(object) ouro_shield_with(&(ouro_awaitable[]) { OURO_AWAITABLE(object) }[0])
#define ouro_shield_future(object)                                                                 \
    ouro_shield_future_with(&(ouro_awaitable[]) { OURO_AWAITABLE(object) }[0])

#define OURO_AWAITABLES_(...)                                                                      \
    (ouro_awaitable[]) { OURO_MAP_(__VA_ARGS__) }, OURO_MAP_COUNT_(__VA_ARGS__)
#define OURO_MAP_COUNT_(...)                                                                       \
    OURO_MAP_AT_(__VA_ARGS__, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
#define OURO_MAP_AT_(n1, n2, n3, n4, n5, n6, n7, n8, n9, n10, n11, n12, n13, n14, n15, n16, n,     \
                     ...)                                                                          \
    n
#define OURO_MAP_(...) OURO_JOIN2_(OURO_MAP_, OURO_MAP_COUNT_(__VA_ARGS__))(__VA_ARGS__)
#define OURO_MAP_1(a) OURO_AWAITABLE(a)
#define OURO_MAP_2(a, ...) OURO_AWAITABLE(a), OURO_MAP_1(__VA_ARGS__)
#define OURO_MAP_3(a, ...) OURO_AWAITABLE(a), OURO_MAP_2(__VA_ARGS__)
#define OURO_MAP_4(a, ...) OURO_AWAITABLE(a), OURO_MAP_3(__VA_ARGS__)
#define OURO_MAP_5(a, ...) OURO_AWAITABLE(a), OURO_MAP_4(__VA_ARGS__)
#define OURO_MAP_6(a, ...) OURO_AWAITABLE(a), OURO_MAP_5(__VA_ARGS__)
#define OURO_MAP_7(a, ...) OURO_AWAITABLE(a), OURO_MAP_6(__VA_ARGS__)
#define OURO_MAP_8(a, ...) OURO_AWAITABLE(a), OURO_MAP_7(__VA_ARGS__)
#define OURO_MAP_9(a, ...) OURO_AWAITABLE(a), OURO_MAP_8(__VA_ARGS__)
#define OURO_MAP_10(a, ...) OURO_AWAITABLE(a), OURO_MAP_9(__VA_ARGS__)
#define OURO_MAP_11(a, ...) OURO_AWAITABLE(a), OURO_MAP_10(__VA_ARGS__)
#define OURO_MAP_12(a, ...) OURO_AWAITABLE(a), OURO_MAP_11(__VA_ARGS__)
#define OURO_MAP_13(a, ...) OURO_AWAITABLE(a), OURO_MAP_12(__VA_ARGS__)
#define OURO_MAP_14(a, ...) OURO_AWAITABLE(a), OURO_MAP_13(__VA_ARGS__)
#define OURO_MAP_15(a, ...) OURO_AWAITABLE(a), OURO_MAP_14(__VA_ARGS__)
#define OURO_MAP_16(a, ...) OURO_AWAITABLE(a), OURO_MAP_15(__VA_ARGS__)

#endif

#ifdef __cplusplus
}
#endif

#endif
