/* loop.sock_sendfile that does not come to its end: cancelled, or without a peer. */
#include "sendfile_scenario.h"

OURO_ASYNC(cancelled)
{
    static char data[FILE_SIZE];
    struct recorder *recorder = new_recorder("a");
    int own = open_socket(recorder);
    int file = make_file(FILE_SIZE);
    struct sending *sending = start_sending(own, NULL, file);

    OURO_TRY(settle());
    ouro_task_cancel(sending->task, NULL);
    OURO_TRY(say_sent(sending));
    OURO_TRY(settle());
    close(own);
    int count = peer_reads(recorder, data, FILE_SIZE);
    OURO_TRY(count);
    trace("some %d", count > 0 && count < FILE_SIZE);
    trace("in order %d", is_of_file(data, 0, (size_t) count));
    peer_close(recorder);
    close(file);
    return 0;
}

OURO_ASYNC(send_next, (int, fd))
{
    return ouro_loop_sock_sendall(ouro_get_running_loop(), fd, OURO_BYTES("next"));
}

OURO_ASYNC(cancelled_and_used_on)
{
    static char data[FILE_SIZE];
    struct recorder *recorder = new_recorder("a");
    int own = open_socket(recorder);
    int file = make_file(FILE_SIZE);
    struct sending *sending = start_sending(own, NULL, file);
    size_t count = 0;

    OURO_TRY(settle());
    ouro_task_cancel(sending->task, NULL);
    OURO_TRY(say_sent(sending));
    ouro_task *task = ouro_create_task(send_next_coro(own));
    OURO_TRY(settle());
    trace("done %d", ouro_future_done(task));
    while (count < 4 || memcmp(data + count - 4, "next", 4) != 0) {
        count += peer_takes(recorder, data + count);
        OURO_TRY(ouro_sleep(0));
    }
    trace("sent %s", show(join(task)));
    trace("in order %d", is_of_file(data, 0, count - 4));
    close(own);
    peer_close(recorder);
    close(file);
    return 0;
}

OURO_ASYNC(cancelled_before_it_begins)
{
    struct recorder *recorder = new_recorder("a");
    int own = open_socket(recorder);
    int file = make_file(FILE_SIZE);
    struct sending *sending = start_sending(own, NULL, file);

    ouro_task_cancel(sending->task, NULL);
    OURO_TRY(say_sent(sending));
    close(own);
    trace("%s", peer_gets(recorder, 1));
    OURO_TRY(close_file(file));
    peer_close(recorder);
    return 0;
}

OURO_ASYNC(the_peer_has_gone)
{
    struct recorder *recorder = new_recorder("a");
    int own = open_socket(recorder);
    int file = make_file(FILE_SIZE);

    peer_close(recorder);
    trace("%s", send_file(own, file));
    trace("%s", send_file(own, file, .offset = 10, .count = 20));
    close(own);
    close(file);
    return 0;
}

OURO_ASYNC(the_peer_goes)
{
    struct recorder *recorder = new_recorder("a");
    int own = open_socket(recorder);
    int file = make_file(FILE_SIZE);
    struct sending *sending = start_sending(own, NULL, file);

    OURO_TRY(settle());
    peer_close(recorder);
    OURO_TRY(say_sent(sending));
    trace("some %d", position_of(file) > 0 && position_of(file) < FILE_SIZE);
    close(own);
    close(file);
    return 0;
}

SCENARIO(CASE(cancelled), CASE(cancelled_and_used_on), CASE(cancelled_before_it_begins),
         CASE(the_peer_has_gone), CASE(the_peer_goes))
