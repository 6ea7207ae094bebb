/* How a task waits for channels: one select in its frame, and a case in a list of each channel.
 *
 * Who can go on with a task that waits takes all cases of its select out of their lists, does what
 * the case asks for and finishes the wait. So the lists hold only tasks that still wait, and what
 * has been done for one of them stays done: a cancel that comes later stays pending.
 */
#ifndef OURO_SYNC_CHANNEL_H
#define OURO_SYNC_CHANNEL_H

#include "loop/park.h"
#include "ouro/channel.h"
#include "sync/waiters.h"

struct select {
    struct wait wait;
    ouro_select_case *cases;
    size_t count;
};

/* Waits until somebody has done one of the cases, none of which can go on by itself. Returns the
 * index of that case, whose result is stored. */
int ouro__select_wait(ouro_select_case *cases, size_t count, const char *operation);

/* Ends the wait of a task by this case of it. */
void ouro__select_finish(ouro_select_case *one, int result);

/* The case that waits longest in a list of a channel, or NULL. */
static inline ouro_select_case *select_first(const ouro_waiters *waiters)
{
    if (waiters_are_none(waiters))
        return NULL;
    return container_of(waiters->list_.next_, ouro_select_case, link_);
}

/* Returns 0, or -EINVAL if this is no channel that can be used. */
int ouro__channel_check(const ouro_channel *channel, const char *operation);

/* Send and receive without a wait, on a channel that was checked. OURO_EFULL and OURO_EEMPTY: a
 * wait would be needed. */
int ouro__channel_send_now(ouro_channel *channel, const void *item);
int ouro__channel_receive_now(ouro_channel *channel, void *ret_item);

#endif
