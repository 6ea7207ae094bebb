/* What a datagram socket is inside.
 *
 *     call -> (others wait? behind them) -> system call -> EAGAIN? -> first of the waiters, and the
 *               ^                                                     readiness operation submitted
 *               `------------- woken: by the operation, or by who was served before ----'
 *
 * Each direction has its waiters, and one operation, embedded here so that it may outlive the call
 * that started it. To be woken means to be asked to try; one task at a time is, and when it has
 * tried, or was cancelled before it could, it wakes the next.
 */
#ifndef OURO_NET_DATAGRAM_H
#define OURO_NET_DATAGRAM_H

#include "base/bounds.h"
#include "io/op.h"
#include "loop/park.h"
#include "loop/watch.h"
#include "net/datagram_socket.h"

struct datagram_wait {
    struct wait wait;
    ouro_link link;
    bool has_stopped; /* cancelled, with a result to be kept */
};

struct datagram_direction {
    struct op op;
    ouro_link waiters;           /* first come first served */
    struct datagram_wait *woken; /* asked to try, and has not run yet */
};

/* Datagrams that were received with another, and are handed out one by one. */
struct datagram_batch {
    unsigned next;
    unsigned count; /* from `next` on */
    struct mmsghdr headers[DATAGRAM_BATCH];
    struct iovec vectors[DATAGRAM_BATCH];
    struct sockaddr_storage addresses[DATAGRAM_BATCH];
    uint8_t data[]; /* DATAGRAM_BATCH of `receive_size` */
};

struct ouro_datagram {
    ouro_loop *loop; /* NULL: it was closed before the socket was */
    int fd;          /* -1 once closed */
    uint32_t calls;  /* suspended in here */
    bool is_closing;
    bool is_released;  /* by its owner, who does not know the pointer any more */
    bool is_connected; /* to `remote` */
    struct address remote;
    struct datagram_direction directions[WATCH_KINDS];
    unsigned streak;              /* receives since the socket was last seen empty */
    size_t receive_size;          /* 0: none are kept */
    struct datagram_batch *batch; /* NULL before the first */
    /* A transport, which is told in dispatch that something can be tried, instead of tasks. */
    void (*ready)(ouro_datagram *datagram, enum watch_kind kind);
    void *above;
    struct loop_resource resource;
};

/* Makes an object of a socket, which belongs to it from then on. `receive_size` 0: the default for
 * its family. Returns NULL without memory; the descriptor is the caller's then. */
ouro_datagram *ouro__datagram_new(ouro_loop *loop, const struct datagram_socket *socket,
                                  size_t receive_size);

/* Has the next that waits, or the transport above, told when it is worth trying. `known_empty`: a
 * system call has just said EAGAIN. */
void ouro__datagram_arm(ouro_datagram *datagram, enum watch_kind kind, bool known_empty);

/* Takes what is there, at most `count`. Returns how many; -EAGAIN; or an error. */
int ouro__datagram_take(ouro_datagram *datagram, ouro_datagram_message *messages, size_t count);

/* Returns how many datagrams are kept. */
static inline unsigned datagram_kept(const ouro_datagram *datagram)
{
    return datagram->batch != NULL ? datagram->batch->count : 0;
}

/* Sends one datagram. Returns 1; -EAGAIN; or an error. */
int ouro__datagram_push(const ouro_datagram *datagram, const ouro_datagram_message *message);

/* Sets the detail of an error with the address that it is about: that of `message` (may be NULL),
 * or the remote one. Returns the status. */
int ouro__datagram_fail(const ouro_datagram *datagram, const char *operation,
                        const ouro_datagram_message *message, int status);

/* Begins a call. Returns 0 and the current task; or why it cannot. */
int ouro__datagram_begin(ouro_datagram *datagram, const char *operation, struct task **ret_task);

/* True if others wait, and a call that comes now has to wait behind them. */
static inline bool datagram_is_awaited(const ouro_datagram *datagram, enum watch_kind kind)
{
    const struct datagram_direction *direction = &datagram->directions[kind];

    return direction->woken != NULL || !list_is_empty(&direction->waiters);
}

enum datagram_turn {
    TURN_LATER, /* others wait: behind them */
    TURN_FIRST, /* the system call has said EAGAIN: in front, and when the socket is ready */
};

/* The result of a wait that a cancel has ended, where there is a result to be kept. */
#define WAIT_STOPPED 1

/* Waits until it is this call's turn to try. `keeps_result`: it has one already, so that a cancel
 * only stops it. Returns 0; WAIT_STOPPED; -ECANCELED; OURO_ECLOSED, or another error with its
 * detail. */
int ouro__datagram_wait(ouro_datagram *datagram, struct task *task, enum watch_kind kind,
                        enum datagram_turn turn, bool keeps_result);

/* A call has tried, and does not try again: it is the next one's turn. */
void ouro__datagram_pass_on(ouro_datagram *datagram, enum watch_kind kind);

#endif
