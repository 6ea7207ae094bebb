/* The limit: a FIFO scheduler of stackful tasks with nothing in it that a bench does not need. No
 * cancellation, no errors, no timers, no checks. What a real library costs more than this is the
 * price of what it offers.
 *
 * The switch pushes the six callee-saved registers and continues by pop + indirect jump: a `ret`
 * would be mispredicted, because the processor pairs it with a call made on the other stack. The
 * switch itself is inline, but yield, spawn and join are calls, as those of every library are.
 *
 * A task takes its stack when it first runs, and the stack of a task that ends goes straight to the
 * next one that starts: tasks that never wait share one stack, which stays in the cache.
 */
#ifndef OURO_BENCH_LIMIT_SCHEDULER_H
#define OURO_BENCH_LIMIT_SCHEDULER_H

#ifndef __x86_64__
#error "the limit scheduler is written for x86-64"
#endif

#include "common/bench.h"

#include <stdbool.h>
#include <sys/mman.h>

#define LIMIT_STACK_BYTES 16384u

typedef struct limit_task {
    void *stack_pointer;     /* NULL until the task has run */
    struct limit_task *next; /* in the ready queue or among the free ones */
    struct limit_task *joiner;
    void (*fn)(void *arg);
    void *arg;
    bool done;
} limit_task;

typedef struct limit_stack {
    struct limit_stack *next; /* lies at the top end of the free stack itself */
} limit_stack;

static limit_task limit_main_task;
static limit_task *limit_current = &limit_main_task;
static limit_task *limit_ready_head;
static limit_task **limit_ready_tail = &limit_ready_head;
static limit_task *limit_free_tasks;
static limit_stack *limit_free_stacks;

#define LIMIT_SAVE_CONTEXT                                                                         \
    "leaq -128(%%rsp), %%rsp\n\t" /* skips the red zone of the function around */                  \
    "leaq 1f(%%rip), %%rax\n\t"                                                                    \
    "pushq %%rax\n\tpushq %%rbp\n\tpushq %%rbx\n\t"                                                \
    "pushq %%r12\n\tpushq %%r13\n\tpushq %%r14\n\tpushq %%r15\n\t"
#define LIMIT_LOAD_CONTEXT                                                                         \
    "popq %%r15\n\tpopq %%r14\n\tpopq %%r13\n\tpopq %%r12\n\t"                                     \
    "popq %%rbx\n\tpopq %%rbp\n\tpopq %%rcx\n\t"                                                   \
    "jmp *%%rcx\n"
#define LIMIT_CLOBBERS                                                                             \
    "rax", "rcx", "rdx", "r8", "r9", "r10", "r11", "memory", "cc", "xmm0", "xmm1", "xmm2", "xmm3", \
        "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13",        \
        "xmm14", "xmm15"

/* Leaves the current task and continues one that has run before. */
static inline __attribute__((always_inline)) void limit_switch(void **save, void *load)
{
    __asm__ volatile(LIMIT_SAVE_CONTEXT "movq %%rsp, (%%rdi)\n\t"
                                        "movq %%rsi, %%rsp\n\t" LIMIT_LOAD_CONTEXT
                                        "1:\tleaq 128(%%rsp), %%rsp\n"
                     : "+D"(save), "+S"(load)
                     :
                     : LIMIT_CLOBBERS);
}

/* Leaves the current task and calls `entry`, which never returns, on a fresh stack. */
static inline __attribute__((always_inline)) void limit_start(void **save, void *stack_top,
                                                              void (*entry)(void))
{
    __asm__ volatile(LIMIT_SAVE_CONTEXT "movq %%rsp, (%%rdi)\n\t"
                                        "movq %%rsi, %%rsp\n\t"
                                        "call *%%rdx\n"
                                        "1:\tleaq 128(%%rsp), %%rsp\n"
                     : "+D"(save), "+S"(stack_top), "+d"(entry)
                     :
                     : "rax", "rcx", "r8", "r9", "r10", "r11", "memory", "cc");
}

/* Continues a task that has run before and forgets the current one. */
static inline __attribute__((always_inline, noreturn)) void limit_leave(void *load)
{
    __asm__ volatile("movq %%rsi, %%rsp\n\t" LIMIT_LOAD_CONTEXT : : "S"(load) : "memory");
    __builtin_unreachable();
}

static inline void limit_make_ready(limit_task *task)
{
    task->next = NULL;
    *limit_ready_tail = task;
    limit_ready_tail = &task->next;
}

/* The queue is never empty when this is called, or every task would wait for ever. */
static inline limit_task *limit_take_ready(void)
{
    limit_task *task = limit_ready_head;
    limit_ready_head = task->next;
    if (limit_ready_head == NULL)
        limit_ready_tail = &limit_ready_head;
    return task;
}

static inline void *limit_take_stack(void)
{
    limit_stack *stack = limit_free_stacks;
    if (stack != NULL) {
        limit_free_stacks = stack->next;
        return stack;
    }
    char *memory = mmap(NULL, LIMIT_STACK_BYTES, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        bench_fail("mmap: %s", strerror(errno));
    return memory + LIMIT_STACK_BYTES - 64;
}

/* The bottom frame of every task. It runs one new task after the other for as long as the queue
 * gives new ones, and only then gives its stack back. */
static __attribute__((noinline, noreturn)) void limit_entry(void)
{
    limit_stack *stack = (limit_stack *) (void *) (((uintptr_t) __builtin_frame_address(0) + 63) &
                                                   ~(uintptr_t) 63);
    for (;;) {
        limit_task *task = limit_current;
        task->fn(task->arg);
        task->done = true;
        if (task->joiner != NULL)
            limit_make_ready(task->joiner);
        limit_task *next = limit_take_ready();
        limit_current = next;
        if (next->stack_pointer != NULL) {
            stack->next = limit_free_stacks;
            limit_free_stacks = stack;
            limit_leave(next->stack_pointer);
        }
    }
}

/* Runs the next ready task; returns when somebody has made the current one ready again. */
static inline __attribute__((always_inline)) void limit_park(void)
{
    limit_task *task = limit_current;
    limit_task *next = limit_take_ready();
    limit_current = next;
    if (next->stack_pointer != NULL) {
        limit_switch(&task->stack_pointer, next->stack_pointer);
    } else {
        limit_start(&task->stack_pointer, limit_take_stack(), limit_entry);
    }
}

BENCH_UNUSED static __attribute__((noinline)) void limit_yield(void)
{
    limit_make_ready(limit_current);
    limit_park();
}

BENCH_UNUSED static __attribute__((noinline)) limit_task *limit_spawn(void (*fn)(void *arg),
                                                                      void *arg)
{
    limit_task *task = limit_free_tasks;
    if (task != NULL) {
        limit_free_tasks = task->next;
    } else {
        task = malloc(sizeof *task);
        if (task == NULL)
            bench_fail("malloc failed");
    }
    *task = (limit_task) { .fn = fn, .arg = arg };
    limit_make_ready(task);
    return task;
}

BENCH_UNUSED static __attribute__((noinline)) void limit_join(limit_task *task)
{
    if (!task->done) {
        task->joiner = limit_current;
        limit_park();
    }
    task->next = limit_free_tasks;
    limit_free_tasks = task;
}

#endif
