/* Contexts inside: a counted box around an immutable list.
 *
 *     ouro_context --> entry {variable, value} --> entry --> ... --> NULL
 *
 * Setting a variable puts an entry in front; lists share their tails. An empty context is a NULL
 * pointer until a variable is set in it.
 */
#ifndef OURO_LOOP_CONTEXT_H
#define OURO_LOOP_CONTEXT_H

#include "ouro/context.h"

/* Stores a copy of what is current in `loop` in `ret_context`. Returns 0 or -ENOMEM. */
int ouro__context_capture(ouro_loop *loop, ouro_context **ret_context);

/* Makes an empty context, for those who must share one from the start. */
ouro_context *ouro__context_new(void);

#endif
