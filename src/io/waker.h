/* A wake-up from anywhere: an eventfd that is written at most once for each time it is taken.
 *
 *     wake:  pending = true;  if it was false: write the eventfd
 *     take:  pending = false; then look for what the waker left behind
 *
 * A wake that finds `pending` set needs no write: whoever takes the flag looks afterwards, and so
 * sees what was published before that wake. A wake after the take writes again. None gets lost.
 */
#ifndef OURO_IO_WAKER_H
#define OURO_IO_WAKER_H

#include <stdatomic.h>
#include <stdbool.h>

struct waker {
    int fd;
    atomic_bool pending;
};

/* Returns 0 or -errno. */
int ouro__waker_open(struct waker *waker);

void ouro__waker_close(struct waker *waker);

/* Makes the eventfd readable. Threads: any; async-signal-safe. */
void ouro__waker_wake(struct waker *waker);

/* Empties the eventfd, for a level-triggered poller. */
void ouro__waker_drain(struct waker *waker);

/* True if a wake came since the last take. */
static inline bool waker_is_pending(struct waker *waker)
{
    return atomic_load_explicit(&waker->pending, memory_order_relaxed);
}

/* Returns true, once, if a wake came. The eventfd stays as it is: an edge-triggered poller never
 * has to read it. */
static inline bool waker_take(struct waker *waker)
{
    return atomic_exchange(&waker->pending, false);
}

#endif
