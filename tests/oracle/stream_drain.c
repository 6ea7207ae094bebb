/* drain(): waits while too much is queued. */
#include "transport_scenario.h"

enum { WRITERS_MAX = 3 };

OURO_ASYNC(drains, (struct recorder *, side))
{
    int status = ouro_stream_drain(side->stream);

    trace("drain: %s", show_net(status));
    return 0;
}

static int write_and_drain(struct recorder *side, ouro_task **tasks, int count)
{
    int done = 0;

    OURO_TRY(write_much(ouro_stream_transport(side->stream)));
    for (int i = 0; i < count; i++) {
        tasks[i] = spawn(drains_coro(side), "writer-%d", i + 1);
    }
    OURO_TRY(settle());
    for (int i = 0; i < count; i++) {
        done += ouro_future_done(tasks[i]);
    }
    trace("done %d", done);
    return 0;
}

OURO_ASYNC(it_does_not_wait_for_little)
{
    struct recorder *side = new_recorder("peer");

    OURO_TRY(open_stream(side, 0));
    say_soon("soon");
    OURO_TRY(ouro_stream_write(side->stream, bytes_of("little")));
    OURO_TRY(drains(side));
    OURO_TRY(ouro_sleep(0));
    trace("%s", peer_gets(side, 6));
    return close_stream(side);
}

static int drain_in_tasks(struct recorder *side, int count, int cancelled)
{
    ouro_task *tasks[WRITERS_MAX];

    OURO_TRY(write_and_drain(side, tasks, count));
    if (cancelled >= 0) {
        ouro_task_cancel(tasks[cancelled], NULL);
        OURO_TRY(settle());
    }
    int size = peer_reads(side, NULL, MUCH);
    join_all(tasks, (size_t) count);
    trace("%d", size);
    return 0;
}

OURO_ASYNC(it_waits_for_the_peer)
{
    struct recorder *side = new_recorder("peer");

    OURO_TRY(open_stream(side, 0));
    OURO_TRY(drain_in_tasks(side, 1, -1));
    return close_stream(side);
}

OURO_ASYNC(several_wait)
{
    struct recorder *side = new_recorder("peer");

    OURO_TRY(open_stream(side, 0));
    OURO_TRY(drain_in_tasks(side, 3, -1));
    return close_stream(side);
}

OURO_ASYNC(one_of_them_is_cancelled)
{
    struct recorder *side = new_recorder("peer");

    OURO_TRY(open_stream(side, 0));
    OURO_TRY(drain_in_tasks(side, 3, 1));
    return close_stream(side);
}

OURO_ASYNC(the_connection_is_lost)
{
    struct recorder *side = new_recorder("peer");
    ouro_task *tasks[WRITERS_MAX];

    OURO_TRY(open_stream(side, 0));
    OURO_TRY(write_and_drain(side, tasks, 2));
    shutdown(side->peer, SHUT_RDWR);
    join_all(tasks, 2);
    OURO_TRY(drains(side));
    return close_stream(side);
}

OURO_ASYNC(after_a_close)
{
    struct recorder *side = new_recorder("peer");

    OURO_TRY(open_stream(side, 0));
    ouro_stream_close_nowait(side->stream);
    say_soon("soon");
    OURO_TRY(drains(side));
    OURO_TRY(drains(side));
    return close_stream(side);
}

OURO_ASYNC(after_the_end_of_the_peer)
{
    struct recorder *side = new_recorder("peer");

    OURO_TRY(open_stream(side, 0));
    shutdown(side->peer, SHUT_WR);
    OURO_TRY(settle());
    OURO_TRY(drains(side));
    OURO_TRY(ouro_stream_write(side->stream, bytes_of("answer")));
    OURO_TRY(drains(side));
    trace("%s", peer_gets(side, 6));
    return close_stream(side);
}

SCENARIO(CASE(it_does_not_wait_for_little), CASE(it_waits_for_the_peer), CASE(several_wait),
         CASE(one_of_them_is_cancelled), CASE(the_connection_is_lost), CASE(after_a_close),
         CASE(after_the_end_of_the_peer))
