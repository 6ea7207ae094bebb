/* A chat server: what one says, all others hear. Any client that speaks in lines will do.
 *
 * Usage: chat_server [PORT]. With a port (0: one that is free) it serves until Ctrl-C:
 *     ./chat_server 7000        and elsewhere: nc 127.0.0.1 7000
 * Without one it serves some clients of its own, and shows what they hear.
 *
 * A member is a connection, its task, and a name. What is said to it waits in its stream, which
 * must not grow without bound: who does not read is thrown out, and delays nobody.
 *
 * The Python original stands beside it: chat_server.py. Build and run:
 *     cc chat_server.c -o chat_server $(pkg-config --cflags --libs ouro) && ./chat_server
 */
#include <ouro.h>

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_SECONDS 10 /* to say who one is */
#define STOP_SECONDS 1  /* to read the last words of the server */

enum { NAME_SIZE = 20, LINE_SIZE = 1000, UNREAD_BYTES_MAX = 256 << 10 };

struct member {
    struct member *next;
    ouro_stream *stream;
    char name[NAME_SIZE];
    char line[LINE_SIZE]; /* what it has said last */
    bool reads;           /* until it is thrown out */
};

struct room {
    struct member *members; /* each on the stack of its task, the newest first */
    ouro_server *server;
    ouro_event stop;
};

/* Says a line, "* Ann joins" or "Ann: hello", to a member, without waiting for it. */
static void tell(struct member *member, const char *who, const char *between, const char *what)
{
    if (ouro_stream_get_write_buffer_size(member->stream) <= UNREAD_BYTES_MAX) {
        ouro_ignore(ouro_stream_printf(member->stream, "%s%s%s\n", who, between, what));
    } else {
        member->reads = false;
        ouro_stream_abort(member->stream); /* its task sees that, and does the rest */
    }
}

static void tell_others(struct room *room, struct member *me, const char *between, const char *what)
{
    for (struct member *member = room->members; member != NULL; member = member->next)
        if (member != me && member->reads)
            tell(member, me->name, between, what);
}

static bool is_taken(struct room *room, const char *name)
{
    struct member *member = room->members;
    while (member != NULL && strcmp(member->name, name) != 0)
        member = member->next;
    return member != NULL;
}

static void enter(struct room *room, struct member *me)
{
    tell(me, "welcome", ", ", me->name);
    for (struct member *member = room->members; member != NULL; member = member->next)
        tell(me, member->name, " ", "is here");
    tell_others(room, me, " ", "joins");
    me->next = room->members;
    room->members = me;
}

static void leave(struct room *room, struct member *me)
{
    struct member **link = &room->members;
    while (*link != me)
        link = &(*link)->next;
    *link = me->next;
    tell_others(room, me, " ", me->reads ? "leaves" : "does not read: out");
}

/* Reads a line, without its end. Returns 1, or 0 at the end of the stream. */
static int read_line(struct member *me)
{
    ouro_bytes line;
    int status = ouro_stream_readline(me->stream, &line);
    snprintf(me->line, LINE_SIZE, "%.*s", status > 0 ? (int) line.size : 0,
             (const char *) line.data);
    me->line[strcspn(me->line, "\r\n")] = '\0';
    return status;
}

/* Returns 1 when the member has a name, 0 if it has not. */
static int ask_name(struct room *room, struct member *me)
{
    int status = 0;
    tell(me, "who", " ", "are you?");
    ouro_with_timeout (&status, NAME_SECONDS) {
        status = read_line(me);
    }
    if (status <= 0)
        return status;
    size_t letters = 0;
    while (isalpha((unsigned char) me->line[letters]))
        letters++;
    if (letters == 0 || letters >= NAME_SIZE || me->line[letters] != '\0') {
        tell(me, "that", " ", "is no name");
        return 0;
    }
    if (is_taken(room, me->line)) {
        tell(me, me->line, " ", "is taken");
        return 0;
    }
    memcpy(me->name, me->line, letters + 1);
    return 1;
}

static int converse(struct room *room, struct member *me)
{
    int status;
    while ((status = read_line(me)) > 0) {
        if (strcmp(me->line, "/quit") == 0) {
            tell(me, "goodbye", ", ", me->name);
            return 0;
        }
        tell_others(room, me, ": ", me->line);
        OURO_TRY(ouro_sleep(0)); /* who says much at once lets others have their turn */
    }
    return status;
}

static int serve(ouro_stream *stream, void *arg)
{
    struct room *room = arg;
    struct member me = { .stream = stream, .reads = true };
    int status = ask_name(room, &me);
    if (status > 0) {
        enter(room, &me);
        status = converse(room, &me);
        leave(room, &me);
    }
    return status == -ECANCELED ? status : 0; /* however a connection ends, that is no failure */
}

OURO_ASYNC(start_server, (struct room *, room), (int, port))
{
    return ouro_start_server(&room->server, serve, room, .host = "127.0.0.1", .port = port);
}

/* Serves until Ctrl-C, which is a cancel here, or until somebody stops it. Then everybody is told,
 * and has a second to read that. */
OURO_ASYNC(run_server, (struct room *, room))
{
    int status = ouro_event_wait(&room->stop);
    ouro_server_close(room->server);
    for (struct member *member = room->members; member != NULL; member = member->next) {
        tell(member, "the server", " ", "stops");
        ouro_stream_close_nowait(member->stream);
    }
    int waited = 0;
    ouro_with_move_on_after(&waited, STOP_SECONDS)
    {
        waited = ouro_server_wait_closed(room->server);
    }
    ouro_server_abort_clients(room->server);
    ouro_ignore(ouro_server_wait_closed(room->server));
    ouro_server_unref(room->server);
    return status < 0 ? status : waited;
}

/* A client, for show. */
struct client {
    const char *name;
    ouro_stream *stream;
};

OURO_ASYNC(say, (struct client *, client), (const char *, line))
{
    OURO_TRY(ouro_stream_printf(client->stream, "%s\n", line));
    return ouro_stream_drain(client->stream);
}

/* Shows the next line that a client hears, or that its connection has ended. */
OURO_ASYNC(hear, (struct client *, client))
{
    ouro_bytes line;
    OURO_TRY(ouro_stream_readline(client->stream, &line));
    if (line.size > 0)
        printf("%s hears: %.*s", client->name, (int) line.size, (const char *) line.data);
    else
        printf("%s hears no more\n", client->name);
    return 0;
}

OURO_ASYNC(join, (struct room *, room), (struct client *, client))
{
    OURO_TRY(ouro_open_connection(&client->stream, .host = "127.0.0.1",
                                  .port = ouro_server_port(room->server)));
    OURO_TRY(hear(client));
    OURO_TRY(say(client, client->name));
    return hear(client);
}

OURO_ASYNC(talk, (struct room *, room), (struct client *, ann), (struct client *, bob))
{
    struct client other_bob = { .name = "Bob" };
    OURO_TRY(join(room, ann));
    OURO_TRY(join(room, bob));
    OURO_TRY(hear(bob));
    OURO_TRY(hear(ann));
    OURO_TRY(say(ann, "hello, Bob"));
    OURO_TRY(hear(bob));
    OURO_TRY(say(bob, "hello, Ann"));
    OURO_TRY(hear(ann));
    OURO_TRY(join(room, &other_bob));
    OURO_TRY(hear(&other_bob));
    return ouro_stream_close(other_bob.stream);
}

/* Ann goes on and on; Bob listens, Sid does not. */
OURO_ASYNC(bore, (struct client *, ann), (struct client *, bob))
{
    char story[LINE_SIZE];
    ouro_bytes line;
    memset(story, 'z', sizeof story - 1);
    story[sizeof story - 1] = '\0';
    do {
        OURO_TRY(say(ann, story));
        OURO_TRY(ouro_stream_readline(bob->stream, &line));
    } while (line.data[0] == 'A');
    printf("Bob hears: %.*s", (int) line.size, (const char *) line.data);
    OURO_TRY(ouro_stream_readline(bob->stream, &line)); /* the last of the story */
    return hear(ann);
}

OURO_ASYNC(demonstrate)
{
    struct room room = { 0 };
    struct client ann = { .name = "Ann" }, bob = { .name = "Bob" }, sid = { .name = "Sid" };
    int status = 0;
    OURO_TRY(start_server(&room, 0));
    ouro_with_task_group (group, &status) {
        ouro_task_group_create_task(&group, run_server_coro(&room));
        OURO_TRY(talk(&room, &ann, &bob));
        OURO_TRY(join(&room, &sid));
        OURO_TRY(hear(&ann));
        OURO_TRY(hear(&bob));
        OURO_TRY(bore(&ann, &bob));
        OURO_TRY(say(&bob, "/quit"));
        OURO_TRY(hear(&ann));
        ouro_event_set(&room.stop);
        OURO_TRY(hear(&ann));
        OURO_TRY(hear(&ann));
    }
    ouro_ignore(ouro_stream_close(ann.stream));
    ouro_ignore(ouro_stream_close(bob.stream));
    ouro_ignore(ouro_stream_close(sid.stream)); /* which was reset */
    return status;
}

OURO_ASYNC(serve_on, (int, port))
{
    struct room room = { 0 };
    OURO_TRY(start_server(&room, port));
    printf("serving on port %d\n", ouro_server_port(room.server));
    fflush(stdout);
    return run_server(&room);
}

int main(int argc, char **argv)
{
    if (argc == 2)
        return ouro_main(serve_on_coro(atoi(argv[1])));
    return ouro_main(demonstrate_coro());
}
