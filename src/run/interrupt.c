/* Ctrl-C in two stages.
 *
 * The handler does what is async-signal-safe: it counts, and puts an entry that is part of the
 * runner's frame into the loop's inbox. The loop then cancels the main task, or stops.
 */
#include "run/interrupt.h"

#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct interrupt *_Atomic active;

static void on_sigint(int signal_number)
{
    struct interrupt *interrupt = atomic_load(&active);

    if (interrupt == NULL)
        return;
    if (atomic_fetch_add(&interrupt->arrived, 1) > 0)
        (void) signal(signal_number, SIG_DFL); /* a third one ends even a program that is stuck */
    if (!atomic_exchange(&interrupt->is_queued, true))
        ouro__inbox_submit(interrupt->loop, &interrupt->entry);
}

/* Runs in the loop. */
static void interrupted(ouro_runnable *runnable)
{
    struct inbox_entry *entry = container_of(runnable, struct inbox_entry, runnable);
    struct interrupt *interrupt = container_of(entry, struct interrupt, entry);
    int before = interrupt->count;

    atomic_store(&interrupt->is_queued, false);
    interrupt->count = atomic_load(&interrupt->arrived);
    if (before == 0)
        (void) ouro_task_cancel(interrupt->task, NULL);
    if (interrupt->count > 1)
        ouro_loop_stop(interrupt->loop);
}

static bool is_main_thread(void)
{
    return getpid() == (pid_t) syscall(SYS_gettid);
}

void ouro__interrupt_begin(struct interrupt *interrupt, ouro_loop *loop, ouro_task *task)
{
    struct sigaction action = { .sa_handler = on_sigint, .sa_flags = SA_RESTART };

    *interrupt = (struct interrupt) {
        .entry.runnable.run_ = interrupted,
        .loop = loop,
        .task = task,
    };
    if (!is_main_thread() || sigaction(SIGINT, NULL, &interrupt->previous) < 0 ||
        (interrupt->previous.sa_flags & SA_SIGINFO) || interrupt->previous.sa_handler != SIG_DFL ||
        atomic_load(&active) != NULL)
        return;
    atomic_store(&active, interrupt);
    (void) sigemptyset(&action.sa_mask);
    interrupt->is_installed = sigaction(SIGINT, &action, NULL) == 0;
}

void ouro__interrupt_end(struct interrupt *interrupt)
{
    struct sigaction now;

    if (!interrupt->is_installed)
        return;
    if (sigaction(SIGINT, NULL, &now) == 0 && now.sa_handler == on_sigint)
        (void) sigaction(SIGINT, &interrupt->previous, NULL);
    atomic_store(&active, NULL);
    ouro__inbox_withdraw(interrupt->loop, &interrupt->entry);
}
