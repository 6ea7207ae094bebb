/* Sleeping. As in asyncio a timer first completes the wait, and the task runs in the iteration
 * after that.
 *
 * Cost: one timer armed and disarmed in O(1), two passes through the ready queue, one read of the
 * clock.
 */
#include "loop/sleep.h"
#include "base/time.h"
#include "loop/park.h"
#include "loop/timer.h"

#include <errno.h>

static void wake_sleeper(ouro_runnable *runnable)
{
    ouro_timer_entry *timer = container_of(runnable, ouro_timer_entry, runnable_);
    struct sleep_wait *self = container_of(timer, struct sleep_wait, timer);

    wait_finish(&self->wait, 0);
}

static bool cancel_sleep(struct wait *wait, const char *message)
{
    struct sleep_wait *self = container_of(wait, struct sleep_wait, wait);

    (void) message;
    if (wait->finished)
        return false;
    timer_disarm(wait->task->future.loop, &self->timer);
    wait_finish(wait, -ECANCELED);
    return true;
}

/* Kept apart from ouro_sleep, so that a bare yield has no frame of its own. Ouro_sleep jumps here
 * and leaves no frame, so this one bears its name in stacks, where suffixes are left out. */
__attribute__((noinline)) static int sleep_for(struct task *task,
                                               double delay) __asm__("ouro_sleep.for");

static int sleep_for(struct task *task, double delay)
{
    ouro_loop *loop = task->future.loop;
    int64_t delay_ns;
    struct sleep_wait self;

    if (time_from_seconds(delay, &delay_ns) < 0)
        return ouro_error_set(-EINVAL, "sleep", "the delay is not a number (NaN)");
    self.wait =
        (struct wait) { .task = task, .cancel = cancel_sleep, .operation = ouro__operation_sleep };
    self.timer.runnable_.link_.next_ = NULL;
    self.timer.runnable_.run_ = wake_sleeper;
    timer_arm(loop, &self.timer, time_add(loop_now(loop), delay_ns));
    return ouro__park(&self.wait);
}

__attribute__((noinline, cold)) static int not_in_a_task(void)
{
    int status = 0;

    (void) ouro__task_required("sleep", &status);
    return status;
}

int ouro_sleep(double delay)
{
    struct task *task = current_task();

    if (__builtin_expect(task == NULL, 0))
        return not_in_a_task();
    if (delay <= 0)
        return ouro__yield(task);
    return sleep_for(task, delay);
}
