/* The system calls on memory: mapping, advice to many ranges at once, and what the kernel can do.
 */
#include "coro/memory.h"

#include "base/assert.h"
#include "coro/sanitize.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    NUMBER_PROCESS_MADVISE = 440, /* the same on every architecture */
    PIDFD_OF_SELF = -10000,       /* Linux 6.14; an older kernel answers EBADF */
};

_Static_assert(MEMORY_RANGES_MAX <= 1024, "the kernel takes at most 1024 ranges");

enum { UNKNOWN, YES, NO };

static atomic_int light_guards;
static atomic_int vectored_advice;
static _Atomic uint32_t vma_limit;

_Atomic uint32_t ouro__memory_vma_count;

size_t ouro__page_bytes(void)
{
    static atomic_size_t page_bytes;
    size_t bytes = atomic_load_explicit(&page_bytes, memory_order_relaxed);

    if (bytes == 0) {
        bytes = (size_t) sysconf(_SC_PAGESIZE);
        atomic_store_explicit(&page_bytes, bytes, memory_order_relaxed);
    }
    return bytes;
}

void *ouro__memory_map(size_t bytes)
{
    void *base = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);

    if (base == MAP_FAILED)
        return NULL;

    /* One touched word must not make 2 MiB resident. A kernel without huge pages refuses, rightly.
     */
    (void) madvise(base, bytes, MADV_NOHUGEPAGE);
    return base;
}

void ouro__memory_unmap(void *base, size_t bytes)
{
    /* Unmapping can fail only when it would split a mapping beyond the limit; then the memory at
     * least goes, and the address space is lost. */
    if (munmap(base, bytes) != 0)
        (void) madvise(base, bytes, MADV_DONTNEED);
}

/* Returns the number of whole ranges done, or -1 when this kernel has no such call. */
static int advise_vectored(const struct iovec *ranges, uint32_t count, int advice)
{
    if (atomic_load_explicit(&vectored_advice, memory_order_relaxed) == NO)
        return -1;

    /* Valgrind does not know the call and complains about it on the terminal. */
    if (valgrind_is_running()) {
        atomic_store_explicit(&vectored_advice, NO, memory_order_relaxed);
        return -1;
    }

    long bytes = syscall(NUMBER_PROCESS_MADVISE, (long) PIDFD_OF_SELF, ranges,
                         (unsigned long) count, (long) advice, 0UL);

    if (bytes < 0) {
        if (errno == ENOSYS || errno == EBADF || errno == EPERM)
            atomic_store_explicit(&vectored_advice, NO, memory_order_relaxed);
        return -1;
    }

    uint32_t done = 0;

    while (done < count && (size_t) bytes >= ranges[done].iov_len)
        bytes -= (long) ranges[done++].iov_len;
    return (int) done;
}

uint32_t ouro__memory_advise(const struct iovec *ranges, uint32_t count, int advice)
{
    uint32_t done = 0;

    ouro_assert(count <= MEMORY_RANGES_MAX);
    if (count > 1) {
        int vectored = advise_vectored(ranges, count, advice);

        done = vectored < 0 ? 0 : (uint32_t) vectored;
    }

    /* What the vectored call left: all, or the range on which it stopped and those after it. */
    while (done < count && madvise(ranges[done].iov_base, ranges[done].iov_len, advice) == 0)
        done++;
    return done;
}

/* Emulators accept advice they do not know, so the guard is tried: a system call that reads a path
 * from a guarded page must fail with EFAULT. Valgrind reads the path itself, and dies of it. */
static bool light_guards_work(void)
{
    size_t bytes = ouro__page_bytes();
    char *page = valgrind_is_running() ? NULL : ouro__memory_map(bytes);

    if (!page)
        return false;

    bool works = madvise(page, bytes, MEMORY_GUARD_INSTALL) == 0 && access(page, F_OK) == -1 &&
                 errno == EFAULT;

    ouro__memory_unmap(page, bytes);
    return works;
}

bool ouro__memory_has_light_guards(void)
{
    int known = atomic_load_explicit(&light_guards, memory_order_relaxed);

    if (known == UNKNOWN) {
        known = light_guards_work() ? YES : NO;
        atomic_store_explicit(&light_guards, known, memory_order_relaxed);
    }
    return known == YES;
}

static uint32_t read_max_map_count(void)
{
    char text[32];
    int fd = open("/proc/sys/vm/max_map_count", O_RDONLY | O_CLOEXEC);
    ssize_t len = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

    if (fd >= 0)
        close(fd);
    if (len <= 0)
        return 65530; /* the kernel's default */
    text[len] = '\0';

    unsigned long count = strtoul(text, NULL, 10);

    return count == 0 || count > UINT32_MAX ? UINT32_MAX : (uint32_t) count;
}

uint32_t ouro__memory_vma_limit(void)
{
    uint32_t limit = atomic_load_explicit(&vma_limit, memory_order_relaxed);

    if (limit == 0) {
        limit = (uint32_t) ((uint64_t) read_max_map_count() * 60 / 100);
        limit = limit ? limit : 1;
        atomic_store_explicit(&vma_limit, limit, memory_order_relaxed);
    }
    return limit;
}
