/* Threads for what can only be waited for by blocking: calls of the kernel and of libraries.
 *
 *     submit --> queue --> a thread runs it --> the loop's inbox --> complete
 *                  |              |
 *              take_back       detach: `discard` when it is over; the loop hears no more of it
 *
 * A pool belongs to the process and is shared by its loops. It is a static variable; nothing of it
 * exists before the first job. Each has a limit of its own, so that pools do not starve each other.
 * A thread is started when a job finds no idle one, and ends when it has had nothing to do for a
 * while, or when the last loop that has used the pool is closed, which waits for it.
 *
 * Threads may be stuck all at once, in jobs that wait for a server which is gone. A pool that may
 * grow has one thread more than its limit, which looks on: it begins a job only when none has ended
 * for a while, and then another one takes its place.
 *
 * Jobs lie in memory of their owner, and run in the order of their submission. One that runs cannot
 * be stopped. Its memory must stay until it is over; so a task whose frame it lies in stays
 * suspended, and a job that shall not hold anybody up lies in a block of its own and is detached.
 *
 * In a child process after fork the pools are empty and have no thread.
 */
#ifndef OURO_SYS_POOL_H
#define OURO_SYS_POOL_H

#include "loop/loop.h"
#include "loop/park.h"

enum pool_job_state {
    JOB_IDLE,     /* not submitted, or over */
    JOB_QUEUED,   /* no thread has it yet */
    JOB_RUNNING,  /* a thread has it, */
    JOB_DETACHED, /* and its loop does not wait for it */
    JOB_DONE,     /* it has run, and is in the loop's inbox or ready queue */
};

/* Zero at first; all up to `discard` is set by the owner before the submit. */
struct pool_job {
    /* What is to be done. Threads: one of the pool's; it may use nothing of a loop. */
    void (*run)(struct pool_job *job);
    /* It has run: called once, in the loop, as a callback. May free the job or submit it again. */
    void (*complete)(struct pool_job *job);
    /* Frees a job that was detached, once it is over. Threads: any. NULL for a job in the memory of
     * somebody who waits, which cannot be detached. */
    void (*discard)(struct pool_job *job);

    struct pool_user *user;
    ouro_loop *loop;
    ouro_link link; /* in the pool's queue */
    ouro_link own;  /* among the jobs of the same loop */
    struct inbox_entry entry;
    uint8_t state; /* enum pool_job_state; under the pool's lock until it is done */
};

/* Static, made by POOL_INIT. All but the first three is the pool's own and under its lock. */
struct pool {
    const char *name;     /* of its threads, at most 15 characters */
    unsigned threads_max; /* 0: 4 more than there are processors, 32 at most, and it may grow */
    size_t stack_size;    /* of a thread */

    pthread_mutex_t lock;
    pthread_cond_t work; /* for threads: a job has come, or the last user has gone */
    pthread_cond_t over; /* for those who wait for a job or a thread to end */
    ouro_link queue;
    size_t queued;
    unsigned limit;    /* of jobs that run, unless none of them ends */
    unsigned threads;  /* that have been started and not ended, */
    unsigned running;  /* and run a job, */
    unsigned detached; /* or one that is detached */
    int64_t moved_ns;  /* when a job has ended, or begun within the limit */
    unsigned users;    /* loops that have submitted a job and are not closed */
    unsigned waiters;  /* on `over` */
    unsigned closers;  /* those of them who will join the last thread */
    pthread_t ended;   /* the thread that ended last, not joined yet: the next one does that */
    bool has_ended;
    bool is_known;     /* to those who fork, and set up; under a lock of theirs, as is `next` */
    struct pool *next; /* of all pools that have been used */
};

#define POOL_INIT(name_, threads_max_, stack_size_)                                                \
    {                                                                                              \
        .name = (name_), .threads_max = (threads_max_), .stack_size = (stack_size_),               \
        .lock = PTHREAD_MUTEX_INITIALIZER                                                          \
    }

/* Has a thread run the job, and the loop call `complete` after that.
 * Returns 0; or -ENOMEM, -EAGAIN where not even one thread can be started, OURO_ECLOSED for a loop
 * that is being closed, OURO_EWRONGLOOP for one of the parent process: the job is the caller's
 * still. */
int ouro__pool_submit(struct pool *pool, ouro_loop *loop, struct pool_job *job);

/* Takes a job back that no thread has begun. Returns false, and does nothing, if one has. */
bool ouro__pool_take_back(struct pool_job *job);

/* Gives up a job that was submitted and is not complete: `discard` is called, now or when its
 * thread has done it. */
void ouro__pool_detach(struct pool_job *job);

/* Ends a job that was submitted and is not complete: takes it back, or blocks this thread until it
 * has run. For the end of a loop: its other jobs that have not begun will not do so either. */
void ouro__pool_end(struct pool_job *job);

/* A job that a task waits for, in the task's frame. */
struct pool_call {
    struct pool_job job; /* `run` is set by the caller */
    struct wait wait;
    /* The loop is closed under the call, and the task will not run any more: gives back what only
     * its frame knows. Set by the caller; NULL where there is nothing of the kind. */
    void (*abandon)(struct pool_call *call);
    bool is_undone; /* set by the caller: it undoes, or drops, what a call has done that was
                       cancelled meanwhile. Else what was done is the result, and the cancel stays
                       pending */
    bool is_kept;   /* set by the caller: a cancel does not even take the job back */
    bool is_cancelled;
    bool has_run; /* for the caller: what the job has left is to be looked at */
};

/* Has a job run and suspends the task until it is over. `operation` is for who looks at the task.
 * Returns 0; -ECANCELED, where `has_run` tells whether the job was taken back; or what submit
 * returns. */
int ouro__pool_call(struct pool *pool, struct task *task, struct pool_call *call,
                    const char *operation);

/* pool_thread.c: all but these two are called with the pool's lock held. */

/* Sets the pool up at its first use, and makes it known to those who fork. Returns 0 or -errno. */
int ouro__pool_prepare(struct pool *pool);

/* How many times this process was forked off: what was in a thread before that is lost. */
unsigned ouro__pool_generation(void);

/* Sees to it that a thread will come for one more job. Returns 0, or -EAGAIN if there is none. */
int ouro__pool_staff(struct pool *pool);

/* Waits on `over` for a job to be over. */
void ouro__pool_wait(struct pool *pool);

/* Ends the threads after the last user has gone, but for those with detached jobs, which end by
 * themselves. Gives the lock back. */
void ouro__pool_dismiss(struct pool *pool);

#endif
