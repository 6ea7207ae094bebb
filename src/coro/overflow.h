/* A stack overflow is explained before the process dies of it.
 *
 * A handler for SIGSEGV and SIGBUS runs on a stack of its own. If the fault lies in the guard of a
 * coroutine's stack, it writes one line that names the task and the remedy, and lets the fault
 * happen again with the default action, so that the core dump shows the overflow itself. Any other
 * fault goes to the handler that was there before. The hot path pays nothing: the handler finds the
 * stack by its address (registry.h).
 *
 * Under AddressSanitizer, which explains faults itself, nothing is installed. A frame larger than
 * the guard can step over it; programs with such frames are built with -fstack-clash-protection.
 */
#ifndef OURO_CORO_OVERFLOW_H
#define OURO_CORO_OVERFLOW_H

#include <stddef.h>

/* Writes who overflowed, such as "task 'reader' created at server.c:12", by ouro__overflow_write.
 * `owner` is the stack's, or NULL. Called in a signal handler: only async-signal-safe calls, and
 * anything read may be in mid-change. If the current task is known by other means and is not
 * `owner`, a frame has stepped over a guard: then the current task is the one to name. */
typedef void overflow_report(void *owner, size_t stack_size);

/* Sets who describes owners; NULL for nobody. Threads: any, but before overflows happen. */
void ouro__overflow_set_report(overflow_report *report);

/* Installs the handler in this thread; calls nest, and each is undone by one ouro__overflow_remove.
 * An alternate signal stack that the thread has already is kept if it is large enough.
 * Returns: 0; -ENOMEM when there is no memory for the signal stack. Threads: any. */
int ouro__overflow_install(void);

/* Undoes one ouro__overflow_install of this thread. The last one in the process restores the
 * handlers that were there before. A thread that ends without it leaks nothing. */
void ouro__overflow_remove(void);

/* Write to stderr. Async-signal-safe. */
void ouro__overflow_write(const char *text);
void ouro__overflow_write_number(size_t number);

/* Writes the line about one overflow. Async-signal-safe. */
void ouro__overflow_explain(void *owner, size_t stack_size, const char *what);

#endif
