/* Sleeps end by time, then in the order in which they began; sleep(0) takes exactly one iteration.
 */
#include "scenario.h"

enum { DELAYS_MAX = 4 };

struct schedule {
    int count;
    double delays[DELAYS_MAX];
};

OURO_ASYNC(sleeper, (const struct schedule *, schedule))
{
    for (int i = 0; i < schedule->count; i++) {
        double delay = schedule->delays[i];

        OURO_TRY(ouro_sleep(delay));
        trace("slept %d", (int) (delay * 1000 + (delay < 0 ? -0.5 : 0.5)));
    }
    return 0;
}

static int run_all(const struct schedule *schedules, int count)
{
    ouro_task *tasks[30];

    for (int i = 0; i < count; i++) {
        tasks[i] = spawn(sleeper_coro(&schedules[i]), "s%d", i);
    }
    for (int i = 0; i < count; i++) {
        OURO_TRY(join(tasks[i]));
    }
    trace("all done");
    return 0;
}

OURO_ASYNC(by_time)
{
    static const struct schedule all[] = {
        { 1, { 0.3 } }, { 1, { 0.1 } }, { 1, { 0.2 } }, { 1, { 0.1 } }
    };
    return run_all(all, COUNT(all));
}

OURO_ASYNC(equal_sleeps_stay_together)
{
    static const struct schedule all[] = { { 2, { 1, 1 } }, { 2, { 1, 1 } }, { 2, { 1, 1 } } };
    return run_all(all, COUNT(all));
}

OURO_ASYNC(sums_meet)
{
    static const struct schedule all[] = {
        { 3, { 0.1, 0.2, 0.3 } }, { 2, { 0.3, 0.3 } }, { 1, { 0.6 } }, { 2, { 0.2, 0.4 } }
    };
    return run_all(all, COUNT(all));
}

OURO_ASYNC(zero_goes_round)
{
    static const struct schedule all[] = { { 3, { 0 } }, { 2, { 0 } }, { 4, { 0 } } };
    return run_all(all, COUNT(all));
}

OURO_ASYNC(negative_is_zero)
{
    static const struct schedule all[] = { { 2, { -1, -0.5 } }, { 2, { 0 } }, { 2, { -100, 0 } } };
    return run_all(all, COUNT(all));
}

OURO_ASYNC(zero_between_sleeps)
{
    static const struct schedule all[] = {
        { 3, { 0.1, 0, 0.1 } }, { 2, { 0.1, 0.1 } }, { 2, { 0, 0.2 } }, { 1, { 0.2 } }
    };
    return run_all(all, COUNT(all));
}

OURO_ASYNC(tiny)
{
    static const struct schedule all[] = {
        { 3, { 0.000001, 0.000001, 0.000001 } },
        { 1, { 0.000002 } },
        { 2, { 0.000001, 0.000001 } },
    };
    return run_all(all, COUNT(all));
}

OURO_ASYNC(many)
{
    struct schedule all[30];

    for (int i = 0; i < 30; i++) {
        all[i].count = 1;
        all[i].delays[0] = (double) (i * 37 % 11) / 10;
    }
    return run_all(all, 30);
}

SCENARIO(CASE(by_time), CASE(equal_sleeps_stay_together), CASE(sums_meet), CASE(zero_goes_round),
         CASE(negative_is_zero), CASE(zero_between_sleeps), CASE(tiny), CASE(many))
