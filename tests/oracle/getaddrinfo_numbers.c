/* What getaddrinfo makes of numeric addresses and of "localhost", and of what is neither. */
#include "scenario.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

#define FLAG_THAT_NOBODY_KNOWS (1 << 30)

static void trace_info(const char *host, const ouro_addrinfo *info)
{
    const struct sockaddr_in *v4 = (const void *) info->address;
    const struct sockaddr_in6 *v6 = (const void *) info->address;
    bool is_v6 = info->family == AF_INET6;
    char digits[INET6_ADDRSTRLEN];

    inet_ntop(info->family, is_v6 ? (const void *) &v6->sin6_addr : &v4->sin_addr, digits,
              sizeof digits);
    trace("%s: %d %d %d '%s' %s %d", host, info->family, info->type, info->protocol,
          info->canonical_name, digits, ntohs(is_v6 ? v6->sin6_port : v4->sin_port));
}

/* Traces what comes of a lookup, the first `most` of its items. */
static void look_up_with(int most, const ouro_getaddrinfo_options *options)
{
    const char *host = options->host && *options->host ? options->host : "none";
    ouro_addrinfo *infos;
    int count = ouro_loop_getaddrinfo_with(ouro_get_running_loop(), &infos, options);

    if (count < 0) {
        trace("%s: %s", host, show(count));
        return;
    }
    for (int i = 0; i < count && i < most; i++) {
        trace_info(host, &infos[i]);
    }
    ouro_addrinfo_free(infos);
}

#define LOOK_UP(...) look_up_with(9, &(ouro_getaddrinfo_options) { __VA_ARGS__ })
#define LOOK_UP_FIRST(...) look_up_with(1, &(ouro_getaddrinfo_options) { __VA_ARGS__ })

OURO_ASYNC(addresses)
{
    LOOK_UP(.host = "127.0.0.1", .port = 80);
    LOOK_UP(.host = "192.0.2.7", .port = 0);
    LOOK_UP(.host = "::1", .port = 443);
    LOOK_UP(.host = "2001:DB8:0::1", .port = 443, .type = SOCK_STREAM);
    LOOK_UP(.host = "::ffff:192.0.2.1", .port = 1, .type = SOCK_STREAM);
    LOOK_UP(.host = "fe80::1%1", .port = 2, .type = SOCK_STREAM);
    LOOK_UP(.host = "127.1", .port = 3, .type = SOCK_STREAM);
    LOOK_UP(.host = "0x7f000001", .port = 3, .type = SOCK_STREAM);
    return 0;
}

OURO_ASYNC(types)
{
    LOOK_UP(.host = "127.0.0.1", .port = 80, .type = SOCK_STREAM);
    LOOK_UP(.host = "127.0.0.1", .port = 80, .type = SOCK_DGRAM);
    LOOK_UP(.host = "127.0.0.1", .port = 80, .type = SOCK_RAW);
    LOOK_UP(.host = "127.0.0.1", .type = SOCK_RAW);
    LOOK_UP(.host = "127.0.0.1", .port = 80, .protocol = IPPROTO_TCP);
    LOOK_UP(.host = "127.0.0.1", .port = 80, .protocol = IPPROTO_UDP);
    LOOK_UP(.host = "127.0.0.1", .port = 80, .protocol = IPPROTO_ICMP);
    LOOK_UP(.host = "127.0.0.1", .port = 80, .type = SOCK_STREAM, .protocol = IPPROTO_UDP);
    LOOK_UP(.host = "127.0.0.1", .port = 80, .type = 1000);
    LOOK_UP(.host = "127.0.0.1", .port = 80, .protocol = 1000);
    return 0;
}

OURO_ASYNC(families)
{
    LOOK_UP(.host = "127.0.0.1", .port = 80, .family = AF_INET, .type = SOCK_STREAM);
    LOOK_UP(.host = "127.0.0.1", .port = 80, .family = AF_INET6, .type = SOCK_STREAM);
    LOOK_UP(.host = "::1", .port = 80, .family = AF_INET6, .type = SOCK_STREAM);
    LOOK_UP(.host = "::1", .port = 80, .family = AF_INET, .type = SOCK_STREAM);
    LOOK_UP(.host = "::1", .port = 80, .family = AF_UNIX);
    LOOK_UP(.host = "::1", .port = 80, .family = 1000);
    return 0;
}

#define WITH_FLAGS(host_, flags_)                                                                  \
    LOOK_UP(.host = (host_), .port = 80, .family = AF_INET, .type = SOCK_STREAM, .flags = (flags_))

OURO_ASYNC(flags)
{
    WITH_FLAGS(NULL, 0);
    WITH_FLAGS(NULL, AI_PASSIVE);
    WITH_FLAGS("127.0.0.1", AI_PASSIVE);
    WITH_FLAGS("127.0.0.1", AI_CANONNAME);
    WITH_FLAGS(NULL, AI_CANONNAME);
    WITH_FLAGS("127.0.0.1", AI_NUMERICHOST);
    WITH_FLAGS("localhost", AI_NUMERICHOST);
    WITH_FLAGS("127.0.0.1", FLAG_THAT_NOBODY_KNOWS);
    return 0;
}

OURO_ASYNC(services)
{
    LOOK_UP(.host = "127.0.0.1", .service = "80", .type = SOCK_STREAM);
    LOOK_UP(.host = "127.0.0.1", .service = "080", .type = SOCK_STREAM);
    LOOK_UP(.host = "127.0.0.1", .service = "no-such-service", .type = SOCK_STREAM);
    LOOK_UP(.host = "127.0.0.1", .service = "http", .type = SOCK_STREAM, .flags = AI_NUMERICSERV);
    return 0;
}

OURO_ASYNC(localhost)
{
    LOOK_UP_FIRST(.host = "localhost", .port = 80, .family = AF_INET, .type = SOCK_STREAM);
    LOOK_UP_FIRST(.host = "localhost", .port = 80, .family = AF_INET, .type = SOCK_DGRAM);
    return 0;
}

OURO_ASYNC(no_hosts)
{
    LOOK_UP(.host = "", .port = 80);
    LOOK_UP(.host = "::1::", .port = 80, .flags = AI_NUMERICHOST);
    LOOK_UP(.host = "1.2.3.4.5", .port = 80, .flags = AI_NUMERICHOST);
    LOOK_UP(.host = "fe80::1%no-such", .port = 80, .flags = AI_NUMERICHOST);
    LOOK_UP(.host = "::1%1", .port = 80, .type = SOCK_STREAM, .flags = AI_NUMERICHOST);
    LOOK_UP(.host = "[::1]", .port = 80, .flags = AI_NUMERICHOST);
    return 0;
}

SCENARIO(CASE(addresses), CASE(types), CASE(families), CASE(flags), CASE(services), CASE(localhost),
         CASE(no_hosts))
