/* The epoll backend from inside: its state, and what its files offer each other.
 *
 *     submit:   RECV, ACCEPT, READABLE --> arrived, or the descriptor's readers if known empty
 *               SEND, CONNECT, WRITABLE -> submitted
 *               POLL --------------------> the descriptor's slots
 *     wait:     submitted: send and connect now; what would block goes to the descriptor's writers
 *               events: readers and polls to `arrived`; writers go on
 *     dispatch: arrived: receive, accept, and complete
 *
 * An op lies in one list at a time. In `arrived` it either knows its result (OP_DONE) or still has
 * to try: bytes are read right before their owner looks at them, into the one buffer that is hot,
 * and a cancel before that finds nothing consumed.
 */
#ifndef OURO_IO_EPOLL_BACKEND_H
#define OURO_IO_EPOLL_BACKEND_H

#include "io/backend.h"
#include "io/epoll_table.h"
#include "io/waker.h"

#include <sys/epoll.h>

/* Bits of op->backend_flags. */
enum {
    OP_WAITS = 1 << 0,  /* among the readers or writers of a descriptor, or in its slots */
    OP_VERIFY = 1 << 1, /* doubts that the descriptor is still the registered one */
};

struct epoll_backend {
    struct backend base;
    int epoll_fd;
    size_t waiting;      /* ops that only an event can end */
    ouro_link submitted; /* SEND, CONNECT and WRITABLE of this tick */
    ouro_link arrived;   /* for the next dispatch */
    ouro_link batch;     /* of the dispatch that runs */
    struct descriptor_table table;
    uint8_t *receive_buffer; /* lent to one RECV at a time, while its complete runs */
    size_t receive_buffer_size;
    struct waker waker;
    bool has_fine_wait; /* epoll_pwait2 has not failed yet */
    bool is_poll_due;   /* the last wait did not ask the kernel */
    int event_count;
    struct epoll_event events[];
};

static inline struct op *op_of_link(ouro_link *link)
{
    return container_of(link, struct op, link);
}

/* Gives an op its result, for the next dispatch. The op must be in no list. */
static inline void op_finish(struct epoll_backend *backend, struct op *op, int result)
{
    op->result = result;
    op->state = OP_DONE;
    list_append(&backend->arrived, &op->link);
}

/* Calls complete for the last time, with the result that stands in the op, which may be gone after
 * that. */
static inline void op_deliver(struct epoll_backend *backend, struct op *op)
{
    op->state = OP_IDLE;
    op->more = false;
    ouro_check(backend->base.in_flight > 0);
    backend->base.in_flight--;
    op->complete(op);
}

/* Puts an op among those that wait for an event, or takes it away from them. */
static inline void op_wait(struct epoll_backend *backend, struct op *op)
{
    op->state = OP_IN_FLIGHT;
    op->backend_flags = OP_WAITS;
    backend->waiting++;
}

static inline void op_end_wait(struct epoll_backend *backend, struct op *op)
{
    ouro_check((op->backend_flags & OP_WAITS) && backend->waiting > 0);
    op->backend_flags = 0;
    backend->waiting--;
}

/* epoll_descriptor.c */

/* Finds or makes the entry of `fd`. Returns 0, -EBADF or -ENOMEM. */
int ouro__epoll_descriptor(struct epoll_backend *backend, int fd,
                           struct descriptor **ret_descriptor);

/* Makes epoll watch for exactly these events (none: not at all); `verify` asks the kernel even if
 * nothing changes. What is ready already is reported by the next wait. Returns 0 or -errno, and
 * then nothing has changed. */
int ouro__epoll_watch(struct epoll_backend *backend, struct descriptor *descriptor, int fd,
                      uint32_t events, bool verify);

/* Forgets what is known of a number, which now stands for another file or for none. Ops that still
 * wait for the old one end with -EBADF. */
void ouro__epoll_forget(struct epoll_backend *backend, struct descriptor *descriptor);

/* epoll_stream.c: all kinds but POLL */

void ouro__epoll_stream_submit(struct epoll_backend *backend, struct descriptor *descriptor,
                               struct op *op);

/* Begins with the SENDs, CONNECTs and WRITABLEs of this tick. */
void ouro__epoll_stream_flush(struct epoll_backend *backend);

/* Takes in an event. */
void ouro__epoll_stream_event(struct epoll_backend *backend, struct descriptor *descriptor,
                              uint32_t events);

/* Carries out an op that has arrived without a result. Returns the number of completions. */
int ouro__epoll_stream_run(struct epoll_backend *backend, struct op *op);

/* epoll_calls.c */

/* The result of an attempt that would block. */
#define MUST_WAIT 1

/* Tells what a short read means on this socket. */
enum short_read ouro__epoll_ask_short_read(int fd);

/* For calls that have no flag against blocking. Returns 0 or -errno. */
int ouro__epoll_make_nonblocking(int fd);

/* Reads once for a RECV, and notes whether something can be left. Returns the count or -errno. */
int ouro__epoll_read(struct descriptor *descriptor, const struct op *op, void *data, size_t size);

/* Does what can be done now for a SEND, CONNECT or WRITABLE. Returns 0 when the op is done,
 * MUST_WAIT, or -errno. */
int ouro__epoll_write(struct op *op);

/* epoll_poll.c: POLL */

void ouro__epoll_poll_submit(struct epoll_backend *backend, struct descriptor *descriptor,
                             struct op *op);
void ouro__epoll_poll_event(struct epoll_backend *backend, struct descriptor *descriptor,
                            uint32_t events);

/* Ends the polling of an op, which may be in any list. */
void ouro__epoll_poll_remove(struct epoll_backend *backend, struct op *op);

#endif
