/* What a server is inside, and what it knows of its connections.
 *
 *     listener (one for each address) -> accept op -> transport -> client: a stream, and a task
 *                                                                          for the handler
 *
 * A transport counts as a connection of the server until it is closed. A client is one block with
 * its stream, and lives until the handler is done too.
 */
#ifndef OURO_NET_SERVER_H
#define OURO_NET_SERVER_H

#include "net/address.h"
#include "net/stream.h"
#include "net/wrap.h"
#include "ouro/server.h"

struct listener {
    struct op op;
    ouro_server *server;
    int fd;        /* -1 once closed */
    uint64_t file; /* the inode of a Unix socket that is removed at the close; 0: none is */
    bool is_lent;  /* the caller's still, for as long as the server has not begun */
};

struct ouro_server {
    ouro_loop *loop;
    uint32_t references;
    uint32_t calls; /* in progress, under which it must not go away */
    bool is_serving;
    bool is_closed;
    bool is_short;                           /* of descriptors or memory, and that was reported */
    bool is_resuming;                        /* `resume` is armed */
    bool keeps_alive;                        /* has the kernel look after idle connections */
    ouro_client_connected *client_connected; /* for streams; else: */
    ouro_protocol_factory *factory;
    void *arg;             /* of either */
    ouro_context *context; /* of tasks and callbacks: what was current at the start; or NULL */
    size_t limit;
    size_t stack_size;
    struct wrap_request tls;
    int backlog;
    struct listener *listeners; /* an array that does not move */
    size_t listener_count;
    size_t open_count; /* of listeners */
    ouro_link transports;
    size_t transport_count;
    struct wait *serving; /* the task in serve_forever, until it is woken */
    ouro_link waiters;    /* struct server_wait: tasks in wait_closed */
    ouro_timer_entry resume;
    struct loop_resource resource;
};

/* What a server is made of, whatever it listens on. */
struct server_request {
    const char *operation;
    ouro_loop *loop;
    ouro_client_connected *client_connected; /* one of the two */
    ouro_protocol_factory *factory;
    void *arg;
    size_t limit;
    size_t stack_size;
    struct wrap_request tls; /* of which `ouro__server_new` completes what all servers have */
    double tls_handshake_timeout;
    double tls_shutdown_timeout;
    int backlog;
    bool keeps_alive;
    bool starts_serving;
};

struct client {
    ouro_stream stream; /* first: they are one block */
    ouro_client_connected *client_connected;
    void *arg;
    ouro_task *task; /* the handler's; NULL before it begins, and once it is done */
    bool has_begun;
    struct future_waiter waiter;
    ouro_runnable handler_done;
};

/* True while the handler runs, or its end has not been looked at. */
static inline bool client_is_busy(const struct client *client)
{
    return client->task != NULL;
}

/* True in the handler itself. */
static inline bool client_is_current(const struct client *client)
{
    struct task *task = current_task();

    return task != NULL && client->task == &task->future;
}

/* Makes a server with room for `capacity` listeners and none yet. Returns 0, or an error with the
 * detail set. */
int ouro__server_new(const struct server_request *request, size_t capacity,
                     ouro_server **ret_server);

/* Adds a bound socket, which belongs to the server from then on. Returns 0 or -ENOMEM. */
int ouro__server_add(ouro_server *server, int fd, uint64_t file);

/* Takes over a socket that the caller has bound, if it is one to listen on; it belongs to the
 * server once that begins. Returns 0, or an error with the detail set. */
int ouro__server_take(ouro_server *server, const char *operation, int fd, bool is_unix);

/* Closes the listeners that a server has got so far, for another attempt to bind. */
void ouro__server_remove_all(ouro_server *server);

/* Has the server begin if that was asked for. A failure gives it up, as an earlier `status` < 0
 * does. Returns 0 and the server, or the error. */
int ouro__server_begin(const struct server_request *request, ouro_server *server, int status,
                       ouro_server **ret_server);

/* A transport is a connection of the server's, until it is closed. */
void ouro__server_attach(ouro_server *server, ouro_transport *transport);
void ouro__server_detach(ouro_transport *transport);

/* Has the handler begin: the connection stands. */
void ouro__client_begin(struct client *client);

/* The loop is being closed, and the handler, which has begun, will never be done. The stream may be
 * gone after that. */
void ouro__client_abandon(struct client *client);

/* Has listeners that do not accept do so. */
void ouro__server_accept(ouro_server *server);

/* Stops accepting; the listener is closed when its operation has ended. */
void ouro__listener_stop(struct listener *listener);

/* Completion of an accept. */
void ouro__server_accepted(struct op *op);

/* Ends the pause of a server that was short of descriptors. */
void ouro__server_resume(ouro_runnable *runnable);

/* The end of a call that was counted in `calls`. The server may be gone after that. */
void ouro__server_leave(ouro_server *server);

/* Wakes who waits for the end, and frees the server, if it is over. */
void ouro__server_end_if_over(ouro_server *server);

#endif
