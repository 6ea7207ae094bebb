/* The table of stack ranges: an array of (base, size), where the low bits of a base hold the class.
 *
 * An entry is taken by a compare-exchange on its base, so that adding needs no lock. The size is
 * written first and is zero in a free entry: a reader who sees a base either sees its size or a
 * range that contains nothing. The array costs no memory until it is used.
 */
#include "coro/registry.h"

#include "base/assert.h"

#include <stdatomic.h>

enum { ENTRY_COUNT = 16384, CLASS_MASK = 63 };

struct entry {
    atomic_uintptr_t base; /* 0: free; the low six bits are the class */
    atomic_uintptr_t size;
};

static struct entry entries[ENTRY_COUNT];
static _Atomic uint32_t entries_used; /* entries at and above this number were never taken */
static _Atomic uint32_t search_from;  /* where the next free entry is likely */

static bool entry_take(uint32_t i, uintptr_t base, uintptr_t size)
{
    uintptr_t free_base = 0;

    if (!atomic_compare_exchange_strong(&entries[i].base, &free_base, base))
        return false;
    atomic_store(&entries[i].size, size);

    uint32_t used = atomic_load(&entries_used);

    while (used <= i && !atomic_compare_exchange_weak(&entries_used, &used, i + 1)) {
    }
    atomic_store(&search_from, i + 1);
    return true;
}

uint32_t ouro__registry_add(uintptr_t base, uintptr_t size, unsigned class_index)
{
    uint32_t start = atomic_load(&search_from);

    ouro_assert((base & CLASS_MASK) == 0 && class_index <= CLASS_MASK);
    for (uint32_t i = 0; i < ENTRY_COUNT; i++) {
        uint32_t entry = (start + i) % ENTRY_COUNT;

        if (atomic_load(&entries[entry].base) == 0 && entry_take(entry, base | class_index, size))
            return entry;
    }
    return REGISTRY_ENTRY_NONE;
}

void ouro__registry_remove(uint32_t entry)
{
    if (entry == REGISTRY_ENTRY_NONE)
        return;
    ouro_assert(entry < ENTRY_COUNT);
    atomic_store(&entries[entry].size, 0);
    atomic_store(&entries[entry].base, 0);
    atomic_store(&search_from, entry);
}

bool ouro__registry_find(uintptr_t address, uintptr_t below, uintptr_t *ret_base,
                         uintptr_t *ret_size, unsigned *ret_class)
{
    uint32_t used = atomic_load(&entries_used);
    uintptr_t nearest = below; /* how far above the address the best range so far begins */
    bool found = false;

    for (uint32_t i = 0; i < used; i++) {
        uintptr_t word = atomic_load(&entries[i].base);
        uintptr_t size = atomic_load(&entries[i].size);
        uintptr_t base = word & ~(uintptr_t) CLASS_MASK;
        bool inside = address >= base && address - base < size;

        if (size == 0 || (!inside && (base <= address || base - address >= nearest)))
            continue;
        *ret_base = base;
        *ret_size = size;
        *ret_class = (unsigned) (word & CLASS_MASK);
        if (inside)
            return true;
        nearest = base - address;
        found = true;
    }
    return found;
}
