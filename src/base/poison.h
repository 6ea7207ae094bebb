/* Tells AddressSanitizer which bytes of a pool nobody may touch now. Nothing in other builds. */
#ifndef OURO_BASE_POISON_H
#define OURO_BASE_POISON_H

#include <stddef.h>

#if defined(__SANITIZE_ADDRESS__)
#define MEMORY_IS_CHECKED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MEMORY_IS_CHECKED 1
#endif
#endif

#ifdef MEMORY_IS_CHECKED

#include <sanitizer/asan_interface.h>

static inline void memory_poison(void *memory, size_t size)
{
    __asan_poison_memory_region(memory, size);
}

static inline void memory_unpoison(void *memory, size_t size)
{
    __asan_unpoison_memory_region(memory, size);
}

#else

static inline void memory_poison(void *memory, size_t size)
{
    (void) memory;
    (void) size;
}

static inline void memory_unpoison(void *memory, size_t size)
{
    (void) memory;
    (void) size;
}

#endif

#endif
