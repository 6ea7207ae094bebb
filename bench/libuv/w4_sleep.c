/* W4 on libuv: one timer for each sleeper, in memory of its own.
 *
 * Usage: w4_sleep [sleepers]. Prints wall_ms and cpu_ms, from the first start to the last wake.
 *
 * Expected for 1,000,000: a binary heap linked by pointers, 20 levels deep, most of which miss the
 * cache: 1 to 2 us for each removal, 2 s of CPU.
 */
#include "common/bench.h"

#include <uv.h>

static uint64_t woken;

static void on_close(uv_handle_t *handle)
{
    free(handle);
}

static void on_timer(uv_timer_t *timer)
{
    woken++;
    uv_close((uv_handle_t *) timer, on_close);
}

int main(int argc, char **argv)
{
    uint64_t sleepers = bench_argument(argc, argv, 1, 1000000);
    uv_loop_t *loop = uv_default_loop();
    uint64_t wall = bench_wall_ns();
    uint64_t cpu = bench_cpu_ns();
    for (uint64_t i = 0; i < sleepers; i++) {
        uv_timer_t *timer = malloc(sizeof *timer);
        if (timer == NULL)
            bench_fail("malloc failed");
        uv_timer_init(loop, timer);
        uv_timer_start(timer, on_timer, bench_sleep_ms(i), 0);
    }
    uv_run(loop, UV_RUN_DEFAULT);
    wall = bench_wall_ns() - wall;
    cpu = bench_cpu_ns() - cpu;
    if (woken != sleepers)
        bench_fail("only %" PRIu64 " woke", woken);
    printf("wall_ms=%.1f cpu_ms=%.1f\n", (double) wall / 1e6, (double) cpu / 1e6);
    return 0;
}
