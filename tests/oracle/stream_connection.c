/* A stream on a socket: reading, writing, and the end. */
#include "transport_scenario.h"

OURO_ASYNC(a_conversation)
{
    static const char *const texts[] = { "one\n", "two\n" };
    struct recorder *side = new_recorder("peer");

    OURO_TRY(open_stream(side, 0));
    for (size_t i = 0; i < COUNT(texts); i++) {
        put(side, texts[i]);
        trace("%s", do_readline(side->stream));
        OURO_TRY(ouro_stream_write(side->stream, bytes_of("answer")));
        OURO_TRY(ouro_stream_drain(side->stream));
        trace("%s", peer_gets(side, 6));
    }
    peer_close(side);
    trace("%s", do_readline(side->stream));
    trace("at_eof %d", ouro_stream_at_eof(side->stream));
    return close_stream(side);
}

OURO_ASYNC(over_pieces)
{
    static const char *const texts[] = { "ab", "cd", "ef|gh" };
    struct recorder *side = new_recorder("peer");

    OURO_TRY(open_stream(side, 0));
    ouro_task *task = spawn(reads_exactly_coro(side->stream, 6), "reader");
    for (size_t i = 0; i < COUNT(texts); i++) {
        OURO_TRY(settle());
        put(side, texts[i]);
    }
    OURO_TRY(join(task));
    trace("%s", do_readuntil(side->stream, "|"));
    trace("%s", do_read(side->stream, 9));
    return close_stream(side);
}

OURO_ASYNC(one_direction_ends)
{
    struct recorder *side = new_recorder("peer");

    OURO_TRY(open_stream(side, 0));
    trace("can_write_eof %d", ouro_stream_can_write_eof(side->stream));
    OURO_TRY(ouro_stream_write(side->stream, bytes_of("request")));
    OURO_TRY(ouro_stream_write_eof(side->stream));
    trace("%s", peer_gets(side, 100));
    put(side, "answer");
    trace("%s", do_read(side->stream, 9));
    peer_close(side);
    trace("%s", do_read(side->stream, 9));
    return close_stream(side);
}

OURO_ASYNC(the_peer_ends_first)
{
    const ouro_bytes pieces[] = { bytes_of("an"), bytes_of("swer") };
    struct recorder *side = new_recorder("peer");

    OURO_TRY(open_stream(side, 0));
    put(side, "request");
    shutdown(side->peer, SHUT_WR);
    trace("%s", do_readexactly(side->stream, 9));
    trace("%s", do_read(side->stream, 9));
    OURO_TRY(ouro_stream_writelines(side->stream, pieces, 2));
    trace("%s", peer_gets(side, 6));
    trace("closing %d", ouro_stream_is_closing(side->stream));
    return close_stream(side);
}

OURO_ASYNC(the_connection_is_lost)
{
    struct recorder *side = new_recorder("peer");

    OURO_TRY(open_stream(side, 0));
    OURO_TRY(ouro_stream_write(side->stream, bytes_of("not read")));
    OURO_TRY(settle());
    peer_close(side);
    trace("%s", do_read(side->stream, 9));
    trace("%s", do_readline(side->stream));
    trace("%s", show_net(ouro_stream_exception(side->stream)));
    trace("%s", show_net(ouro_stream_drain(side->stream)));
    trace("%s", show_net(ouro_stream_wait_closed(side->stream)));
    return close_stream(side);
}

OURO_ASYNC(lost_under_a_reader)
{
    struct recorder *side = new_recorder("peer");

    OURO_TRY(open_stream(side, 0));
    OURO_TRY(ouro_stream_write(side->stream, bytes_of("not read")));
    ouro_task *task = spawn(reads_line_coro(side->stream), "reader");
    OURO_TRY(settle());
    peer_close(side);
    OURO_TRY(join(task));
    return close_stream(side);
}

OURO_ASYNC(a_line_over_the_limit)
{
    struct recorder *side = new_recorder("peer");

    OURO_TRY(open_stream(side, 4));
    put(side, "12345\nab\n");
    trace("%s", do_readline(side->stream));
    trace("%s", do_readline(side->stream));
    return close_stream(side);
}

SCENARIO(CASE(a_conversation), CASE(over_pieces), CASE(one_direction_ends),
         CASE(the_peer_ends_first), CASE(the_connection_is_lost), CASE(lost_under_a_reader),
         CASE(a_line_over_the_limit))
