/* Writing to a pipe that nobody reads, without the signal that ends the process.
 *
 * send has a flag against SIGPIPE, write has none. The disposition of the signal is the process's
 * own affair, so that it is kept away from the one thread, for the time of the one call:
 *
 *     ouro__sigpipe_hold(&held);
 *     count = write(...);
 *     ouro__sigpipe_release(&held);
 */
#ifndef OURO_IO_SIGPIPE_H
#define OURO_IO_SIGPIPE_H

#include <signal.h>
#include <stdbool.h>

struct sigpipe_held {
    sigset_t mask; /* the thread's, as it was */
    bool was_pending;
};

/* Blocks SIGPIPE in the calling thread. */
void ouro__sigpipe_hold(struct sigpipe_held *held);

/* Drops a SIGPIPE that has come since, unless one had come before, and restores the mask. Leaves
 * errno as it is. */
void ouro__sigpipe_release(const struct sigpipe_held *held);

#endif
