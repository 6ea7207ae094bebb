/* What a generator is once it has started.
 *
 * Its body runs on a stack of its own, in the task that asks for an item. The record lies at the
 * top of that stack, so that starting allocates nothing, and the loop never looks at the object,
 * which may have gone with its frame.
 *
 *     high  | stack head | struct generator | frames of the body ...   low
 *
 *     task's stack --resume--> body --yield--> task's stack --resume--> body ...
 *
 * While the body runs, the task's `coro` stands for the generator's stack: where the body parks,
 * the context is saved there, and waking the task leads back into the body. `consumer` keeps the
 * context that asked.
 */
#ifndef OURO_LOOP_GENERATOR_H
#define OURO_LOOP_GENERATOR_H

#include "coro/coro.h"
#include "loop/loop.h"
#include "loop/task.h"
#include "ouro/generator.h"

struct generator {
    ouro_generator_body body;
    struct coro coro;        /* the body, while it is suspended in a yield */
    struct coro consumer;    /* who asked, while the body runs */
    struct generator *outer; /* whose body asked, in the same task; else NULL */
    struct task *task;       /* that runs the body; NULL while it is suspended in a yield */
    ouro_scope *scope;       /* the innermost one of who asked: the body must be back in it */
    ouro_loop *loop;
    struct stack *stack;
    ouro_generator_function *function;
    void *argument;
    const char *name;
    ouro_link all;     /* in the loop's list */
    ouro_task *closer; /* of a shutdown of the loop's generators */
    int status;        /* what the body has returned, or what its yield shall return */
    bool has_ended;
    bool is_closed;   /* it was told to end */
    bool is_retained; /* the stack goes when the loop is closed: the object may refer to it */
};

/* Returns the name of the generator function, for reports. */
static inline const char *generator_name(const struct generator *generator)
{
    return generator->name != NULL ? generator->name : "of a plain function";
}

/* Takes the stack of a generator, and the record with it. Nothing may run there any more. */
void ouro__generator_free(struct generator *generator);

/* Takes the stacks of the generators whose bodies a task that is abandoned was running; the task's
 * `coro` stands for its own stack again. */
void ouro__generators_abandon(struct task *task);

/* Reports and frees the generators that are left when the loop is closed. */
void ouro__generators_end(ouro_loop *loop);

/* Closes a generator that has started, without a look at its object: as ouro_generator_aclose. Its
 * stack must be retained. */
int ouro__generator_close(struct task *task, struct generator *generator);

#endif
