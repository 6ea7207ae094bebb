/* W3 on libuv: a timer of one hour in memory of its own. It is no task: no stack, no result.
 *
 * Usage: w3_memory [timers]. Prints rss_bytes and pte_bytes for each timer.
 *
 * Expected: sizeof(uv_timer_t) is 152 B, with malloc's header 160 B.
 */
#include "common/bench.h"

#include <uv.h>

static void on_timer(uv_timer_t *timer)
{
    (void) timer;
}

int main(int argc, char **argv)
{
    uint64_t count = bench_argument(argc, argv, 1, 100000);
    uv_loop_t *loop = uv_default_loop();
    uint64_t rss = bench_status_bytes("VmRSS");
    uint64_t tables = bench_status_bytes("VmPTE");
    for (uint64_t i = 0; i < count; i++) {
        uv_timer_t *timer = malloc(sizeof *timer);
        if (timer == NULL)
            bench_fail("malloc failed");
        uv_timer_init(loop, timer);
        uv_timer_start(timer, on_timer, 3600 * 1000, 0);
    }
    uv_run(loop, UV_RUN_NOWAIT);
    rss = bench_status_bytes("VmRSS") - rss;
    tables = bench_status_bytes("VmPTE") - tables;
    printf("rss_bytes=%.1f pte_bytes=%.2f\n", (double) rss / (double) count,
           (double) tables / (double) count);
    return 0;
}
