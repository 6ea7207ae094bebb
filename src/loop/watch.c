/* Readers and writers: callbacks for descriptors that belong to somebody else.
 *
 * A watch is a level-triggered poll operation with a runnable. It is allocated, because its
 * operation may be in flight after it was removed; it is freed when the operation is final.
 */
#include "loop/watch.h"

#include "base/alloc.h"
#include "loop/context.h"
#include "loop/handle.h"
#include "loop/readiness.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>

struct watch {
    struct op op;
    ouro_runnable runnable;
    ouro_loop *loop;
    ouro_callback *callback;
    void *arg;
    ouro_context *context;
    bool is_removed;
};

struct watch_entry {
    struct watch *watches[WATCH_KINDS];
    struct readiness *readiness[WATCH_KINDS]; /* of tasks that wait for the descriptor */
    bool is_claimed;
};

/* Indexed by descriptor. */
struct watch_table {
    struct watch_entry *entries;
    size_t size;
};

/* Returns the entry of a descriptor, growing the table if need be; NULL without memory. */
static struct watch_entry *entry_for(ouro_loop *loop, int fd)
{
    struct watch_table *table = loop->watches;
    size_t index = (size_t) fd;

    if (table == NULL) {
        table = ouro__alloc_zero(sizeof *table);
        if (table == NULL)
            return NULL;
        loop->watches = table;
    }
    if (index >= table->size) {
        size_t size = table->size != 0 ? table->size : 64;
        struct watch_entry *entries;

        while (size <= index)
            size *= 2;
        entries = ouro__alloc_resize(table->entries, size * sizeof *entries);
        if (entries == NULL)
            return NULL;
        memset(entries + table->size, 0, (size - table->size) * sizeof *entries);
        table->entries = entries;
        table->size = size;
    }
    return &table->entries[index];
}

/* Returns the entry if there is one. */
static struct watch_entry *entry_at(ouro_loop *loop, int fd)
{
    if (loop == NULL || loop->watches == NULL || fd < 0 || (size_t) fd >= loop->watches->size)
        return NULL;
    return &loop->watches->entries[fd];
}

int ouro__fd_claim(ouro_loop *loop, int fd)
{
    struct watch_entry *entry = entry_for(loop, fd);

    if (entry == NULL)
        return -ENOMEM;
    entry->is_claimed = true;
    return 0;
}

void ouro__fd_disclaim(ouro_loop *loop, int fd)
{
    struct watch_entry *entry = entry_at(loop, fd);

    if (entry != NULL)
        entry->is_claimed = false;
}

bool ouro__fd_is_claimed(ouro_loop *loop, int fd)
{
    const struct watch_entry *entry = entry_at(loop, fd);

    return entry != NULL && entry->is_claimed;
}

bool ouro__fd_is_watched(ouro_loop *loop, int fd)
{
    const struct watch_entry *entry = entry_at(loop, fd);

    return entry != NULL && (entry->watches[WATCH_READ] || entry->watches[WATCH_WRITE]);
}

struct readiness **ouro__fd_readiness(ouro_loop *loop, int fd, enum watch_kind kind)
{
    struct watch_entry *entry = entry_for(loop, fd);

    return entry != NULL ? &entry->readiness[kind] : NULL;
}

static void run_watch(ouro_runnable *runnable)
{
    struct watch *watch = container_of(runnable, struct watch, runnable);

    ouro__callback_run(watch->loop, watch->callback, watch->arg, ouro_context_ref(watch->context));
}

static void free_watch(struct watch *watch)
{
    ouro_context_unref(watch->context);
    ouro__alloc_free(watch);
}

/* The descriptor is ready, or the poll has ended. */
static void complete_watch(struct op *op)
{
    struct watch *watch = container_of(op, struct watch, op);

    if (watch->is_removed) {
        if (!op->more)
            free_watch(watch);
        return;
    }
    if (!link_is_queued(&watch->runnable.link_))
        loop_make_ready(watch->loop, &watch->runnable);
}

static int remove_watch(ouro_loop *loop, int fd, int kind)
{
    struct watch_entry *entry = entry_at(loop, fd);
    struct watch *watch = entry != NULL ? entry->watches[kind] : NULL;

    if (watch == NULL)
        return 0;
    entry->watches[kind] = NULL;
    watch->is_removed = true;
    loop_unready(loop, &watch->runnable);
    if (watch->op.state == OP_IDLE)
        free_watch(watch);
    else
        loop->backend->ops->cancel(loop->backend, &watch->op);
    return 1;
}

/* Refuses a descriptor that a stream, a server or a task uses. */
static int check_unused(ouro_loop *loop, int fd, const char *operation)
{
    const struct watch_entry *entry = entry_at(loop, fd);

    if (entry != NULL && entry->is_claimed)
        return ouro_error_set(OURO_EINUSE, operation,
                              "descriptor %d belongs to a stream or server: use that instead", fd);
    if (entry != NULL && (ouro__readiness_is_awaited(entry->readiness[WATCH_READ]) ||
                          ouro__readiness_is_awaited(entry->readiness[WATCH_WRITE])))
        return ouro_error_set(OURO_EINUSE, operation,
                              "a task waits for descriptor %d: cancel it first", fd);
    return 0;
}

int ouro__fd_check_free(ouro_loop *loop, int fd, const char *operation)
{
    if (ouro__fd_is_watched(loop, fd))
        return ouro_error_set(OURO_EINUSE, operation,
                              "descriptor %d has a reader or a writer: remove that first", fd);
    return check_unused(loop, fd, operation);
}

/* Says why a descriptor cannot be watched; 0 if it can. */
static int check_descriptor(ouro_loop *loop, int fd, ouro_callback *callback, const char *operation)
{
    struct stat status;

    if (loop == NULL || callback == NULL)
        return ouro_error_set(-EINVAL, operation, "the loop or the callback is NULL");
    if (fd < 0 || fstat(fd, &status) < 0)
        return ouro_error_set(-EBADF, operation, "%d is not an open descriptor", fd);
    if (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode))
        return ouro_error_set(
            -EPERM, operation,
            "descriptor %d is a regular file or directory, which is always ready: "
            "read it directly",
            fd);
    return check_unused(loop, fd, operation);
}

static int add_watch(ouro_loop *loop, int fd, int kind, ouro_callback *callback, void *arg)
{
    const char *operation = kind == WATCH_READ ? "add_reader" : "add_writer";
    struct watch_entry *entry;
    struct watch *watch;
    int status = check_descriptor(loop, fd, callback, operation);

    if (status < 0)
        return status;
    entry = entry_for(loop, fd);
    watch = entry != NULL ? ouro__alloc_zero(sizeof *watch) : NULL;
    if (watch != NULL)
        watch->context = ouro_copy_context(); /* one for all calls: they see what others have set */
    if (watch == NULL || watch->context == NULL) {
        ouro__alloc_free(watch);
        return ouro_error_set(-ENOMEM, operation, "out of memory");
    }
    (void) remove_watch(loop, fd, kind);
    watch->runnable.run_ = run_watch;
    watch->loop = loop;
    watch->callback = callback;
    watch->arg = arg;
    watch->op.kind = OP_POLL;
    watch->op.fd = fd;
    watch->op.complete = complete_watch;
    watch->op.events = kind == WATCH_READ ? POLLIN : POLLOUT;
    entry->watches[kind] = watch;
    loop->backend->ops->submit(loop->backend, &watch->op);
    return 0;
}

int ouro_loop_add_reader(ouro_loop *loop, int fd, ouro_callback *callback, void *arg)
{
    return add_watch(loop, fd, WATCH_READ, callback, arg);
}

int ouro_loop_remove_reader(ouro_loop *loop, int fd)
{
    return remove_watch(loop, fd, WATCH_READ);
}

int ouro_loop_add_writer(ouro_loop *loop, int fd, ouro_callback *callback, void *arg)
{
    return add_watch(loop, fd, WATCH_WRITE, callback, arg);
}

int ouro_loop_remove_writer(ouro_loop *loop, int fd)
{
    return remove_watch(loop, fd, WATCH_WRITE);
}

void ouro__watches_remove_all(ouro_loop *loop)
{
    size_t fd;

    if (loop->watches == NULL)
        return;
    for (fd = 0; fd < loop->watches->size; fd++) {
        (void) remove_watch(loop, (int) fd, WATCH_READ);
        (void) remove_watch(loop, (int) fd, WATCH_WRITE);
        ouro__readiness_remove(loop->watches->entries[fd].readiness[WATCH_READ]);
        ouro__readiness_remove(loop->watches->entries[fd].readiness[WATCH_WRITE]);
    }
    ouro__alloc_free(loop->watches->entries);
    ouro__alloc_free(loop->watches);
    loop->watches = NULL;
}
