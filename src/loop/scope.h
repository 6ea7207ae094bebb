/* The scopes that a task is in: timeouts, task groups and cancel scopes, innermost first.
 *
 *     task->scope --> [cancel scope] --> [task group] --> [timeout] --> NULL
 *
 * A scope lies in a frame of its task. It makes cancel requests as ouro_task_cancel does, which it
 * takes back when it is left. Two things are more than that:
 *
 * A shield keeps requests out: one from a scope that lies outside a shield, or from no scope, is
 * counted apart (`held_requests`), until the last shield between is left.
 *
 * A cancel scope that was cancelled is level-triggered: its request is made anew by each delivery,
 * because TASK_MUST_CANCEL stays set while such a scope, outside no shield, is open. So the waits
 * themselves need not know of scopes.
 */
#ifndef OURO_LOOP_SCOPE_H
#define OURO_LOOP_SCOPE_H

#include "loop/task.h"

enum scope_kind { SCOPE_TIMEOUT = 0, SCOPE_GROUP, SCOPE_CANCEL };

enum scope_flag {
    SCOPE_CANCELLED = 1, /* level-triggered: every wait inside is cancelled */
    SCOPE_SHIELDS = 2,
    SCOPE_HELD = 4,      /* its request waits for the end of a shield */
    SCOPE_WITHHOLDS = 8, /* a shield that was entered before a request could be delivered */
};

static inline struct task *scope_task(const ouro_scope *scope)
{
    return task_from_future(scope->task_);
}

/* Makes a scope of the current task its innermost one. One with flags must be followed by
 * ouro__scopes_changed. */
static inline void scope_enter(ouro_scope *scope, struct task *task, enum scope_kind kind,
                               uint8_t flags)
{
    scope->outer_ = task->scope;
    scope->task_ = &task->future;
    scope->requests_ = task->cancel_requests;
    scope->kind_ = (uint8_t) kind;
    scope->flags_ = flags;
    task->scope = scope;
}

/* Takes out a scope that is not the innermost one, or has flags. Returns 0 or OURO_ENOTNESTED. */
int ouro__scope_leave(ouro_scope *scope);

/* Takes a scope out of its task. Returns 0, or OURO_ENOTNESTED with the text set if a scope that
 * was entered later is still open; the scope is left all the same. */
static inline int scope_leave(ouro_scope *scope)
{
    struct task *task = scope_task(scope);

    if (__builtin_expect(task->scope != scope || scope->flags_ != 0, 0))
        return ouro__scope_leave(scope);
    task->scope = scope->outer_;
    return 0;
}

/* Makes a scope that was just entered a shield: against what could not be delivered yet, too. */
void ouro__scope_shield(ouro_scope *scope);

/* What is to be delivered may have changed: by a shield, or by a scope that was cancelled. */
void ouro__scopes_changed(struct task *task);

/* Returns true if a shield of the task lies inside `scope`; NULL stands for what is outside all. */
bool ouro__scope_is_shielded(const struct task *task, const ouro_scope *scope);

/* Makes a cancel request on the scope's task; one that a shield inside the scope may hold back. */
void ouro__scope_request(ouro_scope *scope);

/* Takes a scope's request back, just before the scope is left. Returns true if nobody else has made
 * one since it was entered that could have been delivered: an -ECANCELED is the scope's own then.
 */
bool ouro__scope_take_back(ouro_scope *scope);

/* Says that the body of a generator yields inside a scope of its own. Returns the error. */
__attribute__((cold)) int ouro__scope_refuse_yield(const struct task *task);

/* Aborts: a task, or the body of a generator that it runs, has ended inside a scope, whose frame is
 * gone. */
__attribute__((noreturn, cold)) void ouro__scope_left_open(const struct task *task);

#endif
