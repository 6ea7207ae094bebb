/* What happened, in words: the trace, and the count of outcomes. */
#include "fuzz.h"

#include <stdarg.h>

long program_now(const struct program *program)
{
    return lround((ouro_loop_time(program->loop) - program->start) * 1e3);
}

void note(struct me *me, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(me->note, sizeof me->note, format, arguments);
    va_end(arguments);
}

const char *show_plain(int status, char *text)
{
    static const struct {
        int status;
        const char *name;
    } names[] = {
        { -ECANCELED, "Cancelled" },
        { -ETIMEDOUT, "Timeout" },
        { -EINVAL, "Value" },
        { -EDEADLK, "Runtime" }, /* a task that awaits itself */
        { FUZZ_RUNTIME, "Runtime" },
        { OURO_EINVALIDSTATE, "InvalidState" },
        { OURO_ENOTLOCKED, "Runtime" },
        { OURO_EOVERRELEASE, "Value" },
        { OURO_EFULL, "Full" },
        { OURO_EEMPTY, "Empty" },
        { OURO_ESHUTDOWN, "ShutDown" },
        { OURO_EBROKENBARRIER, "BrokenBarrier" },
        { OURO_EGENERATOREXIT, "GeneratorExit" },
        { OURO_EINUSE, "Runtime" }, /* a generator that runs */
    };

    if (status >= 0) {
        snprintf(text, TEXT_SIZE, "%d", status);
        return text;
    }
    if (status <= FUZZ_ERROR && status > FUZZ_RUNTIME) {
        snprintf(text, TEXT_SIZE, "Error(%d)", FUZZ_ERROR - status);
        return text;
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (names[i].status == status) {
            snprintf(text, TEXT_SIZE, "%s", names[i].name);
            return text;
        }
    }
    snprintf(text, TEXT_SIZE, "?%s", ouro_errname(status));
    return text;
}

/* A group with its members. */
static void append_error(const ouro_error *error, char *text)
{
    char one[TEXT_SIZE];
    size_t length = strlen(text);

    if (error->error_count == 0) {
        snprintf(text + length, TEXT_SIZE - length, "%s", show_plain(error->status, one));
        return;
    }
    snprintf(text + length, TEXT_SIZE - length, "group[");
    for (size_t i = 0; i < error->error_count; i++) {
        length = strlen(text);
        snprintf(text + length, TEXT_SIZE - length, "%s", i == 0 ? "" : ", ");
        append_error(error->errors[i], text);
    }
    length = strlen(text);
    snprintf(text + length, TEXT_SIZE - length, "]");
}

const char *show(int status, char *text)
{
    const ouro_error *detail = status < 0 ? ouro_error_detail() : NULL;

    if (!detail || detail->status != status) {
        return show_plain(status, text);
    }
    if (status == -ECANCELED && *detail->text &&
        strcmp(detail->text, ouro_strerror(-ECANCELED)) != 0) {
        snprintf(text, TEXT_SIZE, "Cancelled(%s)", detail->text);
        return text;
    }
    text[0] = '\0';
    append_error(detail, text);
    return text;
}

const char *show_state(ouro_future *future, char *text)
{
    const ouro_error *error;
    int status;

    if (!ouro_future_done(future)) {
        return "pending";
    }
    status = ouro_future_result(future);
    if (status >= 0) {
        snprintf(text, TEXT_SIZE, "%d", status + (int) (intptr_t) ouro_future_value(future));
        return text;
    }
    error = ouro_future_exception(future);
    if (!error || error->error_count == 0) {
        return show_plain(status, text);
    }
    text[0] = '\0';
    append_error(error, text);
    return text;
}

static void print_head(const struct me *me)
{
    long now = program_now(me->program);

    if (me->number < 0) {
        printf("%ld - ", now);
    } else {
        printf("%ld t%d ", now, me->number);
    }
}

void trace(struct me *me, const char *format, ...)
{
    va_list arguments;

    if (me->program->is_over) {
        return;
    }
    print_head(me);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
}

static void count_outcome(struct operation *operation, const char *name, size_t length)
{
    struct outcome *outcome = operation->outcomes;

    if (length >= sizeof outcome->name) {
        length = sizeof outcome->name - 1;
    }
    for (int i = 0; i < OUTCOMES_MAX; i++, outcome++) {
        if (outcome->count == 0) {
            memcpy(outcome->name, name, length);
        }
        if (strncmp(outcome->name, name, length) == 0 && outcome->name[length] == '\0') {
            outcome->count++;
            return;
        }
    }
}

void trace_outcome(struct me *me, const struct instruction *instruction, int status)
{
    char text[TEXT_SIZE];

    if (status >= 0) {
        trace(me, "%d %s", instruction->line, *me->note ? me->note : "ok");
        count_outcome(instruction->operation, "value", strlen("value"));
        return;
    }
    const char *shown = show(status, text);
    trace(me, "%d %s", instruction->line, shown);
    count_outcome(instruction->operation, shown, strcspn(shown, "(["));
}
