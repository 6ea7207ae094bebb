/* What a task waits for, in words. */
#ifndef OURO_LOOP_INSPECT_H
#define OURO_LOOP_INSPECT_H

#include "base/text.h"
#include "ouro/graph.h"

void ouro__wait_add(struct text *text, const ouro_task_wait *wait);

#endif
