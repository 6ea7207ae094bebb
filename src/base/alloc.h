/* The one door to the heap. Only base/alloc.c calls malloc and free.
 *
 * Every caller handles NULL. `ouro__alloc_fail_at` lets tests make the k-th allocation fail.
 */
#ifndef OURO_BASE_ALLOC_H
#define OURO_BASE_ALLOC_H

#include <stddef.h>

/* Returns `size` bytes, aligned for any type, or NULL. */
void *ouro__alloc(size_t size);

/* The same, all zero. */
void *ouro__alloc_zero(size_t size);

/* Resizes a block; on failure returns NULL and leaves `block` as it was. */
void *ouro__alloc_resize(void *block, size_t size);

/* Copies a string; NULL on failure. */
char *ouro__alloc_string(const char *text);

/* Gives a block back. NULL is allowed. */
void ouro__alloc_free(void *block);

/* For tests: the `until`-th allocation from now fails, once; 0 turns this off.
 * Returns what was left of the count set before: 0 if that failure has happened. */
unsigned long ouro__alloc_fail_at(unsigned long until);

/* For tests: blocks allocated and not yet freed, and allocations made so far, resizes included. */
unsigned long ouro__alloc_live(void);
unsigned long ouro__alloc_count(void);

/* For pools that get memory elsewhere (slabs, stacks): true if this allocation must fail, counted
 * like one of the heap. */
int ouro__alloc_fault(void);

#endif
