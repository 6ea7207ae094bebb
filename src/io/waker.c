/* The eventfd behind `wake`. */
#include "io/waker.h"

#include "base/assert.h"

#include <errno.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

int ouro__waker_open(struct waker *waker)
{
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

    if (fd < 0)
        return -errno;
    waker->fd = fd;
    atomic_init(&waker->pending, false);
    return 0;
}

void ouro__waker_close(struct waker *waker)
{
    ouro_assert(waker->fd >= 0);
    close(waker->fd);
    waker->fd = -1;
}

void ouro__waker_wake(struct waker *waker)
{
    if (atomic_exchange(&waker->pending, true))
        return;

    /* A signal handler must leave errno as it was. The write can only fail when the counter is
     * full, after 2^64 - 2 wakes that nobody read, and then the descriptor is readable anyway. */
    int saved_errno = errno;
    const uint64_t one = 1;
    ssize_t ret = write(waker->fd, &one, sizeof(one));

    (void) ret;
    errno = saved_errno;
}

void ouro__waker_drain(struct waker *waker)
{
    uint64_t count;
    ssize_t ret = read(waker->fd, &count, sizeof(count));

    (void) ret; /* nobody else reads, so that it was not empty */
}
