/* Running in another context, and setting a variable for a block.
 *
 * What runs in a context for a while has it put in the place of its own. The frames of the calls
 * stand in a list of the loop, so that a task's own context is found meanwhile.
 */
#include "base/alloc.h"
#include "loop/context.h"
#include "loop/park.h"

#include <errno.h>

/* True if a first step that runs inside another task or callback was created in `context`. */
static bool is_around(const ouro_loop *loop, const ouro_context *context)
{
    const struct eager_frame *frame;

    for (frame = loop->eager; frame != NULL; frame = frame->outer) {
        if (frame->caller != NULL && frame->caller->context == context)
            return true;
        if (frame->caller == NULL && loop->callback_place != NULL &&
            *loop->callback_place == context)
            return true;
    }
    return false;
}

bool ouro__context_is_entered(const ouro_context *context)
{
    const ouro_loop *loop = ouro__loop_current;
    const ouro_link *link;

    if (context->kind == CONTEXT_ENTRY)
        return false; /* a list, which anybody may share */
    if (context == *ouro__context_place() ||
        container_of(context, const struct context_object, head)->is_entered)
        return true;
    if (loop == NULL)
        return false;
    for (link = loop->context_frames.next_; link != &loop->context_frames; link = link->next_)
        if (container_of(link, const struct context_frame, link)->outer == context)
            return true;
    return is_around(loop, context);
}

/* Gives the place of a frame its own context back. */
static void leave(struct context_frame *frame)
{
    ouro_context *entered = *frame->place;

    container_of(entered, struct context_object, head)->is_entered = false;
    *frame->place = frame->outer;
    if (link_is_queued(&frame->link))
        list_remove(&frame->link);
    ouro_context_unref(entered);
}

int ouro_context_run(ouro_context *context, ouro_function *function, void *arg)
{
    ouro_loop *loop = ouro__loop_current;
    struct context_frame frame = { .place = ouro__context_place() };
    int status;

    if (context == NULL || function == NULL || context->kind != CONTEXT_OBJECT)
        return ouro_error_set(-EINVAL, "context_run", "the %s is NULL",
                              function == NULL ? "function" : "context");
    if (ouro__context_is_entered(context))
        return ouro_error_set(OURO_EINUSE, "context_run",
                              "the context is entered already: run in a copy of it");
    if (loop != NULL)
        list_append(&loop->context_frames, &frame.link);
    if (loop != NULL && loop->current != NULL)
        frame.generator = loop->current->generator;
    frame.outer = *frame.place;
    *frame.place = ouro_context_ref(context);
    container_of(context, struct context_object, head)->is_entered = true;
    status = function(arg);
    leave(&frame);
    return status;
}

bool ouro__context_holds_generator(const ouro_loop *loop, const struct generator *generator)
{
    const ouro_link *link;

    for (link = loop->context_frames.next_; link != &loop->context_frames; link = link->next_)
        if (container_of(link, const struct context_frame, link)->generator == generator)
            return true;
    return false;
}

ouro_context *ouro__context_of_task(struct task *task)
{
    ouro_loop *loop = task->future.loop;
    ouro_link *link;

    for (link = loop->context_frames.next_; link != &loop->context_frames; link = link->next_) {
        struct context_frame *frame = container_of(link, struct context_frame, link);

        if (frame->place == &task->context)
            return ouro__context_object(&frame->outer);
    }
    return ouro__context_object(&task->context);
}

void ouro__context_abandon(struct task *task)
{
    ouro_loop *loop = task->future.loop;
    ouro_link *link;
    ouro_link *previous;

    /* From the end, as the innermost frame was entered last. */
    for (link = loop->context_frames.previous_; link != &loop->context_frames; link = previous) {
        struct context_frame *frame = container_of(link, struct context_frame, link);

        previous = link->previous_;
        if (frame->place == &task->context)
            leave(frame);
    }
}

ouro_context_var_block ouro_context_var_block_begin_(const ouro_context_var *variable, void *value,
                                                     int *status)
{
    ouro_context_var_block block = { .status_ = status };
    int begun = ouro_context_var_set(variable, value, &block.token_);

    if (begun < 0 && status != NULL)
        *status = begun;
    block.is_entered_ = begun >= 0;
    return block;
}

void ouro_context_var_block_exit_(ouro_context_var_block *block)
{
    int status = block->is_entered_ ? ouro_context_var_reset(&block->token_) : 0;

    if (status < 0 && block->status_ != NULL && *block->status_ >= 0)
        *block->status_ = status;
}
