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
    X(OURO_EHOST, -4111, "no host of this name is known")                                          \
    X(OURO_ENOTLOCKED, -4112, "the lock is not held")                                              \
    X(OURO_EOVERRELEASE, -4113, "given back more often than taken")                                \
    X(OURO_EFULL, -4114, "the queue is full")                                                      \
    X(OURO_EEMPTY, -4115, "the queue is empty")                                                    \
    X(OURO_ENOTNESTED, -4116, "scopes must be left in the reverse order of their entry")           \
    X(OURO_EGENERATOREXIT, -4117, "the generator is being closed")                                 \
    X(OURO_ENOADDRESS, -4118, "the host has no address of the family asked for")                   \
    X(OURO_EHOSTAGAIN, -4119, "no name server has answered: try again later")                      \
    X(OURO_EHOSTFAIL, -4120, "the name server cannot answer for this name")                        \
    X(OURO_ENOSERVICE, -4121, "no such service is known for this type of socket")                  \
    X(OURO_ESENDFILENOTAVAILABLE, -4122, "the kernel cannot send this file over this connection")  \
    X(OURO_ETLS, -4130, "the TLS connection failed")                                               \
    X(OURO_ETLSVERIFY, -4131, "the certificate of the peer was not accepted")                      \
    X(OURO_ETLSALERT, -4132, "the peer has ended the TLS connection with an alert")                \
    X(OURO_ETLSCUT, -4133, "the connection was cut: the peer has not ended TLS before it")         \
    X(OURO_ETLSFOREIGN, -4134, "what the peer has sent is not TLS")                                \
    X(OURO_ETLSNOCOMMON, -4135, "the two sides have no TLS version or cipher in common")           \
    X(OURO_ETLSSETUP, -4136, "a certificate, key or setting for TLS cannot be used")

enum ouro_error_code {
#define OURO_ERROR_ENUM_(name_, code_, text_) name_ = (code_),
    OURO_ERROR_MAP(OURO_ERROR_ENUM_)
#undef OURO_ERROR_ENUM_
};

/* Codes from here down to -65535 are those of other libraries on this loop: each bridge maps the
 * codes of its library into a range of its own, such as OURO_CURL_ERROR of ouro/curl.h. What one of
 * them means stands in the detail. */
#define OURO_EFOREIGN (-8192)

/* What is known of a failure.
 * An error with children is a group: what asyncio raises as an ExceptionGroup. */
typedef struct ouro_error {
    int status;            /* the code */
    const char *operation; /* what was tried, such as "connect", or NULL */
    const char *text;      /* what was wrong and what to do, never NULL */
    const char *task_name; /* the task that failed, for a member of a group; or NULL */
    size_t error_count;    /* members of a group, in the order in which they failed */
    const struct ouro_error *const *errors;
    const struct ouro_error *cause; /* the failure that led to this one, where that was told */
    const void *owner_;             /* what keeps it alive */
} ouro_error;

/* Returns the name of a code, such as "ECANCELED" or "OURO_EINCOMPLETE"; "OK" for a code >= 0,
 * "OURO_EFOREIGN" for one of another library and "EUNKNOWN" for one that is in no table. The string
 * is static.
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

/* The same for a failure that another one has led to, as Python's `raise ... from cause`. `cause`
 * may be NULL, and is kept as long as the new error. */
__attribute__((format(printf, 4, 5))) OURO_API int ouro_error_set_from(const ouro_error *cause,
                                                                       int status,
                                                                       const char *operation,
                                                                       const char *format, ...);

/* Errors that are kept. What the library gives out is counted: a reference keeps an error, and the
 * whole group that it is a member of, beyond the next failure. None of these functions fails: where
 * there is no memory, an error that has the code and says so stands in. */

/* Returns a reference to the detail of the current task's last failure if that has this status,
 * else to an error that has the status's own text; NULL for a status >= 0. */
OURO_API const ouro_error *ouro_error_keep(int status);

/* Takes one more reference. Returns `error`. NULL is allowed. */
OURO_API const ouro_error *ouro_error_ref(const ouro_error *error);

/* Gives a reference back. Returns NULL. NULL is allowed. */
OURO_API const ouro_error *ouro_error_unref(const ouro_error *error);

/* Makes an error that was kept the current task's last failure again; the caller's reference stays
 * the caller's.
 * Returns: its status, so that `return ouro_error_raise(error)` reads well; 0 for NULL. */
OURO_API int ouro_error_raise(const ouro_error *error);

/* Error groups, for what Python writes with ExceptionGroup and `except*`:
 *
 *     const ouro_error *error = ouro_error_keep(status);
 *     const ouro_error *match;
 *     const ouro_error *rest;
 *     ouro_error_split(error, -EPIPE, &match, &rest);
 *     if (match != NULL)                                             except* BrokenPipeError:
 *         log(match);
 *     status = ouro_error_raise(rest);                               the rest goes on, if any
 *     ...                                                            and all three are unref'ed
 *
 * A group has the code of the first failure in it. Its leaves are the errors without members, at
 * any depth; a group nested deeper than 64 levels counts as a leaf. */

/* Makes a group; `members` are kept, `text` is copied and NULL stands for the status's own. A
 * `status` of 0 stands for that of the first member. The caller owns the reference.
 * Follows ExceptionGroup(). */
OURO_API const ouro_error *ouro_error_group(int status, const char *operation, const char *text,
                                            const ouro_error *const *members, size_t count);

/* Chooses errors; sees leaves only. */
typedef bool ouro_error_predicate(const ouro_error *error, void *arg);

/* Parts an error into the leaves with this code and all others, each as a tree like the whole, or
 * NULL where it has none. The caller owns both references; either place may be NULL. An error that
 * is no group goes to one side as it is. Without memory, an error stands in for the part.
 * Follows ExceptionGroup.split. */
OURO_API void ouro_error_split(const ouro_error *error, int status, const ouro_error **ret_match,
                               const ouro_error **ret_rest);
OURO_API void ouro_error_split_if(const ouro_error *error, ouro_error_predicate *predicate,
                                  void *arg, const ouro_error **ret_match,
                                  const ouro_error **ret_rest);

/* Returns the leaves with this code, as a tree like the whole; NULL if there are none. The caller
 * owns the reference. Follows ExceptionGroup.subgroup. */
OURO_API const ouro_error *ouro_error_subgroup(const ouro_error *error, int status);
OURO_API const ouro_error *ouro_error_subgroup_if(const ouro_error *error,
                                                  ouro_error_predicate *predicate, void *arg);

/* Returns true if a leaf has this code. */
OURO_API bool ouro_error_contains(const ouro_error *error, int status);

/* Writes up to `capacity` leaves into `ret_leaves`, depth first and in the order of their failures,
 * borrowed.
 * Returns: how many there are, also if that is more than `capacity`. */
OURO_API size_t ouro_error_leaves(const ouro_error *error, const ouro_error **ret_leaves,
                                  size_t capacity);

#ifdef __cplusplus
}
#endif

#endif
