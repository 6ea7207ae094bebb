/* More programs made up by a random number generator: waits, callbacks, eager tasks, nested blocks,
 * and tasks that count their own cancel requests. */
#include "scenario.h"

enum { TASKS_MAX = 32, EVENTS = 3, SEEDS_MAX = 100000 };

struct program {
    uint64_t state;
    ouro_task *tasks[TASKS_MAX]; /* NULL: an eager task that is in its first step */
    int task_count;
    ouro_future *events[EVENTS];
    int children;
};

static int work(struct program *program, int index);

OURO_ASYNC(worker, (struct program *, program), (int, index))
{
    return work(program, index);
}

static int draw(struct program *program, int limit)
{
    program->state = (program->state * 1103515245 + 12345) % ((uint64_t) 1 << 31);
    return (int) ((program->state >> 16) % (uint64_t) limit);
}

static double draw_short(struct program *program)
{
    return draw(program, 4) / 100.0;
}

/* A task created after this one: waiting for those only, tasks never wait in a circle. */
static ouro_task *younger(struct program *program, int index)
{
    if (index + 1 >= program->task_count) {
        return NULL;
    }
    return program->tasks[index + 1 + draw(program, program->task_count - index - 1)];
}

static ouro_task *any_task(struct program *program)
{
    return program->tasks[draw(program, program->task_count)];
}

static void spawn_worker(struct program *program, bool is_eager)
{
    int index = program->task_count;

    if (index == TASKS_MAX) {
        return;
    }
    program->tasks[program->task_count++] = NULL;
    program->tasks[index] = ouro_create_task(
        worker_coro(program, index), .name = text("w%d", index),
        .eager_start = is_eager ? OURO_EAGER_YES : OURO_EAGER_NO);
    if (is_eager) {
        trace("w%d is done %d", index, ouro_future_done(program->tasks[index]));
    }
}

static ouro_future *event(struct program *program)
{
    ouro_future **slot = &program->events[draw(program, EVENTS)];

    if (ouro_future_done(*slot)) {
        ouro_future_unref(*slot);
        *slot = ouro_create_future();
    }
    return *slot;
}

OURO_ASYNC(child, (struct program *, program), (double, delay), (bool, fails))
{
    int number = ++program->children;
    int status = ouro_sleep(delay);

    trace("child %d leaves", number);
    if (status < 0) {
        return status;
    }
    return fails ? fail(number) : number;
}

static int wait_step(struct program *program, int index)
{
    static const ouro_return_when modes[] = { OURO_ALL_COMPLETED, OURO_FIRST_COMPLETED,
                                              OURO_FIRST_EXCEPTION };
    ouro_future *futures[3];

    for (int i = 0; i < 3; i++) {
        futures[i] = younger(program, index);
    }
    ouro_return_when mode = modes[draw(program, 3)];
    double timeout = draw(program, 4) / 100.0;
    if (!futures[0] || !futures[1] || !futures[2]) {
        return 0;
    }
    int done = OURO_TRY(ouro_wait(futures, 3, .timeout = timeout, .return_when = mode));
    trace("%d of them done", done);
    return 0;
}

static int wait_for_task_step(struct program *program, int index)
{
    ouro_task *task = younger(program, index);
    double timeout = draw_short(program);

    return task ? ouro_wait_for(task, timeout) : 0;
}

static int wait_for_child_step(struct program *program)
{
    double timeout = 0.01 + draw_short(program);
    double delay = draw_short(program);

    return ouro_wait_for(child_coro(program, delay, draw(program, 4) == 0), timeout);
}

static void cancel_any(void *program)
{
    ouro_task *task = any_task((struct program *) program);

    if (task) {
        bool accepted = ouro_task_cancel(task, NULL);
        trace("a callback cancels %s: %d", ouro_task_get_name(task), accepted);
    }
}

static void set_any_event(void *program)
{
    set_result(event((struct program *) program));
    trace("a callback sets an event");
}

static int callback_step(struct program *program)
{
    ouro_callback *callback = draw(program, 2) ? set_any_event : cancel_any;

    if (draw(program, 2)) {
        call_later(draw_short(program), callback, program);
    } else {
        call_soon(callback, program);
    }
    return 0;
}

static int watch_step(struct program *program)
{
    say_on_done(event(program), "an event is done");
    return 0;
}

static int timeout_step(struct program *program)
{
    double outer = draw_short(program);
    double inner = draw_short(program);
    int moved = draw(program, 3);
    double delay = draw_short(program);
    int status = 0;

    ouro_with_timeout_as(limit, &status, outer)
    {
        ouro_with_timeout (&status, inner) {
            if (moved == 0) {
                double later = ouro_loop_time(ouro_get_running_loop()) + 0.02;
                OURO_TRY(ouro_timeout_reschedule(&limit, later));
            }
            status = ouro_sleep(delay);
        }
    }
    return status;
}

static int group_step(struct program *program, int depth)
{
    int count = 1 + draw(program, 2);
    int status = 0;

    ouro_with_task_group (group, &status) {
        for (int i = 0; i < count; i++) {
            double delay = draw_short(program);
            bool fails = draw(program, 4) == 0;

            ouro_task_group_create_task(&group, child_coro(program, delay, fails),
                                        .name = text("c%d.%d", depth, i));
        }
        if (depth > 0 && draw(program, 2)) {
            status = group_step(program, depth - 1);
        } else if (draw(program, 3) == 0) {
            status = fail(900 + depth);
        }
    }
    return status;
}

static void cancel_and_unref(void *future)
{
    ouro_future_cancel((ouro_future *) future, NULL);
    ouro_future_unref((ouro_future *) future);
}

static int shield_step(struct program *program, int index)
{
    ouro_task *task = younger(program, index);

    if (!task) {
        return 0;
    }
    ouro_future *shield = ouro_shield_future(task);
    if (draw(program, 2)) {
        call_later(draw_short(program), cancel_and_unref, ouro_future_ref(shield));
    }
    return join(shield);
}

static int count_step(int action)
{
    ouro_task *me = ouro_current_task();

    if (action == 9) {
        trace("uncancels itself: %d", ouro_task_uncancel(me));
    } else {
        trace("cancels itself: %d", ouro_task_cancel(me, NULL));
    }
    return 0;
}

static int act(struct program *program, int index, int action)
{
    switch (action) {
    case 0:
        return wait_step(program, index);
    case 1:
        return wait_for_task_step(program, index);
    case 2:
        return wait_for_child_step(program);
    case 3:
        spawn_worker(program, true);
        return 0;
    case 4:
        spawn_worker(program, false);
        spawn_worker(program, false);
        return 0;
    case 5:
        return callback_step(program);
    case 6:
        return watch_step(program);
    case 7:
        return timeout_step(program);
    case 8:
        return group_step(program, 2);
    case 9:
    case 10:
        return count_step(action);
    case 11:
        return ouro_sleep(draw(program, 3) / 100.0);
    case 12:
        return shield_step(program, index);
    case 13:
        return ouro_await(event(program));
    default:
        return draw(program, 3) == 0 ? fail(index) : 0;
    }
}

static int work(struct program *program, int index)
{
    int steps = 2 + draw(program, 6);

    for (int step = 0; step < steps; step++) {
        int action = draw(program, 15);
        int status = act(program, index, action);
        if (status >= 0) {
            trace("step %d: %d", step, action);
            continue;
        }
        trace("step %d: %s, cancelling %d", step, show(status), cancelling());
        if (draw(program, 3) == 0) {
            return status;
        }
    }
    return index;
}

static int run_program(struct program *program)
{
    for (int i = 0; i < EVENTS; i++) {
        program->events[i] = ouro_create_future();
    }
    for (int i = 0; i < 4; i++) {
        spawn_worker(program, false);
    }
    for (int index = 0; index < program->task_count;) {
        index += OURO_TRY(ouro_wait(&program->tasks[index], 1, .timeout = 0.02));
        for (int i = 0; i < EVENTS; i++) {
            if (!ouro_future_done(program->events[i])) {
                set_result(program->events[i]);
            }
        }
    }
    for (int i = 0; i < program->task_count; i++) {
        int count = ouro_task_cancelling(program->tasks[i]);
        const char *outcome = show(ouro_await(program->tasks[i]));
        trace("%s: %s, cancelling %d", ouro_task_get_name(program->tasks[i]), outcome, count);
    }
    OURO_TRY(ouro_sleep(1));
    unref_all(program->tasks, (size_t) program->task_count);
    unref_all(program->events, EVENTS);
    return 0;
}

static scenario_case cases[SEEDS_MAX];
static char names[SEEDS_MAX][16];
static int next_seed;

OURO_ASYNC(run_next)
{
    struct program program = { .state = (uint64_t) next_seed++ };

    return run_program(&program);
}

/* random_mixtures [FIRST LAST]: the seeds to run. */
int main(int argc, char **argv)
{
    int first = argc > 2 ? atoi(argv[1]) : 1;
    int last = argc > 2 ? atoi(argv[2]) : 30;
    size_t count = 0;

    next_seed = first;
    for (int seed = first; seed <= last && count < SEEDS_MAX; seed++) {
        snprintf(names[count], sizeof names[count], "seed_%d", seed);
        cases[count] = (scenario_case) { .name = names[count], .coroutine = run_next_coro };
        count++;
    }
    return scenario_run(cases, count);
}
