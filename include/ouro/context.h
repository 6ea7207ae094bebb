/* Context variables: values that follow a task and the callbacks it schedules.
 *
 *     static ouro_context_var request = OURO_CONTEXT_VAR("request");
 *
 *     ouro_context_var_set(&request, &my_request, NULL);
 *     struct request *now = ouro_context_var_get(&request, NULL);
 *
 * A task starts with a copy of its creator's context, so a value set in a task is seen by the tasks
 * and callbacks it creates afterwards, and by nobody else. A context is an immutable list that
 * copies share: copying costs one reference. The values are pointers that the library never
 * follows; they must live as long as any task that may read them.
 *
 * Follows contextvars.ContextVar, Token, Context and copy_context.
 */
#ifndef OURO_CONTEXT_H
#define OURO_CONTEXT_H

#include "ouro/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A variable: make it static, and initialise it with OURO_CONTEXT_VAR. */
typedef struct ouro_context_var {
    const char *name_;
} ouro_context_var;

#define OURO_CONTEXT_VAR(name)                                                                     \
    {                                                                                              \
        (name)                                                                                     \
    }

/* What a variable was before a set, for the reset. The fields are private. */
typedef struct ouro_context_token {
    const ouro_context_var *variable_;
    void *value_;
    bool was_set_;
} ouro_context_token;

/* Returns the value of `variable` in the current context, or `otherwise` where it was never set.
 * Follows ContextVar.get. */
OURO_API void *ouro_context_var_get(const ouro_context_var *variable, void *otherwise);

/* Sets `variable` in the current context; `ret_token`, if not NULL, receives what it takes to undo
 * it.
 * Returns: 0; -ENOMEM, and nothing has changed; OURO_ENOLOOP where no loop runs.
 * Follows ContextVar.set. */
OURO_CHECKED OURO_API int ouro_context_var_set(const ouro_context_var *variable, void *value,
                                               ouro_context_token *ret_token);

/* Gives the variable the value back that it had when `token` was made.
 * Returns: 0; -ENOMEM; OURO_ENOLOOP. Follows ContextVar.reset. */
OURO_CHECKED OURO_API int ouro_context_var_reset(const ouro_context_token *token);

/* Returns a copy of the current context, which the caller gives back with ouro_context_unref; an
 * empty context where no loop runs; NULL if memory is short. Follows contextvars.copy_context. */
OURO_API ouro_context *ouro_copy_context(void);

/* Takes one more reference. Returns `context`. NULL is allowed. */
OURO_API ouro_context *ouro_context_ref(ouro_context *context);

/* Gives a reference back; the last one frees the context. Returns NULL. NULL is allowed. */
OURO_API ouro_context *ouro_context_unref(ouro_context *context);

#ifdef __cplusplus
}
#endif

#endif
