/* getaddrinfo and getnameinfo for tasks. */
#include "ouro/dns.h"

#include "base/alloc.h"
#include "net/lookup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* A lookup that the task which has asked for it waits for. */
struct asking {
    struct lookup_wait wait;
    struct lookup *lookup;
};

static struct task *begin(ouro_loop *loop, const char *operation, int *ret_status)
{
    struct task *task = ouro__task_required(operation, ret_status);

    if (task != NULL && loop != task->future.loop) {
        *ret_status = loop == NULL ? ouro_error_set(-EINVAL, operation, "the loop is NULL")
                                   : ouro_error_set(OURO_EWRONGLOOP, operation,
                                                    "the task does not run on this loop");
        return NULL;
    }
    return task;
}

static void abandon_asking(struct lookup_wait *wait)
{
    ouro__lookup_release(container_of(wait, struct asking, wait)->lookup);
}

/* Has a thread look into it, and waits. Returns 0 and the lookup, which is to be released; or an
 * error with the detail set. */
static int ask(struct task *task, const char *operation, const struct name_query *query,
               struct lookup **ret_lookup)
{
    struct asking asking = { .wait.abandon = abandon_asking };
    int status = ouro__lookup_begin(task->future.loop, operation, query, &asking.lookup);

    if (status < 0)
        return status;
    status = ouro__lookup_wait(task, asking.lookup, &asking.wait);
    if (status == 0) {
        *ret_lookup = asking.lookup;
        return 0;
    }
    ouro__lookup_release(asking.lookup);
    return status == -ECANCELED ? status : ouro__name_fail(status, operation, query);
}

static int no_memory(const char *operation)
{
    return ouro_error_set(-ENOMEM, operation, "out of memory for the answer");
}

/* True for a number that is no port: the system would cut it to one. */
static bool is_number_too_large(const char *service)
{
    unsigned long number;
    char *end;

    if (service == NULL || *service == '\0')
        return false;
    errno = 0;
    number = strtoul(service, &end, 10); /* as the system reads it, also with a sign */
    return *end == '\0' && (number > 65535 || errno == ERANGE);
}

static int check_options(const char *operation, ouro_addrinfo **ret_infos,
                         const ouro_getaddrinfo_options *options)
{
    if (ret_infos == NULL || options == NULL)
        return ouro_error_set(-EINVAL, operation, "a pointer is NULL");
    if (options->port < 0 || options->port > 65535)
        return ouro_error_set(-EINVAL, operation, "%d is no port: 0 to 65535 are", options->port);
    if (options->service != NULL && options->port != 0)
        return ouro_error_set(-EINVAL, operation, "give a port or a service, not both");
    if (is_number_too_large(options->service))
        return ouro_error_set(-EINVAL, operation, "service \"%.32s\" is no port: 0 to 65535 are",
                              options->service);
    return ouro__name_check(operation, options->host);
}

/* Takes what was answered without a thread. */
static int take_answer(const char *operation, const struct name_query *query,
                       struct name_answer *answer, ouro_addrinfo **ret_infos)
{
    if (answer->status < 0) {
        ouro__name_answer_done(answer);
        return ouro__name_fail(answer->status, operation, query);
    }
    *ret_infos = answer->infos;
    return (int) answer->info_count;
}

static int find_addresses(struct task *task, const struct name_query *query,
                          ouro_addrinfo **ret_infos)
{
    static const char operation[] = "getaddrinfo";
    struct name_answer answer;
    struct lookup *lookup;
    int status;

    if (ouro__name_ask_numeric(query, &answer))
        return take_answer(operation, query, &answer, ret_infos);
    ouro__name_answer_done(&answer);
    status = ask(task, operation, query, &lookup);
    if (status < 0)
        return status;
    status = (int) lookup->answer.info_count;
    *ret_infos = ouro__lookup_take_infos(lookup);
    ouro__lookup_release(lookup);
    return *ret_infos != NULL ? status : no_memory(operation);
}

int ouro_loop_getaddrinfo_with(ouro_loop *loop, ouro_addrinfo **ret_infos,
                               const ouro_getaddrinfo_options *options)
{
    static const char operation[] = "getaddrinfo";
    struct name_query query = { .question = NAME_ADDRESSES };
    char digits[8];
    int status = 0;
    struct task *task = begin(loop, operation, &status);

    if (task == NULL)
        return status;
    status = check_options(operation, ret_infos, options);
    if (status < 0)
        return status;
    (void) snprintf(digits, sizeof digits, "%d", options->port);
    query.host = options->host;
    if (options->service != NULL)
        query.service = options->service;
    else if (options->port != 0 || options->host == NULL)
        query.service = digits; /* no port is none, but one of the two must be given */
    query.family = options->family;
    query.type = options->type;
    query.protocol = options->protocol;
    query.flags = options->flags;
    return find_addresses(task, &query, ret_infos);
}

void ouro_addrinfo_free(ouro_addrinfo *infos)
{
    ouro__alloc_free(infos);
}

int ouro_loop_getnameinfo(ouro_loop *loop, const struct sockaddr *address, socklen_t address_size,
                          int flags, ouro_nameinfo *ret_info)
{
    static const char operation[] = "getnameinfo";
    const struct name_query query = {
        .question = NAME_NAMES,
        .flags = flags,
        .address = address,
        .address_size = address_size,
    };
    struct name_answer answer;
    struct lookup *lookup;
    int status = 0;
    struct task *task = begin(loop, operation, &status);

    if (task == NULL)
        return status;
    if (address == NULL || ret_info == NULL || address_size > sizeof(struct sockaddr_storage))
        return ouro_error_set(-EINVAL, operation, "the address is none, or a pointer is NULL");
    if (ouro__name_ask_numeric(&query, &answer)) {
        if (answer.status < 0)
            return ouro__name_fail(answer.status, operation, &query);
        *ret_info = answer.names;
        return 0;
    }
    status = ask(task, operation, &query, &lookup);
    if (status < 0)
        return status;
    *ret_info = lookup->answer.names;
    ouro__lookup_release(lookup);
    return 0;
}
