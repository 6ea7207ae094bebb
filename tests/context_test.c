/* Context variables: tokens, context objects, running in a context, memory. What follows from
 * asyncio alone is compared in tests/oracle. */
#include "base/alloc.h"
#include "harness/test.h"
#include "ouro/context.h"
#include "ouro/gather.h"
#include "ouro/runner.h"

#include <errno.h>
#include <pthread.h>
#include <unistd.h>

#define RUN(coroutine) CHECK_INT(ouro_run(coroutine), 0)

static ouro_context_var first = OURO_CONTEXT_VAR("first");
static ouro_context_var second = OURO_CONTEXT_VAR("second");
static ouro_context_var with_default = OURO_CONTEXT_VAR_DEFAULT("with_default", (void *) "default");

static const char *get(const ouro_context_var *variable)
{
    return ouro_context_var_get(variable, (void *) "-");
}

static int set(const ouro_context_var *variable, const char *value)
{
    return ouro_context_var_set(variable, (void *) (uintptr_t) value, NULL);
}

static int set_taking(const ouro_context_var *variable, const char *value,
                      ouro_context_token *token)
{
    return ouro_context_var_set(variable, (void *) (uintptr_t) value, token);
}

OURO_ASYNC(lookups)
{
    void *value = NULL;

    CHECK_INT(ouro_context_var_lookup(&first, &value), -ENOENT);
    CHECK_STR(ouro_error_detail()->text,
              "\"first\" was never set in this context and has no default");
    CHECK_INT(ouro_context_var_lookup(&with_default, &value), 0);
    CHECK_STR(value, "default");
    CHECK_STR(get(&with_default), "-"); /* an explicit value beats the variable's */
    CHECK_INT(set(&with_default, "set"), 0);
    CHECK_INT(ouro_context_var_lookup(&with_default, &value), 0);
    CHECK_STR(value, "set");
    CHECK_INT(ouro_context_var_lookup(NULL, &value), -EINVAL);
    CHECK_INT(ouro_context_var_lookup(&first, NULL), -EINVAL);
    CHECK_STR(ouro_context_var_name(&first), "first");
    CHECK_PTR(ouro_context_var_name(NULL), NULL);
    CHECK_INT(ouro_context_var_set(NULL, NULL, NULL), -EINVAL);
    return 0;
}

TEST_WITH(lookup_tells_what_was_never_set, .backends = TEST_SIM)
{
    RUN(lookups_coro());
}

static int reset_token(void *token)
{
    return ouro_context_var_reset((ouro_context_token *) token);
}

OURO_ASYNC(tokens)
{
    ouro_context_token unset = { 0 };
    ouro_context_token token;
    ouro_context_token inner;
    ouro_context *copy;

    CHECK_INT(ouro_context_var_reset(&unset), -EINVAL);
    CHECK_INT(ouro_context_var_reset(NULL), -EINVAL);
    CHECK_INT(set_taking(&first, "1", &token), 0);
    CHECK_INT(set_taking(&first, "2", &inner), 0);
    CHECK_PTR(ouro_context_token_variable(&token), &first);
    CHECK_STR(ouro_context_token_old_value(&token, (void *) "missing"), "missing");
    CHECK_STR(ouro_context_token_old_value(&inner, (void *) "missing"), "1");

    copy = ouro_copy_context();
    CHECK_INT(ouro_context_run(copy, reset_token, &inner), -EINVAL);
    CHECK_INT(ouro_context_var_reset(&inner), 0); /* the wrong context has not used it up */
    CHECK_INT(ouro_context_var_reset(&inner), OURO_EINVALIDSTATE);
    CHECK_STR(get(&first), "1");
    CHECK_INT(ouro_context_var_reset(&token), 0);
    CHECK_STR(get(&first), "-");
    CHECK_STR(ouro_context_get(copy, &first, NULL), "2");
    ouro_context_unref(copy);
    return 0;
}

TEST_WITH(a_token_undoes_one_set_in_its_context, .backends = TEST_SIM)
{
    RUN(tokens_coro());
}

OURO_ASYNC(blocks)
{
    int status = 0;
    ouro_context_token token;

    CHECK_INT(set(&first, "outer"), 0);
    ouro_with_context_var (&first, (void *) "inner", &status) {
        CHECK_STR(get(&first), "inner");
        CHECK_INT(ouro_sleep(0), 0);
        CHECK_STR(get(&first), "inner");
        break;
    }
    CHECK_INT(status, 0);
    CHECK_STR(get(&first), "outer");
    ouro_with_context_var (NULL, NULL, &status) {
        FAIL("the block was entered");
    }
    CHECK_INT(status, -EINVAL);
    status = 0;
    CHECK_INT(set_taking(&second, "2", &token), 0);
    ouro_with_context_var (&second, (void *) "3", &status) {
        status = -EIO;
    }
    CHECK_INT(status, -EIO);
    CHECK_STR(get(&second), "2");
    return 0;
}

TEST_WITH(a_block_gives_the_value_back, .backends = TEST_SIM)
{
    RUN(blocks_coro());
}

OURO_ASYNC(objects)
{
    ouro_context *empty = ouro_context_new();
    ouro_context *copy;
    ouro_context_item items[2];

    CHECK_INT(ouro_context_size(empty), 0);
    CHECK(!ouro_context_contains(empty, &first));
    CHECK_INT(set(&first, "1"), 0);
    CHECK_INT(set(&second, "2"), 0);
    copy = ouro_context_copy(ouro_task_get_context(ouro_current_task()));
    CHECK_INT(set(&first, "later"), 0);
    CHECK_INT(ouro_context_size(copy), 2);
    CHECK_INT(ouro_context_items(copy, items, 1), 2);
    CHECK_INT(ouro_context_items(copy, items, 2), 2);
    for (int i = 0; i < 2; i++)
        CHECK_STR(items[i].value, items[i].variable == &first ? "1" : "2");
    CHECK(items[0].variable != items[1].variable);
    CHECK_STR(ouro_context_get(copy, &first, NULL), "1");
    CHECK_STR(ouro_context_get(copy, &with_default, (void *) "otherwise"), "otherwise");
    CHECK(ouro_context_contains(copy, &second));
    CHECK_PTR(ouro_task_get_context(ouro_current_task()),
              ouro_task_get_context(ouro_current_task()));
    ouro_context_unref(copy);
    ouro_context_unref(empty);
    return 0;
}

TEST_WITH(contexts_can_be_looked_into, .backends = TEST_SIM)
{
    RUN(objects_coro());
}

static int enter_again(void *context)
{
    ouro_task *self = ouro_current_task();

    CHECK_INT(ouro_context_run((ouro_context *) context, enter_again, context), OURO_EINUSE);
    if (self != NULL) {
        /* The task's own context is another one, and is entered too. */
        CHECK(ouro_task_get_context(self) != context);
        CHECK_INT(ouro_context_run(ouro_task_get_context(self), enter_again, NULL), OURO_EINUSE);
    }
    CHECK_INT(set(&first, "inside"), 0);
    return 7;
}

static int enter_while_suspended(void *context)
{
    CHECK_INT(set(&first, "suspended"), 0);
    OURO_TRY(ouro_sleep(1));
    CHECK_STR(get(&first), "suspended");
    return (int) (intptr_t) (context != NULL);
}

OURO_ASYNC(enter_for_a_while, (ouro_context *, context))
{
    int status = ouro_context_run(context, enter_while_suspended, context);

    CHECK_STR(get(&first), "outer");
    return status;
}

OURO_ASYNC(entering)
{
    ouro_context *context;
    ouro_task *task;

    CHECK_INT(set(&first, "outer"), 0);
    context = ouro_copy_context();
    CHECK_INT(ouro_context_run(context, enter_again, context), 7);
    CHECK_STR(get(&first), "outer");
    CHECK_STR(ouro_context_get(context, &first, NULL), "inside");
    CHECK_INT(ouro_context_run(ouro_task_get_context(ouro_current_task()), enter_again, NULL),
              OURO_EINUSE);
    CHECK_INT(ouro_context_run(NULL, enter_again, NULL), -EINVAL);
    CHECK_INT(ouro_context_run(context, NULL, NULL), -EINVAL);

    task = ouro_create_task(enter_for_a_while_coro(context));
    CHECK_INT(ouro_sleep(0.5), 0);
    CHECK_STR(get(&first), "outer");
    CHECK_INT(ouro_context_run(context, enter_again, context), OURO_EINUSE);
    CHECK_INT(ouro_await(task), 1);
    CHECK_STR(ouro_context_get(context, &first, NULL), "suspended");
    CHECK_INT(ouro_context_run(context, enter_again, context), 7);
    ouro_task_unref(task);
    ouro_context_unref(context);
    return 0;
}

TEST_WITH(a_context_is_entered_once, .backends = TEST_SIM)
{
    RUN(entering_coro());
}

OURO_ASYNC(eager_in_the_current_one)
{
    ouro_context *own = ouro_task_get_context(ouro_current_task());
    ouro_context *copy = ouro_copy_context();

    CHECK_PTR(ouro_create_task(eager_in_the_current_one_coro(), .context = own,
                               .eager_start = OURO_EAGER_YES),
              NULL);
    CHECK_INT(ouro_error_detail()->status, OURO_EINUSE);
    ouro_context_unref(copy);
    return 0;
}

TEST_WITH(an_eager_task_needs_a_context_of_its_own, .backends = TEST_SIM)
{
    RUN(eager_in_the_current_one_coro());
}

OURO_ASYNC(nothing)
{
    return 0;
}

OURO_ASYNC(million)
{
    ouro_context *shared;
    size_t blocks;

    CHECK_INT(set(&first, "1"), 0);
    CHECK_INT(set(&second, "2"), 0);
    blocks = ouro__alloc_live();
    for (int i = 0; i < 1000000; i++)
        CHECK_INT(set(i & 1 ? &first : &second, i & 2 ? "a" : "b"), 0);
    CHECK_INT(ouro__alloc_live(), blocks);

    /* The same where the list is shared each time. */
    shared = NULL;
    for (int i = 0; i < 1000; i++) {
        shared = ouro_context_unref(shared);
        shared = ouro_copy_context();
        CHECK_INT(set(i & 1 ? &first : &second, "c"), 0);
        CHECK(ouro__alloc_live() <= blocks + 4);
    }
    ouro_context_unref(shared);
    return 0;
}

TEST_WITH(setting_a_variable_again_takes_no_memory, .backends = TEST_SIM)
{
    RUN(million_coro());
}

OURO_ASYNC(children_cost_a_reference)
{
    ouro_task *tasks[8];
    size_t blocks;

    CHECK_INT(set(&first, "1"), 0);
    for (int i = 0; i < 2; i++) {
        blocks = ouro__alloc_live();
        for (int j = 0; j < 8; j++)
            tasks[j] = ouro_create_task(nothing_coro());
        if (i == 1) /* the records' slab is there already */
            CHECK_INT(ouro__alloc_live(), blocks);
        for (int j = 0; j < 8; j++)
            CHECK_INT(ouro_await(tasks[j]), 0);
        for (int j = 0; j < 8; j++)
            ouro_task_unref(tasks[j]);
    }
    return 0;
}

TEST_WITH(a_task_takes_its_context_without_memory, .backends = TEST_SIM)
{
    RUN(children_cost_a_reference_coro());
}

OURO_ASYNC(sees_the_thread)
{
    CHECK_STR(get(&first), "thread");
    return set(&first, "main task");
}

static void *use_thread_context(void *arg)
{
    ouro_context_token token;

    CHECK_STR(get(&first), "-");
    CHECK_INT(set_taking(&first, "thread", &token), 0);
    CHECK_INT(ouro_run(sees_the_thread_coro()), 0);
    CHECK_STR(get(&first), "thread");
    CHECK_INT(ouro_context_var_reset(&token), 0);
    CHECK_INT(set(&second, "is freed at the end of the thread"), 0);
    return arg;
}

TEST_WITH(a_thread_has_a_context_of_its_own, .backends = TEST_SIM)
{
    pthread_t thread;

    CHECK_INT(pthread_create(&thread, NULL, use_thread_context, NULL), 0);
    CHECK_INT(pthread_join(thread, NULL), 0);
    CHECK_STR(get(&second), "-");
}

static int stay_inside(void *arg)
{
    (void) arg;
    CHECK_INT(set(&first, "inside"), 0);
    return ouro_sleep(100);
}

OURO_ASYNC(is_left_inside, (ouro_context *, outer), (ouro_context *, inner))
{
    if (inner != NULL) {
        CHECK_INT(set(&second, "2"), 0);
        return ouro_context_run(outer, is_left_inside_entry,
                                &(struct is_left_inside_arguments) { inner, NULL });
    }
    return ouro_context_run(outer, stay_inside, NULL);
}

TEST_WITH(a_closed_loop_leaves_the_contexts, .backends = TEST_SIM)
{
    ouro_context *outer = ouro_context_new();
    ouro_context *inner = ouro_context_new();
    ouro_loop *loop;
    ouro_task *task;

    CHECK_INT(ouro_new_event_loop(&loop), 0);
    task = ouro_loop_create_task(loop, is_left_inside_coro(outer, inner));
    ouro_loop_stop(loop);
    CHECK_INT(ouro_loop_run_forever(loop), 0);
    CHECK_STR(ouro_context_get(inner, &first, NULL), "inside");
    CHECK_INT(ouro_loop_close(loop), 0);
    ouro_task_unref(task);
    CHECK_INT(ouro_context_run(outer, nothing_entry, NULL), 0);
    CHECK_INT(ouro_context_run(inner, nothing_entry, NULL), 0);
    ouro_context_unref(outer);
    ouro_context_unref(inner);
}

static void count_calls(void *arg)
{
    int calls = (int) (intptr_t) ouro_context_var_get(&second, NULL) + 1;

    (void) arg;
    CHECK_INT(ouro_context_var_set(&second, (void *) (intptr_t) calls, NULL), 0);
    if (calls == 3)
        ouro_loop_stop(ouro_get_running_loop());
}

TEST_BACKENDS(a_reader_keeps_its_context_from_call_to_call)
{
    ouro_loop *loop;
    int ends[2];

    CHECK_INT(pipe(ends), 0);
    CHECK_INT(write(ends[1], "x", 1), 1);
    CHECK_INT(ouro_new_event_loop(&loop), 0);
    CHECK_INT(ouro_loop_add_reader(loop, ends[0], count_calls, NULL), 0);
    CHECK_INT(ouro_loop_run_forever(loop), 0);
    CHECK_INT(ouro_loop_close(loop), 0);
    close(ends[0]);
    close(ends[1]);
}

/* Everything that may allocate, with what must hold whether it could or not. */
static int use_all(void *arg)
{
    ouro_context_token token;
    ouro_context *copy;
    const char *before;

    (void) arg;
    if (set(&first, "1") < 0 || set(&second, "2") < 0)
        return -ENOMEM;
    copy = ouro_copy_context();
    if (copy == NULL)
        return -ENOMEM;
    before = get(&first);
    if (set_taking(&first, "3", &token) < 0) {
        CHECK_PTR(get(&first), before);
        ouro_context_unref(copy);
        return -ENOMEM;
    }
    if (ouro_context_var_reset(&token) < 0) {
        CHECK_STR(get(&first), "3");
        CHECK_INT(ouro_context_var_reset(&token), 0); /* it can be tried again */
    }
    CHECK_PTR(get(&first), before);
    ouro_context_unref(copy);
    return 0;
}

TEST_ALLOCATION_FAILURES(nothing_changes_without_memory)
{
    ouro_context *context = ouro_context_new();

    int status;

    if (context == NULL)
        return;
    status = ouro_context_run(context, use_all, NULL);
    CHECK(status == 0 || (status == -ENOMEM && test_fault_fired()));
    ouro_context_unref(context);
}
