/* A separator that is too far away: an error, and nothing is taken. */
#include "stream_scenario.h"

OURO_ASYNC(not_found_within_the_limit)
{
    ouro_stream *stream = new_stream(3);

    feed(stream, "some dataAA");
    trace("%s", do_readuntil(stream, "AAA"));
    trace("%s", do_readuntil(stream, "AAA"));
    feed(stream, "A");
    trace("%s", do_readuntil(stream, "AAA"));
    trace("%s", do_read(stream, 30));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(found_behind_the_limit)
{
    ouro_stream *stream = new_stream(3);

    feed(stream, "some dataAAA");
    trace("%s", do_readuntil(stream, "AAA"));
    trace("%s", do_read(stream, 9));
    trace("%s", do_readuntil(stream, "AAA"));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(exactly_the_limit)
{
    ouro_stream *stream = new_stream(4);

    feed(stream, "1234AAA12345AAA");
    trace("%s", do_readuntil(stream, "AAA"));
    trace("%s", do_readuntil(stream, "AAA"));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(a_part_of_the_separator_does_not_count)
{
    ouro_stream *stream = new_stream(4);

    feed(stream, "1234AA");
    ouro_task *task = spawn(reads_until_coro(stream, "AAA"), "reader");
    OURO_TRY(ouro_sleep(1));
    trace("feeds");
    feed(stream, "A");
    OURO_TRY(join(task));
    feed(stream, "12345A");
    task = spawn(reads_until_coro(stream, "AAA"), "reader");
    OURO_TRY(ouro_sleep(1));
    trace("feeds");
    feed(stream, "A");
    OURO_TRY(join(task));
    trace("%s", do_read(stream, 30));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(too_long_before_the_end)
{
    ouro_stream *stream = new_stream(3);

    feed(stream, "12345");
    ouro_stream_feed_eof(stream);
    trace("%s", do_readuntil(stream, "A"));
    trace("%s", do_read(stream, 2));
    trace("%s", do_readuntil(stream, "A"));
    ouro_stream_unref(stream);
    return 0;
}

SCENARIO(CASE(not_found_within_the_limit), CASE(found_behind_the_limit), CASE(exactly_the_limit),
         CASE(a_part_of_the_separator_does_not_count), CASE(too_long_before_the_end))
