/* Where a coroutine begins on x86-64, and how some functions return. The switch itself is inline:
 * see switch_x86_64.h.
 *
 *   on arrival   rsp   16-byte aligned, points at two words: argument, then entry function
 *                rbp   0, which ends a walk along frame pointers
 *   passed on    rdi   argument
 *   ABI          System V: rsp is 16-byte aligned before the call; the direction flag is clear and
 *                the floating-point control words are the thread's
 *
 * The entry function never returns. It is jumped to, with a return address pushed by hand: a call
 * would leave an entry in the processor's return predictor that no return ever takes, and every
 * return of the coroutine that is resumed next would be mispredicted (measured: 30 ns per spawn).
 *
 * The return address of this frame is declared undefined, so unwinders know that it is the
 * outermost one; they look up the byte before the place where a coroutine is to resume, so a nop
 * keeps that byte within the function. There is deliberately no property note: the switch does not
 * maintain a shadow stack, and an object without the note keeps the linker from claiming one.
 */
    .text
    .globl ouro__coro_entry
    .hidden ouro__coro_entry
    .globl ouro__coro_entry_resume
    .hidden ouro__coro_entry_resume
    .type ouro__coro_entry, @function
    .p2align 4
ouro__coro_entry:
    .cfi_startproc
    .cfi_undefined %rip
    nop
ouro__coro_entry_resume:
    endbr64
    popq %rdi
    .cfi_adjust_cfa_offset -8
    popq %rax
    .cfi_adjust_cfa_offset -8
    leaq 1f(%rip), %rcx
    pushq %rcx
    .cfi_adjust_cfa_offset 8
    jmpq *%rax
    nop
1:
    .cfi_adjust_cfa_offset -8
    ud2
    .cfi_endproc
    .size ouro__coro_entry, . - ouro__coro_entry

/* The return of functions that are marked so in return.h; the compiler gives it this name. Weak,
 * for a program may have one of its own. */
    .weak __x86_return_thunk
    .hidden __x86_return_thunk
    .type __x86_return_thunk, @function
    .p2align 4
__x86_return_thunk:
    .cfi_startproc
    popq %rcx
    .cfi_adjust_cfa_offset -8
    .cfi_register %rip, %rcx
    notrack jmpq *%rcx
    .cfi_endproc
    .size __x86_return_thunk, . - __x86_return_thunk

    .section .note.GNU-stack, "", @progbits
