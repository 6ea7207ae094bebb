/* readline(): one line with its newline, or what is left at the end. */
#include "stream_scenario.h"

OURO_ASYNC(over_pieces)
{
    ouro_stream *stream = new_stream(0);

    feed(stream, "chunk1 ");
    ouro_task *task = spawn(reads_line_coro(stream), "reader");
    OURO_TRY(ouro_sleep(1));
    feed(stream, "chunk2 ", "chunk3 ");
    OURO_TRY(ouro_sleep(1));
    feed(stream, "\n chunk4");
    OURO_TRY(join(task));
    trace("%s", do_read(stream, 30));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(what_had_come_before)
{
    ouro_stream *stream = new_stream(0);

    feed(stream, "line1\nline2\n\n");
    for (int i = 0; i < 3; i++) {
        trace("%s", do_readline(stream));
    }
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(the_rest_at_the_end)
{
    ouro_stream *stream = new_stream(0);

    feed(stream, "some data");
    ouro_stream_feed_eof(stream);
    trace("%s", do_readline(stream));
    trace("%s", do_readline(stream));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(nothing_at_the_end)
{
    ouro_stream *stream = new_stream(0);
    ouro_task *task = spawn(reads_line_coro(stream), "reader");

    OURO_TRY(ouro_sleep(1));
    ouro_stream_feed_eof(stream);
    OURO_TRY(join(task));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(mixed_with_read)
{
    ouro_stream *stream = new_stream(0);

    feed(stream, "line1\nline2\nline3\n");
    trace("%s", do_readline(stream));
    trace("%s", do_read(stream, 7));
    trace("%s", do_readline(stream));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(after_an_error)
{
    ouro_stream *stream = new_stream(0);

    feed(stream, "line\nrest\n");
    trace("%s", do_readline(stream));
    ouro_stream_set_exception(stream, fail(1));
    trace("%s", do_readline(stream));
    ouro_stream_unref(stream);
    return 0;
}

SCENARIO(CASE(over_pieces), CASE(what_had_come_before), CASE(the_rest_at_the_end),
         CASE(nothing_at_the_end), CASE(mixed_with_read), CASE(after_an_error))
