/* What happens when an assertion fails: one line on stderr, then abort.
 *
 * The line is formatted into a static buffer and written with one `write`: the caller may stand on
 * a coroutine's small stack, may hold stdio's locks, or may be out of memory.
 */
#include "base/assert.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void ouro__assert_failed(const char *condition, const char *file, int line)
{
    static char text[512];

    /* Two threads that fail together may mix their texts; both are about to abort. */
    int len = snprintf(text, sizeof(text), "ouro: %s:%d: assertion failed: %s\n", file, line,
                       condition);

    if (len >= (int) sizeof(text)) {
        len = (int) sizeof(text) - 1;
        text[len - 1] = '\n';
    }
    if (len > 0 && write(STDERR_FILENO, text, (size_t) len) < 0) {
        /* There is nobody left to tell. */
    }
    abort();
}
