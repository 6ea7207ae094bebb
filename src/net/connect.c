/* Connecting: one address after the other, until one answers.
 *
 * The kernel works on a connect in progress until it is told to end, so that an attempt lies in a
 * block of its own, and a cancel has two steps: the operation is cancelled, and when it has ended
 * the task goes on and closes the socket.
 */
#include "net/socket.h"
#include "net/stream.h"

#include "base/alloc.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

/* The errors of all attempts, in words. */
#define FAILURES_TEXT_SIZE 240

struct attempt {
    struct op op;
    struct address address;
    struct wait wait;
    ouro_loop *loop;
    bool is_cancelled;
    bool is_abandoned; /* the task that waited is gone with its loop */
    struct loop_resource resource;
};

static void free_attempt(struct attempt *attempt)
{
    list_remove(&attempt->resource.link);
    ouro__alloc_free(attempt);
}

static void attempt_done(struct op *op)
{
    struct attempt *attempt = container_of(op, struct attempt, op);

    if (!attempt->is_abandoned)
        wait_finish(&attempt->wait, attempt->is_cancelled ? -ECANCELED : op->result);
}

static bool cancel_attempt(struct wait *wait, const char *message)
{
    struct attempt *attempt = container_of(wait, struct attempt, wait);

    (void) message;
    if (wait->finished || attempt->is_cancelled)
        return false;
    attempt->is_cancelled = true;
    attempt->loop->backend->ops->cancel(attempt->loop->backend, &attempt->op);
    return true;
}

static void end_with_loop(struct loop_resource *resource, bool is_over)
{
    struct attempt *attempt = container_of(resource, struct attempt, resource);

    attempt->is_abandoned = true;
    if (is_over) {
        (void) close(attempt->op.fd);
        free_attempt(attempt);
    } else {
        attempt->loop->backend->ops->cancel(attempt->loop->backend, &attempt->op);
    }
}

/* Opens a socket, bound to the local address if one is given. Returns it or -errno. */
static int open_socket(const struct address *address, const struct address *local)
{
    int fd = ouro__socket_open(address->base.sa_family);
    int status = 0;

    if (fd < 0)
        return fd;
    if (local != NULL)
        status = ouro__socket_bind(fd, local, true, false);
    if (status < 0) {
        (void) close(fd);
        return status;
    }
    ouro__socket_set_up(fd);
    return fd;
}

/* Connects a socket. Returns 0 or -errno; the socket stays the caller's. */
static int connect_socket(struct task *task, int fd, const struct address *address)
{
    ouro_loop *loop = task->future.loop;
    struct attempt *attempt = ouro__alloc_zero(sizeof *attempt);
    int status;

    if (attempt == NULL)
        return -ENOMEM;
    attempt->loop = loop;
    attempt->address = *address;
    attempt->wait.task = task;
    attempt->wait.cancel = cancel_attempt;
    attempt->wait.operation = "connect";
    attempt->resource.end = end_with_loop;
    list_append(&loop->resources, &attempt->resource.link);
    attempt->op.kind = OP_CONNECT;
    attempt->op.fd = fd;
    attempt->op.complete = attempt_done;
    attempt->op.connect.address = &attempt->address.base;
    attempt->op.connect.size = attempt->address.size;
    loop->backend->ops->submit(loop->backend, &attempt->op);
    status = ouro__park(&attempt->wait);
    free_attempt(attempt);
    return status;
}

/* Connects to one address. Returns the socket or -errno. */
static int try_address(struct task *task, const struct address *address,
                       const struct address *local)
{
    ouro_loop *loop = task->future.loop;
    int fd = open_socket(address, local);
    int status;

    if (fd < 0)
        return fd;
    status = connect_socket(task, fd, address);
    if (status == 0)
        return fd;
    loop->backend->ops->close_fd(loop->backend, fd);
    return status;
}

static const char *advice(int status)
{
    switch (status) {
    case -ECONNREFUSED:
        return ": is the server running?";
    case -EMFILE:
    case -ENFILE:
        return ": close something, or raise the limit (ulimit -n)";
    default:
        return "";
    }
}

/* Appends what went wrong with one address. */
static void note_failure(char text[FAILURES_TEXT_SIZE], const struct address *address, int status)
{
    size_t len = strlen(text);
    char words[ADDRESS_TEXT_SIZE];

    ouro__address_format(address, words);
    (void) snprintf(text + len, FAILURES_TEXT_SIZE - len, "%s%s: %s%s", len > 0 ? "; " : "", words,
                    ouro_strerror(status), advice(status));
}

/* Returns the local address of the family of `address`, or NULL if there is none. */
static const struct address *matching(const struct address *locals, int count,
                                      const struct address *address)
{
    int i;

    for (i = 0; i < count; i++)
        if (locals[i].base.sa_family == address->base.sa_family)
            return &locals[i];
    return NULL;
}

static bool wants_local(const ouro_connection_options *options)
{
    return options->local_host != NULL || options->local_port != 0;
}

static int no_host(const char *host)
{
    return ouro_error_set(OURO_EHOST, "open_connection",
                          "\"%s\" is neither a numeric address nor \"localhost\"", host);
}

/* Tries the addresses of the host in turn. Returns a connected socket, or the error of the last
 * attempt with the detail set. */
static int connect_to_host(struct task *task, const ouro_connection_options *options)
{
    struct address addresses[ADDRESSES_MAX];
    struct address locals[ADDRESSES_MAX];
    int count = ouro__address_find(options->host, options->port, ADDRESS_CONNECT, addresses);
    int local_count = 0;
    char failures[FAILURES_TEXT_SIZE] = "";
    int status = 0;
    int i;

    if (count < 0)
        return no_host(options->host);
    if (wants_local(options)) {
        local_count = ouro__address_find(options->local_host, options->local_port, ADDRESS_LISTEN,
                                         locals);
        if (local_count < 0)
            return no_host(options->local_host);
    }
    for (i = 0; i < count; i++) {
        const struct address *local = matching(locals, local_count, &addresses[i]);

        status = local == NULL && wants_local(options) ? -EAFNOSUPPORT
                                                       : try_address(task, &addresses[i], local);
        if (status >= 0 || status == -ECANCELED)
            return status;
        note_failure(failures, &addresses[i], status);
        if (status == -EMFILE || status == -ENFILE || status == -ENOMEM)
            break;
    }
    return ouro_error_set(status, "connect", "%s", failures);
}

static int check_options(const ouro_connection_options *options)
{
    if (options == NULL)
        return ouro_error_set(-EINVAL, "open_connection", "the options are NULL");
    if (options->fd < 0)
        return ouro_error_set(-EBADF, "open_connection", "%d is no descriptor", options->fd);
    if (options->fd == 0 && (options->port < 1 || options->port > 65535))
        return ouro_error_set(-EINVAL, "open_connection", "%d is no port: 1 to 65535 are",
                              options->port);
    if (options->local_port < 0 || options->local_port > 65535)
        return ouro_error_set(-EINVAL, "open_connection", "%d is no local port",
                              options->local_port);
    return 0;
}

/* Checks a socket that the caller has connected. Returns it or -errno. */
static int take_socket(int fd)
{
    struct address peer;
    int status = ouro__socket_peer(fd, &peer);

    if (status < 0)
        return ouro_error_set(status, "open_connection", "descriptor %d is no connected socket: %s",
                              fd, ouro_strerror(status));
    ouro__socket_set_up(fd);
    return fd;
}

int ouro_open_connection_with(ouro_stream **ret_stream, const ouro_connection_options *options)
{
    int status = 0;
    struct task *task = ouro__task_required("open_connection", &status);
    ouro_stream *stream;
    int fd;

    if (task == NULL)
        return status;
    status = check_options(options);
    if (status < 0)
        return status;
    fd = options->fd != 0 ? take_socket(options->fd) : connect_to_host(task, options);
    if (fd < 0)
        return fd;
    stream = ouro__stream_new(task->future.loop, fd, options->limit, sizeof *stream);
    if (stream == NULL) {
        if (options->fd == 0)
            task->future.loop->backend->ops->close_fd(task->future.loop->backend, fd);
        return ouro_error_set(-ENOMEM, "open_connection", "out of memory for the stream");
    }
    *ret_stream = stream;
    return 0;
}
