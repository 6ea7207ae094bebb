/* Where the detail of a failure is kept until the next one. */
#include "loop/detail.h"

#include "loop/park.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>

/* Longest text of an error set by ouro_error_set; a longer one is cut. */
#define DETAIL_TEXT_SIZE 256

static _Thread_local struct error_record *thread_failure;
static pthread_key_t thread_end;
static pthread_once_t thread_end_once = PTHREAD_ONCE_INIT;

/* Runs at the end of a thread that has had a failure outside a task. */
static void forget_at_thread_end(void *ignored)
{
    (void) ignored;
    ouro__failure_forget();
}

static void make_thread_end(void)
{
    (void) pthread_key_create(&thread_end, forget_at_thread_end);
}

static struct error_record **last_failure(void)
{
    struct task *task = current_task();

    return task != NULL ? &task->failure : &thread_failure;
}

void ouro__failure_set(struct error_record *record)
{
    struct error_record **place = last_failure();

    if (place == &thread_failure && thread_failure == NULL) {
        (void) pthread_once(&thread_end_once, make_thread_end);
        (void) pthread_setspecific(thread_end, &thread_failure);
    }
    ouro__error_unref(*place);
    *place = record;
}

int ouro__failure_plain(int status)
{
    struct error_record **place = last_failure();

    if (*place != NULL && ouro__error_view(*place)->status == status) {
        ouro__error_unref(*place);
        *place = NULL;
    }
    return status;
}

void ouro__failure_forget(void)
{
    ouro__error_unref(thread_failure);
    thread_failure = NULL;
}

struct error_record *ouro__failure_reset(void)
{
    struct error_record **place = last_failure();
    struct error_record *record = *place;

    *place = NULL;
    return record;
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

const ouro_error *ouro__failure_detail(int status)
{
    const ouro_error *error = ouro_error_detail();

    return error != NULL && error->status == status ? error : NULL;
}

const char *ouro_error_text(int status)
{
    const ouro_error *error = ouro__failure_detail(status);

    return error != NULL ? error->text : ouro_strerror(status);
}

static void set_formatted(const ouro_error *cause, int status, const char *operation,
                          const char *format, va_list arguments)
{
    char text[DETAIL_TEXT_SIZE];

    (void) vsnprintf(text, sizeof text, format, arguments);
    ouro__failure_set(ouro__error_caused(cause, status, operation, text));
}

int ouro_error_set(int status, const char *operation, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    set_formatted(NULL, status, operation, format, arguments);
    va_end(arguments);
    return status;
}

int ouro_error_set_from(const ouro_error *cause, int status, const char *operation,
                        const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    set_formatted(cause, status, operation, format, arguments);
    va_end(arguments);
    return status;
}

const ouro_error *ouro_error_keep(int status)
{
    struct error_record *record;

    if (status >= 0)
        return NULL;
    record = ouro__failure_take(status);
    return ouro__error_view(record != NULL ? record : ouro__error_new(status, NULL, NULL));
}

int ouro_error_raise(const ouro_error *error)
{
    int status = error != NULL ? error->status : 0;

    if (error != NULL)
        ouro__failure_set(ouro__error_record(error)); /* which may free what was borrowed */
    return status;
}
