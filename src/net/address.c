/* Numeric hosts and "localhost". Names that have to be looked up are none of this file's business.
 */
#include "net/address.h"

#include "ouro/error.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static struct address make_v4(struct in_addr host, int port)
{
    struct address address;

    memset(&address, 0, sizeof address);
    address.v4.sin_family = AF_INET;
    address.v4.sin_addr = host;
    address.v4.sin_port = htons((uint16_t) port);
    address.size = sizeof address.v4;
    return address;
}

static struct address make_v6(struct in6_addr host, int port, uint32_t zone)
{
    struct address address;

    memset(&address, 0, sizeof address);
    address.v6.sin6_family = AF_INET6;
    address.v6.sin6_addr = host;
    address.v6.sin6_port = htons((uint16_t) port);
    address.v6.sin6_scope_id = zone;
    address.size = sizeof address.v6;
    return address;
}

/* Reads the zone of a link-local address: the name or the number of an interface. */
static bool parse_zone(const char *text, uint32_t *ret_zone)
{
    unsigned long number;
    char *end;

    *ret_zone = if_nametoindex(text);
    if (*ret_zone != 0)
        return true;
    if (*text < '0' || *text > '9')
        return false;
    number = strtoul(text, &end, 10);
    *ret_zone = (uint32_t) number;
    return *end == '\0' && number > 0 && number <= UINT32_MAX;
}

static bool parse_v6(const char *host, struct in6_addr *ret_host, uint32_t *ret_zone)
{
    const char *percent = strchr(host, '%');
    char digits[INET6_ADDRSTRLEN];

    *ret_zone = 0;
    if (percent == NULL)
        return inet_pton(AF_INET6, host, ret_host) == 1;
    if ((size_t) (percent - host) >= sizeof digits)
        return false;
    memcpy(digits, host, (size_t) (percent - host));
    digits[percent - host] = '\0';
    return inet_pton(AF_INET6, digits, ret_host) == 1 && parse_zone(percent + 1, ret_zone);
}

int ouro__address_find(const char *host, int port, enum address_use use,
                       struct address ret_addresses[ADDRESSES_MAX])
{
    struct in_addr v4 = { .s_addr = htonl(INADDR_ANY) };
    struct in6_addr v6 = in6addr_any;
    uint32_t zone;

    if (host == NULL || *host == '\0') {
        if (use == ADDRESS_LISTEN) {
            ret_addresses[0] = make_v4(v4, port);
            ret_addresses[1] = make_v6(v6, port, 0);
            return 2;
        }
        host = "localhost";
    }
    if (strcasecmp(host, "localhost") == 0) {
        v4.s_addr = htonl(INADDR_LOOPBACK);
        ret_addresses[0] = make_v6(in6addr_loopback, port, 0);
        ret_addresses[1] = make_v4(v4, port);
        return 2;
    }
    if (inet_pton(AF_INET, host, &v4) == 1) {
        ret_addresses[0] = make_v4(v4, port);
        return 1;
    }
    if (parse_v6(host, &v6, &zone)) {
        ret_addresses[0] = make_v6(v6, port, zone);
        return 1;
    }
    return OURO_EHOST;
}

int ouro__address_from_path(const char *path, struct address *ret_address)
{
    size_t len = path != NULL ? strlen(path) : 0;
    bool is_abstract = len > 0 && path[0] == '@';

    if (len == 0)
        return -EINVAL;
    memset(ret_address, 0, sizeof *ret_address);
    /* A file's path must end with a zero; an abstract name is as long as the size says. */
    if (len + !is_abstract > sizeof ret_address->local.sun_path)
        return -ENAMETOOLONG;
    ret_address->local.sun_family = AF_UNIX;
    memcpy(ret_address->local.sun_path, path, len);
    if (is_abstract)
        ret_address->local.sun_path[0] = '\0';
    ret_address->size = (socklen_t) (offsetof(struct sockaddr_un, sun_path) + len + !is_abstract);
    return 0;
}

int ouro__address_port(const struct address *address)
{
    switch (address->base.sa_family) {
    case AF_INET:
        return ntohs(address->v4.sin_port);
    case AF_INET6:
        return ntohs(address->v6.sin6_port);
    default:
        return 0;
    }
}

void ouro__address_set_port(struct address *address, int port)
{
    if (address->base.sa_family == AF_INET)
        address->v4.sin_port = htons((uint16_t) port);
    else if (address->base.sa_family == AF_INET6)
        address->v6.sin6_port = htons((uint16_t) port);
}

/* Writes the path of a Unix socket; an abstract one begins with '@' again. */
static void format_path(const struct address *address, char text[ADDRESS_TEXT_SIZE])
{
    const char *path = address->local.sun_path;
    int room = (int) sizeof address->local.sun_path;
    bool is_abstract = path[0] == '\0' && path[1] != '\0';

    if (path[0] == '\0' && !is_abstract)
        (void) snprintf(text, ADDRESS_TEXT_SIZE, "a Unix socket without a name");
    else
        (void) snprintf(text, ADDRESS_TEXT_SIZE, "%s%.*s", is_abstract ? "@" : "",
                        room - is_abstract, path + is_abstract);
}

void ouro__address_format(const struct address *address, char text[ADDRESS_TEXT_SIZE])
{
    char host[INET6_ADDRSTRLEN] = "?";
    bool is_v6 = address->base.sa_family == AF_INET6;

    if (address->base.sa_family == AF_UNIX) {
        format_path(address, text);
        return;
    }
    if (!is_v6 && address->base.sa_family != AF_INET) {
        (void) snprintf(text, ADDRESS_TEXT_SIZE, "a socket of family %d",
                        (int) address->base.sa_family);
        return;
    }
    (void) inet_ntop(address->base.sa_family,
                     is_v6 ? (const void *) &address->v6.sin6_addr
                           : (const void *) &address->v4.sin_addr,
                     host, sizeof host);
    if (is_v6 && address->v6.sin6_scope_id != 0)
        (void) snprintf(text, ADDRESS_TEXT_SIZE, "%s%%%u port %d", host,
                        (unsigned) address->v6.sin6_scope_id, ouro__address_port(address));
    else
        (void) snprintf(text, ADDRESS_TEXT_SIZE, "%s port %d", host, ouro__address_port(address));
}
