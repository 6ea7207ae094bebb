/* Instructions about queues. */
#include "fuzz.h"

/* Some items that differ are equal, so that their order shows. */
static bool is_less(const void *left, const void *right)
{
    return *(const int *) left / 2 < *(const int *) right / 2;
}

void queues_begin(struct sync_objects *objects)
{
    ouro_ignore(ouro_queue_init(&objects->queues[0], sizeof(int), 1));
    ouro_ignore(ouro_queue_init(&objects->queues[1], sizeof(int), 0));
    ouro_ignore(ouro_lifo_queue_init(&objects->queues[2], sizeof(int), 2));
    ouro_ignore(ouro_priority_queue_init(&objects->queues[3], sizeof(int), 5, is_less));
}

void queues_end(struct sync_objects *objects)
{
    for (int i = 0; i < 4; i++) {
        ouro_queue_done(&objects->queues[i]);
    }
}

static ouro_queue *queue_of(struct me *me, const struct instruction *instruction)
{
    return &me->program->sync.queues[instruction->arguments[0].value % 4];
}

static int run_put(struct me *me, const struct instruction *instruction)
{
    return ouro_queue_put(queue_of(me, instruction), &instruction->arguments[1].value);
}

static int run_get(struct me *me, const struct instruction *instruction)
{
    int item;

    OURO_TRY(ouro_queue_get(queue_of(me, instruction), &item));
    note(me, "%d", item);
    return 0;
}

static int run_put_nowait(struct me *me, const struct instruction *instruction)
{
    return ouro_queue_put_nowait(queue_of(me, instruction), &instruction->arguments[1].value);
}

static int run_get_nowait(struct me *me, const struct instruction *instruction)
{
    int item;

    OURO_TRY(ouro_queue_get_nowait(queue_of(me, instruction), &item));
    note(me, "%d", item);
    return 0;
}

static int run_task_done(struct me *me, const struct instruction *instruction)
{
    return ouro_queue_task_done(queue_of(me, instruction));
}

static int run_join(struct me *me, const struct instruction *instruction)
{
    return ouro_queue_join(queue_of(me, instruction));
}

static int run_shutdown(struct me *me, const struct instruction *instruction)
{
    ouro_queue_shutdown(queue_of(me, instruction), instruction->arguments[1].value != 0);
    return 0;
}

static int run_state(struct me *me, const struct instruction *instruction)
{
    const ouro_queue *queue = queue_of(me, instruction);

    note(me, "%zu empty %d full %d", ouro_queue_qsize(queue), ouro_queue_empty(queue),
         ouro_queue_full(queue));
    return 0;
}

struct operation queue_operations[] = {
    { .name = "queue_put", .run = run_put },
    { .name = "queue_get", .run = run_get },
    { .name = "queue_put_nowait", .run = run_put_nowait },
    { .name = "queue_get_nowait", .run = run_get_nowait },
    { .name = "queue_task_done", .run = run_task_done },
    { .name = "queue_join", .run = run_join },
    { .name = "queue_shutdown", .run = run_shutdown },
    { .name = "queue_state", .run = run_state },
    { 0 },
};
