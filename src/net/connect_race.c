/* Connecting to one of several addresses: one after the other, or, with a delay, beside each other
 * (Happy Eyeballs, RFC 8305). The first that answers wins.
 *
 *     race (in the frame of the task)  <--  attempt, attempt ...   each in a block of its own
 *
 * The kernel works on a connect until it is told to end. An attempt that nobody waits for any more
 * has its operation cancelled, and when that has ended it closes its socket and frees itself: so
 * the task that was cancelled, or has a winner, need not wait for the losers.
 */
#include "net/connect_race.h"

#include "base/alloc.h"
#include "base/time.h"
#include "io/op.h"
#include "loop/park.h"
#include "loop/timer.h"
#include "net/socket.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The errors of all attempts, in words. */
#define FAILURES_TEXT_SIZE 240

/* The errors of a group. */
#define FAILURES_MAX 16

struct race {
    struct wait wait;
    ouro_loop *loop;
    struct connect_request *request;
    ouro_link attempts; /* in flight */
    ouro_timer_entry stagger;
    size_t next; /* the address to be tried next */
    int winner;  /* a connected socket, or -1 */
    bool is_parked;
    bool is_due; /* the next attempt is to begin although one is in flight */
    int status;  /* the last failure */
    char text[FAILURES_TEXT_SIZE];
    const ouro_error *errors[FAILURES_MAX];
    size_t error_count;
};

struct attempt {
    struct op op;
    ouro_link link;    /* in the race */
    struct race *race; /* NULL: nobody waits */
    ouro_loop *loop;
    struct address address;
    struct loop_resource resource;
};

static void free_attempt(struct attempt *attempt)
{
    list_remove(&attempt->resource.link);
    ouro__alloc_free(attempt);
}

static void close_socket(ouro_loop *loop, int fd)
{
    loop->backend->ops->close_fd(loop->backend, fd);
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

/* Takes down what went wrong, in words. */
static void note(struct race *race, int status, const char *words)
{
    size_t len = strlen(race->text);

    race->status = status;
    (void) snprintf(race->text + len, FAILURES_TEXT_SIZE - len, "%s%s", len > 0 ? "; " : "", words);
    if (!race->request->wants_all_errors || race->error_count == FAILURES_MAX)
        return;
    (void) ouro_error_set(status, "connect", "%s", words);
    race->errors[race->error_count++] = ouro_error_keep(status);
}

/* The same of one address. */
static void note_failure(struct race *race, const struct address *address, int status)
{
    char place[ADDRESS_TEXT_SIZE];
    char words[2 * ADDRESS_TEXT_SIZE];

    ouro__address_format(address, place);
    (void) snprintf(words, sizeof words, "%s: %s%s", place, ouro_strerror(status), advice(status));
    note(race, status, words);
}

/* The same of an address that could not be connected from; `local` is NULL where none is of the
 * family. */
static void note_local_failure(struct race *race, const struct address *address,
                               const struct address *local, int status)
{
    char place[ADDRESS_TEXT_SIZE];
    char words[2 * ADDRESS_TEXT_SIZE];

    ouro__address_format(local != NULL ? local : address, place);
    if (local != NULL)
        (void) snprintf(words, sizeof words, "cannot connect from %s: %s", place,
                        ouro_strerror(status));
    else
        (void) snprintf(words, sizeof words, "%s: no local address is of its family", place);
    note(race, status, words);
}

static void wake(struct race *race)
{
    if (!race->is_parked)
        return;
    race->is_parked = false;
    wait_finish(&race->wait, 0);
}

static void attempt_done(struct op *op)
{
    struct attempt *attempt = container_of(op, struct attempt, op);
    struct race *race = attempt->race;

    if (race == NULL) {
        close_socket(attempt->loop, op->fd);
        free_attempt(attempt);
        return;
    }
    list_remove(&attempt->link);
    if (op->result == 0 && race->winner < 0) {
        race->winner = op->fd;
    } else {
        if (op->result < 0)
            note_failure(race, &attempt->address, op->result);
        close_socket(attempt->loop, op->fd);
        race->is_due = true;
    }
    free_attempt(attempt);
    wake(race);
}

/* Gives up all attempts in flight. */
static void abandon_attempts(struct race *race)
{
    ouro_link *link;

    while ((link = list_pop(&race->attempts)) != NULL) {
        struct attempt *attempt = container_of(link, struct attempt, link);

        attempt->race = NULL;
        race->loop->backend->ops->cancel(race->loop->backend, &attempt->op);
    }
}

static void end_with_loop(struct loop_resource *resource, enum loop_end stage)
{
    struct attempt *attempt = container_of(resource, struct attempt, resource);

    if (stage == LOOP_END_LEAVE) {
        (void) close(attempt->op.fd);
        free_attempt(attempt);
    } else if (stage == LOOP_END_CANCEL) { /* the race has given it up as its task was abandoned */
        attempt->loop->backend->ops->cancel(attempt->loop->backend, &attempt->op);
    }
}

/* Binds a socket to the first local address of its family that can be bound. Returns 0; or -errno,
 * of which notes are taken. */
static int bind_local(struct race *race, int fd, const struct address *address)
{
    const struct address_list *locals = &race->request->locals;
    const struct address *local = NULL;
    int status = -EAFNOSUPPORT;
    size_t i;

    for (i = 0; i < locals->count; i++) {
        if (locals->items[i].base.sa_family != address->base.sa_family)
            continue;
        local = &locals->items[i];
        status = ouro__socket_bind(fd, local, true, false);
        if (status == 0)
            return 0;
    }
    note_local_failure(race, address, local, status);
    return status;
}

/* Opens a socket for an attempt. Returns it; or -errno, of which notes are taken. */
static int open_socket(struct race *race, const struct address *address)
{
    int fd = ouro__socket_open(address->base.sa_family);
    int status;

    if (fd < 0) {
        note_failure(race, address, fd);
        return fd;
    }
    status = race->request->has_locals ? bind_local(race, fd, address) : 0;
    if (status < 0) {
        (void) close(fd);
        return status;
    }
    ouro__socket_set_up(fd);
    return fd;
}

/* Begins an attempt. Returns 0; or -errno, of which notes are taken. */
static int begin_attempt(struct race *race, const struct address *address)
{
    struct attempt *attempt = ouro__alloc_zero(sizeof *attempt);
    int fd;

    if (attempt == NULL) {
        note_failure(race, address, -ENOMEM);
        return -ENOMEM;
    }
    fd = open_socket(race, address);
    if (fd < 0) {
        ouro__alloc_free(attempt);
        return fd;
    }
    attempt->loop = race->loop;
    attempt->race = race;
    attempt->address = *address;
    attempt->resource.end = end_with_loop;
    list_append(&race->loop->resources, &attempt->resource.link);
    list_append(&race->attempts, &attempt->link);
    attempt->op.kind = OP_CONNECT;
    attempt->op.fd = fd;
    attempt->op.complete = attempt_done;
    attempt->op.connect.address = &attempt->address.base;
    attempt->op.connect.size = attempt->address.size;
    race->loop->backend->ops->submit(race->loop->backend, &attempt->op);
    return 0;
}

/* True if other addresses will fail in the same way. */
static bool is_shortage(int status)
{
    return status == -EMFILE || status == -ENFILE || status == -ENOMEM;
}

static void try_next(struct race *race)
{
    const struct address *address = &race->request->addresses.items[race->next++];
    int status = begin_attempt(race, address);

    if (is_shortage(status))
        race->next = race->request->addresses.count;
    race->is_due = status < 0;
}

static void run_stagger(ouro_runnable *runnable)
{
    ouro_timer_entry *timer = container_of(runnable, ouro_timer_entry, runnable_);
    struct race *race = container_of(timer, struct race, stagger);

    race->is_due = true;
    wake(race);
}

static bool cancel_race(struct wait *wait, const char *message)
{
    struct race *race = container_of(wait, struct race, wait);

    (void) message;
    if (wait->finished)
        return false;
    race->is_parked = false;
    wait_finish(wait, -ECANCELED);
    return true;
}

void ouro__connect_request_done(struct connect_request *request)
{
    ouro__address_list_free(&request->addresses);
    ouro__address_list_free(&request->locals);
}

/* Gives back all that the race holds. */
static void end_race(struct race *race)
{
    size_t i;

    abandon_attempts(race);
    for (i = 0; i < race->error_count; i++)
        (void) ouro_error_unref(race->errors[i]);
    ouro__connect_request_done(race->request);
}

static void abandon_race(struct wait *wait)
{
    end_race(container_of(wait, struct race, wait));
}

/* Parks until an attempt has ended, or it is time for the next one. */
static int wait_for_attempts(struct task *task, struct race *race)
{
    bool is_staggered = race->request->delay_ns > 0 && race->next < race->request->addresses.count;
    int status;

    race->wait = (struct wait) {
        .task = task,
        .cancel = cancel_race,
        .abandon = abandon_race,
        .operation = "connect",
    };
    race->is_parked = true;
    if (is_staggered)
        timer_arm(race->loop, &race->stagger,
                  time_add(loop_now(race->loop), race->request->delay_ns));
    status = ouro__park(&race->wait);
    if (is_staggered)
        timer_disarm(race->loop, &race->stagger);
    return status;
}

/* Begins attempts and waits for them, until one has succeeded or all have failed. */
static int run(struct task *task, struct race *race)
{
    int status = 0;

    while (status == 0 && race->winner < 0) {
        bool is_any_left = race->next < race->request->addresses.count;
        bool is_any_in_flight = !list_is_empty(&race->attempts);

        if (is_any_left && (race->is_due || !is_any_in_flight))
            try_next(race);
        else if (is_any_in_flight)
            status = wait_for_attempts(task, race);
        else
            break;
    }
    return status;
}

/* Makes what went wrong the task's error. Returns its status. */
static int raise_failures(struct race *race)
{
    const ouro_error *group;
    int status;

    if (race->error_count == 0)
        return ouro_error_set(race->status, "connect", "%s", race->text);
    group = ouro_error_group(0, "connect", "no address could be connected to", race->errors,
                             race->error_count);
    status = ouro_error_raise(group);
    (void) ouro_error_unref(group);
    return status;
}

int ouro__connect_race(struct task *task, struct connect_request *request)
{
    struct race race = { .loop = task->future.loop, .request = request, .winner = -1 };
    int status;

    list_init(&race.attempts);
    race.stagger.runnable_.run_ = run_stagger;
    status = run(task, &race);
    if (status < 0 && race.winner >= 0)
        close_socket(race.loop, race.winner);
    else if (race.winner >= 0)
        status = race.winner;
    else if (status == 0)
        status = raise_failures(&race);
    end_race(&race);
    return status;
}

/* Moves the address at `from` in front of the one at `to`. */
static void move_forward(struct address_list *list, size_t from, size_t to)
{
    struct address moved = list->items[from];

    memmove(&list->items[to + 1], &list->items[to], (from - to) * sizeof moved);
    list->items[to] = moved;
}

void ouro__interleave(struct address_list *list, size_t count)
{
    size_t place;

    for (place = 1; place < list->count; place++) {
        int last = list->items[place - 1].base.sa_family;
        bool wants_same = place < count;
        size_t other = place;

        while (other < list->count && (list->items[other].base.sa_family == last) != wants_same)
            other++;
        if (other < list->count)
            move_forward(list, other, place);
    }
}
