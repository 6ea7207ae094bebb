/* How a call on a socket of the user's begins, and how it waits until it is worth another try. */
#ifndef OURO_NET_SOCKET_CALLS_H
#define OURO_NET_SOCKET_CALLS_H

#include "loop/task.h"
#include "loop/watch.h"

/* A call in progress. */
struct socket_call {
    struct task *task;
    int fd;
    const char *operation;
};

/* Begins a call, whose `fd` and `operation` are set. `may_block`: it has no flag that keeps it from
 * blocking. Returns 0, or an error with its detail. */
int ouro__socket_call_begin(struct socket_call *call, ouro_loop *loop, bool may_block);

/* The system call has failed, as errno tells. Suspends until the socket is ready, if that is what
 * the call lacks. Returns 0 when it is worth another try; else the call's status. */
int ouro__socket_call_again(const struct socket_call *call, enum watch_kind kind);

/* Sets an error of the system (a positive number) as the call's failure; returns its status. */
int ouro__socket_call_fail(const struct socket_call *call, int error);

#endif
