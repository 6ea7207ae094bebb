/* Errors: one table of codes, names and texts, and the detail behind the last failure of a task.
 *
 * A failed call returns a negative code. -errno values are the system's (-ECANCELED is asyncio's
 * CancelledError, -ETIMEDOUT its TimeoutError); the library's own lie below -4096 and have names of
 * the form OURO_E*. Where a number says too little, `ouro_error_detail` tells which operation
 * failed, on what, and what to do about it.
 *
 * Follows asyncio.exceptions; ExceptionGroup for errors with children.
 */
#ifndef OURO_ERROR_H
#define OURO_ERROR_H

#include "ouro/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* X(name, code, text): every error of the library's own. */
#define OURO_ERROR_MAP(X)                                                                          \
    X(OURO_EINVALIDSTATE, -4097, "the future is not in a state that allows this")                  \
    X(OURO_EINCOMPLETE, -4098, "the stream ended before all requested bytes were read")            \
    X(OURO_ELIMIT, -4099, "the separator was not found within the stream's limit")                 \
    X(OURO_EBROKENBARRIER, -4100, "the barrier was broken or reset")                               \
    X(OURO_ESHUTDOWN, -4101, "the queue was shut down")                                            \
    X(OURO_ENOLOOP, -4102, "no loop is running in this thread")                                    \
    X(OURO_ENOTASK, -4103, "this call needs a task, and none is running")                          \
    X(OURO_ECLOSED, -4104, "the object was closed")                                                \
    X(OURO_EWRONGLOOP, -4105, "the object belongs to another loop")                                \
    X(OURO_EWRONGTHREAD, -4106, "the loop belongs to another thread")                              \
    X(OURO_ERUNNING, -4107, "a loop is running already")                                           \
    X(OURO_ESTOPPED, -4108, "the loop was stopped before the future was done")                     \
    X(OURO_EINTERRUPTED, -4109, "interrupted by Ctrl-C")                                           \
    X(OURO_EINUSE, -4110, "the object is in use by another task or scheduled already")             \
    X(OURO_EHOST, -4111, "the host name could not be resolved")                                    \
    X(OURO_ENOTLOCKED, -4112, "the lock is not held")                                              \
    X(OURO_EOVERRELEASE, -4113, "given back more often than taken")                                \
    X(OURO_EFULL, -4114, "the queue is full")                                                      \
    X(OURO_EEMPTY, -4115, "the queue is empty")                                                    \
    X(OURO_ENOTNESTED, -4116, "scopes must be left in the reverse order of their entry")           \
    X(OURO_EGENERATOREXIT, -4117, "the generator is being closed")

enum ouro_error_code {
#define OURO_ERROR_ENUM_(name_, code_, text_) name_ = (code_),
    OURO_ERROR_MAP(OURO_ERROR_ENUM_)
#undef OURO_ERROR_ENUM_
};

/* What is known of a failure.
 * An error with children is a group: what asyncio raises as an ExceptionGroup. */
typedef struct ouro_error {
    int status;            /* the code */
    const char *operation; /* what was tried, such as "connect", or NULL */
    const char *text;      /* what was wrong and what to do, never NULL */
    const char *task_name; /* the task that failed, for a member of a group; or NULL */
    size_t error_count;    /* members of a group, in the order in which they failed */
    const struct ouro_error *const *errors;
} ouro_error;

/* Returns the name of a code, such as "ECANCELED" or "OURO_EINCOMPLETE"; "OK" for a code >= 0 and
 * "EUNKNOWN" for one that is in no table. The string is static.
 * Threads: any. */
OURO_API const char *ouro_errname(int status);

/* Returns the text of a code, such as "Connection refused". The string is static.
 * Threads: any. */
OURO_API const char *ouro_strerror(int status);

/* Returns the detail of the last failure in the current task, or in this thread outside a task.
 * Returns: NULL if nothing has failed yet. The error and everything it points to are valid until
 * the next failure of the same task. */
OURO_API const ouro_error *ouro_error_detail(void);

/* Returns what is known of a failure with this status: the text of the last failure's detail if
 * that has the same status, else the text of the code. Valid until the next failure of the same
 * task. */
OURO_API const char *ouro_error_text(int status);

/* Writes an error, its detail and its members, one a line, into `text` as far as `size` allows,
 * always with a terminating zero.
 * Returns: the length of the whole text, as snprintf does. */
OURO_API int ouro_error_format(const ouro_error *error, char *text, size_t size);

/* Sets the detail of the current task's last failure, for code that returns errors of its own.
 * `operation` must be static; `format` is as in printf, and the text is copied.
 * Returns: `status`, so that `return ouro_error_set(...)` reads well. */
__attribute__((format(printf, 3, 4))) OURO_API int ouro_error_set(int status, const char *operation,
                                                                  const char *format, ...);

#ifdef __cplusplus
}
#endif

#endif
