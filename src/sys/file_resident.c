/* Whether the kernel has a piece of a file in memory, and having it fetched. */
#define _GNU_SOURCE 1

#include "sys/file_resident.h"

#include "sys/file_work.h"

#include <errno.h>
#include <fcntl.h>
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
    char data[4096];
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

/* True if this byte could not be read at once: the page is not there, or still on its way. */
static bool must_wait(int file, uint64_t offset)
{
    char byte;
    const struct file_call call = {
        .kind = FILE_READ,
        .fd = file,
        .data = &byte,
        .size = 1,
        .offset = (int64_t) offset,
    };

    return ouro__file_call_try(&call) == -EAGAIN;
}

int ouro__file_make_resident(struct task *task, int file, uint64_t offset, size_t size,
                             const char *operation)
{
    struct fetch work = { .job.run = fetch, .file = file, .offset = offset, .size = size };
    uint64_t last = offset + size - 1;

    /* An attempt to read does not tell alone: it has Linux fetch that page, which may have come
     * before the attempt fails. */
    if (!is_absent(file, last) && !must_wait(file, last))
        return 0;
    return ouro__file_job(task, &work.job, operation) == -ECANCELED ? -ECANCELED : 0;
}
