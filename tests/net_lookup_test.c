/* Lookups of names that are shared, cancelled and outlived, that are slow, and that meet forks and
 * failures. */
#include "net_name_server.h"

#include "base/alloc.h"
#include "coro/sanitize.h"
#include "loop/park.h"
#include "sys/pool.h"

#include <netdb.h>
#include <sys/wait.h>

/* Ten ask the same, one other asks something else; two of the ten are cancelled meanwhile. */
TEST_DNS(those_who_ask_the_same_share_a_lookup)
{
    enum { COUNT = 10 };
    struct name_server server;
    struct question question;
    struct question other;
    ouro_task *tasks[COUNT];
    ouro_task *different;
    int i;

    open_name_server(&server);
    for (i = 0; i < COUNT; i++)
        tasks[i] = ouro_create_task(look_up_coro("same.example", 80));
    expect_question(&server, "same.example", &question);
    different = ouro_create_task(look_up_coro("same.example", 81));
    expect_question(&server, "same.example", &other);
    CHECK(ouro_task_cancel(tasks[0], NULL));
    CHECK(ouro_task_cancel(tasks[COUNT - 1], NULL));
    CHECK_INT(ouro_sleep(0), 0);
    CHECK_INT(ouro_sleep(0), 0);
    CHECK(ouro_future_cancelled(tasks[0]) && ouro_future_cancelled(tasks[COUNT - 1]));
    CHECK(!poll_question(&server, &other));
    answer(&server, &question, ANSWER_OK, "127.0.0.1 127.0.0.2");
    for (i = 1; i < COUNT - 1; i++)
        CHECK_INT(ouro_await(tasks[i]), 2);
    CHECK(!ouro_future_done(different));
    answer(&server, &other, ANSWER_OK, "127.0.0.1");
    CHECK_INT(ouro_await(different), 1);
    /* What is over is not shared any more. */
    CHECK_INT(look_up_answered(&server, "same.example", ANSWER_OK, "127.0.0.3"), 1);
    for (i = 0; i < COUNT; i++)
        ouro_future_unref(tasks[i]);
    ouro_future_unref(different);
    close_name_server(&server);
    return 0;
}

OURO_ASYNC(cancel_and_ask_again)
{
    struct name_server server;
    struct question first;
    struct question second;
    ouro_task *task;

    open_name_server(&server);
    task = ouro_create_task(look_up_coro("slow.example", 80));
    expect_question(&server, "slow.example", &first);
    CHECK(ouro_task_cancel(task, NULL));
    CHECK_INT(ouro_await(task), -ECANCELED);
    ouro_future_unref(task);

    /* Who asks now does not join what nobody has waited for, and a late answer meets nobody. */
    task = ouro_create_task(look_up_coro("slow.example", 80));
    expect_question(&server, "slow.example", &second);
    answer(&server, &first, ANSWER_OK, "127.0.0.1 127.0.0.2");
    answer(&server, &second, ANSWER_OK, "127.0.0.1");
    CHECK_INT(ouro_await(task), 1);
    ouro_future_unref(task);
    close_name_server(&server);
    return 0;
}

TEST_ALL_BACKENDS(a_cancelled_lookup_keeps_nobody_waiting)
{
    unsigned long blocks = ouro__alloc_live();

    CHECK_INT(ouro_run(cancel_and_ask_again_coro()), 0);
    wait_for_blocks(blocks);
}

/* A cancel that comes after the answer, before the task has seen it. */
TEST_DNS(a_cancel_may_meet_the_answer)
{
    struct name_server server;
    ouro_task *task;
    int64_t end = time_monotonic_ns() + WAIT_NS;

    open_name_server(&server);
    task = ouro_create_task(look_up_coro("late.example", 80));
    answer_some(&server, 1, ANSWER_OK, "127.0.0.1");
    while (!list_is_empty(&LOOP->lookups) && time_monotonic_ns() < end)
        CHECK_INT(ouro_sleep(0), 0);
    CHECK(list_is_empty(&LOOP->lookups));
    CHECK(!ouro_future_done(task));
    CHECK(ouro_task_cancel(task, NULL));
    CHECK_INT(ouro_await(task), -ECANCELED);
    ouro_future_unref(task);
    close_name_server(&server);
    return 0;
}

/* A job of another pool. */
static struct pool other_pool = POOL_INIT("ouro-other", 1, (size_t) 256 << 10);

static void run_nothing(struct pool_job *job)
{
    (void) job;
}

OURO_ASYNC(call_other_pool)
{
    struct pool_call call = { .job.run = run_nothing };

    return ouro__pool_call(&other_pool, current_task(), &call, "test");
}

/* Many names for which there is no answer yet hold up neither other threads, nor connections, nor
 * names that need no lookup. */
TEST_DNS(slow_names_hold_up_nothing_else)
{
    enum { COUNT = 100 };
    struct name_server server;
    struct question question;
    ouro_task *tasks[COUNT];
    char hosts[COUNT][32];
    int answered = 0;
    int done = 0;
    int i;

    open_name_server(&server);
    for (i = 0; i < COUNT; i++) {
        snprintf(hosts[i], sizeof hosts[i], "slow-%d.example", i);
        tasks[i] = ouro_create_task(look_up_coro(hosts[i], 80));
    }
    take_question(&server, &question);
    CHECK_INT(call_other_pool(), 0);
    CHECK_INT(look_up("localhost", 80), 1);
    CHECK_INT(look_up("127.0.0.1", 80), 1);
    if (strcmp(test_backend(), "sim") != 0) {
        int port;
        int listener = listen_on_loopback(&port);
        ouro_stream *stream;

        CHECK_INT(ouro_open_connection(&stream, .host = "127.0.0.1", .port = port), 0);
        close(accept4(listener, NULL, NULL, SOCK_CLOEXEC));
        CHECK_INT(ouro_stream_close(stream), 0);
        close(listener);
    }
    for (i = 0; i < COUNT; i++)
        CHECK(!ouro_future_done(tasks[i]));
    answer(&server, &question, ANSWER_OK, "127.0.0.1");
    while (++answered < COUNT)
        answer_some(&server, 1, ANSWER_OK, "127.0.0.1");
    for (i = 0; i < COUNT; i++) {
        done += ouro_await(tasks[i]);
        ouro_future_unref(tasks[i]);
    }
    CHECK_INT(done, COUNT);
    close_name_server(&server);
    return 0;
}

/* Makes a loop that does not mind pending tasks at its close. */
static ouro_loop *make_loop(void)
{
    ouro_loop *loop;

    CHECK_INT(ouro_new_event_loop(&loop), 0);
    ouro_loop_set_exception_handler(loop, ignore_report, NULL);
    return loop;
}

/* Runs the loop until all that is ready has run. */
static void run_once(ouro_loop *loop)
{
    ouro_loop_call_soon(loop, (ouro_callback *) ouro_loop_stop, loop);
    CHECK_INT(ouro_loop_run_forever(loop), 0);
}

/* Two wait for one name, one for another; the loop is closed, and waits for no name server. */
TEST_ALL_BACKENDS(a_closed_loop_does_not_wait_for_names)
{
    unsigned long blocks = ouro__alloc_live();
    struct name_server server;
    struct question questions[2];
    ouro_task *tasks[3];
    ouro_loop *loop = make_loop();
    int i;

    open_name_server(&server);
    tasks[0] = ouro_loop_create_task(loop, look_up_coro("one.example", 80));
    tasks[1] = ouro_loop_create_task(loop, look_up_coro("one.example", 80));
    tasks[2] = ouro_loop_create_task(loop, look_up_coro("two.example", 80));
    run_once(loop);
    take_question(&server, &questions[0]);
    take_question(&server, &questions[1]);
    CHECK_INT(ouro_loop_close(loop), 0);
    for (i = 0; i < 3; i++)
        ouro_future_unref(tasks[i]);
    CHECK_INT(ouro__alloc_live(), blocks + 2); /* what the threads have */
    for (i = 0; i < 2; i++)
        answer(&server, &questions[i], ANSWER_OK, "127.0.0.1");
    wait_for_blocks(blocks);
    close_name_server(&server);
}

/* The answer is there when the loop is closed, and its task has not seen it. */
TEST_ALL_BACKENDS(a_closed_loop_drops_answers)
{
    ouro_loop *loop = make_loop();
    ouro_task *task;
    int64_t end = time_monotonic_ns() + WAIT_NS;

    enter_private_network();
    task = ouro_loop_create_task(loop, look_up_coro("by-file", 80));
    run_once(loop);
    while (!list_is_empty(&loop->lookups) && time_monotonic_ns() < end)
        run_once(loop);
    ouro_future_unref(task);
    CHECK_INT(ouro_loop_close(loop), 0);
}

TEST_WITH(a_forked_child_looks_up_by_itself, .backends = TEST_EPOLL | TEST_SIM)
{
    struct name_server server;
    struct question question;
    struct question of_child;
    ouro_loop *loop = make_loop();
    ouro_task *task;
    pid_t child;
    int status = -1;

#ifdef OURO_TSAN
    SKIP("ThreadSanitizer allows no threads after a fork with threads");
#endif
    if (valgrind_is_running())
        SKIP("valgrind minds what the parent's thread had allocated in libc");
    open_name_server(&server);
    task = ouro_loop_create_task(loop, look_up_coro("parent.example", 80));
    run_once(loop);
    expect_question(&server, "parent.example", &question);
    child = fork();
    if (child == 0) {
        CHECK_INT(ouro_run(look_up_coro("child.example", 80)), 2);
        CHECK_INT(ouro_loop_close(loop), 0);
        _exit(0);
    }
    expect_question(&server, "child.example", &of_child);
    answer(&server, &of_child, ANSWER_OK, "127.0.0.1 127.0.0.2");
    CHECK_INT(waitpid(child, &status, 0), child);
    CHECK_INT(status, 0);
    answer(&server, &question, ANSWER_OK, "127.0.0.1");
    CHECK_INT(ouro_loop_run_until_complete(loop, task), 1);
    ouro_future_unref(task);
    CHECK_INT(ouro_loop_close(loop), 0);
    close_name_server(&server);
}

OURO_ASYNC(look_up_twice)
{
    int first = -1;
    int second = -1;
    int status = 0;
    ouro_addrinfo *infos;

    ouro_with_task_group (group, &status) {
        ouro_task_group_create_task(&group, look_up_coro("by-file", 80));
        ouro_task_group_create_task(&group, look_up_coro("by-file", 80));
        first = look_up("by-file", 80);
        second = look_up("localhost", 80);
        if (first < 0 || second < 0)
            status = first < 0 ? first : second;
    }
    if (status < 0)
        return status;
    status = ouro_loop_getaddrinfo(LOOP, &infos, .host = "both-by-file", .flags = AI_CANONNAME);
    if (status > 0)
        ouro_addrinfo_free(infos);
    return status < 0 ? status : 0;
}

TEST_WITH(each_allocation_may_fail, .backends = TEST_URING | TEST_EPOLL | TEST_SIM,
          .allocation_failures = true)
{
    unsigned long blocks;
    int status;

    enter_private_network();
    blocks = ouro__alloc_live();
    status = ouro_run(look_up_twice_coro());
    CHECK(status == 0 || (test_fault_fired() && status == -ENOMEM));
    wait_for_blocks(blocks);
}

static char logged[2][512];

static void take_log(ouro_log_level level, const char *text, void *arg)
{
    (void) arg;
    if (strstr(text, "info") != NULL && level <= OURO_LOG_INFO)
        snprintf(logged[level], sizeof logged[level], "%s", text);
}

TEST_DNS(debug_mode_logs_lookups)
{
    ouro_set_log_handler(take_log, NULL);
    enter_private_network();
    CHECK_INT(look_up("by-file", 80), 1);
    CHECK_STR(logged[OURO_LOG_DEBUG], "");
    ouro_loop_set_debug(LOOP, true);
    CHECK_INT(ouro_loop_set_slow_callback_duration(LOOP, 1000), 0);
    CHECK_INT(look_up("by-file", 80), 1);
    CHECK(strstr(logged[OURO_LOG_DEBUG], "getting address info of by-file, service 80") != NULL);
    CHECK_STR(logged[OURO_LOG_INFO], "");
    CHECK_INT(ouro_loop_set_slow_callback_duration(LOOP, 0), 0);
    CHECK_INT(look_up("by-file", 81), 1);
    CHECK(strstr(logged[OURO_LOG_INFO], "service 81") != NULL);
    ouro_set_log_handler(NULL, NULL);
    return 0;
}
