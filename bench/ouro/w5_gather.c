/* W5 on Ouro: gather and a task group, against the same tasks started and awaited by hand.
 *
 * Usage: w5_gather [tasks at once] [tasks]. Prints hand_ns, gather_ns and group_ns, the time of one
 * task, and gather_ratio and group_ratio, the last two divided by the first.
 *
 * Expected: a task is 35 ns; a hook for its end, and the place in a list, make 5 ns more: 1.15.
 */
#include "ouro/program.h"

OURO_ASYNC(nothing)
{
    return 0;
}

static ouro_task **tasks;
static ouro_awaitable *awaitables;

static int by_hand(uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        tasks[i] = ouro_create_task(nothing_coro());
    }
    for (uint64_t i = 0; i < count; i++) {
        OURO_TRY(ouro_await(tasks[i]));
        ouro_task_unref(tasks[i]);
    }
    return 0;
}

static int by_gather(uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        awaitables[i] = (ouro_awaitable) OURO_AWAITABLE(nothing_coro());
    }
    return ouro_gather_array(awaitables, count);
}

static int by_group(uint64_t count)
{
    int status = 0;
    ouro_with_task_group (group, &status) {
        for (uint64_t i = 0; i < count; i++) {
            ouro_task_group_create_task(&group, nothing_coro());
        }
    }
    return status;
}

/* The time of one task. The first round makes the stacks and is not counted. */
static double measure(int (*round)(uint64_t count), uint64_t count, uint64_t rounds)
{
    bench_succeed(round(count), "round");
    uint64_t start = bench_cpu_ns();
    for (uint64_t i = 0; i < rounds; i++) {
        bench_succeed(round(count), "round");
    }
    return (double) (bench_cpu_ns() - start) / (double) (rounds * count);
}

OURO_ASYNC(program, (uint64_t, count), (uint64_t, rounds))
{
    tasks = malloc(count * sizeof(*tasks));
    awaitables = malloc(count * sizeof(*awaitables));
    if (tasks == NULL || awaitables == NULL) {
        bench_fail("malloc failed");
    }
    double hand = measure(by_hand, count, rounds);
    double gather = measure(by_gather, count, rounds);
    double group = measure(by_group, count, rounds);
    printf("hand_ns=%.3f gather_ns=%.3f group_ns=%.3f gather_ratio=%.3f group_ratio=%.3f\n", hand,
           gather, group, gather / hand, group / hand);
    free(tasks);
    free(awaitables);
    return 0;
}

int main(int argc, char **argv)
{
    uint64_t count = bench_argument(argc, argv, 1, 1000);
    return bench_run(program_coro(count, bench_argument(argc, argv, 2, 3000000) / count));
}
