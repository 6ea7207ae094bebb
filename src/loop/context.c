/* Context variables. */
#include "loop/context.h"

#include "base/alloc.h"
#include "loop/park.h"

#include <errno.h>

struct context_entry {
    uint32_t references;
    bool is_set; /* false: a reset to "never set" hides older entries */
    const ouro_context_var *variable;
    void *value;
    struct context_entry *next;
};

struct ouro_context {
    uint32_t references;
    struct context_entry *first;
};

static void unref_entries(struct context_entry *entry)
{
    while (entry != NULL && --entry->references == 0) {
        struct context_entry *next = entry->next;

        ouro__alloc_free(entry);
        entry = next;
    }
}

ouro_context *ouro__context_new(void)
{
    ouro_context *context = ouro__alloc_zero(sizeof *context);

    if (context != NULL)
        context->references = 1;
    return context;
}

ouro_context *ouro_context_ref(ouro_context *context)
{
    if (context != NULL)
        context->references++;
    return context;
}

ouro_context *ouro_context_unref(ouro_context *context)
{
    if (context != NULL && --context->references == 0) {
        unref_entries(context->first);
        ouro__alloc_free(context);
    }
    return NULL;
}

/* The place where the context of what runs now is kept; NULL outside a loop. */
static ouro_context **current_context(ouro_loop *loop)
{
    if (loop == NULL)
        return NULL;
    return loop->current != NULL ? &loop->current->context : &loop->callback_context;
}

int ouro__context_copy(const ouro_context *context, ouro_context **ret_context)
{
    ouro_context *copy;

    *ret_context = NULL;
    if (context->first == NULL)
        return 0;
    copy = ouro__context_new();
    if (copy == NULL)
        return -ENOMEM;
    copy->first = context->first;
    copy->first->references++;
    *ret_context = copy;
    return 0;
}

ouro_context *ouro_copy_context(void)
{
    ouro_context *copy = NULL;

    if (ouro__loop_current != NULL && context_capture(ouro__loop_current, &copy) < 0)
        return NULL;
    return copy != NULL ? copy : ouro__context_new();
}

static struct context_entry *find_entry(const ouro_context_var *variable)
{
    ouro_context **place = current_context(ouro__loop_current);
    struct context_entry *entry = place != NULL && *place != NULL ? (*place)->first : NULL;

    while (entry != NULL && entry->variable != variable)
        entry = entry->next;
    return entry != NULL && entry->is_set ? entry : NULL;
}

void *ouro_context_var_get(const ouro_context_var *variable, void *otherwise)
{
    struct context_entry *entry = find_entry(variable);

    return entry != NULL ? entry->value : otherwise;
}

/* Puts an entry in front of the current context's list. */
static int push_entry(const ouro_context_var *variable, void *value, bool is_set)
{
    ouro_context **place = current_context(ouro__loop_current);
    struct context_entry *entry;

    if (place == NULL)
        return ouro_error_set(OURO_ENOLOOP, "context_var_set", "no loop is running in this thread");
    if (*place == NULL)
        *place = ouro__context_new();
    entry = *place != NULL ? ouro__alloc(sizeof *entry) : NULL;
    if (entry == NULL)
        return ouro_error_set(-ENOMEM, "context_var_set", "out of memory");
    *entry = (struct context_entry) {
        .references = 1,
        .is_set = is_set,
        .variable = variable,
        .value = value,
        .next = (*place)->first,
    };
    (*place)->first = entry;
    return 0;
}

int ouro_context_var_set(const ouro_context_var *variable, void *value,
                         ouro_context_token *ret_token)
{
    struct context_entry *old;

    if (variable == NULL)
        return ouro_error_set(-EINVAL, "context_var_set", "the variable is NULL");
    old = find_entry(variable);
    if (ret_token != NULL)
        *ret_token = (ouro_context_token) {
            .variable_ = variable,
            .value_ = old != NULL ? old->value : NULL,
            .was_set_ = old != NULL,
        };
    return push_entry(variable, value, true);
}

int ouro_context_var_reset(const ouro_context_token *token)
{
    if (token == NULL || token->variable_ == NULL)
        return ouro_error_set(-EINVAL, "context_var_reset", "the token was never filled by a set");
    return push_entry(token->variable_, token->value_, token->was_set_);
}
