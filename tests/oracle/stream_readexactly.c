/* readexactly(n): all of it, or an error that has what there was. */
#include "stream_scenario.h"

OURO_ASYNC(zero)
{
    ouro_stream *stream = new_stream(0);

    trace("%s", do_readexactly(stream, 0));
    feed(stream, "data");
    trace("%s", do_readexactly(stream, 0));
    trace("%s", do_readexactly(stream, 4));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(what_had_come_before)
{
    static const size_t sizes[] = { 3, 4, 3 };
    ouro_stream *stream = new_stream(0);

    feed(stream, "line1", "line2");
    for (size_t i = 0; i < COUNT(sizes); i++) {
        trace("%s", do_readexactly(stream, sizes[i]));
    }
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(over_pieces)
{
    static const char *const pieces[] = { "cd", "ef", "ghijkl" };
    ouro_stream *stream = new_stream(0);

    feed(stream, "ab");
    ouro_task *task = spawn(reads_exactly_coro(stream, 9), "reader");
    for (size_t i = 0; i < COUNT(pieces); i++) {
        OURO_TRY(ouro_sleep(1));
        trace("feeds");
        feed(stream, pieces[i]);
    }
    OURO_TRY(join(task));
    trace("%s", do_read(stream, 30));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(more_than_the_limit)
{
    ouro_stream *stream = new_stream(3);
    ouro_task *task = spawn(reads_exactly_coro(stream, 8), "reader");

    OURO_TRY(ouro_sleep(1));
    feed(stream, "1234", "567890");
    OURO_TRY(join(task));
    trace("%s", do_readexactly(stream, 2));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(the_end_first)
{
    ouro_stream *stream = new_stream(0);

    feed(stream, "abc");
    ouro_stream_feed_eof(stream);
    trace("%s", do_readexactly(stream, 3));
    trace("%s", do_readexactly(stream, 0));
    trace("%s", do_readexactly(stream, 1));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(the_end_while_waiting)
{
    ouro_stream *stream = new_stream(0);

    feed(stream, "ab");
    ouro_task *task = spawn(reads_exactly_coro(stream, 9), "reader");
    OURO_TRY(ouro_sleep(1));
    feed(stream, "cd");
    ouro_stream_feed_eof(stream);
    OURO_TRY(join(task));
    trace("at_eof %d", ouro_stream_at_eof(stream));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(an_error)
{
    ouro_stream *stream = new_stream(0);

    feed(stream, "line\n");
    trace("%s", do_readexactly(stream, 2));
    ouro_stream_set_exception(stream, fail(3));
    trace("%s", do_readexactly(stream, 2));
    trace("%s", do_readexactly(stream, 0));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(an_error_while_waiting)
{
    ouro_stream *stream = new_stream(0);

    feed(stream, "li");
    ouro_task *task = spawn(reads_exactly_coro(stream, 4), "reader");
    OURO_TRY(ouro_sleep(1));
    ouro_stream_set_exception(stream, fail(3));
    OURO_TRY(join(task));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(a_cancel_takes_nothing)
{
    ouro_stream *stream = new_stream(0);

    feed(stream, "ab");
    ouro_task *task = spawn(reads_exactly_coro(stream, 6), "reader");
    OURO_TRY(ouro_sleep(1));
    feed(stream, "cd");
    OURO_TRY(ouro_sleep(1));
    ouro_task_cancel(task, NULL);
    ouro_ignore(join(task));
    feed(stream, "ef");
    trace("%s", do_readexactly(stream, 6));
    ouro_stream_unref(stream);
    return 0;
}

SCENARIO(CASE(zero), CASE(what_had_come_before), CASE(over_pieces), CASE(more_than_the_limit),
         CASE(the_end_first), CASE(the_end_while_waiting), CASE(an_error),
         CASE(an_error_while_waiting), CASE(a_cancel_takes_nothing))
