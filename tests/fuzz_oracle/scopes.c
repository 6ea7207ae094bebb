/* Instructions about timeouts and task groups. */
#include "fuzz.h"

static int run_timeout(struct me *me, const struct instruction *instruction)
{
    /* It outlives its block: other tasks may still ask it. */
    ouro_timeout *timeout = program_alloc(sizeof *timeout);

    OURO_TRY(ouro_timeout_enter(timeout, seconds_of(instruction->arguments[1])));
    me->program->timeouts[instruction->arguments[0].value] = timeout;
    return ouro_timeout_exit(timeout, run_block(me, instruction->block));
}

static ouro_timeout *find_timeout(struct me *me, const struct instruction *instruction)
{
    ouro_timeout *timeout = me->program->timeouts[instruction->arguments[0].value];

    if (!timeout) {
        note(me, "none");
    }
    return timeout;
}

static int run_reschedule(struct me *me, const struct instruction *instruction)
{
    ouro_timeout *timeout = find_timeout(me, instruction);
    double now = ouro_loop_time(me->program->loop);

    if (!timeout) {
        return 0;
    }
    return as_runtime(
        ouro_timeout_reschedule(timeout, now + seconds_of(instruction->arguments[1])));
}

static int run_when(struct me *me, const struct instruction *instruction)
{
    ouro_timeout *timeout = find_timeout(me, instruction);
    double when;

    if (!timeout) {
        return 0;
    }
    when = ouro_timeout_when(timeout);
    if (isinf(when)) {
        note(me, "never");
    } else {
        note(me, "%ld", lround((when - me->program->start) * 1e3));
    }
    return 0;
}

static int run_expired(struct me *me, const struct instruction *instruction)
{
    ouro_timeout *timeout = find_timeout(me, instruction);

    if (timeout) {
        note(me, "%d", ouro_timeout_expired(timeout));
    }
    return 0;
}

static int run_group(struct me *me, const struct instruction *instruction)
{
    ouro_task_group *group = program_alloc(sizeof *group);

    OURO_TRY(ouro_task_group_enter(group));
    me->program->groups[instruction->arguments[0].value] = group;
    return ouro_task_group_exit(group, run_block(me, instruction->block));
}

static int run_group_spawn(struct me *me, const struct instruction *instruction)
{
    struct program *program = me->program;
    ouro_task_group *group = program->groups[instruction->arguments[0].value];
    int number = program->task_count;

    if (!group || number == TASKS_MAX) {
        note(me, group ? "full" : "none");
        return 0;
    }
    program->task_count++;
    ouro_task *task = ouro_task_group_create_task(
        group, numbered_body(program, number, instruction->arguments[1].value));
    if (!task) {
        program->task_count--;
        return as_runtime(ouro_error_detail()->status);
    }
    adopt_task(program, number, ouro_task_ref(task));
    note(me, "t%d", number);
    return 0;
}

static int run_group_cancel(struct me *me, const struct instruction *instruction)
{
    ouro_task_group *group = me->program->groups[instruction->arguments[0].value];

    if (group) {
        ouro_task_group_cancel(group);
    } else {
        note(me, "none");
    }
    return 0;
}

struct operation scope_operations[] = {
    { .name = "timeout", .run = run_timeout, .is_block = true },
    { .name = "reschedule", .run = run_reschedule },
    { .name = "when", .run = run_when },
    { .name = "expired", .run = run_expired },
    { .name = "group", .run = run_group, .is_block = true },
    { .name = "group_spawn", .run = run_group_spawn },
    { .name = "group_cancel", .run = run_group_cancel },
    { 0 },
};
