/* The context switch itself, chosen by architecture.
 *
 * Each implementation gives three things:
 *   switch_save_and_jump(ret_sp, to)   parks the caller, stores the saved `sp` and resumes `to`
 *   switch_jump(to)                    resumes `to` and forgets the caller
 *   switch_prepare(top, entry, arg)    makes a saved `sp` that starts entry(arg) below `top`
 * A saved `sp` points at a record on the parked coroutine's own stack; the layout is the
 * implementation's secret, shared only with the debugger script in tools/gdb.
 *
 * None of them touches the signal mask, and none the floating-point control words: rounding mode
 * and exception masks belong to the thread, not to the coroutine. Keeping MXCSR and the x87 control
 * word apart, even when they are only stored and compared, tripled the cost of a switch.
 */
#ifndef OURO_CORO_SWITCH_H
#define OURO_CORO_SWITCH_H

#if defined(OURO_PORTABLE_SWITCH)
#include "coro/switch_ucontext.h"
#elif defined(__x86_64__) && defined(__LP64__)
#include "coro/switch_x86_64.h"
#elif defined(__aarch64__) || (defined(__riscv) && __riscv_xlen == 64)
#include "coro/switch_assembly.h"
#else
#define OURO_PORTABLE_SWITCH 1
#include "coro/switch_ucontext.h"
#endif

#endif
