/* A piece of a file that is to be in memory before the thread of a loop touches it. */
#ifndef OURO_SYS_FILE_RESIDENT_H
#define OURO_SYS_FILE_RESIDENT_H

#include <stddef.h>
#include <stdint.h>

struct task;

/* Fetches so many bytes of a file, at least one, from its disk, in a thread, unless they are in
 * memory; `file` is borrowed. Whether they are is seen by the last of them: a file is read ahead in
 * one direction. Where no thread is to be had nothing is fetched, and the loop has to wait.
 * Returns 0 or -ECANCELED.   Suspends: if they are not in memory.
 * Costs 2 system calls if they are; 5 on a file system that has no reads that do not wait. */
int ouro__file_make_resident(struct task *task, int file, uint64_t offset, size_t size,
                             const char *operation);

#endif
