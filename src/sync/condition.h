/* The wait of a condition, for what is built on one. */
#ifndef OURO_SYNC_CONDITION_H
#define OURO_SYNC_CONDITION_H

#include "ouro/condition.h"

/* As ouro_condition_wait; `operation` is what the task is said to wait in. */
int ouro__condition_wait(ouro_condition *condition, const char *operation);

#endif
