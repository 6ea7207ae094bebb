/* Writing to a pipe that nobody reads, without the signal that ends the process.
 *
 * send has a flag against SIGPIPE, write has none. The disposition of the signal is the process's
 * own affair, so that it is kept away from the one thread, for the time of the one call:
 *
 *     ouro__sigpipe_hold(&held);
 *     count = write(fd, data, size);
 *     ouro__sigpipe_release(&held, count != (ssize_t) size);
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

/* Restores the mask, and before, if one may have come, drops a SIGPIPE that has come since, unless
 * one had come before. A call that wrote all it was given raised none, and needs no system call to
 * look for one. Leaves errno as it is. */
void ouro__sigpipe_release(const struct sigpipe_held *held, bool may_have_come);

#endif
