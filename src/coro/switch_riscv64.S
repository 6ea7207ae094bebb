/* The switch on riscv64 (LP64D, or LP64 without floating-point registers).
 *
 *   a0   where to store the saved sp         a1   the saved sp to resume
 *   preserved for the caller: ra, sp, s0-s11, and fs0-fs11 where the ABI passes doubles in
 *   registers; everything else is the caller's to save. fcsr is the thread's.
 *
 *      sp -> +0   ra        +8   s0 (frame pointer)     +16  s1 ... s11 at +96
 *            +104 (unused)  +112 fs0 ... fs11 at +200
 *
 * Both stacks hold a frame of the same layout when sp moves from one to the other, so the unwind
 * rules hold at every instruction.
 */
#define FRAME 208

#if defined(__riscv_float_abi_single) || defined(__riscv_float_abi_quad)
#error "only the ABIs LP64 and LP64D are supported; use OURO_PORTABLE_SWITCH"
#endif

    .macro save register, offset
    sd \register, \offset(sp)
    .cfi_offset \register, \offset - FRAME
    .endm

    .macro save_float register, offset
    fsd \register, \offset(sp)
    .cfi_offset \register, \offset - FRAME
    .endm

    .macro frame_save
    save ra, 0
    save s0, 8
    save s1, 16
    save s2, 24
    save s3, 32
    save s4, 40
    save s5, 48
    save s6, 56
    save s7, 64
    save s8, 72
    save s9, 80
    save s10, 88
    save s11, 96
#ifdef __riscv_float_abi_double
    save_float fs0, 112
    save_float fs1, 120
    save_float fs2, 128
    save_float fs3, 136
    save_float fs4, 144
    save_float fs5, 152
    save_float fs6, 160
    save_float fs7, 168
    save_float fs8, 176
    save_float fs9, 184
    save_float fs10, 192
    save_float fs11, 200
#endif
    .endm

    .macro frame_rules
    .cfi_def_cfa_offset FRAME
    .cfi_offset ra, 0 - FRAME
    .cfi_offset s0, 8 - FRAME
    .cfi_offset s1, 16 - FRAME
    .cfi_offset s2, 24 - FRAME
    .cfi_offset s3, 32 - FRAME
    .cfi_offset s4, 40 - FRAME
    .cfi_offset s5, 48 - FRAME
    .cfi_offset s6, 56 - FRAME
    .cfi_offset s7, 64 - FRAME
    .cfi_offset s8, 72 - FRAME
    .cfi_offset s9, 80 - FRAME
    .cfi_offset s10, 88 - FRAME
    .cfi_offset s11, 96 - FRAME
    .endm

    /* What was loaded may still be read from the frame until sp leaves it, so no rule changes. */
    .macro frame_load_and_return
    ld ra, 0(sp)
    ld s0, 8(sp)
    ld s1, 16(sp)
    ld s2, 24(sp)
    ld s3, 32(sp)
    ld s4, 40(sp)
    ld s5, 48(sp)
    ld s6, 56(sp)
    ld s7, 64(sp)
    ld s8, 72(sp)
    ld s9, 80(sp)
    ld s10, 88(sp)
    ld s11, 96(sp)
#ifdef __riscv_float_abi_double
    fld fs0, 112(sp)
    fld fs1, 120(sp)
    fld fs2, 128(sp)
    fld fs3, 136(sp)
    fld fs4, 144(sp)
    fld fs5, 152(sp)
    fld fs6, 160(sp)
    fld fs7, 168(sp)
    fld fs8, 176(sp)
    fld fs9, 184(sp)
    fld fs10, 192(sp)
    fld fs11, 200(sp)
#endif
    addi sp, sp, FRAME
    .cfi_def_cfa_offset 0
    .cfi_restore ra
    .cfi_restore s0
    .cfi_restore s1
    .cfi_restore s2
    .cfi_restore s3
    .cfi_restore s4
    .cfi_restore s5
    .cfi_restore s6
    .cfi_restore s7
    .cfi_restore s8
    .cfi_restore s9
    .cfi_restore s10
    .cfi_restore s11
    ret
    .endm

    .text
    .globl ouro__coro_switch
    .hidden ouro__coro_switch
    .type ouro__coro_switch, @function
    .p2align 2
ouro__coro_switch:
    .cfi_startproc
    addi sp, sp, -FRAME
    .cfi_def_cfa_offset FRAME
    frame_save
    sd sp, 0(a0)
    mv sp, a1
    frame_load_and_return
    .cfi_endproc
    .size ouro__coro_switch, . - ouro__coro_switch

/* Resumes the saved sp in a0 and saves nothing. */
    .globl ouro__coro_jump
    .hidden ouro__coro_jump
    .type ouro__coro_jump, @function
    .p2align 2
ouro__coro_jump:
    .cfi_startproc
    mv sp, a0
    frame_rules
    frame_load_and_return
    .cfi_endproc
    .size ouro__coro_jump, . - ouro__coro_jump

/* Where a coroutine begins: s1 is its entry function, s2 the argument, s0 (the frame pointer) zero.
 * The return address is declared undefined: this frame is the outermost one. The entry never
 * returns, so it is jumped to: a call would leave a stray entry in the return predictor. Unwinders
 * look up the instruction before the place where a coroutine resumes, hence the two nops. */
    .globl ouro__coro_entry
    .hidden ouro__coro_entry
    .globl ouro__coro_entry_resume
    .hidden ouro__coro_entry_resume
    .type ouro__coro_entry, @function
    .p2align 2
ouro__coro_entry:
    .cfi_startproc
    .cfi_undefined ra
    nop
ouro__coro_entry_resume:
    mv a0, s2
    la ra, 1f
    jr s1
    nop
1:
    unimp
    .cfi_endproc
    .size ouro__coro_entry, . - ouro__coro_entry

    .section .note.GNU-stack, "", @progbits
