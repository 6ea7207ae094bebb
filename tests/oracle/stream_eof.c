/* feed_eof() and at_eof(). */
#include "stream_scenario.h"

static void trace_eof(const ouro_stream *stream)
{
    trace("at_eof %d", ouro_stream_at_eof(stream));
}

OURO_ASYNC(the_end_is_when_all_is_read)
{
    ouro_stream *stream = new_stream(0);

    trace_eof(stream);
    feed(stream, "some data\n");
    trace_eof(stream);
    trace("%s", do_readline(stream));
    trace_eof(stream);
    feed(stream, "some data\n");
    ouro_stream_feed_eof(stream);
    trace_eof(stream);
    trace("%s", do_readline(stream));
    trace_eof(stream);
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(no_more_bytes_after_it)
{
    ouro_stream *stream = new_stream(0);

    ouro_stream_feed_eof(stream);
    trace("%s", feed_one(stream, "late") == OURO_EINVALIDSTATE ? "refused" : "fed");
    trace("%s", do_read(stream, 4));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(twice)
{
    ouro_stream *stream = new_stream(0);

    feed(stream, "x");
    ouro_stream_feed_eof(stream);
    ouro_stream_feed_eof(stream);
    trace("%s", do_read(stream, 4));
    trace("%s", do_read(stream, 4));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(it_wakes_who_waits)
{
    ouro_stream *stream = new_stream(0);
    ouro_task *task = spawn(reads_line_coro(stream), "reader");

    OURO_TRY(ouro_sleep(1));
    feed(stream, "no newline");
    OURO_TRY(ouro_sleep(1));
    ouro_stream_feed_eof(stream);
    trace_eof(stream);
    OURO_TRY(join(task));
    trace_eof(stream);
    ouro_stream_unref(stream);
    return 0;
}

SCENARIO(CASE(the_end_is_when_all_is_read), CASE(no_more_bytes_after_it), CASE(twice),
         CASE(it_wakes_who_waits))
