/* Instructions about callbacks: of the loop, at a time, and of futures. */
#include "fuzz.h"

static void run_call(void *arg)
{
    struct call *call = arg;

    call->is_over = true;
    run_action(call->program, call->action);
}

static struct call *new_call(struct me *me, const struct instruction *instruction)
{
    struct call *call = program_alloc(sizeof *call);

    *call = (struct call) { .program = me->program, .action = instruction->action };
    me->program->calls[instruction->arguments[0].value] = call;
    return call;
}

static int run_call_soon(struct me *me, const struct instruction *instruction)
{
    struct call *call = new_call(me, instruction);

    call->handle = ouro_loop_call_soon(me->program->loop, run_call, call);
    return 0;
}

static int run_call_later(struct me *me, const struct instruction *instruction)
{
    struct call *call = new_call(me, instruction);

    call->timer = ouro_loop_call_later(me->program->loop, seconds_of(instruction->arguments[1]),
                                       run_call, call);
    return 0;
}

static int run_call_at(struct me *me, const struct instruction *instruction)
{
    struct call *call = new_call(me, instruction);
    ouro_loop *loop = me->program->loop;

    call->timer = ouro_loop_call_at(
        loop, ouro_loop_time(loop) + seconds_of(instruction->arguments[1]), run_call, call);
    return 0;
}

static int run_cancel_handle(struct me *me, const struct instruction *instruction)
{
    struct call *call = me->program->calls[instruction->arguments[0].value];

    if (!call) {
        note(me, "none");
        return 0;
    }
    if (!call->is_over && call->handle) {
        ouro_handle_cancel(call->handle);
    } else if (!call->is_over) {
        ouro_timer_cancel(call->timer);
    }
    call->is_over = true; /* the loop frees a handle that ran or was cancelled */
    return 0;
}

static void watch(ouro_future *future, void *arg)
{
    const struct watcher *watcher = arg;
    struct me me = { .program = watcher->program, .number = -1 };
    char text[TEXT_SIZE];

    if (watcher->program->is_over) {
        return;
    }
    trace(&me, "done %d %s", watcher->number, show_state(future, text));
}

static struct watcher *find_watcher(struct me *me, int number)
{
    struct watcher *watcher = &me->program->watchers[number];

    *watcher = (struct watcher) { .program = me->program, .number = number };
    return watcher;
}

static int run_add_done(struct me *me, const struct instruction *instruction)
{
    struct slot slot = refer(me, instruction->arguments[0]);

    if (!slot.future) {
        note(me, "none");
        return 0;
    }
    return ouro_future_add_done_callback(slot.future, watch,
                                         find_watcher(me, instruction->arguments[1].value));
}

static int run_remove_done(struct me *me, const struct instruction *instruction)
{
    struct slot slot = refer(me, instruction->arguments[0]);

    if (!slot.future) {
        note(me, "none");
        return 0;
    }
    note(me, "%d",
         ouro_future_remove_done_callback(slot.future, watch,
                                          find_watcher(me, instruction->arguments[1].value)));
    return 0;
}

static void run_done_action(ouro_future *future, void *arg)
{
    (void) future;
    run_call(arg);
}

static int run_on_done(struct me *me, const struct instruction *instruction)
{
    struct slot slot = refer(me, instruction->arguments[0]);
    struct call *call;

    if (!slot.future) {
        note(me, "none");
        return 0;
    }
    call = program_alloc(sizeof *call);
    *call = (struct call) { .program = me->program, .action = instruction->action };
    return ouro_future_add_done_callback(slot.future, run_done_action, call);
}

struct operation callback_operations[] = {
    { .name = "call_soon", .run = run_call_soon },
    { .name = "call_later", .run = run_call_later },
    { .name = "call_at", .run = run_call_at },
    { .name = "cancel_handle", .run = run_cancel_handle },
    { .name = "add_done", .run = run_add_done },
    { .name = "remove_done", .run = run_remove_done },
    { .name = "on_done", .run = run_on_done },
    { 0 },
};
