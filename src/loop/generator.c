/* Generators: starting, resuming and yielding, and the end of those that nobody has finished.
 *
 * Cost of an item: about 140 instructions, those of the loop and the body included, and two
 * switches; no pass through the scheduler, no allocation.
 */
#include "loop/generator.h"

#include "base/log.h"
#include "loop/census.h"
#include "loop/context.h"
#include "loop/detail.h"
#include "loop/park.h"
#include "loop/scope.h"

#include <errno.h>
#include <string.h>

enum generator_state {
    GENERATOR_CREATED = 0,
    GENERATOR_STARTED,
    GENERATOR_FINISHED,
};

/* What a consumer's call asks for. */
struct request {
    const char *operation;
    void *sent;
    void *ret_item;
    int status; /* what the body's yield returns */
};

static struct generator *generator_from_body(ouro_generator_body *body)
{
    return container_of(body, struct generator, body);
}

ouro_generator ouro_gen(ouro_generator_function *function, void *arg, size_t item_size)
{
    return (ouro_generator) {
        .iterator = { .next = ouro_generator_next_,
                      .close = ouro_generator_close_,
                      .item_size = item_size },
        .function_ = function,
        .argument_ = arg,
    };
}

int ouro_generator_set_stack_size(ouro_generator *generator, size_t stack_size)
{
    unsigned stack_class;

    if (generator == NULL || ouro__stack_class_checked(stack_size, &stack_class) < 0)
        return ouro_error_set(-EINVAL, "set_stack_size",
                              "no generator, or a stack of %zu bytes is out of range", stack_size);
    if (generator->state_ != GENERATOR_CREATED)
        return ouro_error_set(OURO_EINVALIDSTATE, "set_stack_size",
                              "the generator has started: set it before the first item");
    generator->stack_size_ = stack_size;
    return 0;
}

/* Where every generator begins. */
static void generator_main(void *arg)
{
    struct generator *generator = arg;

    generator->status = generator->function(&generator->body, generator->argument);
    if (__builtin_expect(generator->task->scope != generator->scope, 0))
        ouro__scope_left_open(generator->task);
    generator->has_ended = true;
    coro_exit(&generator->coro, &generator->consumer);
}

void ouro__generator_free(struct generator *generator)
{
    struct stack *stack = generator->stack;
    ouro_loop *loop = generator->loop;

    list_remove(&generator->all);
    if (loop->stacks.options.fill)
        ouro__census_count_stack(loop, stack, generator->name, NULL);
    stack_pool_give(&loop->stacks, stack);
}

/* Runs the body in `task` until it yields or ends.
 * Returns 1 if it has yielded, else what it has come to. */
__attribute__((always_inline)) static inline int run_body(struct task *task,
                                                          struct generator *generator)
{
    int status;

    generator->task = task;
    generator->scope = task->scope;
    generator->outer = task->generator;
    generator->stack->owner = task;
    task->generator = generator;
    coro_describe(&generator->consumer, &task->coro);
    coro_describe(&task->coro, &generator->coro);
    coro_switch(&generator->consumer, &generator->coro);
    coro_describe(&task->coro, &generator->consumer);
    task->generator = generator->outer;
    generator->task = NULL;
    if (__builtin_expect(!generator->has_ended, 1))
        return 1;
    status = generator->status;
    coro_done(&generator->coro);
    if (!generator->is_retained)
        ouro__generator_free(generator);
    return status < 0 ? status : 0;
}

__attribute__((noinline, cold)) static void warn_late(const struct generator *generator)
{
    ouro__log(LOG_WARNING,
              "asynchronous generator %s was started after ouro_loop_shutdown_asyncgens: unless it "
              "is finished, nobody closes it",
              generator_name(generator));
}

/* Lends a new generator its stack. */
static int start(struct task *task, ouro_generator *object)
{
    ouro_loop *loop = task->future.loop;
    unsigned stack_class = loop->stack_class;
    struct generator *generator;
    struct stack *stack;

    if (object->stack_size_ != 0)
        (void) ouro__stack_class_checked(object->stack_size_, &stack_class);
    stack = stack_pool_take(&loop->stacks, stack_class);
    if (stack == NULL)
        stack = ouro__stack_pool_grow(&loop->stacks, stack_class);
    if (stack == NULL)
        return ouro_error_set(-ENOMEM, "anext", "out of memory for the generator's stack");
    generator = (struct generator *) (((uintptr_t) stack_top(stack) - sizeof *generator) &
                                      ~(uintptr_t) 63);
    coro_init_below(&generator->coro, stack, generator, generator_main, generator);
    generator->loop = loop;
    generator->stack = stack;
    generator->function = object->function_;
    generator->argument = object->arguments_offset_ != 0
                              ? (char *) object + object->arguments_offset_
                              : object->argument_;
    generator->name = object->name_;
    generator->body.item_size_ = object->iterator.item_size;
    /* The stack may have been another's. */
    generator->task = NULL;
    generator->all.next_ = NULL;
    generator->closer = NULL;
    generator->has_ended = false;
    generator->is_closed = false;
    generator->is_retained = false;
    list_append(&loop->generators, &generator->all);
    object->body_ = &generator->body;
    object->self_ = object;
    object->loop_ = loop->serial;
    object->state_ = GENERATOR_STARTED;
    if (__builtin_expect(loop->has_shut_generators, 0))
        warn_late(generator);
    return 0;
}

static int finish(ouro_generator *object, int status)
{
    object->state_ = GENERATOR_FINISHED;
    object->body_ = NULL;
    return status;
}

static int is_running(const char *operation)
{
    return ouro_error_set(OURO_EINUSE, operation,
                          "the generator is running already: one request at a time");
}

/* Says why a started generator cannot be entered. */
__attribute__((noinline)) static int refuse(const struct task *task, const ouro_generator *object,
                                            const char *operation)
{
    if (object->loop_ != task->future.loop->serial)
        return ouro_error_set(OURO_EWRONGLOOP, operation,
                              "the generator was started in another loop");
    if (object->self_ != object)
        return ouro_error_set(OURO_EINVALIDSTATE, operation,
                              "this is the copy of a generator that had started: pass its "
                              "address, or iterate with ouro_async_for_ref");
    return is_running(operation);
}

/* Returns the started generator of an object if it can be entered by the task; else NULL with the
 * reason in `ret_status`: 0 if it has ended. */
__attribute__((always_inline)) static inline struct generator *
enterable(const struct task *task, ouro_generator *object, const char *operation, int *ret_status)
{
    struct generator *generator;

    /* The record of a copy may be gone. */
    if (__builtin_expect(object->loop_ != task->future.loop->serial || object->self_ != object,
                         0)) {
        *ret_status = refuse(task, object, operation);
        return NULL;
    }
    generator = generator_from_body(object->body_);
    if (__builtin_expect(generator->has_ended, 0)) {
        *ret_status = finish(object, 0);
        return NULL;
    }
    if (__builtin_expect(generator->task != NULL, 0)) {
        *ret_status = refuse(task, object, operation);
        return NULL;
    }
    return generator;
}

static int no_generator(const char *operation)
{
    return ouro_error_set(-EINVAL, operation,
                          "the generator is NULL or has no function: make it with name_gen() or "
                          "ouro_gen()");
}

/* Enters the body of a generator, for any request but a close. Inlined, so that each has a branch
 * predictor entry of its own. */
__attribute__((always_inline)) static inline int request_item(ouro_generator *object,
                                                              const struct request *request)
{
    struct task *task = current_task();
    struct generator *generator;
    int status;

    if (__builtin_expect(task == NULL, 0)) {
        (void) ouro__task_required(request->operation, &status);
        return status;
    }
    if (__builtin_expect(object->state_ != GENERATOR_STARTED, 0)) {
        if (object->state_ == GENERATOR_FINISHED)
            return 0;
        if (object->function_ == NULL)
            return no_generator(request->operation);
        status = start(task, object);
        if (status < 0)
            return status;
    }
    generator = enterable(task, object, request->operation, &status);
    if (__builtin_expect(generator == NULL, 0))
        return status;
    if (request->status < 0 && generator->is_closed)
        return 0;
    generator->body.item_ = request->ret_item;
    generator->body.sent_ = request->sent;
    generator->status = request->status;
    status = run_body(task, generator);
    if (__builtin_expect(status <= 0, 0))
        return finish(object, status);
    return 1;
}

int ouro_generator_anext(ouro_generator *generator, void *ret_item)
{
    if (generator == NULL)
        return no_generator("anext");
    return request_item(generator,
                        &(struct request) { .operation = "anext", .ret_item = ret_item });
}

int ouro_generator_next_(ouro_async_iterator *iterator, void *ret_item)
{
    return request_item(container_of(iterator, ouro_generator, iterator),
                        &(struct request) { .operation = "anext", .ret_item = ret_item });
}

int ouro_generator_asend(ouro_generator *generator, void *value, void *ret_item)
{
    if (generator == NULL)
        return no_generator("asend");
    if (generator->state_ == GENERATOR_CREATED && value != NULL)
        return ouro_error_set(-EINVAL, "asend",
                              "the generator has not started, so no yield can return the value");
    return request_item(
        generator, &(struct request) { .operation = "asend", .sent = value, .ret_item = ret_item });
}

int ouro_generator_athrow(ouro_generator *generator, int status, void *ret_item)
{
    if (generator == NULL)
        return no_generator("athrow");
    if (status >= 0)
        return ouro_error_set(-EINVAL, "athrow", "%d is no error: errors are negative", status);
    if (generator->state_ == GENERATOR_CREATED)
        return finish(generator, status);
    return request_item(
        generator,
        &(struct request) { .operation = "athrow", .ret_item = ret_item, .status = status });
}

static int has_ignored(void)
{
    return ouro_error_set(OURO_EINVALIDSTATE, "aclose",
                          "the generator ignored OURO_EGENERATOREXIT: it must end when a yield "
                          "returns an error");
}

/* Has the body end. Returns 1 if it has yielded instead, else what it has come to. */
static int close_body(struct task *task, struct generator *generator)
{
    int status;

    generator->is_closed = true;
    generator->body.item_ = NULL;
    generator->body.sent_ = NULL;
    generator->status = OURO_EGENERATOREXIT;
    status = run_body(task, generator);
    return status == OURO_EGENERATOREXIT ? 0 : status;
}

int ouro__generator_close(struct task *task, struct generator *generator)
{
    int status;

    if (generator->task != NULL)
        return is_running("aclose");
    if (generator->is_closed || generator->has_ended)
        return 0;
    status = close_body(task, generator);
    return status > 0 ? has_ignored() : status;
}

int ouro_generator_aclose(ouro_generator *object)
{
    struct generator *generator;
    struct task *task;
    int status;

    if (object == NULL)
        return no_generator("aclose");
    if (object->state_ != GENERATOR_STARTED)
        return finish(object, 0);
    task = ouro__task_required("aclose", &status);
    if (task == NULL)
        return status;
    generator = enterable(task, object, "aclose", &status);
    if (generator == NULL)
        return status;
    if (generator->is_closed)
        return 0;
    status = close_body(task, generator);
    return status > 0 ? has_ignored() : finish(object, status);
}

int ouro_generator_close_(ouro_async_iterator *iterator)
{
    return ouro_generator_aclose(container_of(iterator, ouro_generator, iterator));
}

int ouro_generator_yield_(ouro_generator_body *body)
{
    struct generator *generator = generator_from_body(body);
    struct task *task = generator->task;

    if (__builtin_expect(
            task == NULL || task->generator != generator || generator->loop->current != task, 0))
        return ouro_error_set(OURO_EINVALIDSTATE, "yield",
                              "only the body of the generator can yield, in the consumer's task");
    if (__builtin_expect(task->scope != generator->scope, 0))
        return ouro__scope_refuse_yield(task);
    if (__builtin_expect(!list_is_empty(&generator->loop->context_frames), 0) &&
        ouro__context_holds_generator(generator->loop, generator))
        return ouro_error_set(OURO_EINVALIDSTATE, "yield",
                              "the body has entered a context by ouro_context_run: leave it "
                              "before a yield");
    coro_switch(&generator->coro, &generator->consumer);
    return generator->status;
}

int ouro_generator_yield(ouro_generator_body *body, const void *item)
{
    if (body->item_ != NULL && item != NULL && body->item_size_ > 0)
        memcpy(body->item_, item, body->item_size_);
    return ouro_generator_yield_(body);
}
