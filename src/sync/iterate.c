/* The items of queues and channels, one after another, for ouro_async_for. */
#include "ouro/channel.h"
#include "ouro/error.h"

static int next_of_queue(ouro_async_iterator *iterator, void *ret_item)
{
    int status = ouro_queue_get((ouro_queue *) iterator->source, ret_item);

    if (status == OURO_ESHUTDOWN)
        return 0;
    return status < 0 ? status : 1;
}

ouro_async_iterator ouro_queue_items(ouro_queue *queue)
{
    return (ouro_async_iterator) {
        .next = next_of_queue,
        .source = queue,
        .item_size = queue != NULL ? queue->items_.size_ : 0,
    };
}

static int next_of_channel(ouro_async_iterator *iterator, void *ret_item)
{
    return ouro_channel_receive((ouro_channel *) iterator->source, ret_item);
}

ouro_async_iterator ouro_channel_items(ouro_channel *channel)
{
    return (ouro_async_iterator) {
        .next = next_of_channel,
        .source = channel,
        .item_size = channel != NULL ? channel->items_.size_ : 0,
    };
}
