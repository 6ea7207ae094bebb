/* A pool of workers that share a queue of jobs, until all work is done.
 *
 * The queue counts what was put and what was done: join waits until both are equal. The workers
 * wait for more then, and are cancelled.
 *
 * The Python original stands beside it: worker_pool.py. Build and run:
 *     cc worker_pool.c -o worker_pool $(pkg-config --cflags --libs ouro) && ./worker_pool
 */
#include <ouro.h>

#include <stdio.h>

struct job {
    int number;
    double seconds;
};

OURO_QUEUE_TYPE(job_queue, struct job);

OURO_ASYNC(worker, (int, number), (job_queue *, queue))
{
    for (;;) {
        struct job job;
        OURO_TRY(job_queue_get(queue, &job));
        OURO_TRY(ouro_sleep(job.seconds));
        printf("worker %d: job %d took %.1f s\n", number, job.number, job.seconds);
        OURO_TRY(ouro_queue_task_done(&queue->queue));
    }
}

OURO_ASYNC(app)
{
    job_queue queue = { 0 };
    for (int i = 1; i < 9; i++) {
        struct job job = { .number = i, .seconds = i * 5 % 9 * 0.2 + 0.1 };
        OURO_TRY(job_queue_put_nowait(&queue, job));
    }

    ouro_task *workers[3];
    for (int i = 0; i < 3; i++) {
        workers[i] = ouro_create_task(worker_coro(i + 1, &queue));
    }
    double start = ouro_loop_time(ouro_get_running_loop());
    int status = ouro_queue_join(&queue.queue);
    printf("all jobs are done after %.0f s\n", ouro_loop_time(ouro_get_running_loop()) - start);

    for (int i = 0; i < 3; i++) {
        ouro_task_cancel(workers[i], NULL);
    }
    for (int i = 0; i < 3; i++) {
        ouro_ignore(ouro_await(workers[i]));
        ouro_task_unref(workers[i]);
    }
    job_queue_done(&queue);
    return status;
}

OURO_MAIN(app)
