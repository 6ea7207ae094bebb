/* Coroutines: a stack, a saved stack pointer, and the switch between two of them.
 *
 *      scheduler --coro_switch--> task A --coro_switch--> task B --coro_exit--> scheduler
 *
 * Switches are symmetric: whoever runs names the coroutine that runs next. Nothing here knows of
 * tasks or loops, picks a successor, or allocates. A coroutine stays on the thread that started it,
 * so addresses of thread-local variables may be cached across a switch.
 *
 * Shared by all coroutines of a thread: errno, the signal mask, the floating-point rounding mode
 * and exception masks. A coroutine that changes one of them restores it before it switches.
 */
#ifndef OURO_CORO_CORO_H
#define OURO_CORO_CORO_H

#include "coro/sanitize.h"
#include "coro/stack.h"
#include "coro/switch.h"

#include <stddef.h>

struct coro {
    void *sp; /* valid while suspended: see switch.h */
#ifdef OURO_ASAN
    void *fake_stack; /* AddressSanitizer's, while suspended */
    const void *bottom;
    size_t size;
#endif
#ifdef OURO_TSAN
    void *fiber;
#endif
#if defined(OURO_ASAN) || defined(OURO_TSAN)
    void (*entry)(void *arg);
    void *arg;
#endif
};

#define coro_inline static inline __attribute__((always_inline))

#if defined(OURO_ASAN) || defined(OURO_TSAN)

/* What the sanitizers need at the beginning of a thread's or a coroutine's life, out of line. */
void ouro__coro_watch_thread(struct coro *coro);
void ouro__coro_watch(struct coro *coro, struct stack *stack);
void ouro__coro_unwatch(struct coro *coro);

/* Runs first on a new stack, then calls the entry function. */
void ouro__coro_begin(void *coro);

#endif

/* Makes `coro` stand for the calling thread's own stack, so that others can switch back to it. */
static inline void coro_init_thread(struct coro *coro)
{
    coro->sp = NULL;
#if defined(OURO_ASAN) || defined(OURO_TSAN)
    ouro__coro_watch_thread(coro);
#endif
}

/* Prepares `coro` to run entry(arg) on `stack`, below `top`, when it is first switched to. `coro`
 * may itself lie above `top`. */
static inline void coro_init_below(struct coro *coro, struct stack *stack, void *top,
                                   void (*entry)(void *arg), void *arg)
{
#if defined(OURO_ASAN) || defined(OURO_TSAN)
    ouro__coro_watch(coro, stack);
    coro->entry = entry;
    coro->arg = arg;
    coro->sp = switch_prepare(top, ouro__coro_begin, coro);
#else
    (void) stack;
    coro->sp = switch_prepare(top, entry, arg);
#endif
}

/* Prepares `coro` to run entry(arg) on `stack` when it is first switched to. `entry` never returns:
 * it leaves by coro_exit. Nothing is allocated. */
static inline void coro_init(struct coro *coro, struct stack *stack, void (*entry)(void *arg),
                             void *arg)
{
    coro_init_below(coro, stack, stack_top(stack), entry, arg);
}

/* Suspends `from`, which must be the running coroutine, and resumes `to`. Returns when somebody
 * switches to `from`. Inlined on purpose: a call in between would put a stray entry into the return
 * predictor, and ThreadSanitizer must not see a function left between its switch and the real one.
 */
coro_inline void coro_switch(struct coro *from, struct coro *to)
{
#ifdef OURO_ASAN
    __sanitizer_start_switch_fiber(&from->fake_stack, to->bottom, to->size);
#endif
#ifdef OURO_TSAN
    __tsan_switch_to_fiber(to->fiber, 0);
#endif
    switch_save_and_jump(&from->sp, to->sp);
#ifdef OURO_ASAN
    __sanitizer_finish_switch_fiber(from->fake_stack, NULL, NULL);
#endif
}

/* Leaves `from` for the last time and resumes `to`. As soon as `to` runs, the stack may be used for
 * something else or freed; `to` must call coro_done(from) before either. */
coro_inline __attribute__((noreturn)) void coro_exit(struct coro *from, struct coro *to)
{
#ifdef OURO_ASAN
    __sanitizer_start_switch_fiber(NULL, to->bottom, to->size);
#endif
#ifdef OURO_TSAN
    __tsan_switch_to_fiber(to->fiber, 0);
#endif
    (void) from;
    switch_jump(to->sp);
}

/* Ends a coroutine that has left by coro_exit, or was never switched to, or will never be resumed.
 * Called from another coroutine of the same thread. Free in a plain build. */
static inline void coro_done(struct coro *coro)
{
    coro->sp = NULL;
#if defined(OURO_ASAN) || defined(OURO_TSAN)
    ouro__coro_unwatch(coro);
#endif
}

/* Makes `coro` describe the stack that `other` describes, because it is about to stand for what
 * runs there. Free in a plain build, where a coroutine is nothing but what its next switch saves.
 */
static inline void coro_describe(struct coro *coro, const struct coro *other)
{
#if defined(OURO_ASAN) || defined(OURO_TSAN)
    *coro = *other;
#else
    (void) coro;
    (void) other;
#endif
}

/* Hands the running stack from `finished` to `next` without a switch: after it, the running
 * coroutine is `next`, and `finished` needs no coro_done. A trampoline that runs one task after
 * another on the same stack calls this between two of them. The frames below the trampoline's must
 * have returned. Free in a plain build. */
static inline void coro_restart(struct coro *finished, struct coro *next)
{
    *next = *finished;
    next->sp = NULL;
    finished->sp = NULL;
}

#endif
