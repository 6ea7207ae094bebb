/* W1 on libuv: libuv has no tasks to switch between, so this is the nearest thing that it has: one
 * empty iteration of the loop with an active idle handle.
 *
 * Usage: w1_yield [iterations]. Prints yield_ns, the time of one iteration.
 *
 * Expected: an idle handle makes the loop poll with timeout 0, one epoll_wait (150 ns), and read
 * the clock once or twice (25 ns each): about 200 ns.
 */
#include "common/bench.h"

#include <uv.h>

static uint64_t iterations;

static void on_idle(uv_idle_t *handle)
{
    if (--iterations == 0)
        uv_idle_stop(handle);
}

int main(int argc, char **argv)
{
    uint64_t count = iterations = bench_argument(argc, argv, 1, 10000000);
    uv_loop_t *loop = uv_default_loop();
    uv_idle_t idle;
    uv_idle_init(loop, &idle);
    uv_idle_start(&idle, on_idle);
    uint64_t start = bench_cpu_ns();
    uv_run(loop, UV_RUN_DEFAULT);
    uint64_t elapsed = bench_cpu_ns() - start;
    printf("yield_ns=%.3f\n", (double) elapsed / (double) count);
    return 0;
}
