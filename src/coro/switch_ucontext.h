/* The portable switch, by the C library's ucontext functions: for other processors, and on request
 * (OURO_PORTABLE_SWITCH).
 *
 * It makes two system calls per switch, to save and set the signal mask, which is therefore each
 * coroutine's own here; and the saved context takes about a kilobyte of the parked stack. A saved
 * `sp` points at the ucontext_t on that stack.
 */
#ifndef OURO_CORO_SWITCH_UCONTEXT_H
#define OURO_CORO_SWITCH_UCONTEXT_H

void ouro__switch_save_and_jump(void **ret_sp, void *to);
__attribute__((noreturn)) void ouro__switch_jump(void *to);
void *ouro__switch_prepare(void *top, void (*entry)(void *arg), void *arg);

static inline __attribute__((always_inline)) void switch_save_and_jump(void **ret_sp, void *to)
{
    ouro__switch_save_and_jump(ret_sp, to);
}

static inline __attribute__((always_inline, noreturn)) void switch_jump(void *to)
{
    ouro__switch_jump(to);
}

static inline void *switch_prepare(void *top, void (*entry)(void *arg), void *arg)
{
    return ouro__switch_prepare(top, entry, arg);
}

#endif
