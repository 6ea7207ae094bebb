/* Context variables: values that follow a task and the callbacks it schedules.
 *
 *     static ouro_context_var request = OURO_CONTEXT_VAR("request");
 *
 *     ouro_ignore(ouro_context_var_set(&request, &my_request, NULL));
 *     struct request *now = ouro_context_var_get(&request, NULL);
 *
 *     ouro_with_context_var(&request, &other_request, &status) { ... }       for a block only
 *
 * A task starts with a copy of its creator's context, so a value set in a task is seen by the tasks
 * and callbacks it creates afterwards, and by nobody else. Callbacks run in a copy of the context
 * in which they were scheduled. Outside tasks and callbacks each thread has a context of its own.
 *
 * A context is an immutable list that copies share: the copy for a task costs one reference and
 * allocates nothing. The values are pointers that the library never follows; they must live as long
 * as any task that may read them. A context belongs to the thread that made it.
 *
 * Follows contextvars.ContextVar, Token, Context and copy_context.
 */
#ifndef OURO_CONTEXT_H
#define OURO_CONTEXT_H

#include "ouro/base.h"
#include "ouro/coroutine.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A variable: make it static, and initialise it with OURO_CONTEXT_VAR. The fields are private. */
typedef struct ouro_context_var {
    const char *name_;
    void *default_;
    bool has_default_;
} ouro_context_var;

#define OURO_CONTEXT_VAR(name)                                                                     \
    {                                                                                              \
        (name), NULL, false                                                                        \
    }

/* The same with a value for contexts in which the variable was never set. */
#define OURO_CONTEXT_VAR_DEFAULT(name, value)                                                      \
    {                                                                                              \
        (name), (value), true                                                                      \
    }

/* What a variable was before a set, for the reset. Do not copy it: each can be used once. The
 * fields are private. */
typedef struct ouro_context_token {
    const ouro_context_var *variable_;
    void *value_;
    uint64_t context_; /* the number of the context in which it was made */
    bool was_set_;
    bool is_used_;
} ouro_context_token;

/* Returns the value of `variable` in the current context, or `otherwise` where it was never set,
 * whatever the variable's default. Follows ContextVar.get with an argument. */
OURO_API void *ouro_context_var_get(const ouro_context_var *variable, void *otherwise);

/* Stores the variable's value in the current context, or its default, in `ret_value`.
 * Returns: 0; -ENOENT, Python's LookupError, where it was never set and has no default; -EINVAL.
 * Follows ContextVar.get without an argument. */
OURO_CHECKED OURO_API int ouro_context_var_lookup(const ouro_context_var *variable,
                                                  void **ret_value);

/* Returns the variable's name, which may be NULL. Follows ContextVar.name. */
OURO_API const char *ouro_context_var_name(const ouro_context_var *variable);

/* Sets `variable` in the current context; `ret_token`, if not NULL, receives what it takes to undo
 * it.
 * Returns: 0; -ENOMEM, and nothing has changed; -EINVAL.
 * Follows ContextVar.set. */
OURO_CHECKED OURO_API int ouro_context_var_set(const ouro_context_var *variable, void *value,
                                               ouro_context_token *ret_token);

/* Gives the variable the value back that it had when `token` was made.
 * Returns: 0; -ENOMEM, and nothing has changed; OURO_EINVALIDSTATE for a token that was used
 * already; -EINVAL for one that was made in another context, or never filled.
 * Follows ContextVar.reset. */
OURO_CHECKED OURO_API int ouro_context_var_reset(ouro_context_token *token);

/* Returns the variable that was set. Follows Token.var. */
OURO_API const ouro_context_var *ouro_context_token_variable(const ouro_context_token *token);

/* Returns the value from before the set, or `otherwise` where there was none. Follows
 * Token.old_value. */
OURO_API void *ouro_context_token_old_value(const ouro_context_token *token, void *otherwise);

/* Context objects: counted, for those who want to hold one. */

/* Returns a copy of the current context, which the caller gives back with ouro_context_unref; NULL
 * if memory is short. Follows contextvars.copy_context. */
OURO_API ouro_context *ouro_copy_context(void);

/* Returns an empty context, which the caller gives back; NULL if memory is short.
 * Follows contextvars.Context(). */
OURO_API ouro_context *ouro_context_new(void);

/* Returns a copy of `context`, which the caller gives back; NULL if memory is short.
 * Follows Context.copy. */
OURO_API ouro_context *ouro_context_copy(const ouro_context *context);

/* Takes one more reference. Returns `context`. NULL is allowed. */
OURO_API ouro_context *ouro_context_ref(ouro_context *context);

/* Gives a reference back; the last one frees the context. Returns NULL. NULL is allowed. */
OURO_API ouro_context *ouro_context_unref(ouro_context *context);

/* Calls `function(arg)` in `context`: what it sets stays there, and is not seen outside. In a task
 * the function may suspend, so this also awaits a coroutine in a context of its own.
 * Returns: what the function returns; OURO_EINUSE, Python's RuntimeError, for a context that is
 * entered already: the current one, one around it, or one in which another task waits; -EINVAL.
 * Suspends: as the function does.   Cancelled: as the function says.
 * Follows Context.run. */
OURO_SUSPENDS OURO_API int ouro_context_run(ouro_context *context, ouro_function *function,
                                            void *arg);

/* Returns the variable's value in `context`, or `otherwise` where it was never set there.
 * Follows Context.get. */
OURO_API void *ouro_context_get(const ouro_context *context, const ouro_context_var *variable,
                                void *otherwise);

/* Returns true if the variable was set in `context`. Follows `variable in context`. */
OURO_API bool ouro_context_contains(const ouro_context *context, const ouro_context_var *variable);

/* A variable and its value in a context. */
typedef struct ouro_context_item {
    const ouro_context_var *variable;
    void *value;
} ouro_context_item;

/* Writes up to `capacity` of the variables that are set in `context` into `ret_items`, with their
 * values, in no particular order.
 * Returns: how many there are, also if that is more than `capacity`.
 * Follows Context.items, keys and values. */
OURO_API size_t ouro_context_items(const ouro_context *context, ouro_context_item *ret_items,
                                   size_t capacity);

/* Returns how many variables are set in `context`. Follows len(context). */
OURO_API size_t ouro_context_size(const ouro_context *context);

#ifndef __cplusplus

typedef struct ouro_context_var_block {
    ouro_context_token token_;
    int *status_;
    bool is_entered_;
    bool is_over_; /* the block was run */
} ouro_context_var_block;

/* Private: the beginning of the block form. */
OURO_API ouro_context_var_block ouro_context_var_block_begin_(const ouro_context_var *variable,
                                                              void *value, int *status);
static inline bool ouro_context_var_block_once_(ouro_context_var_block *block)
{
    bool is_first = block->is_entered_ && !block->is_over_;

    block->is_over_ = true;
    return is_first;
}

/* Private: the end of the block form. */
OURO_API void ouro_context_var_block_exit_(ouro_context_var_block *block);

/* ouro_with_context_var(&variable, value, &status) { ... }: the variable has this value in the
 * block, and its old one after it, however the block is left. If it cannot be set the block is
 * skipped and `status` tells why; if it cannot be reset `status` tells that, unless it holds an
 * error already. Follows `with variable.set(value)` (3.14). */
#define ouro_with_context_var(variable, value, status)                                             \
    OURO_CONTEXT_VAR_BLOCK_(OURO_JOIN2_(ouro_context_var_block_, __LINE__), variable, value, status)
#define OURO_CONTEXT_VAR_BLOCK_(block, variable, value, status)                                    \
    for (ouro_context_var_block block __attribute__((cleanup(ouro_context_var_block_exit_))) =     \
             ouro_context_var_block_begin_((variable), (value), (status));                         \
         ouro_context_var_block_once_(&block);)

#endif

#ifdef __cplusplus
}
#endif

#endif
