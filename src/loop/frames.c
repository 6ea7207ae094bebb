/* Stacks of tasks as lists of frames: walking, naming, and leaving out what is the library's own.
 */
#define _GNU_SOURCE /* pthread_getattr_np */

#include "loop/frames.h"

#include "base/alloc.h"
#include "base/symbol.h"
#include "coro/walk.h"
#include "loop/generator.h"
#include "loop/park.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

/* So many functions of the library at most lie between its public one and the switch. */
#define INNER_FRAMES_MAX 8

/* Finds the bounds of the thread's own stack, which takes long, once. */
static void find_thread_stack(const char **ret_low, const char **ret_high)
{
    static _Thread_local const char *low;
    static _Thread_local size_t size;
    pthread_attr_t attributes;
    void *address;

    if (low == NULL && pthread_getattr_np(pthread_self(), &attributes) == 0) {
        if (pthread_attr_getstack(&attributes, &address, &size) == 0)
            low = address;
        (void) pthread_attr_destroy(&attributes);
    }
    *ret_low = low;
    *ret_high = low != NULL ? low + size : NULL;
}

/* Returns the stack on which a task runs, or has parked: its own or that of a generator's body. */
static struct stack *innermost_stack(const struct task *task)
{
    return task->generator != NULL ? task->generator->stack : task->stack;
}

/* Adds the places on the stacks of those who have asked for the item that the task's generators are
 * making: the bodies of other generators, and the task's function at last. `count`: how many there
 * are already, or an error. Returns how many there are then. */
static int add_consumers(const struct task *task, const void **ret_places, int count,
                         size_t capacity)
{
    const struct generator *generator;

    for (generator = task->generator; generator != NULL && count >= 0; generator = generator->outer)
        count += ouro__walk_parked(&generator->consumer,
                                   generator->outer != NULL ? generator->outer->stack : task->stack,
                                   ret_places + count, capacity - (size_t) count);
    return count;
}

int ouro__own_places(const void **ret_places, size_t capacity)
{
    const struct task *task = current_task();
    const char *low;
    const char *high;

    if (task != NULL && task->stack != NULL) {
        struct stack *stack = innermost_stack(task);
        int count = ouro__walk_running(stack_bottom(stack), stack, ret_places, capacity);

        return add_consumers(task, ret_places, count, capacity);
    }
    find_thread_stack(&low, &high);
    return ouro__walk_running(low, high, ret_places, capacity);
}

int ouro__task_places(const struct task *task, const void **ret_places, size_t capacity)
{
    if (task->stack == NULL || future_is_done(&task->future))
        return 0;
    if (task == current_task())
        return ouro__own_places(ret_places, capacity);
    return add_consumers(
        task, ret_places,
        ouro__walk_parked(&task->coro, innermost_stack(task), ret_places, capacity), capacity);
}

/* The place is where a call returns to: the instruction before it is in the right function. */
static void name_frame(const void *place, ouro_frame *ret_frame)
{
    struct symbol symbol;
    size_t len;

    ouro__symbol_find((const char *) place - 1, &symbol);
    len = symbol.name_len < OURO_FRAME_NAME_SIZE ? symbol.name_len : OURO_FRAME_NAME_SIZE - 1;
    *ret_frame = (ouro_frame) {
        .address = place,
        .offset = symbol.offset + 1,
        .module = symbol.module,
        .module_offset = symbol.module_offset + 1,
    };
    memcpy(ret_frame->name, symbol.name, len);
}

static bool is_public(const char *name)
{
    return strncmp(name, "ouro_", 5) == 0 && name[5] != '_';
}

/* Returns the number of the frame through which a task was made in debug mode: what lies inside of
 * it is a task factory. 0 if there is none. */
static size_t find_factory(const ouro_frame *frames, size_t count)
{
    size_t i;

    for (i = 0; i < count && i < INNER_FRAMES_MAX; i++)
        if (strcmp(frames[i].name, "ouro__debug_factory") == 0)
            return i;
    return 0;
}

/* Where the user's code has called the library: the frames inside of that are left out, and on a
 * stack that runs the call itself, which asks for the stack. Returns the number of the first frame
 * to be shown. */
static size_t find_call(const ouro_frame *frames, size_t count, bool is_running)
{
    size_t begin = is_running ? find_factory(frames, count) : 0;
    size_t i;

    for (i = begin; i < count && i < begin + INNER_FRAMES_MAX; i++)
        if (is_public(frames[i].name))
            break;
    if (i < count && i < begin + INNER_FRAMES_MAX) {
        while (is_running && i < count && is_public(frames[i].name))
            i++;
        while (!is_running && i + 1 < count && strcmp(frames[i].name, frames[i + 1].name) == 0)
            i++; /* what stands for the same function where it has no frame of its own */
        return i;
    }
    for (i = 0; i < count && strncmp(frames[i].name, "ouro__", 6) == 0; i++)
        continue;
    return i;
}

/* Returns how many frames there are above the one in which tasks begin. */
static size_t find_beginning(const ouro_frame *frames, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++)
        if (strcmp(frames[i].name, "ouro__task_main") == 0)
            return i > 0 && strcmp(frames[i - 1].name, "call_function") == 0 ? i - 1 : i;
    return count;
}

/* Takes a suffix off a name. Returns false if the name has not got it. */
static bool cut_suffix(char *name, const char *suffix)
{
    size_t len = strlen(name);
    size_t suffix_len = strlen(suffix);

    if (len <= suffix_len || strcmp(name + len - suffix_len, suffix) != 0)
        return false;
    name[len - suffix_len] = '\0';
    return true;
}

/* The outermost frame may be `name_entry`, which OURO_ASYNC makes, and into which the compiler may
 * have put the function itself: it bears that one's name, or is left out if that has a frame. */
static size_t settle_entry(ouro_frame *frames, size_t count)
{
    char *name;

    if (count == 0)
        return 0;
    name = frames[count - 1].name;
    if (!cut_suffix(name, "_entry"))
        return count;
    return count > 1 && strcmp(frames[count - 2].name, name) == 0 ? count - 1 : count;
}

/* The same for a generator, where OURO_ASYNC_GENERATOR calls the function `name_body`. */
static size_t settle_body(ouro_frame *frames, size_t count)
{
    const char *name;

    if (count == 0)
        return 0;
    name = frames[count - 1].name;
    if (cut_suffix(frames[count - 1].name, "_body"))
        return count; /* it was jumped to */
    count = settle_entry(frames, count);
    if (count < 2 || strncmp(frames[count - 2].name, name, strlen(name)) != 0 ||
        strcmp(frames[count - 2].name + strlen(name), "_body") != 0)
        return count;
    (void) cut_suffix(frames[count - 2].name, "_body");
    return count - 1;
}

/* Returns the number of the frame in which the generator begins whose body frame `from` is in;
 * `count` if that is the task's own function. */
static size_t find_generator(const ouro_frame *frames, size_t from, size_t count)
{
    while (from < count && strcmp(frames[from].name, "generator_main") != 0)
        from++;
    return from;
}

/* Leaves out what is the library's own on each of the stacks that the frames come from. `is_whole`:
 * the last one is there up to its beginning. Returns how many frames are left. */
static size_t settle_stacks(ouro_frame *frames, size_t count, bool is_running, bool is_whole)
{
    size_t shown = 0;
    size_t begin = 0;

    while (begin < count) {
        size_t end = find_generator(frames, begin, count);
        size_t len = end - begin;
        size_t first;

        if (end < count)
            len = settle_body(frames + begin, len);
        else if (is_whole)
            len = settle_entry(frames + begin, len);
        first = find_call(frames + begin, len, is_running && begin == 0);
        memmove(frames + shown, frames + begin + first, (len - first) * sizeof frames[0]);
        shown += len - first;
        begin = end + 1;
        while (begin < count && strcmp(frames[begin].name, "ouro__coro_begin") == 0)
            begin++;
    }
    return shown;
}

size_t ouro__frames_from_places(const struct task *task, const void *const *places, size_t count,
                                ouro_frame *ret_frames, size_t capacity)
{
    size_t beginning;
    size_t i;

    if (count > capacity)
        count = capacity;
    for (i = 0; i < count; i++)
        name_frame(places[i], &ret_frames[i]);
    beginning = find_beginning(ret_frames, count);
    return settle_stacks(ret_frames, beginning, task == NULL || task == current_task(),
                         beginning < count);
}

int ouro_task_get_stack(ouro_task *future, ouro_frame *ret_frames, size_t capacity)
{
    const void *places[FRAMES_MAX];
    ouro_frame *frames;
    struct task *task;
    size_t shown;
    int count;

    if (future == NULL || !future_is_task(future) || (ret_frames == NULL && capacity > 0))
        return ouro_error_set(-EINVAL, "get_stack", "not a task, or no place for the frames");
    task = task_from_future(future);
    count = ouro__task_places(task, places, FRAMES_MAX);
    if (count < 0)
        return ouro_error_set(count, "get_stack",
                              "stacks cannot be walked with the portable context switch");
    if (count == 0)
        return 0;
    frames = ouro__alloc((size_t) count * sizeof *frames);
    if (frames == NULL)
        return ouro_error_set(-ENOMEM, "get_stack", "out of memory");
    shown = ouro__frames_from_places(task, places, (size_t) count, frames, (size_t) count);
    if (shown > capacity)
        shown = capacity;
    if (shown > 0)
        memcpy(ret_frames, frames, shown * sizeof *frames);
    ouro__alloc_free(frames);
    return (int) shown;
}

void ouro__text_add_frames(struct text *text, const char *prefix, const ouro_frame *frames,
                           size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        text_add(text, "%s", prefix);
        if (frames[i].name[0] != '\0')
            text_add(text, "%s() at ", frames[i].name);
        if (frames[i].module[0] != '\0')
            text_add(text, "%s+0x%zx\n", frames[i].module, frames[i].module_offset);
        else
            text_add(text, "%p\n", frames[i].address);
    }
}

static int write_all(int fd, const char *text, size_t len)
{
    while (len > 0) {
        ssize_t written = write(fd, text, len);

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return ouro_error_set(-errno, "print", "the text cannot be written: %s",
                                  ouro_strerror(-errno));
        text += written;
        len -= (size_t) written;
    }
    return 0;
}

int ouro__text_print(int fd, int (*fill)(struct text *text, const void *arg), const void *arg)
{
    struct text text = { 0 };
    int status = fill(&text, arg);

    if (status < 0)
        return status;
    text.size = text.len + 1;
    text.len = 0;
    text.data = ouro__alloc(text.size);
    if (text.data == NULL)
        return ouro_error_set(-ENOMEM, "print", "out of memory");
    status = fill(&text, arg);
    if (status >= 0)
        status = write_all(fd, text.data, text.len < text.size ? text.len : text.size - 1);
    ouro__alloc_free(text.data);
    return status;
}

struct stack_view {
    ouro_task *task;
    const ouro_frame *frames;
    size_t count;
};

static int fill_stack(struct text *text, const void *arg)
{
    const struct stack_view *view = arg;

    text_add(text, "Stack of task '%s'%s\n", ouro_task_get_name(view->task),
             view->count > 0 ? " (innermost call first):" : ": none");
    ouro__text_add_frames(text, "  ", view->frames, view->count);
    return 0;
}

int ouro_task_print_stack(int fd, ouro_task *task)
{
    struct stack_view view = { .task = task };
    ouro_frame *frames = ouro__alloc(FRAMES_MAX * sizeof *frames);
    int status;

    if (frames == NULL)
        return ouro_error_set(-ENOMEM, "print_stack", "out of memory");
    status = ouro_task_get_stack(task, frames, FRAMES_MAX);
    if (status >= 0) {
        view.frames = frames;
        view.count = (size_t) status;
        status = ouro__text_print(fd, fill_stack, &view);
    }
    ouro__alloc_free(frames);
    return status;
}
