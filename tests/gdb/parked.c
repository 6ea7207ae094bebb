/* A program for the debugger to look into: two coroutines, parked at the end of a chain of calls.
 *
 * check.py stops it in `look`, and follows a switch instruction by instruction from `step_here`.
 */
#include "coro/coro.h"

#include <stdlib.h>

void look(void);
void step_here(void);

struct coro main_coro, first_coro, second_coro;
static volatile int sink;

__attribute__((noinline)) void look(void)
{
    sink++;
}

__attribute__((noinline)) void step_here(void)
{
    sink++;
}

static __attribute__((noinline)) void first_parks(int depth)
{
    coro_switch(&first_coro, &main_coro);
    sink += depth;
    step_here();
    coro_switch(&first_coro, &second_coro);
    sink += depth;
}

static __attribute__((noinline)) void first_waits(int depth)
{
    first_parks(depth + 1);
    sink += depth;
}

static void first_runs(void *arg)
{
    first_waits(*(int *) arg);
    coro_exit(&first_coro, &main_coro);
}

static __attribute__((noinline)) void second_parks(void)
{
    coro_switch(&second_coro, &main_coro);
    sink++;
    coro_switch(&second_coro, &first_coro);
    sink++;
}

static void second_runs(void *arg)
{
    (void) arg;
    second_parks();
    coro_exit(&second_coro, &main_coro);
}

int main(void)
{
    /* gdb's own generate-core-file leaves out a whole mapping if it cannot read a light guard in
     * it. The kernel's core dumps have all but the guards. */
    struct stack_pool_options options = { .guard = STACK_GUARD_MPROTECT };
    struct stack_pool pool;
    int depth = 1;

    if (stack_pool_init(&pool, &options) < 0)
        return EXIT_FAILURE;

    struct stack *first = ouro__stack_pool_grow(&pool, STACK_CLASS_DEFAULT);
    struct stack *second = ouro__stack_pool_grow(&pool, STACK_CLASS_DEFAULT);

    if (!first || !second)
        return EXIT_FAILURE;
    coro_init_thread(&main_coro);
    coro_init(&first_coro, first, first_runs, &depth);
    coro_init(&second_coro, second, second_runs, NULL);
    coro_switch(&main_coro, &first_coro);
    coro_switch(&main_coro, &second_coro);
    look();
    coro_switch(&main_coro, &first_coro);
    return EXIT_SUCCESS;
}
