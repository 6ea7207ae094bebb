/* Call graphs: what tasks are doing, who waits for whom, and where.
 *
 *     ouro_print_call_graph(STDERR_FILENO, task);           one task, and who awaits it
 *     ouro_print_tasks(STDERR_FILENO, NULL);                all tasks, as a tree
 *
 * Nothing is recorded while the program runs: the stack of a parked task is walked, and edges are
 * read off the lists of waiters, at the moment of the call. A stack is walked by frame pointers, so
 * it shows functions of code that keeps them (-fno-omit-frame-pointer). Names come from the symbol
 * tables of the program and its libraries; static functions have names unless the file is stripped.
 *
 * Follows asyncio.graph (Python 3.14) and the stack functions of asyncio.Task.
 */
#ifndef OURO_GRAPH_H
#define OURO_GRAPH_H

#include "ouro/base.h"
#include "ouro/future.h"
#include "ouro/task.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The longest name of a function in a frame, with its terminating zero. */
#define OURO_FRAME_NAME_SIZE 64

/* A function on a stack. */
typedef struct ouro_frame {
    const void *address;             /* where it continues when what it has called returns */
    char name[OURO_FRAME_NAME_SIZE]; /* of the function, cut if it is longer; "" if not known */
    size_t offset;                   /* of the address in the function */
    const char *module; /* the program or library, without its folders; lives as long as the process
                         */
    size_t module_offset; /* of the address in that file: what addr2line takes */
} ouro_frame;

/* Writes the stack of a task that is not done into `ret_frames`, innermost function first, at most
 * `capacity`. The frames of the library itself at both ends are left out. The frames of a
 * generator's body are followed by those of the function that has asked for the item.
 * Returns: how many were written; 0 for a task that has not run yet or is done; -EINVAL for what is
 * no task; -ENOTSUP where stacks cannot be walked: the portable context switch.
 * Follows Task.get_stack. */
OURO_CHECKED OURO_API int ouro_task_get_stack(ouro_task *task, ouro_frame *ret_frames,
                                              size_t capacity);

/* Writes a task's stack to a descriptor, a line for each frame.
 * Returns: 0; the error of the write; as ouro_task_get_stack. Follows Task.print_stack. */
OURO_API int ouro_task_print_stack(int fd, ouro_task *task);

/* What a task is doing. */
typedef enum ouro_task_state {
    OURO_TASK_CREATED, /* it has not run yet */
    OURO_TASK_RUNNING,
    OURO_TASK_READY, /* it runs again in the next iteration */
    OURO_TASK_WAITING,
    OURO_TASK_DONE,
} ouro_task_state;

typedef struct ouro_task_wait {
    ouro_task_state state;
    const char *operation; /* of a task that is waiting, such as "sleep" or "await"; or NULL */
    ouro_future *future;   /* what it awaits, borrowed; or NULL */
    double until;          /* the loop time at which it will be woken; else OURO_FOREVER */
} ouro_task_wait;

/* Tells what a task is doing, and what it waits for.
 * Returns: 0; -EINVAL for what is no task. */
OURO_CHECKED OURO_API int ouro_task_get_wait(const ouro_task *task, ouro_task_wait *ret_wait);

/* Writes that in words, such as "sleep until 2.5" or "await task 'worker'", into `text` as far as
 * `size` allows, with a terminating zero.
 * Returns: the length of the whole text; -EINVAL for what is no task. */
OURO_API int ouro_task_format_wait(const ouro_task *task, char *text, size_t size);

/* A future or task, its stack, and who awaits it. Owned by the graph; read only. */
typedef struct ouro_call_graph {
    ouro_future *future;     /* a reference of the graph's */
    const ouro_frame *stack; /* innermost first; NULL for what is no task */
    size_t stack_size;       /* frames in it */
    bool is_repeated;        /* it stands elsewhere in this graph, with its stack and awaiters:
                                the ways meet, or lead in a ring */
    struct ouro_call_graph *awaited_by; /* the first of those who await it, or NULL */
    struct ouro_call_graph *next;       /* the next of those who await the same */
    struct ouro_call_graph *parent_;    /* whose awaiter this is */
    struct ouro_call_graph *following_; /* all entries of a graph, in the order of their capture */
} ouro_call_graph;

/* A limit that leaves stacks out. */
#define OURO_NO_FRAMES (-2147483647 - 1)

typedef struct ouro_graph_options {
    ouro_future *future; /* default the current task */
    size_t depth;        /* of the current task: how many of the innermost frames are left out */
    int limit;           /* frames of each stack: default all; > 0 that many, the innermost; < 0 the
                            outermost;           OURO_NO_FRAMES none */
    size_t size_;
} ouro_graph_options;

/* Captures the call graph: ouro_capture_call_graph(future, .limit = 5). The caller frees it.
 * Returns: NULL with the reason in ouro_error_detail: no future was given and no task runs, or out
 * of memory. Where stacks cannot be walked they are empty.
 * Follows asyncio.capture_call_graph. */
OURO_API ouro_call_graph *ouro_capture_call_graph_with(const ouro_graph_options *options);

/* Frees a graph, and gives its references back. NULL is allowed. */
OURO_API void ouro_call_graph_free(ouro_call_graph *graph);

/* Captures a graph and writes it into `text` as far as `size` allows, with a terminating zero:
 * ouro_format_call_graph(text, size, future, .limit = 5).
 * Returns: the length of the whole text, as snprintf does; an error as of ouro_capture_call_graph.
 * Follows asyncio.format_call_graph. */
OURO_API int ouro_format_call_graph_with(char *text, size_t size,
                                         const ouro_graph_options *options);

/* The same, written to a descriptor: ouro_print_call_graph(fd, future, .limit = 5).
 * Returns: 0; the error of the write; an error as of ouro_capture_call_graph.
 * Follows asyncio.print_call_graph. */
OURO_API int ouro_print_call_graph_with(int fd, const ouro_graph_options *options);

/* Records that `waiter`, a task or future, awaits `future`, for combinators of one's own: those of
 * the library do it by themselves. Recording it again changes nothing. A reference to `waiter` is
 * held until ouro_future_discard_from_awaited_by, or until `future` is done.
 * Returns: 0; also if `future` is done, which nobody awaits; -EINVAL for NULL; OURO_EWRONGLOOP;
 * -ENOMEM. Follows asyncio.future_add_to_awaited_by. */
OURO_CHECKED OURO_API int ouro_future_add_to_awaited_by(ouro_future *future, ouro_future *waiter);

/* Takes the record back; does nothing if there is none.
 * Follows asyncio.future_discard_from_awaited_by. */
OURO_API void ouro_future_discard_from_awaited_by(ouro_future *future, ouro_future *waiter);

/* Writes all tasks of `loop` (NULL: the running one) that are not done into `text`, a line each:
 * under each task those that it awaits, with what they wait for and where they were created.
 * Returns: the length of the whole text, as snprintf does; OURO_ENOLOOP; -ENOMEM. */
OURO_API int ouro_format_tasks(char *text, size_t size, ouro_loop *loop);

/* The same, written to a descriptor.
 * Returns: 0; the error of the write; OURO_ENOLOOP; -ENOMEM. */
OURO_API int ouro_print_tasks(int fd, ouro_loop *loop);

/* Writes the stack that created a task, a future, into `ret_frames`, innermost function first. It
 * is kept for what was created in debug mode, up to ten frames.
 * Returns: how many were written; 0 if none is known. */
OURO_API int ouro_future_get_creation_stack(const ouro_future *future, ouro_frame *ret_frames,
                                            size_t capacity);

#ifndef __cplusplus
#define ouro_capture_call_graph(...)                                                               \
    ouro_capture_call_graph_with(                                                                  \
        &(ouro_graph_options) { __VA_ARGS__, .size_ = sizeof(ouro_graph_options) })
#define ouro_format_call_graph(text, ...)                                                          \
    OURO_FORMAT_CALL_GRAPH_(text, __VA_ARGS__, .size_ = sizeof(ouro_graph_options))
#define OURO_FORMAT_CALL_GRAPH_(text, text_size, ...)                                              \
    ouro_format_call_graph_with((text), (text_size), &(ouro_graph_options) { __VA_ARGS__ })
#define ouro_print_call_graph(...)                                                                 \
    OURO_PRINT_CALL_GRAPH_(__VA_ARGS__, .size_ = sizeof(ouro_graph_options))
#define OURO_PRINT_CALL_GRAPH_(fd, ...)                                                            \
    ouro_print_call_graph_with((fd), &(ouro_graph_options) { __VA_ARGS__ })
#endif

#ifdef __cplusplus
}
#endif

#endif
