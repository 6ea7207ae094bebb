/* Looking names up in threads: one job for all who ask the same of a loop at the same time. */
#define _GNU_SOURCE 1

#include "net/lookup.h"

#include "base/alloc.h"
#include "base/bounds.h"
#include "base/log.h"
#include "base/time.h"

#include <errno.h>
#include <resolv.h>
#include <string.h>

/* Names have a pool of their own: slow ones keep no file waiting. */
static struct pool names = POOL_INIT("ouro-names", NAME_THREADS_MAX, NAME_STACK_SIZE);

static void free_lookup(struct lookup *lookup)
{
    ouro__name_answer_done(&lookup->answer);
    ouro__alloc_free(lookup);
}

/* A thread of a forked child may get the memory of one that was asking a name server in the parent.
 * glibc finds that one's socket there and goes on with it, and then parent and child take the
 * answers away from each other. */
static void forget_parent(void)
{
#ifdef __GLIBC__
    static _Thread_local bool is_forgotten;

    if (is_forgotten || ouro__pool_generation() == 0)
        return;
    is_forgotten = true;
    (void) res_ninit(&_res);
#endif
}

static void run_lookup(struct pool_job *job)
{
    struct lookup *lookup = container_of(job, struct lookup, job);
    int64_t begin = time_monotonic_ns();

    forget_parent();
    ouro__name_ask(&lookup->query, &lookup->answer);
    lookup->elapsed_ns = time_monotonic_ns() - begin;
}

static void discard_lookup(struct pool_job *job)
{
    free_lookup(container_of(job, struct lookup, job));
}

/* What asyncio logs of each lookup in debug mode. */
static void log_lookup(const ouro_loop *loop, const struct lookup *lookup)
{
    const struct name_query *query = &lookup->query;
    bool is_slow = lookup->elapsed_ns >= loop->slow_ns;
    double milliseconds = (double) lookup->elapsed_ns / 1e6;

    if (query->question == NAME_NAMES)
        ouro__log(is_slow ? LOG_INFO : LOG_DEBUG, "getting name info took %.3f ms: %s",
                  milliseconds, ouro_errname(lookup->answer.status));
    else
        ouro__log(is_slow ? LOG_INFO : LOG_DEBUG,
                  "getting address info of %.255s, service %s, family %d, type %d, flags %#x took "
                  "%.3f ms: %s",
                  query->host != NULL ? query->host : "this machine",
                  query->service != NULL ? query->service : "0", query->family, query->type,
                  (unsigned) query->flags, milliseconds, ouro_errname(lookup->answer.status));
}

static void complete_lookup(struct pool_job *job)
{
    struct lookup *lookup = container_of(job, struct lookup, job);
    ouro_link *link;

    list_remove(&lookup->link);
    lookup->is_done = true;
    if (job->loop->debug)
        log_lookup(job->loop, lookup);
    while ((link = list_pop(&lookup->waiters)) != NULL)
        wait_finish(&container_of(link, struct lookup_wait, link)->wait, lookup->answer.status);
}

/* Copies a text to `*place`, and moves that behind it. Returns the copy, or NULL for NULL. */
static const char *copy_text(char **place, const char *text)
{
    size_t size = text != NULL ? strlen(text) + 1 : 0;
    char *copy = *place;

    if (text == NULL)
        return NULL;
    memcpy(copy, text, size);
    *place += size;
    return copy;
}

/* Makes a lookup, in one block with what its query points to. */
static struct lookup *make_lookup(const struct name_query *query)
{
    size_t host_size = query->host != NULL ? strlen(query->host) + 1 : 0;
    size_t service_size = query->service != NULL ? strlen(query->service) + 1 : 0;
    struct lookup *lookup = ouro__alloc_zero(sizeof *lookup + query->address_size + host_size +
                                             service_size);
    char *place = (char *) (lookup + 1);

    if (lookup == NULL)
        return NULL;
    lookup->job.run = run_lookup;
    lookup->job.complete = complete_lookup;
    lookup->job.discard = discard_lookup;
    list_init(&lookup->waiters);
    lookup->holders = 1;
    lookup->query = *query;
    if (query->address_size > 0)
        memcpy(place, query->address, query->address_size);
    lookup->query.address = (const void *) place;
    place += query->address_size;
    lookup->query.host = copy_text(&place, query->host);
    lookup->query.service = copy_text(&place, query->service);
    return lookup;
}

/* Finds one in flight that will answer the query too. */
static struct lookup *find_lookup(const ouro_loop *loop, const struct name_query *query)
{
    ouro_link *link;

    for (link = loop->lookups.next_; link != &loop->lookups; link = link->next_) {
        struct lookup *lookup = container_of(link, struct lookup, link);

        if (ouro__name_query_equals(&lookup->query, query))
            return lookup;
    }
    return NULL;
}

int ouro__lookup_begin(ouro_loop *loop, const char *operation, const struct name_query *query,
                       struct lookup **ret_lookup)
{
    struct lookup *lookup = find_lookup(loop, query);
    int status = 0;

    if (lookup != NULL) {
        lookup->holders++;
        *ret_lookup = lookup;
        return 0;
    }
    lookup = make_lookup(query);
    if (lookup == NULL)
        return ouro_error_set(-ENOMEM, operation, "out of memory for the lookup of a name");
    status = ouro__pool_submit(&names, loop, &lookup->job);
    if (status < 0) {
        ouro__alloc_free(lookup);
        return ouro_error_set(status, operation, "no thread can look the name up: %s",
                              ouro_strerror(status));
    }
    list_append(&loop->lookups, &lookup->link);
    *ret_lookup = lookup;
    return 0;
}

static bool cancel_wait(struct wait *wait, const char *message)
{
    struct lookup_wait *self = container_of(wait, struct lookup_wait, wait);

    (void) message;
    if (wait->finished)
        return false;
    list_remove(&self->link);
    wait_finish(wait, -ECANCELED);
    return true;
}

static void abandon_wait(struct wait *wait)
{
    struct lookup_wait *self = container_of(wait, struct lookup_wait, wait);

    if (link_is_queued(&self->link))
        list_remove(&self->link);
    self->abandon(self);
}

int ouro__lookup_wait(struct task *task, struct lookup *lookup, struct lookup_wait *wait)
{
    if (lookup->is_done)
        return lookup->answer.status;
    wait->wait = (struct wait) {
        .task = task,
        .cancel = cancel_wait,
        .abandon = abandon_wait,
        .operation = "lookup",
    };
    wait->link.next_ = NULL;
    list_append(&lookup->waiters, &wait->link);
    return ouro__park(&wait->wait);
}

void ouro__lookup_release(struct lookup *lookup)
{
    ouro_assert(lookup->holders > 0);
    if (--lookup->holders > 0)
        return;
    if (lookup->is_done) {
        free_lookup(lookup);
        return;
    }
    list_remove(&lookup->link);
    ouro__pool_detach(&lookup->job);
}

ouro_addrinfo *ouro__lookup_take_infos(struct lookup *lookup)
{
    ouro_addrinfo *infos = lookup->answer.infos;

    if (lookup->holders > 1)
        return ouro__name_infos_copy(&lookup->answer);
    lookup->answer.infos = NULL;
    return infos;
}
