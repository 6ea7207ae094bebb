/* A task that is parked deep in ordinary functions, while another task runs: what the debugger
 * looks into. */
#include <ouro.h>

ouro_task *parked;

__attribute__((noinline)) static void look(void)
{
    __asm__ volatile("" ::: "memory");
}

__attribute__((noinline)) static int wait_in_inner(int depth)
{
    return ouro_sleep(100) + depth;
}

__attribute__((noinline)) static int wait_in_outer(int depth)
{
    return wait_in_inner(depth + 1) + 1;
}

OURO_ASYNC(sleeper)
{
    return wait_in_outer(1);
}

OURO_ASYNC(looker)
{
    OURO_TRY(ouro_sleep(0));
    look();
    return 0;
}

OURO_ASYNC(app)
{
    ouro_task *other;

    parked = ouro_create_task(sleeper_coro(), .name = "sleeper");
    other = ouro_create_task(looker_coro(), .name = "looker");
    OURO_TRY(ouro_await(other));
    ouro_task_unref(other);
    ouro_task_unref(parked);
    return 0;
}

OURO_MAIN(app)
