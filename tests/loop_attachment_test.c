/* Attachments: what ends together with a loop, and when. */
#include "harness/test.h"

#include <ouro.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

static char order[16];

static void note(char what)
{
    size_t len = strlen(order);

    CHECK(len + 1 < sizeof order);
    order[len] = what;
    order[len + 1] = '\0';
}

static void end_a(ouro_attachment *attachment)
{
    (void) attachment;
    note('a');
}

static void end_b(ouro_attachment *attachment)
{
    (void) attachment;
    note('b');
}

static ouro_loop *open_loop(void)
{
    ouro_loop *loop = NULL;

    order[0] = '\0';
    CHECK_INT(ouro_new_event_loop(&loop), 0);
    return loop;
}

TEST_ALL_BACKENDS(the_newest_ends_first)
{
    ouro_loop *loop = open_loop();
    ouro_attachment first = { .end_ = NULL };
    ouro_attachment second = { .end_ = NULL };
    ouro_attachment third = { .end_ = NULL };

    ouro_loop_attach(loop, &first, end_a);
    ouro_loop_attach(loop, &second, end_b);
    ouro_loop_attach(loop, &third, end_a);
    CHECK_INT(ouro_loop_close(loop), 0);
    CHECK_STR(order, "aba");
}

TEST_ALL_BACKENDS(a_library_finds_its_own)
{
    ouro_loop *loop = open_loop();
    ouro_attachment first = { .end_ = NULL };
    ouro_attachment second = { .end_ = NULL };
    ouro_attachment third = { .end_ = NULL };

    CHECK_PTR(ouro_loop_find_attachment(loop, end_a), NULL);
    ouro_loop_attach(loop, &first, end_a);
    ouro_loop_attach(loop, &second, end_b);
    CHECK_PTR(ouro_loop_find_attachment(loop, end_a), &first);
    CHECK_PTR(ouro_loop_find_attachment(loop, end_b), &second);
    ouro_loop_attach(loop, &third, end_a);
    CHECK_PTR(ouro_loop_find_attachment(loop, end_a), &third);
    CHECK_INT(ouro_loop_close(loop), 0);
}

TEST_ALL_BACKENDS(what_is_detached_is_left_alone)
{
    ouro_loop *loop = open_loop();
    ouro_attachment first = { .end_ = NULL };
    ouro_attachment second = { .end_ = NULL };

    ouro_attachment_detach(&first); /* never attached */
    ouro_loop_attach(loop, &first, end_a);
    ouro_loop_attach(loop, &second, end_b);
    ouro_attachment_detach(&first);
    ouro_attachment_detach(&first);
    CHECK_PTR(ouro_loop_find_attachment(loop, end_a), NULL);
    CHECK_INT(ouro_loop_close(loop), 0);
    CHECK_STR(order, "b");
    ouro_attachment_detach(&second); /* its loop is gone */
}

/* A library that waits for a descriptor and a time on behalf of a task. */
struct client {
    ouro_attachment attachment;
    ouro_loop *loop;
    ouro_timer timer;
    ouro_handle handle;
    ouro_future *future;
    int fd;
    int ends;
};

static void never(void *arg)
{
    (void) arg;
    FAIL("a callback of a closed loop has run");
}

static void end_client(ouro_attachment *attachment)
{
    struct client *client = (struct client *) (void *) attachment;

    client->ends++;
    ouro_attachment_detach(attachment); /* it is already */
    ouro_timer_cancel(&client->timer);
    ouro_handle_cancel(&client->handle);
    CHECK_INT(ouro_loop_remove_reader(client->loop, client->fd), 1);
    CHECK_INT(close(client->fd), 0);
    client->future = ouro_future_unref(client->future);
    memset(&client->timer, 0xff, sizeof client->timer); /* as if the memory were given back */
    memset(&client->handle, 0xff, sizeof client->handle);
}

static int await_client(void *arg)
{
    struct client *client = arg;

    CHECK_INT(ouro_await(client->future), 0);
    FAIL("the task goes on after the end of its loop");
    return 0;
}

static void ignore_report(ouro_loop *loop, const ouro_exception_context *context, void *arg)
{
    (void) loop;
    (void) context;
    ++*(int *) arg;
}

TEST_BACKENDS(the_end_lets_go_of_all_that_is_on_the_loop)
{
    ouro_loop *loop = open_loop();
    struct client client = { .loop = loop };
    int reports = 0;
    int fds[2];
    ouro_task *task;

    CHECK_INT(pipe(fds), 0);
    client.fd = fds[0];
    ouro_loop_set_exception_handler(loop, ignore_report, &reports);
    ouro_loop_attach(loop, &client.attachment, end_client);
    client.future = ouro_loop_create_future(loop);
    ouro_timer_init(&client.timer, never, NULL);
    ouro_handle_init(&client.handle, never, NULL);
    CHECK_INT(ouro_loop_call_later_timer(loop, 100, &client.timer), 0);
    CHECK_INT(ouro_loop_add_reader(loop, fds[0], never, NULL), 0);
    task = ouro_loop_create_task(loop, ouro_coro(await_client, &client));
    ouro_loop_stop(loop);
    CHECK_INT(ouro_loop_run_forever(loop), 0);
    CHECK_INT(ouro_loop_call_soon_handle(loop, &client.handle), 0);
    ouro_future_unref(task);
    CHECK_INT(ouro_loop_close(loop), 0);
    CHECK_INT(client.ends, 1);
    CHECK_INT(reports, 1); /* of the task */
    close(fds[1]);
}
