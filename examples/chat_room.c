/* A chat room: a task with a queue of events, and members with an inbox each.
 *
 * The room waits for an inbox that is full, but not for long: who does not read is thrown out. At
 * the end the queues are shut down, and everybody sees it: the queue says OURO_ESHUTDOWN.
 *
 * The Python original stands beside it: chat_room.py. Build and run:
 *     cc chat_room.c -o chat_room $(pkg-config --cflags --libs ouro) && ./chat_room
 */
#include <ouro.h>

#include <errno.h>
#include <stdio.h>

enum { MEMBERS = 3 };

struct member;

struct event {
    enum { JOIN, SAY, LEAVE } kind;
    struct member *member;
    int number; /* of the line that is said */
};

OURO_QUEUE_TYPE(event_queue, struct event);

struct member {
    const char *name;
    double pace;  /* seconds to read a line */
    double think; /* seconds to think of one */
    event_queue inbox;
    bool is_in;
};

static void remove_member(struct member *member, const char *why)
{
    printf("room: %s %s\n", member->name, why);
    member->is_in = false;
    ouro_queue_shutdown(&member->inbox.queue, false);
}

static int broadcast(struct member *members, struct event event)
{
    for (struct member *member = members; member < members + MEMBERS; member++) {
        if (member->is_in && member != event.member) {
            int status = 0;
            ouro_with_timeout (&status, 0.5) {
                status = event_queue_put(&member->inbox, event);
            }
            if (status == -ETIMEDOUT) {
                remove_member(member, "does not read: out");
                continue;
            }
            OURO_TRY(status);
        }
    }
    return 0;
}

OURO_ASYNC(room, (event_queue *, events), (struct member *, members))
{
    for (;;) {
        struct event event;
        int status = event_queue_get(events, &event);
        if (status == OURO_ESHUTDOWN) {
            printf("room: closed\n");
            return 0;
        }
        OURO_TRY(status);
        if (event.kind == JOIN) {
            printf("room: %s joins\n", event.member->name);
            event.member->is_in = true;
        } else if (event.member->is_in && event.kind == SAY) {
            OURO_TRY(broadcast(members, event));
        } else if (event.member->is_in) {
            remove_member(event.member, "leaves");
        }
    }
}

OURO_ASYNC(listen_to, (struct member *, me))
{
    for (;;) {
        struct event event;
        int status = event_queue_get(&me->inbox, &event);
        if (status == OURO_ESHUTDOWN) {
            printf("%s: goodbye\n", me->name);
            return 0;
        }
        OURO_TRY(status);
        printf("%s: heard line %d of %s\n", me->name, event.number, event.member->name);
        OURO_TRY(ouro_sleep(me->pace));
    }
}

OURO_ASYNC(speak, (struct member *, me), (event_queue *, events), (int, lines))
{
    OURO_TRY(event_queue_put(events, (struct event) { JOIN, me, 0 }));
    for (int number = 1; number <= lines; number++) {
        OURO_TRY(ouro_sleep(me->think));
        OURO_TRY(event_queue_put(events, (struct event) { SAY, me, number }));
    }
    OURO_TRY(ouro_sleep(1));
    OURO_TRY(event_queue_put(events, (struct event) { LEAVE, me, 0 }));
    return 0;
}

OURO_ASYNC(app)
{
    struct member members[MEMBERS] = {
        { .name = "Ann",
          .pace = 0.05,
          .think = 0.35,
          .inbox = { OURO_QUEUE_INIT(struct event, 2) } },
        { .name = "Bob",
          .pace = 0.1,
          .think = 0.55,
          .inbox = { OURO_QUEUE_INIT(struct event, 2) } },
        { .name = "Sid", .pace = 2, .think = 0.9, .inbox = { OURO_QUEUE_INIT(struct event, 2) } },
    };
    event_queue events = { 0 };
    int status = 0;

    ouro_with_task_group (group, &status) {
        ouro_task_group_create_task(&group, room_coro(&events, members));
        ouro_with_task_group (speakers, &status) {
            for (int i = 0; i < MEMBERS; i++) {
                ouro_task_group_create_task(&group, listen_to_coro(&members[i]));
                ouro_task_group_create_task(&speakers, speak_coro(&members[i], &events, 5 - i));
            }
        }
        ouro_queue_shutdown(&events.queue, false);
    }
    for (int i = 0; i < MEMBERS; i++) {
        event_queue_done(&members[i].inbox);
    }
    event_queue_done(&events);
    return status;
}

OURO_MAIN(app)
