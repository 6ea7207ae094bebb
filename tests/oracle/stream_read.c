/* read(n): what is there, at most n bytes; it waits only where nothing is. */
#include "stream_scenario.h"

OURO_ASYNC(zero_takes_nothing)
{
    ouro_stream *stream = new_stream(0);

    trace("%s", do_read(stream, 0));
    feed(stream, "data");
    trace("%s", do_read(stream, 0));
    trace("%s", do_read(stream, 10));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(takes_what_is_there)
{
    static const size_t sizes[] = { 4, 2, 9 };
    ouro_stream *stream = new_stream(0);

    feed(stream, "", "abc", "def\n");
    for (size_t i = 0; i < COUNT(sizes); i++) {
        trace("%s", do_read(stream, sizes[i]));
    }
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(a_line_is_nothing_special)
{
    ouro_stream *stream = new_stream(0);

    feed(stream, "line1\n", "line2");
    trace("%s", do_read(stream, 5));
    trace("%s", do_read(stream, 5));
    trace("%s", do_read(stream, 5));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(waits_for_the_first_bytes)
{
    ouro_stream *stream = new_stream(0);
    ouro_task *task = spawn(reads_coro(stream, 30), "reader");

    OURO_TRY(ouro_sleep(1));
    feed(stream, "ab", "cd");
    trace("fed");
    OURO_TRY(join(task));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(more_than_was_asked_for)
{
    ouro_stream *stream = new_stream(0);
    ouro_task *task = spawn(reads_coro(stream, 3), "reader");

    OURO_TRY(ouro_sleep(1));
    feed(stream, "abcdef", "g");
    OURO_TRY(join(task));
    trace("%s", do_read(stream, 30));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(the_end_while_waiting)
{
    ouro_stream *stream = new_stream(0);
    ouro_task *task = spawn(reads_coro(stream, 3), "reader");

    OURO_TRY(ouro_sleep(1));
    ouro_stream_feed_eof(stream);
    OURO_TRY(join(task));
    trace("%s", do_read(stream, 3));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(bytes_and_the_end_at_once)
{
    ouro_stream *stream = new_stream(0);
    ouro_task *task = spawn(reads_coro(stream, 30), "reader");

    OURO_TRY(ouro_sleep(1));
    feed(stream, "last");
    ouro_stream_feed_eof(stream);
    OURO_TRY(join(task));
    trace("%s", do_read(stream, 3));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(more_than_the_limit)
{
    ouro_stream *stream = new_stream(3);

    feed(stream, "abcdef");
    trace("%s", do_read(stream, 5));
    trace("%s", do_read(stream, 5));
    ouro_stream_unref(stream);
    return 0;
}

SCENARIO(CASE(zero_takes_nothing), CASE(takes_what_is_there), CASE(a_line_is_nothing_special),
         CASE(waits_for_the_first_bytes), CASE(more_than_was_asked_for),
         CASE(the_end_while_waiting), CASE(bytes_and_the_end_at_once), CASE(more_than_the_limit))
