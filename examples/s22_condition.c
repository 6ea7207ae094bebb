/* S22: cooks wait on a condition until there is enough in the pantry.
 *
 * Each cook waits until its own predicate is true. The supplier changes the pantry with the lock
 * held and notifies all: those for whom it is enough cook, the others wait on.
 *
 * The Python original stands beside it: s22_condition.py. Build and run:
 *     cc s22_condition.c -o s22 $(pkg-config --cflags --libs ouro) && ./s22
 */
#include <ouro.h>

#include <stdio.h>

struct pantry {
    ouro_condition changed;
    int eggs;
};

struct recipe {
    const struct pantry *pantry;
    int eggs;
};

static int has_enough(void *arg)
{
    const struct recipe *recipe = arg;

    return recipe->pantry->eggs >= recipe->eggs;
}

OURO_ASYNC(cook, (struct pantry *, pantry), (const char *, dish), (int, eggs))
{
    struct recipe recipe = { pantry, eggs };
    int status = 0;

    ouro_with_condition (&pantry->changed, &status) {
        printf("%s: waiting for %d eggs\n", dish, eggs);
        OURO_TRY(ouro_condition_wait_for(&pantry->changed, has_enough, &recipe));
        pantry->eggs -= eggs;
        printf("%s: took %d, %d left\n", dish, eggs, pantry->eggs);
    }
    return status;
}

OURO_ASYNC(supply, (struct pantry *, pantry))
{
    int status = 0;

    for (int i = 0; i < 3 && status == 0; i++) {
        OURO_TRY(ouro_sleep(1));
        ouro_with_condition (&pantry->changed, &status) {
            pantry->eggs += 2;
            printf("supplier: %d eggs in the pantry\n", pantry->eggs);
            ouro_condition_notify_all(&pantry->changed);
        }
    }
    return status;
}

OURO_ASYNC(app)
{
    struct pantry pantry = { .changed = OURO_CONDITION_INIT };

    OURO_TRY(ouro_gather(cook_coro(&pantry, "cake", 3), cook_coro(&pantry, "omelette", 2),
                         cook_coro(&pantry, "pancake", 1), supply_coro(&pantry)));
    return 0;
}

OURO_MAIN(app)
