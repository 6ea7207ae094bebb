/* Pools of threads: who runs what, limits, jobs that are taken back, given up or outlived, loops
 * that are closed meanwhile, and forks. */
#define _GNU_SOURCE 1

#include "base/alloc.h"
#include "base/bounds.h"
#include "base/time.h"
#include "coro/sanitize.h"
#include "harness/test.h"
#include "sys/pool.h"

#include <ouro.h>

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define TEST_STACK ((size_t) 256 << 10)

static struct pool one = POOL_INIT("ouro-one", 1, TEST_STACK);
static struct pool two = POOL_INIT("ouro-two", 2, TEST_STACK);

/* A job that says when it has begun, and goes on when it may. */
struct gated {
    struct pool_call call;
    sem_t begun;
    sem_t may_end;
    int order; /* among the jobs that have run */
};

/* Waits for a semaphore; not for ever, for what was to post it may have failed. */
static bool wait_for_post(sem_t *semaphore)
{
    struct timespec end;

    CHECK_INT(clock_gettime(CLOCK_REALTIME, &end), 0);
    end.tv_sec += 2;
    return sem_timedwait(semaphore, &end) == 0;
}

static atomic_int runs;

static void run_gated(struct pool_job *job)
{
    struct gated *self = container_of(job, struct gated, call.job);

    sem_post(&self->begun);
    (void) wait_for_post(&self->may_end);
    self->order = ++runs;
}

static void init_gated(struct gated *self, bool is_open)
{
    *self = (struct gated) { .call.job.run = run_gated };
    CHECK_INT(sem_init(&self->begun, 0, 0), 0);
    CHECK_INT(sem_init(&self->may_end, 0, is_open), 0);
}

OURO_ASYNC(call_gated, (struct pool *, pool), (struct gated *, gated))
{
    struct task *task = current_task();

    return ouro__pool_call(pool, task, &gated->call, "test");
}

static bool pool_is_empty(struct pool *pool)
{
    bool is_empty;

    pthread_mutex_lock(&pool->lock);
    is_empty = pool->threads == 0 && pool->queued == 0 && !pool->has_ended;
    pthread_mutex_unlock(&pool->lock);
    return is_empty;
}

/* What a thread of a pool is like. */
struct look {
    struct pool_call call;
    char name[16];
    sigset_t blocked;
    size_t stack_size;
    pthread_t thread;
    ouro_loop *loop;
};

static void run_look(struct pool_job *job)
{
    struct look *self = container_of(job, struct look, call.job);
    pthread_attr_t attributes;

    self->thread = pthread_self();
    CHECK_INT(pthread_getname_np(self->thread, self->name, sizeof self->name), 0);
    CHECK_INT(pthread_sigmask(SIG_SETMASK, NULL, &self->blocked), 0);
    CHECK_INT(pthread_getattr_np(self->thread, &attributes), 0);
    CHECK_INT(pthread_attr_getstacksize(&attributes, &self->stack_size), 0);
    CHECK_INT(pthread_attr_destroy(&attributes), 0);
    self->loop = ouro_get_running_loop();
}

OURO_ASYNC(look_around)
{
    struct look look = { .call.job.run = run_look };

    CHECK_INT(ouro__pool_call(&two, current_task(), &look.call, "test"), 0);
    CHECK(look.call.has_run);
    CHECK(!pthread_equal(look.thread, pthread_self()));
    CHECK_STR(look.name, "ouro-two");
    CHECK(sigismember(&look.blocked, SIGINT) && sigismember(&look.blocked, SIGTERM));
    CHECK(sigismember(&look.blocked, SIGUSR1) && sigismember(&look.blocked, SIGPROF));
    CHECK(!sigismember(&look.blocked, SIGSEGV) && !sigismember(&look.blocked, SIGBUS));
    CHECK(look.stack_size >= TEST_STACK);
    CHECK(look.loop == NULL);
    return 0;
}

TEST_ALL_BACKENDS(a_job_runs_in_a_thread_of_the_pool)
{
    sigset_t before;
    sigset_t after;

    CHECK_INT(pthread_sigmask(SIG_SETMASK, NULL, &before), 0);
    CHECK_INT(ouro_run(look_around_coro()), 0);
    CHECK_INT(pthread_sigmask(SIG_SETMASK, NULL, &after), 0);
    CHECK(!sigismember(&after, SIGINT) == !sigismember(&before, SIGINT));
    CHECK(pool_is_empty(&two));
    CHECK(pool_is_empty(&one));
}

OURO_ASYNC(call_three)
{
    struct gated jobs[3];
    int i;

    for (i = 0; i < 3; i++)
        init_gated(&jobs[i], true);
    OURO_TRY(ouro_gather(call_gated_coro(&one, &jobs[0]), call_gated_coro(&one, &jobs[1]),
                         call_gated_coro(&one, &jobs[2])));
    for (i = 0; i < 3; i++)
        CHECK_INT(jobs[i].order, i + 1);
    return 0;
}

TEST_ALL_BACKENDS(jobs_run_in_the_order_of_their_submission)
{
    CHECK_INT(ouro_run(call_three_coro()), 0);
}

static unsigned threads_of(struct pool *pool)
{
    unsigned threads;

    pthread_mutex_lock(&pool->lock);
    threads = pool->threads;
    pthread_mutex_unlock(&pool->lock);
    return threads;
}

/* Fills the pool of two, and shows that the third job waits, while the pool of one goes on. */
OURO_ASYNC(fill_up)
{
    struct gated jobs[3];
    struct gated other;
    int status = 0;
    int i;

    for (i = 0; i < 3; i++)
        init_gated(&jobs[i], false);
    init_gated(&other, true);
    ouro_with_task_group (group, &status) {
        for (i = 0; i < 3; i++)
            ouro_task_group_create_task(&group, call_gated_coro(&two, &jobs[i]));
        CHECK_INT(ouro_sleep(0), 0);
        for (i = 0; i < 2; i++)
            CHECK(wait_for_post(&jobs[i].begun));
        CHECK_INT(threads_of(&two), 2);
        CHECK_INT(call_gated(&one, &other), 0);
        CHECK_INT(sem_trywait(&jobs[2].begun), -1);
        for (i = 0; i < 3; i++)
            sem_post(&jobs[i].may_end);
    }
    return status;
}

TEST_ALL_BACKENDS(pools_have_limits_of_their_own)
{
    CHECK_INT(ouro_run(fill_up_coro()), 0);
    CHECK(pool_is_empty(&one) && pool_is_empty(&two));
}

static struct pool growing = POOL_INIT("ouro-growing", 0, TEST_STACK);

/* More jobs than the pool has threads wait for something that does not come: they are begun all the
 * same, and others behind them. */
OURO_ASYNC(get_stuck)
{
    struct gated jobs[POOL_THREADS_MAX + 4];
    struct gated last;
    size_t count = 0;
    size_t i;
    int status = 0;

    init_gated(&last, true);
    ouro_with_task_group (group, &status) {
        do {
            init_gated(&jobs[count], false);
            ouro_task_group_create_task(&group, call_gated_coro(&growing, &jobs[count]));
            CHECK_INT(ouro_sleep(0), 0);
            count++;
        } while (count < growing.limit + 4);
        for (i = 0; i < count; i++)
            CHECK(wait_for_post(&jobs[i].begun));
        CHECK_INT(call_gated(&growing, &last), 0);
        CHECK(threads_of(&growing) <= count + 2);
        for (i = 0; i < count; i++)
            sem_post(&jobs[i].may_end);
    }
    return status;
}

TEST_ALL_BACKENDS(a_pool_that_is_stuck_grows)
{
    CHECK_INT(ouro_run(get_stuck_coro()), 0);
    CHECK(pool_is_empty(&growing));
}

OURO_ASYNC(call_open, (struct pool *, pool))
{
    struct gated job;
    int i;

    for (i = 0; i < 20; i++) {
        init_gated(&job, true);
        OURO_TRY(call_gated(pool, &job));
    }
    return 0;
}

OURO_ASYNC(keep_busy)
{
    int64_t begin = time_monotonic_ns();
    int status = 0;
    int i;

    ouro_with_task_group (group, &status) {
        for (i = 0; i < 100; i++)
            ouro_task_group_create_task(&group, call_open_coro(&growing));
    }
    if (time_monotonic_ns() - begin < POOL_STUCK_NS) /* else the machine itself was stuck */
        CHECK(threads_of(&growing) <= growing.limit + 1);
    return status;
}

TEST_ALL_BACKENDS(a_pool_that_is_only_busy_does_not_grow)
{
    CHECK_INT(ouro_run(keep_busy_coro()), 0);
    CHECK(pool_is_empty(&growing));
}

/* One job runs, another is queued: both are cancelled. */
OURO_ASYNC(cancel_both, (bool, is_undone))
{
    struct gated running;
    struct gated queued;
    ouro_task *first;
    ouro_task *second;

    init_gated(&running, false);
    init_gated(&queued, true);
    running.call.is_undone = is_undone;
    first = ouro_create_task(call_gated_coro(&one, &running));
    second = ouro_create_task(call_gated_coro(&one, &queued));
    CHECK_INT(ouro_sleep(0), 0);
    CHECK(wait_for_post(&running.begun));
    CHECK(ouro_task_cancel(second, NULL));
    CHECK_INT(ouro_await(second), -ECANCELED);
    CHECK(!queued.call.has_run && queued.order == 0);
    CHECK(ouro_task_cancel(first, NULL));
    CHECK_INT(ouro_sleep(0), 0);
    CHECK(!ouro_future_done(first));
    sem_post(&running.may_end);
    /* Either way the task has ended with a cancel that nothing took. */
    CHECK_INT(ouro_await(first), -ECANCELED);
    CHECK(running.call.has_run && running.order > 0);
    CHECK_INT(running.call.wait.status, is_undone ? -ECANCELED : 0);
    ouro_future_unref(first);
    ouro_future_unref(second);
    return 0;
}

TEST_ALL_BACKENDS(a_cancel_takes_back_what_has_not_begun)
{
    CHECK_INT(ouro_run(cancel_both_coro(false)), 0);
    CHECK_INT(ouro_run(cancel_both_coro(true)), 0);
}

/* A job in a block of its own, which nobody has to wait for. */
struct detachable {
    struct pool_job job;
    sem_t *begun;
    sem_t *may_end;
    int *completions;
};

static atomic_int discards;

static void run_detachable(struct pool_job *job)
{
    struct detachable *self = container_of(job, struct detachable, job);

    sem_post(self->begun);
    (void) wait_for_post(self->may_end);
}

static void complete_detachable(struct pool_job *job)
{
    struct detachable *self = container_of(job, struct detachable, job);

    ++*self->completions;
    ouro__alloc_free(self);
}

static void discard_detachable(struct pool_job *job)
{
    ouro__alloc_free(container_of(job, struct detachable, job));
    atomic_fetch_add(&discards, 1);
}

static struct detachable *submit_detachable(struct pool *pool, sem_t *begun, sem_t *may_end,
                                            int *completions)
{
    struct detachable *self = ouro__alloc(sizeof *self);

    CHECK(self != NULL);
    *self = (struct detachable) {
        .job = { .run = run_detachable,
                 .complete = complete_detachable,
                 .discard = discard_detachable },
        .begun = begun,
        .may_end = may_end,
        .completions = completions,
    };
    CHECK_INT(ouro__pool_submit(pool, ouro_get_running_loop(), &self->job), 0);
    return self;
}

static bool job_is_done(struct pool *pool, struct pool_job *job)
{
    bool is_done;

    pthread_mutex_lock(&pool->lock);
    is_done = job->state == JOB_DONE;
    pthread_mutex_unlock(&pool->lock);
    return is_done;
}

/* Gives up a job that runs, one that is queued, and one that is done but not complete. */
OURO_ASYNC(detach_three)
{
    sem_t begun;
    sem_t may_end;
    int completions = 0;
    struct detachable *running;
    struct detachable *queued;
    struct detachable *done;
    struct gated last;

    discards = 0;
    sem_init(&begun, 0, 0);
    sem_init(&may_end, 0, 0);
    running = submit_detachable(&one, &begun, &may_end, &completions);
    queued = submit_detachable(&one, &begun, &may_end, &completions);
    CHECK(wait_for_post(&begun));
    ouro__pool_detach(&queued->job);
    CHECK_INT(discards, 1);
    ouro__pool_detach(&running->job);
    CHECK_INT(discards, 1);
    sem_post(&may_end);
    /* The thread has but one more job: with it the one before is over. */
    init_gated(&last, true);
    CHECK_INT(call_gated(&one, &last), 0);
    CHECK_INT(discards, 2);
    done = submit_detachable(&one, &begun, &may_end, &completions);
    sem_post(&may_end);
    while (!job_is_done(&one, &done->job))
        (void) sched_yield();
    ouro__pool_detach(&done->job);
    CHECK_INT(discards, 3);
    CHECK_INT(ouro_sleep(0), 0);
    CHECK_INT(completions, 0);
    return 0;
}

TEST_ALL_BACKENDS(a_detached_job_frees_itself)
{
    CHECK_INT(ouro_run(detach_three_coro()), 0);
    CHECK(pool_is_empty(&one));
}

static sem_t outlive_begun;
static sem_t outlive_may_end;
static int outlive_completions;

OURO_ASYNC(leave_two)
{
    submit_detachable(&one, &outlive_begun, &outlive_may_end, &outlive_completions);
    submit_detachable(&one, &outlive_begun, &outlive_may_end, &outlive_completions);
    CHECK(wait_for_post(&outlive_begun));
    return 0;
}

TEST_ALL_BACKENDS(a_loop_does_not_wait_for_jobs_that_can_be_given_up)
{
    discards = 0;
    outlive_completions = 0;
    sem_init(&outlive_begun, 0, 0);
    sem_init(&outlive_may_end, 0, 0);
    CHECK_INT(ouro_run(leave_two_coro()), 0);
    CHECK_INT(discards, 1);
    CHECK_INT(threads_of(&one), 1);
    sem_post(&outlive_may_end);
    while (threads_of(&one) > 0)
        sched_yield();
    CHECK_INT(discards, 2);
    CHECK_INT(outlive_completions, 0);
    CHECK_INT(ouro_run(call_three_coro()), 0);
}

static struct gated left_running;
static struct gated left_queued;

/* Lets the first job end once the second one cannot begin any more. */
static void *open_gate(void *gate)
{
    size_t queued;

    do {
        pthread_mutex_lock(&one.lock);
        queued = one.queued;
        pthread_mutex_unlock(&one.lock);
    } while (queued > 0);
    sem_post(gate);
    return NULL;
}

/* The frames of the tasks go away when the loop is closed: not before the jobs in them are over. */
TEST_ALL_BACKENDS(a_loop_waits_for_jobs_in_the_frames_of_tasks)
{
    ouro_loop *loop;
    ouro_task *running;
    ouro_task *queued;
    pthread_t thread;

    init_gated(&left_running, false);
    init_gated(&left_queued, false);
    CHECK_INT(ouro_new_event_loop(&loop), 0);
    running = ouro_loop_create_task(loop, call_gated_coro(&one, &left_running));
    queued = ouro_loop_create_task(loop, call_gated_coro(&one, &left_queued));
    ouro_loop_call_soon(loop, (ouro_callback *) ouro_loop_stop, loop);
    CHECK_INT(ouro_loop_run_forever(loop), 0);
    CHECK(wait_for_post(&left_running.begun));
    CHECK_INT(pthread_create(&thread, NULL, open_gate, &left_running.may_end), 0);
    CHECK_INT(ouro_loop_close(loop), 0);
    CHECK(left_running.order > 0);
    CHECK_INT(left_queued.order, 0);
    CHECK(pool_is_empty(&one));
    CHECK_INT(pthread_join(thread, NULL), 0);
    ouro_future_unref(running);
    ouro_future_unref(queued);
}

OURO_ASYNC(call_one)
{
    struct gated job;

    init_gated(&job, true);
    return call_gated(&one, &job);
}

static struct pool impossible = POOL_INIT("ouro-none", 1, SIZE_MAX / 4);

OURO_ASYNC(call_impossible)
{
    struct gated job;

    init_gated(&job, true);
    CHECK_INT(call_gated(&impossible, &job), -EAGAIN);
    CHECK(!job.call.has_run);
    return 0;
}

TEST_ALL_BACKENDS(a_pool_without_any_thread_refuses)
{
    if (valgrind_is_running())
        SKIP("valgrind refuses a stack that is too large like one that is too small");
    CHECK_INT(ouro_run(call_impossible_coro()), 0);
}

TEST_WITH(the_first_job_of_a_loop_may_find_no_memory,
          .backends = TEST_URING | TEST_EPOLL | TEST_SIM, .allocation_failures = true)
{
    int status = ouro_run(call_one_coro());

    CHECK(status == 0 || (test_fault_fired() && status == -ENOMEM));
}

OURO_ASYNC(call_two_pools)
{
    struct gated first;
    struct gated second;

    init_gated(&first, true);
    init_gated(&second, true);
    return ouro_gather(call_gated_coro(&one, &first), call_gated_coro(&two, &second));
}

static void *run_both(void *arg)
{
    int i;

    (void) arg;
    for (i = 0; i < 20; i++)
        CHECK_INT(ouro_run(call_two_pools_coro()), 0);
    return NULL;
}

/* Each of them is the last user now and then. */
TEST_ALL_BACKENDS(loops_of_several_threads_share_a_pool)
{
    pthread_t threads[3];
    int i;

    for (i = 0; i < 3; i++)
        CHECK_INT(pthread_create(&threads[i], NULL, run_both, NULL), 0);
    for (i = 0; i < 3; i++)
        CHECK_INT(pthread_join(threads[i], NULL), 0);
    CHECK(pool_is_empty(&one) && pool_is_empty(&two));
}

static void skip_fork_with_threads(void)
{
#ifdef OURO_TSAN
    SKIP("ThreadSanitizer allows no threads after a fork with threads");
#endif
}

/* In a child the pools are empty, and a loop of its own can use them. The parent's loop can be
 * closed there, although a job of it runs in a thread that the child does not have. */
TEST_WITH(a_forked_child_begins_with_empty_pools, .backends = TEST_EPOLL | TEST_SIM)
{
    ouro_loop *loop;
    ouro_task *task;
    pid_t child;
    int status = -1;

    skip_fork_with_threads();
    init_gated(&left_running, false);
    CHECK_INT(ouro_new_event_loop(&loop), 0);
    task = ouro_loop_create_task(loop, call_gated_coro(&one, &left_running));
    ouro_loop_call_soon(loop, (ouro_callback *) ouro_loop_stop, loop);
    CHECK_INT(ouro_loop_run_forever(loop), 0);
    CHECK(wait_for_post(&left_running.begun));
    child = fork();
    if (child == 0) {
        CHECK(pool_is_empty(&one));
        CHECK_INT(ouro_run(call_one_coro()), 0);
        CHECK_INT(ouro_loop_close(loop), 0);
        _exit(0);
    }
    CHECK_INT(waitpid(child, &status, 0), child);
    CHECK_INT(status, 0);
    sem_post(&left_running.may_end);
    CHECK_INT(ouro_loop_run_until_complete(loop, task), 0);
    ouro_future_unref(task);
    CHECK_INT(ouro_loop_close(loop), 0);
}

TEST_WITH(a_loop_of_the_parent_cannot_use_a_pool, .backends = TEST_EPOLL | TEST_SIM)
{
    ouro_loop *loop;
    ouro_task *task;
    pid_t child;
    int status = -1;

    CHECK_INT(ouro_new_event_loop(&loop), 0);
    task = ouro_loop_create_task(loop, call_one_coro());
    CHECK_INT(ouro_loop_run_until_complete(loop, task), 0);
    ouro_future_unref(task);
    child = fork();
    if (child == 0) {
        task = ouro_loop_create_task(loop, call_one_coro());
        CHECK_INT(ouro_loop_run_until_complete(loop, task), OURO_EWRONGLOOP);
        _exit(0);
    }
    CHECK_INT(waitpid(child, &status, 0), child);
    CHECK_INT(status, 0);
    CHECK_INT(ouro_loop_close(loop), 0);
}

OURO_ASYNC(sleep_while_a_job_runs)
{
    struct gated job;
    double before = ouro_loop_time(ouro_get_running_loop());
    int status = 0;

    init_gated(&job, true);
    ouro_with_timeout (&status, 1.0) {
        CHECK_INT(call_gated(&one, &job), 0);
    }
    CHECK_INT(status, 0);
    CHECK(ouro_loop_time(ouro_get_running_loop()) == before);
    return 0;
}

TEST_WITH(jobs_take_no_virtual_time, .backends = TEST_SIM)
{
    CHECK_INT(ouro_run(sleep_while_a_job_runs_coro()), 0);
}
