/* What the scenarios of sendfile share; sendfile_scenario.py is the same for the Python half.
 *
 * The other end of a connection is a recorder's `peer`, also where the own end is a plain socket.
 */
#ifndef OURO_TESTS_ORACLE_SENDFILE_SCENARIO_H
#define OURO_TESTS_ORACLE_SENDFILE_SCENARIO_H

#include "transport_scenario.h"

#include <fcntl.h>
#include <sys/mman.h>

enum {
    FILE_SIZE = 1 << 20,
    PEER_TAKES = 1000, /* bytes at once */
};

static inline uint8_t file_byte(size_t position)
{
    return (uint8_t) (position * 31 % 251);
}

static inline void must(bool is_so)
{
    if (!is_so) {
        perror("sendfile scenario");
        exit(1);
    }
}

/* Appends so many bytes to the file, as they follow on those before. */
static inline void grow_file(int file, size_t size)
{
    static uint8_t data[FILE_SIZE];
    off_t begin = lseek(file, 0, SEEK_END);

    for (size_t i = 0; i < size; i++) {
        data[i] = file_byte((size_t) begin + i);
    }
    must(pwrite(file, data, size, begin) == (ssize_t) size);
    must(lseek(file, 0, SEEK_SET) == 0);
}

/* Makes a file in memory, whose position is its beginning. */
static inline int make_file(size_t size)
{
    int file = memfd_create("scenario", MFD_CLOEXEC);

    must(file >= 0);
    grow_file(file, size);
    return file;
}

static inline long position_of(int file)
{
    return (long) lseek(file, 0, SEEK_CUR);
}

/* Traces the position of the file, which is closed. */
static inline int close_file(int file)
{
    trace("position %ld", position_of(file));
    close(file);
    return 0;
}

/* True if these bytes are those of the file from `position` on. */
static inline bool is_of_file(const char *data, size_t position, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if ((uint8_t) data[i] != file_byte(position + i)) {
            return false;
        }
    }
    return true;
}

/* Takes what the peer has, at most PEER_TAKES bytes. Returns how many. */
static inline size_t peer_takes(struct recorder *recorder, void *data)
{
    ssize_t count = recv(recorder->peer, data, PEER_TAKES, MSG_DONTWAIT);

    return count > 0 ? (size_t) count : 0;
}

/* Reads what should be so many bytes of the file, from `position` on. */
static inline const char *peer_gets_file(struct recorder *recorder, size_t position, size_t size)
{
    static char data[2 * FILE_SIZE];
    int count = peer_reads(recorder, data, size);

    if (count < 0) {
        return show(count);
    }
    return text(is_of_file(data, position, (size_t) count) ? "%d bytes of the file"
                                                           : "%d bytes, some are wrong",
                count);
}

/* Opens a plain socket; the recorder stands for the other one. */
static inline int open_socket(struct recorder *recorder)
{
    int own = -1;

    must(socket_pair(&own, &recorder->peer) == 0);
    return own;
}

/* Names what sending has come to. */
static inline const char *show_sent(int status, uint64_t sent)
{
    if (status == OURO_ESENDFILENOTAVAILABLE) {
        return "SendfileNotAvailableError";
    }
    return status < 0 ? show_net(status) : text("%llu", (unsigned long long) sent);
}

/* One call, by itself or as a task that is joined by `say_sent`. A fault may end the case before
 * the task, which is why it lies outside of all frames. */
struct sending {
    int fd; /* a plain socket, if there is no transport */
    ouro_transport *transport;
    int file;
    uint64_t sent;
    ouro_sendfile_options options;
    ouro_task *task;
};

static inline int send_now(struct sending *sending)
{
    sending->options.size_ = sizeof sending->options;
    if (sending->transport) {
        return ouro_loop_sendfile_with(ouro_get_running_loop(), sending->transport, sending->file,
                                       &sending->sent, &sending->options);
    }
    return ouro_loop_sock_sendfile_with(ouro_get_running_loop(), sending->fd, sending->file,
                                        &sending->sent, &sending->options);
}

static int sending_main(void *arg)
{
    return send_now(arg);
}

static inline const char *do_send(struct sending sending)
{
    int status = send_now(&sending);

    return show_sent(status, sending.sent);
}

/* Sends over a plain socket, or over a recorder's transport: send_file(own, file, .count = 1). */
#define send_file(fd_, ...) SEND_(.fd = (fd_), __VA_ARGS__, .size_ = 0)
#define send_over(recorder_, ...)                                                                  \
    SEND_(.transport = (recorder_)->transport, __VA_ARGS__, .size_ = 0)
#define SEND_(way_, file_, ...)                                                                    \
    do_send((struct sending) { way_, .file = (file_), .options = { __VA_ARGS__ } })

/* Starts a task that sends, by a function that may do more than that. */
static inline struct sending *start_sending_by(ouro_function *function, int fd,
                                               ouro_transport *transport, int file)
{
    static struct sending sendings[RECORDERS];
    static unsigned next;
    struct sending *sending = &sendings[next++ % RECORDERS];

    *sending = (struct sending) { .fd = fd, .transport = transport, .file = file };
    sending->task = ouro_create_task(ouro_coro(function, sending));
    return sending;
}

static inline struct sending *start_sending(int fd, ouro_transport *transport, int file)
{
    return start_sending_by(sending_main, fd, transport, file);
}

/* Waits for the task and traces what it has come to. */
static inline int say_sent(struct sending *sending)
{
    int status = join(sending->task);

    trace("sent %s", show_sent(status, sending->sent));
    return 0;
}

#endif
