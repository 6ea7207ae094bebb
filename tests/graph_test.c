/* Call graphs: who awaits whom, by which combinator, until when; the list of tasks. */
#include "ouro/graph.h"

#include "base/text.h"
#include "harness/test.h"
#include "ouro/gather.h"
#include "ouro/generator.h"
#include "ouro/runner.h"
#include "ouro/taskgroup.h"
#include "ouro/timeout.h"
#include "ouro/wait.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RUN(coroutine) CHECK_INT(ouro_run(coroutine), 0)

enum { TEXT_SIZE = 8192 };

/* Lists who awaits a future, and who awaits those: "waiter(main) other". */
static void list_awaiters(const ouro_call_graph *entry, struct text *text)
{
    for (entry = entry->awaited_by; entry != NULL; entry = entry->next) {
        const char *name = ouro_task_get_name(entry->future);

        text_add(text, "%s%s", name != NULL ? name : "future", entry->is_repeated ? "*" : "");
        if (entry->awaited_by != NULL) {
            text_add(text, "(");
            list_awaiters(entry, text);
            text_add(text, ")");
        }
        if (entry->next != NULL)
            text_add(text, " ");
    }
}

static const char *awaiters(ouro_future *future)
{
    static char data[TEXT_SIZE];
    struct text text = { .data = data, .size = sizeof data };
    ouro_call_graph *graph = ouro_capture_call_graph(future);

    CHECK(graph != NULL);
    CHECK_PTR(graph->future, future);
    data[0] = '\0';
    list_awaiters(graph, &text);
    ouro_call_graph_free(graph);
    return data;
}

OURO_ASYNC(await_it, (ouro_future *, future))
{
    return ouro_await(future);
}

OURO_ASYNC(a_plain_await)
{
    ouro_future *future = ouro_create_future();
    ouro_task *first = ouro_create_task(await_it_coro(future), .name = "first");
    ouro_task *second = ouro_create_task(await_it_coro(first), .name = "second");
    ouro_task *third = ouro_create_task(await_it_coro(first), .name = "third");

    CHECK_STR(awaiters(future), "");
    OURO_TRY(ouro_sleep(0));
    OURO_TRY(ouro_sleep(0));
    CHECK_STR(awaiters(future), "first(second third)");
    ouro_task_cancel(second, NULL);
    CHECK_STR(awaiters(future), "");
    CHECK_INT(ouro_await(second), -ECANCELED);
    CHECK_STR(awaiters(first), "");
    CHECK_INT(ouro_await(third), -ECANCELED);
    ouro_task_unref(first);
    ouro_task_unref(second);
    ouro_task_unref(third);
    ouro_future_unref(future);
    return 0;
}

TEST_WITH(an_await_is_an_edge_until_it_ends, .backends = TEST_SIM)
{
    RUN(a_plain_await_coro());
}

OURO_ASYNC(gather_two, (ouro_future *, one), (ouro_future *, two))
{
    return ouro_gather(one, two);
}

OURO_ASYNC(wait_two, (ouro_future *, one), (ouro_future *, two), (double, timeout))
{
    ouro_future *futures[2] = { one, two };

    return ouro_wait(futures, 2, .return_when = OURO_FIRST_COMPLETED, .timeout = timeout);
}

OURO_ASYNC(shield_it, (ouro_future *, future))
{
    return ouro_shield(future);
}

OURO_ASYNC(wait_for_it, (ouro_future *, future), (double, timeout))
{
    return ouro_wait_for(future, timeout);
}

/* Two pending futures and a task that waits for them. */
struct pair {
    ouro_future *one;
    ouro_future *two;
    ouro_task *task;
};

static int begin(struct pair *pair, ouro_coroutine coroutine)
{
    pair->task = ouro_create_task(coroutine, .name = "waiter");
    return ouro_sleep(0);
}

static void make_futures(struct pair *pair)
{
    pair->one = ouro_create_future();
    pair->two = ouro_create_future();
}

static int end(struct pair *pair)
{
    int status = ouro_await(pair->task);

    ouro_task_unref(pair->task);
    ouro_future_unref(pair->one);
    ouro_future_unref(pair->two);
    return status;
}

OURO_ASYNC(combinators_that_complete)
{
    struct pair pair;

    make_futures(&pair);
    OURO_TRY(begin(&pair, gather_two_coro(pair.one, pair.two)));
    CHECK_STR(awaiters(pair.one), "future(waiter)");
    CHECK_STR(awaiters(pair.two), "future(waiter)");
    CHECK_INT(ouro_future_set_result(pair.one, NULL), 0);
    CHECK_STR(awaiters(pair.one), "");
    CHECK_STR(awaiters(pair.two), "future(waiter)");
    CHECK_INT(ouro_future_set_result(pair.two, NULL), 0);
    CHECK_INT(end(&pair), 0);

    make_futures(&pair);
    OURO_TRY(begin(&pair, wait_two_coro(pair.one, pair.two, 0)));
    CHECK_STR(awaiters(pair.one), "waiter");
    CHECK_STR(awaiters(pair.two), "waiter");
    CHECK_INT(ouro_future_set_result(pair.one, NULL), 0);
    CHECK_INT(ouro_await(pair.task), 1);
    CHECK_STR(awaiters(pair.two), "");
    CHECK_INT(end(&pair), 1);

    make_futures(&pair);
    OURO_TRY(begin(&pair, wait_two_coro(pair.one, pair.two, 1)));
    CHECK_INT(ouro_await(pair.task), 0);
    CHECK_STR(awaiters(pair.one), "");
    CHECK_INT(end(&pair), 0);

    make_futures(&pair);
    OURO_TRY(begin(&pair, shield_it_coro(pair.one)));
    CHECK_STR(awaiters(pair.one), "future(waiter)");
    CHECK_INT(ouro_future_set_result(pair.one, NULL), 0);
    CHECK_STR(awaiters(pair.one), "");
    CHECK_INT(end(&pair), 0);

    make_futures(&pair);
    OURO_TRY(begin(&pair, wait_for_it_coro(pair.one, 1)));
    CHECK_STR(awaiters(pair.one), "waiter");
    CHECK_INT(end(&pair), -ETIMEDOUT);
    return 0;
}

TEST_WITH(each_combinator_is_an_edge_until_it_is_done, .backends = TEST_SIM)
{
    RUN(combinators_that_complete_coro());
}

OURO_ASYNC(combinators_that_are_cancelled)
{
    struct pair pair;

    make_futures(&pair);
    OURO_TRY(begin(&pair, gather_two_coro(pair.one, pair.two)));
    ouro_task_cancel(pair.task, NULL);
    CHECK_STR(awaiters(pair.one), "");
    CHECK_INT(end(&pair), -ECANCELED);

    make_futures(&pair);
    OURO_TRY(begin(&pair, wait_two_coro(pair.one, pair.two, 0)));
    ouro_task_cancel(pair.task, NULL);
    CHECK_INT(ouro_await(pair.task), -ECANCELED);
    CHECK_STR(awaiters(pair.one), "");
    CHECK_STR(awaiters(pair.two), "");
    CHECK_INT(end(&pair), -ECANCELED);

    make_futures(&pair);
    OURO_TRY(begin(&pair, shield_it_coro(pair.one)));
    ouro_task_cancel(pair.task, NULL);
    CHECK_STR(awaiters(pair.one), "");
    CHECK(!ouro_future_done(pair.one));
    CHECK_INT(end(&pair), -ECANCELED);

    make_futures(&pair);
    OURO_TRY(begin(&pair, wait_for_it_coro(pair.one, 5)));
    ouro_task_cancel(pair.task, NULL);
    CHECK_STR(awaiters(pair.one), "");
    CHECK_INT(end(&pair), -ECANCELED);
    return 0;
}

TEST_WITH(each_combinator_loses_its_edge_by_a_cancel, .backends = TEST_SIM)
{
    RUN(combinators_that_are_cancelled_coro());
}

OURO_ASYNC(sleep_for, (double, delay))
{
    OURO_TRY(ouro_sleep(delay));
    return 0;
}

OURO_ASYNC(shield_of_a_task)
{
    ouro_task *inner = ouro_create_task(sleep_for_coro(5), .name = "inner");
    ouro_task *outer = ouro_create_task(shield_it_coro(inner), .name = "outer");

    OURO_TRY(ouro_sleep(1));
    CHECK_STR(awaiters(inner), "future(outer)");
    ouro_task_cancel(outer, NULL);
    CHECK_STR(awaiters(inner), "");
    CHECK_INT(ouro_await(outer), -ECANCELED);
    CHECK_STR(awaiters(inner), "");
    CHECK_INT(ouro_await(inner), 0);
    ouro_task_unref(inner);
    ouro_task_unref(outer);
    return 0;
}

TEST_WITH(a_cancelled_shield_awaits_nobody, .backends = TEST_SIM)
{
    RUN(shield_of_a_task_coro());
}

OURO_ASYNC(group_of, (ouro_task **, ret_task))
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        *ret_task = ouro_task_ref(ouro_task_group_create_task(&group, sleep_for_coro(5)));
        CHECK_STR(awaiters(*ret_task), "grouper");
    }
    return status;
}

OURO_ASYNC(groups)
{
    ouro_task *child = NULL;
    ouro_task *task = ouro_create_task(group_of_coro(&child), .name = "grouper");

    OURO_TRY(ouro_sleep(1));
    CHECK_STR(awaiters(child), "grouper");
    ouro_task_cancel(task, NULL);
    OURO_TRY(ouro_sleep(0));
    OURO_TRY(ouro_sleep(0));
    CHECK_STR(awaiters(child), "");
    CHECK_INT(ouro_await(task), -ECANCELED);
    ouro_task_unref(task);
    ouro_task_unref(child);
    return 0;
}

TEST_WITH(a_group_awaits_its_tasks, .backends = TEST_SIM)
{
    RUN(groups_coro());
}

OURO_ASYNC(await_slot, (ouro_task **, slot))
{
    return ouro_await(*slot);
}

/* Two tasks that await each other, seen from a third. */
OURO_ASYNC(ring)
{
    ouro_task *first = NULL;
    ouro_task *second = NULL;
    char text[TEXT_SIZE];

    first = ouro_create_task(await_slot_coro(&second), .name = "first");
    second = ouro_create_task(await_slot_coro(&first), .name = "second");
    OURO_TRY(ouro_sleep(0));
    CHECK_STR(awaiters(first), "second(first*)");
    CHECK(ouro_format_call_graph(text, sizeof text, first) > 0);
    CHECK(strstr(text, "shown elsewhere") != NULL);
    CHECK(ouro_format_tasks(text, sizeof text, NULL) > 0);
    CHECK(strstr(text, "task 'first' await_slot(): await task 'second'") != NULL);
    CHECK(strstr(text, "task 'second' await_slot(): await task 'first'") != NULL);
    ouro_task_unref(first);
    ouro_task_unref(second);
    return 0;
}

static void be_silent(ouro_loop *loop, const ouro_exception_context *context, void *arg)
{
    (void) loop;
    (void) context;
    (void) arg;
}

TEST_WITH(a_ring_ends, .backends = TEST_SIM)
{
    ouro_loop *loop;
    ouro_task *task;

    CHECK_INT(ouro_new_event_loop(&loop), 0);
    ouro_loop_set_exception_handler(loop, be_silent, NULL);
    task = ouro_loop_create_task(loop, ring_coro());
    CHECK_INT(ouro_loop_run_until_complete(loop, task), 0);
    ouro_task_unref(task);
    CHECK_INT(ouro_loop_close(loop), 0);
}

OURO_ASYNC(edges_by_hand)
{
    ouro_future *future = ouro_create_future();
    ouro_future *other = ouro_create_future();
    ouro_task *waiter = ouro_create_task(await_it_coro(other), .name = "waiter");

    CHECK_INT(ouro_future_add_to_awaited_by(future, waiter), 0);
    CHECK_INT(ouro_future_add_to_awaited_by(future, waiter), 0);
    CHECK_STR(awaiters(future), "waiter");
    ouro_future_discard_from_awaited_by(future, waiter);
    CHECK_STR(awaiters(future), "");
    ouro_future_discard_from_awaited_by(future, waiter);
    CHECK_INT(ouro_future_add_to_awaited_by(future, waiter), 0);
    CHECK_INT(ouro_future_add_to_awaited_by(future, other), 0);
    OURO_TRY(ouro_sleep(0));
    CHECK_STR(awaiters(future), "waiter future(waiter*)");
    CHECK_INT(ouro_future_set_result(future, NULL), 0);
    CHECK_STR(awaiters(future), "");
    CHECK_INT(ouro_future_add_to_awaited_by(future, waiter), 0);
    CHECK_STR(awaiters(future), "");
    CHECK_INT(ouro_future_add_to_awaited_by(NULL, waiter), -EINVAL);
    CHECK_INT(ouro_future_add_to_awaited_by(waiter, other), 0); /* dropped with its future */
    CHECK_INT(ouro_future_set_result(other, NULL), 0);
    ouro_future_unref(future);
    ouro_future_unref(other);
    CHECK_INT(ouro_await(waiter), 0);
    ouro_task_unref(waiter);
    return 0;
}

TEST_WITH(users_can_add_edges, .backends = TEST_SIM)
{
    RUN(edges_by_hand_coro());
}

/* A chain of tasks, each awaiting the one before. */
OURO_ASYNC(chain, (int, length))
{
    ouro_future *future = ouro_create_future();
    ouro_future *last = ouro_future_ref(future);
    size_t count = 0;
    ouro_call_graph *graph;
    ouro_call_graph *entry;
    int i;

    for (i = 0; i < length; i++) {
        ouro_task *next = ouro_create_task(await_it_coro(last), .stack_size = OURO_STACK_SIZE_MIN);

        OURO_TRY(ouro_sleep(0));
        ouro_future_unref(last);
        last = next;
    }
    graph = ouro_capture_call_graph(future, .limit = OURO_NO_FRAMES);
    for (entry = graph; entry != NULL; entry = entry->awaited_by)
        count++;
    CHECK_INT(count, length + 1);
    ouro_call_graph_free(graph);
    CHECK(ouro_format_call_graph(NULL, 0, future, .limit = OURO_NO_FRAMES) > 20 * length);
    CHECK(ouro_format_tasks(NULL, 0, NULL) > 20 * length);
    CHECK_INT(ouro_future_set_result(future, NULL), 0);
    OURO_TRY(ouro_await(last));
    ouro_future_unref(last);
    ouro_future_unref(future);
    return 0;
}

TEST_WITH(a_long_chain_needs_no_recursion, .backends = TEST_SIM)
{
    RUN(chain_coro(500)); /* deep enough for a stack; fibers of ThreadSanitizer are slow to make */
}

/* Waits. */

static const char *wait_of(const ouro_task *task)
{
    static char text[128];

    CHECK(ouro_task_format_wait(task, text, sizeof text) > 0);
    return text;
}

OURO_ASYNC(waits)
{
    ouro_loop *loop = ouro_get_running_loop();
    ouro_future *future = ouro_create_future();
    double now = ouro_loop_time(loop);
    ouro_task *sleeper = ouro_create_task(sleep_for_coro(5), .name = "sleeper");
    ouro_task *waiter = ouro_create_task(await_it_coro(sleeper));
    ouro_task *other = ouro_create_task(await_it_coro(future));
    ouro_task *gatherer = ouro_create_task(gather_two_coro(sleeper, future));
    ouro_task *chooser = ouro_create_task(wait_two_coro(sleeper, future, 0));
    char expected[64];
    ouro_task_wait wait;

    CHECK_STR(wait_of(sleeper), "not started");
    CHECK_STR(wait_of(ouro_current_task()), "running");
    OURO_TRY(ouro_sleep(1));
    CHECK_INT(ouro_task_get_wait(sleeper, &wait), 0);
    CHECK_INT(wait.state, OURO_TASK_WAITING);
    CHECK_STR(wait.operation, "sleep");
    CHECK(wait.until == now + 5);
    CHECK_PTR(wait.future, NULL);
    (void) snprintf(expected, sizeof expected, "sleep until %.3f", now + 5);
    CHECK_STR(wait_of(sleeper), expected);
    CHECK_INT(ouro_task_get_wait(waiter, &wait), 0);
    CHECK_PTR(wait.future, sleeper);
    CHECK(wait.until == OURO_FOREVER);
    CHECK_STR(wait_of(waiter), "await task 'sleeper'");
    CHECK_STR(wait_of(other), "await future");
    CHECK_STR(wait_of(gatherer), "await gather");
    CHECK_STR(wait_of(chooser), "wait");
    CHECK_INT(ouro_future_set_result(future, NULL), 0);
    CHECK_STR(wait_of(other), "ready");
    OURO_TRY(ouro_sleep(10));
    CHECK_STR(wait_of(sleeper), "done");
    CHECK_INT(ouro_task_get_wait(NULL, &wait), -EINVAL);
    CHECK_INT(ouro_task_get_wait(future, &wait), -EINVAL);
    CHECK_INT(ouro_task_format_wait(future, NULL, 0), -EINVAL);
    ouro_task_unref(sleeper);
    ouro_task_unref(waiter);
    ouro_task_unref(other);
    ouro_task_unref(gatherer);
    ouro_task_unref(chooser);
    ouro_future_unref(future);
    return 0;
}

TEST_WITH(a_task_tells_what_it_waits_for, .backends = TEST_SIM)
{
    RUN(waits_coro());
}

OURO_ASYNC(tree)
{
    ouro_task *leaf = ouro_create_task(await_it_coro(NULL), .name = "fails");
    ouro_future *future = ouro_create_future();
    char text[TEXT_SIZE];
    ouro_task *inner;
    ouro_task *outer;

    CHECK(ouro_await(leaf) < 0);
    ouro_task_unref(leaf);
    CHECK_INT(ouro_task_set_name(ouro_current_task(), "main"), 0);
    inner = ouro_create_task(await_it_coro(future), .name = "inner");
    outer = ouro_create_task(gather_two_coro(inner, future), .name = "outer");
    OURO_TRY(ouro_sleep(0));
    CHECK(ouro_format_tasks(text, sizeof text, NULL) > 0);
    CHECK(strncmp(text, "* task 'main' tree(): running", 29) == 0);
    CHECK(strstr(text, "\n* task 'outer' gather_two(): await gather, created at ") != NULL);
    CHECK(strstr(text, "\n  * task 'inner' await_it(): await future, created at ") != NULL);
    CHECK(strstr(text, "outer") < strstr(text, "inner"));
    CHECK_INT(ouro_future_set_result(future, NULL), 0);
    OURO_TRY(ouro_await(outer));
    ouro_task_unref(inner);
    ouro_task_unref(outer);
    ouro_future_unref(future);
    return 0;
}

TEST_WITH(tasks_are_listed_as_a_tree, .backends = TEST_SIM)
{
    RUN(tree_coro());
    CHECK_INT(ouro_format_tasks(NULL, 0, NULL), OURO_ENOLOOP);
    CHECK_INT(ouro_print_tasks(STDERR_FILENO, NULL), OURO_ENOLOOP);
}

OURO_ASYNC(without_memory)
{
    ouro_task *task = ouro_create_task(sleep_for_coro(5));
    char text[TEXT_SIZE];

    if (task == NULL)
        return 0;
    if (ouro_sleep(1) == 0) {
        int status = ouro_format_call_graph(text, sizeof text, task);

        CHECK(status > 0 || status == -ENOMEM);
        status = ouro_format_tasks(text, sizeof text, NULL);
        CHECK(status > 0 || status == -ENOMEM);
        status = ouro_future_add_to_awaited_by(task, ouro_current_task());
        CHECK(status == 0 || status == -ENOMEM);
        status = ouro_task_print_stack(-1, task);
        CHECK(status < 0);
    }
    ouro_ignore(ouro_await(task));
    ouro_task_unref(task);
    return 0;
}

TEST_WITH(memory_may_be_short, .backends = TEST_SIM, .allocation_failures = true)
{
    ouro_ignore(ouro_run(without_memory_coro()));
}
