/* Instructions about locks, events, conditions, semaphores and barriers. */
#include "fuzz.h"

void sync_begin(struct sync_objects *objects)
{
    ouro_condition_init(&objects->conditions[1], &objects->locks[0]);
    ouro_ignore(ouro_semaphore_init(&objects->semaphores[0], 1));
    ouro_ignore(ouro_semaphore_init(&objects->semaphores[1], 2));
    ouro_ignore(ouro_bounded_semaphore_init(&objects->semaphores[2], 1));
    ouro_ignore(ouro_bounded_semaphore_init(&objects->semaphores[3], 2));
    for (int i = 0; i < OBJECTS_MAX; i++) {
        ouro_ignore(ouro_barrier_init(&objects->barriers[i], 2 + i));
    }
}

static int number_of(const struct instruction *instruction)
{
    return instruction->arguments[0].value % OBJECTS_MAX;
}

/* What a block came to, unless giving back fails, which is then the error, as in Python. */
static int after_block(int status, int released)
{
    return released < 0 ? released : status;
}

/* Locks. */

static ouro_lock *lock_of(struct me *me, const struct instruction *instruction)
{
    return &me->program->sync.locks[number_of(instruction)];
}

static int run_with_lock(struct me *me, const struct instruction *instruction)
{
    ouro_lock *lock = lock_of(me, instruction);

    OURO_TRY(ouro_lock_acquire(lock));
    int status = run_block(me, instruction->block);
    return after_block(status, ouro_lock_release(lock));
}

static int run_lock_acquire(struct me *me, const struct instruction *instruction)
{
    return ouro_lock_acquire(lock_of(me, instruction));
}

static int run_lock_release(struct me *me, const struct instruction *instruction)
{
    return ouro_lock_release(lock_of(me, instruction));
}

static int run_lock_locked(struct me *me, const struct instruction *instruction)
{
    note(me, "%d", ouro_lock_locked(lock_of(me, instruction)));
    return 0;
}

/* Events. */

static ouro_event *event_of(struct me *me, const struct instruction *instruction)
{
    return &me->program->sync.events[number_of(instruction)];
}

static int run_event_wait(struct me *me, const struct instruction *instruction)
{
    return ouro_event_wait(event_of(me, instruction));
}

static int run_event_set(struct me *me, const struct instruction *instruction)
{
    ouro_event_set(event_of(me, instruction));
    return 0;
}

static int run_event_clear(struct me *me, const struct instruction *instruction)
{
    ouro_event_clear(event_of(me, instruction));
    return 0;
}

static int run_event_is_set(struct me *me, const struct instruction *instruction)
{
    note(me, "%d", ouro_event_is_set(event_of(me, instruction)));
    return 0;
}

/* Conditions. */

static ouro_condition *condition_of(struct me *me, const struct instruction *instruction)
{
    return &me->program->sync.conditions[number_of(instruction)];
}

static int run_with_condition(struct me *me, const struct instruction *instruction)
{
    ouro_condition *condition = condition_of(me, instruction);

    OURO_TRY(ouro_condition_acquire(condition));
    int status = run_block(me, instruction->block);
    return after_block(status, ouro_condition_release(condition));
}

static int run_condition_wait(struct me *me, const struct instruction *instruction)
{
    return ouro_condition_wait(condition_of(me, instruction));
}

struct goal {
    struct program *program;
    int value;
};

static int reaches_goal(void *arg)
{
    const struct goal *goal = arg;

    return goal->program->sync.counter >= goal->value;
}

static int run_condition_wait_for(struct me *me, const struct instruction *instruction)
{
    struct goal goal = { .program = me->program, .value = instruction->arguments[1].value };

    return ouro_condition_wait_for(condition_of(me, instruction), reaches_goal, &goal);
}

static int run_condition_notify(struct me *me, const struct instruction *instruction)
{
    return ouro_condition_notify(condition_of(me, instruction),
                                 (size_t) instruction->arguments[1].value);
}

static int run_condition_notify_all(struct me *me, const struct instruction *instruction)
{
    return ouro_condition_notify_all(condition_of(me, instruction));
}

static int run_bump(struct me *me, const struct instruction *instruction)
{
    (void) instruction;
    note(me, "%d", ++me->program->sync.counter);
    return 0;
}

/* Semaphores. */

static ouro_semaphore *semaphore_of(struct me *me, const struct instruction *instruction)
{
    return &me->program->sync.semaphores[number_of(instruction)];
}

static int run_with_semaphore(struct me *me, const struct instruction *instruction)
{
    ouro_semaphore *semaphore = semaphore_of(me, instruction);

    OURO_TRY(ouro_semaphore_acquire(semaphore));
    int status = run_block(me, instruction->block);
    return after_block(status, ouro_semaphore_release(semaphore));
}

static int run_semaphore_acquire(struct me *me, const struct instruction *instruction)
{
    return ouro_semaphore_acquire(semaphore_of(me, instruction));
}

static int run_semaphore_release(struct me *me, const struct instruction *instruction)
{
    return ouro_semaphore_release(semaphore_of(me, instruction));
}

static int run_semaphore_locked(struct me *me, const struct instruction *instruction)
{
    note(me, "%d", ouro_semaphore_locked(semaphore_of(me, instruction)));
    return 0;
}

/* Barriers. */

static ouro_barrier *barrier_of(struct me *me, const struct instruction *instruction)
{
    return &me->program->sync.barriers[number_of(instruction)];
}

static int run_barrier_wait(struct me *me, const struct instruction *instruction)
{
    int status = OURO_TRY(ouro_barrier_wait(barrier_of(me, instruction)));

    note(me, "%d", status);
    return 0;
}

static int run_barrier_reset(struct me *me, const struct instruction *instruction)
{
    return ouro_barrier_reset(barrier_of(me, instruction));
}

static int run_barrier_abort(struct me *me, const struct instruction *instruction)
{
    return ouro_barrier_abort(barrier_of(me, instruction));
}

static int run_barrier_state(struct me *me, const struct instruction *instruction)
{
    const ouro_barrier *barrier = barrier_of(me, instruction);

    note(me, "%d of %d broken %d", ouro_barrier_n_waiting(barrier), ouro_barrier_parties(barrier),
         ouro_barrier_broken(barrier));
    return 0;
}

struct operation sync_operations[] = {
    { .name = "with_lock", .run = run_with_lock, .is_block = true },
    { .name = "lock_acquire", .run = run_lock_acquire },
    { .name = "lock_release", .run = run_lock_release },
    { .name = "lock_locked", .run = run_lock_locked },
    { .name = "event_wait", .run = run_event_wait },
    { .name = "event_set", .run = run_event_set },
    { .name = "event_clear", .run = run_event_clear },
    { .name = "event_is_set", .run = run_event_is_set },
    { .name = "with_condition", .run = run_with_condition, .is_block = true },
    { .name = "condition_wait", .run = run_condition_wait },
    { .name = "condition_wait_for", .run = run_condition_wait_for },
    { .name = "condition_notify", .run = run_condition_notify },
    { .name = "condition_notify_all", .run = run_condition_notify_all },
    { .name = "bump", .run = run_bump },
    { .name = "with_semaphore", .run = run_with_semaphore, .is_block = true },
    { .name = "semaphore_acquire", .run = run_semaphore_acquire },
    { .name = "semaphore_release", .run = run_semaphore_release },
    { .name = "semaphore_locked", .run = run_semaphore_locked },
    { .name = "barrier_wait", .run = run_barrier_wait },
    { .name = "barrier_reset", .run = run_barrier_reset },
    { .name = "barrier_abort", .run = run_barrier_abort },
    { .name = "barrier_state", .run = run_barrier_state },
    { 0 },
};
