/* What the sanitizers are told when a coroutine begins and ends. Empty in a plain build. */
#define _GNU_SOURCE /* pthread_getattr_np */

#include "coro/coro.h"

#include "base/assert.h"

#include <pthread.h>

#if defined(OURO_ASAN) || defined(OURO_TSAN)

void ouro__coro_watch_thread(struct coro *coro)
{
    coro->entry = NULL;
    coro->arg = NULL;
#ifdef OURO_ASAN
    pthread_attr_t attributes;
    void *bottom = NULL;
    size_t size = 0;

    /* A host may call this while it runs on a stack of its own making: then the answer names the
     * wrong stack, and switching back would make AddressSanitizer reject the frames there. */
    ouro_assert(pthread_getattr_np(pthread_self(), &attributes) == 0);
    ouro_assert(pthread_attr_getstack(&attributes, &bottom, &size) == 0);
    pthread_attr_destroy(&attributes);
    coro->fake_stack = NULL;
    coro->bottom = bottom;
    coro->size = size;
#endif
#ifdef OURO_TSAN
    coro->fiber = __tsan_get_current_fiber();
#endif
}

void ouro__coro_watch(struct coro *coro, struct stack *stack)
{
#ifdef OURO_ASAN
    /* The task that had the stack before may have left frames without returning from them. */
    __asan_unpoison_memory_region(stack_bottom(stack), stack_size(stack));
    coro->fake_stack = NULL;
    coro->bottom = stack_bottom(stack);
    coro->size = stack_size(stack);

    /* A parked coroutine's frames may hold the only pointers to blocks that are not leaked. */
    __lsan_register_root_region(coro->bottom, coro->size);
#else
    (void) stack;
#endif
#ifdef OURO_TSAN
    coro->fiber = __tsan_create_fiber(0);
#endif
}

void ouro__coro_unwatch(struct coro *coro)
{
#ifdef OURO_TSAN
    __tsan_destroy_fiber(coro->fiber);
    coro->fiber = NULL;
#endif
#ifdef OURO_ASAN
    __lsan_unregister_root_region(coro->bottom, coro->size);

    /* Frames that were never left would stay poisoned, also for who gets the memory next. */
    __asan_unpoison_memory_region(coro->bottom, coro->size);
    coro->bottom = NULL;
    coro->size = 0;
#endif
    coro->entry = NULL;
}

void ouro__coro_begin(void *coro)
{
    struct coro *self = coro;

#ifdef OURO_ASAN
    __sanitizer_finish_switch_fiber(NULL, NULL, NULL);
#endif
    self->entry(self->arg);
    ouro__assert_failed("the entry function of a coroutine does not return", __FILE__, __LINE__);
}

#endif
