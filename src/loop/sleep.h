/* The wait of a task that sleeps, for those who look at it. */
#ifndef OURO_LOOP_SLEEP_H
#define OURO_LOOP_SLEEP_H

#include "loop/park.h"

struct sleep_wait {
    struct wait wait;
    ouro_timer_entry timer;
};

/* The `operation` of such a wait is this very string. */
extern const char ouro__operation_sleep[];

#endif
