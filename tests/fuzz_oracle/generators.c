/* Instructions about generators, as_completed, and running in a context. */
#include "fuzz.h"

struct source {
    struct me me; /* of the body: whoever consumes it */
    const struct body *code;
    ouro_generator generator;
    bool is_entered; /* by a task that asks for an item */
};

static int run_outside(struct me *me, const struct instruction *instruction)
{
    (void) instruction;
    note(me, "none"); /* not at the top level of a generator */
    return 0;
}

static int run_yield(struct me *me, const struct instruction *instruction,
                     ouro_generator_body *body)
{
    int status = ouro_generator_yield(body, &instruction->arguments[0].value);

    if (status == 0) {
        note(me, "sent %d", (int) (intptr_t) ouro_generator_sent(body));
    }
    trace_outcome(me, instruction, status);
    me->note[0] = '\0';
    return status;
}

static int after_failure(struct me *me, const struct instruction *cleanup, int status,
                         ouro_generator_body *body)
{
    static const int last_item = 77;
    struct caught caught = keep_failure(status);

    OURO_TRY(run_block(me, cleanup->block));
    if (cleanup->arguments[0].value == 2) {
        OURO_TRY(ouro_generator_yield(body, &last_item));
    }
    return cleanup->arguments[0].value == 1 ? 0 : fail_again(&caught);
}

static int generate(ouro_generator_body *body, void *arg)
{
    struct source *source = arg;
    struct me *me = &source->me;
    const struct instruction *cleanup = NULL;
    char text[TEXT_SIZE];
    int status = 0;

    for (const struct instruction *one = source->code->code; one && status >= 0; one = one->next) {
        if (strcmp(one->operation->name, "cleanup") == 0) {
            cleanup = one;
        } else if (strcmp(one->operation->name, "yield") == 0) {
            status = run_yield(me, one, body);
        } else {
            status = run_instruction(me, one);
        }
    }
    if (status < 0) {
        trace(me, "fails %s", show(status, text));
        status = cleanup ? after_failure(me, cleanup, status, body) : status;
    }
    if (status < 0) {
        return status;
    }
    trace(me, "ends ok");
    return 0;
}

/* A close that finds a generator yielding again is Python's RuntimeError; a future's wrong state,
 * an error of the body's own, is not. */
static int as_misuse(int status)
{
    const ouro_error *detail = ouro_error_detail();

    return detail && detail->operation && strcmp(detail->operation, "aclose") == 0
               ? as_runtime(status)
               : status;
}

static struct source *new_source(struct me *me, int body_number)
{
    struct source *source = program_alloc(sizeof *source);

    source->me.program = me->program;
    source->me.number = -1;
    source->code = &me->program->bodies[body_number];
    source->generator = ouro_gen(generate, source, sizeof(int));
    return source;
}

/* A body that waits for something in another task keeps that task's number. */
static ouro_generator *enter(struct source *source, const struct me *me, bool is_running)
{
    if (!is_running) {
        source->me.number = me->number;
    }
    return &source->generator;
}

static int ask_next(ouro_generator *generator, int argument, int *ret_item)
{
    (void) argument;
    return ouro_generator_anext(generator, ret_item);
}

static int ask_send(ouro_generator *generator, int argument, int *ret_item)
{
    return ouro_generator_asend(generator, (void *) (intptr_t) argument, ret_item);
}

static int ask_throw(ouro_generator *generator, int argument, int *ret_item)
{
    int status = ouro_error_set(FUZZ_ERROR - argument, "fuzz", "thrown");

    return ouro_generator_athrow(generator, status, ret_item);
}

static int ask_close(ouro_generator *generator, int argument, int *ret_item)
{
    (void) argument;
    (void) ret_item;
    return ouro_generator_aclose(generator);
}

static int run_agen(struct me *me, const struct instruction *instruction)
{
    struct source **slot = &me->program->sources[instruction->arguments[0].value % GENERATORS_MAX];

    if (*slot) {
        note(me, "taken");
        return 0;
    }
    *slot = new_source(me, instruction->arguments[1].value);
    return 0;
}

/* Calls `ask` with the generator of the instruction, and shows what comes of it. */
static int consume(struct me *me, const struct instruction *instruction,
                   int (*ask)(ouro_generator *generator, int argument, int *ret_item))
{
    struct source *source = me->program->sources[instruction->arguments[0].value % GENERATORS_MAX];
    int item = 0;

    if (!source) {
        note(me, "none");
        return 0;
    }
    bool is_inner = source->is_entered;
    ouro_generator *generator = enter(source, me, is_inner);
    source->is_entered = true;
    int status = ask(generator, instruction->arguments[1].value, &item);
    source->is_entered = is_inner;
    if (status == 1) {
        note(me, "%d", item);
    } else if (status == 0) {
        note(me, "%s", ask == ask_close ? "ok" : "end");
    }
    return as_misuse(status);
}

static int run_agen_next(struct me *me, const struct instruction *instruction)
{
    return consume(me, instruction, ask_next);
}

static int run_agen_send(struct me *me, const struct instruction *instruction)
{
    return consume(me, instruction, ask_send);
}

static int run_agen_throw(struct me *me, const struct instruction *instruction)
{
    return consume(me, instruction, ask_throw);
}

static int run_agen_close(struct me *me, const struct instruction *instruction)
{
    return consume(me, instruction, ask_close);
}

static int run_agen_for(struct me *me, const struct instruction *instruction)
{
    struct source *source = new_source(me, instruction->arguments[0].value);
    ouro_generator *generator = enter(source, me, false);
    int count = 0;
    int status = 0;

    ouro_async_for_ref(int, item, &generator->iterator, &status)
    {
        trace(me, "item %d", item);
        status = run_block(me, instruction->block);
        if (status < 0 || ++count == instruction->arguments[1].value) {
            break;
        }
    }
    struct caught caught = keep_failure(status);
    int closed = as_misuse(ouro_generator_aclose(generator));
    if (status < 0) {
        return fail_again(&caught);
    }
    if (closed == 0) {
        note(me, "%d", count);
    }
    return closed;
}

/* Closes what is left of the generators, when all tasks are done. */
OURO_ASYNC(close_sources, (struct program *, program))
{
    struct me me = { .program = program, .number = -1 };
    char text[TEXT_SIZE];

    for (int i = 0; i < GENERATORS_MAX; i++) {
        if (program->sources[i]) {
            ouro_generator *generator = enter(program->sources[i], &me, false);
            int status = as_misuse(ouro_generator_aclose(generator));
            if (!program->is_over) {
                printf("a%d %s\n", i, status < 0 ? show(status, text) : "closed");
            }
        }
    }
    return 0;
}

void generators_end(void *program)
{
    ouro_task_unref(ouro_create_task(close_sources_coro(program)));
}

/* as_completed. */

static int begin_as_completed(struct me *me, const struct instruction *instruction,
                              ouro_as_completed *iterator)
{
    struct arguments arguments;
    struct argument limit = instruction->arguments[0];
    int done = 0;

    memset(iterator, 0, sizeof *iterator);
    for (int i = 1; i < instruction->argument_count; i++) {
        struct argument argument = instruction->arguments[i];
        done += argument.kind == 'b' ? 2 * me->program->is_eager
                                     : ouro_future_done(refer(me, argument).future);
    }
    if (done > 1) {
        note(me, "skip"); /* asyncio takes those that are done already by chance */
        return 0;
    }
    if (!resolve(me, instruction, 1, &arguments)) {
        return 0;
    }
    OURO_TRY(ouro_as_completed_init(iterator, arguments.awaitables, (size_t) arguments.count,
                                    .timeout = wait_timeout(limit)));
    return 1;
}

static int run_as_completed(struct me *me, const struct instruction *instruction)
{
    ouro_as_completed iterator;
    ouro_future *future;
    char text[TEXT_SIZE];
    int status = OURO_TRY(begin_as_completed(me, instruction, &iterator));

    if (status == 0) {
        return 0;
    }
    while ((status = ouro_as_completed_anext(&iterator, &future)) > 0) {
        trace(me, "item %s", show_state(future, text));
    }
    ouro_as_completed_done(&iterator);
    return status;
}

static int run_as_completed_each(struct me *me, const struct instruction *instruction)
{
    ouro_as_completed iterator;
    char text[TEXT_SIZE];
    int status = OURO_TRY(begin_as_completed(me, instruction, &iterator));

    if (status == 0) {
        return 0;
    }
    while (ouro_as_completed_left(&iterator) > 0) {
        ouro_coroutine next = ouro_as_completed_next(&iterator);
        status = ouro_coroutine_await(&next);
        if (status == -ECANCELED) {
            break;
        }
        trace(me, "item %s", show(status, text));
    }
    ouro_as_completed_done(&iterator);
    return status == -ECANCELED ? status : 0;
}

/* Begins an iteration that all tasks share: each takes the next result with completed_next. */
static int run_completed(struct me *me, const struct instruction *instruction)
{
    struct iteration *iteration = program_alloc(sizeof *iteration);

    if (OURO_TRY(begin_as_completed(me, instruction, &iteration->iterator)) == 0) {
        return 0;
    }
    iteration->next = me->program->iterations;
    me->program->iterations = iteration;
    return 0;
}

static int run_completed_next(struct me *me, const struct instruction *instruction)
{
    struct iteration *iteration = me->program->iterations;
    char text[TEXT_SIZE];

    (void) instruction;
    if (!iteration || ouro_as_completed_left(&iteration->iterator) == 0) {
        note(me, "none");
        return 0;
    }
    ouro_coroutine next = ouro_as_completed_next(&iteration->iterator);
    int status = ouro_coroutine_await(&next);
    if (status == -ECANCELED) {
        return status;
    }
    note(me, "%s", show(status, text));
    return 0;
}

/* Contexts. */

struct in_context {
    struct me me;
    const struct instruction *action;
};

static int run_in_context(void *arg)
{
    struct in_context *inside = arg;

    ouro_ignore(run_instruction(&inside->me, inside->action));
    return 0;
}

static int run_run_context(struct me *me, const struct instruction *instruction)
{
    ouro_context *context = ouro_copy_context();
    struct in_context inside = {
        .me = { .program = me->program, .number = me->number },
        .action = instruction->action,
    };
    int status = ouro_context_run(context, run_in_context, &inside);

    ouro_context_unref(context);
    return status;
}

struct operation generator_operations[] = {
    { .name = "yield", .run = run_outside },
    { .name = "cleanup", .run = run_outside, .is_block = true },
    { .name = "agen", .run = run_agen },
    { .name = "agen_next", .run = run_agen_next },
    { .name = "agen_send", .run = run_agen_send },
    { .name = "agen_throw", .run = run_agen_throw },
    { .name = "agen_close", .run = run_agen_close },
    { .name = "agen_for", .run = run_agen_for, .is_block = true },
    { .name = "as_completed", .run = run_as_completed },
    { .name = "as_completed_each", .run = run_as_completed_each },
    { .name = "completed", .run = run_completed },
    { .name = "completed_next", .run = run_completed_next },
    { .name = "run_context", .run = run_run_context },
    { 0 },
};
