/* A context variable: every line of a request has its number, whichever task writes it.
 *
 * A task starts with a copy of its creator's context, so nothing needs to be handed down.
 *
 * The Python original stands beside it: request_id.py. Build and run:
 *     cc request_id.c -o request_id $(pkg-config --cflags --libs ouro) && ./request_id
 */
#include <ouro.h>

#include <stdio.h>

static ouro_context_var request_id = OURO_CONTEXT_VAR("request_id");

static void log_line(const char *verb, const char *what)
{
    printf("[%s] %s%s\n", (const char *) ouro_context_var_get(&request_id, (void *) "-"), verb,
           what);
}

OURO_ASYNC(query, (const char *, table), (double, delay))
{
    log_line("reads ", table);
    OURO_TRY(ouro_sleep(delay));
    log_line("has read ", table);
    return 0;
}

OURO_ASYNC(handle, (const char *, number), (double, delay))
{
    OURO_TRY(ouro_context_var_set(&request_id, (void *) number, NULL));
    log_line("begins", "");
    OURO_TRY(ouro_gather(query_coro("users", delay), query_coro("orders", 0.3)));
    log_line("ends", "");
    return 0;
}

OURO_ASYNC(app)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        ouro_task_group_create_task(&group, handle_coro("1", 0.1));
        ouro_task_group_create_task(&group, handle_coro("2", 0.2));
    }
    ouro_with_context_var (&request_id, (void *) "shutdown", &status) {
        log_line("flushes", "");
    }
    log_line("done", "");
    return status;
}

OURO_MAIN(app)
