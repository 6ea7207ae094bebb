/* Closing a stream, and waiting for that. */
#include "transport_scenario.h"

OURO_ASYNC(waits_closed, (struct recorder *, side))
{
    int status = ouro_stream_wait_closed(side->stream);

    trace("wait_closed: %s", show_net(status));
    return 0;
}

OURO_ASYNC(in_its_turn)
{
    struct recorder *side = new_recorder("peer");

    OURO_TRY(open_stream(side, 0));
    say_soon("before");
    ouro_stream_close_nowait(side->stream);
    say_soon("after");
    trace("closing %d", ouro_stream_is_closing(side->stream));
    OURO_TRY(waits_closed(side));
    return close_stream(side);
}

OURO_ASYNC(again_and_again)
{
    struct recorder *side = new_recorder("peer");

    OURO_TRY(open_stream(side, 0));
    ouro_stream_close_nowait(side->stream);
    ouro_stream_close_nowait(side->stream);
    OURO_TRY(waits_closed(side));
    ouro_stream_close_nowait(side->stream);
    OURO_TRY(waits_closed(side));
    return close_stream(side);
}

OURO_ASYNC(several_wait)
{
    struct recorder *side = new_recorder("peer");
    ouro_task *tasks[2];

    OURO_TRY(open_stream(side, 0));
    for (int i = 0; i < 2; i++) {
        tasks[i] = spawn(waits_closed_coro(side), "waiter-%d", i + 1);
    }
    OURO_TRY(ouro_sleep(0));
    trace("closes");
    ouro_stream_close_nowait(side->stream);
    join_all(tasks, 2);
    return close_stream(side);
}

OURO_ASYNC(with_bytes_that_nobody_has_read)
{
    struct recorder *side = new_recorder("peer");

    OURO_TRY(open_stream(side, 0));
    put(side, "for nobody");
    OURO_TRY(settle());
    ouro_stream_close_nowait(side->stream);
    OURO_TRY(waits_closed(side));
    return close_stream(side);
}

OURO_ASYNC(what_was_written_is_sent)
{
    struct recorder *side = new_recorder("peer");

    OURO_TRY(open_stream(side, 0));
    OURO_TRY(ouro_stream_write(side->stream, bytes_of("last ")));
    OURO_TRY(ouro_stream_write(side->stream, bytes_of("words")));
    ouro_stream_close_nowait(side->stream);
    OURO_TRY(waits_closed(side));
    trace("%s", peer_gets(side, 100));
    return close_stream(side);
}

OURO_ASYNC(it_waits_for_a_full_queue)
{
    struct recorder *side = new_recorder("peer");

    OURO_TRY(open_stream(side, 0));
    OURO_TRY(write_much(ouro_stream_transport(side->stream)));
    ouro_stream_close_nowait(side->stream);
    ouro_task *task = spawn(waits_closed_coro(side), "waiter");
    OURO_TRY(settle());
    trace("done %d", ouro_future_done(task));
    int count = peer_reads(side, NULL, MUCH);
    OURO_TRY(join(task));
    trace("%d", count);
    return close_stream(side);
}

OURO_ASYNC(aborted)
{
    struct recorder *side = new_recorder("peer");

    OURO_TRY(open_stream(side, 0));
    OURO_TRY(write_much(ouro_stream_transport(side->stream)));
    ouro_stream_abort(side->stream);
    trace("closing %d", ouro_stream_is_closing(side->stream));
    OURO_TRY(waits_closed(side));
    return close_stream(side);
}

SCENARIO(CASE(in_its_turn), CASE(again_and_again), CASE(several_wait),
         CASE(with_bytes_that_nobody_has_read), CASE(what_was_written_is_sent),
         CASE(it_waits_for_a_full_queue), CASE(aborted))
