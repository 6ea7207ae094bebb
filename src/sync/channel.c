/* Channels. At any time at most one of these is so: items are in the channel, receivers wait. And
 * senders wait only while the channel is full.
 *
 * Cost of an item that a task waits for: 290 instructions for the send, the switch and the receive.
 * No system call; memory is taken only when a channel holds more items than ever before.
 */
#include "sync/channel.h"

#include "base/assert.h"
#include "loop/detail.h"
#include "loop/schedule.h"
#include "sync/items.h"

#include <errno.h>

int ouro_channel_init(ouro_channel *channel, size_t item_size, size_t capacity)
{
    if (channel == NULL || item_size == 0)
        return ouro_error_set(-EINVAL, "channel", "no channel was given, or items of no size");
    *channel = (ouro_channel) { .items_ = { .size_ = item_size }, .capacity_ = capacity };
    return 0;
}

void ouro_channel_done(ouro_channel *channel)
{
    if (channel == NULL)
        return;
    ouro_assert(waiters_are_none(&channel->senders_) && waiters_are_none(&channel->receivers_));
    ouro__items_done(&channel->items_);
    *channel = (ouro_channel) { 0 };
}

int ouro__channel_check(const ouro_channel *channel, const char *operation)
{
    if (channel == NULL)
        return ouro_error_set(-EINVAL, operation,
                              "no channel was given, or one that was made for items of another "
                              "size");
    if (channel->items_.size_ == 0)
        return ouro_error_set(-EINVAL, operation,
                              "the channel was not made: use OURO_CHANNEL_INIT or "
                              "ouro_channel_init");
    return 0;
}

int ouro__channel_bind(ouro_channel *channel, const ouro_loop *loop, const char *operation)
{
    if (channel->senders_.loop_ == loop->serial)
        return 0;
    if (channel->senders_.loop_ != 0)
        return ouro_error_set(OURO_EWRONGLOOP, operation,
                              "a task of another loop has waited for this channel before: use one "
                              "channel for each loop");
    channel->senders_.loop_ = loop->serial;
    channel->receivers_.loop_ = loop->serial;
    list_init(&channel->senders_.list_);
    list_init(&channel->receivers_.list_);
    return 0;
}

/* Says OURO_EFULL and OURO_ECLOSED without a detail; no memory with one. */
static inline int send_now(ouro_channel *channel, const void *item)
{
    ouro_items *items = &channel->items_;
    ouro_select_case *receiver;

    if (channel->is_closed_)
        return OURO_ECLOSED;
    receiver = select_first(&channel->receivers_);
    if (receiver != NULL) {
        if (receiver->ret_item != NULL)
            item_copy(receiver->ret_item, item, items->size_);
        select_finish(receiver, 1);
        return 0;
    }
    if (items->count_ >= channel->capacity_)
        return OURO_EFULL;
    if (items->count_ == items->slots_ && ouro__items_reserve(items) < 0)
        return ouro_error_set(-ENOMEM, "send", "out of memory: the channel has %zu items",
                              items->count_);
    items_push(items, item);
    return 0;
}

/* Says OURO_EEMPTY without a detail. */
static inline int receive_now(ouro_channel *channel, void *ret_item)
{
    ouro_items *items = &channel->items_;
    ouro_select_case *sender = select_first(&channel->senders_);

    if (items->count_ > 0) {
        items_pop_oldest(items, ret_item);
        if (sender != NULL) {
            items_push(items, sender->item);
            select_finish(sender, 0);
        }
        return 1;
    }
    if (sender != NULL) {
        if (ret_item != NULL)
            item_copy(ret_item, sender->item, items->size_);
        select_finish(sender, 0);
        return 1;
    }
    return channel->is_closed_ ? 0 : OURO_EEMPTY;
}

int ouro__channel_send_now(ouro_channel *channel, const void *item)
{
    int status = send_now(channel, item);

    return status < 0 && status != -ENOMEM ? ouro__failure_plain(status) : status;
}

int ouro__channel_receive_now(ouro_channel *channel, void *ret_item)
{
    int status = receive_now(channel, ret_item);

    return status < 0 ? ouro__failure_plain(status) : status;
}

static int check_send(const ouro_channel *channel, const void *item)
{
    int status = ouro__channel_check(channel, "send");

    if (status == 0 && item == NULL)
        return ouro_error_set(-EINVAL, "send", "no item was given");
    return status;
}

int ouro_channel_try_send(ouro_channel *channel, const void *item)
{
    int status = check_send(channel, item);

    return status < 0 ? status : ouro__channel_send_now(channel, item);
}

int ouro_channel_try_receive(ouro_channel *channel, void *ret_item)
{
    int status = ouro__channel_check(channel, "receive");

    return status < 0 ? status : ouro__channel_receive_now(channel, ret_item);
}

/* Waits until somebody has taken `item`, or stored one in `ret_item`. */
__attribute__((always_inline)) static inline int
wait_for_other(ouro_channel *channel, ouro_select_kind kind, const void *item, void *ret_item)
{
    const char *operation = kind == OURO_SELECT_SEND ? "channel send" : "channel receive";
    struct task *task = current_task();
    int status;
    struct select self;
    ouro_select_case one = {
        .kind = kind,
        .channel = channel,
        .item = item,
        .ret_item = ret_item,
        .ret_result = &status,
    };

    if (__builtin_expect(task == NULL, 0)) {
        (void) ouro__task_required(operation, &status);
        return status;
    }
    if (channel->senders_.loop_ != task->future.loop->serial) {
        status = ouro__channel_bind(channel, task->future.loop, operation);
        if (status < 0)
            return status;
    }
    select_init(&self, task, &one, 1, operation);
    select_enter(&self, &one);
    if (park(&self.wait) < 0)
        return -ECANCELED;
    return status < 0 ? ouro__failure_plain(status) : status;
}

/* These two are jumped to and leave no frame of their callers, so they bear their names in stacks,
 * where suffixes are left out. */
RETURN_BY_JUMP static int send_slowly(ouro_channel *channel,
                                      const void *item) __asm__("ouro_channel_send.slowly");
RETURN_BY_JUMP static int receive_slowly(ouro_channel *channel,
                                         void *ret_item) __asm__("ouro_channel_receive.slowly");

static int send_slowly(ouro_channel *channel, const void *item)
{
    return wait_for_other(channel, OURO_SELECT_SEND, item, NULL);
}

static int receive_slowly(ouro_channel *channel, void *ret_item)
{
    return wait_for_other(channel, OURO_SELECT_RECEIVE, NULL, ret_item);
}

int ouro_channel_send(ouro_channel *channel, const void *item)
{
    int status = check_send(channel, item);

    if (status < 0)
        return status;
    status = send_now(channel, item);
    if (status == OURO_EFULL)
        return send_slowly(channel, item);
    return status == OURO_ECLOSED ? ouro__failure_plain(status) : status;
}

int ouro_channel_receive(ouro_channel *channel, void *ret_item)
{
    int status = ouro__channel_check(channel, "receive");

    if (status < 0)
        return status;
    status = receive_now(channel, ret_item);
    return status != OURO_EEMPTY ? status : receive_slowly(channel, ret_item);
}

int ouro_channel_close(ouro_channel *channel)
{
    int status = ouro__channel_check(channel, "close");
    ouro_select_case *one;

    if (status < 0)
        return status;
    if (channel->is_closed_)
        return ouro_error_set(OURO_ECLOSED, "close", "the channel is closed already");
    channel->is_closed_ = true;
    while ((one = select_first(&channel->receivers_)) != NULL)
        select_finish(one, 0);
    while ((one = select_first(&channel->senders_)) != NULL)
        select_finish(one, OURO_ECLOSED);
    return 0;
}

size_t ouro_channel_size(const ouro_channel *channel)
{
    return channel != NULL ? channel->items_.count_ : 0;
}

size_t ouro_channel_capacity(const ouro_channel *channel)
{
    return channel != NULL ? channel->capacity_ : 0;
}

bool ouro_channel_is_closed(const ouro_channel *channel)
{
    return channel != NULL && channel->is_closed_;
}
