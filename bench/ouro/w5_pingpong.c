/* W5 on Ouro: two tasks send a number to and fro, over queues, or with CAPACITY 0 over channels;
 * see limit/w5_pingpong.c.
 *
 * Usage: w5_pingpong CAPACITY [round trips]. Prints item_ns, half of the time of a round trip.
 *
 * Expected: the limit's 8 to 11 ns; a wait that can be cancelled, lists of those who wait, the
 * second look of who was woken: 15 to 20 ns.
 */
#include "ouro/program.h"

OURO_QUEUE_TYPE(number_queue, uint64_t);
OURO_CHANNEL_TYPE(number_channel, uint64_t);

static number_queue there;
static number_queue back;
static number_channel forth;
static number_channel home;

OURO_ASYNC(answer_queue, (uint64_t, trips))
{
    for (uint64_t i = 0; i < trips; i++) {
        uint64_t number;
        OURO_TRY(number_queue_get(&there, &number));
        OURO_TRY(number_queue_put(&back, number + 1));
    }
    return 0;
}

OURO_ASYNC(ask_queue, (uint64_t, trips), (uint64_t *, number))
{
    for (uint64_t i = 0; i < trips; i++) {
        OURO_TRY(number_queue_put(&there, *number));
        OURO_TRY(number_queue_get(&back, number));
    }
    return 0;
}

OURO_ASYNC(answer_channel, (uint64_t, trips))
{
    for (uint64_t i = 0; i < trips; i++) {
        uint64_t number;
        OURO_TRY(number_channel_receive(&forth, &number));
        OURO_TRY(number_channel_send(&home, number + 1));
    }
    return 0;
}

OURO_ASYNC(ask_channel, (uint64_t, trips), (uint64_t *, number))
{
    for (uint64_t i = 0; i < trips; i++) {
        OURO_TRY(number_channel_send(&forth, *number));
        OURO_TRY(number_channel_receive(&home, number));
    }
    return 0;
}

OURO_ASYNC(program, (uint64_t, capacity), (uint64_t, trips))
{
    uint64_t number = 0;
    OURO_TRY(number_queue_init(&there, (ptrdiff_t) capacity));
    OURO_TRY(number_queue_init(&back, (ptrdiff_t) capacity));
    ouro_task *first = ouro_create_task(capacity > 0 ? answer_queue_coro(trips)
                                                     : answer_channel_coro(trips));
    ouro_task *second = ouro_create_task(capacity > 0 ? ask_queue_coro(trips, &number)
                                                      : ask_channel_coro(trips, &number));
    uint64_t start = bench_cpu_ns();
    OURO_TRY(ouro_await(first));
    OURO_TRY(ouro_await(second));
    uint64_t elapsed = bench_cpu_ns() - start;
    ouro_task_unref(first);
    ouro_task_unref(second);
    number_queue_done(&there);
    number_queue_done(&back);
    if (number != trips) {
        bench_fail("items were lost");
    }
    printf("item_ns=%.3f\n", (double) elapsed / (2.0 * (double) trips));
    return 0;
}

int main(int argc, char **argv)
{
    uint64_t capacity = bench_argument(argc, argv, 1, 0);
    return bench_run(program_coro(capacity, bench_argument(argc, argv, 2, 5000000)));
}
