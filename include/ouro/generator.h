/* Asynchronous generators: coroutines that yield items to a loop.
 *
 *     OURO_ASYNC_GENERATOR(countdown, int, (int, from))         async def countdown(from_):
 *     {
 *         while (from > 0) {                                        while from_ > 0:
 *             OURO_TRY(ouro_sleep(0.1));                                await asyncio.sleep(0.1)
 *             OURO_TRY(ouro_yield(from--));                             yield from_; from_ -= 1
 *         }
 *         return 0;
 *     }
 *
 *     ouro_async_for(int, number, countdown_gen(3), &status) { ... }
 *
 * `countdown_gen(3)` makes a generator object by value: nothing is allocated and nothing runs until
 * the first item is asked for. Then the body runs, in the task that asks, on a stack of its own
 * which the loop's pool lends it until it ends; ouro_current_task() and context variables are the
 * consumer's, and a cancel of the consumer arrives where the body waits. An item costs two switches
 * of stacks, about 140 instructions, the loop's included, and no pass through the scheduler;
 * measured at 28 to 36 ns on a virtual machine with two cores.
 *
 * The body ends with 0, or with an error, which comes out where the item was asked for; after
 * either there are no more items. It has to end when ouro_yield returns an error, above all
 * OURO_EGENERATOREXIT: the consumer is leaving. It may suspend to clean up, and must not yield.
 *
 * An object may be copied and passed on until its first item is asked for, and must stay where it
 * is from then on until it is finished or closed. It may be used by one task after another of the
 * same loop. One that is forgotten keeps its stack until ouro_loop_shutdown_asyncgens, which a
 * runner calls; so what its arguments point to must live as long.
 *
 * A generator cannot yield inside a timeout, a task group or another scope that it has entered: the
 * scope belongs to the task of the consumer, whose own calls would be limited and cancelled by it.
 * Such a yield fails, and a body that ends inside a scope aborts the program, as a task does.
 *
 * Follows asynchronous generators (PEP 525); docs/semantics.md has the rules one by one.
 */
#ifndef OURO_GENERATOR_H
#define OURO_GENERATOR_H

#include "ouro/base.h"
#include "ouro/coroutine.h"
#include "ouro/error.h"
#include "ouro/iterator.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What the running body of a generator is given, to yield through. The fields are private. */
typedef struct ouro_generator_body {
    void *item_; /* where the next item goes; NULL: nowhere */
    void *sent_;
    size_t item_size_;
} ouro_generator_body;

/* The plain form of a generator's body. */
typedef int ouro_generator_function(ouro_generator_body *body, void *arg);

/* A generator object. `iterator` makes it one among others; the other fields are private. */
typedef struct ouro_generator {
    ouro_async_iterator iterator;
    ouro_generator_function *function_;
    void *argument_;
    const char *name_;          /* for reports; static or NULL */
    ouro_generator_body *body_; /* at the top of its stack, from the first item to the end */
    const void *self_;          /* where the object was then; a copy is told by it */
    uint64_t loop_;             /* the serial number of its loop */
    size_t stack_size_;
    void *item_type_;           /* items of any type */
    uint32_t arguments_offset_; /* of a typed object's arguments; 0: `argument_` is passed */
    uint8_t state_;
} ouro_generator;

/* Makes a generator of a plain function that yields items of `item_size` bytes. `arg` is passed as
 * it is and must live until the generator is finished.
 * Threads: any. */
OURO_API ouro_generator ouro_gen(ouro_generator_function *function, void *arg, size_t item_size);

/* Sets the size of the stack, before the first item is asked for; the default is the loop's.
 * Returns: 0; -EINVAL for a size out of range; OURO_EINVALIDSTATE once it has started. */
OURO_CHECKED OURO_API int ouro_generator_set_stack_size(ouro_generator *generator,
                                                        size_t stack_size);

/* For the consumer. All return OURO_EINUSE if the body is running, which is also the case while it
 * waits for something in another task; OURO_EWRONGLOOP in another loop than that of the first item;
 * OURO_EINVALIDSTATE for the copy of a generator that has started; OURO_ENOTASK or OURO_ENOLOOP;
 * -EINVAL for NULL.
 * An item goes to `ret_item`, which may be NULL. */

/* Runs the body until it yields its next item.
 * Returns: 1 for an item; 0 at the end and ever after; the body's error; -ENOMEM if there is no
 * stack for it, and nothing has run.
 * Suspends: as the body does.   Cancelled: the body's call is, and decides what comes of it.
 * Follows agen.__anext__. */
OURO_SUSPENDS OURO_API int ouro_generator_anext(ouro_generator *generator, void *ret_item);

/* The same; the body finds `value` by ouro_sent() when its yield returns. The value is borrowed
 * until the body yields again.
 * Returns: as ouro_generator_anext; -EINVAL for a value before the first item.
 * Suspends: as the body does.   Cancelled: as ouro_generator_anext.
 * Follows agen.asend. */
OURO_SUSPENDS OURO_API int ouro_generator_asend(ouro_generator *generator, void *value,
                                                void *ret_item);

/* The same; the body's yield returns the negative `status`. A generator that has not started ends
 * with it at once.
 * Returns: as ouro_generator_anext; -EINVAL for a status that is no error; 0 if it has ended.
 * Suspends: as the body does.   Cancelled: as ouro_generator_anext.
 * Follows agen.athrow. */
OURO_SUSPENDS OURO_API int ouro_generator_athrow(ouro_generator *generator, int status,
                                                 void *ret_item);

/* Closes the generator: the body's yield returns OURO_EGENERATOREXIT, and the body ends. One that
 * has not started never runs. May be called again.
 * Returns: 0; the body's error if it ends with another one; OURO_EINVALIDSTATE if it yields again
 * instead, and it may be consumed further.
 * Suspends: as the body does.   Cancelled: the body's call is.
 * Follows agen.aclose. */
OURO_SUSPENDS OURO_API int ouro_generator_aclose(ouro_generator *generator);

/* For a body in its plain form. */

/* Hands an item to the consumer, and waits until it asks for the next one. It is copied.
 * Returns: 0; the error that the consumer throws; OURO_EGENERATOREXIT when it closes the generator;
 * OURO_EINVALIDSTATE if it is called anywhere but in the generator's body, or inside a scope or
 * a call of ouro_context_run that the body has entered: nothing was yielded.
 * Suspends: the body, while its task goes on as the consumer.   Cancelled: not by itself. */
OURO_CHECKED OURO_API int ouro_generator_yield(ouro_generator_body *body, const void *item);

/* Returns what the consumer has sent with its last request; NULL for none. */
static inline void *ouro_generator_sent(const ouro_generator_body *body)
{
    return body->sent_;
}

/* Closes every generator of the loop that has started and not ended, each in a task of its own, and
 * waits for them. Errors go to the exception handler. Runners call it. A generator of this loop
 * that starts later is logged as a warning: it is closed by nobody.
 * Returns: 0; -ENOMEM, and those that are left stay as they are; OURO_EWRONGLOOP if `loop` is not
 * the one that runs; OURO_ENOTASK, OURO_ENOLOOP.
 * Suspends: until they have ended.   Cancelled: they are cancelled, and it waits for them.
 * Follows loop.shutdown_asyncgens. */
OURO_SUSPENDS OURO_API int ouro_loop_shutdown_asyncgens(ouro_loop *loop);

/* Private: what stands behind ouro_yield and the typed objects.
 * Returns: as the functions without the underscore. */
OURO_CHECKED OURO_API int ouro_generator_yield_(ouro_generator_body *body);
OURO_API int ouro_generator_next_(ouro_async_iterator *iterator, void *ret_item);
OURO_API int ouro_generator_close_(ouro_async_iterator *iterator);

#ifndef __cplusplus

/* ouro_yield(value), in the body of a typed generator. Returns: as ouro_generator_yield. */
#define ouro_yield(...)                                                                            \
    __extension__({                                                                                \
        __typeof__(*ouro_item_type_) ouro_item_ = (__VA_ARGS__);                                   \
        if (ouro_body_->item_ != NULL)                                                             \
            *(__typeof__(ouro_item_type_)) ouro_body_->item_ = ouro_item_;                         \
        ouro_generator_yield_(ouro_body_);                                                         \
    })

/* ouro_sent(), in the body of a typed generator. Returns: as ouro_generator_sent. */
#define ouro_sent() ouro_generator_sent(ouro_body_)

/* clang-format off */

/* OURO_ASYNC_GENERATOR(name, item type, (type, argument), ...): stands before the body. It defines
 * the type `name_generator`, whose member `generator` is the plain object, and
 *
 *     name_generator name_gen(type argument, ...);
 *     int name_anext(name_generator *, item type *ret_item);      and so name_asend, name_athrow
 *     int name_aclose(name_generator *);
 *
 * Up to eight arguments, of types as for OURO_ASYNC; a generator object may be one. */
#define OURO_ASYNC_GENERATOR(name, ...)                                                            \
    OURO_GENERATOR_N_(OURO_COUNT_(__VA_ARGS__))(static, static, name, __VA_ARGS__)

/* The same in two parts, for generators that other files consume: OURO_ASYNC_GENERATOR_DECLARE(...)
 * with a semicolon in the header, OURO_ASYNC_GENERATOR_DEFINE(...) before the body. */
#define OURO_ASYNC_GENERATOR_DECLARE(name, ...)                                                    \
    OURO_GENERATOR_DECLARE_N_(OURO_COUNT_(__VA_ARGS__))(extern, name, __VA_ARGS__)                 \
    struct ouro_semicolon_
#define OURO_ASYNC_GENERATOR_DEFINE(name, ...)                                                     \
    OURO_GENERATOR_HEAD_N_(OURO_COUNT_(__VA_ARGS__))(, name, __VA_ARGS__)

/* clang-format on */

/* Private from here on. */

#define OURO_GENERATOR_N_(count) OURO_JOIN2_(OURO_GENERATOR_, OURO_SOME_(count))
#define OURO_GENERATOR_DECLARE_N_(count) OURO_JOIN2_(OURO_GENERATOR_DECLARE_, OURO_SOME_(count))
#define OURO_GENERATOR_HEAD_N_(count) OURO_JOIN2_(OURO_GENERATOR_HEAD_, OURO_SOME_(count))

#define OURO_GENERATOR_NONE_(declared_, defined_, ouro_fn_, item_)                                 \
    OURO_GENERATOR_DECLARE_NONE_(declared_, ouro_fn_, item_)                                       \
    OURO_GENERATOR_HEAD_NONE_(defined_, ouro_fn_, item_)
#define OURO_GENERATOR_SOME_(declared_, defined_, ouro_fn_, item_, ...)                            \
    OURO_GENERATOR_DECLARE_SOME_(declared_, ouro_fn_, item_, __VA_ARGS__)                          \
    OURO_GENERATOR_HEAD_SOME_(defined_, ouro_fn_, item_, __VA_ARGS__)

#define OURO_GENERATOR_SELF_(item_)                                                                \
    __attribute__((unused)) ouro_generator_body *ouro_body_,                                       \
        __attribute__((unused)) item_ *ouro_item_type_

#define OURO_GENERATOR_HEAD_NONE_(storage_, ouro_fn_, item_)                                       \
    storage_ int ouro_fn_##_body(OURO_GENERATOR_SELF_(item_))
#define OURO_GENERATOR_HEAD_SOME_(storage_, ouro_fn_, item_, ...)                                  \
    storage_ int ouro_fn_##_body(OURO_GENERATOR_SELF_(item_),                                      \
                                 OURO_EACH_(OURO_PARAMETER_, OURO_COMMA_, __VA_ARGS__))

/* The fields of a typed object that are the same for all. */
#define OURO_GENERATOR_OBJECT_(ouro_fn_, item_)                                                    \
    {                                                                                              \
        .iterator = { .next = ouro_generator_next_,                                                \
                      .close = ouro_generator_close_,                                              \
                      .item_size = sizeof(item_) },                                                \
        .function_ = ouro_fn_##_entry, .name_ = #ouro_fn_,                                         \
    }

#define OURO_GENERATOR_DECLARE_NONE_(storage_, ouro_fn_, item_)                                    \
    storage_ int ouro_fn_##_body(ouro_generator_body *, item_ *);                                  \
    typedef struct ouro_fn_##_generator {                                                          \
        ouro_generator generator;                                                                  \
        item_ *item_type_;                                                                         \
    } ouro_fn_##_generator;                                                                        \
    __attribute__((unused)) static int ouro_fn_##_entry(ouro_generator_body *ouro_body_,           \
                                                        void *ouro_unused_)                        \
    {                                                                                              \
        (void) ouro_unused_;                                                                       \
        return ouro_fn_##_body(ouro_body_, NULL);                                                  \
    }                                                                                              \
    __attribute__((unused)) static inline ouro_fn_##_generator ouro_fn_##_gen(void)                \
    {                                                                                              \
        ouro_fn_##_generator ouro_object_ = {                                                      \
            .generator = OURO_GENERATOR_OBJECT_(ouro_fn_, item_),                                  \
        };                                                                                         \
        return ouro_object_;                                                                       \
    }                                                                                              \
    OURO_GENERATOR_CALLS_(ouro_fn_, item_)

#define OURO_GENERATOR_DECLARE_SOME_(storage_, ouro_fn_, item_, ...)                               \
    storage_ int ouro_fn_##_body(ouro_generator_body *, item_ *,                                   \
                                 OURO_EACH_(OURO_PARAMETER_, OURO_COMMA_, __VA_ARGS__));           \
    struct ouro_fn_##_arguments {                                                                  \
        OURO_EACH_(OURO_FIELD_, OURO_NOTHING_, __VA_ARGS__)                                        \
    };                                                                                             \
    typedef struct ouro_fn_##_generator {                                                          \
        ouro_generator generator;                                                                  \
        item_ *item_type_;                                                                         \
        struct ouro_fn_##_arguments arguments_;                                                    \
    } ouro_fn_##_generator;                                                                        \
    __attribute__((unused)) static int ouro_fn_##_entry(ouro_generator_body *ouro_body_,           \
                                                        void *ouro_argument_)                      \
    {                                                                                              \
        struct ouro_fn_##_arguments *ouro_arguments_ =                                             \
            (struct ouro_fn_##_arguments *) ouro_argument_;                                        \
        return ouro_fn_##_body(ouro_body_, NULL,                                                   \
                               OURO_EACH_(OURO_LOAD_, OURO_COMMA_, __VA_ARGS__));                  \
    }                                                                                              \
    __attribute__((unused)) static inline ouro_fn_##_generator ouro_fn_##_gen(                     \
        OURO_EACH_(OURO_PARAMETER_, OURO_COMMA_, __VA_ARGS__))                                     \
    {                                                                                              \
        ouro_fn_##_generator ouro_object_ = {                                                      \
            .generator = OURO_GENERATOR_OBJECT_(ouro_fn_, item_),                                  \
            .arguments_ = { OURO_EACH_(OURO_NAME_, OURO_COMMA_, __VA_ARGS__) },                    \
        };                                                                                         \
        ouro_object_.generator.arguments_offset_ = offsetof(ouro_fn_##_generator, arguments_);     \
        return ouro_object_;                                                                       \
    }                                                                                              \
    OURO_GENERATOR_CALLS_(ouro_fn_, item_)

/* The consumer's calls, typed. */
#define OURO_GENERATOR_CALLS_(ouro_fn_, item_)                                                     \
    __attribute__((unused)) OURO_SUSPENDS static inline int ouro_fn_##_anext(                      \
        ouro_fn_##_generator *generator_, item_ *ret_item_)                                        \
    {                                                                                              \
        return ouro_generator_anext(&generator_->generator, ret_item_);                            \
    }                                                                                              \
    __attribute__((unused)) OURO_SUSPENDS static inline int ouro_fn_##_asend(                      \
        ouro_fn_##_generator *generator_, void *value_, item_ *ret_item_)                          \
    {                                                                                              \
        return ouro_generator_asend(&generator_->generator, value_, ret_item_);                    \
    }                                                                                              \
    __attribute__((unused)) OURO_SUSPENDS static inline int ouro_fn_##_athrow(                     \
        ouro_fn_##_generator *generator_, int status_, item_ *ret_item_)                           \
    {                                                                                              \
        return ouro_generator_athrow(&generator_->generator, status_, ret_item_);                  \
    }                                                                                              \
    __attribute__((unused))                                                                        \
    OURO_SUSPENDS static inline int ouro_fn_##_aclose(ouro_fn_##_generator *generator_)            \
    {                                                                                              \
        return ouro_generator_aclose(&generator_->generator);                                      \
    }

#endif

#ifdef __cplusplus
}
#endif

#endif
