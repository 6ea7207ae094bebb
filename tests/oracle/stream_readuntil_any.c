/* readuntil() with several separators: the shortest match wins. */
#include "stream_scenario.h"

OURO_ASYNC(none_or_an_empty_one)
{
    ouro_stream *stream = new_stream(0);

    trace("%s", do_readuntil_list(stream, NULL, 0));
    trace("%s", do_readuntil_any(stream, "x", ""));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(whichever_comes_first)
{
    ouro_stream *stream = new_stream(0);

    feed(stream, "line 1\nline 2\r\nline 3\r");
    for (int i = 0; i < 4; i++) {
        trace("%s", do_readuntil_any(stream, "\r", "\n"));
    }
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(one_ends_the_other)
{
    ouro_stream *stream = new_stream(0);

    feed(stream, "aENDbSEPcENDSEP");
    trace("%s", do_readuntil_any(stream, "ENDSEP", "SEP"));
    trace("%s", do_readuntil_any(stream, "SEP", "ENDSEP"));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(one_begins_the_other)
{
    ouro_stream *stream = new_stream(0);

    feed(stream, "aABCbAB");
    trace("%s", do_readuntil_any(stream, "ABC", "AB"));
    trace("%s", do_read(stream, 30));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(the_longer_one_ends_first)
{
    ouro_stream *stream = new_stream(0);

    feed(stream, "xxlongerxx-");
    trace("%s", do_readuntil_any(stream, "-", "longer"));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(the_limit_is_that_of_the_match)
{
    ouro_stream *stream = new_stream(3);

    feed(stream, "dataA");
    trace("%s", do_readuntil_any(stream, "A", "ataA"));
    trace("%s", do_readuntil_any(stream, "ataA"));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(reads_until_either, (ouro_stream *, stream), (const char **, ret_outcome))
{
    *ret_outcome = do_readuntil_any(stream, "A", "long sep");
    return 0;
}

OURO_ASYNC(longer_than_what_is_there)
{
    ouro_stream *stream = new_stream(0);
    const char *outcome = "";

    feed(stream, "data");
    ouro_task *task = spawn(reads_until_either_coro(stream, &outcome), "reader");
    OURO_TRY(ouro_sleep(1));
    feed(stream, "Z");
    OURO_TRY(ouro_sleep(1));
    feed(stream, "ZAAA");
    OURO_TRY(join(task));
    trace("%s", outcome);
    trace("%s", do_read(stream, 30));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(the_end_first)
{
    ouro_stream *stream = new_stream(0);

    feed(stream, "dataB");
    ouro_stream_feed_eof(stream);
    trace("%s", do_readuntil_any(stream, "A", "BB"));
    ouro_stream_unref(stream);
    return 0;
}

SCENARIO(CASE(none_or_an_empty_one), CASE(whichever_comes_first), CASE(one_ends_the_other),
         CASE(one_begins_the_other), CASE(the_longer_one_ends_first),
         CASE(the_limit_is_that_of_the_match), CASE(longer_than_what_is_there), CASE(the_end_first))
