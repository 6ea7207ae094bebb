/* Pauses between attempts. */
#include "sys/file_pause.h"

#include "base/bounds.h"
#include "base/time.h"
#include "loop/timer.h"

#include <errno.h>

static void end_in_time(ouro_runnable *runnable)
{
    ouro_timer_entry *timer = container_of(runnable, ouro_timer_entry, runnable_);

    wait_finish(&container_of(timer, struct file_pause, timer)->wait, 0);
}

static bool end_early(struct file_pause *pause, int status)
{
    if (pause->wait.finished)
        return false;
    timer_disarm(pause->wait.task->future.loop, &pause->timer);
    wait_finish(&pause->wait, status);
    return true;
}

static bool cancel_pause(struct wait *wait, const char *message)
{
    (void) message;
    return end_early(container_of(wait, struct file_pause, wait), -ECANCELED);
}

int ouro__file_pause(struct file_pause *pause, struct task *task, int64_t longest_ns,
                     const char *operation)
{
    ouro_loop *loop = task->future.loop;
    int64_t length_ns = pause->length_ns > 0 ? pause->length_ns * 2 : FILE_PAUSE_MIN_NS;

    pause->length_ns = length_ns < longest_ns ? length_ns : longest_ns;
    pause->wait = (struct wait) {
        .task = task,
        .cancel = cancel_pause,
        .abandon = pause->wait.abandon,
        .operation = operation,
    };
    pause->timer.runnable_.link_.next_ = NULL;
    pause->timer.runnable_.run_ = end_in_time;
    timer_arm(loop, &pause->timer, time_add(loop_now(loop), pause->length_ns));
    return ouro__park(&pause->wait);
}

void ouro__file_pause_end(struct file_pause *pause)
{
    (void) end_early(pause, 0);
}
