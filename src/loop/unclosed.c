/* The list of loops in debug mode that are not closed yet. */
#include "loop/unclosed.h"

#include "base/log.h"

#include <pthread.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static ouro_link loops = { &loops, &loops };

void ouro__unclosed_add(ouro_loop *loop)
{
    (void) pthread_mutex_lock(&lock);
    if (!link_is_queued(&loop->unclosed))
        list_append(&loops, &loop->unclosed);
    (void) pthread_mutex_unlock(&lock);
}

void ouro__unclosed_remove(ouro_loop *loop)
{
    (void) pthread_mutex_lock(&lock);
    if (link_is_queued(&loop->unclosed))
        list_remove(&loop->unclosed);
    (void) pthread_mutex_unlock(&lock);
}

/* Runs when the process ends in the normal way. */
__attribute__((destructor)) static void report_unclosed(void)
{
    ouro_link *link;

    (void) pthread_mutex_lock(&lock);
    for (link = loops.next_; link != &loops; link = link->next_) {
        const ouro_loop *loop = container_of(link, const ouro_loop, unclosed);

        ouro__log(LOG_WARNING, "a loop (backend %s, %zu tasks) was never closed: call %s",
                  loop->backend->ops->name, loop->task_count,
                  loop->is_running ? "ouro_loop_stop, then ouro_loop_close" : "ouro_loop_close");
    }
    (void) pthread_mutex_unlock(&lock);
}
