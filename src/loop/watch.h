/* Descriptors that the loop knows: watched by callbacks (add_reader), or owned by a stream or
 * server. */
#ifndef OURO_LOOP_WATCH_H
#define OURO_LOOP_WATCH_H

#include "loop/loop.h"

struct readiness;

enum watch_kind { WATCH_READ, WATCH_WRITE, WATCH_KINDS };

/* Notes that a stream or server owns `fd`, so that nobody else watches it. Returns 0 or -ENOMEM. */
int ouro__fd_claim(ouro_loop *loop, int fd);

/* Forgets that, before the descriptor is closed. */
void ouro__fd_disclaim(ouro_loop *loop, int fd);

bool ouro__fd_is_claimed(ouro_loop *loop, int fd);

/* Whether a descriptor of the caller's may be taken over. Returns 0; or OURO_EINUSE, with the
 * detail set, if it belongs to a stream or server already, or if a reader, a writer or a task waits
 * for it. */
int ouro__fd_check_free(ouro_loop *loop, int fd, const char *operation);

/* True if a reader or a writer is registered. */
bool ouro__fd_is_watched(ouro_loop *loop, int fd);

/* Returns where the descriptor's readiness is kept, until the next call; NULL without memory. */
struct readiness **ouro__fd_readiness(ouro_loop *loop, int fd, enum watch_kind kind);

#endif
