/* Descriptors that the loop knows: watched by callbacks (add_reader), or owned by a stream or
 * server. */
#ifndef OURO_LOOP_WATCH_H
#define OURO_LOOP_WATCH_H

#include "loop/loop.h"

/* Notes that a stream or server owns `fd`, so that nobody else watches it. Returns 0 or -ENOMEM. */
int ouro__fd_claim(ouro_loop *loop, int fd);

/* Forgets that, before the descriptor is closed. */
void ouro__fd_disclaim(ouro_loop *loop, int fd);

#endif
