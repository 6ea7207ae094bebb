/* The portable switch: see switch_ucontext.h.
 *
 * ThreadSanitizer must not see a call between its own switch of fibers and the real one, so these
 * functions are not instrumented.
 */
#include "coro/switch_ucontext.h"

#include "base/assert.h"
#include "coro/sanitize.h"

#include <stddef.h>
#include <stdint.h>
#include <ucontext.h>

#ifdef OURO_TSAN
#define UNSEEN __attribute__((no_sanitize("thread")))
#else
#define UNSEEN
#endif

enum { LEAST_STACK_BYTES = 4096 };

UNSEEN void ouro__switch_save_and_jump(void **ret_sp, void *to)
{
    ucontext_t here;

    *ret_sp = &here;
    ouro_assert(swapcontext(&here, to) == 0);
}

UNSEEN void ouro__switch_jump(void *to)
{
    setcontext(to);
    ouro__assert_failed("setcontext does not return", __FILE__, __LINE__);
}

/* makecontext passes integers only, so pointers travel in halves. */
static void *join(unsigned high, unsigned low)
{
    return (void *) (uintptr_t) ((uint64_t) high << 32 | low);
}

static void begin(unsigned entry_high, unsigned entry_low, unsigned arg_high, unsigned arg_low)
{
    void (*entry)(void *) = (void (*)(void *))(uintptr_t) join(entry_high, entry_low);

    entry(join(arg_high, arg_low));
    ouro__assert_failed("the entry function of a coroutine does not return", __FILE__, __LINE__);
}

/* The context lies at the top and the stack begins below it. How far that stack reaches, nobody
 * asks: makecontext only wants its upper end. */
void *ouro__switch_prepare(void *top, void (*entry)(void *arg), void *arg)
{
    ucontext_t *context = (ucontext_t *) ((uintptr_t) top & ~(uintptr_t) 63) - 1;
    uintptr_t end = (uintptr_t) context & ~(uintptr_t) 63;
    uint64_t entry_bits = (uintptr_t) entry;
    uint64_t arg_bits = (uintptr_t) arg;

    ouro_assert(getcontext(context) == 0);
    context->uc_stack.ss_sp = (void *) (end - LEAST_STACK_BYTES);
    context->uc_stack.ss_size = LEAST_STACK_BYTES;
    context->uc_link = NULL;
    makecontext(context, (void (*)(void)) begin, 4, (unsigned) (entry_bits >> 32),
                (unsigned) entry_bits, (unsigned) (arg_bits >> 32), (unsigned) arg_bits);
    return context;
}
