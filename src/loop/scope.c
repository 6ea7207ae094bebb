/* Scopes of a task: what is not on the path of a timeout that never expires. */
#include "loop/scope.h"

#include "loop/generator.h"
#include "loop/park.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *kind_name(const ouro_scope *scope)
{
    static const char *const names[] = {
        [SCOPE_TIMEOUT] = "timeout",
        [SCOPE_GROUP] = "task group",
        [SCOPE_CANCEL] = "cancel scope",
    };

    return names[scope->kind_];
}

/* Lets go of a request that could not be delivered before this shield was entered. */
static void stop_withholding(struct task *task, uint8_t flags)
{
    if ((flags & SCOPE_WITHHOLDS) && task->cancel_requests > 0)
        task_set_request(task);
}

/* Takes out a scope from between others. */
static int leave_early(struct task *task, ouro_scope *scope)
{
    ouro_scope **place;

    for (place = &task->scope; *place != scope; place = &(*place)->outer_)
        ouro_assert(*place != NULL);
    *place = scope->outer_;
    return ouro_error_set(OURO_ENOTNESTED, kind_name(scope),
                          "the %s was left while a %s that was entered after it is open: leave "
                          "scopes in the reverse order of their entry",
                          kind_name(scope), kind_name(task->scope));
}

int ouro__scope_leave(ouro_scope *scope)
{
    struct task *task = scope_task(scope);
    uint8_t flags = scope->flags_;
    int status = 0;

    scope->flags_ = 0;
    if (task->scope == scope)
        task->scope = scope->outer_;
    else
        status = leave_early(task, scope);
    stop_withholding(task, flags);
    if (flags != 0)
        ouro__scopes_changed(task);
    return status;
}

bool ouro__scope_is_shielded(const struct task *task, const ouro_scope *scope)
{
    const ouro_scope *inner;

    for (inner = task->scope; inner != scope && inner != NULL; inner = inner->outer_)
        if (inner->flags_ & SCOPE_SHIELDS)
            return true;
    return false;
}

/* Lets go of held requests that can be delivered now. */
static void release_held(struct task *task, unsigned count)
{
    if (count > task->held_requests) /* some have been taken back */
        count = task->held_requests;
    if (count == 0)
        return;
    task->held_requests = (uint16_t) (task->held_requests - count);
    task->cancel_requests += count;
    task_set_request(task);
}

void ouro__scope_shield(ouro_scope *scope)
{
    struct task *task = scope_task(scope);

    scope->flags_ |= SCOPE_SHIELDS;
    if (task->flags & TASK_REQUESTED) {
        scope->flags_ |= SCOPE_WITHHOLDS;
        task_clear_request(task);
    }
    ouro__scopes_changed(task);
}

void ouro__scopes_changed(struct task *task)
{
    ouro_scope *scope;
    bool is_shielded = false;
    bool is_cancelled = false;
    unsigned released = 0;

    for (scope = task->scope; scope != NULL && !is_shielded; scope = scope->outer_) {
        is_cancelled |= (scope->flags_ & SCOPE_CANCELLED) != 0;
        is_shielded = scope->flags_ & SCOPE_SHIELDS;
        released += (scope->flags_ & SCOPE_HELD) != 0;
        scope->flags_ &= (uint8_t) ~SCOPE_HELD;
    }
    task->flags &= (uint16_t) ~TASK_SHIELDED;
    if (is_shielded)
        task->flags |= TASK_SHIELDED;
    else
        released = task->held_requests;
    release_held(task, released);
    task_set_level(task, is_cancelled && !(task->flags & TASK_LEVEL_IGNORED));
}

bool ouro__scope_take_back(ouro_scope *scope)
{
    struct task *task = scope_task(scope);

    if (scope->flags_ & SCOPE_HELD) {
        scope->flags_ &= (uint8_t) ~SCOPE_HELD;
        if (task->held_requests > 0)
            task->held_requests--;
    } else {
        (void) ouro_task_uncancel(scope->task_);
    }
    return task->cancel_requests <= scope->requests_;
}

void ouro__level_ignore(struct task *task)
{
    task->flags |= TASK_LEVEL_IGNORED;
    task_set_level(task, false);
}

void ouro__level_restore(struct task *task)
{
    task->flags &= (uint16_t) ~TASK_LEVEL_IGNORED;
    if (task->scope != NULL)
        ouro__scopes_changed(task);
}

int ouro__scope_refuse_yield(const struct task *task)
{
    const char *kind = kind_name(task->scope);

    return ouro_error_set(OURO_EINVALIDSTATE, "yield",
                          "the body is inside a %s that it has entered, which would go on to hold "
                          "for its consumer: leave the %s before the yield, or have the consumer "
                          "enter it",
                          kind, kind);
}

void ouro__scope_left_open(const struct task *task)
{
    static char text[512];
    const char *function = task->function_name;
    const struct generator *generator = task->generator;
    int len = snprintf(text, sizeof text,
                       "ouro: task %s (%s)%s%s has ended inside a %s: its frame is gone; every "
                       "scope must be left before its function returns\n",
                       ouro_task_get_name(&task->future), function != NULL ? function : "?",
                       generator != NULL ? ": generator " : "",
                       generator != NULL ? generator_name(generator) : "", kind_name(task->scope));

    if (len >= (int) sizeof text) {
        len = (int) sizeof text - 1;
        text[len - 1] = '\n';
    }
    if (len > 0 && write(STDERR_FILENO, text, (size_t) len) < 0) {
        /* There is nobody left to tell. */
    }
    abort();
}
