/* A histogram of latencies with 64 steps to each power of two: 1.6 % resolution, no allocation. */
#ifndef OURO_BENCH_HISTOGRAM_H
#define OURO_BENCH_HISTOGRAM_H

#include "common/bench.h"

#define HISTOGRAM_STEP_BITS 6
#define HISTOGRAM_STEPS (1u << HISTOGRAM_STEP_BITS)
#define HISTOGRAM_BUCKETS (64u * HISTOGRAM_STEPS)

typedef struct latency_histogram {
    uint64_t total;
    uint32_t counts[HISTOGRAM_BUCKETS];
} latency_histogram;

static inline void histogram_add(latency_histogram *histogram, uint64_t value)
{
    uint32_t bucket = (uint32_t) value;
    if (value >= HISTOGRAM_STEPS) {
        uint32_t shift = 63u - (uint32_t) __builtin_clzll(value) - HISTOGRAM_STEP_BITS;
        bucket = (shift + 1) * HISTOGRAM_STEPS + (uint32_t) (value >> shift) - HISTOGRAM_STEPS;
    }
    histogram->counts[bucket]++;
    histogram->total++;
}

/* The lowest value of the bucket that the share `share` (0 to 1) of the values reaches. */
static inline uint64_t histogram_quantile(const latency_histogram *histogram, double share)
{
    uint64_t wanted = (uint64_t) (share * (double) histogram->total);
    uint64_t seen = 0;
    for (uint32_t bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
        seen += histogram->counts[bucket];
        if (seen > wanted) {
            uint32_t shift = bucket / HISTOGRAM_STEPS;
            if (shift == 0)
                return bucket;
            return (uint64_t) (bucket % HISTOGRAM_STEPS + HISTOGRAM_STEPS) << (shift - 1);
        }
    }
    return 0;
}

#endif
