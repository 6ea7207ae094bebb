/* Select: a wait for any of several sends and receives. */
#include "sync/channel.h"

#include <errno.h>
#include <limits.h>

/* Nothing may be done for a task that is to get -ECANCELED: it leaves the lists at once. */
bool ouro__select_cancel(struct wait *wait, const char *message)
{
    (void) message;
    if (wait->finished)
        return false;
    select_leave(container_of(wait, struct select, wait));
    wait_finish(wait, -ECANCELED);
    return true;
}

void ouro__select_abandon(struct wait *wait)
{
    select_leave(container_of(wait, struct select, wait));
}

/* Waits until somebody has done one of the cases, none of which can go on by itself. Returns the
 * index of that case, whose result is stored. */
static int wait_for_any(ouro_select_case *cases, size_t count)
{
    int status;
    struct task *task = ouro__task_required("select", &status);
    struct select self;
    size_t i;

    if (task == NULL)
        return status;
    for (i = 0; i < count; i++) {
        cases[i].link_.next_ = NULL;
        if (cases[i].channel == NULL)
            continue;
        status = ouro__channel_bind(cases[i].channel, task->future.loop, "select");
        if (status < 0)
            return status;
    }
    select_init(&self, task, cases, count, "select");
    for (i = 0; i < count; i++)
        if (cases[i].channel != NULL)
            select_enter(&self, &cases[i]);
    return ouro__park(&self.wait);
}

static bool is_ready(const ouro_select_case *one)
{
    const ouro_channel *channel = one->channel;

    if (channel == NULL || one->kind == OURO_SELECT_OTHERWISE)
        return false;
    if (channel->is_closed_)
        return true;
    if (one->kind == OURO_SELECT_RECEIVE)
        return channel->items_.count_ > 0 || !waiters_are_none(&channel->senders_);
    return channel->items_.count_ < channel->capacity_ || !waiters_are_none(&channel->receivers_);
}

/* Checks the cases. Counts those that can go on, stores the index of an OURO_OTHERWISE or `count`,
 * and whether there is anything to wait for. */
static int look_at(const ouro_select_case *cases, size_t count, size_t *ret_ready,
                   size_t *ret_otherwise, bool *ret_any)
{
    size_t i;

    *ret_ready = 0;
    *ret_otherwise = count;
    *ret_any = false;
    if (cases == NULL || count > INT_MAX)
        return ouro_error_set(-EINVAL, "select", "no cases were given");
    for (i = 0; i < count; i++) {
        const ouro_select_case *one = &cases[i];

        if (one->kind == OURO_SELECT_OTHERWISE) {
            *ret_otherwise = i;
            continue;
        }
        if (one->kind == OURO_SELECT_MISMATCH_)
            return ouro__channel_check(NULL, "select");
        if ((one->kind != OURO_SELECT_RECEIVE && one->kind != OURO_SELECT_SEND) ||
            (one->kind == OURO_SELECT_SEND && one->item == NULL))
            return ouro_error_set(-EINVAL, "select", "case %zu is no send or receive of an item",
                                  i);
        if (one->channel == NULL)
            continue;
        if (ouro__channel_check(one->channel, "select") < 0)
            return -EINVAL;
        *ret_any = true;
        *ret_ready += is_ready(one);
    }
    return 0;
}

/* Pseudo-random numbers of this thread. They begin anew with each loop, so that a run that is
 * repeated is the same. */
static size_t choose(size_t ready)
{
    static _Thread_local uint64_t turn;
    static _Thread_local uint64_t serial;
    const ouro_loop *loop = ouro__loop_current;
    uint64_t number;

    if (ready == 1)
        return 0;
    if (loop != NULL && loop->serial != serial) {
        serial = loop->serial;
        turn = 0;
    }
    number = ++turn * UINT64_C(0x9e3779b97f4a7c15);
    number = (number ^ (number >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    number ^= number >> 31;
    return (size_t) (number % ready);
}

/* Does the case that is number `chosen` among those that can go on. Returns its index. */
static int do_ready(ouro_select_case *cases, size_t chosen)
{
    size_t i;
    ouro_select_case *one;
    int result;

    for (i = 0; !is_ready(&cases[i]) || chosen-- > 0; i++)
        continue;
    one = &cases[i];
    result = one->kind == OURO_SELECT_SEND ? ouro__channel_send_now(one->channel, one->item)
                                           : ouro__channel_receive_now(one->channel, one->ret_item);
    if (result == -ENOMEM)
        return result;
    if (one->ret_result != NULL)
        *one->ret_result = result;
    return (int) i;
}

int ouro_select_array(ouro_select_case *cases, size_t count)
{
    size_t ready;
    size_t otherwise;
    bool is_any;
    int status = look_at(cases, count, &ready, &otherwise, &is_any);

    if (status < 0)
        return status;
    if (ready > 0)
        return do_ready(cases, choose(ready));
    if (otherwise < count)
        return (int) otherwise;
    if (!is_any)
        return ouro_error_set(-EINVAL, "select", "no case could ever go on: it would never return");
    return wait_for_any(cases, count);
}
