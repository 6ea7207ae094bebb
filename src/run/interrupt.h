/* Ctrl-C while a runner runs: SIGINT cancels the main task, a second one stops the loop. */
#ifndef OURO_RUN_INTERRUPT_H
#define OURO_RUN_INTERRUPT_H

#include "loop/loop.h"

#include <signal.h>

struct interrupt {
    struct inbox_entry
        entry; /* goes into the loop's inbox from the handler: nothing is allocated there */
    ouro_loop *loop;
    ouro_task *task;
    struct sigaction previous;
    atomic_bool is_queued;
    atomic_int arrived; /* signals, counted by the handler */
    int count;          /* signals, as the loop has seen them */
    bool is_installed;
};

/* Takes SIGINT over, if this is the main thread and the signal has its default action. */
void ouro__interrupt_begin(struct interrupt *interrupt, ouro_loop *loop, ouro_task *task);

/* Gives it back, if it is still ours. */
void ouro__interrupt_end(struct interrupt *interrupt);

#endif
