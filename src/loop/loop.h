/* The event loop's state: one scheduler, one thread.
 *
 * One queue makes asyncio's iteration: `ready`, with a mark at the last runnable that stood in it
 * when the iteration began. Completions, due timers, call_soon and wake-ups append behind the mark.
 *
 *     ready:  [next] [ ] [ ] [last] | [ ] [ ] ...
 *             this iteration        | the one after it
 *
 * A parking task takes the next runnable itself and switches straight to it if it is a task; the
 * loop's own context is entered only for plain callbacks and to poll the kernel.
 */
#ifndef OURO_LOOP_LOOP_H
#define OURO_LOOP_LOOP_H

#include "base/bounds.h"
#include "base/list.h"
#include "base/slab.h"
#include "base/wheel.h"
#include "coro/coro.h"
#include "coro/stack.h"
#include "io/backend.h"
#include "ouro/loop.h"

#include <pthread.h>
#include <stdatomic.h>

struct pool_user;
struct task;
struct watch_table;

/* A first step that runs inside create_task: who called, and is to be continued when the step ends.
 */
struct eager_frame {
    struct eager_frame *outer;
    struct task *child;
    struct task *caller; /* NULL: a callback in the loop's own context */
    struct coro *caller_coro;
};

/* A callback from another thread. */
struct inbox_entry {
    ouro_runnable runnable;
    struct inbox_entry *next;
    ouro_callback *callback;
    void *arg;
    ouro_context *context;
};

/* How far the close of a loop has come. */
enum loop_end {
    LOOP_END_FORGET, /* the frames of all tasks are about to be freed */
    LOOP_END_CANCEL, /* no task is left */
    LOOP_END_LEAVE,  /* no operation is in flight any more */
};

/* Something that holds a descriptor or an operation and cannot outlive its loop: a stream, a
 * server.
 */
struct loop_resource {
    ouro_link link;
    /* The loop is being closed, and no task runs any more. Called with one stage after the other,
     * each for all resources: to forget who waits, and call nobody; to have operations cancelled,
     * by which callbacks of users may run, which may use any other resource; and for what is left,
     * to let go of the loop. */
    void (*end)(struct loop_resource *resource, enum loop_end stage);
};

/* A block of memory of a stream; see net/stream_buffer.h. */
struct memory_block {
    void *data;
    size_t capacity;
};

struct ouro_loop {
    /* The scheduler's own words, touched at every switch. */
    struct task *current; /* the task that runs; NULL in a callback */
    ouro_link ready;
    ouro_link *last;          /* of this iteration; the list itself when the iteration is over */
    struct coro coro;         /* the loop's own context */
    ouro_runnable *next;      /* handed to that context by a task that cannot run it itself */
    struct stack *dead_stack; /* of a task that has ended, until the next context gives it back */
    struct coro dead_coro;
    struct coro *ending;        /* what runs where a task has ended and its failure is reported */
    struct eager_frame *eager;  /* innermost first step in progress */
    uint64_t steps;             /* runnables run so far */
    uint64_t attention_at_step; /* an iteration begins without further thought before this, */
    uint64_t clock_at_step;     /* the clock is read when `steps` gets here, */
    uint64_t poll_at_step;      /* and the kernel is asked when it gets here */
    uint64_t steps_per_clock;
    int64_t polled_at; /* time of the last poll */
    bool stay;         /* end the run at the end of this iteration: stop, or a host's single step */
    _Atomic(struct inbox_entry *) inbox;

    /* Time. */
    int64_t now; /* cached: read after every poll, and when found stale at a timer's arming */
    uint64_t now_checked; /* the value of `steps` when it was last found fresh */
    struct wheel timers;
    uint64_t sequence;
    ouro_timer_node *staged; /* newest first: timers that go into the wheel if they last so long */

    /* Memory. */
    struct stack_pool stacks;
    struct slab small_tasks; /* records with room for few arguments, and for many */
    struct slab large_tasks;
    struct slab handles;
    struct slab callbacks;
    struct slab futures;
    struct slab pieces; /* blocks of STREAM_PIECE bytes for what streams buffer */
    struct memory_block bulk[STREAM_BULK_KEPT]; /* and larger ones, the one used last is the last */
    unsigned bulk_count;
    size_t bulk_bytes; /* in all of them */

    /* Everything else. */
    uint64_t serial; /* among all loops of the process, from 1: what a lock is bound to */
    ouro_link tasks; /* all that are not done, oldest first */
    size_t task_count;
    uint64_t next_task_id;
    uint64_t last_task_id;         /* of the block of numbers that the loop has taken */
    ouro_context **callback_place; /* of the context of the callback that runs, or NULL */
    ouro_link context_frames;      /* of the calls of ouro_context_run in tasks and callbacks */
    struct backend *backend;
    char *backend_reason;
    struct watch_table *watches;
    ouro_link before_poll;        /* runnables that hand something to the backend */
    ouro_link resources;          /* struct loop_resource */
    struct pool_user *pool_users; /* one for each pool of threads that the loop has used */
    ouro_link attachments;        /* ouro_attachment, newest first */
    ouro_link lookups;            /* of names, in flight */
    ouro_link generators;         /* struct generator: those that have started and not ended, */
    ouro_link closing_generators; /* and those that ouro_loop_shutdown_asyncgens has closed */
    pthread_t thread;             /* that runs it; valid while `is_running` */
    size_t stack_size;            /* of tasks that give none; 0: the pool's default */
    uint8_t stack_class;
    size_t holds; /* futures outside the slabs, and a close in progress */
    bool is_running;
    bool is_hosted;   /* runs in steps, */
    bool is_stepping; /* and is in one */
    bool is_closed;
    bool has_shut_generators; /* what starts after that is closed by nobody */
    bool stopping;
    bool debug;
    struct {
        size_t depth; /* bytes used of the stack that was used most deeply */
        size_t size;
        const char *function_name;
        const char *site;
    } census; /* of stacks, in debug mode */
    /* Of debug mode. */
    int64_t slow_ns;                 /* a step that takes so long is reported */
    ouro_task_factory *user_factory; /* behind that of debug mode */
    void *user_factory_arg;
    struct origin *origins; /* a hash table */
    size_t origin_size;
    size_t origin_count;
    ouro_link unclosed; /* in the list of loops that are not closed yet */

    atomic_bool woken;
    ouro_task_factory *task_factory;
    void *task_factory_arg;
    ouro_exception_handler *exception_handler;
    void *exception_handler_arg;
    ouro_callback *before_block;
    ouro_callback *after_block;
    void *block_arg;
};

/* The loop that runs in this thread. */
extern _Thread_local ouro_loop *ouro__loop_current;

/* Room for arguments in the two kinds of task records. */
#define TASK_ARGUMENTS_SMALL 16
#define TASK_ARGUMENTS_LARGE OURO_COROUTINE_ARGUMENTS_SIZE

/* What may keep an iteration from beginning, or adds to it. Returns false if the loop's own context
 * must go on: to poll, to stop, to look into the inbox. */
bool ouro__loop_may_begin(ouro_loop *loop);

/* Makes the loop think before it begins the next iteration: a stop was asked for, or a timer may be
 * due. */
static inline void loop_request_attention(ouro_loop *loop)
{
    loop->attention_at_step = 0;
}

/* Begins an iteration with all that is ready now. Returns false if that is nothing. */
static inline bool loop_begin_iteration(ouro_loop *loop)
{
    loop->last = loop->ready.previous_;
    return loop->last != &loop->ready;
}

/* Takes the next runnable of this iteration, or of the one after it if that can begin without
 * asking the kernel; else NULL: the loop's own context must go on. */
static inline ouro_runnable *loop_next_runnable(ouro_loop *loop)
{
    ouro_link *link;
    ouro_link *next;

    if (loop->last == &loop->ready) {
        if (__builtin_expect(loop->steps >= loop->attention_at_step, 0) &&
            !ouro__loop_may_begin(loop))
            return NULL;
        if (!loop_begin_iteration(loop))
            return NULL;
    }
    link = loop->ready.next_;
    next = link->next_;
    loop->ready.next_ = next;
    next->previous_ = &loop->ready;
    if (link == loop->last)
        loop->last = &loop->ready;
    link->next_ = NULL;
    loop->steps++;
    return container_of(link, ouro_runnable, link_);
}

static inline void loop_make_ready(ouro_loop *loop, ouro_runnable *runnable)
{
    list_append(&loop->ready, &runnable->link_);
}

/* Runs something at the end of this iteration, just before the kernel is asked, and has it asked
 * then even if more tasks are ready. */
static inline void loop_run_before_poll(ouro_loop *loop, ouro_runnable *runnable)
{
    list_append(&loop->before_poll, &runnable->link_);
    loop_request_attention(loop);
    loop->clock_at_step = loop->steps;
    loop->poll_at_step = loop->steps;
}

/* Takes a runnable out of the ready queue, if it is there. */
static inline void loop_unready(ouro_loop *loop, ouro_runnable *runnable)
{
    if (!link_is_queued(&runnable->link_))
        return;
    if (loop->last == &runnable->link_)
        loop->last = runnable->link_.previous_;
    list_remove(&runnable->link_);
}

/* Runs one whole iteration: poll for at most `timeout_ns`, dispatch, run. Returns 0 or the poll's
 * -errno. */
int ouro__loop_iterate(ouro_loop *loop, int64_t timeout_ns);

/* The three parts of an iteration. */
int ouro__loop_poll(ouro_loop *loop, int64_t timeout_ns);
int ouro__loop_dispatch(ouro_loop *loop);
void ouro__loop_run_ready(ouro_loop *loop);

/* How long a poll may block: not at all while something is ready, else until the next timer. */
int64_t ouro__loop_poll_timeout(ouro_loop *loop);

/* Claims this thread for the loop, and gives it up. Returns 0, OURO_ERUNNING or OURO_ECLOSED. */
int ouro__loop_enter(ouro_loop *loop);
void ouro__loop_leave(ouro_loop *loop);

/* Reads the clock if the loop's time may be stale. */
void ouro__loop_freshen(ouro_loop *loop);

/* Puts an entry that the caller owns into the inbox and wakes the loop. Threads: any;
 * async-signal-safe. */
void ouro__inbox_submit(ouro_loop *loop, struct inbox_entry *entry);

/* Takes an entry back that was submitted and may not have run. */
void ouro__inbox_withdraw(ouro_loop *loop, struct inbox_entry *entry);

/* Moves what other threads have submitted to the ready queue. */
void ouro__inbox_drain(ouro_loop *loop);

/* Frees an entry that never ran; false if the runnable is something else. */
bool ouro__inbox_entry_discard(ouro_runnable *runnable);

/* Ends what others have attached to the loop, at the close. */
void ouro__attachments_end(ouro_loop *loop);

/* Ends all watches of foreign descriptors (add_reader), at the close. */
void ouro__watches_remove_all(ouro_loop *loop);

/* Gives the numbers back that the loop has not used for tasks. */
void ouro__task_ids_return(ouro_loop *loop);

/* Frees the memory of a closed loop. */
void ouro__loop_free(ouro_loop *loop);

/* Frees what a closed loop still holds, once no future or task of it is left. */
void ouro__loop_free_if_unused(ouro_loop *loop);

/* Reports to the exception handler. */
void ouro__report(ouro_loop *loop, const char *message, ouro_future *future, int status,
                  const ouro_error *error);

#endif
