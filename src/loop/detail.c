/* Where the detail of a failure is kept until the next one. */
#include "loop/detail.h"

#include "loop/park.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

/* Longest text of an error set by ouro_error_set; a longer one is cut. */
#define DETAIL_TEXT_SIZE 256

static _Thread_local struct error_record *thread_failure;

static struct error_record **last_failure(void)
{
    struct task *task = current_task();

    return task != NULL ? &task->failure : &thread_failure;
}

void ouro__failure_set(struct error_record *record)
{
    struct error_record **place = last_failure();

    ouro__error_unref(*place);
    *place = record;
}

struct error_record *ouro__failure_take(int status)
{
    struct error_record *record = *last_failure();

    if (record == NULL || ouro__error_view(record)->status != status)
        return NULL;
    return ouro__error_ref(record);
}

struct error_record *ouro__cancel_message(const char *message)
{
    return message != NULL ? ouro__error_new(-ECANCELED, NULL, message) : NULL;
}

const ouro_error *ouro_error_detail(void)
{
    return ouro__error_view(*last_failure());
}

int ouro_error_set(int status, const char *operation, const char *format, ...)
{
    char text[DETAIL_TEXT_SIZE];
    va_list arguments;

    va_start(arguments, format);
    (void) vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    ouro__failure_set(ouro__error_new(status, operation, text));
    return status;
}
