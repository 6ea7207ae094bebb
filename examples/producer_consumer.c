/* A producer and two consumers: the queue is shut down when nothing more will come.
 *
 * The queue holds two numbers, so the producer waits for the consumers. After the shutdown they get
 * what is left, and then OURO_ESHUTDOWN.
 *
 * The Python original stands beside it: producer_consumer.py. Build and run:
 *     cc producer_consumer.c -o producer_consumer $(pkg-config --cflags --libs ouro)
 *     ./producer_consumer
 */
#include <ouro.h>

#include <stdio.h>

OURO_QUEUE_TYPE(number_queue, int);

OURO_ASYNC(produce, (number_queue *, queue))
{
    for (int number = 1; number < 7; number++) {
        OURO_TRY(number_queue_put(queue, number));
        printf("produced %d, %zu wait\n", number, ouro_queue_qsize(&queue->queue));
        OURO_TRY(ouro_sleep(0.1));
    }
    ouro_queue_shutdown(&queue->queue, false);
    printf("that was all\n");
    return 0;
}

OURO_ASYNC(consume, (const char *, name), (number_queue *, queue))
{
    for (;;) {
        int number;
        int status = number_queue_get(queue, &number);
        if (status == OURO_ESHUTDOWN) {
            printf("%s: the queue is empty for good\n", name);
            return 0;
        }
        OURO_TRY(status);
        printf("%s: %d squared is %d\n", name, number, number * number);
        OURO_TRY(ouro_sleep(0.35));
    }
}

OURO_ASYNC(app)
{
    number_queue queue;
    OURO_TRY(number_queue_init(&queue, 2));
    int status = 0;
    ouro_with_task_group (group, &status) {
        ouro_task_group_create_task(&group, produce_coro(&queue));
        ouro_task_group_create_task(&group, consume_coro("first", &queue));
        ouro_task_group_create_task(&group, consume_coro("second", &queue));
    }
    number_queue_done(&queue);
    return status;
}

OURO_MAIN(app)
