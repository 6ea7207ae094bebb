/* The report of a stack overflow, and the faults that are none. */
#define _GNU_SOURCE 1

#include "coro/overflow.h"

#include "coro/coro.h"
#include "harness/test.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifdef OURO_ASAN
enum { IS_ASAN = 1 };
#else
enum { IS_ASAN = 0 };
#endif

struct stage {
    struct stack_pool pool;
    struct coro self;
    struct coro coro;
    struct stack *stack;
};

static void describe(void *owner, size_t stack_size)
{
    CHECK(stack_size > 0);
    ouro__overflow_write("task '");
    ouro__overflow_write(owner ? owner : "nobody");
    ouro__overflow_write("'");
}

/* Each frame takes a kilobyte: too little to step over a guard, and enough that ThreadSanitizer's
 * own stack of calls does not end first. */
static __attribute__((noinline)) int recurse(int depth)
{
    char frame[1000];

    frame[0] = (char) depth;
    __asm__ volatile("" : : "r"(frame) : "memory"); /* no compiler may take it apart */
    return depth == 0 ? 0 : recurse(depth - 1) + frame[0];
}

static void run_deep(void *arg)
{
    struct stage *stage = arg;

    recurse(1 << 20);
    coro_exit(&stage->coro, &stage->self);
}

/* A page that nobody may touch. */
static char *volatile forbidden;

static void run_forbidden(void *arg)
{
    struct stage *stage = arg;

    forbidden = mmap(NULL, 1, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    *(volatile char *) forbidden = 1;
    coro_exit(&stage->coro, &stage->self);
}

/* Runs `entry` on the second of three stacks, owned by "reader". */
static void run(unsigned class_index, void (*entry)(void *arg))
{
    struct stage stage;

    CHECK_INT(stack_pool_init(&stage.pool, NULL), 0);
    coro_init_thread(&stage.self);
    for (int i = 0; i < 3; i++) {
        struct stack *stack = ouro__stack_pool_grow(&stage.pool, class_index);

        CHECK(stack != NULL);
        stack->owner = i == 1 ? "reader" : "somebody else";
        if (i == 1)
            stage.stack = stack;
    }
    coro_init(&stage.coro, stage.stack, entry, &stage);
    coro_switch(&stage.self, &stage.coro);
}

static void skip_if_unexplained(void)
{
    if (IS_ASAN)
        SKIP("AddressSanitizer explains faults itself");
}

TEST(overflow_names_the_owner)
{
    skip_if_unexplained();
    CHECK_DIES(SIGSEGV, "ouro: stack overflow in task 'reader': its ")
    {
        CHECK_INT(ouro__overflow_install(), 0);
        ouro__overflow_set_report(describe);
        run(STACK_CLASS_64K, run_deep);
    }
}

TEST(overflow_tells_the_remedy)
{
    skip_if_unexplained();
    CHECK_DIES(SIGSEGV, stack_class_bytes(STACK_CLASS_64K) == 64 << 10
                            ? " bytes of stack are full; give it a larger .stack_size, such as "
                              "131072"
                            : " bytes of stack are full")
    {
        CHECK_INT(ouro__overflow_install(), 0);
        run(STACK_CLASS_64K, run_deep);
    }
}

TEST(overflow_of_each_class_is_explained)
{
    skip_if_unexplained();
    for (unsigned i = STACK_CLASS_16K; i <= STACK_CLASS_1M + 1; i++) {
        CHECK_DIES(SIGSEGV, "ouro: stack overflow in task 'reader'")
        {
            CHECK_INT(ouro__overflow_install(), 0);
            ouro__overflow_set_report(describe);
            run(i, run_deep);
        }
    }
}

static void run_huge_frame(void *arg)
{
    struct stage *stage = arg;
    char *low = (char *) stack_bottom(stage->stack) - 8;

    /* What a prologue built with stack probes does first in a frame that is too large. */
    *(volatile char *) low = 1;
    coro_exit(&stage->coro, &stage->self);
}

TEST(probe_of_a_huge_frame_is_explained)
{
    skip_if_unexplained();
    CHECK_DIES(SIGSEGV, "ouro: stack overflow in task 'reader'")
    {
        CHECK_INT(ouro__overflow_install(), 0);
        ouro__overflow_set_report(describe);
        run(STACK_CLASS_64K, run_huge_frame);
    }
}

static void *overflow_in_thread(void *arg)
{
    (void) arg;
    CHECK_INT(ouro__overflow_install(), 0);
    run(STACK_CLASS_64K, run_deep);
    return NULL;
}

TEST(overflow_in_another_thread_is_explained)
{
    skip_if_unexplained();
    CHECK_DIES(SIGSEGV, "ouro: stack overflow in task 'reader'")
    {
        pthread_t thread;

        ouro__overflow_set_report(describe);
        CHECK_INT(pthread_create(&thread, NULL, overflow_in_thread, NULL), 0);
        pthread_join(thread, NULL);
    }
}

/* Another thread's stack may be hit by a stray pointer: that is not its overflow. */
TEST(stray_pointer_into_a_guard_is_no_overflow)
{
    skip_if_unexplained();
    CHECK_DIES(SIGSEGV, "somebody asked")
    {
        struct stack_pool pool;

        CHECK_INT(ouro__overflow_install(), 0);
        CHECK_INT(stack_pool_init(&pool, NULL), 0);

        struct stack *stack = ouro__stack_pool_grow(&pool, STACK_CLASS_64K);
        int output[2];
        char text[200] = { 0 };
        pid_t child;

        CHECK(stack != NULL);
        CHECK_INT(pipe(output), 0);
        child = fork();
        if (child == 0) {
            dup2(output[1], STDERR_FILENO);
            ((volatile char *) stack_bottom(stack))[-1] = 1;
            _exit(0);
        }
        close(output[1]);
        CHECK(read(output[0], text, sizeof(text) - 1) >= 0);
        CHECK_PTR(strstr(text, "overflow"), NULL);
        ouro__overflow_write("somebody asked");
        raise(SIGSEGV);
    }
}

static void answer_fault(int signal, siginfo_t *info, void *context)
{
    (void) context;
    if (signal == SIGSEGV && info->si_addr == forbidden)
        ouro__overflow_write("the program's own handler ran");
    _exit(3);
}

static void install_answer(void)
{
    struct sigaction action = { .sa_flags = SA_SIGINFO | SA_ONSTACK };

    action.sa_sigaction = answer_fault;
    sigaction(SIGSEGV, &action, NULL);
}

TEST(other_fault_goes_to_the_previous_handler)
{
    skip_if_unexplained();
    CHECK_DIES(0, "the program's own handler ran")
    {
        install_answer();
        CHECK_INT(ouro__overflow_install(), 0);
        run(STACK_CLASS_64K, run_forbidden);
    }
}

TEST(other_fault_kills_where_nobody_handles_it)
{
    skip_if_unexplained();
    CHECK_DIES(SIGSEGV, NULL)
    {
        CHECK_INT(ouro__overflow_install(), 0);
        run(STACK_CLASS_64K, run_forbidden);
    }
}

TEST(sent_signal_kills_as_before)
{
    skip_if_unexplained();
    CHECK_DIES(SIGBUS, NULL)
    {
        CHECK_INT(ouro__overflow_install(), 0);
        raise(SIGBUS);
    }
}

static struct sigaction displaced;

static void hand_on(int signal, siginfo_t *info, void *context)
{
    displaced.sa_sigaction(signal, info, context);
}

/* A handler installed after ours calls ours, is still there when ours comes a second time, and is
 * then called by ours: the circle must end. */
TEST(handlers_that_call_each_other_end)
{
    skip_if_unexplained();
    CHECK_DIES(SIGSEGV, NULL)
    {
        struct sigaction action = { .sa_flags = SA_SIGINFO | SA_ONSTACK };

        CHECK_INT(ouro__overflow_install(), 0);
        action.sa_sigaction = hand_on;
        sigaction(SIGSEGV, &action, &displaced);
        ouro__overflow_remove();
        CHECK_INT(ouro__overflow_install(), 0);
        run(STACK_CLASS_64K, run_forbidden);
    }
}

static bool handler_is(void (*handler)(int, siginfo_t *, void *))
{
    struct sigaction action;

    sigaction(SIGSEGV, NULL, &action);
    return action.sa_sigaction == handler;
}

TEST(last_removal_restores_everything)
{
    stack_t before, after;

    skip_if_unexplained();
    install_answer();
    sigaltstack(NULL, &before);
    CHECK_INT(ouro__overflow_install(), 0);
    CHECK_INT(ouro__overflow_install(), 0);
    CHECK(!handler_is(answer_fault));
    sigaltstack(NULL, &after);
    CHECK(!(after.ss_flags & SS_DISABLE) && after.ss_size >= 64 << 10);
    ouro__overflow_remove();
    CHECK(!handler_is(answer_fault));
    ouro__overflow_remove();
    CHECK(handler_is(answer_fault));
    sigaltstack(NULL, &after);
    CHECK_INT(after.ss_flags, before.ss_flags);
    CHECK((after.ss_flags & SS_DISABLE) || after.ss_sp == before.ss_sp);
}

static void *install_only(void *arg)
{
    stack_t stack;

    CHECK_INT(ouro__overflow_install(), 0);
    sigaltstack(NULL, &stack);
    *(void **) arg = stack.ss_sp;
    return NULL;
}

/* Only one thread installs, and it ends without removing: as if it had. */
TEST(thread_that_ends_leaks_nothing)
{
    pthread_t thread;
    void *stack = NULL;
    unsigned char answer;

    skip_if_unexplained();
    install_answer();
    CHECK_INT(pthread_create(&thread, NULL, install_only, &stack), 0);
    CHECK_INT(pthread_join(thread, NULL), 0);
    CHECK(handler_is(answer_fault));
    CHECK(stack != NULL);
    CHECK(mincore(stack, 1, &answer) != 0); /* not mapped any more */
}

TEST(large_signal_stack_of_the_program_is_kept)
{
    static char text[128 << 10];
    stack_t own = { .ss_sp = text, .ss_size = sizeof(text) }, now;

    skip_if_unexplained();
    CHECK_INT(sigaltstack(&own, NULL), 0);
    CHECK_INT(ouro__overflow_install(), 0);
    sigaltstack(NULL, &now);
    CHECK_PTR(now.ss_sp, text);
    ouro__overflow_remove();
    sigaltstack(NULL, &now);
    CHECK_PTR(now.ss_sp, text);
}
