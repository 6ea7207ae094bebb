/* W5: two tasks send a number to and fro over two channels.
 *
 * Usage: w5_pingpong CAPACITY [round trips]. CAPACITY is 0 (the sender waits for the receiver) to
 * 128. Prints item_ns, half of the time of a round trip.
 *
 * Expected: for each item a switch of 3 ns, a wake and a copy, all without a call: 6 ns.
 */
#include "limit/channel.h"

static limit_channel there;
static limit_channel back;
static uint64_t trips;

static void answer(void *arg)
{
    (void) arg;
    for (uint64_t i = 0; i < trips; i++)
        limit_send(&back, limit_receive(&there) + 1);
}

static void ask(void *arg)
{
    uint64_t *number = arg;
    for (uint64_t i = 0; i < trips; i++) {
        limit_send(&there, *number);
        *number = limit_receive(&back);
    }
}

int main(int argc, char **argv)
{
    there.capacity = back.capacity = bench_argument(argc, argv, 1, 0);
    trips = bench_argument(argc, argv, 2, 5000000);
    uint64_t number = 0;
    limit_task *first = limit_spawn(answer, NULL);
    limit_task *second = limit_spawn(ask, &number);
    uint64_t start = bench_cpu_ns();
    limit_join(first);
    limit_join(second);
    uint64_t elapsed = bench_cpu_ns() - start;
    if (number != trips)
        bench_fail("items were lost");
    printf("item_ns=%.3f\n", (double) elapsed / (2.0 * (double) trips));
    return 0;
}
