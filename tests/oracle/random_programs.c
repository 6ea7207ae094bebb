/* Programs made up by a random number generator: every step draws what to do next from one
 * sequence, so that a single step out of order changes all that follows. */
#include "scenario.h"

enum { TASKS_MAX = 40, EVENTS = 3 };

struct program {
    uint64_t state;
    ouro_task *tasks[TASKS_MAX];
    int task_count;
    ouro_future *events[EVENTS];
    int children;
};

static int draw(struct program *program, int limit)
{
    program->state = (program->state * 1103515245 + 12345) % ((uint64_t) 1 << 31);
    return (int) ((program->state >> 16) % (uint64_t) limit);
}

/* A task created after this one: waiting for those only, tasks never wait in a circle. */
static ouro_task *younger(struct program *program, int index)
{
    if (index + 1 >= program->task_count) {
        return NULL;
    }
    return program->tasks[index + 1 + draw(program, program->task_count - index - 1)];
}

static int work(struct program *program, int index);

OURO_ASYNC(worker, (struct program *, program), (int, index))
{
    return work(program, index);
}

static void spawn_worker(struct program *program)
{
    int index = program->task_count;

    if (index < TASKS_MAX) {
        program->tasks[index] = spawn(worker_coro(program, index), "w%d", index);
        program->task_count++;
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
    return fails ? fail(number) : 0;
}

static int group_step(struct program *program)
{
    int count = 1 + draw(program, 3);
    int status = 0;

    ouro_with_task_group (group, &status) {
        for (int i = 0; i < count; i++) {
            double delay = draw(program, 4) / 100.0;
            bool fails = draw(program, 4) == 0;

            ouro_task_group_create_task(&group, child_coro(program, delay, fails),
                                        .name = text("c%d", i));
        }
        if (draw(program, 2)) {
            status = ouro_sleep(0.01);
        }
    }
    return status;
}

static int timeout_step(struct program *program)
{
    double limit = draw(program, 4) / 100.0;
    double delay = draw(program, 4) / 100.0;
    int status = 0;

    ouro_with_timeout (&status, limit) {
        status = ouro_sleep(delay);
    }
    return status;
}

static int cancel_step(struct program *program)
{
    ouro_task *victim = program->tasks[draw(program, program->task_count)];
    bool accepted = ouro_task_cancel(victim, NULL);

    trace("cancels %s: %d", ouro_task_get_name(victim), accepted);
    return 0;
}

static int gather_step(struct program *program, int index)
{
    ouro_task *first = younger(program, index);
    ouro_task *second = younger(program, index);

    return first && second ? ouro_gather(first, second) : 0;
}

static int act(struct program *program, int index, int action)
{
    ouro_task *task;

    switch (action) {
    case 0:
        return ouro_sleep(0);
    case 1:
        return ouro_sleep(draw(program, 5) / 100.0);
    case 2:
        spawn_worker(program);
        spawn_worker(program);
        return 0;
    case 3:
        return cancel_step(program);
    case 4:
        task = younger(program, index);
        return task ? ouro_await(task) : 0;
    case 5:
        return ouro_await(event(program));
    case 6:
        set_result(event(program));
        return 0;
    case 7:
        return timeout_step(program);
    case 8:
        task = younger(program, index);
        return task ? ouro_shield(task) : 0;
    case 9:
        return gather_step(program, index);
    case 10:
        return group_step(program);
    default:
        return draw(program, 4) == 0 ? fail(index) : 0;
    }
}

static int work(struct program *program, int index)
{
    int steps = 2 + draw(program, 6);

    for (int step = 0; step < steps; step++) {
        int action = draw(program, 12);
        int status = act(program, index, action);
        if (status >= 0) {
            trace("step %d: %d", step, action);
            continue;
        }
        trace("step %d: %s", step, show(status));
        if (draw(program, 3) == 0) {
            return status;
        }
    }
    return index;
}

static int run_program(uint64_t seed)
{
    struct program program = { .state = seed };

    for (int i = 0; i < EVENTS; i++) {
        program.events[i] = ouro_create_future();
    }
    for (int i = 0; i < 4; i++) {
        spawn_worker(&program);
    }
    for (int index = 0; index < program.task_count;) {
        index += OURO_TRY(ouro_wait(&program.tasks[index], 1, .timeout = 0.02));
        for (int i = 0; i < EVENTS; i++) {
            if (!ouro_future_done(program.events[i])) {
                set_result(program.events[i]);
            }
        }
    }
    for (int i = 0; i < program.task_count; i++) {
        int count = ouro_task_cancelling(program.tasks[i]);
        const char *outcome = show(ouro_await(program.tasks[i]));
        trace("%s: %s, cancelling %d", ouro_task_get_name(program.tasks[i]), outcome, count);
    }
    unref_all(program.tasks, (size_t) program.task_count);
    unref_all(program.events, EVENTS);
    return 0;
}

enum { SEEDS_MAX = 100000 };

static scenario_case cases[SEEDS_MAX];
static char names[SEEDS_MAX][16];
static int next_seed;

OURO_ASYNC(run_next)
{
    return run_program((uint64_t) next_seed++);
}

/* random_programs [FIRST LAST]: the seeds to run. */
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
