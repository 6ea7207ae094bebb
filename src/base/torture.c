/* The counts behind the faults on demand, the environment that sets them, and sweeps.
 *
 * A sweep is made of forks of a process that has not reached `main` yet: a run costs a millisecond,
 * and not what it takes to start a program under the sanitizers.
 */
#include "base/torture.h"

#ifdef OURO_TORTURE

#include "base/alloc.h"
#include "base/list.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define NUMBER_PIDFD_OPEN 434 /* the same on every architecture */
#define SECONDS_DEFAULT 10

/* A count of events, one of which is chosen. */
struct event {
    atomic_ulong seen;
    unsigned long chosen; /* 0: none */
};

static struct event suspensions;
static struct event wakes;
static unsigned long allocations_before;
static uint64_t seed;

static unsigned long number_of(const char *variable)
{
    const char *text = getenv(variable);

    return text != NULL ? strtoul(text, NULL, 10) : 0;
}

static void event_begin(struct event *event, const char *variable)
{
    atomic_store(&event->seen, 0);
    event->chosen = number_of(variable);
}

static bool event_happens(struct event *event)
{
    return atomic_fetch_add(&event->seen, 1) + 1 == event->chosen;
}

void ouro__torture_begin(void)
{
    event_begin(&suspensions, "OURO_TORTURE_CANCEL");
    event_begin(&wakes, "OURO_TORTURE_WAKE");
    seed = number_of("OURO_TORTURE_SHUFFLE");
    allocations_before = ouro__alloc_count();
    (void) ouro__alloc_fail_at(number_of("OURO_TORTURE_ALLOC"));
}

bool ouro__torture_suspends(void)
{
    return event_happens(&suspensions);
}

bool ouro__torture_wakes(void)
{
    return event_happens(&wakes);
}

/* A step of a linear congruential generator: the upper bits are good enough here. */
static unsigned next_random(unsigned below)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned) (seed >> 33) % below;
}

void ouro__torture_shuffle(ouro_link *list, ouro_link *last)
{
    ouro_link tail;
    unsigned count = 0;

    if (seed == 0)
        return;
    list_init(&tail);
    while (last->next_ != list) {
        ouro_link *link = last->next_;

        list_remove(link);
        list_append(&tail, link);
        count++;
    }
    for (; count > 0; count--) {
        ouro_link *link = tail.next_;

        for (unsigned i = next_random(count); i > 0; i--)
            link = link->next_;
        list_remove(link);
        list_append(list, link);
    }
}

static FILE *open_report(void)
{
    const char *path = getenv("OURO_TORTURE_REPORT");

    return path != NULL ? fopen(path, "ae") : NULL;
}

/* Tells how often each event has happened: so many faults can be put in. */
__attribute__((destructor)) static void report_counts(void)
{
    FILE *file = open_report();

    if (file == NULL)
        return;
    fprintf(file, "counts %lu %lu %lu\n", ouro__alloc_count() - allocations_before,
            atomic_load(&suspensions.seen), atomic_load(&wakes.seen));
    fclose(file);
}

/* Waits for the end of a run. Returns its wait status, or -1 when it had to be killed. */
static int await_end(pid_t child, int limit_ms)
{
    int fd = (int) syscall(NUMBER_PIDFD_OPEN, child, 0);
    struct pollfd end = { .fd = fd, .events = POLLIN };
    bool in_time = poll(&end, 1, limit_ms) > 0;
    int status = 0;

    (void) kill(-child, SIGKILL); /* what it has started, too */
    (void) kill(child, in_time ? 0 : SIGKILL);
    (void) waitpid(child, &status, 0);
    (void) close(fd);
    return in_time ? status : -1;
}

/* Becomes the run that meets the fault. */
static void become_run(const char *variable, unsigned long number)
{
    char text[24];
    int null = open("/dev/null", O_RDWR);

    (void) setpgid(0, 0);
    (void) dup2(null, STDIN_FILENO);
    (void) dup2(null, STDOUT_FILENO);
    (void) dup2(null, STDERR_FILENO);
    (void) close(null);
    (void) snprintf(text, sizeof text, "%lu", number);
    (void) setenv(variable, text, 1);
    (void) unsetenv("OURO_TORTURE_SWEEP");
    (void) unsetenv("OURO_TORTURE_REPORT");
}

/* Forks one run after another; returns in each of them, and never in the process itself. Every
 * run's end is reported, for others to judge. */
static void sweep(const char *variable)
{
    unsigned long last = number_of("OURO_TORTURE_LAST");
    unsigned long step = number_of("OURO_TORTURE_STEP");
    unsigned long seconds = number_of("OURO_TORTURE_SECONDS");
    int limit_ms = (int) (seconds != 0 ? seconds : SECONDS_DEFAULT) * 1000;
    FILE *file = open_report();

    if (file == NULL)
        _exit(2);
    for (unsigned long i = number_of("OURO_TORTURE_FIRST"); i <= last; i += step ? step : 1) {
        pid_t child = fork();
        int status;

        if (child == 0) {
            become_run(variable, i);
            return;
        }
        status = child < 0 ? -1 : await_end(child, limit_ms);
        fprintf(file, "run %lu %s %d\n", i,
                status == -1          ? "hang"
                : WIFSIGNALED(status) ? "signal"
                                      : "exit",
                status == -1          ? 0
                : WIFSIGNALED(status) ? WTERMSIG(status)
                                      : WEXITSTATUS(status));
        (void) fflush(file);
    }
    _exit(0);
}

__attribute__((constructor)) static void begin_with_the_program(void)
{
    const char *variable = getenv("OURO_TORTURE_SWEEP");

    if (variable != NULL)
        sweep(variable);
    ouro__torture_begin();
}

#endif
