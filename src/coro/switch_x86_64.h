/* The switch on x86-64, inline: it saves three words and lets the compiler save the rest.
 *
 *      sp -> +0   address at which to resume
 *            +8   rbp
 *            +16  rsp
 *
 * The record is a local variable of the function that switches, and all other registers count as
 * overwritten, so the compiler keeps only what is live. There is no call and no return: the return
 * predictor keeps the addresses of the callers, which are the right ones when the resumed coroutine
 * was parked by the same path, as a thousand connections that all wait in the same read are. An
 * out-of-line switch that jumps leaves the predictor one entry off, and every return up the chain
 * misses: 9 to 11 ns against 20 to 25 for a switch three calls deep. One that returns misses
 * whenever the paths differ.
 *
 * Unwinding: up to the three instructions that leave, the function's own unwind rules hold, because
 * nothing has moved. For these three, rules written below say that the caller is the context that
 * is being resumed, found through rsi, which none of them changes. An unwinder takes the address at
 * which a coroutine resumes for a return address and looks up the rules of the byte before it: a
 * nop that is never executed holds that place.
 */
#ifndef OURO_CORO_SWITCH_X86_64_H
#define OURO_CORO_SWITCH_X86_64_H

#include <stddef.h>
#include <stdint.h>

struct switch_record {
    void *resume;
    void *rbp;
    void *rsp;
};

/* The function in which a new coroutine begins, and the place in it; in switch_x86_64.S. */
void ouro__coro_entry(void);
void ouro__coro_entry_resume(void);

/* DWARF: CFA = *(rsi + 16); return address at rsi; rbp at rsi + 8; the rest is not known. */
#ifdef __GCC_HAVE_DWARF2_CFI_ASM
#define SWITCH_UNWIND_LEAVING                                                                      \
    ".cfi_remember_state\n\t"                                                                      \
    ".cfi_escape 0x0f, 3, 0x74, 16, 0x06\n\t"                                                      \
    ".cfi_escape 0x10, 16, 2, 0x74, 0\n\t"                                                         \
    ".cfi_escape 0x10, 6, 2, 0x74, 8\n\t"                                                          \
    ".cfi_undefined rbx\n\t.cfi_undefined r12\n\t.cfi_undefined r13\n\t"                           \
    ".cfi_undefined r14\n\t.cfi_undefined r15\n\t"
#define SWITCH_UNWIND_BACK ".cfi_restore_state\n\t"
#else
#define SWITCH_UNWIND_LEAVING
#define SWITCH_UNWIND_BACK
#endif

/* Where indirect branches are tracked, one may only land on this instruction. */
#ifdef __CET__
#define SWITCH_LANDING "endbr64\n\t"
#else
#define SWITCH_LANDING
#endif

/* A register that is missing here is a register that a resumed coroutine loses. */
#define SWITCH_CLOBBERS                                                                            \
    "rax", "rbx", "rcx", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "cc", "memory",     \
        "st", "st(1)", "st(2)", "st(3)", "st(4)", "st(5)", "st(6)", "st(7)", "xmm0", "xmm1",       \
        "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", \
        "xmm13", "xmm14", "xmm15"
#ifdef __AVX512F__
#define SWITCH_CLOBBERS_WIDE                                                                       \
    , "xmm16", "xmm17", "xmm18", "xmm19", "xmm20", "xmm21", "xmm22", "xmm23", "xmm24", "xmm25",    \
        "xmm26", "xmm27", "xmm28", "xmm29", "xmm30", "xmm31", "k1", "k2", "k3", "k4", "k5", "k6",  \
        "k7"
#else
#define SWITCH_CLOBBERS_WIDE
#endif

static inline __attribute__((always_inline)) void switch_save_and_jump(void **ret_sp, void *to)
{
    struct switch_record record;
    struct switch_record *save = &record;

    __asm__ volatile("leaq 1f(%%rip), %%rax\n\t"
                     "movq %%rax, (%%rdi)\n\t"
                     "movq %%rbp, 8(%%rdi)\n\t"
                     "movq %%rsp, 16(%%rdi)\n\t"
                     "movq %%rdi, (%%rdx)\n\t" /* *ret_sp = save */
                     SWITCH_UNWIND_LEAVING     /* from here to the jump, rules of our own */
                     "movq 8(%%rsi), %%rbp\n\t"
                     "movq 16(%%rsi), %%rsp\n\t"
                     "jmpq *(%%rsi)\n\t" SWITCH_UNWIND_BACK "nop\n"
                     "1:\n\t" SWITCH_LANDING
                     : "+D"(save), "+S"(to), "+d"(ret_sp)
                     :
                     : SWITCH_CLOBBERS SWITCH_CLOBBERS_WIDE);
}

static inline __attribute__((always_inline, noreturn)) void switch_jump(void *to)
{
    __asm__ volatile(SWITCH_UNWIND_LEAVING "movq 8(%%rsi), %%rbp\n\t"
                                           "movq 16(%%rsi), %%rsp\n\t"
                                           "jmpq *(%%rsi)\n\t" SWITCH_UNWIND_BACK
                     :
                     : "S"(to)
                     : "memory");
    __builtin_unreachable();
}

/* The entry code finds `arg` and `entry` where rsp points. */
static inline void *switch_prepare(void *top, void (*entry)(void *arg), void *arg)
{
    uintptr_t *words = (uintptr_t *) ((uintptr_t) top & ~(uintptr_t) 15);
    struct switch_record *record;

    *--words = (uintptr_t) entry;
    *--words = (uintptr_t) arg;
    record = (struct switch_record *) words - 1;
    record->resume = (void *) (uintptr_t) ouro__coro_entry_resume;
    record->rbp = NULL;
    record->rsp = words;
    return record;
}

#endif
