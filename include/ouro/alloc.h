/* The memory of the library: where its heap blocks come from.
 *
 * A program with an allocator of its own hands it over once, before anything else:
 *
 *     static const ouro_allocator pool = {
 *         .allocate = pool_allocate, .resize = pool_resize, .release = pool_release,
 *         .context = &my_pool,
 *     };
 *     ouro_set_allocator(&pool);
 *
 * The stacks of coroutines and the rings shared with the kernel are mapped pages and do not pass
 * through it.
 */
#ifndef OURO_ALLOC_H
#define OURO_ALLOC_H

#include "ouro/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Three functions with the contracts of malloc, realloc and free. They may be called from any
 * thread that uses the library. `size` is never 0; `block` is never NULL; memory must be aligned
 * for any type; NULL says that there is none, and a failed resize leaves the block as it was. */
typedef struct ouro_allocator {
    void *(*allocate)(size_t size, void *context);
    void *(*resize)(void *block, size_t size, void *context);
    void (*release)(void *block, void *context);
    void *context;
} ouro_allocator;

/* Makes the library take its memory from `allocator`, which is copied; NULL means malloc.
 * Returns: 0; -EINVAL if a function is missing; -EBUSY if the library has allocated already, since
 * a block must go back to where it came from.
 * Threads: any, but only one, before others use the library. */
OURO_API int ouro_set_allocator(const ouro_allocator *allocator);

/* Memory from the same source, for libraries built on this one: a program that hands over its
 * allocator means them too. */

/* Allocates `size` bytes, all zero and aligned for any type; the caller gives them back by
 * ouro_release. Returns: NULL if there is no memory.
 * Threads: any, as the other two. */
OURO_CHECKED OURO_API void *ouro_allocate(size_t size);

/* Makes a block larger or smaller; it may move, and what it has gained is undefined. `block` NULL:
 * allocates one.
 * Returns: NULL if there is no memory, and the block is as it was. */
OURO_CHECKED OURO_API void *ouro_resize(void *block, size_t size);

/* Gives a block back. NULL is allowed. */
OURO_API void ouro_release(void *block);

#ifdef __cplusplus
}
#endif

#endif
