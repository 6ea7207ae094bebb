/* Instructions about tasks, errors, futures and context variables. */
#include "fuzz.h"

static int spawn_with(struct me *me, const struct instruction *instruction, ouro_eager_start eager)
{
    struct program *program = me->program;
    int number = program->task_count;

    if (number == TASKS_MAX) {
        note(me, "full");
        return 0;
    }
    program->task_count++;
    adopt_task(program, number,
               ouro_create_task(numbered_body(program, number, instruction->arguments[0].value),
                                .eager_start = eager));
    note(me, "t%d", number);
    return 0;
}

static int run_spawn(struct me *me, const struct instruction *instruction)
{
    return spawn_with(me, instruction, OURO_EAGER_DEFAULT);
}

static int run_spawn_eager(struct me *me, const struct instruction *instruction)
{
    return spawn_with(me, instruction, OURO_EAGER_YES);
}

static int run_call(struct me *me, const struct instruction *instruction)
{
    ouro_coroutine coroutine = inline_body(me, instruction->arguments[0].value);
    int status = OURO_TRY(ouro_coroutine_await(&coroutine));

    note(me, "%d", status);
    return 0;
}

static int run_sleep(struct me *me, const struct instruction *instruction)
{
    (void) me;
    return ouro_sleep(seconds_of(instruction->arguments[0]));
}

static int run_await(struct me *me, const struct instruction *instruction)
{
    struct slot slot = refer(me, instruction->arguments[0]);

    if (!slot.future) {
        note(me, "none");
        return 0;
    }
    if (slot.lowest <= me->number && slot.future != me->program->tasks[me->number]) {
        note(me, "skip");
        return 0;
    }
    return note_result(me, &slot, ouro_await(slot.future));
}

static int run_cancel(struct me *me, const struct instruction *instruction)
{
    struct slot slot = refer(me, instruction->arguments[0]);
    char message[16];

    if (!slot.future) {
        note(me, "none");
        return 0;
    }
    snprintf(message, sizeof message, "m%d", instruction->arguments[1].value);
    note(me, "%d",
         ouro_future_cancel(slot.future, instruction->argument_count > 1 ? message : NULL));
    return 0;
}

static int run_uncancel(struct me *me, const struct instruction *instruction)
{
    struct slot slot = refer(me, instruction->arguments[0]);

    if (slot.future) {
        note(me, "%d", ouro_task_uncancel(slot.future));
    } else {
        note(me, "none");
    }
    return 0;
}

static int run_cancelling(struct me *me, const struct instruction *instruction)
{
    struct slot slot = refer(me, instruction->arguments[0]);

    if (slot.future) {
        note(me, "%d", ouro_task_cancelling(slot.future));
    } else {
        note(me, "none");
    }
    return 0;
}

static int run_result(struct me *me, const struct instruction *instruction)
{
    struct slot slot = refer(me, instruction->arguments[0]);
    char text[TEXT_SIZE];

    note(me, "%s", slot.future ? show_state(slot.future, text) : "none");
    return 0;
}

static int run_current(struct me *me, const struct instruction *instruction)
{
    const ouro_task *task = ouro_current_task();
    int count = ouro_all_tasks(NULL, NULL, 0);

    (void) instruction;
    note(me, "- of %d", count);
    for (int i = 0; task && i < TASKS_MAX; i++) {
        if (me->program->tasks[i] == task) {
            note(me, "t%d of %d", i, count);
        }
    }
    return 0;
}

/* Errors. */

static int run_raise(struct me *me, const struct instruction *instruction)
{
    (void) me;
    return ouro_error_set(FUZZ_ERROR - instruction->arguments[0].value, "fuzz", "raised");
}

struct caught keep_failure(int status)
{
    struct caught caught = { .status = status };
    const ouro_error *detail = ouro_error_detail();

    if (status == -ECANCELED && detail && detail->status == status &&
        strcmp(detail->text, ouro_strerror(status)) != 0) {
        snprintf(caught.message, sizeof caught.message, "%s", detail->text);
    }
    return caught;
}

int fail_again(const struct caught *caught)
{
    return ouro_error_set(caught->status, "fuzz", "%s", caught->message);
}

static int run_reraise(struct me *me, const struct instruction *instruction)
{
    (void) instruction;
    if (me->caught_count == 0) {
        note(me, "none");
        return 0;
    }
    return fail_again(&me->caught[me->caught_count - 1]);
}

static int run_finally(struct me *me, const struct instruction *instruction, int status)
{
    struct caught caught = keep_failure(status);

    OURO_TRY(run_block(me, instruction->handler));
    return status < 0 ? fail_again(&caught) : 0;
}

/* A group has the code of its first failure, but is no such failure itself. */
static bool is_timeout(int status)
{
    const ouro_error *detail = ouro_error_detail();

    return status == -ETIMEDOUT && !(detail && detail->status == status && detail->error_count > 0);
}

static int run_try(struct me *me, const struct instruction *instruction)
{
    int status = run_block(me, instruction->block);
    bool matches = instruction->handler_kind == HANDLER_ANY ||
                   (instruction->handler_kind == HANDLER_CANCEL && status == -ECANCELED) ||
                   (instruction->handler_kind == HANDLER_TIMEOUT && is_timeout(status));

    if (instruction->handler_kind == HANDLER_FINALLY) {
        return run_finally(me, instruction, status);
    }
    if (status >= 0 || !matches) {
        return status;
    }
    me->caught[me->caught_count++] = keep_failure(status);
    status = run_block(me, instruction->handler);
    me->caught_count--;
    if (status >= 0) {
        note(me, "caught");
    }
    return status;
}

/* Futures. */

static int run_new(struct me *me, const struct instruction *instruction)
{
    me->program->futures[instruction->arguments[0].value] = NULL;
    plain_future(me->program, instruction->arguments[0].value);
    return 0;
}

static int run_set_result(struct me *me, const struct instruction *instruction)
{
    return ouro_future_set_result(plain_future(me->program, instruction->arguments[0].value),
                                  (void *) (intptr_t) instruction->arguments[1].value);
}

static int run_set_error(struct me *me, const struct instruction *instruction)
{
    ouro_future *future = plain_future(me->program, instruction->arguments[0].value);

    return ouro_future_set_exception(future, FUZZ_ERROR - instruction->arguments[1].value);
}

/* Context variables. */

static ouro_context_var variables[] = {
    OURO_CONTEXT_VAR("v0"),
    OURO_CONTEXT_VAR("v1"),
    OURO_CONTEXT_VAR("v2"),
};

static int run_var_set(struct me *me, const struct instruction *instruction)
{
    int number = instruction->arguments[0].value;

    me->has_token[number] = true;
    return ouro_context_var_set(&variables[number],
                                (void *) (intptr_t) instruction->arguments[1].value,
                                &me->tokens[number]);
}

static int run_var_get(struct me *me, const struct instruction *instruction)
{
    void *value = ouro_context_var_get(&variables[instruction->arguments[0].value], NULL);

    note(me, "%d", (int) (intptr_t) value);
    return 0;
}

static int run_var_reset(struct me *me, const struct instruction *instruction)
{
    int number = instruction->arguments[0].value;

    if (!me->has_token[number]) {
        note(me, "none");
        return 0;
    }
    return as_runtime(ouro_context_var_reset(&me->tokens[number])); /* once used, it fails */
}

struct operation task_operations[] = {
    { .name = "spawn", .run = run_spawn },
    { .name = "spawn_eager", .run = run_spawn_eager },
    { .name = "call", .run = run_call },
    { .name = "sleep", .run = run_sleep },
    { .name = "await", .run = run_await },
    { .name = "cancel", .run = run_cancel },
    { .name = "uncancel", .run = run_uncancel },
    { .name = "cancelling", .run = run_cancelling },
    { .name = "result", .run = run_result },
    { .name = "current", .run = run_current },
    { .name = "raise", .run = run_raise },
    { .name = "reraise", .run = run_reraise },
    { .name = "try", .run = run_try, .is_block = true },
    { .name = "new", .run = run_new },
    { .name = "set_result", .run = run_set_result },
    { .name = "set_error", .run = run_set_error },
    { .name = "var_set", .run = run_var_set },
    { .name = "var_get", .run = run_var_get },
    { .name = "var_reset", .run = run_var_reset },
    { 0 },
};
