/* The switch on aarch64 (AAPCS64).
 *
 *   x0   where to store the saved sp         x1   the saved sp to resume
 *   preserved for the caller: x19-x28, x29 (frame pointer), x30 (return address), sp, and the low
 *   halves of v8-v15; everything else is the caller's to save. FPCR is the thread's.
 *
 *      sp -> +0   x29 x30   +16  x19 x20   +32  x21 x22   +48  x23 x24   +64  x25 x26
 *            +80  x27 x28   +96  d8 d9     +112 d10 d11   +128 d12 d13   +144 d14 d15
 *
 * Both stacks hold a frame of the same layout when sp moves from one to the other, so the unwind
 * rules hold at every instruction. A pointer authentication code on the return address is the
 * caller's own affair: it is saved and restored as it came.
 */
    .macro bti_c
    hint #34
    .endm

    .macro frame_rules
    .cfi_def_cfa_offset 160
    .cfi_offset x29, -160
    .cfi_offset x30, -152
    .cfi_offset x19, -144
    .cfi_offset x20, -136
    .cfi_offset x21, -128
    .cfi_offset x22, -120
    .cfi_offset x23, -112
    .cfi_offset x24, -104
    .cfi_offset x25, -96
    .cfi_offset x26, -88
    .cfi_offset x27, -80
    .cfi_offset x28, -72
    .cfi_offset d8, -64
    .cfi_offset d9, -56
    .cfi_offset d10, -48
    .cfi_offset d11, -40
    .cfi_offset d12, -32
    .cfi_offset d13, -24
    .cfi_offset d14, -16
    .cfi_offset d15, -8
    .endm

    .macro save first, second, offset
    stp \first, \second, [sp, #\offset]
    .cfi_offset \first, \offset - 160
    .cfi_offset \second, \offset - 152
    .endm

    /* What was loaded may still be read from the frame until sp leaves it, so no rule changes. */
    .macro frame_load_and_return
    ldp x19, x20, [sp, #16]
    ldp x21, x22, [sp, #32]
    ldp x23, x24, [sp, #48]
    ldp x25, x26, [sp, #64]
    ldp x27, x28, [sp, #80]
    ldp d8, d9, [sp, #96]
    ldp d10, d11, [sp, #112]
    ldp d12, d13, [sp, #128]
    ldp d14, d15, [sp, #144]
    ldp x29, x30, [sp], #160
    .cfi_def_cfa_offset 0
    .cfi_restore x29
    .cfi_restore x30
    .cfi_restore x19
    .cfi_restore x20
    .cfi_restore x21
    .cfi_restore x22
    .cfi_restore x23
    .cfi_restore x24
    .cfi_restore x25
    .cfi_restore x26
    .cfi_restore x27
    .cfi_restore x28
    .cfi_restore d8
    .cfi_restore d9
    .cfi_restore d10
    .cfi_restore d11
    .cfi_restore d12
    .cfi_restore d13
    .cfi_restore d14
    .cfi_restore d15
    ret
    .endm

    .text
    .globl ouro__coro_switch
    .hidden ouro__coro_switch
    .type ouro__coro_switch, %function
    .p2align 4
ouro__coro_switch:
    .cfi_startproc
    bti_c
    stp x29, x30, [sp, #-160]!
    .cfi_def_cfa_offset 160
    .cfi_offset x29, -160
    .cfi_offset x30, -152
    save x19, x20, 16
    save x21, x22, 32
    save x23, x24, 48
    save x25, x26, 64
    save x27, x28, 80
    save d8, d9, 96
    save d10, d11, 112
    save d12, d13, 128
    save d14, d15, 144
    mov x9, sp
    str x9, [x0]
    mov sp, x1
    frame_load_and_return
    .cfi_endproc
    .size ouro__coro_switch, . - ouro__coro_switch

/* Resumes the saved sp in x0 and saves nothing. */
    .globl ouro__coro_jump
    .hidden ouro__coro_jump
    .type ouro__coro_jump, %function
    .p2align 4
ouro__coro_jump:
    .cfi_startproc
    bti_c
    mov sp, x0
    frame_rules
    frame_load_and_return
    .cfi_endproc
    .size ouro__coro_jump, . - ouro__coro_jump

/* Where a coroutine begins: x19 is its entry function, x20 the argument, x29 zero. The return
 * address is declared undefined: this frame is the outermost one. The entry never returns, so it is
 * jumped to: a call would leave a stray entry in the return predictor. x16 is a register through
 * which one may jump to the beginning of a function where branch targets are identified. Unwinders
 * look up the instruction before the place where a coroutine resumes, hence the two nops. */
    .globl ouro__coro_entry
    .hidden ouro__coro_entry
    .globl ouro__coro_entry_resume
    .hidden ouro__coro_entry_resume
    .type ouro__coro_entry, %function
    .p2align 4
ouro__coro_entry:
    .cfi_startproc
    .cfi_undefined x30
    nop
ouro__coro_entry_resume:
    bti_c
    mov x0, x20
    mov x16, x19
    adr x30, 1f
    br x16
    nop
1:
    brk #1
    .cfi_endproc
    .size ouro__coro_entry, . - ouro__coro_entry

#ifdef __ARM_FEATURE_BTI_DEFAULT
/* This object is ready for branch target identification, so that the whole program may be. */
    .section .note.gnu.property, "a"
    .p2align 3
    .word 4, 16, 5
    .asciz "GNU"
    .word 0xc0000000, 4, 1, 0
#endif

    .section .note.GNU-stack, "", %progbits
