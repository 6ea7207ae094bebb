/* Messages to stderr, or to the handler that the program has set. */
#include "base/log.h"

#include "base/alloc.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

/* Messages up to this length need no memory; the caller may stand on a small stack. */
enum { SHORT_MESSAGE = 512 };

static ouro_log_handler *log_handler;
static void *log_handler_arg;

/* One `writev`, so that the lines of several threads do not mix, and not stdio, whose buffers are
 * the program's own. */
static void write_to_stderr(const char *text)
{
    struct iovec parts[] = {
        { .iov_base = (char *) "ouro: ", .iov_len = 6 },
        { .iov_base = (char *) text, .iov_len = strlen(text) },
        { .iov_base = (char *) "\n", .iov_len = 1 },
    };

    while (writev(STDERR_FILENO, parts, 3) < 0 && errno == EINTR)
        continue;
}

static void hand_over(ouro_log_level level, const char *text)
{
    if (log_handler)
        log_handler(level, text, log_handler_arg);
    else
        write_to_stderr(text);
}

void ouro__log(ouro_log_level level, const char *format, ...)
{
    char short_text[SHORT_MESSAGE];
    char *long_text = NULL;
    int saved_errno = errno;
    va_list args;

    va_start(args, format);
    int len = vsnprintf(short_text, sizeof(short_text), format, args);
    va_end(args);
    if (len >= SHORT_MESSAGE)
        long_text = ouro__alloc((size_t) len + 1);
    if (long_text) {
        va_start(args, format);
        vsnprintf(long_text, (size_t) len + 1, format, args);
        va_end(args);
    }
    if (len >= 0)
        hand_over(level, long_text ? long_text : short_text);
    ouro__alloc_free(long_text);
    errno = saved_errno;
}

void ouro_set_log_handler(ouro_log_handler *handler, void *arg)
{
    log_handler = handler;
    log_handler_arg = arg;
}
