/* Contexts inside: an immutable list, and now and then an object around it.
 *
 *     task ----------------> entry {variable, value} --> entry --> ... --> NULL
 *     task --> object -----> entry --^
 *
 * Setting a variable puts an entry in front; lists share their tails. Whoever has a context points
 * to the list itself until somebody asks for the context as an object, which several may share and
 * change: only then it is made. An empty context is a NULL pointer.
 */
#ifndef OURO_LOOP_CONTEXT_H
#define OURO_LOOP_CONTEXT_H

#include "loop/loop.h"
#include "loop/task.h"
#include "ouro/context.h"

enum context_kind { CONTEXT_ENTRY, CONTEXT_OBJECT };

/* How both begin. */
struct ouro_context {
    uint32_t references;
    uint8_t kind; /* enum context_kind */
};

struct context_entry {
    ouro_context head;
    const ouro_context_var *variable;
    void *value;
    struct context_entry *next;
};

struct context_object {
    ouro_context head;
    bool is_entered; /* by ouro_context_run */
    uint64_t id;     /* what tokens know it by */
    struct context_entry *first;
};

/* A call of ouro_context_run, in its frame. */
struct context_frame {
    ouro_link link; /* in the loop's list */
    ouro_context **place;
    ouro_context *outer;               /* what was there before */
    const struct generator *generator; /* whose body entered it, or NULL */
};

/* The place where the context of what runs now is kept: the task's, the callback's or the
 * thread's. Never NULL, but the context may be. */
ouro_context **ouro__context_place(void);

/* Returns a reference to a list with what `context` holds now; NULL if that is nothing. */
static inline ouro_context *context_share(ouro_context *context)
{
    if (__builtin_expect(context == NULL, 1))
        return NULL;
    if (context->kind == CONTEXT_OBJECT) {
        struct context_entry *first = container_of(context, struct context_object, head)->first;

        if (first == NULL)
            return NULL;
        context = &first->head;
    }
    context->references++;
    return context;
}

/* Returns a copy of what is current, for a task or callback of `loop`: a reference, or NULL if it
 * is empty. Costs two loads where no variable was ever set. */
static inline ouro_context *context_capture(const ouro_loop *loop)
{
    return context_share(loop->current != NULL ? loop->current->context : *ouro__context_place());
}

/* Makes the context at `place` an object, and returns it, borrowed; NULL without memory. */
ouro_context *ouro__context_object(ouro_context **place);

/* The same for the context of a task, also while that runs in another one. */
ouro_context *ouro__context_of_task(struct task *task);

/* True if the body of a generator is inside a call of ouro_context_run. */
bool ouro__context_holds_generator(const ouro_loop *loop, const struct generator *generator);

/* True if `context` is one in which something runs. */
bool ouro__context_is_entered(const ouro_context *context);

/* A task is abandoned: leaves the contexts that it has entered. */
void ouro__context_abandon(struct task *task);

#endif
