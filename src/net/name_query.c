/* The system's answers about names, taken over into memory and errors of our own. */
#define _GNU_SOURCE 1

#include "net/name_query.h"

#include "base/alloc.h"
#include "ouro/error.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

/* A failure's detail shows so much of a name. */
#define NAME_SHOWN_MAX 255

/* The addresses of one machine as its own peer (RFC 6761, 6.3), the better one first. */
static const struct {
    const char *host;
    int family;
} loopbacks[] = { { "::1", AF_INET6 }, { "127.0.0.1", AF_INET } };

#define LOOPBACKS (sizeof loopbacks / sizeof *loopbacks)

/* What the lookup of a name has come to, as an error of ours. */
static int status_from(int code)
{
    switch (code) {
    case 0:
        return 0;
    case EAI_SYSTEM:
        return errno > 0 ? -errno : -EIO;
    case EAI_NONAME:
        return OURO_EHOST;
    case EAI_AGAIN:
        return OURO_EHOSTAGAIN;
    case EAI_FAIL:
        return OURO_EHOSTFAIL;
    case EAI_SERVICE:
        return OURO_ENOSERVICE;
    case EAI_BADFLAGS:
        return -EINVAL;
    case EAI_FAMILY:
        return -EAFNOSUPPORT;
    case EAI_SOCKTYPE:
        return -ESOCKTNOSUPPORT;
    case EAI_MEMORY:
        return -ENOMEM;
    case EAI_OVERFLOW:
        return -ENAMETOOLONG;
#ifdef EAI_NODATA
    case EAI_NODATA:
        return OURO_ENOADDRESS;
#endif
#ifdef EAI_ADDRFAMILY
    case EAI_ADDRFAMILY:
        return OURO_ENOADDRESS;
#endif
#ifdef EAI_IDN_ENCODE
    case EAI_IDN_ENCODE:
        return -EILSEQ;
#endif
    default:
        return OURO_EHOSTFAIL;
    }
}

/* Makes one block of the system's lists: the array, the addresses, and the canonical name. Returns
 * 0 or -ENOMEM. */
static int take_infos(struct addrinfo *const lists[LOOPBACKS], const char *canonical_name,
                      struct name_answer *answer)
{
    struct sockaddr_storage *addresses;
    const struct addrinfo *from;
    ouro_addrinfo *info;
    size_t count = 0;
    char *name;
    size_t i;

    for (i = 0; i < LOOPBACKS; i++)
        for (from = lists[i]; from != NULL; from = from->ai_next)
            count++;
    answer->info_count = count;
    answer->infos_size = count * (sizeof *info + sizeof *addresses) + strlen(canonical_name) + 1;
    answer->infos = ouro__alloc_zero(answer->infos_size);
    if (answer->infos == NULL)
        return -ENOMEM;
    info = answer->infos;
    addresses = (struct sockaddr_storage *) (info + count);
    name = (char *) (addresses + count);
    memcpy(name, canonical_name, strlen(canonical_name) + 1);
    for (i = 0; i < LOOPBACKS; i++)
        for (from = lists[i]; from != NULL; from = from->ai_next) {
            memcpy(addresses, from->ai_addr, from->ai_addrlen);
            *info = (ouro_addrinfo) {
                .family = from->ai_family,
                .type = from->ai_socktype,
                .protocol = from->ai_protocol,
                .address_size = from->ai_addrlen,
                .address = (struct sockaddr *) addresses++,
                .canonical_name = info == answer->infos ? name : name + strlen(name),
            };
            info++;
        }
    return 0;
}

static bool is_localhost(const struct name_query *query)
{
    return query->host != NULL && strcasecmp(query->host, "localhost") == 0;
}

static int ask_for_one(const struct name_query *query, const char *host, int more_flags,
                       struct addrinfo **ret_list)
{
    struct addrinfo hints = {
        .ai_flags = query->flags | more_flags,
        .ai_family = query->family,
        .ai_socktype = query->type,
        .ai_protocol = query->protocol,
    };

    return status_from(getaddrinfo(host, query->service, &hints, ret_list));
}

/* "localhost" is no name that somebody has to know. */
static int ask_for_localhost(const struct name_query *query, int more_flags,
                             struct addrinfo *lists[LOOPBACKS])
{
    int status = 0;
    size_t i;

    for (i = 0; status == 0 && i < LOOPBACKS; i++)
        if (query->family == loopbacks[i].family || query->family == AF_UNSPEC)
            status = ask_for_one(query, loopbacks[i].host, more_flags | AI_NUMERICHOST, &lists[i]);
    if (status == 0 && lists[0] == NULL && lists[1] == NULL)
        return -EAFNOSUPPORT;
    return status;
}

static void ask_for_addresses(const struct name_query *query, int more_flags,
                              struct name_answer *answer)
{
    struct addrinfo *lists[LOOPBACKS] = { NULL };
    const char *canonical_name = NULL;
    int status;
    size_t i;

    if (is_localhost(query) && (query->flags & AI_NUMERICHOST) == 0) {
        status = ask_for_localhost(query, more_flags, lists);
        if ((query->flags & AI_CANONNAME) != 0)
            canonical_name = "localhost";
    } else {
        status = ask_for_one(query, query->host, more_flags, &lists[0]);
        if (status == 0)
            canonical_name = lists[0]->ai_canonname;
    }
    if (status == 0)
        status = take_infos(lists, canonical_name != NULL ? canonical_name : "", answer);
    answer->status = status;
    for (i = 0; i < LOOPBACKS; i++)
        if (lists[i] != NULL)
            freeaddrinfo(lists[i]);
}

static void ask_for_names(const struct name_query *query, struct name_answer *answer)
{
    ouro_nameinfo *names = &answer->names;

    answer->status = status_from(getnameinfo(query->address, query->address_size, names->host,
                                             sizeof names->host, names->service,
                                             sizeof names->service, query->flags));
}

void ouro__name_ask(const struct name_query *query, struct name_answer *ret_answer)
{
    ret_answer->infos = NULL;
    if (query->question == NAME_ADDRESSES)
        ask_for_addresses(query, 0, ret_answer);
    else
        ask_for_names(query, ret_answer);
}

/* The flags with which the system may have to look into a library before it looks at the name. */
static bool has_international_flags(int flags)
{
#ifdef AI_IDN
    return (flags & (AI_IDN | AI_CANONIDN)) != 0;
#else
    (void) flags;
    return false;
#endif
}

bool ouro__name_ask_numeric(const struct name_query *query, struct name_answer *ret_answer)
{
    const int numeric = AI_NUMERICHOST | AI_NUMERICSERV;
    const int numeric_names = NI_NUMERICHOST | NI_NUMERICSERV;

    ret_answer->infos = NULL;
    if (query->question == NAME_NAMES) {
        if ((query->flags & numeric_names) != numeric_names)
            return false;
        ask_for_names(query, ret_answer);
        return true;
    }
    if (has_international_flags(query->flags))
        return false;
    ask_for_addresses(query, numeric, ret_answer);
    /* These two mean that something is not numeric. They are the answer if nothing else may be. */
    return (query->flags & numeric) == numeric ||
           (ret_answer->status != OURO_EHOST && ret_answer->status != OURO_ENOSERVICE);
}

ouro_addrinfo *ouro__name_infos_copy(const struct name_answer *answer)
{
    const char *old = (const char *) answer->infos;
    ouro_addrinfo *infos = ouro__alloc(answer->infos_size);
    char *new = (char *) infos;
    size_t i;

    if (infos == NULL)
        return NULL;
    memcpy(infos, answer->infos, answer->infos_size);
    for (i = 0; i < answer->info_count; i++) {
        infos[i].address = (const void *) (new + ((const char *) infos[i].address - old));
        infos[i].canonical_name = new + (infos[i].canonical_name - old);
    }
    return infos;
}

void ouro__name_answer_done(struct name_answer *answer)
{
    ouro__alloc_free(answer->infos);
    answer->infos = NULL;
}

int ouro__name_check(const char *operation, const char *host)
{
    size_t len = host != NULL ? strlen(host) : 1;

    if (len == 0)
        return ouro_error_set(OURO_EHOST, operation, "the name of the host is empty");
    if (len >= OURO_HOST_SIZE)
        return ouro_error_set(OURO_EHOST, operation,
                              "\"%.32s...\" has %zu characters: no host's name has so many", host,
                              len);
    return 0;
}

static const char *advice(int status, enum name_question question)
{
    switch (status) {
    case OURO_EHOSTAGAIN:
        return ", and see whether the network and /etc/resolv.conf are all right";
    case -EINVAL:
        return question == NAME_NAMES
                   ? ": these flags are unknown: the NI_ ones are known"
                   : ": these flags are unknown, or do not go together (AI_CANONNAME needs a host)";
    case -EAFNOSUPPORT:
        return ": AF_INET and AF_INET6 have names";
    default:
        return "";
    }
}

int ouro__name_fail(int status, const char *operation, const struct name_query *query)
{
    const char *subject = query->host;

    if (query->question == NAME_NAMES)
        return ouro_error_set(status, operation, "the address: %s%s",
                              status == OURO_EHOST ? "it has no name" : ouro_strerror(status),
                              advice(status, query->question));
    if (status == OURO_ENOSERVICE || subject == NULL)
        subject = query->service;
    return ouro_error_set(status, operation, "\"%.*s\": %s%s", NAME_SHOWN_MAX,
                          subject != NULL ? subject : "", ouro_strerror(status),
                          advice(status, query->question));
}

/* NULL is equal to itself only. */
static bool is_same_text(const char *left, const char *right)
{
    return left == right || (left != NULL && right != NULL && strcmp(left, right) == 0);
}

bool ouro__name_query_equals(const struct name_query *left, const struct name_query *right)
{
    if (left->question != right->question || left->flags != right->flags ||
        left->family != right->family || left->type != right->type ||
        left->protocol != right->protocol || left->address_size != right->address_size)
        return false;
    if (left->question == NAME_NAMES)
        return memcmp(left->address, right->address, left->address_size) == 0;
    return is_same_text(left->host, right->host) && is_same_text(left->service, right->service);
}
