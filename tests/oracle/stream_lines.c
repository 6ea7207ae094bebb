/* async for over the lines of a stream. */
#include "stream_scenario.h"

OURO_ASYNC(iterates, (ouro_stream *, stream), (const char *, stop))
{
    int status = 0;

    ouro_async_for(ouro_bytes, line, ouro_stream_lines(stream), &status)
    {
        trace("%s", quote(line));
        if (stop && line.size == strlen(stop) && memcmp(line.data, stop, line.size) == 0) {
            break;
        }
    }
    trace("%s", status == OURO_ELIMIT ? "ValueError" : status < 0 ? show(status) : "end");
    return 0;
}

OURO_ASYNC(to_the_end)
{
    ouro_stream *stream = new_stream(0);

    feed(stream, "a\nb\n", "c");
    ouro_stream_feed_eof(stream);
    OURO_TRY(iterates(stream, NULL));
    OURO_TRY(iterates(stream, NULL));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(line_by_line)
{
    static const char *const pieces[] = { "one\ntw", "o\n", "\n", "rest" };
    ouro_stream *stream = new_stream(0);
    ouro_task *task = spawn(iterates_coro(stream, NULL), "reader");

    for (size_t i = 0; i < COUNT(pieces); i++) {
        OURO_TRY(ouro_sleep(1));
        trace("feeds");
        feed(stream, pieces[i]);
    }
    OURO_TRY(ouro_sleep(1));
    ouro_stream_feed_eof(stream);
    OURO_TRY(join(task));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(leaving_and_coming_back)
{
    ouro_stream *stream = new_stream(0);

    feed(stream, "a\nb\nc\n");
    ouro_stream_feed_eof(stream);
    OURO_TRY(iterates(stream, "b\n"));
    OURO_TRY(iterates(stream, NULL));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(an_error_ends_it)
{
    ouro_stream *stream = new_stream(0);
    ouro_task *task = spawn(iterates_coro(stream, NULL), "reader");

    feed(stream, "a\n");
    OURO_TRY(ouro_sleep(1));
    ouro_stream_set_exception(stream, fail(1));
    OURO_TRY(join(task));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(so_does_a_long_line)
{
    ouro_stream *stream = new_stream(3);

    feed(stream, "abc\nabcd\nx\n");
    ouro_stream_feed_eof(stream);
    OURO_TRY(iterates(stream, NULL));
    OURO_TRY(iterates(stream, NULL));
    ouro_stream_unref(stream);
    return 0;
}

SCENARIO(CASE(to_the_end), CASE(line_by_line), CASE(leaving_and_coming_back),
         CASE(an_error_ends_it), CASE(so_does_a_long_line))
