/* Running: blocks, bodies, and a program from its first task until nothing can happen any more. */
#include "fuzz.h"

#include <unistd.h>

enum { SECONDS_MAX = 5 };

int run_instruction(struct me *me, const struct instruction *instruction)
{
    int status;

    me->note[0] = '\0';
    status = instruction->operation->run(me, instruction);
    trace_outcome(me, instruction, status);
    me->note[0] = '\0';
    return status;
}

int run_block(struct me *me, const struct instruction *first)
{
    for (const struct instruction *one = first; one; one = one->next) {
        OURO_TRY(run_instruction(me, one));
    }
    return 0;
}

void run_action(struct program *program, const struct instruction *action)
{
    struct me me = { .program = program, .number = -1 };

    if (!program->is_over) {
        ouro_ignore(run_instruction(&me, action));
    }
}

OURO_ASYNC(body, (struct program *, program), (int, number), (int, body_number))
{
    const struct body *code = &program->bodies[body_number];
    struct me me = { .program = program, .number = number };
    char text[TEXT_SIZE];

    adopt_task(program, number, ouro_task_ref(ouro_current_task()));
    snprintf(text, sizeof text, "t%d", number);
    OURO_TRY(ouro_task_set_name(ouro_current_task(), text));
    int status = run_block(&me, code->code);
    status = status < 0 ? status : code->result;
    trace(&me, "end %s", show(status, text));
    return status;
}

ouro_coroutine numbered_body(struct program *program, int number, int body_number)
{
    return body_coro(program, number, body_number);
}

OURO_ASYNC(body_inline, (struct me *, me), (int, body_number))
{
    const struct body *code = &me->program->bodies[body_number];

    OURO_TRY(run_block(me, code->code));
    return code->result;
}

ouro_coroutine inline_body(struct me *me, int body_number)
{
    return body_inline_coro(me, body_number);
}

void adopt_task(struct program *program, int number, ouro_task *task)
{
    if (program->tasks[number]) {
        ouro_task_unref(task);
    } else {
        program->tasks[number] = task;
    }
}

ouro_future *own(struct program *program, ouro_future *future)
{
    struct owned *owned = program_alloc(sizeof *owned);

    *owned = (struct owned) { .future = future, .next = program->owned };
    program->owned = owned;
    return future;
}

ouro_future *plain_future(struct program *program, int number)
{
    if (!program->futures[number]) {
        program->futures[number] = own(program, ouro_loop_create_future(program->loop));
    }
    return program->futures[number];
}

struct slot refer(struct me *me, struct argument argument)
{
    struct slot slot = { .lowest = INFINITE, .count = -1 };

    switch (argument.kind) {
    case 's':
        slot.future = me->number >= 0 ? me->program->tasks[me->number] : NULL;
        slot.lowest = me->number;
        return slot;
    case 't':
        slot.future = argument.value < TASKS_MAX ? me->program->tasks[argument.value] : NULL;
        slot.lowest = argument.value;
        return slot;
    case 'f':
        slot.future = plain_future(me->program, argument.value);
        return slot;
    default:
        return me->program->slots[argument.value];
    }
}

int note_result(struct me *me, const struct slot *slot, int status)
{
    char text[TEXT_SIZE];

    if (status < 0) {
        return status;
    }
    if (slot->count < 0) {
        note(me, "%d",
             status + (slot->future ? (int) (intptr_t) ouro_future_value(slot->future) : 0));
        return status;
    }
    note(me, "[");
    for (int i = 0; i < slot->count; i++) {
        size_t length = strlen(me->note);
        snprintf(me->note + length, sizeof me->note - length, "%s%s", i == 0 ? "" : " ",
                 show_plain(slot->statuses[i], text));
    }
    size_t length = strlen(me->note);
    snprintf(me->note + length, sizeof me->note - length, "]");
    return status;
}

int as_runtime(int status)
{
    if (status != OURO_EINVALIDSTATE) {
        return status;
    }
    return ouro_error_set(FUZZ_RUNTIME, "fuzz", "the state is wrong");
}

double seconds_of(struct argument argument)
{
    return argument.kind == 'n' ? OURO_FOREVER : argument.value / 1e3;
}

/* The callbacks that a program begins with, and goes on with when nothing can happen any more. */

static void start(void *arg)
{
    struct program *program = arg;

    program->task_count = 1;
    adopt_task(program, 0, ouro_create_task(body_coro(program, 0, 0)));
}

static void cancel_pending(void *arg)
{
    struct program *program = arg;
    ouro_task *pending[TASKS_MAX];
    int count = 0;

    for (int i = 0; i < TASKS_MAX; i++) {
        if (program->tasks[i] && !ouro_future_done(program->tasks[i])) {
            pending[count++] = program->tasks[i];
        }
    }
    for (int i = 0; i < count; i++) {
        ouro_task_cancel(pending[i], NULL);
    }
}

/* Returns how many tasks are pending. */
static int print_pending(struct program *program)
{
    int count = 0;

    printf("%ld quiet", program_now(program));
    for (int i = 0; i < TASKS_MAX; i++) {
        if (program->tasks[i] && !ouro_future_done(program->tasks[i])) {
            printf(" t%d", i);
            count++;
        }
    }
    puts(count == 0 ? " -" : "");
    return count;
}

static void report(struct program *program)
{
    char text[TEXT_SIZE];

    for (int i = 0; i < TASKS_MAX; i++) {
        ouro_task *task = program->tasks[i];
        if (task) {
            printf("t%d %s cancelling %d\n", i, show_state(task, text), ouro_task_cancelling(task));
        }
    }
    for (int i = 0; i < OBJECTS_MAX; i++) {
        if (program->futures[i]) {
            printf("f%d %s\n", i, show_state(program->futures[i], text));
        }
    }
    for (int i = 0; i < OBJECTS_MAX; i++) {
        if (program->slots[i].future) {
            printf("g%d %s\n", i, show_state(program->slots[i].future, text));
        }
    }
}

static void ignore_exception(ouro_loop *loop, const ouro_exception_context *context, void *arg)
{
    (void) loop;
    (void) context;
    (void) arg;
}

/* A gather or shield and a plain future that is never done keep each other: so all are done now. */
static void release(struct program *program)
{
    program->is_over = true;
    for (struct owned *owned = program->owned; owned; owned = owned->next) {
        ouro_future_cancel(owned->future, NULL);
    }
    for (struct iteration *iteration = program->iterations; iteration;
         iteration = iteration->next) {
        ouro_as_completed_done(&iteration->iterator);
    }
    ouro_ignore(ouro_loop_run_forever(program->loop));
    for (int i = 0; i < TASKS_MAX; i++) {
        ouro_task_unref(program->tasks[i]);
    }
    for (struct owned *owned = program->owned; owned; owned = owned->next) {
        ouro_future_unref(owned->future);
    }
}

static void run_program(struct program *program)
{
    int rounds = 0;

    if (ouro_new_event_loop(&program->loop, .backend = "sim") < 0) {
        fputs("no loop could be made\n", stderr);
        exit(2);
    }
    program->start = ouro_loop_time(program->loop);
    sync_begin(&program->sync);
    queues_begin(&program->sync);
    ouro_loop_set_exception_handler(program->loop, ignore_exception, NULL);
    if (program->is_eager) {
        ouro_loop_set_task_factory(program->loop, ouro_eager_task_factory, NULL);
    }
    ouro_loop_call_soon(program->loop, start, program);
    for (;;) {
        int status = ouro_loop_run_forever(program->loop);
        if (status != -EDEADLK) {
            printf("the loop ended with %s\n", ouro_errname(status));
        }
        if (print_pending(program) == 0) {
            break;
        }
        if (++rounds == ROUNDS_MAX) {
            puts("stuck");
            break;
        }
        ouro_loop_call_soon(program->loop, cancel_pending, program);
    }
    ouro_loop_call_soon(program->loop, generators_end, program);
    ouro_ignore(ouro_loop_run_forever(program->loop));
    report(program);
    release(program);
    ouro_ignore(ouro_loop_close(program->loop));
    queues_end(&program->sync); /* a generator may have waited in one for ever */
}

/* All of a stream, with a terminating zero. */
static char *read_all(FILE *file)
{
    size_t size = 0;
    size_t capacity = 1 << 16;
    char *text = malloc(capacity);

    while (text) {
        size_t count = fread(text + size, 1, capacity - size - 1, file);
        size += count;
        if (count == 0) {
            text[size] = '\0';
            return text;
        }
        if (capacity - size < 2) {
            capacity *= 2;
            text = realloc(text, capacity);
        }
    }
    fputs("out of memory\n", stderr);
    exit(2);
}

/* fuzz_interpreter [FILE]: runs programs, each of which begins with a line "program ...", and
 * prints their traces, each after a line "== program ..."; at the end the coverage, in lines with
 * "#". */
int main(int argc, char **argv)
{
    FILE *file = argc > 1 ? fopen(argv[1], "r") : stdin;
    static struct program program;

    if (!file) {
        fprintf(stderr, "%s cannot be read\n", argv[1]);
        return 2;
    }
    operations_register(task_operations);
    operations_register(scope_operations);
    operations_register(combine_operations);
    operations_register(callback_operations);
    operations_register(sync_operations);
    operations_register(queue_operations);
    operations_register(generator_operations);
    char *text = read_all(file);
    for (char *next = text; *next;) {
        char *end = strstr(next + 1, "\nprogram ");
        if (end) {
            *end++ = '\0';
        } else {
            end = next + strlen(next);
        }
        printf("== %.*s\n", (int) strcspn(next, "\n"), next);
        fflush(stdout);
        alarm(SECONDS_MAX); /* an endless program is a finding */
        program_parse(&program, next);
        run_program(&program);
        puts("==");
        next = end;
    }
    operations_print_coverage();
    fflush(stdout); /* the leak checker ends the process without that */
    free(text);
    if (file != stdin) {
        fclose(file);
    }
    return 0;
}
