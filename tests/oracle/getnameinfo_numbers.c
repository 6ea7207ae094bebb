/* What getnameinfo calls addresses when it is to use digits, and what it refuses. */
#include "scenario.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

enum { NUMERIC = NI_NUMERICHOST | NI_NUMERICSERV };

static void ask_for(const struct sockaddr *address, socklen_t size, int flags)
{
    ouro_nameinfo names;
    int status = ouro_loop_getnameinfo(ouro_get_running_loop(), address, size, flags, &names);

    if (status < 0) {
        trace("%s", show(status));
    } else {
        trace("%s %s", names.host, names.service);
    }
}

static void ask(const char *host, int port, int flags)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t) port) };

    inet_pton(AF_INET, host, &address.sin_addr);
    ask_for((const void *) &address, sizeof address, flags);
}

static void ask_v6(const char *host, int port, unsigned zone, int flags)
{
    struct sockaddr_in6 address = { .sin6_family = AF_INET6,
                                    .sin6_port = htons((uint16_t) port),
                                    .sin6_scope_id = zone };

    inet_pton(AF_INET6, host, &address.sin6_addr);
    ask_for((const void *) &address, sizeof address, flags);
}

OURO_ASYNC(digits)
{
    ask("127.0.0.1", 80, NUMERIC);
    ask("0.0.0.0", 0, NUMERIC);
    ask("255.255.255.255", 65535, NUMERIC);
    ask_v6("::1", 443, 0, NUMERIC);
    ask_v6("2001:db8:0:0:1::", 1, 0, NUMERIC);
    ask_v6("::ffff:192.0.2.1", 1, 0, NUMERIC);
    ask_v6("::", 0, 0, NUMERIC | NI_DGRAM);
    return 0;
}

OURO_ASYNC(zones)
{
    ask_v6("fe80::1", 1, 1, NUMERIC);
    ask_v6("2001:db8::1", 1, 7, NUMERIC);
    return 0;
}

OURO_ASYNC(a_name_is_required)
{
    ask("127.0.0.1", 80, NUMERIC | NI_NAMEREQD);
    ask("127.0.0.1", 80, NUMERIC | 1 << 30);
    return 0;
}

SCENARIO(CASE(digits), CASE(zones), CASE(a_name_is_required))
