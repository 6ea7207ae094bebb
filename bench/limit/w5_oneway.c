/* W5: one task sends numbers, another receives them.
 *
 * Usage: w5_oneway CAPACITY [items], 0 to 128. Prints item_ns, the time of one item.
 *
 * Expected: with 128 a switch for each 64 items or more, so two calls and two copies: 3 ns.
 */
#include "limit/channel.h"

static limit_channel channel;
static uint64_t items;

static void produce(void *arg)
{
    (void) arg;
    for (uint64_t i = 0; i < items; i++)
        limit_send(&channel, i);
}

static void consume(void *arg)
{
    uint64_t *sum = arg;
    for (uint64_t i = 0; i < items; i++)
        *sum += limit_receive(&channel);
}

int main(int argc, char **argv)
{
    channel.capacity = bench_argument(argc, argv, 1, 128);
    items = bench_argument(argc, argv, 2, 10000000);
    uint64_t sum = 0;
    limit_task *first = limit_spawn(produce, NULL);
    limit_task *second = limit_spawn(consume, &sum);
    uint64_t start = bench_cpu_ns();
    limit_join(first);
    limit_join(second);
    uint64_t elapsed = bench_cpu_ns() - start;
    if (sum != items * (items - 1) / 2)
        bench_fail("items were lost or doubled");
    printf("item_ns=%.3f\n", (double) elapsed / (double) items);
    return 0;
}
