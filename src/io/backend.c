/* The choice of a backend. */
#include "io/backend.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

typedef int backend_open(struct backend **ret_backend, const struct backend_limits *limits,
                         const char **ret_reason);

static const struct {
    const char *name;
    backend_open *open;
} backends[] = {
    { "uring", ouro__uring_open },
    { "epoll", ouro__epoll_open },
    { "sim", ouro__sim_open },
};

/* The text of a reason that had to be composed: valid until the next choice of this thread. */
static _Thread_local char composed[256];

static int open_best(struct backend **ret_backend, const struct backend_limits *limits,
                     const char **ret_reason)
{
    const char *uring_reason = "";
    const char *epoll_reason = "";
    int status = ouro__uring_open(ret_backend, limits, &uring_reason);

    if (status == 0) {
        snprintf(composed, sizeof(composed), "uring: %s", uring_reason);
        *ret_reason = composed;
        return 0;
    }

    status = ouro__epoll_open(ret_backend, limits, &epoll_reason);
    if (status == 0)
        snprintf(composed, sizeof(composed), "epoll: %s", uring_reason);
    else
        snprintf(composed, sizeof(composed), "%s; %s", epoll_reason, uring_reason);
    *ret_reason = composed;
    return status;
}

int ouro__backend_open(struct backend **ret_backend, const char *name,
                       const struct backend_limits *limits, const char **ret_reason)
{
    if (!name || strcmp(name, "auto") == 0)
        return open_best(ret_backend, limits, ret_reason);

    for (size_t i = 0; i < sizeof(backends) / sizeof(backends[0]); i++) {
        if (strcmp(name, backends[i].name) == 0) {
            int status = backends[i].open(ret_backend, limits, ret_reason);

            if (status == 0) {
                snprintf(composed, sizeof(composed), "%s: chosen by name", name);
                *ret_reason = composed;
            }
            return status;
        }
    }
    snprintf(composed, sizeof(composed),
             "unknown backend \"%.64s\": choose auto, uring, epoll or sim", name);
    *ret_reason = composed;
    return -EINVAL;
}
