/* readuntil(): through the first separator, wherever the pieces are cut. */
#include "stream_scenario.h"

OURO_ASYNC(no_separator)
{
    ouro_stream *stream = new_stream(0);

    trace("%s", do_readuntil(stream, ""));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(cut_in_the_separator)
{
    ouro_stream *stream = new_stream(0);

    feed(stream, "lineAAA");
    trace("%s", do_readuntil(stream, "AAA"));
    feed(stream, "lineAAA");
    trace("%s", do_readuntil(stream, "AAA"));
    feed(stream, "lineAAAxxx");
    trace("%s", do_readuntil(stream, "AAA"));
    trace("%s", do_readuntil(stream, "xxx"));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(byte_by_byte)
{
    ouro_stream *stream = new_stream(0);

    feed(stream, "QWEaa");
    ouro_task *task = spawn(reads_until_coro(stream, "aaa"), "reader");
    OURO_TRY(ouro_sleep(1));
    feed(stream, "a");
    OURO_TRY(join(task));
    feed(stream, "QWEa");
    task = spawn(reads_until_coro(stream, "aaa"), "reader");
    for (int i = 0; i < 2; i++) {
        OURO_TRY(ouro_sleep(1));
        trace("feeds");
        feed(stream, "a");
    }
    OURO_TRY(join(task));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(a_beginning_that_is_none)
{
    ouro_stream *stream = new_stream(0);

    feed(stream, "aaa");
    ouro_task *task = spawn(reads_until_coro(stream, "Xaaa"), "reader");
    OURO_TRY(ouro_sleep(1));
    feed(stream, "Xaa");
    OURO_TRY(ouro_sleep(1));
    feed(stream, "Xaaaa");
    OURO_TRY(join(task));
    trace("%s", do_read(stream, 30));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(the_end_first)
{
    ouro_stream *stream = new_stream(0);

    feed(stream, "some dataAA");
    ouro_stream_feed_eof(stream);
    trace("%s", do_readuntil(stream, "AAA"));
    trace("%s", do_readuntil(stream, "AAA"));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(the_end_while_waiting)
{
    ouro_stream *stream = new_stream(0);
    ouro_task *task = spawn(reads_until_coro(stream, "AAA"), "reader");

    OURO_TRY(ouro_sleep(1));
    feed(stream, "dataAA");
    OURO_TRY(ouro_sleep(1));
    ouro_stream_feed_eof(stream);
    OURO_TRY(join(task));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(the_separator_and_the_end_at_once)
{
    ouro_stream *stream = new_stream(0);
    ouro_task *task = spawn(reads_until_coro(stream, "AAA"), "reader");

    OURO_TRY(ouro_sleep(1));
    feed(stream, "dataAAAx");
    ouro_stream_feed_eof(stream);
    OURO_TRY(join(task));
    trace("%s", do_readuntil(stream, "AAA"));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(an_error_while_waiting)
{
    ouro_stream *stream = new_stream(0);

    feed(stream, "data");
    ouro_task *task = spawn(reads_until_coro(stream, "AAA"), "reader");
    OURO_TRY(ouro_sleep(1));
    ouro_stream_set_exception(stream, fail(2));
    OURO_TRY(join(task));
    ouro_stream_unref(stream);
    return 0;
}

SCENARIO(CASE(no_separator), CASE(cut_in_the_separator), CASE(byte_by_byte),
         CASE(a_beginning_that_is_none), CASE(the_end_first), CASE(the_end_while_waiting),
         CASE(the_separator_and_the_end_at_once), CASE(an_error_while_waiting))
