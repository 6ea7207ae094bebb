/* Tokens undo one set, once, in the context in which it was made; variables have defaults. */
#include "scenario.h"

static ouro_context_var plain = OURO_CONTEXT_VAR("plain");
static ouro_context_var with_default = OURO_CONTEXT_VAR_DEFAULT("with_default", (void *) 7);

static const char *lookup(const ouro_context_var *variable)
{
    void *value;
    int status = ouro_context_var_lookup(variable, &value);

    return show(status < 0 ? status : (int) (intptr_t) value);
}

static int get(const ouro_context_var *variable)
{
    return (int) (intptr_t) ouro_context_var_get(variable, (void *) -1);
}

static void tell(void)
{
    const char *first = lookup(&plain);
    const char *second = lookup(&with_default);

    trace("%s %d %s %d", first, get(&plain), second, get(&with_default));
}

static int set(ouro_context_var *variable, int value, ouro_context_token *token)
{
    return ouro_context_var_set(variable, (void *) (intptr_t) value, token);
}

OURO_ASYNC(never_set)
{
    tell();
    OURO_TRY(set(&with_default, 8, NULL));
    tell();
    return 0;
}

OURO_ASYNC(undone_to_nothing)
{
    ouro_context_token token;
    ouro_context_token other;
    static int missing;

    OURO_TRY(set(&plain, 1, &token));
    OURO_TRY(set(&with_default, 2, &other));
    tell();
    trace("%d %d", ouro_context_token_variable(&token) == &plain,
          ouro_context_token_old_value(&token, &missing) == &missing);
    OURO_TRY(ouro_context_var_reset(&token));
    OURO_TRY(ouro_context_var_reset(&other));
    tell();
    ouro_context *copy = ouro_copy_context();
    trace("%d", ouro_context_contains(copy, &plain));
    ouro_context_unref(copy);
    return 0;
}

OURO_ASYNC(used_twice)
{
    ouro_context_token token;

    OURO_TRY(set(&plain, 1, NULL));
    OURO_TRY(set(&plain, 2, &token));
    trace("%d", (int) (intptr_t) ouro_context_token_old_value(&token, NULL));
    trace("%s", show(ouro_context_var_reset(&token)));
    trace("%s", show_misuse(ouro_context_var_reset(&token)));
    tell();
    return 0;
}

OURO_ASYNC(out_of_order)
{
    ouro_context_token first;
    ouro_context_token second;

    OURO_TRY(set(&plain, 1, NULL));
    OURO_TRY(set(&plain, 2, &first));
    OURO_TRY(set(&plain, 3, &second));
    OURO_TRY(ouro_context_var_reset(&first));
    tell();
    OURO_TRY(ouro_context_var_reset(&second));
    tell();
    return 0;
}

static int reset(void *token)
{
    return ouro_context_var_reset((ouro_context_token *) token);
}

OURO_ASYNC(child, (ouro_context_token *, token))
{
    trace("%s", show(reset(token)));
    tell();
    return 0;
}

OURO_ASYNC(of_another_context)
{
    ouro_context_token token;

    OURO_TRY(set(&plain, 1, NULL));
    OURO_TRY(set(&plain, 2, &token));
    OURO_TRY(join(spawn(child_coro(&token), "child")));
    ouro_context *copy = ouro_copy_context();
    trace("%s", show(ouro_context_run(copy, reset, &token)));
    ouro_context_unref(copy);
    trace("%s", show(reset(&token)));
    tell();
    return 0;
}

OURO_ASYNC(across_a_suspension)
{
    ouro_context_token token;

    OURO_TRY(set(&plain, 1, &token));
    OURO_TRY(ouro_sleep(0.1));
    OURO_TRY(reset(&token));
    tell();
    return 0;
}

static void reset_callback(void *token)
{
    trace("%s", show(reset(token)));
}

OURO_ASYNC(by_a_callback)
{
    ouro_context_token token;

    OURO_TRY(set(&plain, 1, &token));
    call_soon(reset_callback, &token);
    OURO_TRY(ouro_sleep(0));
    tell();
    return 0;
}

SCENARIO(CASE(never_set), CASE(undone_to_nothing), CASE(used_twice), CASE(out_of_order),
         CASE(of_another_context), CASE(across_a_suspension), CASE(by_a_callback))
