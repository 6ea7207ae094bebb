/* Callbacks from other threads.
 *
 * A stack of entries that any thread pushes to with one compare-and-exchange and the loop takes
 * whole with one exchange. The loop is woken once, however many entries come before it looks: a
 * pusher wakes it only if `woken` was false, and the loop clears `woken` before it takes the
 * entries, so that an entry is either taken or followed by a wake-up.
 */
#include "base/alloc.h"
#include "loop/context.h"
#include "loop/handle.h"
#include "loop/loop.h"

#include <errno.h>

static void run_entry(ouro_runnable *runnable)
{
    struct inbox_entry *entry = container_of(runnable, struct inbox_entry, runnable);
    struct inbox_entry copy = *entry;

    ouro__alloc_free(entry);
    ouro__callback_run(ouro__loop_current, copy.callback, copy.arg, copy.context);
}

void ouro__inbox_submit(ouro_loop *loop, struct inbox_entry *entry)
{
    struct inbox_entry *head = atomic_load_explicit(&loop->inbox, memory_order_relaxed);

    do {
        entry->next = head;
    } while (!atomic_compare_exchange_weak_explicit(&loop->inbox, &head, entry,
                                                    memory_order_release, memory_order_relaxed));
    if (!atomic_exchange(&loop->woken, true))
        loop->backend->ops->wake(loop->backend);
}

int ouro_loop_call_soon_threadsafe(ouro_loop *loop, ouro_callback *callback, void *arg)
{
    struct inbox_entry *entry;

    if (loop == NULL || callback == NULL)
        return ouro_error_set(-EINVAL, "call_soon_threadsafe", "the loop or the callback is NULL");
    entry = ouro__alloc(sizeof *entry);
    if (entry == NULL)
        return ouro_error_set(-ENOMEM, "call_soon_threadsafe", "out of memory");
    entry->runnable.link_.next_ = NULL;
    entry->runnable.run_ = run_entry;
    entry->callback = callback;
    entry->arg = arg;
    entry->context = NULL;
    if (loop != ouro__loop_current) {
        ouro__inbox_submit(loop, entry);
        return 0;
    }
    entry->context = context_capture(loop);
    loop_make_ready(loop, &entry->runnable); /* in order with call_soon, and nobody to wake */
    return 0;
}

/* Takes all entries, oldest first. */
static struct inbox_entry *take_all(ouro_loop *loop)
{
    struct inbox_entry *newest;
    struct inbox_entry *oldest = NULL;

    atomic_store(&loop->woken, false);
    newest = atomic_exchange(&loop->inbox, NULL);
    while (newest != NULL) {
        struct inbox_entry *next = newest->next;

        newest->next = oldest;
        oldest = newest;
        newest = next;
    }
    return oldest;
}

void ouro__inbox_drain(ouro_loop *loop)
{
    struct inbox_entry *entry;

    /* A wake-up may have come for what was taken before it: it is used up, or the next one who
     * pushes would take it for one that is still to come. */
    if (atomic_load_explicit(&loop->inbox, memory_order_acquire) == NULL &&
        !atomic_load_explicit(&loop->woken, memory_order_relaxed))
        return;
    for (entry = take_all(loop); entry != NULL; entry = entry->next)
        loop_make_ready(loop, &entry->runnable);
}

void ouro__inbox_withdraw(ouro_loop *loop, struct inbox_entry *entry)
{
    ouro__inbox_drain(loop);
    loop_unready(loop, &entry->runnable);
}

bool ouro__inbox_entry_discard(ouro_runnable *runnable)
{
    struct inbox_entry *entry = container_of(runnable, struct inbox_entry, runnable);

    if (runnable->run_ != run_entry)
        return false;
    ouro_context_unref(entry->context);
    ouro__alloc_free(entry);
    return true;
}

uintptr_t ouro__inbox_entry_function(const ouro_runnable *runnable)
{
    if (runnable->run_ != run_entry)
        return 0;
    return (uintptr_t) container_of(runnable, const struct inbox_entry, runnable)->callback;
}
