/* A stream that is fed pauses the transport that its bytes come from. */
#include "transport_scenario.h"

static void trace_reading(const struct recorder *recorder)
{
    trace("reading %d", ouro_transport_is_reading(recorder->transport));
}

static int new_source(size_t limit, struct recorder **ret_recorder, ouro_stream **ret_stream)
{
    *ret_recorder = new_recorder("a");
    OURO_TRY(open_pair(*ret_recorder));
    *ret_stream = new_stream(limit);
    return ouro_stream_set_transport(*ret_stream, (*ret_recorder)->transport);
}

static int finish_source(struct recorder *recorder, ouro_stream *stream)
{
    OURO_TRY(finish(recorder));
    ouro_stream_unref(stream);
    return 0;
}

OURO_ASYNC(paused_above_twice_the_limit)
{
    struct recorder *recorder;
    ouro_stream *stream;

    OURO_TRY(new_source(3, &recorder, &stream));
    feed(stream, "123456");
    trace_reading(recorder);
    feed(stream, "7");
    trace_reading(recorder);
    trace("%s", do_read(stream, 3));
    trace_reading(recorder);
    trace("%s", do_read(stream, 1));
    trace_reading(recorder);
    feed(stream, "89012");
    trace_reading(recorder);
    return finish_source(recorder, stream);
}

OURO_ASYNC(resumed_by_who_waits)
{
    struct recorder *recorder;
    ouro_stream *stream;

    OURO_TRY(new_source(3, &recorder, &stream));
    feed(stream, "1234567");
    trace_reading(recorder);
    ouro_task *task = spawn(reads_exactly_coro(stream, 10), "reader");
    OURO_TRY(ouro_sleep(0));
    trace_reading(recorder);
    feed(stream, "890");
    OURO_TRY(join(task));
    trace_reading(recorder);
    return finish_source(recorder, stream);
}

OURO_ASYNC(resumed_by_a_line_that_is_dropped)
{
    struct recorder *recorder;
    ouro_stream *stream;

    OURO_TRY(new_source(3, &recorder, &stream));
    feed(stream, "1234567\nab\n");
    trace_reading(recorder);
    trace("%s", do_readline(stream));
    trace_reading(recorder);
    trace("%s", do_readline(stream));
    return finish_source(recorder, stream);
}

OURO_ASYNC(not_by_a_readuntil_that_fails)
{
    struct recorder *recorder;
    ouro_stream *stream;

    OURO_TRY(new_source(3, &recorder, &stream));
    feed(stream, "1234567|");
    trace_reading(recorder);
    trace("%s", do_readuntil(stream, "|"));
    trace_reading(recorder);
    trace("%s", do_read(stream, 9));
    trace_reading(recorder);
    return finish_source(recorder, stream);
}

OURO_ASYNC(resumed_by_reading_all)
{
    struct recorder *recorder;
    ouro_stream *stream;

    OURO_TRY(new_source(3, &recorder, &stream));
    feed(stream, "1234567");
    ouro_task *task = spawn(reads_all_coro(stream), "reader");
    OURO_TRY(ouro_sleep(0));
    trace_reading(recorder);
    ouro_stream_feed_eof(stream);
    OURO_TRY(join(task));
    return finish_source(recorder, stream);
}

OURO_ASYNC(it_has_one_transport)
{
    struct recorder *recorder;
    ouro_stream *stream;

    OURO_TRY(new_source(3, &recorder, &stream));
    if (ouro_stream_set_transport(stream, recorder->transport) == OURO_EINVALIDSTATE) {
        trace("refused");
    }
    return finish_source(recorder, stream);
}

SCENARIO(CASE(paused_above_twice_the_limit), CASE(resumed_by_who_waits),
         CASE(resumed_by_a_line_that_is_dropped), CASE(not_by_a_readuntil_that_fails),
         CASE(resumed_by_reading_all), CASE(it_has_one_transport))
