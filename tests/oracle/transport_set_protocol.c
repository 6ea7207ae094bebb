/* set_protocol(): from then on another protocol is told. */
#include "transport_scenario.h"

static struct recorder *successor;

static int set_protocol(struct recorder *recorder, struct recorder *next)
{
    return ouro_transport_set_protocol(recorder->transport, &next->protocol);
}

static int give_up(struct recorder *recorder)
{
    return set_protocol(recorder, successor);
}

/* Closes a connection whose last protocol is another than its first. */
static int finish_both(struct recorder *first, struct recorder *last)
{
    ouro_transport_close(first->transport);
    OURO_TRY(wait_event(last, LOST));
    first->is_lost = true;
    return finish(first);
}

OURO_ASYNC(bytes_and_the_end_go_to_it)
{
    struct recorder *first = new_recorder("first");
    struct recorder *second = new_recorder("second");

    OURO_TRY(open_pair(first));
    put(first, "one");
    OURO_TRY(wait_event(first, DATA));
    OURO_TRY(set_protocol(first, second));
    trace("protocol %d", ouro_transport_get_protocol(first->transport) == &second->protocol);
    put(first, "two");
    OURO_TRY(wait_event(second, DATA));
    peer_close(first);
    return finish_both(first, second);
}

OURO_ASYNC(in_data_received)
{
    struct recorder *first = new_recorder("first");
    struct recorder *second = successor = new_recorder("second");

    first->hooks[DATA] = give_up;
    OURO_TRY(open_pair(first));
    put(first, "one");
    OURO_TRY(wait_event(first, DATA));
    put(first, "two");
    OURO_TRY(wait_event(second, DATA));
    return finish_both(first, second);
}

OURO_ASYNC(in_connection_made)
{
    struct recorder *first = new_recorder("first");
    struct recorder *second = successor = new_recorder("second");

    first->hooks[MADE] = give_up;
    OURO_TRY(open_pair(first));
    put(first, "one");
    OURO_TRY(wait_event(second, DATA));
    return finish_both(first, second);
}

OURO_ASYNC(flow_control_goes_to_it)
{
    struct recorder *first = new_recorder("first");
    struct recorder *second = new_recorder("second");

    OURO_TRY(open_pair(first));
    OURO_TRY(write_much(first->transport));
    OURO_TRY(set_protocol(first, second));
    OURO_TRY(peer_drains(first, MUCH, second, RESUME));
    return finish_both(first, second);
}

OURO_ASYNC(between_the_kinds)
{
    struct recorder *first = new_recorder("first");
    struct recorder *second = new_buffered_recorder("second", 8);
    struct recorder *third = new_recorder("third");

    OURO_TRY(open_pair(first));
    put(first, "one");
    OURO_TRY(wait_event(first, DATA));
    OURO_TRY(set_protocol(first, second));
    put(first, "two");
    OURO_TRY(wait_event(second, UPDATED));
    OURO_TRY(set_protocol(first, third));
    put(first, "three");
    OURO_TRY(wait_event(third, DATA));
    return finish_both(first, third);
}

SCENARIO(CASE(bytes_and_the_end_go_to_it), CASE(in_data_received), CASE(in_connection_made),
         CASE(flow_control_goes_to_it), CASE(between_the_kinds))
