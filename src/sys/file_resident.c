/* Whether the kernel has a piece of a file in memory, and having it fetched. */
#define _GNU_SOURCE 1

#include "sys/file_resident.h"

#include "sys/file_work.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Since Linux 6.5, with this number on every architecture but alpha; older headers lack it. */
#ifndef SYS_cachestat
#define SYS_cachestat 451
#endif

struct fetch {
    struct file_job job;
    int file;
    uint64_t offset;
    size_t size;
};

static void fetch(struct file_job *job)
{
    struct fetch *self = container_of(job, struct fetch, job);
    char data[65536];
    size_t done = 0;
    ssize_t count = 1;

    (void) posix_fadvise(self->file, (off_t) self->offset, (off_t) self->size, POSIX_FADV_WILLNEED);
    for (; done < self->size && count > 0; done += (size_t) count)
        count = pread(self->file, data, sizeof data, (off_t) (self->offset + done));
}

/* True if the kernel knows that the page with this byte is not in memory. */
static bool is_absent(int file, uint64_t offset)
{
    struct {
        uint64_t offset, size;
    } range = { offset, 1 };
    struct {
        uint64_t present, dirty, being_written, evicted, evicted_lately;
    } pages;

    return syscall(SYS_cachestat, file, &range, &pages, 0u) == 0 && pages.present == 0;
}

/* The same by a look at the page tables: for file systems whose files have their pages in another
 * one's (overlayfs). A file that cannot be mapped has no pages to be fetched. */
static bool is_unmapped(int file, uint64_t offset)
{
    uint64_t page = (uint64_t) sysconf(_SC_PAGESIZE);
    void *bytes = mmap(NULL, 1, PROT_READ, MAP_SHARED, file, (off_t) (offset / page * page));
    unsigned char state = 0;
    int status;

    if (bytes == MAP_FAILED)
        return false;
    status = mincore(bytes, 1, &state);
    (void) munmap(bytes, 1);
    return status == 0 && !(state & 1);
}

/* Reads a byte, if that need not wait. Returns 1, 0 at the end of the file, or -errno. */
static int try_byte(int file, uint64_t offset)
{
    char byte;
    const struct file_call call = {
        .kind = FILE_READ,
        .fd = file,
        .data = &byte,
        .size = 1,
        .offset = (int64_t) offset,
    };

    return ouro__file_call_try(&call);
}

/* True if the page with this byte is not in memory, or on its way.
 *
 * An attempt to read it does not tell alone: it has Linux fetch that page, which may have come
 * before the attempt fails, and alone. Then it was absent before and is not after. Some file
 * systems do not know such attempts. */
static bool is_on_disk(int file, uint64_t offset)
{
    bool was_absent = is_absent(file, offset);
    int status = try_byte(file, offset);

    if (status == -EOPNOTSUPP)
        return was_absent && is_unmapped(file, offset);
    return status == -EAGAIN || (was_absent && !is_absent(file, offset));
}

int ouro__file_make_resident(struct task *task, int file, uint64_t offset, size_t size,
                             const char *operation)
{
    struct fetch work = { .job.run = fetch, .file = file, .offset = offset, .size = size };

    if (!is_on_disk(file, offset + size - 1))
        return 0;
    return ouro__file_job(task, &work.job, operation) == -ECANCELED ? -ECANCELED : 0;
}
