/* read(): everything up to the end of the stream. */
#include "stream_scenario.h"

OURO_ASYNC(over_pieces)
{
    static const char *const pieces[] = { "chunk1\n", "chunk2", "\n" };
    ouro_stream *stream = new_stream(0);
    ouro_task *task = spawn(reads_all_coro(stream), "reader");

    for (size_t i = 0; i < COUNT(pieces); i++) {
        OURO_TRY(ouro_sleep(1));
        feed(stream, pieces[i]);
    }
    OURO_TRY(ouro_sleep(1));
    trace("ends");
    ouro_stream_feed_eof(stream);
    OURO_TRY(join(task));
    trace("%s", do_read_all(stream));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(what_had_come_before)
{
    ouro_stream *stream = new_stream(0);

    feed(stream, "before");
    ouro_stream_feed_eof(stream);
    trace("%s", do_read_all(stream));
    trace("at_eof %d", ouro_stream_at_eof(stream));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(nothing_at_all)
{
    ouro_stream *stream = new_stream(0);
    ouro_task *task = spawn(reads_all_coro(stream), "reader");

    OURO_TRY(ouro_sleep(1));
    ouro_stream_feed_eof(stream);
    OURO_TRY(join(task));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(more_than_the_limit)
{
    ouro_stream *stream = new_stream(3);

    feed(stream, "chunk");
    ouro_task *task = spawn(reads_all_coro(stream), "reader");
    OURO_TRY(ouro_sleep(1));
    feed(stream, " and more than one of the limit, and of two");
    ouro_stream_feed_eof(stream);
    OURO_TRY(join(task));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(an_error_instead_of_the_end)
{
    ouro_stream *stream = new_stream(0);

    feed(stream, "some");
    ouro_task *task = spawn(reads_all_coro(stream), "reader");
    OURO_TRY(ouro_sleep(1));
    ouro_stream_set_exception(stream, fail(4));
    OURO_TRY(join(task));
    trace("%s", do_read_all(stream));
    ouro_stream_unref(stream);
    return 0;
}

SCENARIO(CASE(over_pieces), CASE(what_had_come_before), CASE(nothing_at_all),
         CASE(more_than_the_limit), CASE(an_error_instead_of_the_end))
