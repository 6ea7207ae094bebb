/* A pause between two attempts at what a thread could only block in: to be cancelled, and ended by
 * others, at any time. Each pause is twice as long as the one before. */
#ifndef OURO_SYS_FILE_PAUSE_H
#define OURO_SYS_FILE_PAUSE_H

#include "loop/park.h"

/* Zero at first, but for what the caller sets. */
struct file_pause {
    struct wait wait; /* `abandon` may be set by the caller */
    ouro_timer_entry timer;
    int64_t length_ns; /* of the last one */
};

/* Pauses, for `longest_ns` at most. `operation` is for who looks at the task. Returns 0 or
 * -ECANCELED. */
int ouro__file_pause(struct file_pause *pause, struct task *task, int64_t longest_ns,
                     const char *operation);

/* Ends a pause before its time. */
void ouro__file_pause_end(struct file_pause *pause);

#endif
