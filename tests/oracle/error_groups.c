/* Parts of nested groups: subgroup and split keep the tree, and leave out what is empty. */
#include "scenario.h"

static const ouro_error *error(int number)
{
    ouro_ignore(fail(number));
    return ouro_error_keep(SCENARIO_ERROR_BASE - number);
}

/* One bit for each number. */
static bool is_number(const ouro_error *leaf, void *numbers)
{
    return ((intptr_t) numbers >> (SCENARIO_ERROR_BASE - leaf->status)) & 1;
}

/* Tells a part and gives it back. */
static void tell(const ouro_error *part)
{
    trace("%s", part != NULL ? show_error(part) : "nothing");
    ouro_error_unref(part);
}

/* Makes a group, and gives its members back. */
static const ouro_error *group(const char *name, const ouro_error *const *members, size_t count)
{
    const ouro_error *made = ouro_error_group(0, name, NULL, members, count);

    for (size_t i = 0; i < count; i++) {
        ouro_error_unref(members[i]);
    }
    return made;
}

static const ouro_error *tree(void)
{
    const ouro_error *core[] = { error(3) };
    const ouro_error *inner[] = { error(2), error(1), group("core", core, 1) };
    const ouro_error *other[] = { error(2) };
    const ouro_error *outer[] = { error(1), group("inner", inner, 3), group("other", other, 1) };

    return group("outer", outer, 3);
}

static int split(void)
{
    static const intptr_t numbers[] = { 1 << 1, 1 << 2, 1 << 3, 1 << 4, 1 << 1 | 1 << 2, 14 };

    for (size_t i = 0; i < COUNT(numbers); i++) {
        const ouro_error *whole = tree();
        const ouro_error *match;
        const ouro_error *rest;

        ouro_error_split_if(whole, is_number, (void *) numbers[i], &match, &rest);
        tell(match);
        tell(rest);
        ouro_error_unref(whole);
    }
    return 0;
}

static int subgroup(void)
{
    const ouro_error *whole = tree();
    const ouro_error *part = ouro_error_subgroup(whole, SCENARIO_ERROR_BASE - 2);

    tell(ouro_error_ref(part));
    tell(ouro_error_subgroup(part, SCENARIO_ERROR_BASE - 1));
    ouro_error_unref(part);
    ouro_error_split(whole, SCENARIO_ERROR_BASE - 1, NULL, &part);
    tell(ouro_error_subgroup(part, SCENARIO_ERROR_BASE - 3));
    ouro_error_unref(part);
    ouro_error_unref(whole);
    return 0;
}

OURO_ASYNC(fails, (double, delay), (int, number))
{
    OURO_TRY(ouro_sleep(delay));
    return fail(number);
}

OURO_ASYNC(nested)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        ouro_task_group_create_task(&group, fails_coro(0, 5));
        ouro_task_group_create_task(&group, fails_coro(0, 6));
    }
    return status;
}

OURO_ASYNC(of_a_task_group)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        ouro_task_group_create_task(&group, nested_coro());
        ouro_task_group_create_task(&group, fails_coro(0, 5));
    }
    const ouro_error *caught = ouro_error_keep(status);
    const ouro_error *match;
    const ouro_error *rest;
    ouro_error_split(caught, SCENARIO_ERROR_BASE - 5, &match, &rest);
    tell(caught);
    tell(match);
    tell(rest);
    return 0;
}

OURO_ASYNC(block)
{
    const ouro_error *whole = tree();
    const ouro_error *part = ouro_error_subgroup_if(whole, is_number, (void *) (1 << 1 | 1 << 3));
    int status = ouro_error_raise(part);

    ouro_error_unref(part);
    ouro_error_unref(whole);
    return status;
}

OURO_ASYNC(raised_again)
{
    trace("%s", show(block()));
    return 0;
}

SCENARIO(PLAIN_CASE(split), PLAIN_CASE(subgroup), CASE(of_a_task_group), CASE(raised_again))
