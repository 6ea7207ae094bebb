/* Errors that nobody waits for: the exception handler. */
#include "base/log.h"
#include "loop/context.h"
#include "loop/loop.h"
#include "loop/task.h"

#include <stdio.h>

/* Longest description of an error in the default handler's report. */
#define REPORT_TEXT_SIZE 1024

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

void ouro_loop_default_exception_handler(ouro_loop *loop, const ouro_exception_context *context)
{
    char text[REPORT_TEXT_SIZE] = "";
    const char *name = context->future != NULL ? ouro_task_get_name(context->future) : NULL;

    (void) loop;
    if (context->error != NULL)
        (void) ouro_error_format(context->error, text, sizeof text);
    else if (context->status < 0)
        (void) snprintf(text, sizeof text, "%s: %s", ouro_errname(context->status),
                        ouro_strerror(context->status));
    ouro__log(LOG_ERROR, "%s%s%s%s%s%s%s", context->message, name != NULL ? "\n  task: " : "",
              name != NULL ? name : "", context->site != NULL ? "\n  created at: " : "",
              context->site != NULL ? context->site : "", text[0] != '\0' ? "\n  error: " : "",
              text);
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
