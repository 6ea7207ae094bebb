/* The one door to the heap: the injected allocator, the counters, and the failure on demand.
 *
 * The counters are relaxed atomics: they order nothing and are only read when the threads that
 * changed them have been joined. Allocation and release touch one counter each, so that a block
 * costs two atomic additions in its life.
 */
#include "base/alloc.h"

#include "ouro/alloc.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static ouro_allocator injected; /* all NULL: malloc */

static atomic_ulong blocks_allocated;
static atomic_ulong blocks_released;
static atomic_ulong blocks_resized;
static atomic_ulong allocations_until_failure; /* 0: none shall fail */

static void count(atomic_ulong *counter)
{
    atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

static unsigned long read_count(atomic_ulong *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

/* Exactly one of several threads takes the step from 1 to 0, and fails. */
__attribute__((noinline, cold)) static int fault_countdown(unsigned long left)
{
    while (left != 0) {
        if (atomic_compare_exchange_weak_explicit(&allocations_until_failure, &left, left - 1,
                                                  memory_order_relaxed, memory_order_relaxed))
            return left == 1;
    }
    return 0;
}

int ouro__alloc_fault(void)
{
    unsigned long left = read_count(&allocations_until_failure);

    return __builtin_expect(left != 0, 0) ? fault_countdown(left) : 0;
}

void *ouro__alloc(size_t size)
{
    if (ouro__alloc_fault())
        return NULL;

    /* An allocator may answer 0 bytes with NULL, which would look like a failure. */
    size_t bytes = size ? size : 1;
    void *block = injected.allocate ? injected.allocate(bytes, injected.context) : malloc(bytes);

    if (block)
        count(&blocks_allocated);
    return block;
}

void *ouro__alloc_zero(size_t size)
{
    if (injected.allocate) {
        void *block = ouro__alloc(size);

        return block ? memset(block, 0, size) : NULL;
    }
    if (ouro__alloc_fault())
        return NULL;

    void *block = calloc(1, size ? size : 1); /* fresh pages are zero already: calloc knows */

    if (block)
        count(&blocks_allocated);
    return block;
}

void *ouro__alloc_resize(void *block, size_t size)
{
    if (!block)
        return ouro__alloc(size);
    if (ouro__alloc_fault())
        return NULL;

    size_t bytes = size ? size : 1;
    void *resized = injected.resize ? injected.resize(block, bytes, injected.context)
                                    : realloc(block, bytes);

    if (resized)
        count(&blocks_resized);
    return resized;
}

char *ouro__alloc_string(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = ouro__alloc(size);

    return copy ? memcpy(copy, text, size) : NULL;
}

void ouro__alloc_free(void *block)
{
    if (!block)
        return;
    count(&blocks_released);
    if (injected.release)
        injected.release(block, injected.context);
    else
        free(block);
}

unsigned long ouro__alloc_fail_at(unsigned long until)
{
    return atomic_exchange_explicit(&allocations_until_failure, until, memory_order_relaxed);
}

unsigned long ouro__alloc_live(void)
{
    return read_count(&blocks_allocated) - read_count(&blocks_released);
}

unsigned long ouro__alloc_count(void)
{
    return read_count(&blocks_allocated) + read_count(&blocks_resized);
}

void *ouro_allocate(size_t size)
{
    return ouro__alloc_zero(size);
}

void *ouro_resize(void *block, size_t size)
{
    return ouro__alloc_resize(block, size);
}

void ouro_release(void *block)
{
    ouro__alloc_free(block);
}

int ouro_set_allocator(const ouro_allocator *allocator)
{
    if (allocator && (!allocator->allocate || !allocator->resize || !allocator->release))
        return -EINVAL;
    if (ouro__alloc_count() != 0)
        return -EBUSY;
    injected = allocator ? *allocator : (ouro_allocator) { .context = NULL };
    return 0;
}
