/* Stacks of parked tasks and of generators, in whole and in part, and as text. They are looked at
 * by names of functions that cannot be inlined. */
#include "ouro/graph.h"

#include "base/symbol.h"
#include "base/text.h"
#include "harness/test.h"
#include "ouro/channel.h"
#include "ouro/generator.h"
#include "ouro/queue.h"
#include "ouro/runner.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RUN(coroutine) CHECK_INT(ouro_run(coroutine), 0)

enum { TEXT_SIZE = 8192 };

#if defined(OURO_PORTABLE_SWITCH)
#define NEEDS_STACKS() SKIP("the portable switch shows no stacks")
#else
#define NEEDS_STACKS() ((void) 0)
#endif

__attribute__((noinline)) static int innermost(double delay)
{
    int status = ouro_sleep(delay);

    return status < 0 ? status : 1;
}

__attribute__((noinline)) static int middle(double delay)
{
    int status = innermost(delay);

    return status < 0 ? status : status + 1;
}

OURO_ASYNC(outermost, (double, delay))
{
    int status = middle(delay);

    return status < 0 ? status : status - 2;
}

/* The names of a stack's frames, innermost first. */
static const char *names(const ouro_frame *frames, size_t count)
{
    static char data[TEXT_SIZE];
    struct text text = { .data = data, .size = sizeof data };
    size_t i;

    data[0] = '\0';
    for (i = 0; i < count; i++)
        text_add(&text, "%s%s", i > 0 ? " " : "", frames[i].name);
    return data;
}

static const char *stack_of(ouro_task *task)
{
    ouro_frame frames[16];
    int count = ouro_task_get_stack(task, frames, 16);

    CHECK(count >= 0);
    return names(frames, (size_t) count);
}

__attribute__((noinline)) static void look_at_myself(void)
{
    const char *stack = stack_of(ouro_current_task());

    CHECK(strstr(stack, "stack_of") == NULL || strncmp(stack, "stack_of", 8) == 0);
    CHECK(strstr(stack, "look_at_myself") != NULL);
    CHECK(strstr(stack, "stacks") != NULL || strstr(stack, "inner_items ") != NULL);
    CHECK(strstr(stack, "ouro__") == NULL);
    CHECK(strstr(stack, "generator_main") == NULL);
}

OURO_ASYNC(waits_in, (int, where), (ouro_queue *, queue), (ouro_channel *, channel))
{
    int item = 1;
    int status;

    switch (where) {
    case 0:
        status = ouro_queue_get(queue, &item);
        break;
    case 1:
        status = ouro_queue_put(queue, &item);
        break;
    case 2:
        status = ouro_channel_receive(channel, &item);
        break;
    default:
        status = ouro_channel_send(channel, &item);
    }
    return status < 0 ? status : 0;
}

/* The functions that users call stand in a stack, not those that they jump to. */
OURO_ASYNC(waits_by_jumps)
{
    static const char *const stacks[] = {
        "ouro_queue_get waits_in",
        "ouro_queue_put waits_in",
        "ouro_channel_receive waits_in",
        "ouro_channel_send waits_in",
    };
    static ouro_queue queue;
    static ouro_channel channel;
    int where;

    for (where = 0; where < 4; where++) {
        ouro_task *task;

        CHECK_INT(ouro_queue_init(&queue, sizeof(int), 1), 0);
        CHECK_INT(ouro_channel_init(&channel, sizeof(int), 0), 0);
        if (where == 1)
            CHECK_INT(ouro_queue_put_nowait(&queue, &where), 0);
        task = ouro_create_task(waits_in_coro(where, &queue, &channel));
        OURO_TRY(ouro_sleep(0));
        CHECK_STR(stack_of(task), stacks[where]);
        ouro_task_cancel(task, NULL);
        CHECK_INT(ouro_await(task), -ECANCELED);
        ouro_task_unref(task);
        ouro_queue_done(&queue);
        ouro_channel_done(&channel);
    }
    return 0;
}

OURO_ASYNC(stacks)
{
    ouro_task *task = ouro_create_task(outermost_coro(5), .name = "sleeper");
    ouro_frame frame;

    CHECK_STR(stack_of(task), "");
    OURO_TRY(ouro_sleep(1));
    CHECK_STR(stack_of(task), "ouro_sleep innermost middle outermost");
    CHECK_INT(ouro_task_get_stack(task, &frame, 1), 1);
    CHECK_STR(frame.name, "ouro_sleep");
    CHECK_STR(frame.module, "loop_stacks_test");
    CHECK(frame.module_offset != 0);
    look_at_myself();
    OURO_TRY(ouro_await(task));
    CHECK_STR(stack_of(task), "");
    CHECK_INT(ouro_task_get_stack(NULL, &frame, 1), -EINVAL);
    CHECK_INT(ouro_task_get_stack(task, NULL, 1), -EINVAL);
    ouro_task_unref(task);
    return 0;
}

TEST_WITH(a_parked_task_shows_its_whole_stack, .backends = TEST_SIM)
{
    NEEDS_STACKS();
    RUN(stacks_coro());
}

/* Generators: each body has a stack of its own, below which that of its consumer lies. */

OURO_ASYNC_GENERATOR(inner_items, int)
{
    OURO_TRY(middle(5));
    look_at_myself();
    OURO_TRY(ouro_yield(1));
    return 0;
}

OURO_ASYNC_GENERATOR(outer_items, int)
{
    inner_items_generator inner = inner_items_gen();
    int item = 0;

    /* The typed call would be a frame of its own where nothing is inlined. */
    OURO_TRY(ouro_generator_anext(&inner.generator, &item));
    OURO_TRY(ouro_yield(item + 1));
    OURO_TRY(inner_items_aclose(&inner));
    return 0;
}

__attribute__((noinline)) static int consume(void)
{
    outer_items_generator outer = outer_items_gen();
    int item = 0;
    int status = ouro_generator_anext(&outer.generator, &item);

    CHECK_INT(item, 2);
    OURO_TRY(ouro_sleep(5));
    return status < 0 ? status : outer_items_aclose(&outer);
}

OURO_ASYNC(consumer)
{
    int status = consume();

    return status < 0 ? status : status + 1;
}

OURO_ASYNC(generator_stacks)
{
    ouro_task *task = ouro_create_task(consumer_coro(), .name = "consumer");
    ouro_call_graph *graph;

    OURO_TRY(ouro_sleep(1));
    CHECK_STR(stack_of(task), "ouro_sleep innermost middle inner_items "
                              "ouro_generator_anext outer_items ouro_generator_anext consume "
                              "consumer");
    graph = ouro_capture_call_graph(task, .limit = -1);
    CHECK_STR(names(graph->stack, graph->stack_size), "consumer");
    ouro_call_graph_free(graph);
    OURO_TRY(ouro_sleep(5));
    CHECK_STR(stack_of(task), "ouro_sleep consume consumer");
    CHECK_INT(ouro_await(task), 1);
    ouro_task_unref(task);
    return 0;
}

TEST_WITH(a_stack_shows_what_users_call, .backends = TEST_SIM)
{
    NEEDS_STACKS();
    RUN(waits_by_jumps_coro());
}

TEST_WITH(a_stack_goes_on_from_a_generator_to_its_consumer, .backends = TEST_SIM)
{
    NEEDS_STACKS();
    RUN(generator_stacks_coro());
}

OURO_ASYNC(await_it, (ouro_future *, future))
{
    return ouro_await(future);
}

/* What a descriptor has been given. */
static const char *read_back(int fd)
{
    static char text[TEXT_SIZE];
    ssize_t len = pread(fd, text, sizeof text - 1, 0);

    CHECK(len >= 0);
    text[len] = '\0';
    return text;
}

static int temporary_file(void)
{
    char name[] = "/tmp/ouro-graph-XXXXXX";
    int fd = mkstemp(name);

    CHECK(fd >= 0);
    CHECK_INT(unlink(name), 0);
    return fd;
}

OURO_ASYNC(prints)
{
    int fd = temporary_file();
    ouro_task *task = ouro_create_task(outermost_coro(5), .name = "sleeper");
    ouro_task *waiter = ouro_create_task(await_it_coro(task), .name = "waiter");
    char text[64];
    int len;

    OURO_TRY(ouro_sleep(1));
    CHECK_INT(ouro_task_print_stack(fd, task), 0);
    CHECK(strstr(read_back(fd), "Stack of task 'sleeper' (innermost call first):\n  ouro_sleep() "
                                "at loop_stacks_test+0x") != NULL);
    CHECK_INT(ftruncate(fd, 0), 0);
    CHECK_INT(lseek(fd, 0, SEEK_SET), 0);
    CHECK_INT(ouro_print_call_graph(fd, task, .limit = 1), 0);
    CHECK(strncmp(read_back(fd),
                  "* task 'sleeper'\n  + Call stack:\n  |   ouro_sleep() at loop_stacks_test+0x",
                  50) == 0);
    CHECK(strstr(read_back(fd), "\n  + Awaited by:\n     * task 'waiter'\n       + Call stack:\n"
                                "       |   ") != NULL);
    len = ouro_format_call_graph(text, sizeof text, task, .limit = 1);
    CHECK_INT(len, (int) strlen(read_back(fd)));
    CHECK_INT(strlen(text), sizeof text - 1);
    CHECK_INT(ouro_print_call_graph(-1, task), -EBADF);
    CHECK_INT(close(fd), 0);
    OURO_TRY(ouro_await(waiter));
    ouro_task_unref(waiter);
    ouro_task_unref(task);
    return 0;
}

TEST_WITH(graphs_and_stacks_are_printed, .backends = TEST_SIM)
{
    NEEDS_STACKS();
    RUN(prints_coro());
}

static const char *limited(ouro_task *task, int limit)
{
    ouro_call_graph *graph = ouro_capture_call_graph(task, .limit = limit);
    const char *text;

    CHECK(graph != NULL);
    text = names(graph->stack, graph->stack_size);
    ouro_call_graph_free(graph);
    return text;
}

OURO_ASYNC(limits)
{
    ouro_task *task = ouro_create_task(outermost_coro(5));
    ouro_call_graph *graph;

    OURO_TRY(ouro_sleep(1));
    CHECK_STR(limited(task, 0), "ouro_sleep innermost middle outermost");
    CHECK_STR(limited(task, 1), "ouro_sleep");
    CHECK_STR(limited(task, 3), "ouro_sleep innermost middle");
    CHECK_STR(limited(task, 9), "ouro_sleep innermost middle outermost");
    CHECK_STR(limited(task, -1), "outermost");
    CHECK_STR(limited(task, -2), "middle outermost");
    CHECK_STR(limited(task, -9), "ouro_sleep innermost middle outermost");
    CHECK_STR(limited(task, OURO_NO_FRAMES), "");
    graph = ouro_capture_call_graph(NULL);
    CHECK_PTR(graph->future, ouro_current_task());
    CHECK(strncmp(names(graph->stack, graph->stack_size), "limits", 6) == 0);
    ouro_call_graph_free(graph);
    graph = ouro_capture_call_graph(NULL, .depth = 1);
    CHECK(strstr(names(graph->stack, graph->stack_size), "limits") == NULL);
    ouro_call_graph_free(graph);
    OURO_TRY(ouro_await(task));
    ouro_task_unref(task);
    return 0;
}

TEST_WITH(limits_choose_the_nearest_or_the_topmost, .backends = TEST_SIM)
{
    NEEDS_STACKS();
    RUN(limits_coro());
    CHECK_PTR(ouro_capture_call_graph(NULL), NULL);
    CHECK_INT(ouro_error_detail()->status, OURO_ENOLOOP);
}

TEST(symbols_have_names)
{
    struct symbol symbol;

    ouro__symbol_find((const char *) (uintptr_t) look_at_myself + 1, &symbol);
    CHECK_BYTES(symbol.name, symbol.name_len, "look_at_myself", 14);
    CHECK_INT(symbol.offset, 1);
    CHECK_STR(symbol.module, "loop_stacks_test");
    ouro__symbol_find(&symbol, &symbol);
    CHECK_INT(symbol.name_len, 0);
    CHECK_STR(symbol.module, "");
    ouro__symbol_find(NULL, &symbol);
    CHECK_STR(symbol.module, "");
    ouro__symbol_find((const char *) (uintptr_t) strtol, &symbol);
    CHECK(strstr(symbol.module, "loop_stacks_test") == NULL || symbol.name_len > 0);
}
