/* Jobs of a pool as their loops see them: submitted, complete, taken back, given up.
 *
 * A loop is a user of each pool that it has submitted to; the record of that is a resource of the
 * loop, and knows the jobs that are not complete. A thread hands a job back under the pool's lock,
 * so that a loop which has got the lock to leave the pool is met by no thread any more.
 */
#include "sys/pool.h"

#include "base/alloc.h"
#include "io/sim.h"

#include <errno.h>

struct pool_user {
    struct loop_resource resource;
    struct pool *pool;
    ouro_loop *loop;
    ouro_link jobs; /* that are not complete, oldest first */
    struct pool_user *next;
    unsigned generation;
};

/* Takes a job out of its loop's hands. */
static void forget(struct pool_job *job)
{
    list_remove(&job->own);
    ouro__sim_expect_wakes(job->loop->backend, -1);
}

static void complete_job(ouro_runnable *runnable)
{
    struct inbox_entry *entry = container_of(runnable, struct inbox_entry, runnable);
    struct pool_job *job = container_of(entry, struct pool_job, entry);

    ouro_check(job->state == JOB_DONE);
    forget(job);
    job->state = JOB_IDLE;
    job->complete(job);
}

/* The loop is being closed: nobody waits for the jobs that are left. */
static void end_user(struct loop_resource *resource, enum loop_end stage)
{
    struct pool_user *user = container_of(resource, struct pool_user, resource);
    struct pool *pool = user->pool;
    struct pool_user **place = &user->loop->pool_users;

    if (stage == LOOP_END_FORGET)
        return; /* those that wait take their jobs back as they are abandoned */
    while (!list_is_empty(&user->jobs))
        ouro__pool_detach(container_of(user->jobs.next_, struct pool_job, own));
    while (*place != user)
        place = &(*place)->next;
    *place = user->next;
    list_remove(&resource->link);
    if (user->generation == ouro__pool_generation()) {
        pthread_mutex_lock(&pool->lock);
        pool->users--;
        ouro__pool_dismiss(pool);
    }
    ouro__alloc_free(user);
}

/* Makes the loop a user of the pool. Returns NULL without memory. */
static struct pool_user *add_user(struct pool *pool, ouro_loop *loop)
{
    struct pool_user *user = ouro__alloc(sizeof *user);

    if (user == NULL || ouro__pool_prepare(pool) < 0) {
        ouro__alloc_free(user);
        return NULL;
    }
    pthread_mutex_lock(&pool->lock);
    pool->users++;
    pthread_mutex_unlock(&pool->lock);
    *user = (struct pool_user) {
        .resource.end = end_user,
        .pool = pool,
        .loop = loop,
        .next = loop->pool_users,
        .generation = ouro__pool_generation(),
    };
    list_init(&user->jobs);
    list_append(&loop->resources, &user->resource.link);
    loop->pool_users = user;
    return user;
}

static struct pool_user *find_user(struct pool *pool, ouro_loop *loop)
{
    struct pool_user *user = loop->pool_users;

    while (user != NULL && user->pool != pool)
        user = user->next;
    return user;
}

int ouro__pool_submit(struct pool *pool, ouro_loop *loop, struct pool_job *job)
{
    struct pool_user *user = find_user(pool, loop);
    int status;

    ouro_assert(job->state == JOB_IDLE);
    if (loop->is_closed)
        return OURO_ECLOSED;
    if (user == NULL)
        user = add_user(pool, loop);
    if (user == NULL)
        return -ENOMEM;
    if (user->generation != ouro__pool_generation())
        return OURO_EWRONGLOOP;
    job->user = user;
    job->loop = loop;
    job->entry.runnable.link_.next_ = NULL;
    job->entry.runnable.run_ = complete_job;
    pthread_mutex_lock(&pool->lock);
    status = ouro__pool_staff(pool);
    if (status == 0) {
        job->state = JOB_QUEUED;
        list_append(&pool->queue, &job->link);
        pool->queued++;
    }
    pthread_mutex_unlock(&pool->lock);
    if (status < 0)
        return status;
    list_append(&user->jobs, &job->own);
    ouro__sim_expect_wakes(loop->backend, 1);
    return 0;
}

/* Takes a job out of the queue, if it is there. Called with the lock held. */
static bool unqueue(struct pool *pool, struct pool_job *job)
{
    if (job->state != JOB_QUEUED)
        return false;
    list_remove(&job->link);
    pool->queued--;
    job->state = JOB_IDLE;
    return true;
}

bool ouro__pool_take_back(struct pool_job *job)
{
    struct pool *pool = job->user->pool;
    bool is_taken;

    pthread_mutex_lock(&pool->lock);
    is_taken = unqueue(pool, job);
    pthread_mutex_unlock(&pool->lock);
    if (is_taken)
        forget(job);
    return is_taken;
}

void ouro__pool_detach(struct pool_job *job)
{
    struct pool_user *user = job->user;
    struct pool *pool = user->pool;
    bool is_running;
    bool is_done;

    ouro_assert(job->discard != NULL);
    forget(job);
    pthread_mutex_lock(&pool->lock);
    (void) unqueue(pool, job);
    is_done = job->state == JOB_DONE;
    is_running = job->state == JOB_RUNNING && user->generation == ouro__pool_generation();
    if (is_running) {
        job->state = JOB_DETACHED;
        pool->detached++;
    }
    pthread_mutex_unlock(&pool->lock);
    if (is_running)
        return; /* the job is its thread's now */
    if (is_done)
        ouro__inbox_withdraw(job->loop, &job->entry);
    job->state = JOB_IDLE;
    job->discard(job);
}

void ouro__pool_end(struct pool_job *job)
{
    struct pool_user *user = job->user;
    struct pool *pool = user->pool;
    ouro_link *link;

    pthread_mutex_lock(&pool->lock);
    /* Nor shall a thread begin one of the others now, that might take long. */
    for (link = user->jobs.next_; link != &user->jobs; link = link->next_)
        (void) unqueue(pool, container_of(link, struct pool_job, own));
    while (job->state == JOB_RUNNING && user->generation == ouro__pool_generation())
        ouro__pool_wait(pool);
    pthread_mutex_unlock(&pool->lock);
    forget(job);
    if (job->state == JOB_DONE)
        ouro__inbox_withdraw(job->loop, &job->entry);
    job->state = JOB_IDLE;
}

static void complete_call(struct pool_job *job)
{
    struct pool_call *call = container_of(job, struct pool_call, job);

    call->has_run = true;
    wait_finish(&call->wait, call->is_cancelled ? -ECANCELED : 0);
}

/* A call that has begun goes on to its end. */
static bool cancel_call(struct wait *wait, const char *message)
{
    struct pool_call *call = container_of(wait, struct pool_call, wait);

    (void) message;
    if (wait->finished || call->is_cancelled || call->is_kept)
        return false;
    if (ouro__pool_take_back(&call->job)) {
        wait_finish(wait, -ECANCELED);
        return true;
    }
    call->is_cancelled = call->is_undone;
    return call->is_cancelled;
}

static void abandon_call(struct wait *wait)
{
    struct pool_call *call = container_of(wait, struct pool_call, wait);

    if (!wait->finished)
        ouro__pool_end(&call->job);
    if (call->abandon != NULL)
        call->abandon(call);
}

int ouro__pool_call(struct pool *pool, struct task *task, struct pool_call *call,
                    const char *operation)
{
    int status;

    call->job.complete = complete_call;
    call->wait = (struct wait) {
        .task = task,
        .cancel = cancel_call,
        .abandon = abandon_call,
        .operation = operation,
        .keeps_result = !call->is_undone,
    };
    status = ouro__pool_submit(pool, task->future.loop, &call->job);
    return status < 0 ? status : ouro__park(&call->wait);
}
