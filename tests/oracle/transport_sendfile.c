/* loop.sendfile: over connections with a protocol and with streams, whole files and parts. */
#include "sendfile_scenario.h"

OURO_ASYNC(the_whole_file)
{
    struct recorder *recorder = new_recorder("a");
    int file = make_file(FILE_SIZE);

    OURO_TRY(open_pair(recorder));
    struct sending *sending = start_sending(-1, recorder->transport, file);
    OURO_TRY(settle());
    trace("done %d", ouro_future_done(sending->task));
    trace("%s", peer_gets_file(recorder, 0, FILE_SIZE));
    OURO_TRY(say_sent(sending));
    trace("queued %zu", ouro_transport_get_write_buffer_size(recorder->transport));
    OURO_TRY(close_file(file));
    return finish(recorder);
}

OURO_ASYNC(between_writes)
{
    struct recorder *recorder = new_recorder("a");
    int file = make_file(FILE_SIZE);

    OURO_TRY(open_pair(recorder));
    OURO_TRY(transport_write(recorder, "before"));
    struct sending *sending = start_sending(-1, recorder->transport, file);
    trace("%s", peer_gets(recorder, 6));
    trace("%s", peer_gets_file(recorder, 0, FILE_SIZE));
    OURO_TRY(say_sent(sending));
    OURO_TRY(transport_write(recorder, "after"));
    trace("%s", peer_gets(recorder, 5));
    close(file);
    return finish(recorder);
}

OURO_ASYNC(after_a_full_queue)
{
    struct recorder *recorder = new_recorder("a");
    int file = make_file(FILE_SIZE);

    OURO_TRY(open_pair(recorder));
    OURO_TRY(write_much(recorder->transport));
    struct sending *sending = start_sending(-1, recorder->transport, file);
    sending->options.offset = 5;
    sending->options.count = 10;
    OURO_TRY(settle());
    trace("done %d", ouro_future_done(sending->task));
    OURO_TRY(peer_drains(recorder, MUCH, recorder, RESUME));
    trace("%s", peer_gets_file(recorder, 5, 10));
    OURO_TRY(say_sent(sending));
    OURO_TRY(close_file(file));
    return finish(recorder);
}

OURO_ASYNC(parts)
{
    static const size_t plan[][2] = {
        { 1000, 100 }, { FILE_SIZE - 10, 0 }, { FILE_SIZE - 10, 50 }, { 0, 1 }
    };
    struct recorder *recorder = new_recorder("a");
    int file = make_file(FILE_SIZE);

    OURO_TRY(open_pair(recorder));
    for (size_t i = 0; i < COUNT(plan); i++) {
        trace("%s", send_over(recorder, file, .offset = plan[i][0], .count = plan[i][1]));
        trace("position %ld", position_of(file));
    }
    ouro_transport_close(recorder->transport);
    OURO_TRY(wait_event(recorder, LOST));
    trace("%s", peer_gets_file(recorder, 1000, 100));
    trace("%s", peer_gets_file(recorder, FILE_SIZE - 10, 10));
    trace("%s", peer_gets_file(recorder, FILE_SIZE - 10, 10));
    trace("%s", peer_gets_file(recorder, 0, 2));
    close(file);
    return finish(recorder);
}

OURO_ASYNC(nothing_to_send)
{
    struct recorder *recorder = new_recorder("a");
    int empty = make_file(0);
    int file = make_file(100);

    OURO_TRY(open_pair(recorder));
    trace("%s", send_over(recorder, empty));
    trace("%s", send_over(recorder, empty, .offset = 10, .count = 10));
    trace("%s", send_over(recorder, file, .offset = 100));
    OURO_TRY(close_file(file));
    OURO_TRY(transport_write(recorder, "after"));
    trace("%s", peer_gets(recorder, 5));
    close(empty);
    return finish(recorder);
}

static int send_both(void *arg)
{
    struct sending *sending = arg;
    int file = make_file(1000);

    OURO_TRY(send_now(sending));
    OURO_TRY(ouro_transport_write(sending->transport, OURO_BYTES("between")));
    int status = ouro_loop_sendfile(ouro_get_running_loop(), sending->transport, file,
                                    &sending->sent, .count = 0);
    close(file);
    return status;
}

OURO_ASYNC(one_after_another)
{
    struct recorder *recorder = new_recorder("a");
    int file = make_file(FILE_SIZE);

    OURO_TRY(open_pair(recorder));
    struct sending *sending = start_sending_by(send_both, -1, recorder->transport, file);
    trace("%s", peer_gets_file(recorder, 0, FILE_SIZE));
    trace("%s", peer_gets(recorder, 7));
    trace("%s", peer_gets_file(recorder, 0, 1000));
    OURO_TRY(say_sent(sending));
    close(file);
    return finish(recorder);
}

OURO_ASYNC(an_answer_to_a_request)
{
    struct recorder *recorder = new_recorder("a");
    int file = make_file(FILE_SIZE);

    OURO_TRY(open_pair(recorder));
    put(recorder, "give");
    OURO_TRY(wait_event(recorder, DATA));
    struct sending *sending = start_sending(-1, recorder->transport, file);
    trace("%s", peer_gets_file(recorder, 0, FILE_SIZE));
    OURO_TRY(say_sent(sending));
    put(recorder, "thanks");
    OURO_TRY(wait_event(recorder, DATA));
    close(file);
    return finish(recorder);
}

OURO_ASYNC(reading_stays_paused)
{
    struct recorder *recorder = new_recorder("a");
    int file = make_file(100);

    OURO_TRY(open_pair(recorder));
    ouro_transport_pause_reading(recorder->transport);
    put(recorder, "hello");
    trace("%s", send_over(recorder, file));
    OURO_TRY(settle());
    trace("reading %d", ouro_transport_is_reading(recorder->transport));
    trace("%s", peer_gets_file(recorder, 0, 100));
    ouro_transport_resume_reading(recorder->transport);
    OURO_TRY(wait_event(recorder, DATA));
    close(file);
    return finish(recorder);
}

OURO_ASYNC(with_limits_of_its_own)
{
    struct recorder *recorder = new_recorder("a");
    int file = make_file(FILE_SIZE);

    OURO_TRY(open_pair(recorder));
    OURO_TRY(ouro_transport_set_write_buffer_limits(recorder->transport, 10, 0));
    struct sending *sending = start_sending(-1, recorder->transport, file);
    trace("%s", peer_gets_file(recorder, 0, FILE_SIZE));
    OURO_TRY(say_sent(sending));
    close(file);
    return finish(recorder);
}

OURO_ASYNC(over_a_stream)
{
    struct recorder *recorder = new_recorder("a");
    int file = make_file(FILE_SIZE);
    ouro_bytes line;

    OURO_TRY(open_stream(recorder, 0));
    OURO_TRY(ouro_stream_write(recorder->stream, OURO_BYTES("before")));
    struct sending *sending = start_sending(-1, ouro_stream_transport(recorder->stream), file);
    trace("%s", peer_gets(recorder, 6));
    trace("%s", peer_gets_file(recorder, 0, FILE_SIZE));
    OURO_TRY(say_sent(sending));
    put(recorder, "line\n");
    OURO_TRY(ouro_stream_readline(recorder->stream, &line));
    trace("line %zu", line.size);
    OURO_TRY(ouro_stream_write(recorder->stream, OURO_BYTES("after")));
    OURO_TRY(ouro_stream_drain(recorder->stream));
    trace("%s", peer_gets(recorder, 5));
    close(file);
    return close_stream(recorder);
}

SCENARIO(CASE(the_whole_file), CASE(between_writes), CASE(after_a_full_queue), CASE(parts),
         CASE(nothing_to_send), CASE(one_after_another), CASE(an_answer_to_a_request),
         CASE(reading_stays_paused), CASE(with_limits_of_its_own), CASE(over_a_stream))
