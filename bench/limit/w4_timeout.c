/* W4: arm a timeout and cancel it.
 *
 * Usage: w4_timeout OTHERS [steps]. With OTHERS 0, a step arms one timer of 1 to 1000 ms and
 * cancels it. Otherwise OTHERS timers are armed, and a step cancels the oldest and arms it anew.
 * Prints timeout_ns, the time of one step.
 *
 * The limit is a hashed wheel of doubly linked lists, one slot a millisecond, with a cached time.
 *
 * Expected: the next random number 1 ns, unlink and link 4 stores each: 2 to 3 ns alone. Among
 * 10,000 the neighbours are 16 B records in 160 KB plus 16 KB of slots: the second-level cache
 * hides most of it behind independent steps, 3 to 6 ns.
 */
#include "common/bench.h"

#define SLOTS 1024u

typedef struct timer {
    struct timer *next;
    struct timer *previous;
} timer;

static timer slots[SLOTS];

static inline void arm(timer *item, uint32_t delay_ms)
{
    timer *slot = &slots[delay_ms % SLOTS];
    item->next = slot;
    item->previous = slot->previous;
    slot->previous->next = item;
    slot->previous = item;
}

static inline void cancel(timer *item)
{
    item->previous->next = item->next;
    item->next->previous = item->previous;
}

int main(int argc, char **argv)
{
    uint64_t others = bench_argument(argc, argv, 1, 0);
    uint64_t steps = bench_argument(argc, argv, 2, 10000000);
    for (size_t i = 0; i < SLOTS; i++)
        slots[i] = (timer) { &slots[i], &slots[i] };
    timer *timers = malloc((others + 1) * sizeof *timers);
    if (timers == NULL)
        bench_fail("malloc failed");
    uint64_t random = 1;
    for (uint64_t i = 0; i < others; i++)
        arm(&timers[i], bench_next_timeout_ms(&random));

    uint64_t start = bench_cpu_ns();
    if (others == 0) {
        for (uint64_t i = 0; i < steps; i++) {
            arm(&timers[0], bench_next_timeout_ms(&random));
            __asm__ volatile("" : : : "memory"); /* or the compiler drops both */
            cancel(&timers[0]);
        }
    } else {
        uint64_t oldest = 0;
        for (uint64_t i = 0; i < steps; i++) {
            cancel(&timers[oldest]);
            arm(&timers[oldest], bench_next_timeout_ms(&random));
            oldest = oldest + 1 == others ? 0 : oldest + 1;
        }
    }
    uint64_t elapsed = bench_cpu_ns() - start;

    printf("timeout_ns=%.3f\n", (double) elapsed / (double) steps);
    free(timers);
    return 0;
}
