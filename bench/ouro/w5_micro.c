/* W5 on Ouro: what coordination costs where nobody has to wait.
 *
 * Usage: w5_micro [steps]. Prints the time of one lock_ns (acquire and release), event_ns (a wait
 * for an event that is set), queue_ns (a put and a get) and timeout_ns (a block with a timeout that
 * never fires, around a put and get).
 *
 * Expected: a few instructions each behind one call or none: 1 to 3 ns; the timeout's conversion of
 * seconds and its timer make 5 to 10 ns.
 */
#include "ouro/program.h"

OURO_QUEUE_TYPE(number_queue, uint64_t);

static ouro_lock lock;
static ouro_event event;
static number_queue queue;

static double per_step(uint64_t start, uint64_t steps)
{
    return (double) (bench_cpu_ns() - start) / (double) steps;
}

OURO_ASYNC(measure_lock, (uint64_t, steps))
{
    uint64_t start = bench_cpu_ns();
    for (uint64_t i = 0; i < steps; i++) {
        OURO_TRY(ouro_lock_acquire(&lock));
        OURO_TRY(ouro_lock_release(&lock));
    }
    printf("lock_ns=%.3f ", per_step(start, steps));
    return 0;
}

OURO_ASYNC(measure_event, (uint64_t, steps))
{
    ouro_event_set(&event);
    uint64_t start = bench_cpu_ns();
    for (uint64_t i = 0; i < steps; i++) {
        OURO_TRY(ouro_event_wait(&event));
    }
    printf("event_ns=%.3f ", per_step(start, steps));
    return 0;
}

OURO_ASYNC(measure_queue, (uint64_t, steps))
{
    uint64_t number;
    OURO_TRY(number_queue_put(&queue, 1));
    uint64_t start = bench_cpu_ns();
    for (uint64_t i = 0; i < steps; i++) {
        OURO_TRY(number_queue_put(&queue, i));
        OURO_TRY(number_queue_get(&queue, &number));
    }
    printf("queue_ns=%.3f ", per_step(start, steps));
    return 0;
}

OURO_ASYNC(measure_timeout, (uint64_t, steps))
{
    uint64_t number;
    uint64_t start = bench_cpu_ns();
    for (uint64_t i = 0; i < steps; i++) {
        int status = 0;
        ouro_with_timeout (&status, 5.0) {
            status = number_queue_put(&queue, i);
            if (status == 0) {
                status = number_queue_get(&queue, &number);
            }
        }
        OURO_TRY(status);
    }
    printf("timeout_ns=%.3f\n", per_step(start, steps));
    return 0;
}

OURO_ASYNC(program, (uint64_t, steps))
{
    OURO_TRY(measure_lock(steps));
    OURO_TRY(measure_event(steps));
    OURO_TRY(measure_queue(steps));
    OURO_TRY(measure_timeout(steps));
    number_queue_done(&queue);
    return 0;
}

int main(int argc, char **argv)
{
    return bench_run(program_coro(bench_argument(argc, argv, 1, 10000000)));
}
