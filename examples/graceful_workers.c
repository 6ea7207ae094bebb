/* Workers that end gracefully on Ctrl-C: what runs is finished, what waits is not begun.
 *
 * Ctrl-C cancels the main task, and nobody else: it shuts the queue down and waits for the workers.
 * A second Ctrl-C would not wait. Here the program sends itself the signal after a second.
 *
 * The Python original stands beside it: graceful_workers.py. Build and run:
 *     cc graceful_workers.c -o graceful_workers $(pkg-config --cflags --libs ouro)
 *     ./graceful_workers
 */
#include <ouro.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>

enum { WORKERS = 3, JOBS = 12 };

OURO_QUEUE_TYPE(job_queue, int);

static void press_control_c(void *arg)
{
    (void) arg;
    raise(SIGINT);
}

/* Returns how many jobs it has done. */
OURO_ASYNC(work, (int, number), (job_queue *, jobs))
{
    for (int done = 0;; done++) {
        int job;
        int status = job_queue_get(jobs, &job);
        if (status == OURO_ESHUTDOWN) {
            printf("worker %d: goes home\n", number);
            return done;
        }
        OURO_TRY(status);
        OURO_TRY(ouro_sleep(0.3 + job % 4 * 0.11));
        printf("worker %d: job %d is done\n", number, job);
        OURO_TRY(ouro_queue_task_done(&jobs->queue));
    }
}

OURO_ASYNC(app)
{
    job_queue jobs = { 0 };
    for (int job = 1; job <= JOBS; job++) {
        OURO_TRY(job_queue_put_nowait(&jobs, job));
    }
    ouro_task *workers[WORKERS];
    for (int i = 0; i < WORKERS; i++) {
        workers[i] = ouro_create_task(work_coro(i + 1, &jobs));
    }
    ouro_loop_call_later(ouro_get_running_loop(), 1, press_control_c);

    int status = ouro_queue_join(&jobs.queue);
    if (status == -ECANCELED) {
        printf("Ctrl-C: %zu jobs are not begun\n", ouro_queue_qsize(&jobs.queue));
    }
    ouro_queue_shutdown(&jobs.queue, true);
    int done = 0;
    for (int i = 0; i < WORKERS; i++) {
        int count = ouro_await(workers[i]);
        done += count > 0 ? count : 0;
        ouro_task_unref(workers[i]);
    }
    printf("%d of %d jobs are done\n", done, JOBS);
    job_queue_done(&jobs);
    return status;
}

OURO_MAIN(app)
