/* Coroutines: functions that may suspend, and objects that stand for a call not yet made.
 *
 *     OURO_ASYNC(fetch, (const char *, host), (int, port))      async def fetch(host, port):
 *     {
 *         OURO_TRY(ouro_sleep(0.5));                                 await asyncio.sleep(0.5)
 *         return 0;
 *     }
 *
 *     fetch("a", 80);                                           await fetch("a", 80)
 *     ouro_create_task(fetch_coro("a", 80), .name = "a")        asyncio.create_task(fetch("a", 80))
 *
 * A coroutine is an ordinary C function that returns an `int`: >= 0 for success, negative for an
 * error. Calling it from a coroutine is asyncio's `await`. OURO_ASYNC defines the function and
 * beside it `name_coro`, which packs typed arguments into a small object by value: nothing is
 * allocated and nothing runs until a task, a gather or a timeout takes the object.
 */
#ifndef OURO_COROUTINE_H
#define OURO_COROUTINE_H

#include "ouro/base.h"

#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The plain form of a coroutine: C11's thrd_start_t. */
typedef int ouro_function(void *arg);

/* Bytes of arguments that a coroutine object can carry; pass a pointer to a struct for more. With
 * 48 an object and the options around it are still cleared by a few wide stores. */
#define OURO_COROUTINE_ARGUMENTS_SIZE 48

/* A call that has not been made yet. The fields are private. */
typedef struct ouro_coroutine {
    ouro_function *function_;
    const char *name_; /* of the function, for reports; static or NULL */
    size_t size_;      /* bytes used in `arguments_`; 0: `argument_` is passed as it is */
    union {
        void *argument_;
        uint64_t arguments_[OURO_COROUTINE_ARGUMENTS_SIZE / 8];
    };
} ouro_coroutine;

/* Makes the coroutine object of a plain function. `arg` is passed as it is and must live until the
 * function has returned. Follows a call of an `async def` function, which returns a coroutine.
 * Threads: any. */
OURO_CHECKED static inline ouro_coroutine ouro_coro(ouro_function *function, void *arg)
{
    ouro_coroutine coroutine;

    coroutine.function_ = function;
    coroutine.name_ = NULL;
    coroutine.size_ = 0;
    coroutine.argument_ = arg;
    return coroutine;
}

/* Calls the coroutine in the current task, as `await coroutine` does.
 * Returns: what the function returns; -EINVAL for an object without a function.
 * Suspends: as the function does.   Cancelled: as the function says. */
OURO_SUSPENDS OURO_API int ouro_coroutine_await(const ouro_coroutine *coroutine);

#ifndef __cplusplus

/* Leaves the calling function with the error, if `call` returns one; else has its result as value.
 */
#define OURO_TRY(call)                                                                             \
    __extension__({                                                                                \
        int ouro_try_status_ = (call);                                                             \
        if (ouro_try_status_ < 0)                                                                  \
            return ouro_try_status_;                                                               \
        ouro_try_status_;                                                                          \
    })

/* clang-format off */

/* OURO_ASYNC(name, (type, argument), ...): defines `static int name(type argument, ...)`, whose
 * body follows, and `ouro_coroutine name_coro(type argument, ...)`. Up to eight arguments,
 * 48 bytes. An array or function pointer type needs a typedef, as its name must stand after the
 * type. */
#define OURO_ASYNC(...)                                                                            \
    OURO_ASYNC_N_(OURO_ASYNC_PROTOTYPE_, OURO_COUNT_(__VA_ARGS__))(static, __VA_ARGS__)            \
    OURO_ASYNC_N_(OURO_ASYNC_OBJECT_, OURO_COUNT_(__VA_ARGS__))(__VA_ARGS__)                       \
    OURO_ASYNC_N_(OURO_ASYNC_HEAD_, OURO_COUNT_(__VA_ARGS__))(static, __VA_ARGS__)

/* The same in two parts, for coroutines that other files call: OURO_ASYNC_DECLARE(...) with a
 * semicolon in the header, OURO_ASYNC_DEFINE(...) before the body in one source file. */
#define OURO_ASYNC_DECLARE(...)                                                                    \
    OURO_ASYNC_N_(OURO_ASYNC_PROTOTYPE_, OURO_COUNT_(__VA_ARGS__))(extern, __VA_ARGS__)            \
    OURO_ASYNC_N_(OURO_ASYNC_OBJECT_, OURO_COUNT_(__VA_ARGS__))(__VA_ARGS__)                       \
    struct ouro_semicolon_

#define OURO_ASYNC_DEFINE(...)                                                                     \
    OURO_ASYNC_N_(OURO_ASYNC_HEAD_, OURO_COUNT_(__VA_ARGS__))(, __VA_ARGS__)

/* clang-format on */

/* Private from here on. */

/* What stands for fetch(...) where fetch_coro(...) belongs: a function that there is not, and an
 * old compiler leaves it to the linker to say so. */
#if __has_attribute(error)
#define OURO_NO_COROUTINE_                                                                         \
    __attribute__((                                                                                \
        error("this is the result of a call: write name_coro(...) for a coroutine object")))
#else
#define OURO_NO_COROUTINE_
#endif

OURO_NO_COROUTINE_ ouro_coroutine ouro_coroutine_from_status_(void);

#define OURO_COROUTINE_(object)                                                                    \
    _Generic((object), ouro_coroutine : (object), int : ouro_coroutine_from_status_())

/* Counting arguments and walking over (type, name) pairs. */

#define OURO_COUNT_(...) OURO_COUNT_AT_(__VA_ARGS__, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0)
#define OURO_COUNT_AT_(n0, n1, n2, n3, n4, n5, n6, n7, n8, count, ...) count
#define OURO_JOIN_(left, right) left##right
#define OURO_JOIN2_(left, right) OURO_JOIN_(left, right)
#define OURO_ASYNC_N_(prefix, count) OURO_JOIN2_(prefix, OURO_SOME_(count))
#define OURO_SOME_(count) OURO_JOIN_(OURO_SOME_, count)
#define OURO_SOME_0 NONE_
#define OURO_SOME_1 SOME_
#define OURO_SOME_2 SOME_
#define OURO_SOME_3 SOME_
#define OURO_SOME_4 SOME_
#define OURO_SOME_5 SOME_
#define OURO_SOME_6 SOME_
#define OURO_SOME_7 SOME_
#define OURO_SOME_8 SOME_

#define OURO_EACH_1_(each, separator, p) each p
#define OURO_EACH_2_(each, separator, p, ...)                                                      \
    each p separator() OURO_EACH_1_(each, separator, __VA_ARGS__)
#define OURO_EACH_3_(each, separator, p, ...)                                                      \
    each p separator() OURO_EACH_2_(each, separator, __VA_ARGS__)
#define OURO_EACH_4_(each, separator, p, ...)                                                      \
    each p separator() OURO_EACH_3_(each, separator, __VA_ARGS__)
#define OURO_EACH_5_(each, separator, p, ...)                                                      \
    each p separator() OURO_EACH_4_(each, separator, __VA_ARGS__)
#define OURO_EACH_6_(each, separator, p, ...)                                                      \
    each p separator() OURO_EACH_5_(each, separator, __VA_ARGS__)
#define OURO_EACH_7_(each, separator, p, ...)                                                      \
    each p separator() OURO_EACH_6_(each, separator, __VA_ARGS__)
#define OURO_EACH_8_(each, separator, p, ...)                                                      \
    each p separator() OURO_EACH_7_(each, separator, __VA_ARGS__)
#define OURO_EACH_(each, separator, ...)                                                           \
    OURO_JOIN2_(OURO_EACH_, OURO_JOIN2_(OURO_PAIRS_(__VA_ARGS__), _))(each, separator, __VA_ARGS__)
#define OURO_PAIRS_(...) OURO_PAIRS_AT_(__VA_ARGS__, 8, 7, 6, 5, 4, 3, 2, 1, 0)
#define OURO_PAIRS_AT_(n1, n2, n3, n4, n5, n6, n7, n8, count, ...) count
#define OURO_COMMA_() ,
#define OURO_NOTHING_()
#define OURO_PARAMETER_(type_, name_) type_ name_
#define OURO_FIELD_(type_, name_) type_ name_;
#define OURO_NAME_(type_, name_) name_
#define OURO_LOAD_(type_, name_) ouro_arguments_->name_

#define OURO_ASYNC_PROTOTYPE_NONE_(storage_, ouro_fn_) storage_ int ouro_fn_(void);
#define OURO_ASYNC_PROTOTYPE_SOME_(storage_, ouro_fn_, ...)                                        \
    storage_ int ouro_fn_(OURO_EACH_(OURO_PARAMETER_, OURO_COMMA_, __VA_ARGS__));

#define OURO_ASYNC_HEAD_NONE_(storage_, ouro_fn_) storage_ int ouro_fn_(void)
#define OURO_ASYNC_HEAD_SOME_(storage_, ouro_fn_, ...)                                             \
    storage_ int ouro_fn_(OURO_EACH_(OURO_PARAMETER_, OURO_COMMA_, __VA_ARGS__))

#define OURO_ASYNC_OBJECT_NONE_(ouro_fn_)                                                          \
    __attribute__((unused)) static int ouro_fn_##_entry(void *ouro_unused_)                        \
    {                                                                                              \
        (void) ouro_unused_;                                                                       \
        return ouro_fn_();                                                                         \
    }                                                                                              \
    __attribute__((unused, warn_unused_result)) static inline ouro_coroutine ouro_fn_##_coro(void) \
    {                                                                                              \
        ouro_coroutine ouro_object_ = ouro_coro(ouro_fn_##_entry, NULL);                           \
        ouro_object_.name_ = #ouro_fn_;                                                            \
        return ouro_object_;                                                                       \
    }

#define OURO_ASYNC_OBJECT_SOME_(ouro_fn_, ...)                                                     \
    struct ouro_fn_##_arguments {                                                                  \
        OURO_EACH_(OURO_FIELD_, OURO_NOTHING_, __VA_ARGS__)                                        \
    };                                                                                             \
    _Static_assert(sizeof(struct ouro_fn_##_arguments) <= OURO_COROUTINE_ARGUMENTS_SIZE,           \
                   "too many bytes of arguments: pass a pointer to a struct");                     \
    _Static_assert(_Alignof(struct ouro_fn_##_arguments) <= 8,                                     \
                   "an argument needs more than 8 bytes of alignment: pass a pointer");            \
    __attribute__((unused)) static int ouro_fn_##_entry(void *ouro_argument_)                      \
    {                                                                                              \
        struct ouro_fn_##_arguments *ouro_arguments_ =                                             \
            (struct ouro_fn_##_arguments *) ouro_argument_;                                        \
        return ouro_fn_(OURO_EACH_(OURO_LOAD_, OURO_COMMA_, __VA_ARGS__));                         \
    }                                                                                              \
    __attribute__((unused, warn_unused_result)) static inline ouro_coroutine ouro_fn_##_coro(      \
        OURO_EACH_(OURO_PARAMETER_, OURO_COMMA_, __VA_ARGS__))                                     \
    {                                                                                              \
        struct ouro_fn_##_arguments ouro_arguments_ = { OURO_EACH_(OURO_NAME_, OURO_COMMA_,        \
                                                                   __VA_ARGS__) };                 \
        ouro_coroutine ouro_object_;                                                               \
        ouro_object_.function_ = ouro_fn_##_entry;                                                 \
        ouro_object_.name_ = #ouro_fn_;                                                            \
        ouro_object_.size_ = sizeof ouro_arguments_;                                               \
        memcpy(ouro_object_.arguments_, &ouro_arguments_, sizeof ouro_arguments_);                 \
        return ouro_object_;                                                                       \
    }

#endif

#ifdef __cplusplus
}
#endif

#endif
