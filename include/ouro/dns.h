/* Names of hosts and services: what they stand for, and what an address is called.
 *
 *     ouro_addrinfo *infos;
 *     int count = ouro_loop_getaddrinfo(ouro_get_running_loop(), &infos, .host = "example.org",
 *                                       .port = 80, .type = SOCK_STREAM);
 *     OURO_TRY(count);
 *     for (int i = 0; i < count; i++)
 *         try_to_connect(infos[i].address, infos[i].address_size);
 *     ouro_addrinfo_free(infos);
 *
 * The answers are the system's own, those of getaddrinfo and getnameinfo: from /etc/hosts, name
 * servers, and whatever else the machine is set up for. Names are looked up by threads that do
 * nothing else, so that slow name servers delay no files; lookups of the same name at the same time
 * are one. Numeric addresses and "localhost" need neither a thread nor a name server, and do not
 * suspend. In debug mode lookups are logged, slow ones (ouro_loop_set_slow_callback_duration) as
 * OURO_LOG_INFO.
 *
 * ouro_open_connection, ouro_start_server and the like look names up by themselves.
 *
 * Follows loop.getaddrinfo and loop.getnameinfo.
 */
#ifndef OURO_DNS_H
#define OURO_DNS_H

#include "ouro/base.h"

#include <sys/socket.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The largest name of a host and of a service, with the zero at the end. */
#define OURO_HOST_SIZE 1025
#define OURO_SERVICE_SIZE 32

/* One way to reach a host: what socket() and connect() need. */
typedef struct ouro_addrinfo {
    int family;   /* AF_INET or AF_INET6 */
    int type;     /* SOCK_STREAM, SOCK_DGRAM or SOCK_RAW */
    int protocol; /* IPPROTO_TCP and so on */
    socklen_t address_size;
    const struct sockaddr *address; /* in the same block of memory */
    const char *canonical_name;     /* with AI_CANONNAME, of the first one; else "" */
} ouro_addrinfo;

typedef struct ouro_getaddrinfo_options {
    const char *host; /* a name or a numeric address, IPv6 also with "%zone"; NULL: this machine, as
                         one connects to it, or, with AI_PASSIVE, listens on it */
    const char *service; /* "http", or a port in digits; in place of `port` */
    int port;            /* 0 to 65535 */
    int family;          /* AF_INET or AF_INET6; 0: both */
    int type;            /* SOCK_STREAM and so on; 0: each that there is is an item of its own */
    int protocol;        /* 0: any */
    int flags;           /* AI_PASSIVE, AI_CANONNAME and so on, of <netdb.h> */
    size_t size_;
} ouro_getaddrinfo_options;

/* Looks a host up: ouro_loop_getaddrinfo(loop, &infos, .host = "example.org", .port = 80). The best
 * address is the first. The caller owns the array, and gives it to ouro_addrinfo_free. Names go to
 * the system as they are; those beyond ASCII need AI_IDN in the flags.
 * Returns: how many items there are, at least 1; OURO_EHOST if there is no such host, and for an
 * empty or over-long name; OURO_ENOADDRESS if it has no address, or none of the family;
 * OURO_EHOSTAGAIN if no name server has answered; OURO_EHOSTFAIL if one has, that it cannot;
 * OURO_ENOSERVICE for a service that is unknown, or not to be had with the type; -EINVAL for a bad
 * port, and flags that the system does not know; -EAFNOSUPPORT and -ESOCKTNOSUPPORT for a bad
 * family and type; -EILSEQ for a name that AI_IDN cannot encode; the system's error; -ENOMEM;
 * OURO_EWRONGLOOP if the task runs on another loop. The array is not set then.
 * Suspends: until the answer is there; not for numeric addresses and "localhost" with a port.
 * Cancelled: at once; what the threads do for nobody any more is dropped.
 * Follows loop.getaddrinfo. */
OURO_SUSPENDS OURO_API int ouro_loop_getaddrinfo_with(ouro_loop *loop, ouro_addrinfo **ret_infos,
                                                      const ouro_getaddrinfo_options *options);

/* Frees what ouro_loop_getaddrinfo has given. NULL is allowed.
 * Threads: any. */
OURO_API void ouro_addrinfo_free(ouro_addrinfo *infos);

/* What an address is called. */
typedef struct ouro_nameinfo {
    char host[OURO_HOST_SIZE];
    char service[OURO_SERVICE_SIZE];
} ouro_nameinfo;

/* Finds the names of an address and its port. `flags` are NI_NUMERICHOST, NI_NUMERICSERV and so on,
 * of <netdb.h>, or 0. What has no name is told in digits. The address is copied.
 * Returns: 0; -EAFNOSUPPORT for an address of a family without names, or cut short; OURO_EHOST for
 * one without a name under NI_NAMEREQD; else as ouro_loop_getaddrinfo.
 * Suspends: until the answer is there; not with both of NI_NUMERICHOST and NI_NUMERICSERV.
 * Cancelled: at once.
 * Follows loop.getnameinfo. */
OURO_SUSPENDS OURO_API int ouro_loop_getnameinfo(ouro_loop *loop, const struct sockaddr *address,
                                                 socklen_t address_size, int flags,
                                                 ouro_nameinfo *ret_info);

#ifndef __cplusplus
#define ouro_loop_getaddrinfo(loop, ...)                                                           \
    OURO_LOOP_GETADDRINFO_(loop, __VA_ARGS__, .size_ = sizeof(ouro_getaddrinfo_options))
#define OURO_LOOP_GETADDRINFO_(loop, ret_infos, ...)                                               \
    ouro_loop_getaddrinfo_with((loop), (ret_infos), &(ouro_getaddrinfo_options) { __VA_ARGS__ })
#endif

#ifdef __cplusplus
}
#endif

#endif
