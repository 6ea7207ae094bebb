/* Contexts inside: a counted box around an immutable list.
 *
 *     ouro_context --> entry {variable, value} --> entry --> ... --> NULL
 *
 * Setting a variable puts an entry in front; lists share their tails. An empty context is a NULL
 * pointer until a variable is set in it.
 */
#ifndef OURO_LOOP_CONTEXT_H
#define OURO_LOOP_CONTEXT_H

#include "loop/loop.h"
#include "loop/task.h"
#include "ouro/context.h"

/* Stores a copy of `context` in `ret_context`; NULL if it is empty. Returns 0 or -ENOMEM. */
int ouro__context_copy(const ouro_context *context, ouro_context **ret_context);

/* Stores a copy of what is current in `loop` in `ret_context`. Returns 0 or -ENOMEM. Costs two
 * loads where no variable was ever set. */
static inline int context_capture(ouro_loop *loop, ouro_context **ret_context)
{
    ouro_context *context = loop->current != NULL ? loop->current->context : loop->callback_context;

    if (__builtin_expect(context == NULL, 1)) {
        *ret_context = NULL;
        return 0;
    }
    return ouro__context_copy(context, ret_context);
}

/* Makes an empty context, for those who must share one from the start. */
ouro_context *ouro__context_new(void);

#endif
