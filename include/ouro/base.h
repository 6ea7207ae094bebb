/* Basic types and marks that every other header uses.
 *
 * Errors are negative integers: -errno for the system's errors, OURO_E* (ouro/error.h) for the
 * library's own. A result >= 0 is success and may carry a count. Times are seconds, as `double`.
 *
 * An object belongs to the loop that it was made for, and a loop to the thread that runs it. A
 * function may be called from another thread only where its comment has a line "Threads".
 */
#ifndef OURO_BASE_H
#define OURO_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define OURO_VERSION_MAJOR 0
#define OURO_VERSION_MINOR 1
#define OURO_VERSION_PATCH 0

#define OURO_API __attribute__((visibility("default")))

/* The result of the function must be looked at; `ouro_ignore` says that it is dropped on purpose.
 */
#define OURO_CHECKED __attribute__((warn_unused_result))

/* The function may suspend the calling task: other tasks run before it returns, and a cancel of the
 * task arrives as -ECANCELED from it. A function without this mark runs to completion. */
#define OURO_SUSPENDS OURO_CHECKED

/* Drops the result of a call whose result must otherwise be looked at. */
#define ouro_ignore(call) ((void) !(call))

/* A time that never comes: a timeout of OURO_FOREVER is no timeout. */
#define OURO_FOREVER __builtin_inf()

typedef struct ouro_loop ouro_loop;
typedef struct ouro_future ouro_future;
typedef struct ouro_future ouro_task; /* a task is a future: every ouro_future_* takes one */
typedef struct ouro_context ouro_context;
typedef struct ouro_stream ouro_stream;
typedef struct ouro_server ouro_server;
typedef struct ouro_transport ouro_transport;
typedef struct ouro_datagram ouro_datagram;
typedef struct ouro_protocol ouro_protocol;
typedef struct ouro_tls_context ouro_tls_context;

/* A view of `size` bytes that belong to somebody else. */
typedef struct ouro_bytes {
    const uint8_t *data;
    size_t size;
} ouro_bytes;

/* The bytes of a string literal, without its terminating zero. */
#define OURO_BYTES(literal)                                                                        \
    ((ouro_bytes) { .data = (const uint8_t *) ("" literal), .size = sizeof(literal) - 1 })

/* Private: a node of an intrusive, circular, doubly linked list. */
typedef struct ouro_link {
    struct ouro_link *next_;
    struct ouro_link *previous_;
} ouro_link;

/* Private: tasks that wait for a lock, a queue or the like. Zero at first. */
typedef struct ouro_waiters {
    ouro_link list_;
    ouro_link *first_; /* all before this one have been woken or cancelled; the list itself: all */
    uint64_t loop_;    /* the serial number of the loop whose task waited first; 0: none yet */
} ouro_waiters;

/* Private: a timeout, task group or cancel scope that a task is in. */
typedef struct ouro_scope {
    struct ouro_scope *outer_;
    ouro_task *task_;
    uint32_t requests_; /* cancel requests at the entry */
    uint8_t kind_;
    uint8_t flags_;
} ouro_scope;

/* Private: a node of an intrusive heap. */
typedef struct ouro_heap_node {
    struct ouro_heap_node *next_;
    struct ouro_heap_node *previous_; /* the parent, for a first child */
    struct ouro_heap_node *child_;
} ouro_heap_node;

/* Returns the version of the library that runs, such as "0.1.0". The string is static.
 * Threads: any. */
OURO_API const char *ouro_version(void);

#ifdef __cplusplus
}
#endif

#endif
