/* Walking stacks: where each architecture keeps a frame's return address and the caller's frame
 * pointer, and where a switch has left both. */
#include "coro/walk.h"

#include <errno.h>

/* Frames may lie anywhere between the redzones of others. */
#define WALKS_FREELY                                                                               \
    __attribute__((noinline, no_sanitize("address"), no_sanitize("thread"),                        \
                   no_sanitize("undefined")))

#if defined(OURO_PORTABLE_SWITCH)
#define HAS_LAYOUT 0
#else
#define HAS_LAYOUT 1
#endif

/* Words from where the frame pointer points to the caller's frame pointer; the return address is
 * the word above that. */
#if defined(__riscv)
#define FRAME_WORDS_BACK 2
#else
#define FRAME_WORDS_BACK 0
#endif

/* In which words of a record at a saved `sp` the place and the frame pointer are. */
#if defined(__aarch64__)
enum { RECORD_PLACE = 1, RECORD_FRAME = 0 };
#else
enum { RECORD_PLACE = 0, RECORD_FRAME = 1 };
#endif

/* Follows the chain of frames from `frame` on. */
WALKS_FREELY static size_t follow(uintptr_t frame, uintptr_t low, uintptr_t high,
                                  const void **ret_places, size_t capacity)
{
    size_t count = 0;

    while (count < capacity && frame % sizeof(void *) == 0 &&
           frame >= low + FRAME_WORDS_BACK * sizeof(void *) && frame < high) {
        const uintptr_t *words = (const uintptr_t *) frame - FRAME_WORDS_BACK;

        if ((uintptr_t) (words + 2) > high || words[1] == 0)
            break;
        ret_places[count++] = (const void *) words[1];
        if (words[0] <= frame)
            break;
        frame = words[0];
    }
    return count;
}

WALKS_FREELY int ouro__walk_parked(const struct coro *coro, const struct stack *stack,
                                   const void **ret_places, size_t capacity)
{
    uintptr_t low = (uintptr_t) stack_bottom(stack);
    uintptr_t high = (uintptr_t) stack;
    uintptr_t record = (uintptr_t) coro->sp;
    const uintptr_t *words = (const uintptr_t *) record;

    if (!HAS_LAYOUT)
        return -ENOTSUP;
    if (capacity == 0 || record < low || record > high - 3 * sizeof(void *))
        return 0;
    ret_places[0] = (const void *) words[RECORD_PLACE];
    return 1 + (int) follow(words[RECORD_FRAME], low, high, ret_places + 1, capacity - 1);
}

WALKS_FREELY int ouro__walk_running(const void *low, const void *high, const void **ret_places,
                                    size_t capacity)
{
    if (!HAS_LAYOUT)
        return -ENOTSUP;
    return (int) follow((uintptr_t) __builtin_frame_address(0), (uintptr_t) low, (uintptr_t) high,
                        ret_places, capacity);
}
