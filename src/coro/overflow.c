/* The handler that explains stack overflows, and its signal stacks. */
#define _GNU_SOURCE /* the names of registers in a signal context */

#include "coro/overflow.h"

#include "base/assert.h"
#include "coro/memory.h"
#include "coro/registry.h"
#include "coro/sanitize.h"
#include "coro/stack.h"
#include "coro/stack_slab.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/auxv.h>
#include <ucontext.h>
#include <unistd.h>

#ifndef AT_MINSIGSTKSZ
#define AT_MINSIGSTKSZ 51
#endif

#ifdef OURO_ASAN
enum { EXPLAINS = 0 };
#else
enum { EXPLAINS = 1 };
#endif

enum {
    SIGNAL_COUNT = 2,
    SIGNAL_STACK_BYTES = 64 << 10,
    BELOW_BYTES = 64 << 10, /* a fault so near below the lowest stack of a slab counts as its own */
};

static const int signals[SIGNAL_COUNT] = { SIGSEGV, SIGBUS };

/* The process: changed under the lock, read by the handler only while it is installed. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned installed_count;
static struct sigaction previous[SIGNAL_COUNT];
static pthread_once_t key_once = PTHREAD_ONCE_INIT;
static pthread_key_t key; /* not NULL while this thread has installed the handler */
static bool key_exists;

static _Atomic(overflow_report *) report;

/* The thread. */
static _Thread_local unsigned nesting;
static _Thread_local volatile bool chaining;
static _Thread_local stack_t signal_stack; /* ours, if ss_sp is not NULL */
static _Thread_local stack_t displaced_stack;

void ouro__overflow_set_report(overflow_report *new_report)
{
    atomic_store(&report, new_report);
}

void ouro__overflow_write(const char *text)
{
    size_t len = strlen(text);

    while (len > 0) {
        ssize_t written = write(STDERR_FILENO, text, len);

        if (written < 0 && errno != EINTR)
            return;
        if (written > 0) {
            text += written;
            len -= (size_t) written;
        }
    }
}

void ouro__overflow_write_number(size_t number)
{
    char text[24];
    char *digit = text + sizeof(text) - 1;

    *digit = '\0';
    do {
        *--digit = (char) ('0' + number % 10);
        number /= 10;
    } while (number > 0);
    ouro__overflow_write(digit);
}

void ouro__overflow_explain(void *owner, size_t stack_size, const char *what)
{
    overflow_report *describe = atomic_load(&report);
    size_t larger = 1;

    while (larger < stack_size && larger < SIZE_MAX / 4)
        larger *= 2;
    larger *= 2;

    ouro__overflow_write("ouro: stack overflow in ");
    if (describe)
        describe(owner, stack_size);
    else
        ouro__overflow_write("a coroutine");
    ouro__overflow_write(": its ");
    ouro__overflow_write_number(stack_size);
    ouro__overflow_write(" bytes of stack ");
    ouro__overflow_write(what);
    ouro__overflow_write("; give it a larger .stack_size, such as ");
    ouro__overflow_write_number(larger);
    ouro__overflow_write(", or keep large arrays off the stack\n");
}

/* Where the faulting code's stack pointer stood; 0 where we cannot tell. */
static uintptr_t stack_pointer_of(const void *context)
{
    const ucontext_t *user = context;

#if defined(__x86_64__)
    return (uintptr_t) user->uc_mcontext.gregs[REG_RSP];
#elif defined(__aarch64__)
    return (uintptr_t) user->uc_mcontext.sp;
#elif defined(__riscv)
    return (uintptr_t) user->uc_mcontext.__gregs[REG_SP];
#else
    (void) user;
    return 0;
#endif
}

/* Explains a fault that lies in a guard, or just below the lowest stack of a slab, while the stack
 * pointer is in that stack or below it. Elsewhere, it is a stray pointer that hit a guard. */
static bool explain_fault(uintptr_t address, uintptr_t stack_pointer)
{
    uintptr_t base, size;
    unsigned class_index;

    if (!ouro__registry_find(address, BELOW_BYTES, &base, &size, &class_index))
        return false;

    size_t slot_bytes = stack_class_bytes(class_index);
    uintptr_t slot = address > base ? (address - base) / slot_bytes : 0;
    uintptr_t slot_base = base + slot * slot_bytes;
    uintptr_t bottom = slot_base + ouro__stack_guard_bytes(class_index);

    if (address >= bottom)
        return false;
    if (stack_pointer != 0 &&
        (stack_pointer >= slot_base + slot_bytes || stack_pointer < base - BELOW_BYTES))
        return false;

    /* The page with the head exists: the coroutine that faulted began in it. */
    const struct stack *stack = ouro__stack_head(slot_base + slot_bytes,
                                                 ouro__stack_colour((uint32_t) slot));

    ouro__overflow_explain(stack->owner, (uintptr_t) stack - bottom, "are full");
    return true;
}

/* Does what would have happened without us. */
static void chain(int signal, siginfo_t *info, void *context, const struct sigaction *action)
{
    bool is_fault = info->si_code > 0;

    /* A handler that came after ours, and that was there before ours when we installed it anew,
     * may call ours in turn: the second time round, the default action breaks the circle. */
    if (!chaining && (action->sa_flags & SA_SIGINFO)) {
        chaining = true;
        action->sa_sigaction(signal, info, context);
        chaining = false;
        return;
    }
    if (!chaining && action->sa_handler != SIG_DFL && action->sa_handler != SIG_IGN) {
        chaining = true;
        action->sa_handler(signal);
        chaining = false;
        return;
    }
    if (action->sa_handler == SIG_IGN && !is_fault)
        return;

    /* A fault happens again when the handler returns, and then kills in the right place. A signal
     * that somebody sent does not: it is sent again, and arrives when the handler returns. */
    struct sigaction deadly = { .sa_handler = SIG_DFL };

    sigaction(signal, &deadly, NULL);
    if (!is_fault)
        raise(signal);
}

static void on_fault(int signal, siginfo_t *info, void *context)
{
    int saved_errno = errno;
    struct sigaction deadly = { .sa_handler = SIG_DFL };

    if (info->si_code > 0 && explain_fault((uintptr_t) info->si_addr, stack_pointer_of(context)))
        sigaction(signal, &deadly, NULL);
    else
        chain(signal, info, context, &previous[signal == SIGBUS]);
    errno = saved_errno;
}

static void signal_stack_remove(void)
{
    stack_t current;

    if (!signal_stack.ss_sp)
        return;

    /* Somebody may have put another one over ours, and may put ours back: then it must stay. */
    if (sigaltstack(NULL, &current) == 0 && current.ss_sp == signal_stack.ss_sp &&
        sigaltstack(&displaced_stack, NULL) == 0)
        ouro__memory_unmap(signal_stack.ss_sp, signal_stack.ss_size);
    signal_stack = (stack_t) { .ss_sp = NULL };
}

/* The registers of wide vector units can fill more than any constant says. */
static size_t signal_stack_bytes(void)
{
    size_t bytes = SIGNAL_STACK_BYTES + (size_t) getauxval(AT_MINSIGSTKSZ);
    size_t page = ouro__page_bytes();

    return (bytes + page - 1) / page * page;
}

static int signal_stack_install(void)
{
    size_t bytes = signal_stack_bytes();

    displaced_stack = (stack_t) { .ss_flags = SS_DISABLE };
    if (sigaltstack(NULL, &displaced_stack) == 0 && !(displaced_stack.ss_flags & SS_DISABLE) &&
        displaced_stack.ss_size >= SIGNAL_STACK_BYTES)
        return 0;

    stack_t wanted = { .ss_sp = ouro__memory_map(bytes), .ss_size = bytes };

    if (!wanted.ss_sp)
        return -ENOMEM;
    if (sigaltstack(&wanted, NULL) != 0) {
        int status = -errno;

        ouro__memory_unmap(wanted.ss_sp, bytes);
        return status;
    }
    signal_stack = wanted;
    return 0;
}

static void handlers_install(void)
{
    struct sigaction action = { .sa_flags = SA_SIGINFO | SA_ONSTACK };

    action.sa_sigaction = on_fault;
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < SIGNAL_COUNT; i++)
        sigaction(signals[i], &action, &previous[i]);
}

/* Whoever came after us keeps his handler, and it may still call ours: then ours must stay good,
 * which it does, as `previous` stays as it is. */
static void handlers_remove(void)
{
    struct sigaction current;

    for (int i = 0; i < SIGNAL_COUNT; i++) {
        if (sigaction(signals[i], NULL, &current) == 0 && (current.sa_flags & SA_SIGINFO) &&
            current.sa_sigaction == on_fault)
            sigaction(signals[i], &previous[i], NULL);
    }
}

static void thread_removes(void)
{
    signal_stack_remove();
    pthread_mutex_lock(&lock);
    if (--installed_count == 0)
        handlers_remove();
    pthread_mutex_unlock(&lock);
}

static void on_thread_end(void *unused)
{
    (void) unused;
    nesting = 0;
    thread_removes();
}

static void make_key(void)
{
    key_exists = pthread_key_create(&key, on_thread_end) == 0;
}

int ouro__overflow_install(void)
{
    if (!EXPLAINS || nesting++ > 0)
        return 0;

    int status = signal_stack_install();

    if (status < 0) {
        nesting = 0;
        return status;
    }
    pthread_once(&key_once, make_key);
    if (key_exists)
        pthread_setspecific(key, &nesting);
    pthread_mutex_lock(&lock);
    if (installed_count++ == 0)
        handlers_install();
    pthread_mutex_unlock(&lock);
    return 0;
}

void ouro__overflow_remove(void)
{
    if (!EXPLAINS)
        return;
    ouro_assert(nesting > 0);
    if (--nesting > 0)
        return;
    if (key_exists)
        pthread_setspecific(key, NULL);
    thread_removes();
}
