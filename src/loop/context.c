/* Context variables: the lists, and what is current.
 *
 * A variable stands in a list once. Setting it again changes its entry if nobody shares the list as
 * far as that; else the entries in front of it are copied, and the tail behind it is shared still.
 */
#include "loop/context.h"

#include "base/alloc.h"
#include "loop/park.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>

static _Thread_local ouro_context *thread_context;
static pthread_key_t thread_end;
static pthread_once_t thread_end_once = PTHREAD_ONCE_INIT;

/* Runs at the end of a thread that has set a variable outside tasks. */
static void forget_at_thread_end(void *ignored)
{
    (void) ignored;
    thread_context = ouro_context_unref(thread_context);
}

static void make_thread_end(void)
{
    (void) pthread_key_create(&thread_end, forget_at_thread_end);
}

ouro_context **ouro__context_place(void)
{
    ouro_loop *loop = ouro__loop_current;

    if (loop != NULL && loop->current != NULL)
        return &loop->current->context;
    if (loop != NULL && loop->callback_place != NULL)
        return loop->callback_place;
    return &thread_context;
}

static struct context_object *object_from(ouro_context *context)
{
    return container_of(context, struct context_object, head);
}

static struct context_entry *first_entry(const ouro_context *context)
{
    if (context == NULL)
        return NULL;
    if (context->kind == CONTEXT_OBJECT)
        return container_of(context, const struct context_object, head)->first;
    return (struct context_entry *) (uintptr_t) container_of(context, const struct context_entry,
                                                             head);
}

static void set_first_entry(ouro_context **place, struct context_entry *first)
{
    if (*place != NULL && (*place)->kind == CONTEXT_OBJECT)
        object_from(*place)->first = first;
    else
        *place = first != NULL ? &first->head : NULL;
    if (place == &thread_context) {
        (void) pthread_once(&thread_end_once, make_thread_end);
        (void) pthread_setspecific(thread_end, &thread_context);
    }
}

static void unref_entries(struct context_entry *entry)
{
    while (entry != NULL && --entry->head.references == 0) {
        struct context_entry *next = entry->next;

        ouro__alloc_free(entry);
        entry = next;
    }
}

ouro_context *ouro_context_ref(ouro_context *context)
{
    if (context != NULL)
        context->references++;
    return context;
}

ouro_context *ouro_context_unref(ouro_context *context)
{
    if (context == NULL)
        return NULL;
    if (context->kind == CONTEXT_ENTRY) {
        unref_entries(first_entry(context));
    } else if (--context->references == 0) {
        unref_entries(object_from(context)->first);
        ouro__alloc_free(object_from(context));
    }
    return NULL;
}

/* Makes an object around a list, whose reference it takes over; NULL without memory. */
static ouro_context *make_object(struct context_entry *first)
{
    static _Atomic uint64_t last_id;
    struct context_object *object = ouro__alloc_zero(sizeof *object);

    if (object == NULL) {
        ouro_error_set(-ENOMEM, "context", "out of memory for a context");
        return NULL;
    }
    object->head = (ouro_context) { .references = 1, .kind = CONTEXT_OBJECT };
    object->id = atomic_fetch_add(&last_id, 1) + 1;
    object->first = first;
    return &object->head;
}

ouro_context *ouro__context_object(ouro_context **place)
{
    ouro_context *object;

    if (*place != NULL && (*place)->kind == CONTEXT_OBJECT)
        return *place;
    object = make_object(first_entry(*place));
    if (object == NULL)
        return NULL;
    *place = object;
    set_first_entry(place, object_from(object)->first);
    return object;
}

ouro_context *ouro_context_new(void)
{
    return make_object(NULL);
}

ouro_context *ouro_context_copy(const ouro_context *context)
{
    struct context_entry *first = first_entry(context);
    ouro_context *copy = make_object(first);

    if (copy != NULL && first != NULL)
        first->head.references++;
    return copy;
}

ouro_context *ouro_copy_context(void)
{
    return ouro_context_copy(*ouro__context_place());
}

static struct context_entry *find_entry(const ouro_context *context,
                                        const ouro_context_var *variable)
{
    struct context_entry *entry = first_entry(context);

    while (entry != NULL && entry->variable != variable)
        entry = entry->next;
    return entry;
}

/* True if nobody else sees the list as far as this entry of it. */
static bool is_owned(const ouro_context *context, const struct context_entry *last)
{
    const struct context_entry *entry = first_entry(context);

    while (entry != last && entry->head.references == 1)
        entry = entry->next;
    return entry->head.references == 1;
}

static struct context_entry *make_entry(const ouro_context_var *variable, void *value,
                                        struct context_entry *next)
{
    struct context_entry *entry = ouro__alloc(sizeof *entry);

    if (entry != NULL)
        *entry = (struct context_entry) {
            .head = { .references = 1, .kind = CONTEXT_ENTRY },
            .variable = variable,
            .value = value,
            .next = next,
        };
    return entry;
}

/* Makes a list without the entry `left_out`, which shares what stands behind that. Returns 0 or
 * -ENOMEM. */
static int copy_without(struct context_entry *first, const struct context_entry *left_out,
                        struct context_entry **ret_first)
{
    struct context_entry *copy = left_out->next;

    if (copy != NULL)
        copy->head.references++;
    for (; first != left_out; first = first->next) {
        struct context_entry *entry = make_entry(first->variable, first->value, copy);

        if (entry == NULL) {
            unref_entries(copy);
            return -ENOMEM;
        }
        copy = entry;
    }
    *ret_first = copy;
    return 0;
}

/* Sets a variable in the context at `place`. Returns 0 or -ENOMEM, and nothing has changed. */
static int put_value(ouro_context **place, const ouro_context_var *variable, void *value)
{
    struct context_entry *first = first_entry(*place);
    struct context_entry *old = find_entry(*place, variable);
    struct context_entry *rest = first;
    struct context_entry *entry;

    if (old != NULL && is_owned(*place, old)) {
        old->value = value;
        return 0;
    }
    if (old != NULL && copy_without(first, old, &rest) < 0)
        return -ENOMEM;
    entry = make_entry(variable, value, rest);
    if (entry == NULL) {
        if (old != NULL)
            unref_entries(rest);
        return -ENOMEM;
    }
    set_first_entry(place, entry);
    if (old != NULL)
        unref_entries(first);
    return 0;
}

/* Makes a variable one that was never set. Returns 0 or -ENOMEM, and nothing has changed. */
static int remove_value(ouro_context **place, const ouro_context_var *variable)
{
    struct context_entry *first = first_entry(*place);
    struct context_entry *old = find_entry(*place, variable);
    struct context_entry *rest;

    if (old == NULL)
        return 0;
    if (copy_without(first, old, &rest) < 0)
        return -ENOMEM;
    set_first_entry(place, rest);
    unref_entries(first);
    return 0;
}

void *ouro_context_get(const ouro_context *context, const ouro_context_var *variable,
                       void *otherwise)
{
    struct context_entry *entry = find_entry(context, variable);

    return entry != NULL ? entry->value : otherwise;
}

bool ouro_context_contains(const ouro_context *context, const ouro_context_var *variable)
{
    return find_entry(context, variable) != NULL;
}

size_t ouro_context_items(const ouro_context *context, ouro_context_item *ret_items,
                          size_t capacity)
{
    const struct context_entry *entry;
    size_t count = 0;

    for (entry = first_entry(context); entry != NULL; entry = entry->next, count++)
        if (count < capacity)
            ret_items[count] = (ouro_context_item) { entry->variable, entry->value };
    return count;
}

size_t ouro_context_size(const ouro_context *context)
{
    return ouro_context_items(context, NULL, 0);
}

void *ouro_context_var_get(const ouro_context_var *variable, void *otherwise)
{
    return ouro_context_get(*ouro__context_place(), variable, otherwise);
}

int ouro_context_var_lookup(const ouro_context_var *variable, void **ret_value)
{
    struct context_entry *entry;

    if (variable == NULL || ret_value == NULL)
        return ouro_error_set(-EINVAL, "context_var_lookup", "the %s is NULL",
                              variable == NULL ? "variable" : "place for the value");
    entry = find_entry(*ouro__context_place(), variable);
    if (entry == NULL && !variable->has_default_)
        return ouro_error_set(-ENOENT, "context_var_lookup",
                              "\"%s\" was never set in this context and has no default",
                              variable->name_ != NULL ? variable->name_ : "");
    *ret_value = entry != NULL ? entry->value : variable->default_;
    return 0;
}

const char *ouro_context_var_name(const ouro_context_var *variable)
{
    return variable != NULL ? variable->name_ : NULL;
}

int ouro_context_var_set(const ouro_context_var *variable, void *value,
                         ouro_context_token *ret_token)
{
    ouro_context **place = ouro__context_place();
    ouro_context_token token = { .variable_ = variable };
    struct context_entry *old;

    if (variable == NULL)
        return ouro_error_set(-EINVAL, "context_var_set", "the variable is NULL");
    if (ret_token != NULL) {
        /* The reset must know this context again, so it becomes an object. */
        if (ouro__context_object(place) == NULL)
            return -ENOMEM;
        old = find_entry(*place, variable);
        token.context_ = object_from(*place)->id;
        token.was_set_ = old != NULL;
        token.value_ = old != NULL ? old->value : NULL;
    }
    if (put_value(place, variable, value) < 0)
        return ouro_error_set(-ENOMEM, "context_var_set", "out of memory");
    if (ret_token != NULL)
        *ret_token = token;
    return 0;
}

int ouro_context_var_reset(ouro_context_token *token)
{
    ouro_context **place = ouro__context_place();
    int status;

    if (token == NULL || token->variable_ == NULL)
        return ouro_error_set(-EINVAL, "context_var_reset", "the token was never filled by a set");
    if (token->is_used_)
        return ouro_error_set(OURO_EINVALIDSTATE, "context_var_reset",
                              "the token was used already: each set can be undone once");
    if (*place == NULL || (*place)->kind != CONTEXT_OBJECT ||
        object_from(*place)->id != token->context_)
        return ouro_error_set(-EINVAL, "context_var_reset",
                              "the token was made in another context: reset it where it was set");
    status = token->was_set_ ? put_value(place, token->variable_, token->value_)
                             : remove_value(place, token->variable_);
    if (status < 0)
        return ouro_error_set(status, "context_var_reset", "out of memory");
    token->is_used_ = true;
    return 0;
}

const ouro_context_var *ouro_context_token_variable(const ouro_context_token *token)
{
    return token != NULL ? token->variable_ : NULL;
}

void *ouro_context_token_old_value(const ouro_context_token *token, void *otherwise)
{
    return token != NULL && token->was_set_ ? token->value_ : otherwise;
}
