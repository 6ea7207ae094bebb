/* Reports of stack overflows by the name of the task. */
#ifndef OURO_LOOP_OVERFLOW_H
#define OURO_LOOP_OVERFLOW_H

/* Begins to report overflows in this thread, and ends it. Returns 0 or -ENOMEM. */
int ouro__overflow_watch(void);
void ouro__overflow_unwatch(void);

#endif
