/* The system calls on memory that stacks need, and what this kernel can do.
 *
 * A light guard (MADV_GUARD_INSTALL, Linux 6.13) marks page table entries and leaves the mapping
 * whole; a guard by mprotect splits it, and a process may have only vm.max_map_count mappings.
 */
#ifndef OURO_CORO_MEMORY_H
#define OURO_CORO_MEMORY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

/* The headers of the C library may be older than the kernel. */
enum { MEMORY_GUARD_INSTALL = 102 };

/* How many ranges one call of ouro__memory_advise may take. */
enum { MEMORY_RANGES_MAX = 64 };

/* The size of a page. */
size_t ouro__page_bytes(void);

/* Maps `bytes` of zeroed memory that reserves nothing and never becomes huge pages.
 * Returns: NULL when the system refuses. */
void *ouro__memory_map(size_t bytes);

/* Unmaps it. */
void ouro__memory_unmap(void *base, size_t bytes);

/* Gives one advice to several ranges, in one system call where the kernel can. At most
 * MEMORY_RANGES_MAX ranges.
 * Returns: how many ranges, counted from the first, were done before an error, if any. */
uint32_t ouro__memory_advise(const struct iovec *ranges, uint32_t count, int advice);

/* True if light guards work here; the first call finds out. */
bool ouro__memory_has_light_guards(void);

/* 60 % of vm.max_map_count. */
uint32_t ouro__memory_vma_limit(void);

/* Mappings that guards by mprotect have cost this process so far. */
extern _Atomic uint32_t ouro__memory_vma_count;

#endif
