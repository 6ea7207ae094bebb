/* One operation that the kernel carries out: what to do, and whom to tell.
 *
 * The caller owns the memory of an op and everything it points to, from `submit` until `complete`
 * has been called with `more` false: the kernel may write there all that time, even after `cancel`.
 *
 *     submit -----> in flight -----> complete(op)                      one-shot kinds
 *                       |  \-------> complete(op), more, ... , final    OP_ACCEPT, OP_POLL
 *                     cancel
 *                       \----------> complete(op) with -ECANCELED, or with what had been done
 *
 * `complete` runs inside `dispatch`, never inside `submit` or `cancel`, and may submit, cancel and
 * release ops itself, this one included once it is final.
 */
#ifndef OURO_IO_OP_H
#define OURO_IO_OP_H

#include "base/list.h"

#include <sys/socket.h>

enum op_kind {
    OP_RECV,      /* receive once: `buffer` if given, else a buffer lent by the backend */
    OP_SEND,      /* send all of `buffer`; ends early only by an error (result is then -errno), or
                     with `may_be_short` */
    OP_ACCEPT,    /* accept until cancelled or failed; one completion for each connection */
    OP_CONNECT,   /* connect to `address` */
    OP_READABLE,  /* once, when a read would not block: there is data, an end or an error */
    OP_WRITABLE,  /* once, when a write would not block any more, after one did (EAGAIN) */
    OP_POLL,      /* level-triggered readiness for `events`, once per dispatch, until cancelled */
    OP_FILE_CALL, /* make `file_call`, of a kind that is in the backend's `file_calls` */
};

/* OP_READABLE and OP_WRITABLE are for those who make the system calls themselves. They consume
 * nothing, their result is 0 or -errno, and they may be mixed with the kinds above on a descriptor,
 * which may be of any kind that poll supports. They may be wrong: make the call, and where it says
 * EAGAIN, submit the op again.
 *
 * An OP_READABLE with `known_empty` completes when there is something new since the last one
 * completed; what is said with it must come from a read after that: EAGAIN, or a short read of a
 * stream. Without it (and so the first one on each descriptor) it may complete at once, without a
 * look. OP_POLL is for descriptors that
 * others watch too; it does not mix. */

enum op_state {
    OP_IDLE,      /* not submitted, or final */
    OP_QUEUED,    /* accepted by the backend, the kernel has not seen it */
    OP_IN_FLIGHT, /* the kernel has it, or the backend waits for readiness */
    OP_DONE,      /* result is known, completion not yet delivered */
};

struct file_call;
struct op;
typedef void op_callback(struct op *op);

struct op {
    ouro_link link;        /* the backend's queues */
    op_callback *complete; /* set by the caller before submit */
    int fd;
    int result;    /* for complete: a count, an accepted descriptor, poll events; or -errno */
    uint8_t kind;  /* enum op_kind */
    uint8_t state; /* enum op_state; written by the backend only */
    bool more;     /* for complete: further completions follow */
    bool cancel_requested; /* backend's */

    /* Set by the caller. */
    bool known_empty : 1; /* OP_RECV, OP_READABLE: the last read left nothing, so do not try before
                             there is more. After an OP_RECV: the same, as seen now */
    bool is_file : 1; /* OP_RECV, OP_SEND: a pipe or terminal, for read and write. The descriptor
                         may become non-blocking; a write to a pipe that nobody reads raises no
                         signal */
    bool may_be_short : 1; /* OP_SEND: over as soon as something has been sent, be it not all, so
                              that the caller knows how much is left */
    bool is_foreign : 1; /* OP_READABLE: the descriptor may have been closed by its owner, and have
                            got its number again, so ask the kernel; `known_empty` says nothing */

    bool ends_only : 1; /* OP_READABLE: an end or an error is wanted, and data is no reason to
                           complete more than once */

    bool is_registered : 1; /* backend's: it has waited for this file, so that a registration of the
                               number is not of a file that had it before. Zero with a new `fd` */

    uint8_t backend_flags; /* backend's */
    uint16_t buffer_id;    /* backend's */
    union {
        struct {
            /* OP_SEND: what to send. OP_RECV: where to, or data == NULL for a lent buffer; in
             * complete, `data` and `size = result` are the bytes, and a lent buffer goes back to
             * the backend when complete returns. */
            void *data;
            size_t size;
        } buffer;
        struct {
            const struct sockaddr *address; /* OP_CONNECT */
            socklen_t size;
        } connect;
        uint32_t events;                   /* OP_POLL: POLLIN, POLLOUT */
        const struct file_call *file_call; /* OP_FILE_CALL: a cancelled one may have been made all
                                              the same, and then has its result */
    };
};

#endif
