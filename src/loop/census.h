/* The census of stacks, in debug mode: which task has used its stack most deeply. */
#ifndef OURO_LOOP_CENSUS_H
#define OURO_LOOP_CENSUS_H

#include "loop/task.h"

/* Counts the use of a task's stack, when its function has returned. */
void ouro__census_count(ouro_loop *loop, const struct task *task);

/* The same for any stack; the strings are static or NULL. */
void ouro__census_count_stack(ouro_loop *loop, const struct stack *stack, const char *function_name,
                              const char *site);

/* Logs the deepest use, at the close of the loop. */
void ouro__census_report(const ouro_loop *loop);

#endif
