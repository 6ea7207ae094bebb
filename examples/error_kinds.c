/* A group of failures handled by kind: what is expected is told, the rest goes on.
 *
 * `except*` is ouro_error_split: it parts a group into what has a code, and what has not.
 *
 * The Python original stands beside it: error_kinds.py. Build and run:
 *     cc error_kinds.c -o error_kinds $(pkg-config --cflags --libs ouro) && ./error_kinds
 */
#include <ouro.h>

#include <errno.h>
#include <stdio.h>

OURO_ASYNC(fetch, (double, delay), (int, error))
{
    int status = ouro_sleep(delay);

    return error < 0 ? ouro_error_set(error, "fetch", "after %g seconds", delay) : status;
}

OURO_ASYNC(fetch_all)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        ouro_task_group_create_task(&group, fetch_coro(0.1, -EPIPE));
        ouro_task_group_create_task(&group, fetch_coro(0.2, -EPIPE));
        ouro_task_group_create_task(&group, fetch_coro(0.3, -EPERM));
    }
    return status;
}

/* Tells how many failures have this code. Returns the status of the rest; 0 if nothing is left. */
static int handle(int status, int code, const char *text)
{
    const ouro_error *error = ouro_error_keep(status);
    const ouro_error *match;
    const ouro_error *rest;

    ouro_error_split(error, code, &match, &rest);
    if (match != NULL) {
        printf("%zu %s\n", match->error_count, text);
    }
    status = ouro_error_raise(rest);
    ouro_error_unref(match);
    ouro_error_unref(rest);
    ouro_error_unref(error);
    return status;
}

OURO_ASYNC(app)
{
    int status = handle(fetch_all(), -EPIPE, "peers are gone");

    return handle(status, -EPERM, "not allowed");
}

OURO_MAIN(app)
