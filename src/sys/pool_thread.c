/* The threads of a pool: how they begin, what they do, how they end, and what becomes of them when
 * the process forks.
 *
 * A thread that ends is joined by the one that ends after it, and the last one by the loop that is
 * closed: so all are joined, and nobody keeps a list of them.
 */
#define _GNU_SOURCE 1

#include "sys/pool.h"

#include "base/bounds.h"
#include "base/time.h"

#include <errno.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

/* All pools that have been used, for those who fork. The list only grows. */
static pthread_mutex_t pools_lock = PTHREAD_MUTEX_INITIALIZER;
static struct pool *pools;

static unsigned generation;

unsigned ouro__pool_generation(void)
{
    return generation;
}

static unsigned find_limit(const struct pool *pool)
{
    long processors;

    if (pool->threads_max != 0)
        return pool->threads_max;
    processors = sysconf(_SC_NPROCESSORS_ONLN);
    if (processors < 1)
        processors = 1;
    return processors + 4 < POOL_THREADS_MAX ? (unsigned) processors + 4 : POOL_THREADS_MAX;
}

/* Sets up what a pool starts from, in this process. */
static int set_up(struct pool *pool)
{
    pthread_condattr_t attributes;
    int status = pthread_condattr_init(&attributes);

    if (status != 0)
        return -status;
    (void) pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    status = pthread_cond_init(&pool->work, &attributes);
    if (status == 0)
        status = pthread_cond_init(&pool->over, &attributes);
    (void) pthread_condattr_destroy(&attributes);
    list_init(&pool->queue);
    pool->queued = 0;
    pool->threads = 0;
    pool->running = 0;
    pool->detached = 0;
    pool->users = 0;
    pool->waiters = 0;
    pool->closers = 0;
    pool->has_ended = false;
    return -status;
}

/* No pool is changed while the process is copied, */
static void before_fork(void)
{
    struct pool *pool;

    pthread_mutex_lock(&pools_lock);
    for (pool = pools; pool != NULL; pool = pool->next)
        pthread_mutex_lock(&pool->lock);
}

static void after_fork(void)
{
    struct pool *pool;

    for (pool = pools; pool != NULL; pool = pool->next)
        pthread_mutex_unlock(&pool->lock);
    pthread_mutex_unlock(&pools_lock);
}

/* and the copy has no threads. Its locks are made anew: a checker of threads may say that they
 * belong to the parent. */
static void after_fork_in_child(void)
{
    struct pool *pool;

    generation++;
    for (pool = pools; pool != NULL; pool = pool->next) {
        (void) pthread_mutex_init(&pool->lock, NULL);
        (void) set_up(pool);
    }
    (void) pthread_mutex_init(&pools_lock, NULL);
}

static void watch_forks(void)
{
    /* Without memory for the handlers a forked child is not told, and waits for threads that it
     * does not have; but only a child that goes on to use its parent's loops. */
    (void) pthread_atfork(before_fork, after_fork, after_fork_in_child);
}

int ouro__pool_prepare(struct pool *pool)
{
    static pthread_once_t forks_watched = PTHREAD_ONCE_INIT;
    int status = 0;

    pthread_once(&forks_watched, watch_forks);
    pthread_mutex_lock(&pools_lock);
    if (!pool->is_known) {
        status = set_up(pool);
        if (status == 0) {
            pool->is_known = true;
            pool->limit = find_limit(pool);
            pool->next = pools;
            pools = pool;
        }
    }
    pthread_mutex_unlock(&pools_lock);
    return status;
}

void ouro__pool_wait(struct pool *pool)
{
    pool->waiters++;
    pthread_cond_wait(&pool->over, &pool->lock);
    pool->waiters--;
}

static void tell_waiters(struct pool *pool)
{
    if (pool->waiters > 0)
        pthread_cond_broadcast(&pool->over);
}

static bool may_grow(const struct pool *pool)
{
    return pool->threads_max == 0 && pool->threads < POOL_STUCK_THREADS_MAX;
}

/* Returns true if a thread may begin the first job of the queue. Else stores when it is to look
 * again. */
static bool may_begin(const struct pool *pool, int64_t *deadline)
{
    if (list_is_empty(&pool->queue))
        return false;
    if (pool->running < pool->limit)
        return true;
    *deadline = pool->moved_ns + POOL_STUCK_NS;
    return time_monotonic_ns() >= *deadline;
}

static struct pool_job *begin_job(struct pool *pool)
{
    if (pool->running < pool->limit)
        pool->moved_ns = time_monotonic_ns();
    pool->running++;
    pool->queued--;
    if (pool->queued > 0 && pool->running >= pool->limit)
        (void) ouro__pool_staff(pool); /* somebody looks on */
    return container_of(list_pop(&pool->queue), struct pool_job, link);
}

/* Waits for a job. Returns NULL if this thread is to end. */
static struct pool_job *next_job(struct pool *pool)
{
    const int64_t end = time_monotonic_ns() + POOL_IDLE_NS;

    for (;;) {
        int64_t deadline = end;
        struct timespec until;

        if (may_begin(pool, &deadline))
            return begin_job(pool);
        if (list_is_empty(&pool->queue) && (pool->users == 0 || time_monotonic_ns() >= end))
            return NULL;
        until = (struct timespec) { .tv_sec = (time_t) (deadline / NS_PER_SECOND),
                                    .tv_nsec = (long) (deadline % NS_PER_SECOND) };
        (void) pthread_cond_timedwait(&pool->work, &pool->lock, &until);
    }
}

static void run_job(struct pool *pool, struct pool_job *job)
{
    job->state = JOB_RUNNING;
    pthread_mutex_unlock(&pool->lock);
    job->run(job);
    pthread_mutex_lock(&pool->lock);
    pool->running--;
    pool->moved_ns = time_monotonic_ns();
    if (job->state == JOB_DETACHED) {
        pool->detached--;
        pthread_mutex_unlock(&pool->lock);
        job->state = JOB_IDLE;
        job->discard(job);
        pthread_mutex_lock(&pool->lock);
    } else {
        job->state = JOB_DONE;
        ouro__inbox_submit(job->loop, &job->entry);
    }
    tell_waiters(pool);
}

/* The last thing that a thread does. Called with the lock held; gives it back. */
static void end_thread(struct pool *pool)
{
    bool has_previous = pool->has_ended;
    pthread_t previous = pool->ended;

    pool->threads--;
    pool->has_ended = pool->users > 0 || pool->closers > 0;
    if (pool->has_ended)
        pool->ended = pthread_self();
    else
        (void) pthread_detach(pthread_self()); /* its last job has outlived all loops */
    tell_waiters(pool);
    pthread_mutex_unlock(&pool->lock);
    if (has_previous)
        (void) pthread_join(previous, NULL);
}

static void *run_thread(void *arg)
{
    struct pool *pool = arg;
    struct pool_job *job;

    (void) pthread_setname_np(pthread_self(), pool->name);
    pthread_mutex_lock(&pool->lock);
    while ((job = next_job(pool)) != NULL)
        run_job(pool, job);
    end_thread(pool);
    return NULL;
}

/* Signals are for the program's own threads; all but those that a fault raises in the thread that
 * has it, which a handler for crashes must get. */
static void signals_to_block(sigset_t *ret_signals)
{
    static const int faults[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT };
    size_t i;

    (void) sigfillset(ret_signals);
    for (i = 0; i < sizeof faults / sizeof *faults; i++)
        (void) sigdelset(ret_signals, faults[i]);
}

/* What a thread has of its own lies on its stack, and a program or library may have so much of it
 * that the size is refused: then the thread gets a stack like any other one of the process. */
static int create_thread(struct pool *pool, pthread_attr_t *attributes)
{
    pthread_t thread;
    int status = pthread_attr_setstacksize(attributes, pool->stack_size);

    if (status == 0)
        status = pthread_create(&thread, attributes, run_thread, pool);
    if (status == EINVAL)
        status = pthread_create(&thread, NULL, run_thread, pool);
    return -status;
}

static int start_thread(struct pool *pool)
{
    pthread_attr_t attributes;
    sigset_t blocked;
    sigset_t before;
    int status = pthread_attr_init(&attributes);

    if (status != 0)
        return -status;
    signals_to_block(&blocked);
    (void) pthread_sigmask(SIG_SETMASK, &blocked, &before);
    status = create_thread(pool, &attributes);
    (void) pthread_sigmask(SIG_SETMASK, &before, NULL);
    (void) pthread_attr_destroy(&attributes);
    return status;
}

int ouro__pool_staff(struct pool *pool)
{
    unsigned free_threads = pool->threads - pool->running;
    int status;

    if (free_threads > pool->queued) {
        pthread_cond_signal(&pool->work);
        return 0;
    }
    /* At its limit a pool needs no more than one that looks on. */
    if (pool->threads >= pool->limit && (free_threads > 0 || !may_grow(pool))) {
        pthread_cond_signal(&pool->work);
        return 0;
    }
    status = start_thread(pool);
    if (status == 0)
        pool->threads++;
    return pool->threads > 0 ? 0 : status;
}

void ouro__pool_dismiss(struct pool *pool)
{
    pthread_t last;
    bool has_last = false;

    pool->closers++;
    if (pool->users == 0)
        pthread_cond_broadcast(&pool->work);
    while (pool->users == 0 && pool->threads > pool->detached)
        ouro__pool_wait(pool);
    pool->closers--;
    if (pool->users == 0 && pool->has_ended) {
        has_last = true;
        last = pool->ended;
        pool->has_ended = false;
    }
    pthread_mutex_unlock(&pool->lock);
    if (has_last)
        (void) pthread_join(last, NULL);
}
