/* Stacks of tasks as lists of frames. */
#ifndef OURO_LOOP_FRAMES_H
#define OURO_LOOP_FRAMES_H

#include "base/text.h"
#include "loop/task.h"
#include "ouro/graph.h"

/* Frames of a stack that are looked at: deeper ones are not shown. */
#define FRAMES_MAX 128

/* Writes the places on a task's stack, innermost first. Returns how many; -ENOTSUP. */
int ouro__task_places(const struct task *task, const void **ret_places, size_t capacity);

/* Writes the places on the stack of the caller, in a task or not. Returns how many; -ENOTSUP. */
int ouro__own_places(const void **ret_places, size_t capacity);

/* Names places, without the library's own frames at both ends. `task` is that
 * whose stack it is; NULL for the caller's. Returns how many frames were written. */
size_t ouro__frames_from_places(const struct task *task, const void *const *places, size_t count,
                                ouro_frame *ret_frames, size_t capacity);

/* Adds a line for each frame, behind `prefix`. */
void ouro__text_add_frames(struct text *text, const char *prefix, const ouro_frame *frames,
                           size_t count);

/* Calls `write(text, arg)` twice, to measure and to fill, and writes the text to `fd`. Returns 0 or
 * an error; that of `write`, if it returns one. */
int ouro__text_print(int fd, int (*write)(struct text *text, const void *arg), const void *arg);

#endif
