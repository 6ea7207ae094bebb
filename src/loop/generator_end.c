/* The end of generators that nobody has finished: closed by a runner, or lost with their loop. */
#include "loop/generator.h"

#include "loop/park.h"

#include <errno.h>
#include <stdio.h>

/* The main function of the task that closes one generator. */
static int run_closer(void *generator)
{
    return ouro__generator_close(current_task(), generator);
}

/* Starts a closer for each generator. Returns 0 or -ENOMEM, and those that are left stay. */
static int start_closers(ouro_loop *loop)
{
    while (!list_is_empty(&loop->generators)) {
        struct generator *generator = container_of(loop->generators.next_, struct generator, all);

        generator->closer = ouro_loop_create_task_with(
            loop, &(ouro_task_options) { .coroutine = ouro_coro(run_closer, generator) });
        if (generator->closer == NULL)
            return -ENOMEM;
        generator->is_retained = true;
        list_remove(&generator->all);
        list_append(&loop->closing_generators, &generator->all);
    }
    return 0;
}

static void cancel_closers(ouro_loop *loop)
{
    ouro_link *link;

    for (link = loop->closing_generators.next_; link != &loop->closing_generators;
         link = link->next_) {
        struct generator *generator = container_of(link, struct generator, all);

        if (generator->closer != NULL)
            (void) ouro_task_cancel(generator->closer, NULL);
    }
}

static void report_closer(const struct generator *generator)
{
    const ouro_error *error = ouro_future_exception(generator->closer);
    char message[128];

    if (error == NULL || error->status == -ECANCELED)
        return;
    (void) snprintf(message, sizeof message,
                    "an error occurred during closing of asynchronous generator %s",
                    generator_name(generator));
    ouro__report(generator->loop, message, generator->closer, error->status, error);
}

/* Waits for one closer. Returns -ECANCELED if the task was cancelled meanwhile, whatever came of
 * the closer: the cancel went to the closer first. */
static int join_closer(struct task *task, struct generator *generator)
{
    uint32_t requests = task->cancel_requests;

    while (generator->closer != NULL && !ouro_future_done(generator->closer)) {
        if (ouro_await(generator->closer) == -ECANCELED && task->cancel_requests > requests) {
            cancel_closers(task->future.loop);
            requests = UINT32_MAX;
        }
    }
    if (generator->closer != NULL) {
        report_closer(generator);
        generator->closer = ouro_task_unref(generator->closer);
    }
    return requests == UINT32_MAX ? -ECANCELED : 0;
}

/* Waits for all closers, also when the task is cancelled: then they are, too. */
static int join_closers(struct task *task)
{
    ouro_link *list = &task->future.loop->closing_generators;
    int status = 0;
    ouro_link *link;

    for (link = list->next_; link != list; link = link->next_) {
        int joined = join_closer(task, container_of(link, struct generator, all));

        if (joined < 0)
            status = joined;
    }
    return status;
}

int ouro_loop_shutdown_asyncgens(ouro_loop *loop)
{
    int status = 0;
    int joined;
    struct task *task = ouro__task_required("shutdown_asyncgens", &status);

    if (task == NULL)
        return status;
    if (loop != ouro__loop_current)
        return ouro_error_set(OURO_EWRONGLOOP, "shutdown_asyncgens",
                              "the loop is not the one that runs this task");
    loop->has_shut_generators = true;
    status = start_closers(loop);
    joined = join_closers(task);
    return status < 0 ? status : joined;
}

void ouro__generators_abandon(struct task *task)
{
    while (task->generator != NULL) {
        struct generator *generator = task->generator;

        task->generator = generator->outer;
        coro_done(&task->coro);
        coro_describe(&task->coro, &generator->consumer);
        ouro__generator_free(generator);
    }
}

static void report(const struct generator *generator)
{
    char message[128];

    (void) snprintf(message, sizeof message,
                    "Asynchronous generator %s was destroyed but it is suspended",
                    generator_name(generator));
    ouro__report(generator->loop, message, NULL, 0, NULL);
}

static void end_all(ouro_link *generators)
{
    while (!list_is_empty(generators)) {
        struct generator *generator = container_of(generators->next_, struct generator, all);

        if (!generator->has_ended) {
            report(generator);
            coro_done(&generator->coro);
        }
        ouro__generator_free(generator);
    }
}

void ouro__generators_end(ouro_loop *loop)
{
    end_all(&loop->generators);
    end_all(&loop->closing_generators);
}
