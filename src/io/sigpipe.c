/* SIGPIPE kept away from one thread, for the time of one call. */
#define _GNU_SOURCE 1

#include "io/sigpipe.h"

#include <errno.h>
#include <time.h>

static void only_sigpipe(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGPIPE);
}

void ouro__sigpipe_hold(struct sigpipe_held *held)
{
    sigset_t only;

    only_sigpipe(&only);
    pthread_sigmask(SIG_BLOCK, &only, &held->mask);
    held->was_pending = false;
    if (sigismember(&held->mask, SIGPIPE)) { /* else it would have been delivered */
        sigset_t pending;

        sigemptyset(&pending);
        (void) sigpending(&pending);
        held->was_pending = sigismember(&pending, SIGPIPE) == 1;
    }
}

void ouro__sigpipe_release(const struct sigpipe_held *held, bool may_have_come)
{
    int saved_errno = errno;

    if (may_have_come && !held->was_pending) {
        const struct timespec none = { 0 };
        sigset_t only;

        only_sigpipe(&only);
        while (sigtimedwait(&only, NULL, &none) < 0 && errno == EINTR)
            continue;
    }
    pthread_sigmask(SIG_SETMASK, &held->mask, NULL);
    errno = saved_errno;
}
