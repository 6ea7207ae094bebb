/* How a task waits for channels: one select in its frame, and a case in a list of each channel.
 *
 * Who can go on with a task that waits takes all cases of its select out of their lists, does what
 * the case asks for and finishes the wait. So the lists hold only tasks that still wait, and what
 * has been done for one of them stays done: a cancel that comes later stays pending.
 */
#ifndef OURO_SYNC_CHANNEL_H
#define OURO_SYNC_CHANNEL_H

#include "ouro/channel.h"
#include "sync/waiters.h"

struct select {
    struct wait wait;
    ouro_select_case *cases;
    size_t count;
};

/* The `cancel` and the `abandon` of a select's wait. */
bool ouro__select_cancel(struct wait *wait, const char *message);
void ouro__select_abandon(struct wait *wait);

static inline void select_init(struct select *select, struct task *task, ouro_select_case *cases,
                               size_t count, const char *operation)
{
    select->wait = (struct wait) {
        .task = task,
        .cancel = ouro__select_cancel,
        .abandon = ouro__select_abandon,
        .operation = operation,
        .keeps_result = true,
    };
    select->cases = cases;
    select->count = count;
}

/* Has a case wait in its channel, which was bound to the loop of the task. */
static inline void select_enter(struct select *select, ouro_select_case *one)
{
    ouro_channel *channel = one->channel;

    one->select_ = select;
    list_append(one->kind == OURO_SELECT_SEND ? &channel->senders_.list_
                                              : &channel->receivers_.list_,
                &one->link_);
}

/* Takes all cases of a select out of the lists they are in. */
static inline void select_leave(struct select *select)
{
    size_t i;

    for (i = 0; i < select->count; i++)
        if (link_is_queued(&select->cases[i].link_))
            list_remove(&select->cases[i].link_);
}

/* Ends the wait of a task by this case of it. */
static inline void select_finish(ouro_select_case *one, int result)
{
    struct select *select = one->select_;

    select_leave(select);
    if (one->ret_result != NULL)
        *one->ret_result = result;
    wait_finish(&select->wait, (int) (one - select->cases));
}

/* The case that waits longest in a list of a channel, or NULL. */
static inline ouro_select_case *select_first(const ouro_waiters *waiters)
{
    if (waiters_are_none(waiters))
        return NULL;
    return container_of(waiters->list_.next_, ouro_select_case, link_);
}

/* Returns 0, or -EINVAL if this is no channel that can be used. */
int ouro__channel_check(const ouro_channel *channel, const char *operation);

/* Both lists of a channel belong to the loop of the first task that waits in one of them. Returns
 * 0, or OURO_EWRONGLOOP. */
int ouro__channel_bind(ouro_channel *channel, const ouro_loop *loop, const char *operation);

/* Send and receive without a wait, on a channel that was checked. OURO_EFULL and OURO_EEMPTY: a
 * wait would be needed. */
int ouro__channel_send_now(ouro_channel *channel, const void *item);
int ouro__channel_receive_now(ouro_channel *channel, void *ret_item);

#endif
