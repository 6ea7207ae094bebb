/* The switch on aarch64 and riscv64: a function in assembly that saves the registers which a called
 * function must preserve, in a frame on the stack that it leaves.
 *
 * The frames are described in switch_aarch64.S and switch_riscv64.S. Both return by the return
 * instruction, so that calls and returns stay paired for the predictor: see switch_x86_64.h for
 * what it costs when they are not.
 */
#ifndef OURO_CORO_SWITCH_ASSEMBLY_H
#define OURO_CORO_SWITCH_ASSEMBLY_H

#include <stdint.h>

void ouro__coro_switch(void **ret_sp, void *to);
__attribute__((noreturn)) void ouro__coro_jump(void *to);
void ouro__coro_entry(void);
void ouro__coro_entry_resume(void); /* the place in it */

#if defined(__aarch64__)
enum {
    SWITCH_FRAME_WORDS = 20,
    SWITCH_RETURN_WORD = 1, /* x30 */
    SWITCH_ENTRY_WORD = 2,  /* x19 */
    SWITCH_ARG_WORD = 3,    /* x20 */
};
#elif defined(__riscv)
enum {
    SWITCH_FRAME_WORDS = 26,
    SWITCH_RETURN_WORD = 0, /* ra */
    SWITCH_ENTRY_WORD = 2,  /* s1 */
    SWITCH_ARG_WORD = 3,    /* s2 */
};
#endif

static inline __attribute__((always_inline)) void switch_save_and_jump(void **ret_sp, void *to)
{
    ouro__coro_switch(ret_sp, to);
}

static inline __attribute__((always_inline, noreturn)) void switch_jump(void *to)
{
    ouro__coro_jump(to);
}

/* The frame pointer in the frame is zero, which ends a walk along frame pointers. */
static inline void *switch_prepare(void *top, void (*entry)(void *arg), void *arg)
{
    uintptr_t *frame = (uintptr_t *) ((uintptr_t) top & ~(uintptr_t) 15) - SWITCH_FRAME_WORDS;

    for (int i = 0; i < SWITCH_FRAME_WORDS; i++)
        frame[i] = 0;
    frame[SWITCH_RETURN_WORD] = (uintptr_t) ouro__coro_entry_resume;
    frame[SWITCH_ENTRY_WORD] = (uintptr_t) entry;
    frame[SWITCH_ARG_WORD] = (uintptr_t) arg;
    return frame;
}

#endif
