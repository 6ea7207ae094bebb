/* The scheduler: who runs next, and how control gets there.
 *
 * Control is always in one of: the loop's own context (ouro__loop_run_ready), or a task. A task
 * that parks or ends picks its successor itself. If that is a task with a stack, one switch leads
 * there; otherwise the successor is left in `loop->next` and the loop's context runs it. A task
 * that ends and is followed by one not yet started lends it its own stack, without any switch.
 *
 * Cost of a yield: about 25 instructions and one switch; no system call, no allocation.
 */
#include "loop/schedule.h"

#include "base/bounds.h"
#include "base/torture.h"
#include "loop/census.h"
#include "loop/debug.h"
#include "loop/detail.h"
#include "loop/scope.h"
#include "loop/timer.h"

#include <errno.h>

_Thread_local ouro_loop *ouro__loop_current;

void ouro__task_step(ouro_runnable *step)
{
    ouro_assert(step == NULL); /* never called: the scheduler resumes tasks itself */
}

/* Reads the clock now and then, so that a poll is not put off for long even by slow callbacks: the
 * number of steps between two looks shrinks as the steps get slower. Returns true if the kernel
 * must be asked. Steps that suddenly become slow are noticed after POLL_BUDGET_CLOCK_STEPS of them.
 */
static bool poll_is_due(ouro_loop *loop)
{
    int64_t elapsed;

    if (loop->steps >= loop->poll_at_step)
        return true;
    elapsed = loop->backend->ops->now(loop->backend) - loop->polled_at;
    if (elapsed > POLL_BUDGET_NS) {
        uint64_t fitting = loop->steps_per_clock * POLL_BUDGET_NS / (uint64_t) elapsed;

        loop->steps_per_clock = fitting > 1 ? fitting : 1;
        return true;
    }
    if (loop->steps_per_clock < POLL_BUDGET_CLOCK_STEPS)
        loop->steps_per_clock *= 2;
    loop->clock_at_step = loop->steps + loop->steps_per_clock;
    return false;
}

bool ouro__loop_may_begin(ouro_loop *loop)
{
    if (loop->stay)
        return false;
    if (loop->steps >= loop->clock_at_step &&
        (atomic_load_explicit(&loop->inbox, memory_order_relaxed) != NULL || poll_is_due(loop)))
        return false;
    timers_make_ready(loop);
    loop->attention_at_step = loop->clock_at_step;
    return true;
}

/* A stack that nobody watches may be given back while its task still runs its last instructions on
 * it: giving writes nothing there. The sanitizers must be left first. */
#if defined(OURO_ASAN) || defined(OURO_TSAN) || defined(OURO_TORTURE)
#define STACK_IS_FREE_AT_ONCE false
#else
#define STACK_IS_FREE_AT_ONCE true
#endif

/* Gives the stack back of the task that has just ended: by then nobody runs on it any more. */
static inline void bury(ouro_loop *loop)
{
    struct stack *stack = loop->dead_stack;

    if (stack == NULL)
        return;
    loop->dead_stack = NULL;
    coro_done(&loop->dead_coro);
    stack_pool_give(&loop->stacks, stack);
}

static void use_stack(ouro_loop *loop, struct task *task, struct stack *stack)
{
    task->stack = stack;
    stack->owner = task;
    coro_init(&task->coro, stack, ouro__task_main, loop);
}

bool ouro__task_take_stack(ouro_loop *loop, struct task *task)
{
    struct stack *stack = stack_pool_take(&loop->stacks, task->stack_class);

    if (stack == NULL)
        return false;
    use_stack(loop, task, stack);
    return true;
}

/* The same, asking the kernel for memory if need be. */
static bool map_stack(ouro_loop *loop, struct task *task)
{
    struct stack *stack;

    if (ouro__task_take_stack(loop, task))
        return true;
    stack = ouro__stack_pool_grow(&loop->stacks, task->stack_class);
    if (stack == NULL)
        return false;
    use_stack(loop, task, stack);
    return true;
}

int ouro__task_deliver_cancel(struct task *task)
{
    task_clear_request(task);
    ouro__error_unref(task->failure);
    if (task->held_requests > 0) {
        task->failure = NULL;
        return -ECANCELED;
    }
    task->failure = task->future.error;
    task->future.error = NULL;
    return -ECANCELED;
}

bool ouro__wait_cancel(struct wait *wait, const char *message)
{
    (void) message;
    if (wait->finished)
        return false;
    wait_finish(wait, -ECANCELED);
    return true;
}

int ouro__park(struct wait *wait)
{
    return park(wait);
}

/* True if the next iteration may begin at once, and would run nothing but this task. Asks the end
 * of the list, which an append reads next. */
static inline bool is_alone(const ouro_loop *loop, const struct task *task)
{
    return loop->ready.previous_ == &loop->ready && loop->steps < loop->attention_at_step &&
           task->step.run_ == ouro__task_step && loop->eager == NULL;
}

int ouro__yield(struct task *task)
{
    ouro_loop *loop = task->future.loop;

    if (ouro__torture_suspends() || ouro__torture_wakes())
        (void) ouro_task_cancel(&task->future, "torture: as it yields");
    if (is_alone(loop, task)) {
        loop->steps++;
    } else {
        task_make_ready(task);
        switch_away(loop, task);
    }
    return task->flags & TASK_MUST_CANCEL ? ouro__task_deliver_cancel(task) : 0;
}

/* Calls the function of a task with the arguments behind its record; not at all for a task that was
 * cancelled before this first step. */
static int call_function(struct task *task)
{
    void *argument = task->arguments;

    if (task->flags & (TASK_ARGUMENT_PLAIN | TASK_MUST_CANCEL)) {
        if (task->flags & TASK_MUST_CANCEL)
            return ouro__task_deliver_cancel(task);
        memcpy(&argument, task->arguments, sizeof argument);
    }
    return task->function(argument);
}

/* Makes the next runnable's task current if it can begin on `stack`, whose own task has ended. */
static bool lend_stack(ouro_loop *loop, struct stack *stack)
{
    ouro_runnable *next = loop->next;
    struct task *task;

    if (next == NULL || next->run_ != ouro__task_step || loop->stacks.watched)
        return false;
    task = task_from_step(next);
    if (task->stack != NULL || task->stack_class != stack->class_index)
        return false;
    loop->next = NULL;
    loop->current = task;
    task->stack = stack;
    stack->owner = task;
    coro_restart(&loop->dead_coro, &task->coro);
    return true;
}

/* Makes the task of `loop->next` current, if it can be switched to. */
static struct coro *choose_heir(ouro_loop *loop)
{
    ouro_runnable *next = loop->next;

    if (next != NULL && next->run_ == ouro__task_step) {
        struct task *task = task_from_step(next);

        if (task->stack != NULL || ouro__task_take_stack(loop, task)) {
            loop->next = NULL;
            loop->current = task;
            return &task->coro;
        }
    }
    return &loop->coro;
}

void ouro__task_main(void *arg)
{
    ouro_loop *loop = arg;
    struct stack *stack = loop->current->stack;
    struct coro *heir = NULL;

    do {
        struct task *task = loop->current;
        int status = call_function(task);
        bool is_eager = loop->eager != NULL && loop->eager->child == task;

        ouro_assert(loop->current == task && task->stack == stack);
        if (__builtin_expect(task->scope != NULL, 0))
            ouro__scope_left_open(task);
        if (__builtin_expect(loop->stacks.options.fill, 0))
            ouro__census_count(loop, task);
        loop->dead_coro = task->coro;
        task->stack = NULL;
        loop->current = NULL;
        ouro__task_finish(task, status);
        if (is_eager) {
            heir = leave_eager_step(loop);
            break;
        }
        loop->next = loop_next_runnable(loop);
    } while (lend_stack(loop, stack));
    if (heir == NULL && STACK_IS_FREE_AT_ONCE && !loop->stacks.watched) {
        heir = choose_heir(loop);
        stack_pool_give(&loop->stacks, stack);
        coro_exit(&loop->dead_coro, heir);
    }
    loop->dead_stack = stack;
    coro_exit(&loop->dead_coro, heir != NULL ? heir : &loop->coro);
}

/* Resumes or starts a task from the loop's context. */
__attribute__((always_inline)) static inline void resume(ouro_loop *loop, struct task *task)
{
    if (task->stack == NULL && !map_stack(loop, task)) {
        ouro__task_fail(task, -ENOMEM);
        return;
    }
    loop->current = task;
    coro_switch(&loop->coro, &task->coro);
    bury(loop);
}

void ouro__task_resume(ouro_loop *loop, struct task *task)
{
    resume(loop, task);
}

void ouro__loop_run_ready(ouro_loop *loop)
{
    if (__builtin_expect(loop->debug, 0)) {
        ouro__debug_run_ready(loop);
        return;
    }
    for (;;) {
        ouro_runnable *next = loop->next != NULL ? loop->next : loop_next_runnable(loop);

        loop->next = NULL;
        if (next == NULL)
            return;
        if (next->run_ == ouro__task_step)
            resume(loop, task_from_step(next));
        else
            next->run_(next);
    }
}

int ouro__task_start_eagerly(ouro_loop *loop, struct task *task)
{
    struct coro *own = loop->ending != NULL ? loop->ending : &loop->coro;
    struct eager_frame frame = {
        .outer = loop->eager,
        .child = task,
        .caller = loop->current,
        .caller_coro = loop->current != NULL ? &loop->current->coro : own,
    };

    if (!map_stack(loop, task))
        return -ENOMEM;
    loop->eager = &frame;
    loop->current = task;
    coro_switch(frame.caller_coro, &task->coro);
    bury(loop);
    return 0;
}
