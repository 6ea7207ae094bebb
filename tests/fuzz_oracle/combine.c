/* Instructions that combine several futures: gather, wait, shield, wait_for. */
#include "fuzz.h"

bool resolve(struct me *me, const struct instruction *instruction, int first, struct arguments *ret)
{
    struct program *program = me->program;
    int coroutines = 0;

    ret->count = instruction->argument_count - first;
    ret->lowest = INFINITE;
    for (int i = 0; i < ret->count; i++) {
        struct argument argument = instruction->arguments[first + i];
        if (argument.kind == 'b') {
            coroutines++;
            ret->slots[i] = (struct slot) { .count = -1 };
            continue;
        }
        ret->slots[i] = refer(me, argument);
        if (!ret->slots[i].future) {
            note(me, "none");
            return false;
        }
        ret->awaitables[i] = ouro_awaitable_from_future(ret->slots[i].future);
        if (ret->slots[i].lowest < ret->lowest) {
            ret->lowest = ret->slots[i].lowest;
        }
    }
    if (program->task_count + coroutines > TASKS_MAX || ret->lowest <= me->number) {
        note(me, ret->lowest <= me->number && program->task_count + coroutines <= TASKS_MAX
                     ? "skip"
                     : "full");
        return false;
    }
    for (int i = 0; i < ret->count; i++) {
        if (instruction->arguments[first + i].kind == 'b') {
            int number = program->task_count++;
            ret->lowest = number < ret->lowest ? number : ret->lowest;
            ret->awaitables[i] = ouro_awaitable_from_coroutine(
                numbered_body(program, number, instruction->arguments[first + i].value));
        }
    }
    return true;
}

static int gather_now(struct me *me, const struct instruction *instruction, bool return_exceptions)
{
    struct arguments arguments;
    int statuses[ARGUMENTS_MAX];

    if (!resolve(me, instruction, 0, &arguments)) {
        return 0;
    }
    int status = ouro_gather_array(arguments.awaitables, (size_t) arguments.count,
                                   .return_exceptions = return_exceptions,
                                   .ret_statuses = statuses);
    struct slot slot = { .statuses = statuses, .count = arguments.count };
    return note_result(me, &slot, status);
}

static int run_gather(struct me *me, const struct instruction *instruction)
{
    return gather_now(me, instruction, false);
}

static int run_gather_rx(struct me *me, const struct instruction *instruction)
{
    return gather_now(me, instruction, true);
}

static int gather_later(struct me *me, const struct instruction *instruction,
                        bool return_exceptions)
{
    struct arguments arguments;
    int *statuses = program_alloc(ARGUMENTS_MAX * sizeof *statuses);

    if (!resolve(me, instruction, 1, &arguments)) {
        return 0;
    }
    ouro_gather_options options = {
        .awaitables = arguments.awaitables,
        .count = (size_t) arguments.count,
        .return_exceptions = return_exceptions,
        .ret_statuses = statuses,
        .size_ = sizeof options,
    };
    me->program->slots[instruction->arguments[0].value] = (struct slot) {
        .future = own(me->program, ouro_gather_future_with(&options)),
        .lowest = arguments.lowest,
        .statuses = statuses,
        .count = arguments.count,
    };
    return 0;
}

static int run_gather_future(struct me *me, const struct instruction *instruction)
{
    return gather_later(me, instruction, false);
}

static int run_gather_future_rx(struct me *me, const struct instruction *instruction)
{
    return gather_later(me, instruction, true);
}

double wait_timeout(struct argument limit)
{
    if (limit.kind == 'n') {
        return 0;
    }
    return limit.value == 0 ? -1e-10 : seconds_of(limit);
}

static int wait_for_some(struct me *me, const struct instruction *instruction,
                         ouro_return_when return_when)
{
    ouro_future *futures[ARGUMENTS_MAX];
    size_t count = (size_t) instruction->argument_count - 1;
    double timeout = wait_timeout(instruction->arguments[0]);
    bool is_complete = true;

    for (size_t i = 0; i < count; i++) {
        futures[i] = refer(me, instruction->arguments[i + 1]).future;
        is_complete = is_complete && futures[i];
    }
    if (!is_complete) {
        note(me, "none");
        return 0;
    }
    int done = OURO_TRY(ouro_wait(futures, count, .timeout = timeout, .return_when = return_when));
    note(me, "%d:", done);
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(me->note);
        snprintf(me->note + length, sizeof me->note - length, " %d", ouro_future_done(futures[i]));
    }
    return 0;
}

static int run_wait_all(struct me *me, const struct instruction *instruction)
{
    return wait_for_some(me, instruction, OURO_ALL_COMPLETED);
}

static int run_wait_first(struct me *me, const struct instruction *instruction)
{
    return wait_for_some(me, instruction, OURO_FIRST_COMPLETED);
}

static int run_wait_error(struct me *me, const struct instruction *instruction)
{
    return wait_for_some(me, instruction, OURO_FIRST_EXCEPTION);
}

static int run_shield(struct me *me, const struct instruction *instruction)
{
    struct arguments arguments;

    if (!resolve(me, instruction, 0, &arguments)) {
        return 0;
    }
    int status = ouro_shield_with(&arguments.awaitables[0]);
    return note_result(me, &arguments.slots[0], status);
}

static int run_shield_future(struct me *me, const struct instruction *instruction)
{
    struct arguments arguments;

    if (!resolve(me, instruction, 1, &arguments)) {
        return 0;
    }
    struct slot slot = arguments.slots[0];
    slot.future = own(me->program, ouro_shield_future_with(&arguments.awaitables[0]));
    slot.lowest = arguments.lowest;
    me->program->slots[instruction->arguments[0].value] = slot;
    return 0;
}

static int run_wait_for(struct me *me, const struct instruction *instruction)
{
    double timeout = seconds_of(instruction->arguments[0]);
    struct argument argument = instruction->arguments[1];
    struct slot slot = { .count = -1 };
    ouro_awaitable awaitable;

    if (argument.kind == 'b') {
        if (me->program->is_eager && timeout <= 0) {
            note(me, "skip"); /* it would be a task without a number */
            return 0;
        }
        awaitable = ouro_awaitable_from_coroutine(inline_body(me, argument.value));
    } else {
        slot = refer(me, argument);
        if (!slot.future || slot.lowest <= me->number) {
            note(me, slot.future ? "skip" : "none");
            return 0;
        }
        awaitable = ouro_awaitable_from_future(slot.future);
    }
    int status = ouro_wait_for_with(&awaitable, timeout);
    return note_result(me, &slot, status);
}

struct operation combine_operations[] = {
    { .name = "gather", .run = run_gather },
    { .name = "gather_rx", .run = run_gather_rx },
    { .name = "gather_future", .run = run_gather_future },
    { .name = "gather_future_rx", .run = run_gather_future_rx },
    { .name = "wait_all", .run = run_wait_all },
    { .name = "wait_first", .run = run_wait_first },
    { .name = "wait_error", .run = run_wait_error },
    { .name = "shield", .run = run_shield },
    { .name = "shield_future", .run = run_shield_future },
    { .name = "wait_for", .run = run_wait_for },
    { 0 },
};
