/* Capturing call graphs.
 *
 * From the future on, breadth first along those who await. Each is captured once; where the ways
 * meet, or lead in a ring, a short entry says that it stands elsewhere. So the work is bounded by
 * the number of futures and edges, and nothing recurses, however long the chains are.
 */
#include "ouro/graph.h"

#include "base/alloc.h"
#include "loop/awaiter.h"
#include "loop/frames.h"
#include "loop/park.h"

#include <errno.h>
#include <string.h>

/* Which futures have been captured: a hash table with open addressing. */
struct seen {
    const ouro_future *future;
    const ouro_call_graph *listed_by; /* the entry among whose awaiters it was put last */
};

struct capture {
    ouro_call_graph *first;
    ouro_call_graph *last; /* by `following_` */
    const ouro_graph_options *options;
    struct seen *seen;
    size_t seen_count;
    size_t seen_size;   /* a power of two, or 0 */
    ouro_frame *frames; /* room for a whole stack */
};

static struct seen *find_place(struct seen *seen, size_t size, const ouro_future *future)
{
    size_t i = ((uintptr_t) future >> 4) * 0x9e3779b1U & (size - 1);

    while (seen[i].future != NULL && seen[i].future != future)
        i = (i + 1) & (size - 1);
    return &seen[i];
}

/* Makes room for one more future. */
static int grow_seen(struct capture *capture)
{
    size_t size = capture->seen_size != 0 ? 2 * capture->seen_size : 16;
    struct seen *seen;
    size_t i;

    if (2 * (capture->seen_count + 1) <= capture->seen_size)
        return 0;
    seen = ouro__alloc_zero(size * sizeof *seen);
    if (seen == NULL)
        return -ENOMEM;
    for (i = 0; i < capture->seen_size; i++)
        if (capture->seen[i].future != NULL)
            *find_place(seen, size, capture->seen[i].future) = capture->seen[i];
    ouro__alloc_free(capture->seen);
    capture->seen = seen;
    capture->seen_size = size;
    return 0;
}

/* Puts the part of a stack that the limit leaves at the beginning of `frames`. */
static size_t limit_frames(ouro_frame *frames, size_t count, const ouro_graph_options *options)
{
    size_t limit;

    if (options->limit >= 0)
        return options->limit > 0 && (size_t) options->limit < count ? (size_t) options->limit
                                                                     : count;
    limit = (size_t) - (int64_t) options->limit;
    if (limit >= count)
        return count;
    memmove(frames, frames + (count - limit), limit * sizeof *frames);
    return limit;
}

/* Captures a task's stack into `capture->frames`. Returns how many frames there are. */
static size_t capture_stack(struct capture *capture, const ouro_future *future)
{
    const ouro_graph_options *options = capture->options;
    const void *places[FRAMES_MAX];
    const struct task *task;
    ouro_frame *frames = capture->frames;
    size_t count;
    size_t skipped;
    int status;

    if (!future_is_task(future) || options->limit == OURO_NO_FRAMES)
        return 0;
    task = container_of(future, const struct task, future);
    status = ouro__task_places(task, places, FRAMES_MAX);
    if (status <= 0)
        return 0;
    count = ouro__frames_from_places(task, places, (size_t) status, frames, FRAMES_MAX);
    skipped = task == current_task() ? options->depth : 0;
    if (skipped > count)
        skipped = count;
    memmove(frames, frames + skipped, (count - skipped) * sizeof *frames);
    return limit_frames(frames, count - skipped, options);
}

/* Adds an entry. Returns NULL without memory. */
static ouro_call_graph *add_entry(struct capture *capture, ouro_future *future, bool is_repeated)
{
    size_t count = is_repeated ? 0 : capture_stack(capture, future);
    ouro_call_graph *entry = ouro__alloc(sizeof *entry + count * sizeof(ouro_frame));
    ouro_frame *frames = (ouro_frame *) (entry + 1);

    if (entry == NULL)
        return NULL;
    *entry = (ouro_call_graph) {
        .future = ouro_future_ref(future),
        .stack = count > 0 ? frames : NULL,
        .stack_size = count,
        .is_repeated = is_repeated,
    };
    if (count > 0)
        memcpy(frames, capture->frames, count * sizeof *frames);
    if (capture->last != NULL)
        capture->last->following_ = entry;
    else
        capture->first = entry;
    capture->last = entry;
    return entry;
}

/* Puts `future` among the awaiters of `parent` (NULL: it is the root), once. Returns 0 or -ENOMEM.
 */
static int add_awaiter(struct capture *capture, ouro_call_graph *parent, ouro_call_graph ***tail,
                       ouro_future *future)
{
    ouro_call_graph *entry;
    struct seen *seen;
    bool is_repeated;

    if (grow_seen(capture) < 0)
        return -ENOMEM;
    seen = find_place(capture->seen, capture->seen_size, future);
    is_repeated = seen->future != NULL;
    if (is_repeated && seen->listed_by == parent)
        return 0;
    entry = add_entry(capture, future, is_repeated);
    if (entry == NULL)
        return -ENOMEM;
    if (!is_repeated)
        capture->seen_count++;
    seen->future = future;
    seen->listed_by = parent;
    entry->parent_ = parent;
    **tail = entry;
    *tail = &entry->next;
    return 0;
}

static int add_awaiters(struct capture *capture, ouro_call_graph *entry)
{
    ouro_call_graph **tail = &entry->awaited_by;
    const ouro_link *waiters = &entry->future->waiters;
    ouro_link *link;

    for (link = waiters->next_; link != waiters; link = link->next_) {
        ouro_future *awaiter = ouro__waiter_awaiter(
            container_of(link, const struct future_waiter, link));

        if (awaiter != NULL && add_awaiter(capture, entry, &tail, awaiter) < 0)
            return -ENOMEM;
    }
    return 0;
}

static int capture_all(struct capture *capture, ouro_future *future)
{
    ouro_call_graph *root = NULL;
    ouro_call_graph **tail = &root;
    ouro_call_graph *entry;

    if (add_awaiter(capture, NULL, &tail, future) < 0)
        return -ENOMEM;
    for (entry = root; entry != NULL; entry = entry->following_)
        if (!entry->is_repeated && add_awaiters(capture, entry) < 0)
            return -ENOMEM;
    return 0;
}

ouro_call_graph *ouro_capture_call_graph_with(const ouro_graph_options *options)
{
    static const ouro_graph_options defaults;
    struct capture capture = { .options = options != NULL ? options : &defaults };
    ouro_future *future = capture.options->future;
    int status;

    if (future == NULL) {
        struct task *task = ouro__task_required("capture_call_graph", &status);

        if (task == NULL)
            return NULL;
        future = &task->future;
    }
    capture.frames = ouro__alloc(FRAMES_MAX * sizeof *capture.frames);
    status = capture.frames != NULL ? capture_all(&capture, future) : -ENOMEM;
    ouro__alloc_free(capture.frames);
    ouro__alloc_free(capture.seen);
    if (status == 0)
        return capture.first;
    ouro_call_graph_free(capture.first);
    ouro_error_set(status, "capture_call_graph", "out of memory");
    return NULL;
}

void ouro_call_graph_free(ouro_call_graph *graph)
{
    while (graph != NULL) {
        ouro_call_graph *following = graph->following_;

        ouro_future_unref(graph->future);
        ouro__alloc_free(graph);
        graph = following;
    }
}
