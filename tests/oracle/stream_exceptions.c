/* set_exception(): every read fails, the one that waits too. */
#include "stream_scenario.h"

OURO_ASYNC(every_read_fails)
{
    ouro_stream *stream = new_stream(0);

    feed(stream, "data\n");
    trace("%s", show(ouro_stream_exception(stream)));
    ouro_stream_set_exception(stream, fail(1));
    trace("%s", show(ouro_stream_exception(stream)));
    trace("%s", do_read(stream, 1));
    trace("%s", do_readline(stream));
    trace("%s", do_readuntil(stream, "\n"));
    trace("at_eof %d", ouro_stream_at_eof(stream));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(who_waits_is_told)
{
    ouro_stream *stream = new_stream(0);
    ouro_task *task = spawn(reads_coro(stream, 2), "reader");

    OURO_TRY(ouro_sleep(1));
    ouro_stream_set_exception(stream, fail(2));
    trace("set");
    OURO_TRY(join(task));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(the_last_one_counts)
{
    ouro_stream *stream = new_stream(0);
    ouro_task *task = spawn(reads_coro(stream, 2), "reader");

    ouro_stream_set_exception(stream, fail(1));
    ouro_stream_set_exception(stream, fail(2));
    OURO_TRY(join(task));
    trace("%s", show(ouro_stream_exception(stream)));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(after_the_end)
{
    ouro_stream *stream = new_stream(0);

    feed(stream, "rest");
    ouro_stream_feed_eof(stream);
    ouro_stream_set_exception(stream, fail(3));
    trace("%s", do_read(stream, 30));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(after_a_cancelled_read)
{
    ouro_stream *stream = new_stream(0);
    ouro_task *task = spawn(reads_line_coro(stream), "reader");

    OURO_TRY(ouro_sleep(1));
    ouro_task_cancel(task, NULL);
    ouro_stream_set_exception(stream, fail(4));
    OURO_TRY(ouro_sleep(0));
    trace("done %d", ouro_future_done(task));
    ouro_ignore(join(task));
    trace("%s", show(ouro_stream_exception(stream)));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(a_cancel_after_it)
{
    ouro_stream *stream = new_stream(0);
    ouro_task *task = spawn(reads_line_coro(stream), "reader");

    OURO_TRY(ouro_sleep(1));
    ouro_stream_set_exception(stream, fail(5));
    ouro_task_cancel(task, NULL);
    ouro_ignore(join(task));
    ouro_stream_unref(stream);
    return 0;
}

SCENARIO(CASE(every_read_fails), CASE(who_waits_is_told), CASE(the_last_one_counts),
         CASE(after_the_end), CASE(after_a_cancelled_read), CASE(a_cancel_after_it))
