/* The marks of flow control. */
#include "transport_scenario.h"

static void trace_marks(const struct recorder *recorder)
{
    size_t low;
    size_t high;

    ouro_transport_get_write_buffer_limits(recorder->transport, &low, &high);
    trace("marks %zu %zu", low, high);
}

static void set_marks(struct recorder *recorder, size_t high, size_t low)
{
    int status = ouro_transport_set_write_buffer_limits(recorder->transport, high, low);

    trace("set %zu: %s", high, show(status));
    trace_marks(recorder);
}

OURO_ASYNC(what_they_are)
{
    struct recorder *recorder = new_recorder("a");

    OURO_TRY(open_pair(recorder));
    trace_marks(recorder);
    set_marks(recorder, 1000, 0);
    set_marks(recorder, 1000, 10);
    set_marks(recorder, 1000, 1000);
    set_marks(recorder, 3, 0);
    set_marks(recorder, 0, 0);
    return finish(recorder);
}

OURO_ASYNC(low_above_high)
{
    struct recorder *recorder = new_recorder("a");

    OURO_TRY(open_pair(recorder));
    set_marks(recorder, 10, 11);
    return finish(recorder);
}

OURO_ASYNC(a_high_mark_that_is_not_reached)
{
    struct recorder *recorder = new_recorder("a");

    OURO_TRY(open_pair(recorder));
    set_marks(recorder, 2 * MUCH, 0);
    OURO_TRY(write_much(recorder->transport));
    trace("written");
    trace("%d", peer_reads(recorder, NULL, MUCH));
    return finish(recorder);
}

OURO_ASYNC(lowered_below_what_is_queued)
{
    struct recorder *recorder = new_recorder("a");

    OURO_TRY(open_pair(recorder));
    set_marks(recorder, 2 * MUCH, 0);
    OURO_TRY(write_much(recorder->transport));
    trace("written");
    set_marks(recorder, 100, 0);
    OURO_TRY(peer_drains(recorder, MUCH, recorder, RESUME));
    return finish(recorder);
}

OURO_ASYNC(raised_while_paused)
{
    struct recorder *recorder = new_recorder("a");

    OURO_TRY(open_pair(recorder));
    OURO_TRY(write_much(recorder->transport));
    set_marks(recorder, 2 * MUCH, 1);
    OURO_TRY(peer_drains(recorder, MUCH, recorder, RESUME));
    return finish(recorder);
}

SCENARIO(CASE(what_they_are), CASE(low_above_high), CASE(a_high_mark_that_is_not_reached),
         CASE(lowered_below_what_is_queued), CASE(raised_while_paused))
