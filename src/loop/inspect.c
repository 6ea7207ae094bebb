/* What tasks wait for, and all of them as a tree. */
#include "loop/inspect.h"

#include "base/alloc.h"
#include "base/text.h"
#include "base/time.h"
#include "loop/awaiter.h"
#include "loop/frames.h"
#include "loop/park.h"
#include "loop/sleep.h"

#include <errno.h>

const char ouro__operation_sleep[] = "sleep";

/* Combinators that may lie between a task and the one that awaits it, as a tree shows it. */
enum { HOPS_MAX = 32, INDENT_MAX = 100 };

static ouro_task_state find_state(const struct task *task)
{
    if (future_is_done(&task->future))
        return OURO_TASK_DONE;
    if (task == task->future.loop->current)
        return OURO_TASK_RUNNING;
    if (link_is_queued(&task->step.link_) || task->future.loop->next == &task->step)
        return task->stack != NULL ? OURO_TASK_READY : OURO_TASK_CREATED;
    if (task->wait != NULL)
        return OURO_TASK_WAITING;
    return task->stack != NULL ? OURO_TASK_RUNNING : OURO_TASK_CREATED;
}

int ouro_task_get_wait(const ouro_task *future, ouro_task_wait *ret_wait)
{
    const struct task *task;

    if (future == NULL || !future_is_task(future) || ret_wait == NULL)
        return ouro_error_set(-EINVAL, "get_wait", "not a task, or no place for the answer");
    task = container_of(future, const struct task, future);
    *ret_wait = (ouro_task_wait) { .state = find_state(task), .until = OURO_FOREVER };
    if (ret_wait->state != OURO_TASK_WAITING)
        return 0;
    ret_wait->future = ouro__awaited_future(task->wait);
    ret_wait->operation = ret_wait->future != NULL ? "await" : task->wait->operation;
    if (task->wait->operation == ouro__operation_sleep)
        ret_wait->until = time_to_seconds(
            container_of(task->wait, const struct sleep_wait, wait)->timer.node_.deadline_);
    return 0;
}

void ouro__wait_add(struct text *text, const ouro_task_wait *wait)
{
    static const char *const states[] = {
        [OURO_TASK_CREATED] = "not started",
        [OURO_TASK_RUNNING] = "running",
        [OURO_TASK_READY] = "ready",
        [OURO_TASK_DONE] = "done",
    };
    const char *name = wait->future != NULL ? ouro_task_get_name(wait->future) : NULL;

    if (wait->state != OURO_TASK_WAITING)
        text_add(text, "%s", states[wait->state]);
    else if (name != NULL)
        text_add(text, "%s task '%s'", wait->operation, name);
    else if (wait->future != NULL)
        text_add(text, "%s %s", wait->operation, wait->future->type->name);
    else if (wait->until < OURO_FOREVER)
        text_add(text, "%s until %.3f", wait->operation, wait->until);
    else
        text_add(text, "%s", wait->operation != NULL ? wait->operation : "waiting");
}

int ouro_task_format_wait(const ouro_task *task, char *text, size_t size)
{
    struct text whole = { .data = text, .size = size };
    ouro_task_wait wait;
    int status = ouro_task_get_wait(task, &wait);

    if (status < 0)
        return status;
    ouro__wait_add(&whole, &wait);
    return (int) whole.len;
}

/* A task in the tree: below the first task that awaits it. */
struct node {
    const struct task *task;
    struct node *parent;
    struct node *first_child;
    struct node *last_child;
    struct node *next;   /* child of the same parent */
    struct node *hashed; /* next with the same hash */
    bool is_shown;
};

struct tree {
    struct node *nodes;
    struct node **buckets;
    size_t count;
};

static struct node **find_bucket(const struct tree *tree, const ouro_future *future)
{
    return &tree->buckets[((uintptr_t) future >> 4) % tree->count];
}

static struct node *find_node(const struct tree *tree, const ouro_future *future)
{
    struct node *node = *find_bucket(tree, future);

    while (node != NULL && &node->task->future != future)
        node = node->hashed;
    return node;
}

/* Returns the first that awaits a future; NULL if nobody does. */
static const ouro_future *find_awaiter(const ouro_future *future)
{
    ouro_link *link;

    for (link = future->waiters.next_; link != &future->waiters; link = link->next_) {
        const ouro_future *awaiter = ouro__waiter_awaiter(
            container_of(link, const struct future_waiter, link));

        if (awaiter != NULL)
            return awaiter;
    }
    return NULL;
}

/* Puts a node below the task that awaits it, through any combinators. */
static void place_node(const struct tree *tree, struct node *node)
{
    const ouro_future *future = &node->task->future;
    unsigned hops = 0;

    do {
        future = find_awaiter(future);
    } while (future != NULL && !future_is_task(future) && ++hops < HOPS_MAX);
    if (future == NULL || !future_is_task(future))
        return;
    node->parent = find_node(tree, future);
    if (node->parent == NULL)
        return;
    if (node->parent->last_child != NULL)
        node->parent->last_child->next = node;
    else
        node->parent->first_child = node;
    node->parent->last_child = node;
}

/* Makes a node for each task. Returns 0 or -ENOMEM; `tree` must be freed in any case. */
static int build_tree(struct tree *tree, ouro_loop *loop)
{
    struct node **bucket;
    struct node *node;
    ouro_link *link;
    size_t i;

    tree->count = loop->task_count;
    tree->nodes = ouro__alloc_zero((tree->count + 1) * sizeof *tree->nodes);
    tree->buckets = ouro__alloc_zero((tree->count + 1) * sizeof(struct node *));
    if (tree->nodes == NULL || tree->buckets == NULL)
        return ouro_error_set(-ENOMEM, "format_tasks", "out of memory");
    node = tree->nodes;
    for (link = loop->tasks.next_; link != &loop->tasks; link = link->next_, node++) {
        node->task = container_of(link, const struct task, all);
        bucket = find_bucket(tree, &node->task->future);
        node->hashed = *bucket;
        *bucket = node;
    }
    for (i = 0; i < tree->count; i++)
        place_node(tree, &tree->nodes[i]);
    return 0;
}

static void free_tree(struct tree *tree)
{
    ouro__alloc_free(tree->nodes);
    ouro__alloc_free(tree->buckets);
}

static void add_node(struct text *text, const struct node *node, int depth)
{
    const struct task *task = node->task;
    int indent = 2 * depth < INDENT_MAX ? 2 * depth : INDENT_MAX;
    ouro_task_wait wait;

    text_add(text, "%*s* task '%s'", indent, "", ouro_task_get_name(&task->future));
    if (task->function_name != NULL)
        text_add(text, " %s()", task->function_name);
    text_add(text, ": ");
    if (ouro_task_get_wait(&task->future, &wait) == 0)
        ouro__wait_add(text, &wait);
    if (task->site != NULL)
        text_add(text, ", created at %s", task->site);
    text_add(text, "\n");
}

/* Adds a node with all below it. In a ring of tasks that await each other, each is shown once. */
static void add_subtree(struct text *text, struct node *root)
{
    struct node *node = root;
    int depth = 0;

    for (;;) {
        if (!node->is_shown)
            add_node(text, node, depth);
        if (!node->is_shown && node->first_child != NULL) {
            node->is_shown = true;
            node = node->first_child;
            depth++;
            continue;
        }
        node->is_shown = true;
        while (node != root && node->next == NULL) {
            node = node->parent;
            depth--;
        }
        if (node == root)
            return;
        node = node->next;
    }
}

static void add_tree(struct text *text, struct tree *tree)
{
    size_t i;

    for (i = 0; i < tree->count; i++)
        if (tree->nodes[i].parent == NULL)
            add_subtree(text, &tree->nodes[i]);
    for (i = 0; i < tree->count; i++) /* what hangs on a ring has no beginning */
        if (!tree->nodes[i].is_shown)
            add_subtree(text, &tree->nodes[i]);
}

static int add_tasks(struct text *text, const void *arg)
{
    struct tree tree;
    int status = build_tree(&tree, (ouro_loop *) (uintptr_t) arg);

    if (status == 0)
        add_tree(text, &tree);
    free_tree(&tree);
    return status;
}

/* Returns the loop that is meant; NULL with the reason set. */
static ouro_loop *choose_loop(ouro_loop *loop)
{
    if (loop == NULL)
        loop = ouro__loop_current;
    if (loop == NULL)
        ouro_error_set(OURO_ENOLOOP, "format_tasks", "no loop is running in this thread");
    return loop;
}

int ouro_format_tasks(char *text, size_t size, ouro_loop *loop)
{
    struct text whole = { .data = text, .size = size };
    int status;

    loop = choose_loop(loop);
    if (loop == NULL)
        return OURO_ENOLOOP;
    if (size > 0)
        text[0] = '\0';
    status = add_tasks(&whole, loop);
    return status < 0 ? status : (int) whole.len;
}

int ouro_print_tasks(int fd, ouro_loop *loop)
{
    loop = choose_loop(loop);
    return loop != NULL ? ouro__text_print(fd, add_tasks, loop) : OURO_ENOLOOP;
}
