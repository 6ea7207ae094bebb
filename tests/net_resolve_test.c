/* Connections and servers by name: what is looked up and when, what is found, and what is left of
 * it if the call does not come to its end. */
#include "net_name_server.h"

#include "base/alloc.h"
#include "net/lookup.h"

/* Connects to a port by a name, in IPv4, and says nothing. */
OURO_ASYNC(connect_to, (const char *, host), (const char *, local_host), (int, port))
{
    ouro_stream *stream;

    OURO_TRY(ouro_open_connection(&stream, .host = host, .port = port, .local_host = local_host,
                                  .family = AF_INET));
    return ouro_stream_close(stream);
}

/* Accepts a connection that has been made; the host it comes from in `ret_peer`. */
static void accept_one(int listener, uint32_t *ret_peer)
{
    struct sockaddr_in peer;
    socklen_t size = sizeof peer;
    int fd = accept4(listener, (struct sockaddr *) &peer, &size, SOCK_CLOEXEC);

    CHECK(fd >= 0);
    *ret_peer = ntohl(peer.sin_addr.s_addr);
    close(fd);
}

TEST_NET(connects_to_a_name)
{
    struct name_server server;
    ouro_task *task;
    uint32_t peer;
    int listener;
    int port;

    open_name_server(&server);
    listener = listen_on_loopback(&port);
    task = ouro_create_task(connect_to_coro("host.example", NULL, port));
    /* The first address is a host that nobody has: with a network there it is unreachable. */
    answer_some(&server, 1, ANSWER_OK, "127.0.0.77 127.0.0.1");
    CHECK_INT(ouro_await(task), 0);
    ouro_future_unref(task);
    accept_one(listener, &peer);
    close(listener);
    close_name_server(&server);
    return 0;
}

/* Both questions have come before one of them is answered. */
TEST_NET(the_local_name_is_looked_up_at_the_same_time)
{
    struct name_server server;
    struct question to;
    struct question from;
    ouro_task *task;
    uint32_t peer;
    int listener;
    int port;

    open_name_server(&server);
    listener = listen_on_loopback(&port);
    task = ouro_create_task(connect_to_coro("to.example", "from.example", port));
    take_question(&server, &to);
    take_question(&server, &from);
    CHECK(strcmp(to.name, from.name) != 0);
    answer(&server, &to, ANSWER_OK, strcmp(to.name, "to.example") == 0 ? "127.0.0.1" : "127.0.0.5");
    answer(&server, &from, ANSWER_OK,
           strcmp(from.name, "to.example") == 0 ? "127.0.0.1" : "127.0.0.5");
    CHECK_INT(ouro_await(task), 0);
    ouro_future_unref(task);
    accept_one(listener, &peer);
    CHECK_INT(peer, 0x7f000005);
    close(listener);
    close_name_server(&server);
    return 0;
}

TEST_NET(connections_to_ports_of_one_host_share_its_lookup)
{
    struct name_server server;
    struct question question;
    ouro_task *tasks[2];
    int listeners[2];
    int i;

    open_name_server(&server);
    for (i = 0; i < 2; i++) {
        int port;

        listeners[i] = listen_on_loopback(&port);
        tasks[i] = ouro_create_task(connect_to_coro("host.example", NULL, port));
    }
    take_question(&server, &question);
    settle();
    answer(&server, &question, ANSWER_OK, "127.0.0.1");
    for (i = 0; i < 2; i++) {
        CHECK_INT(ouro_await(tasks[i]), 0);
        ouro_future_unref(tasks[i]);
        close(listeners[i]);
    }
    CHECK(!poll_question(&server, &question));
    close_name_server(&server);
    return 0;
}

static int serve_nothing(ouro_stream *stream, void *arg)
{
    (void) stream;
    (void) arg;
    return 0;
}

static const char *const server_hosts[] = { "one.example", "127.0.0.3", "two.example",
                                            "one.example" };

OURO_ASYNC(start_on_names, (ouro_server **, ret_server))
{
    return ouro_start_server(ret_server, serve_nothing, .hosts = server_hosts, .host_count = 4,
                             .family = AF_INET);
}

static void connect_from(uint32_t host, int port)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(host),
                                   .sin_port = htons((uint16_t) port) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    CHECK(fd >= 0);
    CHECK_INT(connect(fd, (struct sockaddr *) &address, sizeof address), 0);
    close(fd);
}

/* Takes one question for each of the two names, and answers them. */
static void answer_hosts(struct name_server *server, const char *one, const char *two)
{
    struct question questions[2];

    for (int i = 0; i < 2; i++)
        take_question(server, &questions[i]);
    CHECK(strcmp(questions[0].name, questions[1].name) != 0);
    for (int i = 0; i < 2; i++)
        answer(server, &questions[i], ANSWER_OK,
               strcmp(questions[i].name, "one.example") == 0 ? one : two);
}

TEST_NET(a_server_listens_on_several_names)
{
    struct name_server names;
    ouro_server *server;
    ouro_task *task;
    int port;

    open_name_server(&names);
    task = ouro_create_task(start_on_names_coro(&server));
    answer_hosts(&names, "127.0.0.1 127.0.0.4", "127.0.0.2");
    CHECK_INT(ouro_await(task), 0);
    ouro_future_unref(task);
    port = ouro_server_port(server);
    for (uint32_t last = 1; last <= 4; last++)
        connect_from(0x7f000000 + last, port);
    ouro_server_close(server);
    ouro_server_close_clients(server);
    CHECK_INT(ouro_server_wait_closed(server), 0);
    ouro_server_unref(server);

    /* One that cannot be found is the failure of all. */
    task = ouro_create_task(start_on_names_coro(&server));
    answer_hosts(&names, "127.0.0.1", "");
    CHECK_INT(ouro_await(task), OURO_ENOADDRESS);
    expect_detail(OURO_ENOADDRESS, "two.example");
    CHECK_STR(ouro_error_detail()->operation, "start_server");
    ouro_future_unref(task);
    close_name_server(&names);
    return 0;
}

TEST_NET(names_that_are_not_found)
{
    static const char *const no_hosts[] = { "no.example", "1.2.3.4.5", "::1::",      "::1%",
                                            "a..b",       "[::1]",     " 127.0.0.1", "fe80::1%x" };
    char host[2000];
    ouro_stream *stream;
    ouro_server *server;

    enter_private_network();
    for (size_t i = 0; i < sizeof no_hosts / sizeof *no_hosts; i++) {
        int status = ouro_open_connection(&stream, .host = no_hosts[i], .port = 7);

        CHECK(status == OURO_EHOST || status == OURO_EHOSTAGAIN);
        expect_detail(status, no_hosts[i]);
        CHECK_STR(ouro_error_detail()->operation, "open_connection");
        CHECK_INT(ouro_start_server(&server, serve_nothing, .host = no_hosts[i]), status);
    }
    CHECK_INT(ouro_open_connection(&stream, .host = "::1", .port = 7, .local_host = "no.example"),
              OURO_EHOSTAGAIN);
    memset(host, 'x', sizeof host);
    host[sizeof host - 1] = '\0';
    CHECK_INT(ouro_open_connection(&stream, .host = host, .port = 7), OURO_EHOST);
    CHECK_INT(ouro_open_connection(&stream, .host = "::1", .port = 7, .family = AF_INET),
              OURO_ENOADDRESS);
    return 0;
}

OURO_ASYNC(cancel_both)
{
    struct name_server names;
    struct question questions[2];
    ouro_server *server;
    ouro_task *tasks[2];

    open_name_server(&names);
    tasks[0] = ouro_create_task(start_on_names_coro(&server));
    take_question(&names, &questions[0]);
    take_question(&names, &questions[1]);
    tasks[1] = ouro_create_task(connect_to_coro("by-file", "one.example", 7));
    settle();
    for (int i = 0; i < 2; i++) {
        CHECK(ouro_task_cancel(tasks[i], NULL));
        CHECK_INT(ouro_await(tasks[i]), -ECANCELED);
        ouro_future_unref(tasks[i]);
    }
    for (int i = 0; i < 2; i++)
        answer(&names, &questions[i], ANSWER_OK, "127.0.0.1");
    close_name_server(&names);
    return 0;
}

TEST_BACKENDS(a_cancel_leaves_nothing)
{
    unsigned long blocks = ouro__alloc_live();

    CHECK_INT(ouro_run(cancel_both_coro()), 0);
    wait_for_blocks(blocks);
}

static void start_in_callback(void *arg)
{
    int *ret_status = arg;
    ouro_server *server = NULL;

    ret_status[0] = ouro_start_server(&server, serve_nothing, .host = "by-file");
    expect_detail(OURO_ENOTASK, "\"by-file\" has to be looked up");
    ret_status[1] = ouro_start_server(&server, serve_nothing, .host = "127.0.0.1");
    ouro_server_close(server);
    ouro_server_unref(server);
}

TEST_NET(outside_of_a_task_only_numbers_are_hosts)
{
    int status[2] = { 1, 1 };

    ouro_loop_call_soon(ouro_get_running_loop(), start_in_callback, status);
    settle();
    CHECK_INT(status[0], OURO_ENOTASK);
    CHECK_INT(status[1], 0);
    return 0;
}

/* A server has the addresses of its first host and waits for those of another, a connection waits
 * for its local name: nothing of that is left, and the loop waits for nobody. */
TEST_ALL_BACKENDS(a_loop_is_closed_while_hosts_are_looked_up)
{
    struct name_server names;
    struct question questions[3];
    ouro_server *server;
    ouro_task *tasks[2];
    ouro_loop *loop;
    unsigned long blocks = ouro__alloc_live();
    int i;

    open_name_server(&names);
    CHECK_INT(ouro_new_event_loop(&loop), 0);
    ouro_loop_set_exception_handler(loop, ignore_report, NULL);
    tasks[0] = ouro_loop_create_task(loop, start_on_names_coro(&server));
    tasks[1] = ouro_loop_create_task(loop, connect_to_coro("by-file", "from.example", 7));
    ouro_loop_call_soon(loop, (ouro_callback *) ouro_loop_stop, loop);
    CHECK_INT(ouro_loop_run_forever(loop), 0);
    for (i = 0; i < 3; i++)
        take_question(&names, &questions[i]);
    for (i = 0; i < 3; i++)
        if (strcmp(questions[i].name, "one.example") == 0)
            answer(&names, &questions[i], ANSWER_OK, "127.0.0.1");
    while (container_of(loop->lookups.next_, struct lookup, link)->query.host[0] == 'o') {
        ouro_loop_call_soon(loop, (ouro_callback *) ouro_loop_stop, loop);
        CHECK_INT(ouro_loop_run_forever(loop), 0);
    }
    CHECK_INT(ouro_loop_close(loop), 0);
    for (i = 0; i < 2; i++)
        ouro_future_unref(tasks[i]);
    CHECK_INT(ouro__alloc_live(), blocks + 2); /* what the threads have */
    for (i = 0; i < 3; i++)
        if (strcmp(questions[i].name, "one.example") != 0)
            answer(&names, &questions[i], ANSWER_OK, "127.0.0.1");
    wait_for_blocks(blocks);
    close_name_server(&names);
}

OURO_ASYNC(serve_and_connect)
{
    static const char *const hosts[] = { "127.0.0.1", "by-file" };
    ouro_server *server;
    int status;

    OURO_TRY(ouro_start_server(&server, serve_nothing, .hosts = hosts, .host_count = 2));
    status = connect_to("by-file", "both-by-file", ouro_server_port(server));
    ouro_server_close(server);
    ouro_server_close_clients(server);
    ouro_ignore(ouro_server_wait_closed(server));
    ouro_server_unref(server);
    return status;
}

TEST_WITH(each_allocation_may_fail, .backends = TEST_URING | TEST_EPOLL,
          .allocation_failures = true)
{
    unsigned long blocks;
    int status;

    enter_private_network();
    blocks = ouro__alloc_live();
    status = ouro_run(serve_and_connect_coro());
    CHECK(status == 0 || test_fault_fired()); /* the server may have dropped the connection */
    wait_for_blocks(blocks);
}
