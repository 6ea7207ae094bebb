/* Limits that move on or fail, a shielded cleanup, a server awaited until it is ready. */
#include <errno.h>
#include <ouro.h>
#include <stdio.h>

static int ask_and_move_on(void)
{
    static const double delays[] = { 0.05, 5 };

    for (int i = 0; i < 2; i++) {
        int status = 0;
        bool moved_on = false;

        ouro_with_move_on_after(&status, 0.5, .ret_caught = &moved_on)
        {
            status = ouro_sleep(delays[i]);
        }
        if (status < 0) {
            return status;
        }
        puts(moved_on ? "no answer: moving on" : "answered");
    }
    return 0;
}

static int ask_or_fail(void)
{
    int status = 0;

    ouro_with_fail_after(&status, 0.5)
    {
        status = ouro_sleep(5);
    }
    if (status == -ETIMEDOUT) {
        puts("no answer: failed");
        status = 0;
    }
    return status;
}

static int say_goodbye(void)
{
    OURO_TRY(ouro_sleep(0.02));
    puts("said goodbye");
    return 0;
}

OURO_ASYNC(talk)
{
    int status = ouro_sleep(5);

    if (status == -ECANCELED) {
        int goodbye = 0;

        ouro_with_move_on_after(&goodbye, 1, .shield = true)
        { /* but not for ever */
            goodbye = say_goodbye();
        }
    }
    return status;
}

OURO_ASYNC(serve, (int, port))
{
    OURO_TRY(ouro_sleep(0.01));
    OURO_TRY(ouro_task_started(port));
    OURO_TRY(ouro_sleep(0.02));
    puts("served");
    return 0;
}

OURO_ASYNC(app)
{
    OURO_TRY(ask_and_move_on());
    OURO_TRY(ask_or_fail());

    ouro_task *task = ouro_create_task(talk_coro());
    int status = ouro_sleep(0.01);
    ouro_task_cancel(task, NULL);
    ouro_ignore(ouro_await(task));
    ouro_task_unref(task);

    ouro_with_task_group (group, &status) {
        int port = ouro_task_group_start(&group, serve_coro(8080));

        printf("ready on port %d\n", port);
    }
    return status;
}

OURO_MAIN(app)
