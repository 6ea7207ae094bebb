/* A line that is longer than the limit: an error, and what is dropped. */
#include "stream_scenario.h"

static void rest(ouro_stream *stream)
{
    ouro_stream_feed_eof(stream);
    trace("rest %s", do_read_all(stream));
    ouro_stream_unref(stream);
}

OURO_ASYNC(a_long_line_is_dropped)
{
    ouro_stream *stream = new_stream(3);

    feed(stream, "li", "ne1\nab\n");
    trace("%s", do_readline(stream));
    trace("%s", do_readline(stream));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(one_after_the_other)
{
    ouro_stream *stream = new_stream(3);

    feed(stream, "li", "ne1\nline2\n");
    trace("%s", do_readline(stream));
    trace("%s", do_readline(stream));
    rest(stream);
    return 0;
}

OURO_ASYNC(all_is_dropped_before_the_newline)
{
    ouro_stream *stream = new_stream(3);

    feed(stream, "li", "ne1", "li");
    trace("%s", do_readline(stream));
    rest(stream);
    return 0;
}

OURO_ASYNC(exactly_the_limit)
{
    ouro_stream *stream = new_stream(5);

    feed(stream, "12345\n123456\nx");
    trace("%s", do_readline(stream));
    trace("%s", do_readline(stream));
    rest(stream);
    return 0;
}

OURO_ASYNC(it_grows_while_waiting)
{
    ouro_stream *stream = new_stream(7);
    ouro_task *task = spawn(reads_line_coro(stream), "reader");

    OURO_TRY(ouro_sleep(1));
    feed(stream, "chunk1", "chunk2", "chunk3\n");
    ouro_stream_feed_eof(stream);
    OURO_TRY(join(task));
    trace("%s", do_readline(stream));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(piece_by_piece)
{
    static const char *const pieces[] = { "chunk1", "c", "h" };
    ouro_stream *stream = new_stream(7);
    ouro_task *task = spawn(reads_line_coro(stream), "reader");

    for (size_t i = 0; i < COUNT(pieces); i++) {
        OURO_TRY(ouro_sleep(1));
        trace("feeds %s", pieces[i]);
        feed(stream, pieces[i]);
    }
    OURO_TRY(join(task));
    feed(stream, "unk2\n");
    trace("%s", do_read(stream, 30));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(found_later_but_too_far)
{
    ouro_stream *stream = new_stream(7);
    ouro_task *task = spawn(reads_line_coro(stream), "reader");

    OURO_TRY(ouro_sleep(1));
    feed(stream, "chunk1");
    OURO_TRY(ouro_sleep(1));
    feed(stream, "chunk2\n", "chunk3\n");
    OURO_TRY(join(task));
    trace("%s", do_readline(stream));
    ouro_stream_unref(stream);
    return 0;
}

SCENARIO(CASE(a_long_line_is_dropped), CASE(one_after_the_other),
         CASE(all_is_dropped_before_the_newline), CASE(exactly_the_limit),
         CASE(it_grows_while_waiting), CASE(piece_by_piece), CASE(found_later_but_too_far))
