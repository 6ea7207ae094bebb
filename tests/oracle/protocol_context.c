/* Callbacks of a protocol run in a copy of the context of who asked for the connection. */
#include "transport_scenario.h"

static ouro_context_var number = OURO_CONTEXT_VAR("number");

static int get_number(void)
{
    return (int) (intptr_t) ouro_context_var_get(&number, NULL);
}

static void set_number(int value)
{
    ouro_ignore(ouro_context_var_set(&number, (void *) (intptr_t) value, NULL));
}

static int trace_number(struct recorder *recorder)
{
    (void) recorder;
    trace("number %d", get_number());
    return 0;
}

OURO_ASYNC(a_copy_of_who_asked)
{
    struct recorder *recorder = new_recorder("a");

    recorder->hooks[MADE] = trace_number;
    recorder->hooks[DATA] = trace_number;
    set_number(1);
    OURO_TRY(open_pair(recorder));
    set_number(2);
    put(recorder, "one");
    OURO_TRY(wait_event(recorder, DATA));
    trace_number(NULL);
    return finish(recorder);
}

static int add_number(struct recorder *recorder)
{
    set_number(get_number() + 10);
    return trace_number(recorder);
}

OURO_ASYNC(what_it_sets_is_its_own)
{
    static const char *const texts[] = { "one", "two" };
    struct recorder *recorder = new_recorder("a");

    recorder->hooks[DATA] = add_number;
    set_number(1);
    OURO_TRY(open_pair(recorder));
    for (size_t i = 0; i < COUNT(texts); i++) {
        put(recorder, texts[i]);
        OURO_TRY(wait_event(recorder, DATA));
        trace_number(NULL);
    }
    return finish(recorder);
}

SCENARIO(CASE(a_copy_of_who_asked), CASE(what_it_sets_is_its_own))
