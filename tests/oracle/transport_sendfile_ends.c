/* loop.sendfile that is refused, does not come to its end, or is disturbed. */
#include "sendfile_scenario.h"

OURO_ASYNC(over_a_closing_connection)
{
    struct recorder *recorder = new_recorder("a");
    int file = make_file(100);

    OURO_TRY(open_pair(recorder));
    ouro_transport_close(recorder->transport);
    trace("%s", send_over(recorder, file));
    OURO_TRY(wait_event(recorder, LOST));
    trace("%s", send_over(recorder, file));
    trace("%s", peer_gets(recorder, 1));
    OURO_TRY(close_file(file));
    return finish(recorder);
}

OURO_ASYNC(over_an_aborted_connection)
{
    struct recorder *recorder = new_recorder("a");
    int file = make_file(100);

    OURO_TRY(open_pair(recorder));
    OURO_TRY(write_much(recorder->transport));
    ouro_transport_abort(recorder->transport);
    trace("%s", send_over(recorder, file));
    OURO_TRY(close_file(file));
    OURO_TRY(wait_event(recorder, LOST));
    return finish(recorder);
}

OURO_ASYNC(after_write_eof)
{
    struct recorder *recorder = new_recorder("a");
    int file = make_file(100);

    OURO_TRY(open_pair(recorder));
    OURO_TRY(ouro_transport_write_eof(recorder->transport));
    trace("%s", send_over(recorder, file));
    trace("%s", peer_gets(recorder, 1));
    close(file);
    return finish(recorder);
}

OURO_ASYNC(writes_are_refused_meanwhile)
{
    struct recorder *recorder = new_recorder("a");
    int file = make_file(FILE_SIZE);
    ouro_bytes pieces[] = { bytes_of("x"), bytes_of("y") };

    OURO_TRY(open_pair(recorder));
    struct sending *sending = start_sending(-1, recorder->transport, file);
    OURO_TRY(settle());
    trace("%s", show(transport_write(recorder, "x")));
    trace("%s", show(ouro_transport_writelines(recorder->transport, pieces, COUNT(pieces))));
    trace("%s", peer_gets_file(recorder, 0, FILE_SIZE));
    OURO_TRY(say_sent(sending));
    trace("%s", show(transport_write(recorder, "x")));
    trace("%s", peer_gets(recorder, 1));
    close(file);
    return finish(recorder);
}

OURO_ASYNC(writes_are_refused_before_it_begins_to_send)
{
    struct recorder *recorder = new_recorder("a");
    int file = make_file(100);

    OURO_TRY(open_pair(recorder));
    OURO_TRY(write_much(recorder->transport));
    struct sending *sending = start_sending(-1, recorder->transport, file);
    OURO_TRY(settle());
    trace("%s", show(transport_write(recorder, "x")));
    OURO_TRY(peer_drains(recorder, MUCH, recorder, RESUME));
    trace("%s", peer_gets_file(recorder, 0, 100));
    OURO_TRY(say_sent(sending));
    close(file);
    return finish(recorder);
}

OURO_ASYNC(cancelled)
{
    static char data[FILE_SIZE + PEER_TAKES];
    struct recorder *recorder = new_recorder("a");
    int file = make_file(FILE_SIZE);
    size_t count = 0;

    OURO_TRY(open_pair(recorder));
    struct sending *sending = start_sending(-1, recorder->transport, file);
    OURO_TRY(settle());
    ouro_task_cancel(sending->task, NULL);
    OURO_TRY(say_sent(sending));
    trace("%s", show(transport_write(recorder, "next")));
    while (count < 4 || memcmp(data + count - 4, "next", 4) != 0) {
        count += peer_takes(recorder, data + count);
        OURO_TRY(ouro_sleep(0));
    }
    trace("some %d", count > 4 && count - 4 < FILE_SIZE);
    trace("in order %d", is_of_file(data, 0, count - 4));
    trace("closing %d", ouro_transport_is_closing(recorder->transport));
    close(file);
    return finish(recorder);
}

OURO_ASYNC(the_peer_goes)
{
    struct recorder *recorder = new_recorder("a");
    int file = make_file(FILE_SIZE);

    set_handler();
    OURO_TRY(open_pair(recorder));
    struct sending *sending = start_sending(-1, recorder->transport, file);
    OURO_TRY(settle());
    peer_close(recorder);
    OURO_TRY(wait_event(recorder, LOST));
    int status = join(sending->task);
    trace("broken %d", status == -EPIPE || status == -ECONNRESET);
    trace("some %d", position_of(file) > 0 && position_of(file) < FILE_SIZE);
    trace("closing %d", ouro_transport_is_closing(recorder->transport));
    close(file);
    return finish(recorder);
}

OURO_ASYNC(the_peer_goes_when_it_has_all)
{
    struct recorder *recorder = new_recorder("a");
    int file = make_file(FILE_SIZE);

    OURO_TRY(open_pair(recorder));
    struct sending *sending = start_sending(-1, recorder->transport, file);
    trace("%s", peer_gets_file(recorder, 0, FILE_SIZE));
    peer_close(recorder);
    OURO_TRY(say_sent(sending));
    OURO_TRY(wait_event(recorder, LOST));
    OURO_TRY(close_file(file));
    return finish(recorder);
}

SCENARIO(CASE(over_a_closing_connection), CASE(over_an_aborted_connection), CASE(after_write_eof),
         CASE(writes_are_refused_meanwhile), CASE(writes_are_refused_before_it_begins_to_send),
         CASE(cancelled), CASE(the_peer_goes), CASE(the_peer_goes_when_it_has_all))
