/* loop.sock_sendfile: whole files and parts, among other bytes, and files that change meanwhile. */
#include "sendfile_scenario.h"

static int close_both(int own, struct recorder *recorder)
{
    close(own);
    peer_close(recorder);
    return 0;
}

OURO_ASYNC(the_whole_file)
{
    struct recorder *recorder = new_recorder("a");
    int own = open_socket(recorder);
    int file = make_file(FILE_SIZE);
    struct sending *sending = start_sending(own, NULL, file);

    OURO_TRY(settle());
    trace("done %d", ouro_future_done(sending->task));
    trace("%s", peer_gets_file(recorder, 0, FILE_SIZE));
    OURO_TRY(say_sent(sending));
    OURO_TRY(close_file(file));
    close(own);
    trace("%s", peer_gets(recorder, 1));
    peer_close(recorder);
    return 0;
}

OURO_ASYNC(parts)
{
    struct recorder *recorder = new_recorder("a");
    int own = open_socket(recorder);
    int file = make_file(FILE_SIZE);

    trace("%s", send_file(own, file, .offset = 1000, .count = 2000));
    trace("%s", peer_gets_file(recorder, 1000, 2000));
    trace("position %ld", position_of(file));
    trace("%s", send_file(own, file, .offset = FILE_SIZE - 10));
    trace("%s", peer_gets_file(recorder, FILE_SIZE - 10, 10));
    trace("%s", send_file(own, file, .offset = FILE_SIZE - 10, .count = 50));
    trace("%s", peer_gets_file(recorder, FILE_SIZE - 10, 10));
    trace("position %ld", position_of(file));
    trace("%s", send_file(own, file, .offset = 5, .count = 1));
    trace("position %ld", position_of(file));
    close(own);
    trace("%s", peer_gets_file(recorder, 5, 2));
    peer_close(recorder);
    close(file);
    return 0;
}

OURO_ASYNC(nothing_to_send)
{
    struct recorder *recorder = new_recorder("a");
    int own = open_socket(recorder);
    int empty = make_file(0);
    int file = make_file(100);

    trace("%s", send_file(own, empty));
    trace("%s", send_file(own, empty, .offset = 10));
    trace("%s", send_file(own, empty, .count = 10));
    OURO_TRY(close_file(empty));
    must(lseek(file, 7, SEEK_SET) == 7);
    trace("%s", send_file(own, file, .offset = 100));
    trace("%s", send_file(own, file, .offset = 200, .count = 5));
    OURO_TRY(close_file(file));
    close(own);
    trace("%s", peer_gets(recorder, 1));
    peer_close(recorder);
    return 0;
}

static int send_with_others(void *arg)
{
    struct sending *sending = arg;
    ouro_loop *loop = ouro_get_running_loop();

    OURO_TRY(ouro_loop_sock_sendall(loop, sending->fd, OURO_BYTES("before")));
    OURO_TRY(send_now(sending));
    return ouro_loop_sock_sendall(loop, sending->fd, OURO_BYTES("after"));
}

OURO_ASYNC(between_other_bytes)
{
    struct recorder *recorder = new_recorder("a");
    int own = open_socket(recorder);
    int file = make_file(FILE_SIZE);
    struct sending *sending = start_sending_by(send_with_others, own, NULL, file);

    trace("%s", peer_gets(recorder, 6));
    trace("%s", peer_gets_file(recorder, 0, FILE_SIZE));
    trace("%s", peer_gets(recorder, 5));
    OURO_TRY(say_sent(sending));
    close(file);
    return close_both(own, recorder);
}

OURO_ASYNC(while_the_socket_is_read)
{
    struct recorder *recorder = new_recorder("a");
    int own = open_socket(recorder);
    int file = make_file(FILE_SIZE);
    struct sending *sending = start_sending(own, NULL, file);
    char data[100];

    OURO_TRY(settle());
    put(recorder, "hello");
    trace("received %d", ouro_loop_sock_recv(ouro_get_running_loop(), own, data, sizeof(data)));
    trace("done %d", ouro_future_done(sending->task));
    trace("%s", peer_gets_file(recorder, 0, FILE_SIZE));
    OURO_TRY(say_sent(sending));
    close(file);
    return close_both(own, recorder);
}

OURO_ASYNC(a_file_that_grows)
{
    struct recorder *recorder = new_recorder("a");
    int own = open_socket(recorder);
    int file = make_file(FILE_SIZE);
    struct sending *sending = start_sending(own, NULL, file);

    OURO_TRY(settle());
    grow_file(file, 1000);
    trace("%s", peer_gets_file(recorder, 0, FILE_SIZE + 1000));
    OURO_TRY(say_sent(sending));
    OURO_TRY(close_file(file));
    return close_both(own, recorder);
}

OURO_ASYNC(a_file_that_shrinks)
{
    struct recorder *recorder = new_recorder("a");
    int own = open_socket(recorder);
    int file = make_file(FILE_SIZE);
    struct sending *sending = start_sending(own, NULL, file);
    uint8_t data[PEER_TAKES];

    OURO_TRY(settle());
    must(ftruncate(file, 1) == 0);
    while (!ouro_future_done(sending->task)) {
        peer_takes(recorder, data);
        OURO_TRY(ouro_sleep(0));
    }
    OURO_TRY(join(sending->task));
    trace("less %d", sending->sent > 0 && sending->sent < FILE_SIZE);
    close(file);
    return close_both(own, recorder);
}

OURO_ASYNC(refused)
{
    struct recorder *recorder = new_recorder("a");
    int file = make_file(10);
    int datagrams = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int own = open_socket(recorder);

    trace("%s", send_file(datagrams, file));
    close(datagrams);
    must(fcntl(own, F_SETFL, 0) == 0);
    trace("%s", send_file(own, file));
    OURO_TRY(close_file(file));
    return close_both(own, recorder);
}

SCENARIO(CASE(the_whole_file), CASE(parts), CASE(nothing_to_send), CASE(between_other_bytes),
         CASE(while_the_socket_is_read), CASE(a_file_that_grows), CASE(a_file_that_shrinks),
         CASE(refused))
