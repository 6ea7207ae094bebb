/* A table of the address ranges that hold stacks, readable in a signal handler.
 *
 * The handler of a stack overflow has a fault address and no context: it may run in any thread, at
 * any moment, while other threads map and unmap. So the table is a static array of atomic words,
 * with no pointers to follow and nothing on the hot path of a switch.
 */
#ifndef OURO_CORO_REGISTRY_H
#define OURO_CORO_REGISTRY_H

#include <stdbool.h>
#include <stdint.h>

#define REGISTRY_ENTRY_NONE UINT32_MAX

/* Adds the range of a slab of stacks. `base` is page-aligned and `class_index` below 64.
 * Returns: the number of the entry, or REGISTRY_ENTRY_NONE when the table is full: stacks in such a
 * range work, but their overflow goes unexplained. Threads: any. */
uint32_t ouro__registry_add(uintptr_t base, uintptr_t size, unsigned class_index);

/* Removes an entry; REGISTRY_ENTRY_NONE is allowed. Threads: any. */
void ouro__registry_remove(uint32_t entry);

/* Finds the range around an address, or the one that begins less than `below` bytes above it.
 * Async-signal-safe. Threads: any. */
bool ouro__registry_find(uintptr_t address, uintptr_t below, uintptr_t *ret_base,
                         uintptr_t *ret_size, unsigned *ret_class);

#endif
