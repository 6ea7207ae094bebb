/* Loops in debug mode that are never closed are reported when the process ends. */
#ifndef OURO_LOOP_UNCLOSED_H
#define OURO_LOOP_UNCLOSED_H

#include "loop/loop.h"

/* Enters a loop into the list, and takes it out; out of it already, it stays so. Threads: any. */
void ouro__unclosed_add(ouro_loop *loop);
void ouro__unclosed_remove(ouro_loop *loop);

#endif
