/* The descriptor for a host that has a loop of its own and waits itself.
 *
 * The ring's own descriptor will not do: with deferred work the kernel wakes nobody who polls it,
 * as there is no completion before the ring is entered. What it does in that case is to signal an
 * eventfd that was registered for it. That eventfd is what the host gets, made on demand.
 *
 *     the kernel has work for us   -> writes the eventfd
 *     wake                         -> writes the eventfd
 *     end of wait, end of dispatch -> reads it, and writes it if there is something left to do
 *
 * The read may swallow a write of the other two. It does no harm: each of them leaves a mark first
 * (the ring's flag, the waker's), and the marks are looked at after the read. The kernel may also
 * write late, when the work has been done: then the next wait finds nothing and reads.
 */
#include "io/uring.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

static void signal_watch(int fd)
{
    int saved_errno = errno;
    const uint64_t one = 1;
    ssize_t ret = write(fd, &one, sizeof(one)); /* fails only when it is readable anyway */

    (void) ret;
    errno = saved_errno;
}

void ouro__uring_watch_wake(struct uring *uring)
{
    int fd = atomic_load(&uring->watch_fd);

    if (fd >= 0)
        signal_watch(fd);
}

void ouro__uring_watch_update(struct uring *uring)
{
    int fd = atomic_load_explicit(&uring->watch_fd, memory_order_relaxed);
    uint64_t count;
    ssize_t ret = read(fd, &count, sizeof(count)); /* fails when nobody has written */

    (void) ret;
    if (ouro__uring_has_work(uring))
        signal_watch(fd);
}

int ouro__uring_descriptor(struct backend *backend)
{
    struct uring *uring = uring_of(backend);
    int fd = atomic_load_explicit(&uring->watch_fd, memory_order_relaxed);

    if (fd >= 0)
        return fd;
    if (!ouro__uring_is_own_process(uring))
        return -EXDEV;
    fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fd < 0)
        return -errno;

    int status = ouro__ring_register(&uring->ring, URING_REGISTER_EVENTFD, &fd, 1);

    if (status < 0) {
        close(fd);
        return status;
    }
    /* A wake that comes before this store is seen by the update, one that comes after it writes. */
    atomic_store(&uring->watch_fd, fd);
    ouro__uring_watch_update(uring);
    return fd;
}

void ouro__uring_watch_close(struct uring *uring)
{
    int fd = atomic_load_explicit(&uring->watch_fd, memory_order_relaxed);

    if (fd >= 0)
        close(fd);
}
