/* W5 on Ouro: one task puts numbers into a queue, another gets them; see limit/w5_oneway.c.
 *
 * Usage: w5_oneway CAPACITY [items], from 1. Prints item_ns, the time of one item.
 *
 * Expected: put and get are inlined, and a switch comes for each 128 items: the limit's 3 ns or
 * less.
 */
#include "ouro/program.h"

OURO_QUEUE_TYPE(number_queue, uint64_t);

static number_queue queue;

OURO_ASYNC(produce, (uint64_t, items))
{
    for (uint64_t i = 0; i < items; i++) {
        OURO_TRY(number_queue_put(&queue, i));
    }
    return 0;
}

OURO_ASYNC(consume, (uint64_t, items), (uint64_t *, sum))
{
    for (uint64_t i = 0; i < items; i++) {
        uint64_t number;
        OURO_TRY(number_queue_get(&queue, &number));
        *sum += number;
    }
    return 0;
}

OURO_ASYNC(program, (uint64_t, capacity), (uint64_t, items))
{
    uint64_t sum = 0;
    OURO_TRY(number_queue_init(&queue, (ptrdiff_t) capacity));
    ouro_task *first = ouro_create_task(produce_coro(items));
    ouro_task *second = ouro_create_task(consume_coro(items, &sum));
    uint64_t start = bench_cpu_ns();
    OURO_TRY(ouro_await(first));
    OURO_TRY(ouro_await(second));
    uint64_t elapsed = bench_cpu_ns() - start;
    ouro_task_unref(first);
    ouro_task_unref(second);
    number_queue_done(&queue);
    if (sum != items * (items - 1) / 2) {
        bench_fail("items were lost or doubled");
    }
    printf("item_ns=%.3f\n", (double) elapsed / (double) items);
    return 0;
}

int main(int argc, char **argv)
{
    uint64_t capacity = bench_argument(argc, argv, 1, 128);
    return bench_run(program_coro(capacity, bench_argument(argc, argv, 2, 10000000)));
}
