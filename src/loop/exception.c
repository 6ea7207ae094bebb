/* Errors that nobody waits for: the exception handler. */
#include "loop/loop.h"

#include "base/alloc.h"
#include "base/log.h"
#include "base/text.h"
#include "loop/context.h"
#include "loop/debug.h"
#include "loop/inspect.h"
#include "loop/task.h"

/* Longest report of the default handler; the shorter one if there is no memory. */
enum { REPORT_SIZE = 8192, SHORT_REPORT_SIZE = 512 };

void ouro_loop_set_exception_handler(ouro_loop *loop, ouro_exception_handler *handler, void *arg)
{
    if (loop == NULL)
        return;
    loop->exception_handler = handler;
    loop->exception_handler_arg = arg;
}

ouro_exception_handler *ouro_loop_get_exception_handler(const ouro_loop *loop)
{
    return loop != NULL ? loop->exception_handler : NULL;
}

/* Adds what is known of a task or future beside its name: what a pending task waits for, and in
 * debug mode where it was made. */
static void add_future(struct text *text, const ouro_future *future)
{
    ouro_task_wait wait;

    if (future_is_task(future) && !future_is_done(future) &&
        ouro_task_get_wait(future, &wait) == 0) {
        text_add(text, "\n  state: ");
        ouro__wait_add(text, &wait);
    }
    ouro__origin_add_future(text, future);
}

void ouro_loop_default_exception_handler(ouro_loop *loop, const ouro_exception_context *context)
{
    char short_text[SHORT_REPORT_SIZE];
    char *long_text = ouro__alloc(REPORT_SIZE);
    struct text text = {
        .data = long_text != NULL ? long_text : short_text,
        .size = long_text != NULL ? REPORT_SIZE : sizeof short_text,
    };
    const char *name = context->future != NULL ? ouro_task_get_name(context->future) : NULL;

    (void) loop;
    text_add(&text, "%s", context->message);
    if (name != NULL)
        text_add(&text, "\n  task: %s", name);
    if (context->site != NULL)
        text_add(&text, "\n  created at: %s", context->site);
    if (context->error != NULL) {
        text_add(&text, "\n  error: ");
        text.len += (size_t) ouro_error_format(context->error,
                                               text.len < text.size ? text.data + text.len : NULL,
                                               text.len < text.size ? text.size - text.len : 0);
    } else if (context->status < 0) {
        text_add(&text, "\n  error: %s: %s", ouro_errname(context->status),
                 ouro_strerror(context->status));
    }
    if (context->future != NULL)
        add_future(&text, context->future);
    ouro__log(LOG_ERROR, "%s", text.data);
    ouro__alloc_free(long_text);
}

void ouro_loop_call_exception_handler(ouro_loop *loop, const ouro_exception_context *context)
{
    if (loop == NULL || context == NULL)
        return;
    if (loop->exception_handler != NULL)
        loop->exception_handler(loop, context, loop->exception_handler_arg);
    else
        ouro_loop_default_exception_handler(loop, context);
}

void ouro__report(ouro_loop *loop, const char *message, ouro_future *future, int status,
                  const ouro_error *error)
{
    ouro_context **place = ouro__context_place();
    ouro_context *own = *place;

    /* The handler runs in the context of the task that is reported, as asyncio's does. */
    *place = context_share(
        future != NULL && future_is_task(future) ? task_from_future(future)->context : own);
    ouro_loop_call_exception_handler(loop,
                                     &(ouro_exception_context) {
                                         .message = message,
                                         .status = status,
                                         .error = error,
                                         .future = future,
                                         .site = future != NULL ? ouro_task_get_site(future) : NULL,
                                     });
    ouro_context_unref(*place);
    *place = own;
}
